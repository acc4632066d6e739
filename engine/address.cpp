#include "engine/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace engine {

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress out;
  for (int i = 0; i < 4; ++i) out.octets[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return out;
}

std::optional<IpAddress> IpAddress::from_bytes(ByteView octets) {
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  IpAddress out;
  out.family = octets.size() == 4 ? Family::v4 : Family::v6;
  std::copy(octets.begin(), octets.end(), out.octets.begin());
  return out;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string zero_ended(text);
  IpAddress out;
  if (inet_pton(AF_INET, zero_ended.c_str(), out.octets.data()) == 1) return out;
  if (inet_pton(AF_INET6, zero_ended.c_str(), out.octets.data()) == 1) {
    out.family = Family::v6;
    return out;
  }
  return std::nullopt;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(octets.begin(), octets.end(), [](std::uint8_t b) { return b == 0; });
}

std::uint32_t IpAddress::v4_host_order() const {
  return std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 | std::uint32_t{octets[2]} << 8 | octets[3];
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, octets.data(), text, sizeof text);
  return text;
}

Prefix Prefix::any(Family f) {
  IpAddress zero;
  zero.family = f;
  return {zero, 0};
}

namespace {

/// Which bits of the octet at `place` a network of `length` bits has; the octet is not all within the network.
std::uint8_t network_bits(unsigned length, unsigned place) {
  return length <= place * 8 ? 0 : static_cast<std::uint8_t>(0xFF << (8 - (length - place * 8)));
}

}  // namespace

Prefix Prefix::of(const IpAddress& a, std::uint8_t length) {
  Prefix out{a, static_cast<std::uint8_t>(std::min<unsigned>(length, a.bits()))};
  for (unsigned i = out.length / 8; i < a.size(); ++i) out.address.octets[i] &= network_bits(out.length, i);
  return out;
}

bool Prefix::contains(const IpAddress& a) const { return a.family == address.family && Prefix::of(a, length).address == address; }

IpAddress Prefix::last() const {
  IpAddress out = address;
  for (unsigned i = length / 8; i < address.size(); ++i) out.octets[i] |= static_cast<std::uint8_t>(~network_bits(length, i));
  return out;
}

std::string Prefix::to_string() const { return address.to_string() + "/" + std::to_string(length); }

std::string SocketAddress::to_string() const {
  return (ip.is_v4() ? ip.to_string() : "[" + ip.to_string() + "]") + ":" + std::to_string(port);
}

}  // namespace engine
