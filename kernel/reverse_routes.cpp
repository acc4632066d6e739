#include "kernel/reverse_routes.hpp"

#include <linux/rtnetlink.h>
#include <netlink/cache.h>

#include "kernel/xfrm_policies.hpp"

namespace kernel {
namespace {

using rtnetlink::Cache;
using rtnetlink::Octets;
using rtnetlink::Route;

constexpr std::uint8_t reverse_route_protocol = 0x5B;  // beside that of the routes of tunnel interfaces

engine::Failure no_route(const std::string& what, int error) {
  return {engine::NotifyType::none, engine::Cause::install_failed, what + ": " + nl_geterror(error)};
}

bool names_a_gateway(const engine::IpAddress& address) { return address != engine::Prefix::any(address.family).address; }

}  // namespace

engine::Result<ReverseRoutes> ReverseRoutes::open() {
  ReverseRoutes out;
  out.socket_.reset(nl_socket_alloc());
  if (const int error = nl_connect(out.socket_.get(), NETLINK_ROUTE); error < 0) return no_route("routes", error);
  nl_cache* raw = nullptr;
  if (const int error = rtnl_route_alloc_cache(out.socket_.get(), AF_UNSPEC, 0, &raw); error < 0)
    return no_route("routes", error);
  const Cache routes(raw);
  for (nl_object* object = nl_cache_get_first(raw); object; object = nl_cache_get_next(object))
    if (auto* route = reinterpret_cast<rtnl_route*>(object); rtnl_route_get_protocol(route) == reverse_route_protocol)
      rtnl_route_delete(out.socket_.get(), route, 0);
  return out;
}

Route ReverseRoutes::route_of(const Key& key) {
  Route out = rtnetlink::make_route(key.network, RT_TABLE_MAIN);
  rtnl_route_set_protocol(out.get(), reverse_route_protocol);
  if (key.metric != 0) rtnl_route_set_priority(out.get(), key.metric);
  rtnetlink::lead_to_device(out.get(), key.ifindex);
  if (names_a_gateway(key.gateway)) {
    const Octets gateway = rtnetlink::octets_of(engine::Prefix::host(key.gateway));
    rtnl_route_nh_set_gateway(rtnl_route_nexthop_n(out.get(), 0), gateway.get());
    rtnl_route_set_scope(out.get(), RT_SCOPE_UNIVERSE);
  }
  return out;
}

// The next hop of the host's own route to the peer, or the peer where it is a neighbour.
engine::IpAddress ReverseRoutes::way_to(const engine::IpAddress& peer, unsigned ifindex) {
  const engine::IpAddress none = engine::Prefix::any(peer.family).address;
  const Octets destination = rtnetlink::octets_of(engine::Prefix::host(peer));
  rtnl_route* raw = nullptr;
  if (rtnl_route_lookup(socket_.get(), destination.get(), &raw) < 0) return none;
  const Route route(raw);
  rtnl_nexthop* hop = rtnl_route_get_nnexthops(raw) == 1 ? rtnl_route_nexthop_n(raw, 0) : nullptr;
  if (!hop || rtnl_route_nh_get_ifindex(hop) != static_cast<int>(ifindex)) return none;
  const auto gateway = rtnetlink::prefix_of(rtnl_route_nh_get_gateway(hop));
  return gateway ? gateway->address : peer;
}

engine::Status ReverseRoutes::add(const engine::ChildSaFacts& facts, unsigned ifindex) {
  if (!facts.reverse_route || children_.contains(facts.child)) return engine::Done{};
  const engine::TrafficSelector& there = facts.selectors.remote;
  const engine::IpAddress none = engine::Prefix::any(there.first.family).address;
  engine::IpAddress gateway = facts.reverse_route->gateway.value_or(none);
  if (!names_a_gateway(gateway) && facts.remote.ip.family == there.first.family) gateway = way_to(facts.remote.ip, ifindex);
  if (gateway.family != there.first.family) gateway = none;
  std::vector<Key>& keys = children_[facts.child];
  for (const engine::Prefix& network : networks_of(there.first, there.last)) {
    // A network that holds the peer itself would lead its own packets in a circle, were it not by the way that they take.
    if (network.length == 0) continue;
    const Key key{network, gateway, ifindex, facts.reverse_route->distance};
    if (uses_[key]++ == 0)
      if (const int error = rtnl_route_add(socket_.get(), route_of(key).get(), NLM_F_CREATE | NLM_F_EXCL); error < 0) {
        uses_.erase(key);
        if (error != -NLE_EXIST) return no_route("route to " + network.to_string(), error);
        continue;
      }
    keys.push_back(key);
  }
  return engine::Done{};
}

void ReverseRoutes::remove(engine::ChildSaId child) {
  const auto found = children_.find(child);
  if (found == children_.end()) return;
  for (const Key& key : found->second) {
    const auto use = uses_.find(key);
    if (use == uses_.end() || --use->second > 0) continue;
    rtnl_route_delete(socket_.get(), route_of(key).get(), 0);
    uses_.erase(use);
  }
  children_.erase(found);
}

void ReverseRoutes::mend() {
  for (const auto& [key, users] : uses_)
    if (users > 0) (void)rtnl_route_add(socket_.get(), route_of(key).get(), NLM_F_CREATE | NLM_F_EXCL);
}

void ReverseRoutes::remove_all() {
  while (!children_.empty()) remove(children_.begin()->first);
}

}  // namespace kernel
