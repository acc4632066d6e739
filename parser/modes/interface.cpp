#include "parser/modes/common.hpp"
#include "parser/modes/foreign.hpp"
#include "parser/modes/other.hpp"

namespace parser {
namespace {

auto ip_kw() { return kw("ip", "Interface Internet Protocol config commands"); }
auto ipv6_kw() { return kw("ipv6", "IPv6 interface subcommands"); }
auto crypto_kw() { return kw("crypto", "Encryption/Decryption commands"); }
auto crypto_map_kw() { return crypto_kw() >> kw("map", "Assign a Crypto Map"); }
auto in_or_out() { return kw("in", "inbound packets") | kw("out", "outbound packets"); }
auto rest() { return arg(rest_of_line("Parameters")); }

auto ip_address() {
  using A = InterfaceAddress;
  return ip_kw() >> kw("address", "Set the IP address of an interface") >>
         tail(is<&A::source, AddressSource::dhcp>(kw("dhcp", "IP Address negotiated via DHCP")) |
              is<&A::source, AddressSource::negotiated>(kw("negotiated", "IP Address negotiated over the session")) |
              is<&A::source, AddressSource::typed>(
                  f<&A::network>(Ipv4Network(MaskStyle::required, "IP address", "IP subnet mask", true)) >>
                  -flag<&A::secondary>(kw("secondary", "Make this IP address a secondary address"))));
}

auto ipv6_address() {
  using A = InterfaceIpv6Address;
  const auto alone = Ipv6Alone("IPv6 link-local address");
  return ipv6_kw() >> kw("address", "Configure IPv6 address on interface") >>
         tail((f<&A::network>(ipv6_prefix("IPv6 prefix")) >>
               -(is<&A::kind, Ipv6AddressKind::eui_64>(kw("eui-64", "Use eui-64 interface identifier")) |
                 is<&A::kind, Ipv6AddressKind::anycast>(kw("anycast", "Configure as an anycast")))) |
              (f<&A::network>(alone) >> is<&A::kind, Ipv6AddressKind::link_local>(kw("link-local", "Use link-local address"))));
}

/// Addresses belong to the VRF that the interface was in.
std::string take_addresses(Node& block, const Kept& line, bool taken) {
  const auto take = [&](auto is_address) { return std::erase_if(block.children, is_address) > 0; };
  const bool v4 = take([](const auto& each) { return each->template as<InterfaceAddress>() != nullptr; });
  const bool v6 = take([](const auto& each) { return each->template as<InterfaceIpv6Address>() != nullptr; });
  const std::string name = block.as<Interface>()->name, vrf(line.word(line.words.size() - 1));
  std::string out;
  for (const auto& [had, family] : {std::pair(v4, " IPv4"), std::pair(v6, " IPv6")})
    if (had)
      out += (out.empty() ? "" : "\n") + ("% Interface " + name) + family + " disabled and address(es) removed due to " +
             (taken ? "disabling" : "enabling") + " VRF " + vrf;
  return out;
}

Commands addresses() {
  return table(
      description(),
      once<Device>(own_kw("device", "Linux device behind the interface") >> tail(f<&Device::name>(word("Device name, as eth0")))),
      kept(kw("vrf", "VRF parameters for the interface") >> kw("forwarding", "Configure forwarding table") >>
               tail(name_arg("VRF name")),
           {.note = no_effect::vrf, .affects = take_addresses}),
      kept(ip_kw() >> kw("vrf", "VPN Routing/Forwarding parameters on the interface") >> kw("sitemap", "Configure VRF sitemap") >>
               tail(name_arg("Route-map name")),
           {.note = no_effect::vrf}),
      kept(ip_kw() >> kw("vrf", "VPN Routing/Forwarding parameters on the interface") >>
               kw("forwarding", "Configure forwarding table") >> tail(name_arg("VRF name")),
           {.note = no_effect::vrf, .affects = take_addresses}),
      kept(kw("bandwidth", "Set bandwidth informational parameter") >> tail(rest()), {.note = no_effect::host_link}),
      kept(kw("delay", "Specify interface throughput delay") >> tail(arg(number(1, 16777215, "Delay in tens of microseconds"))),
           {.note = no_effect::host_link}),
      kept(kw("encapsulation", "Set encapsulation type for an interface") >> tail(rest()), {.note = no_effect::host_link}),
      once<Mtu>(kw("mtu", "Set the interface Maximum Transmission Unit (MTU)") >>
                    tail(f<&Mtu::bytes>(number(64, 9216, "MTU size in bytes"))),
                {.no_effect = true,
                 .note = no_effect::host_mtu,
                 .effective_in = is_tunnel_interface,
                 .is_default = [](const Mtu& m) { return m.bytes == 1500; }}),
      many<InterfaceAddress>(
          ip_address(),
          {.no_effect = true,
           .note = no_effect::host_address,
           .effective_in = is_own_interface,
           .absent = "no ip address",
           .same =
               [](const InterfaceAddress& old, const InterfaceAddress& given, bool bare) {
                 return bare || (old.source == given.source && old.network.address == given.network.address) ||
                        (!old.secondary && !given.secondary);
               },
           .before = [](const InterfaceAddress& a, const InterfaceAddress& b) { return !a.secondary && b.secondary; }}),
      kept(ip_kw() >> kw("address", "Set the IP address of an interface") >> kw("dhcp", "IP Address negotiated via DHCP") >>
               (kw("client-id", "Specify client-id to use") | kw("hostname", "Specify value for hostname option")) >> rest(),
           {.note = no_effect::host_address}),
      once<IpUnnumbered>(ip_kw() >> kw("unnumbered", "Enable IP processing without an explicit address") >>
                             tail(f<&IpUnnumbered::interface>(interface_name())),
                         {.no_effect = true, .note = no_effect::host_address, .effective_in = is_own_interface}));
}

Commands ip_commands() {
  return table(
      kept_many(ip_kw() >> kw("access-group", "Specify access control for packets") >>
                    tail(name_arg("Access-list name or number") >> in_or_out()),
                {.note = no_effect::host_filter}),
      kept(ip_kw() >> kw("redirects", "Enable sending ICMP Redirect messages"),
           {.note = no_effect::host_system, .negation = Negation::kept_alone}),
      kept(ip_kw() >> kw("unreachables", "Enable sending ICMP Unreachable messages"),
           {.note = no_effect::host_system, .negation = Negation::kept_alone}),
      kept(ip_kw() >> kw("proxy-arp", "Enable proxy ARP"), {.note = no_effect::host_system, .negation = Negation::kept_alone}),
      once<IpMtu>(
          ip_kw() >> kw("mtu", "Set IP Maximum Transmission Unit") >> tail(f<&IpMtu::bytes>(number(68, 9216, "MTU (bytes)"))),
          {.no_effect = true, .note = no_effect::host_mtu, .effective_in = is_tunnel_interface}),
      kept_many(
          ip_kw() >> kw("nat", "NAT interface commands") >> tail(kw("inside", "Inside interface for address translation") |
                                                                 kw("outside", "Outside interface for address translation") |
                                                                 kw("enable", "Enable translation on this interface")),
          {.note = no_effect::host_nat}),
      kept_many(ip_kw() >> kw("nhrp", "NHRP interface subcommands") >> tail(rest()),
                {.note = no_effect::nhrp, .negation = Negation::kept_where_absent}),
      kept(ip_kw() >> kw("virtual-reassembly", "Virtual Reassembly") >> -kw("in", "inbound packets") >>
               -(kw("max-reassemblies", "Number of datagrams") >> rest()),
           {.note = no_effect::host_system}),
      once<IpAdjustMss>(ip_kw() >> kw("tcp", "TCP interface commands") >> kw("adjust-mss", "Adjust the mss of transit packets") >>
                            tail(f<&IpAdjustMss::bytes>(number(500, 1940, "Maximum segment size in bytes"))),
                        {.no_effect = true, .note = no_effect::host_mtu, .effective_in = is_tunnel_interface}),
      kept_many(ip_kw() >> kw("ospf", "OSPF interface commands") >> tail(rest()),
                {.note = no_effect::host_routing, .negation = Negation::kept_where_absent}),
      kept_many(
          ip_kw() >> kw("pim", "PIM interface commands") >>
              tail(kw("sparse-mode", "Enable PIM sparse-mode operation") | kw("dense-mode", "Enable PIM dense-mode operation") |
                   kw("sparse-dense-mode", "Enable PIM sparse-dense-mode operation") |
                   kw("passive", "Enable PIM passive interface operation") |
                   (kw("dr-priority", "PIM router DR priority") >> arg(number<std::uint64_t>(0, 4294967294, "Priority"))) |
                   (kw("query-interval", "PIM router query interval") >> arg(number(0, 65535, "Seconds")))),
          {.note = no_effect::host_routing}),
      kept_many(ip_kw() >> kw("policy", "Enable policy routing") >> tail(rest()),
                {.note = no_effect::host_routing, .negation = Negation::kept_where_absent}),
      kept_many(ip_kw() >> kw("helper-address", "Specify a destination address for UDP broadcasts") >> tail(rest()),
                {.note = no_effect::host_system}),
      kept_many(ip_kw() >> kw("flow", "NetFlow related commands") >> tail(rest()), {.note = no_effect::other_ios}),
      kept_many(ip_kw() >> kw("igmp", "IGMP interface commands") >> tail(rest()), {.note = no_effect::host_routing}),
      kept_many(ip_kw() >>
                    (kw("bandwidth-percent", "Set EIGRP bandwidth limit") |
                     kw("summary-address", "Perform address summarization") | kw("split-horizon", "Perform split horizon") |
                     kw("hold-time", "Configures hold time") | kw("hello-interval", "Configures hello interval") |
                     kw("next-hop-self", "Configures next-hop-self") | kw("authentication", "authentication subcommands") |
                     kw("rip", "Router Information Protocol") | kw("router", "IP router interface commands")) >>
                    tail(rest()),
                {.note = no_effect::host_routing, .negation = Negation::kept_where_absent}),
      kept_many(ip_kw() >> kw("dhcp", "Configure DHCP parameters for this interface") >>
                    (kw("client", "Configure parameters for DHCP client operation") |
                     kw("relay", "DHCP relay configuration parameters") | kw("server", "Configure interface address pool") |
                     kw("snooping", "DHCP Snooping")) >>
                    -rest(),
                {.note = no_effect::other_ios, .negation = Negation::kept_where_absent}),
      kept_many(ip_kw() >> (kw("inspect", "Apply inspect name") | kw("ips", "Create IPS rule") |
                            kw("load-sharing", "Style of load sharing") | kw("nbar", "Network-Based Application Recognition") |
                            kw("accounting", "Enable IP accounting on this interface") | kw("wccp", "WCCP interface commands") |
                            kw("ddns", "Configure dynamic DNS") | kw("rsvp", "RSVP interface commands")) >>
                    -rest(),
                {.note = no_effect::other_ios, .negation = Negation::kept_where_absent}),
      kept_many(ip_kw() >> (kw("verify", "Enable per packet validation") |
                            kw("directed-broadcast", "Enable forwarding of directed broadcasts") |
                            kw("route-cache", "Enable fast-switching cache for outgoing packets") |
                            kw("mroute-cache", "Enable switching cache for incoming multicast packets") |
                            kw("broadcast-address", "Set the broadcast address of an interface") |
                            (kw("tcp", "TCP interface commands") >>
                             (kw("header-compression", "Enable TCP header compression") |
                              kw("compression-connections", "Maximum number of compressed connections")))) >>
                    -rest(),
                {.note = no_effect::host_system, .negation = Negation::kept_where_absent}));
}

Commands ipv6_commands() {
  return table(
      many<InterfaceIpv6Address>(ipv6_address(), {.no_effect = true,
                                                  .note = no_effect::host_address,
                                                  .effective_in = is_tunnel_interface,
                                                  .same = [](const InterfaceIpv6Address& old, const InterfaceIpv6Address& given,
                                                             bool bare) { return bare || old.network == given.network; }}),
      kept_many(ipv6_kw() >> kw("address", "Configure IPv6 address on interface") >>
                    ((kw("dhcp", "Obtain a ipv6 address using dhcp") >> -kw("rapid-commit", "Enable Rapid-Commit")) |
                     (kw("autoconfig", "Obtain address using autoconfiguration") >> -kw("default", "Insert default route"))),
                {.note = no_effect::host_address}),
      once<Ipv6Enable>(ipv6_kw() >> kw("enable", "Enable IPv6 on interface"),
                       {.no_effect = true, .note = no_effect::host_ipv6, .effective_in = is_tunnel_interface}),
      kept(ipv6_kw() >> kw("unnumbered", "Configure IPv6 interface as unnumbered") >> tail(interface_arg()),
           {.note = no_effect::host_address}),
      once<Ipv6Mtu>(ipv6_kw() >> kw("mtu", "Set IPv6 Maximum Transmission Unit") >>
                        tail(f<&Ipv6Mtu::bytes>(number(1280, 9976, "MTU (bytes)"))),
                    {.no_effect = true, .note = no_effect::host_mtu, .effective_in = is_tunnel_interface}),
      once<Ipv6AdjustMss>(ipv6_kw() >> kw("tcp", "TCP interface commands") >>
                              kw("adjust-mss", "Adjust the mss of transit packets") >>
                              tail(f<&Ipv6AdjustMss::bytes>(number(40, 1940, "Maximum segment size in bytes"))),
                          {.no_effect = true, .note = no_effect::host_mtu, .effective_in = is_tunnel_interface}),
      kept_many(ipv6_kw() >> kw("traffic-filter", "Access control list for packets") >>
                    tail(name_arg("Access-list name") >> in_or_out()),
                {.note = no_effect::host_filter}),
      kept_many(ipv6_kw() >>
                    (kw("nd", "IPv6 interface Neighbor Discovery subcommands") | kw("dhcp", "IPv6 DHCP interface subcommands") |
                     kw("redirects", "Enable sending of ICMP Redirect messages") |
                     kw("unreachables", "Enable sending of ICMP Unreachable messages")) >>
                    -rest(),
                {.note = no_effect::host_ipv6, .negation = Negation::kept_where_absent}),
      kept_many(ipv6_kw() >> (kw("ospf", "OSPF interface commands") | kw("eigrp", "EIGRP interface commands") |
                              kw("nhrp", "NHRP interface subcommands")) >>
                    tail(rest()),
                {.note = no_effect::host_routing}),
      once<Shutdown>(kw("shutdown", "Shutdown the selected interface"),
                     {.no_effect = true, .note = no_effect::host_state, .effective_in = is_tunnel_interface}));
}

Commands link_commands() {
  const auto knob = [](const char* name, const char* help) {
    return kept_many(Words({kw(name, help)}) >> -rest(), {.note = no_effect::host_link, .negation = Negation::kept_where_absent});
  };
  const auto knobs = [](const char* words, const char* helps) { return foreign_line({words, helps}, no_effect::host_link); };
  return table(
      kept(kw("negotiation", "Select autonegotiation mode") >> kw("auto", "Perform link autonegotiation"), {}),
      knob("duplex", "Configure duplex operation."), knob("speed", "Configure speed operation."),
      knob("media-type", "Interface media type"), knob("load-interval", "Specify interval for load calculation for an interface"),
      knob("cdp", "CDP interface subcommands"), knob("lldp", "LLDP interface subcommands"),
      knob("standby", "HSRP interface configuration commands"), knob("vrrp", "VRRP Interface configuration commands"),
      knob("zone-member", "Apply zone name"), knob("mop", "DEC MOP server commands"),
      knob("arp", "Set arp type (arpa, probe, snap) or timeout"), knob("hold-queue", "Set hold queue depth"),
      knob("service-policy", "Configure CPL Service Policy"),
      knob("channel-group", "Add this interface to an Etherchannel group"),
      knob("switchport", "Set switching mode characteristics"), knob("spanning-tree", "Spanning Tree Subsystem"),
      kept_many(kw("logging", "Configure logging for interface") >> kw("event", "Interface events") >> -rest(),
                {.note = no_effect::host_link, .negation = Negation::kept_where_absent}),
      kept_many(
          kw("clock", "Configure serial interface clock") >> kw("rate", "Configure serial interface clock speed") >> -rest(),
          {.note = no_effect::host_link, .negation = Negation::kept_where_absent}),
      knob("snmp", "Modify SNMP interface parameters"), knob("ppp", "Point-to-Point Protocol"),
      knob("pppoe", "pppoe interface subcommands"), knob("dialer", "Dial-on-demand routing (DDR) commands"),
      knob("dialer-group", "Assign interface to dialer-list"), knob("peer", "Peer parameters for point to point interfaces"),
      knob("carrier-delay", "Specify delay for interface transitions"), knob("mac-address", "Manually set interface MAC address"),
      knob("power", "Power configuration"), knob("storm-control", "storm configuration"), knob("udld", "Configure UDLD"),
      knob("flowcontrol", "Configure flow operation."), knob("auto", "Configure Automation"),
      knob("fair-queue", "Enable Fair Queuing on an Interface"),
      knob("random-detect", "Enable Weighted Random Early Detection (WRED) on an Interface"),
      knob("tx-ring-limit", "Configure PA level transmit ring limit"), knob("backup", "Modify backup parameters"),
      knob("isis", "IS-IS commands"), knob("ospfv3", "OSPFv3 interface commands"),
      knob("glbp", "Gateway Load Balancing Protocol interface commands"),
      knob("authentication", "Auth Manager Interface Configuration Commands"),
      knob("autostate", "Enable auto-state determination"), knob("dot1x", "Interface Config Commands for IEEE 802.1X"),
      knob("macsec", "Enable macsec"), knob("mka", "MACsec Key Agreement"), knob("l2protocol-tunnel", "Tunnel Layer2 protocols"),
      knob("if-state", "State of the interface"), knob("mpls", "Configure MPLS interface parameters"),
      knob("vlan-id", "VLAN of the interface"), knob("keepalive", "Enable keepalive"),
      knob("async", "Async interface parameters"), knob("bfd", "BFD interface configuration commands"),
      knob("max-reserved-bandwidth", "Maximum Reservable Bandwidth on an Interface"), knob("nhrp", "NHRP interface subcommands"),
      knob("traffic-shape", "Enable Traffic Shaping on an Interface"),
      knob("custom-queue-list", "Assign a custom queue list to an interface"),
      knob("priority-group", "Assign a priority group to an interface"), knob("x25", "X.25 Level 3"),
      knob("isdn", "ISDN Interface configuration commands"),
      knobs("performance monitor", "Performance commands|Performance monitor"), knob("l2transport", "Layer 2 transport"),
      knobs("cts", "Configure Cisco Trusted Security"), knob("pppoe-client", "pppoe client"),
      knob("qos", "Quality of Service class"), knob("rate-limit", "Rate Limit"),
      knobs("access-session", "Access Session specific Interface Configuration Commands"),
      knobs("mls qos", "mls interface commands|qos command keyword"),
      knobs("ntp disable", "Configure NTP|Disable NTP receive service"),
      knobs("ntp broadcast", "Configure NTP|Configure NTP broadcast service"),
      knobs("ntp multicast", "Configure NTP|Configure NTP multicast service"),
      knobs("frame-relay map", "Set frame relay parameters|Map a protocol address to a DLCI address"),
      knobs("frame-relay lmi-type", "Set frame relay parameters|Use CISCO-ANSI-CCITT type LMI"),
      knobs("frame-relay intf-type", "Set frame relay parameters|Configure a FR DTE/DCE/NNI interface"),
      knobs("device-tracking", "Configure device tracking on the interface"),
      knobs("mac access-group", "MAC interface commands|Apply MAC access-list"),
      knobs("macro description", "Command macro|Macro description"), knobs("macro apply", "Command macro|Apply a macro"),
      knobs("lacp rate", "LACP interface subcommands|Set LACP rate"),
      knobs("lacp port-priority", "LACP interface subcommands|Set LACP priority"),
      knobs("redundancy rii", "RG redundancy interface config|Redundant interface identifier"),
      knobs("redundancy group", "RG redundancy interface config|RG redundancy interface group config"),
      knobs("ethernet oam", "Ethernet interface parameters|Configure ethernet oam commands"),
      knobs("ethernet cfm", "Ethernet interface parameters|Configure CFM"),
      knobs("ethernet uni", "Ethernet interface parameters|Configure UNI"),
      knobs("vpdn group", "Virtual Private Dialup Network|VPDN group"), knobs("nat64", "IPv6-IPv4 translation interface"),
      kept_block(kw("xconnect", "Xconnect commands") >> rest(), {.note = no_effect::host_link, .opens = xconnect_mode}),
      kept_block(kw("frame-relay", "Set frame relay parameters") >>
                     kw("interface-dlci", "Define a DLCI as part of a subinterface") >> rest(),
                 {.note = no_effect::host_link, .opens = frame_relay_dlci_mode}),
      kept_block(kw("pvc", "Configure ATM PVC parameters") >> rest(), {.note = no_effect::host_link, .opens = pvc_mode}),
      kept_block(kw("service", "Configure Ether Service") >> kw("instance", "Service instance") >> rest(),
                 {.note = no_effect::host_link, .opens = service_instance_mode}));
}

Commands crypto_commands() {
  return table(
      kept(crypto_kw() >> kw("ipsec", "Set IPSec parameters") >> kw("df-bit", "Handling of encapsulated DF bit.") >>
               tail(df_bit()),
           {.note = no_effect::ipsec_knob}),
      kept(crypto_kw() >> kw("ipsec", "Set IPSec parameters") >>
               kw("fragmentation", "Handling of fragmentation of near-MTU sized packets") >>
               tail(kw("before-encryption", "Fragment before encryption") | kw("after-encryption", "Fragment after encryption")),
           {.note = no_effect::ipsec_knob}),
      kept_many(crypto_kw() >> kw("ipsec", "Set IPSec parameters") >> kw("client", "Set IPSec client parameters") >> tail(rest()),
                {.note = no_effect::ezvpn}),
      once<InterfaceIpv6CryptoMap>(ipv6_kw() >> crypto_map_kw() >> tail(f<&InterfaceIpv6CryptoMap::map>(word("Crypto Map tag")))),
      once<InterfaceCryptoMap>(
          crypto_map_kw() >>
              tail(f<&InterfaceCryptoMap::map>(word("Crypto Map tag")) >>
                   -(kw("redundancy", "Redundancy") >> f<&InterfaceCryptoMap::redundancy>(word("Name of the group")) >>
                     -flag<&InterfaceCryptoMap::stateful>(kw("stateful", "Stateful failover")))),
          {.note_for = [](const InterfaceCryptoMap& m) { return m.redundancy ? no_effect::other_ios : std::string_view(); }}));
}

}  // namespace

const Mode& interface_mode() {
  static const Mode mode(
      "interface", "config-if",
      joined(addresses(), ip_commands(), ipv6_commands(), link_commands(), crypto_commands(), interface_tunnel()));
  return mode;
}

}  // namespace parser
