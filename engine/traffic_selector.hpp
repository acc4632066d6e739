// Traffic selectors: what a Child SA protects (RFC 7296, 2.9 and 3.13).
#pragma once

#include <optional>
#include <string>

#include "engine/address.hpp"

namespace engine {

/// Inclusive. 0..65535 is "any"; for ICMP the type stands in the high octet, the code in the low one (RFC 7296, 3.13.1).
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 65535;
  bool is_any() const { return first == 0 && last == 65535; }
  friend auto operator<=>(const PortRange&, const PortRange&) = default;
};

/// One side of a selector pair. `first <= last`, same family.
struct TrafficSelector {
  std::uint8_t protocol = 0;  // 0: any
  PortRange ports;
  IpAddress first;
  IpAddress last;

  static TrafficSelector of(const Prefix& network, std::uint8_t protocol = 0, PortRange ports = {});
  bool contains(const TrafficSelector& inner) const;
  /// What both select, or nullopt when nothing (protocols, ports, addresses or families are disjoint).
  std::optional<TrafficSelector> intersect(const TrafficSelector& other) const;
  /// The network when the addresses form exactly one.
  std::optional<Prefix> prefix() const;
  /// "10.0.0.0/24", "10.0.0.1-10.0.0.9", with "[tcp/443]" behind when protocol or ports are given.
  std::string to_string() const;
  friend auto operator<=>(const TrafficSelector&, const TrafficSelector&) = default;
};

/// What one Child SA protects: exactly one pair, as an IOS crypto map has it.
struct SelectorPair {
  TrafficSelector local;
  TrafficSelector remote;
  bool contains(const SelectorPair& inner) const { return local.contains(inner.local) && remote.contains(inner.remote); }
  std::optional<SelectorPair> intersect(const SelectorPair& other) const;
  std::string to_string() const;
  friend auto operator<=>(const SelectorPair&, const SelectorPair&) = default;
};

}  // namespace engine
