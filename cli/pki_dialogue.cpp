#include "cli/pki_dialogue.hpp"

#include <cctype>

#include "parser/pki_names.hpp"

namespace cli {
namespace {

/// A line as an answer: without blanks around it.
std::string answer_in(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

constexpr std::size_t longest_text = 65536;

}  // namespace

const parser::Node* PkiDialogue::trustpoint(const std::string& name) const {
  const parser::Node* block = parser::trustpoint_block(root(), name);
  if (!block) fail("% Trustpoint " + escaped(name) + " does not exist");
  return block;
}

void PkiDialogue::beside(std::function<std::function<void()>()> work) const {
  backend().in_database([work = std::move(work)](parser::Database&) { return work(); });
}

void PkiDialogue::ask_yes(const std::string& question, Usual usual, std::function<void(bool)> then) const {
  ask(question, [*this, question, usual, then](const std::string& answer) {
    const std::string text = answer_in(answer);
    const char first = text.empty() ? '\0' : static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
    if (first == 'y' || first == 'n') return then(first == 'y');
    if (text.empty() && usual != Usual::none) return then(usual == Usual::yes);
    output("% Please answer 'yes' or 'no'.\n");
    ask_yes(question, usual, then);
  });
}

void PkiDialogue::read_text(Ends ends, Text then, std::string sofar) const {
  ask("", [*this, ends, then, sofar](const std::string& line) {
    const std::string text = answer_in(line);
    if (text == "quit" || (ends == Ends::quit_or_blank && text.empty() && !sofar.empty())) return then(sofar);
    if (sofar.size() > longest_text) return fail("% The text is too long");
    read_text(ends, then, sofar.empty() && text.empty() ? sofar : sofar + line + "\n");
  });
}

void PkiDialogue::store(const std::string& trustpoint, const std::vector<Entry>& entries, std::function<void()> then,
                        std::vector<std::string> before) const {
  std::vector<std::string> lines = std::move(before);
  for (std::string& each : chain_lines(root(), trustpoint, entries)) lines.push_back(std::move(each));
  enter_lines(lines, typed_, [*this, then = std::move(then)](bool stored) {
    if (!stored) return done();
    log(4, "%PKI-4-NOCONFIGAUTOSAVE: Configuration was modified.  Issue \"write memory\" to save new IOS PKI configuration");
    then();
  });
}

void PkiDialogue::change_keys(std::function<parser::PkiStore(const parser::PkiStore&)> change, std::function<void()> then) const {
  backend().change_pki(std::move(change), [*this, then = std::move(then)](const engine::Status& status) {
    if (!status.ok()) return fail("% Error: the keys could not be stored: " + status.failure().why);
    then();
  });
}

std::vector<engine::Bytes> PkiDialogue::certificates(const std::string& trustpoint, parser::CertificateRole role) const {
  return chain_certificates(root(), trustpoint, role);
}

void carry_out(const std::shared_ptr<Session>& session, const parser::PkiCommand& command, const std::string& typed) {
  struct Visitor {
    const std::shared_ptr<Session>& session;
    const std::string& typed;
    void operator()(const parser::PkiAuthenticate& c) const { EnrollDialogue(session, typed).authenticate(c.trustpoint); }
    void operator()(const parser::PkiEnroll& c) const { EnrollDialogue(session, typed).enroll(c.trustpoint); }
    void operator()(const parser::PkiCrlRequest& c) const { EnrollDialogue(session, typed).request_crl(c.trustpoint); }
    void operator()(const parser::PkiImport& c) const {
      if (c.form == parser::PkiForm::certificate) return EnrollDialogue(session, typed).import_certificate(c.trustpoint);
      TransferDialogue(session, typed).import(c);
    }
    void operator()(const parser::PkiExport& c) const { TransferDialogue(session, typed).export_(c); }
    void operator()(const parser::KeyGenerate& c) const { KeyDialogue(session, typed).generate(c); }
    void operator()(const parser::KeyZeroize& c) const { KeyDialogue(session, typed).zeroize(c); }
  };
  std::visit(Visitor{session, typed}, command);
}

}  // namespace cli
