#include "cli/help_text.hpp"

#include <algorithm>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

std::size_t widest(const std::vector<parser::HelpEntry>& entries) {
  std::size_t width = 0;
  for (const auto& entry : entries) width = std::max(width, entry.token.size());
  return width;
}

}  // namespace

std::string help_text(std::string_view text, const std::vector<parser::HelpEntry>& entries, std::string_view title,
                      unsigned columns) {
  if (entries.empty()) return "% Unrecognized command\n";
  const bool nothing_typed = text.find_first_not_of(" \t") == std::string_view::npos;
  const std::size_t width = widest(entries) + 2;
  std::string out;
  if (nothing_typed || text.back() == ' ' || text.back() == '\t') {
    if (nothing_typed && !title.empty()) out += std::string(title) + "\n";
    for (const auto& entry : entries)
      out += "  " + (entry.help.empty() ? entry.token : padded(entry.token, width) + entry.help) + "\n";
    return out;
  }
  const std::size_t per_row = std::max<std::size_t>(1, columns / width);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool last = i + 1 == entries.size() || (i + 1) % per_row == 0;
    out += last ? entries[i].token + "\n" : padded(entries[i].token, width);
  }
  return out;
}

}  // namespace cli
