#include "cli/show_pki.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "engine/crypto/containers.hpp"
#include "engine/crypto/token.hpp"
#include "parser/configuration.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

using engine::crypto::CertificateDetails;
using engine::crypto::NamePart;
using parser::CertificateRole;
using parser::Node;

bool is_own(CertificateRole role) { return role == CertificateRole::own || role == CertificateRole::self_signed; }

const char* certificate_title(CertificateRole role) {
  switch (role) {
    case CertificateRole::own:
      return "Certificate";
    case CertificateRole::self_signed:
      return "Router Self-Signed Certificate";
    case CertificateRole::rollover:
      return "Certificate (Rollover)";
    case CertificateRole::rollover_ca:
      return "CA Certificate (Rollover)";
    case CertificateRole::ca:
      break;
  }
  return "CA Certificate";
}

const char* certificate_usage(const ShownCertificate& shown) {
  const auto has = [&](const char* name) {
    const auto& all = shown.details.key_usages;
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  if (is_own(shown.role) || !shown.details.key_usage) return "General Purpose";
  return has("Key Encipherment") && has("Digital Signature") ? "General Purpose" : "Signature";
}

void put_name(std::string& out, const std::vector<NamePart>& name, const char* indent) {
  for (const NamePart& part : name) out += indent + part.keyword + "=" + part.value + "\n";
}

void put_key(std::string& out, const CertificateDetails& details) {
  const bool rsa = details.key.family == engine::crypto::KeyFamily::rsa;
  out += "  Subject Key Info:\n    Public Key Algorithm: " + details.key_algorithm + "\n";
  out += std::string("    ") + (rsa ? "RSA Public Key: (" : "EC Public Key:  (") + std::to_string(details.key.bits) + " bit)\n";
  out += "  Signature Algorithm: " + details.signature_algorithm + "\n";
  out += "  Fingerprint MD5: " + fingerprint_text(details.md5) + "\n  Fingerprint SHA1: " + fingerprint_text(details.sha1) + "\n";
}

void put_extensions(std::string& out, const CertificateDetails& details) {
  out += "  X509v3 extensions:\n";
  if (details.key_usage) {
    out += "    X509v3 Key Usage: " + upper_hex(*details.key_usage) + "\n";
    for (const std::string& each : details.key_usages) out += "      " + each + "\n";
  }
  if (!details.subject_key.empty()) out += "    X509v3 Subject Key ID: " + fingerprint_text(details.subject_key) + "\n";
  if (details.constrained)
    out += std::string("    X509v3 Basic Constraints:\n        CA: ") + (details.authority ? "TRUE" : "FALSE") + "\n";
  if (!details.alternative_names.empty()) {
    out += "    X509v3 Subject Alternative Name:\n";
    for (const std::string& each : details.alternative_names) out += "        " + each + "\n";
  }
  if (!details.authority_key.empty()) out += "    X509v3 Authority Key ID: " + fingerprint_text(details.authority_key) + "\n";
  if (!details.ocsp_urls.empty()) out += "    Authority Info Access:\n";
  for (const std::string& each : details.ocsp_urls) out += "        OCSP URL: " + each + "\n";
  if (!details.extended_usages.empty()) {
    out += "    Extended Key Usage:\n";
    for (const std::string& each : details.extended_usages) out += "        " + each + "\n";
  }
}

void put_certificate(std::string& out, const ShownCertificate& shown, bool verbose) {
  const CertificateDetails& details = shown.details;
  out += std::string(certificate_title(shown.role)) + "\n  Status: Available\n";
  if (verbose) out += "  Version: " + std::to_string(details.version) + "\n";
  out += "  Certificate Serial Number (hex): " + details.serial + "\n  Certificate Usage: " + certificate_usage(shown) + "\n";
  out += "  Issuer: \n";
  put_name(out, details.issuer, "    ");
  out += is_own(shown.role) ? "  Subject:\n" : "  Subject: \n";
  if (is_own(shown.role)) out += "    Name: " + shown.router + "\n";
  put_name(out, details.subject, "    ");
  if (!details.crl_urls.empty()) {
    out += "  CRL Distribution Points: \n";
    for (const std::string& url : details.crl_urls) out += "    " + url + "\n";
  }
  out += "  Validity Date: \n    start date: " + date_text(details.not_before) +
         "\n    end   date: " + date_text(details.not_after) + "\n";
  if (verbose) {
    put_key(out, details);
    put_extensions(out, details);
  }
  out += "  Associated Trustpoints: ";
  for (const std::string& name : shown.trustpoints) out += name + " ";
  out += "\n";
  if (verbose && !shown.key_label.empty()) out += "  Key Label: " + shown.key_label + "\n  Key storage device: private config\n";
  out += "\n";
}

const ShownCertificate* certificate_in(const ShownTrustpoint& trustpoint, bool own) {
  for (const auto& each : trustpoint.certificates)
    if (own ? is_own(each.role) : each.role == CertificateRole::ca) return &each;
  return nullptr;
}

void put_status(std::string& out, const ShownTrustpoint& t) {
  const auto certificate = [&](const ShownCertificate& c) {
    out += "    Subject Name:\n     " + name_text(c.details.subject) +
           "\n    Fingerprint MD5: " + fingerprint_text(c.details.md5) +
           "\n    Fingerprint SHA1: " + fingerprint_text(c.details.sha1) + "\n";
  };
  const ShownCertificate *ca = certificate_in(t, false), *own = certificate_in(t, true);
  out += "Trustpoint " + t.name + ":\n";
  out += ca ? "  Issuing CA certificate configured:\n" : "  Issuing CA certificate not configured.\n";
  if (ca) certificate(*ca);
  if (own) {
    out += "  Router General Purpose certificate configured:\n";
    certificate(*own);
  }
  out += "  State:\n    Keys generated ............. ";
  out += t.keys ? std::string("Yes (General Purpose, ") + (t.exportable ? "exportable)\n" : "non-exportable)\n") : "No\n";
  out += std::string("    Issuing CA authenticated ....... ") + (ca ? "Yes\n" : "No\n");
  out += std::string("    Certificate request(s) ..... ") + (own ? "Yes\n" : "None\n") + "\n";
}

}  // namespace

