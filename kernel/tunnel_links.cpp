#include "kernel/tunnel_links.hpp"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/cache.h>
#include <netlink/route/link/ip6vti.h>
#include <netlink/route/link/ipvti.h>
#include <netlink/route/link/xfrmi.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "kernel/marks.hpp"
#include "kernel/placeholder_address.hpp"

namespace kernel {
namespace {

engine::Failure failed(const std::string& what, int error) {
  return {engine::NotifyType::none, engine::Cause::install_failed, what + ": " + nl_geterror(error)};
}

using rtnetlink::Address;
using rtnetlink::Cache;
using rtnetlink::Link;
using rtnetlink::Route;

/// Null: there is none.
Link find_link(nl_sock* socket, const std::string& device) {
  rtnl_link* raw = nullptr;
  return rtnl_link_get_kernel(socket, 0, device.c_str(), &raw) < 0 ? nullptr : Link(raw);
}

Address make_address(unsigned ifindex, const engine::Prefix& prefix) {
  Address out(rtnl_addr_alloc());
  rtnl_addr_set_ifindex(out.get(), static_cast<int>(ifindex));
  rtnl_addr_set_local(out.get(), rtnetlink::octets_of(prefix).get());
  rtnl_addr_set_prefixlen(out.get(), prefix.length);
  if (prefix.address == placeholder_address()) rtnl_addr_set_scope(out.get(), RT_SCOPE_HOST);
  // Nobody else can have the address at the other end of a tunnel, and there is nobody to ask.
  if (!prefix.address.is_v4()) rtnl_addr_set_flags(out.get(), IFA_F_NODAD);
  return out;
}

constexpr std::uint8_t operstate_dormant = 5, operstate_up = 6;  // RFC 2863, ifOperStatus as Linux numbers it

std::uint32_t raw_v4(const engine::IpAddress& address) {
  std::uint32_t out = 0;
  std::memcpy(&out, address.octets.data(), sizeof out);
  return out;
}
in6_addr raw_v6(const engine::IpAddress& address) {
  in6_addr out{};
  std::memcpy(&out, address.octets.data(), sizeof out);
  return out;
}

/// As the kernel is to make it, or to change one to it.
Link link_of(const KernelTunnel& tunnel) {
  if (tunnel.scope.kind == ScopeKind::xfrm_interface) {
    Link out(rtnl_link_xfrmi_alloc());
    rtnl_link_xfrmi_set_if_id(out.get(), tunnel.scope.id);
    return out;
  }
  const std::uint32_t key = htonl(tunnel.scope.id);
  if (tunnel.peer.is_v4()) {
    Link out(rtnl_link_ipvti_alloc());
    rtnl_link_ipvti_set_local(out.get(), raw_v4(tunnel.local));
    rtnl_link_ipvti_set_remote(out.get(), raw_v4(tunnel.peer));
    rtnl_link_ipvti_set_ikey(out.get(), key);
    rtnl_link_ipvti_set_okey(out.get(), key);
    return out;
  }
  Link out(rtnl_link_ip6vti_alloc());
  in6_addr local = raw_v6(tunnel.local), peer = raw_v6(tunnel.peer);
  rtnl_link_ip6vti_set_local(out.get(), &local);
  rtnl_link_ip6vti_set_remote(out.get(), &peer);
  rtnl_link_ip6vti_set_ikey(out.get(), key);
  rtnl_link_ip6vti_set_okey(out.get(), key);
  return out;
}

bool same_kind(rtnl_link* present, rtnl_link* wanted) {
  const char* type = rtnl_link_get_type(present);
  if (!type || std::strcmp(type, rtnl_link_get_type(wanted)) != 0) return false;
  if (!rtnl_link_is_xfrmi(present)) return true;
  std::uint32_t id = 0, wanted_id = 0;
  return rtnl_link_xfrmi_get_if_id(present, &id) == 0 && rtnl_link_xfrmi_get_if_id(wanted, &wanted_id) == 0 && id == wanted_id;
}

/// Of a route; a default route has none in libnl.
std::optional<engine::Prefix> destination_of(rtnl_route* route) {
  nl_addr* octets = rtnl_route_get_dst(route);
  if (octets && nl_addr_get_len(octets) > 0) return rtnetlink::prefix_of(octets);
  return engine::Prefix::any(rtnl_route_get_family(route) == AF_INET ? engine::Family::v4 : engine::Family::v6);
}

Route make_route(unsigned ifindex, const engine::Prefix& network) {
  Route out = rtnetlink::make_route(network, RT_TABLE_MAIN);
  rtnl_route_set_protocol(out.get(), own_route_protocol);
  rtnetlink::lead_to_device(out.get(), ifindex);
  return out;
}

}  // namespace

std::uint32_t tunnel_mtu(const TunnelSpec& spec, std::uint32_t fits) {
  constexpr std::uint32_t usual = 1400;  // until the SAs say what fits
  constexpr std::uint32_t least = 1280;  // below, Linux takes IPv6 away from a device (RFC 8200, 5)
  return spec.mtu ? *spec.mtu : fits ? std::max(fits, least) : usual;
}

engine::Result<TunnelLinks> TunnelLinks::open(unsigned instance, std::string_view kind) {
  TunnelLinks out("sallyport " + std::string(kind) + " " + std::to_string(instance));
  out.socket_.reset(nl_socket_alloc());
  if (const int error = nl_connect(out.socket_.get(), NETLINK_ROUTE); error < 0) return failed("tunnel interfaces", error);
  return out;
}

engine::Status TunnelLinks::may_have(const std::string& device) {
  const Link link = find_link(socket_.get(), device);
  if (!link) return engine::Done{};
  const char* alias = rtnl_link_get_ifalias(link.get());
  if (alias && alias_ == alias) return engine::Done{};
  return engine::Failure{engine::NotifyType::none, engine::Cause::install_failed,
                         "device " + device + " is there already and is not ours: remove it, or name another with 'device NAME'"};
}

engine::Status TunnelLinks::configure(const TunnelSpec& spec, std::uint32_t mtu) {
  const Link link = find_link(socket_.get(), spec.device);
  if (!link)
    return engine::Failure{engine::NotifyType::none, engine::Cause::install_failed, "device " + spec.device + " is gone"};
  const Link change(rtnl_link_alloc());
  rtnl_link_set_ifalias(change.get(), alias_.c_str());
  rtnl_link_set_mtu(change.get(), mtu);
  if (spec.shut_down)
    rtnl_link_unset_flags(change.get(), IFF_UP);
  else
    rtnl_link_set_flags(change.get(), IFF_UP);
  if (const int error = rtnl_link_change(socket_.get(), link.get(), change.get(), 0); error < 0)
    return failed("device " + spec.device, error);
  const auto ifindex = static_cast<unsigned>(rtnl_link_get_ifindex(link.get()));
  CHECK_OK(set_addresses(ifindex, spec));
  return set_routes(ifindex, spec);
}

engine::Status TunnelLinks::make(const std::string& device, const KernelTunnel& tunnel) {
  CHECK_OK(may_have(device));
  const Link wanted = link_of(tunnel);
  if (const Link present = find_link(socket_.get(), device)) {
    if (same_kind(present.get(), wanted.get())) {
      if (rtnl_link_is_xfrmi(present.get())) return engine::Done{};
      const int error = rtnl_link_change(socket_.get(), present.get(), wanted.get(), 0);
      return error < 0 ? engine::Status(failed("device " + device, error)) : engine::Status(engine::Done{});
    }
    rtnl_link_delete(socket_.get(), present.get());
  }
  rtnl_link_set_name(wanted.get(), device.c_str());
  if (const int error = rtnl_link_add(socket_.get(), wanted.get(), NLM_F_CREATE | NLM_F_EXCL); error < 0)
    return failed("device " + device, error);
  // At once, so that whoever comes after us knows it.
  const Link made = find_link(socket_.get(), device), change(rtnl_link_alloc());
  rtnl_link_set_ifalias(change.get(), alias_.c_str());
  const int error = made ? rtnl_link_change(socket_.get(), made.get(), change.get(), 0) : -NLE_NODEV;
  return error < 0 ? engine::Status(failed("device " + device, error)) : engine::Status(engine::Done{});
}

bool TunnelLinks::knows(const KernelTunnel& tunnel) {
  const std::string name = "sallyport-probe";
  remove(name);  // of a probe that was killed
  const Link link = link_of(tunnel);
  rtnl_link_set_name(link.get(), name.c_str());
  const int error = rtnl_link_add(socket_.get(), link.get(), NLM_F_CREATE | NLM_F_EXCL);
  remove(name);
  return error == 0;
}

engine::Status TunnelLinks::set_line_protocol(const std::string& device, bool up) {
  const Link link = find_link(socket_.get(), device);
  if (!link) return engine::Done{};
  const Link change(rtnl_link_alloc());
  rtnl_link_set_operstate(change.get(), up ? operstate_up : operstate_dormant);
  const int error = rtnl_link_change(socket_.get(), link.get(), change.get(), 0);
  return error < 0 ? engine::Status(failed("line protocol of device " + device, error)) : engine::Status(engine::Done{});
}

bool TunnelLinks::is_as_wanted(const TunnelSpec& spec) {
  const Link link = find_link(socket_.get(), spec.device);
  return link && ((rtnl_link_get_flags(link.get()) & IFF_UP) != 0) != spec.shut_down;
}

engine::Status TunnelLinks::set_mtu(const std::string& device, std::uint32_t mtu) {
  const Link link = find_link(socket_.get(), device);
  if (!link) return engine::Done{};
  const Link change(rtnl_link_alloc());
  rtnl_link_set_mtu(change.get(), mtu);
  const int error = rtnl_link_change(socket_.get(), link.get(), change.get(), 0);
  return error < 0 ? engine::Status(failed("MTU of device " + device, error)) : engine::Status(engine::Done{});
}

engine::Status TunnelLinks::set_addresses(unsigned ifindex, const TunnelSpec& spec) {
  std::vector<engine::Prefix> missing = spec.addresses;
  if (std::none_of(missing.begin(), missing.end(), [](const auto& p) { return p.address.is_v4(); }))
    missing.push_back(engine::Prefix::host(placeholder_address()));
  nl_cache* raw = nullptr;
  if (const int error = rtnl_addr_alloc_cache(socket_.get(), &raw); error < 0) return failed("addresses", error);
  const Cache addresses(raw);
  std::vector<rtnl_addr*> strange;
  for (nl_object* object = nl_cache_get_first(raw); object; object = nl_cache_get_next(object)) {
    auto* address = reinterpret_cast<rtnl_addr*>(object);
    const auto known = static_cast<unsigned>(rtnl_addr_get_ifindex(address)) == ifindex
                           ? rtnetlink::prefix_of(rtnl_addr_get_local(address))
                           : std::nullopt;
    if (known && std::erase(missing, *known) == 0 && !known->address.is_link_local()) strange.push_back(address);
  }
  // The new ones first: a device without any IPv4 address would lose its routes.
  for (const engine::Prefix& prefix : missing)
    if (const int error = rtnl_addr_add(socket_.get(), make_address(ifindex, prefix).get(), NLM_F_CREATE | NLM_F_REPLACE);
        error < 0)
      return failed("address " + prefix.address.to_string() + " of device " + spec.device, error);
  for (rtnl_addr* address : strange) rtnl_addr_delete(socket_.get(), address, 0);
  return engine::Done{};
}

engine::Status TunnelLinks::set_routes(unsigned ifindex, const TunnelSpec& spec) {
  std::vector<engine::Prefix> missing;
  if (!spec.shut_down) missing = spec.routes;  // a device that is down has none
  nl_cache* raw = nullptr;
  if (const int error = rtnl_route_alloc_cache(socket_.get(), AF_UNSPEC, 0, &raw); error < 0) return failed("routes", error);
  const Cache routes(raw);
  for (nl_object* object = nl_cache_get_first(raw); object; object = nl_cache_get_next(object)) {
    auto* route = reinterpret_cast<rtnl_route*>(object);
    rtnl_nexthop* hop = rtnl_route_get_nnexthops(route) == 1 ? rtnl_route_nexthop_n(route, 0) : nullptr;
    if (rtnl_route_get_protocol(route) != own_route_protocol || !hop ||
        rtnl_route_nh_get_ifindex(hop) != static_cast<int>(ifindex))
      continue;
    const auto network = destination_of(route);
    if (network && std::erase(missing, *network) == 0) rtnl_route_delete(socket_.get(), route, 0);
  }
  for (const engine::Prefix& network : missing)
    if (const int error = rtnl_route_add(socket_.get(), make_route(ifindex, network).get(), NLM_F_CREATE); error < 0)
      return failed("route to " + network.to_string() + " by device " + spec.device, error);
  return engine::Done{};
}

void TunnelLinks::for_ours(const std::function<void(const std::string&)>& each) {
  nl_cache* raw = nullptr;
  if (rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &raw) < 0) return;
  const Cache links(raw);
  for (nl_object* object = nl_cache_get_first(raw); object; object = nl_cache_get_next(object)) {
    auto* link = reinterpret_cast<rtnl_link*>(object);
    const char* alias = rtnl_link_get_ifalias(link);
    if (alias && alias_ == alias) each(rtnl_link_get_name(link));
  }
}

void TunnelLinks::remove(const std::string& device) {
  if (const Link link = find_link(socket_.get(), device)) rtnl_link_delete(socket_.get(), link.get());
}

}  // namespace kernel
