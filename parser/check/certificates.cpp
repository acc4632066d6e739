// What is wrong with the certificates that a file holds: dates, weak keys and signatures.
#include "engine/crypto/certificate_details.hpp"
#include "parser/check/subject.hpp"

namespace parser {
namespace {

constexpr unsigned least_rsa_bits = 2048;

std::string certificate_of(const std::string& trustpoint, const ChainCertificate& line) {
  return std::string(line.role == CertificateRole::ca ? "CA certificate " : "certificate ") + line.serial + " of trustpoint " +
         trustpoint;
}

}  // namespace

void certificate_findings(const Subject& subject, std::vector<Finding>& findings) {
  subject.root().each<CertificateChain>([&](const CertificateChain& chain, const Node& block) {
    block.each<ChainCertificate>([&](const ChainCertificate& line, const Node& node) {
      const auto der = der_of(line);
      const auto details = der ? engine::crypto::details_of(*der) : std::nullopt;
      const auto add = [&](const std::string& text) {
        findings.push_back({{}, certificate_of(chain.trustpoint, line) + text, {subject.place_or(node, block)}});
      };
      if (!details) {
        if (!line.file) add(" cannot be read");
        return;
      }
      if (subject.now() > 0 && details->not_after < subject.now()) add(" has expired");
      if (subject.now() > 0 && details->not_before > subject.now()) add(" is not valid yet");
      if (details->key.family == engine::crypto::KeyFamily::rsa && details->key.bits < least_rsa_bits)
        add(": its RSA key of " + std::to_string(details->key.bits) + " bits is weak");
      for (const char* hash : {"MD5", "SHA1"})
        if (details->signature_algorithm.starts_with(hash)) add(std::string(": it is signed with ") + hash + ", which is weak");
    });
  });
}

}  // namespace parser
