#include <algorithm>

#include "engine/wire/codec.hpp"

namespace engine::wire {

// RFC 7296, 3.4:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Diffie-Hellman Group Num    |           RESERVED            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                       Key Exchange Data                       ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<KePayload> parse_ke(ByteView body) {
  if (body.size() <= 4) return malformed("a KE payload without key exchange data");
  Reader in(body);
  KePayload ke;
  ke.group = *in.u16();
  in.u16();
  ke.data = to_bytes(in.rest());
  return ke;
}

void encode_body(const KePayload& ke, Writer& out) {
  out.u16(ke.group);
  out.u16(0);
  out.bytes(ke.data);
}

// RFC 7296, 3.5:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   ID Type     |                 RESERVED                      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                   Identification Data                         ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<IdPayload> parse_id(PayloadType which, ByteView body) {
  if (body.size() < 4) return malformed("an identification payload of " + std::to_string(body.size()) + " octets");
  IdPayload id;
  id.which = which;
  id.identity.type = static_cast<IdType>(body[0]);
  std::copy_n(body.begin() + 1, id.reserved.size(), id.reserved.begin());
  id.identity.data = to_bytes(body.subspan(4));
  const std::size_t size = id.identity.data.size();
  const bool wrong_size =
      (id.identity.type == IdType::ipv4_address && size != 4) || (id.identity.type == IdType::ipv6_address && size != 16);
  if (wrong_size) return malformed("an address of " + std::to_string(size) + " octets as identity");
  return id;
}

void encode_body(const IdPayload& id, Writer& out) {
  out.u8(static_cast<std::uint8_t>(id.identity.type));
  out.bytes(id.reserved);
  out.bytes(id.identity.data);
}

Bytes IdPayload::body() const {
  Writer out;
  encode_body(*this, out);
  return out.take();
}

// RFC 7296, 3.6 and 3.7:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Cert Encoding |                                               |
//   +-+-+-+-+-+-+-+-+                                               |
//   ~         Certificate Data, or Certification Authority          ~
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<CertPayload> parse_cert(PayloadType which, ByteView body) {
  if (body.empty()) return malformed("a certificate payload without its encoding");
  return CertPayload{which, body[0], to_bytes(body.subspan(1))};
}

void encode_body(const CertPayload& cert, Writer& out) {
  out.u8(cert.encoding);
  out.bytes(cert.data);
}

// RFC 7296, 3.8:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Auth Method   |                RESERVED                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                      Authentication Data                      ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<AuthPayload> parse_auth(ByteView body) {
  if (body.size() < 4) return malformed("an AUTH payload of " + std::to_string(body.size()) + " octets");
  return AuthPayload{body[0], to_bytes(body.subspan(4))};
}

void encode_body(const AuthPayload& auth, Writer& out) {
  out.u8(auth.method);
  out.zeros(3);
  out.bytes(auth.data);
}

// RFC 7296, 3.9: the body is the nonce, 16 to 256 octets of it.
Result<NoncePayload> parse_nonce(ByteView body) {
  if (body.size() < 16 || body.size() > 256) return malformed("a nonce of " + std::to_string(body.size()) + " octets");
  return NoncePayload{to_bytes(body)};
}

void encode_body(const NoncePayload& nonce, Writer& out) { out.bytes(nonce.data); }

// RFC 7296, 3.10:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Protocol ID  |   SPI Size    |      Notify Message Type      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                Security Parameter Index (SPI)                 ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~                       Notification Data                       ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<NotifyPayload> parse_notify(ByteView body) {
  if (body.size() < 4) return malformed("a notify payload of " + std::to_string(body.size()) + " octets");
  Reader in(body);
  NotifyPayload notify;
  notify.protocol = static_cast<Protocol>(*in.u8());
  const std::uint8_t spi_size = *in.u8();
  notify.type = static_cast<NotifyType>(*in.u16());
  const auto spi = in.bytes(spi_size);
  if (!spi) return malformed("a notify payload has no room for an SPI of " + std::to_string(spi_size) + " octets");
  notify.spi = to_bytes(*spi);
  notify.data = to_bytes(in.rest());
  return notify;
}

