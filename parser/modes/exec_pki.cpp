// EXEC commands that show certificates and public keys.
#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto show_crypto() { return show() >> kw("crypto", "Encryption module"); }
auto show_pki() { return show_crypto() >> (kw("pki", "Show PKI") | alias("ca", "pki")); }

/// A name, which never begins with the bar of an output modifier.
struct PkiName : Token<PkiName, std::string> {
  std::string_view help;
  explicit PkiName(std::string_view h) : help(h) {}
  std::string_view placeholder() const { return "WORD"; }
  bool refuses_keywords(std::string_view) const { return true; }
  bool read(std::string_view token, std::string& value) const {
    if (token.front() == '|' || !printable(token)) return false;
    value = token;
    return true;
  }
  std::string text(const std::string& value) const { return value; }
  void generate(Generator& g) const { g.token("NAME"); }
};

}  // namespace

Commands pki_shows() {
  using Certificates = ShowPkiCertificates;
  using Trustpoints = ShowPkiTrustpoints;
  using Keys = ShowPublicKeys;
  return table(shows<Certificates>(show_pki() >> kw("certificates", "Show certificates") >>
                                   -flag<&Certificates::verbose>(kw("verbose", "Show in detail")) >>
                                   -f<&Certificates::trustpoint>(PkiName("Trustpoint name"))),
               shows<Trustpoints>(show_pki() >> kw("trustpoints", "Show trustpoints") >>
                                  -any_order(flag<&Trustpoints::status>(kw("status", "Show the status")),
                                             f<&Trustpoints::name>(PkiName("Trustpoint name")))),
               shows<Keys>(show_crypto() >> kw("key", "Show long term public keys") >>
                           kw("mypubkey", "Show public keys associated with this router") >>
                           (is<&Keys::kind, ShownKeyKind::all>(kw("all", "Show all public keys")) |
                            is<&Keys::kind, ShownKeyKind::ec>(kw("ec", "Show EC public keys")) |
                            is<&Keys::kind, ShownKeyKind::rsa>(kw("rsa", "Show RSA public keys"))) >>
                           -f<&Keys::name>(PkiName("Key name"))));
}

}  // namespace parser
