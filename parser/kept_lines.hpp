// What is read of lines that are kept as they stand (compile_aaa, compile_access): the text behind a beginning, and its words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/configuration.hpp"
#include "parser/kept.hpp"

namespace parser {

/// By blanks.
std::vector<std::string> words_of(std::string_view text);

/// Calls `visit(rest)` for each kept line of the block that begins so, with what follows.
template <class Visit>
void each_behind(const Node& block, std::string_view beginning, Visit visit) {
  block.each<Kept>([&](const Kept& line, const Node&) {
    if (line.text.starts_with(beginning)) visit(std::string_view(line.text).substr(beginning.size()));
  });
}

/// What follows on the first such line.
std::optional<std::string> first_behind(const Node& block, std::string_view beginning);

}  // namespace parser
