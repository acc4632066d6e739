// Two gateways in network namespaces of their own, joined by a wire that is listened to. For tests inside the lab.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernel/loop.hpp"
#include "kernel/udp.hpp"
#include "kernel/xfrm.hpp"

namespace lab {

/// A network namespace, gone with the object.
class Namespace {
 public:
  Namespace();
  ~Namespace();
  Namespace(const Namespace&) = delete;

  /// Runs `what` with the calling thread inside the namespace.
  void inside(const std::function<void()>& what) const;
  /// Runs a shell command inside; its standard output. Fails the test when its exit status is not 0.
  std::string shell(const std::string& command) const;
  /// Starts a shell command inside; its process id.
  int start(const std::string& command) const;
  /// A path that names it to `ip link ... netns`, while this process lives.
  std::string path() const;

 private:
  int fd_ = -1;
};

/// What was sent onto the wire, by either side, since the last look.
struct Wire {
  unsigned esp = 0, udp_esp = 0, clear_echo = 0, other = 0;
};

struct Site {
  Namespace network;
  std::unique_ptr<kernel::XfrmPlane> plane;
  std::unique_ptr<kernel::Udp> udp;
  std::vector<engine::Event> events;

  /// First event of a kind, or null.
  template <class Kind>
  const Kind* find() const {
    for (const engine::Event& event : events)
      if (const auto* found = std::get_if<Kind>(&event)) return found;
    return nullptr;
  }
};

/// Left: wire 203.0.113.10 and 2001:db8:ff::10, LAN addresses 192.168.1.1 and 2001:db8:1::1. Right: .20, ::20, 10.0.0.1,
/// 10.0.0.7 and 2001:db8:2::1. Each interface "GigabitEthernet0/0" is the wire.
class TwoSites {
 public:
  TwoSites();
  ~TwoSites();

  /// Turns the loop until `done` says so; false when the seconds were over before.
  bool until(const std::function<bool()>& done, int seconds);
  /// Runs a command on a site while the loop turns; its exit status.
  int run(Site& site, const std::string& command);
  Wire look_at_wire();
  /// Sockets on 4500 that leave ESP to the kernel, on both sites.
  void open_udp();
  void open_planes();

  kernel::Loop loop;
  Site left, right;

 private:
  int taps_[2] = {-1, -1};
};

}  // namespace lab
