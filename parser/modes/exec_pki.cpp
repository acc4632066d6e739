// EXEC commands that show certificates and public keys.
#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto show_crypto() { return show() >> kw("crypto", "Encryption module"); }
auto show_pki() { return show_crypto() >> (kw("pki", "Show PKI") | alias("ca", "pki")); }

}  // namespace

Commands pki_shows() {
  using Certificates = ShowPkiCertificates;
  using Trustpoints = ShowPkiTrustpoints;
  using Keys = ShowPublicKeys;
  return table(
      shows<Certificates>(
          show_pki() >> kw("certificates", "Show certificates") >>
          -(flag<&Certificates::verbose>(kw("verbose", "Show in detail")) | flag<&Certificates::pem>(kw("pem", "Show as PEM"))) >>
          -f<&Certificates::trustpoint>(ObjectName("Trustpoint name", ObjectName::Keywords::win))),
      shows<ShowPkiFact>(show_pki() >>
                         (is<&ShowPkiFact::what, PkiFact::counters>(kw("counters", "Show what was verified and fetched")) |
                          is<&ShowPkiFact::what, PkiFact::crls>(kw("crls", "Show certificate revocation lists")) |
                          is<&ShowPkiFact::what, PkiFact::timers>(kw("timers", "Show when what is due")))),
      shows<Trustpoints>(show_pki() >> kw("trustpoints", "Show trustpoints") >>
                         -any_order(flag<&Trustpoints::status>(kw("status", "Show the status")),
                                    f<&Trustpoints::name>(ObjectName("Trustpoint name", ObjectName::Keywords::win)))),
      shows<Keys>(show_crypto() >> kw("key", "Show long term public keys") >>
                  kw("mypubkey", "Show public keys associated with this router") >>
                  (is<&Keys::kind, ShownKeyKind::all>(kw("all", "Show all public keys")) |
                   is<&Keys::kind, ShownKeyKind::ec>(kw("ec", "Show EC public keys")) |
                   is<&Keys::kind, ShownKeyKind::rsa>(kw("rsa", "Show RSA public keys"))) >>
                  -f<&Keys::name>(ObjectName("Key name", ObjectName::Keywords::win))));
}

}  // namespace parser
