// Counters, what the host tells, and what becomes of packets, each in its layout.
#include <gtest/gtest.h>

#include "cli/show_host.hpp"
#include "cli/show_packets.hpp"
#include "cli/show_stats.hpp"
#include "facts.hpp"
#include "golden.hpp"

using namespace std::chrono_literals;

namespace {

cli::ShowFacts counted_gateway() {
  cli::ShowFacts facts = busy_gateway();
  facts.ike.exchanges = {{34, {3, 1, 4, 2}}, {35, {2, 1, 1, 2}}, {37, {12, 9, 9, 12}}};
  facts.ike.notifies = {{14, {0, 1, 0, 0}}, {16384, {2, 0, 1, 0}}, {16388, {3, 1, 1, 2}}, {40999, {0, 0, 1, 0}}};
  facts.ike.liveness = {10, 0, 8, 0};
  facts.ike.accepted_incoming = facts.ike.created_incoming = 3;
  facts.ike.rejected_incoming = facts.ike.failed_incoming = 1;
  facts.ike.accepted_outgoing = facts.ike.created_outgoing = 3;
  facts.ike.deleted = 3;
  facts.ike.no_nat = 3;
  facts.ike.nat = 1;
  facts.ike.child_requests = {2, 3, 1, 0};
  facts.view.dropped[static_cast<std::size_t>(engine::Cause::rate_limited)] = 2;
  facts.view.dropped[static_cast<std::size_t>(engine::Cause::unknown_spi)] = 5;
  return facts;
}

}  // namespace

TEST(ShowStats, EachInItsLayout) {
  expect_golden("show-crypto-ikev2-stats", cli::show_ikev2_stats(cli::ikev2_stats(counted_gateway())));
  expect_golden("show-crypto-ikev2-count", cli::show_ikev2_count(cli::ikev2_stats(counted_gateway())));
  expect_golden("show-crypto-call-admission-statistics", cli::show_admission_stats(cli::admission_stats(counted_gateway())));
  expect_golden("show-crypto-ikev2-stats-exchange", cli::show_exchange_stats(cli::exchange_stats(counted_gateway())));
  expect_golden("show-crypto-engine-connections-active",
                cli::show_engine_connections(cli::engine_connections(counted_gateway())));
}

TEST(ShowAdmission, InAFloodWhatIsRejectedAddsUp) {
  constexpr auto limit = static_cast<std::size_t>(engine::Cause::rate_limited);
  cli::ShowFacts facts;
  facts.ike.accepted_incoming = 2101;
  facts.ike.rejected_outgoing = 1;
  facts.view.dropped[limit] = 104304;
  facts.ike.failures[limit] = 5;
  facts.ike.limited_outgoing = 2;
  facts.view.untold[limit] = 10;
  const auto stats = cli::admission_stats(facts);
  EXPECT_EQ(stats.incoming_rejected, 104304U + 5 - 2 + 10);
  EXPECT_EQ(stats.outgoing_rejected, 1U + 2);
  EXPECT_NE(cli::show_admission_stats(stats).find("Rejected IKE Requests:" + std::string("   104320") + " rsrc low:"),
            std::string::npos)
      << cli::show_admission_stats(stats);
}

TEST(ShowIpsecSa, CountersCountFromWhenTheyWereCleared) {
  cli::ShowFacts facts = busy_gateway();
  facts.counters[engine::ChildSaId{1}] = {.encaps = 10, .encaps_bytes = 1000, .decaps = 7};
  facts.cleared[engine::ChildSaId{1}] = {.encaps = 4, .encaps_bytes = 400, .decaps = 9};
  const kernel::ChildCounters shown = cli::counted(facts, engine::ChildSaId{1});
  EXPECT_EQ(shown.encaps, 6U);
  EXPECT_EQ(shown.encaps_bytes, 600U);
  EXPECT_EQ(shown.decaps, 0U) << "never below";
}

