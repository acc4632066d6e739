// The sockets of IKE: ports 500 and 4500, IPv4 and IPv6, and the demultiplexing of RFC 3948, 2.2.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "engine/event.hpp"
#include "kernel/loop.hpp"
#include "kernel/udp_esp_sink.hpp"

namespace kernel {

/// Who opens ESP that arrives in UDP: the kernel (xfrm plane), or a UdpEspSink (tun plane).
enum class UdpEsp : std::uint8_t { to_kernel, to_sink };

struct UdpOptions {
  UdpEsp esp = UdpEsp::to_sink;
  std::uint16_t ike_port = 500;
  std::uint16_t nat_port = 4500;
};

struct UdpCounters {
  std::uint64_t received = 0, sent = 0;  // IKE datagrams
  std::uint64_t esp_received = 0;        // given to the sink
  std::uint64_t keepalives_received = 0, keepalives_sent = 0;
  std::uint64_t malformed = 0;      // empty, shorter than a marker, truncated, or of no known address
  std::uint64_t esp_unclaimed = 0;  // ESP while there is no sink
  std::uint64_t send_failed = 0;    // no route, no buffer, no such local address
};

/// An ICMP error about an IKE datagram of ours. Anybody can forge one: good for explaining, not for deciding.
struct IcmpError {
  engine::SocketAddress remote;  // where the datagram was sent
  engine::IpAddress from;        // who says so
  std::uint8_t type = 0, code = 0;
};

class Udp {
 public:
  using OnDatagram = std::function<void(engine::Datagram)>;

  /// Binds the four sockets in the network namespace of the calling thread and watches them. A host without IPv6 gets
  /// two. Fails when a port is taken or, with UdpEsp::to_kernel, when the kernel has no ESP in UDP. `loop` must outlive it.
  static engine::Result<std::unique_ptr<Udp>> open(Loop& loop, const UdpOptions& options, OnDatagram on_datagram);
  ~Udp();
  Udp(const Udp&) = delete;
  Udp& operator=(const Udp&) = delete;

  /// Where ESP on the NAT port goes; must outlive this object or be replaced by null.
  void set_esp_sink(UdpEspSink* sink) { sink_ = sink; }
  void set_on_icmp(std::function<void(const IcmpError&)> on_icmp) { on_icmp_ = std::move(on_icmp); }

  /// Sends from `local` and, unless `local.port` is the IKE port, with the non-ESP marker in front. Never blocks: what
  /// cannot be sent now is lost and counted, as UDP may.
  void send(const engine::SendDatagram& datagram);
  /// The single octet 0xFF (RFC 3948, 2.3).
  void send(const engine::SendKeepalive& keepalive);
  const UdpCounters& counters() const { return counters_; }

 private:
  struct Socket {
    int fd = -1;
    engine::Family family = engine::Family::v4;
    std::uint16_t port = 0;
    bool nat = false;
  };
  struct Batch;

  Udp(Loop& loop, const UdpOptions& options, OnDatagram on_datagram);
  engine::Status add_socket(engine::Family family, std::uint16_t port, bool nat);
  const Socket* socket_for(const engine::SocketAddress& local) const;
  void receive(const Socket& socket);
  void receive_errors(const Socket& socket) const;
  void dispatch(const Socket& socket, const engine::SocketAddress& local, const engine::SocketAddress& remote,
                engine::ByteView payload, std::uint8_t traffic_class);

  Loop& loop_;
  const UdpOptions options_;
  OnDatagram on_datagram_;
  std::function<void(const IcmpError&)> on_icmp_;
  UdpEspSink* sink_ = nullptr;
  std::vector<Socket> sockets_;
  std::unique_ptr<Batch> batch_;
  UdpCounters counters_;
};

}  // namespace kernel
