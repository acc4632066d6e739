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
  counters.below_window = counters.integrity_failed = counters.invalid_selector = counters.send_errors = 2;
  facts.counters[{2}].encaps = 5;
  expect_golden("show-crypto-packet-drop",
                cli::show_packet_drops(cli::packet_drops(facts, {{{"XfrmInNoPols", 3}, {"XfrmNew", 1}}, {"eth0"}}, {})));
  const std::string one = cli::show_packet_drops(cli::packet_drops(facts, {}, {address("198.51.100.77")}));
  EXPECT_EQ(one.find("203.0.113.20"), std::string::npos);
  EXPECT_NE(one.find("one-way"), std::string::npos);
  EXPECT_EQ(cli::show_packet_drops(cli::packet_drops({}, {}, {})), "No packet was dropped, and nothing known would drop one.\n");
}
