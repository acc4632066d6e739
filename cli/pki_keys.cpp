#include "cli/pki_dialogue.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/key_pair.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

constexpr unsigned least_rsa_bits = 512, most_rsa_bits = 4096, usual_rsa_bits = 2048, usual_ec_bits = 256;

const char* kind_text(parser::PkiKeyKind kind) { return kind == parser::PkiKeyKind::rsa ? "RSA" : "EC"; }

}  // namespace

void KeyDialogue::generate(const parser::KeyGenerate& command) const {
  const bool named = command.label || root().find<parser::DomainName>();
  if (!named) return fail("% Please define a domain-name first.");
  const std::string label = command.label.value_or(parser::router_name(root()));
  if (const auto old = backend().pki()->key(label))
    output("% You already have " + std::string(kind_text(old->kind)) + " keys defined named " + label +
           ".\n% They will be replaced.\n\n");
  output("The name for the keys will be: " + label + "\n");
  const auto end = [*this] { done(); };
  if (command.kind == parser::PkiKeyKind::ec)
    return make(command.kind, label, command.bits.value_or(usual_ec_bits), command.exportable, end);
  if (command.bits) {
    output("\n% The key modulus size is " + std::to_string(*command.bits) + " bits\n");
    return make(command.kind, label, *command.bits, command.exportable, end);
  }
  output(
      "Choose the size of the key modulus in the range of 512 to 4096 for your\n  General Purpose Keys. Choosing a key modulus "
      "greater than 512 may take\n  a few minutes.\n\n");
  ask("How many bits in the modulus [2048]: ", [*this, command, label, end](const std::string& answer) {
    const std::string digits = answer.substr(0, 5);
    const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
    if (!digits.empty() && !number) return fail("% A decimal number between 512 and 4096.");
    const unsigned bits = number ? static_cast<unsigned>(std::stoul(digits)) : usual_rsa_bits;
    if (bits < least_rsa_bits || bits > most_rsa_bits) return fail("% A decimal number between 512 and 4096.");
    make(command.kind, label, bits, command.exportable, end);
  });
}

void KeyDialogue::make(parser::PkiKeyKind kind, const std::string& label, unsigned bits, bool exportable,
                       std::function<void()> then) const {
  const bool rsa = kind == parser::PkiKeyKind::rsa;
  if (rsa)
    output("% Generating " + std::to_string(bits) + " bit RSA keys, keys will be " + (exportable ? "" : "non-") +
           "exportable...\n");
  const engine::Time start = backend().monotonic();
  beside([*this, rsa, label, bits, exportable, then = std::move(then), start, generated = now()]() -> std::function<void()> {
    auto made = rsa ? engine::crypto::generate_rsa(bits) : engine::crypto::generate_ec(bits);
    if (!made.ok()) return [*this, why = made.failure().why] { fail("% Key generation failed: " + why); };
    auto pair = parser::key_pair_of(label, std::move(*made), exportable, generated);
    return [*this, rsa, pair = std::move(*pair), then, start] {
      change_keys([pair](const parser::PkiStore& store) { return store.with(pair); },
                  [*this, rsa, then, start] {
                    const auto seconds = seconds_of(backend().monotonic() - start);
                    if (rsa) output("[OK] (elapsed time was " + std::to_string(seconds) + " seconds)\n\n");
                    then();
                  });
    };
  });
}

void KeyDialogue::zeroize(const parser::KeyZeroize& command) const {
  std::vector<parser::PkiStore::Pair> gone;
  for (const auto& [label, pair] : backend().pki()->keys())
    if (pair->kind == command.kind && (!command.label || *command.label == label)) gone.push_back(pair);
  if (gone.empty()) return fail("% No " + std::string(kind_text(command.kind)) + " keys found to remove.");
  output(command.label ? "% Keys to be removed are named '" + *command.label + "'.\n" : "% All keys will be removed.\n");
  output("% All router certs issued using these keys will also be removed.\n");
  ask_yes("Do you really want to remove these keys? [yes/no]: ", Usual::none,
          [*this, gone](bool yes) { yes ? forget(gone) : done(); });
}

/// The pairs, and the certificates of their public halves.
void KeyDialogue::forget(const std::vector<parser::PkiStore::Pair>& pairs) const {
  std::vector<std::string> lines;
  root().each<parser::CertificateChain>([&](const parser::CertificateChain& chain, const parser::Node& block) {
    std::vector<std::string> own;
    block.each<parser::ChainCertificate>([&](const parser::ChainCertificate& line, const parser::Node&) {
      const auto der = parser::der_of(line);
      const auto details = der ? engine::crypto::details_of(*der) : std::nullopt;
      for (const auto& pair : pairs)
        if (details && line.role != parser::CertificateRole::ca && details->public_key == pair->public_key)
          own.push_back((line.role == parser::CertificateRole::self_signed ? "no certificate self-signed " : "no certificate ") +
                        line.serial);
    });
    if (own.empty()) return;
    lines.push_back("crypto pki certificate chain " + chain.trustpoint);
    lines.insert(lines.end(), own.begin(), own.end());
    lines.emplace_back("exit");
  });
  const auto drop_keys = [*this, pairs] {
    change_keys(
        [pairs](const parser::PkiStore& store) {
          parser::PkiStore out = store;
          for (const auto& pair : pairs) out = out.without(pair->label);
          return out;
        },
        [*this] { done(); });
  };
  if (lines.empty()) return drop_keys();
  enter_lines(lines, typed_, [*this, drop_keys](bool stored) { stored ? drop_keys() : done(); });
}

}  // namespace cli
