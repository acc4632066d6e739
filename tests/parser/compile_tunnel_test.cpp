// `interface TunnelN` with `tunnel protection`: what the engine and the data plane are told of it.
#include <gtest/gtest.h>

#include <algorithm>

#include "parser/compile.hpp"
#include "parser/configuration.hpp"
#include "tests/parser/compiled.hpp"

namespace parser {
namespace {

using engine::IpAddress;
using engine::Prefix;

const std::string ikev2 = R"(
crypto ikev2 keyring KEYS
 peer ANY
  address 0.0.0.0 0.0.0.0
  pre-shared-key one
crypto ikev2 profile PROF
 match identity remote address 0.0.0.0
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
crypto ipsec transform-set TS esp-gcm 256
 mode transport
crypto ipsec profile IPSEC
 set transform-set TS
 set pfs group19
 set ikev2-profile PROF
 set security-association lifetime seconds 1800
)";
const std::string tunnel = R"(
interface Tunnel0
 ip address 172.16.0.1 255.255.255.252
 ipv6 address 2001:DB8:C::1/64
 ip mtu 1400
 ip tcp adjust-mss 1360
 tunnel source 203.0.113.10
 tunnel mode ipsec ipv4
 tunnel destination 203.0.113.20
 tunnel protection ipsec profile IPSEC
)";

Prefix with_length(const char* text, int length) { return {*IpAddress::parse(text), static_cast<std::uint8_t>(length)}; }

