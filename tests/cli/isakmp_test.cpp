// `show crypto isakmp ...`, in IOS's layouts.
#include <gtest/gtest.h>

#include "cli/help_text.hpp"
#include "cli/show.hpp"

namespace cli {
namespace {

const parser::Configuration& ikev1() {
  static const parser::Configuration configuration =
      parser::apply({},
                    "crypto isakmp policy 10\n encr aes 256\n hash sha256\n authentication pre-share\n group 14\n"
                    "crypto isakmp policy 20\n"
                    "crypto isakmp key Elm-Key address 192.0.2.1 \n"
                    "crypto keyring K\n pre-shared-key address 198.51.100.0 255.255.255.0 key Oak-Key\n"
                    "crypto isakmp profile P\n keyring K\n match identity address 198.51.100.7 255.255.255.255 \n")
          .configuration;
  return configuration;
}

std::string shown(parser::IsakmpTable table) { return show_isakmp(ikev1(), {table}); }

TEST(ShowIsakmp, HasNoSa) {
  EXPECT_EQ(shown(parser::IsakmpTable::sa),
            "IPv4 Crypto ISAKMP SA\n"
            "dst             src             state          conn-id status\n"
            "\n"
            "IPv6 Crypto ISAKMP SA\n"
            "\n");
  EXPECT_EQ(shown(parser::IsakmpTable::sa_count).substr(0, 23), "Active ISAKMP SA's: 0\n\n");
  EXPECT_EQ(shown(parser::IsakmpTable::peers), "");
}

TEST(ShowIsakmp, TellsPoliciesInWords) {
  EXPECT_EQ(shown(parser::IsakmpTable::policy),
            "\nGlobal IKE policy\n"
            "Protection suite of priority 10\n"
            "\tencryption algorithm:\tAES - Advanced Encryption Standard (256 bit keys).\n"
            "\thash algorithm:\t\tSecure Hash Standard 2 (256 bit)\n"
            "\tauthentication method:\tPre-Shared Key\n"
            "\tDiffie-Hellman group:\t#14 (2048 bit)\n"
            "\tlifetime:\t\t86400 seconds, no volume limit\n"
            "Protection suite of priority 20\n"
            "\tencryption algorithm:\tDES - Data Encryption Standard (56 bit keys).\n"
            "\thash algorithm:\t\tSecure Hash Standard\n"
            "\tauthentication method:\tRivest-Shamir-Adleman Signature\n"
            "\tDiffie-Hellman group:\t#1 (768 bit)\n"
            "\tlifetime:\t\t86400 seconds, no volume limit\n");
  EXPECT_NE(shown(parser::IsakmpTable::default_policy).find("Default protection suite of priority 65507\n"), std::string::npos);
}

TEST(ShowIsakmp, HidesKeys) {
  const std::string keys = shown(parser::IsakmpTable::key);
  EXPECT_NE(keys.find("default             192.0.2.1 "), std::string::npos) << keys;
  EXPECT_NE(keys.find("K                   198.51.100.0 255.255.255.0 "), std::string::npos) << keys;
  EXPECT_EQ(keys.find("-Key"), std::string::npos) << keys;
}

TEST(ShowIsakmp, ListsProfiles) {
  const std::string profiles = shown(parser::IsakmpTable::profile);
  EXPECT_NE(profiles.find("ISAKMP PROFILE P\n"), std::string::npos) << profiles;
  EXPECT_NE(profiles.find("address 198.51.100.7"), std::string::npos) << profiles;
  EXPECT_NE(profiles.find("keyring(s): K\n"), std::string::npos) << profiles;
}

TEST(Help, EveryModeHasATitle) {
  EXPECT_EQ(mode_title("config"), "Configure commands:");
  EXPECT_EQ(mode_title("config-ikev2-profile"), "IKEv2 Profile commands:");
  EXPECT_EQ(mode_title("cs-server"), "Configuration commands:");
}

}  // namespace
}  // namespace cli
