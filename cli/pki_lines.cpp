#include "cli/pki_lines.hpp"

#include <algorithm>

#include "engine/crypto/certificate_details.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

using parser::Node;

const char* role_word(parser::CertificateRole role) {
  switch (role) {
    case parser::CertificateRole::ca:
      return "ca ";
    case parser::CertificateRole::self_signed:
      return "self-signed ";
    default:
      return "";
  }
}

void add_alternative_names(engine::crypto::SubjectWish& wish, const std::string& names) {
  for (std::size_t at = 0; (at = names.find_first_not_of(", ", at)) != std::string::npos;) {
    const std::size_t end = std::min(names.find_first_of(", ", at), names.size());
    const std::string each = names.substr(at, end - at);
    if (std::find(wish.dns_names.begin(), wish.dns_names.end(), each) == wish.dns_names.end()) wish.dns_names.push_back(each);
    at = end;
  }
}

void add_addresses(engine::crypto::SubjectWish& wish, const std::string& of_interface, const Node& root) {
  root.each<parser::Interface>([&](const parser::Interface& interface, const Node& lines) {
    if (interface.name != of_interface) return;
    lines.each<parser::InterfaceAddress>([&](const parser::InterfaceAddress& own, const Node&) {
      if (own.source == parser::AddressSource::typed) wish.addresses.push_back(own.network.address);
    });
  });
}

}  // namespace

std::vector<std::string> chain_lines(const Node& root, const std::string& trustpoint, const std::vector<ChainEntry>& entries) {
  std::vector<std::string> lines{"crypto pki certificate chain " + trustpoint};
  const Node* chain = parser::chain_block(root, trustpoint);
  for (std::size_t i = 0; i < entries.size() && chain; ++i)
    chain->each<parser::ChainCertificate>([&](const parser::ChainCertificate& old, const Node&) {
      if (old.role == entries[i].role) lines.push_back("no certificate " + (role_word(old.role) + old.serial));
    });
  for (const ChainEntry& entry : entries) {
    const auto details = engine::crypto::details_of(entry.der);
    if (!details) continue;
    lines.push_back("certificate " + (role_word(entry.role) + details->serial));
    const std::string rows = parser::hex_rows(parser::hex_digits(entry.der), "");
    for (std::size_t at = 0; at < rows.size();) {
      const std::size_t end = std::min(rows.find('\n', at), rows.size());
      lines.push_back(rows.substr(at, end - at));
      at = end + 1;
    }
    lines.emplace_back("quit");
  }
  lines.emplace_back("exit");
  return lines;
}

std::vector<engine::Bytes> chain_certificates(const Node& root, const std::string& trustpoint, parser::CertificateRole role) {
  std::vector<engine::Bytes> out;
  if (const Node* chain = parser::chain_block(root, trustpoint))
    chain->each<parser::ChainCertificate>([&](const parser::ChainCertificate& line, const Node&) {
      auto der = line.role == role ? parser::der_of(line) : std::nullopt;
      if (der) out.push_back(std::move(*der));
    });
  return out;
}

engine::crypto::SubjectWish subject_wish(const Node& trustpoint, const Node& root) {
  engine::crypto::SubjectWish wish;
  if (const auto* subject = trustpoint.find<parser::TrustpointSubjectName>())
    wish.subject = engine::crypto::subject_of(subject->name).value();
  const auto* fqdn = trustpoint.find<parser::TrustpointFqdn>();
  if (!fqdn || !fqdn->none) wish.fqdn = fqdn ? fqdn->name : parser::router_name(root);
  if (!wish.fqdn.empty()) wish.dns_names.push_back(wish.fqdn);
  if (const auto* names = trustpoint.find<parser::TrustpointSubjectAltName>()) add_alternative_names(wish, names->names);
  const auto* address = trustpoint.find<parser::TrustpointIpAddress>();
  if (address && address->address) wish.addresses.push_back(*address->address);
  if (address && address->interface) add_addresses(wish, *address->interface, root);
  return wish;
}

std::string request_hash(const Node& trustpoint) {
  const auto* hash = trustpoint.find<parser::TrustpointHash>();
  return hash ? hash->hash : "sha256";
}

parser::EnrollmentKind enrollment_of(const Node& trustpoint) {
  const auto* line = trustpoint.find<parser::TrustpointEnrollment>();
  return line ? line->kind : parser::EnrollmentKind::url;
}

std::string scep_url(const Node& trustpoint) {
  const auto* line = trustpoint.find<parser::TrustpointEnrollment>();
  if (!line || line->kind != parser::EnrollmentKind::url) return {};
  const std::size_t host = line->url.find("://");
  const std::size_t path = host == std::string::npos ? host : line->url.find('/', host + 3);
  const bool bare = path == std::string::npos || path + 1 == line->url.size();
  return bare ? line->url.substr(0, path) + "/cgi-bin/pkiclient.exe" : line->url;
}

}  // namespace cli
