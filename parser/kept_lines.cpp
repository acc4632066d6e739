#include "parser/kept_lines.hpp"

#include <algorithm>

namespace parser {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::optional<std::string> first_behind(const Node& block, std::string_view beginning) {
  std::optional<std::string> out;
  each_behind(block, beginning, [&out](std::string_view rest) {
    if (!out) out = rest;
  });
  return out;
}

}  // namespace parser
