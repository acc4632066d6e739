// Typing in configuration mode: modes, prompts, help, completion, `no`, and what a router answers.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

/// A session that has been told these lines, each of which it must accept.
ConfigSession after(std::initializer_list<const char*> lines) {
  ConfigSession session{Configuration{}};
  for (const char* line : lines) {
    const LineReport report = session.line(line);
    EXPECT_NE(report.verdict, Verdict::refused) << line << "\n" << report.answer;
  }
  return session;
}

std::string shown(const ConfigSession& session) { return running_config(session.configuration()); }

bool shows(const ConfigSession& session, const std::string& text) { return shown(session).find(text) != std::string::npos; }

/// "token|token|..." of what `?` lists.
std::string offered(const ConfigSession& session, std::string_view text) {
  std::string out;
  for (const HelpEntry& e : session.help(text)) out += (out.empty() ? "" : "|") + e.token;
  return out;
}

TEST(Session, ALoggingHostGoesWhateverElseIsSaidOfIt) {
  ConfigSession session = after({"logging host 192.0.2.1 transport udp port 1514", "logging host 192.0.2.2", "logging 192.0.2.3",
                                 "logging host far.example.net", "no logging host 192.0.2.1", "no logging 192.0.2.3",
                                 "no logging host far.example.net"});
  EXPECT_FALSE(shows(session, "192.0.2.1")) << shown(session);
  EXPECT_TRUE(shows(session, "logging host 192.0.2.2\n"));
  EXPECT_FALSE(shows(session, "192.0.2.3"));
  EXPECT_FALSE(shows(session, "far.example.net"));
}

TEST(Session, AnIpsecProfileInUseStays) {
  ConfigSession session = after({"crypto ipsec profile IP", "interface Tunnel0", "tunnel protection ipsec profile IP"});
  EXPECT_EQ(session.line("no crypto ipsec profile IP").answer, "% IPsec profile is in use by Tunnel0");
  EXPECT_TRUE(shows(session, "crypto ipsec profile IP\n"));
  session.line("no interface Tunnel0");
  EXPECT_EQ(session.line("no crypto ipsec profile IP").verdict, Verdict::accepted);
}

/// What a keyword is at one place says nothing of a name that stands 512 octets further on, or any other number.
TEST(Session, ANameMayBeOfAnyLength) {
  for (std::size_t length = 480; length <= 1040; ++length) {
    ConfigSession session = after({"crypto ipsec profile IP"});
    const LineReport report = session.line("set transform-set " + std::string(length, 'n') + " OTHER");
    ASSERT_EQ(report.verdict, Verdict::accepted) << length << "\n" << report.answer;
  }
}

/// What `show running-config` of a router prints of lists, once more into the same router.
TEST(Session, ListsThatAreFedBackStayAsTheyAre) {
  const char* const lists =
      "ip access-list extended A\n 10 permit ip 10.0.0.0 0.0.0.255 any\n 20 deny   tcp any any eq 80\n 30 remark of all\n"
      " 40 permit udp any any\n"
      "ip access-list standard S\n 10 permit 10.0.0.0 0.0.0.255\n 20 deny   any\n"
      "ipv6 access-list V\n sequence 10 permit ipv6 any any\n sequence 20 deny tcp any any\n";
  const char* const unnumbered =
      "ip access-list extended A\n permit ip 10.0.0.0 0.0.0.255 any\n deny   tcp any any eq 80\n remark of all\n permit udp any "
      "any\n"
      "ip access-list standard S\n permit 10.0.0.0 0.0.0.255\n deny   any\n"
      "ipv6 access-list V\n permit ipv6 any any\n deny tcp any any\n";
  const auto count = [](const Configuration& c) {
    std::size_t lines = 0;
    for (const auto& list : c.data().root.children) lines += list->children.size();
    return lines;
  };
  for (const char* first : {lists, unnumbered})
    for (const char* again : {lists, unnumbered}) {
      const Configuration once = apply({}, first).configuration;
      const ApplyResult twice = apply(once, again);
      EXPECT_FALSE(twice.refused_any) << first << again;
      EXPECT_EQ(count(twice.configuration), 8u) << running_config(twice.configuration);
      EXPECT_EQ(parser::apply(twice.configuration, running_config(twice.configuration)).configuration, twice.configuration);
    }
}

