#include "engine/leases.hpp"

#include <algorithm>

namespace engine {
namespace {

constexpr std::size_t most_remembered = 65'536;  // a pool

/// The address behind the network of `length` that begins at `address`; nullopt behind the last of its family.
std::optional<IpAddress> behind(IpAddress address, std::uint8_t length) {
  if (length == 0) return std::nullopt;
  unsigned carry = 1u << (7 - (length - 1) % 8);
  for (int octet = (length - 1) / 8; octet >= 0 && carry; --octet) {
    const unsigned sum = address.octets[static_cast<std::size_t>(octet)] + carry;
    address.octets[static_cast<std::size_t>(octet)] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  return carry ? std::nullopt : std::optional(address);
}

}  // namespace

/// The next one that nobody has had, as long as there is one.
std::optional<IpAddress> Leases::fresh(const AddressPool& pool, Pool& here) const {
  if (here.ranges != pool.ranges) {
    here.ranges = pool.ranges;
    here.range = 0;
    here.next = pool.ranges.empty() ? std::nullopt : std::optional(pool.ranges.front().first);
  }
  while (here.next) {
    const IpAddress candidate = *here.next;
    here.next = behind(candidate, pool.length);
    if (!here.next || *here.next > here.ranges[here.range].last)
      here.next = ++here.range < here.ranges.size() ? std::optional(here.ranges[here.range].first) : std::nullopt;
    if (!here.known.contains(candidate) && !barred(candidate)) return candidate;
  }
  return std::nullopt;
}

void Leases::forget(Pool& here, const IpAddress& address) {
  const auto known = here.known.find(address);
  if (known == here.known.end()) return;
  if (known->second.idle) here.returned.erase({*known->second.idle, address});
  if (const auto last = here.last.find(known->second.holder); last != here.last.end() && last->second == address)
    here.last.erase(last);
  here.known.erase(known);
}

std::optional<IpAddress> Leases::take(const AddressPool& pool, const std::string& holder, const std::optional<IpAddress>& wish,
                                      std::vector<Change>& changes, Time now) {
  Pool& here = pools_[pool.name];
  const auto free = [&](const IpAddress& address) {
    const auto known = here.known.find(address);
    return pool.holds(address) && !barred(address) && (known == here.known.end() || known->second.idle);
  };
  std::optional<IpAddress> chosen;
  if (const auto last = here.last.find(holder); last != here.last.end() && free(last->second)) chosen = last->second;
  if (!chosen && wish && pool.holds(*wish) && !here.known.contains(*wish) && !barred(*wish)) chosen = *wish;
  if (!chosen) chosen = fresh(pool, here);
  for (auto oldest = here.returned.begin(); !chosen && oldest != here.returned.end(); ++oldest)
    if (free(oldest->second) && !(now < spared_until_ && here.known.at(oldest->second).restored)) chosen = oldest->second;
  if (!chosen) return std::nullopt;
  const auto known = here.known.find(*chosen);
  const bool same = known != here.known.end() && known->second.holder == holder;
  forget(here, *chosen);
  here.known[*chosen] = {holder, std::nullopt};
  here.last[holder] = *chosen;
  ++here.in_use;
  if (!same) changes.push_back({{pool.name, *chosen, holder}});
  return chosen;
}

void Leases::give_back(const std::string& pool, const IpAddress& address, std::vector<Change>& changes) {
  Pool& here = pools_[pool];
  const auto known = here.known.find(address);
  if (known == here.known.end() || known->second.idle) return;
  known->second.idle = ++clock_;
  here.returned.emplace(*known->second.idle, address);
  --here.in_use;
  if (here.returned.size() <= most_remembered) return;
  const IpAddress oldest = here.returned.begin()->second;
  changes.push_back({{pool, oldest, here.known.at(oldest).holder}, true});
  forget(here, oldest);
}

bool Leases::claim(const IpAddress& address, std::string holder) {
  for (const auto& [name, pool] : pools_)
    if (const auto known = pool.known.find(address); known != pool.known.end() && !known->second.idle) return false;
  return claimed_.emplace(address, std::move(holder)).second;
}

void Leases::restore(const std::vector<Lease>& kept, Time spared_until) {
  spared_until_ = spared_until;
  for (const Lease& lease : kept) {
    Pool& here = pools_[lease.pool];
    if (!here.known.emplace(lease.address, Known{lease.holder, ++clock_, true}).second) continue;
    here.returned.emplace(clock_, lease.address);
    here.last[lease.holder] = lease.address;
  }
}

PoolUse Leases::use_of(const std::string& pool) const {
  const auto here = pools_.find(pool);
  return here == pools_.end() ? PoolUse{} : PoolUse{here->second.in_use, here->second.returned.size()};
}

std::vector<Lease> Leases::claimed_of(const AddressPool& pool) const {
  std::vector<Lease> out;
  for (const auto& [address, holder] : claimed_)
    if (pool.holds(address)) out.push_back({pool.name, address, holder});
  return out;
}

std::vector<Lease> Leases::in_use(const std::string& pool, std::size_t most) const {
  std::vector<Lease> out;
  const auto here = pools_.find(pool);
  if (here == pools_.end()) return out;
  for (const auto& [address, known] : here->second.known) {
    if (out.size() == most) break;
    if (!known.idle) out.push_back({pool, address, known.holder});
  }
  return out;
}

}  // namespace engine
