// Where the caret stands, and which lines are incomplete or ambiguous.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

struct Case {
  const char* modes;  // lines that lead to the mode, separated by ';'
  const char* line;
  const char* below;  // a caret below the offending character
};

const char keyring_peer[] = "crypto ikev2 keyring K;peer A";
const char proposal[] = "crypto ikev2 proposal P";
const char policy[] = "crypto ikev2 policy P";
const char profile[] = "crypto ikev2 profile P";
const char transform[] = "crypto ipsec transform-set T esp-aes esp-sha-hmac";
const char map[] = "crypto map M 10 ipsec-isakmp";
const char interface[] = "interface GigabitEthernet0/0";
const char acl[] = "ip access-list extended A";
const char acl6[] = "ipv6 access-list A";

const Case cases[] = {
    {"", "bogus", "^"},
    {"", "   bogus line", "   ^"},
    {"", "hostname R1 R2", "            ^"},
    {"", "crypto ikev3 proposal X", "       ^"},
    {"", "crypto ikev2 proprosal X", "             ^"},
    {"", "crypto ikev2 proposal X Y", "                        ^"},
    {"", "cry  ike   propx X", "           ^"},
    {"", "crypto ikev2 dpd 9 2 periodic", "                 ^"},
    {"", "crypto ikev2 dpd 10 61 periodic", "                    ^"},
    {"", "crypto ikev2 dpd 10 2 always", "                      ^"},
    {"", "crypto ikev2 cookie-challenge 1001", "                              ^"},
    {"", "crypto ikev2 fragmentation mtu 67", "                               ^"},
    {"", "crypto ikev2 window 201", "                    ^"},
    {"", "crypto map M 70000 ipsec-isakmp", "             ^"},
    {"", "crypto map M 10 ipsec-isakmp foo", "                             ^"},
    {"", "crypto map M 10 ipsec-manuel", "                ^"},
    {"", "crypto ipsec transform-set T esp-aes-cbc-128", "                             ^"},
    {"", "crypto ipsec transform-set T esp-aes 512", "                                     ^"},
    {"", "crypto ipsec transform-set T esp-gcm 256 esp-sha-hmac", "                                         ^"},
    {"", "crypto ipsec transform-set T esp-aes esp-sha-hmac esp-sha256-hmac",
     "                                                  ^"},
    {"", "crypto ipsec security-association lifetime seconds 100", "                                                   ^"},
    {"", "crypto ipsec security-association replay window-size 65", "                                                     ^"},
    {"", "interface Foo0/0", "          ^"},
    {"", "interface GigabitEthernet 0/x", "                          ^"},
    {"", "ip route 10.0.0.0 255.0.255.0 192.0.2.1", "                  ^"},
    {"", "ip access-list standrad A", "               ^"},
    {"", "# a comment of another kind", "^"},
    {proposal, "encryption aes-256", "           ^"},
    {proposal, "encryption aes-cbc-256 des3", "                       ^"},
    {proposal, "integrity sha1 md6", "               ^"},
    {proposal, " group 14 99", "          ^"},
    {proposal, "no group 14 99", "            ^"},
    {policy, "proposal A B", "           ^"},
    {policy, "match address remote 192.0.2.1", "              ^"},
    {policy, "match address local 192.0.2", "                    ^"},
    {keyring_peer, "address 300.1.1.1", "        ^"},
    {keyring_peer, "address 10.0.0.0 255.0.255.0", "                 ^"},
    {keyring_peer, "address 2001:db8::1/129", "        ^"},
    {keyring_peer, "identity address example.net", "                 ^"},
    {keyring_peer, "pre-shared-key local 6 abc def", "                           ^"},
    {keyring_peer, "pre-shared-key hex 0xg", "                   ^"},
    {profile, "match identity remote address 10.0.0.0/8", "                              ^"},
    {profile, "match identity local any", "               ^"},
    {profile, "authentication local rsa-key", "                     ^"},
    {profile, "lifetime 60", "         ^"},
    {profile, "keyring local A B", "                ^"},
    {transform, "mode tunnels", "     ^"},
    {map, "set pear gateway.example.net", "    ^"},
    {map, "set pfs group6", "        ^"},
    {map, "match address A B", "                ^"},
    {interface, "ip address 10.0.0.1/24", "           ^"},
    {interface, "ip address 10.0.0.1 255.255.255.0 first", "                                  ^"},
    {interface, "mtu 63", "    ^"},
    {interface, "crypto map M extra", "             ^"},
    {acl, "permit foo any any", "       ^"},
    {acl, "permit ip 10.0.0.0 any", "                   ^"},
    {acl, "permit ip any eq 80 any", "              ^"},
    {acl, "permit tcp any eq 70000 any", "                  ^"},
    {acl, "0 permit ip any any", "^"},
    {acl6, "permit ipv6 any 2001:db8::1", "                ^"},
};

