// ESP of SPIs that nobody knows, on a plane where the kernel drops it: the kernel only counts it, so that it is looked for on
// the wire when the count grows.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/event.hpp"
#include "kernel/loop.hpp"
#include "kernel/packet_capture.hpp"

namespace kernel {

/// The ESP packet's SPI and ends (ports 0 unless it came in UDP); nullopt: it is none. `packet` begins with the IP header.
std::optional<engine::UnknownSpi> read_esp(engine::ByteView packet);

class UnknownSpiWatch {
 public:
  /// `is_known`: whether an SA has the SPI. `told` gets what no SA has, one packet for each time that look() found it missing.
  UnknownSpiWatch(Loop& loop, std::function<bool(engine::EspSpi, const engine::IpAddress& destination)> is_known,
                  std::function<void(engine::UnknownSpi)> told)
      : loop_(loop), is_known_(std::move(is_known)), told_(std::move(told)) {}

  /// To be called every second or so. Where the kernel counts nothing (CONFIG_XFRM_STATISTICS), nothing is ever found.
  void look();
  /// ESP packets of no SA, since the first look.
  std::uint64_t count() const { return count_ - first_count_; }

 private:
  void take(const CapturedPacket& packet);

  Loop& loop_;
  std::function<bool(engine::EspSpi, const engine::IpAddress&)> is_known_;
  std::function<void(engine::UnknownSpi)> told_;
  bool has_looked_ = false;
  std::uint64_t first_count_ = 0, count_ = 0;
  unsigned packets_left_ = 0;
  std::unique_ptr<PacketCapture> capture_;  // while it is looked for
};

}  // namespace kernel
