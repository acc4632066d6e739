// What stands in configuration payloads (RFC 7296, 3.15).
#pragma once

#include <optional>
#include <string_view>

#include "engine/address.hpp"
#include "engine/wire/message.hpp"

namespace engine::exchange::configuration {

/// RFC 7296, 3.15.1; RFC 8598, 3; those from 28672 on are Cisco's.
enum Attribute : std::uint16_t {
  ip4_address = 1,
  ip4_netmask = 2,
  ip4_dns = 3,
  ip4_nbns = 4,
  ip6_address = 8,
  ip6_dns = 10,
  ip4_subnet = 13,
  ip6_subnet = 15,
  dns_domain = 25,
  banner = 28672,
  default_domain = 28674,
  split_dns = 28675,
  backup_servers = 28681,
};

const wire::CpPayload* find_cp(const wire::Payloads& payloads, wire::CfgType type);
const wire::CfgAttribute* find(const wire::CpPayload* cp, std::uint16_t type);
/// An IPv4 address, or an IPv6 address with a prefix length behind it; nullopt: none of a usable kind.
std::optional<Prefix> address_in(const wire::CfgAttribute& attribute);
/// INTERNAL_IP4_SUBNET, INTERNAL_IP6_SUBNET; nullopt: it is neither, or is malformed.
std::optional<Prefix> network_in(const wire::CfgAttribute& attribute);

/// What we say, under construction.
class Told {
 public:
  explicit Told(wire::CfgType type) : cp_{type, {}} {}
  void add(std::uint16_t type, ByteView value) { cp_.attributes.push_back({type, to_bytes(value)}); }
  void add(std::uint16_t type, std::string_view text) { add(type, as_bytes(text)); }
  void address(std::uint16_t type, const Prefix& given);
  void network(const Prefix& given);
  bool empty() const { return cp_.attributes.empty(); }
  wire::CpPayload take() { return std::move(cp_); }

 private:
  wire::CpPayload cp_;
};

}  // namespace engine::exchange::configuration
