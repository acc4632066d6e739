// The one table of signatures by which an end authenticates itself. A row feeds AUTH, SIGNATURE_HASH_ALGORITHMS,
// SUPPORTED_AUTH_METHODS and the crypto; adding a signature is one row and one vector file.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/bytes.hpp"
#include "engine/pki.hpp"

namespace engine {

/// Auth Method of the AUTH payload (RFC 7296, 3.8; RFC 4754; RFC 7427).
enum class WireMethod : std::uint8_t {
  rsa = 1,
  shared_key = 2,
  ecdsa_256 = 9,
  ecdsa_384 = 10,
  ecdsa_521 = 11,
  digital_signature = 14
};

enum class SignaturePadding : std::uint8_t { none, pkcs1, pss };
/// What the signature looks like on the wire.
enum class SignatureForm : std::uint8_t { as_made, raw_pair };  // raw_pair: r || s in the curve's width (RFC 4754)

/// Hash Algorithms of SIGNATURE_HASH_ALGORITHMS (RFC 7427, 7; RFC 8420, 2).
enum class SignatureHash : std::uint8_t { none = 0, sha1 = 1, sha256 = 2, sha384 = 3, sha512 = 4, identity = 5 };
/// Those that a peer has announced.
class SignatureHashes {
 public:
  void add(SignatureHash hash) { bits_ = static_cast<std::uint8_t>(bits_ | 1u << static_cast<unsigned>(hash)); }
  bool has(SignatureHash hash) const { return (bits_ >> static_cast<unsigned>(hash) & 1u) != 0; }
  bool any() const { return bits_ != 0; }

 private:
  std::uint8_t bits_ = 0;
};

struct SignatureScheme {
  std::string_view name;  // in words: debug, show, tests
  WireMethod method;
  std::uint32_t keys;       // bits of KeyKind that can make it
  SignatureHash hash;       // of SIGNATURE_HASH_ALGORITHMS; none for the methods before RFC 7427
  std::string_view digest;  // in OpenSSL's words; empty: the signature hashes for itself
  SignaturePadding padding;
  SignatureForm form;
  CostClass cost;                    // of making one
  std::string_view identifier;       // AlgorithmIdentifier in DER, as hexadecimal; empty before RFC 7427
  std::string_view also_accepted{};  // another encoding of it that is in use

  bool fits(KeyKind key) const { return (keys >> static_cast<unsigned>(key) & 1u) != 0; }
};

/// In order of preference for each kind of key.
std::span<const SignatureScheme> signature_schemes();

/// What we sign with: of RFC 7427 if the peer has announced the hash, else what was before it. `pss`: the peer has said that
/// it verifies RSASSA-PSS (RFC 9593); only then is it preferred, since widespread peers cannot. Null: nothing fits.
const SignatureScheme* scheme_for(KeyKind key, SignatureHashes peer, bool pss);

/// An AUTH payload of a signature taken apart. `signature` is a view into its data.
struct SignatureParts {
  const SignatureScheme* scheme = nullptr;
  ByteView signature;
};
/// Method and data of an AUTH payload. Of method 14 the AlgorithmIdentifier is compared with those we know, octet for octet.
/// Scheme null: not known or malformed.
SignatureParts parse_signature(std::uint8_t method, ByteView data);
/// Data of an AUTH payload: with the AlgorithmIdentifier in front where the method has one (RFC 7427, 3).
Bytes encode_signature(const SignatureScheme& scheme, ByteView signature);

/// Data of SIGNATURE_HASH_ALGORITHMS: the hashes of the rows that a peer may use with us.
Bytes encode_hashes();
SignatureHashes parse_hashes(ByteView data);

/// Data of SUPPORTED_AUTH_METHODS (RFC 9593, 3.2) for what a profile takes; no announcement is tied to a CA.
Bytes encode_announcements(AuthMethods methods);
/// Whether a peer's announcements name RSASSA-PSS.
bool announces_pss(ByteView data);

}  // namespace engine
