// Loopback interfaces on the host: devices that have addresses and nothing else, whoever carries the traffic.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kernel/tun_device.hpp"
#include "kernel/tunnel_links.hpp"

namespace kernel {

/// Each is a TUN device that nobody reads, since there are kernels without dummy devices. They outlive a process that dies, whose
/// successor takes them over. Not thread-safe.
class Loopbacks {
 public:
  /// Changes nothing yet. `instance`: as in TunPlane::Options.
  static engine::Result<Loopbacks> open(unsigned instance);
  Loopbacks(Loopbacks&&) noexcept = default;
  /// An orderly end takes them away.
  ~Loopbacks();

  /// These and no others from now on, of each the interface, device, addresses and whether it is shut down. Why some could not be
  /// made, each in words that name it.
  std::vector<std::string> set(const std::vector<TunnelSpec>& wanted);

 private:
  struct Made {
    TunnelSpec spec;
    TunDevice device;
  };
  explicit Loopbacks(TunnelLinks links) : links_(std::move(links)) {}
  engine::Status make(const TunnelSpec& spec);

  TunnelLinks links_;
  std::map<std::string, Made, std::less<>> made_;  // by device
};

}  // namespace kernel
