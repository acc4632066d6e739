#include <algorithm>

#include "cli/enrollments.hpp"
#include "cli/pki_dialogue.hpp"
#include "cli/show_pki.hpp"
#include "cli/text_file.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/token.hpp"
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
  if (enrollment_of(*block) == parser::EnrollmentKind::url) return authenticate_by_scep(name);
  if (enrollment_of(*block) == parser::EnrollmentKind::selfsigned)
    return fail("% The trustpoint is self-signed: it has no CA to authenticate");
  output("\nEnter the base 64 encoded CA certificate.\n" + std::string(end_of_text));
  read_text(Ends::quit_or_blank, [*this, name](const std::string& text) {
    const auto der = engine::crypto::certificate_of_text(text);
    if (!der.ok()) return fail("% Error in saving certificate: status = FAIL");
    judge(name, *der);
  });
}

void EnrollDialogue::authenticate_by_scep(const std::string& name) const {
  const std::string url = scep_url(*trustpoint(name));
  const std::string failed = "% Error in receiving Certificate Authority certificate: status = FAIL, cert length = 0";
  if (url.empty()) return fail(failed + "\n% NOTE: no \"enrollment url\" says where the CA is");
  ask_authority(backend(), url, name, [*this, name, failed](const engine::Result<ScepAuthority>& authority) {
    if (!authority.ok()) return fail(failed + "\n% NOTE: " + authority.failure().why);
    // The CA's own is what others of the answer are issued by, or what stands alone.
    for (const engine::Bytes& der : authority->certificates)
      if (const auto details = engine::crypto::details_of(der); details && (details->authority || details->version == 1))
        return judge(name, der);
    fail(failed + "\n% NOTE: none of the certificates that came is that of a CA");
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
  if (engine::crypto::is_token_uri(label))
    return beside([*this, label, then, found = now()]() -> std::function<void()> {
      auto pair = parser::key_pair_of(label, engine::Secret(engine::as_bytes(label)), false, found);
      if (!pair) return [*this] { fail("% The key cannot be opened in its token"); };
      return [then, pair = std::make_shared<const parser::KeyPair>(std::move(*pair))] { then(pair); };
    });
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
  if (enrollment_of(*block) == parser::EnrollmentKind::url) return enroll_by_scep(name);
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
  engine::crypto::SubjectWish wish = subject_wish(*block, root());
  if (const auto* subject = block->find<parser::TrustpointSubjectName>())
    output("% The subject name in the certificate will include: " + subject->name + "\n");
  output(wish.fqdn.empty() ? "% The fully-qualified domain name will not be included in the certificate\n"
                           : "% The subject name in the certificate will include: " + wish.fqdn + "\n");
  const auto* address = block->find<parser::TrustpointIpAddress>();
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

void EnrollDialogue::ask_challenge(Text then) const {
  output(
      "% Create a challenge password. You will need to verbally provide this\n   password to the CA Administrator in order to "
      "revoke your certificate.\n   For security reasons your password will not be saved in the configuration.\n   Please make a "
      "note of it.\n\n");
  ask_hidden("Password: ", [*this, then](const std::string& password) {
    ask_hidden("Re-enter password: ", [*this, then, password](const std::string& again) {
      if (password != again) return fail("% Passwords do not match");
      then(password);
    });
  });
}

void EnrollDialogue::enroll_by_scep(const std::string& name) const {
  if (scep_url(*trustpoint(name)).empty()) return fail("% No enrollment URL is configured for trustpoint " + escaped(name));
  with_key(name, [*this, name](const PkiStore::Pair& pair) {
    output("%\n% Start certificate enrollment .. \n");
    ask_challenge([*this, name, pair](const std::string& password) {
      ask_for_subject(name, [*this, name, pair, password](engine::crypto::SubjectWish wish) {
        wish.challenge_password = password;
        ask_yes("Request certificate from CA? [yes/no]: ", Usual::none, [*this, name, pair, wish](bool yes) {
          if (!yes) return done();
          backend().enroll(name, pair, wish);
          finish("% Certificate request sent to Certificate Authority\n% The 'show crypto pki certificate verbose " + name +
                 "' commandwill show the fingerprint.\n\n");
        });
      });
    });
  });
}

void EnrollDialogue::show_request(const std::string& name, const PkiStore::Pair& pair,
                                  const engine::crypto::SubjectWish& wish) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const auto* enrollment = block->find<parser::TrustpointEnrollment>();
  beside([*this, pair, wish, hash = request_hash(*block), boundaries = enrollment->pem]() -> std::function<void()> {
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
  beside([*this, name, pair, wish, hash = request_hash(*block), time = now()]() -> std::function<void()> {
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

/// From where the trustpoint or its certificates say; where none does, it is pasted.
void EnrollDialogue::request_crl(const std::string& name) const {
  const Node* block = trustpoint(name);
  if (!block) return;
  const auto authorities = certificates(name, CertificateRole::ca);
  if (authorities.empty()) return fail("% You must authenticate the Certificate Authority before\nyou can request its CRL.");
  std::string url;
  if (const auto* query = block->find<parser::TrustpointCrlQuery>()) url = query->url;
  for (const auto role : {CertificateRole::own, CertificateRole::ca})
    for (const engine::Bytes& der : certificates(name, role))
      if (const auto details = engine::crypto::details_of(der); url.empty() && details)
        for (const std::string& each : details->crl_urls)
          if (url.empty() && each.starts_with("http://")) url = each;
  if (url.empty()) return paste_crl(name);
  backend().refresh_list(url, [*this, url](const std::string& failure) {
    if (!failure.empty()) return fail("% Failed to retrieve the CRL from " + escaped(url) + ": " + failure);
    finish("% CRL retrieved from " + escaped(url) + "\n\n");
  });
}

void EnrollDialogue::paste_crl(const std::string& name) const {
  output("\nEnter the base 64 encoded CRL.\n" + std::string(end_of_text));
  read_text(Ends::quit_or_blank, [*this, name](const std::string& text) {
    const auto der = engine::crypto::crl_of_text(text);
    if (!der.ok()) return fail("% Failed to parse the CRL: " + der.failure().why);
    change_keys([name, der = *der](const PkiStore& store) { return store.with_crl(name, der); },
                [*this] { finish("% CRL successfully imported\n\n"); });
  });
}

}  // namespace cli
