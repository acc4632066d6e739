// Every IKE and ESP packet of the host as it is on the wire, both ways, on all interfaces: what a capture is made of.
#pragma once

#include <functional>
#include <memory>

#include "engine/bytes.hpp"
#include "engine/result.hpp"
#include "kernel/loop.hpp"

namespace kernel {

struct CapturedPacket {
  std::uint64_t microseconds = 0;  // of the host's clock, since 1970
  engine::Bytes octets;            // from the IP header on
};

/// A packet socket (packet(7)) that the kernel filters for: IP protocol 50, and UDP port 500 or 4500.
class PacketCapture {
 public:
  /// Captures until it is destroyed; `take` may destroy it. Fails where the kernel has no packet sockets.
  static engine::Result<std::unique_ptr<PacketCapture>> open(Loop& loop, std::function<void(CapturedPacket)> take);
  ~PacketCapture();
  PacketCapture(const PacketCapture&) = delete;
  PacketCapture& operator=(const PacketCapture&) = delete;

 private:
  PacketCapture(Loop& loop, int fd, std::function<void(CapturedPacket)> take);
  void read_some();

  Loop& loop_;
  int fd_;
  std::shared_ptr<std::function<void(CapturedPacket)>> take_;
};

}  // namespace kernel
