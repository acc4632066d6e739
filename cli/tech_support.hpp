// `show tech-support crypto`: everything that helps to understand a gateway, in one text without a secret in it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/backend.hpp"

namespace cli {

struct SupportSection {
  std::string command;
  std::vector<std::string> lines;
};
template <class V>
void fields(V& v, const SupportSection& section) {
  v("command", section.command, "The show");
  v("lines", section.lines, "What it prints, secrets of the configuration as asterisks");
}
struct TechSupport {
  std::vector<SupportSection> sections;
};
template <class V>
void fields(V& v, const TechSupport& support) {
  v("sections", support.sections, "One for each show");
}

/// A session of its own types the shows one behind the other, between the loop's other work; `then` gets what they print.
void gather_support(Backend& backend, std::function<void(TechSupport)> then);
std::string show_tech_support(const TechSupport& support);

}  // namespace cli