TEST(Session, EqualLinesInSuccessionShareTheirValue) {
  const ConfigSession session = after({"crypto map M 10 ipsec-isakmp", "set transform-set A B", "crypto map M 20 ipsec-isakmp",
                                       "set transform-set A B", "crypto map M 30 ipsec-isakmp", "set transform-set A C"});
  const Lines& entries = session.configuration().data().root.children;
  ASSERT_EQ(entries.size(), 3u);
  const auto value = [&](std::size_t entry) { return entries[entry]->children.at(0)->value; };
  EXPECT_EQ(value(0), value(1));
  EXPECT_NE(value(1), value(2));
}

TEST(Session, PromptFollowsTheMode) {
  const std::pair<const char*, const char*> steps[] = {
      {"crypto ikev2 proposal P", "config-ikev2-proposal"},
      {"crypto ikev2 policy 10", "config-ikev2-policy"},
      {"crypto ikev2 keyring K", "config-ikev2-keyring"},
      {"peer A", "config-ikev2-keyring-peer"},
      {"peer B", "config-ikev2-keyring-peer"},
      {"exit", "config-ikev2-keyring"},
      {"exit", "config"},
      {"crypto ikev2 profile F", "config-ikev2-profile"},
      {"crypto ipsec transform-set T esp-aes esp-sha-hmac", "cfg-crypto-trans"},
      {"crypto map M 10 ipsec-isakmp", "config-crypto-map"},
      {"interface Gi0/0", "config-if"},
      {"interface Gi0/0.10", "config-subif"},
      {"crypto map M", "config-subif"},
      {"crypto map M 20 ipsec-isakmp", "config-crypto-map"},
      {"ip access-list extended A", "config-ext-nacl"},
      {"ipv6 access-list B", "config-ipv6-acl"},
      {"hostname R2", "config"},
  };
  ConfigSession session{Configuration{}};
  EXPECT_EQ(session.prompt(), "config");
  for (const auto& [line, prompt] : steps) {
    EXPECT_EQ(session.line(line).verdict, Verdict::accepted) << line;
    EXPECT_EQ(session.prompt(), prompt) << line;
    EXPECT_TRUE(session.active());
  }
  session.line("interface Gi0/0");
  session.line("end");
  EXPECT_FALSE(session.active());
}

TEST(Session, ExitFromGlobalConfigurationEndsIt) {
  ConfigSession session = after({"crypto ikev2 keyring K", "exit"});
  EXPECT_TRUE(session.active());
  session.line("exit");
  EXPECT_FALSE(session.active());
}

TEST(Session, ARefusedLineChangesNothingAndKeepsTheMode) {
  ConfigSession session = after({"crypto ikev2 keyring K", "peer A", "address 192.0.2.1"});
  const Configuration before = session.configuration();
  for (const char* line : {"address 300.1.1.1", "crypto ikev2 proposal", "bogus", "hostname", "no crypto ikev2 keyring"}) {
    EXPECT_EQ(session.line(line).verdict, Verdict::refused) << line;
    EXPECT_TRUE(session.configuration() == before) << line;
    EXPECT_EQ(session.prompt(), "config-ikev2-keyring-peer") << line;
  }
}

TEST(Session, WordsOfOurOwnTakeNoAbbreviationOfIos) {
  ConfigSession profile = after({"crypto ikev2 profile P"});
  EXPECT_EQ(profile.line("m identity remote any").verdict, Verdict::accepted);
  EXPECT_EQ(profile.line("mob disable").verdict, Verdict::refused);
  EXPECT_EQ(profile.line("mobike disable").verdict, Verdict::accepted);
  EXPECT_EQ(profile.line("MOBIKE dis").verdict, Verdict::accepted) << "what follows is abbreviated as ever";
  EXPECT_EQ(profile.line("childl").answer, "% Invalid input detected at '^' marker.");
  EXPECT_EQ(profile.complete("m"), "match ");
  EXPECT_EQ(profile.complete("mo"), "mobike ");
  const auto help = profile.help("");
  const auto first = std::find_if(help.begin(), help.end(), [](const HelpEntry& e) { return e.extension; });
  ASSERT_NE(first, help.end());
  EXPECT_EQ(first->token, "childless");
  EXPECT_TRUE(std::all_of(first, help.end(), [](const HelpEntry& e) { return e.extension || e.token == "<cr>"; }));
}

