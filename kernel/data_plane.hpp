// What carries protected traffic: Linux XFRM (xfrm.cpp), our own ESP over TUN (esp_tun.cpp), or a test's strict fake.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "kernel/tunnel_spec.hpp"

namespace kernel {

struct ChildCounters {
  std::uint64_t encaps = 0, encaps_bytes = 0, decaps = 0, decaps_bytes = 0;
  std::uint64_t send_errors = 0, receive_errors = 0;  // all causes together
  // Not sent for being larger than the path takes; and the MTU of the path as it was then, with the outer IP header.
  std::uint64_t too_big = 0;
  std::uint32_t path_mtu = 0;
  // Received and refused, by cause: seen before; older than the window; ICV; outside the selectors; lengths that
  // contradict each other; padding not 1, 2, 3, ...; a next header that the SA does not carry.
  std::uint64_t replay_failed = 0, below_window = 0, integrity_failed = 0, invalid_selector = 0, invalid_length = 0;
  std::uint64_t invalid_padding = 0, invalid_protocol = 0;
  std::uint64_t congestion = 0;  // experienced by a packet that cannot say so (RFC 6040, 4.2)
  std::uint64_t refused_by_cause() const {
    return replay_failed + below_window + integrity_failed + invalid_selector + invalid_length + invalid_padding +
           invalid_protocol + congestion;
  }
};

/// Not thread-safe: one thread (the loop's) calls it. A plane may have threads of its own behind it.
class DataPlane {
 public:
  virtual ~DataPlane() = default;

  /// "xfrm" or "tun".
  virtual std::string_view name() const = 0;
  /// The tunnel interfaces, all of them, before set_policy() names one: those that are new are made, others brought to what
  /// is wanted, and the rest taken away. Why some could not be made, each in words that name it.
  virtual std::vector<std::string> set_tunnels(const std::vector<TunnelSpec>& tunnels) {
    std::vector<std::string> out;
    out.reserve(tunnels.size());
    for (const auto& tunnel : tunnels)
      out.push_back("interface " + tunnel.interface + ": data plane " + std::string(name()) +
                    " has no tunnel interfaces, start sallyportd with --dataplane tun");
    return out;
  }
  /// Replaces what the interface protects, atomically (engine::SetPolicy). Interface names are IOS names; the plane
  /// was given the mapping to devices when it was made.
  virtual engine::Status set_policy(const engine::SetPolicy& policy) = 0;
  /// What is refused later than at once comes as engine::InstallFailed.
  virtual engine::Status add_inbound(const engine::AddInbound& sa) = 0;
  virtual engine::Status add_outbound(const engine::AddOutbound& sa) = 0;
  virtual void remove_child(engine::ChildSaId child) = 0;
  virtual engine::Status move_child(const engine::MoveChild& move) = 0;
  /// Before a datagram leaves that may tell the peer of what was asked for: it can be used on it from then on.
  virtual void commit() {}
  /// At the end of a turn: a plane that collects what it is asked for, for its threads, hands it over now at the latest.
  virtual void flush() {}
  virtual ChildCounters counters(engine::ChildSaId child) = 0;
  /// Clear packets that came in by the interface and were dropped since a permit covers them in reverse, where the plane sees
  /// them.
  virtual std::uint64_t clear_dropped(std::string_view) { return 0; }
  /// ESP packets of no SA, where the plane sees them.
  virtual std::uint64_t unknown_spi() const { return 0; }
};

/// What a plane tells upwards, on the loop's thread: Acquire, Expire, InboundSeen, OutboundSeen, PeerMoved, UnknownSpi,
/// InstallFailed.
using PlaneEvents = std::function<void(engine::Event)>;

}  // namespace kernel
