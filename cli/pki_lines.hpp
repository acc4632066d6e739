// What certificates and requests come to as lines and values: for whoever talks to an operator, and for what happens by itself.
#pragma once

#include <string>
#include <vector>

#include "engine/crypto/enrollment.hpp"
#include "parser/configuration.hpp"
#include "parser/modes/pki.hpp"

namespace cli {

struct ChainEntry {
  parser::CertificateRole role = parser::CertificateRole::own;
  engine::Bytes der;
};
/// Lines of global configuration that put certificates into the chain of a trustpoint, in place of those of the same roles.
std::vector<std::string> chain_lines(const parser::Node& root, const std::string& trustpoint,
                                     const std::vector<ChainEntry>& entries);
/// The certificates of a trustpoint in a role, in DER.
std::vector<engine::Bytes> chain_certificates(const parser::Node& root, const std::string& trustpoint,
                                              parser::CertificateRole role);

/// What a trustpoint says that its certificate is to say.
engine::crypto::SubjectWish subject_wish(const parser::Node& trustpoint, const parser::Node& root);
/// "sha256" where the trustpoint says nothing.
std::string request_hash(const parser::Node& trustpoint);
parser::EnrollmentKind enrollment_of(const parser::Node& trustpoint);
/// The URL that SCEP goes to; empty: none.
std::string scep_url(const parser::Node& trustpoint);

}  // namespace cli
