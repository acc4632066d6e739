// Whole texts: the samples, what a paste may contain, and running-config.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::filesystem::path> configurations() {
  std::vector<std::filesystem::path> out;
  for (const char* folder : {"/samples/two-sites", "/../shared/seed"}) {
    const std::filesystem::path path = std::string(SOURCE_DIR) + folder;
    if (!std::filesystem::exists(path)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(path))
      if (entry.path().extension() == ".cfg") out.push_back(entry.path());
  }
  return out;
}

TEST(Apply, SamplesAreAcceptedAndComeBack) {
  ASSERT_GE(configurations().size(), 2u);
  for (const auto& path : configurations()) {
    const ApplyResult applied = parser::apply({}, content(path));
    for (const LineReport& line : applied.lines)
      EXPECT_EQ(line.verdict, Verdict::accepted) << path << ": " << line.text << line.answer;
    const std::string shown = running_config(applied.configuration);
    const ApplyResult again = parser::apply({}, shown);
    EXPECT_FALSE(again.refused_any);
    EXPECT_TRUE(again.configuration == applied.configuration) << shown;
    EXPECT_TRUE(parser::apply(applied.configuration, shown).configuration == applied.configuration);
    EXPECT_TRUE(parser::apply(applied.configuration, content(path)).configuration == applied.configuration);
    EXPECT_EQ(running_config(again.configuration), shown);
  }
}

TEST(Apply, RunningConfigIsLaidOutAsOnARouter) {
  const std::string expected = R"(!
version 16.12
!
hostname site-a
!
crypto ikev2 proposal OFFICE-IKE )"
                               "\n"
                               R"( encryption aes-cbc-256
 integrity sha256
 group 14
!
crypto ikev2 policy 10 )"
                               "\n"
                               R"( proposal OFFICE-IKE
!
crypto ikev2 keyring OFFICE-KEYS
 peer OFFICE-B
  address 203.0.113.20
  pre-shared-key try-this-0nce!
 !
!
crypto ikev2 profile OFFICE-B
 match identity remote address 203.0.113.20 255.255.255.255 )"
                               "\n"
                               R"( authentication remote pre-share
 authentication local pre-share
 keyring local OFFICE-KEYS
!
crypto ipsec transform-set OFFICE-ESP esp-aes 256 esp-sha256-hmac )"
                               "\n"
                               R"( mode tunnel
!
crypto map OFFICES 10 ipsec-isakmp )"
                               "\n"
                               R"( set peer 203.0.113.20
 set transform-set OFFICE-ESP )"
                               "\n"
                               R"( set ikev2-profile OFFICE-B
 match address LAN-A-TO-LAN-B
!
interface GigabitEthernet0/0
 no ip address
 crypto map OFFICES
!
ip access-list extended LAN-A-TO-LAN-B
 permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255
!
end
)";
  const std::string text = content(std::string(SOURCE_DIR) + "/samples/two-sites/site-a.cfg");
  EXPECT_EQ(running_config(parser::apply({}, text).configuration), expected);
}

TEST(Apply, DefaultsAreHidden) {
  const ApplyResult applied = parser::apply({}, R"(hostname Router
crypto ikev2 profile F
 lifetime 86400
crypto ipsec security-association lifetime seconds 3600
crypto ipsec security-association lifetime kilobytes 4608000
crypto ipsec security-association replay window-size 64
interface Loopback0
 no ip address
 mtu 1500
 no shutdown
)");
  EXPECT_FALSE(applied.refused_any);
  EXPECT_EQ(running_config(applied.configuration), R"(!
version 16.12
!
hostname Router
!
crypto ikev2 profile F
!
interface Loopback0
 no ip address
!
end
)");
}

TEST(Apply, ABadLineLosesNothingElse) {
  const ApplyResult applied =
      parser::apply({}, "hostname A\ncrypto ikev2 proposal P\n encryption rot13\n group 14\n! note\n\nhostname B\r\n");
  EXPECT_TRUE(applied.refused_any);
  ASSERT_EQ(applied.lines.size(), 2u);
  EXPECT_EQ(applied.lines[0].verdict, Verdict::accepted) << "and advised";
  EXPECT_EQ(applied.lines[1].number, 3u);
  EXPECT_EQ(applied.lines[1].text, " encryption rot13");
  EXPECT_EQ(applied.lines[1].caret, 12u);
  EXPECT_EQ(applied.configuration.hostname(), "B");
  EXPECT_NE(running_config(applied.configuration).find("\n group 14\n"), std::string::npos);
}

