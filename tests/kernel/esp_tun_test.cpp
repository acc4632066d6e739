// The tun plane over a veth between two namespaces: what is protected crosses as ESP, what is not stays as it was.
#include "kernel/esp_tun.hpp"

#include <gtest/gtest.h>

#include "esp_tun_lab.hpp"

namespace kernel::lab {
namespace {

using engine::AclAction;
using engine::Family;

class TunPlaneTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!possible()) GTEST_SKIP() << "needs root, TUN devices, namespaces and nftables";
    sites = std::make_unique<Sites>();
  }
  void start() {
    a = std::make_unique<Router>(sites->a, Sites::devices(sites->a));
    b = std::make_unique<Router>(sites->b, Sites::devices(sites->b));
    ASSERT_EQ(a->error(), "");
    ASSERT_EQ(b->error(), "");
  }
  /// The permits and denies of router a, mirrored on b; a Child SA for every permit.
  void protect_both(const std::vector<std::pair<AclAction, engine::SelectorPair>>& lines, const SiteOptions& options = {}) {
    std::vector<engine::PolicyLine> of_a, of_b;
    std::uint32_t id = 0;
    for (const auto& [action, selectors] : lines) {
      of_a.push_back(Sites::line(++id, action, selectors, true, options));
      of_b.push_back(Sites::line(id, action, selectors, false, options));
    }
    protect(*a, of_a);
    protect(*b, of_b);
    for (const auto& line : of_a)
      if (line.action == AclAction::permit) connect(*a, *b, line, line.id.value, options);
  }
  template <class T>
  static std::vector<T> only(const std::vector<engine::Event>& events) {
    std::vector<T> out;
    for (const auto& event : events)
      if (const T* wanted = std::get_if<T>(&event)) out.push_back(*wanted);
    return out;
  }
  static std::string main_tables(const Namespace& space) {
    return space.output("ip route show table main") + space.output("ip -6 route show table main");
  }

  std::unique_ptr<Sites> sites;
  std::unique_ptr<Router> a, b;
};

struct Way {
  Family outer, inner;
  bool udp, cbc, esn, ah = false;
};

std::string name_of(const testing::TestParamInfo<Way>& info) {
  const Way& w = info.param;
  return std::string(w.inner == Family::v4 ? "v4" : "v6") + "in" + (w.outer == Family::v4 ? "v4" : "v6") +
         (w.udp ? "Udp" : "Native") +
         (w.ah    ? "Ah"
          : w.cbc ? "Cbc"
                  : "Gcm") +
         (w.esn ? "Esn" : "");
}

class TunPlaneWays : public TunPlaneTest, public testing::WithParamInterface<Way> {};

