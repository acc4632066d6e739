// `sallyport convert`: a legacy configuration of every common form, and the IKEv2 one that does the same.
#include "parser/convert/convert.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace parser {
namespace {

const char legacy[] = R"(
hostname OLD
ip domain name example.org
crypto keyring RING
  local-address 192.0.2.1
  pre-shared-key address 198.51.100.7 key first-key
  pre-shared-key address 203.0.113.0 255.255.255.0 key 0 net-key
  pre-shared-key hostname far.example.net key name-key
!
crypto isakmp policy 1
 encr aes 192
 hash sha384
 authentication pre-share
 group 16
 lifetime 3600
crypto isakmp policy 2
 authentication pre-share
 hash md5
 group 2
crypto isakmp policy 3
 group 14
crypto isakmp key 6 AbCd address 192.0.2.99 no-xauth
crypto isakmp key wide-key address 0.0.0.0
crypto isakmp key six-key address ipv6 2001:DB8::/32
crypto isakmp identity hostname
crypto isakmp keepalive 20
crypto isakmp nat keepalive 30
crypto isakmp fragmentation
crypto isakmp aggressive-mode disable
crypto isakmp client configuration group STAFF
 key group-key
 pool P
crypto isakmp profile ONE
   description the first one
   keyring RING
   self-identity user-fqdn me@example.org
   match identity address 198.51.100.7 255.255.255.255
   match identity host domain example.net
   local-address 192.0.2.1
   keepalive 30 retry 5
crypto isakmp profile STAFF
   match identity group STAFF
   client authentication list L
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac comp-lzs
crypto ipsec profile PROF
 set isakmp-profile ONE
crypto dynamic-map DYN 1
 set isakmp-profile STAFF
crypto map M client authentication list L
crypto map M 10 ipsec-isakmp
 set peer 198.51.100.7
 set isakmp-profile ONE
 match address 101
crypto map M 20 ipsec-isakmp
 set peer 192.0.2.99
 match address 102
crypto map M 99 ipsec-isakmp dynamic DYN
interface Tunnel0
 ip address 10.0.0.1 255.255.255.0
)";

const char modern[] = R"(crypto ikev2 proposal V1-POLICY-1
 encryption aes-cbc-192
 integrity sha384
 group 16
crypto ikev2 proposal V1-POLICY-2
 encryption des
 integrity md5
 group 2
crypto ikev2 policy FROM-V1
 proposal V1-POLICY-1
 proposal V1-POLICY-2
!
crypto ikev2 keyring RING
 peer RING-1
  address 198.51.100.7
  pre-shared-key first-key
 peer RING-2
  address 203.0.113.0 255.255.255.0
  pre-shared-key net-key
 peer RING-3
  hostname far.example.net
  identity fqdn far.example.net
  pre-shared-key name-key
crypto ikev2 keyring V1-GLOBAL-KEYS
 peer V1-KEY-1
  address 192.0.2.99
  pre-shared-key 6 AbCd
 peer V1-KEY-2
  address 0.0.0.0 0.0.0.0
  pre-shared-key wide-key
 peer V1-KEY-3
  address 2001:DB8::/32
  pre-shared-key six-key
!
crypto ikev2 profile ONE
 description the first one
 match address local 192.0.2.1
 match identity remote address 198.51.100.7 255.255.255.255
 match identity remote fqdn domain example.net
 identity local email me@example.org
 authentication remote pre-share
 authentication local pre-share
 keyring local RING
 lifetime 3600
 dpd 30 5 on-demand
crypto ikev2 profile V1-MAP-M-20
 match identity remote address 192.0.2.99 255.255.255.255
 identity local fqdn OLD.example.org
 authentication remote pre-share
 authentication local pre-share
 keyring local V1-GLOBAL-KEYS
 lifetime 3600
!
crypto ikev2 dpd 20 2 on-demand
crypto ikev2 nat keepalive 30
crypto ikev2 fragmentation
!
crypto ipsec profile PROF
 no set isakmp-profile
 set ikev2-profile ONE
crypto map M 10 ipsec-isakmp
 no set isakmp-profile
 set ikev2-profile ONE
crypto map M 20 ipsec-isakmp
 set ikev2-profile V1-MAP-M-20
no crypto map M 99
no crypto map M client authentication list L
)";

TEST(Convert, EveryCommonFormOfIkev1) {
  const Conversion conversion = convert(legacy);
  EXPECT_TRUE(conversion.found);
  EXPECT_EQ(conversion.configuration, modern);
}

