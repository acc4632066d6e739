// The XFRM plane against the real kernel, with keys that are given rather than negotiated.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/lab/two_sites.hpp"

namespace lab {
namespace {

using engine::AclAction;
using engine::IpAddress;
using engine::Prefix;
using engine::SelectorPair;
using engine::TrafficSelector;

constexpr engine::ChildSaId child{7};
constexpr engine::PolicyLineId line_id{3};
constexpr std::string_view interface_name = "GigabitEthernet0/0";

Prefix network(std::string_view address, std::uint8_t length) { return Prefix::of(*IpAddress::parse(address), length); }

struct Case {
  std::string name;
  bool inner_v4 = true, outer_v4 = true, encapsulated = false, gcm = false, esn = false;
  std::uint64_t kilobytes = 0;

  IpAddress wire(bool left) const {
    if (outer_v4) return *IpAddress::parse(left ? "203.0.113.10" : "203.0.113.20");
    return *IpAddress::parse(left ? "2001:db8:ff::10" : "2001:db8:ff::20");
  }
  SelectorPair selectors(bool left) const {
    const auto side = [this](bool of_left) {
      if (inner_v4) return TrafficSelector::of(of_left ? network("192.168.1.0", 24) : network("10.0.0.0", 24));
      return TrafficSelector::of(of_left ? network("2001:db8:1::", 64) : network("2001:db8:2::", 64));
    };
    return {side(left), side(!left)};
  }
  std::string ping(int count, const std::string& more = "") const {
    const std::string from = inner_v4 ? "192.168.1.1" : "2001:db8:1::1", to = inner_v4 ? "10.0.0.1" : "2001:db8:2::1";
    return "ping -q -i 0.1 -W 1 -c " + std::to_string(count) + " " + more + " -I " + from + " " + to + " > /dev/null";
  }

  engine::PolicyLine line(bool left) const {
    engine::PolicyLine line;
    line.id = line_id;
    line.selectors = selectors(left);
    line.local = wire(left);
    line.peer = wire(!left);
    return line;
  }
  engine::ChildSaFacts facts(bool left) const {
    engine::ChildSaFacts facts;
    facts.child = child;
    facts.line = line_id;
    facts.interface = interface_name;
    facts.selectors = selectors(left);
    facts.local = {wire(left), 4500};
    facts.remote = {wire(!left), 4500};
    facts.udp_encapsulated = encapsulated;
    facts.lifetime_kilobytes = kilobytes;
    return facts;
  }
  engine::SaParameters keys(bool to_right) const {
    engine::SaParameters sa;
    sa.spi = {to_right ? 0x1000U : 0x2000U};
    sa.extended_sequence_numbers = esn;
    sa.encryption = engine::find_esp_keyword(gcm ? "esp-gcm 256" : "esp-aes 256");
    sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, to_right ? 1 : 2));
    if (!gcm) {
      sa.integrity = engine::find_esp_keyword("esp-sha256-hmac");
      sa.key_integrity = engine::Secret(engine::Bytes(sa.integrity->key_octets, to_right ? 3 : 4));
    }
    return sa;
  }
};

#define OK(expression)                                  \
  do {                                                  \
    const engine::Status status_ = (expression);        \
    ASSERT_TRUE(status_.ok()) << status_.failure().why; \
  } while (false)

void protect(TwoSites& sites, const Case& c) {
  OK(sites.left.plane->set_policy({std::string(interface_name), {c.line(true)}}));
  OK(sites.right.plane->set_policy({std::string(interface_name), {c.line(false)}}));
}

void install(TwoSites& sites, const Case& c) {
  OK(sites.right.plane->add_inbound({c.facts(false), c.keys(true)}));
  OK(sites.left.plane->add_inbound({c.facts(true), c.keys(false)}));
  OK(sites.left.plane->add_outbound({c.facts(true), c.keys(true)}));
  OK(sites.right.plane->add_outbound({c.facts(false), c.keys(false)}));
  for (Site* site : {&sites.left, &sites.right}) site->plane->flush();
}

void expect_nothing_left(Site& site) {
  EXPECT_EQ(site.network.shell("ip xfrm state"), "");
  EXPECT_EQ(site.network.shell("ip xfrm policy"), "");
}

class Crossing : public testing::TestWithParam<Case> {};

