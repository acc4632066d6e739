#include "kernel/esp_tun_inbound.hpp"

#include <algorithm>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

constexpr std::size_t rebuilt_room = 2 * 65536;

void count_refusal(ChildStats& stats, EspVerdict verdict) {
  switch (verdict) {
    case EspVerdict::replayed:
      return ChildStats::add(stats.errors().replay_failed);
    case EspVerdict::below_window:
      return ChildStats::add(stats.errors().below_window);
    case EspVerdict::bad_integrity:
      return ChildStats::add(stats.errors().integrity_failed);
    case EspVerdict::too_short:
    case EspVerdict::bad_length:
      return ChildStats::add(stats.errors().invalid_length);
    case EspVerdict::bad_padding:
      return ChildStats::add(stats.errors().invalid_padding);
    default:
      return ChildStats::add(stats.errors().receive_errors);
  }
}

}  // namespace

TunInbound::TunInbound(SaTable& sas, EventMailbox& mailbox, PortOf port_of)
    : sas_(sas),
      mailbox_(mailbox),
      port_of_(std::move(port_of)),
      rebuilt_(rebuilt_room),
      merge_([this](std::span<const iovec> parts, std::size_t packets) { write(parts, packets); }) {}

void TunInbound::packets(std::span<const ReceivedEsp> received, Carrier carrier, PlaneTime now) {
  for (const ReceivedEsp& one : received) {
    if (one.octets.empty()) unknown_spi_.fetch_add(1, std::memory_order_relaxed);
    for (std::size_t at = 0; at < one.octets.size(); at += one.each)
      packet(one.octets.subspan(at, std::min(one.each, one.octets.size() - at)), {&one, carrier}, now);
  }
  finish(now);
}