TEST_P(TunPlaneWays, PingTcpUdpLocalAndForwarded) {
  const Way way = GetParam();
  start();
  SiteOptions options;
  options.outer = way.outer;
  options.udp_encapsulated = way.udp;
  options.cbc = way.cbc;
  options.esn = way.esn;
  options.ah = way.ah;
  const bool v4 = way.inner == Family::v4;
  protect_both({{AclAction::permit, v4 ? pair("192.168.1.0/24", "10.0.0.0/24") : pair("2001:db8:a::/64", "2001:db8:b::/64")}},
               options);
  const std::string router_a = v4 ? "192.168.1.1" : "2001:db8:a::1", host_a = v4 ? "192.168.1.2" : "2001:db8:a::2";
  const std::string router_b = v4 ? "10.0.0.1" : "2001:db8:b::1", host_b = v4 ? "10.0.0.2" : "2001:db8:b::2";
  const std::string before = main_tables(sites->a);
  Sniffer wire(sites->a, "wan");

  EXPECT_TRUE(ping(sites->lan_a, host_a, host_b)) << "forwarded";
  EXPECT_TRUE(ping(sites->a, router_a, router_b)) << "local to local";
  EXPECT_TRUE(ping(sites->a, router_a, host_b)) << "local to forwarded";
  EXPECT_TRUE(ping(sites->lan_b, host_b, host_a));
  EXPECT_TRUE(tcp_transfer(sites->lan_a, host_a, sites->lan_b, host_b, 8080, 300000));
  EXPECT_TRUE(tcp_transfer(sites->a, router_a, sites->lan_b, host_b, 8081, 300000)) << "local TCP learns the MTU";
  EXPECT_TRUE(udp_exchange(sites->lan_b, host_b, sites->lan_a, host_a, 5353, 100));
  EXPECT_TRUE(udp_exchange(sites->lan_b, host_b, sites->lan_a, host_a, 5353, 4000)) << "in fragments";

  const auto seen = wire.count();
  EXPECT_EQ(seen.clear, 0U);
  EXPECT_GT(way.udp  ? seen.udp_esp
            : way.ah ? seen.ah
                     : seen.esp,
            way.udp ? 40U : 200U)
      << "ESP in UDP travels many in one as far as the device takes it";
  EXPECT_EQ((way.udp ? seen.esp : seen.udp_esp) + (way.ah ? seen.esp : seen.ah), 0U);
  EXPECT_EQ(seen.icmp_errors, 0U);
  EXPECT_EQ(main_tables(sites->a), before);
  const auto counters_a = a->call([](TunPlane& plane) { return plane.counters({1}); });
  const auto counters_b = b->call([](TunPlane& plane) { return plane.counters({1}); });
  EXPECT_GT(counters_a.encaps, 100U);
  EXPECT_EQ(counters_a.encaps, counters_b.decaps);
  EXPECT_EQ(counters_a.encaps_bytes, counters_b.decaps_bytes);
  EXPECT_EQ(counters_b.encaps, counters_a.decaps);
  EXPECT_FALSE(only<engine::InboundSeen>(a->events()).empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, TunPlaneWays,
    testing::Values(Way{Family::v4, Family::v4, false, false, false}, Way{Family::v4, Family::v4, true, true, false},
                    Way{Family::v4, Family::v6, false, true, true}, Way{Family::v4, Family::v6, true, false, false},
                    Way{Family::v6, Family::v4, false, false, true}, Way{Family::v6, Family::v4, true, true, false},
                    Way{Family::v6, Family::v6, false, true, false}, Way{Family::v6, Family::v6, true, false, true},
                    Way{Family::v4, Family::v4, false, false, false, true}, Way{Family::v4, Family::v6, false, false, true, true},
                    Way{Family::v6, Family::v4, false, false, false, true},
                    Way{Family::v6, Family::v6, false, false, true, true}),
    name_of);

/// Closing a device takes the plane's thread some milliseconds; orders that come meanwhile must not wait for the next packet.
TEST_F(TunPlaneTest, WhatIsOrderedWhileADeviceIsClosedIsDone) {
  start();
  const auto line = Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true);
  const engine::SocketAddress end{engine::IpAddress::v4(0xCB00710A), 4500}, peer{engine::IpAddress::v4(0xCB007114), 4500};
  const engine::Bytes of_no_sa(40, 0x77);
  for (std::uint64_t round = 1; round <= 10; ++round) {
    protect(*a, {line});
    protect(*a, {});
    std::this_thread::sleep_for(std::chrono::microseconds(300 * round));
    a->call([&](TunPlane& plane) {
      plane.receive_udp_esp(end, peer, of_no_sa, 0);
      return 0;
    });
    const auto heard = [&] { return a->call([](TunPlane& plane) { return plane.unknown_spi(); }) == round; };
    for (int i = 0; i < 200 && !heard(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(heard()) << "round " << round;
  }
}

TEST_F(TunPlaneTest, TransportModeBetweenTheRouters) {
  start();
  std::uint32_t child = 0;
  for (const auto& [family, ah] : {std::pair{Family::v4, false}, {Family::v6, false}, {Family::v4, true}, {Family::v6, true}}) {
    const bool v4 = family == Family::v4;
    SiteOptions options;
    options.ah = ah;
    options.mode = engine::IpsecMode::transport;
    options.outer = family;
    const std::string from = v4 ? "203.0.113.10" : "2001:db8:113::10", to = v4 ? "203.0.113.20" : "2001:db8:113::20";
    const std::string length = v4 ? "/32" : "/128";
    const auto line = Sites::line(1, AclAction::permit, pair(from + length, to + length), true, options);
    protect(*a, {line});
    protect(*b, {Sites::line(1, AclAction::permit, line.selectors, false, options)});
    connect(*a, *b, line, ++child, options);
    Sniffer wire(sites->a, "wan");
    EXPECT_TRUE(ping(sites->a, from, to));
    EXPECT_TRUE(tcp_transfer(sites->a, from, sites->b, to, 7000, 200000));
    unsigned sealed = 0, other = 0;
    for (const auto& packet : wire.take()) {
      const auto facts = inspect(packet);
      if (!facts || (facts->protocol == 58 && facts->source_port >> 8 >= 130 && facts->outer_next_header != 51)) continue;
      const bool cut = !v4 && facts->outer_next_header == 44;
      ++(cut || facts->outer_next_header == (ah ? 51 : 50) ? sealed : other);
    }
    EXPECT_GT(sealed, 20U);
    EXPECT_EQ(other, 0U);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // the connection ends under the old policy
  }
}

TEST_F(TunPlaneTest, DenyInsidePermitLeavesInClearUnchanged) {
  start();
  protect_both({{AclAction::deny, pair("192.168.1.0/24", "10.0.0.2/32", 17, {}, {53, 53})},
                {AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(udp_exchange(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 54, 100));
  EXPECT_EQ(wire.count().clear, 0U);
  Sniffer lan(sites->a, "lan");
  EXPECT_TRUE(udp_exchange(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 53, 100));
  const auto query = [](Sniffer& sniffer) {
    for (engine::Bytes& packet : sniffer.take()) {
      const auto facts = inspect(packet);
      if (!facts || facts->protocol != 17 || facts->destination_port != 53) continue;
      packet[8] = packet[10] = packet[11] = 0;  // hop limit and header checksum
      return packet;
    }
    return engine::Bytes{};
  };
  const engine::Bytes on_wire = query(wire);
  EXPECT_FALSE(on_wire.empty());
  EXPECT_EQ(on_wire, query(lan));
  EXPECT_TRUE(udp_exchange(sites->a, "192.168.1.1", sites->lan_b, "10.0.0.2", 53, 100)) << "local, too";
  EXPECT_GT(wire.count().clear, 0U);
}

TEST_F(TunPlaneTest, TcpPortOnly) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24", 6, {}, {8080, 8089})}});
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(tcp_transfer(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 8085, 50000));
  EXPECT_TRUE(tcp_transfer(sites->a, "192.168.1.1", sites->lan_b, "10.0.0.2", 8080, 50000));
  auto seen = wire.count();
  EXPECT_EQ(seen.clear, 0U);
  EXPECT_GT(seen.esp, 50U);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(wire.count().clear, 0U) << "the last of the connections' packets";
  EXPECT_TRUE(tcp_transfer(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 8090, 50000));
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  seen = wire.count();
  EXPECT_GT(seen.clear, 8U);
  EXPECT_EQ(seen.esp, 0U);
}

TEST_F(TunPlaneTest, LaterFragmentsFollowThePermitOfTheirPorts) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24", 17, {}, {9000, 9000})}});
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(udp_exchange(sites->lan_a, "192.168.1.2", sites->lan_b, "10.0.0.2", 9000, 5000));
  EXPECT_TRUE(udp_exchange(sites->a, "192.168.1.1", sites->lan_b, "10.0.0.2", 9000, 5000));
  EXPECT_EQ(wire.count().clear, 0U);
}

TEST_F(TunPlaneTest, SourceOnly) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.2/32", "0.0.0.0/0")}});
  sites->lan_a.run("ip address add 192.168.1.3/24 dev eth0");
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  EXPECT_EQ(wire.count().clear, 0U);
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.3", "10.0.0.2"));
  const auto seen = wire.count();
  EXPECT_GE(seen.clear, 4U);
  EXPECT_EQ(seen.esp, 0U);
}

TEST_F(TunPlaneTest, AnyAnyWithThePeerInside) {
  start();
  for (const bool udp : {false, true}) {
    for (const Family outer : {Family::v4, Family::v6}) {
      SiteOptions options;
      options.outer = outer;
      options.udp_encapsulated = udp;
      const std::uint32_t child = 10 + (udp ? 4 : 0) + (outer == Family::v6 ? 2 : 0);
      const auto v4 = Sites::line(1, AclAction::permit, pair("0.0.0.0/0", "0.0.0.0/0"), true, options);
      const auto v6 = Sites::line(2, AclAction::permit, pair("::/0", "::/0"), true, options);
      protect(*a, {v4, v6});
      protect(*b, {Sites::line(1, AclAction::permit, v4.selectors, false, options),
                   Sites::line(2, AclAction::permit, v6.selectors, false, options)});
      connect(*a, *b, v4, child, options);
      connect(*a, *b, v6, child + 1, options);
      sites->a.run("ip neigh flush all");
      Sniffer wire(sites->a, "wan");
      EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
      EXPECT_TRUE(ping(sites->lan_a, "2001:db8:a::2", "2001:db8:b::2"));
      EXPECT_TRUE(ping(sites->a, "203.0.113.10", "203.0.113.20")) << "the peer itself, inside the tunnel";
      EXPECT_TRUE(ping(sites->a, "2001:db8:113::10", "2001:db8:113::20"));
      unsigned protected_packets = 0;
      for (const auto& packet : wire.take()) {
        const auto facts = inspect(packet);
        if (!facts || (facts->protocol == 58 && facts->source_port >> 8 >= 130)) continue;
        EXPECT_TRUE(facts->protocol == 50 || (facts->protocol == 17 && facts->destination_port == 4500)) << int{facts->protocol};
        ++protected_packets;
      }
      EXPECT_GE(protected_packets, 16U);
      for (Router* router : {a.get(), b.get()})
        router->call([&](TunPlane& plane) {
          plane.remove_child({child});
          plane.remove_child({child + 1});
        });
    }
  }
}

TEST_F(TunPlaneTest, EveryReversePathFilter) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  for (const std::string all : {"0", "1", "2"})
    for (const std::string one : {"0", "1", "2"}) {
      for (const Namespace* router : {&sites->a, &sites->b}) {
        router->run("sysctl -w net.ipv4.conf.all.rp_filter=" + all);
        for (const char* device : {"wan", "lan"})
          router->run("sysctl -w net.ipv4.conf." + std::string(device) + ".rp_filter=" + one);
      }
      Sniffer wire(sites->a, "wan");
      EXPECT_TRUE(sites->lan_a.run("ping -n -c 1 -W 2 10.0.0.2")) << all << one;
      EXPECT_TRUE(sites->a.run("ping -n -c 1 -W 2 -I 192.168.1.1 10.0.0.1")) << all << one;
      EXPECT_EQ(wire.count().clear, 0U);
    }
}

TEST_F(TunPlaneTest, AcquireHoldsThePacketAndSendsItLater) {
  start();
  const auto line = Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true);
  protect(*a, {line});
  protect(*b, {Sites::line(1, AclAction::permit, line.selectors, false)});
  Sniffer wire(sites->a, "wan");
  // The ping itself waits while the SAs come up.
  auto answer = std::async(std::launch::async, [&] { return sites->lan_a.run("ping -n -c 1 -W 5 -I 192.168.1.2 10.0.0.2"); });
  std::vector<engine::Acquire> acquires;
  for (int i = 0; i < 100 && acquires.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    acquires = only<engine::Acquire>(a->events());
  }
  ASSERT_EQ(acquires.size(), 1U);
  EXPECT_EQ(acquires[0].line.value, 1U);
  EXPECT_EQ(acquires[0].packet.to_string(), "192.168.1.2/32[1/2048] <-> 10.0.0.2/32[1/2048]");
  EXPECT_EQ(wire.count().clear, 0U);
  connect(*a, *b, line, 1);
  EXPECT_TRUE(answer.get()) << "the first packet was held, not lost";
  EXPECT_EQ(wire.count().clear, 0U);
}