TEST_P(Crossing, trap_acquire_states_ping_counters_and_nothing_left) {
  const Case& c = GetParam();
  TwoSites sites;
  if (c.encapsulated) sites.open_udp();
  protect(sites, c);

  EXPECT_NE(sites.run(sites.left, c.ping(1)), 0) << "nothing crosses before there are SAs";
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
  const auto* acquire = sites.left.find<engine::Acquire>();
  ASSERT_NE(acquire, nullptr);
  EXPECT_EQ(acquire->line, line_id);
  EXPECT_TRUE(c.selectors(true).contains(acquire->packet)) << acquire->packet.to_string();
  EXPECT_EQ(acquire->packet.local.first, acquire->packet.local.last);
  EXPECT_EQ(acquire->packet.local.protocol, c.inner_v4 ? 1 : 58);

  install(sites, c);
  EXPECT_EQ(sites.run(sites.left, c.ping(5)), 0);
  const Wire wire = sites.look_at_wire();
  EXPECT_EQ(wire.clear_echo, 0U);
  EXPECT_EQ(c.encapsulated ? wire.udp_esp : wire.esp, 10U);
  EXPECT_EQ(c.encapsulated ? wire.esp : wire.udp_esp, 0U);

  const kernel::ChildCounters left = sites.left.plane->counters(child);
  EXPECT_EQ(left.encaps, 5U);
  EXPECT_EQ(left.decaps, 5U);
  EXPECT_EQ(left.encaps_bytes, 5U * (c.inner_v4 ? 84 : 104));
  EXPECT_EQ(sites.right.plane->counters(child).decaps, 5U);
  EXPECT_TRUE(sites.until([&] { return sites.right.find<engine::InboundSeen>() != nullptr; }, 5));

  sites.left.plane->remove_child(child);
  sites.left.plane->flush();
  EXPECT_EQ(sites.left.network.shell("ip xfrm state list | grep -v 0x00000000 | grep spi || true"), "");
  EXPECT_NE(sites.run(sites.left, c.ping(1)), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);

  for (Site* site : {&sites.left, &sites.right}) {
    site->udp.reset();
    site->plane->close();
    expect_nothing_left(*site);
  }
  EXPECT_EQ(sites.run(sites.left, c.ping(1)), 0) << "in clear again";
}

INSTANTIATE_TEST_SUITE_P(
    Families, Crossing,
    testing::Values(Case{.name = "v4_in_v4"}, Case{.name = "v6_in_v6", .inner_v4 = false, .outer_v4 = false},
                    Case{.name = "v4_in_v6", .outer_v4 = false, .gcm = true},
                    Case{.name = "v6_in_v4", .inner_v4 = false, .gcm = true, .esn = true},
                    Case{.name = "v4_in_udp4", .encapsulated = true, .gcm = true},
                    Case{.name = "v6_in_udp4", .inner_v4 = false, .encapsulated = true},
                    Case{.name = "v4_in_udp6", .outer_v4 = false, .encapsulated = true},
                    Case{.name = "v6_in_udp6", .inner_v4 = false, .outer_v4 = false, .encapsulated = true, .esn = true}),
    [](const auto& info) { return info.param.name; });

TEST(Xfrm, what_arrives_in_clear_is_dropped) {
  TwoSites sites;
  const Case c;
  OK(sites.right.plane->set_policy({std::string(interface_name), {c.line(false)}}));
  EXPECT_NE(sites.run(sites.left, c.ping(1)), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 1U);
}

TEST(Xfrm, deny_inside_permit_passes_in_clear) {
  TwoSites sites;
  const Case c;
  for (const bool left : {true, false}) {
    engine::PolicyLine deny = c.line(left);
    deny.id = {2};
    deny.action = AclAction::deny;
    TrafficSelector& far = left ? deny.selectors.remote : deny.selectors.local;
    far = TrafficSelector::of(network("10.0.0.7", 32));
    OK((left ? sites.left : sites.right).plane->set_policy({std::string(interface_name), {deny, c.line(left)}}));
  }
  EXPECT_EQ(sites.run(sites.left, "ping -q -W 1 -c 2 -I 192.168.1.1 10.0.0.7 > /dev/null"), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 4U);
  EXPECT_EQ(sites.left.find<engine::Acquire>(), nullptr);
}

TEST(Xfrm, only_the_maps_interface_is_concerned) {
  TwoSites sites;
  sites.left.network.shell(
      "ip link add other type dummy; ip link set other up; ip addr add 198.51.100.1/24 dev other; ip route change 10.0.0.0/24 "
      "dev other");
  const Case c;
  protect(sites, c);
  sites.run(sites.left, c.ping(1));
  EXPECT_EQ(sites.left.find<engine::Acquire>(), nullptr);
  sites.left.network.shell("ip route change 10.0.0.0/24 via 203.0.113.20");
  sites.run(sites.left, c.ping(1));
  EXPECT_NE(sites.left.find<engine::Acquire>(), nullptr);
}

