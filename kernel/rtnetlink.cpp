#include "kernel/rtnetlink.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace kernel::rtnetlink {

namespace {

int family_of(const engine::Prefix& prefix) { return prefix.address.is_v4() ? AF_INET : AF_INET6; }

}  // namespace

Octets octets_of(const engine::Prefix& prefix) {
  Octets out(nl_addr_build(family_of(prefix), prefix.address.octets.data(), prefix.address.size()));
  nl_addr_set_prefixlen(out.get(), prefix.length);
  return out;
}

std::optional<engine::Prefix> prefix_of(nl_addr* octets) {
  if (!octets) return std::nullopt;
  const auto ip =
      engine::IpAddress::from_bytes({static_cast<const std::uint8_t*>(nl_addr_get_binary_addr(octets)), nl_addr_get_len(octets)});
  if (!ip) return std::nullopt;
  return engine::Prefix{*ip, static_cast<std::uint8_t>(nl_addr_get_prefixlen(octets))};
}

Route make_route(const engine::Prefix& network, std::uint32_t table) {
  Route out(rtnl_route_alloc());
  rtnl_route_set_family(out.get(), static_cast<std::uint8_t>(family_of(network)));
  rtnl_route_set_table(out.get(), table);
  // The destination of a default route has no octets in libnl.
  const Octets everything(nl_addr_build(family_of(network), nullptr, 0));
  rtnl_route_set_dst(out.get(), network.length == 0 ? everything.get() : octets_of(network).get());
  return out;
}

void lead_to_device(rtnl_route* route, unsigned ifindex) {
  rtnl_nexthop* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_ifindex(hop, static_cast<int>(ifindex));
  rtnl_route_add_nexthop(route, hop);
  rtnl_route_set_type(route, RTN_UNICAST);
  rtnl_route_set_scope(route, rtnl_route_get_family(route) == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
}

}  // namespace kernel::rtnetlink
