#include "cli/pager.hpp"

#include <algorithm>
#include <string>

namespace cli {

void Pager::show(std::string_view text) {
  while (!text.empty() && !quit_) {
    if (!pattern_.empty()) {
      text = sought(text);
      continue;
    }
    if (lines_ > 1 && shown_ >= lines_ - 1) {
      stop();
      continue;
    }
    const std::size_t end = std::min(text.find('\n'), text.size());
    const bool whole = end < text.size();
    write_(text.substr(0, whole ? end + 1 : end));
    column_ += static_cast<unsigned>(end);
    if (whole) {
      shown_ += 1 + (columns_ > 0 && column_ > 0 ? (column_ - 1) / columns_ : 0);
      column_ = 0;
    }
    text.remove_prefix(whole ? end + 1 : end);
  }
}

void Pager::ask_for_pattern() {
  write_("/");
  constexpr char end_of_input = static_cast<char>(-1);
  for (char key = key_(); key != '\r' && key != '\n' && key != end_of_input; key = key_()) {
    const bool rubs_out = key == '\b' || key == 0x7F;
    if (rubs_out && pattern_.empty()) continue;
    if (rubs_out)
      pattern_.pop_back();
    else
      pattern_ += key;
    write_(rubs_out ? std::string_view("\b \b") : std::string_view(&key, 1));
  }
  write_(pattern_.empty() ? "\n" : "\nfiltering...\n");
  shown_ = 0;
}

std::string_view Pager::sought(std::string_view text) {
  const std::size_t end = text.find('\n');
  partial_ += text.substr(0, end);
  if (end == std::string_view::npos) return {};
  if (partial_.find(pattern_) != std::string::npos) {
    pattern_.clear();
    write_(partial_ + "\n");
    ++shown_;
  }
  partial_.clear();
  return text.substr(end + 1);
}

/// Space shows the next screen, Enter the next line, "/" the next line with some text, anything else ends the answer.
void Pager::stop() {
  write_(" --More-- ");
  const char key = key_();
  write_("\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b");
  if (key == ' ')
    shown_ = 0;
  else if (key == '/')
    ask_for_pattern();
  else if (key == '\r' || key == '\n')
    shown_ = lines_ - 2;
  else
    quit_ = true;
}

}  // namespace cli
