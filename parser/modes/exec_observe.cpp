// EXEC commands that only look: counters, what the host tells, and why something does not work.
#include "parser/modes/exec.hpp"

namespace parser {
namespace {

auto show_crypto() { return show() >> kw("crypto", "Encryption module"); }
auto show_ikev2() { return show_crypto() >> kw("ikev2", "Show IKEv2 parameters"); }

template <auto M>
auto any_address(const char* help) {
  return f<M>(ipv4(help)) | f<M>(ipv6(help));
}

auto ikev2_counters() {
  using T = ShowIkev2Counters;
  return show_ikev2() >> ((kw("stats", "Shows IKEv2 sa stats") >>
                           (is<&T::what, Ikev2Counters::exchange>(kw("exchange", "Exchange and notify statistics")) |
                            is<&T::what, Ikev2Counters::timeout>(kw("timeout", "Timers that ran out")) |
                            is<&T::what, Ikev2Counters::reconnect>(kw("reconnect", "Reconnections of clients")) |
                            is<&T::what, Ikev2Counters::stats>(x3::eps))) |
                          is<&T::what, Ikev2Counters::count>(kw("count", "Shows number of IKEv2 SAs")));
}

auto crypto_engine() {
  using T = ShowCryptoEngine;
  using E = CryptoEngineTable;
  return show_crypto() >> kw("engine", "Show crypto engine info") >>
             ((kw("connections", "Show crypto engine connections") >> kw("active", "Show active crypto engine connections")) |
              is<&T::table, E::configuration>(kw("configuration", "Show crypto engine configuration")) |
              is<&T::table, E::configuration>(kw("brief", "Show all crypto engines in the system"))) |
         is<&T::table, E::eli>(show_crypto() >> kw("eli", "Encryption Layer Interface"));
}

auto host_table() {
  using T = ShowHost;
  using H = HostTable;
  return show() >>
         (is<&T::table, H::inventory>(kw("inventory", "Show the physical inventory")) |
          is<&T::table, H::users>(kw("users", "Display information about terminal lines")) |
          is<&T::table, H::processes>(kw("processes", "Active process statistics") >> kw("cpu", "Show CPU use per process")) |
          is<&T::table, H::memory>(kw("memory", "Memory statistics") >> usual(kw("statistics", "Memory pool statistics"))) |
          is<&T::table, H::hosts>(kw("hosts", "IP domain-name, lookup style, nameservers, and host table")) |
          is<&T::table, H::vrfs>(kw("vrf", "VPN Routing/Forwarding instance information")) |
          is<&T::table, H::lldp>(kw("lldp", "LLDP information")) | is<&T::table, H::cdp>(kw("cdp", "CDP information")) |
          is<&T::table, H::neighbours>(kw("arp", "ARP table")) |
          is<&T::table, H::neighbours>(kw("ip", "IP information") >> kw("arp", "IP ARP table")) |
          is<&T::table, H::ip_interfaces>(kw("ip", "IP information") >>
                                          kw("interface", "IP interface status and configuration")) |
          (is<&T::table, H::routes>(kw("ip", "IP information") >> kw("route", "IP routing table")) >>
           -f<&T::destination>(ipv4("Network to display information about"))));
}

auto local_pool() {
  using T = ShowLocalPool;
  return show() >> (kw("ip", "IP information") | flag<&T::ipv6>(kw("ipv6", "IPv6 information"))) >>
         kw("local", "Local options") >> kw("pool", "Address pools, and who has their addresses") >>
         -f<&T::name>(word("Name of the pool"));
}

auto selector_protocol() {
  using T = TestSelector;
  return is<&T::protocol, 1U>(kw("icmp", "Internet Control Message Protocol")) |
         is<&T::protocol, 6U>(kw("tcp", "Transmission Control Protocol")) |
         is<&T::protocol, 17U>(kw("udp", "User Datagram Protocol")) | f<&T::protocol>(number(0, 255, "An IP protocol number"));
}

}  // namespace

Commands observing_commands() {
  return table(
      shows<ShowIkev2Counters>(ikev2_counters()), shows<ShowCryptoEngine>(crypto_engine()),
      shows<ShowAdmission>(show_crypto() >> kw("call", "Show crypto call admission info") >>
                           kw("admission", "Show crypto call admission info") >>
                           kw("statistics", "Show crypto call admission stats")),
      shows<ShowHost>(host_table()), shows<ShowLocalPool>(local_pool()),
      shows<ShowFlexvpn>(show_ikev2() >> kw("client", "Shows IKEv2 clients") >>
                         kw("flexvpn", "FlexVPN clients, and whether they are connected") >>
                         -f<&ShowFlexvpn::name>(word("Name of the client"))),
      shows<ShowSaHistory>(show_ikev2() >> kw("sa", "Shows IKEv2 SAs") >> kw("history", "What became of SAs, the latest first") >>
                           -(kw("remote", "Of one peer") >> any_address<&ShowSaHistory::remote>("Peer address"))),
      shows<ShowLadder>(show_ikev2() >> own_kw("ladder", "The last exchanges of a peer as a diagram") >>
                        -any_order(flag<&ShowLadder::utf8>(kw("utf8", "Draw with line characters")),
                                   kw("peer", "Of one peer") >> any_address<&ShowLadder::peer>("Peer address"))),
      shows<ShowStatus>(show_crypto() >> own_kw("status", "Whether the tunnels are up, and why not") >>
                        -flag<&ShowStatus::all>(kw("all", "Every tunnel"))),
      shows<ShowPacketDrop>(show_crypto() >> own_kw("packet-drop", "Why packets were dropped") >>
                            -(kw("peer", "Of one peer") >> any_address<&ShowPacketDrop::peer>("Peer address"))),
      shows<TestSelector>(kw("test", "Test subsystems") >> kw("crypto", "Encryption module") >>
                          kw("selector", "Which map entry and SA a packet would take") >>
                          any_address<&TestSelector::source>("Source address") >>
                          any_address<&TestSelector::destination>("Destination address") >>
                          -(selector_protocol() >> -f<&TestSelector::port>(number(0, 65535, "Destination port")))));
}

}  // namespace parser
