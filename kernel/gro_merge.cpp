#include "kernel/gro_merge.hpp"

#include <algorithm>
#include <cstring>

#include "kernel/checksum.hpp"
#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

constexpr std::size_t tcp_checksum = 16, udp_checksum = 6;

bool is_v4(engine::ByteView packet) { return packet[0] >> 4 == 4; }
bool equal(const std::uint8_t* a, const std::uint8_t* b, std::size_t octets) { return std::memcmp(a, b, octets) == 0; }

std::uint64_t pseudo_header(engine::ByteView packet, std::uint8_t protocol, std::size_t length) {
  const auto addresses = is_v4(packet) ? packet.subspan(12, 8) : packet.subspan(8, 32);
  return checksum_add(addresses) + protocol + length;
}

bool checksum_right(engine::ByteView packet, std::size_t transport, std::uint8_t protocol) {
  const auto segment = packet.subspan(transport);
  if (protocol == udp && get_u16(&segment[udp_checksum]) == 0) return false;
  return checksum_of(checksum_add(segment, pseudo_header(packet, protocol, segment.size()))) == 0;
}

}  // namespace

// Only plain headers: no IPv4 options, no fragments, no IPv6 extension headers, no flags but ACK and what ends a burst.
GroMerge::Place GroMerge::place_of(engine::ByteView packet, Shape& out) const {
  if (packet.size() < ipv4_octets) return Place::no_flow;
  if (is_v4(packet)) {
    if (packet[0] != 0x45 || get_u16(&packet[6]) & 0x3FFF) return Place::no_flow;
    out.transport = ipv4_octets;
    out.protocol = packet[9];
  } else {
    if (packet[0] >> 4 != 6 || packet.size() < ipv6_octets) return Place::no_flow;
    out.transport = ipv6_octets;
    out.protocol = packet[6];
  }
  const std::uint8_t* at = packet.data() + out.transport;
  if (out.protocol == tcp) {
    if (packet.size() < out.transport + tcp_octets) return Place::no_flow;
    const std::size_t own = at[12] / 16U * 4U;
    if (own < tcp_octets || at[12] & 0x0F || (at[13] & ~(tcp_psh | tcp_fin)) != tcp_ack) return Place::alone;
    out.headers = out.transport + own;
  } else if (out.protocol == udp) {
    if (packet.size() < out.transport + udp_octets) return Place::no_flow;
    if (!merge_udp_ || get_u16(at + 4) != packet.size() - out.transport) return Place::alone;
    out.headers = out.transport + udp_octets;
  } else {
    return Place::no_flow;
  }
  if (packet.size() <= out.headers) return Place::alone;
  out.payload = packet.size() - out.headers;
  return Place::mergeable;
}

bool GroMerge::same_flow(const Frame& frame, engine::ByteView packet, const Shape& shape) {
  const std::uint8_t* a = frame.first.data();
  const std::uint8_t* b = packet.data();
  if (frame.shape.protocol != shape.protocol || a[0] >> 4 != b[0] >> 4) return false;
  const bool addresses = is_v4(packet) ? equal(a + 12, b + 12, 8) : equal(a + 8, b + 8, 32);
  return addresses && equal(a + shape.transport, b + shape.transport, 4);
}

bool GroMerge::continues(const Frame& frame, engine::ByteView packet, const Shape& shape) {
  if (frame.closed || frame.packets == most_packets || frame.total + shape.payload > largest_packet) return false;
  if (frame.shape.headers != shape.headers || shape.payload > frame.header.gso_size) return false;
  const std::uint8_t* a = frame.first.data();
  const std::uint8_t* b = packet.data();
  if (is_v4(packet)) {
    const bool dont_fragment = b[6] & 0x40;
    const auto due = static_cast<std::uint16_t>(get_u16(a + 4) + frame.packets);
    if (a[1] != b[1] || !equal(a + 6, b + 6, 4) || (!dont_fragment && get_u16(b + 4) != due)) return false;
  } else if (!equal(a, b, 4) || !equal(a + 6, b + 6, 2)) {
    return false;
  }
  if (shape.protocol == udp) return true;
  const std::uint8_t* x = a + shape.transport;
  const std::uint8_t* y = b + shape.transport;
  const auto sent = static_cast<std::uint32_t>(frame.total - frame.shape.headers);
  return get_u32(y + 4) == get_u32(x + 4) + sent && equal(x + 8, y + 8, 4) && equal(x + 14, y + 14, 2) &&
         equal(x + tcp_octets, y + tcp_octets, shape.headers - shape.transport - tcp_octets);
}

