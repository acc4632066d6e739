// `logging ...`: where messages go.
#pragma once

#include <cstdint>
#include <optional>

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
/// `logging rate-limit N`: messages a second; errors and worse are never left out.
struct LoggingRateLimit {
  unsigned messages = 0;
  friend bool operator==(const LoggingRateLimit&, const LoggingRateLimit&) = default;
};
/// `logging host A.B.C.D [transport udp [port N]]`
struct LoggingHost {
  engine::IpAddress address;
  bool udp = false;
  std::optional<std::uint16_t> port;
  friend bool operator==(const LoggingHost&, const LoggingHost&) = default;
};

}  // namespace parser
