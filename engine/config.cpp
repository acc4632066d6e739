#include "engine/config.hpp"

#include <algorithm>

#include "engine/x500.hpp"

namespace engine {
namespace {

char lower(std::uint8_t octet) { return static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet); }

/// As DNS compares names: ASCII letters without case (RFC 4343).
bool same_name(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](std::uint8_t x, std::uint8_t y) { return lower(x) == lower(y); });
}

/// Whether `data` is something, then `separator`, then `domain`.
bool ends_in_domain(ByteView data, char separator, ByteView domain) {
  if (data.size() < domain.size() + 1) return false;
  const std::size_t at = data.size() - domain.size() - 1;
  return data[at] == static_cast<std::uint8_t>(separator) && same_name(data.subspan(at + 1), domain);
}

bool matches_domain(const MatchDomain& rule, const Identity& identity) {
  if (identity.type != rule.type || rule.domain.empty()) return false;
  const ByteView domain = as_bytes(rule.domain);
  if (rule.type == IdType::rfc822_address) return ends_in_domain(identity.data, '@', domain);
  return same_name(identity.data, domain) || ends_in_domain(identity.data, '.', domain);
}

bool matches_identity(const Identity& rule, const Identity& identity) {
  if (rule.type != identity.type) return false;
  return rule.type == IdType::fqdn ? same_name(rule.data, identity.data) : equal(rule.data, identity.data);
}

std::optional<IpAddress> address_of(const Identity& identity) {
  if (identity.type != IdType::ipv4_address && identity.type != IdType::ipv6_address) return std::nullopt;
  const std::size_t size = identity.type == IdType::ipv4_address ? 4 : 16;
  return identity.data.size() == size ? IpAddress::from_bytes(identity.data) : std::nullopt;
}

std::string_view name_of(IdType type) {
  switch (type) {
    case IdType::ipv4_address:
    case IdType::ipv6_address:
      return "address";
    case IdType::fqdn:
      return "fqdn";
    case IdType::rfc822_address:
      return "email";
    case IdType::der_asn1_dn:
      return "dn";
    case IdType::key_id:
      return "key-id";
  }
  return "unknown";
}

}  // namespace

Identity Identity::of(const IpAddress& address) {
  return {address.is_v4() ? IdType::ipv4_address : IdType::ipv6_address, to_bytes(address.bytes())};
}

std::string Identity::to_string() const {
  if (const auto address = address_of(*this)) return address->to_string();
  if (type == IdType::der_asn1_dn) return x500_text(data);
  std::string out;
  out.reserve(data.size());
  for (const std::uint8_t octet : data) {
    if (octet >= 0x20 && octet < 0x7f)
      out.push_back(static_cast<char>(octet));
    else
      out += "\\x" + to_hex(ByteView(&octet, 1));
  }
  return out;
}

bool names_nothing_or(const std::vector<IpAddress>& match_local, const IpAddress& local) {
  return match_local.empty() || std::find(match_local.begin(), match_local.end(), local) != match_local.end();
}

bool accepts(const IkeProfile& profile, const Identity& remote, const IpAddress& local) {
  return names_nothing_or(profile.match_local, local) &&
         std::any_of(profile.match_remote.begin(), profile.match_remote.end(),
                     [&](const IdentityMatch& rule) { return matches(rule, remote); });
}

bool matches(const IdentityMatch& rule, const Identity& identity) {
  struct Visitor {
    const Identity& identity;
    bool operator()(const MatchAny&) const { return true; }
    bool operator()(const Prefix& network) const {
      const auto address = address_of(identity);
      return address && network.contains(*address);
    }
    bool operator()(const Identity& exact) const { return matches_identity(exact, identity); }
    bool operator()(const MatchDomain& domain) const { return matches_domain(domain, identity); }
  };
  return std::visit(Visitor{identity}, rule);
}

std::string to_string(const IdentityMatch& rule) {
  struct Visitor {
    std::string operator()(const MatchAny&) const { return "any"; }
    std::string operator()(const Prefix& network) const {
      return "address " + (network.length == network.address.bits() ? network.address.to_string() : network.to_string());
    }
    std::string operator()(const Identity& exact) const { return std::string(name_of(exact.type)) + " " + exact.to_string(); }
    std::string operator()(const MatchDomain& domain) const {
      return std::string(name_of(domain.type)) + " domain " + domain.domain;
    }
  };
  return std::visit(Visitor{}, rule);
}

}  // namespace engine
