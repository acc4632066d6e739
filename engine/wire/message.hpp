// IKEv2 messages as values (RFC 7296, section 3): parse and encode, nothing else. No SA is known here.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/config.hpp"
#include "engine/ids.hpp"
#include "engine/result.hpp"
#include "engine/traffic_selector.hpp"

namespace engine::wire {

enum class ExchangeType : std::uint8_t {
  ike_sa_init = 34,
  ike_auth = 35,
  create_child_sa = 36,
  informational = 37,
  ike_intermediate = 43,  // RFC 9242
  ike_followup_ke = 44    // RFC 9370
};
std::string_view name_of(ExchangeType exchange);

enum class PayloadType : std::uint8_t {
  none = 0,
  sa = 33,
  ke = 34,
  id_i = 35,
  id_r = 36,
  cert = 37,
  certreq = 38,
  auth = 39,
  nonce = 40,
  notify = 41,
  delete_ = 42,
  vendor_id = 43,
  ts_i = 44,
  ts_r = 45,
  sk = 46,
  cp = 47,
  eap = 48,
  skf = 53,
};
/// As `debug crypto ikev2` prints them: "SA", "KE", "N", "NOTIFY(...)" is the caller's. Unknown: "".
std::string_view name_of(PayloadType type);
/// As IANA has it: "NO_PROPOSAL_CHOSEN". Unknown: "".
std::string_view name_of(NotifyType type);

enum class Protocol : std::uint8_t { none = 0, ike = 1, ah = 2, esp = 3 };

/// RFC 7296, 3.1. The version is always 2.0 here; parse() refuses others.
struct Header {
  IkeSpi spi_i, spi_r;
  PayloadType next_payload = PayloadType::none;
  ExchangeType exchange = ExchangeType::ike_sa_init;
  bool initiator = false;  // flag I: sent by the original initiator of this IKE SA
  bool response = false;   // flag R
  MessageId message_id;
  std::uint32_t length = 0;  // parsed: of the message; ignored by encode
  friend bool operator==(const Header&, const Header&) = default;
};
inline constexpr std::size_t header_octets = 28;

/// Transform substructure (3.3.2). `type` is raw, so that unknown ones survive; `key_bits` 0: no attribute.
struct Transform {
  std::uint8_t type = 0;
  std::uint16_t id = 0;
  std::uint16_t key_bits = 0;
  bool unknown_attribute = false;  // an attribute other than Key Length was there: never to be chosen
  friend bool operator==(const Transform&, const Transform&) = default;
};
struct Proposal {
  std::uint8_t number = 1;
  Protocol protocol = Protocol::ike;
  Bytes spi;  // 0, 4 or 8 octets
  std::vector<Transform> transforms;
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

struct SaPayload {
  std::vector<Proposal> proposals;
  friend bool operator==(const SaPayload&, const SaPayload&) = default;
};
struct KePayload {
  std::uint16_t group = 0;
  Bytes data;
  friend bool operator==(const KePayload&, const KePayload&) = default;
};
/// IDi and IDr. `body` is the whole payload body with type and reserved octets as received: AUTH covers it (2.15).
struct IdPayload {
  PayloadType which = PayloadType::id_i;
  Identity identity;
  std::array<std::uint8_t, 3> reserved{};
  /// Type, reserved octets, data: what AUTH covers.
  Bytes body() const;
  friend bool operator==(const IdPayload&, const IdPayload&) = default;
};
struct AuthPayload {
  std::uint8_t method = 0;
  Bytes data;
  friend bool operator==(const AuthPayload&, const AuthPayload&) = default;
};
/// CERT and CERTREQ, told apart by `which`. Of CERTREQ with certificates the data are SHA-1 hashes of keys, 20 octets each.
struct CertPayload {
  PayloadType which = PayloadType::cert;
  std::uint8_t encoding = 4;  // x509_signature
  Bytes data;
  friend bool operator==(const CertPayload&, const CertPayload&) = default;
};
/// Certificate Encoding (RFC 7296, 3.6): X.509 Certificate - Signature.
inline constexpr std::uint8_t x509_signature = 4, ocsp_content = 14;  // RFC 7296, 3.6; RFC 4806, 2
struct NoncePayload {
  Bytes data;
  friend bool operator==(const NoncePayload&, const NoncePayload&) = default;
};
struct NotifyPayload {
  Protocol protocol = Protocol::none;
  Bytes spi;
  NotifyType type = NotifyType::none;  // any 16-bit value
  Bytes data;
  friend bool operator==(const NotifyPayload&, const NotifyPayload&) = default;
};
/// A notify that is about the IKE SA itself, or about the message (RFC 7296, 3.10).
inline NotifyPayload notify(NotifyType type, Bytes data = {}) { return {Protocol::none, {}, type, std::move(data)}; }
struct DeletePayload {
  Protocol protocol = Protocol::ike;
  std::vector<EspSpi> spis;  // empty for IKE
  friend bool operator==(const DeletePayload&, const DeletePayload&) = default;
};
struct TsPayload {
  PayloadType which = PayloadType::ts_i;
  std::vector<TrafficSelector> selectors;
  friend bool operator==(const TsPayload&, const TsPayload&) = default;
};
/// Configuration (RFC 7296, 3.15). Of a request an attribute may be empty: anything will do.
enum class CfgType : std::uint8_t { request = 1, reply = 2, set = 3, ack = 4 };
struct CfgAttribute {
  std::uint16_t type = 0;  // any 15-bit value
  Bytes value;
  friend bool operator==(const CfgAttribute&, const CfgAttribute&) = default;
};
struct CpPayload {
  CfgType type = CfgType::request;  // any 8-bit value
  std::vector<CfgAttribute> attributes;
  friend bool operator==(const CpPayload&, const CpPayload&) = default;
};
/// An EAP message as it travels (RFC 7296, 3.16); engine/eap reads it.
struct EapPayload {
  Bytes message;
  friend bool operator==(const EapPayload&, const EapPayload&) = default;
};
/// Known types whose contents nothing here needs (vendor ID) and unknown types.
struct OpaquePayload {
  std::uint8_t type = 0;
  bool critical = false;
  Bytes data;
  friend bool operator==(const OpaquePayload&, const OpaquePayload&) = default;
};
/// SK or SKF, always last. `first_inner` is its Next Payload field, `offset` where its IV begins in the datagram;
/// everything before it is associated data. Of an SKF: the `fragment` of `total`, 1 <= fragment <= total (RFC 7383, 2.5).
struct EncryptedPayload {
  PayloadType which = PayloadType::sk;
  PayloadType first_inner = PayloadType::none;
  std::size_t offset = 0;
  std::uint16_t fragment = 0, total = 0;
  friend bool operator==(const EncryptedPayload&, const EncryptedPayload&) = default;
};

using Payload = std::variant<SaPayload, KePayload, IdPayload, CertPayload, AuthPayload, NoncePayload, NotifyPayload,
                             DeletePayload, TsPayload, CpPayload, EapPayload, OpaquePayload, EncryptedPayload>;
using Payloads = std::vector<Payload>;
PayloadType type_of(const Payload& payload);

struct Message {
  Header header;
  Payloads payloads;
};

/// Limits that keep a hostile datagram cheap.
inline constexpr std::size_t max_payloads = 64;
inline constexpr std::size_t max_proposals = 64;
inline constexpr std::size_t max_spis = 1024;
inline constexpr std::size_t max_cfg_attributes = 256;

/// The header alone. Fails with malformed_header or unsupported_version (INVALID_MAJOR_VERSION).
Result<Header> parse_header(ByteView datagram);
/// A whole datagram: header.length must equal its size. Unknown non-critical payloads are kept as OpaquePayload;
/// unknown critical ones fail with UNSUPPORTED_CRITICAL_PAYLOAD (data: the type). Malformed: INVALID_SYNTAX.
Result<Message> parse(ByteView datagram);
/// The contents of an SK payload after decryption and removal of padding. Never yields EncryptedPayload.
Result<Payloads> parse_payloads(PayloadType first, ByteView contents);

/// Header and payloads; no EncryptedPayload may be among them. Length and next-payload fields are filled in.
Bytes encode(const Header& header, const Payloads& payloads);
struct EncodedPayloads {
  PayloadType first = PayloadType::none;
  Bytes octets;
};
/// The chain alone, as it goes into an SK payload.
EncodedPayloads encode_payloads(const Payloads& payloads);
/// Header, `outer` nothing, and the generic header of an SK payload whose body will have `body_octets`: exactly the
/// associated data of seal(). The body is to be appended.
Bytes encode_sk_prefix(const Header& header, PayloadType first_inner, std::size_t body_octets);
/// Likewise of the SKF payload of one fragment. `first_inner` is named by fragment 1 alone.
Bytes encode_skf_prefix(const Header& header, PayloadType first_inner, std::uint16_t fragment, std::uint16_t total,
                        std::size_t body_octets);
inline constexpr std::size_t sk_prefix_octets = header_octets + 4, skf_prefix_octets = header_octets + 8;

/// First payload of type T, or null.
template <class T>
const T* find(const Payloads& payloads) {
  for (const Payload& p : payloads)
    if (const T* hit = std::get_if<T>(&p)) return hit;
  return nullptr;
}
const IdPayload* find_id(const Payloads& payloads, PayloadType which);
const TsPayload* find_ts(const Payloads& payloads, PayloadType which);
const NotifyPayload* find_notify(const Payloads& payloads, NotifyType type);

}  // namespace engine::wire
