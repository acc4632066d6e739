// The static routes that are ours: those into a tunnel interface. All others are the host's.
#pragma once

#include <optional>
#include <string>

#include "engine/address.hpp"
#include "parser/kept.hpp"

namespace parser {

/// "10.0.0.0 255.255.255.0", "2001:DB8::/32"; nullopt: neither.
std::optional<engine::Prefix> read_network(std::string_view text);

struct TunnelRoute {
  engine::Prefix network;
  std::string interface;  // Tunnel0
  unsigned distance = 1;
};
/// What `ip route` or `ipv6 route` says, where its next hop is a tunnel interface.
std::optional<TunnelRoute> tunnel_route(const Kept& line);
inline bool is_tunnel_route(const Kept& line) { return tunnel_route(line).has_value(); }

}  // namespace parser
