// The data plane in userspace: ESP over TUN devices, for hosts and containers whose kernel has no ESP.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/flat_map.hpp"
#include "kernel/capture.hpp"
#include "kernel/data_plane.hpp"
#include "kernel/device_map.hpp"
#include "kernel/esp_tun_worker.hpp"
#include "kernel/tun_tunnels.hpp"
#include "kernel/udp_esp_sink.hpp"

namespace kernel {

/// Every protected interface has a TUN device of its own: what a packet may match depends on the interface it would have
/// left by, and a TUN device carries no other sign of that.
class TunPlane final : public DataPlane, public UdpEspSink {
 public:
  struct Options {
    DeviceMap devices;
    unsigned instance = 0;                 // below 16; different for planes within one network namespace
    std::string tun_name = "sallyport%d";  // %d: the first number that is free
    unsigned tun_mtu = 1400;               // as long as there is no SA
    TunDevice::Datagrams datagrams = TunDevice::Datagrams::probe;
    std::uint16_t nat_port = 4500;  // of ESP in UDP, as EspSockets::open() has it; 0: none
    /// Told what became of a policy of thousands of lines that set_policy() took and could not put in force: what was in force
    /// stays.
    std::function<void(const std::string& interface, const std::string& why)> refused{};
  };
  /// Needs CAP_NET_ADMIN, CAP_NET_RAW and /dev/net/tun. Changes nothing on the host yet: what an earlier process left
  /// stays in force until set_policy() or settle().
  static engine::Result<std::unique_ptr<TunPlane>> create(Options options, PlaneEvents events);
  /// An orderly end: nothing is captured any more, nothing of ours is left on the host. (A process that dies without
  /// this leaves its rules and black holes: what was protected stays blocked.)
  ~TunPlane() override;

  std::string_view name() const override { return "tun"; }
  std::vector<std::string> set_tunnels(const std::vector<TunnelSpec>& tunnels) override;
  engine::Status set_policy(const engine::SetPolicy& policy) override;
  engine::Status add_inbound(const engine::AddInbound& sa) override;
  engine::Status add_outbound(const engine::AddOutbound& sa) override;
  void remove_child(engine::ChildSaId child) override;
  engine::Status move_child(const engine::MoveChild& move) override;
  void flush() override { worker_->flush(); }
  ChildCounters counters(engine::ChildSaId child) override;

  void receive_udp_esp(const engine::SocketAddress& local, const engine::SocketAddress& remote, engine::ByteView payload,
                       std::uint8_t traffic_class = 0) override;

  /// To be polled for input by the loop, which then calls dispatch().
  int event_fd() const { return events_fd_; }
  /// Mends what somebody else took away of the capture, and hands over the events that wait, on the caller's thread.
  /// `events` may call the plane.
  void dispatch();

  /// The host's devices are these now; policies follow devices that were made anew.
  void set_devices(DeviceMap devices);
  /// To be called once after the start-up configuration was applied: takes away what an earlier process left behind for
  /// interfaces that have no policy any more.
  void settle() {
    capture_.release_leftovers();
    tunnels_.release_leftovers();
  }

  std::uint64_t clear_dropped(std::string_view interface) override;
  /// ESP packets of no SA of ours.
  std::uint64_t unknown_spi() const override { return worker_->unknown_spi(); }

 private:
  struct Child {
    std::shared_ptr<TunChild> shared;  // with the thread: of its facts only what no move changes is read here
    std::uint32_t spi_in = 0;          // 0: not installed
    std::uint16_t room = 0;            // octets of the longest packet that fits; 0: that does not matter
    bool outbound = false;
  };
  struct Protected {
    Device device;
    std::shared_ptr<TunDevice> tun;
    std::vector<engine::PolicyLine> lines;
    unsigned mtu = 0;  // of the device
  };

  TunPlane(Options options, PlaneEvents events, Capture capture, TunnelLinks links, std::shared_ptr<EventMailbox> mailbox,
           std::unique_ptr<TunWorker> worker);
  engine::Status protect(const std::string& interface, const Device& device, const std::vector<engine::PolicyLine>& lines);
  engine::Status protect_later(const std::string& interface, Protected state);
  /// What protect_later() came to.
  void take_captures();
  void finish_captures();
  void take_back(const std::string& interface, std::optional<Protected> before);
  engine::Status watch_events();
  void unprotect(const std::string& interface);
  void post_port(const std::string& interface, const Protected& state);
  engine::Result<std::shared_ptr<TunDevice>> make_tun(const std::string& interface) const;
  void mend();
  void make_room(Child& child, const engine::AddOutbound& add);
  void leave_room(const Child& child);
  unsigned tun_mtu(const std::string& interface) const;

  Options options_;
  PlaneEvents events_;
  Capture capture_;
  std::shared_ptr<EventMailbox> mailbox_;
  int events_fd_ = -1;  // an epoll set: the mailbox, and what the capture watches
  std::map<std::string, Protected, std::less<>> protected_;
  struct Pending {
    std::string interface;
    std::optional<Protected> before;
  };
  /// By interface, what fits into the SAs that send, and how many have such room: the kernel cuts packets for the least.
  std::map<std::string, std::map<std::uint16_t, std::size_t>, std::less<>> rooms_;
  std::deque<Pending> pending_;  // what the capture is told beside the loop, in order
  std::unordered_map<engine::ChildSaId, Child> children_;
  engine::FlatMap<std::uint32_t, engine::ChildSaId> spis_;
  std::unique_ptr<TunWorker> worker_;
  TunTunnels tunnels_;
};

}  // namespace kernel
