// The Internet checksum (RFC 1071).
#pragma once

#include <cstdint>

#include "engine/bytes.hpp"

namespace kernel {

/// The sum of the 16-bit words of `data`, carried on from `sum`. An odd last octet counts as if a zero followed, so only
/// the last part may be of odd length. Numbers of a pseudo header may be added to a sum.
std::uint64_t checksum_add(engine::ByteView data, std::uint64_t sum = 0);
/// What belongs into a checksum field (host byte order) when that field was zero in the sum. Over a part that holds its
/// right checksum: zero.
std::uint16_t checksum_of(std::uint64_t sum);
/// The sum in 16 bits, not complemented.
std::uint16_t checksum_folded(std::uint64_t sum);

}  // namespace kernel
