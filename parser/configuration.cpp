#include "parser/configuration.hpp"

#include <map>

#include "parser/command.hpp"

namespace parser {

// The programs are linked statically: a type has one type_info, and its name need not be compared.
bool Node::has_type(const std::type_info& type) const { return command && &command->type() == &type; }

bool operator==(const Node& a, const Node& b) {
  if (&a == &b) return true;
  if (a.command != b.command || a.negated != b.negated || a.children.size() != b.children.size()) return false;
  if (a.command && a.value != b.value && !a.command->equal(a.value.get(), b.value.get())) return false;
  for (std::size_t i = 0; i < a.children.size(); ++i)
    if (a.children[i] != b.children[i] && !(*a.children[i] == *b.children[i])) return false;
  return true;
}

Configuration::Configuration() : data_(std::make_shared<const Data>()) {}

bool operator==(const Configuration& a, const Configuration& b) { return a.data_ == b.data_ || a.data_->root == b.data_->root; }

std::string Configuration::hostname() const {
  const Hostname* set = data_->root.find<Hostname>();
  return set ? set->name : "Router";
}

bool opens_block(const Node& line) { return line.command == nullptr || line.command->opens() != nullptr; }

std::string mode_opened_by(const Node& line) {
  if (!line.command) return global_mode().name();
  const Mode* mode = line.command->opens();
  return mode ? mode->name() : "";
}

std::string config_line(const Node& line) {
  std::string out;
  if (line.command) line.command->print(line.value.get(), false, out);
  return line.negated ? "no " + out : out;
}

std::string line_text(const Node& line) {
  std::string out = config_line(line);
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string shown_text(const Node& line) {
  std::string out;
  if (line.command) line.command->print_hidden(line.value.get(), out);
  if (line.negated) out.insert(0, "no ");
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string line_keyword(const Node& line) { return line.command ? line.command->keyword() : ""; }

std::vector<Column> columns(const Node& line) {
  std::vector<Column> out;
  if (!line.command) return out;
  for (BoundColumn& c : line.command->columns(line.value.get())) out.push_back({std::move(c.name), std::move(c.value)});
  return out;
}

namespace {

std::vector<ColumnSchema> columns_of(const Command& command) {
  std::vector<ColumnSchema> out;
  for (BoundColumn& c : command.columns(nullptr))
    out.push_back({std::move(c.name), c.integer ? ColumnType::integer : ColumnType::text});
  return out;
}

std::vector<ModeSchema> make_schema() {
  std::vector<ModeSchema> out;
  std::map<const Mode*, const Command*> openers;
  for (const Mode* mode : config_modes()) {
    ModeSchema schema{mode->name(), {}, {}, {}};
    if (auto opener = openers.find(mode); opener != openers.end()) {
      schema.parent = opener->second->mode->name();
      schema.header = columns_of(*opener->second);
    }
    for (const auto& command : mode->commands()) {
      const Merge merge = command->merge();
      if (merge == Merge::accepted || merge == Merge::acts || merge == Merge::leave || merge == Merge::finish ||
          !command->allows(Form::set))
        continue;
      if (command->opens()) openers.emplace(command->opens(), command.get());
      schema.commands.push_back({command->keyword(), merge == Merge::once ? Occurs::once : Occurs::many,
                                 command->opens() ? command->opens()->name() : "", columns_of(*command)});
    }
    out.push_back(std::move(schema));
  }
  return out;
}

}  // namespace

const std::vector<ModeSchema>& schema() {
  static const std::vector<ModeSchema> modes = make_schema();
  return modes;
}

}  // namespace parser
