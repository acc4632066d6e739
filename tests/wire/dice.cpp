#include <algorithm>

#include "support.hpp"

namespace engine::wire::test {

Bytes Dice::octets(std::size_t count) {
  Bytes out(count);
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(below(256));
  return out;
}

Header Dice::header() {
  Header header;
  header.spi_i.value = (std::uint64_t{below(0xffffffff)} << 32 | below(0xffffffff)) + 1;
  header.spi_r.value = below(2) == 0 ? 0 : below(0xffffffff);
  header.exchange = static_cast<ExchangeType>(34 + below(4));
  header.initiator = below(2) == 1;
  header.response = below(2) == 1;
  header.message_id.value = below(0xffffffff);
  return header;
}

IpAddress Dice::address(Family family) { return *IpAddress::from_bytes(octets(family == Family::v4 ? 4 : 16)); }

SaPayload Dice::sa() {
  SaPayload sa;
  sa.proposals.resize(1 + below(4));
  for (Proposal& proposal : sa.proposals) {
    proposal.number = static_cast<std::uint8_t>(below(256));
    proposal.protocol = static_cast<Protocol>(1 + below(3));
    proposal.spi = octets(proposal.protocol == Protocol::ike ? 8 * below(2) : 4);
    proposal.transforms.resize(below(6));
    for (Transform& transform : proposal.transforms) {
      transform.type = static_cast<std::uint8_t>(below(256));
      transform.id = static_cast<std::uint16_t>(below(65536));
      transform.key_bits = static_cast<std::uint16_t>(below(3) * 64);
    }
  }
  return sa;
}

TsPayload Dice::ts(PayloadType which) {
  TsPayload ts{which, {}};
  ts.selectors.resize(below(5));
  for (TrafficSelector& selector : ts.selectors) {
    const Family family = below(2) == 0 ? Family::v4 : Family::v6;
    selector.protocol = static_cast<std::uint8_t>(below(256));
    selector.ports = {static_cast<std::uint16_t>(below(65536)), static_cast<std::uint16_t>(below(65536))};
    selector.first = address(family);
    selector.last = address(family);
    if (selector.last < selector.first) std::swap(selector.first, selector.last);
  }
  return ts;
}

IdPayload Dice::id(PayloadType which) {
  IdPayload id;
  id.which = which;
  const std::uint32_t kind = below(3);
  id.identity = kind < 2 ? Identity::of(address(kind == 0 ? Family::v4 : Family::v6))
                         : Identity{static_cast<IdType>(2 + below(2)), octets(below(40))};
  for (std::uint8_t& octet : id.reserved) octet = static_cast<std::uint8_t>(below(256));
  return id;
}

Payload Dice::payload(PayloadType type) {
  switch (type) {
    case PayloadType::sa:
      return sa();
    case PayloadType::ke:
      return KePayload{static_cast<std::uint16_t>(below(65536)), octets(1 + below(300))};
    case PayloadType::id_i:
    case PayloadType::id_r:
      return id(type);
    case PayloadType::cert:
    case PayloadType::certreq:
      return CertPayload{type, static_cast<std::uint8_t>(below(256)), octets(below(100))};
    case PayloadType::auth:
      return AuthPayload{static_cast<std::uint8_t>(below(256)), octets(below(70))};
    case PayloadType::nonce:
      return NoncePayload{octets(16 + below(241))};
    case PayloadType::notify:
      return NotifyPayload{static_cast<Protocol>(below(4)), octets(below(9)), static_cast<NotifyType>(below(65536)),
                           octets(below(40))};
    case PayloadType::delete_: {
      DeletePayload deletion{static_cast<Protocol>(1 + below(3)), {}};
      if (deletion.protocol != Protocol::ike) deletion.spis.resize(below(10));
      for (EspSpi& spi : deletion.spis) spi.value = below(0xffffffff);
      return deletion;
    }
    case PayloadType::ts_i:
    case PayloadType::ts_r:
      return ts(type);
    default:
      return OpaquePayload{static_cast<std::uint8_t>(type), false, octets(below(50))};
  }
}

Payloads Dice::payloads() {
  static constexpr PayloadType once[] = {PayloadType::sa,   PayloadType::ke,    PayloadType::id_i, PayloadType::id_r,
                                         PayloadType::auth, PayloadType::nonce, PayloadType::ts_i, PayloadType::ts_r};
  Payloads out;
  for (const PayloadType type : once)
    if (below(2) == 0) out.push_back(payload(type));
  for (std::uint32_t i = below(5); i > 0; --i) out.push_back(payload(PayloadType::notify));
  for (std::uint32_t i = below(3); i > 0; --i) out.push_back(payload(PayloadType::delete_));
  for (std::uint32_t i = below(4); i > 0; --i) out.push_back(payload(PayloadType::vendor_id));
  for (std::uint32_t i = below(4); i > 0; --i) out.push_back(payload(below(2) ? PayloadType::cert : PayloadType::certreq));
  for (std::uint32_t i = below(3); i > 0; --i) out.push_back(payload(static_cast<PayloadType>(200 + below(50))));
  std::shuffle(out.begin(), out.end(), engine_);
  return out;
}

}  // namespace engine::wire::test
