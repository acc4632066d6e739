// What `logging ...` of the configuration comes to, and messages as RFC 5424 has them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/ios_text.hpp"
#include "parser/parser.hpp"

namespace cli {

struct LogMessage;

struct LogHost {
  engine::SocketAddress address;
  friend bool operator==(const LogHost&, const LogHost&) = default;
};

/// The least severe level that goes to each place; not given: nothing does. `rate`: messages a second, those of
/// `never_left_out` and worse not counted.
struct LogSettings {
  std::optional<unsigned> console = 6, monitor = 7, buffer = 7, trap = 6;
  std::size_t buffer_octets = 262144;
  unsigned rate = 1000;
  unsigned never_left_out = 3;  // errors
  std::vector<LogHost> hosts;
};
LogSettings log_settings(const parser::Configuration& configuration);

/// "informational" of 6
std::string_view level_name(unsigned level);

/// One message for a syslog server (RFC 5424, 6), facility local7 as a router has it: the mnemonic is the MSGID.
std::string syslog_message(const WallTime& now, const std::string& hostname, const LogMessage& message);

}  // namespace cli
