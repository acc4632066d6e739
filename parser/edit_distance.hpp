// How far one word is from another, for words that may be misspelt.
#pragma once

#include <cstddef>
#include <string_view>

namespace parser {

/// Letters to insert, delete, change or swap with their neighbour until `a` is `b` (Damerau's distance); upper and lower
/// case are the same letter. Takes time for the product of the lengths, and room for `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace parser
