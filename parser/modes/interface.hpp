// interface X; Description is in parser/modes/shared.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/modes/shared.hpp"

namespace parser {

enum class InterfaceKind : std::uint8_t { usual, point_to_point, multipoint, type_tunnel };
struct Interface {
  std::string name;  // canonical: GigabitEthernet0/0
  InterfaceKind kind = InterfaceKind::usual;
  /// The kind need not be said again.
  friend bool operator==(const Interface& a, const Interface& b) {
    return a.name == b.name && (a.kind == b.kind || a.kind == InterfaceKind::usual || b.kind == InterfaceKind::usual);
  }
};
enum class AddressSource : std::uint8_t { typed, dhcp, negotiated };
struct InterfaceAddress {  // one primary, any number of secondary
  AddressSource source = AddressSource::typed;
  Network network;  // source typed
  bool secondary = false;
  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};
enum class Ipv6AddressKind : std::uint8_t { usual, eui_64, anycast, link_local };
struct InterfaceIpv6Address {  // multi
  Network network;             // link_local: with length 128
  Ipv6AddressKind kind = Ipv6AddressKind::usual;
  friend bool operator==(const InterfaceIpv6Address&, const InterfaceIpv6Address&) = default;
};
struct Ipv6Enable {
  friend bool operator==(const Ipv6Enable&, const Ipv6Enable&) = default;
};
struct InterfaceCryptoMap {
  std::string map;
  std::optional<std::string> redundancy;
  bool stateful = false;
  friend bool operator==(const InterfaceCryptoMap&, const InterfaceCryptoMap&) = default;
};
struct InterfaceIpv6CryptoMap {
  std::string map;
  friend bool operator==(const InterfaceIpv6CryptoMap&, const InterfaceIpv6CryptoMap&) = default;
};
struct Shutdown {
  friend bool operator==(const Shutdown&, const Shutdown&) = default;
};
struct Mtu {
  unsigned bytes = 1500;
  friend bool operator==(const Mtu&, const Mtu&) = default;
};
/// `device eth0`: the Linux device that stands behind the interface.
struct Device {
  std::string name;
  friend bool operator==(const Device&, const Device&) = default;
};

/// `interface range TYPE N [- N] [, ...]`: the lines below it go to each of them. No line of its own.
struct InterfaceRange {
  std::vector<std::string> names;  // canonical
  friend bool operator==(const InterfaceRange&, const InterfaceRange&) = default;
};

}  // namespace parser
