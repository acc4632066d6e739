#include "kernel/esp_tun_packet.hpp"

#include <algorithm>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

using engine::ByteView;
using engine::Family;
using engine::IpAddress;

constexpr std::uint8_t icmp = 1, icmp6 = 58, dccp = 33, sctp = 132, udplite = 136;
constexpr std::uint8_t hop_by_hop = 0, routing = 43, fragment_header = 44, authentication = 51, destination_options = 60;
constexpr std::uint8_t fresh_hop_limit = 64;
constexpr int most_extension_headers = 8;

bool has_ports(std::uint8_t protocol) {
  return protocol == tcp || protocol == udp || protocol == sctp || protocol == dccp || protocol == udplite;
}
bool is_icmp(std::uint8_t protocol) { return protocol == icmp || protocol == icmp6; }

// No error is ever sent about an error (RFC 1122, 3.2.2; RFC 4443, 2.4).
bool is_icmp_error(const PacketFacts& facts) {
  const unsigned type = facts.source_port >> 8;
  if (facts.protocol == icmp) return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
  return facts.protocol == icmp6 && type < 128;
}

IpAddress address(ByteView octets) { return *IpAddress::from_bytes(octets); }

// RFC 1071. `sum` carries on from an earlier part of even length.
std::uint32_t add_words(ByteView data, std::uint32_t sum) {
  for (std::size_t i = 0; i + 1 < data.size(); i += 2) sum += get_u16(data.data() + i);
  if (data.size() % 2) sum += std::uint32_t{data.back()} << 8;
  return sum;
}
std::uint16_t folded(std::uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}
std::uint32_t pseudo_header(const HeaderFields& fields) {
  const std::uint32_t sum = add_words(fields.destination.bytes(), add_words(fields.source.bytes(), 0));
  return sum + fields.protocol + static_cast<std::uint32_t>(fields.payload_length);
}

void read_ports(ByteView packet, std::size_t at, PacketFacts& facts) {
  if (facts.later_fragment) return;
  if (is_icmp(facts.protocol) && at + 2 <= packet.size()) {
    facts.source_port = facts.destination_port = get_u16(packet.data() + at);
    facts.ports_known = true;
  } else if (has_ports(facts.protocol) && at + 4 <= packet.size()) {
    facts.source_port = get_u16(packet.data() + at);
    facts.destination_port = get_u16(packet.data() + at + 2);
    facts.ports_known = true;
  }
}

std::optional<PacketFacts> inspect_v4(ByteView packet) {
  if (packet.size() < ipv4_octets) return std::nullopt;
  PacketFacts facts;
  facts.header_length = static_cast<std::uint16_t>((packet[0] & 0x0F) * 4);
  facts.total_length = get_u16(packet.data() + 2);
  if (facts.header_length < ipv4_octets || facts.total_length < facts.header_length || facts.total_length > packet.size())
    return std::nullopt;
  const std::uint16_t offset = get_u16(packet.data() + 6);
  facts.traffic_class = packet[1];
  facts.dont_fragment = offset & 0x4000;
  facts.later_fragment = offset & 0x1FFF;
  facts.fragment = offset & 0x3FFF;
  facts.protocol = facts.outer_next_header = packet[9];
  facts.source = address(packet.subspan(12, 4));
  facts.destination = address(packet.subspan(16, 4));
  read_ports(packet.first(facts.total_length), facts.header_length, facts);
  return facts;
}

std::optional<PacketFacts> inspect_v6(ByteView packet) {
  if (packet.size() < ipv6_octets) return std::nullopt;
  PacketFacts facts;
  const std::size_t total = ipv6_octets + get_u16(packet.data() + 4);
  if (total > packet.size() || total > 65535) return std::nullopt;
  packet = packet.first(total);
  facts.total_length = static_cast<std::uint16_t>(total);
  facts.header_length = ipv6_octets;
  facts.traffic_class = static_cast<std::uint8_t>(packet[0] << 4 | packet[1] >> 4);
  facts.dont_fragment = true;
  facts.source = address(packet.subspan(8, 16));
  facts.destination = address(packet.subspan(24, 16));
  facts.outer_next_header = facts.protocol = packet[6];
  std::size_t at = ipv6_octets;
  for (int i = 0; i < most_extension_headers; ++i) {
    const std::uint8_t kind = facts.protocol;
    if (kind != hop_by_hop && kind != routing && kind != destination_options && kind != fragment_header && kind != authentication)
      break;
    if (at + 8 > packet.size()) return std::nullopt;
    facts.protocol = packet[at];
    if (kind == fragment_header) {
      facts.fragment = true;
      facts.later_fragment = get_u16(packet.data() + at + 2) & 0xFFF8;
      at += 8;
      if (facts.later_fragment) break;
    } else {
      at += kind == authentication ? (packet[at + 1] + 2U) * 4 : (packet[at + 1] + 1U) * 8;
    }
    if (at > packet.size()) return std::nullopt;
  }
  read_ports(packet, at, facts);
  return facts;
}

bool within(const engine::TrafficSelector& selector, const IpAddress& address) {
  return selector.first.family == address.family && selector.first <= address && address <= selector.last;
}
bool within(const engine::PortRange& range, std::uint16_t port) { return range.first <= port && port <= range.last; }

}  // namespace

std::optional<PacketFacts> inspect(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  if (packet[0] >> 4 == 4) return inspect_v4(packet);
  if (packet[0] >> 4 == 6) return inspect_v6(packet);
  return std::nullopt;
}

bool compares_ports(const engine::SelectorPair& pair) { return !pair.local.ports.is_any() || !pair.remote.ports.is_any(); }

