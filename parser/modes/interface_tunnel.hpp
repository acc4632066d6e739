// The lines that make a tunnel of an interface, and what its packets may be.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct Node;

/// An end of a tunnel: one of three.
struct TunnelSource {
  std::optional<engine::IpAddress> address;
  std::optional<std::string> interface;
  bool dynamic = false;
  friend bool operator==(const TunnelSource&, const TunnelSource&) = default;
};
struct TunnelDestination {
  std::optional<engine::IpAddress> address;
  std::optional<std::string> host;
  bool dynamic = false;
  friend bool operator==(const TunnelDestination&, const TunnelDestination&) = default;
};
enum class TunnelKind : std::uint8_t {
  gre,
  gre_ipv6,
  gre_multipoint,
  gre_multipoint_ipv6,
  ipip,
  ipv6ip,
  udp,
  aurp,
  cayman,
  dvmrp,
  eon,
  ethernet,
  iptalk,
  ipv6,
  mpls,
  nos,
  rbscp,
  sdwan,
  vxlan,
  vxlan_gpe,
  ipsec_ipv4,
  ipsec_ipv4_v6_overlay,
  ipsec_ipv6,
  ipsec_ipv6_v4_overlay,
  ipsec_dual_overlay,
};
/// `tunnel mode ...`; not given: gre ip.
struct TunnelMode {
  TunnelKind kind = TunnelKind::gre;
  std::optional<std::string> more;  // what follows the word of those without IPsec
  friend bool operator==(const TunnelMode&, const TunnelMode&) = default;
};
/// `tunnel vrf NAME`, the VRF of the tunnel's own packets.
struct TunnelVrf {
  std::string name;
  friend bool operator==(const TunnelVrf&, const TunnelVrf&) = default;
};
/// `tunnel protection ipsec profile NAME ...`
struct TunnelProtection {
  std::string profile;
  bool shared = false;
  std::optional<std::string> ikev2_profile, isakmp_profile;
  friend bool operator==(const TunnelProtection&, const TunnelProtection&) = default;
};
/// `tunnel protection ipsec policy {ipv4 | ipv6} ACL`: its selectors in place of any to any. One a family.
struct TunnelPolicy {
  bool ipv6 = false;
  std::string acl;
  friend bool operator==(const TunnelPolicy&, const TunnelPolicy&) = default;
};
struct IpUnnumbered {
  std::string interface;
  friend bool operator==(const IpUnnumbered&, const IpUnnumbered&) = default;
};
struct IpMtu {
  unsigned bytes = 0;
  friend bool operator==(const IpMtu&, const IpMtu&) = default;
};
struct Ipv6Mtu {
  unsigned bytes = 0;
  friend bool operator==(const Ipv6Mtu&, const Ipv6Mtu&) = default;
};
/// `ip tcp adjust-mss N`
struct IpAdjustMss {
  unsigned bytes = 0;
  friend bool operator==(const IpAdjustMss&, const IpAdjustMss&) = default;
};
struct Ipv6AdjustMss {
  unsigned bytes = 0;
  friend bool operator==(const Ipv6AdjustMss&, const Ipv6AdjustMss&) = default;
};

/// The block is `interface TunnelN`, or a template of such ones: the device is ours, addresses and all.
bool is_tunnel_interface(const Node& block);
/// The block is `interface LoopbackN` and names no device: one of ours.
bool is_own_loopback(const Node& block);
/// Its addresses are ours to give.
inline bool is_own_interface(const Node& block) { return is_tunnel_interface(block) || is_own_loopback(block); }
/// The block is `interface Virtual-TemplateN type tunnel`: each client's interface is a copy of it.
bool is_virtual_template(const Node& block);

}  // namespace parser
