#include "engine/pki.hpp"

#include <algorithm>

#include "engine/x500.hpp"

namespace engine {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string folded(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

/// A field of a certificate that is text: all its values.
std::vector<std::string> texts(CertificateField field, const Certificate& certificate) {
  const auto alternative = [&] {
    std::vector<std::string> out;
    for (const Identity& name : certificate.alternative_names) out.push_back(folded(name.to_string()));
    return out;
  };
  const auto unstructured = [&] {
    std::vector<std::string> out;
    const std::string subject = folded(certificate.subject_text), word = "hostname=";
    for (std::size_t at = subject.find(word); at != std::string::npos; at = subject.find(word, at + 1)) {
      const std::size_t from = at + word.size();
      out.push_back(subject.substr(from, subject.find_first_of(",+", from) - from));
    }
    return out;
  };
  std::vector<std::string> out;
  switch (field) {
    case CertificateField::subject_name:
      return {folded(certificate.subject_text)};
    case CertificateField::issuer_name:
      return {folded(certificate.issuer_text)};
    case CertificateField::alt_subject_name:
      return alternative();
    case CertificateField::unstructured_subject_name:
      return unstructured();
    case CertificateField::name:
      out = alternative();
      out.push_back(folded(certificate.subject_text));
      return out;
    case CertificateField::serial_number:
      return {to_hex(certificate.serial)};
    case CertificateField::valid_start:
    case CertificateField::expires_on:
      break;
  }
  return out;
}

bool holds(const CertificateRule& rule, WallTime time) {
  switch (rule.predicate) {
    case CertificatePredicate::eq:
      return time == rule.time;
    case CertificatePredicate::ne:
      return time != rule.time;
    case CertificatePredicate::lt:
      return time < rule.time;
    case CertificatePredicate::ge:
      return time >= rule.time;
    case CertificatePredicate::co:
    case CertificatePredicate::nc:
      return false;
  }
  return false;
}

bool holds(const CertificateRule& rule, const Certificate& certificate) {
  if (rule.field == CertificateField::valid_start) return holds(rule, certificate.not_before);
  if (rule.field == CertificateField::expires_on) return holds(rule, certificate.not_after);
  const std::string wanted = folded(rule.value);
  const std::vector<std::string> values = texts(rule.field, certificate);
  const bool equals = std::find(values.begin(), values.end(), wanted) != values.end();
  const bool contains =
      std::any_of(values.begin(), values.end(), [&](const std::string& v) { return v.find(wanted) != std::string::npos; });
  switch (rule.predicate) {
    case CertificatePredicate::eq:
      return equals;
    case CertificatePredicate::ne:
      return !equals;
    case CertificatePredicate::co:
      return contains;
    case CertificatePredicate::nc:
      return !contains;
    case CertificatePredicate::lt:
    case CertificatePredicate::ge:
      return false;
  }
  return false;
}

bool same(const CertificatePtr& a, const CertificatePtr& b) { return a == b || (a && b && *a == *b); }
bool same(const std::vector<CertificatePtr>& a, const std::vector<CertificatePtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
}

}  // namespace

AuthMethod method_of(KeyKind kind) {
  switch (kind) {
    case KeyKind::unknown:
      return AuthMethod::none;
    case KeyKind::rsa:
      return AuthMethod::rsa_sig;
    case KeyKind::ecdsa_p256:
    case KeyKind::ecdsa_p384:
    case KeyKind::ecdsa_p521:
    case KeyKind::ed25519:
    case KeyKind::ed448:
      return AuthMethod::ecdsa_sig;
  }
  return AuthMethod::none;
}

bool operator==(const Trustpoint& a, const Trustpoint& b) {
  return a.name == b.name && same(a.anchors, b.anchors) && same(a.certificate, b.certificate) && same(a.chain, b.chain) &&
         a.key == b.key && a.revocation == b.revocation && a.crls == b.crls && a.crl_url == b.crl_url &&
         a.ocsp_url == b.ocsp_url && a.ocsp_nonce == b.ocsp_nonce && a.crl_age == b.crl_age;
}

bool names(const Certificate& certificate, const Identity& identity) {
  if (identity.type == IdType::der_asn1_dn && !equal(certificate.subject, identity.data))
    return folded(x500_text(certificate.subject)) == folded(x500_text(identity.data));
  if (identity.type == IdType::der_asn1_dn) return true;
  const IdentityMatch wanted = identity;
  return std::any_of(certificate.alternative_names.begin(), certificate.alternative_names.end(),
                     [&](const Identity& name) { return matches(wanted, name); });
}

bool matches_certificate(const IkeProfile& profile, const Certificate* certificate) {
  return certificate && std::any_of(profile.match_certificate.begin(), profile.match_certificate.end(),
                                    [&](const auto& map) { return matches(*map, *certificate); });
}

bool accepts(const IkeProfile& profile, const Identity& remote, const Certificate* certificate, const IpAddress& local) {
  return accepts(profile, remote, local) ||
         (names_nothing_or(profile.match_local, local) && matches_certificate(profile, certificate));
}

bool matches(const CertificateMap& map, const Certificate& certificate) {
  return std::any_of(map.entries.begin(), map.entries.end(), [&](const CertificateMapEntry& entry) {
    return std::all_of(entry.rules.begin(), entry.rules.end(),
                       [&](const CertificateRule& rule) { return holds(rule, certificate); });
  });
}

}  // namespace engine
