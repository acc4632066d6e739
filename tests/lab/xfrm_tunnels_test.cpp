// Tunnel interfaces of the XFRM plane, and what becomes of what somebody else takes away, in the real kernel.
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <random>

#include "tests/lab/two_sites.hpp"

namespace lab::tunnels {
namespace {

using engine::IpAddress;
using engine::Prefix;
using engine::TrafficSelector;

constexpr engine::ChildSaId child{7};

#define OK(expression)                                  \
  do {                                                  \
    const engine::Status status_ = (expression);        \
    ASSERT_TRUE(status_.ok()) << status_.failure().why; \
  } while (false)

struct Tunnel {
  std::string name;
  bool inner_v4 = true, outer_v4 = true;
  bool encapsulated = false;

  IpAddress wire(bool left) const {
    if (outer_v4) return *IpAddress::parse(left ? "203.0.113.10" : "203.0.113.20");
    return *IpAddress::parse(left ? "2001:db8:ff::10" : "2001:db8:ff::20");
  }
  kernel::TunnelSpec spec(bool left) const {
    kernel::TunnelSpec spec;
    spec.interface = spec.device = "Tunnel0";
    spec.addresses = {{*IpAddress::parse(left ? "172.16.0.1" : "172.16.0.2"), 30},
                      {*IpAddress::parse(left ? "2001:db8:c::1" : "2001:db8:c::2"), 64}};
    return spec;
  }
  engine::SelectorPair everything() const {
    const auto any = TrafficSelector::of(Prefix::any(inner_v4 ? engine::Family::v4 : engine::Family::v6));
    return {any, any};
  }
  engine::SetPolicy policy(bool left) const {
    engine::PolicyLine line;
    line.id = {3};
    line.selectors = everything();
    line.local = wire(left);
    line.peer = wire(!left);
    return {"Tunnel0", {line}};
  }
  engine::ChildSaFacts facts(bool left) const {
    engine::ChildSaFacts facts;
    facts.child = child;
    facts.line = {3};
    facts.interface = "Tunnel0";
    facts.selectors = everything();
    facts.local = {wire(left), 4500};
    facts.remote = {wire(!left), 4500};
    facts.udp_encapsulated = encapsulated;
    return facts;
  }
  static engine::SaParameters keys(bool to_right) {
    engine::SaParameters sa;
    sa.spi = {to_right ? 0x1000U : 0x2000U};
    sa.encryption = engine::find_esp_keyword("esp-gcm 256");
    sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, to_right ? 1 : 2));
    return sa;
  }
  std::string ping(int count, const std::string& more = "") const {
    return "ping -q -i 0.1 -W 0.5 -c " + std::to_string(count) + " " + more + (inner_v4 ? " 172.16.0.2" : " 2001:db8:c::2") +
           " > /dev/null";
  }
};

void make(TwoSites& sites, const Tunnel& t) {
  for (const bool left : {true, false}) {
    Site& site = left ? sites.left : sites.right;
    site.network.inside([&] {
      EXPECT_EQ(site.plane->set_tunnels({t.spec(left)}), std::vector<std::string>{});
      OK(site.plane->set_policy(t.policy(left)));
    });
  }
}
void install(TwoSites& sites, const Tunnel& t) {
  for (const bool left : {true, false}) {
    Site& site = left ? sites.left : sites.right;
    site.network.inside([&] {
      OK(site.plane->add_inbound({t.facts(left), Tunnel::keys(!left)}));
      OK(site.plane->add_outbound({t.facts(left), Tunnel::keys(left)}));
      site.plane->flush();
    });
  }
}
std::string state_of_device(Site& site) { return site.network.shell("ip -o link show Tunnel0 | grep -o 'state [A-Z]*'"); }

class Families : public testing::TestWithParam<Tunnel> {};

