#include "cli/log.hpp"

#include <utility>

namespace cli {

namespace {

constexpr unsigned warnings = 4;

std::string level_text(const std::optional<unsigned>& level) {
  return level ? "level " + std::string(level_name(*level)) : std::string("disabled");
}

}  // namespace

void Log::configure(LogSettings settings) {
  settings_ = std::move(settings);
  trim();
}

bool Log::admits(const WallTime& now, unsigned severity) {
  if (const std::int64_t second = now.unix_milliseconds / 1000; second != second_) {
    second_ = second;
    in_second_ = 0;
  }
  if (severity <= settings_.never_left_out || ++in_second_ <= settings_.rate) return true;
  ++limited_;
  ++left_out_;
  return false;
}

void Log::add(const WallTime& now, const LogMessage& message) {
  if (!admits(now, message.severity)) return;
  tell_left_out(now);
  put(now, message);
}

void Log::tell_left_out(const WallTime& now) {
  if (const std::uint64_t count = std::exchange(left_out_, 0); count != 0)
    put(now, {warnings, "%SYS-4-LOGGING_LEFT_OUT: " + std::to_string(count) + " messages were left out by the rate limit"});
}

void Log::put(const WallTime& now, const LogMessage& message) {
  const std::string stamped = log_stamp(now) + ": " + message.text + "\n";
  if (settings_.buffer && message.severity <= *settings_.buffer) {
    ++buffered_;
    octets_ += stamped.size();
    lines_.push_back(stamped);
    trim();
  }
  if (settings_.console && message.severity <= *settings_.console) ++console_;
  if (listener_) listener_(message, stamped);
}

void Log::trim() {
  while (octets_ > settings_.buffer_octets && lines_.size() > 1) {
    octets_ -= lines_.front().size();
    lines_.pop_front();
    ++overruns_;
  }
}

std::string Log::show() const {
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  std::string out = "Syslog logging: enabled (0 messages dropped, " + n(limited_) + " messages rate-limited, 0 flushes, " +
                    n(overruns_) +
                    " overruns, xml disabled, filtering disabled)\n\nNo Active Message Discriminator.\n\n\n\nNo Inactive Message "
                    "Discriminator.\n\n\n";
  out += "    Console logging: " + level_text(settings_.console) + ", " + n(console_) +
         " messages logged, xml disabled,\n                     filtering disabled\n";
  out += "    Monitor logging: " + level_text(settings_.monitor) + ", " + n(monitored_) +
         " messages logged, xml disabled,\n                     filtering disabled\n";
  out += "    Buffer logging:  " + level_text(settings_.buffer) + ", " + n(buffered_) +
         " messages logged, xml disabled,\n                    filtering disabled\n";
  out += "    Exception Logging: size (4096 bytes)\n    Count and timestamp logging messages: disabled\n";
  out += "    Persistent logging: disabled\n\nNo active filter modules.\n\n";
  out += "    Trap logging: " + level_text(settings_.trap) + ", " + n(trapped_) + " message lines logged\n";
  for (const LogHost& host : settings_.hosts)
    out += "        Logging to " + ios_address(host.address.ip) + "  (udp port " + n(host.address.port) + ")\n";
  out += "        Logging Source-Interface:       VRF Name:\n";
  out += "    TLS Profiles: \n\nLog Buffer (" + n(settings_.buffer_octets) + " bytes):\n\n";
  for (const auto& line : lines_) out += line;
  return out;
}

std::string show_debugging(const DebugFlags& flags) {
  std::string out =
      "IOSXE Conditional Debug Configs:\n\nConditional Debug Global State: Stop\n\n\nIOSXE Packet Tracing Configs:\n\n\n";
  if (flags.any_ikev2()) {
    out += "IKEV2:\n";
    if (flags.ikev2_error) out += "  IKEv2 error debugging is on\n";
    if (flags.ikev2) out += "  IKEv2 default debugging is on\n";
    if (flags.ikev2_packet) out += "  IKEv2 packet debugging is on\n";
    if (flags.ikev2_hexdump) out += "  IKEv2 packet hexdump debugging is on\n";
    if (flags.ikev2_internal) out += "  IKEv2 internal debugging is on\n";
    out += "\n";
  }
  if (flags.ipsec) out += "Cryptographic Subsystem:\n  Crypto IPSEC debugging is on\n\n";
  return out;
}

}  // namespace cli
