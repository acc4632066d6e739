// Packet marks and the numbers derived from them: how our own packets and captured ones are told apart.
#pragma once

#include <cstdint>

namespace kernel {

/// SO_MARK of every socket of the daemon that speaks IKE or ESP. The capture rules let such packets pass first, so
/// that a peer inside its own `permit ip any any` is still reached in clear.
inline constexpr std::uint32_t daemon_mark = 0x5B000000;

/// Marks of captured packets are `capture_mark_base` in these bits; the rest tells instance and interface.
inline constexpr std::uint32_t capture_mark_base = 0x5A000000;
inline constexpr std::uint32_t capture_mark_mask = 0xFF000000;

/// Mark of a packet that the crypto map of one interface protects; also the number of the routing table that leads it
/// to the TUN device. `instance` below 16, `ifindex` below 2^20.
constexpr std::uint32_t capture_mark(unsigned instance, unsigned ifindex) {
  return capture_mark_base | (instance & 0xFU) << 20 | (ifindex & 0xFFFFFU);
}
/// Instance within a mark made by capture_mark().
constexpr unsigned capture_instance(std::uint32_t mark) { return (mark >> 20) & 0xFU; }

/// Preference of the rules that send captured packets to their table: before everything but the local table. The next one drops
/// what the table has no route for.
inline constexpr std::uint32_t capture_rule_preference = 90;

/// Protocol of our routes, so that they are known from the host's own (no number that /etc/iproute2/rt_protos has).
inline constexpr std::uint8_t own_route_protocol = 0x5A;

}  // namespace kernel
