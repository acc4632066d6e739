// Requests to the kernel that go out together: one system call carries many, and only what is refused is answered.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernel/netlink.hpp"

namespace kernel {

/// Not thread-safe. The kernel carries requests out in the order in which they were added.
class NetlinkBatch {
 public:
  /// Must not add to the batch.
  using Refused = std::function<void(const Refusal&)>;

  explicit NetlinkBatch(NetlinkSocket& socket) : socket_(socket) {}

  /// The request is made when send() is called, or now if many wait.
  void add(NetlinkMessage message, Refused refused);
  /// Makes all that wait; those that were refused know when it returns.
  void send();
  bool empty() const { return messages_.empty(); }

 private:
  NetlinkSocket& socket_;
  std::vector<NetlinkMessage> messages_;
  std::vector<Refused> refused_;
  std::size_t octets_ = 0;
};

}  // namespace kernel
