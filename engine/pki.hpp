// Certificates as the configuration gives them to the engine, as values. engine/crypto/x509.hpp makes a Certificate of DER;
// a private key stands behind its KeyRef in the KeyStore, as PKCS#8 in DER, and only the job runner opens it.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.hpp"

namespace engine {

/// Seconds since 1970 without leap seconds: what certificates are dated in.
using WallTime = std::int64_t;

enum class KeyKind : std::uint8_t { unknown, rsa, ecdsa_p256, ecdsa_p384, ecdsa_p521, ed25519, ed448 };
/// The keyword of `authentication {local | remote}` under which a key of this kind authenticates.
AuthMethod method_of(KeyKind kind);

/// What a certificate says (RFC 5280). Nothing of it is verified.
struct Certificate {
  Bytes der;
  Bytes subject, issuer;                  // Name in DER
  std::string subject_text, issuer_text;  // x500_text() of them
  Bytes serial;                           // big-endian, without leading zeros
  WallTime not_before = 0, not_after = 0;
  KeyKind key = KeyKind::unknown;
  std::uint32_t key_bits = 0;
  Bytes public_key;                         // SubjectPublicKeyInfo in DER
  Bytes key_hash;                           // SHA-1 of it: what CERTREQ names (RFC 7296, 3.7)
  std::vector<Identity> alternative_names;  // of subjectAltName what can be an IKE identity
  bool authority = false;                   // basicConstraints: cA

  friend bool operator==(const Certificate& a, const Certificate& b) { return a.der == b.der; }
};
using CertificatePtr = std::shared_ptr<const Certificate>;

/// Whether the certificate speaks for the identity: its subject for a DN, else one of its alternative names.
bool names(const Certificate& certificate, const Identity& identity);

/// `revocation-check METHOD [METHOD [METHOD]]`, tried in order; `none`: accepted although nothing could be asked.
enum class RevocationMethod : std::uint8_t { none, crl, ocsp };

/// `crypto pki trustpoint`. Only those with a CA certificate or a certificate of our own are here.
struct Trustpoint {
  std::string name;
  std::vector<CertificatePtr> anchors;  // `crypto pki authenticate`
  CertificatePtr certificate;           // our own; null: verifies only
  std::vector<CertificatePtr> chain;    // sent behind our own, issuer first, without the anchor
  KeyRef key;                           // of our own certificate
  std::vector<RevocationMethod> revocation{RevocationMethod::none};
  std::vector<Bytes> crls;          // DER, as they were imported
  std::string crl_url, ocsp_url;    // asked in place of what certificates name; empty: what they name
  bool ocsp_nonce = true;           // in what is asked by OCSP
  std::optional<WallTime> crl_age;  // a list that was fetched is kept so many seconds at most; none: as long as it says

  friend bool operator==(const Trustpoint&, const Trustpoint&);
};

/// `crypto pki certificate map NAME SEQUENCE`: FIELD PREDICATE VALUE.
enum class CertificateField : std::uint8_t {
  subject_name,
  alt_subject_name,
  issuer_name,
  unstructured_subject_name,
  name,  // subject or alternative names
  serial_number,
  valid_start,
  expires_on
};
enum class CertificatePredicate : std::uint8_t { eq, ne, co, nc, lt, ge };
struct CertificateRule {
  CertificateField field = CertificateField::subject_name;
  CertificatePredicate predicate = CertificatePredicate::co;
  std::string value;  // of names and serial numbers (hex digits); compared without case
  WallTime time = 0;  // of dates
  friend bool operator==(const CertificateRule&, const CertificateRule&) = default;
};
/// One sequence number: all its rules must hold.
struct CertificateMapEntry {
  std::uint32_t sequence = 0;
  std::vector<CertificateRule> rules;
  friend bool operator==(const CertificateMapEntry&, const CertificateMapEntry&) = default;
};
/// All entries of one name, by sequence: one of them is enough.
struct CertificateMap {
  std::string name;
  std::vector<CertificateMapEntry> entries;
  friend bool operator==(const CertificateMap&, const CertificateMap&) = default;
};
bool matches(const CertificateMap& map, const Certificate& certificate);
/// Whether a peer that calls itself so, with this certificate (null: none), is one of the profile's: `match identity remote` or
/// `match certificate`.
bool accepts(const IkeProfile& profile, const Identity& remote, const Certificate* certificate, const IpAddress& local);
/// The `match certificate` statements alone.
bool matches_certificate(const IkeProfile& profile, const Certificate* certificate);

}  // namespace engine
