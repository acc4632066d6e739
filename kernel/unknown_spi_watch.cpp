#include "kernel/unknown_spi_watch.hpp"

#include <algorithm>

#include "kernel/packet_fields.hpp"
#include "kernel/proc.hpp"

namespace kernel {
namespace {

constexpr std::size_t head_of_esp = 8;  // SPI and sequence number
constexpr std::uint8_t protocol_esp = 50;
constexpr std::uint16_t port_of_nat = 4500;
constexpr unsigned most_packets_a_look = 256;  // each is looked up among all SAs

std::uint64_t count_of_unknown() {
  const auto counts = xfrm_counts();
  const auto row = std::ranges::find(counts, "XfrmInNoStates", &XfrmCount::name);
  return row == counts.end() ? 0 : row->count;
}

}  // namespace

std::optional<engine::UnknownSpi> read_esp(engine::ByteView packet) {
  if (packet.size() < ipv4_octets) return std::nullopt;
  const bool v4 = packet[0] >> 4 == 4;
  const std::size_t head = v4 ? (packet[0] & 0xFU) * 4U : ipv6_octets;
  if (head < ipv4_octets || packet.size() < head + head_of_esp) return std::nullopt;
  const std::size_t address = v4 ? 4 : 16, addresses = v4 ? 12 : 8;
  const auto source = engine::IpAddress::from_bytes(packet.subspan(addresses, address));
  const auto destination = engine::IpAddress::from_bytes(packet.subspan(addresses + address, address));
  const std::uint8_t protocol = packet[v4 ? 9 : 6];
  const std::uint8_t* at = packet.data() + head;
  if (protocol == protocol_esp) return engine::UnknownSpi{{get_u32(at)}, {*destination, 0}, {*source, 0}};
  if (protocol != udp || get_u16(at + 2) != port_of_nat || packet.size() < head + udp_octets + head_of_esp) return std::nullopt;
  const std::uint32_t spi = get_u32(at + udp_octets);  // 0: IKE (RFC 3948, 2.2)
  if (spi == 0) return std::nullopt;
  return engine::UnknownSpi{{spi}, {*destination, port_of_nat}, {*source, get_u16(at)}};
}

void UnknownSpiWatch::look() {
  const std::uint64_t present = count_of_unknown();
  if (!has_looked_) first_count_ = count_ = present;
  has_looked_ = true;
  const bool grown = present > count_;
  count_ = present;
  if (!grown) return capture_.reset();
  packets_left_ = most_packets_a_look;
  if (capture_) return;
  auto capture = PacketCapture::open(loop_, [this](const CapturedPacket& packet) { take(packet); });
  if (capture.ok()) capture_ = std::move(*capture);
}

void UnknownSpiWatch::take(const CapturedPacket& packet) {
  const auto found = read_esp(packet.octets);
  const bool unknown = found && !is_known_(found->spi, found->local.ip);
  if (unknown || --packets_left_ == 0) capture_.reset();
  if (unknown) told_(*found);
}

}  // namespace kernel
