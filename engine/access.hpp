// What remote access means to the engine: what a client is given, and what its interface is a copy of. Plain data, as
// engine/config.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.hpp"
#include "engine/radius/settings.hpp"

namespace engine {

/// Both belong to it; same family.
struct AddressRange {
  IpAddress first, last;
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// `ip local pool`, `ipv6 local pool`. Ranges in the order in which they are used up.
struct AddressPool {
  std::string name;
  std::vector<AddressRange> ranges;
  std::uint8_t length = 32;  // of the network that one client is given; the ranges are made of such
  bool holds(const IpAddress& address) const;
  friend bool operator==(const AddressPool&, const AddressPool&) = default;
};

/// `crypto ikev2 authorization policy`: what a client is given and told.
struct AuthorizationPolicy {
  std::string name;
  std::shared_ptr<const AddressPool> pool, ipv6_pool;  // may be null
  std::optional<IpAddress> netmask{};
  std::vector<IpAddress> dns{}, wins{};  // of either family
  std::string banner{}, default_domain{};
  std::vector<std::string> split_dns{}, backup_gateways{};
  std::vector<Prefix> networks{};  // behind us, told to the peer
  bool accept_routes = true;       // what the peer says is behind it is routed to it
  friend bool operator==(const AuthorizationPolicy& a, const AuthorizationPolicy& b);
};

/// `interface Virtual-TemplateN type tunnel`: each client gets an interface that is a copy of it.
struct VirtualTemplate {
  std::string name;                   // Virtual-Template1
  std::optional<IpAddress> source{};  // `tunnel source ADDRESS`
  std::string source_interface{};     // `tunnel source INTERFACE`; without either, every address of ours
  bool v4_inside = true, v6_inside = false;
  CryptoMapEntry entry{};  // without peers, profile and lines
};

/// Of a profile whose peers are clients: `virtual-template`, `aaa authorization`.
struct RemoteAccess {
  std::string virtual_template;                       // Virtual-Template1
  std::shared_ptr<const AuthorizationPolicy> policy;  // never null
  bool user_cached = false;                           // what RADIUS says of the user goes before the policy
  std::shared_ptr<const RadiusGroup> accounting{};    // may be null
  friend bool operator==(const RemoteAccess& a, const RemoteAccess& b) {
    return a.virtual_template == b.virtual_template && *a.policy == *b.policy && a.user_cached == b.user_cached &&
           (a.accounting == b.accounting || (a.accounting && b.accounting && *a.accounting == *b.accounting));
  }
};

/// An address of a pool that somebody has, or had last and will get again while nobody else needs it. A lease outlives its SA
/// and the daemon.
struct Lease {
  std::string pool;
  IpAddress address;
  std::string holder;  // the client's identity
  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace engine
