// Lines of other parts of IOS: whose they are, and texts of several lines.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

std::string shown_after(const std::string& text) { return running_config(parser::apply({}, text).configuration); }

bool has_line(const std::string& shown, const std::string& line) {
  return ("\n" + shown).find("\n" + line + "\n") != std::string::npos;
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

TEST(KeptLines, TextsAreTakenOutOfTerminalCaptures) {
  const std::string digits =
      "crypto pki certificate chain T\n certificate ca 01\n  30820321 30820209\n --More-- \b\b\b\b\b\b\b\b\b        "
      "\b\b\b\b\b\b\b\b\b"
      "  A0030201 02020101\n\xC2\xA0 0BADCAFE\n\tquit\n";
  const std::string shown = shown_after(digits + "banner motd ^C\nWelcome\n --More-- \n^C\nhostname AFTER\n");
  EXPECT_TRUE(has_line(shown, "  30820321 30820209\n  A0030201 02020101\n  0BADCAFE\n  \tquit")) << shown;
  EXPECT_NE(shown.find("Welcome\n^C"), std::string::npos) << shown;
  EXPECT_TRUE(has_line(shown, "hostname AFTER"));
}

TEST(KeptLines, ABannerForClientsNeedsNoDelimiter) {
  const std::string shown = shown_after("crypto ikev2 authorization policy A\n banner Welcome to all\n pool P\n");
  EXPECT_TRUE(has_line(shown, " banner ^CWelcome to all^C")) << shown;
  EXPECT_TRUE(has_line(shown, " pool P")) << shown;
}

TEST(KeptLines, TheWholeConfigurationHasWhatIsBuiltIn) {
  const Configuration typed = parser::apply({}, "crypto ikev2 profile P\n match fvrf any\n").configuration;
  const std::string all = running_config(typed, Detail::all);
  for (const char* line : {"crypto ikev2 proposal default \n encryption aes-cbc-256",
                           "crypto ikev2 policy default \n match fvrf any", " lifetime 86400"})
    EXPECT_NE(all.find(line), std::string::npos) << line << "\n" << all;
  const ApplyResult again = parser::apply({}, all);
  EXPECT_FALSE(again.refused_any);
  EXPECT_EQ(running_config(again.configuration, Detail::all), all);
  const Configuration without = parser::apply({}, "no crypto ikev2 proposal default\n").configuration;
  EXPECT_EQ(running_config(without, Detail::all).find("aes-cbc-256"), std::string::npos);
}

}  // namespace
}  // namespace parser
