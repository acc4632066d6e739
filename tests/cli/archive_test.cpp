// The configuration's history at the prompt: revisions, differences, replacing, and the promise to roll back.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/revert_timer.hpp"
#include "cli/show_archive.hpp"
#include "typist.hpp"

using namespace cli;

namespace {

void configure(Typist& typist, std::initializer_list<const char*> lines) {
  typist.line("configure terminal");
  for (const char* line : lines) typist.line(line);
  typist.line("end");
}

/// A file with this text, gone afterwards.
struct TextFile {
  explicit TextFile(const std::string& text)
      : path(std::filesystem::temp_directory_path() / ("sallyport-text-" + std::to_string(::getpid()))) {
    std::ofstream(path) << text;
  }
  ~TextFile() { std::filesystem::remove(path); }
  std::string path;
};

}  // namespace

TEST(Archive, EveryCommitIsARevisionWithItsMaker) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE"});
  configure(typist, {"hostname TWO", "crypto ikev2 keyring K", "peer P", "pre-shared-key Secret1"});
  EXPECT_EQ(typist.line("show archive"),
            "The maximum archive configurations allowed is 1000.\n"
            "There are currently 2 archive configurations saved.\n"
            "The next archive file will be named revision-3\n"
            " Archive #  Name\n"
            "   1        revision-1\n"
            "   2        revision-2 <- Most Recent\n");
  typist.line("archive config before the move of site B");
  const std::string detail = typist.line("show archive detail");
  EXPECT_NE(detail.find("operator@con0"), std::string::npos) << detail;
  EXPECT_NE(detail.find("before the move of site B"), std::string::npos) << detail;
  const std::string log = typist.line("show archive log config all");
  EXPECT_NE(log.find("    5     2          operator@con0  |  pre-shared-key ******\n"), std::string::npos) << log;
}

TEST(Archive, DifferencesStandUnderTheirBlocksAndHideKeys) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE", "crypto ikev2 keyring K", "peer P", "address 192.0.2.1", "pre-shared-key Secret1"});
  typist.line("write memory");
  EXPECT_EQ(typist.line("show archive config differences"), "!No changes were found\n");
  configure(typist, {"crypto ikev2 keyring K", "peer P", "address 192.0.2.2", "pre-shared-key Secret2", "exit", "peer Q",
                     "description new", "exit", "exit", "no hostname"});
  const std::string expected =
      "!Contextual Config Diffs:\n"
      "-hostname ONE\n"
      "crypto ikev2 keyring K\n"
      " peer P\n"
      "  -address 192.0.2.1\n"
      "  -pre-shared-key ******\n"
      "  +address 192.0.2.2\n"
      "  +pre-shared-key ******\n"
      " +peer Q\n"
      "  +description new\n";
  EXPECT_EQ(typist.line("show archive config differences"), expected);
  EXPECT_EQ(typist.line("show archive config differences revision 1 revision 2"), expected);
  EXPECT_EQ(typist.line("show archive config differences revision-1"), expected);
  EXPECT_EQ(typist.line("show archive config differences revision 9"), "%Error opening revision-9 (No such revision)\n\n");
}

TEST(Archive, ReplaceTakesARevisionBack) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE"});
  configure(typist, {"hostname TWO", "crypto ikev2 dpd 10 2 periodic"});
  EXPECT_EQ(typist.line("configure replace revision 1"), "");
  EXPECT_TRUE(typist.prompt.ends_with("Enter Y if you are sure you want to proceed. ? [no]: ")) << typist.prompt;
  typist.line("n");
  EXPECT_EQ(backend.running().hostname(), "TWO");
  typist.line("configure replace revision 1");
  EXPECT_EQ(typist.line("y"), "\nTotal number of passes: 1\nRollback Done\n\n");
  EXPECT_EQ(parser::running_config(backend.running()), parser::running_config(parser::apply({}, "hostname ONE\n").configuration));
  EXPECT_EQ(typist.line("configure replace revision 2 list force"),
            "!List of Commands:\n-hostname ONE\n+hostname TWO\n+crypto ikev2 dpd 10 2 periodic\nend\n"
            "\nTotal number of passes: 1\nRollback Done\n\n");
  EXPECT_NE(typist.line("show archive detail").find("configure replace revision-2"), std::string::npos);
}

TEST(Archive, ReplaceByAFileIsAllOrNothing) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE"});
  {
    TextFile bad("hostname TWO\ncrypto ikev2 keyring K\n peer P\n  pre-shared-key local 0 Secret1 more\n  adress 192.0.2.1\n");
    EXPECT_EQ(typist.line("configure replace " + bad.path + " force"),
              "line 4:   pre-shared-key local * ******* ****\n"
              "                                         ^\n"
              "% Invalid input detected at '^' marker.\n"
              "line 5:   adress 192.0.2.1\n"
              "          ^\n"
              "% Invalid input detected at '^' marker.\n"
              "% Rollback aborted: nothing is changed\n\n");
    EXPECT_EQ(backend.running().hostname(), "ONE");
  }
  TextFile good("hostname TWO\n");
  typist.line("configure replace " + good.path + " force");
  EXPECT_EQ(backend.running().hostname(), "TWO");
  EXPECT_EQ(typist.line("configure replace /nonexistent force"), "%Error opening /nonexistent (No such file or directory)\n\n");
  EXPECT_EQ(typist.line("configure replace /dev/zero force"), "%Error opening /dev/zero (Not a file)\n\n");
}