void GroMerge::append(Frame& frame, std::span<std::uint8_t> packet, const Shape& shape) {
  frame.parts[1 + frame.packets] = {packet.data() + shape.headers, shape.payload};
  ++frame.packets;
  frame.total += shape.payload;
  frame.closed = shape.payload < frame.header.gso_size;
  if (shape.protocol != tcp) return;
  const std::uint8_t ends = packet[shape.transport + 13] & (tcp_psh | tcp_fin);
  std::uint8_t& flags = frame.first[shape.transport + 13];
  flags = static_cast<std::uint8_t>(flags | ends);
  frame.closed = frame.closed || ends;
}

void GroMerge::begin(std::span<std::uint8_t> packet, const Shape& shape) {
  if (used_ == most_frames) drop(0);
  Frame& frame = frames_[used_++];
  frame.header = {};
  frame.header.gso_size = static_cast<std::uint16_t>(std::min<std::size_t>(shape.payload, largest_packet));
  frame.shape = shape;
  frame.first = packet;
  frame.total = packet.size();
  frame.packets = 1;
  frame.verified = false;
  frame.closed = shape.protocol == tcp && packet[shape.transport + 13] != tcp_ack;
  frame.parts[1] = {packet.data(), packet.size()};
}

void GroMerge::add(std::span<std::uint8_t> packet) {
  Shape shape;
  const Place place = place_of(packet, shape);
  for (std::size_t i = 0; i < used_ && place != Place::no_flow; ++i) {
    Frame& frame = frames_[i];
    if (!same_flow(frame, packet, shape)) continue;
    if (place == Place::mergeable && continues(frame, packet, shape)) {
      frame.verified = frame.verified || checksum_right(frame.first, shape.transport, shape.protocol);
      if (frame.verified && checksum_right(packet, shape.transport, shape.protocol)) return append(frame, packet, shape);
    }
    drop(i);
    break;
  }
  if (place == Place::mergeable) return begin(packet, shape);
  if (place == Place::no_flow) flush();
  VnetHeader none{};
  const iovec parts[] = {{&none, sizeof none}, {packet.data(), packet.size()}};
  emit_(parts, 1);
}

void GroMerge::drop(std::size_t index) {
  emit(frames_[index]);
  for (std::size_t i = index + 1; i < used_; ++i) frames_[i - 1] = frames_[i];
  --used_;
}

void GroMerge::flush() {
  for (std::size_t i = 0; i < used_; ++i) emit(frames_[i]);
  used_ = 0;
}

void GroMerge::emit(Frame& frame) {
  const Shape& shape = frame.shape;
  std::uint8_t* const at = frame.first.data();
  if (frame.packets > 1) {
    if (is_v4(frame.first)) {
      put_u16(at + 2, frame.total);
      put_u16(at + 10, 0);
      put_u16(at + 10, checksum_of(checksum_add(frame.first.first(ipv4_octets))));
    } else {
      put_u16(at + 4, frame.total - ipv6_octets);
    }
    // As the kernel has it with a checksum left to do: the sum of the pseudo header.
    const std::size_t length = frame.total - shape.transport, field = shape.protocol == tcp ? tcp_checksum : udp_checksum;
    if (shape.protocol == udp) put_u16(at + shape.transport + 4, length);
    put_u16(at + shape.transport + field, checksum_folded(pseudo_header(frame.first, shape.protocol, length)));
    frame.header.flags = vnet_needs_checksum;
    frame.header.gso_type = shape.protocol == udp ? vnet_gso_udp : is_v4(frame.first) ? vnet_gso_tcp4 : vnet_gso_tcp6;
    frame.header.hdr_len = static_cast<std::uint16_t>(shape.headers);
    frame.header.csum_start = static_cast<std::uint16_t>(shape.transport);
    frame.header.csum_offset = static_cast<std::uint16_t>(field);
  } else {
    frame.header = {};
  }
  frame.parts[0] = {&frame.header, sizeof frame.header};
  emit_({frame.parts.data(), 1 + frame.packets}, frame.packets);
}

}  // namespace kernel
