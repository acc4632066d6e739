#include "parser/modes/common.hpp"

namespace parser {

const Mode& ikev2_policy_mode() {
  static const Mode mode(
      "ikev2_policy", "config-ikev2-policy",
      table(match_fvrf(),
            many<MatchAddressLocal>(match_kw() >> kw("address", "IP address") >> kw("local", "Local address") >>
                                    tail(f<&MatchAddressLocal::address>(ipv4("Local IPv4 address")) |
                                         f<&MatchAddressLocal::address>(ipv6("Local IPv6 address")))),
            many<PolicyProposal>(
                kw("proposal", "Specify a proposal") >> tail(f<&PolicyProposal::proposal>(word("Name of the proposal"))),
                {.already = "% Policy already has same proposal set"}),
            kept(match_kw() >> kw("inbound-only", "Match inbound negotiations only"), {.note = no_effect::ike_knob}),
            kept(match_kw() >> kw("application", "Application that negotiates") >>
                     tail(kw("sdwan", "SD-WAN") | kw("autovpn", "Auto VPN")),
                 {.note = no_effect::other_ios}),
            leave("Exit from IKEv2 policy sub mode")));
  return mode;
}

}  // namespace parser