TEST(Convert, EveryDecisionIsNoted) {
  const Conversion conversion = convert(legacy);
  struct Expected {
    std::size_t line;
    const char* text;
    bool undone;
  };
  const Expected expected[] = {
      {0, "must be changed too", false},
      {0, "the lifetime of the first policy, 3600", false},
      {0, "became \"identity local fqdn OLD.example.org\"", false},
      {4, "keyring RING is for local address 192.0.2.1", false},
      {16, "policy 2 is weak (des, md5, group 2)", false},
      {16, "policy 2 has lifetime 86400", false},
      {20, "policy 3 authenticates by rsa-sig", true},
      {22, "no-xauth has no meaning", false},
      {23, "a key for 0.0.0.0 was for anyone", false},
      {29, "no aggressive mode", false},
      {30, "client group STAFF has no IKEv2 equivalent", true},
      {41, "uses a client group or xauth", true},
      {44, "comp-lzs (IPComp) is not supported", true},
      {49, "xauth and mode configuration", true},
      {54, "has no ISAKMP profile: IKEv2 needs one, V1-MAP-M-20", false},
      {57, "taken away; use EAP", true},
  };
  for (const Expected& each : expected) {
    bool found = false;
    for (const ConversionNote& note : conversion.notes)
      found = found || (note.line == each.line && note.undone == each.undone && note.text.find(each.text) != std::string::npos);
    EXPECT_TRUE(found) << each.line << ": " << each.text;
  }
  for (const ConversionNote& note : conversion.notes)
    for (const char* secret : {"first-key", "net-key", "name-key", "AbCd", "wide-key", "six-key", "group-key"})
      EXPECT_EQ(note.text.find(secret), std::string::npos) << note.text;
}

TEST(Convert, ATunnelWithoutAnIsakmpProfileGetsAProfileOfItsOwn) {
  const std::string policy = "crypto isakmp policy 1\n authentication pre-share\n group 14\n";
  const std::string profile = "crypto ipsec profile IP\n set transform-set T\n";
  const std::string with_destination =
      convert(policy + "crypto isakmp key K address 203.0.113.5\n" + profile +
              "interface Tunnel0\n ip address 10.0.0.1 255.255.255.0\n tunnel destination 203.0.113.5\n"
              " tunnel protection ipsec profile IP\n")
          .configuration;
  EXPECT_NE(with_destination.find("crypto ikev2 profile V1-PROFILE-IP\n"
                                  " match identity remote address 203.0.113.5 255.255.255.255\n"
                                  " authentication remote pre-share\n authentication local pre-share\n"
                                  " keyring local V1-GLOBAL-KEYS\n"),
            std::string::npos)
      << with_destination;
  EXPECT_NE(with_destination.find("crypto ipsec profile IP\n set ikev2-profile V1-PROFILE-IP\n"), std::string::npos)
      << with_destination;
  const std::string hub = convert(policy + "crypto isakmp key K address 0.0.0.0\n" + profile).configuration;
  EXPECT_NE(hub.find("crypto ikev2 profile V1-PROFILE-IP\n match identity remote address 0.0.0.0\n"), std::string::npos) << hub;
}

TEST(Convert, AllKeyringsOfAProfileAndItsTemplateGoOn) {
  const Conversion conversion = convert(
      "crypto keyring A\n pre-shared-key address 192.0.2.1 key one\ncrypto keyring B\n"
      " pre-shared-key address 192.0.2.2 key two\ncrypto isakmp profile P\n keyring A\n keyring B\n"
      " match identity address 192.0.2.1 255.255.255.255\n virtual-template 1\n");
  for (const char* part : {"crypto ikev2 keyring V1-KEYS-P\n peer A-1\n  address 192.0.2.1\n  pre-shared-key one\n"
                           " peer B-1\n  address 192.0.2.2\n  pre-shared-key two\n",
                           " keyring local V1-KEYS-P\n", " virtual-template 1\n"})
    EXPECT_NE(conversion.configuration.find(part), std::string::npos) << part << "\n" << conversion.configuration;
  EXPECT_EQ(conversion.configuration.find("crypto ikev2 keyring A\n"), std::string::npos) << "nobody would use it";
  for (const char* said : {"several keyrings", "virtual-template 1"})
    EXPECT_TRUE(std::any_of(conversion.notes.begin(), conversion.notes.end(), [&](const ConversionNote& note) {
      return note.text.find(said) != std::string::npos;
    })) << said;
}

TEST(Convert, ADynamicMapOfSitesGetsAProfileThatMatchesTheOwnersOfKeys) {
  const std::string start =
      "crypto isakmp policy 1\n authentication pre-share\ncrypto isakmp key spokekey address 0.0.0.0\n"
      "crypto dynamic-map DYN 10\n match address 101\n";
  const Conversion out = convert(start + "crypto map CM 10 ipsec-isakmp dynamic DYN\n");
  for (const char* part : {"crypto ikev2 profile V1-MAP-DYN-10\n match identity remote address 0.0.0.0\n",
                           "crypto dynamic-map DYN 10\n set ikev2-profile V1-MAP-DYN-10\n"})
    EXPECT_NE(out.configuration.find(part), std::string::npos) << part << "\n" << out.configuration;
  EXPECT_EQ(out.configuration.find("no crypto map"), std::string::npos) << out.configuration;
  EXPECT_TRUE(std::any_of(out.notes.begin(), out.notes.end(), [](const ConversionNote& note) {
    return note.line == 4 && note.undone && note.text.find("no effect here") != std::string::npos;
  }));
  const std::string of_map = convert(start +
                                     "crypto isakmp profile P\n match identity address 192.0.2.7\n"
                                     "crypto map CM isakmp-profile P\ncrypto map CM 10 ipsec-isakmp dynamic DYN\n")
                                 .configuration;
  EXPECT_NE(of_map.find("crypto dynamic-map DYN 10\n set ikev2-profile P\n"), std::string::npos) << of_map;
}

