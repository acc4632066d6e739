// Global configuration: what begins with `crypto ikev2`.
#include "parser/modes/built_in.hpp"
#include "parser/modes/ipsec_user.hpp"

namespace parser {
namespace {

const char proposal_advice[] =
    "IKEv2 proposal MUST either have a set of an encryption algorithm other than aes-gcm, an integrity algorithm and a DH "
    "group configured or \n encryption algorithm aes-gcm, a prf algorithm and a DH group configured";
const char policy_advice[] = "IKEv2 policy MUST have atleast one complete proposal attached";
const char profile_advice[] =
    "IKEv2 profile MUST have:\n   1. A local and a remote authentication method.\n   2. A match identity or a match "
    "certificate or match any statement.";

std::string advise_proposal(const Node&, const Node& block, bool) { return proposal_complete(block) ? "" : proposal_advice; }

std::string advise_policy(const Node& root, const Node& block, bool) {
  bool complete = false, names_one = false;
  const auto take = [&](const std::string& wanted) {
    names_one = true;
    bool defined = false;
    root.each<Ikev2Proposal>([&](const Ikev2Proposal& proposal, const Node& lines) {
      if (proposal.name != wanted) return;
      defined = true;
      complete = complete || proposal_complete(lines);
    });
    complete = complete || (!defined && wanted == "default" && !switched_off<Ikev2Proposal>(root));
  };
  block.each<PolicyProposal>([&](const PolicyProposal& line, const Node&) { take(line.proposal); });
  if (!names_one && block.as<Ikev2Policy>()->name == "default") take("default");
  return complete ? "" : policy_advice;
}

std::string advise_profile(const Node&, const Node& block, bool) {
  const bool matches = block.find<MatchIdentityRemote>() || block.find<MatchCertificate>();
  return block.find<AuthenticationLocal>() && block.find<AuthenticationRemote>() && matches ? "" : profile_advice;
}

/// Why a keyring stays: the profile that uses it.
std::string keep_keyring(const Node& root, const Ikev2Keyring& keyring) {
  std::string why;
  root.each<Ikev2Profile>([&](const Ikev2Profile& profile, const Node& block) {
    const auto* used = block.find<ProfileKeyring>();
    if (used && used->keyring == keyring.name) why = "% Keyring is in use by IKEv2 profile " + profile.name;
  });
  return why;
}

std::string keep_profile(const Node& root, const Ikev2Profile& profile) {
  const std::string user =
      ipsec_user<SetIkev2Profile>(root, [&](const SetIkev2Profile& line) { return line.profile == profile.name; });
  return user.empty() ? "" : "% Profile is in use by " + user;
}

auto proposal() { return ikev2() >> kw("proposal", "Define IKEv2 proposals"); }
auto policy() { return ikev2() >> kw("policy", "Define IKEv2 policies"); }
auto limit() { return ikev2() >> kw("limit", "Limit number of maximum and incoming negotiating IKEv2 SAs"); }
auto http_url() { return ikev2() >> kw("http-url", "Enable http URL lookup"); }
auto redirect() { return ikev2() >> kw("redirect", "Redirect"); }

auto authorization_policy() {
  return ikev2() >> kw("authorization", "IKEv2 authorization") >> kw("policy", "Define IKEv2 authorization policy");
}

/// `default crypto ikev2 authorization policy`
struct RestoreAuthorizationPolicy {
  friend bool operator==(const RestoreAuthorizationPolicy&, const RestoreAuthorizationPolicy&) = default;
};
Answer restore_authorization_policy(Editor& editor, const RestoreAuthorizationPolicy&, Form form) {
  if (form == Form::no) return {true, "% Incomplete command."};
  std::erase_if(editor.edit({}).children, [](const auto& line) {
    const Kept* kept = line->template as<Kept>();
    return kept && kept->text == "crypto ikev2 authorization policy default";
  });
  return {};
}

Commands objects() {
  return table(
      acting<RestoreAuthorizationPolicy>(authorization_policy(), {.set_form = false, .act = restore_authorization_policy}),
      kept_block(ikev2() >> kw("name-mangler", "Name mangler") >> name_arg("Name of the name mangler"),
                 {.opens = ikev2_name_mangler_mode, .effective = in_force}),
      kept_block(authorization_policy() >> name_arg("Name of the authorization policy"),
                 {.opens = ikev2_authorization_policy_mode, .effective = in_force}),
      kept(redirect() >> kw("client", "As client") >>
               -(kw("max-redirects", "Number of redirects") >> arg(number(1, 255, "Number"))),
           {.note = no_effect::cluster}),
      kept(redirect() >> kw("gateway", "As gateway") >> tail(kw("init", "In IKE_SA_INIT") | kw("auth", "In IKE_AUTH")),
           {.note = no_effect::cluster}),
      built_in<Ikev2Proposal>(proposal()), built_in<Ikev2Policy>(policy()),
      block<Ikev2Proposal>(proposal() >> f<&Ikev2Proposal::name>(word("Name of IKEv2 proposal")) >> pad,
                           {.opens = ikev2_proposal_mode, .advice = advise_proposal, .keeps_no = is_built_in<Ikev2Proposal>}),
      block<Ikev2Policy>(policy() >> f<&Ikev2Policy::name>(word("Name of IKEv2 policy")) >> pad,
                         {.opens = ikev2_policy_mode, .advice = advise_policy, .keeps_no = is_built_in<Ikev2Policy>}),
      block<Ikev2Keyring>(
          ikev2() >> kw("keyring", "Define IKEv2 Keyring") >> f<&Ikev2Keyring::name>(word("Name of IKEv2 Keyring")),
          {.opens = ikev2_keyring_mode, .keeps = keep_keyring}),
      block<Ikev2Profile>(
          ikev2() >> kw("profile", "Define IKEv2 Profiles") >> f<&Ikev2Profile::name>(word("Name of IKEv2 Profile")),
          {.opens = ikev2_profile_mode, .advice = advise_profile, .keeps = keep_profile}));
}

Commands one_liners() {
  return table(
      once<NatKeepalive>(ikev2() >> kw("nat", "NAT-transparency") >> nat_keepalive_value()),
      once<Dpd>(ikev2() >> kw("dpd", "Enable IKE liveness check for peers") >> tail(dpd_values())),
      once<Ikev2Fragmentation>(
          ikev2() >> kw("fragmentation", "Enable fragmentation of IKEv2 packets") >>
          -(kw("mtu", "MTU size of fragments") >> f<&Ikev2Fragmentation::mtu>(number(68, 1500, "MTU in bytes")))),
      once<CookieChallenge>(
          ikev2() >> kw("cookie-challenge", "Set Cookie-challenge watermark") >>
          tail(f<&CookieChallenge::threshold>(number(0, 1000, "Maximum number of half-open connections allowed")))),
      kept(http_url() >> kw("cert", "Certificates by URL"), {.note = no_effect::http_url, .negation = Negation::kept_alone}),
      kept(http_url() >> kw("bundle", "Bundles by URL"), {.note = no_effect::http_url}),
      once<Ikev2Window>(
          ikev2() >> kw("window", "Number of requests under way") >> tail(f<&Ikev2Window::size>(number(1, 200, "Window size"))),
          {.is_default = [](const Ikev2Window& w) { return w.size == 5u; }}),
      once<Ikev2MaxSa>(limit() >> kw("max-sa", "Limit number of IKEv2 SAs") >>
                       tail(f<&Ikev2MaxSa::count>(number(1, 9999, "Number of SAs")))),
      many<Ikev2MaxInNegotiation>(
          limit() >> (kw("max-in-negotation-sa", "Limit number of IKEv2 SAs in negotiation") |
                      alias("max-in-negotiation-sa", "max-in-negotation-sa")) >>
              tail(f<&Ikev2MaxInNegotiation::count>(number(1, 9999, "Number of SAs")) >>
                   -(is<&Ikev2MaxInNegotiation::side, NegotiationSide::incoming>(kw("incoming", "Of those that peers begin")) |
                     is<&Ikev2MaxInNegotiation::side, NegotiationSide::outgoing>(kw("outgoing", "Of those that begin here")))),
          {.same = [](const Ikev2MaxInNegotiation& old, const Ikev2MaxInNegotiation& given,
                      bool bare) { return bare || old.side == given.side; }}),
      kept(limit() >> kw("queue", "Limit of a queue") >> kw("sa-init", "Requests that wait") >>
               tail(arg(number(100, 100000, "Number of requests"))),
           {.note = no_effect::ike_knob}),
      kept(ikev2() >> kw("certificate-cache", "Cache of certificates by URL") >>
               tail(arg(number(1, 2000, "Number of certificates"))),
           {.note = no_effect::http_url}),
      kept(
          ikev2() >> kw("diagnose", "IKEV2 diagnose") >> kw("error", "IKEV2 error") >> -arg(number(1, 1000, "Number of entries")),
          {.note = no_effect::ike_knob, .negation = Negation::kept_both, .no_bare = true}),
      kept(ikev2() >> kw("disconnect-revoked-peers", "Disconnect peers whose certificate is revoked"),
           {.note = no_effect::ike_knob}),
      kept(ikev2() >> kw("cts", "TrustSec") >> kw("sgt", "Security group tags"), {.note = no_effect::other_ios}),
      kept_many(ikev2() >> kw("reconnect", "Reconnect of clients") >> kw("key", "Key for the state of clients") >>
                    tail(selector(number(1, 2, "Index")) >> -kw("active", "The key in use") >> key_arg()),
                {.note = no_effect::eap}),
      kept_block(ikev2() >> kw("client", "IKEv2 client") >> kw("flexvpn", "FlexVPN client") >> name_arg("Name of the client"),
                 {.opens = ikev2_client_mode, .effective = in_force}),
      kept_block(ikev2() >> kw("cluster", "Load balancing"), {.note = no_effect::cluster, .opens = ikev2_cluster_mode}),
      kept_block(crypto() >> kw("skip-client", "Client of a SKIP server") >> name_arg("Name of the client"),
                 {.note = no_effect::ppk, .opens = skip_client_mode}));
}

}  // namespace

Commands global_ikev2() { return joined(objects(), one_liners()); }

}  // namespace parser
