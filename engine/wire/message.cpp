#include <bitset>

#include "engine/wire/codec.hpp"

namespace engine::wire {
namespace {

constexpr std::size_t generic_octets = 4;
constexpr std::uint8_t critical_bit = 0x80;

/// One link of the chain before its body is looked at.
struct Link {
  std::uint8_t type = 0;
  std::uint8_t next = 0;
  bool critical = false;
  std::size_t offset = 0;  // of the body
  ByteView body;
};

struct Chain {
  std::array<Link, max_payloads> links;
  std::size_t count = 0;
  std::bitset<256> seen;
};

enum class Encrypted { may_end_the_chain, is_not_allowed };

bool is_encrypted(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(PayloadType::sk) || type == static_cast<std::uint8_t>(PayloadType::skf);
}

bool is_known(std::uint8_t type) {
  return (type >= static_cast<std::uint8_t>(PayloadType::sa) && type <= static_cast<std::uint8_t>(PayloadType::eap)) ||
         type == static_cast<std::uint8_t>(PayloadType::skf);
}

/// Payloads of which no message has two (RFC 7296, 1.2 to 1.5).
bool is_single(std::uint8_t type) {
  switch (static_cast<PayloadType>(type)) {
    case PayloadType::sa:
    case PayloadType::ke:
    case PayloadType::id_i:
    case PayloadType::id_r:
    case PayloadType::auth:
    case PayloadType::nonce:
    case PayloadType::ts_i:
    case PayloadType::ts_r:
      return true;
    default:
      return false;
  }
}

// RFC 7296, 3.2:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Next Payload  |C|  RESERVED   |         Payload Length        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Walks the whole chain before any body is parsed, so that a message whose frame lies costs next to nothing. `octets`
// begins `offset` octets into its datagram.
Status walk(PayloadType first, ByteView octets, std::size_t offset, Encrypted encrypted, Chain& chain) {
  Reader in(octets);
  std::uint8_t type = static_cast<std::uint8_t>(first);
  while (type != 0) {
    if (chain.count == max_payloads) return malformed("more than " + std::to_string(max_payloads) + " payloads");
    if (in.left() < generic_octets) return malformed("the chain of payloads breaks off before type " + std::to_string(type));
    Link link;
    link.type = type;
    link.next = *in.u8();
    link.critical = (*in.u8() & critical_bit) != 0;
    const std::uint16_t length = *in.u16();
    if (length < generic_octets) return malformed("a payload gives its length as " + std::to_string(length));
    link.offset = offset + in.position();
    const auto body = in.bytes(length - generic_octets);
    if (!body) return malformed("a payload of " + std::to_string(length) + " octets leaves the message");
    link.body = *body;
    if (is_single(type) && chain.seen.test(type)) return malformed("two payloads of type " + std::to_string(type));
    chain.seen.set(type);
    chain.links[chain.count++] = link;
    type = link.next;
    if (is_encrypted(link.type)) {
      if (encrypted == Encrypted::is_not_allowed) return malformed("an encrypted payload inside another");
      type = 0;
    }
  }
  if (!in.empty()) return malformed(std::to_string(in.left()) + " octets follow the last payload");
  return Done{};
}

template <class T>
Result<Payload> as_payload(Result<T> result) {
  if (!result) return std::move(result.failure());
  return Payload(std::move(*result));
}

// RFC 7383, 2.5:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Next Payload  |C|  RESERVED   |         Payload Length        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Fragment Number        |        Total Fragments        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Initialization Vector                     |
//   ~           Encrypted content, padding, checksum                ~
Result<EncryptedPayload> parse_skf(const Link& link) {
  Reader in(link.body);
  const auto fragment = in.u16();
  const auto total = in.u16();
  if (!fragment || !total) return malformed("an SKF payload without fragment numbers");
  if (*fragment == 0 || *fragment > *total)
    return malformed("fragment " + std::to_string(*fragment) + " of " + std::to_string(*total));
  return EncryptedPayload{PayloadType::skf, static_cast<PayloadType>(link.next), link.offset + in.position(), *fragment, *total};
}

Result<Payload> parse_body(const Link& link) {
  const auto type = static_cast<PayloadType>(link.type);
  switch (type) {
    case PayloadType::sa:
      return as_payload(parse_sa(link.body));
    case PayloadType::ke:
      return as_payload(parse_ke(link.body));
    case PayloadType::id_i:
    case PayloadType::id_r:
      return as_payload(parse_id(type, link.body));
    case PayloadType::cert:
    case PayloadType::certreq:
      return as_payload(parse_cert(type, link.body));
    case PayloadType::auth:
      return as_payload(parse_auth(link.body));
    case PayloadType::nonce:
      return as_payload(parse_nonce(link.body));
    case PayloadType::notify:
      return as_payload(parse_notify(link.body));
    case PayloadType::delete_:
      return as_payload(parse_delete(link.body));
    case PayloadType::ts_i:
    case PayloadType::ts_r:
      return as_payload(parse_ts(type, link.body));
    case PayloadType::cp:
      return as_payload(parse_cp(link.body));
    case PayloadType::eap:
      return Payload(EapPayload{to_bytes(link.body)});
    case PayloadType::sk:
      return Payload(EncryptedPayload{type, static_cast<PayloadType>(link.next), link.offset});
    case PayloadType::skf:
      return as_payload(parse_skf(link));
    default:
      return Payload(OpaquePayload{link.type, link.critical, to_bytes(link.body)});
  }
}

/// RFC 7296, 2.5: an unknown payload with the critical bit rejects the message; on known types the bit means nothing.
Status check_critical(const Chain& chain) {
  for (std::size_t i = 0; i < chain.count; ++i) {
    const Link& link = chain.links[i];
    if (link.critical && !is_known(link.type)) {
      return Failure{NotifyType::unsupported_critical_payload, Cause::unsupported_critical_payload,
                     "critical payload of unknown type " + std::to_string(link.type), Bytes{link.type}};
    }
  }
  return Done{};
}

Result<Payloads> parse_chain(PayloadType first, ByteView octets, std::size_t offset, Encrypted encrypted) {
  Chain chain;
  CHECK_OK(walk(first, octets, offset, encrypted, chain));
  CHECK_OK(check_critical(chain));
  Payloads payloads;
  payloads.reserve(chain.count);
  for (std::size_t i = 0; i < chain.count; ++i) {
    TRY(Payload payload, parse_body(chain.links[i]));
    payloads.push_back(std::move(payload));
  }
  return payloads;
}

/// Appends the chain and gives the type it begins with. Each Next Payload field is filled in when its successor comes.
PayloadType encode_chain(const Payloads& payloads, Writer& out) {
  PayloadType first = PayloadType::none;
  std::optional<std::size_t> previous;
  for (const Payload& payload : payloads) {
    if (std::holds_alternative<EncryptedPayload>(payload)) continue;
    const std::size_t start = out.size();
    const PayloadType type = type_of(payload);
    if (previous)
      out.patch_u8(*previous, static_cast<std::uint8_t>(type));
    else
      first = type;
    const OpaquePayload* opaque = std::get_if<OpaquePayload>(&payload);
    out.u8(0);
    out.u8(opaque != nullptr && opaque->critical ? critical_bit : 0);
    out.u16(0);
    std::visit(
        [&](const auto& body) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(body)>, EncryptedPayload>) encode_body(body, out);
        },
        payload);
    out.patch_u16(start + 2, static_cast<std::uint16_t>(out.size() - start));
    previous = start;
  }
  return first;
}

