// How the blocks of other parts of IOS are made: their lines are kept as they stand and in the order given, known by the words
// they begin with and, where they are indented, whatever they say, with the blocks below them.
#pragma once

#include <vector>

#include "parser/command.hpp"

namespace parser {

/// A line by its first words. Several words set it apart from one of global configuration that begins with the first of them.
struct Child {
  const char* words;
  const char* helps;  // of each word, between bars
  const Mode* opens = nullptr;
};

/// The command of a line that opens no block; `note` says why it has no effect, where its block does not.
std::unique_ptr<Command> foreign_line(const Child& child, std::string_view note = {});
/// A mode whose lines are kept as they stand. It lives for ever.
const Mode& foreign_mode(const char* name, const char* prompt, const std::vector<Child>& children, Commands lines = {});
/// A command that leaves the mode, by which running-config ends its blocks: "exit-address-family".
Commands foreign_closing(const char* word);

}  // namespace parser
