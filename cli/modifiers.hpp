// `show ... | include REGEX` and its relatives.
#pragma once

#include <string>
#include <string_view>

#include "parser/exec_commands.hpp"

namespace cli {

/// `output` as the modifier leaves it. `count` answers with its one line, a pattern that is no regular expression with
/// a refusal in IOS's words.
std::string modified(std::string output, const parser::Modifier& modifier);

}  // namespace cli
