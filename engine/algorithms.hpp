// The one table of algorithms. A row feeds the wire, the crypto, the keywords of the parser, the names of `show` and
// the names of the kernel; adding an algorithm is one row and one vector file.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace engine {

/// Transform Type Values (RFC 7296, 3.3.2).
enum class TransformType : std::uint8_t { encryption = 1, prf = 2, integrity = 3, key_exchange = 4, sequence_numbers = 5 };
/// Additional Key Exchange 1 to 7 (RFC 9370, 2.1) are types of their own and take the rows of `key_exchange`.
inline constexpr std::uint8_t first_additional_type = 6, last_additional_type = 12;

/// Where a job with this algorithm runs: `inline_` costs under about 150 us of CPU, `pool` more (engine/crypto/jobs.hpp).
enum class CostClass : std::uint8_t { inline_, pool };

/// How the crypto library computes it; engine/crypto switches on this, nobody else.
enum class Primitive : std::uint8_t {
  none,
  aes_cbc,
  aes_gcm,
  aes_gmac,  // of ESP alone: authenticates, does not encrypt (RFC 4543)
  chacha20_poly1305,
  triple_des_cbc,
  null,  // of ESP alone (RFC 2410)
  hmac_md5,
  hmac_sha1,
  hmac_sha256,
  hmac_sha384,
  hmac_sha512,
  modp,
  ecp,
  x25519,
  x448,
  ml_kem  // of OpenSSL 3.5 and later: crypto::available()
};

struct Algorithm {
  TransformType type;
  std::uint16_t id;              // transform ID (IANA)
  std::uint16_t key_bits;        // Key Length attribute; 0: none is sent
  std::string_view ike_keyword;  // `crypto ikev2 proposal`: aes-cbc-256, sha256, 14; empty: not offered there
  std::string_view esp_keyword;  // `crypto ipsec transform-set`: esp-aes 256, esp-sha256-hmac; empty: not there
  std::string_view show_ike;     // `show crypto ikev2 sa`: AES-CBC, SHA256, 14
  std::string_view show_esp;     // `show crypto ipsec sa`: esp-256-aes, esp-sha256-hmac
  std::string_view debug_name;   // `debug crypto ikev2` and proposals in words: AES-CBC-256, DH_GROUP_2048_MODP/Group 14
  std::string_view xfrm_name;    // cbc(aes), hmac(sha256), rfc4106(gcm(aes)); empty: not for the kernel
  Primitive primitive;
  std::uint16_t key_octets;     // key as drawn from KEYMAT, with the salt for AEAD; PRF: preferred key length
  std::uint8_t block_octets;    // ciphertext alignment in SK payloads and ESP
  std::uint8_t iv_octets;       // explicit IV on the wire; AEAD without one: the sequence number is the IV (RFC 8750)
  std::uint8_t icv_octets;      // integrity: truncated MAC; AEAD: tag
  std::uint16_t output_octets;  // PRF: output; key exchange: public value on the wire, of the initiator for ML-KEM
  bool aead;                    // combined mode: no integrity algorithm stands beside it
  CostClass cost;
  std::string_view weakness{};  // why only a configuration that names it may use it; empty: nothing is known against it
};

std::span<const Algorithm> algorithms();

/// Stands where a Child SA of AH has its cipher (RFC 4302): there is none. No row of the table, since nothing on the wire names
/// it; what such an SA does is the integrity row's.
extern const Algorithm authentication_header;
inline bool is_ah(const Algorithm* encryption) { return encryption == &authentication_header; }

/// Exact row for what stands in a Transform substructure, or null.
const Algorithm* find_algorithm(TransformType type, std::uint16_t id, std::uint16_t key_bits);
/// Row for a keyword of `crypto ikev2 proposal`, or null. `type` because sha256 is a PRF and an integrity algorithm.
const Algorithm* find_ike_keyword(TransformType type, std::string_view keyword);
/// Row for a transform of `crypto ipsec transform-set`, or null.
const Algorithm* find_esp_keyword(std::string_view keyword);

/// Transform IDs that code must name.
inline constexpr std::uint16_t no_esn = 0;
inline constexpr std::uint16_t esn = 1;
inline constexpr std::uint16_t no_integrity = 0;
inline constexpr std::uint16_t no_key_exchange = 0;

}  // namespace engine
