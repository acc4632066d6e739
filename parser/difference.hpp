// What turns one configuration into another: which lines of a block stay, change within, go and come. The database writes
// it, its history keeps it, `show archive config differences` prints it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/command.hpp"
#include "parser/configuration.hpp"

namespace parser {

enum class EditKind : std::uint8_t { keep, change, remove, add };
/// `count` lines from place `before` of the old block and `after` of the new one. keep: equal with all that is below
/// them. change: one block with the same header and other contents. remove: only the old ones; add: only the new ones.
struct Edit {
  EditKind kind = EditKind::keep;
  std::size_t before = 0, after = 0, count = 0;
};
/// In order; together they cover both blocks. Lines that are the same object are found without a look at their text.
std::vector<Edit> edits(const Lines& before, const Lines& after);

/// As IOS prints it: lines with '+' and '-' under the headers of their blocks, one blank of indentation a level. Empty
/// when the two are the same. `shown` gives a line the form in which it may be seen.
std::string contextual_difference(const Configuration& before, const Configuration& after, std::string (*shown)(const Node&));

/// Collects hunks of a unified diff without context: "@@ -2,1 +2,2 @@", then lines with '-' and '+'. As in every unified
/// diff an empty side names the line before it. Lines are counted from 1.
class Hunks {
 public:
  void keep(std::size_t lines);
  void remove(std::string_view line);
  void add(std::string_view line);
  std::string take();

 private:
  void close();
  std::size_t before_ = 0, after_ = 0;  // lines passed on either side
  struct Side {
    std::size_t count = 0;
    std::string text{};
  };
  Side removed_, added_;
  std::string out_;
};

/// The text that stood before `hunks` led to `text`. False where the hunks are not of this text.
bool take_back(std::vector<std::string>& text, std::string_view hunks);

/// And forwards: what `hunks` lead to from `text`.
bool carry_out(std::vector<std::string>& text, std::string_view hunks);

/// The line at a place, counted from 0, of a text.
using LineAt = std::function<std::string(std::size_t place)>;
/// The same hunks with the lines of other texts, which differ from theirs within lines alone.
std::string with_sides(std::string_view hunks, const LineAt& before, const LineAt& after);

/// The difference of two texts as hunks, line by line.
std::string difference_of_texts(std::string_view before, std::string_view after);

}  // namespace parser
