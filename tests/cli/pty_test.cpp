// Keystrokes to screen: the real shell on a pseudo-terminal, the real control server, a fake daemon behind it.
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/control_server.hpp"
#include "cli/terminal.hpp"
#include "fake_backend.hpp"
#include "screen.hpp"
#include "tests/temporary_folder.hpp"

namespace {

using namespace std::chrono_literals;

class AtTheTerminal : public testing::Test {
 protected:
  AtTheTerminal() : server_(loop_, backend_, directory_.path("control")) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = 132;
    std::fflush(stdout);  // else what waits there is said at the child's terminal, too
    child_ = ::forkpty(&master_, nullptr, nullptr, &size);
    if (child_ == 0) shell();
    EXPECT_TRUE(see("Router#")) << screen_.text();
  }
  ~AtTheTerminal() override {
    ::close(master_);
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  /// The child: what cli/shell.cpp does at a terminal.
  [[noreturn]] void shell() {
    ::setenv("TERM", "vt100", 1);
    int status = 2;
    try {
      const cli::RawTerminal raw;
      cli::ControlClient client(directory_.path());
      cli::Terminal(client).run();
      status = 0;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(status);
  }

  void type(const std::string& keys) {
    typed_at_ = raw_.size();
    line_when_typed_ = screen_.present();
    ASSERT_EQ(::write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }

  /// Runs daemon and screen until nothing has happened for a while.
  void settle(std::chrono::milliseconds quiet = 120ms) {
    auto last = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - last < quiet)
      if (step()) last = std::chrono::steady_clock::now();
  }
  /// Until the cursor's line is `line`, and is a new one if it was so before the last keys; false after ten seconds.
  bool see(const std::string& line) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      step();
      const bool fresh = line != line_when_typed_ || raw_.find('\n', typed_at_) != std::string::npos;
      if (fresh && screen_.present() == line) return true;
    }
    return false;
  }
  /// Until the screen has the line; false after ten seconds.
  bool shown(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!screen_.contains(text) && std::chrono::steady_clock::now() < end) step();
    return screen_.contains(text);
  }
  bool step() {
    bool did = loop_.turn(0us);
    pollfd ready{master_, POLLIN, 0};
    char buffer[4096];
    if (::poll(&ready, 1, 2) <= 0) return did;
    const ssize_t got = ::read(master_, buffer, sizeof buffer);
    if (got <= 0) return did;
    raw_.append(buffer, static_cast<std::size_t>(got));
    screen_.put({buffer, static_cast<std::size_t>(got)});
    return true;
  }
  bool ended() {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      step();
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return false;
  }

  TemporaryFolder directory_;
  FakeBackend backend_;
  kernel::Loop loop_;
  cli::ControlServer server_;
  int master_ = -1;
  pid_t child_ = -1;
  Screen screen_;
  std::string raw_;
  std::size_t typed_at_ = 0;
  std::string line_when_typed_ = "nothing yet";
};

TEST_F(AtTheTerminal, ThePromptComesAloneAndPlain) {
  settle();
  EXPECT_EQ(raw_, "Router#");
}

TEST_F(AtTheTerminal, TypingIsEchoedAsItIs) {
  type("show clock");
  EXPECT_TRUE(see("Router#show clock"));
  EXPECT_EQ(raw_, "Router#show clock");
  type("\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_EQ(raw_, "Router#show clock\r\n*08:30:15.123 UTC Mon Jan 5 2026\r\nRouter#");
}

TEST_F(AtTheTerminal, QuestionMarkHelpsWithoutEnteringIt) {
  type("conf");
  EXPECT_TRUE(see("Router#conf"));
  type("?");
  EXPECT_TRUE(see("Router#conf")) << screen_.text();
  EXPECT_TRUE(shown("Router#conf?"));
  EXPECT_TRUE(shown("configure"));
  type(" t\r");
  EXPECT_TRUE(see("Router(config)#")) << screen_.text();
}

TEST_F(AtTheTerminal, TabCompletes) {
  type("sh\t");
  EXPECT_TRUE(see("Router#show")) << screen_.text();
  type("clo\t\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026")) << screen_.text();
}