TEST(Session, MasksAndListNumbersThatCannotBe) {
  ConfigSession session = after({"interface Tunnel0"});
  const LineReport mask = session.line("ip address 1.1.1.1 255.0.255.0");
  EXPECT_EQ(mask.verdict, Verdict::refused);
  EXPECT_EQ(mask.answer, "Bad mask 0xFF00FF00 for address 1.1.1.1");
  EXPECT_FALSE(mask.caret);
  for (const char* line : {"ip access-list extended 99", "ip access-list extended 200", "ip access-list standard 100",
                           "ip access-list standard 1300000"})
    EXPECT_EQ(session.line(line).answer, "% Invalid access list name.") << line;
  for (const char* line : {"ip access-list extended 199", "ip access-list extended 2000", "ip access-list standard 1300",
                           "ip access-list standard 99", "ip access-list extended 99X"})
    EXPECT_NE(session.line(line).verdict, Verdict::refused) << line;
}

TEST(Session, HelpListsWhatMayFollow) {
  const ConfigSession global = after({});
  EXPECT_EQ(
      offered(global, "crypto ikev2 "),
      "authorization|certificate-cache|client|cluster|cookie-challenge|cts|diagnose|disconnect-revoked-peers|dpd|fragmentation|"
      "http-url|keyring|limit|name-mangler|nat|policy|profile|proposal|reconnect|redirect|window");
  EXPECT_EQ(offered(global, "crypto ikev2 p"), "policy|profile|proposal");
  EXPECT_EQ(offered(global, "cry ike prop"), "proposal");
  EXPECT_EQ(offered(global, "crypto ikev2 proposal "), "WORD");
  EXPECT_EQ(offered(global, "crypto ikev2 proposal X "), "<cr>");
  EXPECT_EQ(offered(global, "crypto map M "), "<1-65535>|client|isakmp|isakmp-profile|local-address|redundancy");
  EXPECT_EQ(offered(global, "no crypto map M "), "<1-65535>|client|isakmp|isakmp-profile|local-address|redundancy|<cr>");
  EXPECT_EQ(offered(global, "crypto ipsec transform-set T esp-aes "),
            "128|192|256|comp-lzs|esp-md5-hmac|esp-sha-hmac|esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac|<cr>");
  EXPECT_EQ(offered(global, "crypto bogus "), "");
  const ConfigSession proposal = after({"crypto ikev2 proposal P"});
  EXPECT_EQ(offered(proposal, ""), "default|encryption|exit|group|integrity|no|pqc|prf|additional-key-exchange");
  EXPECT_EQ(offered(proposal, "group "), "1|14|15|16|17|18|19|2|20|21|24|28|29|30|31|32|5");
  EXPECT_EQ(offered(proposal, "group 14 "), "1|14|15|16|17|18|19|2|20|21|24|28|29|30|31|32|5|<cr>");
  EXPECT_EQ(offered(proposal, "no encryption "),
            "3des|aes-cbc-128|aes-cbc-192|aes-cbc-256|aes-gcm-128|aes-gcm-192|aes-gcm-256|chacha20-poly1305|des|<cr>");
  const ConfigSession profile = after({"crypto ikev2 profile F"});
  EXPECT_EQ(offered(profile, "identity local "), "address|dn|email|fqdn|key-id");
  EXPECT_EQ(offered(profile, "match identity remote "), "address|any|email|fqdn|key-id");
  EXPECT_EQ(offered(profile, "match identity remote address "), "A.B.C.D|X:X:X:X::X/<0-128>");
  EXPECT_EQ(offered(profile, "match identity remote address 192.0.2.1 "), "A.B.C.D|<cr>");
  const ConfigSession map = after({"crypto map M 10 ipsec-isakmp"});
  EXPECT_EQ(offered(map, "set "),
            "group|identity|ikev2-profile|ip|isakmp-profile|nat|peer|pfs|reverse-route|security-association|security-policy|"
            "session-key|transform-set|additional-key-exchange");
  EXPECT_EQ(offered(map, "description "), "LINE");
  EXPECT_EQ(offered(map, "description to the "), "LINE|<cr>");
  const ConfigSession peer = after({"crypto ikev2 keyring K", "peer A"});
  EXPECT_EQ(offered(peer, "pre-shared-key "), "0|6|LINE|hex|local|remote");
  EXPECT_EQ(offered(peer, "pre-shared-key 0 "), "LINE|<cr>");
  const ConfigSession acl = after({"ip access-list extended A"});
  EXPECT_EQ(offered(acl, "permit tcp any "), "A.B.C.D|any|eq|fqdn-group|geo-group|gt|host|lt|neq|object-group|range");
  EXPECT_EQ(offered(acl, "no "), "<1-2147483647>|deny|dynamic|evaluate|permit|remark");
}

