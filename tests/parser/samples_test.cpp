// Whole configurations, as routers print them and as people write them: every line is understood, what is printed comes back
// as it is, and no command is without a sample.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

#include "tests/parser/sample_files.hpp"
#include "tests/parser/support.hpp"

namespace parser {
namespace {

TEST(Samples, EveryLineIsUnderstoodOrRefusedAsItSays) {
  for (const Sample& sample : samples()) {
    std::istringstream in(sample.text);
    std::set<std::string> wrong, weak;  // lines that the head of the file says are refused, or may be
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("! refused: ")) wrong.insert(line.substr(11));
      if (line.starts_with("! may be refused: ")) weak.insert(line.substr(18));
    }
    for (const LineReport& line : parser::apply({}, sample.text).lines) {
      const std::size_t first = line.text.find_first_not_of(' ');
      const std::string text = first == std::string::npos ? "" : line.text.substr(first);
      if (weak.count(text)) continue;
      const bool expected = wrong.count(text) > 0;
      EXPECT_EQ(line.verdict == Verdict::refused, expected) << sample.name << ":" << line.number << ": " << line.text << "\n"
                                                            << line.answer;
    }
  }
}

TEST(Samples, WhatIsPrintedComesBackAsItIs) {
  for (const Sample& sample : samples()) {
    const Configuration configuration = parser::apply({}, sample.text).configuration;
    const std::string shown = running_config(configuration);
    const ApplyResult again = parser::apply({}, shown);
    EXPECT_FALSE(again.refused_any) << sample.name;
    for (const LineReport& line : again.lines) EXPECT_NE(line.verdict, Verdict::refused) << sample.name << ": " << line.text;
    EXPECT_TRUE(again.configuration == configuration) << sample.name << "\n" << running_config(again.configuration);
    EXPECT_EQ(running_config(again.configuration), shown) << sample.name;
  }
}

TEST(Samples, NoCommandIsWithoutOne) {
  std::set<const Command*> seen;
  std::string all;
  const std::function<void(const Node&)> walk = [&](const Node& node) {
    if (node.command) seen.insert(node.command);
    for (const auto& child : node.children) walk(*child);
  };
  for (const Sample& sample : samples()) {
    walk(parser::apply({}, sample.text).configuration.data().root);
    all += sample.text;
  }
  for (const Mode* mode : config_modes())
    for (const auto& command : mode->commands()) {
      const bool stored = command->merge() == Merge::once || command->merge() == Merge::many || command->merge() == Merge::block;
      const bool found = stored ? seen.count(command.get()) > 0 : all.find(command->keyword()) != std::string::npos;
      EXPECT_TRUE(found || command->opaque()) << mode->name() << ": " << command->keyword();
    }
}

}  // namespace
}  // namespace parser