TEST(Apply, ALineThatTheBlockBeforeItWouldTakeStaysGlobal) {
  const ApplyResult applied = parser::apply({}, "interface Serial0/0\n description one\nexit\nip nat outside\n");
  const std::string shown = running_config(applied.configuration);
  EXPECT_NE(shown.find(" description one\n no ip address\n!\nip nat outside\n"), std::string::npos) << shown;
  EXPECT_TRUE(parser::apply({}, shown).configuration == applied.configuration);
}

TEST(Apply, AnUnknownLineIsKeptInTheBlockThatItStandsIn) {
  const char text[] = "archive\n log config\n  logging enable\n some-other-setting 60\n";
  const ApplyResult applied = parser::apply({}, text);
  EXPECT_FALSE(applied.refused_any);
  const std::string shown = running_config(applied.configuration);
  EXPECT_NE(shown.find("  logging enable\n some-other-setting 60\n"), std::string::npos) << shown;
  EXPECT_TRUE(parser::apply({}, shown).configuration == applied.configuration);
}

TEST(Apply, EndAndStrayExitAreReportedAndPassedOver) {
  const ApplyResult applied = parser::apply({}, "interface Gi0/0\nend\nhostname A\nexit\nexit\nhostname B");
  EXPECT_FALSE(applied.refused_any);
  ASSERT_EQ(applied.lines.size(), 3u);
  for (const LineReport& line : applied.lines) EXPECT_EQ(line.verdict, Verdict::no_effect) << line.number;
  EXPECT_EQ(applied.configuration.hostname(), "B");
}

TEST(Apply, BlocksNeedNoIndentationAndMerge) {
  const ApplyResult applied = parser::apply({}, R"(crypto ikev2 keyring K
peer A
address 192.0.2.1
exit
exit
exit
crypto ikev2 keyring K
   peer B
address 192.0.2.2
crypto ikev2 keyring K
      peer A
   pre-shared-key k1
)");
  EXPECT_NE(running_config(applied.configuration).find(R"(crypto ikev2 keyring K
 peer A
  address 192.0.2.1
  pre-shared-key k1
 !
 peer B
  address 192.0.2.2
 !
!
)"),
            std::string::npos);
}

TEST(Apply, OrderIsThatOfTheTables) {
  const std::string shown = running_config(
      parser::apply(
          {},
          "ip access-list extended A\ninterface Gi0/1\ninterface Tunnel0\ninterface Gi0/0\ninterface Lo0\ncrypto map B 1 "
          "ipsec-isakmp\n"
          "crypto map A 20 ipsec-isakmp\ncrypto map A 10 ipsec-isakmp\ncrypto ikev2 profile F\ncrypto ikev2 proposal P\n")
          .configuration);
  std::size_t at = 0;
  for (const char* header : {"proposal P", "profile F", "map A 10", "map A 20", "map B 1", "Loopback0", "Tunnel0",
                             "GigabitEthernet0/0", "GigabitEthernet0/1", "extended A"}) {
    const std::size_t found = shown.find(header);
    ASSERT_NE(found, std::string::npos) << header;
    EXPECT_GE(found, at) << header;
    at = found;
  }
}

TEST(Apply, ManyBlocksTakeLittleTime) {
  std::string text = "crypto ikev2 keyring K\n";
  for (int i = 0; i < 10000; ++i)
    text += " peer P" + std::to_string(i) + "\n  address 10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1\n";
  const ApplyResult applied = parser::apply({}, text);
  EXPECT_FALSE(applied.refused_any);
  EXPECT_EQ(applied.configuration.data().root.children.front()->children.size(), 10000u);
}