/// `text` with `what` replaced.
std::string with(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(CompileTunnel, BuiltInProfileAndTransformSetAreTakenWhereNoneIsNamed) {
  const std::string smart =
      with(ikev2, "crypto ikev2 profile PROF", "crypto ikev2 profile default") + with(tunnel, "profile IPSEC", "profile default");
  const auto sets = [](const Compiled& c) { return c.config->interfaces.at(0).entries.at(0)->transform_sets; };
  const Compiled c = compiled(smart);
  ASSERT_EQ(c.config->interfaces.size(), 1u) << all_warnings(c);
  EXPECT_EQ(c.config->interfaces[0].entries.at(0)->profile->name, "default");
  ASSERT_EQ(sets(c).size(), 1u);
  EXPECT_EQ(sets(c)[0]->encryption->esp_keyword, "esp-aes");
  EXPECT_EQ(sets(c)[0]->integrity->esp_keyword, "esp-sha-hmac");
  EXPECT_EQ(sets(c)[0]->mode, engine::IpsecMode::tunnel);

  // What is typed takes its place, and `no` switches it off.
  EXPECT_EQ(sets(compiled("crypto ipsec transform-set default esp-gcm 256\n" + smart)).at(0)->encryption->esp_keyword,
            "esp-gcm 256");
  EXPECT_EQ(compiled("crypto ipsec profile default\n set transform-set TS\n" + smart)
                .config->interfaces.at(0)
                .entries.at(0)
                ->transform_sets.at(0)
                ->name,
            "TS");
  EXPECT_TRUE(compiled("no crypto ipsec transform-set default\n" + smart).config->interfaces.empty());
  EXPECT_TRUE(compiled("no crypto ipsec profile default\n" + smart).config->interfaces.empty());
  EXPECT_TRUE(compiled(ikev2 + with(tunnel, "profile IPSEC", "profile default")).config->interfaces.empty())
      << "no IKEv2 profile is named default";
}

TEST(CompileTunnel, BuiltInTransformSetOfAMapIsInTransportModeBetweenHostsAlone) {
  const auto mode = [](const std::string& line) {
    const Compiled c = compiled(ikev2 + "ip access-list extended L\n permit " + line +
                                "\ncrypto map M 10 ipsec-isakmp\n set peer 192.0.2.2\n set ikev2-profile PROF\n match address L\n"
                                "interface GigabitEthernet1\n ip address 192.0.2.1 255.255.255.0\n crypto map M\n");
    EXPECT_EQ(c.config->interfaces.at(0).entries.size(), 1u) << all_warnings(c);
    return c.config->interfaces.at(0).entries.at(0)->transform_sets.at(0)->mode;
  };
  EXPECT_EQ(mode("ip host 192.0.2.1 host 192.0.2.2"), engine::IpsecMode::transport);
  EXPECT_EQ(mode("ip 10.0.0.0 0.0.0.255 10.1.0.0 0.0.0.255"), engine::IpsecMode::tunnel);
}

TEST(CompileTunnel, IsAnInterfaceWithOneEntryAndADevice) {
  const Compiled c = compiled(ikev2 + tunnel);
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  ASSERT_EQ(c.config->interfaces.size(), 1u);
  const engine::ProtectedInterface& interface = c.config->interfaces[0];
  EXPECT_EQ(interface.name, "Tunnel0");
  ASSERT_TRUE(interface.tunnel);
  EXPECT_EQ(interface.tunnel->source, IpAddress::parse("203.0.113.10"));
  EXPECT_FALSE(interface.tunnel->responder_only);
  ASSERT_EQ(interface.entries.size(), 1u);
  const engine::CryptoMapEntry& entry = *interface.entries[0];
  EXPECT_EQ(entry.map, "Tunnel0-head-0");
  EXPECT_EQ(entry.sequence, 65537u);
  EXPECT_EQ(entry.peers, std::vector<engine::Peer>{*IpAddress::parse("203.0.113.20")});
  EXPECT_EQ(entry.lifetime, std::chrono::seconds(1800));
  ASSERT_TRUE(entry.pfs_group);
  ASSERT_EQ(entry.transform_sets.size(), 1u);
  EXPECT_EQ(entry.transform_sets[0]->mode, engine::IpsecMode::tunnel) << "whatever the set says";
  ASSERT_EQ(entry.lines.size(), 1u);
  EXPECT_EQ(entry.lines[0].selectors.to_string().find("0.0.0.0/0"), 0u);

  ASSERT_EQ(c.tunnels.size(), 1u);
  const TunnelDevice& device = c.tunnels[0];
  EXPECT_EQ(device.name, "Tunnel0");
  EXPECT_EQ(device.device, "Tunnel0");
  EXPECT_EQ(device.addresses, (std::vector{with_length("172.16.0.1", 30), with_length("2001:db8:c::1", 64)}));
  EXPECT_EQ(device.mtu, 1400u);
  EXPECT_EQ(device.mss_v4, 1360u);
  EXPECT_EQ(device.mss_v6, 0u);
  EXPECT_FALSE(device.shut_down);
  EXPECT_EQ(c.interfaces, (std::vector<InterfaceBinding>{{"Tunnel0", "Tunnel0"}}));
}

TEST(CompileTunnel, LinesHaveEffectOnATunnelAndNotOnAnotherInterface) {
  for (const LineReport& line : applied(ikev2 + tunnel).lines) EXPECT_NE(line.verdict, Verdict::no_effect) << line.text;
  std::size_t without = 0;
  for (const LineReport& line :
       applied("interface GigabitEthernet0/0\n ip address 10.0.0.1 255.0.0.0\n ip mtu 1400\n shutdown\n").lines)
    without += line.verdict == Verdict::no_effect;
  EXPECT_EQ(without, 3u);
}

TEST(CompileTunnel, EveryModeOfIpsecHasItsSelectors) {
  struct Row {
    const char *mode, *source, *destination;
    std::vector<std::string> inside;
  };
  for (const Row& row : std::vector<Row>{{"ipv4", "203.0.113.10", "203.0.113.20", {"0.0.0.0/0"}},
                                         {"ipv4 v6-overlay", "203.0.113.10", "203.0.113.20", {"::/0"}},
                                         {"ipv6", "2001:DB8::10", "2001:DB8::20", {"::/0"}},
                                         {"ipv6 v4-overlay", "2001:DB8::10", "2001:DB8::20", {"0.0.0.0/0"}},
                                         {"dual-overlay", "203.0.113.10", "203.0.113.20", {"0.0.0.0/0", "::/0"}},
                                         {"dual-overlay", "2001:DB8::10", "2001:DB8::20", {"0.0.0.0/0", "::/0"}}}) {
    const Compiled c = compiled(ikev2 + "interface Tunnel1\n tunnel source " + row.source + "\n tunnel mode ipsec " + row.mode +
                                "\n tunnel destination " + row.destination + "\n tunnel protection ipsec profile IPSEC\n");
    EXPECT_TRUE(c.warnings.empty()) << row.mode << ": " << all_warnings(c);
    ASSERT_EQ(c.config->interfaces.size(), 1u) << row.mode;
    std::vector<std::string> inside;
    for (const auto& line : c.config->interfaces[0].entries.at(0)->lines) {
      EXPECT_EQ(line.selectors.local, line.selectors.remote);
      inside.push_back(line.selectors.local.to_string());
    }
    EXPECT_EQ(inside, row.inside) << row.mode;
  }
}

TEST(CompileTunnel, ADestinationByNameHasTheFamilyOfTheTunnel) {
  for (const auto& [mode, source, family] : {std::tuple{"ipv4", "GigabitEthernet0/0", engine::Family::v4},
                                             {"ipv6", "GigabitEthernet0/0", engine::Family::v6},
                                             {"dual-overlay", "2001:DB8::10", engine::Family::v6},
                                             {"dual-overlay", "GigabitEthernet0/0", engine::Family::v4}}) {
    const Compiled c = compiled(ikev2 + "interface Tunnel1\n tunnel source " + source + "\n tunnel mode ipsec " + mode +
                                "\n tunnel destination hub.example.net\n tunnel protection ipsec profile IPSEC\n");
    EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
    ASSERT_EQ(c.config->interfaces.size(), 1u);
    EXPECT_EQ(c.config->interfaces[0].entries.at(0)->peers,
              std::vector<engine::Peer>{engine::Peer({"hub.example.net", family}, true)});
  }
}

TEST(CompileTunnel, SaysWhatIsMissing) {
  struct Row {
    const char *from, *to, *warning;
    std::size_t devices;
  };
  for (const Row& row : std::vector<Row>{
           {" tunnel source 203.0.113.10\n", "", "no tunnel source is set", 1},
           {" tunnel destination 203.0.113.20\n", "", "no tunnel destination is set", 1},
           {"destination 203.0.113.20", "destination dynamic", "no FlexVPN client has peers for it", 1},
           {"source 203.0.113.10", "source dynamic", "no FlexVPN client has a source for it", 1},
           {"destination 203.0.113.20", "destination 2001:DB8::20", "not of one address family", 1},
           {" tunnel protection ipsec profile IPSEC\n", "", "carries nothing", 1},
           {"protection ipsec profile IPSEC", "protection ipsec profile NONE", "IPsec profile NONE is not defined", 1},
           {" tunnel mode ipsec ipv4\n", "", "GRE", 0},
           {" tunnel mode ipsec ipv4\n", " tunnel mode gre multipoint\n", "GRE", 0},
           {" tunnel mode ipsec ipv4\n", " tunnel mode ipsec ipv4\n tunnel vrf OUTSIDE\n", "VRFs do not exist", 0},
           {"interface Tunnel0\n", "interface Tunnel0\n vrf forwarding RED\n", "VRFs do not exist", 0},
           {"interface Tunnel0\n", "interface Tunnel0\n device a-device-of-21-letters\n", "too long for a Linux device", 0},
       }) {
    std::string text = ikev2 + tunnel;
    const std::size_t at = text.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    text.replace(at, std::string_view(row.from).size(), row.to);
    const Compiled c = compiled(text);
    EXPECT_NE(all_warnings(c).find(row.warning), std::string::npos) << row.from << "->" << row.to << ": " << all_warnings(c);
    EXPECT_EQ(c.tunnels.size(), row.devices) << row.warning;
    EXPECT_TRUE(c.config->interfaces.empty()) << row.warning;
  }
}

TEST(CompileTunnel, ShutDownIsADeviceWithoutProtection) {
  const Compiled c = compiled(ikev2 + tunnel + " shutdown\n");
  EXPECT_TRUE(c.config->interfaces.empty());
  ASSERT_EQ(c.tunnels.size(), 1u);
  EXPECT_TRUE(c.tunnels[0].shut_down);
}

TEST(CompileTunnel, AnAccessListNarrowsWhatTheTunnelCarries) {
  const Compiled c = compiled(ikev2 + tunnel +
                              " tunnel protection ipsec policy ipv4 NETS\n"
                              "ip access-list extended NETS\n permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n"
                              " permit ip 192.168.2.0 0.0.0.255 10.0.0.0 0.0.0.255\n");
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  ASSERT_EQ(c.config->interfaces.size(), 1u);
  EXPECT_EQ(c.config->interfaces[0].entries[0]->lines.size(), 2u);
}

TEST(CompileTunnel, UnnumberedBorrowsTheAddress) {
  const Compiled c = compiled(ikev2 + "interface GigabitEthernet0/0\n ip address 203.0.113.10 255.255.255.0\n" + tunnel +
                              " no ip address\n ip unnumbered GigabitEthernet0/0\n");
  ASSERT_EQ(c.tunnels.size(), 1u);
  EXPECT_NE(std::find(c.tunnels[0].addresses.begin(), c.tunnels[0].addresses.end(), with_length("203.0.113.10", 32)),
            c.tunnels[0].addresses.end());
}

TEST(CompileTunnel, ALoopbackIsADeviceOfOursUnlessItNamesOne) {
  const std::string addresses = " ip address 10.255.0.1 255.255.255.255\n ipv6 address 2001:DB8::1/128\n";
  for (const LineReport& line : applied("interface Loopback0\n ip address 10.255.0.1 255.255.255.255\n").lines)
    EXPECT_NE(line.verdict, Verdict::no_effect) << line.text;
  const Compiled c =
      compiled("interface Loopback0\n" + addresses + "interface Loopback1\n device lo\n" + addresses + "interface Loopback2\n");
  ASSERT_EQ(c.loopbacks.size(), 1u);
  EXPECT_EQ(c.loopbacks[0].device, "Loopback0");
  EXPECT_EQ(c.loopbacks[0].addresses, (std::vector{with_length("10.255.0.1", 32), with_length("2001:db8::1", 128)}));
  EXPECT_EQ(c.interfaces, (std::vector<InterfaceBinding>{{"Loopback0", "Loopback0"}, {"Loopback1", "lo"}, {"Loopback2", ""}}));
}

TEST(CompileTunnel, StaticRoutesIntoItAreOurs) {
  const std::string routes =
      "ip route 10.0.0.0 255.255.255.0 Tunnel0\nip route 0.0.0.0 0.0.0.0 Tunnel0 200\nip route 10.9.0.0 255.255.0.0 203.0.113.1\n"
      "ipv6 route 2001:DB8:B::/64 Tunnel0\n";
  const Compiled c = compiled(ikev2 + tunnel + routes);
  ASSERT_EQ(c.tunnels.size(), 1u);
  std::vector<Prefix> found = c.tunnels[0].routes;
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector{with_length("0.0.0.0", 0), with_length("10.0.0.0", 24), with_length("2001:db8:b::", 64)}));
  std::size_t without = 0;
  for (const LineReport& line : applied(routes).lines) without += line.verdict == Verdict::no_effect;
  EXPECT_EQ(without, 1u) << "the one by the host's own interface";
}

