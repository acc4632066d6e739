#include "parser/modes/common.hpp"

namespace parser {
namespace {

using Method = AuthenticationMethod;

auto match_identity_remote() {
  using M = MatchIdentityRemote;
  const auto name = [](const char* domain_help, const char* help) {
    return flag<&M::domain>(kw("domain", domain_help) >> f<&M::name>(word("Domain name"))) | f<&M::name>(word(help));
  };
  return match_kw() >> kw("identity", "IKE identity") >> kw("remote", "Remote identity") >>
         tail((is<&M::kind, IdentityKind::address>(
                  kw("address", "IP Address(es)") >>
                  ((f<&M::network>(Ipv4Network(MaskStyle::any_hidden, "IPv4 Address", "specify mask")) >> pad) |
                   f<&M::network>(ipv6_prefix("IPv6 address/prefix"))))) |
              is<&M::kind, IdentityKind::any>(kw("any", "match any peer identity")) |
              is<&M::kind, IdentityKind::fqdn>(kw("fqdn", "Fully qualified domain name string [Max. 255 char(s)]") >>
                                               name("match domain name", "FQDN string")) |
              is<&M::kind, IdentityKind::email>(kw("email", "Fully qualified email string [Max. 255 char(s)]") >>
                                                name("match email domain", "Email string")) |
              is<&M::kind, IdentityKind::key_id>(kw("key-id", "key-id opaque string") >> f<&M::name>(word("key-id string"))));
}

auto identity_local() {
  using I = IdentityName;
  const auto dn = group<I>(is<&I::kind, IdentityKind::dn>(kw("dn", "Distinguished Name") >> pad));
  return kw("identity", "Specify IKE identity to use") >> kw("local", "Specify the local IKE identity to use") >>
         tail(f<&IdentityLocal::identity>(identity_name<Domains::no>()) | f<&IdentityLocal::identity>(dn));
}

template <class T>
auto pre_share() {
  return kw("pre-share", "Pre-Shared Key") >> -(kw("key", "specify key") >> f<&T::key>(group<KeyText>(key_text())));
}
template <class T>
auto signatures() {
  return is<&T::method, Method::rsa_sig>(kw("rsa-sig", "Rivest-Shamir-Adleman Signature")) |
         is<&T::method, Method::ecdsa_sig>(kw("ecdsa-sig", "ECDSA Signature")) |
         is<&T::method, Method::mldsa_sig>(kw("mldsa-sig", "ML-DSA Signature"));
}
auto authentication() { return kw("authentication", "Set authentication method"); }

auto authentication_remote() {
  using T = AuthenticationRemote;
  return authentication() >> kw("remote", "Set remote authentication method") >>
         tail(is<&T::method, Method::pre_share>(pre_share<T>()) | signatures<T>() |
              is<&T::method, Method::eap>(
                  kw("eap", "Extensible Authentication Protocol") >>
                  -flag<&T::query_identity>(kw("query-identity", "Query EAP identity from the peer")) >>
                  -(kw("timeout", "Set timeout for EAP exchanges") >> f<&T::timeout>(number(45, 180, "Timeout in seconds")))) |
              is<&T::method, Method::anyconnect_eap>(
                  kw("anyconnect-eap", "AnyConnect EAP") >> kw("aggregate", "Aggregate authentication") >>
                  -flag<&T::cert_request>(kw("cert-request", "Ask for a certificate of the client"))));
}

auto authentication_local() {
  using T = AuthenticationLocal;
  const auto user = kw("username", "EAP user name") >> f<&T::username>(word("User name"));
  const auto password = kw("password", "EAP password") >> f<&T::password>(group<KeyText>(key_text()));
  return authentication() >> kw("local", "Set local authentication method") >>
         tail(is<&T::method, Method::pre_share>(pre_share<T>()) | signatures<T>() |
              is<&T::method, Method::dynamic>(kw("dynamic", "As the peer asks for")) |
              is<&T::method, Method::eap>(kw("eap", "Extensible Authentication Protocol") >>
                                          -(is<&T::eap, EapMethod::gtc>(kw("gtc", "EAP-GTC")) |
                                            is<&T::eap, EapMethod::md5>(kw("md5", "EAP-MD5")) |
                                            is<&T::eap, EapMethod::mschapv2>(kw("mschapv2", "EAP-MSCHAPv2")) |
                                            is<&T::eap, EapMethod::tls>(kw("tls", "EAP-TLS"))) >>
                                          -user >> -password));
}

auto keyring_kw() { return kw("keyring", "Specify keyring to use"); }
auto nat_kw() { return kw("nat", "NAT-transparency"); }
auto config_exchange() { return kw("config-exchange", "Exchange of configuration"); }

/// Why a method has no effect; empty where it has.
std::string_view note_of(Method method) {
  switch (method) {
    case Method::pre_share:
    case Method::rsa_sig:
    case Method::ecdsa_sig:
    case Method::eap:
      return {};
    case Method::mldsa_sig:
      return no_effect::mldsa;
    default:
      return no_effect::eap;
  }
}

bool is_for_eap(const Kept& line) { return line.text.starts_with("aaa authentication eap "); }

auto any_method() {
  return kw("psk", "Pre-Shared Key") | kw("cert", "Certificates") | kw("eap", "EAP") | kw("anyconnect-eap", "AnyConnect EAP");
}
auto authorization() {
  return kw("aaa", "Authentication, Authorization and Accounting.") >> kw("authorization", "Authorization");
}
auto list_and_name(const char* help) {
  return kw("list", "AAA method list") >> name_arg("AAA list name") >>
         ((kw("name-mangler", "Derive the name from the identity") >> name_arg("Name of the name mangler")) | name_arg(help)) >>
         -kw("local", "The name is that of an authorization policy") >> -(kw("password", "AAA password") >> key_arg());
}

Commands aaa_commands() {
  return table(
      kept(kw("aaa", "Authentication, Authorization and Accounting.") >> kw("authentication", "Authentication") >>
               tail((kw("eap", "EAP") | kw("anyconnect-eap", "AnyConnect EAP")) >> name_arg("AAA list name")),
           {.note = no_effect::eap, .effective = is_for_eap}),
      kept(kw("aaa", "Authentication, Authorization and Accounting.") >> kw("accounting", "Accounting") >>
               tail((kw("list", "AAA method list") >> name_arg("AAA list name")) | (any_method() >> name_arg("AAA list name"))),
           {.effective = in_force}),
      kept_many(authorization() >> kw("group", "Group authorization") >>
                    tail(-kw("override", "Group attributes override user attributes") >> -any_method() >>
                         list_and_name("Authorization policy or user name")),
                {.effective = in_force}),
      kept_many(authorization() >> kw("user", "User authorization") >>
                    tail(any_method() >> (kw("cached", "Use cached attributes from EAP") | list_and_name("User name"))),
                {.effective = in_force}));
}

Commands timers() {
  return table(
      once<ProfileLifetime>(kw("lifetime", "Set lifetime for ISAKMP security association") >>
                                tail(f<&ProfileLifetime::seconds>(number(120, 86400, "Lifetime in seconds"))),
                            {.is_default = [](const ProfileLifetime& l) { return l.seconds == 86400; }}),
      kept(kw("lifetime", "Set lifetime for ISAKMP security association") >> kw("certificate", "No longer than the certificate"),
           {.note = no_effect::ike_knob, .negation = Negation::kept_alone}),
      once<ProfileChildless>(own_kw("childless", "Make the first Child SA after IKE_AUTH, with its own key exchange")),
      once<ProfileMobikeDisable>(own_kw("mobike", "Addresses that change (RFC 4555)") >> kw("disable", "Do not announce it")),
      once<Dpd>(kw("dpd", "Enable IKE liveness check for peers") >> tail(dpd_values())),
      once<NatKeepalive>(nat_kw() >> nat_keepalive_value()),
      kept(nat_kw() >> kw("force-encap", "Encapsulate in UDP always"), {.note = no_effect::ike_knob}),
      kept(kw("ivrf", "Inside VRF of the sessions") >> tail(name_arg("Name of the VRF")), {.note = no_effect::vrf}),
      kept(kw("redirect", "Redirect") >> kw("gateway", "As gateway") >> kw("auth", "In IKE_AUTH"), {.note = no_effect::cluster}));
}

Commands rest() {
  return table(
      kept(kw("virtual-template", "Virtual template for the sessions of this profile") >>
               tail(arg(number(1, 4095, "Virtual template interface number")) >>
                    -(kw("mode", "Mode of the interface") >> kw("auto", "As the peer proposes"))),
           {.effective = in_force}),
      kept(kw("initial-contact", "Initial contact processing") >> kw("force", "Also from peers that do not announce it"),
           {.note = no_effect::ike_knob}),
      kept(config_exchange() >> kw("request", "Ask the peer for configuration"),
           {.effective = in_force, .negation = Negation::kept_alone}),
      kept_many(config_exchange() >> kw("set", "Configuration set") >>
                    tail(kw("accept", "Accept what the peer sets") | kw("send", "Set what the peer shall have")),
                {.effective = in_force, .negation = Negation::kept_both}),
      kept(kw("reconnect", "Reconnect of clients") >>
               -(kw("timeout", "How long a session is kept") >> arg(number(600, 86400, "Seconds"))),
           {.note = no_effect::eap}),
      kept(kw("anyconnect", "AnyConnect") >> kw("profile", "Profile of the client") >> tail(name_arg("Name of the profile")),
           {.note = no_effect::eap}),
      kept(kw("dynamic", "Attributes of the profile come from RADIUS"), {.note = no_effect::aaa}),
      kept(kw("shutdown", "Shutdown the IKEv2 profile"), {.note = no_effect::ike_knob}),
      leave("Exit from crypto ikev2 profile sub mode"));
}

Commands matching() {
  using Pki = ProfileTrustpoint;
  return table(
      description(), match_fvrf(),
      many<MatchAddressLocal>(match_kw() >> kw("address", "IP address") >> kw("local", "Local address") >>
                              tail((kw("interface", "Local interface") >> f<&MatchAddressLocal::interface>(interface_name())) |
                                   f<&MatchAddressLocal::address>(ipv4("Local IPv4 address")) |
                                   f<&MatchAddressLocal::address>(ipv6("Local IPv6 address")))),
      kept(match_kw() >> kw("inbound-only", "Match inbound negotiations only"), {.note = no_effect::ike_knob}),
      many<MatchIdentityRemote>(match_identity_remote(), {.already = "% Already found same 'match identity' statement"}),
      many<MatchCertificate>(match_kw() >> kw("certificate", "Peer certificate attributes") >>
                             tail(f<&MatchCertificate::map>(word("Certificate map name")))),
      once<IdentityLocal>(identity_local()),
      many<AuthenticationRemote>(authentication_remote(),
                                 {.note_for = [](const AuthenticationRemote& a) { return note_of(a.method); },
                                  .same = [](const AuthenticationRemote& old, const AuthenticationRemote& given,
                                             bool bare) { return bare || old.method == given.method; }}),
      once<AuthenticationLocal>(authentication_local(),
                                {.note_for = [](const AuthenticationLocal& a) { return note_of(a.method); }}),
      kept(keyring_kw() >> kw("aaa", "Keys from AAA") >>
               tail(name_arg("AAA list name") >>
                    -(kw("name-mangler", "Derive the name from the identity") >> name_arg("Name of the name mangler")) >>
                    -(kw("password", "AAA password") >> key_arg())),
           {.note = no_effect::aaa}),
      once<ProfilePpkKeyring>(keyring_kw() >> kw("ppk", "Keyring of post-quantum preshared keys") >>
                              tail(f<&ProfilePpkKeyring::keyring>(word("Keyring name")))),
      once<ProfileKeyring>(
          keyring_kw() >> tail(usual(kw("local", "Specify local keyring")) >> f<&ProfileKeyring::keyring>(word("Keyring name"))),
          {.already = "% Profile already contains this keyring"}),
      many<Pki>(
          kw("pki", "Specify certificate authorities to use") >> kw("trustpoint", "Specify trustpoint to use") >>
              tail(f<&Pki::trustpoint>(word("Trustpoint name")) >>
                   -(is<&Pki::use, TrustpointUse::sign>(kw("sign", "Use certificates from this trustpoint to sign")) |
                     is<&Pki::use, TrustpointUse::verify>(kw("verify", "Use certificates from this trustpoint to verify")))),
          {.same = [](const Pki& old, const Pki& given, bool bare) { return bare || old.trustpoint == given.trustpoint; }}));
}

}  // namespace

const Mode& ikev2_profile_mode() {
  static const Mode mode("ikev2_profile", "config-ikev2-profile", joined(matching(), timers(), aaa_commands(), rest()));
  return mode;
}

}  // namespace parser
