// NAT detection (RFC 7296, 2.23).
#pragma once

#include "engine/address.hpp"
#include "engine/wire/message.hpp"

namespace engine {

/// SHA-1(SPIi | SPIr | IP | port).
Bytes nat_hash(IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& address);
/// NAT_DETECTION_SOURCE_IP and NAT_DETECTION_DESTINATION_IP for a message from `local` to `remote`.
void append_nat_detection(wire::Payloads& out, IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& local,
                          const SocketAddress& remote);

struct NatVerdict {
  bool local = false;   // we are behind a NAT: the peer saw another destination
  bool remote = false;  // the peer is behind a NAT: none of its sources matches
};
/// From the notifies of a message received on `local` from `remote`. Without notifies there is no NAT traversal.
NatVerdict detect_nat(const wire::Payloads& payloads, IkeSpi spi_i, IkeSpi spi_r, const SocketAddress& local,
                      const SocketAddress& remote);

}  // namespace engine
