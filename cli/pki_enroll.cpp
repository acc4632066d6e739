#include <algorithm>

#include "cli/pki_dialogue.hpp"
#include "cli/show_pki.hpp"
#include "cli/text_file.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "parser/no_effect.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

using engine::crypto::CertificateDetails;
using parser::CertificateRole;
using parser::Node;
using parser::PkiStore;

constexpr std::int64_t ten_years = std::int64_t{3650} * 86400;
constexpr unsigned request_rsa_bits = 2048, request_ec_bits = 256;
constexpr const char* end_of_text = "End with a blank line or the word \"quit\" on a line by itself\n\n";

std::string hash_of(const Node& trustpoint) {
  const auto* hash = trustpoint.find<parser::TrustpointHash>();
  return hash ? hash->hash : "sha256";
}

parser::EnrollmentKind enrollment_of(const Node& trustpoint) {
  const auto* line = trustpoint.find<parser::TrustpointEnrollment>();
  return line ? line->kind : parser::EnrollmentKind::url;
}

bool same_name(const std::vector<engine::crypto::NamePart>& a, const std::vector<engine::crypto::NamePart>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.keyword == y.keyword && x.value == y.value; });
}

}  // namespace

void EnrollDialogue::authenticate(const std::string& name) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  if (!certificates(name, CertificateRole::ca).empty())
    return fail(
        "% Please delete your existing CA certificate first.\n% You must use 'no crypto pki trustpoint <trustpoint-name>' to "
        "delete the CA certificate.");
  if (enrollment_of(*block) == parser::EnrollmentKind::url)
    return fail(
        "% Error in receiving Certificate Authority certificate: status = FAIL, cert length = 0\n% NOTE: nothing is fetched from "
        "a CA: with \"enrollment terminal\" its certificate is pasted");
  if (enrollment_of(*block) == parser::EnrollmentKind::selfsigned)
    return fail("% The trustpoint is self-signed: it has no CA to authenticate");
  output("\nEnter the base 64 encoded CA certificate.\n" + std::string(end_of_text));
  read_text(Ends::quit_or_blank, [*this, name](const std::string& text) {
    const auto der = engine::crypto::certificate_of_text(text);
    if (!der.ok()) return fail("% Error in saving certificate: status = FAIL");
    judge(name, *der);
  });
}

void EnrollDialogue::judge(const std::string& name, const engine::Bytes& der) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const auto details = engine::crypto::details_of(der);
  if (!details) return fail("% Error in saving certificate: status = FAIL");
  // Version 1 has no way to say that it is.
  if (details->version > 1 && !details->authority) return fail("% Error in saving certificate: it is not that of a CA");
  if (!same_name(details->issuer, details->subject))
    output("Trustpoint '" + name + "' is a subordinate CA and holds a non self signed cert\n");
  output("Certificate has the following attributes:\n       Fingerprint MD5: " + fingerprint_text(details->md5) +
         "\n      Fingerprint SHA1: " + fingerprint_text(details->sha1) + "\n\n");
  if (const auto* pinned = block->find<parser::TrustpointFingerprint>()) {
    const bool matches =
        pinned->digits == parser::hex_digits(details->md5) || pinned->digits == parser::hex_digits(details->sha1);
    output("Trustpoint Fingerprint: " + parser::hex_rows(pinned->digits, "") + "\n");
    if (!matches) return fail("% Certificate validation failed - fingerprints did not match.");
    output("Certificate validated - fingerprints matched.\n");
    return accept(name, der);
  }
  ask_yes("% Do you accept this certificate? [yes/no]: ", Usual::none, [*this, name, der](bool yes) {
    if (!yes) return fail("% Certificate not accepted.");
    accept(name, der);
  });
}

void EnrollDialogue::accept(const std::string& name, const engine::Bytes& der) const {
  store(name, {{CertificateRole::ca, der}},
        [*this] { finish("Trustpoint CA certificate accepted.\n% Certificate successfully imported\n\n"); });
}

