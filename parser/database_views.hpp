// The SQL that makes the database readable for operators: one view a mode, one a command that a block may have many of.
#pragma once

#include <string>
#include <vector>

#include "parser/configuration.hpp"

namespace parser {

struct View {
  std::string name;
  std::string sql;  // the whole `create view` statement
};

/// Views of the running configuration over the tables of parser/database.cpp, by these rules:
/// - A mode is a view of its blocks: `ikev2_keyring_peer`. First the columns of the enclosing blocks with the mode's name
///   before them (`ikev2_keyring_name`), then the block's own (`name`), then its lines: `address`, `address_length`. A line
///   that may occur many times is one text joined with blanks; a line that has no values is 1 or 0; where the only value
///   of a line is not given (`set pfs`), it is an empty text.
/// - A command with values that may occur many times is also a view of its lines: `interface_ip_address`,
///   `access_list_entry` (a command that begins with no keyword), `ip_route` (global configuration; not in `global`).
/// Names are unique; where one is taken, the last column is appended (`crypto_map_interface`), then a number.
std::vector<View> database_views(const std::vector<ModeSchema>& modes);

}  // namespace parser
