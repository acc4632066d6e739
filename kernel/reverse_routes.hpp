// `reverse-route`: while a Child SA is up, the host has routes to what it protects at the other end.
#pragma once

#include <map>
#include <vector>

#include "engine/event.hpp"
#include "kernel/rtnetlink.hpp"

namespace kernel {

/// Not thread-safe. Routes of ours are in the main table under a protocol number of their own; one that somebody else has made
/// to the same network is left alone, and so is ours no more.
class ReverseRoutes {
 public:
  /// In the network namespace of the calling thread. What a process that died left behind is removed: its SAs are gone as well.
  static engine::Result<ReverseRoutes> open();

  /// Does nothing for an SA without `reverse_route`, and for one that protects everything: a default route is nobody's to
  /// inject. `ifindex`: of the interface that the SA leaves by.
  engine::Status add(const engine::ChildSaFacts& facts, unsigned ifindex);
  /// A route stays as long as another SA needs it.
  void remove(engine::ChildSaId child);
  void remove_all();
  /// The host's interfaces have changed: routes that went with one are there again where it is back.
  void mend();

 private:
  struct Key {
    engine::Prefix network;
    engine::IpAddress gateway;  // unspecified: by the device alone
    unsigned ifindex = 0;
    std::uint32_t metric = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  ReverseRoutes() = default;
  static rtnetlink::Route route_of(const Key& key);
  engine::IpAddress way_to(const engine::IpAddress& peer, unsigned ifindex);

  rtnetlink::Socket socket_;
  std::map<Key, unsigned> uses_;
  std::map<engine::ChildSaId, std::vector<Key>> children_;
};

}  // namespace kernel