TEST_F(AtTheTerminal, AbbreviationsAndCaret) {
  type("sh clo\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026")) << screen_.text();
  type("show crypto nonsense\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_NE(screen_.text().find("Router#show crypto nonsense\n"
                                "                   ^\n"
                                "% Invalid input detected at '^' marker.\n\n"
                                "Router#\n"),
            std::string::npos)
      << screen_.text();
}

/// A screen as it should be. In lines with a prompt, what stands behind "|" is typed, "{?}" at their end is the key "?", and
/// Enter ends all others.
TEST_F(AtTheTerminal, ATranscriptComesOutAsItIs) {
  std::ifstream in(std::string(SOURCE_DIR) + "/tests/cli/transcripts/configuring.txt");
  ASSERT_TRUE(in);
  std::string expected;
  for (std::string line; std::getline(in, line);) {
    const std::size_t bar = line.find('|');
    const bool typed = bar != std::string::npos && line.find_first_of("#>") < bar;
    if (!typed) {
      expected += line + "\n";
      continue;
    }
    const std::string shown = line.substr(0, bar);
    ASSERT_TRUE(see(shown.substr(0, shown.find_last_not_of(' ') + 1))) << line << "\n" << screen_.text();
    std::string keys = line.substr(bar + 1);
    const bool asks = keys.ends_with("{?}");
    if (asks) keys.resize(keys.size() - 3);
    expected += shown + keys + (asks ? "?" : "") + "\n";
    if (in.peek() != EOF) type(keys + (asks ? "?" : "\r"));
  }
  EXPECT_EQ(screen_.text(), expected);
}

TEST_F(AtTheTerminal, HistoryComesBack) {
  type("show clock\r");
  EXPECT_TRUE(see("Router#"));
  type("show debugging\r");
  EXPECT_TRUE(see("Router#"));
  type("\x10\x10");
  EXPECT_TRUE(see("Router#show clock")) << screen_.text();
  type("\x1b[B");
  EXPECT_TRUE(see("Router#show debugging")) << screen_.text();
}

TEST_F(AtTheTerminal, AMasterKeyIsNotShownWhileItIsTyped) {
  type("configure terminal\r");
  EXPECT_TRUE(see("Router(config)#"));
  type("key config-key password-encrypt\r");
  const auto wait_for = [this](const std::string& text) {
    for (int i = 0; i < 2000 && raw_.find(text) == std::string::npos; ++i) step();
    return raw_.find(text) != std::string::npos;
  };
  EXPECT_TRUE(wait_for("New key: ")) << raw_;
  type("correct horse\r");
  EXPECT_TRUE(wait_for("Confirm key: ")) << raw_;
  type("correct horse\r");
  EXPECT_TRUE(see("Router(config)#")) << screen_.text();
  ASSERT_TRUE(backend_.master_key);
  EXPECT_EQ(backend_.master_key->key, "correct horse");
  EXPECT_EQ(raw_.find("correct"), std::string::npos) << raw_;
  type("hostname SHOWN\r");
  EXPECT_TRUE(see("SHOWN(config)#")) << screen_.text();
  EXPECT_NE(raw_.find("hostname SHOWN"), std::string::npos) << raw_;
}

TEST_F(AtTheTerminal, OneExitTooManyInAPasteDoesNotEndTheSession) {
  type("configure terminal\rcrypto ikev2 keyring K\r peer A\rexit\rexit\rexit\rexit\rexit\rshow clock\r");
  EXPECT_TRUE(see("Router#")) << screen_.text();
  settle();
  EXPECT_TRUE(shown("% One 'exit' too many in what was pasted: the session goes on")) << screen_.text();
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026")) << screen_.text();
  type("exit\r");
  EXPECT_TRUE(ended()) << "one that is typed does";
}