bool selects(const engine::SelectorPair& pair, const PacketFacts& packet, Flow flow) {
  const auto& source = flow == Flow::outbound ? pair.local : pair.remote;
  const auto& destination = flow == Flow::outbound ? pair.remote : pair.local;
  if (!within(source, packet.source) || !within(destination, packet.destination)) return false;
  const std::uint8_t protocol = source.protocol != 0 ? source.protocol : destination.protocol;
  if (protocol != 0 && protocol != packet.protocol) return false;
  if (!compares_ports(pair) || packet.later_fragment) return true;
  return packet.ports_known && within(source.ports, packet.source_port) && within(destination.ports, packet.destination_port);
}

engine::SelectorPair selectors_of(const PacketFacts& packet) {
  const auto end = [&](const IpAddress& ip, std::uint16_t port) {
    const engine::PortRange ports = packet.ports_known ? engine::PortRange{port, port} : engine::PortRange{};
    return engine::TrafficSelector{packet.protocol, ports, ip, ip};
  };
  return {end(packet.source, packet.source_port), end(packet.destination, packet.destination_port)};
}

bool merge_ecn(std::span<std::uint8_t> inner, std::uint8_t outer_traffic_class) {
  constexpr unsigned not_ect = 0, ect1 = 1, ce = 3;
  const bool v4 = inner[0] >> 4 == 4;
  const unsigned outside = outer_traffic_class & 3U;
  const unsigned inside = v4 ? inner[1] & 3U : inner[1] >> 4 & 3U;
  if (inside == not_ect) return outside != ce;
  if (inside == ce || outside == not_ect || (outside != ce && outside != ect1)) return true;
  if (!v4) {
    inner[1] = static_cast<std::uint8_t>((inner[1] & 0xCFU) | outside << 4);
    return true;
  }
  inner[1] = static_cast<std::uint8_t>((inner[1] & 0xFCU) | outside);
  const auto header = inner.first((inner[0] & 0x0FU) * 4U);
  put_u16(&header[10], 0);
  put_u16(&header[10], folded(add_words(header, 0)));
  return true;
}

std::size_t header_size(Family family) { return family == Family::v4 ? ipv4_octets : ipv6_octets; }

void write_header(const HeaderFields& fields, std::span<std::uint8_t> out) {
  if (fields.source.is_v4()) {
    std::fill_n(out.begin(), ipv4_octets, std::uint8_t{0});
    out[0] = 0x45;
    out[1] = fields.traffic_class;
    put_u16(&out[2], ipv4_octets + fields.payload_length);
    out[8] = fresh_hop_limit;
    out[9] = fields.protocol;
    std::copy_n(fields.source.octets.begin(), 4, out.begin() + 12);
    std::copy_n(fields.destination.octets.begin(), 4, out.begin() + 16);
    put_u16(&out[10], folded(add_words(out.first(ipv4_octets), 0)));
    return;
  }
  std::fill_n(out.begin(), ipv6_octets, std::uint8_t{0});
  out[0] = static_cast<std::uint8_t>(0x60 | fields.traffic_class >> 4);
  out[1] = static_cast<std::uint8_t>(fields.traffic_class << 4);
  put_u16(&out[4], fields.payload_length);
  out[6] = fields.protocol;
  out[7] = fresh_hop_limit;
  std::copy_n(fields.source.octets.begin(), 16, out.begin() + 8);
  std::copy_n(fields.destination.octets.begin(), 16, out.begin() + 24);
}

void rewrite_transport_checksum(const HeaderFields& fields, std::span<std::uint8_t> segment) {
  std::size_t at;
  if (fields.protocol == tcp && segment.size() >= 20)
    at = 16;
  else if (fields.protocol == udp && segment.size() >= 8)
    at = 6;
  else
    return;
  if (fields.protocol == udp && fields.source.is_v4() && get_u16(&segment[at]) == 0) return;
  put_u16(&segment[at], 0);
  const std::uint16_t sum = folded(add_words(segment, pseudo_header(fields)));
  put_u16(&segment[at], fields.protocol == udp && sum == 0 ? 0xFFFF : sum);
}

std::size_t packet_too_big(ByteView offender, const PacketFacts& facts, const IpAddress& teller, std::uint32_t mtu,
                           std::span<std::uint8_t> out) {
  constexpr std::size_t icmp_header = 8, quoted_v4 = 548;
  if (facts.later_fragment || is_icmp_error(facts)) return 0;
  if (out.size() < too_big_octets || facts.source.is_unspecified()) return 0;
  const bool v4 = facts.source.is_v4();
  const std::size_t ip = header_size(facts.source.family);
  const std::size_t most = v4 ? quoted_v4 : too_big_octets - ipv6_octets - icmp_header;
  const ByteView quoted = offender.first(std::min<std::size_t>(facts.total_length, most));
  const HeaderFields fields{teller, facts.source, v4 ? icmp : icmp6, 0, icmp_header + quoted.size()};
  write_header(fields, out);
  const auto message = out.subspan(ip, fields.payload_length);
  std::fill_n(message.begin(), icmp_header, std::uint8_t{0});
  message[0] = v4 ? 3 : 2;  // destination unreachable; packet too big
  message[1] = v4 ? 4 : 0;  // fragmentation needed and DF set
  put_u16(&message[4], v4 ? 0 : mtu >> 16);
  put_u16(&message[6], mtu & 0xFFFF);
  std::copy(quoted.begin(), quoted.end(), message.begin() + icmp_header);
  put_u16(&message[2], folded(add_words(message, v4 ? 0 : pseudo_header(fields))));
  return ip + message.size();
}

}  // namespace kernel
