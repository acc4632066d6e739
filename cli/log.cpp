#include "cli/log.hpp"

namespace cli {

void Log::add(const WallTime& now, const LogMessage& message) {
  std::string stamped = log_stamp(now) + ": " + message.text + "\n";
  ++total_;
  if (message.severity <= console_severity) ++console_;
  octets_ += stamped.size();
  lines_.push_back(std::move(stamped));
  while (octets_ > buffer_octets && lines_.size() > 1) {
    octets_ -= lines_.front().size();
    lines_.pop_front();
    ++overruns_;
  }
  if (listener_) listener_(message, lines_.back());
}

std::string Log::show() const {
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  std::string out = "Syslog logging: enabled (0 messages dropped, 0 messages rate-limited, 0 flushes, " + n(overruns_) +
                    " overruns, xml disabled, filtering disabled)\n\nNo Active Message Discriminator.\n\n\n\nNo Inactive Message "
                    "Discriminator.\n\n\n";
  out += "    Console logging: level informational, " + n(console_) +
         " messages logged, xml disabled,\n                     filtering disabled\n";
  out += "    Monitor logging: level debugging, " + n(monitored_) +
         " messages logged, xml disabled,\n                     filtering disabled\n";
  out += "    Buffer logging:  level debugging, " + n(total_) +
         " messages logged, xml disabled,\n                    filtering disabled\n";
  out += "    Exception Logging: size (4096 bytes)\n    Count and timestamp logging messages: disabled\n";
  out += "    Persistent logging: disabled\n\nNo active filter modules.\n\n";
  out += "    Trap logging: level informational, 0 message lines logged\n        Logging Source-Interface:       VRF Name:\n";
  out += "    TLS Profiles: \n\nLog Buffer (" + n(buffer_octets) + " bytes):\n\n";
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
    out += "\n";
  }
  if (flags.ipsec) out += "Cryptographic Subsystem:\n  Crypto IPSEC debugging is on\n\n";
  return out;
}

}  // namespace cli
