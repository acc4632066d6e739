#include "kernel/gso_cut.hpp"

#include <algorithm>

#include "kernel/checksum.hpp"
#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

constexpr std::size_t tcp_checksum_at = 16, udp_checksum_at = 6;

bool holds_ipv4(engine::ByteView packet) { return packet[0] >> 4 == 4; }

}  // namespace

std::optional<GsoCut> GsoCut::make(const VnetHeader& header, engine::ByteView packet) {
  if (packet.empty() || packet.size() > 65535) return std::nullopt;
  GsoCut out(packet);
  if (!out.plan_checksum(header) || !out.plan_segments(header)) return std::nullopt;
  return out;
}

bool GsoCut::plan_checksum(const VnetHeader& header) {
  fill_checksum_ = header.flags & vnet_needs_checksum;
  if (!fill_checksum_) return true;
  transport_ = header.csum_start;
  checksum_at_ = transport_ + header.csum_offset;
  return checksum_at_ + 2 <= packet_.size();
}

bool GsoCut::plan_segments(const VnetHeader& header) {
  const auto type = static_cast<std::uint8_t>(header.gso_type & ~vnet_gso_ecn);
  if (type == vnet_gso_none) return true;
  const std::uint8_t version = packet_[0] >> 4;
  if (type == vnet_gso_tcp4 ? version != 4 : type == vnet_gso_tcp6 ? version != 6 : type != vnet_gso_udp) return false;
  kind_ = type == vnet_gso_udp ? Kind::udp : Kind::tcp;
  const std::size_t ip = holds_ipv4(packet_) ? std::max<std::size_t>(ipv4_octets, (packet_[0] & 0x0FU) * 4U) : ipv6_octets;
  if (!fill_checksum_ || header.gso_size == 0 || (version != 4 && version != 6) || transport_ < ip) return false;
  if (transport_ + (kind_ == Kind::tcp ? tcp_octets : udp_octets) > packet_.size()) return false;
  if (header.csum_offset != (kind_ == Kind::tcp ? tcp_checksum_at : udp_checksum_at)) return false;
  if (version == 4 && (transport_ != ip || packet_[9] != (kind_ == Kind::tcp ? tcp : udp))) return false;
  const std::size_t own = kind_ == Kind::tcp ? std::size_t{packet_[transport_ + 12]} / 16 * 4 : udp_octets;
  headers_ = transport_ + own;
  if (own < udp_octets || (kind_ == Kind::tcp && own < tcp_octets) || headers_ > packet_.size()) return false;
  segment_octets_ = header.gso_size;
  const std::size_t payload = packet_.size() - headers_;
  segments_ = std::max<std::size_t>(1, (payload + segment_octets_ - 1) / segment_octets_);
  return true;
}

std::size_t GsoCut::size(std::size_t segment) const {
  if (kind_ == Kind::whole) return packet_.size();
  return headers_ + std::min(segment_octets_, packet_.size() - headers_ - segment * segment_octets_);
}

void GsoCut::write(std::size_t segment, std::span<std::uint8_t> out) const {
  out = out.first(size(segment));
  if (kind_ == Kind::whole) {
    std::copy(packet_.begin(), packet_.end(), out.begin());
  } else {
    std::copy_n(packet_.begin(), headers_, out.begin());
    std::copy_n(packet_.begin() + static_cast<std::ptrdiff_t>(headers_ + segment * segment_octets_), out.size() - headers_,
                out.begin() + static_cast<std::ptrdiff_t>(headers_));
    write_ip(segment, out);
    if (kind_ == Kind::tcp)
      write_tcp(segment, &out[transport_]);
    else
      put_u16(&out[transport_ + 4], out.size() - transport_);
  }
  if (!fill_checksum_) return;
  // The field holds the sum of the pseudo header with the length of the whole; taking that length out and the segment's
  // in is right also where a routing header names another destination.
  const std::uint64_t seed = std::uint64_t{get_u16(&out[checksum_at_])} + (0xFFFFU - ((packet_.size() - transport_) & 0xFFFFU)) +
                             (out.size() - transport_);
  put_u16(&out[checksum_at_], 0);
  const std::uint16_t sum = checksum_of(checksum_add(out.subspan(transport_), seed));
  // Zero would say that there is no checksum (RFC 768); the two are equal in one's complement.
  put_u16(&out[checksum_at_], sum == 0 && checksum_at_ - transport_ == udp_checksum_at ? 0xFFFF : sum);
}

void GsoCut::write_ip(std::size_t segment, std::span<std::uint8_t> out) const {
  if (!holds_ipv4(out)) return put_u16(&out[4], out.size() - ipv6_octets);
  put_u16(&out[2], out.size());
  put_u16(&out[4], (get_u16(&out[4]) + segment) & 0xFFFF);
  put_u16(&out[10], 0);
  put_u16(&out[10], checksum_of(checksum_add(out.first(transport_))));
}

// RFC 9293: what says "the end" belongs to the last segment alone; CWR (RFC 3168, 6.1.2) to the first.
void GsoCut::write_tcp(std::size_t segment, std::uint8_t* at) const {
  put_u32(at + 4, get_u32(at + 4) + static_cast<std::uint32_t>(segment * segment_octets_));
  if (segment + 1 < segments_) at[13] = static_cast<std::uint8_t>(at[13] & ~(tcp_fin | tcp_psh));
  if (segment > 0) at[13] = static_cast<std::uint8_t>(at[13] & ~tcp_cwr);
}

}  // namespace kernel