std::string fingerprint_text(const engine::Bytes& digest) { return parser::hex_rows(parser::hex_digits(digest), ""); }

std::string date_text(std::int64_t unix_seconds) {
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%02d:%02d:%02d UTC %s %u %d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<unsigned>(date.day()),
                static_cast<int>(date.year()));
  return out.data();
}

std::string name_text(const std::vector<NamePart>& name) {
  std::string out;
  for (const NamePart& part : name) out += (out.empty() ? "" : ",") + part.keyword + "=" + part.value;
  return out;
}

ShownCertificates certificates(const parser::Configuration& configuration, const parser::PkiStore& pki,
                               const std::optional<std::string>& trustpoint) {
  const Node& root = configuration.data().root;
  ShownCertificates out;
  std::vector<engine::Bytes> seen;
  root.each<parser::CertificateChain>([&](const parser::CertificateChain& chain, const Node& block) {
    if (trustpoint && *trustpoint != chain.trustpoint) return;
    block.each<parser::ChainCertificate>([&](const parser::ChainCertificate& line, const Node&) {
      const auto der = parser::der_of(line);
      if (!der) return;
      const auto known = std::find(seen.begin(), seen.end(), *der);
      if (known != seen.end()) {
        out.certificates[static_cast<std::size_t>(known - seen.begin())].trustpoints.push_back(chain.trustpoint);
        return;
      }
      auto details = engine::crypto::details_of(*der);
      if (!details) return;
      ShownCertificate shown{line.role, {chain.trustpoint}, {}, parser::router_name(root), std::move(*details), *der};
      if (const auto pair = pki.key_with(shown.details.public_key)) shown.key_label = pair->label;
      out.certificates.push_back(std::move(shown));
      seen.push_back(*der);
    });
  });
  return out;
}

std::string show_certificates(const ShownCertificates& shown, bool verbose) {
  std::string out;
  for (const auto& each : shown.certificates) put_certificate(out, each, verbose);
  return out;
}

std::string show_certificates_pem(const ShownCertificates& shown) {
  std::string out;
  for (const auto& each : shown.certificates) {
    const bool ca = each.role == parser::CertificateRole::ca || each.role == parser::CertificateRole::rollover_ca;
    out += std::string("------Trustpoint: ") + each.trustpoints.front() + "------\n" +
           (ca ? "% CA certificate:\n" : "% General Purpose Certificate:\n") + engine::crypto::pem("CERTIFICATE", each.der) +
           "\n";
  }
  return out;
}

ShownTrustpoints trustpoints(const parser::Configuration& configuration, const parser::PkiStore& pki,
                             const std::optional<std::string>& name) {
  const Node& root = configuration.data().root;
  ShownTrustpoints out;
  root.each<parser::Trustpoint>([&](const parser::Trustpoint& trustpoint, const Node& block) {
    if (name && *name != trustpoint.name) return;
    ShownTrustpoint shown;
    shown.name = trustpoint.name;
    if (const auto* line = block.find<parser::TrustpointEnrollment>()) shown.url = line->url;
    shown.certificates = certificates(configuration, pki, trustpoint.name).certificates;
    const auto pair = pki.key(parser::key_label(block, root));
    shown.keys = pair != nullptr || engine::crypto::is_token_uri(parser::key_label(block, root));
    shown.exportable = pair && pair->exportable;
    out.trustpoints.push_back(std::move(shown));
  });
  return out;
}

std::string show_trustpoints(const ShownTrustpoints& shown, bool status) {
  std::string out;
  for (const auto& t : shown.trustpoints) {
    if (status) {
      put_status(out, t);
      continue;
    }
    out += "Trustpoint " + t.name + ":\n";
    if (const ShownCertificate* ca = certificate_in(t, false)) {
      out += "    Subject Name: \n";
      put_name(out, ca->details.subject, "    ");
      out += "          Serial Number (hex): " + ca->details.serial + "\n    Certificate configured.\n";
    }
    if (!t.url.empty()) out += "    SCEP URL: " + t.url + "/cgi-bin\n";
    out += "\n\n";
  }
  return out;
}

ShownKeys public_keys(const parser::PkiStore& pki, const parser::ShowPublicKeys& options) {
  ShownKeys out;
  for (const auto& [label, pair] : pki.keys()) {
    const bool rsa = pair->kind == parser::PkiKeyKind::rsa;
    const bool wanted = options.kind == parser::ShownKeyKind::all || (options.kind == parser::ShownKeyKind::rsa) == rsa;
    if (wanted && (!options.name || *options.name == label))
      out.keys.push_back({label, rsa ? "RSA" : "EC", pair->bits, pair->exportable, pair->generated, pair->public_key});
  }
  return out;
}

std::string show_public_keys(const ShownKeys& shown) {
  std::string out;
  for (const ShownKey& key : shown.keys) {
    out += "% Key pair was generated at: " + date_text(key.generated) + "\nKey name: " + key.label + "\nKey type: " + key.type +
           " KEYS\n Storage Device: private-config\n Usage: " + (key.type == "RSA" ? "General Purpose Key" : "Signature Key") +
           "\n Key is " + (key.exportable ? "" : "not ") + "exportable.\n Key Data:\n" +
           parser::hex_rows(parser::hex_digits(key.public_key), "  ") + "\n";
  }
  return out;
}

}  // namespace cli
