// crypto pki trustpoint, certificate map and certificate chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/address.hpp"
#include "engine/pki.hpp"

namespace parser {

struct Trustpoint {
  std::string name;
  friend bool operator==(const Trustpoint&, const Trustpoint&) = default;
};
/// `enrollment {url URL [vrf V] | terminal [pem] | selfsigned | pkcs12}`
enum class EnrollmentKind : std::uint8_t { url, terminal, selfsigned, pkcs12 };
struct TrustpointEnrollment {
  EnrollmentKind kind = EnrollmentKind::url;
  std::string url;
  std::optional<std::string> vrf;
  bool pem = false;
  friend bool operator==(const TrustpointEnrollment&, const TrustpointEnrollment&) = default;
};
struct TrustpointSubjectName {
  std::string name;  // as typed
  friend bool operator==(const TrustpointSubjectName&, const TrustpointSubjectName&) = default;
};
struct TrustpointSubjectAltName {
  std::string names;  // as typed
  friend bool operator==(const TrustpointSubjectAltName&, const TrustpointSubjectAltName&) = default;
};
struct TrustpointFqdn {
  bool none = false;
  std::string name;
  friend bool operator==(const TrustpointFqdn&, const TrustpointFqdn&) = default;
};
struct TrustpointIpAddress {
  bool none = false;
  std::optional<engine::IpAddress> address;
  std::optional<std::string> interface;
  friend bool operator==(const TrustpointIpAddress&, const TrustpointIpAddress&) = default;
};
/// `revocation-check METHOD ...`; not given: crl.
struct TrustpointRevocation {
  std::vector<engine::RevocationMethod> methods;
  friend bool operator==(const TrustpointRevocation&, const TrustpointRevocation&) = default;
};
/// `crl query URL`: where lists are asked for, in place of what certificates name.
struct TrustpointCrlQuery {
  std::string url;
  friend bool operator==(const TrustpointCrlQuery&, const TrustpointCrlQuery&) = default;
};
/// `crl cache {none | delete-after MINUTES}`
struct TrustpointCrlCache {
  bool none = false;
  std::optional<unsigned> minutes;
  friend bool operator==(const TrustpointCrlCache&, const TrustpointCrlCache&) = default;
};
/// `ocsp url URL`: the responder, in place of what certificates name.
struct TrustpointOcspUrl {
  std::string url;
  friend bool operator==(const TrustpointOcspUrl&, const TrustpointOcspUrl&) = default;
};
/// `ocsp disable-nonce`
struct TrustpointOcspNonce {
  bool disabled = false;
  friend bool operator==(const TrustpointOcspNonce&, const TrustpointOcspNonce&) = default;
};
/// `enrollment retry count TIMES`, `enrollment retry period MINUTES`
struct TrustpointRetryCount {
  unsigned times = 10;
  friend bool operator==(const TrustpointRetryCount&, const TrustpointRetryCount&) = default;
};
struct TrustpointRetryPeriod {
  unsigned minutes = 1;
  friend bool operator==(const TrustpointRetryPeriod&, const TrustpointRetryPeriod&) = default;
};
/// `auto-enroll [PERCENT] [regenerate]`: at so much of the lifetime of our certificate a new one is asked for.
struct TrustpointAutoEnroll {
  std::optional<unsigned> percent;
  bool regenerate = false;
  friend bool operator==(const TrustpointAutoEnroll&, const TrustpointAutoEnroll&) = default;
};
struct TrustpointRsaKey {
  std::string label;
  std::optional<unsigned> bits, encryption_bits;
  friend bool operator==(const TrustpointRsaKey&, const TrustpointRsaKey&) = default;
};
struct TrustpointEcKey {
  std::string label;
  friend bool operator==(const TrustpointEcKey&, const TrustpointEcKey&) = default;
};
/// `hash HASH`: of the signature of a request; not given: sha256.
struct TrustpointHash {
  std::string hash;
  friend bool operator==(const TrustpointHash&, const TrustpointHash&) = default;
};
/// `fingerprint HEX`: of the CA certificate, MD5 or SHA-1.
struct TrustpointFingerprint {
  std::string digits;
  friend bool operator==(const TrustpointFingerprint&, const TrustpointFingerprint&) = default;
};
/// `match certificate MAP [allow expired-certificate | skip ... | override ...]`
enum class MatchException : std::uint8_t { none, expired, revocation, authorization, override_ };
struct TrustpointMatchCertificate {
  std::string map;
  MatchException exception = MatchException::none;
  std::string what;  // behind `override`
  friend bool operator==(const TrustpointMatchCertificate&, const TrustpointMatchCertificate&) = default;
};

struct CertificateMap {
  std::string name;
  unsigned sequence = 0;
  friend bool operator==(const CertificateMap&, const CertificateMap&) = default;
};
/// `FIELD PREDICATE VALUE` of a map, multi.
struct CertificateMapRule {
  engine::CertificateField field = engine::CertificateField::subject_name;
  engine::CertificatePredicate predicate = engine::CertificatePredicate::co;
  std::string value;
  friend bool operator==(const CertificateMapRule&, const CertificateMapRule&) = default;
};

struct CertificateChain {
  std::string trustpoint;
  friend bool operator==(const CertificateChain&, const CertificateChain&) = default;
};
/// `certificate [ca | self-signed | rollover [ca]] SERIAL [FILE]`, and the certificate in hexadecimal digits below it up to
/// `quit`.
enum class CertificateRole : std::uint8_t { own, self_signed, rollover, rollover_ca, ca };
struct ChainCertificate {
  CertificateRole role = CertificateRole::own;
  std::string serial;
  std::optional<std::string> file;  // then it has no digits
  std::string digits;               // in upper case, without blanks; empty: none were typed
  bool closed = false;              // `quit` has come
  friend bool operator==(const ChainCertificate&, const ChainCertificate&) = default;
};
/// The certificate in DER; nullopt where the digits are no whole octets, or there are none.
std::optional<engine::Bytes> der_of(const ChainCertificate& line);
/// In upper case.
std::string hex_digits(engine::ByteView octets);
/// Digits as a router prints them: lines of eight groups of eight, a blank behind each whole group; without a line end behind the
/// last.
std::string hex_rows(std::string_view digits, std::string_view indent);

}  // namespace parser