TEST_F(AtTheTerminal, ADebugLineLeavesTheTypedLineIntact) {
  type("terminal monitor\r");
  EXPECT_TRUE(see("Router#"));
  type("show clo");
  EXPECT_TRUE(see("Router#show clo"));
  line_when_typed_ = "Router#show clo";
  typed_at_ = raw_.size();
  EXPECT_EQ(server_.monitor("*Jan  5 08:30:15.123: IKEv2:Found Policy 'default'\n"), 1U);
  EXPECT_TRUE(see("Router#show clo")) << screen_.text();
  EXPECT_NE(screen_.text().find("\n*Jan  5 08:30:15.123: IKEv2:Found Policy 'default'\nRouter#show clo\n"), std::string::npos)
      << screen_.text();
  type("ck\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026"));
}

TEST_F(AtTheTerminal, SilenceBeforeTerminalMonitor) {
  EXPECT_EQ(server_.monitor("not for you\n"), 0U);
  settle();
  EXPECT_EQ(raw_, "Router#");
}

TEST_F(AtTheTerminal, CtrlZEndsAndCtrlCAbandons) {
  type("conf t\r");
  EXPECT_TRUE(see("Router(config)#"));
  type("hostname NEVER\x03");
  EXPECT_TRUE(see("Router(config)#")) << screen_.text();
  type("hostname R2\r");
  EXPECT_TRUE(see("R2(config)#"));
  EXPECT_EQ(backend_.running().hostname(), "R2") << "durable before the next prompt";
  type("\x1a");
  EXPECT_TRUE(see("R2#")) << screen_.text();
  EXPECT_TRUE(shown("R2(config)#^Z"));
}

TEST_F(AtTheTerminal, APasteIsOneBlockAndLosesNothing) {
  std::string paste;
  for (int i = 0; i < 200; ++i)
    paste += "crypto ikev2 proposal P" + std::to_string(i) + "\n encryption aes-cbc-256\n integrity sha256\n group 14\n";
  type(paste + "end\n");
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (screen_.present() != "Router#" || backend_.commits == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << screen_.text();
    step();
  }
  const std::string running = parser::running_config(backend_.running());
  for (int i = 0; i < 200; ++i) EXPECT_NE(running.find("crypto ikev2 proposal P" + std::to_string(i)), std::string::npos);
  EXPECT_LE(backend_.commits, 3U);
  EXPECT_EQ(raw_.find("Invalid"), std::string::npos);
}

TEST_F(AtTheTerminal, LongDashesInAPasteStayWhatTheyAre) {
  const std::string comment = "! Phase 1 \xe2\x80\x94 IKE Policy";
  type(comment + "\rhostname R3\r");
  EXPECT_TRUE(see("R3(config)#")) << screen_.text();
  EXPECT_NE(raw_.find("Router#" + comment + "\r\n"), std::string::npos) << raw_;
  EXPECT_EQ(raw_.find("Invalid"), std::string::npos);
}

/// What scripts count on: the octets that were typed and nothing else, also where the terminal's line is over.
TEST_F(AtTheTerminal, ALineLongerThanTheScreenIsEchoedAsItIs) {
  const std::string line = "show crypto ikev2 sa | include " + std::string(200, 'x');
  for (const char c : line) {
    type({c});
    step();
  }
  settle();
  EXPECT_EQ(raw_, "Router#" + line);
  type("\b\b");
  settle();
  EXPECT_EQ(raw_, "Router#" + line + "\b \b\b \b");
  type("\r");
  settle();
  EXPECT_EQ(raw_, "Router#" + line + "\b \b\b \b\r\nRouter#");
}

TEST_F(AtTheTerminal, NoEscapeBeforeAPersonShows) {
  type("conf t\rhostname R5\rend\rshow crypto ipsec sa\rq?\b\b");
  EXPECT_TRUE(see("R5#")) << screen_.text();
  EXPECT_EQ(raw_.find('\x1b'), std::string::npos) << raw_;
  type("sho\t");
  EXPECT_TRUE(see("R5#show")) << screen_.text();
  type("\x1b[D\x1b[D");
  settle();
  type("\x1b[Dx");
  EXPECT_TRUE(see("R5#shxow")) << screen_.text();
}