TEST(Session, HelpTextsAreThoseOfARouter) {
  const auto help_of = [](const ConfigSession& session, const char* text, const char* token) {
    for (const HelpEntry& e : session.help(text))
      if (e.token == token) return e.help;
    return std::string();
  };
  const ConfigSession profile = after({"crypto ikev2 profile F"}), map = after({"crypto map M 10 ipsec-isakmp"});
  EXPECT_EQ(help_of(profile, "identity local ", "fqdn"), "Fully qualified domain name string");
  EXPECT_EQ(help_of(profile, "identity local ", "key-id"), "key-id opaque string - proprietary types of identification");
  EXPECT_EQ(help_of(map, "set ", "peer"), "Allowed Encryption/Decryption peer.");
  EXPECT_EQ(help_of(map, "set ", "transform-set"), "Specify list of transform sets in priority order");
}

TEST(Session, TabCompletesTheOnlyKeyword) {
  const ConfigSession global = after({});
  EXPECT_EQ(global.complete("cry"), "crypto ");
  EXPECT_EQ(global.complete("cry ike prop"), "cry ike proposal ");
  EXPECT_EQ(global.complete("crypto ikev2 p"), "crypto ikev2 p");
  EXPECT_EQ(global.complete("crypto bogus x"), "crypto bogus x");
  EXPECT_EQ(global.complete("interface gig"), "interface GigabitEthernet");
  EXPECT_EQ(global.complete("ip"), "ip ");
  EXPECT_EQ(global.complete(""), "");
  const ConfigSession map = after({"crypto map M 10 ipsec-isakmp"});
  EXPECT_EQ(map.complete("set tr"), "set transform-set ");
  EXPECT_EQ(map.complete("host"), "hostname ");
}

TEST(Session, NoTakesAwayAndDefaultRestores) {
  ConfigSession session =
      after({"crypto ikev2 proposal P", "encryption aes-cbc-256 aes-cbc-128", "integrity sha256", "group 14"});
  session.line("no encryption aes-cbc-256");
  EXPECT_TRUE(shows(session, "\n encryption aes-cbc-128\n"));
  session.line("no encryption");
  EXPECT_FALSE(shows(session, "encryption"));
  session.line("default group");
  EXPECT_FALSE(shows(session, "group"));
  session.line("no crypto ikev2 proposal P");
  EXPECT_FALSE(shows(session, "proposal"));
  EXPECT_EQ(session.prompt(), "config");
  session.line("hostname R7");
  EXPECT_EQ(session.configuration().hostname(), "R7");
  session.line("no hostname");
  EXPECT_EQ(session.configuration().hostname(), "Router");
}

TEST(Session, NoSelectsAmongSeveral) {
  ConfigSession session = after({"crypto map M 10 ipsec-isakmp", "set peer 192.0.2.1", "set peer 192.0.2.2",
                                 "crypto map M 20 ipsec-isakmp", "set peer 192.0.2.3"});
  session.line("crypto map M 10");
  session.line("no set peer 192.0.2.1");
  EXPECT_FALSE(shows(session, "192.0.2.1"));
  EXPECT_TRUE(shows(session, "192.0.2.2"));
  session.line("no crypto map M 20");
  EXPECT_FALSE(shows(session, "192.0.2.3"));
  EXPECT_TRUE(shows(session, "192.0.2.2"));
  session.line("no crypto map M");
  EXPECT_FALSE(shows(session, "crypto map"));
}

TEST(Session, WhatIsInUseStays) {
  ConfigSession session =
      after({"crypto ikev2 keyring K", "crypto ikev2 profile F", "keyring K", "crypto ipsec transform-set T esp-aes esp-sha-hmac",
             "crypto map M 10 ipsec-isakmp", "set transform-set T", "set ikev2-profile F"});
  for (const char* line : {"no crypto ikev2 keyring K", "no crypto ikev2 profile F", "no crypto ipsec transform-set T"}) {
    const LineReport report = session.line(line);
    EXPECT_EQ(report.verdict, Verdict::refused) << line;
    EXPECT_TRUE(report.answer.starts_with("% ")) << report.answer;
  }
  EXPECT_EQ(session.line("no interface GigabitEthernet0/0").answer, "% Removal of physical interfaces is not permitted");
}

