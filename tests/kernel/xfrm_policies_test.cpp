#include "kernel/xfrm_policies.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/values.hpp"

namespace kernel {
namespace {

using engine::AclAction;
using engine::IpAddress;
using engine::PolicyLine;
using engine::PortRange;
using engine::Prefix;
using engine::SelectorPair;
using engine::TrafficSelector;

using values::ip;
Prefix net(std::string_view address, std::uint8_t length) { return Prefix::of(ip(address), length); }

std::string text(const std::vector<PortMask>& masks) {
  std::string out;
  char one[32];
  for (const PortMask& mask : masks) {
    std::snprintf(one, sizeof one, "%s%u/%04x", out.empty() ? "" : " ", mask.value, mask.mask);
    out += one;
  }
  return out;
}

std::string text(const std::vector<Prefix>& networks) {
  std::string out;
  for (const Prefix& network : networks) out += (out.empty() ? "" : " ") + network.to_string();
  return out;
}

PolicyLine line(std::uint32_t id, Prefix local, Prefix remote, AclAction action = AclAction::permit) {
  PolicyLine line;
  line.id = {id};
  line.action = action;
  line.selectors = {TrafficSelector::of(local), TrafficSelector::of(remote)};
  line.local = ip("203.0.113.10");
  line.peer = ip("203.0.113.20");
  return line;
}

KernelPolicies policies_of(const std::vector<PolicyLine>& lines, unsigned ifindex = 5) {
  KernelPolicies policies;
  const std::vector<std::uint32_t> ranks = assign_ranks(std::vector<std::optional<std::uint32_t>>(lines.size()));
  const engine::Status added = add_policies({"GigabitEthernet0/0", lines}, ranks, {ifindex}, policies);
  EXPECT_TRUE(added.ok()) << added.failure().why;
  return policies;
}

std::vector<std::pair<PolicyKey, PolicyValue>> of_direction(const KernelPolicies& policies, PolicyDirection direction) {
  std::vector<std::pair<PolicyKey, PolicyValue>> out;
  for (const auto& policy : policies)
    if (policy.first.direction == direction) out.push_back(policy);
  std::ranges::sort(out, {}, [](const auto& policy) { return policy.second.priority; });
  return out;
}

TEST(XfrmPolicies, ports_become_masks) {
  EXPECT_EQ(text(port_masks({0, 65535})), "0/0000");
  EXPECT_EQ(text(port_masks({443, 443})), "443/ffff");
  EXPECT_EQ(text(port_masks({80, 83})), "80/fffc");
  EXPECT_EQ(text(port_masks({1, 6})), "1/ffff 2/fffe 4/fffe 6/ffff");
  EXPECT_EQ(text(port_masks({32768, 65535})), "32768/8000");
  EXPECT_EQ(text(port_masks({65535, 65535})), "65535/ffff");
  EXPECT_EQ(text(port_masks({0, 0})), "0/ffff");
  EXPECT_EQ(port_masks({1, 65534}).size(), 30U);
}

TEST(XfrmPolicies, every_port_is_in_exactly_one_mask) {
  for (const PortRange range : {PortRange{1, 65534}, PortRange{1000, 3000}, PortRange{0, 1}, PortRange{1024, 65535}}) {
    const auto masks = port_masks(range);
    for (unsigned port = 0; port <= 65535; ++port) {
      const auto hits = std::ranges::count_if(masks, [port](const PortMask& mask) { return (port & mask.mask) == mask.value; });
      ASSERT_EQ(hits, port >= range.first && port <= range.last ? 1 : 0) << port;
    }
  }
}

TEST(XfrmPolicies, address_ranges_become_networks) {
  EXPECT_EQ(text(networks_of(ip("10.0.0.0"), ip("10.0.0.255"))), "10.0.0.0/24");
  EXPECT_EQ(text(networks_of(ip("10.0.0.1"), ip("10.0.0.6"))), "10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32");
  EXPECT_EQ(text(networks_of(ip("0.0.0.0"), ip("255.255.255.255"))), "0.0.0.0/0");
  EXPECT_EQ(text(networks_of(ip("255.255.255.255"), ip("255.255.255.255"))), "255.255.255.255/32");
  EXPECT_EQ(text(networks_of(ip("::"), ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))), "::/0");
  EXPECT_EQ(text(networks_of(ip("2001:db8::ffff"), ip("2001:db8::1:0"))), "2001:db8::ffff/128 2001:db8::1:0/128");
}

TEST(XfrmPolicies, a_permit_is_three_policies) {
  const auto policies = policies_of({line(7, net("192.168.1.0", 24), net("10.0.0.0", 24))});
  ASSERT_EQ(policies.size(), 3U);
  const auto out = of_direction(policies, PolicyDirection::out).at(0);
  EXPECT_EQ(out.first.selector.source, net("192.168.1.0", 24));
  EXPECT_EQ(out.first.selector.destination, net("10.0.0.0", 24));
  EXPECT_EQ(out.first.selector.ifindex, 5U);
  EXPECT_EQ(out.second.action, PolicyAction::protect);
  EXPECT_EQ(out.second.reqid, 0x5A000007U);
  EXPECT_EQ(out.second.source, ip("203.0.113.10"));
  EXPECT_EQ(out.second.destination, ip("203.0.113.20"));
  EXPECT_EQ(out.second.priority & xfrm_tag_mask, xfrm_tag);
  for (const PolicyDirection direction : {PolicyDirection::in, PolicyDirection::forward}) {
    const auto back = of_direction(policies, direction).at(0);
    EXPECT_EQ(back.first.selector.source, net("10.0.0.0", 24));
    EXPECT_EQ(back.first.selector.destination, net("192.168.1.0", 24));
    EXPECT_EQ(back.first.selector.ifindex, 0U) << "the kernel compares it with the device a packet leaves by";
    EXPECT_EQ(back.second.action, PolicyAction::protect);
    EXPECT_EQ(back.second.source, ip("203.0.113.20"));
    EXPECT_EQ(back.second.destination, ip("203.0.113.10"));
  }
}

TEST(XfrmPolicies, deny_passes_and_order_is_priority) {
  const auto policies = policies_of({line(1, net("192.168.1.0", 24), net("10.0.0.7", 32), AclAction::deny),
                                     line(2, net("192.168.1.0", 24), net("10.0.0.0", 24))});
  ASSERT_EQ(policies.size(), 6U);
  for (const PolicyDirection direction : {PolicyDirection::in, PolicyDirection::out, PolicyDirection::forward}) {
    const auto both = of_direction(policies, direction);
    EXPECT_EQ(both[0].second.action, PolicyAction::pass);
    EXPECT_EQ(both[0].second.reqid, 0U);
    EXPECT_EQ(both[1].second.action, PolicyAction::protect);
    EXPECT_LT(both[0].second.priority, both[1].second.priority);
  }
}

TEST(XfrmPolicies, the_first_of_two_equal_lines_decides) {
  const auto policies = policies_of({line(1, net("192.168.1.0", 24), net("10.0.0.0", 24), AclAction::deny),
                                     line(2, net("192.168.1.0", 24), net("10.0.0.0", 24))});
  EXPECT_EQ(policies.size(), 3U);
  EXPECT_TRUE(std::ranges::all_of(policies, [](const auto& policy) { return policy.second.action == PolicyAction::pass; }));
}

TEST(XfrmPolicies, port_ranges_become_several_with_one_reqid) {
  PolicyLine ports = line(9, net("192.168.1.0", 24), net("10.0.0.0", 24));
  ports.selectors.local.protocol = ports.selectors.remote.protocol = 6;
  ports.selectors.remote.ports = {80, 85};
  const auto policies = policies_of({ports});
  const auto out = of_direction(policies, PolicyDirection::out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].first.selector.destination_ports, (PortMask{80, 0xFFFC}));
  EXPECT_EQ(out[1].first.selector.destination_ports, (PortMask{84, 0xFFFE}));
  EXPECT_EQ(out[0].second, out[1].second);
  EXPECT_EQ(of_direction(policies, PolicyDirection::in)[0].first.selector.source_ports, (PortMask{80, 0xFFFC}));
}

