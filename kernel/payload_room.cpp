#include "kernel/payload_room.hpp"

#include <algorithm>

#include "kernel/esp_tun_sockets.hpp"

namespace kernel {
namespace {

constexpr std::size_t esp_header_octets = 8;   // SPI and sequence number
constexpr std::size_t esp_trailer_octets = 2;  // padding length and next header
constexpr std::size_t ah_octets = 12;          // RFC 4302, 2, without ICV

// RFC 4302, 2.2.
std::size_t ah_room(const engine::Algorithm* integrity, engine::Family outer, std::size_t limit) {
  const std::size_t unit = outer == engine::Family::v4 ? 4 : 8;
  const std::size_t header = (ah_octets + (integrity ? integrity->icv_octets : 0U) + unit - 1) / unit * unit;
  return limit > header ? limit - header : 0;
}

}  // namespace

std::size_t payload_room(const engine::Algorithm* encryption, const engine::Algorithm* integrity, engine::Family outer,
                         std::size_t limit) {
  if (!encryption) return 0;
  if (engine::is_ah(encryption)) return ah_room(integrity, outer, limit);
  const std::size_t icv = encryption->aead ? encryption->icv_octets : integrity ? integrity->icv_octets : 0U;
  const std::size_t fixed = esp_header_octets + encryption->iv_octets + icv;
  const std::size_t alignment = std::max<std::size_t>(4, encryption->block_octets);
  if (limit < fixed) return 0;
  const std::size_t text = (limit - fixed) / alignment * alignment;
  return text < esp_trailer_octets ? 0 : text - esp_trailer_octets;
}

std::size_t payload_room(const engine::ChildSaFacts& facts, const engine::SaParameters& sa) {
  OuterPath path;
  path.local = facts.local;
  path.remote = facts.remote;
  path.carrier = facts.udp_encapsulated ? Carrier::udp : Carrier::esp;
  path.dont_fragment = true;
  const std::size_t mtu = EspSockets::path_mtu(path), outside = EspSockets::overhead(path);
  return mtu > outside ? payload_room(sa.encryption, sa.integrity, facts.remote.ip.family, mtu - outside) : 0;
}

}  // namespace kernel
