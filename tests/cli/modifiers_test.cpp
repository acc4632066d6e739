#include "cli/modifiers.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cli/help_text.hpp"
#include "cli/pager.hpp"
#include "cli/text_file.hpp"

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

TEST(Modifiers, AllButTheSections) {
  EXPECT_EQ(cli::modified(text, {.kind = ModifierKind::section, .pattern = "^interface", .others = true}),
            "!\n!\nip access-list extended LAN\n permit ip any any\nend\n");
}

TEST(Modifiers, UnderscoreIsAnyDelimiter) {
  EXPECT_EQ(filtered(ModifierKind::include, "_LAN_"), " description LAN, inside\nip access-list extended LAN\n");
}

TEST(Modifiers, NoRegularExpression) {
  EXPECT_EQ(filtered(ModifierKind::include, "(("), "% Failed to compile regular expression.\n");
}

namespace {

/// A folder for `flash:`, gone afterwards.
struct Flash {
  Flash() : path(std::filesystem::temp_directory_path() / ("sallyport-flash-" + std::to_string(::getpid()))) {}
  ~Flash() { std::filesystem::remove_all(path); }
  std::string path, refusal;
  std::string shown(ModifierKind kind, const std::string& file, bool to_end = false) {
    refusal.clear();
    return cli::shown("text\n", {kind, "", file, to_end}, path, refusal);
  }
  std::string content(const std::string& name) {
    const auto read = cli::read_text_file(name, path);
    return read.ok() ? *read : read.failure().why;
  }
};

}  // namespace

TEST(Modifiers, WriteFiles) {
  Flash flash;
  EXPECT_EQ(flash.shown(ModifierKind::redirect, "flash:a.txt"), "");
  EXPECT_EQ(flash.shown(ModifierKind::redirect, "flash:/a.txt"), "") << "another spelling of the same";
  EXPECT_EQ(flash.content("flash:a.txt"), "text\n");
  EXPECT_EQ(flash.shown(ModifierKind::append, "flash:a.txt"), "");
  EXPECT_EQ(flash.shown(ModifierKind::tee, "bootflash:a.txt", true), "text\n");
  EXPECT_EQ(flash.content(flash.path + "/a.txt"), "text\ntext\ntext\n");
  EXPECT_EQ(flash.shown(ModifierKind::tee, flash.path + "/a.txt"), "text\n");
  EXPECT_EQ(flash.content("flash:a.txt"), "text\n");
  EXPECT_EQ(flash.refusal, "");
  EXPECT_EQ(std::filesystem::status(flash.path + "/a.txt").permissions(), std::filesystem::perms(0600));
}

TEST(Modifiers, WriteNowhereElse) {
  Flash flash;
  for (const char* name : {"a.txt", "flash:", "flash:../a.txt", "flash:sub/a.txt", "flash:.a", "tftp://192.0.2.1/a", "nvram:a"}) {
    EXPECT_EQ(flash.shown(ModifierKind::redirect, name), "");
    EXPECT_EQ(flash.refusal.find("%Error opening " + std::string(name) + " ("), 0u) << flash.refusal;
  }
  std::filesystem::create_directory(flash.path);
  std::filesystem::create_symlink("/tmp/elsewhere", flash.path + "/link");
  flash.shown(ModifierKind::redirect, "flash:link");
  EXPECT_EQ(flash.refusal.find("%Error opening flash:link"), 0u) << "no way out through a symbolic link";
  flash.shown(ModifierKind::redirect, flash.path);
  EXPECT_EQ(flash.refusal.find("%Error opening "), 0u) << "a folder";
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
