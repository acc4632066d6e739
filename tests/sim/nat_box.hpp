// A NAT with port translation: endpoint-independent mapping and filtering, mappings that expire when idle.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "engine/address.hpp"
#include "engine/ids.hpp"

namespace sim {

class NatBox {
 public:
  NatBox(std::vector<engine::IpAddress> inside, engine::IpAddress outside, engine::Duration expiry)
      : inside_(std::move(inside)), outside_(outside), expiry_(expiry) {}

  bool is_inside(const engine::IpAddress& address) const {
    for (const engine::IpAddress& own : inside_)
      if (own == address) return true;
    return false;
  }
  const engine::IpAddress& outside() const { return outside_; }

  /// What the world sees as source; makes or refreshes the mapping.
  engine::SocketAddress outgoing(const engine::SocketAddress& from, engine::Time now) {
    for (const auto& [port, inside] : forwards_)
      if (inside == from) return {outside_, port};
    Mapping* mapping = find(from, now);
    if (!mapping) mapping = &(mappings_[from] = {next_port_++, now});
    mapping->used = now;
    return {outside_, mapping->port};
  }
  /// Who inside gets what arrives at the outside address; nullopt: no mapping, dropped.
  std::optional<engine::SocketAddress> incoming(const engine::SocketAddress& to, engine::Time now) {
    if (const auto fixed = forwards_.find(to.port); fixed != forwards_.end()) return fixed->second;
    for (auto& [inside, mapping] : mappings_) {
      if (mapping.port != to.port || now - mapping.used >= expiry_) continue;
      mapping.used = now;
      return inside;
    }
    return std::nullopt;
  }
  /// A fixed mapping, in both directions, that nothing expires.
  void forward(std::uint16_t outside_port, const engine::SocketAddress& inside) { forwards_[outside_port] = inside; }
  /// As after a reboot of the box.
  void forget() { mappings_.clear(); }

 private:
  struct Mapping {
    std::uint16_t port = 0;
    engine::Time used;
  };
  Mapping* find(const engine::SocketAddress& inside, engine::Time now) {
    const auto it = mappings_.find(inside);
    return it != mappings_.end() && now - it->second.used < expiry_ ? &it->second : nullptr;
  }

  std::vector<engine::IpAddress> inside_;
  engine::IpAddress outside_;
  engine::Duration expiry_;
  std::map<engine::SocketAddress, Mapping> mappings_;
  std::map<std::uint16_t, engine::SocketAddress> forwards_;
  std::uint16_t next_port_ = 20000;
};

}  // namespace sim
