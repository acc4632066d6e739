#include "engine/access.hpp"

#include <algorithm>

namespace engine {
namespace {

bool same(const std::shared_ptr<const AddressPool>& a, const std::shared_ptr<const AddressPool>& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace

bool AddressPool::holds(const IpAddress& address) const {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) {
    return address.family == range.first.family && range.first <= address && address <= range.last;
  });
}

bool operator==(const AuthorizationPolicy& a, const AuthorizationPolicy& b) {
  const auto rest = [](const AuthorizationPolicy& p) {
    return std::tie(p.name, p.netmask, p.dns, p.wins, p.banner, p.default_domain, p.split_dns, p.backup_gateways, p.networks,
                    p.accept_routes);
  };
  return same(a.pool, b.pool) && same(a.ipv6_pool, b.ipv6_pool) && rest(a) == rest(b);
}

}  // namespace engine
