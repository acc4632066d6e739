#include "kernel/udp.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kernel {
namespace {

using engine::Bytes;
using engine::IpAddress;
using engine::SocketAddress;
using namespace std::chrono_literals;

class Sink : public UdpEspSink {
 public:
  void receive_udp_esp(const SocketAddress& local, const SocketAddress& remote, engine::ByteView payload, std::uint8_t) override {
    seen.push_back({local, remote, engine::to_bytes(payload)});
  }
  std::vector<engine::Datagram> seen;
};

bool ipv6_here() {
  const int fd = ::socket(AF_INET6, SOCK_DGRAM, 0);
  sockaddr_in6 loopback{};
  loopback.sin6_family = AF_INET6;
  loopback.sin6_addr = in6addr_loopback;
  const bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) == 0;
  if (fd >= 0) ::close(fd);
  return bound;
}

// A peer with one ordinary socket on loopback.
class Peer {
 public:
  explicit Peer(const char* address)
      : ip_(*IpAddress::parse(address)), fd_(::socket(ip_.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM, 0)) {
    sockaddr_storage raw = to_raw({ip_, 0});
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&raw), sizeof raw), 0);
    socklen_t length = sizeof raw;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&raw), &length);
    port_ = ntohs(reinterpret_cast<const sockaddr_in&>(raw).sin_port);
    constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Peer() { ::close(fd_); }
  SocketAddress address() const { return {ip_, port_}; }

  void send(const SocketAddress& to, const Bytes& payload) const {
    const sockaddr_storage raw = to_raw(to);
    const socklen_t length = ip_.is_v4() ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    EXPECT_EQ(::sendto(fd_, payload.data(), payload.size(), 0, reinterpret_cast<const sockaddr*>(&raw), length),
              static_cast<ssize_t>(payload.size()));
  }
  engine::Datagram receive() const {
    Bytes payload(65535);
    sockaddr_storage raw{};
    socklen_t length = sizeof raw;
    const ssize_t got = ::recvfrom(fd_, payload.data(), payload.size(), 0, reinterpret_cast<sockaddr*>(&raw), &length);
    payload.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&raw);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&raw);
    const IpAddress from =
        ip_.is_v4() ? IpAddress::v4(ntohl(v4->sin_addr.s_addr)) : *IpAddress::from_bytes({v6->sin6_addr.s6_addr, 16});
    return {address(), {from, ntohs(v4->sin_port)}, payload};
  }

 private:
  static sockaddr_storage to_raw(const SocketAddress& address) {
    sockaddr_storage raw{};
    auto* v4 = reinterpret_cast<sockaddr_in*>(&raw);
    v4->sin_port = htons(address.port);
    if (address.ip.is_v4()) {
      v4->sin_family = AF_INET;
      v4->sin_addr.s_addr = htonl(address.ip.v4_host_order());
    } else {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&raw);
      v6->sin6_family = AF_INET6;
      std::copy(address.ip.octets.begin(), address.ip.octets.end(), v6->sin6_addr.s6_addr);
    }
    return raw;
  }
  IpAddress ip_;
  int fd_;
  std::uint16_t port_ = 0;
};

class UdpTest : public testing::Test {
 protected:
  void SetUp() override {
    options.ike_port = static_cast<std::uint16_t>(20000 + ::getpid() % 10000 * 2);
    options.nat_port = static_cast<std::uint16_t>(options.ike_port + 1);
    auto opened = Udp::open(loop, options, [this](engine::Datagram datagram) { datagrams.push_back(std::move(datagram)); });
    ASSERT_TRUE(opened.ok()) << opened.failure().why;
    udp = std::move(*opened);
  }
  void settle() {
    while (loop.turn(50ms)) {
    }
  }
  SocketAddress ike(const char* ip) const { return {*IpAddress::parse(ip), options.ike_port}; }
  SocketAddress nat(const char* ip) const { return {*IpAddress::parse(ip), options.nat_port}; }

  Loop loop;
  UdpOptions options;
  std::unique_ptr<Udp> udp;
  std::vector<engine::Datagram> datagrams;
};

TEST_F(UdpTest, ike_on_the_ike_port_arrives_with_both_addresses) {
  const Peer peer("127.0.0.9");
  peer.send(ike("127.0.0.5"), {1, 2, 3, 4, 5});
  settle();
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].local, ike("127.0.0.5"));
  EXPECT_EQ(datagrams[0].remote, peer.address());
  EXPECT_EQ(datagrams[0].payload, (Bytes{1, 2, 3, 4, 5}));
}

TEST_F(UdpTest, zeros_on_the_ike_port_are_no_marker) {
  const Peer peer("127.0.0.9");
  peer.send(ike("127.0.0.1"), {0, 0, 0, 0, 5});
  settle();
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].payload.size(), 5U);
}

TEST_F(UdpTest, nat_port_tells_ike_esp_and_keepalives_apart) {
  Sink sink;
  udp->set_esp_sink(&sink);
  const Peer peer("127.0.0.9");
  peer.send(nat("127.0.0.5"), {0, 0, 0, 0, 7, 8});
  peer.send(nat("127.0.0.5"), {0, 0, 1, 0, 7, 8});
  peer.send(nat("127.0.0.5"), {0xFF});
  settle();
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].payload, (Bytes{7, 8}));
  EXPECT_EQ(datagrams[0].local, nat("127.0.0.5"));
  ASSERT_EQ(sink.seen.size(), 1U);
  EXPECT_EQ(sink.seen[0].payload, (Bytes{0, 0, 1, 0, 7, 8}));
  EXPECT_EQ(sink.seen[0].local, nat("127.0.0.5"));
  EXPECT_EQ(sink.seen[0].remote, peer.address());
  EXPECT_EQ(udp->counters().keepalives_received, 1U);
  EXPECT_EQ(udp->counters().esp_received, 1U);
  EXPECT_EQ(udp->counters().malformed, 0U);
}

