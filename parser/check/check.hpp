// `sallyport check`: what a configuration file means here, line by line and as a whole, and whether two routers' files fit
// together. No daemon is needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/parser.hpp"

namespace parser {

struct Place {
  std::string file;
  std::size_t line = 0;  // 0: nowhere in particular
};

/// Something that is wrong with the whole although every line is right. `check`: which one found it ("unused"). No secrets.
struct Finding {
  std::string check, text;
  std::vector<Place> places;
};

/// A line of the file. `text` has asterisks in place of secrets; columns stay what they are.
struct CheckedLine {
  std::size_t number = 0;
  std::string text;
  Verdict verdict = Verdict::accepted;
  std::string why;  // the answer of a router, or why the line has no effect here
  std::optional<std::size_t> caret;
  std::string nearest;  // refused: the nearest form that would be accepted, or what could stand there
};

struct CheckedFile {
  std::string name;
  std::vector<CheckedLine> lines;
};

struct CheckReport {
  std::vector<CheckedFile> files;
  std::vector<Finding> findings;
  bool refused_any = false;
};

struct NamedText {
  std::string name, text;
};
/// One file, or several: two are also held against each other, as two ends of a tunnel. `now`: seconds since 1970, by which the
/// dates of certificates are judged; 0: they are not.
CheckReport check(const std::vector<NamedText>& files, std::int64_t now = 0);

}  // namespace parser