TEST(CompileTunnel, OfSeveralRoutesToANetworkTheLeastDistanceCounts) {
  std::string second = tunnel;
  second.replace(second.find("Tunnel0"), 7, "Tunnel6");
  const auto routes_of = [&](const std::string& lines) {
    std::string out;
    for (const TunnelDevice& device : compiled(ikev2 + tunnel + second + lines).tunnels)
      for (const Prefix& route : device.routes) out += device.name + " " + route.to_string() + ";";
    return out;
  };
  EXPECT_EQ(routes_of("ip route 10.5.0.0 255.255.255.0 Tunnel0\nip route 10.5.0.0 255.255.255.0 Tunnel6 200\n"),
            "Tunnel0 10.5.0.0/24;");
  EXPECT_EQ(
      routes_of("ip route 10.5.0.0 255.255.255.0 Tunnel0 172.16.0.2 200 name x\nip route 10.5.0.0 255.255.255.0 Tunnel6 9\n"),
      "Tunnel6 10.5.0.0/24;");
  EXPECT_EQ(routes_of("ip route 10.5.0.0 255.255.255.0 Tunnel0 name 7\nip route 10.5.0.0 255.255.255.0 Tunnel6 1\n"),
            "Tunnel0 10.5.0.0/24;Tunnel6 10.5.0.0/24;");
  EXPECT_EQ(routes_of("ip route 10.5.0.0 255.255.255.0 Tunnel0\nip route 10.5.0.0 255.255.255.0 Tunnel6 200\n"
                      "interface Tunnel0\n shutdown\n"),
            "Tunnel6 10.5.0.0/24;");
}

TEST(CompileTunnel, ResponderOnlyBeginsNothing) {
  std::string text = ikev2 + tunnel;
  text.replace(text.find(" set pfs"), 0, " responder-only\n");
  EXPECT_TRUE(compiled(text).config->interfaces.at(0).tunnel->responder_only);
}

}  // namespace
}  // namespace parser
