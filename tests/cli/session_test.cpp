#include "cli/session.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "fake_backend.hpp"
#include "typist.hpp"

using namespace cli;

namespace {

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(Session, PromptsFollowTheModes) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.prompt, "Router#");
  EXPECT_EQ(t.line("configure terminal"), "Enter configuration commands, one per line.  End with CNTL/Z.\n");
  EXPECT_EQ(t.prompt, "Router(config)#");
  t.line("crypto ikev2 keyring KEYS");
  EXPECT_EQ(t.prompt, "Router(config-ikev2-keyring)#");
  t.line(" peer B");
  EXPECT_EQ(t.prompt, "Router(config-ikev2-keyring-peer)#");
  t.line("exit");
  EXPECT_EQ(t.prompt, "Router(config-ikev2-keyring)#");
  t.line("hostname a-name-of-more-than-twenty-characters");
  EXPECT_EQ(t.prompt, "a-name-of-more-than-(config)#");
  t.line("end");
  EXPECT_EQ(t.prompt, "a-name-of-more-than-twenty-characters#");
  t.line("disable");
  EXPECT_EQ(t.prompt, "a-name-of-more-than-twenty-characters>");
  EXPECT_EQ(t.line("enable"), "% No password set\n\n");
}

TEST(Session, CaretStandsUnderTheUsersColumn) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.line("show crypto nonsense"), std::string(7 + 12, ' ') + "^\n% Invalid input detected at '^' marker.\n\n");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(t.line("show crypto"), "% Incomplete command.\n\n");
  t.line("conf t");
  EXPECT_EQ(t.line("crypto ikev2 proposel X"), std::string(15 + 13, ' ') + "^\n% Invalid input detected at '^' marker.\n\n");
  EXPECT_EQ(t.line("do show cluck"), std::string(15 + 8, ' ') + "^\n% Invalid input detected at '^' marker.\n\n");
  EXPECT_EQ(t.prompt, "Router(config)#");
}

TEST(Session, AConfigurationPastedAtTheExecPromptIsTaken) {
  FakeBackend backend;
  Typist t(backend, Interaction::batch);
  std::istringstream lines(file(SOURCE_DIR "/samples/two-sites/site-a.cfg"));
  for (std::string line; std::getline(lines, line);) {
    t.line(line);
    EXPECT_EQ(t.flags & done_refused, 0) << line;
  }
  EXPECT_EQ(backend.commits, 0U) << "a file is one block";
  t.ask(RequestKind::finish);
  EXPECT_EQ(backend.commits, 1U);
  EXPECT_EQ(backend.last_user, "operator");
  EXPECT_NE(t.line("show crypto map").find("Peer = 203.0.113.20"), std::string::npos);
}

TEST(Session, ABannerWithoutAnEndIsToldOf) {
  FakeBackend backend;
  Typist t(backend, Interaction::batch);
  for (const char* line : {"hostname R", "banner motd #", "hello", "hostname AFTER"}) EXPECT_EQ(t.line(line), "") << line;
  const std::string said = t.ask(RequestKind::finish);
  EXPECT_NE(said.find("\"banner motd #\" begins has no end"), std::string::npos) << said;
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(backend.running().hostname(), "R");
}

TEST(Session, ACertificateWithoutAnEndIsToldOf) {
  FakeBackend backend;
  Typist t(backend, Interaction::batch);
  for (const char* line : {"hostname R", "crypto pki certificate chain CA", " certificate ca 01", "  30820301 308201E9"})
    EXPECT_EQ(t.line(line), "") << line;
  const std::string said = t.ask(RequestKind::finish);
  EXPECT_NE(said.find("\"certificate ca 01\" begins has no end"), std::string::npos) << said;
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(backend.running().hostname(), "R");
}

TEST(Session, ExecCommandsOfRoutersOpenNoConfiguration) {
  FakeBackend backend;
  Typist t(backend);
  t.line("clock set 10:00:00 1 Jan 2026");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(t.prompt, "Router#");
}

