// What a Child SA or a permit line may say besides addresses and keys, in the real kernel.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "tests/lab/two_sites.hpp"

namespace lab::options {
namespace {

using engine::IpAddress;
using engine::Prefix;
using engine::TrafficSelector;

constexpr std::string_view interface_name = "GigabitEthernet0/0";

#define OK(expression)                                  \
  do {                                                  \
    const engine::Status status_ = (expression);        \
    ASSERT_TRUE(status_.ok()) << status_.failure().why; \
  } while (false)

IpAddress wire(bool left, bool v4 = true) {
  if (v4) return *IpAddress::parse(left ? "203.0.113.10" : "203.0.113.20");
  return *IpAddress::parse(left ? "2001:db8:ff::10" : "2001:db8:ff::20");
}
TrafficSelector lan(bool left, std::uint8_t protocol = 0, engine::PortRange ports = {}) {
  TrafficSelector out = TrafficSelector::of(Prefix::of(*IpAddress::parse(left ? "192.168.1.0" : "10.0.0.0"), 24));
  out.protocol = protocol;
  out.ports = ports;
  return out;
}
engine::PolicyLine line(bool left, engine::SelectorPair selectors) {
  engine::PolicyLine line;
  line.id = {3};
  line.selectors = std::move(selectors);
  line.local = wire(left);
  line.peer = wire(!left);
  return line;
}
engine::ChildSaFacts facts(bool left, engine::SelectorPair selectors, std::uint32_t number = 7) {
  engine::ChildSaFacts facts;
  facts.child = {number};
  facts.line = {3};
  facts.interface = interface_name;
  facts.selectors = std::move(selectors);
  facts.local = {wire(left), 500};
  facts.remote = {wire(!left), 500};
  return facts;
}
engine::SaParameters keys(bool to_right) {
  engine::SaParameters sa;
  sa.spi = {to_right ? 0x1000U : 0x2000U};
  sa.encryption = engine::find_esp_keyword("esp-gcm 256");
  sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, to_right ? 1 : 2));
  return sa;
}

TEST(XfrmOptions, replay_windows_up_to_1024_and_none_with_and_without_esn) {
  TwoSites sites;
  std::uint32_t number = 0x3000;
  for (const bool esn : {false, true})
    for (const std::uint32_t window : {0U, 32U, 64U, 128U, 256U, 512U, 1024U}) {
      engine::ChildSaFacts f = facts(true, {lan(true), lan(false)}, ++number);
      f.replay_window = window;
      engine::SaParameters sa = keys(false);
      sa.spi.value = number;
      sa.extended_sequence_numbers = esn;
      OK(sites.left.plane->add_inbound({f, std::move(sa)}));
      sites.left.plane->flush();
      char command[200];
      std::snprintf(command, sizeof command, "ip xfrm state get src 203.0.113.20 dst 203.0.113.10 proto esp spi 0x%x", number);
      const std::string shown = sites.left.network.shell(command);
      // The kernel has no ESN without a window.
      const std::string wanted = std::to_string(esn && window == 0 ? 32 : window);
      const bool has = shown.find("replay-window " + wanted + " ") != std::string::npos ||
                       shown.find("replay_window " + wanted + ",") != std::string::npos;
      EXPECT_TRUE(has) << window << " " << esn << ": " << shown;
      EXPECT_EQ(shown.find("esn") != std::string::npos, esn || window > 32) << shown;
    }
}

// Distinct flows of one permit line: the kernel asks once, so that one negotiation starts.
TEST(XfrmOptions, a_storm_of_flows_asks_once_for_a_line) {
  TwoSites sites;
  OK(sites.left.plane->set_policy({std::string(interface_name), {line(true, {lan(true), lan(false)})}}));
  sites.left.network.inside([] {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in from{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {::inet_addr("192.168.1.1")}, .sin_zero = {}};
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from), 0);
    constexpr unsigned flows = 100000;
    for (unsigned i = 0; i < flows; ++i) {
      sockaddr_in to = from;
      to.sin_addr.s_addr = htonl(0x0A000001 + i % 250);
      to.sin_port = htons(static_cast<std::uint16_t>(1024 + i / 250));
      ::sendto(fd, "", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    ::close(fd);
  });
  sites.until([] { return false; }, 1);
  const auto acquires =
      std::ranges::count_if(sites.left.events, [](const auto& event) { return std::holds_alternative<engine::Acquire>(event); });
  EXPECT_EQ(acquires, 1);
}

TEST(XfrmOptions, an_algorithm_that_the_kernel_lacks_is_named_with_its_module) {
  TwoSites sites;
  const std::string loader =
      sites.left.network.shell("cat /proc/sys/kernel/modprobe; echo /bin/false > /proc/sys/kernel/modprobe");
  engine::SaParameters sa = keys(false);
  sa.encryption = engine::find_esp_keyword("esp-3des");
  sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, 1));
  sa.integrity = engine::find_esp_keyword("esp-md5-hmac");
  sa.key_integrity = engine::Secret(engine::Bytes(sa.integrity->key_octets, 2));
  OK(sites.left.plane->add_inbound({facts(true, {lan(true), lan(false)}), std::move(sa)}));
  sites.left.plane->flush();
  sites.left.network.shell("echo " + loader.substr(0, loader.find('\n')) + " > /proc/sys/kernel/modprobe");
  const auto* failed = sites.left.find<engine::InstallFailed>();
  ASSERT_NE(failed, nullptr);
  EXPECT_NE(failed->why.find("modules cbc, des_generic"), std::string::npos) << failed->why;
  EXPECT_EQ(sites.left.network.shell("ip xfrm state"), "") << "nothing is half installed";
}