TEST_F(TunPlaneTest, AcquiresAreOneASecondALine) {
  start();
  protect(*a, {Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true)});
  sites->lan_a.run("ping -n -q -c 60 -i 0.02 -W 1 10.0.0.2");
  const auto acquires = only<engine::Acquire>(a->events());
  EXPECT_GE(acquires.size(), 2U);
  EXPECT_LE(acquires.size(), 4U);
}

TEST_F(TunPlaneTest, ANewerOutboundTakesOverAndRemovalFallsBack) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  const auto line = Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true);
  connect(*a, *b, line, 2);
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  const auto encaps = [&](std::uint32_t child) {
    return a->call([&](TunPlane& plane) { return plane.counters({child}).encaps; });
  };
  EXPECT_EQ(encaps(1), 0U);
  EXPECT_EQ(encaps(2), 2U);
  a->call([](TunPlane& plane) { plane.remove_child({2}); });
  b->call([](TunPlane& plane) { plane.remove_child({2}); });
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  EXPECT_EQ(encaps(1), 2U);
  EXPECT_FALSE(install(*a, true, Half::inbound, line, 1).ok()) << "an SPI in use";
}

TEST_F(TunPlaneTest, MovesBetweenNativeAndEncapsulated) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  for (const bool at_a : {true, false}) {
    const engine::MoveChild move{{1}, Sites::end(at_a, Family::v4, true), Sites::end(!at_a, Family::v4, true), true};
    EXPECT_TRUE((at_a ? a : b)->call([&](TunPlane& plane) { return plane.move_child(move); }).ok());
  }
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  const auto seen = wire.count();
  EXPECT_EQ(seen.udp_esp, 4U);
  EXPECT_EQ(seen.esp, 0U);
}