LineReport report_of(const Case& c) {
  ConfigSession session{Configuration{}};
  std::istringstream modes(c.modes);
  for (std::string line; std::getline(modes, line, ';');) EXPECT_NE(session.line(line).verdict, Verdict::refused) << line;
  return session.line(c.line);
}

TEST(Caret, StandsBelowTheFirstWrongCharacterInTheUsersColumns) {
  for (const Case& c : cases) {
    const LineReport report = report_of(c);
    EXPECT_EQ(report.verdict, Verdict::refused) << c.line;
    EXPECT_EQ(report.answer, "% Invalid input detected at '^' marker.") << c.line;
    ASSERT_TRUE(report.caret.has_value()) << c.line;
    EXPECT_EQ(*report.caret, std::string(c.below).size() - 1) << c.line;
  }
}

TEST(Caret, CountsCharactersNotOctets) {
  const auto session = [] { return ConfigSession{Configuration{}}; };
  EXPECT_EQ(session().line("hostname R1 \xE2\x80\x94 x").caret, 12u);
  EXPECT_EQ(session()
                .line("\xC2\xA0\xC2\xA0"
                      "bogus")
                .caret,
            2u);
  EXPECT_EQ(session()
                .line("\xE2\x80\x8B"
                      "crypto \xE2\x80\x9Cikev2\xE2\x80\x9D")
                .caret,
            7u);
}

TEST(Incomplete, SaysSo) {
  const Case incomplete[] = {
      {"", "crypto", ""},
      {"", "crypto ikev2", ""},
      {"", "cry ike prop", ""},
      {"", "hostname", ""},
      {"", "interface", ""},
      {"", "interface GigabitEthernet", ""},
      {"", "no crypto ikev2 proposal", ""},
      {"", "crypto map M", ""},
      {"", "crypto ipsec transform-set T", ""},
      {"", "crypto ikev2 dpd 10 2", ""},
      {proposal, "encryption", ""},
      {proposal, "no", ""},
      {profile, "dpd 10 2", ""},
      {profile, "match identity remote", ""},
      {keyring_peer, "pre-shared-key", ""},
      {keyring_peer, "pre-shared-key local", ""},
      {keyring_peer, "pre-shared-key hex", ""},
      {acl, "permit tcp any", ""},
      {acl, "permit tcp any range 1", ""},
      {acl, "no", ""},
      {acl, "10", ""},
      {interface, "ip address 10.0.0.1", ""},
  };
  for (const Case& c : incomplete) {
    const LineReport report = report_of(c);
    EXPECT_EQ(report.answer, "% Incomplete command.") << c.line;
    EXPECT_FALSE(report.caret) << c.line;
  }
}

TEST(Ambiguous, QuotesTheLine) {
  const Case ambiguous[] = {
      {"", "i", ""},
      {"", "crypto i", ""},
      {"", "crypto ikev2 p X", ""},
      {"", " crypto  ikev2 pro X ", ""},
      {proposal, "encryption aes-cbc 256", ""},
      {proposal, "group 3", ""},
      {map, "set p", ""},
      {map, "set pfs group3", ""},
      {map, "set pfs group 14", ""},
      {acl, "permit i any any", ""},
      {"", "crypto ipsec transform-set T esp-aes esp-sha", ""},
  };
  for (const Case& c : ambiguous) {
    std::string text(c.line);
    text = text.substr(text.find_first_not_of(' '), text.find_last_not_of(' ') + 1 - text.find_first_not_of(' '));
    const LineReport report = report_of(c);
    EXPECT_EQ(report.answer, "% Ambiguous command:  \"" + text + "\"") << c.line;
    EXPECT_FALSE(report.caret) << c.line;
  }
}

}  // namespace
}  // namespace parser