TEST(Archive, ACommitThatFailsAbortsTheReplacement) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE"});
  backend.failure = "disk full";
  EXPECT_EQ(typist.line("configure replace startup-config force"),
            "%Error opening nvram:startup-config (No such file or directory)\n\n");
  EXPECT_EQ(typist.line("configure replace revision 1 force"),
            "% Rollback aborted: the configuration could not be stored: disk full\n\n");
}

TEST(Archive, ConfirmRevertAndTheirTimer) {
  FakeBackend backend;
  Typist typist(backend);
  EXPECT_EQ(typist.line("configure confirm"), "%No Rollback Confirmed Change pending\n\n");
  EXPECT_EQ(typist.line("configure revert now"), "%No Rollback Confirmed Change pending\n\n");
  EXPECT_EQ(typist.line("show archive config rollback timer"), "%No Rollback Confirmed Change pending\n");
  typist.line("configure terminal revert timer 5");
  EXPECT_EQ(typist.prompt, "Router(config)#");
  typist.line("end");
  EXPECT_EQ(typist.line("show archive config rollback timer"),
            "Time configured(or reconfigured): 08:30:15.000 UTC Mon Jan 5 2026\nTimer type: absolute timer\n"
            "Timer value: 5 min\nUser: operator\n");
  typist.line("configure revert timer 7");
  EXPECT_EQ(backend.promise->minutes, 7u);
  typist.line("configure confirm");
  EXPECT_FALSE(backend.promise);
  typist.line("configure terminal revert timer 5");
  typist.line("end");
  typist.line("configure revert now");
  EXPECT_FALSE(backend.promise);
}

/// Somebody else, or a timer, changes what this session had committed: going on typing in the same block does not bring it
/// back.
TEST(Archive, WhatWasTakenBackIsNotEnteredAgain) {
  FakeBackend backend;
  Typist typist(backend), other(backend);
  configure(typist, {"hostname ONE"});
  typist.line("configure terminal");
  typist.line("interface Loopback0");
  typist.line("description mine");
  typist.ask(RequestKind::settle);
  other.line("configure replace revision 1 force");
  typist.line("shutdown");
  typist.line("end");
  EXPECT_EQ(parser::interface_config(backend.running(), "Loopback0"), "!\ninterface Loopback0\n no ip address\n shutdown\nend\n");
}

TEST(Archive, RunningConfigOfOneInterfaceAndWithDefaults) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"interface Loopback0", "description x"});
  EXPECT_EQ(typist.line("show running-config interface Loopback0"),
            "Building configuration...\n\nCurrent configuration : 56 bytes\n!\ninterface Loopback0\n description x\n no "
            "ip address\nend\n\n");
  const std::string line = "crypto ipsec security-association lifetime seconds 3600\n";
  EXPECT_EQ(typist.line("show running-config").find(line), std::string::npos);
  const std::string all = typist.line("show running-config all");
  for (const char* expected : {"lifetime seconds 3600\n", "lifetime kilobytes 4608000\n", "replay window-size 64\n"})
    EXPECT_NE(all.find(expected), std::string::npos) << all;
  const std::string typed = all +
                            "default crypto ikev2 proposal\ndefault crypto ikev2 policy\n"
                            "default crypto ipsec transform-set\ndefault crypto ipsec profile\n";
  EXPECT_EQ(parser::apply({}, typed).configuration, backend.running());
}

TEST(RevertTimer, WhatIsDueIsDoneInTheNextTurns) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE"});
  configure(typist, {"hostname TWO"});
  kernel::Loop loop;
  RevertTimer timer(loop, backend);
  const std::int64_t now = backend.now().unix_milliseconds / 1000;
  timer.take_up(parser::PendingRevert{1, now + 3600, 60, "operator"});
  for (int i = 0; i < 3; ++i) loop.turn(engine::Duration{0});
  EXPECT_EQ(backend.running().hostname(), "TWO");
  timer.take_up(parser::PendingRevert{1, now + 30, 1, "operator"});
  for (int i = 0; i < 3; ++i) loop.turn(engine::Duration{0});
  EXPECT_EQ(backend.running().hostname(), "TWO");
  EXPECT_NE(backend.log().show().find("System will rollback to config revision-1 in one minute"), std::string::npos);
  timer.take_up(parser::PendingRevert{1, now, 1, "operator"});
  for (int i = 0; i < 3; ++i) loop.turn(engine::Duration{0});
  EXPECT_EQ(backend.running().hostname(), "ONE");
  EXPECT_FALSE(timer.pending());
}

TEST(Archive, IncrementalDifferencesAreTheLinesThatAFileHasNot) {
  FakeBackend backend;
  Typist typist(backend);
  configure(typist, {"hostname ONE", "crypto ikev2 keyring K", "peer P", "address 192.0.2.1", "pre-shared-key Secret1", "end"});
  const TextFile old("hostname ZERO\ncrypto ikev2 keyring K\n peer P\n  address 192.0.2.1\n peer GONE\n  address 192.0.2.9\n");
  EXPECT_EQ(typist.line("show archive config incremental-diffs " + old.path),
            "!List of Commands:\nhostname ONE\ncrypto ikev2 keyring K\n peer P\n  pre-shared-key ******\nend\n");
  EXPECT_EQ(typist.line("show archive config incremental-diffs running-config"), "!No changes were found\n");
}
