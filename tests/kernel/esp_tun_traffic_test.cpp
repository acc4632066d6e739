// What the tun plane does to packets in number: in one piece where the kernel has that, one by one where not, and without
// allocating.
#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "esp_tun_lab.hpp"
#include "kernel/packet_fields.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};
thread_local bool spectator = false;

}  // namespace

void* operator new(std::size_t octets) {
  if (counting.load(std::memory_order_relaxed) && !spectator) allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* out = std::malloc(octets ? octets : 1)) return out;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace kernel::lab {
namespace {

using engine::AclAction;
using engine::Bytes;
using engine::Family;
using Datagrams = TunDevice::Datagrams;

class TunTraffic : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!possible()) GTEST_SKIP() << "needs root, TUN devices, namespaces and nftables";
    sites = std::make_unique<Sites>();
  }
  void start(Datagrams of_a, Datagrams of_b, const SiteOptions& options = {}) {
    a = std::make_unique<Router>(sites->a, Sites::devices(sites->a), of_a);
    b = std::make_unique<Router>(sites->b, Sites::devices(sites->b), of_b);
    ASSERT_EQ(a->error() + b->error(), "");
    const auto line = Sites::line(1, AclAction::permit, pair("192.168.1.0/24", "10.0.0.0/24"), true, options);
    protect(*a, {line});
    protect(*b, {Sites::line(1, AclAction::permit, line.selectors, false, options)});
    connect(*a, *b, line, 1, options);
  }
  // What the device counts: packets handed to the plane (tx) or by it (rx), a super-packet being one.
  static int frames(const Namespace& space, const std::string& way) {
    return std::stoi(space.output("cat /sys/class/net/sallyport0/statistics/" + way + "_packets"));
  }
  std::unique_ptr<Sites> sites;
  std::unique_ptr<Router> a, b;
};

int udp_socket(const Namespace& space, std::uint32_t address, std::uint16_t port) {
  const Inside inside(space);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(address);
  at.sin_port = htons(port);
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void)bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at);
  return fd;
}
constexpr std::uint32_t at_a = 0xC0A80101, at_b = 0x0A000001;

// USO: the sender gives many datagrams in one call, and the kernel leaves the cutting to the device if it can.
TEST_F(TunTraffic, DatagramsCrossInOnePieceOrOneByOne) {
  constexpr std::size_t each = 1000, count = 20;
  const bool has_them = [&] {
    const Inside inside(sites->a);
    return TunDevice::create("probe%d", 1400)->udp_offload();
  }();
  for (const auto& [of_a, of_b] : {std::pair{Datagrams::probe, Datagrams::probe},
                                   {Datagrams::single, Datagrams::probe},
                                   {Datagrams::probe, Datagrams::single},
                                   {Datagrams::single, Datagrams::single}}) {
    a.reset();
    b.reset();
    start(of_a, of_b, {.udp_encapsulated = true});
    const int sender = udp_socket(sites->a, at_a, 7000), receiver = udp_socket(sites->b, at_b, 7000);
    const int segment = each;
    ASSERT_EQ(setsockopt(sender, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment), 0);
    Bytes all(each * count);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i / each + i % 7);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(at_b);
    to.sin_port = htons(7000);
    const int sent_before = frames(sites->a, "tx"), taken_before = frames(sites->b, "rx");
    ASSERT_EQ(sendto(sender, all.data(), all.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to), ssize_t(all.size()));
    Bytes got(65536);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(recv(receiver, got.data(), got.size(), 0), ssize_t(each)) << i;
      EXPECT_TRUE(std::equal(got.begin(), got.begin() + each, all.begin() + static_cast<std::ptrdiff_t>(i * each))) << i;
    }
    const int sent = frames(sites->a, "tx") - sent_before, taken = frames(sites->b, "rx") - taken_before;
    if (has_them && of_a == Datagrams::probe)
      EXPECT_LT(sent, 5);
    else
      EXPECT_GE(sent, int(count));
    if (has_them && of_b == Datagrams::probe)
      EXPECT_LT(taken, int(count)) << "coalesced";
    else
      EXPECT_GE(taken, int(count));
    EXPECT_EQ(b->call([](TunPlane& plane) { return plane.counters({1}); }).decaps, count);
    close(sender);
    close(receiver);
  }
}

TEST_P(TunTraffic, NothingIsAllocatedForAPacket) {
  constexpr int rounds = 2000;
  start(Datagrams::probe, Datagrams::probe, {.udp_encapsulated = !GetParam(), .cbc = GetParam()});
  const int near = udp_socket(sites->a, at_a, 7000), far = udp_socket(sites->b, at_b, 7000);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(at_b);
  to.sin_port = htons(7000);
  Bytes octets(1000);
  spectator = true;
  const auto exchange = [&](int times) {
    for (int i = 0; i < times; ++i) {
      sendto(near, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
      if (recv(far, octets.data(), octets.size(), 0) != ssize_t(octets.size())) return false;
    }
    return true;
  };
  EXPECT_TRUE(exchange(10)) << "contexts and tables are made by the first";
  allocations = 0;
  counting = true;
  EXPECT_TRUE(exchange(rounds));
  counting = false;
  spectator = false;
  EXPECT_LT(allocations.load(), 100U) << "what is told once a second is all that may allocate";
  close(near);
  close(far);
}
INSTANTIATE_TEST_SUITE_P(Carriers, TunTraffic, testing::Bool(),
                         [](const auto& info) { return info.param ? "NativeCbc" : "UdpGcm"; });

// RFC 4301, 5.1.2.1: each router that forwards a packet takes one off its inner TTL; the tunnel in between costs nothing.
TEST_F(TunTraffic, TtlIsLoweredOnceARouter) {
  start(Datagrams::probe, Datagrams::probe);
  std::string text;
  EXPECT_FALSE(sites->lan_a.run("ping -n -c 1 -W 2 -t 2 10.0.0.2", &text));
  EXPECT_NE(text.find("Time to live exceeded"), std::string::npos) << text;
  EXPECT_TRUE(sites->lan_a.run("ping -n -c 1 -W 2 -t 3 10.0.0.2", &text));
  EXPECT_NE(text.find("ttl=62"), std::string::npos) << text;
}

}  // namespace
}  // namespace kernel::lab
