// The network devices of tunnel interfaces on the host: whose they are, addresses, MTU, up and down. Through rtnetlink, so
// that it does not matter who carries their packets.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/result.hpp"
#include "kernel/rtnetlink.hpp"
#include "kernel/tunnel_spec.hpp"

namespace kernel {

/// Devices of ours bear our name in their alias, so that a later process knows them. Not thread-safe.
class TunnelLinks {
 public:
  /// `instance`: as in TunPlane::Options.
  static engine::Result<TunnelLinks> open(unsigned instance);

  /// Fails where a device of that name is there and not ours.
  engine::Status may_have(const std::string& device);
  /// Marks the device as ours and brings it to what is wanted: these addresses and no others, up or down,
  /// the MTU, and of our own routes these.
  engine::Status configure(const TunnelSpec& spec, std::uint32_t mtu);
  engine::Status set_mtu(const std::string& device, std::uint32_t mtu);
  /// Calls `each` with every device of ours that is there.
  void for_ours(const std::function<void(const std::string& device)>& each);
  void remove(const std::string& device);

 private:
  explicit TunnelLinks(std::string alias) : alias_(std::move(alias)) {}
  engine::Status set_addresses(unsigned ifindex, const TunnelSpec& spec);
  engine::Status set_routes(unsigned ifindex, const TunnelSpec& spec);

  std::string alias_;
  rtnetlink::Socket socket_;
};

}  // namespace kernel
