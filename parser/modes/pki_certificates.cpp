// Certificate maps, certificate chains, and public keys of peers.
#include <algorithm>
#include <cctype>

#include "parser/capture.hpp"
#include "parser/modes/common.hpp"
#include "parser/modes/texts.hpp"

namespace parser {
namespace {

constexpr std::string_view why = no_effect::public_keys;
constexpr std::size_t group_digits = 8, groups_a_line = 8;
constexpr std::size_t longest_certificate = 131072;  // digits

auto certificate_map_rule() {
  using R = CertificateMapRule;
  using Field = engine::CertificateField;
  using Predicate = engine::CertificatePredicate;
  static const SymbolTable<Field> fields = {
      {"alt-subject-name", Field::alt_subject_name, "Subject Alternative Name"},
      {"expires-on", Field::expires_on, "Certificate Expiration Date"},
      {"issuer-name", Field::issuer_name, "Issuer Name"},
      {"name", Field::name, "Any subject name"},
      {"serial-number", Field::serial_number, "Serial Number"},
      {"subject-name", Field::subject_name, "Subject Name"},
      {"unstructured-subject-name", Field::unstructured_subject_name, "Unstructured Subject Name"},
      {"valid-start", Field::valid_start, "Start Date"}};
  static const SymbolTable<Predicate> predicates = {
      {"eq", Predicate::eq, "equal"},     {"ne", Predicate::ne, "not equal"},
      {"co", Predicate::co, "contains"},  {"nc", Predicate::nc, "does not contain"},
      {"lt", Predicate::lt, "less than"}, {"ge", Predicate::ge, "greater than or equal"}};
  return f<&R::field>(symbols(fields)) >>
         tail(f<&R::predicate>(symbols(predicates)) >> f<&R::value>(rest_of_line("Value to compare with")));
}

bool awaits_digits(const ChainCertificate& line) { return !line.file; }

Taken take_digits(ChainCertificate& line, std::string_view raw) {
  const std::string text = clean(raw.substr(behind_pager(raw))).text;
  if (same_letters(text, "quit")) {
    line.closed = true;
    return Taken::done;
  }
  if (text.find_first_not_of("0123456789abcdefABCDEF \t") != std::string_view::npos) return Taken::refused;
  for (const char c : text)
    if (c != ' ' && c != '\t') line.digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return line.digits.size() <= longest_certificate ? Taken::more : Taken::refused;
}

/// Indented below the line of the certificate.
std::string digits_below(const ChainCertificate& line) {
  if (!line.closed) return {};
  return (line.digits.empty() ? "" : "\n" + hex_rows(line.digits, "  ")) + "\n  \tquit";
}

auto chain_certificate() {
  using C = ChainCertificate;
  const auto serial = [] { return f<&C::serial>(word("Serial number of the certificate in hexadecimal digits", "WORD")); };
  return kw("certificate", "add certificate") >>
         (is<&C::role, CertificateRole::ca>(kw("ca", "Set certificate as CA certificate") >> serial()) |
          is<&C::role, CertificateRole::self_signed>(kw("self-signed", "Set certificate as self-signed certificate") >>
                                                     serial()) |
          (kw("rollover", "Set certificate as the next one") >>
           (is<&C::role, CertificateRole::rollover_ca>(kw("ca", "Of the CA") >> serial()) |
            is<&C::role, CertificateRole::rollover>(serial()))) |
          is<&C::role, CertificateRole::own>(serial())) >>
         -f<&C::file>(word("File the certificate is in"));
}

}  // namespace

std::optional<engine::Bytes> der_of(const ChainCertificate& line) {
  return line.digits.empty() ? std::nullopt : engine::from_hex(line.digits);
}

std::string hex_digits(engine::ByteView octets) {
  std::string out = engine::to_hex(octets);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

std::string hex_rows(std::string_view digits, std::string_view indent) {
  std::string out;
  for (std::size_t at = 0; at < digits.size(); at += group_digits) {
    if (at % (group_digits * groups_a_line) == 0) out += (at > 0 ? "\n" : "") + std::string(indent);
    const std::string_view group = digits.substr(at, group_digits);
    out += group;
    if (group.size() == group_digits) out += ' ';
  }
  return out;
}

Commands pki_certificates() {
  return table(
      block<CertificateMap>(pki() >> kw("certificate", "Actions on certificates") >>
                                kw("map", "Define certificate attributes map") >> f<&CertificateMap::name>(word("Map tag")) >>
                                f<&CertificateMap::sequence>(number(1, 65535, "Sequence to insert to existing map entry")),
                            {.opens = certificate_map_mode}),
      block<CertificateChain>(pki() >> kw("certificate", "Actions on certificates") >> kw("chain", "Identify certificates") >>
                                  f<&CertificateChain::trustpoint>(word("CA Server Name")),
                              {.opens = certificate_chain_mode}));
}

const Mode& certificate_map_mode() {
  static const Mode mode(
      "certificate_map", "ca-certificate-map",
      table(many<CertificateMapRule>(certificate_map_rule(),
                                     {.same = [](const CertificateMapRule& old, const CertificateMapRule& given,
                                                 bool bare) { return bare ? old.field == given.field : old == given; }}),
            leave("Exit from certificate map entry mode")));
  return mode;
}

const Mode& certificate_chain_mode() {
  using C = ChainCertificate;
  static const Mode mode(
      "certificate_chain", "config-cert-chain",
      table(many<C>(chain_certificate(), {.same = [](const C& old, const C& given,
                                                     bool) { return old.role == given.role && old.serial == given.serial; },
                                          .before = [](const C& a, const C& b) { return a.role < b.role; },
                                          .prompt = [](const C&) -> std::string { return "config-pki-hexmode"; },
                                          .unfinished = awaits_digits,
                                          .take = take_digits,
                                          .behind = digits_below}),
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
