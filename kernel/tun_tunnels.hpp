// The tunnel interfaces of the tun plane: each is a TUN device into which routes lead. Nothing is captured for it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "kernel/esp_tun_worker.hpp"
#include "kernel/tunnel_links.hpp"

namespace kernel {

/// Not thread-safe. The devices outlive a process that dies, so that what is routed into them goes nowhere rather than
/// another way in clear; only release_all() and set() take them away.
class TunTunnels {
 public:
  TunTunnels(TunnelLinks links, TunWorker& worker) : links_(std::move(links)), worker_(worker) {}

  /// As DataPlane::set_tunnels().
  std::vector<std::string> set(const std::vector<TunnelSpec>& tunnels);
  bool has(std::string_view interface) const { return tunnels_.contains(interface); }
  /// What the interface protects; the interface is here.
  void set_policy(const engine::SetPolicy& policy);
  /// An SA of the interface sends from now on: the line protocol is up. `payload`: the longest packet that it can carry on
  /// its path without fragments; 0: not known.
  void serve(std::string_view interface, std::size_t payload);
  /// And not any more.
  void leave(std::string_view interface);
  /// Whether a device that was set down is one that should be up.
  bool wants_up(unsigned ifindex) const;
  /// Brings every device to what is wanted again.
  void mend();
  /// Takes away what an earlier process left for interfaces that are no more.
  void release_leftovers();
  void release_all();

 private:
  struct Tunnel {
    TunnelSpec spec;
    std::shared_ptr<TunDevice> tun;
    std::vector<engine::PolicyLine> lines;
    unsigned serving = 0;  // SAs that send
    std::uint32_t fits = 0;
  };
  engine::Status make(Tunnel& tunnel);
  void drop(const std::string& interface, const Tunnel& tunnel);
  void post_port(const Tunnel& tunnel);

  TunnelLinks links_;
  TunWorker& worker_;
  std::map<std::string, Tunnel, std::less<>> tunnels_;
};

}  // namespace kernel