TEST(XfrmPolicies, icmp_type_and_code_stay_in_their_places) {
  PolicyLine echo = line(9, net("192.168.1.0", 24), net("10.0.0.0", 24));
  echo.selectors.local.protocol = echo.selectors.remote.protocol = 1;
  echo.selectors.local.ports = echo.selectors.remote.ports = {8 << 8, 8 << 8 | 255};
  const auto policies = policies_of({echo});
  ASSERT_EQ(policies.size(), 3U);
  for (const auto& [key, value] : policies) {
    EXPECT_EQ(key.selector.source_ports, (PortMask{8, 0xFFFF}));
    EXPECT_EQ(key.selector.destination_ports, PortMask{});
  }
  echo.selectors.local.ports = echo.selectors.remote.ports = {3 << 8 | 4, 3 << 8 | 4};
  for (const auto& [key, value] : policies_of({echo})) EXPECT_EQ(key.selector.destination_ports, (PortMask{4, 0xFFFF}));
}

TEST(XfrmPolicies, any_any_lets_pass_what_is_on_its_way_out) {
  const auto policies = policies_of({line(1, net("0.0.0.0", 0), net("0.0.0.0", 0))});
  const auto forward = of_direction(policies, PolicyDirection::forward);
  ASSERT_EQ(forward.size(), 2U);
  EXPECT_EQ(forward[0].second.action, PolicyAction::pass);
  EXPECT_EQ(forward[0].first.selector.ifindex, 5U);
  EXPECT_EQ(forward[1].second.action, PolicyAction::protect);
  EXPECT_EQ(forward[1].first.selector.ifindex, 0U);
}

