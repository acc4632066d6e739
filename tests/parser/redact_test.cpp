#include "parser/redact.hpp"

#include <gtest/gtest.h>

namespace parser {
namespace {

TEST(Redact, WhatFollowsTheKeywordIsHiddenInItsColumns) {
  EXPECT_EQ(without_keys("  pre-shared-key cisco123! oops"), "  pre-shared-key ********* ****");
  EXPECT_EQ(without_keys(" pre-shared-key local 0 abc"), " pre-shared-key local * ***");
  EXPECT_EQ(without_keys("authentication remote pre-share key 0 abc"), "authentication remote pre-share *** * ***");
}

TEST(Redact, AbbreviatedOrMistypedItIsStillAKey) {
  EXPECT_EQ(without_keys("pre abc"), "pre ***");
  EXPECT_EQ(without_keys("pre-shared-kye abc"), "pre-shared-kye ***");
  EXPECT_EQ(without_keys("PRE-SHARD-KEY abc"), "PRE-SHARD-KEY ***");
}

TEST(Redact, OtherSecrets) {
  EXPECT_EQ(without_keys("username admin privilege 15 secret 9 $9$abc"), "username admin privilege 15 secret * ******");
  EXPECT_EQ(without_keys(" key 7 0822455D0A16"), " key * ************");
  EXPECT_EQ(without_keys("crypto isakmp key 0 abc address 192.0.2.1"), "crypto isakmp key * *** ******* *********");
  EXPECT_EQ(without_keys("key config-key password-encrypt abcdefgh"), "key config-key password-encrypt ********");
  EXPECT_EQ(without_keys("snmp-server community abc RO"), "snmp-server community *** **");
  EXPECT_EQ(without_keys("crypto key export rsa EDGE pem terminal 3des abc"), "crypto key export rsa EDGE pem ******** **** ***");
  EXPECT_EQ(without_keys("crypto pki import EDGE pkcs12 flash:a abc"), "crypto pki import EDGE pkcs12 ******* ***");
  EXPECT_EQ(without_keys("snmp-server user u g v3 auth sha abc"), "snmp-server user u g v3 auth *** ***");
  EXPECT_EQ(without_keys("ntp authentication-key 1 md5 abc"), "ntp authentication-key * *** ***");
  EXPECT_EQ(without_keys(" ip ospf message-digest-key 1 md5 abc"), " ip ospf message-digest-key * *** ***");
  EXPECT_EQ(without_keys(" ip nhrp authentication abc"), " ip nhrp authentication ***");
  EXPECT_EQ(without_keys("enable secert abc"), "enable secert ***");
  EXPECT_EQ(without_keys("username u passw abc"), "username u passw ***");
  EXPECT_EQ(without_keys(" path ftp://user:abc@192.0.2.1/x"), " path ftp://user:***@192.0.2.1/x");
}

TEST(Redact, SecretsBehindWordsOfOtherProtocols) {
  EXPECT_EQ(without_keys("snmp-server host 10.1.1.14 vrf M version 2c abc"), "snmp-server host 10.1.1.14 *** * ******* ** ***");
  EXPECT_EQ(without_keys(" area-password abc"), " area-password ***");
  EXPECT_EQ(without_keys(" standby 1 authentication abc"), " standby 1 authentication ***");
  EXPECT_EQ(without_keys(" security wpa psk abc"), " security wpa psk ***");
  EXPECT_EQ(without_keys(" wpa-psk ascii abc"), " wpa-psk ***** ***");
  EXPECT_EQ(without_keys("crypto isakmp kye abc address 192.0.2.1"), "crypto isakmp kye *** ******* *********");
  EXPECT_EQ(without_keys("ip rip authentication abc"), "ip rip authentication ***");
  EXPECT_EQ(without_keys("event manager environment _pw abc"), "event manager environment _pw ***");
}

TEST(Redact, NoLengthIsTold) {
  EXPECT_EQ(without_key_lengths("  pre-shared-key cisco123! oops"), "  pre-shared-key ******");
  EXPECT_EQ(without_key_lengths(" pre-shared-key local 0 a"), " pre-shared-key local ******");
  EXPECT_EQ(without_key_lengths("snmp-server community a RO"), "snmp-server community ******");
  EXPECT_EQ(without_key_lengths(" path ftp://user:abcdefghij@192.0.2.1/x"), " path ftp://user:******@192.0.2.1/x");
  EXPECT_EQ(without_key_lengths(" path ftp://u:a@h ftp://u:bc@h"), " path ftp://u:******@h ftp://u:******@h");
  EXPECT_EQ(without_key_lengths("hostname R"), "hostname R");
}

TEST(Redact, PostquantumKeysAreKeys) {
  EXPECT_EQ(without_keys(" ppk manual id gate-1 key abc required"), " ppk ****** ** ****** *** *** ********");
  EXPECT_EQ(without_keys("PPK man id g key 0 a"), "PPK *** ** * *** * *");
}

TEST(Redact, OtherLinesStayAsTheyAre) {
  for (const char* line :
       {"", "keyring ppk BRANCHES", "show crypto ikev2 sa", " match identity remote key-id branch",
        "authentication local pre-share", " peer A", "key chain A", "password encryption aes", "crypto key generate rsa",
        "service password-encryption", "show crypto session detail", "authentication remote rsa-sig",
        "ip route 0.0.0.0 0.0.0.0 192.0.2.1", "ntp server vrf M 10.1.1.123 key 1 prefer", " aaa authorization group psk list L",
        "ip rip authentication key-chain K", "logging host 192.0.2.1", "copy http://192.0.2.1/x running-config"})
    EXPECT_EQ(without_keys(line), line);
}

}  // namespace
}  // namespace parser
