// As much of a terminal's screen as readline needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

class Screen {
 public:
  void put(std::string_view octets);
  /// Lines from the first to the cursor's, without blanks at their ends.
  std::vector<std::string> lines() const;
  /// The line the cursor stands in.
  std::string present() const { return lines().back(); }
  bool contains(const std::string& line) const;
  std::string text() const;

 private:
  void control(char c);
  void sequence(char final);

  std::vector<std::string> rows_{1};
  std::size_t row_ = 0, column_ = 0;
  std::string parameters_;
  enum class State { text, escape, sequence } state_ = State::text;
};