TEST(XfrmPolicies, ipv6_holds_for_every_device_and_spares_neighbour_discovery) {
  const auto policies = policies_of({line(1, net("2001:db8:1::", 64), net("2001:db8:2::", 64))});
  const auto out = of_direction(policies, PolicyDirection::out);
  ASSERT_EQ(out.size(), 4U);
  EXPECT_TRUE(std::ranges::all_of(out, [](const auto& policy) { return policy.first.selector.ifindex == 0; }));
  for (unsigned type = 0; type < 256; ++type) {
    const bool spared = std::ranges::any_of(out, [type](const auto& policy) {
      const KernelSelector& s = policy.first.selector;
      return s.protocol == 58 && (type & s.source_ports.mask) == s.source_ports.value;
    });
    EXPECT_EQ(spared, type >= 133 && type <= 137) << type;
  }
}

TEST(XfrmPolicies, a_tunnel_interface_has_a_scope_instead_of_a_device) {
  const TrafficSelector any = TrafficSelector::of(Prefix::any(engine::Family::v6));
  PolicyLine all;
  all.id = {9};
  all.selectors = {any, any};
  const std::uint32_t ranks[] = {64};
  KernelPolicies policies;
  const PolicyScope scope{ScopeKind::xfrm_interface, 0x5A000001};
  ASSERT_TRUE(add_policies({"Tunnel0", {all}}, ranks, {.scope = scope}, policies).ok());
  EXPECT_EQ(policies.size(), 3U) << "nothing is let pass, not even neighbour discovery";
  for (const auto& [key, value] : policies) {
    EXPECT_EQ(key.scope, scope);
    EXPECT_EQ(key.selector.ifindex, 0U);
    EXPECT_EQ(value.action, PolicyAction::protect);
  }
}

TEST(XfrmPolicies, transport_mode_is_not_forwarded) {
  PolicyLine host = line(1, net("203.0.113.10", 32), net("203.0.113.20", 32));
  host.mode = engine::IpsecMode::transport;
  EXPECT_EQ(policies_of({host}).size(), 2U);
}

