// Lines of other parts of IOS: which of them replace each other, what `no` makes of them, and whose they are.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

std::string shown_after(const std::string& text) { return running_config(parser::apply({}, text).configuration); }

bool has_line(const std::string& shown, const std::string& line) {
  return ("\n" + shown).find("\n" + line + "\n") != std::string::npos;
}

TEST(KeptLines, NoTakesAwayWhatBeginsSo) {
  const std::string both = "ntp server 192.0.2.1 prefer\nntp server 192.0.2.2\n";
  EXPECT_TRUE(has_line(shown_after(both), "ntp server 192.0.2.1 prefer"));
  const std::string one = shown_after(both + "no ntp server 192.0.2.1\n");
  EXPECT_EQ(one.find("192.0.2.1"), std::string::npos) << one;
  EXPECT_TRUE(has_line(one, "ntp server 192.0.2.2"));
  const std::string secret = shown_after("snmp-server community Elm-Community RW\nno snmp-server community Elm-Community\n");
  EXPECT_EQ(secret.find("Elm-Community"), std::string::npos) << secret;
}

TEST(KeptLines, NoIsKeptWhereItIsASetting) {
  EXPECT_TRUE(has_line(shown_after("no ip http server\n"), "no ip http server"));
  EXPECT_TRUE(has_line(shown_after("ip http server\nno ip http server\n"), "no ip http server"));
  EXPECT_TRUE(has_line(shown_after("no ip http server\nip http server\n"), "ip http server"));
  const std::string console = shown_after("logging console critical\nno logging console\n");
  EXPECT_TRUE(has_line(console, "no logging console"));
  EXPECT_EQ(console.find("critical"), std::string::npos) << console;
  // What may be on by default, nobody knows here: kept, and twice is once.
  EXPECT_TRUE(has_line(shown_after("no platform punt-keepalive\nno platform punt-keepalive\n"), "no platform punt-keepalive"));
  EXPECT_EQ(shown_after("no platform punt-keepalive\ndefault platform punt-keepalive\n").find("punt"), std::string::npos);
}

