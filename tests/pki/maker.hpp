// Certificates that tests make: a CA, what it gives out, and everything that can be wrong with it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/crypto/x509.hpp"

namespace pki {

/// A key pair. Elliptic ones are drawn anew, RSA ones of up to 4096 bits are fixed, since drawing them takes seconds.
class KeyPair {
 public:
  /// "rsa 2048", "rsa 1024", "P-256", "P-384", "P-521", "ed25519", "ed448", "secp256k1".
  explicit KeyPair(const std::string& kind);
  /// A public key that fits nothing: all bits of the modulus set but perhaps the last. `exponent` in hexadecimal.
  static KeyPair rsa_public(std::size_t bits, const std::string& exponent, bool odd);
  engine::Bytes pkcs8() const;
  void* handle() const { return key_.get(); }  // EVP_PKEY

 private:
  explicit KeyPair(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

inline constexpr engine::WallTime now = 1'800'000'000;  // 2027-01-15
inline constexpr engine::WallTime day = 86400;

/// What is to stand in a certificate. Extensions in OpenSSL's words: {"basicConstraints", "critical,CA:TRUE"}.
struct Wanted {
  std::string subject = "CN=gw";  // RFC 2253: CN=gw,O=Example
  std::map<std::string, std::string> extensions{};
  engine::WallTime not_before = now - 10 * day, not_after = now + 365 * day;
  long serial = 0;                // 0: the next
  std::string digest = "SHA256";  // of the signature; EdDSA takes none
};

/// A key and the certificate of it.
struct Holder {
  KeyPair key;
  engine::Bytes der;
  engine::CertificatePtr certificate() const;
};

/// `issuer` null: self-signed.
Holder issue(const Wanted& wanted, const Holder* issuer, const std::string& key = "P-256");
/// The same for a key that is there already.
Holder certify(const KeyPair& key, const Wanted& wanted, const Holder& issuer);
/// A CA as it should be.
Holder authority(const std::string& subject = "CN=Root,O=Example", const Holder* issuer = nullptr,
                 const std::string& key = "P-256");
/// An end entity as it should be, with subjectAltName in OpenSSL's words: "DNS:gw.example.net,IP:203.0.113.10".
Holder end_entity(const Holder& issuer, const std::string& names, const std::string& subject = "CN=gw,O=Example",
                  const std::string& key = "P-256");

/// A revocation list of `issuer` in DER.
engine::Bytes crl(const Holder& issuer, const std::vector<long>& serials, engine::WallTime this_update = now - day,
                  engine::WallTime next_update = now + day);
/// The same with a number, and with the URL of its deltas; or one of these deltas, to list `base`.
struct Numbered {
  long number = 1;
  long base = 0;  // 0: it is no delta
  std::string freshest{};
};
engine::Bytes crl(const Holder& issuer, const std::vector<long>& serials, const Numbered& numbered,
                  engine::WallTime next_update = now + day);
long serial_of(const Holder& holder);

/// What an OCSP responder says.
struct OcspSaid {
  enum class Status : std::uint8_t { good, revoked, unknown } status = Status::good;
  engine::WallTime this_update = now - 60, next_update = now + day;  // next_update 0: none
  engine::Bytes nonce{};
};
/// About a certificate of `issuer`, signed by `signer`, whose certificate is in it.
engine::Bytes ocsp_response(const Holder& about, const Holder& issuer, const Holder& signer, const OcspSaid& said);

}  // namespace pki
