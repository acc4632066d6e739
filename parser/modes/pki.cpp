// Public key infrastructure: trustpoints. Maps and chains: pki_certificates.cpp; actions: pki_actions.cpp.
#include <cctype>

#include "engine/crypto/enrollment.hpp"
#include "parser/modes/common.hpp"

namespace parser {
namespace {

constexpr std::string_view why = no_effect::scep, knob = no_effect::ike_knob;

auto enrollment() { return kw("enrollment", "Enrollment parameters"); }
auto line_arg(const char* help) { return arg(rest_of_line(help)); }
auto url(const char* help) { return arg(word(help, "WORD")); }
auto eku() {
  return kw("client-auth", "Client authentication") | kw("server-auth", "Server authentication") |
         kw("ipsec-end-system", "IPsec end system") | kw("ipsec-tunnel", "IPsec tunnel") | kw("ipsec-user", "IPsec user") |
         kw("code-signing", "Code signing") | kw("email-protection", "Email protection") | kw("time-stamping", "Time stamping") |
         kw("ocsp-signing", "OCSP signing") | kw("ssh-client", "SSH client") | kw("ssh-server", "SSH server");
}
const SymbolTable<engine::RevocationMethod>& revocation_methods() {
  using M = engine::RevocationMethod;
  static const SymbolTable<M> table = {{"none", M::none, "Ignore revocation check"},
                                       {"crl", M::crl, "Revocation check by CRL"},
                                       {"ocsp", M::ocsp, "Revocation check by OCSP"}};
  return table;
}
const SymbolTable<std::string>& hashes() {
  static const SymbolTable<std::string> table = {{"md5", "md5", "use md5 hash algorithm"},
                                                 {"sha1", "sha1", "use sha1 hash algorithm"},
                                                 {"sha256", "sha256", "use sha256 hash algorithm"},
                                                 {"sha384", "sha384", "use sha384 hash algorithm"},
                                                 {"sha512", "sha512", "use sha512 hash algorithm"}};
  return table;
}

std::string settle_subject(TrustpointSubjectName& line) {
  const auto subject = engine::crypto::subject_of(line.name);
  return subject.ok() || line.name.empty() ? "" : "% Invalid subject name: " + subject.failure().why;
}

/// MD5 or SHA-1, in groups of eight digits as IOS prints it.
std::string settle_fingerprint(TrustpointFingerprint& line) {
  std::string digits;
  for (const char c : line.digits)
    if (c != ' ' && c != ':') digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (!line.digits.empty() && ((digits.size() != 32 && digits.size() != 40) || !engine::from_hex(digits)))
    return "% Invalid fingerprint: 32 or 40 hexadecimal digits are expected";
  line.digits = digits;
  return {};
}

std::unique_ptr<Command> enrollment_command() {
  using T = TrustpointEnrollment;
  return once<T>(
      enrollment() >>
          (is<&T::kind, EnrollmentKind::url>(kw("url", "CA server enrollment URL") >>
                                             tail(f<&T::url>(word("CA server URL")) >>
                                                  -(kw("vrf", "VRF to reach it by") >> f<&T::vrf>(word("Name of the VRF"))))) |
           is<&T::kind, EnrollmentKind::terminal>(kw("terminal", "Enroll via the terminal (cut-and-paste)") >>
                                                  -flag<&T::pem>(kw("pem", "Include PEM encapsulation boundaries"))) |
           is<&T::kind, EnrollmentKind::selfsigned>(kw("selfsigned", "Create self-signed certificate")) |
           is<&T::kind, EnrollmentKind::pkcs12>(kw("pkcs12", "Imported from PKCS12"))),
      {.note_for = [](const T& line) { return line.vrf ? knob : std::string_view(); }});
}

Commands enrollment_commands() {
  return table(
      kept(enrollment() >> kw("mode", "Mode supported by the Certificate Authority") >> tail(kw("ra", "Registration authority")),
           {.note = "whether a CA or a registration authority answers is seen by its certificates"}),
      kept(enrollment() >> kw("profile", "Enrollment profile") >> tail(name_arg("Name of the profile")), {.note = why}),
      once<TrustpointRetryCount>(enrollment() >> kw("retry", "Polling parameters") >> kw("count", "How many times") >>
                                 tail(f<&TrustpointRetryCount::times>(number(1, 100, "Times")))),
      once<TrustpointRetryPeriod>(enrollment() >> kw("retry", "Polling parameters") >> kw("period", "How often") >>
                                  tail(f<&TrustpointRetryPeriod::minutes>(number(1, 60, "Minutes")))),
      kept(enrollment() >> kw("http-proxy", "HTTP proxy server for enrollment") >>
               tail(name_arg("Host name or address") >> arg(number(1, 65535, "Port"))),
           {.note = why}),
      enrollment_command());
}

Commands subject_commands() {
  using Ip = TrustpointIpAddress;
  return table(
      kept(kw("usage", "Certificate Usage") >>
               tail(repeat(kw("ike", "IKE") | kw("ssl-client", "SSL client") | kw("ssl-server", "SSL server"), 1, 3)),
           {.note = knob}),
      kept(kw("serial-number", "Include router serial number in cert request") >> -kw("none", "Do not include it"),
           {.note = no_effect::serial_number, .effective = [](const Kept& line) { return line.text.ends_with("none"); }}),
      once<TrustpointFqdn>(
          kw("fqdn", "Include fully-qualified domain name in cert request") >>
          tail(flag<&TrustpointFqdn::none>(kw("none", "Do not include it")) | f<&TrustpointFqdn::name>(word("FQDN")))),
      once<Ip>(kw("ip-address", "Include ip address in cert request") >>
               tail(flag<&Ip::none>(kw("none", "Do not include it")) | f<&Ip::address>(ipv4("IPv4 address")) |
                    f<&Ip::address>(ipv6("IPv6 address")) | f<&Ip::interface>(interface_name()))),
      once<TrustpointSubjectName>(
          kw("subject-name", "Subject Name") >> tail(f<&TrustpointSubjectName::name>(rest_of_line("X.500 distinguished name"))),
          {.settle = settle_subject}),
      once<TrustpointSubjectAltName>(kw("subject-alt-name", "Subject Alternative Name") >>
                                     tail(f<&TrustpointSubjectAltName::names>(rest_of_line("Names")))));
}

Commands key_commands() {
  using Rsa = TrustpointRsaKey;
  return table(
      kept(kw("chain-validation", "Chain validation") >>
               tail(kw("stop", "Stop at this trustpoint") |
                    (kw("continue", "Continue to a parent") >> name_arg("Parent trustpoint"))),
           {.note = knob, .effective = [](const Kept& line) { return line.text.ends_with(" stop"); }}),
      once<TrustpointRevocation>(kw("revocation-check", "Revocation checking options") >>
                                 tail(each<&TrustpointRevocation::methods>(symbols(revocation_methods()), 1, 3))),
      once<Rsa>(kw("rsakeypair", "Specify rsakeypair for this identity") >>
                tail(f<&Rsa::label>(word("RSA keypair label")) >>
                     -(f<&Rsa::bits>(number(512, 4096, "Size of the key")) >>
                       -f<&Rsa::encryption_bits>(number(512, 4096, "Size of the encryption key"))))),
      once<TrustpointEcKey>(kw("eckeypair", "Specify eckeypair for this identity") >>
                            tail(f<&TrustpointEcKey::label>(word("EC keypair label")))),
      kept(kw("mldsakeypair", "Specify mldsakeypair for this identity") >> tail(name_arg("ML-DSA keypair label")),
           {.note = knob}),
      once<TrustpointAutoEnroll>(kw("auto-enroll", "Automatically enroll this router identity") >>
                                 -f<&TrustpointAutoEnroll::percent>(number(1, 100, "Percent of the lifetime")) >>
                                 -flag<&TrustpointAutoEnroll::regenerate>(kw("regenerate", "Regenerate keys on re-enrollment"))),
      kept(kw("regenerate", "Regenerate keys on re-enrollment"), {.note = why}),
      kept(kw("auto-trigger", "Enroll by itself"), {.note = why}),
      once<TrustpointHash>(kw("hash", "Set Trustpoint hash algorithm") >> tail(f<&TrustpointHash::hash>(symbols(hashes())))),
      once<TrustpointFingerprint>(kw("fingerprint", "Fingerprint of the CA certificate") >>
                                      tail(f<&TrustpointFingerprint::digits>(rest_of_line("Hex digits"))),
                                  {.settle = settle_fingerprint}));
}

Commands validation_commands() {
  using Match = TrustpointMatchCertificate;
  using Cache = TrustpointCrlCache;
  const auto crl = [] { return kw("crl", "CRL options"); };
  const auto ocsp = [] { return kw("ocsp", "OCSP options"); };
  return table(
      kept_many(kw("eku", "Extended key usage") >> kw("request", "Request it") >> tail(repeat(eku(), 1, 11)), {.note = knob}),
      kept_many(match_kw() >> kw("eku", "Extended key usage") >> tail(repeat(eku(), 1, 11)), {.note = knob}),
      kept_many(match_kw() >> kw("key-usage", "Key usage") >> tail(line_arg("Usages")), {.note = knob}),
      many<Match>(
          match_kw() >> kw("certificate", "Peer certificate attributes") >>
              tail(f<&Match::map>(word("Certificate map name")) >>
                   -((kw("allow", "Allow") >>
                      is<&Match::exception, MatchException::expired>(kw("expired-certificate", "Expired certificates"))) |
                     (kw("skip", "Skip a check") >>
                      (is<&Match::exception, MatchException::revocation>(kw("revocation-check", "Skip the revocation check")) |
                       is<&Match::exception, MatchException::authorization>(kw("authorization-check", "Skip the AAA check")))) |
                     is<&Match::exception, MatchException::override_>(
                         kw("override", "Override") >> f<&Match::what>(rest_of_line("What is in the certificate"))))),
          {.note_for = [](const Match& line) { return line.exception == MatchException::none ? "" : knob; }}),
      kept(kw("password", "Revocation password") >> tail(password_arg()), {.note = why}),
      kept(kw("source", "Source of what is sent") >> kw("interface", "Interface") >> tail(interface_arg()), {.note = knob}),
      kept(kw("vrf", "VRF to reach the CA by") >> tail(name_arg("Name of the VRF")), {.note = knob}),
      kept(kw("storage", "Where certificates are stored") >> tail(url("Place")), {.note = knob}),
      kept(kw("on", "Where keys are made") >> tail(url("Device")), {.note = knob}),
      kept(kw("primary", "The primary trustpoint"), {.note = knob}),
      once<TrustpointCrlQuery>(crl() >> kw("query", "Where to ask for it") >> tail(f<&TrustpointCrlQuery::url>(word("URL")))),
      once<Cache>(crl() >> kw("cache", "How long to keep it") >>
                  tail(flag<&Cache::none>(kw("none", "Not at all")) |
                       (kw("delete-after", "Delete after") >> f<&Cache::minutes>(number(1, 43200, "Minutes"))))),
      kept_many(crl() >> tail(kw("optional", "Do without where it cannot be had") |
                              (kw("cache", "How long to keep it") >> kw("extend", "Longer than it says") >>
                               arg(number(1, 43200, "Minutes")))),
                {.note = knob}),
      once<TrustpointOcspUrl>(ocsp() >> kw("url", "Where to ask") >> tail(f<&TrustpointOcspUrl::url>(word("URL")))),
      once<TrustpointOcspNonce>(ocsp() >> flag<&TrustpointOcspNonce::disabled>(kw("disable-nonce", "Send no nonce"))),
      kept_many(kw("authorization", "Authorization") >> tail((kw("list", "AAA list") >> name_arg("Name of the list")) |
                                                             (kw("username", "User name") >> line_arg("Field"))),
                {.note = knob}),
      kept_many(kw("ip-extension", "IP extensions") >> tail(line_arg("Extensions")), {.note = knob}),
      kept(kw("ca-check-strict", "Check CA certificates strictly"), {.note = knob}),
      kept(kw("disable-scep", "No SCEP"), {.note = knob}),
      kept(kw("root", "CA certificate") >> tail(line_arg("Where it is")), {.note = knob}),
      kept(kw("certificate", "Certificates") >> kw("chain", "Chain of the peer") >> tail(url("URL")), {.note = knob}),
      leave("Exit from certificate authority trustpoint entry mode"));
}

}  // namespace

Commands global_pki() {
  Commands objects = table(
      kept(pki() >> kw("token", "Configure cryptographic token") >> tail(line_arg("Token and its parameters")), {.note = knob}),
      block<Trustpoint>(pki() >> kw("trustpoint", "Define a CA trustpoint") >> f<&Trustpoint::name>(word("CA Server Name")),
                        {.opens = trustpoint_mode,
                         .nothing = [](const Trustpoint& t) { return "% CA trustpoint for label " + t.name + " not found"; }}),
      kept_block(crypto() >> kw("key", "Long term key operations") >> kw("pubkey-chain", "Peer public key chain management") >>
                     kw("rsa", "RSA keys"),
                 {.note = no_effect::public_keys, .opens = pubkey_chain_mode}));
  return joined(std::move(objects), pki_certificates(), pki_actions());
}

const Mode& trustpoint_mode() {
  static const Mode mode("trustpoint", "ca-trustpoint",
                         joined(enrollment_commands(), subject_commands(), key_commands(), validation_commands()));
  return mode;
}

}  // namespace parser