TEST(Session, RunningConfigurationAppliedAgainChangesNothing) {
  FakeBackend backend;
  {
    Typist t(backend, Interaction::batch);
    std::istringstream lines(file(SOURCE_DIR "/samples/two-sites/site-a.cfg"));
    for (std::string line; std::getline(lines, line);) t.line(line);
    t.ask(RequestKind::finish);
  }
  Typist t(backend, Interaction::batch);
  const std::string shown = t.line("show running-config");
  EXPECT_EQ(shown.substr(0, 51), "Building configuration...\n\nCurrent configuration : ");
  std::istringstream lines(shown);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(t.line(line), "") << line;
    EXPECT_EQ(t.flags & done_refused, 0) << line;
  }
  t.ask(RequestKind::finish);
  EXPECT_EQ(backend.commits, 1U);
  EXPECT_EQ(t.line("show running-config"), shown);
}

TEST(Session, TypedLinesAreDurableAfterSettling) {
  FakeBackend backend;
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R1");
  EXPECT_EQ(t.flags, done_uncommitted);
  EXPECT_EQ(backend.running().hostname(), "Router");
  t.ask(RequestKind::settle);
  EXPECT_EQ(t.flags, 0);
  EXPECT_EQ(backend.running().hostname(), "R1");
  EXPECT_EQ(backend.commits, 1U);
  t.line("end");
  EXPECT_EQ(backend.commits, 1U) << "nothing new to commit";
}

TEST(Session, DoSeesWhatWasTyped) {
  FakeBackend backend;
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R7");
  EXPECT_NE(t.line("do show running-config | include hostname").find("hostname R7\n"), std::string::npos);
  EXPECT_EQ(t.prompt, "R7(config)#");
}

TEST(Session, TwoSessionsDoNotUndoEachOther) {
  FakeBackend backend;
  Typist a(backend), b(backend);
  a.line("conf t");
  a.line("crypto ikev2 proposal ONE");
  b.line("conf t");
  b.line("crypto ikev2 proposal TWO");
  b.line("encryption aes-cbc-128");
  b.line("end");
  a.line("encryption aes-cbc-256");
  EXPECT_EQ(a.prompt, "Router(config-ikev2-proposal)#");
  a.line("end");
  const std::string running = parser::running_config(backend.running());
  EXPECT_NE(running.find("proposal ONE"), std::string::npos);
  EXPECT_NE(running.find("aes-cbc-256"), std::string::npos);
  EXPECT_NE(running.find("proposal TWO"), std::string::npos);
}

TEST(Session, ACommitThatFailsIsToldAndChangesNothing) {
  FakeBackend backend;
  backend.failure = "disk is full";
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R1");
  EXPECT_EQ(t.line("end"), "% Error: the configuration could not be stored: disk is full\n\n");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(t.prompt, "Router#");
}

TEST(Session, RequestsWaitForACommitUnderWay) {
  FakeBackend backend;
  backend.hold = true;
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R1");
  const unsigned before = t.dones;
  t.line("end");
  t.line("show clock");
  EXPECT_EQ(t.dones, before);
  backend.release();
  EXPECT_EQ(t.dones, before + 2);
  EXPECT_EQ(t.answer, "*08:30:15.123 UTC Mon Jan 5 2026\n");
}

TEST(Session, CtrlZRunsItsLineAndLeaves) {
  FakeBackend backend;
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R9\x1a");
  EXPECT_EQ(t.prompt, "R9#");
  EXPECT_EQ(backend.running().hostname(), "R9");
  t.line("\x1a");
  EXPECT_EQ(t.prompt, "R9#");
}

