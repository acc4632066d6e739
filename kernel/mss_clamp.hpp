// `ip tcp adjust-mss`: no TCP connection through a tunnel begins with segments that would not fit. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <span>

#include "kernel/esp_tun_packet.hpp"

namespace kernel {

/// The largest MSS a SYN may announce, by the family of the packet; 0: it is left alone.
struct MssLimits {
  std::uint16_t v4 = 0, v6 = 0;
};

enum class TcpChecksum : std::uint8_t {
  complete,
  partial,  // of the pseudo-header alone: whoever completes it covers the options as they are then
};

/// Lowers the MSS option of a TCP SYN (RFC 9293, 3.7.1) in `packet`, an IP packet that `facts` were read from, where it is
/// above the limit. A SYN without the option stays as it is: it means 536 or less (1,220 in IPv6). Never lengthens anything.
void clamp_mss(std::span<std::uint8_t> packet, const PacketFacts& facts, MssLimits limits, TcpChecksum checksum);

}  // namespace kernel
