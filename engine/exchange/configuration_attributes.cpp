#include "engine/exchange/configuration_attributes.hpp"

#include <algorithm>
#include <bit>

namespace engine::exchange::configuration {

const wire::CpPayload* find_cp(const wire::Payloads& payloads, wire::CfgType type) {
  for (const wire::Payload& payload : payloads)
    if (const auto* cp = std::get_if<wire::CpPayload>(&payload); cp && cp->type == type) return cp;
  return nullptr;
}

const wire::CfgAttribute* find(const wire::CpPayload* cp, std::uint16_t type) {
  if (!cp) return nullptr;
  const auto it = std::find_if(cp->attributes.begin(), cp->attributes.end(), [&](const auto& each) { return each.type == type; });
  return it == cp->attributes.end() ? nullptr : &*it;
}

std::optional<Prefix> address_in(const wire::CfgAttribute& attribute) {
  const ByteView value = attribute.value;
  const bool v6 = attribute.type == ip6_address || attribute.type == ip6_subnet;
  if (value.size() != (v6 ? 17u : 4u)) return std::nullopt;
  const auto address = IpAddress::from_bytes(value.first(v6 ? 16 : 4));
  if (!address || address->is_unspecified() || (v6 && value[16] > 128)) return std::nullopt;
  return Prefix{*address, v6 ? value[16] : std::uint8_t{32}};
}

std::optional<Prefix> network_in(const wire::CfgAttribute& attribute) {
  const ByteView value = attribute.value;
  if (attribute.type == ip6_subnet) {
    if (value.size() != 17 || value[16] > 128) return std::nullopt;
    return Prefix::of(*IpAddress::from_bytes(value.first(16)), value[16]);
  }
  if (attribute.type != ip4_subnet || value.size() != 8) return std::nullopt;
  const std::uint32_t mask = IpAddress::from_bytes(value.subspan(4))->v4_host_order();
  const int length = std::countl_one(mask);
  if (length < 32 && (mask << length) != 0) return std::nullopt;
  return Prefix::of(*IpAddress::from_bytes(value.first(4)), static_cast<std::uint8_t>(length));
}

void Told::address(std::uint16_t type, const Prefix& given) {
  Writer out;
  out.bytes(given.address.bytes());
  if (!given.address.is_v4()) out.u8(given.length);
  add(type, out.view());
}

void Told::network(const Prefix& given) {
  Writer out;
  out.bytes(given.address.bytes());
  if (given.address.is_v4())
    out.u32(given.length == 0 ? 0 : ~std::uint32_t{0} << (32 - given.length));
  else
    out.u8(given.length);
  add(given.address.is_v4() ? ip4_subnet : ip6_subnet, out.view());
}

}  // namespace engine::exchange::configuration