TEST(ShowIkev2Stats, TimersThatRanOutAreTheRecordersCounts) {
  cli::ShowFacts facts;
  facts.ike.unanswered = 2;
  facts.ike.dead_peers = 1;
  EXPECT_EQ(cli::show_timeouts(cli::ikev2_stats(facts)),
            "-----------------------------------------\nIKEV2 TIMER                     TIMED OUT\n"
            "-----------------------------------------\nEXT SERVICE TIMER                       0\n"
            "AUTH TIMER                              0\nPACKET MAXIMUM RETRANS TIMER            2\n"
            "DPD MAX RETRANS TIMER                   1\n");
}

TEST(ShowHost, EachInItsLayout) {
  expect_golden("show-inventory", cli::show_inventory(cli::inventory({"R1", "6.1.0", "x86_64", 2028465, 3, 1s})));
  expect_golden("show-users", cli::show_users({{{"con0", "admin", 760s, false}, {"con0", "operator", 0s, true}}}));
  kernel::HostUsage before, now;
  before.busy_ticks = 1000, before.total_ticks = 10000;
  now.busy_ticks = 1030, now.interrupt_ticks = 10, now.total_ticks = 11000;
  now.processors = 2, now.load_1_minute = 40, now.load_5_minutes = 500;
  now.threads = {{1, "sallyportd", 812, 9031}, {2, "worker", 7, 0}};
  expect_golden("show-processes-cpu", cli::show_processes_cpu(cli::processes({now, 1010s}, {before, 1000s})));
  expect_golden("show-memory-statistics", cli::show_memory({2077148888, 1808713432, 20000000, 30000000}));
}

TEST(ShowHost, RoutesOfTheHostUnderIosNames) {
  const auto host = kernel::parse_routes(
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
      "wan\t00000000\t1E7100CB\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "wan\t007100CB\t00000000\t0001\t0\t0\t0\tE0FFFFFF\t0\t0\t0\n"
      "lan\t000200C0\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0\n"
      "Tunnel0\t800200C0\t00000000\t0001\t0\t0\t0\t80FFFFFF\t0\t0\t0\n"
      "nonsense\n");
  cli::InterfaceRow wan{"GigabitEthernet1", "wan", "203.0.113.1", "manual", "up", true, 27},
      lan{"GigabitEthernet2", "lan", "192.0.2.1", "manual", "up", true, 25};
  expect_golden("show-ip-route", cli::show_ip_route(cli::routes(host, {wan, lan})));
  EXPECT_NE(cli::show_ip_route({}).find("Gateway of last resort is not set\n"), std::string::npos);
}

TEST(SelectorTest, SaysWhichLineAndSaAPacketTakes) {
  const auto facts = busy_gateway();
  const auto show = [&](const char* from, const char* to, std::uint32_t protocol = 0, std::uint32_t port = 0) {
    return cli::show_selector_test(cli::test_selector(facts, {address(from), address(to), protocol, port}));
  };
  expect_golden("test-crypto-selector", show("192.168.1.1", "10.0.0.1") + show("192.168.1.1", "10.9.9.9", 6, 443) +
                                            show("192.168.1.1", "10.9.9.9", 6, 80) + show("10.0.0.1", "192.168.1.1") +
                                            show("2001:db8:a::1", "2001:db8:b::1"));
  EXPECT_EQ(cli::show_selector_test(cli::test_selector({}, {address("192.0.2.1"), address("192.0.2.2")})),
            "Packet 192.0.2.1/32 -> 192.0.2.2/32\n  No interface has a crypto map: the packet leaves in clear.\n");
}

TEST(PacketDrop, SentencesForEveryReason) {
  auto facts = busy_gateway();
  facts.unknown_spi = 9;
  auto& counters = facts.counters[{1}];
  counters.below_window = counters.integrity_failed = counters.invalid_selector = 2;
  counters.send_errors = 5;
  counters.congestion = 4;
  counters.too_big = 3;
  counters.path_mtu = 1300;
  facts.clear_dropped["GigabitEthernet0/0"] = 20;
  facts.counters[{2}].encaps = 5;
  expect_golden("show-crypto-packet-drop",
                cli::show_packet_drops(cli::packet_drops(facts, {{{"XfrmInNoPols", 3}, {"XfrmNew", 1}}, {"eth0"}}, {})));
  const std::string one = cli::show_packet_drops(cli::packet_drops(facts, {}, {address("198.51.100.77")}));
  EXPECT_EQ(one.find("203.0.113.20"), std::string::npos);
  EXPECT_NE(one.find("one-way"), std::string::npos);
  EXPECT_EQ(cli::show_packet_drops(cli::packet_drops({}, {}, {})), "No packet was dropped, and nothing known would drop one.\n");
}