TEST(Session, WhenTheTerminalGoesTypedLinesStay) {
  FakeBackend backend;
  Typist t(backend), cut(backend, Interaction::batch);
  t.line("conf t");
  t.line("hostname STAYS");
  t.session->disconnected();
  EXPECT_EQ(backend.running().hostname(), "STAYS");
  cut.line("hostname CUT-SHORT");
  cut.session->disconnected();
  EXPECT_EQ(backend.running().hostname(), "STAYS") << "half a file is no configuration";
}

TEST(Session, CopyAsksForTheNameAtATerminalOnly) {
  FakeBackend backend;
  Typist t(backend), file(backend, Interaction::batch);
  t.line("copy running-config startup-config");
  EXPECT_EQ(t.prompt, "Destination filename [startup-config]? ");
  EXPECT_EQ(t.flags & done_question, done_question);
  EXPECT_EQ(t.line(""), "Building configuration...\n[OK]\n");
  EXPECT_EQ(t.prompt, "Router#");
  EXPECT_EQ(file.line("copy run start"), "Building configuration...\n[OK]\n");
  EXPECT_EQ(file.line("write memory"), "Building configuration...\n[OK]\n");
}

TEST(Session, ConfigureAsksWhereFromAtATerminalOnly) {
  FakeBackend backend;
  Typist t(backend), file(backend, Interaction::batch);
  t.line("configure");
  EXPECT_EQ(t.prompt, "Configuring from terminal, memory, or network [terminal]? ");
  t.line("network");
  EXPECT_EQ(t.prompt, "Router#");
  t.line("configure");
  EXPECT_EQ(t.line(""), "Enter configuration commands, one per line.  End with CNTL/Z.\n");
  EXPECT_EQ(t.prompt, "Router(config)#");
  file.line("configure");
  file.line("hostname ELM");
  file.line("end");
  EXPECT_EQ(backend.running().hostname(), "ELM");
}

TEST(Session, StartupConfiguration) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.line("show startup-config"), "startup-config is not present\n");
  t.line("write memory");
  EXPECT_EQ(t.line("show startup-config").substr(0, 6), "Using ");
  backend.startup = engine::Failure{engine::NotifyType::none, engine::Cause::internal_error, "disk I/O error"};
  EXPECT_EQ(t.line("show startup-config"), "% Error: the startup configuration could not be read: disk I/O error\n\n");
}

TEST(Session, DebugFlagsAndTheirAnswers) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.line("debug crypto ikev2"), "IKEv2 default debugging is on\n");
  EXPECT_EQ(t.line("debug crypto ipsec"), "Crypto IPSEC debugging is on\n");
  EXPECT_TRUE(backend.flags.ikev2 && backend.flags.ipsec);
  EXPECT_EQ(t.line("undebug all"), "All possible debugging has been turned off\n");
  EXPECT_EQ(backend.flags, DebugFlags{});
  EXPECT_FALSE(t.session->monitors());
  t.line("terminal monitor");
  EXPECT_TRUE(t.session->monitors());
}

TEST(Session, ClearReachesTheEngine) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.line("clear crypto ikev2 sa"), "");
  EXPECT_EQ(t.line("clear crypto sa peer 203.0.113.20"), "");
  ASSERT_EQ(backend.cleared.size(), 2U);
  EXPECT_EQ(backend.cleared[0].what, engine::ClearWhat::ike_sas);
  EXPECT_EQ(backend.cleared[1].peer, address("203.0.113.20"));
  EXPECT_EQ(t.line("clear crypto session remote 203.0.113.20 port 500"), "");
  EXPECT_EQ(t.line("clear crypto session interface Tunnel0"), "");
  EXPECT_EQ(t.line("clear crypto sa entry 203.0.113.20 esp 305419896"), "");
  EXPECT_EQ(t.line("clear crypto sa map VPN"), "");
  EXPECT_EQ(t.line("clear crypto sa entry 203.0.113.20 ah 256"), "");
  ASSERT_EQ(backend.cleared.size(), 6U) << "of AH there is nothing to clear";
  EXPECT_EQ(backend.cleared[2].what, engine::ClearWhat::ike_sas);
  EXPECT_EQ(backend.cleared[2].port, 500);
  EXPECT_EQ(backend.cleared[3].on_interface, "Tunnel0");
  EXPECT_EQ(backend.cleared[4].spi, engine::EspSpi{305419896});
  EXPECT_EQ(backend.cleared[5].map, "VPN");
  EXPECT_EQ(t.line("clear crypto sa counters"), "");
  EXPECT_EQ(backend.counters_cleared, 1U);
  EXPECT_EQ(t.line("clear crypto ikev2 stats"), "Cleared crypto ikev2 statistics\n");
  EXPECT_EQ(t.line("clear crypto call admission statistics"), "");
  EXPECT_EQ(backend.stats_cleared, 2U);
}

