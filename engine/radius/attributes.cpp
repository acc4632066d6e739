#include "engine/radius/attributes.hpp"

#include <algorithm>
#include <charconv>

namespace engine::radius {
namespace {

constexpr std::size_t most_networks = 64;
constexpr std::uint8_t cisco_pair = 1, primary_dns = 28, secondary_dns = 29;

std::string_view text_in(ByteView value) { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

std::string_view first_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

/// "10.1.0.0/16 ..."
void add_network(std::string_view text, std::vector<Prefix>& to) {
  const std::string_view word = first_word(text);
  const std::size_t slash = word.find('/');
  const auto address = IpAddress::parse(word.substr(0, slash));
  if (!address || to.size() == most_networks) return;
  std::uint8_t length = address->is_v4() ? 32 : 128;
  const std::uint8_t longest = length;
  if (slash != std::string_view::npos) {
    const char* end = word.data() + word.size();
    const auto [at, error] = std::from_chars(word.data() + slash + 1, end, length);
    if (error != std::errc() || at != end || length > longest) return;
  }
  to.push_back(Prefix::of(*address, length));
}

void add_servers(std::string_view text, std::vector<IpAddress>& to) {
  for (std::string_view word = first_word(text); !word.empty(); word = first_word(text))
    if (const auto address = IpAddress::parse(word); address && to.size() < most_networks) to.push_back(*address);
}

/// "ipsec:dns-servers=10.1.1.1 10.1.1.2"
void take_pair(std::string_view pair, RadiusGrant& grant) {
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = pair.substr(0, equals);
  std::string_view value = pair.substr(equals + 1);
  if (name == "ip:addr-pool" || name == "ipsec:addr-pool") grant.pool = value;
  if (name == "ipsec:ipv6-addr-pool") grant.ipv6_pool = value;
  if (name == "ipsec:dns-servers" || name == "ipsec:ipv6-dns-servers-addr") add_servers(value, grant.dns);
  if (name == "ipsec:default-domain") grant.default_domain = value;
  if (name == "ipsec:banner") grant.banner = value;
  if (name != "ipsec:route-set") return;
  const std::string_view kind = first_word(value);
  if (kind == "prefix") add_network(value, grant.networks);
  if (kind == "local") add_network(value, grant.routes);
}

void take_vendors(ByteView value, RadiusGrant& grant) {
  Reader in(value);
  const auto vendor = in.u32();
  const auto type = in.u8(), length = in.u8();
  if (!length || *length < 2) return;
  const auto inner = in.bytes(*length - 2u);
  if (!inner) return;
  if (*vendor == cisco && *type == cisco_pair) take_pair(text_in(*inner), grant);
  if (*vendor == microsoft && (*type == primary_dns || *type == secondary_dns) && inner->size() == 4 &&
      grant.dns.size() < most_networks)
    grant.dns.push_back(*IpAddress::from_bytes(*inner));
}

/// 255.255.255.255 and 255.255.255.254: the client or the NAS chooses (RFC 2865, 5.8).
void take_framed(ByteView value, std::vector<IpAddress>& framed) {
  const IpAddress address = *IpAddress::from_bytes(value);
  const bool known =
      std::any_of(framed.begin(), framed.end(), [&](const IpAddress& each) { return each.family == address.family; });
  if (!known && !(address.is_v4() && address.v4_host_order() >= 0xFFFFFFFE)) framed.push_back(address);
}

}  // namespace

Result<std::vector<Found>> attributes_of(ByteView octets) {
  std::vector<Found> out;
  for (std::size_t at = header_octets; at < octets.size();) {
    if (octets.size() - at < 2) return bad("an attribute breaks off");
    const std::size_t length = octets[at + 1];
    if (length < 2 || length > octets.size() - at) return bad("an attribute of length " + std::to_string(length));
    if (out.size() == max_attributes) return bad("more than " + std::to_string(max_attributes) + " attributes");
    out.push_back({octets[at], octets.subspan(at + 2, length - 2), at + 2});
    at += length;
  }
  return out;
}

void take_grant(std::uint8_t type, ByteView value, RadiusGrant& grant) {
  switch (type) {
    case class_:
      if (grant.classes.size() < most_networks) grant.classes.push_back(to_bytes(value));
      break;
    case session_timeout:
      if (value.size() == 4) grant.session_timeout = std::chrono::seconds(number_of(value));
      break;
    case framed_ip_address:
      if (value.size() == 4) take_framed(value, grant.framed);
      break;
    case framed_ipv6_address:
      if (value.size() == 16) take_framed(value, grant.framed);
      break;
    case framed_ip_netmask:
      if (value.size() == 4) grant.netmask = *IpAddress::from_bytes(value);
      break;
    case framed_route:
    case framed_ipv6_route:
      add_network(text_in(value), grant.routes);
      break;
    case framed_pool:
      grant.pool = text_in(value);
      break;
    case framed_ipv6_pool:
      grant.ipv6_pool = text_in(value);
      break;
    case vendor_specific:
      take_vendors(value, grant);
      break;
    default:
      break;
  }
}

}  // namespace engine::radius
