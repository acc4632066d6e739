// A hub whose peers are clients, and the clients.
#pragma once

#include "engine/access.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {

using engine::AuthorizationPolicy;
using Pool = engine::AddressPool;

inline std::shared_ptr<const Pool> pool_of(const std::string& first, const std::string& last, std::uint8_t length = 32) {
  return std::make_shared<const Pool>(Pool{"CLIENTS-" + first, {{ip(first), ip(last)}}, length});
}

/// The site's first profile is for clients, and its first entry is what their interfaces are copies of.
inline void make_hub(engine::Config& config, const AuthorizationPolicy& policy) {
  auto made_of = std::make_shared<engine::VirtualTemplate>();
  made_of->name = "Virtual-Template1";
  made_of->source_interface = "GigabitEthernet0/0";
  made_of->v6_inside = true;
  made_of->entry = *config.interfaces.front().entries.front();
  config.interfaces.clear();
  config.templates = {made_of};
  for (const auto& pool : {policy.pool, policy.ipv6_pool})
    if (pool) config.pools.push_back(pool);
  engine::IkeProfile profile = *config.profiles.front();
  profile.match_remote = {engine::MatchAny{}};
  engine::RemoteAccess access{"Virtual-Template1", std::make_shared<const AuthorizationPolicy>(policy)};
  profile.access = std::make_shared<const engine::RemoteAccess>(std::move(access));
  config.profiles = {std::make_shared<const engine::IkeProfile>(profile)};
}

class RemoteAccess : public TwoSites {
 protected:
  /// A is the client, B the hub at 203.0.113.20.
  static Site client(const std::string& name = "A", const std::string& wan = "203.0.113.10") {
    Site site = site_a();
    site.name = name;
    site.wan = ip(wan);
    site.tunnel_interface = engine::TunnelInterface{.source = site.wan, .negotiated = true};
    site.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  static Site hub(const AuthorizationPolicy& policy) {
    Site site = site_b();
    site.tunnels[0].match_remote = {engine::MatchAny{}};
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    site.amend = [policy](engine::Config& config, engine::crypto::KeyStore&) { make_hub(config, policy); };
    return site;
  }
  static AuthorizationPolicy policy_with(std::shared_ptr<const Pool> pool, std::shared_ptr<const Pool> pool6 = nullptr) {
    return {.name = "P", .pool = std::move(pool), .ipv6_pool = std::move(pool6)};
  }
  static std::vector<std::string> assigned(const Node& node) {
    std::vector<std::string> out;
    for (const auto& [name, made] : node.interfaces_made)
      for (const engine::Prefix& each : made.addresses) out.push_back(each.to_string());
    return out;
  }
  static std::vector<std::string> routes(const Node& node, const std::string& interface) {
    std::vector<std::string> out;
    const auto made = node.interfaces_made.find(interface);
    if (made != node.interfaces_made.end())
      for (const engine::Prefix& each : made->second.routes) out.push_back(each.to_string());
    return out;
  }
  using Words = std::vector<std::string>;
};

}  // namespace sim
