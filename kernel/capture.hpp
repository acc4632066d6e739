// Captures what crypto maps protect and leads it to TUN devices: nftables marks, rules and routing tables of our own.
// The host's main routing table is never touched (design, section 6).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "engine/event.hpp"
#include "kernel/capture_watch.hpp"
#include "kernel/device_map.hpp"
#include "kernel/nft_thread.hpp"
#include "kernel/rtnetlink.hpp"

namespace kernel {

/// Not thread-safe. What it made outlives it and the process, so that what was protected stays blocked and never leaves
/// in clear; only release() and release_all() take it away. What an earlier process left stays in force until it is
/// replaced, device by device, or until release_leftovers().
class Capture {
 public:
  static engine::Result<Capture> open(unsigned instance);
  Capture(Capture&&) noexcept = default;

  /// Replaces what is captured of the packets that leave by `device`, in one step, and leads it to the TUN device
  /// `tun_ifindex`. On failure what was in force stays.
  engine::Status apply(const Device& device, unsigned tun_ifindex, std::span<const engine::PolicyLine> lines);
  /// The same beside the caller, for a policy of thousands of lines: what was in force stays until it is through, and take_done()
  /// tells. The device is the one that it was before, or new. Whatever else is asked of the capture meanwhile waits for it.
  engine::Status apply_later(const Device& device, unsigned tun_ifindex, std::vector<engine::PolicyLine> lines);
  /// To be polled for input while something is under way.
  int done_fd() const { return thread_->fd(); }
  /// What apply_later() came to since the last call: the devices' names.
  std::vector<NftThread::Done> take_done();
  /// Until nothing is under way.
  void wait() {
    if (!thread_->idle()) thread_->wait();
  }
  /// Nothing that leaves by `device` is captured any more.
  void release(const Device& device);
  /// Takes away what this instance has left behind for devices without a policy now.
  void release_leftovers();
  /// Takes away everything of this instance.
  void release_all();

  /// To be polled for input: somebody changed the host's tables.
  const std::array<int, 2>& watched() const { return watch_.fds(); }
  /// Whether somebody else took away something of ours, or set one of our TUN devices down or deleted it: apply() mends it.
  bool disturbed(const std::function<bool(unsigned ifindex)>& our_device) {
    disturbed_ = watch_.disturbed(our_device) || disturbed_;
    return thread_->idle() && std::exchange(disturbed_, false);
  }

  /// What was told so far of the host's devices is our own doing.
  void forget_news() { watch_.forget(); }

  /// Clear packets that came in by `device` though a permit covers them in reverse, all dropped.
  std::uint64_t clear_dropped(const Device& device);

 private:
  Capture(unsigned instance, CaptureWatch watch) : instance_(instance), watch_(std::move(watch)) {}

  engine::Status run(const std::string& commands);
  std::string listing(const std::string& command);
  engine::Status lead(std::uint32_t mark, unsigned tun_ifindex);
  void unlead(std::uint32_t mark);
  void unlead_all_but(std::span<const std::uint32_t> marks);

  unsigned instance_;
  CaptureWatch watch_;
  Nft nft_;
  std::unique_ptr<NftThread> thread_;
  bool disturbed_ = false;  // and not said yet
  rtnetlink::Socket netlink_;
  std::map<std::string, std::uint32_t> active_;  // device name, mark
};

}  // namespace kernel
