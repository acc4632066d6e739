#include <algorithm>

#include "cli/show.hpp"

namespace cli {
namespace {

std::uint64_t low_octets(const engine::IpAddress& address) {
  std::uint64_t out = 0;
  for (std::size_t i = address.size() > 8 ? address.size() - 8 : 0; i < address.size(); ++i) out = out << 8 | address.octets[i];
  return out;
}

/// Addresses of a range that clients can have; of IPv6 networks, those whose number a counter holds.
std::uint64_t size_of(const engine::AddressRange& range, std::uint8_t length) {
  if (range.first.is_v4()) return low_octets(range.last) - low_octets(range.first) + 1;
  if (length <= 64) return 1;
  return ((low_octets(range.last) - low_octets(range.first)) >> (128 - length)) + 1;
}

bool is_in(const engine::AddressRange& range, const engine::IpAddress& address) {
  return address.family == range.first.family && range.first <= address && address <= range.last;
}

/// Of the SA that stands for who has the address; empty: none does.
const engine::IkeSaView* owner_of(const engine::View& view, const engine::IpAddress& address) {
  for (const auto& sa : view.ike_sas)
    if (std::find(sa.assigned.begin(), sa.assigned.end(), address) != sa.assigned.end()) return &sa;
  return nullptr;
}

/// At least a blank behind it, however long.
std::string column(const engine::IpAddress& address) {
  const std::string text = ios_address(address);
  return padded(text, std::max<std::size_t>(16, text.size() + 1));
}

}  // namespace

std::string show_local_pool(const engine::View& view, const parser::ShowLocalPool& options) {
  std::string out = " " + padded("Pool", 25) + padded("Begin", 16) + padded("End", 16) + "Free  In use   Blocked\n";
  bool found = false;
  for (const engine::PoolView& each : view.pools) {
    if (each.pool.ranges.front().first.is_v4() == options.ipv6) continue;
    if (options.name && *options.name != each.pool.name) continue;
    found = true;
    std::string name = each.pool.name;
    for (const engine::AddressRange& range : each.pool.ranges) {
      const auto used = static_cast<std::uint64_t>(std::count_if(
          each.leases.begin(), each.leases.end(), [&](const engine::Lease& lease) { return is_in(range, lease.address); }));
      out += " " + padded(name, 25) + column(range.first) + column(range.last) +
             right(size_of(range, each.pool.length) - used, 4) + right(used, 8) + right(0, 8) + "\n";
      name.clear();
    }
    if (!options.name) continue;
    out += "Inuse addresses:\n";
    if (each.leases.empty()) out += "   None\n";
    for (const engine::Lease& lease : each.leases) {
      const engine::IkeSaView* owner = owner_of(view, lease.address);
      out += "   " + padded(ios_address(lease.address), 18) + padded(owner ? short_interface(owner->access_interface) : "", 20) +
             escaped(lease.holder) + "\n";
    }
  }
  if (options.name && !found) return "% No such pool: " + *options.name + "\n";
  return out;
}

}  // namespace cli
