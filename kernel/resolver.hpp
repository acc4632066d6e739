// Names of peers, resolved by the host (getaddrinfo: /etc/hosts, DNS, whatever nsswitch.conf says) on threads beside the loop. A
// look-up takes as long as it takes: nobody waits for one but who asked, up to `most_at_once` that hang.
#pragma once

#include <functional>
#include <memory>

#include "engine/event.hpp"
#include "kernel/loop.hpp"

namespace kernel {

/// Blocks, for a minute perhaps.
engine::Resolved look_up(const engine::PeerName& name);

class Resolver {
 public:
  static constexpr unsigned most_at_once = 32;
  using LookUp = std::function<engine::Resolved(const engine::PeerName&)>;

  /// `answer` is called on the loop's thread, once for each ask().
  Resolver(Loop& loop, std::function<void(const engine::Resolved&)> answer, LookUp look_up = kernel::look_up);
  /// Waits for no look-up: their answers are dropped.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// The loop's thread only.
  void ask(const engine::PeerName& name);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with threads that outlive the Resolver
};

}  // namespace kernel