TEST(Session, TheBuiltInProposalNeedsNoDefinition) {
  const std::string policy_advice = "IKEv2 policy MUST have atleast one complete proposal attached";
  ConfigSession session{Configuration{}};
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, policy_advice);
  session.line("proposal default");
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, "");
  EXPECT_EQ(session.line("crypto ikev2 policy default").answer, "") << "it takes the built-in proposal by itself";
  EXPECT_EQ(session.line("crypto ikev2 proposal default").answer, "");
  session.line("encryption aes-gcm-256");
  EXPECT_NE(session.line("crypto ikev2 proposal default").answer, "") << "AEAD needs a PRF, which the built-in one does not name";
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, policy_advice);
  session.line("crypto ikev2 proposal default");
  session.line("prf sha256");
  EXPECT_EQ(session.line("crypto ikev2 proposal default").answer, "");
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, "");
}

TEST(Session, AdviceOnIncompleteObjects) {
  ConfigSession session{Configuration{}};
  EXPECT_TRUE(session.line("crypto ikev2 proposal P").answer.starts_with("IKEv2 proposal MUST either have a set"));
  session.line("encryption aes-cbc-256");
  session.line("integrity sha256");
  session.line("group 14");
  EXPECT_EQ(session.line("crypto ikev2 proposal P").answer, "");
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, "IKEv2 policy MUST have atleast one complete proposal attached");
  EXPECT_EQ(session.line("proposal P").answer, "");
  EXPECT_EQ(session.line("proposal P").answer, "% Policy already has same proposal set");
  EXPECT_EQ(session.line("crypto ikev2 policy 1").answer, "");
  EXPECT_TRUE(session.line("crypto ikev2 profile F").answer.starts_with("IKEv2 profile MUST have:\n   1. A local"));
  session.line("match identity remote any");
  EXPECT_EQ(session.line("match identity remote any").answer, "% Already found same 'match identity' statement");
  session.line("keyring local K");
  EXPECT_EQ(session.line("keyring K").answer, "% Profile already contains this keyring");
  EXPECT_EQ(
      session.line("crypto map M 10 ipsec-isakmp").answer,
      "% NOTE: This new crypto map will remain disabled until a peer\n        and a valid access list have been configured.");
  EXPECT_EQ(session.line("crypto map M 10").answer, "");
}

TEST(Session, BlankVariantsAndCommentsAreUnderstood) {
  ConfigSession session =
      after({"crypto\tikev2   proposal \t P  \r",
             "  encryption\xC2\xA0"
             "aes-cbc-256",
             "integ\xE2\x80\x8Brity sha256", "\xEF\xBB\xBFgroup 14 ! the usual", "! Phase 1 \xE2\x80\x94 done", "   ", "",
             "crypto ikev2 keyring K", "peer A", "description a  b\t! c", "pre-shared-key cisco!123"});
  EXPECT_TRUE(shows(session, " encryption aes-cbc-256\n integrity sha256\n group 14\n"));
  EXPECT_TRUE(shows(session, "  description a  b\t! c\n"));
  EXPECT_TRUE(shows(session, "  pre-shared-key cisco!123\n"));
}

TEST(Session, KeysThatLookLikeKeywords) {
  const std::pair<const char*, const char*> keys[] = {
      {"pre-shared-key 0", "pre-shared-key 0"},         {"pre-shared-key 6", "pre-shared-key 6"},
      {"pre-shared-key 0 0", "pre-shared-key 0"},       {"pre-shared-key 0 abc", "pre-shared-key abc"},
      {"pre-shared-key 6 abc", "pre-shared-key 6 abc"}, {"pre-shared-key 0 local", "pre-shared-key 0 local"},
      {"pre-shared-key 0 !x", "pre-shared-key !x"},     {"pre-shared-key hex 0AfF", "pre-shared-key hex 0AfF"},
      {"pre-shared-key 10", "pre-shared-key 10"},       {"pre-shared-key remotely", "pre-shared-key remotely"},
  };
  for (const auto& [typed, stored] : keys) {
    const ConfigSession session = after({"crypto ikev2 keyring K", "peer A", typed});
    EXPECT_TRUE(shows(session, "\n  " + std::string(stored) + "\n")) << typed << "\n" << shown(session);
  }
}