TEST(Session, PingIsInterrupted) {
  FakeBackend backend;
  Typist t(backend);
  t.line("ping 10.0.0.1");
  EXPECT_EQ(t.answer, "Type escape sequence to abort.\n..");
  const unsigned before = t.dones;
  t.session->handle({RequestKind::interrupt, 0, Interaction::terminal, {}});
  EXPECT_EQ(t.dones, before + 1);
  EXPECT_EQ(t.prompt, "Router#");
}

TEST(Session, HelpAndCompletion) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.ask(RequestKind::help, "").substr(0, 15), "Exec commands:\n");
  EXPECT_EQ(t.ask(RequestKind::help, "conf"), "configure\n");
  EXPECT_EQ(t.ask(RequestKind::help, "nonsense "), "% Unrecognized command\n");
  t.ask(RequestKind::complete, "sh");
  EXPECT_EQ(t.completion.substr(0, 4), "show");
  t.line("conf t");
  EXPECT_EQ(t.ask(RequestKind::help, "").substr(0, 20), "Configure commands:\n");
  t.ask(RequestKind::complete, "do sh");
  EXPECT_EQ(t.completion.substr(0, 7), "do show");
}

TEST(Session, ReloadAsksAndGoesBackToStartup) {
  FakeBackend backend;
  Typist t(backend);
  t.line("configure terminal");
  t.line("hostname North");
  t.line("end");
  t.line("reload");
  EXPECT_EQ(t.prompt, "System configuration has been modified. Save? [yes/no]: ");
  EXPECT_EQ(t.line("perhaps"), "% Please answer 'yes' or 'no'.\n");
  t.line("no");
  EXPECT_EQ(t.prompt, "Proceed with reload? [confirm]");
  t.line("n");
  EXPECT_EQ(backend.reloaded_by, "");
  t.line("reload reason new cables");
  t.line("yes");
  EXPECT_EQ(t.prompt, "Proceed with reload? [confirm]");
  t.line("n");
  t.line("reload reason new cables");
  EXPECT_EQ(t.prompt, "Proceed with reload? [confirm]") << "it has been saved";
  t.line("");
  EXPECT_EQ(backend.reloaded_by, "operator");
  EXPECT_TRUE(t.flags & done_leave);
  EXPECT_NE(backend.log().show().find("%SYS-5-RELOAD: Reload requested by operator. Reload Reason: new cables."),
            std::string::npos);
}

TEST(Session, PagingAndWidth) {
  FakeBackend backend;
  Typist t(backend);
  std::uint16_t page = 1;
  auto session = std::make_shared<Session>(
      backend, SessionOptions{.interaction = Interaction::terminal, .privileged = true, .user = "x"}, [&](const Reply& reply) {
        if (reply.kind == ReplyKind::done) page = reply.page;
      });
  session->greet();
  EXPECT_EQ(page, page_unchanged);
  session->handle({RequestKind::line, 0, Interaction::terminal, "terminal length 0"});
  EXPECT_EQ(page, 0);
  session->handle({RequestKind::line, 0, Interaction::terminal, "terminal width 132"});
  EXPECT_EQ(page, page_unchanged);
}

