// What a Configuration holds: an immutable tree of lines. A line is a command with its struct (parser/commands.hpp) and,
// where the command opens a block, the lines of the block. Everything that can be configured is here in one shape, so
// that a new command needs nothing outside its mode file.
//
// How the database keeps it. `object` has one row a block (the root included), `setting` one row a line that opens none;
// both carry the canonical text (`line_text`) and the typed values (`columns`). `schema` lists what columns there can be,
// which is all that the views need. Loading is apply(Configuration{}, text): put the canonical texts in order, each block's
// lines after its own; indentation and "!" are not needed. running_config() of the whole is an equally good text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <typeinfo>
#include <variant>
#include <vector>

#include "parser/commands.hpp"
#include "parser/parser.hpp"

namespace parser {

class Command;  // parser/command.hpp: a row of a mode table

/// One line. Children are in running-config order: mode-table order, then each command's own order.
struct Node {
  const Command* command = nullptr;   // null for the root; lives for ever
  std::shared_ptr<const void> value;  // the command's struct
  bool negated = false;               // the line says `no`: only where that is kept
  std::vector<std::shared_ptr<const Node>> children;

  /// The struct, if it is a T and not negated.
  template <class T>
  const T* as() const {
    return !negated && has_type(typeid(T)) ? static_cast<const T*>(value.get()) : nullptr;
  }
  /// The struct of a line that says `no`, if it is a T.
  template <class T>
  const T* negated_as() const {
    return negated && has_type(typeid(T)) ? static_cast<const T*>(value.get()) : nullptr;
  }
  /// The struct of the first line of type T in this block, or null.
  template <class T>
  const T* find() const {
    for (const auto& child : children)
      if (const T* t = child->template as<T>()) return t;
    return nullptr;
  }
  /// Calls `visit(const T&, const Node& line)` for each line of type T in this block, in order.
  template <class T, class Visit>
  void each(Visit&& visit) const {
    for (const auto& child : children)
      if (const T* t = child->template as<T>()) visit(*t, *child);
  }

 private:
  bool has_type(const std::type_info& type) const;
};
/// The built-in object of that kind is switched off: `no ... default`.
template <class T>
bool switched_off(const Node& root) {
  return std::any_of(root.children.begin(), root.children.end(), [](const auto& line) {
    const T* object = line->template negated_as<T>();
    return object && object->name == "default";
  });
}
/// By value; nodes that are the same object are equal without a look.
bool operator==(const Node& a, const Node& b);

/// `root.command` is null, `root.children` are the lines of global configuration.
struct Configuration::Data {
  Node root;
};

/// True where the line opens a block, also an empty one: `interface GigabitEthernet0/0`.
bool opens_block(const Node& line);
/// The name of the mode that the line opens, empty where it opens none; "global" for the root.
std::string mode_opened_by(const Node& line);
/// The line as running-config has it, without indentation.
std::string config_line(const Node& line);
/// The same without trailing blanks: "crypto map VPN-MAP 10 ipsec-isakmp".
std::string line_text(const Node& line);
/// The same with asterisks in place of secrets: what may be seen outside of running-config.
std::string shown_text(const Node& line);
/// The keywords by which the line begins, a stable name of the command within its mode: "set transform-set", "address".
std::string line_keyword(const Node& line);

/// A bound member of a line with its value. Lists are one text, joined with blanks; flags are 0 or 1.
struct Column {
  std::string name;  // the member's: "address", "algorithms", "source_ports"; unique within the line
  std::variant<std::monostate, std::int64_t, std::string> value;  // monostate: not given
};
/// Columns of the line in the order of its syntax, always the same set for one command. Keys of peers are not among them.
std::vector<Column> columns(const Node& line);

enum class Occurs : std::uint8_t { once, many };
enum class ColumnType : std::uint8_t { integer, text };
struct ColumnSchema {
  std::string name;
  ColumnType type = ColumnType::text;
};
/// A command of a mode: what `columns` yields for its lines. `opens`: name of the mode it opens, or empty.
struct CommandSchema {
  std::string keyword;  // as line_keyword
  Occurs occurs = Occurs::once;
  std::string opens;
  std::vector<ColumnSchema> columns;
};
/// A mode with its commands in running-config order. `header`: the columns of the line that opens it (none for "global").
struct ModeSchema {
  std::string name;    // "global", "ikev2_proposal", "ikev2_keyring_peer", "crypto_map", "access_list", ...
  std::string parent;  // name of the mode where it is opened, empty for "global"
  std::vector<ColumnSchema> header;
  std::vector<CommandSchema> commands;
};
/// Every configuration mode, parents before children. Generated from the mode tables.
const std::vector<ModeSchema>& schema();

}  // namespace parser
