// `sallyport check`: each check with a sample that provokes it, and none on samples that are right.
#include "parser/check/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

namespace parser {
namespace {

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// "a.cfg:3,b.cfg:9 CHECK: text", one line a finding.
std::string findings(const CheckReport& report) {
  std::string out;
  for (const Finding& finding : report.findings) {
    for (std::size_t i = 0; i < finding.places.size(); ++i)
      out += (i ? "," : "") + finding.places[i].file + ":" + std::to_string(finding.places[i].line);
    out += " " + finding.check + ": " + finding.text + "\n";
  }
  return out;
}

/// A site that is right: `own` and `peer` end with these octets.
std::string site_of(const std::string& own, const std::string& peer) {
  return "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 19\n"  // 1-4
         "crypto ikev2 policy POL\n proposal P\n"                                            // 5-6
         "crypto ikev2 keyring K\n peer X\n  address 192.0.2." +
         peer +
         "\n  pre-shared-key Correct-Horse-7\n"  // 7-10
         "crypto ikev2 profile PR\n match identity remote address 192.0.2." +
         peer +
         "\n"                                                                                     // 11-12
         " authentication remote pre-share\n authentication local pre-share\n keyring local K\n"  // 13-15
         "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n mode tunnel\n"              // 16-17
         "ip access-list extended ACL\n permit ip 10.0." +
         own + ".0 0.0.0.255 10.0." + peer +
         ".0 0.0.0.255\n"  // 18-19
         "crypto map M 10 ipsec-isakmp\n set peer 192.0.2." +
         peer +
         "\n set transform-set TS\n"                                      // 20-22
         " set pfs group19\n set ikev2-profile PR\n match address ACL\n"  // 23-25
         "interface GigabitEthernet0/0\n ip address 192.0.2." +
         own + " 255.255.255.0\n crypto map M\n";  // 26-28
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string one(const std::string& text) { return findings(check({{"a.cfg", text}})); }
std::string two(const std::string& a, const std::string& b) { return findings(check({{"a.cfg", a}, {"b.cfg", b}})); }

TEST(Check, WhatIsRightHasNoFindings) {
  EXPECT_EQ(one(site_of("1", "2")), "");
  EXPECT_EQ(two(site_of("1", "2"), site_of("2", "1")), "");
  const std::string folder = SOURCE_DIR "/samples/two-sites/";
  EXPECT_EQ(findings(check({{"a", file(folder + "site-a.cfg")}, {"b", file(folder + "site-b.cfg")}})), "");
}

TEST(Check, ATextWithoutAnEndIsRefused) {
  const CheckReport report = check({{"a.cfg", "hostname R1\nbanner motd #\nhello\nhostname AFTER\n"}});
  EXPECT_TRUE(report.refused_any);
  const auto& lines = report.files[0].lines;
  EXPECT_NE(lines[1].why.find("has no end"), std::string::npos) << lines[1].why;
  EXPECT_EQ(lines[3].verdict, Verdict::refused);
}

TEST(Check, EveryLineIsReported) {
  const CheckReport report = check({{"a.cfg",
                                     "! a comment\nhostname R1\nip route 0.0.0.0 0.0.0.0 192.0.2.254\n"
                                     "crypto ikev2 propsal P\ncrypto ikev2 keyring K\n peer X\n  pre-shared-key Secret1 more\n"
                                     "  adress 192.0.2.1\n  address\n"}});
  ASSERT_EQ(report.files.size(), 1u);
  const auto& lines = report.files[0].lines;
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_TRUE(report.refused_any);
  EXPECT_EQ(lines[0].verdict, Verdict::accepted);
  EXPECT_EQ(lines[0].number, 2u);
  EXPECT_EQ(lines[1].verdict, Verdict::no_effect);
  EXPECT_NE(lines[1].why.find("routes are the host's"), std::string::npos) << lines[1].why;
  EXPECT_EQ(lines[2].verdict, Verdict::refused);
  EXPECT_EQ(lines[2].caret, 13u);
  EXPECT_EQ(lines[2].nearest, "crypto ikev2 proposal P");
  EXPECT_EQ(lines[5].text, "  pre-shared-key ******* ****");
  EXPECT_EQ(lines[5].verdict, Verdict::refused);
  EXPECT_EQ(lines[6].nearest, "  address 192.0.2.1");
  EXPECT_EQ(lines[7].why, "% Incomplete command.");
}

TEST(Check, NamesTheLinesOfNumberedLists) {
  EXPECT_EQ(one("hostname R1\naccess-list 101 permit ip any any\n"),
            "a.cfg:2 unused: access list 101 is not used by any crypto map\n");
}

TEST(Check, SaysWhatMayHaveBeenMeant) {
  const CheckReport report = check({{"a.cfg",
                                     "tunnel-group 192.0.2.1 type ipsec-l2l\ncrypto ikev2 keyring \xE2\x80\x9CK\xE2\x80\x9D\n"
                                     " peer P\n  description <who knows>\n  pre-shared-key **PSK**\nR1#show version\n"}});
  const auto& lines = report.files.at(0).lines;
  EXPECT_NE(lines.at(0).why.find("ASA"), std::string::npos) << lines[0].why;
  EXPECT_NE(lines.at(1).why.find("typographic quotes"), std::string::npos) << lines[1].why;
  EXPECT_EQ(lines.at(3).why, "");
  EXPECT_NE(lines.at(4).why.find("filled in"), std::string::npos) << lines[4].why;
}

/// A binary by mistake; it took 26 s a megabyte.
TEST(Check, AWordOfMegabytesIsRefusedAtOnce) {
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(check({{"a.cfg", std::string(2 << 20, 'e') + "\n"}}).files.at(0).lines.at(0).verdict, Verdict::refused);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
}

TEST(Check, DanglingReferencesAndMissingPieces) {
  const std::string right = site_of("1", "2");
  struct Case {
    const char *what, *by, *finding;
  };
  const Case cases[] = {
      {" keyring local K\n", " keyring local OTHER\n",
       "a.cfg:15 without-effect: crypto ikev2 profile PR: keyring OTHER is not defined"},
      {" set transform-set TS\n", " set transform-set OTHER\n",
       "a.cfg:22 without-effect: crypto map M 10: transform set OTHER is not defined"},
      {" match address ACL\n", " match address OTHER\n",
       "a.cfg:25 without-effect: crypto map M 10: access list OTHER is not defined"},
      {" set ikev2-profile PR\n", " set ikev2-profile OTHER\n",
       "a.cfg:24 without-effect: crypto map M 10: IKEv2 profile OTHER is not defined"},
      {" crypto map M\n", " crypto map OTHER\n",
       "a.cfg:28 without-effect: interface GigabitEthernet0/0: crypto map OTHER is not defined"},
      {"POL\n proposal P\n", "POL\n proposal OTHER\n",
       "a.cfg:6 without-effect: crypto ikev2 policy POL: proposal OTHER is not defined"},
      {" match address ACL\n", "", "a.cfg:20 without-effect: crypto map M 10: no access list is set"},
      {" set peer 192.0.2.2\n", "", "a.cfg:20 without-effect: crypto map M 10: no peer is set"},
      {" authentication local pre-share\n", "",
       "a.cfg:11 without-effect: crypto ikev2 profile PR: it has no local authentication"},
      {"  pre-shared-key Correct-Horse-7\n", "",
       "a.cfg:8 without-effect: crypto ikev2 keyring K peer X: it has no pre-shared key"},
      {"permit ip 10.0.1.0 0.0.0.255", "permit ip 10.0.1.0 0.0.255.0", "a.cfg:18 without-effect: access list ACL: the wildcard"},
      {"permit ip 10.0.1.0 0.0.0.255", "permit ip 10.0.1.0 255.255.255.0", "it reads as a netmask"},
  };
  for (const Case& each : cases) {
    const std::string found = one(replaced(right, each.what, each.by));
    EXPECT_NE(found.find(each.finding), std::string::npos) << each.finding << "\nin\n" << found;
  }
}

TEST(Check, NamesThatAreNotDefined) {
  struct Case {
    const char *text, *finding;
  };
  const Case cases[] = {
      {"interface Tunnel0\n tunnel source Loopback7\n tunnel mode ipsec ipv4\n",
       "a.cfg:2 undefined: interface Tunnel0: interface Loopback7 is not defined"},
      {"interface Tunnel0\n ip unnumbered Loopback7\n", "a.cfg:2 undefined: interface Tunnel0: interface Loopback7"},
      {"ip route 10.0.0.0 255.0.0.0 Tunnel9\n", "a.cfg:1 undefined: interface Tunnel9 is not defined: the route leads nowhere"},
      {"ipv6 route 2001:DB8::/32 Tunnel9\n", "a.cfg:1 undefined: interface Tunnel9 is not defined"},
      {"crypto ipsec profile IP\n set transform-set T9 default\n set ikev2-profile P9\n",
       "a.cfg:2 undefined: crypto ipsec profile IP: transform set T9 is not defined"},
      {"crypto ipsec profile IP\n set ikev2-profile P9\n",
       "a.cfg:2 undefined: crypto ipsec profile IP: IKEv2 profile P9 is not defined"},
      {"crypto ikev2 authorization policy A\n pool P9\n route set access-list 9\n",
       "a.cfg:2 undefined: crypto ikev2 authorization policy A: address pool P9 is not defined"},
      {"crypto ikev2 authorization policy A\n route set access-list 9\n",
       "a.cfg:2 undefined: crypto ikev2 authorization policy A: access list 9 is not defined"},
      {"interface GigabitEthernet1\n ip access-group IN in\n", "a.cfg:2 undefined: interface GigabitEthernet1: access list IN"},
      {"interface GigabitEthernet1\n vrf forwarding V\n", "a.cfg:2 undefined: interface GigabitEthernet1: VRF V"},
      {"line vty 0 4\n access-class 23 in\n", "a.cfg:2 undefined: line vty 0 4: access list 23"},
      {"crypto map M local-address Loopback3\n", "a.cfg:1 undefined: crypto map M: interface Loopback3"},
  };
  for (const Case& each : cases) {
    const std::string found = one(each.text);
    EXPECT_NE(found.find(each.finding), std::string::npos) << each.finding << "\nin\n" << found;
  }
  const std::string defined =
      one("vrf definition V\nip access-list extended IN\n permit ip any any\naccess-list 9 permit 10.0.0.0\nip local pool P9 "
          "10.0.0.1\n"
          "crypto ipsec profile IP\n set transform-set default\n"
          "crypto ikev2 authorization policy A\n pool P9\n route set access-list 9\ninterface Loopback7\n"
          "interface Tunnel9\n vrf forwarding V\n ip unnumbered Loopback7\n ip access-group IN in\n tunnel source Loopback7\n"
          " tunnel protection ipsec profile default\nip route 10.0.0.0 255.0.0.0 Tunnel9\n");
  EXPECT_EQ(defined.find("undefined:"), std::string::npos) << defined;
}

/// A tunnel on `own` that leads to `peer`.
std::string tunnel_site(const std::string& own, const std::string& peer) {
  const std::string plain = site_of(own, peer);
  return plain.substr(0, plain.find("ip access-list")) +                                              // 1-17
         "crypto ipsec profile IP\n set transform-set TS\n set pfs group19\n set ikev2-profile PR\n"  // 18-21
         "interface GigabitEthernet0/0\n ip address 192.0.2." +
         own +
         " 255.255.255.0\n"  // 22-23
         "interface Tunnel0\n ip address 10.9.9." +
         own +
         " 255.255.255.0\n tunnel source GigabitEthernet0/0\n"  // 24-26
         " tunnel mode ipsec ipv4\n tunnel destination 192.0.2." +
         peer + "\n tunnel protection ipsec profile IP\n";  // 27-29
}

TEST(Check, TwoEndsOfATunnel) {
  const std::string a = tunnel_site("1", "2"), b = tunnel_site("2", "1");
  EXPECT_EQ(two(a, b), "");
  EXPECT_EQ(two(a, replaced(b, " set pfs group19\n", "")),
            "a.cfg:20,b.cfg:18 pfs: PFS with group19 against no PFS: the tunnel comes up, its first rekey fails or is weaker\n");
  const std::string elsewhere = two(a, replaced(b, "tunnel destination 192.0.2.1", "tunnel destination 192.0.2.7"));
  EXPECT_NE(elsewhere.find("a.cfg:28,b.cfg:28 peers: interface Tunnel0 of a.cfg speaks to 192.0.2.2, but no entry of b.cfg"),
            std::string::npos)
      << elsewhere;
  const std::string sets = two(a, replaced(b, "TS esp-aes 256", "TS esp-aes 192"));
  EXPECT_NE(sets.find("a.cfg:19,b.cfg:19 transform-sets: no transform set in common"), std::string::npos) << sets;
}

TEST(Check, TunnelsThatAreUpAndCarryNothing) {
  const std::string a = replaced(tunnel_site("1", "2"), " tunnel mode", " ip mtu 1400\n tunnel mode");
  const std::string b = replaced(tunnel_site("2", "1"), " tunnel mode", " ip mtu 1400\n tunnel mode");
  const std::string responder = " set ikev2-profile PR\n responder-only\n";
  EXPECT_EQ(two(a, b), "");
  struct Case {
    const char *what, *by, *finding;
  };
  for (const Case& each : {
           Case{"ip mtu 1400", "ip mtu 1300", "a.cfg:27,b.cfg:27 mtu: ip mtu 1400 against ip mtu 1300"},
           Case{"10.9.9.2", "10.9.8.2", "a.cfg:25,b.cfg:25 addresses: 10.9.9.1 and 10.9.8.2 are in no subnet together"},
           Case{"10.9.9.2", "10.9.9.1", "a.cfg:25,b.cfg:25 addresses: both ends of the tunnel have the address 10.9.9.1"},
           Case{" ip mtu", " shutdown\n ip mtu", "b.cfg:27,a.cfg:29 shutdown: interface Tunnel0 of b.cfg is shut down"},
           Case{"tunnel mode ipsec ipv4", "tunnel mode ipsec dual-overlay",
                "a.cfg:28,b.cfg:28 mode: tunnel mode ipsec ipv4 against tunnel mode ipsec dual-overlay"},
       }) {
    const std::string found = two(a, replaced(b, each.what, each.by));
    EXPECT_NE(found.find(each.finding), std::string::npos) << each.finding << "\nin\n" << found;
    EXPECT_EQ(found.find("no mirror image"), std::string::npos) << found;
  }
  EXPECT_EQ(two(a, replaced(b, " set ikev2-profile PR\n", responder)), "");
  EXPECT_EQ(two(replaced(a, " set ikev2-profile PR\n", responder), replaced(b, " set ikev2-profile PR\n", responder)),
            "a.cfg:22,b.cfg:22 responder-only: both ends are responder-only: nobody begins\n");
}

TEST(Check, WhatOneEndLeavesOutAndTheOtherProtects) {
  const std::string a = site_of("1", "2"), line = "ip access-list extended ACL\n", deny = " deny ip host 10.0.2.1 any\n";
  const std::string found = two(a, replaced(site_of("2", "1"), line, line + deny));
  EXPECT_NE(found.find("b.cfg:19,a.cfg:18 selectors: \"deny   ip host 10.0.2.1 any\" of b.cfg has no mirror image in access list "
                       "ACL of a.cfg: one end leaves out of the tunnel what the other sends into it"),
            std::string::npos)
      << found;
  EXPECT_EQ(two(replaced(a, line, line + " deny ip any host 10.0.2.1\n"), replaced(site_of("2", "1"), line, line + deny)), "");
  const std::string apart = two(a, replaced(site_of("2", "1"), line, line + " deny ip host 172.16.0.1 any\n"));
  EXPECT_EQ(apart, "") << "nobody sends that into the tunnel";
}

TEST(Check, NetworksThatTwoInterfacesHave) {
  const std::string one_of_two = "interface Tunnel3\n ip address 10.1.0.1 255.255.255.0\ninterface Tunnel4\n";
  const std::string found = one(one_of_two + " ip address 10.1.0.2 255.255.255.0\n");
  EXPECT_NE(found.find("a.cfg:4,a.cfg:2 addresses: interface Tunnel4: \"ip address 10.1.0.2 255.255.255.0\" overlaps with "
                       "interface Tunnel3"),
            std::string::npos)
      << found;
  for (const char* other : {" ip address 10.1.1.2 255.255.255.0\n", " vrf forwarding V\n ip address 10.1.0.2 255.255.255.0\n",
                            " shutdown\n ip address 10.1.0.2 255.255.255.0\n"})
    EXPECT_EQ(one(one_of_two + other).find("overlaps"), std::string::npos) << other;
}

TEST(Check, WhatNothingUses) {
  const std::string more =
      "crypto ikev2 proposal P9\n encryption aes-cbc-256\n integrity sha256\n group 19\ncrypto ikev2 keyring K9\n"
      "crypto ipsec transform-set TS9 esp-gcm\nip access-list extended ACL9\nipv6 access-list SIX9\n"
      "crypto map M9 10 ipsec-isakmp\n";
  const std::string found = one(site_of("1", "2") + more);
  for (const char* expected :
       {"a.cfg:29 unused: IKEv2 proposal P9 is not used by any IKEv2 policy", "a.cfg:33 unused: IKEv2 keyring K9",
        "a.cfg:34 unused: transform set TS9", "a.cfg:35 unused: access list ACL9", "a.cfg:36 unused: IPv6 access list SIX9",
        "a.cfg:37 unused: crypto map M9 is not used by any interface"})
    EXPECT_NE(found.find(expected), std::string::npos) << expected << "\nin\n" << found;
}

TEST(Check, APeerThatTwoProfilesMatch) {
  const std::string second =
      "crypto ikev2 profile PR2\n match identity remote address 192.0.2.0 255.255.255.0\n authentication remote pre-share\n"
      " authentication local pre-share\n keyring local K\n";
  const std::string found = one(site_of("1", "2") + second);
  EXPECT_NE(found.find("a.cfg:12,a.cfg:30 two-profiles: a peer may match both profile PR"), std::string::npos) << found;
}

TEST(Check, AccessListEntriesThatAreNeverReachedOrTakeEverything) {
  std::string found =
      one(replaced(site_of("1", "2"), "0.0.0.255\ncrypto", "0.0.0.255\n permit tcp 10.0.1.0 0.0.0.255 host 10.0.2.7\ncrypto"));
  EXPECT_NE(found.find("a.cfg:20,a.cfg:19 access-list: "), std::string::npos) << found;
  found = one(replaced(site_of("1", "2"), "permit ip 10.0.1.0 0.0.0.255 10.0.2.0 0.0.0.255", "permit ip any any"));
  EXPECT_NE(found.find("a.cfg:19 access-list: access list ACL: \"permit ip any any\" takes all traffic"), std::string::npos)
      << found;
  found = one("access-list 103 permit ip any any\ncrypto map M 10 ipsec-isakmp\n match address 103\n");
  EXPECT_NE(found.find("a.cfg:1 access-list: access list 103: \"permit ip any any\" takes all traffic"), std::string::npos)
      << found;
}

TEST(Check, WeakAlgorithms) {
  const std::string found =
      one(replaced(replaced(site_of("1", "2"), "integrity sha256", "integrity sha1 sha256"), "esp-sha256-hmac", "esp-sha-hmac"));
  EXPECT_NE(found.find("a.cfg:3 weak: \"integrity sha1 sha256\": sha1 is weak"), std::string::npos) << found;
  EXPECT_NE(found.find("a.cfg:16 weak: "), std::string::npos) << found;
}

TEST(Check, TwoEndsThatDoNotFit) {
  const std::string a = site_of("1", "2"), b = site_of("2", "1");
  struct Case {
    const char *what, *by, *finding;
  };
  const Case cases[] = {
      {"group 19\n", "group 14\n", "a.cfg:1,b.cfg:1 ike-proposals: no IKE proposal in common"},
      {"esp-aes 256 esp-sha256-hmac", "esp-gcm 256", "a.cfg:22,b.cfg:22 transform-sets: no transform set in common"},
      {" mode tunnel\n", " mode transport\n", "mode: mode tunnel against mode transport"},
      {" set pfs group19\n", "", "a.cfg:23,b.cfg:20 pfs: PFS with group19 against no PFS"},
      {" set pfs group19\n", " set pfs group19\n set additional-key-exchange 1 20\n",
       "a.cfg:23,b.cfg:23 pfs: additional key exchanges that do not fit"},
      {" authentication remote", " identity local fqdn b.example.net\n authentication remote",
       "b.cfg:13,a.cfg:12 identity: b.cfg calls itself b.example.net, profile PR of a.cfg wants"},
      {"Correct-Horse-7", "Correct-Horse-8", "a.cfg:10,b.cfg:10 keys: the key of a.cfg is not the one that b.cfg expects"},
      {"pre-shared-key Correct-Horse-7", "pre-shared-key local Correct-Horse-7\n  pre-shared-key remote Other-1",
       "keys: the key of a.cfg"},
      {"10.0.1.0 0.0.0.255", "10.0.0.0 0.0.255.255", "a.cfg:19,b.cfg:18 selectors: "},
      {" set pfs group19\n", " set pfs group19\n set security-association lifetime seconds 600\n",
       "a.cfg:20,b.cfg:24 lifetimes: IPsec SA lifetime 3600 s against 600 s"},
      {" keyring local K\n", " keyring local K\n lifetime 600\n",
       "a.cfg:11,b.cfg:16 lifetimes: IKE SA lifetime 86400 s against 600 s"},
      {" set peer 192.0.2.1\n", " set peer 192.0.2.7\n",
       "peers: crypto map M 10 of a.cfg speaks to 192.0.2.2, but no entry of b.cfg"},
  };
  for (const Case& each : cases) {
    const std::string found = two(a, replaced(b, each.what, each.by));
    EXPECT_NE(found.find(each.finding), std::string::npos) << each.finding << "\nin\n" << found;
    EXPECT_EQ(found.find("Correct-Horse"), std::string::npos) << found;
  }
}

TEST(Check, TwoRoutersThatHaveNothingToDoWithEachOther) {
  const std::string found = two(site_of("1", "2"), site_of("7", "8"));
  EXPECT_NE(found.find("peers: a.cfg and b.cfg do not speak to each other"), std::string::npos) << found;
}

TEST(Check, NativeClientsThatAGatewayWillRefuse) {
  const std::string gateway =
      "aaa authentication login USERS local\nusername alice password 0 open-sesame\n"
      "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 14\ncrypto ikev2 policy POL\n proposal P\n"
      "crypto ikev2 profile PR\n match identity remote any\n identity local fqdn vpn.corp.example\n"
      " authentication remote eap query-identity\n authentication local rsa-sig\n aaa authentication eap USERS\n"
      " virtual-template 1\n"
      "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n mode tunnel\ncrypto ipsec profile IP\n set transform-set TS\n"
      " set ikev2-profile PR\n"
      "interface Virtual-Template1 type tunnel\n tunnel source GigabitEthernet0/0\n tunnel mode ipsec ipv4\n"
      " tunnel protection ipsec profile IP\n";
  const auto told = [&](const std::string& what, const std::string& by) {
    std::string text = what.empty() ? gateway : replaced(gateway, what, by), out;
    for (const Finding& finding : check({{"a.cfg", text}}).findings)
      if (finding.check == "native-clients") out += finding.text + "\n";
    return out;
  };
  const auto names = [](const std::string& text) {
    return std::string(text.find("Windows") != std::string::npos ? "W" : "") +
           (text.find("Apple") != std::string::npos ? "A" : "") + (text.find("Android") != std::string::npos ? "D" : "");
  };
  EXPECT_EQ(told("", ""), "");
  EXPECT_EQ(
      told(" query-identity", ""),
      "Windows' own client will not come up at profile PR: 'query-identity' is missing: it says nothing in EAP before it was "
      "asked for its name\n");
  EXPECT_EQ(names(told(" match identity remote any", " match identity remote fqdn domain corp.example")), "W");
  EXPECT_EQ(names(told(" identity local fqdn vpn.corp.example\n", "")), "A");
  EXPECT_EQ(names(told(" set ikev2-profile PR\n", " set ikev2-profile PR\n set pfs group14\n")), "A");
  EXPECT_EQ(names(told(" group 14", " group 31")), "W");
  EXPECT_EQ(names(told(" group 14", " group 2")), "AD");
  EXPECT_EQ(names(told(" group 14", " group 28")), "WAD");
  EXPECT_EQ(names(told(" authentication local rsa-sig", " authentication local pre-share")), "WAD");
  EXPECT_EQ(names(told("username alice password 0 open-sesame\n", "username alice nopassword\n")), "WAD");
}

}  // namespace
}  // namespace parser
