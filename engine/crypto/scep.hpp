// Messages of SCEP (RFC 8894): a request to a CA in an envelope, signed, and what it answers. No transport.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto::scep {

/// What a CA says it can (3.5.2).
struct Capabilities {
  bool post = false, sha256 = false, aes = false, renewal = false;
};
Capabilities parse_capabilities(std::string_view text);

/// GetCACert: one certificate, or those of a CA and its registration authorities (4.2). In DER, as they came.
Result<std::vector<Bytes>> parse_authorities(ByteView body);
/// Of `offered`, those that `ca` is or has issued: whom a message may be for, and who may sign an answer.
std::vector<Bytes> trusted_authorities(const std::vector<Bytes>& offered, const Bytes& ca);
/// The one to seal a message for: a registration authority that may, before the CA (4.2.1.2). Null: none.
const Bytes* recipient_of(const std::vector<Bytes>& authorities, const Bytes& ca);

enum class MessageType : std::uint8_t { renewal = 17, request = 19, poll = 20 };
struct Message {
  MessageType type = MessageType::request;
  std::string transaction;  // printable
  Bytes nonce;              // 16 random octets
  Bytes content;            // PKCS#10, or what poll_content() makes
};
/// What names a request that is being decided (3.3.3): issuer and subject.
Result<Bytes> poll_content(const Bytes& ca, const Bytes& request);
/// The same for all messages of a key pair.
std::string transaction_of(ByteView public_key);

/// A pkiMessage (3.2). `signer` is the certificate of `key`: our own, or one that signs itself.
Result<Bytes> make_message(const Message& message, const Secret& key, const Bytes& signer, const Bytes& recipient,
                           const Capabilities& capabilities);

enum class Status : std::uint8_t { granted, refused, pending };
struct Answer {
  Status status = Status::refused;
  std::string why;                  // of a refusal
  std::vector<Bytes> certificates;  // granted
};
/// The answer to `sent`, signed by one of `authorities` and meant for `signer`. Fails where it is none.
Result<Answer> read_answer(ByteView der, const Message& sent, const Secret& key, const Bytes& signer,
                           const std::vector<Bytes>& authorities);

}  // namespace engine::crypto::scep
