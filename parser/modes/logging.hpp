// `logging ...`: where messages go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/address.hpp"

namespace parser {

enum class LogSink : std::uint8_t { buffered, console, monitor, trap };
/// `logging {buffered [SIZE] | console | monitor | trap} [LEVEL]`; `no` is kept: nothing goes there.
struct LoggingTo {
  LogSink sink = LogSink::buffered;
  std::optional<std::uint32_t> size;  // octets, of the buffer
  std::optional<unsigned> level;      // 0 worst, 7 debugging
  friend bool operator==(const LoggingTo&, const LoggingTo&) = default;
};
/// `logging rate-limit [console] [all] N [except LEVEL]`: messages a second; those of the level and worse are never left out.
struct LoggingRateLimit {
  bool console = false, all = false;
  unsigned messages = 0;
  std::optional<unsigned> except;
  friend bool operator==(const LoggingRateLimit&, const LoggingRateLimit&) = default;
};
/// `logging host {A.B.C.D | ipv6 X:X::X | NAME} [vrf VRF] [transport {udp | tcp} [port N]] [discriminator NAME]`
enum class LogTransport : std::uint8_t { udp, tcp };
struct LoggingHost {
  std::optional<engine::IpAddress> address;
  std::string name;  // in place of an address
  std::string vrf, discriminator;
  std::optional<LogTransport> transport;
  std::optional<std::uint16_t> port;
  /// Messages are sent there: not through VRF or TCP, not to a name.
  bool reached() const { return address && vrf.empty() && transport != LogTransport::tcp; }
  friend bool operator==(const LoggingHost&, const LoggingHost&) = default;
};

}  // namespace parser
