#include "parser/modes/interface_tunnel.hpp"

#include "parser/modes/common.hpp"

namespace parser {
namespace {

auto tunnel() { return kw("tunnel", "protocol-over-protocol tunneling"); }
auto protection() {
  return tunnel() >> kw("protection", "Enable tunnel protection") >> kw("ipsec", "Use ipsec to protect this tunnel interface");
}

/// Encapsulations that do not exist here; nobody looks at what follows their word.
const SymbolTable<TunnelKind> without_ipsec = {
    {"aurp", TunnelKind::aurp, "AURP TunnelTalk AppleTalk encapsulation"},
    {"cayman", TunnelKind::cayman, "Cayman TunnelTalk AppleTalk encapsulation"},
    {"dvmrp", TunnelKind::dvmrp, "DVMRP multicast tunnel"},
    {"eon", TunnelKind::eon, "EON compatible CLNS tunnel"},
    {"ethernet", TunnelKind::ethernet, "Ethernet over IP"},
    {"ipip", TunnelKind::ipip, "IP over IP encapsulation"},
    {"iptalk", TunnelKind::iptalk, "Apple IPTalk encapsulation"},
    {"ipv6", TunnelKind::ipv6, "Generic packet tunneling in IPv6"},
    {"ipv6ip", TunnelKind::ipv6ip, "IPv6 over IP encapsulation"},
    {"mpls", TunnelKind::mpls, "MPLS encapsulations"},
    {"nos", TunnelKind::nos, "IP over IP encapsulation (KA9Q/NOS compatible)"},
    {"rbscp", TunnelKind::rbscp, "RBSCP in IP tunnel"},
    {"sdwan", TunnelKind::sdwan, "SD-WAN encapsulation"},
    {"udp", TunnelKind::udp, "UDP encapsulation protocol"},
    {"vxlan", TunnelKind::vxlan, "VXLAN encapsulation"},
    {"vxlan-gpe", TunnelKind::vxlan_gpe, "VXLAN-GPE encapsulation"},
};

Commands ends() {
  return table(
      once<TunnelSource>(tunnel() >> kw("source", "source of tunnel packets") >>
                         tail(flag<&TunnelSource::dynamic>(kw("dynamic", "From the FlexVPN client")) |
                              f<&TunnelSource::address>(ipv4("ip address")) | f<&TunnelSource::address>(ipv6("IPv6 address")) |
                              f<&TunnelSource::interface>(interface_name()))),
      once<TunnelMode>(
          tunnel() >> kw("mode", "tunnel encapsulation method") >>
              tail((kw("ipsec", "IPSec tunnel encapsulation") >>
                    (is<&TunnelMode::kind, TunnelKind::ipsec_ipv4_v6_overlay>(
                         kw("ipv4", "over IPv4") >> kw("v6-overlay", "Packets of the other family inside")) |
                     is<&TunnelMode::kind, TunnelKind::ipsec_ipv4>(kw("ipv4", "over IPv4")) |
                     is<&TunnelMode::kind, TunnelKind::ipsec_ipv6_v4_overlay>(
                         kw("ipv6", "over IPv6") >> kw("v4-overlay", "Packets of the other family inside")) |
                     is<&TunnelMode::kind, TunnelKind::ipsec_ipv6>(kw("ipv6", "over IPv6")) |
                     is<&TunnelMode::kind, TunnelKind::ipsec_dual_overlay>(kw("dual-overlay", "both families inside")))) |
                   (kw("gre", "generic route encapsulation protocol") >>
                    (is<&TunnelMode::kind, TunnelKind::gre>(kw("ip", "over IP")) |
                     is<&TunnelMode::kind, TunnelKind::gre_ipv6>(kw("ipv6", "over IPv6")) |
                     is<&TunnelMode::kind, TunnelKind::gre_multipoint_ipv6>(kw("multipoint", "over IP (multipoint)") >>
                                                                            kw("ipv6", "over IPv6")) |
                     is<&TunnelMode::kind, TunnelKind::gre_multipoint>(kw("multipoint", "over IP (multipoint)")))) |
                   (f<&TunnelMode::kind>(symbols(without_ipsec)) >> -f<&TunnelMode::more>(rest_of_line("Parameters")))),
          {.note_for = [](const TunnelMode& m) { return m.kind < TunnelKind::ipsec_ipv4 ? no_effect::gre : std::string_view(); },
           .is_default = [](const TunnelMode& m) { return m.kind == TunnelKind::gre; }}),
      once<TunnelDestination>(tunnel() >> kw("destination", "destination of tunnel") >>
                              tail(flag<&TunnelDestination::dynamic>(kw("dynamic", "From the FlexVPN client")) |
                                   f<&TunnelDestination::address>(ipv4("ip address")) |
                                   f<&TunnelDestination::address>(ipv6("IPv6 address")) |
                                   f<&TunnelDestination::host>(word("Host name")))));
}

Commands knobs() {
  return table(
      kept(tunnel() >> kw("key", "security or selector key") >> tail(arg(number<std::uint64_t>(0, 4294967295, "key"))),
           {.note = no_effect::gre}),
      kept(tunnel() >> kw("checksum", "enable end to end checksumming of packets"), {.note = no_effect::gre}),
      kept(tunnel() >> kw("ttl", "set time to live") >> tail(arg(number(1, 255, "ttl"))), {.note = no_effect::ipsec_knob}),
      kept(tunnel() >> kw("tos", "set type of service byte") >> tail(arg(number(0, 99, "tos"))), {.note = no_effect::ipsec_knob}),
      kept(tunnel() >> kw("path-mtu-discovery", "Enable Path MTU Discovery on tunnel") >>
               -((kw("age-timer", "Set PMTUD aging timer") >> (kw("infinite", "No aging") | arg(number(10, 30, "Minutes")))) |
                 (kw("min-mtu", "Min pathmtu") >> arg(number(92, 65535, "Bytes")))),
           {.note = no_effect::ipsec_knob}),
      kept(tunnel() >> kw("route-via", "Select subset of routes for tunnel transport") >>
               tail(interface_arg() >>
                    (kw("mandatory", "Drop without such a route") | kw("preferred", "Use others without such a route"))),
           {.note = no_effect::host_routes}),
      kept_many(tunnel() >> kw("bandwidth", "Set tunnel bandwidth") >>
                    tail((kw("receive", "Receive bandwidth") | kw("transmit", "Transmit bandwidth")) >>
                         arg(number(1, 10000000, "Kilobits a second"))),
                {.note = no_effect::host_link}),
      kept(tunnel() >> kw("sequence-datagrams", "drop datagrams arriving out of order"), {.note = no_effect::gre}),
      kept_many(tunnel() >>
                    (kw("endpoint", "Configure tunnel endpoint") | kw("entropy", "Enable entropy") | kw("flow", "Flow options") |
                     kw("mpls", "MPLS options") | kw("raw-mac", "Frames with their MAC header") | kw("rbscp", "RBSCP options") |
                     kw("udlr", "associate tunnel with unidirectional interface")) >>
                    -arg(rest_of_line("Parameters")),
                {.note = no_effect::gre}),
      once<TunnelVrf>(tunnel() >> kw("vrf", "set tunnel vrf membership") >> tail(f<&TunnelVrf::name>(word("VRF name"))),
                      {.no_effect = true, .note = no_effect::vrf}));
}

Commands protections() {
  return table(
      many<TunnelPolicy>(
          protection() >> kw("policy", "Selectors of the tunnel") >>
              tail((kw("ipv4", "IPv4 access list") | flag<&TunnelPolicy::ipv6>(kw("ipv6", "IPv6 access list"))) >>
                   f<&TunnelPolicy::acl>(word("Access-list name or number"))),
          {.same = [](const TunnelPolicy& old, const TunnelPolicy& given, bool bare) { return bare || old.ipv6 == given.ipv6; }}),
      once<TunnelProtection>(
          protection() >>
              tail(kw("profile", "Configure ipsec profile for this tunnel interface") >>
                   f<&TunnelProtection::profile>(word("Profile name")) >>
                   -(flag<&TunnelProtection::shared>(kw("shared", "Use a shared tunnel protection policy")) |
                     (kw("ikev2-profile", "IKEv2 profile") >> f<&TunnelProtection::ikev2_profile>(word("Profile name"))) |
                     (kw("isakmp-profile", "ISAKMP profile") >> f<&TunnelProtection::isakmp_profile>(word("Profile name"))))),
          {.note_for = [](const TunnelProtection& p) { return p.isakmp_profile ? no_effect::isakmp : std::string_view(); }}),
      kept(tunnel() >> kw("protection", "Enable tunnel protection") >> kw("dike", "Distributed IKE") >>
               tail(arg(rest_of_line("Parameters"))),
           {.note = no_effect::other_ios}));
}

}  // namespace

bool is_virtual_template(const Node& block) {
  const auto* interface = block.as<Interface>();
  return interface && interface->kind == InterfaceKind::type_tunnel && interface->name.starts_with("Virtual-Template");
}

bool is_tunnel_interface(const Node& block) {
  const auto* interface = block.as<Interface>();
  return interface && (interface->name.starts_with("Tunnel") || is_virtual_template(block));
}

bool is_own_loopback(const Node& block) {
  const auto* interface = block.as<Interface>();
  return interface && interface->name.starts_with("Loopback") && !block.find<Device>();
}

Commands interface_tunnel() {
  return joined(ends(), knobs(), protections(), table(leave("Exit from interface configuration mode")));
}

}  // namespace parser
