// The tunnel interfaces of the XFRM plane: each is a device of the kernel's (an XFRM interface, or a VTI where there are none)
// into which routes lead, and whose packets have policies and states of their own.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "kernel/data_plane.hpp"
#include "kernel/tunnel_links.hpp"

namespace kernel {

/// Not thread-safe. The devices outlive a process that dies, as their policies do; only release_all() and set() take them away.
class XfrmTunnels {
 public:
  explicit XfrmTunnels(TunnelLinks links) : links_(std::move(links)) {}

  /// As DataPlane::set_tunnels(). A VTI is made when its ends are known.
  std::vector<std::string> set(const std::vector<TunnelSpec>& tunnels);
  bool has(std::string_view interface) const { return tunnels_.contains(interface); }
  /// Of policies and states. ScopeKind::host: the interface is no tunnel, or one that this kernel cannot make.
  PolicyScope scope_of(std::string_view interface) const;
  /// Between which addresses its packets travel. Does nothing for what is no tunnel.
  engine::Status set_ends(std::string_view interface, const engine::IpAddress& local, const engine::IpAddress& peer);
  /// An SA of the interface sends from now on: the line protocol is up. `payload`: the longest packet that it can carry on
  /// its path without fragments; 0: not known.
  void serve(std::string_view interface, std::size_t payload);
  /// And not any more.
  void leave(std::string_view interface);
  /// Brings devices that somebody took away or set down to what is wanted again.
  void mend();
  /// Takes away what an earlier process left for interfaces that are no more.
  void release_leftovers();
  void release_all();

 private:
  struct Tunnel {
    TunnelSpec spec;
    KernelTunnel kernel;
    bool made = false;
    unsigned serving = 0;  // SAs that send
    std::uint32_t fits = 0;
  };
  engine::Status probe();
  engine::Status make(Tunnel& tunnel);
  engine::Status limit_mss(const std::vector<TunnelSpec>& tunnels);

  TunnelLinks links_;
  std::optional<ScopeKind> kind_;  // what this kernel has; asked when the first tunnel is wanted
  bool mss_limited_ = false;
  std::map<std::string, Tunnel, std::less<>> tunnels_;
};

}  // namespace kernel