TEST_F(AtTheTerminal, EditingKeysAreNoPersonsSign) {
  type("terminal length 0\r");
  EXPECT_TRUE(see("Router#"));
  for (const char* keys :
       {"show versoin\x15", "show run\x17\x17", "abc\x01\x0b", "abc\x02\x02\x06\x05\x15", "x\x0c\x15", "ab\x7f\x08"}) {
    type(keys);
    settle();
  }
  EXPECT_EQ(raw_.find_first_of(std::string("\x1b\0", 2)), std::string::npos);
}

TEST_F(AtTheTerminal, ABannersLinesAreWhatIsTyped) {
  type("conf t\rbanner motd #\rAny questions? \tCall\r#\r");
  EXPECT_TRUE(shown("Enter TEXT message.  End with the character '#'."));
  EXPECT_TRUE(shown("#")) << screen_.text();
  EXPECT_TRUE(see("Router(config)#")) << screen_.text();
  type("end\r");
  EXPECT_TRUE(see("Router#")) << screen_.text();
  EXPECT_NE(parser::running_config(backend_.running()).find("Any questions? \tCall\n"), std::string::npos)
      << parser::running_config(backend_.running());
}

TEST_F(AtTheTerminal, CtrlCTakesAQuestionBack) {
  type("copy run start\r");
  EXPECT_TRUE(see("Destination filename [startup-config]?")) << screen_.text();
  type("half\x03");
  EXPECT_TRUE(see("Router#")) << screen_.text();
  type("show clock\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026")) << screen_.text();
}

TEST_F(AtTheTerminal, CtrlCEndsThePasteOfACertificate) {
  type("conf t\rcrypto pki trustpoint V\renrollment terminal\rcrypto pki authenticate V\r");
  EXPECT_TRUE(shown("End with a blank line or the word \"quit\" on a line by itself")) << screen_.text();
  type("-----BEGIN CERTIFICATE-----\rAAAA\r\x03");
  EXPECT_TRUE(see("Router(config)#")) << screen_.text();
  type("end\r");
  EXPECT_TRUE(see("Router#")) << screen_.text();
  EXPECT_EQ(screen_.text().find("status = FAIL"), std::string::npos) << screen_.text();
}

TEST_F(AtTheTerminal, CarriageReturnAndLineFeedAreOneEnter) {
  type("show clock\r\n");
  EXPECT_TRUE(see("Router#"));
  settle();
  EXPECT_EQ(raw_, "Router#show clock\r\n*08:30:15.123 UTC Mon Jan 5 2026\r\nRouter#");
  type(std::string("\r\0", 2));
  settle();
  EXPECT_EQ(screen_.lines().size(), 4U);
}

TEST_F(AtTheTerminal, PagingStopsAndTerminalLengthZeroEndsIt) {
  type("show crypto ipsec sa\r");
  EXPECT_TRUE(see(" --More--")) << screen_.text();
  EXPECT_EQ(screen_.lines().size(), 25U);
  type("q");
  EXPECT_TRUE(see("Router#"));
  type("terminal length 0\r");
  EXPECT_TRUE(see("Router#"));
  type("show crypto ipsec sa\r");
  EXPECT_TRUE(see("Router#"));
  EXPECT_EQ(raw_.find("--More--", raw_.find("length 0")), std::string::npos);
}

TEST_F(AtTheTerminal, CtrlCInterruptsACommandUnderWay) {
  type("ping 10.0.0.1\r");
  EXPECT_TRUE(see("..")) << screen_.text();
  type("\x03");
  EXPECT_TRUE(see("Router#"));
  EXPECT_TRUE(shown("Success rate is 0 percent (0/2)"));
}

