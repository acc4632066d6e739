// `show crypto pki certificates`, `show crypto pki trustpoints`, `show crypto key mypubkey`: values and layouts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/ios_text.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "parser/modes/pki.hpp"
#include "parser/parser.hpp"
#include "parser/pki_store.hpp"

namespace cli {

/// "08:00:00 UTC Jan 5 2026"
std::string date_text(std::int64_t unix_seconds);
/// A fingerprint in groups of eight digits, a blank behind each.
std::string fingerprint_text(const engine::Bytes& digest);
/// "cn=gw.example.net,o=Example"
std::string name_text(const std::vector<engine::crypto::NamePart>& name);

/// A certificate with the trustpoints that have it.
struct ShownCertificate {
  parser::CertificateRole role = parser::CertificateRole::own;
  std::vector<std::string> trustpoints;
  std::string key_label;  // of the key pair of ours it is for; empty: none is here
  std::string router;     // name of the router, of our own
  engine::crypto::CertificateDetails details;
  engine::Bytes der{};
};
template <class V>
void fields(V& v, const ShownCertificate& c) {
  constexpr std::string_view roles[] = {"own", "self-signed", "rollover", "rollover-ca", "ca"};
  v("role", roles[static_cast<std::size_t>(c.role)], "own, self-signed, rollover, rollover-ca or ca");
  v("trustpoints", c.trustpoints, "Trustpoints that have it");
  v("serial", c.details.serial, "Serial number, hexadecimal digits");
  v("issuer", name_text(c.details.issuer), "Name of the CA");
  v("subject", name_text(c.details.subject), "Whose it is");
  v("alternative_names", c.details.alternative_names, "Further names of the subject");
  v("not_before", c.details.not_before, "Valid from, seconds since 1970");
  v("not_after", c.details.not_after, "Valid until, seconds since 1970");
  v("authority", c.details.authority, "It is that of a CA");
  v("key_algorithm", c.details.key_algorithm, "Algorithm of the public key");
  v("key_bits", c.details.key.bits, "Size of the public key");
  v("signature_algorithm", c.details.signature_algorithm, "How the CA signed it");
  v("key_usages", c.details.key_usages, "Key usage");
  v("extended_key_usages", c.details.extended_usages, "Extended key usage");
  v("crl_urls", c.details.crl_urls, "CRL distribution points");
  v("ocsp_urls", c.details.ocsp_urls, "OCSP responders");
  v("sha1", parser::hex_digits(c.details.sha1), "Fingerprint");
  v("md5", parser::hex_digits(c.details.md5), "Fingerprint");
  v("key_label", c.key_label, "Key pair of ours it is for, empty for none");
}
struct ShownCertificates {
  std::vector<ShownCertificate> certificates;
};
template <class V>
void fields(V& v, const ShownCertificates& document) {
  v("certificates", document.certificates, "Certificates, those of our own before those of CAs");
}
/// Those of one trustpoint, or of all; what cannot be read is left out.
ShownCertificates certificates(const parser::Configuration& configuration, const parser::PkiStore& pki,
                               const std::optional<std::string>& trustpoint);
std::string show_certificates(const ShownCertificates& shown, bool verbose);
std::string show_certificates_pem(const ShownCertificates& shown);

struct ShownTrustpoint {
  std::string name, url;  // url: of `enrollment url`
  std::vector<ShownCertificate> certificates;
  bool keys = false, exportable = false, requested = false;
};
template <class V>
void fields(V& v, const ShownTrustpoint& t) {
  v("name", t.name, "Trustpoint");
  v("url", t.url, "URL of the CA, empty for none");
  v("certificates", t.certificates, "Its certificates");
  v("keys", t.keys, "Its key pair is here");
  v("exportable", t.exportable, "The key pair may be exported");
}
struct ShownTrustpoints {
  std::vector<ShownTrustpoint> trustpoints;
};
template <class V>
void fields(V& v, const ShownTrustpoints& document) {
  v("trustpoints", document.trustpoints, "Trustpoints in the order of the configuration");
}
ShownTrustpoints trustpoints(const parser::Configuration& configuration, const parser::PkiStore& pki,
                             const std::optional<std::string>& name);
std::string show_trustpoints(const ShownTrustpoints& shown, bool status);

struct ShownKey {
  std::string label, type;  // "RSA", "EC"
  unsigned bits = 0;
  bool exportable = false;
  std::int64_t generated = 0;
  engine::Bytes public_key;
};
template <class V>
void fields(V& v, const ShownKey& key) {
  v("label", key.label, "Name of the key pair");
  v("type", key.type, "RSA or EC");
  v("bits", key.bits, "Size");
  v("exportable", key.exportable, "The private key may be exported");
  v("generated", key.generated, "Made or imported at, seconds since 1970");
  v("public_key", parser::hex_digits(key.public_key), "SubjectPublicKeyInfo in DER, hexadecimal digits");
}
struct ShownKeys {
  std::vector<ShownKey> keys;
};
template <class V>
void fields(V& v, const ShownKeys& document) {
  v("keys", document.keys, "Key pairs of this router, by label");
}
ShownKeys public_keys(const parser::PkiStore& pki, const parser::ShowPublicKeys& options);
std::string show_public_keys(const ShownKeys& shown);

}  // namespace cli
