#include "parser/database_views.hpp"

#include <algorithm>
#include <set>

namespace parser {
namespace {

std::string identifier(std::string_view words) {
  std::string out;
  for (const char c : words) out.push_back((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_');
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string field(std::string_view row, const std::string& column) {
  return "json_extract(" + std::string(row) + ".fields, " + literal("$.\"" + column + "\"") + ")";
}

/// `wanted`, or with a number behind where it is taken.
std::string unique(std::set<std::string>& taken, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !taken.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

bool ends_with_word(const std::string& words, const std::string& word) { return words == word || words.ends_with("_" + word); }

/// How a bound member of a line is called in the view of the block: "address" of `address`, "dpd_interval" of `dpd`. The
/// member's first word goes where it is "network" or stands in the keyword already: "identity_kind", not
/// "identity_identity_kind".
std::string column_name(const CommandSchema& command, const std::string& member) {
  const std::string keyword = identifier(command.keyword);
  if (command.columns.size() == 1) return keyword;
  // What the line is about: `set peer ADDRESS`, `authentication local METHOD`.
  if (member == "method" || (member == "address" && ends_with_word(keyword, "peer"))) return keyword;
  if (ends_with_word(keyword, member)) return keyword;
  const std::size_t end = member.find('_');
  const std::string first = member.substr(0, end);
  const bool needless = first == "network" || ("_" + keyword + "_").find("_" + first + "_") != std::string::npos;
  const std::string leaf = end != std::string::npos && needless ? member.substr(end + 1) : member;
  return ends_with_word(keyword, leaf) ? keyword : keyword + "_" + leaf;
}

class ViewWriter {
 public:
  explicit ViewWriter(const std::vector<ModeSchema>& modes) : modes_(modes) {}

  std::vector<View> write() {
    for (const ModeSchema& mode : modes_) names_.insert(mode.name);
    for (const ModeSchema& mode : modes_) out_.push_back(block_view(mode));
    for (const ModeSchema& mode : modes_)
      for (const CommandSchema& command : mode.commands)
        if (command.occurs == Occurs::many && command.opens.empty() && !command.columns.empty())
          out_.push_back(line_view(mode, command));
    return std::move(out_);
  }

 private:
  /// A select statement under construction.
  struct Select {
    std::string columns, joins, order;
    std::set<std::string> taken;
    void column(const std::string& expression, const std::string& name) {
      columns += (columns.empty() ? "\n  " : ",\n  ") + expression + " as \"" + unique(taken, name) + "\"";
    }
  };

  const ModeSchema* find(const std::string& name) const {
    const auto it = std::find_if(modes_.begin(), modes_.end(), [&](const ModeSchema& m) { return m.name == name; });
    return it == modes_.end() ? nullptr : &*it;
  }

  /// Joins the blocks around row `inner`, outermost first in columns and order.
  void enclosing(Select& select, const std::string& parent, const std::string& inner) const {
    const ModeSchema* mode = find(parent);
    if (!mode || mode->parent.empty()) return;
    const std::string row = inner + "p";
    select.joins += " join object " + row + " on " + row + ".id = " + inner + ".parent";
    enclosing(select, mode->parent, row);
    for (const ColumnSchema& header : mode->header) select.column(field(row, header.name), mode->name + "_" + header.name);
    select.order += row + ".position, ";
  }

  void line_column(Select& select, const CommandSchema& command, const std::string& member) const {
    const std::string rows = " from setting s where s.object = o.id and s.keyword = " + literal(command.keyword);
    const std::string name = column_name(command, member);
    if (command.occurs == Occurs::many)
      select.column("(select group_concat(v, ' ') from (select " + field("s", member) + " as v" + rows + " order by s.position))",
                    name);
    else if (command.columns.size() == 1)
      select.column("(select coalesce(" + field("s", member) + ", '')" + rows + ")", name);
    else
      select.column("(select " + field("s", member) + rows + ")", name);
  }

  View block_view(const ModeSchema& mode) const {
    Select select;
    enclosing(select, mode.parent, "o");
    for (const ColumnSchema& header : mode.header) select.column(field("o", header.name), header.name);
    for (const CommandSchema& command : mode.commands) {
      if (!command.opens.empty() || command.keyword.empty() || (command.occurs == Occurs::many && mode.parent.empty())) continue;
      for (const ColumnSchema& column : command.columns) line_column(select, command, column.name);
      if (command.columns.empty())
        select.column("exists (select 1 from setting s where s.object = o.id and s.keyword = " + literal(command.keyword) + ")",
                      identifier(command.keyword));
    }
    return finish(mode.name, mode, std::move(select), "o.position");
  }

  View line_view(const ModeSchema& mode, const CommandSchema& command) {
    const bool global = mode.parent.empty();
    Select select;
    if (!global) {
      enclosing(select, mode.parent, "o");
      for (const ColumnSchema& header : mode.header) select.column(field("o", header.name), mode.name + "_" + header.name);
    }
    select.column("s.position", "position");
    for (const ColumnSchema& column : command.columns) select.column(field("s", column.name), column.name);
    select.joins += " join setting s on s.object = o.id and s.keyword = " + literal(command.keyword);
    std::string name = (global ? "" : mode.name + "_") + (command.keyword.empty() ? "entry" : identifier(command.keyword));
    if (names_.count(name)) name += "_" + command.columns.back().name;
    return finish(unique(names_, name), mode, std::move(select), "o.position, s.position");
  }

  static View finish(const std::string& name, const ModeSchema& mode, Select select, const std::string& order) {
    if (select.columns.empty()) select.column("o.id", "id");
    return {name, "create view \"" + name + "\" as select" + select.columns + "\nfrom object o" + select.joins +
                      "\nwhere o.configuration = 'running' and o.mode = " + literal(mode.name) + "\norder by " + select.order +
                      order};
  }

  const std::vector<ModeSchema>& modes_;
  std::set<std::string> names_;
  std::vector<View> out_;
};

}  // namespace

std::vector<View> database_views(const std::vector<ModeSchema>& modes) { return ViewWriter(modes).write(); }

}  // namespace parser
