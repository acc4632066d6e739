// The sockets of the tun plane: ESP and AH as IP protocols of their own, and ESP in UDP beside IKE on the same port.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/address.hpp"
#include "engine/result.hpp"

namespace kernel {

/// What a sealed packet stands in.
enum class Carrier : std::uint8_t { esp, udp, ah };

/// How sealed packets travel.
struct OuterPath {
  engine::SocketAddress local, remote;  // ports count only in UDP
  Carrier carrier = Carrier::esp;
  std::uint8_t traffic_class = 0;
  bool dont_fragment = false;  // false: the kernel may cut the outer packet
  unsigned scope_ifindex = 0;  // for IPv6 link-local addresses
  std::uint32_t mtu = 0;       // of AH over IPv4, which is cut here where it may be; 0: not known
  friend bool operator==(const OuterPath&, const OuterPath&) = default;
};

/// Not thread-safe. Every socket carries daemon_mark.
class EspSockets {
 public:
  /// `nat_port` is bound by kernel::Udp already, with SO_REUSEPORT set; from now on datagrams to it whose first four octets
  /// are not zero (RFC 3948, 2.2) come here, all others stay there. 0: no ESP in UDP. IPv6 sockets may be missing where
  /// the host has IPv6 off.
  static engine::Result<EspSockets> open(std::uint16_t nat_port);
  EspSockets(EspSockets&& other) noexcept;
  EspSockets& operator=(EspSockets&&) = delete;
  ~EspSockets();

  /// To be polled for input and read by an EspReceiver; -1: none.
  int receive_fd(engine::Family family, Carrier carrier) const { return fds_[index(family, carrier, false)]; }

  struct Sent {
    std::size_t packets = 0;  // that left
    bool too_big = false;     // one did not fit the path and must not be cut
  };
  /// Sends packets, each from SPI to ICV or, of AH, from its header to the end, in order. Never blocks.
  Sent send(const OuterPath& path, std::span<const std::span<const std::uint8_t>> packets);

  /// What the kernel knows of the path's MTU, octets with the outer IP header; 0: nothing.
  static std::uint32_t path_mtu(const OuterPath& path);
  /// What this host would send from to `to`; nullopt: there is no way.
  static std::optional<engine::IpAddress> source_towards(const engine::IpAddress& to);
  /// Sends a whole ICMP message between the two, as any of this host: protected if a policy says so. False: it could not be sent.
  bool send_icmp(const engine::IpAddress& from, const engine::IpAddress& to, std::span<const std::uint8_t> message);
  /// Octets of the outer IP header and, in UDP, of its header.
  static std::size_t overhead(const OuterPath& path);

 private:
  static constexpr std::size_t index(engine::Family family, Carrier carrier, bool dont_fragment) {
    return (family == engine::Family::v6 ? 6U : 0U) + static_cast<std::size_t>(carrier) * 2 + (dont_fragment ? 1U : 0U);
  }
  EspSockets() {
    fds_.fill(-1);
    icmp_.fill(-1);
  }
  engine::Status open_one(engine::Family family, Carrier carrier, bool dont_fragment, std::uint16_t nat_port);

  std::array<int, 12> fds_;
  std::array<int, 2> icmp_;   // by family
  bool segmentation_ = true;  // UDP_SEGMENT works here
};

}  // namespace kernel
