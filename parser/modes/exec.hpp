// What the files of the EXEC mode share.
#pragma once

#include "parser/modes/common.hpp"

namespace parser {

inline auto show() { return kw("show", "Show running system information"); }
inline auto configure() { return kw("configure", "Enter configuration mode"); }

/// The name of an object, which never begins with the bar of an output modifier.
struct ObjectName : Token<ObjectName, std::string> {
  /// Whether a word that is also a keyword here is the name or the keyword.
  enum class Keywords : std::uint8_t { are_names, win };
  std::string_view help;
  Keywords keywords;
  explicit ObjectName(std::string_view h, Keywords k = Keywords::are_names) : help(h), keywords(k) {}
  std::string_view placeholder() const { return "WORD"; }
  bool refuses_keywords(std::string_view) const { return keywords == Keywords::win; }
  bool read(std::string_view token, std::string& value) const {
    if (token.front() == '|' || !printable(token)) return false;
    value = token;
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("NAME"); }
};

/// An exec command; with `shows`, output modifiers may follow.
template <class T, class E>
auto exec(E expression) {
  return command<T>(Merge::accepted, std::move(expression), {.no_form = false});
}
template <class T, class E>
auto shows(E expression) {
  return command<T>(Merge::accepted, std::move(expression), {.no_form = false, .trailer = true});
}

/// Counters, what the host tells, and why something does not work (parser/modes/exec_observe.cpp).
Commands observing_commands();
/// Certificates and public keys (parser/modes/exec_pki.cpp).
Commands pki_shows();
/// What ends SAs and sets counters back (parser/modes/exec_clear.cpp).
Commands clearing_commands();
/// Captures (parser/modes/exec_capture.cpp).
Commands capture_commands();
/// The commands on the configuration's history (parser/modes/exec_archive.cpp).
Commands archive_commands();
/// Files (parser/modes/exec_files.cpp).
Commands file_commands();

}  // namespace parser
