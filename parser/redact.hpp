// Keys typed on a line are kept out of histories and error messages.
#pragma once

#include <string>
#include <string_view>

namespace parser {

/// `line` with everything behind `pre-shared-key` (abbreviated or mistyped by a letter or two) and behind the other words
/// that announce a secret (`key`, `password`, `secret`, ...) as asterisks, blanks kept so that columns stay. A line without
/// a secret comes back unchanged.
std::string without_keys(std::string_view line);

}  // namespace parser
