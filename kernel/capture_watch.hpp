// Notices when somebody else takes away what the capture put on the host: `nft flush ruleset`, `ip rule del`, `ip route flush`, a
// TUN device set down or deleted.
#pragma once

#include <linux/netlink.h>

#include <array>
#include <functional>
#include <string>

#include "engine/bytes.hpp"
#include "engine/result.hpp"

namespace kernel {

class CaptureWatch {
 public:
  /// Of one instance, in the network namespace of the caller. Needs CAP_NET_ADMIN.
  static engine::Result<CaptureWatch> open(unsigned instance);
  CaptureWatch(CaptureWatch&& other) noexcept;
  CaptureWatch& operator=(CaptureWatch&&) = delete;
  ~CaptureWatch();

  /// To be polled for input.
  const std::array<int, 2>& fds() const { return fds_; }
  /// Takes what has been told since the last call. True: something of the instance was removed, or too much was told to
  /// know. `our_device` says whether an interface index is one of our TUN devices.
  bool disturbed(const std::function<bool(unsigned ifindex)>& our_device);
  /// What has been told so far was our own doing.
  void forget();
  /// Between the two nothing is told of nftables. The kernel writes a message for each element of a set only if somebody
  /// listens, which is half of what a transaction of thousands of lines costs.
  void stop_listening() { listen_to_nftables(NETLINK_DROP_MEMBERSHIP); }
  void listen_again() { listen_to_nftables(NETLINK_ADD_MEMBERSHIP); }

 private:
  CaptureWatch() { fds_.fill(-1); }
  void listen_to_nftables(int option);

  unsigned instance_ = 0;
  std::string table_;
  std::array<int, 2> fds_;  // of nftables, of rules and links
};

/// What a batch of netlink messages says of the instance, for tests: pure.
struct CaptureNews {
  bool table_hit = false;        // our nftables table, or a part of it, was deleted
  bool rule_hit = false;         // a rule that leads to our tables, or a route in one, was deleted
  std::vector<unsigned> down{};  // devices that are not up, or gone
};
/// `table` is the bare name. Octets that are no netlink messages are ignored.
CaptureNews read_nftables_news(engine::ByteView octets, std::string_view table);
CaptureNews read_route_news(engine::ByteView octets, unsigned instance);

}  // namespace kernel
