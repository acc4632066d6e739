// Reads many datagrams of ESP or AH in one call, native or out of UDP, where many packets may stand in one datagram (UDP_GRO).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/esp_tun_sockets.hpp"

namespace kernel {

/// Packets of ESP one after the other, or one of AH, reassembled by the kernel.
struct ReceivedEsp {
  engine::IpAddress source, destination;
  std::uint16_t source_port = 0;  // out of UDP
  std::uint8_t traffic_class = 0;
  std::span<std::uint8_t> octets;
  engine::ByteView ipv4_header{};  // of raw sockets
  std::size_t each = 0;            // octets of every packet but perhaps the last
};

class EspReceiver {
 public:
  static constexpr std::size_t most_datagrams = 32;

  EspReceiver();
  /// What waits on a receive_fd(), at most most_datagrams; valid until the next call.
  std::span<ReceivedEsp> receive(int fd, engine::Family family, Carrier carrier);

 private:
  static constexpr std::size_t largest_datagram = 65536;
  bool understand(msghdr& message, std::size_t length, engine::Family family, Carrier carrier, ReceivedEsp& out);

  std::vector<std::uint8_t> octets_;
  std::array<mmsghdr, most_datagrams> messages_{};
  std::array<iovec, most_datagrams> parts_{};
  std::array<sockaddr_storage, most_datagrams> sources_{};
  alignas(cmsghdr) std::array<std::array<char, 192>, most_datagrams> controls_{};
  std::array<ReceivedEsp, most_datagrams> received_{};
};

}  // namespace kernel