// One protocol is protected, by what stands in its header; everything else passes in clear.
struct Selected {
  std::string name;
  std::uint8_t protocol;
  engine::PortRange there{}, here{};
  std::string protects, passes;
};
class Selectors : public testing::TestWithParam<Selected> {};

TEST_P(Selectors, only_what_a_line_selects_is_protected) {
  const Selected& s = GetParam();
  TwoSites sites;
  sites.left.network.shell("ip route change 10.0.0.0/24 via 203.0.113.20 src 192.168.1.1");
  for (const bool left : {true, false}) {
    engine::SelectorPair pair{lan(left, s.protocol, left ? s.here : s.there), lan(!left, s.protocol, left ? s.there : s.here)};
    OK((left ? sites.left : sites.right).plane->set_policy({std::string(interface_name), {line(left, pair)}}));
  }
  sites.run(sites.left, s.passes);
  EXPECT_EQ(sites.left.find<engine::Acquire>(), nullptr) << "what the line does not select";
  sites.run(sites.left, s.protects);
  const auto* acquire = sites.left.find<engine::Acquire>();
  ASSERT_NE(acquire, nullptr);
  EXPECT_EQ(acquire->packet.remote.protocol, s.protocol);
  EXPECT_EQ(acquire->packet.remote.ports.first, s.there.first);
}

const std::string connect = "timeout 1 bash -c 'exec 3<>/dev/tcp/10.0.0.1/";
INSTANTIATE_TEST_SUITE_P(
    Lines, Selectors,
    testing::Values(Selected{"echo_request",
                             1,
                             {8 << 8, 8 << 8},
                             {8 << 8, 8 << 8},
                             "ping -q -W 1 -c 1 -I 192.168.1.1 10.0.0.1 > /dev/null",
                             connect + "80' 2> /dev/null"},
                    Selected{"echo_request_of_any_code",
                             1,
                             {8 << 8, 8 << 8 | 0xFF},
                             {8 << 8, 8 << 8 | 0xFF},
                             "ping -q -W 1 -c 1 -I 192.168.1.1 10.0.0.1 > /dev/null",
                             connect + "80' 2> /dev/null"},
                    Selected{"tcp_port", 6, {80, 80}, {}, connect + "80' 2> /dev/null", connect + "81' 2> /dev/null"}),
    [](const auto& info) { return info.param.name; });

// Between the gateways themselves, IPv4 and IPv6.
class TransportMode : public testing::TestWithParam<bool> {
 protected:
  engine::SelectorPair gateways(bool left) const {
    return {TrafficSelector::of(Prefix::host(wire(left, v4))), TrafficSelector::of(Prefix::host(wire(!left, v4)))};
  }
  engine::PolicyLine line_of_gateways(bool left) const {
    engine::PolicyLine out = line(left, gateways(left));
    out.mode = engine::IpsecMode::transport;
    out.local = wire(left, v4);
    out.peer = wire(!left, v4);
    return out;
  }
  void protect(std::vector<engine::PolicyLine> more = {}) {
    for (const bool left : {true, false}) {
      std::vector<engine::PolicyLine> lines{line_of_gateways(left)};
      lines.insert(lines.end(), more.begin(), more.end());
      OK((left ? sites.left : sites.right).plane->set_policy({std::string(interface_name), lines}));
    }
  }
  void install(engine::IpsecMode mode) {
    for (const bool left : {true, false}) {
      engine::ChildSaFacts f = facts(left, gateways(left));
      f.mode = mode;
      f.local.ip = wire(left, v4);
      f.remote.ip = wire(!left, v4);
      Site& site = left ? sites.left : sites.right;
      OK(site.plane->add_inbound({f, keys(!left)}));
      OK(site.plane->add_outbound({f, keys(left)}));
      site.plane->flush();
    }
  }
  void expect_protected_pings() {
    sites.look_at_wire();
    EXPECT_EQ(sites.run(sites.left, "ping -q -i 0.1 -W 1 -c 3 " + wire(false, v4).to_string() + " > /dev/null"), 0);
    const Wire seen = sites.look_at_wire();
    EXPECT_EQ(seen.esp, 6U);
    EXPECT_EQ(seen.clear_echo, 0U);
  }
  std::string templates() {
    return sites.left.network.shell("ip xfrm policy | grep -o 'mode [a-z]*' | sort | uniq -c | tr -s ' '");
  }

  const bool v4 = GetParam();
  TwoSites sites;
};

TEST_P(TransportMode, carries_what_the_gateways_say_to_each_other) {
  protect();
  install(engine::IpsecMode::transport);
  expect_protected_pings();
}

// The peer has not agreed to transport mode, or an address behind a NAT does not allow it.
TEST_P(TransportMode, a_line_in_transport_mode_is_served_in_tunnel_mode) {
  protect();
  EXPECT_EQ(templates(), " 2 mode transport\n");
  install(engine::IpsecMode::tunnel);
  EXPECT_EQ(templates(), " 3 mode tunnel\n");
  expect_protected_pings();
  engine::PolicyLine other = line(true, {lan(true), lan(false)});
  other.id = {4};
  protect({other});
  expect_protected_pings();
  protect();
  for (Site* site : {&sites.left, &sites.right}) site->plane->remove_child({7});
  EXPECT_EQ(templates(), " 2 mode transport\n") << "nobody serves it: as configured";
  EXPECT_NE(sites.run(sites.left, "ping -q -W 1 -c 1 " + wire(false, v4).to_string() + " > /dev/null"), 0);
  EXPECT_EQ(sites.look_at_wire().clear_echo, 0U);
}

INSTANTIATE_TEST_SUITE_P(Families, TransportMode, testing::Bool(), [](const auto& info) { return info.param ? "v4" : "v6"; });

}  // namespace
}  // namespace lab::options
