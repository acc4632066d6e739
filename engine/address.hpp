// IP addresses, prefixes and socket addresses as plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/bytes.hpp"

namespace engine {

enum class Family : std::uint8_t { v4, v6 };

/// An IPv4 or IPv6 address in network order. IPv4-mapped IPv6 is normalised to IPv4 where it enters (kernel/udp).
struct IpAddress {
  Family family = Family::v4;
  std::array<std::uint8_t, 16> octets{};  // v4 uses the first four, the rest stays zero

  static IpAddress v4(std::uint32_t host_order);
  /// `octets` must be 4 or 16 long; nullopt otherwise.
  static std::optional<IpAddress> from_bytes(ByteView octets);
  /// Dotted quad or RFC 4291 text; nullopt for anything else.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return family == Family::v4; }
  std::size_t size() const { return is_v4() ? 4 : 16; }
  unsigned bits() const { return is_v4() ? 32 : 128; }
  ByteView bytes() const { return {octets.data(), size()}; }
  bool is_unspecified() const;
  /// IPv6, fe80::/10 (RFC 4291, 2.5.6).
  bool is_link_local() const { return !is_v4() && octets[0] == 0xFE && (octets[1] & 0xC0) == 0x80; }
  std::uint32_t v4_host_order() const;
  /// Lower-case RFC 5952 text.
  std::string to_string() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// A network: `address` has its host bits zero.
struct Prefix {
  IpAddress address;
  std::uint8_t length = 0;

  static Prefix host(const IpAddress& a) { return {a, static_cast<std::uint8_t>(a.bits())}; }
  static Prefix any(Family f);
  /// Zeroes the host bits.
  static Prefix of(const IpAddress& a, std::uint8_t length);
  bool contains(const IpAddress& a) const;
  IpAddress first() const { return address; }
  IpAddress last() const;
  /// "10.0.0.0/24"
  std::string to_string() const;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  /// "192.0.2.1:500", "[2001:db8::1]:500"
  std::string to_string() const;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace engine
