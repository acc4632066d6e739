// The actions on keys and certificates.
#include "parser/modes/common.hpp"
#include "parser/pki_commands.hpp"

namespace parser {
namespace {

template <class T, class E>
std::unique_ptr<Command> typed(E expression) {
  return command<T>(Merge::accepted, std::move(expression), {.no_effect = true, .note = no_effect::pki_typed, .no_form = false});
}

auto key() { return crypto() >> kw("key", "Long term key operations"); }
template <class T>
auto trustpoint() {
  return f<&T::trustpoint>(word("CA Server Name"));
}

template <class T>
auto password() {
  return kw("password", "Passphrase used to protect the private key") >>
         f<&T::password>(key_word("Passphrase used to protect the private key"));
}

std::unique_ptr<Command> import() {
  using T = PkiImport;
  const auto place = flag<&T::terminal>(kw("terminal", "Import from the terminal"));
  return typed<T>(pki() >> kw("import", "Import certificate or pkcs12") >> trustpoint<T>() >>
                  (is<&T::form, PkiForm::certificate>(kw("certificate", "Import a certificate from a CA")) |
                   is<&T::form, PkiForm::pem>(
                       kw("pem", "Import from PEM files") >> -flag<&T::usage_keys>(kw("usage-keys", "Two key pairs")) >>
                       -flag<&T::exportable>(kw("exportable", "Allow the key pair to be exported")) >>
                       (place | (kw("url", "Import from files") >> f<&T::url>(word("URL of the files")))) >> -password<T>()) |
                   is<&T::form, PkiForm::pkcs12>(
                       kw("pkcs12", "Import from PKCS12 file") >> (place | f<&T::url>(word("URL of the file"))) >>
                       -flag<&T::exportable>(kw("exportable", "Allow the key pair to be exported")) >> password<T>())));
}

std::unique_ptr<Command> export_() {
  using T = PkiExport;
  const auto place = flag<&T::terminal>(kw("terminal", "Export to the terminal"));
  const auto cipher = is<&T::cipher, PkiCipher::des3>(kw("3des", "Encrypt the private key with 3DES")) |
                      is<&T::cipher, PkiCipher::des>(kw("des", "Encrypt the private key with DES"));
  return typed<T>(pki() >> kw("export", "Export certificate or PKCS12 file") >> trustpoint<T>() >>
                  (is<&T::form, PkiForm::pem>(kw("pem", "Export as PEM files") >>
                                              (place | (kw("url", "Export to files") >> f<&T::url>(word("URL of the files")))) >>
                                              -(cipher >> password<T>())) |
                   is<&T::form, PkiForm::pkcs12>(kw("pkcs12", "Export as PKCS12 file") >>
                                                 (place | f<&T::url>(word("URL of the file"))) >> password<T>())));
}

const SymbolTable<unsigned>& ec_sizes() {
  static const SymbolTable<unsigned> table = {{"256", 256, "256 bits"}, {"384", 384, "384 bits"}, {"521", 521, "521 bits"}};
  return table;
}

std::unique_ptr<Command> generate() {
  using T = KeyGenerate;
  const auto label = [] { return kw("label", "Provide a label") >> f<&T::label>(word("RSA or EC keypair label")); };
  const auto exportable = [] { return flag<&T::exportable>(kw("exportable", "Allow the key to be exported")); };
  const auto use = flag<&T::general>(kw("general-keys", "Generate a general purpose RSA key pair for signing and encryption")) |
                   flag<&T::usage_keys>(kw("usage-keys", "Generate separate RSA key pairs for signing and encryption"));
  const auto sizes = symbols(ec_sizes());
  return typed<T>(key() >> kw("generate", "Generate new keys") >>
                  ((is<&T::kind, PkiKeyKind::rsa>(kw("rsa", "Generate RSA keys")) >>
                    -any_order(use, label(), exportable(),
                               kw("modulus", "Provide number of modulus bits on the command line") >>
                                   f<&T::bits>(number(512, 4096, "size of the key modulus")),
                               kw("storage", "Store key on specified device") >> f<&T::storage>(word("Device")),
                               kw("on", "Create key on specified device") >> f<&T::device>(word("Device")),
                               flag<&T::redundancy>(kw("redundancy", "Allow the key to be synced to a standby")))) |
                   (is<&T::kind, PkiKeyKind::ec>(kw("ec", "Generate EC keys for ECDSA")) >>
                    -any_order(kw("keysize", "Provide the size of the key") >> f<&T::bits>(sizes), exportable(), label()))));
}

Commands kept_actions() {
  const auto done = [](auto expression) {
    return kept(expression, {.note = no_effect::pki_action, .stored = false, .no_form = false});
  };
  const auto line_arg = [](const char* help) { return arg(rest_of_line(help)); };
  return table(done(key() >> kw("export", "Export keys") >> tail(line_arg("Which keys, and where"))),
               done(key() >> kw("import", "Import keys") >> tail(line_arg("Which keys, and from where"))),
               done(key() >> kw("encrypt", "Encrypt keys") >> tail(line_arg("Which keys"))),
               done(key() >> kw("decrypt", "Decrypt keys") >> tail(line_arg("Which keys"))),
               done(key() >> kw("move", "Move keys") >> tail(line_arg("Which keys"))),
               done(pki() >> kw("certificate", "Actions on certificates") >> kw("validate", "Validate a certificate") >>
                    tail(name_arg("CA Server Name"))));
}

template <class... T>
std::optional<PkiCommand> command_in(const LineReport& report, const std::variant<T...>*) {
  std::optional<PkiCommand> out;
  ((report.command->type() == typeid(T) ? void(out = *static_cast<const T*>(report.value.get())) : void()), ...);
  return out;
}

}  // namespace

Commands pki_actions() {
  using Kind = PkiKeyKind;
  return joined(
      table(generate(),
            typed<KeyZeroize>(key() >> kw("zeroize", "Remove keys") >>
                              -((is<&KeyZeroize::kind, Kind::rsa>(kw("rsa", "Remove RSA keys")) |
                                 is<&KeyZeroize::kind, Kind::ec>(kw("ec", "Remove EC keys"))) >>
                                -f<&KeyZeroize::label>(word("Key name")))),
            typed<PkiAuthenticate>(pki() >> kw("authenticate", "Get the CA certificate") >> trustpoint<PkiAuthenticate>()),
            typed<PkiEnroll>(pki() >> kw("enroll", "Request a certificate from a CA") >> trustpoint<PkiEnroll>()), import(),
            export_(),
            typed<PkiCrlRequest>(pki() >> kw("crl", "Actions on certificate revocation lists") >>
                                 kw("request", "Request a CRL") >> trustpoint<PkiCrlRequest>())),
      kept_actions());
}

std::optional<std::string> removed_trustpoint(const LineReport& report) {
  if (!report.taken_away || report.verdict == Verdict::refused || !report.command || report.command->type() != typeid(Trustpoint))
    return std::nullopt;
  return static_cast<const Trustpoint*>(report.value.get())->name;
}

std::optional<PkiCommand> pki_command(const LineReport& report) {
  if (!report.command || report.verdict == Verdict::refused || report.taken_away) return std::nullopt;
  return command_in(report, static_cast<const PkiCommand*>(nullptr));
}

}  // namespace parser
