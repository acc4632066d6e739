#include "cli/json.hpp"

#include <algorithm>
#include <cstdio>

namespace cli {

void JsonWriter::put_text(std::string_view text) {
  out_ += '"';
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7f) {
      out_ += static_cast<char>(c);
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out_ += escape;
    }
  }
  out_ += '"';
}

TextLines TextLines::of(std::string_view text) {
  TextLines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace cli
