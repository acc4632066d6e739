// Text taken whole, and what is compiled of it: for tests of compile*.cpp.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "parser/compile.hpp"
#include "parser/configuration.hpp"

namespace parser {

/// A refused line fails the test.
inline ApplyResult applied(const std::string& text) {
  ApplyResult result = parser::apply(Configuration{}, text);
  for (const LineReport& line : result.lines)
    EXPECT_NE(line.verdict, Verdict::refused) << line.number << ": " << line.text << "\n" << line.answer;
  return result;
}
inline Compiled compiled(const std::string& text, const Compiled* previous = nullptr) {
  return compile(applied(text).configuration, previous);
}
inline std::string all_warnings(const Compiled& c) {
  std::string out;
  for (const std::string& warning : c.warnings) out += warning + "\n";
  return out;
}

}  // namespace parser
