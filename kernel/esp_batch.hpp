// Packets of one SA and one path, sealed together and sent together.
#pragma once

#include <array>
#include <vector>

#include "kernel/esp_tun_sockets.hpp"
#include "kernel/esp_tun_tables.hpp"
#include "kernel/event_mailbox.hpp"

namespace kernel {

/// Not thread-safe. What was added is sent by flush(), at the latest when something else is placed; the SA must live
/// until then.
class EspBatch {
 public:
  EspBatch(EspSockets& sockets, EventMailbox& mailbox);

  /// Room for a payload that add() then seals; sends what does not go together with it.
  std::span<std::uint8_t> place(OutboundSa& sa, const OuterPath& path, std::size_t payload);
  /// The `payload` octets in the place are a packet of `inner` octets, of the SA that place() was called with.
  void add(std::size_t payload, std::uint8_t next_header, std::size_t inner);
  void flush();

 private:
  static constexpr std::size_t most_packets = 64;
  static constexpr std::size_t most_octets = 65535 - 48;  // what one system call takes

  EspSockets& sockets_;
  EventMailbox& mailbox_;
  std::vector<std::uint8_t> buffer_;
  std::size_t used_ = 0, count_ = 0, inner_ = 0;
  OutboundSa* sa_ = nullptr;
  OuterPath path_;
  std::array<CipherWork, most_packets> work_;
};

}  // namespace kernel