TEST(Apply, DefaultWithoutANameBringsTheBuiltInObjectBack) {
  for (const std::string head :
       {"crypto ikev2 proposal", "crypto ikev2 policy", "crypto ipsec transform-set", "crypto ipsec profile"}) {
    const Configuration off = parser::apply({}, "no " + head + " default\n").configuration;
    EXPECT_NE(running_config(off).find("no " + head + " default"), std::string::npos) << head;
    const ApplyResult refused = parser::apply(off, "no " + head + "\n");
    EXPECT_TRUE(refused.refused_any && refused.configuration == off) << head;
    EXPECT_EQ(refused.lines.at(0).answer, "% Incomplete command.");
    const ApplyResult back = parser::apply(off, "default " + head + "\n");
    EXPECT_FALSE(back.refused_any) << head;
    EXPECT_TRUE(back.configuration == Configuration()) << running_config(back.configuration);
  }
}

TEST(Configuration, AnEarlierSnapshotDoesNotChange) {
  ConfigSession session{Configuration{}};
  session.line("crypto ikev2 keyring K");
  session.line("peer A");
  session.line("address 192.0.2.1");
  const Configuration before = session.configuration();
  const std::string text = running_config(before);
  session.line("address 192.0.2.2");
  session.line("pre-shared-key k");
  EXPECT_EQ(running_config(before), text);
  EXPECT_FALSE(session.configuration() == before);
}

TEST(Configuration, ColumnsAreTheBoundMembers) {
  const ApplyResult applied = parser::apply({}, R"(crypto ikev2 keyring K
 peer A
  address 10.1.0.0 255.255.0.0
  pre-shared-key secret1
ip access-list extended A
 permit tcp 10.0.0.0 0.0.0.255 any eq www
)");
  const auto text = [](const Node& node) {
    std::string out = line_keyword(node) + ":";
    for (const Column& c : columns(node)) {
      if (const auto* n = std::get_if<std::int64_t>(&c.value)) out += " " + c.name + "=" + std::to_string(*n);
      if (const auto* s = std::get_if<std::string>(&c.value)) out += " " + c.name + "=" + *s;
    }
    return out;
  };
  const Node& root = applied.configuration.data().root;
  const Node& peer = *root.children[0]->children[0];
  EXPECT_EQ(text(peer), "peer: name=A");
  EXPECT_EQ(mode_opened_by(peer), "ikev2_keyring_peer");
  EXPECT_EQ(text(*peer.children[0]), "address: network_address=10.1.0.0 network_length=16");
  EXPECT_EQ(line_text(*peer.children[1]), "pre-shared-key secret1");
  EXPECT_EQ(text(*peer.children[1]).find("secret1"), std::string::npos);
  EXPECT_EQ(text(*root.children[1]->children[0]),
            ": numbered=0 sequence=10 verb=permit protocol=tcp source_target=network source_address=10.0.0.0 "
            "source_wildcard=0.0.0.255 destination_target=any destination_op=eq destination_ports=www log=0 log_input=0");
}

TEST(Configuration, SchemaListsModesParentsFirst) {
  std::vector<std::string> seen;
  for (const ModeSchema& mode : schema()) {
    EXPECT_TRUE(mode.parent.empty() ? mode.name == "global" : std::find(seen.begin(), seen.end(), mode.parent) != seen.end())
        << mode.name;
    EXPECT_TRUE(mode.name == "global" || !mode.header.empty());
    seen.push_back(mode.name);
  }
  for (const char* name : {"ikev2_proposal", "ikev2_policy", "ikev2_keyring", "ikev2_keyring_peer", "ikev2_profile",
                           "ipsec_transform_set", "crypto_map", "interface", "access_list", "ipv6_access_list"})
    EXPECT_NE(std::find(seen.begin(), seen.end(), name), seen.end()) << name;
}

TEST(Apply, DoIsAnExecCommandOrRefusedAsOne) {
  const ApplyResult result =
      parser::apply({}, "hostname R\ndo write memory\n do sh run | s crypto\ndo show cluck\nquit\nhostname S\n");
  ASSERT_EQ(result.lines.size(), 4u);
  EXPECT_EQ(result.lines[0].verdict, Verdict::no_effect);
  EXPECT_EQ(result.lines[1].verdict, Verdict::no_effect);
  EXPECT_EQ(result.lines[2].verdict, Verdict::refused);
  EXPECT_EQ(result.lines[2].answer, "% Invalid input detected at '^' marker.");
  EXPECT_EQ(result.lines[2].caret, 8u);
  EXPECT_EQ(result.lines[3].verdict, Verdict::no_effect) << "as a stray exit";
  EXPECT_EQ(result.configuration.hostname(), "S");
}

}  // namespace
}  // namespace parser