TEST(XfrmPolicies, two_interfaces_with_one_map_accept_either) {
  KernelPolicies policies;
  PolicyLine second = line(2, net("192.168.1.0", 24), net("10.0.0.0", 24));
  second.local = ip("198.51.100.10");
  const std::vector<std::uint32_t> ranks{64};
  ASSERT_TRUE(
      add_policies({"GigabitEthernet0/0", {line(1, net("192.168.1.0", 24), net("10.0.0.0", 24))}}, ranks, {5}, policies).ok());
  ASSERT_TRUE(add_policies({"GigabitEthernet0/1", {second}}, ranks, {6}, policies).ok());
  const auto out = of_direction(policies, PolicyDirection::out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_NE(out[0].second.reqid, out[1].second.reqid);
  const auto in = of_direction(policies, PolicyDirection::in);
  ASSERT_EQ(in.size(), 1U);
  EXPECT_EQ(in[0].second.action, PolicyAction::protect);
  EXPECT_EQ(in[0].second.reqid, 0U);
  EXPECT_TRUE(in[0].second.source.is_unspecified());
}

TEST(XfrmPolicies, a_line_that_would_need_too_many_is_refused_and_the_others_stay) {
  PolicyLine wide = line(1, net("192.168.1.0", 24), net("10.0.0.0", 24));
  wide.selectors.local.protocol = wide.selectors.remote.protocol = 6;
  wide.selectors.local.ports = wide.selectors.remote.ports = {1, 65534};
  wide.selectors.local.first = ip("10.0.0.1");
  wide.selectors.local.last = ip("10.255.255.254");
  KernelPolicies policies;
  const std::vector<std::uint32_t> ranks{64, 128};
  const engine::Status added =
      add_policies({"", {wide, line(2, net("192.168.1.0", 24), net("10.0.0.0", 24))}}, ranks, {5}, policies);
  ASSERT_FALSE(added.ok());
  EXPECT_NE(added.failure().why.find("more than 4096 policies"), std::string::npos) << added.failure().why;
  EXPECT_EQ(policies.size(), 3U);
}

TEST(XfrmPolicies, covering_selector_is_exact_where_it_can_be) {
  SelectorPair pair{TrafficSelector::of(net("192.168.1.0", 24), 6, {80, 83}), TrafficSelector::of(net("10.0.0.0", 24), 6)};
  KernelSelector selector = covering_selector(pair);
  EXPECT_EQ(selector.source, net("192.168.1.0", 24));
  EXPECT_EQ(selector.source_ports, (PortMask{80, 0xFFFC}));
  EXPECT_EQ(selector.destination_ports, PortMask{});
  pair.local.first = ip("192.168.1.1");
  pair.local.ports = {80, 85};
  selector = covering_selector(pair);
  EXPECT_EQ(selector.source, net("192.168.1.0", 24));
  EXPECT_EQ(selector.source_ports, (PortMask{80, 0xFFF8}));
}

using Old = std::vector<std::optional<std::uint32_t>>;

TEST(XfrmPolicies, ranks_of_lines_that_stay_stay) {
  EXPECT_EQ(assign_ranks(Old{{}, {}, {}}), (std::vector<std::uint32_t>{64, 128, 192}));
  EXPECT_EQ(assign_ranks(Old{64, {}, 128}), (std::vector<std::uint32_t>{64, 96, 128}));
  EXPECT_EQ(assign_ranks(Old{{}, 64, 128}), (std::vector<std::uint32_t>{32, 64, 128}));
  EXPECT_EQ(assign_ranks(Old{64, 128, {}}), (std::vector<std::uint32_t>{64, 128, 192}));
  EXPECT_EQ(assign_ranks(Old{256, 64, 128, 192}), (std::vector<std::uint32_t>{32, 64, 128, 192})) << "one moved to the front";
  EXPECT_EQ(assign_ranks(Old{}), std::vector<std::uint32_t>{});
}

TEST(XfrmPolicies, without_room_all_ranks_are_new) {
  EXPECT_EQ(assign_ranks(Old{64, {}, 65}), (std::vector<std::uint32_t>{64, 128, 192}));
  EXPECT_EQ(assign_ranks(Old{(1U << 22) - 1, {}}), (std::vector<std::uint32_t>{64, 128}));
}

TEST(XfrmPolicies, ranks_always_increase_within_their_bounds) {
  Old old(100'000);
  for (std::size_t round = 0; round < 4; ++round) {
    const auto ranks = assign_ranks(old);
    ASSERT_TRUE(std::ranges::adjacent_find(ranks, std::greater_equal<>{}) == ranks.end());
    ASSERT_GE(ranks.front(), 1U);
    ASSERT_LT(ranks.back(), 1U << 22);
    for (std::size_t i = 0; i < old.size(); ++i)
      old[i] = i % 3 == round % 3 ? std::nullopt : std::optional(ranks[(i * 7) % ranks.size()]);
  }
}

}  // namespace
}  // namespace kernel
