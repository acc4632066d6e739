// The sample configurations of the parser's tests and of samples/, in the order of their names.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace parser {

struct Sample {
  std::string name, text;
};

inline std::vector<Sample> samples() {
  std::vector<Sample> out;
  for (const char* folder : {"/tests/parser/samples", "/samples/two-sites", "/samples/tunnel-interface"})
    for (const auto& file : std::filesystem::directory_iterator(std::string(SOURCE_DIR) + folder)) {
      if (file.path().extension() != ".cfg") continue;
      std::ifstream in(file.path());
      out.push_back({file.path().filename(), std::string(std::istreambuf_iterator<char>(in), {})});
    }
  std::sort(out.begin(), out.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
  return out;
}

}  // namespace parser
