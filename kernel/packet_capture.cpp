#include "kernel/packet_capture.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel/socket_options.hpp"

namespace kernel {
namespace {

constexpr unsigned packets_a_turn = 64;
constexpr int buffer_octets = 4 << 20;
constexpr std::uint32_t ike_port = 500, nat_port = 4500;

/// Offsets count from the IP header, and X is its length. Fragments behind the first have no ports and are left out.
bool filter_ipsec(int fd) {
  constexpr std::uint8_t ipv6 = 11, ports = 16, drop = 22, take = 23;
  constexpr auto protocol = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL);
  std::uint8_t at = 0;
  const auto load = [&](unsigned what, std::uint32_t k) {
    ++at;
    return sock_filter{static_cast<std::uint16_t>(what), 0, 0, k};
  };
  const auto next = [&] { return static_cast<std::uint8_t>(at + 1); };
  const auto when = [&](unsigned what, std::uint32_t k, std::uint8_t then, std::uint8_t otherwise) {
    ++at;
    return sock_filter{static_cast<std::uint16_t>(BPF_JMP | what | BPF_K), static_cast<std::uint8_t>(then - at),
                       static_cast<std::uint8_t>(otherwise - at), k};
  };
  sock_filter program[] = {load(BPF_LD | BPF_W | BPF_ABS, protocol),
                           when(BPF_JEQ, ETH_P_IPV6, ipv6, next()),
                           when(BPF_JEQ, ETH_P_IP, next(), drop),
                           load(BPF_LD | BPF_B | BPF_ABS, 9),
                           when(BPF_JEQ, IPPROTO_ESP, take, next()),
                           when(BPF_JEQ, IPPROTO_AH, take, next()),
                           when(BPF_JEQ, IPPROTO_UDP, next(), drop),
                           load(BPF_LD | BPF_H | BPF_ABS, 6),
                           when(BPF_JSET, 0x1fff, drop, next()),
                           load(BPF_LDX | BPF_B | BPF_MSH, 0),
                           load(BPF_JMP | BPF_JA, ports - ipv6),
                           load(BPF_LD | BPF_B | BPF_ABS, 6),
                           when(BPF_JEQ, IPPROTO_ESP, take, next()),
                           when(BPF_JEQ, IPPROTO_AH, take, next()),
                           when(BPF_JEQ, IPPROTO_UDP, next(), drop),
                           load(BPF_LDX | BPF_W | BPF_IMM, 40),
                           load(BPF_LD | BPF_H | BPF_IND, 0),
                           when(BPF_JEQ, ike_port, take, next()),
                           when(BPF_JEQ, nat_port, take, next()),
                           load(BPF_LD | BPF_H | BPF_IND, 2),
                           when(BPF_JEQ, ike_port, take, next()),
                           when(BPF_JEQ, nat_port, take, drop),
                           load(BPF_RET | BPF_K, 0),
                           load(BPF_RET | BPF_K, 0xffffffff)};
  return set_socket_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{std::size(program), program});
}

std::uint64_t arrival(msghdr& message) {
  timeval at{};
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each))
    if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_TIMESTAMP) std::memcpy(&at, CMSG_DATA(each), sizeof at);
  return static_cast<std::uint64_t>(at.tv_sec) * 1000000 + static_cast<std::uint64_t>(at.tv_usec);
}

engine::Failure failure(const char* what) {
  return {.cause = engine::Cause::internal_error, .why = std::string(what) + ": " + std::strerror(errno)};
}

}  // namespace

engine::Result<std::unique_ptr<PacketCapture>> PacketCapture::open(Loop& loop, std::function<void(CapturedPacket)> take) {
  // Protocol 0 until the filter stands: nothing foreign may slip in.
  const int fd = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failure("the kernel gives no packet socket");
  sockaddr_ll everywhere{};
  everywhere.sll_family = AF_PACKET;
  everywhere.sll_protocol = htons(ETH_P_ALL);
  (void)set_socket_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, buffer_octets);
  if (!filter_ipsec(fd) || !set_socket_option(fd, SOL_SOCKET, SO_TIMESTAMP, 1) ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0) {
    auto out = failure("the packet socket cannot be set up");
    ::close(fd);
    return out;
  }
  return std::unique_ptr<PacketCapture>(new PacketCapture(loop, fd, std::move(take)));
}

PacketCapture::PacketCapture(Loop& loop, int fd, std::function<void(CapturedPacket)> take)
    : loop_(loop), fd_(fd), take_(std::make_shared<std::function<void(CapturedPacket)>>(std::move(take))) {
  loop_.watch(fd_, EPOLLIN, [this](std::uint32_t) { read_some(); });
}

PacketCapture::~PacketCapture() {
  loop_.forget(fd_);
  ::close(fd_);
}

void PacketCapture::read_some() {
  std::array<std::uint8_t, 65536> packet;
  const auto take = take_;  // outlives this
  for (unsigned count = 0; count < packets_a_turn; ++count) {
    alignas(cmsghdr) char control[128] = {};
    iovec part{packet.data(), packet.size()};
    sockaddr_ll from{};
    msghdr message{&from, sizeof from, &part, 1, control, sizeof control, 0};
    const ssize_t got = ::recvmsg(fd_, &message, 0);
    if (got <= 0) return;
    const std::uint64_t at = arrival(message);
    // Loopback shows each packet twice, on its way out and in.
    if (from.sll_hatype == ARPHRD_LOOPBACK && from.sll_pkttype == PACKET_OUTGOING) continue;
    (*take)({at, engine::Bytes(packet.begin(), packet.begin() + got)});
    if (take.use_count() == 1) return;  // it has destroyed this
  }
}

}  // namespace kernel
