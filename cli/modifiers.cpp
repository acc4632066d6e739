#include "cli/modifiers.hpp"

#include <regex.h>

#include <algorithm>
#include <cstddef>

#include "cli/text_file.hpp"

namespace cli {
namespace {

/// POSIX extended is IOS's dialect but for `_`, which stands for any delimiter and either end of the line.
class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    std::string posix;
    for (const char c : text) {
      if (c == '_')
        posix += "([ ,{}()_]|^|$)";
      else
        posix += c;
    }
    valid_ = regcomp(&regex_, posix.c_str(), REG_EXTENDED | REG_NOSUB) == 0;
  }
  ~Pattern() {
    if (valid_) regfree(&regex_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  bool valid() const { return valid_; }
  bool matches(const std::string& line) const { return regexec(&regex_, line.c_str(), 0, nullptr, 0) == 0; }

 private:
  regex_t regex_{};
  bool valid_ = false;
};

/// Decides line by line; one object a command, because begin and section remember.
class Filter {
 public:
  Filter(const parser::Modifier& modifier, const Pattern& pattern)
      : kind_(modifier.kind), others_(modifier.others), pattern_(pattern) {}

  bool keeps(const std::string& line) {
    const bool match = pattern_.matches(line);
    if (match) ++matched_;
    switch (kind_) {
      case parser::ModifierKind::none:
        return true;
      case parser::ModifierKind::include:
        return match;
      case parser::ModifierKind::exclude:
        return !match;
      case parser::ModifierKind::begin:
        return begun_ = begun_ || match;
      case parser::ModifierKind::section:
        return in_section(line, match) != others_;
      case parser::ModifierKind::count:
        return false;
      case parser::ModifierKind::json:
      case parser::ModifierKind::redirect:
      case parser::ModifierKind::append:
      case parser::ModifierKind::tee:
        break;
    }
    return true;
  }
  std::size_t matched() const { return matched_; }

 private:
  bool in_section(const std::string& line, bool match) {
    const std::size_t depth = line.find_first_not_of(' ');
    if (depth == std::string::npos || line[depth] == '!') return false;
    if (depth > section_depth_) return true;
    section_depth_ = match ? depth : std::string::npos;
    return match;
  }

  parser::ModifierKind kind_;
  bool others_;
  const Pattern& pattern_;
  bool begun_ = false;
  std::size_t section_depth_ = std::string::npos;  // of the line that opened the section; npos: outside
  std::size_t matched_ = 0;
};

}  // namespace

std::string modified(std::string output, const parser::Modifier& modifier) {
  if (modifier.kind == parser::ModifierKind::none || modifier.kind == parser::ModifierKind::json) return output;
  const Pattern pattern(modifier.pattern);
  if (!pattern.valid()) return "% Failed to compile regular expression.\n";
  Filter filter(modifier, pattern);
  std::string kept;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string line = output.substr(at, end - at);
    if (filter.keeps(line)) kept += line + "\n";
    at = end + 1;
  }
  if (modifier.kind == parser::ModifierKind::count)
    return "Number of lines which match regexp = " + std::to_string(filter.matched()) + "\n";
  return kept;
}

std::string shown(std::string output, const parser::Modifier& modifier, const std::string& flash, std::string& refusal) {
  if (!modifier.has_file()) return modified(std::move(output), modifier);
  const bool at_end = modifier.kind == parser::ModifierKind::append || modifier.to_end;
  const auto status = write_text_file(modifier.file, flash, output, at_end ? FileMode::append : FileMode::replace);
  if (!status.ok()) refusal = status.failure().why;
  return modifier.kind == parser::ModifierKind::tee ? std::move(output) : std::string();
}

}  // namespace cli
