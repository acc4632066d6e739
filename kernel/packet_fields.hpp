// Fields of IP packets in network byte order, where they stand, and the lengths of the headers without options.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kernel {

inline constexpr std::size_t ipv4_octets = 20, ipv6_octets = 40, udp_octets = 8, tcp_octets = 20;
inline constexpr std::size_t largest_packet = 65535;
/// Protocols by number (IANA).
inline constexpr std::uint8_t tcp = 6, udp = 17;
inline constexpr std::uint8_t tcp_fin = 0x01, tcp_syn = 0x02, tcp_psh = 0x08, tcp_ack = 0x10, tcp_ece = 0x40, tcp_cwr = 0x80;

/// `at` need not be aligned; 2, 4 or 8 octets are read or written there. The larger part of a value too large is lost.
inline std::uint16_t get_u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
inline std::uint32_t get_u32(const std::uint8_t* at) { return std::uint32_t{get_u16(at)} << 16 | get_u16(at + 2); }
inline void put_u16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void put_u32(std::uint8_t* at, std::uint32_t value) {
  put_u16(at, value >> 16);
  put_u16(at + 2, value);
}
inline void put_u64(std::uint8_t* at, std::uint64_t value) {
  put_u32(at, static_cast<std::uint32_t>(value >> 32));
  put_u32(at + 4, static_cast<std::uint32_t>(value));
}

}  // namespace kernel
