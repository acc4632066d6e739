// Where messages go, how many, in which form, and which debugging is about whom.
#include "cli/log.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/notice_text.hpp"
#include "fake_backend.hpp"
#include "kernel/syslog_socket.hpp"
#include "typist.hpp"

namespace {

constexpr cli::WallTime moment{1767601815123, cli::ClockState::unsynchronised};

cli::LogSettings settings(const std::string& text) {
  const auto applied = parser::apply({}, text);
  EXPECT_FALSE(applied.refused_any) << text;
  return cli::log_settings(applied.configuration);
}

}  // namespace

TEST(LogSettings, AsConfigured) {
  const auto defaults = settings("");
  EXPECT_EQ(defaults.console, 6U);
  EXPECT_EQ(defaults.monitor, 7U);
  EXPECT_TRUE(defaults.hosts.empty());
  const auto set = settings(
      "logging buffered 65536 warnings\nno logging console\nlogging monitor 5\nlogging trap debugging\nlogging rate-limit 100\n"
      "logging host 192.0.2.53\nlogging host 2001:db8::53 transport udp port 5514\n");
  EXPECT_EQ(set.buffer, 4U);
  EXPECT_EQ(set.buffer_octets, 65536U);
  EXPECT_FALSE(set.console);
  EXPECT_EQ(set.monitor, 5U);
  EXPECT_EQ(set.trap, 7U);
  EXPECT_EQ(set.rate, 100U);
  ASSERT_EQ(set.hosts.size(), 2U);
  EXPECT_EQ(set.hosts[0].address.port, 514);
  EXPECT_EQ(set.hosts[1].address.port, 5514);
}

TEST(Log, AFloodIsCutAndSaysHowManyWereLeftOut) {
  cli::Log log;
  log.configure(settings("logging rate-limit 10\n"));
  std::vector<std::string> heard;
  log.set_listener([&](const cli::LogMessage& message, const std::string&) { heard.push_back(message.text); });
  cli::WallTime now = moment;
  for (int i = 0; i < 500; ++i) log.add(now, {7, "IKEv2:one of many"});
  log.add(now, {3, "%IKEV2-3-NEG_ABORT: never left out"});
  EXPECT_EQ(heard.size(), 12U) << "ten, the error, and what was left out before it";
  EXPECT_EQ(heard[10], "%SYS-4-LOGGING_LEFT_OUT: 490 messages were left out by the rate limit");
  now.unix_milliseconds += 1000;
  log.add(now, {7, "IKEv2:another second"});
  EXPECT_EQ(heard.back(), "IKEv2:another second");
  EXPECT_NE(log.show().find("490 messages rate-limited"), std::string::npos);
  EXPECT_FALSE(log.owes_left_out());
  for (int i = 0; i < 12; ++i) log.add(now, {7, "IKEv2:one of some"});
  EXPECT_TRUE(log.owes_left_out()) << "and then silence";
  log.tell_left_out(now);
  EXPECT_EQ(heard.back(), "%SYS-4-LOGGING_LEFT_OUT: 3 messages were left out by the rate limit");
  EXPECT_FALSE(log.owes_left_out());
}

TEST(Log, TheBufferKeepsWhatItsLevelAllows) {
  cli::Log log;
  log.configure(settings("logging buffered 4096 errors\n"));
  log.add(moment, {5, "%SYS-5-CONFIG_I: Configured"});
  log.add(moment, {3, "%IKEV2-3-NEG_ABORT: aborted"});
  EXPECT_EQ(log.show().find("CONFIG_I"), std::string::npos);
  EXPECT_NE(log.show().find("NEG_ABORT"), std::string::npos);
  EXPECT_NE(log.show().find("Buffer logging:  level errors, 1 messages logged"), std::string::npos);
}

TEST(Syslog, MessagesAreAsRfc5424HasThem) {
  EXPECT_EQ(cli::syslog_message(moment, "R1", {5, "%SYS-5-CONFIG_I: Configured from console"}),
            "<189>1 2026-01-05T08:30:15.123Z R1 sallyportd - CONFIG_I - %SYS-5-CONFIG_I: Configured from console");
  EXPECT_EQ(cli::syslog_message(moment, "", {7, "IKEv2:Found Policy"}),
            "<191>1 2026-01-05T08:30:15.123Z - sallyportd - - - IKEv2:Found Policy");
}

TEST(Syslog, AServerReceivesThem) {
  const int server = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  socklen_t length = sizeof name;
  ASSERT_EQ(::getsockname(server, reinterpret_cast<sockaddr*>(&name), &length), 0);
  kernel::SyslogSocket socket;
  EXPECT_TRUE(socket.send({address("127.0.0.1"), ntohs(name.sin_port)}, "<189>1 - R1 sallyportd - X - text"));
  char text[100];
  const ssize_t got = ::recv(server, text, sizeof text, 0);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(std::max<ssize_t>(0, got))), "<189>1 - R1 sallyportd - X - text");
  ::close(server);
}

TEST(DebugConditions, SayWhomDebuggingIsAbout) {
  FakeBackend backend;
  Typist t(backend);
  const auto about = [&](const char* peer, const char* identity = "") {
    return backend.flags.conditions.passes(address(peer), identity);
  };
  EXPECT_TRUE(about("192.0.2.1"));
  t.line("debug crypto ikev2");
  t.line("debug crypto condition peer ipv4 192.0.2.1");
  t.line("debug crypto condition peer subnet 198.51.100.0 255.255.255.0");
  t.line("debug crypto condition username gw.example.net");
  EXPECT_TRUE(about("192.0.2.1"));
  EXPECT_TRUE(about("198.51.100.9"));
  EXPECT_FALSE(about("192.0.2.2"));
  EXPECT_TRUE(about("192.0.2.2", "gw.example.net"));
  EXPECT_FALSE(backend.flags.conditions.passes({}, ""));
  t.line("debug crypto condition unmatched");
  EXPECT_TRUE(backend.flags.conditions.passes({}, ""));
  EXPECT_EQ(t.line("show crypto debug-condition"),
            "Crypto conditional debug currently is turned ON\nIKE debug context unmatched flag: ON\n\n"
            "Crypto Peer IP Address filters:\n192.0.2.1\n198.51.100.0/24\n\nCrypto username filters:\ngw.example.net\n");
  t.line("no debug crypto condition peer ipv4 192.0.2.1");
  EXPECT_FALSE(about("192.0.2.1"));
  EXPECT_EQ(t.line("debug crypto condition fvrf RED"), "% VRF RED does not exist: there is no VRF here but the global one\n\n");
  EXPECT_EQ(t.line("debug crypto ikev2 client"),
            "% There is no FlexVPN client here: IKEv2 client debugging would have nothing to show\n\n");
  EXPECT_EQ(t.line("debug crypto condition peer subnet 10.0.0.0 255.0.255.0"), "% Bad mask 255.0.255.0\n\n");
  t.line("debug crypto condition reset");
  EXPECT_EQ(backend.flags, cli::DebugFlags{});
}

TEST(Hexdump, SixteenOctetsALine) {
  engine::Bytes octets;
  for (std::uint8_t i = 0; i < 18; ++i) octets.push_back(i);
  EXPECT_EQ(cli::hexdump("Sending", {address("192.0.2.1"), 500}, octets),
            "IKEv2-PAK:Sending 192.0.2.1:500, 18 octets\n0000: 00010203 04050607 08090A0B 0C0D0E0F \n0010: 1011");
}