TEST(KeptLines, ALineOfOneValueReplacesTheOneBeforeIt) {
  const std::string shown = shown_after(
      "snmp-server location Oak\nsnmp-server location Elm\nsnmp-server host 192.0.2.1 Oak\nsnmp-server host 192.0.2.2 Oak\n"
      "line vty 0 4\n exec-timeout 10 0\n exec-timeout 5 0\n transport input telnet\n transport input ssh\n"
      "router bgp 64496\n neighbor 192.0.2.1 remote-as 1\n neighbor 192.0.2.2 remote-as 1\n neighbor 192.0.2.1 remote-as 2\n");
  EXPECT_EQ(shown.find("location Oak"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, "snmp-server host 192.0.2.1 Oak"));
  EXPECT_TRUE(has_line(shown, "snmp-server host 192.0.2.2 Oak"));
  EXPECT_EQ(shown.find("exec-timeout 10"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("telnet"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, " neighbor 192.0.2.1 remote-as 2"));
  EXPECT_EQ(shown.find("192.0.2.1 remote-as 1"), std::string::npos) << shown;
}

TEST(KeptLines, ANoIsOverWhenALineBeginsAsItSays) {
  const std::string shown = shown_after("no ntp server\nntp server 192.0.2.1\nntp logging\nntp server 192.0.2.2\nno ntp peer\n");
  EXPECT_EQ(shown.find("no ntp server"), std::string::npos) << shown;
  EXPECT_NE(shown.find("no ntp peer\nntp server 192.0.2.1\nntp logging\nntp server 192.0.2.2\n"), std::string::npos) << shown;
}

/// What is printed is read as it was meant, upon nothing and upon itself.
void expect_comes_back(const std::string& text) {
  const Configuration configuration = parser::apply({}, text).configuration;
  const std::string shown = running_config(configuration);
  const ApplyResult again = parser::apply({}, shown);
  EXPECT_FALSE(again.refused_any) << shown;
  EXPECT_EQ(running_config(again.configuration), shown) << text;
  EXPECT_TRUE(again.configuration == configuration) << text;
  EXPECT_EQ(running_config(parser::apply(configuration, shown).configuration), shown) << text;
}

TEST(KeptLines, BehindABlockTheyAreReadInTheirOwnMode) {
  expect_comes_back("router bgp 1\n banner motd C\naddress-family\n");  // global configuration would take it
  expect_comes_back("router bgp 1\n p\naddress-family\n");              // short for one word in the inner block
  expect_comes_back("router bgp 1\n no p\naddress-family\n");
  expect_comes_back("ip sla 1\nicmp-echo\nexit\n ip sla schedule\n");
  expect_comes_back("router bgp 1\n exit-address-family\naddress-family\n");
}

/// Both as it is typed and as it is printed; what stands in `text` may end with the "!" of its blocks.
void expect_kept_as(const std::string& text) {
  const std::string shown = shown_after(text);
  EXPECT_NE(("\n" + shown).find("\n" + text), std::string::npos) << text << "----\n" << shown;
  expect_comes_back(text);
}

TEST(KeptLines, LinesOfABlockKeepTheirOrder) {
  expect_kept_as(
      "router ospf 1\n passive-interface default\n no passive-interface Tunnel1\n network 10.0.0.0 0.0.0.255 area 0\n!\n");
  expect_kept_as(
      "policy-map SHAPE\n class class-default\n  shape average 50000000\n  service-policy CHILD\n class VOICE\n  priority\n!\n");
  // A line of one value stays where it was.
  EXPECT_NE(
      shown_after("line vty 0 4\n exec-timeout 5 0\n login local\n exec-timeout 0 0\n").find(" exec-timeout 0 0\n login local"),
      std::string::npos);
}

TEST(KeptLines, BlocksInsideBlocksKeepTheirLines) {
  expect_kept_as(
      "router eigrp NAMED\n !\n address-family ipv4 unicast autonomous-system 100\n  !\n  af-interface default\n   "
      "passive-interface\n"
      "  exit-af-interface\n  !\n  af-interface Tunnel1\n   no passive-interface\n   hello-interval 5\n  exit-af-interface\n  !\n"
      "  topology base\n   redistribute static\n  exit-af-topology\n  network 10.0.0.0\n exit-address-family\n!\n");
  expect_kept_as("call-home\n profile A\n  active\n profile B\n  no active\n!\n");
  expect_kept_as(
      "interface GigabitEthernet0/0/1\n no ip address\n service instance 10 ethernet\n  encapsulation dot1q 10\n"
      "  bridge-domain 10\n service instance 20 ethernet\n  encapsulation dot1q 20\n!\n");
  // What global configuration knows is the block's own where it stands in it.
  expect_kept_as("call-home\n one\n  two\n clock timezone CET 1\n!\n");
  // Three deep, and what stands deeper only by its indentation is the block's own line.
  expect_kept_as("call-home\n one\n  two\n   three\n  four\n five\n!\n");
  EXPECT_TRUE(has_line(shown_after("router bgp 1\n bgp router-id 192.0.2.1\n   neighbor 192.0.2.2 remote-as 2\n"),
                       " neighbor 192.0.2.2 remote-as 2"));
}

TEST(KeptLines, ABlockOfNobodysIsNeverEmpty) {
  for (const char* deeper : {"exit", "ex", "\x03", "no two"})
    expect_comes_back(std::string("call-home\n one\n  ") + deeper + "\n");
  expect_comes_back("call-home\n one\n  two\n  no two\n");
  EXPECT_FALSE(has_line(shown_after("call-home\n one\n  two\n  three\n  no two\n"), "  two"));
}

TEST(KeptLines, ABlockBelowARangeIsInAllOfIt) {
  const std::string shown = shown_after(
      "interface GigabitEthernet0/1\n description has one line more\ninterface range GigabitEthernet0/0 - 1\n"
      " service instance 1 ethernet\n  encapsulation dot1q 5\n  unheard-of\n   deeper\n");
  std::size_t count = 0;
  for (std::size_t at = shown.find("  encapsulation dot1q 5\n  unheard-of\n   deeper\n"); at != std::string::npos;
       at = shown.find("  encapsulation dot1q 5\n  unheard-of\n   deeper\n", at + 1))
    ++count;
  EXPECT_EQ(count, 2u) << shown;
}

TEST(KeptLines, ABlockThatIsGivenTwiceIsOne) {
  const std::string text = "call-home\n profile A\n  active\n";
  const std::string shown = shown_after(text + text + " profile A\n  destination here\n");
  EXPECT_NE(shown.find("call-home\n profile A\n  active\n  destination here\n!\n"), std::string::npos) << shown;
  EXPECT_EQ(shown_after(text + " no profile A\n").find("active"), std::string::npos);
}

TEST(KeptLines, NoNeedsToSayWhichAndNoMore) {
  const std::string text =
      "ip route 10.0.0.0 255.0.0.0 192.0.2.1 5 name ONE\nip route 10.0.0.0 255.0.0.0 192.0.2.2\nip local pool POOL 10.0.0.1 "
      "10.0.0.9\n"
      "ip local pool POOLS 10.0.1.1\naaa authentication login LIST local none\naaa authentication login LISTS local\n";
  const auto without = [&](const char* line) { return shown_after(text + line + "\n"); };
  const std::string one = without("no ip route 10.0.0.0 255.0.0.0 192.0.2.1");
  EXPECT_EQ(one.find("ONE"), std::string::npos) << one;
  EXPECT_TRUE(has_line(one, "ip route 10.0.0.0 255.0.0.0 192.0.2.2"));
  EXPECT_EQ(without("no ip route 10.0.0.0 255.0.0.0").find("ip route"), std::string::npos);
  EXPECT_TRUE(has_line(without("no ip local pool POOL"), "ip local pool POOLS 10.0.1.1"));
  EXPECT_EQ(without("no ip local pool POOL").find("pool POOL "), std::string::npos);
  EXPECT_EQ(without("no aaa authentication login LIST").find("login LIST "), std::string::npos);
  EXPECT_TRUE(has_line(without("no aaa authentication login LIST"), "aaa authentication login LISTS local "));
}

std::string answer_to_last(const std::string& text) { return parser::apply({}, text).lines.back().answer; }

TEST(KeptLines, NoOfWhatIsNotThereIsAnsweredWhereARouterDoes) {
  EXPECT_EQ(answer_to_last("no ip route 10.0.0.0 255.0.0.0 192.0.2.1\n"), "%No matching route to delete");
  EXPECT_EQ(answer_to_last("no crypto pki trustpoint TP\n"), "% CA trustpoint for label TP not found");
}

TEST(KeptLines, AVrfTakesTheAddressesOfAnInterface) {
  const std::string text =
      "interface Loopback0\n ip address 10.0.0.1 255.0.0.0\n ipv6 address 2001:DB8::1/64\n vrf forwarding RED\n";
  EXPECT_EQ(answer_to_last(text),
            "% Interface Loopback0 IPv4 disabled and address(es) removed due to enabling VRF RED\n"
            "% Interface Loopback0 IPv6 disabled and address(es) removed due to enabling VRF RED");
  EXPECT_EQ(shown_after(text).find("10.0.0.1"), std::string::npos);
  const std::string again = text + " ip address 10.0.0.2 255.0.0.0\n";
  EXPECT_TRUE(has_line(shown_after(again + " vrf forwarding RED\n"), " ip address 10.0.0.2 255.0.0.0"));
  EXPECT_EQ(answer_to_last(again + " no vrf forwarding\n"),
            "% Interface Loopback0 IPv4 disabled and address(es) removed due to disabling VRF RED");
}

TEST(KeptLines, AbbreviationsAreNoGuessesAtOtherLines) {
  const std::string shown = shown_after(
      "interface GigabitEthernet0/0\nR1(config-if)#do sh ip int br\nkey chain K\n key 1\ncrypto isakmp key 7 abc address "
      "1.1.1.1\n"
      "track 1 ip sla 1\nip domain name follow.net\n");
  EXPECT_EQ(shown.find("dot1x"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("cryptographic"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, "ip domain name follow.net")) << shown;
}

TEST(KeptLines, NoOfABlockNeedsItsFirstWordsOnly) {
  for (const auto& [line, no] :
       {std::pair("track 1 ip sla 1 reachability", "no track 1"), std::pair("class-map match-any VOICE", "no class-map VOICE"),
        std::pair("class-map type inspect match-all W", "no class-map W"), std::pair("router ospf 1 vrf X", "no router ospf 1"),
        std::pair("event manager applet A authorization bypass", "no event manager applet A"),
        std::pair("route-map RM permit 20", "no route-map RM")}) {
    EXPECT_TRUE(has_line(shown_after(std::string(line) + "\n"), line));
    EXPECT_FALSE(has_line(shown_after(std::string(line) + "\nexit\n" + no + "\n"), line)) << no;
  }
}

TEST(KeptLines, ALineThatGlobalConfigurationKnowsTooStaysBelowItsInterface) {
  const std::string shown = shown_after(
      "interface Serial0/0/0\n frame-relay map ip 10.0.0.1 100\n ntp disable\n mls qos trust dscp\n isdn switch-type primary-ni\n"
      " ip ddns update X\n vrrp 1 ip 10.0.0.1\n glbp 1 ip 10.0.0.1\n auto qos voip\n cts manual\n crypto map VPN\n shutdown\n");
  for (const char* line : {" frame-relay map ip 10.0.0.1 100", " ntp disable", " mls qos trust dscp",
                           " isdn switch-type primary-ni", " ip ddns update X", " vrrp 1 ip 10.0.0.1", " glbp 1 ip 10.0.0.1",
                           " auto qos voip", " cts manual", " crypto map VPN", " shutdown"})
    EXPECT_TRUE(has_line(shown, line)) << line << "\n" << shown;
}

TEST(KeptLines, AMapInUseStays) {
  const std::string text =
      "crypto map M 10 ipsec-isakmp\ncrypto map M 20 ipsec-isakmp\ninterface GigabitEthernet0/0\n crypto map M\n";
  EXPECT_EQ(answer_to_last(text + "exit\nno crypto map M\n"), "% Crypto map M is in use by interface GigabitEthernet0/0");
  EXPECT_EQ(shown_after(text + "exit\nno crypto map M 20\n").find("M 20"), std::string::npos);
}

TEST(KeptLines, AServerGroupKeepsItsName) {
  for (const char* group : {"TAC", "RADI", "rad", "TACACS"}) {
    const std::string line = std::string("aaa authentication login default group ") + group + " local";
    EXPECT_TRUE(has_line(shown_after(line + "\n"), line + " ")) << line;
  }
  EXPECT_TRUE(
      has_line(shown_after("aaa authentication login default group RADIUS\n"), "aaa authentication login default group radius "));
}

TEST(KeptLines, OctetsThatAreNoLettersTakeNoColumn) {
  expect_comes_back("ip sla 1\n  \x80\n");
  expect_comes_back("ip sla 1\n x\xE2\x80\xE2\x80\x8B\x8By\n x\xC2\xE2\x80\x8B\xA0y\n");
  expect_comes_back("ip sla 1\n --More-- --More-- x\n --Mo\xE2\x80\x8Bre-- x\n");
}

TEST(KeptLines, TypedWithoutIndentationTheyAreStillTheirBlocks) {
  const std::string shown = shown_after(
      "line vty 0 4\nlogin local\nprivilege level 15\nlogging synchronous\ntransport input ssh\n"
      "archive\nlog config\nlogging enable\nhidekeys\n"
      "logging buffered 8192\nlogin on-success log\n");
  for (const char* line : {" login local", " privilege level 15", " logging synchronous", " transport input ssh", " log config",
                           "  logging enable", "  hidekeys", "logging buffered 8192", "login on-success log"})
    EXPECT_TRUE(has_line(shown, line)) << line << "\n" << shown;
}

TEST(KeptLines, AProbesSettingsStandBelowIt) {
  const std::string shown = shown_after("ip sla 7\n   icmp-echo 192.0.2.1\n   frequency 5\n   exit\n");
  EXPECT_TRUE(has_line(shown, " icmp-echo 192.0.2.1")) << shown;
  EXPECT_TRUE(has_line(shown, "  frequency 5")) << shown;
}

TEST(KeptLines, LinesAboutOneUserAddUp) {
  const std::string shown = shown_after(
      "username ash privilege 15\nusername ash password 0 Old-Password\nusername elm privilege 1\n"
      "username ash algorithm-type scrypt secret New-Secret\nusername ash secret 9 $9$hash\nusername ash autocommand show "
      "clock\n");
  EXPECT_TRUE(has_line(shown, "username ash privilege 15 secret 9 $9$hash autocommand show clock")) << shown;
  EXPECT_TRUE(has_line(shown, "username elm privilege 1")) << shown;
  EXPECT_EQ(shown_after("username ash privilege 15\nno username ash\n").find("ash"), std::string::npos);
}

TEST(KeptLines, TextsAreTakenOutOfTerminalCaptures) {
  const std::string digits =
      "crypto pki certificate chain T\n certificate ca 01\n  30820321 30820209\n --More-- \b\b\b\b\b\b\b\b\b        "
      "\b\b\b\b\b\b\b\b\b"
      "  A0030201 02020101\n\xC2\xA0 0BADCAFE\n\tquit\n";
  const std::string shown = shown_after(digits + "banner motd ^C\nWelcome\n --More-- \n^C\nhostname AFTER\n");
  EXPECT_TRUE(has_line(shown, "  30820321 30820209 A0030201 02020101 0BADCAFE \n  \tquit")) << shown;
  EXPECT_NE(shown.find("Welcome\n^C"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, "hostname AFTER"));
}

TEST(KeptLines, WhatStandsInAMacroOrMenuIsNoCommand) {
  const std::string text =
      "hostname R\nmacro name PORT\n switchport mode access\nhostname OTHER\n@\nmenu M title ^C\nhostname THIRD\n^C\n"
      "menu M text 1 Show\n";
  const std::string shown = shown_after(text);
  EXPECT_TRUE(has_line(shown, "hostname R")) << shown;
  EXPECT_NE(shown.find("macro name PORT\n switchport mode access\nhostname OTHER\n@\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("menu M title ^C\nhostname THIRD\n^C\n"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, "menu M text 1 Show")) << shown;
  EXPECT_EQ(shown_after(shown), shown);
}

TEST(KeptLines, PeersOfIsakmpArePrintedAsIosPrintsThem) {
  const std::string shown = shown_after(
      "crypto isakmp key any-key address 0.0.0.0 0.0.0.0\ncrypto isakmp key one address 192.0.2.1 255.255.255.255\n"
      "crypto isakmp key net address 192.0.2.0 255.255.255.0\ncrypto isakmp profile P\n match identity address 198.51.100.70\n"
      "crypto isakmp profile Q\n match identity address 0.0.0.0 0.0.0.0\n");
  for (const char* line : {"crypto isakmp key any-key address 0.0.0.0 ", "crypto isakmp key one address 192.0.2.1 ",
                           "crypto isakmp key net address 192.0.2.0 255.255.255.0 ",
                           " match identity address 198.51.100.70 255.255.255.255 ", " match identity address 0.0.0.0 "})
    EXPECT_TRUE(has_line(shown, line)) << line << "\n" << shown;
}

TEST(KeptLines, ABannerForClientsNeedsNoDelimiter) {
  const std::string shown = shown_after("crypto ikev2 authorization policy A\n banner Welcome to all\n pool P\n");
  EXPECT_TRUE(has_line(shown, " banner ^CWelcome to all^C")) << shown;
  EXPECT_TRUE(has_line(shown, " pool P")) << shown;
}

TEST(KeptLines, TheWholeConfigurationHasWhatIsBuiltIn) {
  const Configuration typed = parser::apply({}, "crypto ikev2 profile P\n match fvrf any\n").configuration;
  const std::string all = running_config(typed, Detail::all);
  for (const char* line :
       {"crypto ikev2 proposal default \n encryption aes-cbc-256", "crypto ikev2 policy default \n match fvrf any",
        " lifetime 86400", " config-exchange request", "crypto ikev2 http-url cert", "crypto isakmp enable"})
    EXPECT_NE(all.find(line), std::string::npos) << line << "\n" << all;
  const ApplyResult again = parser::apply({}, all);
  EXPECT_FALSE(again.refused_any);
  EXPECT_EQ(running_config(again.configuration, Detail::all), all);
  const Configuration without = parser::apply({}, "no crypto ikev2 proposal default\n").configuration;
  EXPECT_EQ(running_config(without, Detail::all).find("aes-cbc-256"), std::string::npos);
}

TEST(KeptLines, BehindAnIndentedBlockAGlobalLineIsGlobal) {
  const std::string shown = shown_after(
      "interface GigabitEthernet0/0\n ip address 192.0.2.1 255.255.255.0\n!\nlogging buffered 10000\nclock timezone CET 1\n"
      "interface GigabitEthernet0/1\n cdp enable\n!\ncdp run\nip dhcp pool P\n network 10.0.0.0 255.255.255.0\n"
      " default-router 10.0.0.1\ninterface GigabitEthernet0/2\nspeed 100\nlogging event link-status\n");
  for (const char* line : {"logging buffered 10000", "clock timezone CET 1", "cdp run", "ip dhcp pool P",
                           " default-router 10.0.0.1", " cdp enable", " speed 100", " logging event link-status"})
    EXPECT_TRUE(has_line(shown, line)) << line << "\n" << shown;
}

}  // namespace
}  // namespace parser
