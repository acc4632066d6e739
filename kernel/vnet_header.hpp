// The header of virtio-net before every packet that crosses a TUN device with IFF_VNET_HDR: who still has to fill in a
// checksum, and into what segments a super-packet is to be cut (Linux: linux/virtio_net.h, struct virtio_net_hdr).
#pragma once

#include <cstdint>

namespace kernel {

// The kernel's own header does not compile as C++. Numbers are in the host's byte order.
struct VnetHeader {
  std::uint8_t flags = 0, gso_type = 0;
  std::uint16_t hdr_len = 0, gso_size = 0, csum_start = 0, csum_offset = 0;
};
inline constexpr std::size_t vnet_header_octets = sizeof(VnetHeader);
static_assert(vnet_header_octets == 10);

/// In `flags`: the field at csum_start + csum_offset holds the sum of the pseudo header only.
inline constexpr std::uint8_t vnet_needs_checksum = 1;
/// In `gso_type`. UDP: datagrams of one size; `vnet_gso_ecn` beside TCP: the segments carry CWR.
inline constexpr std::uint8_t vnet_gso_none = 0, vnet_gso_tcp4 = 1, vnet_gso_tcp6 = 4, vnet_gso_udp = 5, vnet_gso_ecn = 0x80;

}  // namespace kernel
