// Public key infrastructure: trustpoints, certificate maps, certificate chains, and the actions on keys and certificates.
#include "parser/modes/common.hpp"
#include "parser/modes/texts.hpp"

namespace parser {
namespace {

constexpr std::string_view why = no_effect::certificates;

auto enrollment() { return kw("enrollment", "Enrollment parameters"); }
auto line_arg(const char* help) { return arg(rest_of_line(help)); }
auto url(const char* help) { return arg(word(help, "WORD")); }
auto eku() {
  return kw("client-auth", "Client authentication") | kw("server-auth", "Server authentication") |
         kw("ipsec-end-system", "IPsec end system") | kw("ipsec-tunnel", "IPsec tunnel") | kw("ipsec-user", "IPsec user") |
         kw("code-signing", "Code signing") | kw("email-protection", "Email protection") | kw("time-stamping", "Time stamping") |
         kw("ocsp-signing", "OCSP signing") | kw("ssh-client", "SSH client") | kw("ssh-server", "SSH server");
}
auto revocation() {
  return kw("none", "Ignore revocation check") | kw("crl", "Revocation check by CRL") | kw("ocsp", "Revocation check by OCSP");
}
auto hash() {
  return kw("md5", "md5") | kw("sha1", "sha1") | kw("sha256", "sha256") | kw("sha384", "sha384") | kw("sha512", "sha512");
}

Commands enrollment_commands() {
  return table(
      kept(enrollment() >> kw("url", "CA server enrollment URL") >>
               tail(url("CA server URL") >> -(kw("vrf", "VRF to reach it by") >> name_arg("Name of the VRF"))),
           {.note = why}),
      kept(enrollment() >> kw("terminal", "Enroll via the terminal (cut-and-paste)") >>
               -kw("pem", "Include PEM encapsulation boundaries"),
           {.note = why}),
      kept(enrollment() >> kw("selfsigned", "Create self-signed certificate"), {.note = why}),
      kept(enrollment() >> kw("pkcs12", "Imported from PKCS12"), {.note = why}),
      kept(enrollment() >> kw("mode", "Mode supported by the Certificate Authority") >> tail(kw("ra", "Registration authority")),
           {.note = why}),
      kept(enrollment() >> kw("profile", "Enrollment profile") >> tail(name_arg("Name of the profile")), {.note = why}),
      kept_many(enrollment() >> kw("retry", "Polling parameters") >>
                    tail((kw("count", "How many times") >> arg(number(1, 100, "Times"))) |
                         (kw("period", "How often") >> arg(number(1, 60, "Minutes")))),
                {.note = why}),
      kept(enrollment() >> kw("http-proxy", "HTTP proxy server for enrollment") >>
               tail(name_arg("Host name or address") >> arg(number(1, 65535, "Port"))),
           {.note = why}));
}

Commands subject_commands() {
  return table(
      kept(kw("usage", "Certificate Usage") >>
               tail(repeat(kw("ike", "IKE") | kw("ssl-client", "SSL client") | kw("ssl-server", "SSL server"), 1, 3)),
           {.note = why}),
      kept(kw("serial-number", "Include router serial number in cert request") >> -kw("none", "Do not include it"),
           {.note = why}),
      kept(kw("fqdn", "Include fully-qualified domain name in cert request") >>
               tail(kw("none", "Do not include it") | name_arg("FQDN")),
           {.note = why}),
      kept(kw("ip-address", "Include ip address in cert request") >>
               tail(kw("none", "Do not include it") | any_address_arg("IPv4 address", "IPv6 address") | interface_arg()),
           {.note = why}),
      kept(kw("subject-name", "Subject Name") >> tail(line_arg("X.500 distinguished name")), {.note = why}),
      kept(kw("subject-alt-name", "Subject Alternative Name") >> tail(line_arg("Names")), {.note = why}),
      kept(kw("chain-validation", "Chain validation") >>
               tail(kw("stop", "Stop at this trustpoint") |
                    (kw("continue", "Continue to a parent") >> name_arg("Parent trustpoint"))),
           {.note = why}),
      kept(kw("revocation-check", "Revocation checking options") >> tail(repeat(revocation(), 1, 3)), {.note = why}),
      kept(kw("rsakeypair", "Specify rsakeypair for this identity") >>
               tail(name_arg("RSA keypair label") >>
                    -(arg(number(512, 4096, "Size of the key")) >> -arg(number(512, 4096, "Size of the encryption key")))),
           {.note = why}),
      kept(kw("eckeypair", "Specify eckeypair for this identity") >> tail(name_arg("EC keypair label")), {.note = why}),
      kept(kw("mldsakeypair", "Specify mldsakeypair for this identity") >> tail(name_arg("ML-DSA keypair label")), {.note = why}),
      kept(kw("auto-enroll", "Automatically enroll this router identity") >> -arg(number(1, 100, "Percent of the lifetime")) >>
               -kw("regenerate", "Regenerate keys on re-enrollment"),
           {.note = why}),
      kept(kw("regenerate", "Regenerate keys on re-enrollment"), {.note = why}),
      kept(kw("auto-trigger", "Enroll by itself"), {.note = why}),
      kept(kw("hash", "Set Trustpoint hash algorithm") >> tail(hash()), {.note = why}),
      kept(kw("fingerprint", "Fingerprint of the CA certificate") >> tail(line_arg("Hex digits")), {.note = why}));
}

Commands validation_commands() {
  return table(
      kept_many(kw("eku", "Extended key usage") >> kw("request", "Request it") >> tail(repeat(eku(), 1, 11)), {.note = why}),
      kept_many(match_kw() >> kw("eku", "Extended key usage") >> tail(repeat(eku(), 1, 11)), {.note = why}),
      kept_many(match_kw() >> kw("key-usage", "Key usage") >> tail(line_arg("Usages")), {.note = why}),
      kept_many(match_kw() >> kw("certificate", "Peer certificate attributes") >>
                    tail(name_arg("Certificate map name") >>
                         -((kw("allow", "Allow") >> kw("expired-certificate", "Expired certificates")) |
                           (kw("skip", "Skip a check") >> (kw("revocation-check", "Skip the revocation check") |
                                                           kw("authorization-check", "Skip the AAA check"))) |
                           (kw("override", "Override") >> line_arg("What is in the certificate")))),
                {.note = why}),
      kept(kw("password", "Revocation password") >> tail(password_arg()), {.note = why}),
      kept(kw("source", "Source of what is sent") >> kw("interface", "Interface") >> tail(interface_arg()), {.note = why}),
      kept(kw("vrf", "VRF to reach the CA by") >> tail(name_arg("Name of the VRF")), {.note = why}),
      kept(kw("storage", "Where certificates are stored") >> tail(url("Place")), {.note = why}),
      kept(kw("on", "Where keys are made") >> tail(url("Device")), {.note = why}),
      kept(kw("primary", "The primary trustpoint"), {.note = why}),
      kept_many(
          kw("crl", "CRL options") >>
              tail((kw("query", "Where to ask for it") >> url("URL")) | kw("optional", "Do without where it cannot be had") |
                   (kw("cache", "How long to keep it") >>
                    (kw("none", "Not at all") | (kw("delete-after", "Delete after") >> arg(number(1, 43200, "Minutes"))) |
                     (kw("extend", "Longer than it says") >> arg(number(1, 43200, "Minutes")))))),
          {.note = why}),
      kept_many(
          kw("ocsp", "OCSP options") >> tail((kw("url", "Where to ask") >> url("URL")) | kw("disable-nonce", "Send no nonce")),
          {.note = why}),
      kept_many(kw("authorization", "Authorization") >> tail((kw("list", "AAA list") >> name_arg("Name of the list")) |
                                                             (kw("username", "User name") >> line_arg("Field"))),
                {.note = why}),
      kept_many(kw("ip-extension", "IP extensions") >> tail(line_arg("Extensions")), {.note = why}),
      kept(kw("ca-check-strict", "Check CA certificates strictly"), {.note = why}),
      kept(kw("disable-scep", "No SCEP"), {.note = why}),
      kept(kw("root", "CA certificate") >> tail(line_arg("Where it is")), {.note = why}),
      kept(kw("certificate", "Certificates") >> kw("chain", "Chain of the peer") >> tail(url("URL")), {.note = why}),
      leave("Exit from certificate authority trustpoint entry mode"));
}

auto serial() { return selector(word("Serial number of the certificate in hexadecimal digits", "WORD")); }
auto file() { return -arg(word("File the certificate is in")); }

auto generate() { return kw("generate", "Generate new keys") >> tail(line_arg("Kind and parameters of the keys")); }

Commands actions() {
  const auto key = [] { return crypto() >> kw("key", "Long term key operations"); };
  const auto done = [](auto expression) {
    return kept(expression, {.note = no_effect::pki_action, .stored = false, .no_form = false});
  };
  return table(
      done(key() >> generate()), done(key() >> kw("zeroize", "Remove keys") >> tail(line_arg("Which keys"))),
      done(key() >> kw("export", "Export keys") >> tail(line_arg("Which keys, and where"))),
      done(key() >> kw("import", "Import keys") >> tail(line_arg("Which keys, and from where"))),
      done(key() >> kw("encrypt", "Encrypt keys") >> tail(line_arg("Which keys"))),
      done(key() >> kw("decrypt", "Decrypt keys") >> tail(line_arg("Which keys"))),
      done(key() >> kw("move", "Move keys") >> tail(line_arg("Which keys"))),
      done(pki() >> kw("authenticate", "Get the CA certificate") >> tail(name_arg("CA Server Name"))),
      done(pki() >> kw("enroll", "Request a certificate from a CA") >> tail(name_arg("CA Server Name"))),
      done(pki() >> kw("import", "Import certificate or pkcs12") >> tail(line_arg("Trustpoint, and what to import"))),
      done(pki() >> kw("export", "Export certificate or PKCS12 file") >> tail(line_arg("Trustpoint, and what to export"))),
      done(pki() >> kw("certificate", "Actions on certificates") >> kw("validate", "Validate a certificate") >>
           tail(name_arg("CA Server Name"))),
      done(pki() >> kw("crl", "Actions on certificate revocation lists") >> tail(line_arg("Action"))));
}

}  // namespace

Commands global_pki() {
  Commands objects = table(
      kept(pki() >> kw("token", "Configure cryptographic token") >> tail(line_arg("Token and its parameters")), {.note = why}),
      kept_block(pki() >> kw("trustpoint", "Define a CA trustpoint") >> name_arg("CA Server Name"),
                 {.note = why, .opens = trustpoint_mode}),
      kept_block(pki() >> kw("certificate", "Actions on certificates") >> kw("map", "Define certificate attributes map") >>
                     name_arg("Map tag") >> arg(number(1, 65535, "Sequence to insert to existing map entry")),
                 {.note = why, .opens = certificate_map_mode}),
      kept_block(pki() >> kw("certificate", "Actions on certificates") >> kw("chain", "Identify certificates") >>
                     name_arg("CA Server Name"),
                 {.note = why, .opens = certificate_chain_mode}),
      kept_block(crypto() >> kw("key", "Long term key operations") >> kw("pubkey-chain", "Peer public key chain management") >>
                     kw("rsa", "RSA keys"),
                 {.note = why, .opens = pubkey_chain_mode}));
  return joined(std::move(objects), actions());
}

const Mode& trustpoint_mode() {
  static const Mode mode("trustpoint", "ca-trustpoint", joined(enrollment_commands(), subject_commands(), validation_commands()));
  return mode;
}

const Mode& certificate_map_mode() {
  const auto attribute = [](const char* name, const char* help) {
    const auto compare = kw("eq", "equal") | kw("ne", "not equal") | kw("co", "contains") | kw("nc", "does not contain") |
                         kw("lt", "less than") | kw("ge", "greater than or equal");
    return kept_many(Words({kw(name, help)}) >> tail(compare >> arg(rest_of_line("Value to compare with"))),
                     {.note = no_effect::certificates});
  };
  static const Mode mode(
      "certificate_map", "ca-certificate-map",
      table(attribute("alt-subject-name", "Subject Alternative Name"), attribute("expires-on", "Certificate Expiration Date"),
            attribute("issuer-name", "Issuer Name"), attribute("name", "Any subject name"),
            attribute("serial-number", "Serial Number"), attribute("subject-name", "Subject Name"),
            attribute("unstructured-subject-name", "Unstructured Subject Name"), attribute("valid-start", "Start Date"),
            leave("Exit from certificate map entry mode")));
  return mode;
}

const Mode& certificate_chain_mode() {
  const auto certificate = [] { return kw("certificate", "add certificate"); };
  static const Mode mode(
      "certificate_chain", "config-cert-chain",
      table(
          kept_many(certificate() >>
                        ((kw("ca", "Set certificate as CA certificate") >> serial()) |
                         (kw("self-signed", "Set certificate as self-signed certificate") >> serial()) |
                         (kw("rollover", "Set certificate as the next one") >> -kw("ca", "Of the CA") >> serial()) | serial()) >>
                        file(),
                    certificate_rules(why)),
          leave("Exit from certificate chain entry mode")));
  return mode;
}

const Mode& pubkey_chain_mode() {
  const auto use = [] { return -(kw("encryption", "Key for encryption") | kw("signature", "Key for signatures")); };
  static const Mode mode("pubkey_chain", "config-pubkey-chain",
                         table(kept_block(kw("addressed-key", "Key by the peer's address") >>
                                              any_address_arg("IPv4 address", "IPv6 address") >> use(),
                                          {.note = why, .opens = pubkey_mode}),
                               kept_block(kw("named-key", "Key by the peer's name") >> name_arg("Name of the peer") >> use(),
                                          {.note = why, .opens = pubkey_mode}),
                               leave("Exit from public key chain configuration mode")));
  return mode;
}

const Mode& pubkey_mode() {
  static const Mode mode(
      "pubkey", "config-pubkey-key",
      table(kept(kw("address", "Address of the peer") >> tail(any_address_arg("IPv4 address", "IPv6 address")), {.note = why}),
            kept(kw("key-string", "Key in hexadecimal digits, up to \"quit\""), public_key_rules(why)),
            leave("Exit from public key configuration mode")));
  return mode;
}

}  // namespace parser
