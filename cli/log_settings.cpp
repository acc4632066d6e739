#include "cli/log_settings.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "cli/log.hpp"
#include "parser/commands.hpp"
#include "parser/configuration.hpp"

namespace cli {
namespace {

constexpr unsigned local7 = 23;
constexpr std::uint16_t syslog_port = 514;
constexpr unsigned informational = 6, debugging = 7;

std::string timestamp(const WallTime& now) {
  const std::time_t seconds = now.unix_milliseconds / 1000;
  std::tm t{};
  gmtime_r(&seconds, &t);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                t.tm_min, t.tm_sec, static_cast<int>(now.unix_milliseconds % 1000));
  return text;
}

/// "CONFIG_I" of "%SYS-5-CONFIG_I: ..."; "-" where there is none.
std::string mnemonic(const std::string& text) {
  if (!text.starts_with('%')) return "-";
  const auto colon = text.find(": ");
  const auto dash = colon == std::string::npos ? colon : text.rfind('-', colon);
  return dash == std::string::npos ? "-" : text.substr(dash + 1, std::min<std::size_t>(32, colon - dash - 1));
}

}  // namespace

LogSettings log_settings(const parser::Configuration& configuration) {
  LogSettings out;
  const auto sink = [&](parser::LogSink which) -> std::optional<unsigned>& {
    switch (which) {
      case parser::LogSink::buffered:
        return out.buffer;
      case parser::LogSink::console:
        return out.console;
      case parser::LogSink::monitor:
        return out.monitor;
      case parser::LogSink::trap:
        break;
    }
    return out.trap;
  };
  for (const auto& line : configuration.data().root.children) {
    if (const auto* to = line->as<parser::LoggingTo>()) {
      const bool records = to->sink == parser::LogSink::console || to->sink == parser::LogSink::trap;
      sink(to->sink) = to->level.value_or(records ? informational : debugging);
      if (to->size) out.buffer_octets = *to->size;
    } else if (const auto* off = line->negated_as<parser::LoggingTo>()) {
      sink(off->sink).reset();
    } else if (const auto* rate = line->as<parser::LoggingRateLimit>()) {
      out.rate = rate->messages;
      out.never_left_out = rate->except.value_or(out.never_left_out);
    } else if (const auto* host = line->as<parser::LoggingHost>()) {
      if (host->reached()) out.hosts.push_back({{*host->address, host->port.value_or(syslog_port)}});
    }
  }
  return out;
}

std::string_view level_name(unsigned level) {
  constexpr std::array<std::string_view, 8> names{"emergencies", "alerts",        "critical",      "errors",
                                                  "warnings",    "notifications", "informational", "debugging"};
  return names[std::min(level, debugging)];
}

std::string syslog_message(const WallTime& now, const std::string& hostname, const LogMessage& message) {
  return "<" + std::to_string(local7 * 8 + std::min(message.severity, debugging)) + ">1 " + timestamp(now) + " " +
         (hostname.empty() ? "-" : hostname) + " sallyportd - " + mnemonic(message.text) + " - " + message.text;
}

}  // namespace cli
