// The network devices of tunnel interfaces on the host: whose they are, addresses, MTU, up and down. Through rtnetlink, so
// that it does not matter who carries their packets.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/result.hpp"
#include "kernel/rtnetlink.hpp"
#include "kernel/tunnel_spec.hpp"
#include "kernel/xfrm_policies.hpp"

namespace kernel {

/// The MTU of a tunnel's device: the one that is wanted, else the longest packet that its SAs can carry (`fits`; 0: not known).
std::uint32_t tunnel_mtu(const TunnelSpec& spec, std::uint32_t fits);

/// A tunnel interface of the kernel's own, in the scope of whose policies its packets are. `local` and `peer` are a VTI's;
/// their family decides which VTI it is.
struct KernelTunnel {
  PolicyScope scope;
  engine::IpAddress local{}, peer{};
  friend bool operator==(const KernelTunnel&, const KernelTunnel&) = default;
};

/// Devices of ours bear our name in their alias, so that a later process knows them. Not thread-safe.
class TunnelLinks {
 public:
  /// `instance`: as in TunPlane::Options. Devices of one kind are not known to those of another.
  static engine::Result<TunnelLinks> open(unsigned instance, std::string_view kind = "tunnel");

  /// Fails where a device of that name is there and not ours.
  engine::Status may_have(const std::string& device);
  /// Marks the device as ours and brings it to what is wanted: these addresses and no others, up or down,
  /// the MTU, and of our own routes these.
  engine::Status configure(const TunnelSpec& spec, std::uint32_t mtu);
  /// Makes the kernel's tunnel of that name, or makes one out of what is there, as may_have() allows; configure() then has it.
  engine::Status make(const std::string& device, const KernelTunnel& tunnel);
  /// Whether the kernel makes such devices.
  bool knows(const KernelTunnel& tunnel);
  /// Of a kernel's tunnel, which always has carrier: without line protocol it is dormant (RFC 2863), not running.
  engine::Status set_line_protocol(const std::string& device, bool up);
  /// Whether a device of that name is there, and up unless it is to be down.
  bool is_as_wanted(const TunnelSpec& spec);
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