// A host behind the left gateway, everything protected, the peer inside of what is protected.
TEST(Xfrm, forwarded_packets_and_permit_any_any) {
  TwoSites sites;
  Namespace host;
  sites.left.network.shell("ip link add lan type veth peer name lan netns " + host.path() +
                           "; ip addr add 192.168.2.1/24 dev lan; ip link set lan up; sysctl -qw net.ipv4.ip_forward=1");
  host.shell("ip addr add 192.168.2.2/24 dev lan; ip link set lan up; ip route add default via 192.168.2.1");
  sites.open_udp();
  Case c;
  for (const bool left : {true, false}) {
    engine::PolicyLine all = c.line(left);
    all.selectors = {TrafficSelector::of(Prefix::any(engine::Family::v4)), TrafficSelector::of(Prefix::any(engine::Family::v4))};
    OK((left ? sites.left : sites.right).plane->set_policy({std::string(interface_name), {all}}));
    engine::ChildSaFacts facts = c.facts(left);
    facts.selectors = all.selectors;
    OK((left ? sites.left : sites.right).plane->add_inbound({facts, c.keys(!left)}));
    OK((left ? sites.left : sites.right).plane->add_outbound({facts, c.keys(left)}));
  }
  for (Site* site : {&sites.left, &sites.right}) site->plane->flush();
  const int pid = host.start("ping -q -i 0.1 -W 1 -c 5 10.0.0.1 > /dev/null");
  int status = -1;
  EXPECT_TRUE(sites.until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, 20));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
  // IKE itself passes beside the policies.
  sites.left.udp->send(engine::SendDatagram{{c.wire(true), 500}, {c.wire(false), 500}, engine::Bytes(28, 9)});
  EXPECT_TRUE(sites.until([&] { return sites.right.find<engine::Datagram>() != nullptr; }, 5));
}

TEST(Xfrm, narrowed_child_is_not_widened) {
  TwoSites sites;
  Case c;
  protect(sites, c);
  for (const bool left : {true, false}) {
    engine::ChildSaFacts facts = c.facts(left);
    (left ? facts.selectors.remote : facts.selectors.local) = TrafficSelector::of(network("10.0.0.1", 32));
    Site& site = left ? sites.left : sites.right;
    OK(site.plane->add_inbound({facts, c.keys(!left)}));
    OK(site.plane->add_outbound({facts, c.keys(left)}));
  }
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  EXPECT_EQ(sites.left.find<engine::Acquire>(), nullptr);
  EXPECT_NE(sites.run(sites.left, "ping -q -W 1 -c 1 -I 192.168.1.1 10.0.0.7 > /dev/null"), 0);
  const auto* acquire = sites.left.find<engine::Acquire>();
  ASSERT_NE(acquire, nullptr);
  EXPECT_EQ(acquire->packet.remote.first, *IpAddress::parse("10.0.0.7"));
}

TEST(Xfrm, expires_by_bytes_soft_then_hard) {
  TwoSites sites;
  const Case c{.name = "", .kilobytes = 64};
  protect(sites, c);
  install(sites, c);
  sites.run(sites.left, c.ping(60, "-i 0.01 -s 1300"));
  std::vector<engine::ExpireKind> kinds;
  for (const engine::Event& event : sites.left.events)
    if (const auto* expire = std::get_if<engine::Expire>(&event)) {
      EXPECT_EQ(expire->child, child);
      kinds.push_back(expire->kind);
    }
  ASSERT_GE(kinds.size(), 2U);
  EXPECT_EQ(kinds.front(), engine::ExpireKind::soft);
  EXPECT_EQ(kinds.back(), engine::ExpireKind::hard);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
}

TEST(Xfrm, later_outbound_of_a_line_takes_over) {
  TwoSites sites;
  const Case c;
  protect(sites, c);
  install(sites, c);
  EXPECT_EQ(sites.run(sites.left, c.ping(2)), 0);
  const engine::ChildSaId newer{8};
  for (const bool left : {false, true}) {
    engine::ChildSaFacts facts = c.facts(left);
    facts.child = newer;
    engine::SaParameters in = c.keys(!left), out = c.keys(left);
    in.spi.value += 0x10;
    out.spi.value += 0x10;
    Site& site = left ? sites.left : sites.right;
    OK(site.plane->add_inbound({facts, std::move(in)}));
    OK(site.plane->add_outbound({facts, std::move(out)}));
  }
  EXPECT_EQ(sites.run(sites.left, c.ping(4)), 0);
  EXPECT_EQ(sites.left.plane->counters(newer).encaps, 4U);
  EXPECT_EQ(sites.left.plane->counters(newer).decaps, 4U);
  sites.left.plane->remove_child(child);
  EXPECT_EQ(sites.run(sites.left, c.ping(1)), 0);
}