TEST_F(AtTheTerminal, TypeAheadAnswersAQuestion) {
  type("copy running-config startup-config\r\r");
  EXPECT_TRUE(see("Router#"));
  settle();
  EXPECT_TRUE(shown("Destination filename [startup-config]?")) << screen_.text();
  EXPECT_TRUE(shown("[OK]"));
}

TEST_F(AtTheTerminal, ExitEndsTheShell) {
  type("exit\r");
  EXPECT_TRUE(ended());
}

TEST_F(AtTheTerminal, ALineWithoutEndIsLeftOutAndTheNextIsNot) {
  std::string paste(40000, 'x');
  for (std::size_t at = 0; at < paste.size(); at += 2000) {
    type(paste.substr(at, 2000));
    for (int i = 0; i < 20; ++i) step();
  }
  type("\rshow clock\r");
  EXPECT_TRUE(shown("% Error: the line is longer than 8192 characters, and left out")) << raw_.substr(raw_.size() - 300);
  EXPECT_TRUE(shown("*08:30:15.123 UTC Mon Jan 5 2026"));
  EXPECT_TRUE(see("Router#"));
}

int connected_to(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  return fd;
}

/// A thousand that greet and say nothing more: those that are too many are sent away, who is there goes on, and once they have
/// gone others are let in.
TEST_F(AtTheTerminal, SessionsOpenedAndLeftAreBounded) {
  const std::string hello = encode(cli::Request{cli::RequestKind::hello, 80, cli::Interaction::batch, {}});
  std::vector<int> left;
  std::size_t admitted = 0, turned_away = 0;
  for (int i = 0; i < 1000; ++i) {
    left.push_back(connected_to(directory_.path("control")));
    [[maybe_unused]] const ssize_t sent = ::send(left.back(), hello.data(), hello.size(), MSG_NOSIGNAL);
    loop_.turn(0us);
  }
  settle();
  for (const int fd : left) {
    char buffer[100];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0) continue;
    const bool away = std::string_view(buffer, static_cast<std::size_t>(got)).find("lines are in use") != std::string_view::npos;
    ++(away ? turned_away : admitted);
  }
  EXPECT_EQ(turned_away + admitted, 1000U) << "who comes too late is told so";
  EXPECT_EQ(admitted, cli::ControlServer::max_connections + cli::ControlServer::kept_for_the_owner - 1);
  type("show clock\r");
  EXPECT_TRUE(see("Router#"));
  for (const int fd : left) ::close(fd);
  settle();
  const int another = connected_to(directory_.path("control"));
  ASSERT_EQ(::send(another, hello.data(), hello.size(), MSG_NOSIGNAL), static_cast<ssize_t>(hello.size()));
  settle();
  char buffer[100];
  EXPECT_GT(::recv(another, buffer, sizeof buffer, MSG_DONTWAIT), 0);
  ::close(another);
}

/// Octets that are no protocol: the connection is dropped, the daemon lives.
TEST_F(AtTheTerminal, HostileOctetsOnTheSocket) {
  for (const std::string& octets :
       {std::string("\xff\xff\xff\xff garbage", 12), std::string("\0\0\0\0", 4), std::string("\0\0\0\1\x02", 5),
        std::string("\0\0\0\3\x01\0\x09", 7),
        encode(cli::Request{cli::RequestKind::hello, 80, cli::Interaction::batch, {}}) + std::string("\0\0\0\1\xee", 5)}) {
    const std::string path = directory_.path("control");
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    ASSERT_EQ(::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL), static_cast<ssize_t>(octets.size()));
    bool closed = false;
    for (int i = 0; i < 200 && !closed; ++i) {
      step();
      char buffer[4096];
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
      closed = got == 0 || (got < 0 && errno == ECONNRESET);
    }
    EXPECT_TRUE(closed);
    ::close(fd);
  }
  type("show clock\r");
  EXPECT_TRUE(see("Router#"));
}

}  // namespace
