// Objects of libnl-route: who frees them, and prefixes to and from them.
#pragma once

#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include <memory>
#include <optional>

#include "engine/address.hpp"

namespace kernel::rtnetlink {

struct Free {
  void operator()(nl_addr* p) const { nl_addr_put(p); }
  void operator()(nl_cache* p) const { nl_cache_free(p); }
  void operator()(nl_sock* p) const { nl_socket_free(p); }
  void operator()(rtnl_addr* p) const { rtnl_addr_put(p); }
  void operator()(rtnl_link* p) const { rtnl_link_put(p); }
  void operator()(rtnl_route* p) const { rtnl_route_put(p); }
  void operator()(rtnl_rule* p) const { rtnl_rule_put(p); }
};
using Octets = std::unique_ptr<nl_addr, Free>;
using Cache = std::unique_ptr<nl_cache, Free>;
using Socket = std::unique_ptr<nl_sock, Free>;
using Address = std::unique_ptr<rtnl_addr, Free>;
using Link = std::unique_ptr<rtnl_link, Free>;
using Route = std::unique_ptr<rtnl_route, Free>;
using Rule = std::unique_ptr<rtnl_rule, Free>;

Octets octets_of(const engine::Prefix& prefix);
/// Nullopt: there is none, or it is of no family that we know.
std::optional<engine::Prefix> prefix_of(nl_addr* octets);
/// To `network` in `table`; where to is the caller's to say.
Route make_route(const engine::Prefix& network, std::uint32_t table);
/// The route leads out of the device, to nobody in particular.
void lead_to_device(rtnl_route* route, unsigned ifindex);

}  // namespace kernel::rtnetlink
