#include "kernel/esp_tun_outbound.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <cstring>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

constexpr std::uint32_t least_v4_mtu = 68, least_v6_mtu = 1280;
constexpr std::chrono::seconds mtu_stays_known{5};

// Transport mode protects whole datagrams whose header has nothing that must stand before ESP (RFC 4303, 3.1.1).
bool fits_transport(const PacketFacts& facts, const engine::ChildSaFacts& sa) {
  const bool plain =
      facts.source.is_v4() ? facts.header_length == 20 : facts.outer_next_header != 0 && facts.outer_next_header != 43;
  return plain && !facts.fragment && facts.source == sa.local.ip && facts.destination == sa.remote.ip;
}

// Neighbour discovery and multicast listener messages are never captured: such a packet is the TUN device's own.
bool is_link_chatter(const PacketFacts& facts) {
  const unsigned type = facts.source_port >> 8;
  return facts.protocol == 58 && ((type >= 130 && type <= 137) || type == 143);
}

}  // namespace

TunOutbound::TunOutbound(EspSockets& sockets, SaTable& sas, EventMailbox& mailbox)
    : sockets_(sockets), sas_(sas), mailbox_(mailbox), batch_(sockets, mailbox), scratch_(largest_packet) {}

void TunOutbound::frame(TunPort& port, std::span<std::uint8_t> frame, PlaneTime now) {
  if (frame.size() <= vnet_header_octets) return;
  VnetHeader header;
  std::memcpy(&header, frame.data(), sizeof header);
  const auto packet = frame.subspan(vnet_header_octets);
  const auto facts = inspect(packet);
  if (!facts || is_link_chatter(*facts)) return;
  const engine::PolicyLine* line = port.lines.match(*facts);
  if (!line || line->action == engine::AclAction::deny) return;
  OutboundSa* sa = sas_.find(line->id, *facts);
  if (!sa) {
    if (held_.hold(line->id, frame, now)) mailbox_.put(engine::Acquire{line->id, selectors_of(*facts)});
    return;
  }
  clamp_mss(packet, *facts, port.mss, header.flags & vnet_needs_checksum ? TcpChecksum::partial : TcpChecksum::complete);
  const auto cut = GsoCut::make(header, engine::ByteView(packet).first(facts->total_length));
  if (!cut) return ChildStats::add(sa->child->stats.errors().send_errors);
  transmit(port, *sa, *cut, packet.first(facts->total_length), *facts, now);
}

void TunOutbound::release(TunPort& port, engine::PolicyLineId line, PlaneTime now) {
  for (engine::Bytes& waited : held_.take(line, now)) frame(port, waited, now);
  flush();
}

void TunOutbound::transmit(TunPort& port, OutboundSa& sa, const GsoCut& cut, engine::ByteView packet, const PacketFacts& facts,
                           PlaneTime now) {
  const bool tunnel = sa.child->facts.mode == engine::IpsecMode::tunnel;
  if (!tunnel && !fits_transport(facts, sa.child->facts)) return ChildStats::add(sa.child->stats.errors().send_errors);
  const Carrier carrier = sa.sealer.is_ah() ? Carrier::ah : sa.child->facts.udp_encapsulated ? Carrier::udp : Carrier::esp;
  OuterPath path{sa.child->facts.local, sa.child->facts.remote, carrier, facts.traffic_class, false, port.device_ifindex};
  if (!fits(port, sa, cut.size(0), packet, facts, path, now)) return ChildStats::add(sa.child->stats.errors().send_errors);
  told_sent(sa, now);
  const std::uint8_t version = facts.source.is_v4() ? next_header_ipv4 : next_header_ipv6;
  const std::size_t outside = tunnel ? 0 : facts.header_length;  // not protected: the ESP packet's own IP header says it
  for (std::size_t i = 0; i < cut.segments(); ++i) {
    const std::size_t size = cut.size(i);
    const auto place = batch_.place(sa, path, size - outside);
    if (tunnel) {
      cut.write(i, place);
    } else {
      cut.write(i, scratch_);
      std::copy_n(scratch_.data() + outside, place.size(), place.data());
    }
    batch_.add(place.size(), tunnel ? version : facts.outer_next_header, size);
  }
}

void TunOutbound::told_sent(OutboundSa& sa, PlaneTime now) {
  if (sa.sent_told != PlaneTime{} && now - sa.sent_told < std::chrono::seconds(1)) return;
  sa.sent_told = now;
  mailbox_.put(engine::OutboundSeen{sa.child->facts.child});
}

// Whether packets of `segment` octets may travel the path, and how; false: the sender was told.
bool TunOutbound::fits(TunPort& port, OutboundSa& sa, std::size_t segment, engine::ByteView packet, const PacketFacts& facts,
                       OuterPath& path, PlaneTime now) {
  // An IPv6 packet of the smallest MTU has to get through however small the path's is (RFC 2473, 7.1).
  path.dont_fragment = facts.dont_fragment && (facts.source.is_v4() || segment > least_v6_mtu);
  const bool cut_here = path.carrier == Carrier::ah && path.remote.ip.is_v4();
  if (!path.dont_fragment && !cut_here) return true;
  if (sa.mtu_asked == PlaneTime{} || now - sa.mtu_asked > mtu_stays_known) {
    sa.mtu = EspSockets::path_mtu(path);
    sa.mtu_asked = now;
  }
  if (cut_here) path.mtu = sa.mtu;
  if (!path.dont_fragment) return true;
  const std::size_t outside = sa.child->facts.mode == engine::IpsecMode::tunnel ? 0 : facts.header_length;
  const std::size_t overhead = EspSockets::overhead(path);
  if (sa.mtu == 0 || overhead + sa.sealer.sealed_size(segment - outside) <= sa.mtu) return true;
  // Here the sender's own route is the path: told of a smaller MTU, it would make that the path's, and so on, down to
  // nothing. The kernel cuts the ESP packet instead (RFC 4303, 3.3.4).
  if (sa.child->facts.mode == engine::IpsecMode::transport) {
    path.dont_fragment = false;
    return true;
  }
  const std::size_t limit = (sa.mtu > overhead ? sa.sealer.payload_limit(sa.mtu - overhead) : 0);
  if (limit < (facts.source.is_v4() ? least_v4_mtu : least_v6_mtu)) {
    path.dont_fragment = false;
    return true;
  }
  told_too_big(port, sa, packet, facts, static_cast<std::uint32_t>(limit));
  return false;
}

// The router tells, by the address that the sender knows it by (RFC 1812, 4.3.2.4). Where the way back is the protected one
// itself, no address of ours may be within the selectors: there the message comes from the packet's destination, and is
// protected.
void TunOutbound::told_too_big(TunPort& port, OutboundSa& sa, engine::ByteView packet, const PacketFacts& facts,
                               std::uint32_t mtu) {
  ChildStats::Errors& errors = sa.child->stats.errors();
  ChildStats::add(errors.too_big);
  errors.path_mtu.store(sa.mtu, std::memory_order_relaxed);
  const auto own = EspSockets::source_towards(facts.source);
  const bool direct = own && *own != sa.child->facts.local.ip;
  const std::size_t length = packet_too_big(packet, facts, direct ? *own : facts.destination, mtu, scratch_);
  if (length == 0) return;
  const auto message = std::span(scratch_).first(length).subspan(header_size(facts.source.family));
  if (direct && sockets_.send_icmp(*own, facts.source, message)) return;
  VnetHeader none{};
  const iovec parts[] = {{&none, sizeof none}, {scratch_.data(), length}};
  [[maybe_unused]] const auto written = writev(port.tun->fd(), parts, 2);
}

}  // namespace kernel
