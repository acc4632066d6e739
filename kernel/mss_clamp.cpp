#include "kernel/mss_clamp.hpp"

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

constexpr std::size_t least_header = 20, flags_at = 13, checksum_at = 16;
constexpr std::uint8_t option_end = 0, option_nothing = 1, option_mss = 2, mss_octets = 4;

// RFC 1624, equation 3; `odd`: the two octets stand across two of the words that the sum is made of.
std::uint16_t updated(std::uint16_t checksum, std::uint16_t before, std::uint16_t after, bool odd) {
  const auto turned = [odd](std::uint16_t word) { return odd ? static_cast<std::uint16_t>(word << 8 | word >> 8) : word; };
  std::uint32_t sum =
      static_cast<std::uint16_t>(~checksum) + std::uint32_t{static_cast<std::uint16_t>(~turned(before))} + turned(after);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

// Where the value of the MSS option stands in the TCP header; 0: it has none, or its options make no sense.
std::size_t find_mss(std::span<const std::uint8_t> header) {
  for (std::size_t at = least_header; at < header.size() && header[at] != option_end;) {
    if (header[at] == option_nothing) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < header.size() ? header[at + 1] : 0;
    if (length < 2 || at + length > header.size()) return 0;
    if (header[at] == option_mss) return length == mss_octets ? at + 2 : 0;
    at += length;
  }
  return 0;
}

}  // namespace

void clamp_mss(std::span<std::uint8_t> packet, const PacketFacts& facts, MssLimits limits, TcpChecksum checksum) {
  const std::uint16_t limit = facts.source.is_v4() ? limits.v4 : limits.v6;
  // Behind IPv6 extension headers no SYN is looked for: nobody sends such.
  if (limit == 0 || facts.protocol != tcp || facts.outer_next_header != tcp || facts.later_fragment) return;
  if (facts.total_length < facts.header_length + least_header || packet.size() < facts.total_length) return;
  const auto segment = packet.subspan(facts.header_length, std::size_t{facts.total_length} - facts.header_length);
  const std::size_t header = std::size_t{segment[12]} / 16 * 4;
  if (!(segment[flags_at] & tcp_syn) || header < least_header || header > segment.size()) return;
  const std::size_t at = find_mss(segment.first(header));
  if (at == 0 || get_u16(&segment[at]) <= limit) return;
  const std::uint16_t before = get_u16(&segment[at]);
  put_u16(&segment[at], limit);
  if (checksum == TcpChecksum::partial) return;
  const std::uint16_t sum = get_u16(&segment[checksum_at]);
  put_u16(&segment[checksum_at], updated(sum, before, limit, at % 2 == 1));
}

}  // namespace kernel