TEST_F(TunPlaneTest, AuthenticEspFromElsewhereIsTold) {
  for (const auto family : {Family::v4, Family::v6}) {
    a.reset();
    b.reset();
    start();
    const SiteOptions options{.outer = family, .udp_encapsulated = true};
    protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}}, options);
    EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
    EXPECT_TRUE(only<engine::PeerMoved>(b->events()).empty());
    const auto from = Sites::end(true, family, true), to = Sites::end(false, family, true);
    engine::SocketAddress remembered = from;
    remembered.port = 4711;
    ASSERT_TRUE(b->call([&](TunPlane& plane) { return plane.move_child({{1}, to, remembered, true}); }).ok());
    sites->lan_a.run("ping -n -q -c 3 -i 0.05 -W 1 10.0.0.2");
    const auto told = only<engine::PeerMoved>(b->events());
    ASSERT_EQ(told.size(), 1U) << "once, not for every packet";
    EXPECT_EQ(told[0].child.value, 1U);
    EXPECT_EQ(told[0].remote, from);
    ASSERT_TRUE(b->call([&](TunPlane& plane) { return plane.move_child({{1}, to, told[0].remote, true}); }).ok());
    EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
    EXPECT_TRUE(only<engine::PeerMoved>(b->events()).empty());
  }
}

