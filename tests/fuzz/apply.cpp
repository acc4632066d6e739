// Whatever is pasted: nothing breaks, and what was understood comes back from its own text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parser/parser.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const parser::ApplyResult applied = parser::apply({}, text);
  const std::string shown = parser::running_config(applied.configuration);
  const parser::ApplyResult again = parser::apply({}, shown);
  if (again.refused_any || !(again.configuration == applied.configuration)) std::abort();
  if (!(parser::apply(applied.configuration, shown).configuration == applied.configuration)) std::abort();
  return 0;
}