TEST(Convert, WhatCannotMoveIsToldByItsReason) {
  const Conversion out = convert(
      "crypto isakmp policy 1\n authentication rsa-encr\ncrypto isakmp key 6 AbCdEf address 192.0.2.1\n"
      "crypto keyring R\n rsa-pubkey name far\n  key-string\n   30820122\n   quit\n"
      " pre-shared-key address 192.0.2.7 key k\n");
  std::string all;
  for (const ConversionNote& note : out.notes) all += std::to_string(note.line) + " " + note.text + "\n";
  EXPECT_NE(all.find("1 policy 1 authenticates by rsa-encr, with hash"), std::string::npos) << all;
  EXPECT_NE(all.find("3 a key of type 6 is sealed"), std::string::npos) << all;
  EXPECT_NE(all.find("5 keyring R: rsa-pubkey"), std::string::npos) << all;
  EXPECT_EQ(all.find("refused"), std::string::npos) << all;
  EXPECT_NE(out.configuration.find(" peer R-1\n  address 192.0.2.7\n"), std::string::npos) << out.configuration;
}

TEST(Convert, AProfileOfAWholeMapGoesToItsEntries) {
  const Conversion out = convert(
      "crypto isakmp policy 1\n authentication pre-share\ncrypto keyring R\n pre-shared-key address 192.0.2.7 key k\n"
      "crypto isakmp profile P\n keyring R\n match identity address 192.0.2.7\n"
      "crypto isakmp profile Q\n keyring R\n match identity address 192.0.2.8\n"
      "crypto map M isakmp-profile P\ncrypto map M 10 ipsec-isakmp\n set peer 192.0.2.7\n"
      "crypto map M 20 ipsec-isakmp\n set peer 192.0.2.8\n set isakmp-profile Q\n");
  for (const char* part :
       {"crypto map M 10 ipsec-isakmp\n no set isakmp-profile\n set ikev2-profile P\n",
        "crypto map M 20 ipsec-isakmp\n no set isakmp-profile\n set ikev2-profile Q\n", "no crypto map M isakmp-profile P\n"})
    EXPECT_NE(out.configuration.find(part), std::string::npos) << part << "\n" << out.configuration;
  EXPECT_TRUE(std::any_of(out.notes.begin(), out.notes.end(), [](const ConversionNote& note) { return note.line == 11; }));
}

TEST(Convert, WhereThereIsNoIkev1ThereIsNothingToDo) {
  const Conversion conversion = convert("hostname R\ncrypto ikev2 keyring K\n peer A\n");
  EXPECT_FALSE(conversion.found);
  EXPECT_EQ(conversion.configuration, "");
}

TEST(Convert, AnyTextIsTaken) {
  for (const char* text : {"crypto isakmp", "crypto isakmp key", "crypto isakmp key 0", "crypto keyring", "crypto isakmp policy",
                           "crypto map M", "crypto map", "crypto isakmp profile\n match identity\n keepalive\n self-identity\n",
                           "crypto keyring K\n pre-shared-key\n pre-shared-key address\n local-address\n",
                           "crypto map M 10 ipsec-isakmp\n set peer\n", "crypto isakmp key a hostname", "\r\n\t \xc2\xa0"})
    convert(text);
}

TEST(Convert, WhatIsRefusedIsToldAndNotGuessedAt) {
  const Conversion out = convert(
      "crypto isakmp policy 1\n encr aes 512\n authentication pre-share\n"
      "crypto isakmp key LongSecret adress 192.0.2.1\ncrypto isakmp key other address 192.0.2.300\n"
      "crypto isakmp key third address 192.0.2.3\n");
  std::vector<std::size_t> told;
  for (const ConversionNote& note : out.notes) {
    if (note.undone) told.push_back(note.line);
    EXPECT_EQ(note.text.find("LongSecret"), std::string::npos) << note.text;
  }
  EXPECT_EQ(told, (std::vector<std::size_t>{2, 4, 5}));
  EXPECT_EQ(out.configuration.find("512"), std::string::npos) << out.configuration;
  EXPECT_EQ(out.configuration.find("LongSecret"), std::string::npos) << out.configuration;
  EXPECT_NE(out.configuration.find("pre-shared-key third"), std::string::npos) << out.configuration;
}

}  // namespace
}  // namespace parser