TEST(SelectorTest, SaysWhatThePeerLeavesOut) {
  cli::ShowFacts facts = busy_gateway();
  auto& child = facts.view.ike_sas.at(0).children.at(0);
  const engine::PolicyLineId id = child.line;
  child.selectors.remote = engine::TrafficSelector::of(engine::Prefix::host(child.selectors.remote.first));
  for (auto& ike : facts.view.ike_sas)
    std::erase_if(ike.children, [&](const auto& other) { return other.line == id && other.id != child.id; });
  engine::SelectorPair line;
  for (const auto& each : facts.view.lines)
    if (each.id == id) line = each.selectors;
  parser::TestSelector packet;
  packet.source = line.local.first;
  packet.destination = line.remote.last;
  const std::string text = cli::show_selector_test(cli::test_selector(facts, packet));
  EXPECT_NE(text.find(" of that line only: the packet is held back"), std::string::npos) << text;
  const std::string drops = cli::show_packet_drops(cli::packet_drops(facts, {}, {}));
  EXPECT_NE(drops.find(", narrowed:\n  the peer takes " + child.selectors.to_string()), std::string::npos) << drops;
}

TEST(SelectorTest, TwoFamiliesAreNoPacket) {
  parser::TestSelector packet;
  packet.source = address("192.168.1.1");
  packet.destination = address("2001:db8::1");
  EXPECT_EQ(cli::show_selector_test(cli::test_selector(busy_gateway(), packet)),
            "% There is no such packet: source and destination are of two families\n");
}

TEST(PacketDrop, PointsToDiagnoseWhereThatKnowsSomething) {
  cli::ShowFacts facts = idle_gateway();
  facts.view.diagnoses.clear();
  facts.view.attempts.clear();
  EXPECT_NE(cli::show_packet_drops(cli::packet_drops(facts, {}, {})).find("nothing was negotiated for it lately"),
            std::string::npos);
  facts.view.attempts.emplace_back();
  facts.view.attempts.back().peer = facts.view.lines.at(0).peer;
  EXPECT_NE(cli::show_packet_drops(cli::packet_drops(facts, {}, {})).find("'show crypto ikev2 diagnose' says"),
            std::string::npos);
}

TEST(ShowIpsecSa, CountTellsARekeyFromASecondSa) {
  engine::View view = busy_gateway().view;
  const auto rekeying = [&] {
    const std::string text = cli::show_ipsec_sa_count(view);
    return text.substr(text.find("rekeying"), 11);
  };
  view.ike_sas.resize(1);
  view.ike_sas[0].children.resize(1);
  view.ike_sas.push_back(view.ike_sas[0]);
  EXPECT_EQ(rekeying(), "rekeying: 0") << "two IKE SAs, one each";
  auto& children = view.ike_sas[0].children;
  children.push_back(children[0]);
  children[1].selectors.remote = engine::TrafficSelector::of(engine::Prefix::host(children[0].selectors.remote.first));
  EXPECT_EQ(rekeying(), "rekeying: 0") << "narrowed twice";
  children[1].selectors = children[0].selectors;
  EXPECT_EQ(rekeying(), "rekeying: 1");
}

