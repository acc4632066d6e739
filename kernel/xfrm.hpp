// The data plane that the Linux kernel itself provides: XFRM policies as traps, XFRM states as SAs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel/data_plane.hpp"
#include "kernel/device_map.hpp"
#include "kernel/loop.hpp"
#include "kernel/netlink.hpp"
#include "kernel/netlink_batch.hpp"
#include "kernel/unknown_spi_watch.hpp"
#include "kernel/xfrm_messages.hpp"
#include "kernel/xfrm_policies.hpp"
#include "kernel/xfrm_tunnels.hpp"

namespace kernel {

/// What the kernel of this network namespace can do.
struct XfrmSupport {
  bool usable = false;
  std::string why;            // in words, when it is not
  bool sa_direction = false;  // knows XFRMA_SA_DIR (Linux 6.10)
};

/// Adds and deletes an ESP state, of the calling thread's network namespace. Without CAP_NET_ADMIN: not usable.
XfrmSupport probe_xfrm();

/// One per network namespace: everything there with reqids or priorities of xfrm_tag belongs to the plane.
class XfrmPlane final : public DataPlane {
 public:
  /// Opens the sockets in the network namespace of the calling thread and removes what a run before left behind. `loop`
  /// must outlive it. Fails where probe_xfrm() says that XFRM is not usable.
  static engine::Result<std::unique_ptr<XfrmPlane>> open(Loop& loop, DeviceMap devices, PlaneEvents events);
  /// Leaves policies and states as they are, so that nothing permitted leaks while the daemon is away. The ordered end is
  /// close() before it.
  ~XfrmPlane() override;

  std::string_view name() const override { return "xfrm"; }
  std::vector<std::string> set_tunnels(const std::vector<TunnelSpec>& tunnels) override;
  /// An interface without a device keeps its lines for the day it has one; meanwhile that is a failure.
  engine::Status set_policy(const engine::SetPolicy& policy) override;
  engine::Status add_inbound(const engine::AddInbound& sa) override;
  engine::Status add_outbound(const engine::AddOutbound& sa) override;
  void remove_child(engine::ChildSaId child) override;
  void commit() override { batch_.send(); }
  void flush() override;
  engine::Status move_child(const engine::MoveChild& move) override;
  ChildCounters counters(engine::ChildSaId child) override;
  std::uint64_t unknown_spi() const override { return unknown_spis_.count(); }

  /// The interfaces stand on other devices now: the policies follow.
  void set_devices(DeviceMap devices);
  /// Removes every policy and state of ours.
  void close();
  /// The configuration of the start is given: what a killed daemon left beyond it goes.
  void settle();

 private:
  struct Child {
    engine::PolicyLineId line;
    std::string interface;
    std::optional<StateId> inbound, outbound;
    std::uint64_t packets_reported = 0;  // inbound, when InboundSeen was last raised
    std::uint64_t sent_reported = 0;     // outbound, when OutboundSeen was
  };
  struct Interface {
    engine::SetPolicy policy;
    std::vector<std::uint32_t> ranks;                              // of policy.lines, one by one
    std::unordered_map<engine::PolicyLineId, std::size_t> places;  // in policy.lines
  };
  /// How a Child SA that sends carries its line.
  struct Served {
    engine::ChildSaId child;
    engine::IpsecMode mode;
    engine::IpAddress local, peer;
  };

  XfrmPlane(Loop& loop, DeviceMap devices, PlaneEvents events, NetlinkSocket requests, NetlinkSocket news, TunnelLinks links,
            bool sa_direction);
  std::optional<Placement> placement_of(const std::string& interface) const;
  void take_over_policies();
  void remove_states();
  engine::Status apply_policies();
  engine::PolicyLine as_served(engine::PolicyLine line) const;
  template <class Change>
  void serve(engine::PolicyLineId line, Change change);
  void rewrite(const engine::PolicyLine& before, const engine::PolicyLine& after, std::uint32_t rank, const Placement& placement);
  engine::Status add_state(const engine::ChildSaFacts& facts, const engine::SaParameters& sa, StateOptions options);
  void refused(engine::ChildSaId child, const StateId& state, StateDirection direction, const std::string& why);
  NetlinkSocket& now();
  engine::Status move_state(StateId& state, const StateMove& move);
  void remove_state(const StateId& state);
  engine::Bytes read_state(const StateId& state);
  std::optional<StateReport> report(const std::optional<StateId>& state);
  void on_news();
  void on_acquire(const AcquireNews& news);
  void on_expire(const ExpireNews& news);
  bool concerns_us(const RemovalNews& news) const;
  void resynchronise();
  engine::Status compare_states();
  engine::Status compare_policies();
  void poll_counters();
  void check_policies();
  std::optional<engine::ChildSaId> child_of(const StateId& state) const;

  Loop& loop_;
  DeviceMap devices_;
  PlaneEvents events_;
  NetlinkSocket requests_;
  NetlinkBatch batch_{requests_};                // what is wanted and need not be answered yet; now() is behind it
  std::vector<engine::InstallFailed> failures_;  // not told yet
  NetlinkSocket news_;
  XfrmTunnels tunnels_;
  UnknownSpiWatch unknown_spis_;
  const bool sa_direction_;
  std::map<std::string, Interface, std::less<>> interfaces_;
  KernelPolicies installed_;
  std::map<engine::ChildSaId, Child> children_;
  std::unordered_map<engine::PolicyLineId, std::vector<Served>> served_;  // the last one decides
  std::unordered_map<engine::PolicyLineId, std::uint32_t> acquires_;      // sequence of the last acquire of a line without SA
  unsigned clock_ = 0;
  engine::Time next_poll_{};
  engine::ChildSaId last_polled_{};
  PolicyKey last_checked_{};
};

}  // namespace kernel
