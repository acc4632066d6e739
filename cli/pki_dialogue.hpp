// `crypto pki authenticate`, `enroll`, `import` and `export`, `crypto key generate` and `zeroize`: the conversations of a router
// about keys and certificates. What they come to are lines of configuration (certificates) and the PKI store (keys).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/exec_run.hpp"
#include "cli/pki_lines.hpp"
#include "engine/crypto/containers.hpp"
#include "engine/crypto/enrollment.hpp"
#include "parser/configuration.hpp"
#include "parser/pki_commands.hpp"
#include "parser/pki_store.hpp"

namespace cli {

/// Carries out a command that a line of configuration mode was; `typed` is the line, for the history.
void carry_out(const std::shared_ptr<Session>& session, const parser::PkiCommand& command, const std::string& typed);

class PkiDialogue : public ExecRun {
 public:
  PkiDialogue(std::shared_ptr<Session> session, std::string typed) : ExecRun(std::move(session), {}), typed_(std::move(typed)) {}

 protected:
  using Text = std::function<void(const std::string&)>;
  const parser::Node& root() const { return backend().running().data().root; }
  std::int64_t now() const { return backend().now().unix_milliseconds / 1000; }
  /// Null, and the command has failed, where there is no such trustpoint.
  const parser::Node* trustpoint(const std::string& name) const;
  /// Runs `work` beside the loop, which answers with what is to be done on the loop.
  void beside(std::function<std::function<void()>()> work) const;
  /// A question whose answer begins with "y" or "n"; without an answer it is `usual`, or asked again.
  enum class Usual : std::uint8_t { none, no, yes };
  void ask_yes(const std::string& question, Usual usual, std::function<void(bool)> then) const;
  /// Lines up to "quit", or a blank one where `blank_ends`, together.
  enum class Ends : std::uint8_t { quit, quit_or_blank };
  void read_text(Ends ends, Text then, std::string sofar = {}) const;
  /// Puts certificates into the chain of a trustpoint, in place of those of the same role, and commits.
  using Entry = ChainEntry;
  void store(const std::string& trustpoint, const std::vector<Entry>& entries, std::function<void()> then,
             std::vector<std::string> before = {}) const;
  /// Changes the PKI store, and goes on once that is durable.
  void change_keys(std::function<parser::PkiStore(const parser::PkiStore&)> change, std::function<void()> then) const;
  /// The certificates of a trustpoint in a role, in DER.
  std::vector<engine::Bytes> certificates(const std::string& trustpoint, parser::CertificateRole role) const;

  std::string typed_;
};

/// `crypto key generate` and `crypto key zeroize`.
class KeyDialogue final : public PkiDialogue {
 public:
  using PkiDialogue::PkiDialogue;
  void generate(const parser::KeyGenerate& command) const;
  void zeroize(const parser::KeyZeroize& command) const;
  /// Makes a pair, says so as a router does, and goes on.
  void make(parser::PkiKeyKind kind, const std::string& label, unsigned bits, bool exportable, std::function<void()> then) const;

 private:
  void forget(const std::vector<parser::PkiStore::Pair>& pairs) const;
};

/// `crypto pki authenticate` and `crypto pki enroll`, and the import of what a CA made of the request.
class EnrollDialogue final : public PkiDialogue {
 public:
  using PkiDialogue::PkiDialogue;
  void authenticate(const std::string& trustpoint) const;
  void enroll(const std::string& trustpoint) const;
  void import_certificate(const std::string& trustpoint) const;
  void request_crl(const std::string& trustpoint) const;

 private:
  void authenticate_by_scep(const std::string& trustpoint) const;
  void enroll_by_scep(const std::string& trustpoint) const;
  /// `then` gets it, twice the same, or nothing.
  void ask_challenge(Text then) const;
  void judge(const std::string& trustpoint, const engine::Bytes& der) const;
  void accept(const std::string& trustpoint, const engine::Bytes& der) const;
  void with_key(const std::string& trustpoint, std::function<void(parser::PkiStore::Pair)> then) const;
  void ask_for_subject(const std::string& trustpoint, std::function<void(engine::crypto::SubjectWish)> then) const;
  void show_request(const std::string& trustpoint, const parser::PkiStore::Pair& pair,
                    const engine::crypto::SubjectWish& wish) const;
  void print_request(const std::string& text) const;
  void paste_crl(const std::string& trustpoint) const;
  void sign_itself(const std::string& trustpoint, const parser::PkiStore::Pair& pair,
                   const engine::crypto::SubjectWish& wish) const;
};

/// `crypto pki import TRUSTPOINT {pem | pkcs12}` and `crypto pki export`.
class TransferDialogue final : public PkiDialogue {
 public:
  using PkiDialogue::PkiDialogue;
  void import(const parser::PkiImport& command) const;
  void export_(const parser::PkiExport& command) const;

 private:
  void import_pkcs12(const parser::PkiImport& command, const engine::Bytes& der) const;
  void import_pem(const parser::PkiImport& command, const std::string& ca, const std::string& key,
                  const std::string& certificate) const;
  /// The key and certificates of a trustpoint, which is made where it is not there.
  void take(const parser::PkiImport& command, engine::crypto::Bundle bundle, const std::string& done) const;
  void log_export(const parser::PkiExport& command, const std::string& what) const;
  void export_pem(const parser::PkiExport& command) const;
  void export_pkcs12(const parser::PkiExport& command) const;
};

}  // namespace cli