/// The line names where the peer is configured to be.
TEST(ShowCryptoSession, APeerThatMovedKeepsItsFlows) {
  cli::ShowFacts facts = busy_gateway();
  facts.view.ike_sas.resize(1);
  facts.view.ike_sas[0].remote = {address("203.0.113.77"), 4500};
  std::erase_if(facts.view.lines, [&](const auto& line) { return line.id != facts.view.ike_sas[0].children.at(0).line; });
  const std::string text = cli::show_crypto_session(facts, {}, {});
  EXPECT_EQ(text.find("DOWN"), std::string::npos) << text;
  EXPECT_NE(text.find("Peer: 203.0.113.77 port 4500"), std::string::npos) << text;
  EXPECT_NE(text.find("IPSEC FLOW"), std::string::npos) << text;
  EXPECT_NE(cli::show_ipsec_sa(facts, {}).find("current_peer 203.0.113.77 port 4500"), std::string::npos);
  parser::ShowCryptoSession asked;
  for (const char* peer : {"203.0.113.77", "203.0.113.20"}) {
    asked.remote = address(peer);
    EXPECT_NE(cli::show_crypto_session(facts, {}, asked).find("UP-ACTIVE"), std::string::npos) << peer;
  }
  facts.view.ike_sas[0].remote.ip = address("2001:db8:ffff::20");
  asked = {};
  asked.brief = true;
  const std::string brief = cli::show_crypto_session(facts, {}, asked);
  EXPECT_NE(brief.find("2001:DB8:FFFF::20 Gi"), std::string::npos) << brief;
}

TEST(ShowHost, ARouteByAddress) {
  cli::Routes routes;
  routes.routes = {
      {cli::RouteKind::fixed, engine::Prefix::of(address("0.0.0.0"), 0), address("203.0.113.30"), "GigabitEthernet1", 5},
      {cli::RouteKind::fixed, engine::Prefix::of(address("192.0.2.128"), 25), {}, "Tunnel0", 0}};
  EXPECT_EQ(
      cli::show_route_to(routes, address("192.0.2.129")),
      "Routing entry for 192.0.2.128/25\n  Known via \"static\", distance 1, metric 0 (connected)\n"
      "  Routing Descriptor Blocks:\n  * directly connected, via Tunnel0\n      Route metric is 0, traffic share count is 1\n");
  EXPECT_NE(cli::show_route_to(routes, address("192.0.2.1")).find("  * 203.0.113.30\n"), std::string::npos);
  EXPECT_EQ(cli::show_route_to({}, address("192.0.2.1")), "% Network not in table\n");
}

TEST(ShowHost, NeighboursAndInterfacesAndHosts) {
  const auto host = kernel::parse_neighbours(
      "IP address       HW type     Flags       HW address            Mask     Device\n"
      "203.0.113.30     0x1         0x2         02:00:5e:00:53:fe     *        wan\n"
      "203.0.113.31     0x1         0x0         00:00:00:00:00:00     *        wan\nnonsense\n");
  const cli::InterfaceRow wan{"GigabitEthernet1", "wan", "203.0.113.1", "manual", "up", true, 27};
  EXPECT_EQ(cli::show_arp(cli::neighbours(host, {wan})),
            "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n"
            "Internet  203.0.113.30             0   0200.5e00.53fe  ARPA   GigabitEthernet1\n");
  const std::string text = cli::show_ip_interface({wan, {"GigabitEthernet3", "", "", "unset", "administratively down", false}});
  EXPECT_TRUE(text.starts_with("GigabitEthernet1 is up, line protocol is up\n  Internet address is 203.0.113.1/27\n")) << text;
  EXPECT_NE(
      text.find("GigabitEthernet3 is administratively down, line protocol is down\n  Internet protocol processing disabled\n"),
      std::string::npos)
      << text;
  const auto configuration = parser::apply({}, "ip domain name example.net\n").configuration;
  EXPECT_TRUE(cli::show_hosts(configuration).starts_with("Default domain is example.net\n"));
}

TEST(ShowIkev2Sa, FragmentationThatBothEndsHaveIsSaid) {
  engine::View view = busy_gateway().view;
  view.ike_sas.resize(1);
  parser::ShowIkev2Sa detailed;
  detailed.detailed = true;
  EXPECT_NE(cli::show_ikev2_sa(view, detailed).find("Fragmentation not  configured."), std::string::npos);
  view.ike_sas[0].fragmentation = true;
  EXPECT_NE(cli::show_ikev2_sa(view, detailed).find("IETF Std Fragmentation  configured."), std::string::npos);
}

