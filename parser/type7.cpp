#include "parser/type7.hpp"

#include <charconv>
#include <cstdint>

namespace parser {
namespace {

/// The fixed text of every device, known since the nineties.
constexpr std::string_view masks = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
constexpr unsigned last_start = 15;

std::uint8_t mask(unsigned start, std::size_t octet) { return static_cast<std::uint8_t>(masks[(start + octet) % masks.size()]); }

}  // namespace

std::string type7_encoded(std::string_view clear) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  unsigned sum = 0;
  for (const char c : clear) sum = sum * 31 + static_cast<std::uint8_t>(c);
  const unsigned start = sum % (last_start + 1);
  std::string out = {static_cast<char>('0' + start / 10), static_cast<char>('0' + start % 10)};
  for (std::size_t i = 0; i < clear.size(); ++i) {
    const unsigned octet = static_cast<std::uint8_t>(clear[i]) ^ mask(start, i);
    out += {digits[octet >> 4], digits[octet & 15]};
  }
  return out;
}

std::optional<std::string> type7_decoded(std::string_view text) {
  const auto number = [&](std::size_t at, int base) -> std::optional<unsigned> {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, value, base);
    if (error != std::errc{} || end != text.data() + at + 2) return std::nullopt;
    return value;
  };
  if (text.size() < 4 || text.size() % 2 != 0) return std::nullopt;
  const auto start = number(0, 10);
  if (!start || *start > last_start) return std::nullopt;
  std::string out;
  for (std::size_t at = 2; at < text.size(); at += 2) {
    const auto octet = number(at, 16);
    if (!octet) return std::nullopt;
    out += static_cast<char>(*octet ^ mask(*start, at / 2 - 1));
  }
  return out;
}

}  // namespace parser
