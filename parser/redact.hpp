// Keys typed on a line are kept out of histories and error messages.
#pragma once

#include <string>
#include <string_view>

namespace parser {

/// `line` with everything behind `pre-shared-key` (abbreviated or mistyped by a letter or two) and behind the other words
/// that announce a secret (`key`, `password`, `secret`, ...) as asterisks, blanks kept so that columns stay. A line without
/// a secret comes back unchanged.
std::string without_keys(std::string_view line);
/// The same with six asterisks in place of all that is hidden: no length is told where no caret has to stand below the line.
std::string without_key_lengths(std::string_view line);

}  // namespace parser