TEST(SelectorTest, TellsAMapOnTheWrongInterface) {
  const auto show = [](const std::string& route) {
    return cli::show_selector_test(cli::test_selector(busy_gateway(), {address("192.168.1.1"), address("10.0.0.1")}, route));
  };
  EXPECT_EQ(show("GigabitEthernet0/0").find("The host's route"), std::string::npos) << show("GigabitEthernet0/0");
  EXPECT_EQ(show("").find("The host's route"), std::string::npos);
  EXPECT_NE(
      show("GigabitEthernet0/7").find("leads out of GigabitEthernet0/7, where no line permits it: the packet leaves in clear"),
      std::string::npos);
  const std::vector<cli::InterfaceRow> interfaces{{"GigabitEthernet1", "wan", "203.0.113.1", "manual", "up", true, 27}};
  cli::Routes routes;
  routes.routes = {{cli::RouteKind::fixed, engine::Prefix::of(address("0.0.0.0"), 0), {}, "GigabitEthernet1", 0},
                   {cli::RouteKind::fixed, engine::Prefix::of(address("10.0.0.0"), 8), {}, "tun7", 0}};
  EXPECT_EQ(cli::interface_toward(routes, interfaces, address("192.0.2.1")), "GigabitEthernet1");
  EXPECT_EQ(cli::interface_toward(routes, interfaces, address("10.0.0.1")), "") << "a device without a name here";
}

TEST(ShowHost, RoutesBelowAHeadingStandInOneColumn) {
  cli::Routes routes;
  routes.routes = {{cli::RouteKind::connected, engine::Prefix::of(address("192.168.1.0"), 24), {}, "Gi2", 0},
                   {cli::RouteKind::local, engine::Prefix::of(address("192.168.1.1"), 32), {}, "Gi2", 0}};
  const std::string text = cli::show_ip_route(routes);
  EXPECT_NE(text.find("\nC        192.168.1.0/24 is directly connected"), std::string::npos) << text;
  EXPECT_NE(text.find("\nL        192.168.1.1/32 is directly connected"), std::string::npos) << text;
}

TEST(PacketDrop, LooksWhereTheRouteLeads) {
  cli::ShowFacts facts = busy_gateway();
  const engine::PolicyLineView line = facts.view.lines.at(0);
  const cli::InterfaceRow other{"GigabitEthernet0/9", "dev9", "192.0.2.1", "manual", "up", true, 24};
  const cli::InterfaceRow right{line.interface, "wan", "203.0.113.10", "manual", "up", true, 24};
  const auto route = [&](const std::string& interface) {
    cli::RouteRow row;
    row.network = engine::Prefix::of(line.selectors.remote.first, 8);
    row.interface = interface;
    return cli::HostDrops{{}, {}, {cli::Routes{{row}}, {other, right}}};
  };
  const auto shown = [&](const cli::HostDrops& host) { return cli::show_packet_drops(cli::packet_drops(facts, host, {})); };
  const std::string past = "wrong-interface:\n  the host's route to " + line.selectors.remote.to_string() + " leads out of ";
  EXPECT_EQ(shown(route(line.interface)).find(past), std::string::npos);
  EXPECT_EQ(shown(route("eth77")).find(past), std::string::npos) << "a device that is no interface is not known";
  const std::string text = shown(route("GigabitEthernet0/9"));
  EXPECT_NE(text.find(past + "GigabitEthernet0/9, where no line permits these packets: they leave in clear"), std::string::npos)
      << text;
  facts.view.lines.push_back(line);
  facts.view.lines.back().interface = "GigabitEthernet0/9";
  EXPECT_EQ(shown(route("GigabitEthernet0/9")).find(past), std::string::npos) << "a line there has them";
}

TEST(PacketDrop, ToldWhereNothingComesBackAnyMore) {
  cli::ShowFacts facts = busy_gateway();
  facts.unanswered[engine::ChildSaId{1}] = {200, std::chrono::seconds(45)};
  const std::string text = cli::show_packet_drops(cli::packet_drops(facts, {}, {}));
  EXPECT_NE(text.find("one-way:\n  nothing came back for 00:00:45 while 200 packets were sent"), std::string::npos) << text;
}