void encode_body(const NotifyPayload& notify, Writer& out) {
  out.u8(static_cast<std::uint8_t>(notify.protocol));
  out.u8(static_cast<std::uint8_t>(notify.spi.size()));
  out.u16(static_cast<std::uint16_t>(notify.type));
  out.bytes(notify.spi);
  out.bytes(notify.data);
}

// RFC 7296, 3.11:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Protocol ID   |   SPI Size    |          Num of SPIs          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                                                               |
//   ~               Security Parameter Index(es) (SPI)              ~
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// For the IKE SA the header names the SPI; a count beside a size of zero adds nothing and is let pass.
Result<DeletePayload> parse_delete(ByteView body) {
  if (body.size() < 4) return malformed("a delete payload of " + std::to_string(body.size()) + " octets");
  Reader in(body);
  DeletePayload deletion;
  deletion.protocol = static_cast<Protocol>(*in.u8());
  const std::uint8_t spi_size = *in.u8();
  const std::uint16_t count = *in.u16();
  const bool ike = deletion.protocol == Protocol::ike;
  if (!ike && deletion.protocol != Protocol::ah && deletion.protocol != Protocol::esp)
    return malformed("a delete payload for an unknown protocol");
  if (spi_size != (ike ? 0 : 4)) return malformed("a delete payload with SPIs of " + std::to_string(spi_size) + " octets");
  if (in.left() != std::size_t{spi_size} * count)
    return malformed("a delete payload does not hold its " + std::to_string(count) + " SPIs");
  if (ike) return deletion;
  if (count > max_spis) return malformed("a delete payload with " + std::to_string(count) + " SPIs");
  deletion.spis.reserve(count);
  while (const auto spi = in.u32()) deletion.spis.push_back({*spi});
  return deletion;
}

void encode_body(const DeletePayload& deletion, Writer& out) {
  out.u8(static_cast<std::uint8_t>(deletion.protocol));
  out.u8(deletion.protocol == Protocol::ike ? 0 : 4);
  out.u16(static_cast<std::uint16_t>(deletion.spis.size()));
  for (const EspSpi spi : deletion.spis) out.u32(spi.value);
}

// RFC 7296, 3.15 and 3.15.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   CFG Type    |                    RESERVED                   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |R|         Attribute Type      |            Length             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   ~                             Value                             ~
Result<CpPayload> parse_cp(ByteView body) {
  constexpr std::uint16_t attribute_type = 0x7FFF;
  Reader in(body);
  const auto head = in.u32();
  if (!head) return malformed("a configuration payload of " + std::to_string(body.size()) + " octets");
  CpPayload out{static_cast<CfgType>(*head >> 24), {}};
  while (!in.empty()) {
    const auto type = in.u16();
    const auto length = in.u16();
    const auto value = length ? in.bytes(*length) : std::nullopt;
    if (!value) return malformed("a configuration attribute leaves its payload");
    if (out.attributes.size() == max_cfg_attributes)
      return malformed("more than " + std::to_string(max_cfg_attributes) + " configuration attributes");
    out.attributes.push_back({static_cast<std::uint16_t>(*type & attribute_type), to_bytes(*value)});
  }
  return out;
}

void encode_body(const CpPayload& payload, Writer& out) {
  out.u32(std::uint32_t{static_cast<std::uint8_t>(payload.type)} << 24);
  for (const CfgAttribute& attribute : payload.attributes) {
    out.u16(attribute.type);
    out.u16(static_cast<std::uint16_t>(attribute.value.size()));
    out.bytes(attribute.value);
  }
}

void encode_body(const EapPayload& payload, Writer& out) { out.bytes(payload.message); }

void encode_body(const OpaquePayload& payload, Writer& out) { out.bytes(payload.data); }

}  // namespace engine::wire
