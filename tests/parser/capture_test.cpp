// Pastes from terminals and web pages: what is no configuration is passed over, what is odd is said.
#include <gtest/gtest.h>

#include "tests/parser/support.hpp"

namespace parser {
namespace {

TEST(Capture, ATerminalSessionIsUnderstood) {
  const ApplyResult applied = parser::apply({},
                                            "R1#conf t\r\n"
                                            "Enter configuration commands, one per line.  End with CNTL/Z.\r\n"
                                            "R1(config)#hostname R7\r\n"
                                            "R7(config)#crypto ikev2 keyring K\r\n"
                                            "R7(config-ikev2-keyring)# peer A\r\n"
                                            "R7(config-ikev2-keyring-peer)#  address 192.0.2.1\r\n"
                                            "R7(config-ikev2-keyring-peer)#  pre-shared-key a#b>c\r\n"
                                            " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b peer B\r\n"
                                            "  address 192.0.2.2\r\n"
                                            "*Nov 13 12:30:45.123: %SYS-5-CONFIG_I: Configured from console by admin\r\n"
                                            "% Invalid input detected at '^' marker.\r\n"
                                            "R7(config-ikev2-keyring-peer)#end\r\n"
                                            "R7#write memory\r\n"
                                            "Building configuration...\r\n"
                                            "[OK]\r\n"
                                            "R7#\r\n");
  for (const LineReport& line : applied.lines) EXPECT_NE(line.verdict, Verdict::refused) << line.text << "\n" << line.answer;
  EXPECT_NE(running_config(applied.configuration).find(R"(hostname R7
!
crypto ikev2 keyring K
 peer A
  address 192.0.2.1
  pre-shared-key a#b>c
 !
 peer B
  address 192.0.2.2
 !
!
)"),
            std::string::npos)
      << running_config(applied.configuration);
}

TEST(Capture, HintsSayWhatIsOdd) {
  const std::pair<const char*, const char*> cases[] = {
      {"crypto ikev2 proprosal P", "did you mean \"proposal\"?"},
      {"crypto isamkp policy 10", "did you mean \"isakmp\"?"},
      {"description \xE2\x80\x9Cquoted\xE2\x80\x9D", "it has typographic quotes, as web pages make them: type plain ones"},
      {"tunnel-group 192.0.2.1 type ipsec-l2l", "this is the syntax of an ASA firewall"},
      {"# a comment", "a comment begins with \"!\""},
      {"interface <outside>", "it seems to hold a place that was to be filled in"},
  };
  for (const auto& [line, hint] : cases) {
    ConfigSession session{Configuration{}};
    const LineReport report = session.line(line);
    EXPECT_EQ(report.verdict, Verdict::refused) << line;
    EXPECT_EQ(report.hint, hint) << line;
  }
}

TEST(Capture, WhatBelongsToARefusedLineIsNotApplied) {
  const ApplyResult applied = parser::apply({},
                                            "crypto ikev2 keyring K\n peer A\n  address 192.0.2.1\n"
                                            "cripto ikev2 profile P\n description wrong place\n"
                                            "interface GigabitEthernet0/0\n description right place\n");
  const std::string shown = running_config(applied.configuration);
  EXPECT_EQ(shown.find("wrong place"), std::string::npos) << shown;
  EXPECT_NE(shown.find("right place"), std::string::npos) << shown;
}

TEST(Capture, ARefusedLineOfAnOpenBlockTakesNothingWithIt) {
  for (const char* wrong : {"encryption aes-256", "encrypton aes-cbc-256"}) {
    const std::string shown = running_config(
        parser::apply({}, "crypto ikev2 proposal P\n" + std::string(wrong) + "\n integrity sha256\n group 14\n").configuration);
    EXPECT_NE(shown.find(" integrity sha256\n group 14\n"), std::string::npos) << wrong << "\n" << shown;
  }
}

TEST(Capture, TheOctetOfControlCEndsABanner) {
  const ApplyResult applied =
      parser::apply({}, "banner motd \x03\nhostname FAKE\n\x03\nbanner login \x03one line\x03\nhostname REAL\n");
  EXPECT_FALSE(applied.refused_any);
  const std::string shown = running_config(applied.configuration);
  EXPECT_NE(shown.find("banner motd ^C\nhostname FAKE\n^C\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("banner login ^Cone line^C\n"), std::string::npos) << shown;
  EXPECT_EQ(applied.configuration.hostname(), "REAL");
}

TEST(Capture, WhatARouterSaysAboutABannersEndIsNoPartOfIt) {
  const std::string shown = running_config(
      parser::apply({}, "banner motd #\nEnter TEXT message.  End with the character '#'.\nhello\n#\n").configuration);
  EXPECT_NE(shown.find("banner motd ^C\nhello\n^C\n"), std::string::npos) << shown;
}

TEST(Capture, ATextWithoutAnEndIsToldOf) {
  const ApplyResult applied = parser::apply({}, "hostname R\nbanner motd #\nhello\nhostname AFTER\n");
  EXPECT_TRUE(applied.refused_any);
  ASSERT_EQ(applied.lines.size(), 3u);
  EXPECT_EQ(applied.lines[0].text, "banner motd #");
  EXPECT_NE(applied.lines[0].answer.find("\"banner motd #\" begins has no end"), std::string::npos) << applied.lines[0].answer;
  for (const LineReport& line : applied.lines) EXPECT_EQ(line.verdict, Verdict::refused) << line.text;
}

TEST(Capture, ExecCommandsBehindThePromptOfExecAreNoConfiguration) {
  const ApplyResult applied = parser::apply({}, "R1#clock set 10:00:00 1 Jan 2026\nR1(config)#redundancy\n");
  EXPECT_FALSE(applied.refused_any);
  const std::string shown = running_config(applied.configuration);
  EXPECT_EQ(shown.find("clock set"), std::string::npos) << shown;
  EXPECT_NE(shown.find("redundancy"), std::string::npos) << shown;
}

TEST(Capture, TheMasterKeyIsNoLineOfAKeyChain) {
  for (const char* chain : {"key chain K\n", "key chain K\n key 1\n  key-string x\n"}) {
    const ApplyResult applied = parser::apply({}, chain + std::string("key config-key password-encrypt MasterPlain1\n"));
    EXPECT_FALSE(applied.refused_any);
    const std::string shown = running_config(applied.configuration);
    EXPECT_EQ(shown.find("config-key"), std::string::npos) << shown;
  }
}

TEST(Capture, LinesOfAnyTextAreNotAbbreviated) {
  for (const char* stray :
       {"mode tunnel", "ip address 10.0.0.1 255.0.0.0", "network 10.0.0.0 255.0.0.0", "class X", "cd flash:", "no mode tunnel"}) {
    ConfigSession session{Configuration{}};
    EXPECT_EQ(session.line(stray).verdict, Verdict::refused) << stray;
  }
}

TEST(Capture, BannersAndCertificatesAreTextOfTheirOwn) {
  const ApplyResult applied = parser::apply({},
                                            "banner motd #\nhostname FAKE\n! no comment\n\n#\nhostname REAL\n"
                                            "crypto pki certificate chain T\n certificate ca 01\n  30820321 30820209\n  A003\n"
                                            "        quit\n certificate 02\n  3082\nhostname LAST\n");
  const std::string shown = running_config(applied.configuration);
  EXPECT_NE(shown.find("banner motd ^C\nhostname FAKE\n! no comment\n\n^C\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find(" certificate ca 01\n  30820321 30820209 A003\n  \tquit\n"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("certificate 02"), std::string::npos) << "it was cut short";
  EXPECT_EQ(applied.configuration.hostname(), "LAST");
  EXPECT_TRUE(parser::apply({}, shown).configuration == applied.configuration);
}

TEST(Capture, NoIsALineWhereTheDefaultIsOn) {
  ConfigSession session{Configuration{}};
  const auto shown = [&] { return running_config(session.configuration()); };
  session.line("no crypto ikev2 http-url cert");
  session.line("no crypto ikev2 proposal default");
  EXPECT_NE(shown().find("no crypto ikev2 http-url cert\n"), std::string::npos) << shown();
  EXPECT_NE(shown().find("no crypto ikev2 proposal default"), std::string::npos) << shown();
  session.line("crypto ikev2 http-url cert");
  session.line("default crypto ikev2 proposal default");
  EXPECT_EQ(shown().find("http-url"), std::string::npos) << shown();
  EXPECT_EQ(shown().find("proposal"), std::string::npos) << shown();
}

TEST(Capture, NumberedAccessListsAreListsOfThatName) {
  ConfigSession session{Configuration{}};
  for (const char* line : {"access-list 101 permit ip any host 192.0.2.1", "access-list 101 permit ip any host 192.0.2.2",
                           "access-list 10 permit 10.0.0.0 0.255.255.255"})
    EXPECT_NE(session.line(line).verdict, Verdict::refused) << line;
  const std::string shown = running_config(session.configuration());
  EXPECT_NE(shown.find("ip access-list standard 10\n permit 10.0.0.0 0.255.255.255\n!\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("ip access-list extended 101\n permit ip any host 192.0.2.1\n permit ip any host 192.0.2.2\n!\n"),
            std::string::npos)
      << shown;
  session.line("ip access-list extended 101");
  session.line("5 deny ip any any");
  session.line("ip access-list resequence 101 100 5");
  EXPECT_NE(running_config(session.configuration()).find("extended 101\n 100 deny   ip any any\n 105 permit"), std::string::npos)
      << running_config(session.configuration());
  session.line("no access-list 101");
  EXPECT_EQ(running_config(session.configuration()).find("101"), std::string::npos);
}

}  // namespace
}  // namespace parser
