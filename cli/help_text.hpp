// What `?` prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/parser.hpp"

namespace cli {

/// `text` is what stands before the `?`. A trailing blank (or nothing) asks for the next word: a table of two columns,
/// under `title` when nothing was typed at all. Otherwise the words that begin so, in columns.
std::string help_text(std::string_view text, const std::vector<parser::HelpEntry>& entries, std::string_view title,
                      unsigned columns);

/// The title of a mode's own list, by what its prompt has in parentheses: "Interface configuration commands:".
std::string mode_title(std::string_view prompt);

}  // namespace cli