TEST(Session, UserExecMayNotConfigure) {
  FakeBackend backend;
  Typist t(backend, Interaction::batch, false);
  EXPECT_EQ(t.prompt, "Router>");
  t.line("hostname EVIL");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  t.line("configure terminal");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  t.ask(RequestKind::finish);
  EXPECT_EQ(backend.running().hostname(), "Router");
}

TEST(Session, NewWarningsAreToldOnLeaving) {
  FakeBackend backend;
  backend.warnings_ = {"old"};
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R1");
  backend.warnings_ = {"old", "crypto map VPN 10: access list LAN is not defined"};
  EXPECT_EQ(t.line("end"), "% Warning: crypto map VPN 10: access list LAN is not defined\n");
}

TEST(Session, History) {
  FakeBackend backend;
  Typist t(backend);
  for (int i = 0; i < 30; ++i) t.line("show clock");
  t.line("terminal length 0");
  const std::string text = t.line("show history");
  EXPECT_NE(text.find("  terminal length 0\n  show history\n"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
}

TEST(Session, TooManyWaitingRequestsAreNotKept) {
  FakeBackend backend;
  backend.hold = true;
  Typist t(backend);
  t.line("conf t");
  t.line("hostname R1");
  t.line("end");
  for (int i = 0; i < 100 && t.session->keeps_up(); ++i) t.line("show clock");
  EXPECT_FALSE(t.session->keeps_up());
  backend.release();
}

TEST(Session, AQuestionIsTakenBack) {
  FakeBackend backend;
  Typist t(backend);
  t.line("copy running-config startup-config");
  EXPECT_EQ(t.ask(RequestKind::abort), "");
  EXPECT_EQ(t.prompt, "Router#");
  EXPECT_FALSE(t.flags & done_question);
  EXPECT_FALSE(backend.startup.ok() && *backend.startup);
  t.line("configure terminal");
  t.line("key config-key password-encrypt");
  t.ask(RequestKind::abort);
  EXPECT_EQ(t.prompt, "Router(config)#");
  t.line("hostname NOT-A-KEY");
  EXPECT_FALSE(backend.master_key);
}

TEST(Session, ABannerSaysHowItEndsAndItsLinesAreText) {
  FakeBackend backend;
  Typist t(backend), file(backend, Interaction::batch);
  t.line("configure terminal");
  EXPECT_FALSE(t.flags & done_text);
  EXPECT_EQ(t.line("banner motd #"), "Enter TEXT message.  End with the character '#'.\n");
  EXPECT_TRUE(t.flags & done_text);
  EXPECT_EQ(t.line("Any questions?"), "");
  EXPECT_TRUE(t.flags & done_text);
  t.line("#");
  EXPECT_FALSE(t.flags & done_text);
  EXPECT_EQ(t.line("banner motd ^Cone line^C").find("Enter TEXT"), std::string::npos);
  file.line("configure terminal");
  EXPECT_EQ(file.line("banner motd #"), "") << "files know";
}

TEST(Session, AnEnrolledTrustpointIsNotLostByOneLine) {
  FakeBackend backend;
  Typist t(backend);
  for (const char* line : {"configure terminal", "crypto pki trustpoint T", "exit", "crypto pki trustpoint EMPTY", "exit",
                           "crypto pki certificate chain T", "certificate ca 01", "30820001 02030405", "quit", "exit"})
    t.line(line);
  t.line("no crypto pki trustpoint EMPTY");
  EXPECT_FALSE(t.flags & done_question) << "it has nothing to lose";
  t.line("no crypto pki trustpoint T");
  EXPECT_TRUE(t.prompt.ends_with("Are you sure you want to do this? [yes/no]: ")) << t.prompt;
  t.line("no");
  t.ask(RequestKind::settle);
  EXPECT_NE(parser::running_config(backend.running()).find("crypto pki trustpoint T\n"), std::string::npos);
  t.line("no crypto pki trustpoint T");
  EXPECT_EQ(t.line("yes"), "% Be sure to ask the CA administrator to revoke your certificates.\n");
  t.ask(RequestKind::settle);
  EXPECT_EQ(parser::running_config(backend.running()).find("crypto pki"), std::string::npos)
      << parser::running_config(backend.running());
}

TEST(Session, WhatIsKeptIsForgotten) {
  FakeBackend backend;
  Typist t(backend);
  t.line("clear crypto ikev2 diagnose error");
  ASSERT_EQ(backend.cleared.size(), 1U);
  EXPECT_EQ(backend.cleared[0].what, engine::ClearWhat::diagnoses);
  backend.log().add(backend.now(), {4, "%SYS-4-TEST: kept"});
  const auto is_kept = [&] { return backend.log().show().find("TEST: kept") != std::string::npos; };
  t.line("clear logging");
  EXPECT_EQ(t.prompt, "Clear logging buffer [confirm]");
  t.line("n");
  EXPECT_TRUE(is_kept());
  t.line("clear logging");
  t.line("");
  EXPECT_FALSE(is_kept());
}

TEST(Session, TheMasterKeyIsAskedForWithoutShowingIt) {
  FakeBackend backend;
  Typist typist(backend);
  typist.line("configure terminal");
  typist.line("key config-key password-encrypt");
  EXPECT_EQ(typist.prompt, "New key: ");
  EXPECT_TRUE(typist.flags & done_secret);
  typist.line("correct horse");
  EXPECT_EQ(typist.prompt, "Confirm key: ");
  EXPECT_TRUE(typist.flags & done_secret);
  EXPECT_EQ(typist.line("wrong horse"), "% The keys do not match, the master key is not changed\n\n");
  EXPECT_FALSE(backend.master_key);
  typist.line("key config-key password-encrypt");
  typist.line("correct horse");
  EXPECT_EQ(typist.line("correct horse"), "");
  EXPECT_EQ(backend.master_key->key, "correct horse");
  typist.line("no key config-key password-encrypt");
  EXPECT_FALSE(typist.flags & done_secret);
  typist.line("no");
  EXPECT_FALSE(backend.master_key->remove);
  typist.line("no key config-key password-encrypt");
  typist.line("yes");
  EXPECT_TRUE(backend.master_key->remove);
  typist.line("end");
  EXPECT_EQ(typist.line("show history").find("horse"), std::string::npos);
}

TEST(Session, TheMasterKeyMayBeTheFirstLineOfAPaste) {
  FakeBackend backend;
  Typist typist(backend);
  EXPECT_EQ(typist.line("key config-key password-encrypt correct-horse"), "");
  ASSERT_TRUE(backend.master_key);
  EXPECT_EQ(backend.master_key->key, "correct-horse");
}

TEST(Session, ImpactOfAFileIsShownAndAppliesNothing) {
  FakeBackend backend;
  backend.impact_ = {{engine::IkeSaId{1},
                      std::nullopt,
                      {},
                      *engine::IpAddress::parse("2001:db8::20"),
                      "gw.example.net",
                      engine::Disturbance::tear_down,
                      "the lines are gone"}};
  Typist t(backend);
  const std::string path = testing::TempDir() + "sallyport-impact.cfg";
  std::ofstream(path) << "hostname ELSEWHERE\ncrypto nonsense\n";
  const std::string text = t.line("show crypto impact " + path + " | include SA");
  EXPECT_EQ(text,
            "IKE SA      2001:DB8::20    torn down      gw.example.net: the lines are gone\n"
            "1 SAs: 0 left alone, 0 passed by, 0 next rekey, 0 rekeyed now, 0 authenticated, 1 torn down\n");
  EXPECT_NE(t.line("show crypto impact " + path).find("line 2 is not accepted: "), std::string::npos);
  EXPECT_EQ(parser::running_config(backend.running()).find("ELSEWHERE"), std::string::npos);
  std::remove(path.c_str());
  EXPECT_NE(t.line("show crypto impact " + path).find("No such file or directory"), std::string::npos);
}

TEST(Session, OutputGoesIntoFilesOfThosePrivilegedAlone) {
  FakeBackend backend;
  backend.flash_folder = std::filesystem::temp_directory_path() / ("sallyport-session-flash-" + std::to_string(::getpid()));
  Typist t(backend);
  EXPECT_EQ(t.line("show clock | redirect flash:clock.txt"), "");
  EXPECT_NE(file(backend.flash_folder + "/clock.txt").find("UTC"), std::string::npos);
  EXPECT_NE(t.line("show running-config | tee /append flash:clock.txt").find("hostname Router"), std::string::npos);
  EXPECT_NE(file(backend.flash_folder + "/clock.txt").find("hostname Router"), std::string::npos);
  t.line("show clock | append tftp://192.0.2.1/clock");
  EXPECT_EQ(t.flags & done_refused, done_refused);
  EXPECT_EQ(t.line("configure replace flash:clock.txt").find("%Error"), std::string::npos) << "it is found";
  t.line("no");
  t.line("disable");
  EXPECT_NE(t.line("show clock | redirect flash:other.txt").find("Invalid input"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(backend.flash_folder + "/other.txt"));
  std::filesystem::remove_all(backend.flash_folder);
}

TEST(Session, TheConversionOfAnIkev1BlockIsOffered) {
  FakeBackend backend;
  Typist t(backend);
  t.line("configure terminal");
  t.line("crypto isakmp policy 10");
  t.line("encryption aes 256");
  t.line("hash sha256");
  t.line("authentication pre-share");
  t.line("group 14");
  t.line("crypto isakmp key Old-Key-1 address 192.0.2.2");
  EXPECT_NE(t.line("end").find("'show crypto isakmp conversion'"), std::string::npos);
  const std::string converted = t.line("show crypto isakmp conversion");
  EXPECT_NE(converted.find("crypto ikev2 keyring"), std::string::npos) << converted;
  t.line("configure terminal");
  t.line("hostname R");
  EXPECT_EQ(t.line("end").find("conversion"), std::string::npos) << "once";
}

TEST(Session, InterfaceRangeIsOneBlockForAll) {
  FakeBackend backend;
  Typist t(backend);
  t.line("configure terminal");
  t.line("interface range GigabitEthernet0/1 - 3 , loopback 7");
  EXPECT_EQ(t.prompt, "Router(config-if-range)#");
  t.line("description all of them");
  t.line("do show clock");
  t.line("ip mtu 1400");
  EXPECT_EQ(t.prompt, "Router(config-if-range)#") << "also after what came between was committed";
  t.line("interface GigabitEthernet0/2");
  t.line("no ip mtu");
  EXPECT_EQ(t.prompt, "Router(config-if)#");
  t.line("end");
  const std::string text = t.line("show running-config | section interface");
  for (const char* name : {"GigabitEthernet0/1", "GigabitEthernet0/3", "Loopback7"})
    EXPECT_NE(text.find("interface " + std::string(name) + "\n description all of them\n no ip address\n ip mtu 1400\n"),
              std::string::npos)
        << name << "\n"
        << text;
  EXPECT_NE(text.find("interface GigabitEthernet0/2\n description all of them\n no ip address\ninterface"), std::string::npos)
      << text;
  t.line("configure terminal");
  EXPECT_EQ(t.line("interface range GigabitEthernet0/3 - 1").find(std::string(15 + 37, ' ') + "^"), 0u);
  EXPECT_EQ(t.line("interface range Gi0/1, nonsense").find(std::string(15 + 23, ' ') + "^"), 0u);
}
