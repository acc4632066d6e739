// Commands of configuration mode that make keys and certificates: carried out where they are typed (cli/pki_dialogue.cpp), no
// part of the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace parser {

struct LineReport;

/// `crypto pki authenticate TRUSTPOINT`
struct PkiAuthenticate {
  std::string trustpoint;
  friend bool operator==(const PkiAuthenticate&, const PkiAuthenticate&) = default;
};
/// `crypto pki enroll TRUSTPOINT`
struct PkiEnroll {
  std::string trustpoint;
  friend bool operator==(const PkiEnroll&, const PkiEnroll&) = default;
};
enum class PkiForm : std::uint8_t { certificate, pem, pkcs12 };
/// `crypto pki import TRUSTPOINT {certificate | pem ... | pkcs12 ...}`
struct PkiImport {
  std::string trustpoint;
  PkiForm form = PkiForm::certificate;
  bool usage_keys = false, exportable = false, terminal = false;
  std::optional<std::string> url, password;
  friend bool operator==(const PkiImport&, const PkiImport&) = default;
};
/// `crypto pki export TRUSTPOINT {pem ... | pkcs12 ...}`; pem without a cipher: certificates alone.
enum class PkiCipher : std::uint8_t { none, des, des3 };
struct PkiExport {
  std::string trustpoint;
  PkiForm form = PkiForm::pem;
  PkiCipher cipher = PkiCipher::none;
  bool terminal = false;
  std::optional<std::string> url, password;
  friend bool operator==(const PkiExport&, const PkiExport&) = default;
};
/// `crypto pki crl request TRUSTPOINT`
struct PkiCrlRequest {
  std::string trustpoint;
  friend bool operator==(const PkiCrlRequest&, const PkiCrlRequest&) = default;
};
enum class PkiKeyKind : std::uint8_t { rsa, ec };
/// `crypto key generate {rsa | ec} ...`
struct KeyGenerate {
  PkiKeyKind kind = PkiKeyKind::rsa;
  bool general = false, usage_keys = false, exportable = false, redundancy = false;
  std::optional<std::string> label, storage, device;
  std::optional<unsigned> bits;
  friend bool operator==(const KeyGenerate&, const KeyGenerate&) = default;
};
/// `crypto key zeroize [{rsa | ec} [LABEL]]`
struct KeyZeroize {
  PkiKeyKind kind = PkiKeyKind::rsa;
  std::optional<std::string> label;
  friend bool operator==(const KeyZeroize&, const KeyZeroize&) = default;
};

using PkiCommand = std::variant<PkiAuthenticate, PkiEnroll, PkiImport, PkiExport, PkiCrlRequest, KeyGenerate, KeyZeroize>;
/// The command that a line was, if it was one of these.
std::optional<PkiCommand> pki_command(const LineReport& report);
/// The trustpoint that a line took away, if it did.
std::optional<std::string> removed_trustpoint(const LineReport& report);

}  // namespace parser