TEST(Xfrm, moved_child_keeps_keys_and_counters) {
  TwoSites sites;
  const Case c;
  protect(sites, c);
  install(sites, c);
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  sites.left.network.shell("ip addr add 203.0.113.11/24 dev wire");
  const engine::SocketAddress moved{*IpAddress::parse("203.0.113.11"), 500}, right{c.wire(false), 500};
  OK(sites.left.plane->move_child({child, moved, right, false}));
  OK(sites.right.plane->move_child({child, right, moved, false}));
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  EXPECT_EQ(sites.left.plane->counters(child).encaps, 6U);
  EXPECT_EQ(sites.right.plane->counters(child).decaps, 6U);
  EXPECT_EQ(sites.right.plane->counters(child).replay_failed, 0U);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
  // The lines are said again, as configured, while the Child SA is elsewhere.
  protect(sites, c);
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
}

TEST(Xfrm, moved_port_changes_in_place) {
  TwoSites sites;
  const Case c{.name = "", .encapsulated = true};
  sites.open_udp();
  protect(sites, c);
  install(sites, c);
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  OK(sites.right.plane->move_child({child, {c.wire(false), 4500}, {c.wire(true), 4555}, true}));
  EXPECT_NE(sites.right.network.shell("ip xfrm state").find("sport 4500 dport 4555"), std::string::npos);
  OK(sites.right.plane->move_child({child, {c.wire(false), 4500}, {c.wire(true), 4500}, true}));
  EXPECT_EQ(sites.run(sites.left, c.ping(3)), 0);
  EXPECT_EQ(sites.right.plane->counters(child).encaps, 6U);
}

TEST(Xfrm, a_new_policy_touches_only_what_changed) {
  TwoSites sites;
  const Case c;
  std::vector<engine::PolicyLine> lines;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    engine::PolicyLine line = c.line(true);
    line.id = {i};
    line.selectors.remote = TrafficSelector::of(network("10.1." + std::to_string(i) + ".0", 24), 6, {80, 443});
    lines.push_back(line);
  }
  OK(sites.left.plane->set_policy({std::string(interface_name), lines}));
  const auto indices = [&] {
    std::istringstream text(sites.left.network.shell("ip -s xfrm policy | grep -o 'index [0-9]*'"));
    std::set<std::string> all;
    for (std::string each; std::getline(text, each);) all.insert(each);
    return all;
  };
  const auto before = indices();
  lines.erase(lines.begin() + 2);
  std::swap(lines[0], lines[3]);
  OK(sites.left.plane->set_policy({std::string(interface_name), lines}));
  const auto after = indices();
  EXPECT_EQ(after.size(), before.size() / 5 * 4);
  EXPECT_TRUE(std::ranges::includes(before, after)) << "what stays is the same policy as before";
  EXPECT_EQ(sites.left.network.shell("ip xfrm policy | grep -c '10.1.3.0/24' || true"), "0\n");
  OK(sites.left.plane->set_policy({std::string(interface_name), {}}));
  expect_nothing_left(sites.left);
}

TEST(Xfrm, leftovers_of_a_run_before_are_removed_strangers_stay) {
  TwoSites sites;
  const Case c;
  protect(sites, c);
  install(sites, c);
  const std::string stranger = "src 203.0.113.99";
  sites.left.network.shell(
      "ip xfrm state add src 203.0.113.99 dst 203.0.113.10 proto esp spi 0x99 reqid 9 mode tunnel "
      "aead 'rfc4106(gcm(aes))' 0x0102030405060708090a0b0c0d0e0f1011121314 128");
  sites.left.plane.reset();
  EXPECT_NE(sites.left.network.shell("ip xfrm policy"), "") << "an end without order leaves the traps";
  sites.open_planes();
  EXPECT_NE(sites.left.network.shell("ip xfrm policy"), "") << "its successor holds packets back until its own policies stand";
  EXPECT_EQ(sites.left.network.shell("ip xfrm state").substr(0, stranger.size()), stranger);
  EXPECT_EQ(sites.left.network.shell("ip xfrm state | grep -c '^src'"), "1\n");
  for (Site* site : {&sites.left, &sites.right}) site->plane->settle();
  EXPECT_EQ(sites.left.network.shell("ip xfrm policy"), "") << "nobody wants them any more";
  expect_nothing_left(sites.right);
}

TEST(Xfrm, refusals_come_in_the_kernels_words) {
  TwoSites sites;
  const Case c;
  OK(sites.left.plane->add_inbound({c.facts(true), c.keys(false)}));
  engine::ChildSaFacts other = c.facts(true);
  other.child = {child.value + 1};
  OK(sites.left.plane->add_inbound({other, c.keys(false)}));
  sites.left.plane->flush();
  const auto* failed = sites.left.find<engine::InstallFailed>();
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->child, other.child);
  EXPECT_NE(failed->why.find("SA 0x00002000 to 203.0.113.10: File exists"), std::string::npos) << failed->why;
  sites.left.plane->remove_child(other.child);
  sites.left.plane->flush();
  EXPECT_EQ(sites.left.network.shell("ip xfrm state | grep -c '^src'"), "1\n") << "what was refused takes nobody else's SA away";
}

}  // namespace
}  // namespace lab