TEST_F(TunPlaneTest, TheDeviceTakesWhatFitsIntoAnSa) {
  for (const auto family : {Family::v4, Family::v6}) {
    a.reset();
    b.reset();
    start();
    const auto mtu = [&] {
      return std::stoi(sites->a.output("ip -o link show sallyport0 | sed 's/.* mtu \\([0-9]*\\) .*/\\1/'"));
    };
    protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}}, {.outer = family});
    const int room = mtu();
    EXPECT_GT(room, family == Family::v4 ? 1400 : 1380);
    EXPECT_LT(room, 1500);
    const auto echo = [&](int octets) { return "ping -n -q -c 1 -W 1 -M do -s " + std::to_string(octets - 28) + " 10.0.0.2"; };
    EXPECT_TRUE(sites->lan_a.run(echo(room)));
    EXPECT_FALSE(sites->lan_a.run(echo(room + 1)));
    a->call([](TunPlane& plane) { plane.remove_child({1}); });
    EXPECT_EQ(mtu(), 1400);
  }
}

TEST_F(TunPlaneTest, EspOfNoSaIsToldOnceASecond) {
  for (const auto family : {Family::v4, Family::v6}) {
    a.reset();
    b.reset();
    start();
    protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}}, {.outer = family});
    EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
    b->call([](TunPlane& plane) { plane.remove_child({1}); });
    sites->lan_a.run("ping -n -q -c 3 -i 0.05 -W 1 10.0.0.2");
    const auto told = only<engine::UnknownSpi>(b->events());
    ASSERT_EQ(told.size(), 1U);
    EXPECT_GE(told[0].spi.value, 256U);
    EXPECT_EQ(told[0].remote.ip, Sites::end(true, family, false).ip);
    EXPECT_EQ(told[0].local.ip, Sites::end(false, family, false).ip);
  }
}

