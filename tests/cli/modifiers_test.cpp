#include "cli/modifiers.hpp"

#include <gtest/gtest.h>

#include "cli/help_text.hpp"
#include "cli/pager.hpp"

using parser::ModifierKind;

namespace {

const std::string text =
    "!\n"
    "interface GigabitEthernet0/0\n"
    " description LAN, inside\n"
    " crypto map VPN\n"
    "!\n"
    "ip access-list extended LAN\n"
    " permit ip any any\n"
    "end\n";

std::string filtered(ModifierKind kind, const std::string& pattern) { return cli::modified(text, {kind, pattern}); }

}  // namespace

TEST(Modifiers, EachKind) {
  EXPECT_EQ(filtered(ModifierKind::none, ""), text);
  EXPECT_EQ(filtered(ModifierKind::include, "^interface|^ip "), "interface GigabitEthernet0/0\nip access-list extended LAN\n");
  EXPECT_EQ(filtered(ModifierKind::exclude, "^ |!"), "interface GigabitEthernet0/0\nip access-list extended LAN\nend\n");
  EXPECT_EQ(filtered(ModifierKind::begin, "access-list"), "ip access-list extended LAN\n permit ip any any\nend\n");
  EXPECT_EQ(filtered(ModifierKind::section, "^interface"),
            "interface GigabitEthernet0/0\n description LAN, inside\n crypto map VPN\n");
  EXPECT_EQ(filtered(ModifierKind::count, "LAN"), "Number of lines which match regexp = 2\n");
  EXPECT_EQ(filtered(ModifierKind::count, "^nothing"), "Number of lines which match regexp = 0\n");
}

TEST(Modifiers, UnderscoreIsAnyDelimiter) {
  EXPECT_EQ(filtered(ModifierKind::include, "_LAN_"), " description LAN, inside\nip access-list extended LAN\n");
}

TEST(Modifiers, NoRegularExpression) {
  EXPECT_EQ(filtered(ModifierKind::include, "(("), "% Failed to compile regular expression.\n");
}

TEST(HelpText, TableAndColumns) {
  const std::vector<parser::HelpEntry> entries = {
      {"clear", "Reset functions"}, {"configure", "Enter configuration mode"}, {"<cr>", ""}};
  EXPECT_EQ(cli::help_text("", entries, "Exec commands:", 80),
            "Exec commands:\n  clear      Reset functions\n  configure  Enter configuration mode\n  <cr>\n");
  EXPECT_EQ(cli::help_text("c", {entries[0], entries[1]}, "Exec commands:", 80), "clear      configure\n");
  EXPECT_EQ(cli::help_text("x ", {}, "", 80), "% Unrecognized command\n");
}

TEST(Pager, StopsGoesOnAndEnds) {
  std::string screen, keys = " \rq";
  std::size_t pressed = 0;
  cli::Pager pager(
      4, 80, [&](std::string_view piece) { screen += piece; }, [&] { return keys.at(pressed++); });
  pager.show("1\n2\n3\n4\n5\n6\n7\n8\n");
  pager.show("9\n");
  const std::string more = " --More-- \b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b";
  EXPECT_EQ(screen, "1\n2\n3\n" + more + "4\n5\n6\n" + more + "7\n" + more);
}

TEST(Pager, AnExactScreenDoesNotStop) {
  std::string screen;
  cli::Pager pager(
      4, 80, [&](std::string_view piece) { screen += piece; }, [] { return 'q'; });
  pager.show("1\n2\n3\n");
  EXPECT_EQ(screen, "1\n2\n3\n");
}
