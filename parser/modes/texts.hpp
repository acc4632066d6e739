// Arguments that go on over several lines: banners between delimiters, certificates in hexadecimal digits.
#pragma once

#include "parser/kept_command.hpp"

namespace parser {

/// DELIMITER text DELIMITER: what follows the keyword on its line. The delimiter is one character, or "^C".
struct BannerText : x3::parser<BannerText>, ValueTraits {
  using value_type = std::string;
  static constexpr std::string_view help = "c banner-text c, where 'c' is a delimiting character";
  template <class C, class R>
  bool parse(It& first, const It& last, const C& context, R&, std::string& value) const {
    Session& session = session_of(context);
    const It p = Session::skip(first, last);
    if (session.help_at && session.help_at >= p) {
      session.expect(session.help_at, Expect::Kind::argument, "LINE", help);
      if (session.help_at > p) session.expect(session.help_at, Expect::Kind::cr, "<cr>", "<cr>");
      return false;
    }
    if (p == last) {
      session.expect(p, Expect::Kind::argument, "LINE", help);
      return false;
    }
    value.assign(p, last);
    first = last;
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("^C" + g.random_name() + "  " + g.random_name() + "^C"); }
};
inline auto banner_text() { return arg(BannerText{}); }
/// The rules of a command that ends with banner_text().
KeptRules banner_rules(std::string_view note);
/// The same for the banner that a client is sent: one that begins with a word is the line, without delimiters.
KeptRules client_banner_rules(std::string_view note, bool (*effective)(const Kept&) = nullptr);

/// The rules of `macro name`, whose lines follow up to "@".
KeptRules macro_rules(std::string_view note);

/// The rules of a certificate's line, whose hexadecimal digits follow up to "quit".
KeptRules certificate_rules(std::string_view note);
/// The same for the line above a public key.
KeptRules public_key_rules(std::string_view note);

}  // namespace parser
