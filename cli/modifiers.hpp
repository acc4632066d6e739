// `show ... | include REGEX` and its relatives.
#pragma once

#include <string>
#include <string_view>

#include "parser/exec_commands.hpp"

namespace cli {

/// `output` as the modifier leaves it. `count` answers with its one line, a pattern that is no regular expression with
/// a refusal in IOS's words.
std::string modified(std::string output, const parser::Modifier& modifier);

/// The same with the modifiers that write a file (cli/text_file.hpp): what is left for the screen. `refusal`: why the file
/// could not be written.
std::string shown(std::string output, const parser::Modifier& modifier, const std::string& flash, std::string& refusal);

}  // namespace cli