TEST_F(UdpTest, what_is_nothing_is_counted) {
  const Peer peer("127.0.0.9");
  peer.send(nat("127.0.0.1"), {});
  peer.send(nat("127.0.0.1"), {0, 0, 0});
  peer.send(nat("127.0.0.1"), {0xFE});
  peer.send(ike("127.0.0.1"), {0xFF});
  peer.send(ike("127.0.0.1"), {});
  peer.send(nat("127.0.0.1"), {1, 2, 3, 4});
  settle();
  EXPECT_TRUE(datagrams.empty());
  EXPECT_EQ(udp->counters().malformed, 5U);
  EXPECT_EQ(udp->counters().esp_unclaimed, 1U);
}

TEST_F(UdpTest, answers_leave_from_the_address_that_was_asked) {
  const Peer peer("127.0.0.9");
  udp->send(engine::SendDatagram{ike("127.0.0.5"), peer.address(), {1, 2, 3}});
  auto got = peer.receive();
  EXPECT_EQ(got.remote, ike("127.0.0.5"));
  EXPECT_EQ(got.payload, (Bytes{1, 2, 3})) << "no marker from the IKE port";
  udp->send(engine::SendDatagram{nat("127.0.0.6"), peer.address(), {1, 2, 3}});
  got = peer.receive();
  EXPECT_EQ(got.remote, nat("127.0.0.6"));
  EXPECT_EQ(got.payload, (Bytes{0, 0, 0, 0, 1, 2, 3}));
  udp->send(engine::SendKeepalive{nat("127.0.0.6"), peer.address()});
  EXPECT_EQ(peer.receive().payload, Bytes{0xFF});
  EXPECT_EQ(udp->counters().sent, 2U);
  EXPECT_EQ(udp->counters().keepalives_sent, 1U);
}

TEST_F(UdpTest, ipv6_both_ways) {
  if (!ipv6_here()) GTEST_SKIP() << "no IPv6 here";
  const Peer peer("::1");
  peer.send(nat("::1"), {0, 0, 0, 0, 1});
  settle();
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].local, nat("::1"));
  EXPECT_EQ(datagrams[0].remote, peer.address());
  udp->send(engine::SendDatagram{nat("::1"), peer.address(), {5}});
  EXPECT_EQ(peer.receive().payload, (Bytes{0, 0, 0, 0, 5}));
}

TEST_F(UdpTest, what_cannot_be_sent_is_counted) {
  udp->send(engine::SendDatagram{ike("192.0.2.99"), ike("127.0.0.1"), {1, 2, 3, 4}});  // not an address of ours
  udp->send(engine::SendDatagram{ike("::1"), ike("127.0.0.1"), {1, 2, 3, 4}});         // two families
  EXPECT_EQ(udp->counters().send_failed, 2U);
  EXPECT_EQ(udp->counters().sent, 0U);
}

TEST_F(UdpTest, icmp_about_a_datagram_is_told_and_costs_no_other_one) {
  std::vector<IcmpError> told;
  udp->set_on_icmp([&](const IcmpError& error) { told.push_back(error); });
  SocketAddress nobody;
  {
    const Peer gone("127.0.0.8");
    nobody = gone.address();
  }
  const Peer peer("127.0.0.9");
  udp->send(engine::SendDatagram{ike("127.0.0.5"), nobody, {1, 2, 3}});
  udp->send(engine::SendDatagram{ike("127.0.0.5"), peer.address(), {4, 5, 6}});
  EXPECT_EQ(peer.receive().payload, (Bytes{4, 5, 6}));
  peer.send(ike("127.0.0.5"), {7, 8, 9, 10});
  settle();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].remote, nobody);
  EXPECT_EQ(told[0].from, nobody.ip);
  EXPECT_EQ(told[0].type, 3);
  EXPECT_EQ(told[0].code, 3);
  EXPECT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(udp->counters().send_failed, 0U);
}

TEST_F(UdpTest, a_turn_reads_a_bounded_number) {
  const Peer peer("127.0.0.9");
  for (int i = 0; i < 300; ++i) peer.send(ike("127.0.0.1"), {1, 2, 3, 4});
  loop.turn(100ms);
  EXPECT_LE(datagrams.size(), 64U);
  EXPECT_GT(datagrams.size(), 0U);
  settle();
  EXPECT_EQ(datagrams.size(), 300U);
}

TEST_F(UdpTest, the_largest_datagram_passes_whole) {
  const Peer peer("127.0.0.9");
  peer.send(ike("127.0.0.1"), Bytes(65507, 3));
  settle();
  ASSERT_EQ(datagrams.size(), 1U);
  EXPECT_EQ(datagrams[0].payload.size(), 65507U);
}

TEST_F(UdpTest, a_port_that_is_taken_is_a_failure_in_words) {
  Loop other;
  const auto second = Udp::open(other, options, [](const engine::Datagram&) {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.failure().why.find("UDP port " + std::to_string(options.ike_port)), std::string::npos) << second.failure().why;
}

}  // namespace
}  // namespace kernel
