// What remote access means to the engine: what a client is given, and what its interface is a copy of. Plain data, as
// engine/config.hpp.
#pragma once

#include <map>
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
  std::vector<Prefix> networks{};       // behind us, told to the peer
  bool tell_interface = false;          // and the address of our interface
  std::vector<Prefix> peer_networks{};  // behind the peer, whatever it says
  bool accept_routes = true;            // what the peer says is behind it is routed to it
  std::optional<Duration> session_lifetime{};
  friend bool operator==(const AuthorizationPolicy& a, const AuthorizationPolicy& b);
};

/// `crypto ikev2 name-mangler`: which part of a client's identity names its policy.
struct NameMangler {
  enum class Part : std::uint8_t { none, whole, first, rest, dn };  // first and rest: before and behind the delimiter
  struct Rule {
    Part part = Part::none;
    char delimiter = '@';
    std::string attribute{};  // of a distinguished name: "cn"
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  std::string name;
  Rule fqdn{}, email{}, dn{}, eap{};
  friend bool operator==(const NameMangler&, const NameMangler&) = default;
};
/// The name; empty: the mangler says nothing of such an identity, or it has no such part. `user`: who the client is in EAP.
std::string mangled(const NameMangler& mangler, const Identity& identity, const std::string& user);

/// `aaa authorization {group | user} ... list LIST {NAME | name-mangler M}`: a policy by its name. Neither: there is none.
struct PolicyChoice {
  std::string name{};
  std::optional<NameMangler> mangler{};
  friend bool operator==(const PolicyChoice&, const PolicyChoice&) = default;
};

/// `interface Virtual-TemplateN type tunnel`: each client gets an interface that is a copy of it.
struct VirtualTemplate {
  std::string name;                   // Virtual-Template1
  std::optional<IpAddress> source{};  // `tunnel source ADDRESS`
  std::string source_interface{};     // `tunnel source INTERFACE`; without either, every address of ours
  bool v4_inside = true, v6_inside = false;
  std::vector<IpAddress> addresses{};  // of each copy
  CryptoMapEntry entry{};              // without peers, profile and lines
};

/// What a profile says of configuration payloads: `aaa authorization`, `config-exchange`. With a `virtual-template` peers that
/// begin are clients.
struct RemoteAccess {
  std::string virtual_template;                       // Virtual-Template1; empty: whoever begins is no client
  std::shared_ptr<const AuthorizationPolicy> policy;  // of the group; never null
  bool user_cached = false;                           // what RADIUS says of the user goes before the policy
  std::shared_ptr<const RadiusGroup> accounting{};    // may be null
  PolicyChoice group{}, user{};                       // by the name of each client; `policy` where there is none of that name
  bool group_first = false;                           // what the group's policy says goes before what the user's does
  std::map<std::string, std::shared_ptr<const AuthorizationPolicy>> policies{};  // that these may name
  bool ask = true, send = true, accept = true;  // `config-exchange {request | set send | set accept}`
  bool clients() const { return !virtual_template.empty(); }
  friend bool operator==(const RemoteAccess& a, const RemoteAccess& b);
};
/// What this client is given and told: of the group, of the user, and of RADIUS, one before the other.
AuthorizationPolicy policy_for(const RemoteAccess& access, const Identity& identity, const std::string& user,
                               const RadiusGrant* grant, const std::vector<std::shared_ptr<const AddressPool>>& pools);

/// An address of a pool that somebody has, or had last and will get again while nobody else needs it. A lease outlives its SA
/// and the daemon.
struct Lease {
  std::string pool;
  IpAddress address;
  std::string holder;  // the client's identity
  friend bool operator==(const Lease&, const Lease&) = default;
};

}  // namespace engine
