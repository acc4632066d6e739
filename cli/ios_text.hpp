// How IOS writes addresses, masks, numbers and times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/ids.hpp"
#include "engine/traffic_selector.hpp"

namespace cli {

/// Dotted quad, or RFC 5952 text in upper case as IOS prints IPv6.
std::string ios_address(const engine::IpAddress& address);
/// "192.0.2.1:500", "[2001:DB8::1]:500"
std::string ios_socket(const engine::SocketAddress& address);
/// "192.0.2.1/500", "2001:DB8::1/500"
std::string ios_slash_port(const engine::SocketAddress& address);
/// "255.255.255.0" for 24. `length <= 32`.
std::string ios_mask(unsigned length);
/// "192.168.1.0/255.255.255.0", "2001:DB8::/64"; the first and last address when the selector is no network.
std::string ios_network(const engine::TrafficSelector& selector);
/// The single port of a selector; 0 when it selects any or several.
std::uint16_t ios_port(const engine::TrafficSelector& selector);
/// Its protocol as an access list names it: "tcp"; "ip" or "ipv6" for any; the number of any other.
std::string ios_protocol(const engine::TrafficSelector& selector);

/// `text` with blanks behind it up to `width`.
std::string padded(std::string_view text, std::size_t width);
/// With blanks in front of it.
std::string right(std::string_view text, std::size_t width);
std::string right(std::uint64_t value, std::size_t width);
/// Upper-case hexadecimal, at least `digits` long.
std::string upper_hex(std::uint64_t value, unsigned digits = 1);
/// "0xC8A01F5D(3365936989)", "0x0(0)"
std::string ios_spi(engine::EspSpi spi);
/// "00:24:11", "1d02h", "5w0d"
std::string ios_uptime(engine::Duration duration);
/// "23:35:49", also of days.
std::string ios_hours(engine::Duration duration);
/// Whole seconds, rounded down, never negative.
std::uint64_t seconds_of(engine::Duration duration);

/// "Gi0/0" for GigabitEthernet0/0: two letters and what follows the name.
std::string short_interface(std::string_view name);
/// Text in which a peer may have had its hand, fit for a terminal: everything but printable ASCII as \xNN.
std::string escaped(std::string_view text);

/// An identity of IKE: an address as IOS prints it, anything else as it came, escaped.
std::string identity_text(const std::string& id);

/// Whether the host's clock is to be trusted; the mark in front of a time stamp tells.
enum class ClockState { authoritative, unsynchronised };
/// A moment of the host's clock, UTC.
struct WallTime {
  std::int64_t unix_milliseconds = 0;
  ClockState state = ClockState::unsynchronised;
};
/// "*Nov 23 12:30:45.123"
std::string log_stamp(const WallTime& time);
/// "*12:30:45.123 UTC Mon Jan 5 2026"
std::string clock_text(const WallTime& time);

}  // namespace cli
