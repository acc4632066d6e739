#include <algorithm>

#include "cli/pki_dialogue.hpp"
#include "cli/text_file.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

using engine::crypto::Bundle;
using parser::CertificateRole;
using parser::Node;
using parser::PkiStore;

constexpr const char* pem_end = "% End with a blank line or \"quit\" on a line by itself.\n";

engine::Secret secret_of(const std::optional<std::string>& text) { return engine::Secret(engine::as_bytes(text.value_or(""))); }

/// The last part of a URL, as a router proposes it.
std::string file_of(const std::string& url) { return url.substr(std::min(url.size(), url.find_last_of(":/") + 1)); }

engine::Bytes octets_of(const std::string& text) { return engine::to_bytes(engine::as_bytes(text)); }

/// DER as it is, or base 64 of it.
engine::Bytes der_in(const std::string& text) {
  if (const auto der = engine::crypto::base64_decoded(text); der.ok()) return *der;
  return octets_of(text);
}

}  // namespace

void TransferDialogue::import(const parser::PkiImport& command) const {
  if (command.form == parser::PkiForm::pkcs12) {
    if (command.terminal) {
      output("Enter the base 64 encoded pkcs12.\nEnd with a blank line or the word \"quit\" on a line by itself:\n\n");
      return read_text(Ends::quit_or_blank, [*this, command](const std::string& text) { import_pkcs12(command, der_in(text)); });
    }
    output("% Importing pkcs12...\n");
    const auto read = [*this, command](const std::string& name) {
      const auto text = read_text_file(name, backend().flash());
      if (!text.ok()) return fail(text.failure().why);
      output("Reading file from " + name + "\n");
      import_pkcs12(command, der_in(*text));
    };
    if (!at_terminal()) return read(*command.url);
    const std::string file = file_of(*command.url), folder = command.url->substr(0, command.url->size() - file.size());
    return ask("Source filename [" + file + "]? ",
               [read, file, folder](const std::string& answer) { read(folder + (answer.empty() ? file : answer)); });
  }
  if (!command.terminal) {
    const auto read = [&](const char* end) { return read_text_file(*command.url + end, backend().flash()); };
    const auto ca = read(".ca"), key = read(".prv"), certificate = read(".crt");
    for (const auto* file : {&ca, &key, &certificate})
      if (!file->ok()) return fail(file->failure().why);
    return import_pem(command, *ca, *key, *certificate);
  }
  output("% Enter PEM-formatted CA certificate.\n" + std::string(pem_end));
  read_text(Ends::quit_or_blank, [*this, command](const std::string& ca) {
    output("% Enter PEM-formatted encrypted private General Purpose key.\n% End with \"quit\" on a line by itself.\n");
    read_text(Ends::quit, [*this, command, ca](const std::string& key) {
      output("% Enter PEM-formatted General Purpose certificate.\n" + std::string(pem_end));
      read_text(Ends::quit_or_blank,
                [*this, command, ca, key](const std::string& certificate) { import_pem(command, ca, key, certificate); });
    });
  });
}

void TransferDialogue::import_pem(const parser::PkiImport& command, const std::string& ca, const std::string& key,
                                  const std::string& certificate) const {
  const auto authority = engine::crypto::certificate_of_text(ca), own = engine::crypto::certificate_of_text(certificate);
  auto secret = engine::crypto::private_key_of_text(key, secret_of(command.password));
  const auto refused = [&](const std::string& why) { fail("% PEM files import failed.\n% NOTE: " + why); };
  if (!authority.ok()) return refused("CA certificate: " + authority.failure().why);
  if (!secret.ok()) return refused("private key: " + secret.failure().why);
  if (!own.ok()) return refused("certificate: " + own.failure().why);
  Bundle bundle{std::move(*secret), *own, {*authority}};
  take(command, std::move(bundle), "% PEM files import succeeded.\n\n");
}

void TransferDialogue::import_pkcs12(const parser::PkiImport& command, const engine::Bytes& der) const {
  const auto opened = std::make_shared<engine::Result<Bundle>>(engine::Failure{});
  beside([*this, command, der, opened]() -> std::function<void()> {
    *opened = engine::crypto::open_pkcs12(der, secret_of(command.password));
    return [*this, command, opened] {
      if (!opened->ok())
        return fail("CRYPTO_PKI: Import PKCS12 operation failed, bad password or file\n% NOTE: " + opened->failure().why);
      take(command, std::move(**opened), "CRYPTO_PKI: Imported PKCS12 file successfully.\n\n");
    };
  });
}

