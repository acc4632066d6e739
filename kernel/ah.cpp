#include "kernel/ah.hpp"

#include <algorithm>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

//  0                   1                   2                   3
//  | Next Header   |  Payload Len  |          RESERVED             |
//  |                 Security Parameters Index (SPI)               |
//  |                        Sequence Number                        |
//  |                Integrity Check Value (variable)               |   RFC 4302, 2
constexpr std::uint32_t least_ah_spi = 256;
constexpr std::size_t sequence_at = 8, most_ipv4_header = 60;

engine::Failure ah_refused(std::string why) { return {engine::NotifyType::none, engine::Cause::install_failed, std::move(why)}; }

std::size_t multiple_of(std::size_t unit, std::size_t value) { return (value + unit - 1) / unit * unit; }

// The IP header as the ICV covers it: what routers change is zero (RFC 4302, 3.3.3.1).
struct CoveredHeader {
  std::uint8_t octets[most_ipv4_header] = {};
  std::size_t length = ipv4_octets;

  CoveredHeader(const engine::IpAddress& source, const engine::IpAddress& destination, engine::ByteView packet) {
    if (source.is_v4()) {
      octets[0] = 0x45;
      put_u16(octets + 2, ipv4_octets + packet.size());
      put_u16(octets + 4, ah_identification(packet));
      octets[9] = next_header_ah;
      std::copy_n(source.octets.begin(), 4, octets + 12);
      std::copy_n(destination.octets.begin(), 4, octets + 16);
      return;
    }
    length = ipv6_octets;
    octets[0] = 0x60;
    put_u16(octets + 4, packet.size());
    octets[6] = next_header_ah;
    std::copy_n(source.octets.begin(), 16, octets + 8);
    std::copy_n(destination.octets.begin(), 16, octets + 24);
  }
  explicit CoveredHeader(engine::ByteView received) : length(received.size()) {
    std::copy(received.begin(), received.end(), octets);
    octets[1] = octets[6] = octets[7] = octets[8] = octets[10] = octets[11] = 0;
  }
  engine::ByteView view() const { return {octets, length}; }

  // RFC 4302, appendix A1; false: lengths that lie.
  bool clear_options() {
    for (std::size_t at = ipv4_octets; at < length && octets[at] != 0;) {
      const std::uint8_t kind = octets[at];
      if (kind == 1) {
        ++at;
        continue;
      }
      const std::size_t octets_of_it = at + 1 < length ? octets[at + 1] : 0;
      if (octets_of_it < 2 || octets_of_it > length - at) return false;
      const bool immutable = kind == 130 || kind == 133 || kind == 134 || kind == 148 || kind == 149;
      if (!immutable) std::fill_n(octets + at, octets_of_it, std::uint8_t{0});
      at += octets_of_it;
    }
    return true;
  }
};

}  // namespace

std::uint16_t ah_identification(engine::ByteView packet) {
  const std::uint16_t low = get_u16(packet.data() + sequence_at + 2);
  return low == 0 ? 0xFFFF : low;
}

engine::Result<AhKeys> AhKeys::create(const engine::SaParameters& sa) {
  if (sa.spi.value < least_ah_spi) return ah_refused("reserved SPI");
  if (!sa.integrity || !PacketMac::knows(*sa.integrity)) return ah_refused("no integrity algorithm for AH");
  if (sa.key_integrity.size() != sa.integrity->key_octets) return ah_refused("integrity key of the wrong length");
  AhKeys out;
  out.spi_ = sa.spi.value;
  out.icv_octets_ = sa.integrity->icv_octets;
  out.extended_ = sa.extended_sequence_numbers;
  out.keys_ = std::make_unique<engine::SaParameters>(
      engine::SaParameters{sa.spi, sa.encryption, sa.integrity, out.extended_, {}, sa.key_integrity.duplicate()});
  return out;
}

std::size_t AhKeys::header_octets(engine::Family outer) const {
  return multiple_of(outer == engine::Family::v4 ? 4 : 8, ah_header_octets + icv_octets_);
}

bool AhKeys::sum(engine::ByteView ip_header, engine::ByteView packet, std::uint64_t sequence, std::span<std::uint8_t> icv) {
  if (keys_) {
    mac_ = PacketMac(*keys_->integrity, keys_->key_integrity.expose());
    if (!mac_) return false;
    keys_.reset();
  }
  std::uint8_t high[4];
  put_u32(high, static_cast<std::uint32_t>(sequence >> 32));
  return mac_.write({ip_header, packet, engine::ByteView(high).first(extended_ ? 4 : 0)}, icv);
}

