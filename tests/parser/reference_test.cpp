// docs/commands.md is what the tables say. To write it anew: SALLYPORT_UPDATE_GOLDENS=1 build/dev/parser_tests
// --gtest_filter='Reference.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

/// A bar would end the cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

bool is_configuration(const Command& command) {
  return command.merge() != Merge::leave && command.merge() != Merge::finish && !command.opaque();
}

std::string effect_of(const Command& command) {
  if (!command.reason().empty()) return "none: " + std::string(command.reason());
  return command.has_effect() ? "" : "none";
}

std::string reference() {
  std::string out =
      "# Commands\n\n"
      "Every line of configuration that is understood, by mode, in the order of `show running-config`. This page is made from "
      "the\ntables of the grammar; a test fails where it is stale (`tests/parser/reference_test.cpp` says how to make it anew).\n"
      "Under *effect* stands why a line has none; such a line is checked, kept, printed back, and reported.\n\n"
      "`no` in front takes a line away, `default` brings its default back. Words may be abbreviated as far as they stay "
      "unique.\n";
  std::map<const Mode*, std::string> entered;
  for (const Mode* mode : config_modes())
    for (const auto& command : mode->commands())
      if (command->opens()) entered.emplace(command->opens(), command->syntax());
  for (const Mode* mode : config_modes()) {
    out += "\n## `(" + mode->prompt() + ")`\n\n";
    if (const auto by = entered.find(mode); by != entered.end()) out += "Entered by `" + by->second + "`.\n\n";
    out += "| Command | | Effect |\n|---|---|---|\n";
    for (const auto& command : mode->commands()) {
      if (!is_configuration(*command)) continue;
      out += "| `" + std::string(command->allows(Form::set) ? "" : "default ") + cell(command->syntax()) + "` | " +
             cell(command->help()) + " | " + cell(effect_of(*command)) + " |\n";
    }
  }
  return out;
}

TEST(Reference, IsWhatTheTablesSay) {
  const std::string path = std::string(SOURCE_DIR) + "/docs/commands.md";
  const std::string wanted = reference();
  if (std::getenv("SALLYPORT_UPDATE_GOLDENS")) std::ofstream(path) << wanted;
  std::ifstream in(path);
  const std::string found(std::istreambuf_iterator<char>(in), {});
  EXPECT_TRUE(found == wanted) << "docs/commands.md is stale: see the head of " << __FILE__;
}

}  // namespace
}  // namespace parser