TEST(Session, SymmetricAndAsymmetricKeysReplaceEachOther) {
  ConfigSession session =
      after({"crypto ikev2 keyring K", "peer A", "pre-shared-key abc", "pre-shared-key local x1", "pre-shared-key remote y1"});
  EXPECT_FALSE(shows(session, "abc"));
  EXPECT_TRUE(shows(session, "  pre-shared-key local x1\n  pre-shared-key remote y1\n"));
  session.line("pre-shared-key def");
  EXPECT_FALSE(shows(session, "local"));
  EXPECT_TRUE(shows(session, "  pre-shared-key def\n !\n"));
}

TEST(Session, AccessListsKeepTheirOrder) {
  ConfigSession session = after({"ip access-list extended A", "permit ip any host 192.0.2.1", "permit ip any host 192.0.2.2",
                                 "15 deny ip any host 192.0.2.3", "permit ip any host 192.0.2.1"});
  EXPECT_TRUE(
      shows(session, " permit ip any host 192.0.2.1\n 15 deny   ip any host 192.0.2.3\n permit ip any host 192.0.2.2\n!"));
  EXPECT_EQ(session.line("15 permit tcp any any").answer, "% Duplicate sequence number");
  session.line("no 15");
  session.line("no permit ip any host 192.0.2.1");
  EXPECT_TRUE(shows(session, "extended A\n permit ip any host 192.0.2.2\n!"));
}

TEST(Session, AccessListEntriesAreStoredCanonical) {
  ConfigSession session =
      after({"ip access-list extended A", "permit ip 10.0.0.7 0.0.0.255 10.1.0.1 0.0.0.0", "permit 6 0.0.0.0 255.255.255.255 any",
             "permit tcp any eq 80 443 any range 22 23", "permit udp any any eq 4500"});
  EXPECT_TRUE(shows(session,
                    " permit ip 10.0.0.0 0.0.0.255 host 10.1.0.1\n permit tcp any any\n"
                    " permit tcp any eq www 443 any range 22 telnet\n permit udp any any eq non500-isakmp\n"));
  EXPECT_TRUE(session.line("permit ip 10.0.0.0 255.255.255.0 any").answer.starts_with("% Warning: 255.255.255.0 is a netmask"));
}

TEST(Session, LinesWithoutEffectSaySo) {
  ConfigSession session{Configuration{}};
  EXPECT_EQ(session.line("version 15.4").verdict, Verdict::no_effect);
  EXPECT_EQ(session.line("service timestamps debug datetime msec").verdict, Verdict::no_effect);
  const LineReport route = session.line("ip route 0.0.0.0 0.0.0.0 192.0.2.1");
  EXPECT_EQ(route.verdict, Verdict::no_effect);
  EXPECT_EQ(route.answer, "% NOTE: no effect here: routes are the host's, except static ones into a Tunnel interface");
  EXPECT_EQ(session.line("Current configuration : 812 bytes").verdict, Verdict::no_effect);
  EXPECT_TRUE(shows(session, "version 16.12\nservice timestamps debug datetime msec\n!\nhostname Router\n"));
}

TEST(Session, WhatTheHostDecidesOfAnInterfaceIsKeptWithANote) {
  ConfigSession session{Configuration{}};
  EXPECT_EQ(session.line("interface GigabitEthernet0/0").verdict, Verdict::accepted);
  for (const char* line : {"mtu 1400", "ip address 192.0.2.1 255.255.255.0", "ip address 192.0.2.2 255.255.255.0 secondary",
                           "shutdown", "ipv6 address 2001:DB8::1/64", "ipv6 enable", "no shutdown"}) {
    const LineReport report = session.line(line);
    EXPECT_EQ(report.verdict, Verdict::no_effect) << line;
    EXPECT_TRUE(report.answer.starts_with("% NOTE: no effect here: ")) << line << ": " << report.answer;
    EXPECT_NE(report.answer.find("the host's"), std::string::npos) << line << ": " << report.answer;
  }
  EXPECT_TRUE(shows(session,
                    "interface GigabitEthernet0/0\n mtu 1400\n ip address 192.0.2.1 255.255.255.0\n"
                    " ip address 192.0.2.2 255.255.255.0 secondary\n ipv6 address 2001:DB8::1/64\n ipv6 enable\n"));
  EXPECT_EQ(session.line("no ip address").answer, "");
  for (const char* line : {"description outside", "device eth0", "crypto map MAP"})
    EXPECT_EQ(session.line(line).verdict, Verdict::accepted) << line;
}

}  // namespace
}  // namespace parser