/// The key pair of the trustpoint, made where it is not there.
void EnrollDialogue::with_key(const std::string& name, std::function<void(PkiStore::Pair)> then) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const std::string label = parser::key_label(*block, root());
  if (const auto pair = backend().pki()->key(label)) {
    if (!pair->private_key) return fail("% Key " + label + " was encrypted under another master key, it cannot be used");
    return then(pair);
  }
  const auto* rsa = block->find<parser::TrustpointRsaKey>();
  const bool ec = block->find<parser::TrustpointEcKey>() != nullptr;
  const auto kind = ec ? parser::PkiKeyKind::ec : parser::PkiKeyKind::rsa;
  const unsigned bits = ec ? request_ec_bits : rsa && rsa->bits ? *rsa->bits : request_rsa_bits;
  KeyDialogue(session_, typed_).make(kind, label, bits, false, [*this, label, then] { then(backend().pki()->key(label)); });
}

void EnrollDialogue::enroll(const std::string& name) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const bool selfsigned = enrollment_of(*block) == parser::EnrollmentKind::selfsigned;
  if (!selfsigned && certificates(name, CertificateRole::ca).empty())
    return fail("% You must authenticate the Certificate Authority before\nyou can enroll with it.");
  if (enrollment_of(*block) == parser::EnrollmentKind::url)
    return fail("% NOTE: " + std::string(parser::no_effect::scep) + ": with \"enrollment terminal\" the request is printed");
  if (enrollment_of(*block) == parser::EnrollmentKind::pkcs12) return fail("% The trustpoint holds an imported PKCS12 file");
  with_key(name, [*this, name, selfsigned](const PkiStore::Pair& pair) {
    if (!selfsigned) output("% Start certificate enrollment .. \n\n");
    ask_for_subject(name, [*this, name, selfsigned, pair](const engine::crypto::SubjectWish& wish) {
      ask_yes(selfsigned ? "Generate Self Signed Router Certificate? [yes/no]: "
                         : "Display Certificate Request to terminal? [yes/no]: ",
              Usual::none, [*this, name, selfsigned, pair, wish](bool yes) {
                if (!yes) return done();
                selfsigned ? sign_itself(name, pair, wish) : show_request(name, pair, wish);
              });
    });
  });
}

/// What the trustpoint says of the subject, and the questions about the rest.
void EnrollDialogue::ask_for_subject(const std::string& name, std::function<void(engine::crypto::SubjectWish)> then) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  engine::crypto::SubjectWish wish;
  if (const auto* subject = block->find<parser::TrustpointSubjectName>()) {
    wish.subject = engine::crypto::subject_of(subject->name).value();
    output("% The subject name in the certificate will include: " + subject->name + "\n");
  }
  const auto* fqdn = block->find<parser::TrustpointFqdn>();
  if (!fqdn || !fqdn->none) wish.fqdn = fqdn ? fqdn->name : parser::router_name(root());
  output(wish.fqdn.empty() ? "% The fully-qualified domain name will not be included in the certificate\n"
                           : "% The subject name in the certificate will include: " + wish.fqdn + "\n");
  if (!wish.fqdn.empty()) wish.dns_names.push_back(wish.fqdn);
  if (const auto* names = block->find<parser::TrustpointSubjectAltName>()) {
    for (std::size_t at = 0; (at = names->names.find_first_not_of(", ", at)) != std::string::npos;) {
      const std::size_t end = std::min(names->names.find_first_of(", ", at), names->names.size());
      const std::string each = names->names.substr(at, end - at);
      if (std::find(wish.dns_names.begin(), wish.dns_names.end(), each) == wish.dns_names.end()) wish.dns_names.push_back(each);
      at = end;
    }
  }
  const auto* address = block->find<parser::TrustpointIpAddress>();
  if (address && address->address) wish.addresses.push_back(*address->address);
  if (address && address->interface)
    root().each<parser::Interface>([&](const parser::Interface& interface, const Node& lines) {
      if (interface.name != *address->interface) return;
      lines.each<parser::InterfaceAddress>([&](const parser::InterfaceAddress& own, const Node&) {
        if (own.source == parser::AddressSource::typed) wish.addresses.push_back(own.network.address);
      });
    });
  for (const auto& each : wish.addresses) output("% The IP address in the certificate is " + ios_address(each) + "\n");
  if (address) return then(std::move(wish));
  ask_yes("% Include an IP address in the subject name? [no]: ", Usual::no, [*this, wish, then](bool yes) {
    if (!yes) return then(wish);
    ask("Enter Interface name or IP Address[]: ", [*this, wish, then](const std::string& answer) {
      const auto typed = engine::IpAddress::parse(answer);
      if (!typed) return fail("% Invalid address");
      auto with = wish;
      with.addresses.push_back(*typed);
      then(std::move(with));
    });
  });
}

