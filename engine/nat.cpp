#include "engine/nat.hpp"

#include "engine/crypto/prf.hpp"

namespace engine {

Bytes nat_hash(IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& address) {
  Writer spis, port;
  spis.u64(spi_i.value);
  spis.u64(spi_r.value);
  port.u16(address.port);
  return crypto::sha1({spis.view(), address.ip.bytes(), port.view()});
}

void append_nat_detection(wire::Payloads& out, IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& local,
                          const SocketAddress& remote) {
  out.push_back(
      wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::nat_detection_source_ip, nat_hash(spi_i, spi_r, local)});
  out.push_back(
      wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::nat_detection_destination_ip, nat_hash(spi_i, spi_r, remote)});
}

NatVerdict detect_nat(const wire::Payloads& payloads, IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& local,
                      const SocketAddress& remote) {
  const Bytes expected_source = nat_hash(spi_i, spi_r, remote);
  const Bytes expected_destination = nat_hash(spi_i, spi_r, local);
  bool sources = false, source_matches = false, destinations = false, destination_matches = false;
  for (const wire::Payload& payload : payloads) {
    const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
    if (!notify) continue;
    if (notify->type == NotifyType::nat_detection_source_ip) {
      sources = true;
      source_matches |= equal(notify->data, expected_source);
    } else if (notify->type == NotifyType::nat_detection_destination_ip) {
      destinations = true;
      destination_matches |= equal(notify->data, expected_destination);
    }
  }
  return {destinations && !destination_matches, sources && !source_matches};
}

}  // namespace engine