AhOutbound::AhOutbound(AhKeys keys, const engine::IpAddress& local, const engine::IpAddress& remote)
    : keys_(std::move(keys)), local_(local), remote_(remote) {}

engine::Result<AhOutbound> AhOutbound::create(const engine::SaParameters& sa, const engine::IpAddress& local,
                                              const engine::IpAddress& remote) {
  TRY(auto keys, AhKeys::create(sa));
  return AhOutbound(std::move(keys), local, remote);
}

void AhOutbound::move(const engine::IpAddress& local, const engine::IpAddress& remote) {
  local_ = local;
  remote_ = remote;
}

EspVerdict AhOutbound::frame(std::size_t payload, std::uint8_t next_header, std::span<std::uint8_t> out, CipherWork& work) {
  if (sequence_ >= last_sequence()) return EspVerdict::sequence_exhausted;
  const std::size_t header = payload_offset();
  if (out.size() < header + payload) return EspVerdict::no_room;
  ++sequence_;
  std::fill_n(out.begin(), header, std::uint8_t{0});
  out[0] = next_header;
  out[1] = static_cast<std::uint8_t>(header / 4 - 2);
  put_u32(&out[ah_spi_at], keys_.spi());
  put_u32(&out[sequence_at], static_cast<std::uint32_t>(sequence_));
  work = {out.first(header + payload), sequence_};
  return EspVerdict::ok;
}

void AhOutbound::seal(std::span<CipherWork> framed) {
  std::uint8_t icv[64];
  for (CipherWork& one : framed) {
    const CoveredHeader header(local_, remote_, one.packet);
    one.done = keys_.sum(header.view(), one.packet, one.sequence, {icv, keys_.icv_octets()});
    if (one.done) std::copy_n(icv, keys_.icv_octets(), one.packet.begin() + ah_header_octets);
  }
}

engine::Result<AhInbound> AhInbound::create(const engine::SaParameters& sa, std::uint32_t replay_window) {
  if (replay_window > ReplayWindow::max_size) return ah_refused("replay window above 1024 packets");
  TRY(auto keys, AhKeys::create(sa));
  return AhInbound(std::move(keys), ReplayWindow(replay_window, sa.extended_sequence_numbers));
}

EspInbound::Opened AhInbound::open(std::span<std::uint8_t> packet, const AhOuter& outer) {
  if (packet.size() < ah_header_octets + keys_.icv_octets()) return {EspVerdict::too_short};
  const std::size_t header = (packet[1] + std::size_t{2}) * 4;
  if (header > packet.size()) return {EspVerdict::too_short};
  // Behind IPv4 some senders round up as for IPv6 (Linux, unless it is told not to).
  if (header != keys_.header_octets(outer.source.family) && header != keys_.header_octets(engine::Family::v6))
    return {EspVerdict::bad_length};
  const auto sequence = window_.infer(get_u32(&packet[sequence_at]));
  if (!sequence) return {EspVerdict::below_window};
  if (const auto verdict = window_.judge(*sequence); verdict != EspVerdict::ok) return {verdict};
  if (const auto verdict = verify(packet, *sequence, outer); verdict != EspVerdict::ok) return {verdict};
  window_.commit(*sequence);
  return {EspVerdict::ok, packet[0], packet.subspan(header)};
}

EspVerdict AhInbound::verify(std::span<std::uint8_t> packet, std::uint64_t sequence, const AhOuter& outer) {
  const std::size_t size = keys_.icv_octets();
  std::uint8_t sent[64], computed[64];
  const auto icv = packet.subspan(ah_header_octets, size);
  std::copy(icv.begin(), icv.end(), sent);
  std::fill(icv.begin(), icv.end(), std::uint8_t{0});
  const engine::ByteView ip = outer.ipv4_header;
  if (outer.source.is_v4() && (ip.size() < ipv4_octets || ip.size() > most_ipv4_header)) return EspVerdict::bad_length;
  CoveredHeader header = outer.source.is_v4() ? CoveredHeader(ip) : CoveredHeader(outer.source, outer.destination, packet);
  if (outer.source.is_v4() && !header.clear_options()) return EspVerdict::bad_length;
  if (!keys_.sum(header.view(), packet, sequence, {computed, size})) return EspVerdict::cipher_failed;
  return engine::constant_time_equal({computed, size}, {sent, size}) ? EspVerdict::ok : EspVerdict::bad_integrity;
}

}  // namespace kernel
