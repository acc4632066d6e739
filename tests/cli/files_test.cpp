// Commands on files, and who may become privileged.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fake_backend.hpp"
#include "parser/operators.hpp"
#include "tests/temporary_folder.hpp"
#include "typist.hpp"

using namespace cli;

namespace {

class Files : public testing::Test {
 protected:
  Files() { backend.flash_folder = flash_.path(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(backend.flash_folder + "/" + name) << text; }
  std::string read(const std::string& name) const {
    std::ifstream in(backend.flash_folder + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool logged(const std::string& text) { return backend.log().show().find(text) != std::string::npos; }

  TemporaryFolder flash_;
  FakeBackend backend;
};

TEST_F(Files, AreListedReadVerifiedAndDeleted) {
  Typist t(backend);
  write("a.cfg", "hostname A\n");
  const std::string listed = t.line("dir");
  EXPECT_TRUE(listed.starts_with("Directory of bootflash:/\n\n")) << listed;
  EXPECT_NE(listed.find("  -rw-               11  "), std::string::npos) << listed;
  EXPECT_NE(listed.find(" +00:00  a.cfg\n"), std::string::npos) << listed;
  EXPECT_NE(listed.find(" bytes total ("), std::string::npos) << listed;
  EXPECT_EQ(t.line("dir bootflash:/b.cfg"), "%Error opening bootflash:/b.cfg (No such file or directory)\n\n");
  EXPECT_TRUE(t.line("dir flash:").starts_with("Directory of flash:/\n"));
  backend.flash_folder = flash_.path("not-made-yet");
  EXPECT_EQ(t.line("dir").find("(0 bytes free)"), std::string::npos) << "there is room for the first file";
  backend.flash_folder = flash_.path();
  EXPECT_EQ(t.line("more flash:a.cfg"), "hostname A\n");
  EXPECT_NE(t.line("verify /md5 bootflash:/a.cfg").find("\nverify /md5 (bootflash:/a.cfg) = c1ff6f9b67fabd4be5f53ec9be044f8c\n"),
            std::string::npos)
      << t.answer;
  t.line("delete flash:a.cfg");
  EXPECT_EQ(t.prompt, "Delete filename [a.cfg]? ");
  t.line("");
  EXPECT_EQ(t.prompt, "Delete flash:a.cfg? [confirm]");
  t.line("n");
  EXPECT_EQ(read("a.cfg"), "hostname A\n");
  EXPECT_EQ(t.line("delete /force flash:a.cfg"), "");
  EXPECT_FALSE(std::filesystem::exists(backend.flash_folder + "/a.cfg"));
  EXPECT_TRUE(logged("User operator deletes flash:a.cfg"));
}

TEST_F(Files, AreCopiedToAndFromTheConfiguration) {
  Typist t(backend);
  t.line("copy running-config flash:backup.cfg");
  EXPECT_EQ(t.prompt, "Destination filename [backup.cfg]? ");
  EXPECT_NE(t.line("other.cfg").find(" bytes copied in "), std::string::npos) << t.answer;
  EXPECT_NE(read("other.cfg").find("hostname Router\n"), std::string::npos);
  EXPECT_TRUE(logged("User operator copies running-config to flash:other.cfg"));

  write("more.cfg", "hostname NEW\nnonsense\nip access-list extended L\n permit ip any any\nfile prompt quiet\n");
  t.line("copy flash:more.cfg running-config");
  EXPECT_EQ(t.prompt, "Destination filename [running-config]? ");
  const std::string answer = t.line("");
  EXPECT_NE(answer.find("nonsense\n^\n% Invalid input"), std::string::npos) << answer;
  EXPECT_NE(answer.find("85 bytes copied in "), std::string::npos) << answer;
  EXPECT_EQ(t.prompt, "NEW#");
  EXPECT_NE(parser::running_config(backend.running()).find("ip access-list extended L\n permit ip any any\n"), std::string::npos);
  EXPECT_TRUE(logged("Configured from flash:more.cfg by operator"));

  EXPECT_NE(t.line("copy run flash:quiet.cfg").find(" bytes copied in "), std::string::npos) << "file prompt quiet";
  EXPECT_EQ(t.line("copy run start"), "Building configuration...\n[OK]\n");
  EXPECT_EQ(t.line("copy flash:none.cfg running-config"), "%Error opening flash:none.cfg (No such file or directory)\n\n");
  EXPECT_NE(t.line("copy null: running-config").find("0 bytes copied"), std::string::npos) << t.answer;
  EXPECT_NE(t.line("copy flash:../x running-config").find("%Error opening"), std::string::npos);
}

TEST_F(Files, AreForPrivilegedUsersAlone) {
  Typist t(backend, Interaction::terminal, false);
  for (const char* line :
       {"dir flash:", "more /etc/passwd", "verify /md5 flash:a", "delete /force flash:a", "copy running-config flash:a"})
    EXPECT_NE(t.line(line).find("% Invalid input"), std::string::npos) << line << t.answer;
}

TEST(Operators, HaveThePrivilegeOfTheirLine) {
  const auto configuration =
      parser::apply({},
                    "username alice privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6\n"
                    "username bob secret 0 privilege\n"
                    "username carol privilege 7\n")
          .configuration;
  EXPECT_EQ(parser::user_privilege(configuration, "alice"), 15U);
  EXPECT_EQ(parser::user_privilege(configuration, "bob"), 1U);
  EXPECT_EQ(parser::user_privilege(configuration, "carol"), 7U);
  EXPECT_EQ(parser::user_privilege(configuration, "dave"), std::nullopt);
}

TEST(Operators, EnableAsksForTheSecretThreeTimes) {
  FakeBackend backend;
  Typist admin(backend);
  admin.line("conf t");
  admin.line("enable password 7 070C285F4D06");
  admin.line("enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6");
  admin.line("end");
  Typist t(backend, Interaction::terminal, false);
  EXPECT_EQ(t.prompt, "Router>");
  t.line("enable");
  EXPECT_EQ(t.prompt, "Password: ");
  EXPECT_TRUE(t.flags & done_secret);
  t.line("cisco");
  EXPECT_EQ(t.prompt, "Password: ");
  t.line("hashcat");
  EXPECT_EQ(t.prompt, "Router#");
  t.line("disable");
  t.line("enable");
  t.line("1");
  t.line("2");
  EXPECT_EQ(t.line("3"), "% Bad secrets\n\n");
  EXPECT_EQ(t.prompt, "Router>");
  EXPECT_NE(backend.log().show().find("User operator gave no right enable secret"), std::string::npos);
}

TEST(Operators, CommandsAreMovedToOtherLevels) {
  FakeBackend backend;
  Typist admin(backend);
  admin.line("conf t");
  for (const char* moved : {"privilege exec level 7 cle cry", "privilege exec all level 7 show running-config",
                            "privilege exec level 10 show version", "privilege exec level 7 configure terminal"})
    EXPECT_EQ(admin.line(moved), "");
  EXPECT_NE(admin.line("privilege configure level 7 hostname").find("level 15 alone"), std::string::npos);
  admin.line("end");
  Typist t(backend, Interaction::terminal, false, 7);
  const auto knows = [&t](const std::string& command) {
    return t.line(command).find("% Invalid input detected at '^' marker.") == std::string::npos;
  };
  EXPECT_EQ(t.prompt, "Router#");
  EXPECT_EQ(t.line("sh priv"), "Current privilege level is 7\n");
  EXPECT_TRUE(knows("clear crypto session"));
  EXPECT_EQ(backend.cleared.size(), 1U);
  EXPECT_TRUE(knows("sh run"));
  EXPECT_TRUE(knows("show clock"));
  EXPECT_FALSE(knows("sh ver")) << "moved up";
  EXPECT_FALSE(knows("sh run | redirect flash:mine")) << "files are the daemon's";
  EXPECT_FALSE(knows("configure terminal")) << "the configuration is for level 15 alone";
  EXPECT_FALSE(knows("clear logging")) << "of level 15";
  EXPECT_NE(t.ask(RequestKind::help, "clear crypto ").find("session"), std::string::npos);
  EXPECT_NE(t.ask(RequestKind::help, "clear l").find("Unrecognized"), std::string::npos);
  t.line("enable 5");
  EXPECT_FALSE(knows("clear crypto session"));
  t.line("enable 7");
  EXPECT_TRUE(knows("clear crypto session")) << "up to one's own level without a password";
  EXPECT_EQ(t.line("enable 10"), "% No password set\n\n");
}

TEST(Operators, LevelsHaveSecretsOfTheirOwn) {
  FakeBackend backend;
  Typist admin(backend);
  admin.line("conf t");
  admin.line("enable secret level 7 seven-up");
  admin.line("end");
  Typist t(backend, Interaction::terminal, false);
  t.line("enable 7");
  EXPECT_EQ(t.prompt, "Password: ");
  t.line("seven-up");
  EXPECT_EQ(t.prompt, "Router#");
  EXPECT_EQ(t.line("show privilege"), "Current privilege level is 7\n");
  EXPECT_EQ(t.line("enable"), "% No password set\n\n") << "that of level 15";
  t.line("disable");
  EXPECT_EQ(t.prompt, "Router>");
}

TEST(Operators, WithoutASecretThePasswordOpens) {
  const auto opened = [](const char* line, const char* typed) {
    const auto secret = parser::enable_secret(parser::apply({}, line).configuration);
    return secret && parser::opens(*secret, typed);
  };
  EXPECT_TRUE(opened("enable password 7 070C285F4D06", "cisco"));
  EXPECT_TRUE(opened("enable password cisco", "cisco"));
  EXPECT_TRUE(opened("enable secret 5 $1$28772684$iEwNOgGugqO9.bIz5sk8k/", "hashcat"));
  EXPECT_FALSE(opened("enable password cisco", "cisc"));
  EXPECT_FALSE(opened("enable secret level 5 cisco", "cisco")) << "of another level";
}

}  // namespace
