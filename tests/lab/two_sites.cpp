#include "tests/lab/two_sites.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "kernel/host.hpp"

namespace lab {
namespace {

constexpr const char* own_namespace = "/proc/thread-self/ns/net";

void count(Wire& wire, const std::uint8_t* packet, std::size_t size) {
  if (size < 40) return;
  const bool v4 = packet[0] >> 4 == 4;
  const std::size_t head = v4 ? (packet[0] & 0xFU) * 4U : 40;
  const std::uint8_t protocol = v4 ? packet[9] : packet[6];
  if (protocol == IPPROTO_ESP)
    ++wire.esp;
  else if (protocol == IPPROTO_UDP && packet[head + 2] << 8 == (4500 & 0xFF00) && packet[head + 3] == (4500 & 0xFF))
    ++wire.udp_esp;
  else if ((protocol == IPPROTO_ICMP && (packet[head] == 8 || packet[head] == 0)) ||
           (protocol == IPPROTO_ICMPV6 && (packet[head] == 128 || packet[head] == 129)))
    ++wire.clear_echo;
  else
    ++wire.other;
}

int open_tap() {
  const int tap = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
  sockaddr_ll wire{};
  wire.sll_family = AF_PACKET;
  wire.sll_protocol = htons(ETH_P_ALL);
  wire.sll_ifindex = static_cast<int>(::if_nametoindex("wire"));
  EXPECT_EQ(::bind(tap, reinterpret_cast<sockaddr*>(&wire), sizeof wire), 0);
  return tap;
}

}  // namespace

Namespace::Namespace() {
  const int here = ::open(own_namespace, O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(::unshare(CLONE_NEWNET), 0);
  fd_ = ::open(own_namespace, O_RDONLY | O_CLOEXEC);
  ::setns(here, CLONE_NEWNET);
  ::close(here);
  shell("ip link set lo up");
}

Namespace::~Namespace() { ::close(fd_); }

void Namespace::inside(const std::function<void()>& what) const {
  const int here = ::open(own_namespace, O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::setns(fd_, CLONE_NEWNET), 0);
  what();
  ::setns(here, CLONE_NEWNET);
  ::close(here);
}

std::string Namespace::shell(const std::string& command) const {
  std::string output;
  inside([&] {
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> part;
    while (const std::size_t got = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), got);
    EXPECT_EQ(::pclose(pipe), 0) << command;
  });
  return output;
}

int Namespace::start(const std::string& command) const {
  int pid = -1;
  inside([&] {
    pid = ::fork();
    if (pid == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
  });
  return pid;
}

std::string Namespace::path() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_); }

TwoSites::TwoSites() {
  left.network.shell("ip link add wire type veth peer name wire netns " + right.network.path());
  left.network.shell(
      "ip link set wire up; ip addr add 203.0.113.10/24 dev wire; ip addr add 2001:db8:ff::10/64 dev wire nodad;"
      "ip addr add 192.168.1.1/32 dev lo; ip addr add 2001:db8:1::1/128 dev lo nodad;"
      "ip route add 10.0.0.0/24 via 203.0.113.20; ip route add 2001:db8:2::/64 via 2001:db8:ff::20 src 2001:db8:1::1");
  right.network.shell(
      "ip link set wire up; ip addr add 203.0.113.20/24 dev wire; ip addr add 2001:db8:ff::20/64 dev wire nodad;"
      "ip addr add 10.0.0.1/32 dev lo; ip addr add 10.0.0.7/32 dev lo; ip addr add 2001:db8:2::1/128 dev lo nodad;"
      "ip route add 192.168.1.0/24 via 203.0.113.10; ip route add 192.168.2.0/24 via 203.0.113.10;"
      "ip route add 2001:db8:1::/64 via 2001:db8:ff::10 src 2001:db8:2::1");
  left.network.inside([&] { taps_[0] = open_tap(); });
  right.network.inside([&] { taps_[1] = open_tap(); });
  open_planes();
}

TwoSites::~TwoSites() {
  for (const int tap : taps_) ::close(tap);
}

void TwoSites::open_planes() {
  for (Site* site : {&left, &right})
    site->network.inside([&] {
      site->plane.reset();
      kernel::DeviceMap devices{{"GigabitEthernet0/0", {"wire", ::if_nametoindex("wire")}}};
      auto plane =
          kernel::XfrmPlane::open(loop, devices, [site](engine::Event event) { site->events.push_back(std::move(event)); });
      ASSERT_TRUE(plane.ok()) << plane.failure().why;
      site->plane = std::move(*plane);
    });
}

void TwoSites::open_udp() {
  for (Site* site : {&left, &right})
    site->network.inside([&] {
      auto udp = kernel::Udp::open(loop, {.esp = kernel::UdpEsp::to_kernel},
                                   [site](engine::Datagram datagram) { site->events.push_back(datagram); });
      ASSERT_TRUE(udp.ok()) << udp.failure().why;
      site->udp = std::move(*udp);
    });
}

bool TwoSites::until(const std::function<bool()>& done, int seconds) {
  const engine::Time end = kernel::monotonic_now() + std::chrono::seconds(seconds);
  while (!done()) {
    if (kernel::monotonic_now() > end) return false;
    loop.turn(std::chrono::milliseconds(20));
  }
  return true;
}

int TwoSites::run(Site& site, const std::string& command) {
  const int pid = site.network.start(command);
  int status = -1;
  const bool ended = until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, 60);
  if (!ended) ::kill(pid, SIGKILL);
  EXPECT_TRUE(ended) << command;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Wire TwoSites::look_at_wire() {
  Wire wire;
  std::array<std::uint8_t, 2048> packet;
  for (const int tap : taps_)
    while (true) {
      sockaddr_ll from{};
      socklen_t length = sizeof from;
      const ssize_t got = ::recvfrom(tap, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
      if (got <= 0) break;
      // What comes in is seen twice, before and after it is decrypted; what goes out only as it goes out.
      const bool ip = from.sll_protocol == htons(ETH_P_IP) || from.sll_protocol == htons(ETH_P_IPV6);
      if (ip && from.sll_pkttype == PACKET_OUTGOING) count(wire, packet.data(), static_cast<std::size_t>(got));
    }
  return wire;
}

}  // namespace lab