constexpr std::size_t next_payload_at = 16;
constexpr std::size_t length_at = 24;
/// What a message usually needs at most; a longer one grows.
constexpr std::size_t usual_octets = 512;

}  // namespace

Result<Message> parse(ByteView datagram) {
  TRY(const Header header, parse_header(datagram));
  if (header.length != datagram.size()) {
    return Failure{
        NotifyType::none, Cause::malformed_header,
        "the header says " + std::to_string(header.length) + " octets, the datagram has " + std::to_string(datagram.size())};
  }
  TRY(Payloads payloads,
      parse_chain(header.next_payload, datagram.subspan(header_octets), header_octets, Encrypted::may_end_the_chain));
  return Message{header, std::move(payloads)};
}

Result<Payloads> parse_payloads(PayloadType first, ByteView contents) {
  return parse_chain(first, contents, 0, Encrypted::is_not_allowed);
}

Bytes encode(const Header& header, const Payloads& payloads) {
  Writer out;
  out.reserve(usual_octets);
  encode_header(header, PayloadType::none, 0, out);
  const PayloadType first = encode_chain(payloads, out);
  out.patch_u8(next_payload_at, static_cast<std::uint8_t>(first));
  out.patch_u32(length_at, static_cast<std::uint32_t>(out.size()));
  return out.take();
}

EncodedPayloads encode_payloads(const Payloads& payloads) {
  Writer out;
  if (!payloads.empty()) out.reserve(usual_octets);
  const PayloadType first = encode_chain(payloads, out);
  return {first, out.take()};
}

Bytes encode_skf_prefix(const Header& header, PayloadType first_inner, std::uint16_t fragment, std::uint16_t total,
                        std::size_t body_octets) {
  Writer out;
  out.reserve(skf_prefix_octets + body_octets);
  encode_header(header, PayloadType::skf, skf_prefix_octets + body_octets, out);
  out.u8(fragment == 1 ? static_cast<std::uint8_t>(first_inner) : 0);
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(skf_prefix_octets - header_octets + body_octets));
  out.u16(fragment);
  out.u16(total);
  return out.take();
}

// RFC 7296, 3.14: of an SK payload, Next Payload names the first payload inside.
Bytes encode_sk_prefix(const Header& header, PayloadType first_inner, std::size_t body_octets) {
  Writer out;
  out.reserve(header_octets + generic_octets + body_octets);
  encode_header(header, PayloadType::sk, header_octets + generic_octets + body_octets, out);
  out.u8(static_cast<std::uint8_t>(first_inner));
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(generic_octets + body_octets));
  return out.take();
}

}  // namespace engine::wire
