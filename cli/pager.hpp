// ` --More-- `
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cli {

/// Counts the lines that go to a screen of `lines` lines and stops at its end. One object an answer.
class Pager {
 public:
  /// `write` puts text on the screen, `key` waits for one. `lines` 0 or 1: never stops.
  Pager(unsigned lines, unsigned columns, std::function<void(std::string_view)> write, std::function<char()> key)
      : lines_(lines), columns_(columns), write_(std::move(write)), key_(std::move(key)) {}

  /// Shows `text`, or nothing more once the user has had enough.
  void show(std::string_view text);

 private:
  void stop();
  void ask_for_pattern();
  /// Passes over `text` up to the line that has the pattern; what is left of it.
  std::string_view sought(std::string_view text);

  unsigned lines_, columns_;
  std::function<void(std::string_view)> write_;
  std::function<char()> key_;
  unsigned shown_ = 0, column_ = 0;
  bool quit_ = false;
  std::string pattern_, partial_;  // sought after "/", and the line that is not whole yet
};

}  // namespace cli
