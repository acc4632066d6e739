#include "kernel/interfaces.hpp"

#include <net/if.h>
#include <net/if_arp.h>
#include <netlink/cache.h>
#include <sys/epoll.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>

#include "kernel/netlink.hpp"
#include "kernel/placeholder_address.hpp"
#include "kernel/rtnetlink.hpp"

namespace kernel {
namespace {

using rtnetlink::Cache;

engine::Failure failure(int error) {
  return {.cause = engine::Cause::internal_error, .why = std::string("interfaces: ") + nl_geterror(error)};
}

HostDevice device_of(rtnl_link* link) {
  HostDevice device;
  device.ifindex = static_cast<unsigned>(rtnl_link_get_ifindex(link));
  if (const char* name = rtnl_link_get_name(link)) device.name = name;
  if (const char* kind = rtnl_link_get_type(link)) device.kind = kind;
  device.ethernet = rtnl_link_get_arptype(link) == ARPHRD_ETHER;
  const unsigned flags = rtnl_link_get_flags(link);
  device.up = (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0;
  device.mtu = rtnl_link_get_mtu(link);
  return device;
}

// An address that can be used for sending to others: neither link-local, nor of the host alone (127.0.0.1 of a Loopback0 that is
// the device lo), nor still (or for ever) being checked.
std::optional<engine::Prefix> usable_address(rtnl_addr* address) {
  if ((rtnl_addr_get_flags(address) & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0) return std::nullopt;
  if (rtnl_addr_get_scope(address) == RT_SCOPE_HOST) return std::nullopt;
  const auto local = rtnetlink::prefix_of(rtnl_addr_get_local(address));
  if (!local || local->address == placeholder_address() || local->address.is_link_local()) return std::nullopt;
  return local;
}

bool same(const InterfaceMap& a, const InterfaceMap& b) {
  const auto equal = [](const engine::InterfaceState& x, const engine::InterfaceState& y) {
    return x.name == y.name && x.up == y.up && x.addresses == y.addresses && x.mtu == y.mtu;
  };
  return a.devices == b.devices && std::ranges::equal(a.interfaces.interfaces, b.interfaces.interfaces, equal);
}

}  // namespace

struct Interfaces::Netlink {
  rtnetlink::Socket dumps;
  std::optional<NetlinkSocket> news;
};

Interfaces::Interfaces(Loop& loop, OnChange on_change)
    : loop_(loop), on_change_(std::move(on_change)), netlink_(std::make_unique<Netlink>()) {}

Interfaces::~Interfaces() {
  if (netlink_->news) loop_.forget(netlink_->news->descriptor());
}

engine::Result<std::unique_ptr<Interfaces>> Interfaces::open(Loop& loop, OnChange on_change) {
  std::unique_ptr<Interfaces> self(new Interfaces(loop, std::move(on_change)));
  TRY(NetlinkSocket news, NetlinkSocket::open(NETLINK_ROUTE));
  for (const int group : {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR}) CHECK_OK(news.subscribe(group));
  self->netlink_->dumps.reset(nl_socket_alloc());
  if (const int error = nl_connect(self->netlink_->dumps.get(), NETLINK_ROUTE); error < 0) return failure(error);
  CHECK_OK(self->read_devices());
  self->netlink_->news = std::move(news);
  loop.watch(self->netlink_->news->descriptor(), EPOLLIN, [raw = self.get()](std::uint32_t) { raw->on_news(); });
  return self;
}

engine::Status Interfaces::read_devices() {
  nl_cache* raw = nullptr;
  if (const int error = rtnl_link_alloc_cache(netlink_->dumps.get(), AF_UNSPEC, &raw); error < 0) return failure(error);
  const Cache links(raw);
  if (const int error = rtnl_addr_alloc_cache(netlink_->dumps.get(), &raw); error < 0) return failure(error);
  const Cache addresses(raw);

  std::map<unsigned, HostDevice> devices;
  for (nl_object* object = nl_cache_get_first(links.get()); object; object = nl_cache_get_next(object)) {
    HostDevice device = device_of(reinterpret_cast<rtnl_link*>(object));
    devices.emplace(device.ifindex, std::move(device));
  }
  for (nl_object* object = nl_cache_get_first(addresses.get()); object; object = nl_cache_get_next(object)) {
    auto* address = reinterpret_cast<rtnl_addr*>(object);
    const auto it = devices.find(static_cast<unsigned>(rtnl_addr_get_ifindex(address)));
    if (it == devices.end()) continue;
    if (const auto usable = usable_address(address)) it->second.addresses.push_back(*usable);
  }
  devices_.clear();
  for (auto& [index, device] : devices) devices_.push_back(std::move(device));
  return engine::Done{};
}

DeviceCounters Interfaces::counters(const Device& device) const {
  DeviceCounters out;
  rtnl_link* raw = nullptr;
  if (rtnl_link_get_kernel(netlink_->dumps.get(), static_cast<int>(device.ifindex), nullptr, &raw) < 0) return out;
  const rtnetlink::Link link(raw);
  if (nl_addr* address = rtnl_link_get_addr(link.get())) {
    std::array<char, 64> text{};
    out.address = nl_addr2str(address, text.data(), text.size());
  }
  const auto count = [&](rtnl_link_stat_id_t id) { return rtnl_link_get_stat(link.get(), id); };
  out.in_packets = count(RTNL_LINK_RX_PACKETS);
  out.in_octets = count(RTNL_LINK_RX_BYTES);
  out.in_errors = count(RTNL_LINK_RX_ERRORS);
  out.in_crc = count(RTNL_LINK_RX_CRC_ERR);
  out.in_frame = count(RTNL_LINK_RX_FRAME_ERR);
  out.in_overrun = count(RTNL_LINK_RX_FIFO_ERR);
  out.in_dropped = count(RTNL_LINK_RX_DROPPED);
  out.out_packets = count(RTNL_LINK_TX_PACKETS);
  out.out_octets = count(RTNL_LINK_TX_BYTES);
  out.out_errors = count(RTNL_LINK_TX_ERRORS);
  out.collisions = count(RTNL_LINK_COLLISIONS);
  return out;
}

void Interfaces::recall(DeviceMap known) {
  known_ = std::move(known);
  std::erase_if(known_, [&](const auto& item) {
    return item.second.ifindex == 0 && std::ranges::find(devices_, item.second.name, &HostDevice::name) == devices_.end();
  });
}

void Interfaces::bind(std::vector<InterfaceBinding> bindings) {
  bindings_ = std::move(bindings);
  remap();
}

void Interfaces::remap() {
  InterfaceMap map = map_interfaces(pin(bindings_, known_, devices_), devices_);
  DeviceMap known = map.devices;
  for (const InterfaceBinding& binding : bindings_)
    if (const auto gone = known_.find(binding.name); gone != known_.end() && !known.contains(binding.name)) known.insert(*gone);
  known_ = std::move(known);
  if (same(map, current_)) return;
  current_ = std::move(map);
  on_change_(current_);
}

void Interfaces::on_news() {
  // What the news say does not matter, nor whether some were lost: the dump is the truth.
  netlink_->news->read_news([](const NetlinkReply&) {});
  if (read_devices().ok()) remap();
}

}  // namespace kernel