void TransferDialogue::take(const parser::PkiImport& command, Bundle bundle, const std::string& done) const {
  auto pair = bundle.key.empty() ? std::nullopt
                                 : parser::key_pair_of(command.trustpoint, std::move(bundle.key), command.exportable, now());
  const auto details = engine::crypto::details_of(bundle.certificate);
  if (!pair) return fail("% There is no private key that can be used");
  if (!details) return fail("% There is no certificate of the private key");
  if (pair->public_key != details->public_key) return fail("% The private key is not that of the certificate");
  const Node* block = parser::trustpoint_block(root(), command.trustpoint);
  const auto* rsa = block ? block->find<parser::TrustpointRsaKey>() : nullptr;
  const auto* ec = block ? block->find<parser::TrustpointEcKey>() : nullptr;
  const bool is_rsa = pair->kind == parser::PkiKeyKind::rsa;
  if (is_rsa && rsa && !ec) pair->label = rsa->label;
  if (!is_rsa && ec) pair->label = ec->label;
  std::vector<std::string> lines = {"crypto pki trustpoint " + command.trustpoint};
  if (command.form == parser::PkiForm::pkcs12) lines.emplace_back("enrollment pkcs12");
  if (!block && command.form == parser::PkiForm::pem) lines.emplace_back("enrollment terminal pem");
  if (!block || !block->find<parser::TrustpointRevocation>()) lines.emplace_back("revocation-check crl");
  if (is_rsa && ec) lines.emplace_back("no eckeypair");
  if (is_rsa && (!rsa || ec)) lines.push_back("rsakeypair " + pair->label);
  if (!is_rsa && !ec) lines.push_back("eckeypair " + pair->label);
  lines.emplace_back("exit");
  std::vector<Entry> entries = {{CertificateRole::own, bundle.certificate}};
  for (const engine::Bytes& other : bundle.others) entries.push_back({CertificateRole::ca, other});
  change_keys([pair = std::move(*pair)](const PkiStore& store) { return store.with(pair); },
              [*this, trustpoint = command.trustpoint, entries, lines, done] {
                store(
                    trustpoint, entries, [*this, done] { finish(done); }, lines);
              });
}

void TransferDialogue::export_(const parser::PkiExport& command) const {
  if (!trustpoint(command.trustpoint)) return;
  command.form == parser::PkiForm::pem ? export_pem(command) : export_pkcs12(command);
}

void TransferDialogue::log_export(const parser::PkiExport& command, const std::string& what) const {
  log(5, "%PKI-5-EXPORT: User " + escaped(user()) + " exported " + what + " of trustpoint " + escaped(command.trustpoint) +
             " to " + (command.url ? escaped(*command.url) : std::string("the terminal")));
}

void TransferDialogue::export_pem(const parser::PkiExport& command) const {
  const Node* block = trustpoint(command.trustpoint);
  const std::string label = parser::key_label(*block, root());
  const auto pair = backend().pki()->key(label);
  const auto own = certificates(command.trustpoint, CertificateRole::own);
  std::string ca, key, certificate;
  for (const engine::Bytes& der : certificates(command.trustpoint, CertificateRole::ca))
    ca += engine::crypto::pem("CERTIFICATE", der);
  if (ca.empty()) return fail("% Trustpoint " + command.trustpoint + " has no CA certificate");
  for (const engine::Bytes& der : own) certificate += engine::crypto::pem("CERTIFICATE", der);
  if (command.cipher != parser::PkiCipher::none) {
    if (!pair || !pair->private_key) return fail("% Key " + label + " is not available");
    if (!pair->exportable) return fail("% Key pair is not exportable.");
    const auto text = engine::crypto::encrypted_pem(*pair->private_key, secret_of(command.password),
                                                    command.cipher == parser::PkiCipher::des ? "DES-CBC" : "DES-EDE3-CBC");
    if (!text.ok()) return fail("% Key " + label + " cannot be exported: " + text.failure().why);
    key = *text;
  }
  log_export(command, key.empty() ? "certificates" : "certificates and the private key");
  if (command.url) {
    for (const auto& [end, text] : {std::pair(".ca", &ca), std::pair(".prv", &key), std::pair(".crt", &certificate)}) {
      if (text->empty()) continue;
      const auto written = write_text_file(*command.url + end, backend().flash(), *text, FileMode::replace);
      if (!written.ok()) return fail(written.failure().why);
      output("Writing file to " + *command.url + end + "\n");
    }
    return done();
  }
  std::string out;
  if (own.empty())
    out += "% The specified trustpoint is not enrolled (" + command.trustpoint +
           ").\n% Only export the CA certificate in PEM format.\n";
  out += "% CA certificate:\n" + ca + "\n";
  if (!key.empty()) out += "% Key name: " + label + "\n   Usage: General Purpose Key\n" + key + "\n";
  if (!own.empty()) out += "% General Purpose Certificate:\n" + certificate + "\n";
  finish(out);
}

void TransferDialogue::export_pkcs12(const parser::PkiExport& command) const {
  const Node* block = trustpoint(command.trustpoint);
  const auto pair = backend().pki()->key(parser::key_label(*block, root()));
  const auto own = certificates(command.trustpoint, CertificateRole::own);
  if (own.empty()) return fail("% The specified trustpoint is not enrolled (" + command.trustpoint + ").");
  if (!pair || !pair->private_key) return fail("% The key of the trustpoint is not available");
  if (!pair->exportable) return fail("% Key pair is not exportable.");
  beside([*this, command, pair, own, others = certificates(command.trustpoint, CertificateRole::ca)]() -> std::function<void()> {
    const auto der = engine::crypto::make_pkcs12({pair->private_key->duplicate(), own.front(), others}, command.trustpoint,
                                                 secret_of(command.password));
    if (!der.ok())
      return [*this, why = der.failure().why] { fail("CRYPTO_PKI: Export PKCS12 operation failed\n% NOTE: " + why); };
    return [*this, command, der = *der] {
      log_export(command, "certificates and the private key");
      if (command.terminal) {
        output("Exported pkcs12 follows:\n\n" + engine::crypto::base64_lines(der) +
               "\n---End - This line not part of the certificate---\n\n");
      } else {
        const std::string text(der.begin(), der.end());
        const auto written = write_text_file(*command.url, backend().flash(), text, FileMode::replace);
        if (!written.ok()) return fail(written.failure().why);
        output("Writing file to " + *command.url + "\n");
      }
      finish("CRYPTO_PKI: Exported PKCS12 file successfully.\n\n");
    };
  });
}

}  // namespace cli