void TunInbound::packet(std::span<std::uint8_t> esp, const Origin& origin, PlaneTime now) {
  const bool ah = origin.carrier == Carrier::ah;
  if (esp.size() < (ah ? ah_header_octets : esp_header_octets)) {
    unknown_spi_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::uint32_t spi = get_u32(esp.data() + (ah ? ah_spi_at : 0));
  if (!sa_ || sa_->spi != spi) {
    finish(now);
    sa_ = sas_.find(spi);
    if (sa_ && sa_->is_ah() != ah) sa_ = nullptr;
    if (!sa_) {
      unknown_spi_.fetch_add(1, std::memory_order_relaxed);
      return told_unknown(spi, origin, now);
    }
    port_ = port_of_(*sa_);
  }
  openings_[count_] = {esp};
  origins_[count_] = origin;
  if (++count_ == most_packets) open(now);
}

void TunInbound::open(PlaneTime now) {
  const std::size_t count = std::exchange(count_, 0);
  open_all(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& opened = openings_[i].opened;
    if (opened.verdict != EspVerdict::ok && opened.verdict != EspVerdict::dummy) {
      count_refusal(sa_->child->stats, opened.verdict);
      continue;
    }
    told_alive(now);
    told_moved(origins_[i], now);
    if (opened.verdict == EspVerdict::dummy) continue;
    if (sa_->lifetime.over())
      ChildStats::add(sa_->child->stats.errors().receive_errors);
    else
      deliver(opened, origins_[i]);
  }
}

void TunInbound::open_all(std::size_t count) {
  const std::span<EspInbound::Opening> packets(openings_.data(), count);
  auto* ah = std::get_if<AhInbound>(&sa_->opener);
  if (!ah) return std::get<EspInbound>(sa_->opener).open(packets);
  for (std::size_t i = 0; i < count; ++i) {
    const ReceivedEsp& outer = *origins_[i].outer;
    packets[i].opened = ah->open(packets[i].packet, {outer.source, outer.destination, outer.ipv4_header});
  }
}

void TunInbound::finish(PlaneTime now) {
  if (!sa_) return;
  if (count_ > 0) open(now);
  merge_.flush();
  rebuilt_used_ = 0;
  sa_ = nullptr;
}

bool TunInbound::unwrap(const EspInbound::Opened& opened, const Origin& origin, std::span<std::uint8_t>& packet) {
  packet = opened.payload;
  ChildStats& stats = sa_->child->stats;
  if (sa_->child->facts.mode == engine::IpsecMode::tunnel) {
    const bool v4 = opened.next_header == next_header_ipv4;
    if (!v4 && opened.next_header != next_header_ipv6) {
      ChildStats::add(stats.errors().invalid_protocol);
      return false;
    }
    if (!packet.empty() && packet[0] >> 4 == (v4 ? 4 : 6)) return true;
    ChildStats::add(packet.empty() ? stats.errors().invalid_length : stats.errors().invalid_protocol);
    return false;
  }
  const HeaderFields fields{origin.outer->source, origin.outer->destination, opened.next_header, origin.outer->traffic_class,
                            packet.size()};
  const std::size_t header = header_size(fields.source.family), whole = header + packet.size();
  if (whole > 65535) {
    ChildStats::add(stats.errors().invalid_length);
    return false;
  }
  if (rebuilt_used_ + whole > rebuilt_.size()) {
    merge_.flush();
    rebuilt_used_ = 0;
  }
  if (origin.carrier == Carrier::udp) rewrite_transport_checksum(fields, packet);
  const auto place = std::span(rebuilt_).subspan(rebuilt_used_, whole);
  write_header(fields, place);
  std::copy(packet.begin(), packet.end(), place.begin() + static_cast<std::ptrdiff_t>(header));
  rebuilt_used_ += whole;
  packet = place;
  return true;
}

void TunInbound::deliver(const EspInbound::Opened& opened, const Origin& origin) {
  std::span<std::uint8_t> packet;
  if (!unwrap(opened, origin, packet)) return;
  ChildStats& stats = sa_->child->stats;
  const auto facts = inspect(packet);
  if (!facts) return ChildStats::add(stats.errors().invalid_length);
  if (!selects(sa_->child->facts.selectors, *facts, Flow::inbound)) return ChildStats::add(stats.errors().invalid_selector);
  packet = packet.first(facts->total_length);
  if (sa_->child->facts.mode == engine::IpsecMode::tunnel && !merge_ecn(packet, origin.outer->traffic_class))
    return ChildStats::add(stats.errors().congestion);
  if (!port_) return ChildStats::add(stats.errors().receive_errors);
  ChildStats::add(stats.decaps);
  ChildStats::add(stats.decaps_bytes, packet.size());
  if (const auto kind = sa_->lifetime.spend(packet.size())) mailbox_.put(engine::Expire{sa_->child->facts.child, *kind});
  clamp_mss(packet, *facts, port_->mss, TcpChecksum::complete);
  merge_.merge_udp(port_->tun->udp_offload());
  merge_.add(packet);
}

void TunInbound::write(std::span<const iovec> parts, std::size_t packets) {
  if (writev(port_->tun->fd(), parts.data(), static_cast<int>(parts.size())) < 0)
    ChildStats::add(sa_->child->stats.errors().receive_errors, packets);
}

void TunInbound::told_alive(PlaneTime now) {
  if (sa_->seen_told != PlaneTime{} && now - sa_->seen_told < std::chrono::seconds(1)) return;
  sa_->seen_told = now;
  mailbox_.put(engine::InboundSeen{sa_->child->facts.child});
}

// Once for each new place, and again every second while the engine has not followed.
void TunInbound::told_moved(const Origin& origin, PlaneTime now) {
  const engine::SocketAddress from{origin.outer->source, origin.outer->source_port};
  if (origin.carrier != Carrier::udp || !sa_->child->facts.udp_encapsulated || from == sa_->child->facts.remote) return;
  if (sa_->moved && from == sa_->moved->to && now - sa_->moved->told < std::chrono::seconds(1)) return;
  sa_->moved = InboundSa::Moved{from, now};
  mailbox_.put(engine::PeerMoved{sa_->child->facts.child, from});
}

void TunInbound::told_unknown(std::uint32_t spi, const Origin& origin, PlaneTime now) {
  if (unknown_told_ != PlaneTime{} && now - unknown_told_ < std::chrono::seconds(1)) return;
  unknown_told_ = now;
  mailbox_.put(engine::UnknownSpi{{spi}, {origin.outer->destination, 0}, {origin.outer->source, origin.outer->source_port}});
}

}  // namespace kernel
