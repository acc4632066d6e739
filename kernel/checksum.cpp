#include "kernel/checksum.hpp"

#include <bit>
#include <cstring>

namespace kernel {
namespace {

// One's complement addition does not mind the width of the words: 64 bits at a time, four sums side by side.
void add(std::uint64_t& sum, const std::uint8_t* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  sum += word;
  sum += sum < word;
}

std::uint64_t fold(std::uint64_t sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}

}  // namespace

std::uint64_t checksum_add(engine::ByteView data, std::uint64_t sum) {
  const std::uint8_t* at = data.data();
  std::size_t left = data.size();
  std::uint64_t a = 0, b = 0, c = 0, d = 0;
  for (; left >= 32; left -= 32, at += 32) {
    add(a, at);
    add(b, at + 8);
    add(c, at + 16);
    add(d, at + 24);
  }
  for (; left >= 8; left -= 8, at += 8) add(a, at);
  if (left > 0) {
    std::uint8_t rest[8] = {};
    std::memcpy(rest, at, left);
    add(b, rest);
  }
  // Nor does it mind the byte order: one swap at the end does for all words (RFC 1071, 2 (B)).
  std::uint64_t native = fold(fold(a) + fold(b) + fold(c) + fold(d));
  if constexpr (std::endian::native == std::endian::little) native = (native & 0xFF) << 8 | native >> 8;
  return fold(sum) + native;
}

std::uint16_t checksum_folded(std::uint64_t sum) { return static_cast<std::uint16_t>(fold(sum)); }
std::uint16_t checksum_of(std::uint64_t sum) { return static_cast<std::uint16_t>(~fold(sum)); }

}  // namespace kernel
