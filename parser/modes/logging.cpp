#include "parser/modes/common.hpp"

namespace parser {
namespace {

auto logging() { return kw("logging", "Modify message logging facilities"); }

auto level() {
  static const SymbolTable<unsigned> levels = {{"emergencies", 0, "System is unusable (severity=0)"},
                                               {"alerts", 1, "Immediate action needed (severity=1)"},
                                               {"critical", 2, "Critical conditions (severity=2)"},
                                               {"errors", 3, "Error conditions (severity=3)"},
                                               {"warnings", 4, "Warning conditions (severity=4)"},
                                               {"notifications", 5, "Normal but significant conditions (severity=5)"},
                                               {"informational", 6, "Informational messages (severity=6)"},
                                               {"debugging", 7, "Debugging messages (severity=7)"}};
  return f<&LoggingTo::level>(symbols(levels)) | f<&LoggingTo::level>(number(0, 7, "Logging severity level"));
}

auto logging_to() {
  using T = LoggingTo;
  return logging() >> ((is<&T::sink, LogSink::buffered>(kw("buffered", "Set buffered logging parameters")) >>
                        -f<&T::size>(number<std::uint32_t>(4096, 2147483647, "Logging buffer size")) >> -level()) |
                       ((is<&T::sink, LogSink::console>(kw("console", "Set console logging parameters")) |
                         is<&T::sink, LogSink::monitor>(kw("monitor", "Set terminal line (monitor) logging parameters")) |
                         is<&T::sink, LogSink::trap>(kw("trap", "Set syslog server logging level"))) >>
                        -level()));
}

}  // namespace

Commands global_logging() {
  return table(many<LoggingTo>(logging_to(),
                               {.same = [](const LoggingTo& old, const LoggingTo& given, bool) { return old.sink == given.sink; },
                                .before = [](const LoggingTo& a, const LoggingTo& b) { return a.sink < b.sink; },
                                .keeps_no = [](const LoggingTo&) { return true; }}),
               once<LoggingRateLimit>(logging() >> kw("rate-limit", "Set messages per second limit") >>
                                      tail(f<&LoggingRateLimit::messages>(number(1, 10000, "Messages per second")))),
               many<LoggingHost>(logging() >> kw("host", "Set syslog server IP address and parameters") >>
                                 (f<&LoggingHost::address>(ipv4("IP address of the syslog server")) |
                                  f<&LoggingHost::address>(ipv6("IPv6 address of the syslog server"))) >>
                                 -(kw("transport", "Specify the transport protocol (default=UDP)") >>
                                   flag<&LoggingHost::udp>(kw("udp", "User Datagram Protocol")) >>
                                   -(kw("port", "Specify the UDP port number (default=514)") >>
                                     f<&LoggingHost::port>(number<std::uint16_t>(1, 65535, "Port number"))))));
}

}  // namespace parser
