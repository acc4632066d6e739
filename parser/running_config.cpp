#include <algorithm>

#include "parser/built_ins.hpp"
#include "parser/configuration.hpp"
#include "parser/open_blocks.hpp"

namespace parser {
namespace {

/// Nobody typed such an object of the name `default`, nor switched off the one that is built in.
template <class T>
bool as_built_in(const Node& root) {
  bool typed = switched_off<T>(root);
  root.each<T>([&](const T& object, const Node&) { typed = typed || object.name == "default"; });
  return !typed;
}

/// Objects that are there without a line, as they would be typed: `show running-config all` has them.
struct BuiltIn {
  const std::type_info& type;
  bool (*there)(const Node& root);
  std::string_view text;
};
const BuiltIn built_ins[] = {
    {typeid(Ikev2Proposal), as_built_in<Ikev2Proposal>,
     "crypto ikev2 proposal default \n encryption aes-cbc-256\n integrity sha512 sha384\n group 19 14 21\n!\n"},
    {typeid(Ikev2Policy), as_built_in<Ikev2Policy>, "crypto ikev2 policy default \n match fvrf any\n proposal default\n!\n"},
    {typeid(TransformSet), as_built_in<TransformSet>, default_transform_set_text},
    {typeid(IpsecProfile), as_built_in<IpsecProfile>, default_ipsec_profile_text},
};

class Writer {
 public:
  explicit Writer(Detail detail) : detail_(detail) {}

  void line(std::size_t indent, std::string_view text) {
    out_.append(indent, ' ');
    out_ += text;
    out_ += '\n';
  }

  /// Lines that stand alone are kept in groups by their first word, with a "!" between groups.
  void alone(const Command& command, std::string_view text) {
    std::string word(text.substr(0, text.find(' ')));
    if (word == "no") word = text.substr(3, text.find(' ', 3) - 3);
    close_group(word);
    leave_for(command, 0, text);
    line(0, text);
    group_ = std::move(word);
  }

  void block(const Node& node, const Mode& mode, std::size_t depth) {
    auto next = node.children.begin();
    for (const auto& command : mode.commands()) {
      if (depth == 0 && detail_ == Detail::all) built_in(*command, node);
      const auto here = [&] { return next != node.children.end() && (*next)->command->rank == command->rank; };
      if (!here()) {
        if (const std::string text = absent(*command); !text.empty()) plain(*command, depth, text);
        continue;
      }
      for (; here(); ++next) put(**next, depth);
    }
  }

  void close_group(std::string_view word) {
    if (!group_.empty() && group_ != word) line(0, "!");
    group_.clear();
  }

  void put(const Node& node, std::size_t depth) {
    const std::string text = config_line(node);
    const Mode* inner = node.negated || !node.command->enters(node.value.get()) ? nullptr : node.command->opens();
    if (!inner) {
      plain(*node.command, depth, text);
      return;
    }
    close_group({});
    leave_for(*node.command, depth, text);
    if (!inner->closing().empty()) line(depth, "!");
    line(depth, text);
    open_.open(*inner, depth);
    block(node, *inner, depth + 1);
    close(*inner, depth);
  }

  std::string take() { return std::move(out_); }

 private:
  /// Blocks of other parts of IOS have no end of their own below the first level.
  void close(const Mode& inner, std::size_t depth) {
    if (inner.closing().empty() && depth > 0 && inner.keeps_any()) return;
    line(depth, inner.closing().empty() ? "!" : inner.closing());
    if (!inner.closing().empty()) open_.close_to(depth);
  }

  void built_in(const Command& command, const Node& root) {
    for (const BuiltIn& object : built_ins) {
      if (command.type() != object.type || !object.there(root)) continue;
      close_group({});
      leave_for(command, 0, object.text.substr(0, object.text.find('\n')));
      out_ += object.text;
      open_.open(*command.opens(), 0);
    }
  }

  void plain(const Command& command, std::size_t depth, std::string_view text) {
    if (depth == 0) return alone(command, text);
    leave_for(command, depth, text);
    line(depth, text);
  }

  /// A reader is still in the blocks printed last: where they would take the line that comes, `exit` leaves them, as it does
  /// when typed.
  void leave_for(const Command& command, std::size_t depth, std::string_view text) {
    if (open_.may_be_deeper(text, depth)) {
      Refusal why;
      const auto reader = open_.owner({std::string(text), depth, {}}, why);
      const bool other = !reader || reader->level != depth || (reader->parsed.command != &command && !command.opaque());
      if (other)
        for (std::size_t level = open_.depth(); level > depth; --level) line(depth, "exit");
    }
    open_.close_to(depth);
    open_.line_at(depth);
  }

  std::string absent(const Command& command) const {
    if (!command.absent().empty() || detail_ == Detail::usual) return std::string(command.absent());
    return command.default_line();
  }
  Detail detail_;
  std::string out_;
  std::string group_;
  OpenBlocks open_;  // the blocks that a reader of what was printed is in
};

}  // namespace

std::string running_config(const Configuration& configuration, Detail detail) {
  Writer writer(detail);
  writer.line(0, "!");
  writer.line(0, "version 16.12");
  const Node& root = configuration.data().root;
  if (!root.find<ServiceTimestamps>()) writer.line(0, "!");
  writer.block(root, global_mode(), 0);
  writer.close_group({});
  writer.line(0, "end");
  return writer.take();
}

std::string interface_config(const Configuration& configuration, const std::string& name) {
  Writer writer(Detail::usual);
  bool found = false;
  configuration.data().root.each<Interface>([&](const Interface& interface, const Node& line) {
    if (interface.name != name) return;
    found = true;
    writer.put(line, 0);
  });
  if (!found) return {};
  // The separator stands in front here, and not behind.
  std::string out = "!\n" + writer.take();
  if (out.ends_with("\n!\n")) out.erase(out.size() - 2);
  return out + "end\n";
}

}  // namespace parser
