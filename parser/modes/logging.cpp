// `logging ...`: destinations and limits, which have effect, and what else is about messages, which is kept.
#include "parser/modes/common.hpp"

namespace parser {
namespace {

auto logging() { return kw("logging", "Modify message logging facilities"); }
auto buffered() { return kw("buffered", "Set buffered logging parameters"); }
auto console() { return kw("console", "Set console logging parameters"); }
auto monitor() { return kw("monitor", "Set terminal line (monitor) logging parameters"); }
auto discriminator() { return kw("discriminator", "Establish MD-Logging association"); }

template <auto M>
auto level() {
  static const SymbolTable<unsigned> levels = {{"emergencies", 0, "System is unusable (severity=0)"},
                                               {"alerts", 1, "Immediate action needed (severity=1)"},
                                               {"critical", 2, "Critical conditions (severity=2)"},
                                               {"errors", 3, "Error conditions (severity=3)"},
                                               {"warnings", 4, "Warning conditions (severity=4)"},
                                               {"notifications", 5, "Normal but significant conditions (severity=5)"},
                                               {"informational", 6, "Informational messages (severity=6)"},
                                               {"debugging", 7, "Debugging messages (severity=7)"}};
  return f<M>(symbols(levels)) | f<M>(number(0, 7, "Logging severity level"));
}

auto destination() {
  using T = LoggingTo;
  return logging() >>
         ((is<&T::sink, LogSink::buffered>(buffered()) >>
           tail(-f<&T::size>(number<std::uint32_t>(4096, 2147483647, "Logging buffer size")) >> -level<&T::level>())) |
          ((is<&T::sink, LogSink::console>(console()) | is<&T::sink, LogSink::monitor>(monitor()) |
            is<&T::sink, LogSink::trap>(kw("trap", "Set syslog server logging level"))) >>
           tail(-level<&T::level>())));
}

auto rate_limit() {
  using T = LoggingRateLimit;
  return logging() >> kw("rate-limit", "Set messages per second limit") >>
         tail(-flag<&T::console>(kw("console", "Rate limit only console messages")) >>
              -flag<&T::all>(kw("all", "Rate limit all messages, including debug messages")) >>
              f<&T::messages>(number(1, 10000, "Messages per second")) >>
              -(kw("except", "Messages of this severity or higher") >> level<&T::except>()));
}

auto host() {
  using T = LoggingHost;
  const auto transport = [] {
    return (is<&T::transport, LogTransport::udp>(kw("udp", "User Datagram Protocol")) |
            is<&T::transport, LogTransport::tcp>(kw("tcp", "Transport Control Protocol"))) >>
           -(kw("port", "Specify the port number (default=514)") >> f<&T::port>(number<std::uint16_t>(1, 65535, "Port number")));
  };
  const auto v4 = [] { return f<&T::address>(ipv4("IP address of the syslog server")); };
  const auto v6 = [] { return f<&T::address>(ipv6("IPv6 address of the syslog server")); };
  return logging() >>
         ((kw("host", "Set syslog server IP address and parameters") >>
           (v4() | (kw("ipv6", "Specify an IPv6 address") >> v6()) | v6() | f<&T::name>(word("Name of the syslog server")))) |
          v4()) >>
         -(kw("vrf", "Set VRF option") >> f<&T::vrf>(word("VRF name"))) >>
         -(kw("transport", "Specify the transport protocol (default=UDP)") >> transport()) >>
         -(discriminator() >> f<&T::discriminator>(word("Name of the discriminator")));
}

/// What else `logging` says of messages.
auto other() {
  return kw("alarm", "Configure syslog for alarms") | kw("buginf", "Enable buginf logging for debugging") |
         kw("cns-events", "Set CNS Event logging level") | kw("count", "Count every log message and timestamp last occurrence") |
         discriminator() | kw("dmvpn", "DMVPN Configuration") | kw("esm", "Set ESM filter restrictions") |
         kw("event", "Global interface events") | kw("exception", "Limit size of exception flush output") |
         kw("facility", "Facility parameter for syslog messages") | kw("file", "Set logging file parameters") |
         kw("filter", "Specify logging filter") | kw("history", "Configure syslog history table") |
         kw("message-counter", "Configure log message to include certain counter value") |
         kw("on", "Enable logging to all enabled destinations") | kw("origin-id", "Add origin ID to syslog messages") |
         kw("persistent", "Set persistent logging parameters") | kw("policy-firewall", "Firewall configuration") |
         kw("queue-limit", "Set logger message queue size") | kw("reload", "Set reload logging level") |
         kw("server-arp", "Enable sending ARP requests for syslog servers when first configured") |
         kw("smartlog", "Smartlog Global Configuration Commands") | kw("snmp-authfail", "Log SNMP Authentication failures") |
         kw("snmp-trap", "Set syslog level for sending snmp trap") |
         kw("source-interface", "Specify interface for source address in logging transactions") |
         kw("userinfo", "Enable logging of user info on privileged mode enabling");
}
auto form() {
  return (buffered() | console() | monitor()) >>
         (discriminator() | kw("filtered", "Enable filtered logging") | kw("guaranteed", "Guarantee console messages") |
          kw("xml", "Enable logging in XML"));
}

/// `no logging host A`: whatever else is said of the server, unless the line says which transport.
Answer remove_host(const Command&, Lines& lines, const LoggingHost& given, bool bare) {
  std::erase_if(lines, [&](const auto& line) {
    const LoggingHost& host = *line->template as<LoggingHost>();
    return bare || (host.address == given.address && host.name == given.name && host.vrf == given.vrf &&
                    (!given.transport || (host.transport == given.transport && host.port == given.port)));
  });
  return {};
}

std::string_view note_of(const LoggingHost& host) { return host.reached() ? std::string_view() : no_effect::logging_host; }

}  // namespace

Commands global_logging() {
  const auto rest = [] { return -arg(rest_of_line("The rest of the line")); };
  const KeptRules kept{.note = no_effect::logging, .negation = Negation::kept_where_absent};
  return table(kept_many(logging() >> other() >> rest(), kept), kept_many(logging() >> form() >> rest(), kept),
               many<LoggingTo>(destination(),
                               {.same = [](const LoggingTo& old, const LoggingTo& given, bool) { return old.sink == given.sink; },
                                .before = [](const LoggingTo& a, const LoggingTo& b) { return a.sink < b.sink; },
                                .keeps_no = [](const LoggingTo&) { return true; },
                                .says_no =
                                    [](LoggingTo& to) {
                                      to.size.reset();
                                      to.level.reset();
                                    }}),
               once<LoggingRateLimit>(rate_limit()), many<LoggingHost>(host(), {.note_for = note_of, .remove = remove_host}));
}

}  // namespace parser