TEST_P(Families, line_protocol_and_mtu_follow_the_sas_and_nothing_leaks) {
  const Tunnel& t = GetParam();
  TwoSites sites;
  if (t.encapsulated) sites.open_udp();
  make(sites, t);
  EXPECT_EQ(state_of_device(sites.left), "state DORMANT\n");
  sites.look_at_wire();
  EXPECT_NE(sites.run(sites.left, t.ping(1)), 0) << "nothing crosses before there are SAs";

  install(sites, t);
  EXPECT_EQ(state_of_device(sites.left), "state UP\n");
  EXPECT_EQ(sites.run(sites.left, t.ping(3)), 0);
  const int outer = (t.outer_v4 ? 20 : 40) + (t.encapsulated ? 8 : 0);
  const int mtu = (1500 - outer - 8 - 8 - 16) / 4 * 4 - 2;
  EXPECT_EQ(sites.left.network.shell("ip -o link show Tunnel0 | grep -o 'mtu [0-9]*'"), "mtu " + std::to_string(mtu) + "\n");
  const std::string largest = "-M do -s " + std::to_string(mtu - (t.inner_v4 ? 28 : 48));
  EXPECT_EQ(sites.run(sites.left, t.ping(2, largest)), 0) << "the largest packet gets through whole";
  const Wire wire = sites.look_at_wire();
  EXPECT_EQ(wire.clear_echo, 0U);
  EXPECT_EQ(t.encapsulated ? wire.udp_esp : wire.esp, 10U);
  EXPECT_EQ(sites.left.plane->counters(child).encaps, 5U);
  EXPECT_EQ(sites.left.plane->counters(child).decaps, 5U);

  sites.left.plane->remove_child(child);
  EXPECT_EQ(state_of_device(sites.left), "state DORMANT\n");
  EXPECT_NE(sites.run(sites.left, t.ping(1)), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
  for (Site* site : {&sites.left, &sites.right}) {
    site->udp.reset();
    site->plane->close();
    EXPECT_EQ(site->network.shell("ip xfrm state; ip xfrm policy; ip -br link show Tunnel0 2>/dev/null || true"), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Tunnels, Families,
                         testing::Values(Tunnel{.name = "v4_in_v4"},
                                         Tunnel{.name = "v6_in_v6", .inner_v4 = false, .outer_v4 = false},
                                         Tunnel{.name = "v4_in_v6", .outer_v4 = false},
                                         Tunnel{.name = "v6_in_v4", .inner_v4 = false},
                                         Tunnel{.name = "v4_in_udp4", .encapsulated = true}),
                         [](const auto& info) { return info.param.name; });

TEST(XfrmTunnels, a_packet_in_clear_does_not_come_in_by_the_tunnel_and_another_interface_s_map_stays_apart) {
  TwoSites sites;
  const Tunnel t;
  make(sites, t);
  install(sites, t);
  // What the tunnel protects is no matter of the wire: any to any is the tunnel's alone.
  EXPECT_EQ(sites.run(sites.left, "ping -q -W 1 -c 1 203.0.113.20 > /dev/null"), 0);
  EXPECT_EQ(sites.run(sites.left, "ping -q -W 1 -c 1 -I 192.168.1.1 10.0.0.1 > /dev/null"), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 4U);
}

TEST(XfrmTunnels, a_device_outlives_its_daemon_and_is_taken_over_and_comes_back_when_it_is_deleted) {
  TwoSites sites;
  const Tunnel t;
  make(sites, t);
  install(sites, t);
  const std::string index = sites.left.network.shell("ip -o link show Tunnel0 | cut -d: -f1");
  sites.left.plane.reset();
  sites.right.plane.reset();
  EXPECT_EQ(sites.run(sites.left, t.ping(1)), 0) << "the SAs of a dead daemon still carry";
  sites.open_planes();
  make(sites, t);
  EXPECT_EQ(sites.left.network.shell("ip -o link show Tunnel0 | cut -d: -f1"), index);
  EXPECT_EQ(state_of_device(sites.left), "state DORMANT\n");
  install(sites, t);
  EXPECT_EQ(sites.run(sites.left, t.ping(1)), 0);
  sites.left.network.shell("ip link delete Tunnel0");
  sites.left.plane->set_devices({});
  EXPECT_EQ(state_of_device(sites.left), "state UP\n");
  EXPECT_EQ(sites.run(sites.left, t.ping(2)), 0);

  sites.left.plane.reset();
  sites.open_planes();
  sites.left.plane->settle();
  EXPECT_EQ(sites.left.network.shell("ip -br link show Tunnel0 2>/dev/null || true"), "") << "nobody wants it any more";
}

std::vector<engine::ExpireKind> expired(const Site& site) {
  std::vector<engine::ExpireKind> kinds;
  for (const engine::Event& event : site.events)
    if (const auto* expire = std::get_if<engine::Expire>(&event)) kinds.push_back(expire->kind);
  return kinds;
}

TEST(XfrmReconciling, a_foreign_flush_of_states_is_told) {
  TwoSites sites;
  const Tunnel t;
  make(sites, t);
  install(sites, t);
  sites.left.network.shell(
      "ip xfrm state add src 203.0.113.99 dst 203.0.113.10 proto esp spi 0x99 reqid 9 mode tunnel "
      "aead 'rfc4106(gcm(aes))' 0x0102030405060708090a0b0c0d0e0f1011121314 128;"
      "ip xfrm state deleteall reqid 9");
  sites.until([] { return false; }, 1);
  EXPECT_TRUE(expired(sites.left).empty()) << "a stranger's SA that goes is no matter of ours";
  sites.left.network.shell("ip xfrm state flush");
  EXPECT_TRUE(sites.until([&] { return !expired(sites.left).empty(); }, 5));
  EXPECT_EQ(expired(sites.left).front(), engine::ExpireKind::hard);
  EXPECT_TRUE(expired(sites.right).empty());
  sites.right.network.shell("ip xfrm state delete src 203.0.113.10 dst 203.0.113.20 proto esp spi 0x1000 mark 0x5a000000");
  EXPECT_TRUE(sites.until([&] { return !expired(sites.right).empty(); }, 5)) << "one alone is told too";
}

TEST(XfrmReconciling, flushed_and_changed_policies_come_back_and_strays_go) {
  TwoSites sites;
  const Tunnel t;
  make(sites, t);
  install(sites, t);
  const std::string before = sites.left.network.shell("ip xfrm policy");
  const auto back = [&] { return sites.left.network.shell("ip xfrm policy").size() == before.size(); };
  sites.left.network.shell(
      "ip xfrm state add src 203.0.113.98 dst 203.0.113.10 proto esp spi 0x98 reqid 0x5a000003 mode tunnel "
      "aead 'rfc4106(gcm(aes))' 0x0102030405060708090a0b0c0d0e0f1011121314 128");
  sites.left.network.shell("ip xfrm policy flush");
  EXPECT_TRUE(sites.until(back, 5));
  EXPECT_EQ(sites.left.network.shell("ip xfrm state | grep -c 203.0.113.98 || true"), "0\n") << "an SA that nobody knows";
  EXPECT_EQ(sites.run(sites.left, t.ping(2)), 0);
  sites.left.network.shell("ip xfrm policy delete src 0.0.0.0/0 dst 0.0.0.0/0 dir out mark 0x5a000000");
  EXPECT_TRUE(sites.until(back, 5)) << "one alone";
  // Nobody tells of a change: the plane looks at all of them by and by.
  sites.left.network.shell("ip xfrm policy update src 0.0.0.0/0 dst 0.0.0.0/0 dir out mark 0x5a000000 priority 1509949569");
  EXPECT_TRUE(sites.until(
      [&] { return sites.left.network.shell("ip xfrm policy").find("tmpl src 203.0.113.10") != std::string::npos; }, 10));
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
}

// What a daemon does with its plane, over and over; it never returns.
[[noreturn]] void live(const Site& site, const Tunnel& t) {
  site.network.inside([&] {
    kernel::Loop loop;
    const kernel::DeviceMap devices{{"GigabitEthernet0/0", {"wire", ::if_nametoindex("wire")}}};
    auto plane = kernel::XfrmPlane::open(loop, devices, [](const engine::Event&) {});
    if (!plane.ok()) ::_exit(1);
    engine::SetPolicy map = t.policy(true);
    map.interface = "GigabitEthernet0/0";
    map.lines[0].id = {4};
    map.lines[0].selectors.remote = TrafficSelector::of(Prefix::of(*IpAddress::parse("10.0.0.0"), 24));
    while (true) {
      (void)(*plane)->set_tunnels({t.spec(true)});
      (void)(*plane)->set_policy(t.policy(true));
      (void)(*plane)->set_policy(map);
      (void)(*plane)->add_inbound({t.facts(true), Tunnel::keys(false)});
      (void)(*plane)->add_outbound({t.facts(true), Tunnel::keys(true)});
      (*plane)->flush();
      (*plane)->remove_child(child);
      (void)(*plane)->set_policy({map.interface, {}});
      (void)(*plane)->set_tunnels({});
    }
  });
  ::_exit(1);
}

TEST(XfrmReconciling, killed_at_any_instant_it_leaves_nothing_that_its_successor_does_not_find) {
  const char* wanted = std::getenv("SALLYPORT_KILLS");
  const int kills = wanted ? std::atoi(wanted) : 10;
  TwoSites sites;
  const Tunnel t;
  sites.left.plane.reset();
  std::minstd_rand dice(20);
  for (int i = 0; i < kills && !HasFailure(); ++i) {
    const int pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) live(sites.left, t);
    ::usleep(dice() % 30000);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, WNOHANG), 0) << "it ended by itself";
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    sites.open_planes();
    sites.left.plane->settle();
    sites.left.plane.reset();
    EXPECT_EQ(sites.left.network.shell("ip xfrm state; ip xfrm policy; ip -br link show Tunnel0 2>/dev/null || true"), "")
        << "kill " << i;
  }
}

}  // namespace
}  // namespace lab::tunnels