TEST_F(TunPlaneTest, VolumeExpiresSoftThenHard) {
  start();
  const auto line = Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true);
  protect(*a, {line});
  protect(*b, {Sites::line(1, AclAction::permit, line.selectors, false)});
  connect(*a, *b, line, 1, {}, 10);
  sites->lan_a.run("ping -n -q -c 15 -i 0.02 -W 1 -s 972 10.0.0.2");
  const auto expires = only<engine::Expire>(a->events());
  ASSERT_GE(expires.size(), 2U);
  EXPECT_EQ(expires.front().kind, engine::ExpireKind::soft);
  EXPECT_EQ(expires.back().kind, engine::ExpireKind::hard);
  EXPECT_LE(a->call([](TunPlane& plane) { return plane.counters({1}).encaps_bytes; }), 11U * 1024);
}

TEST_F(TunPlaneTest, TooBigPacketsTellTheirSenders) {
  start();
  // IPv6 first: a device with an MTU below 1280 loses it.
  for (const bool v4 : {false, true}) {
    const auto selectors = v4 ? pair("192.168.1.0/24", "10.0.0.0/24") : pair("2001:db8:a::/64", "2001:db8:b::/64");
    protect_both({{AclAction::permit, selectors}});
    for (const Namespace* router : {&sites->a, &sites->b})
      router->run("ip link set wan mtu " + std::string(v4 ? "1000" : "1340"));
    const std::string from = v4 ? "192.168.1.2" : "2001:db8:a::2", to = v4 ? "10.0.0.2" : "2001:db8:b::2";
    std::string text;
    sites->lan_a.run("ping -n -c 3 -i 0.2 -W 1 -M do -s " + std::string(v4 ? "1200" : "1330") + " -I " + from + " " + to, &text);
    // v4: 1000 - 20 - (8 + 8 + 16 around 946 + 2 of trailer); v6: 1340 - 20 - 32 - 2, text a multiple of 4
    EXPECT_NE(text.find(v4 ? "mtu = 946" : "mtu: 1286"), std::string::npos) << text;
    EXPECT_NE(text.find(v4 ? "From 192.168.1.1 " : "From 2001:db8:a::1 "), std::string::npos) << "the router itself\n" << text;
    const auto counters = a->call([](TunPlane& plane) { return plane.counters({1}); });
    EXPECT_GT(counters.too_big, 0U);
    EXPECT_EQ(counters.path_mtu, v4 ? 1000U : 1340U);
    EXPECT_TRUE(tcp_transfer(sites->lan_a, from, sites->lan_b, to, 7070, 200000));
    Sniffer wire(sites->a, "wan");
    if (v4) {
      EXPECT_TRUE(ping(sites->lan_a, from, to, "-M dont -s 1300")) << "without DF the outer packet is cut";
      EXPECT_GT(wire.count().fragments, 0U);
    }
    for (Router* router : {a.get(), b.get()}) router->call([](TunPlane& plane) { plane.remove_child({1}); });
  }
}

