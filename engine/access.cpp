#include "engine/access.hpp"

#include <algorithm>
#include <tuple>

#include "engine/x500.hpp"

namespace engine {
namespace {

bool same(const std::shared_ptr<const AddressPool>& a, const std::shared_ptr<const AddressPool>& b) {
  return a == b || (a && b && *a == *b);
}

void append(std::vector<Prefix>& to, const std::vector<Prefix>& more) {
  for (const Prefix& each : more)
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
}

/// Of each family `top`'s, if it has any.
void override_servers(std::vector<IpAddress>& base, const std::vector<IpAddress>& top) {
  std::erase_if(base, [&](const IpAddress& old) {
    return std::any_of(top.begin(), top.end(), [&](const IpAddress& fresh) { return fresh.family == old.family; });
  });
  base.insert(base.end(), top.begin(), top.end());
}

/// `base`, and what `top` says before it; networks of both.
AuthorizationPolicy over(AuthorizationPolicy base, const AuthorizationPolicy& top) {
  const auto take = [](auto& here, const auto& fresh, bool said) {
    if (said) here = fresh;
  };
  take(base.pool, top.pool, top.pool != nullptr);
  take(base.ipv6_pool, top.ipv6_pool, top.ipv6_pool != nullptr);
  take(base.netmask, top.netmask, top.netmask.has_value());
  override_servers(base.dns, top.dns);
  override_servers(base.wins, top.wins);
  take(base.banner, top.banner, !top.banner.empty());
  take(base.default_domain, top.default_domain, !top.default_domain.empty());
  take(base.split_dns, top.split_dns, !top.split_dns.empty());
  take(base.backup_gateways, top.backup_gateways, !top.backup_gateways.empty());
  take(base.session_lifetime, top.session_lifetime, top.session_lifetime.has_value());
  append(base.networks, top.networks);
  append(base.peer_networks, top.peer_networks);
  base.tell_interface = base.tell_interface || top.tell_interface;
  base.accept_routes = base.accept_routes && top.accept_routes;
  return base;
}

/// What a RADIUS server grants, as a policy; pools of ours alone.
AuthorizationPolicy policy_of(const RadiusGrant& grant, const std::vector<std::shared_ptr<const AddressPool>>& pools) {
  const auto pool = [&](const std::string& name) {
    const auto known = std::find_if(pools.begin(), pools.end(), [&](const auto& each) { return each->name == name; });
    return known == pools.end() ? nullptr : *known;
  };
  AuthorizationPolicy out{.name = {}, .pool = pool(grant.pool), .ipv6_pool = pool(grant.ipv6_pool)};
  out.netmask = grant.netmask;
  out.dns = grant.dns;
  out.banner = grant.banner;
  out.default_domain = grant.default_domain;
  out.networks = grant.networks;
  out.peer_networks = grant.routes;
  out.session_lifetime = grant.session_timeout;
  return out;
}

std::string part_of(const NameMangler::Rule& rule, const std::string& text) {
  using Part = NameMangler::Part;
  const std::size_t at = text.find(rule.delimiter);
  switch (rule.part) {
    case Part::none:
      return {};
    case Part::whole:
      return text;
    case Part::first:
      return text.substr(0, at);
    case Part::rest:
      return at == std::string::npos ? std::string() : text.substr(at + 1);
    case Part::dn:
      return x500_part(text, rule.attribute);
  }
  return {};
}

/// Null: the choice names none that exists.
const AuthorizationPolicy* chosen(const RemoteAccess& access, const PolicyChoice& choice, const Identity& identity,
                                  const std::string& user) {
  const std::string name = choice.mangler ? mangled(*choice.mangler, identity, user) : choice.name;
  const auto known = name.empty() ? access.policies.end() : access.policies.find(name);
  return known == access.policies.end() ? nullptr : known->second.get();
}

}  // namespace

std::string mangled(const NameMangler& mangler, const Identity& identity, const std::string& user) {
  if (!user.empty() && mangler.eap.part != NameMangler::Part::none) return part_of(mangler.eap, user);
  const std::string text = identity.to_string();
  switch (identity.type) {
    case IdType::fqdn:
      return part_of(mangler.fqdn, text);
    case IdType::rfc822_address:
      return part_of(mangler.email, text);
    case IdType::der_asn1_dn:
      return part_of(mangler.dn, text);
    default:
      return {};
  }
}

bool operator==(const RemoteAccess& a, const RemoteAccess& b) {
  const auto rest = [](const RemoteAccess& r) {
    return std::tie(r.virtual_template, r.user_cached, r.group, r.user, r.group_first, r.ask, r.send, r.accept);
  };
  const auto same_part = [](const auto& x, const auto& y) { return x == y || (x && y && *x == *y); };
  return rest(a) == rest(b) && same_part(a.policy, b.policy) && same_part(a.accounting, b.accounting) &&
         std::equal(a.policies.begin(), a.policies.end(), b.policies.begin(), b.policies.end(),
                    [&](const auto& x, const auto& y) { return x.first == y.first && same_part(x.second, y.second); });
}

AuthorizationPolicy policy_for(const RemoteAccess& access, const Identity& identity, const std::string& user,
                               const RadiusGrant* grant, const std::vector<std::shared_ptr<const AddressPool>>& pools) {
  const AuthorizationPolicy* named = chosen(access, access.group, identity, user);
  const AuthorizationPolicy& group = named ? *named : *access.policy;
  AuthorizationPolicy own{.name = {}, .pool = nullptr, .ipv6_pool = nullptr};
  if (const AuthorizationPolicy* its = chosen(access, access.user, identity, user)) own = *its;
  if (grant && access.user_cached) own = over(std::move(own), policy_of(*grant, pools));
  AuthorizationPolicy out = access.group_first ? over(std::move(own), group) : over(group, own);
  out.name = group.name;
  return out;
}

bool AddressPool::holds(const IpAddress& address) const {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) {
    return address.family == range.first.family && range.first <= address && address <= range.last;
  });
}

bool operator==(const AuthorizationPolicy& a, const AuthorizationPolicy& b) {
  const auto rest = [](const AuthorizationPolicy& p) {
    return std::tie(p.name, p.netmask, p.dns, p.wins, p.banner, p.default_domain, p.split_dns, p.backup_gateways, p.networks,
                    p.tell_interface, p.peer_networks, p.accept_routes, p.session_lifetime);
  };
  return same(a.pool, b.pool) && same(a.ipv6_pool, b.ipv6_pool) && rest(a) == rest(b);
}

}  // namespace engine
