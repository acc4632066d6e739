// What the tun plane must know of and do to inner IP packets. Pure: bytes in, facts or bytes out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/traffic_selector.hpp"

namespace kernel {

inline constexpr std::uint8_t next_header_ipv4 = 4, next_header_ipv6 = 41;

/// An IP packet as selectors see it.
struct PacketFacts {
  engine::IpAddress source, destination;
  std::uint8_t protocol = 0;  // upper layer, behind IPv6 extension headers
  std::uint8_t traffic_class = 0;
  bool fragment = false;        // any fragment, the first one too
  bool later_fragment = false;  // a fragment with an offset: it has no ports
  bool dont_fragment = false;   // the DF bit; always true of IPv6
  bool ports_known = false;
  std::uint16_t source_port = 0;  // ICMP: type and code, in both (RFC 7296, 3.13.1)
  std::uint16_t destination_port = 0;
  std::uint8_t outer_next_header = 0;  // IPv4 protocol, or IPv6 next header of the fixed header
  std::uint16_t header_length = 0;     // of the IPv4 header with options, or the fixed IPv6 header
  std::uint16_t total_length = 0;      // by the header; never beyond the bytes there are
};

/// nullopt: no IP packet, or its lengths contradict each other. Octets behind the length in the header are ignored.
std::optional<PacketFacts> inspect(engine::ByteView packet);

/// Which end of a selector pair the packet comes from.
enum class Flow : std::uint8_t { outbound, inbound };
/// Whether `pair` selects the packet. A later fragment has no ports: it is selected by what it has, addresses and
/// protocol, as an access list's `permit` does with it.
bool selects(const engine::SelectorPair& pair, const PacketFacts& packet, Flow flow);
/// Whether `line` has ports to compare, so that a later fragment may only be claimed by a permit, not by a deny.
bool compares_ports(const engine::SelectorPair& pair);
/// The packet's own selectors: single addresses and, where known, single ports; local is the source.
engine::SelectorPair selectors_of(const PacketFacts& packet);

/// Merges the ECN field of the outer header into a decapsulated packet (RFC 6040, 4.2), IPv4 checksum included. False:
/// congestion was experienced by a packet that cannot say so, and must be dropped.
bool merge_ecn(std::span<std::uint8_t> inner, std::uint8_t outer_traffic_class);

/// Writes an IPv4 or IPv6 header in front of `payload_length` octets of `protocol`, with a fresh hop limit. `out` must
/// hold header_size() octets.
struct HeaderFields {
  engine::IpAddress source, destination;
  std::uint8_t protocol = 0, traffic_class = 0;
  std::size_t payload_length = 0;
};
std::size_t header_size(engine::Family family);
void write_header(const HeaderFields& fields, std::span<std::uint8_t> out);

/// Computes anew the checksum of a TCP or UDP segment whose addresses a NAT changed while the ICV protected its content
/// (RFC 3948, 3.1.2). Other protocols stay as they are.
void rewrite_transport_checksum(const HeaderFields& fields, std::span<std::uint8_t> segment);

/// The largest message packet_too_big() writes.
inline constexpr std::size_t too_big_octets = 1280;
/// ICMP "fragmentation needed" (RFC 1191) or ICMPv6 "packet too big" (RFC 4443, 3.2) about `offender`, from `teller` to its
/// source, IP header included. Returns the length written to `out` (at least too_big_octets); 0: it must not be answered.
std::size_t packet_too_big(engine::ByteView offender, const PacketFacts& facts, const engine::IpAddress& teller,
                           std::uint32_t mtu, std::span<std::uint8_t> out);

}  // namespace kernel