TEST_F(TunPlaneTest, DscpAndEcnTravel) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  Sniffer wire(sites->a, "wan");
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2", "-Q 0xBA"));
  unsigned marked = 0;
  for (const auto& packet : wire.take())
    if (const auto facts = inspect(packet); facts && facts->protocol == 50) marked += facts->traffic_class == 0xBA;
  EXPECT_GE(marked, 2U);
}

TEST_F(TunPlaneTest, ClearPacketsOfAPermitAreNotTakenIn) {
  start();
  protect(*a, {Sites::line(1, AclAction::deny, pair("192.168.1.1/32", "10.0.0.0/24"), true),
               Sites::line(2, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true)});
  Sniffer lan(sites->a, "lan");
  EXPECT_FALSE(sites->lan_b.run("ping -n -c 3 -i 0.2 -W 1 192.168.1.2"));
  EXPECT_EQ(lan.count().clear, 0U);
  EXPECT_EQ(a->call([](TunPlane& plane) { return plane.clear_dropped(Sites::interface); }), 3U);
  EXPECT_TRUE(sites->lan_b.run("ping -n -c 1 -W 1 192.168.1.1")) << "a deny in reverse";
}

TEST_F(TunPlaneTest, ReplayedForgedAndUnknownPackets) {
  start();
  protect_both({{AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24")}});
  Sniffer wire(sites->b, "wan");
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
  engine::Bytes esp;
  for (const auto& packet : wire.take())
    if (const auto facts = inspect(packet); facts && facts->protocol == 50 && facts->destination.to_string() == "203.0.113.20")
      esp.assign(packet.begin() + 20, packet.end());
  ASSERT_FALSE(esp.empty());
  {
    const Inside inside(sites->a);
    auto sockets = EspSockets::open(0);
    ASSERT_TRUE(sockets.ok());
    const OuterPath path{Sites::end(true, Family::v4, false), Sites::end(false, Family::v4, false)};
    auto forged = esp, unknown = esp;
    forged.back() ^= 1;
    forged[7] += 10;
    unknown[0] = 0x77;
    for (const auto& bytes : {esp, forged, unknown, engine::Bytes(3, 1), engine::Bytes(8, 0)}) {
      const std::span<const std::uint8_t> packet(bytes);
      EXPECT_EQ(sockets->send(path, {&packet, 1}).packets, 1U);
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto counters = b->call([](TunPlane& plane) { return plane.counters({1}); });
  EXPECT_EQ(counters.decaps, 2U);
  EXPECT_EQ(counters.replay_failed, 1U);
  EXPECT_EQ(counters.integrity_failed, 1U);
  EXPECT_EQ(b->call([](TunPlane& plane) { return plane.unknown_spi(); }), 3U);
  EXPECT_EQ(wire.count().icmp_errors, 0U) << "no protocol unreachable";
  EXPECT_TRUE(ping(sites->lan_a, "192.168.1.2", "10.0.0.2"));
}

TEST_F(TunPlaneTest, InnerPacketsOutsideTheSelectorsAreRefused) {
  start();
  const auto wide = Sites::line(1, AclAction::permit, pair("192.168.0.0/16", "10.0.0.0/24"), true);
  const auto narrow = Sites::line(1, AclAction::permit, pair("192.168.1.1/32", "10.0.0.0/24"), true);
  protect(*a, {wide});
  protect(*b, {Sites::line(1, AclAction::permit, wide.selectors, false)});
  (void)install(*a, true, Half::outbound, wide, 1);
  (void)install(*b, false, Half::inbound, narrow, 1);
  sites->lan_a.run("ping -n -c 2 -i 0.2 -W 1 10.0.0.2");
  const auto counters = b->call([](TunPlane& plane) { return plane.counters({1}); });
  EXPECT_EQ(counters.invalid_selector, 2U);
  EXPECT_EQ(counters.decaps, 0U);
}

}  // namespace
}  // namespace kernel::lab
