#include "parser/edit_distance.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "parser/session.hpp"

namespace parser {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto same = [&](std::size_t i, std::size_t k) { return same_letters(a.substr(i, 1), b.substr(k, 1)); };
  std::vector<std::size_t> above_that, above(b.size() + 1), row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    above_that = std::exchange(above, std::exchange(row, std::vector<std::size_t>(b.size() + 1)));
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = std::min({above[k] + 1, row[k - 1] + 1, above[k - 1] + (same(i - 1, k - 1) ? 0 : 1)});
      if (i > 1 && k > 1 && same(i - 1, k - 2) && same(i - 2, k - 1)) row[k] = std::min(row[k], above_that[k - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace parser
