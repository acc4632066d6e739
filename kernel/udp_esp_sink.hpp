// Where ESP goes that arrived inside UDP: the sockets of port 4500 belong to kernel/udp, the SAs to the data plane.
#pragma once

#include <cstdint>

#include "engine/address.hpp"
#include "engine/bytes.hpp"

namespace kernel {

class UdpEspSink {
 public:
  virtual ~UdpEspSink() = default;
  /// A datagram of port 4500 whose first four octets are not zero (RFC 3948, 2.1) and that is no keepalive: `payload`
  /// begins with the SPI and is only valid during the call. The tun plane takes most of them from the port itself.
  /// `traffic_class` is the outer TOS or Traffic Class octet (0 where not known). Called on the loop's thread; never blocks.
  virtual void receive_udp_esp(const engine::SocketAddress& local, const engine::SocketAddress& remote, engine::ByteView payload,
                               std::uint8_t traffic_class = 0) = 0;
};

}  // namespace kernel