void EnrollDialogue::show_request(const std::string& name, const PkiStore::Pair& pair,
                                  const engine::crypto::SubjectWish& wish) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const auto* enrollment = block->find<parser::TrustpointEnrollment>();
  beside([*this, pair, wish, hash = hash_of(*block), boundaries = enrollment->pem]() -> std::function<void()> {
    const auto der = engine::crypto::make_request(wish, *pair->private_key, hash);
    if (!der.ok()) return [*this, why = der.failure().why] { fail("% The request could not be made: " + why); };
    const std::string text = boundaries ? engine::crypto::pem("CERTIFICATE REQUEST", *der) : engine::crypto::base64_lines(*der);
    return [*this, text] { print_request(text); };
  });
}

void EnrollDialogue::print_request(const std::string& text) const {
  output("Certificate Request follows:\n\n" + text + "\n---End - This line not part of the certificate request---\n\n");
  ask_yes("Redisplay enrollment request? [yes/no]: ", Usual::none,
          [*this, text](bool again) { again ? print_request(text) : done(); });
}

void EnrollDialogue::sign_itself(const std::string& name, const PkiStore::Pair& pair,
                                 const engine::crypto::SubjectWish& wish) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  beside([*this, name, pair, wish, hash = hash_of(*block), time = now()]() -> std::function<void()> {
    const auto der = engine::crypto::make_self_signed(wish, *pair->private_key, hash, 1, time, time + ten_years);
    if (!der.ok()) return [*this, why = der.failure().why] { fail("% The certificate could not be made: " + why); };
    return [*this, name, der = *der] {
      store(name, {{CertificateRole::self_signed, der}},
            [*this] { finish("\nRouter Self Signed Certificate successfully created\n\n"); });
    };
  });
}

void EnrollDialogue::import_certificate(const std::string& name) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  if (certificates(name, CertificateRole::ca).empty())
    return fail("% You must authenticate the Certificate Authority before\nyou can import the router's certificate.");
  output("\nEnter the base 64 encoded certificate.\n" + std::string(end_of_text));
  read_text(Ends::quit_or_blank, [*this, name](const std::string& text) {
    const auto der = engine::crypto::certificate_of_text(text);
    const auto details = der.ok() ? engine::crypto::details_of(*der) : std::nullopt;
    if (!details) return fail("% Failed to parse or verify imported certificate");
    with_key(name, [*this, name, der = *der, details](const PkiStore::Pair& pair) {
      if (!engine::equal(pair->public_key, details->public_key))
        return fail("% Failed to parse or verify imported certificate\n% NOTE: it is not for key " + pair->label);
      store(name, {{CertificateRole::own, der}}, [*this] { finish("% Router Certificate successfully imported\n\n"); });
    });
  });
}

/// A router fetches it; here it is pasted.
void EnrollDialogue::request_crl(const std::string& name) const {
  if (!trustpoint(name)) return;
  if (certificates(name, CertificateRole::ca).empty())
    return fail("% You must authenticate the Certificate Authority before\nyou can request its CRL.");
  output("\nEnter the base 64 encoded CRL.\n" + std::string(end_of_text));
  read_text(Ends::quit_or_blank, [*this, name](const std::string& text) {
    const auto der = engine::crypto::crl_of_text(text);
    if (!der.ok()) return fail("% Failed to parse the CRL: " + der.failure().why);
    change_keys([name, der = *der](const PkiStore& store) { return store.with_crl(name, der); },
                [*this] { finish("% CRL successfully imported\n\n"); });
  });
}

}  // namespace cli
