// What `show` tells of a certificate, beyond what the engine decides by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/crypto/key_pair.hpp"

namespace engine::crypto {

/// An attribute of a name in words: "cn", "LAB-CA". Keywords in lower case but "serialNumber" and "hostname", as IOS has them;
/// octets that are not printable as \xNN.
struct NamePart {
  std::string keyword, value;
};
struct CertificateDetails {
  unsigned version = 3;
  std::string serial;                          // upper-case hexadecimal digits, an even number
  std::vector<NamePart> issuer, subject;       // the most specific first, as IOS has them
  std::int64_t not_before = 0, not_after = 0;  // seconds since 1970
  KeyShape key;
  Bytes public_key;                             // SubjectPublicKeyInfo in DER
  std::string key_algorithm;                    // "rsaEncryption"
  std::string signature_algorithm;              // "SHA256 with RSA Encryption"
  Bytes md5, sha1;                              // fingerprints
  std::optional<std::uint32_t> key_usage;       // the bits as IOS shows them: A0000000
  std::vector<std::string> key_usages;          // "Digital Signature"
  bool authority = false, constrained = false;  // constrained: it has basic constraints
  Bytes subject_key, authority_key;             // identifiers; empty: none
  std::vector<std::string> alternative_names;   // "gw.example.net", "192.0.2.1"
  std::vector<std::string> extended_usages;     // "Client Auth"
  std::vector<std::string> crl_urls, ocsp_urls;
};
/// nullopt where it is no certificate.
std::optional<CertificateDetails> details_of(ByteView der);

struct CrlDetails {
  std::vector<NamePart> issuer;
  std::int64_t this_update = 0, next_update = 0;  // seconds since 1970; 0: it says none
  std::size_t entries = 0;
  bool delta = false;
};
/// nullopt where it is no CRL.
std::optional<CrlDetails> crl_details_of(ByteView der);

}  // namespace engine::crypto
