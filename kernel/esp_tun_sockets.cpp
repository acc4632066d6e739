#include "kernel/esp_tun_sockets.hpp"

#include <linux/filter.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel/ah.hpp"
#include "kernel/esp_tun_packet.hpp"
#include "kernel/install_failure.hpp"
#include "kernel/marks.hpp"
#include "kernel/packet_fields.hpp"
#include "kernel/socket_options.hpp"

namespace kernel {
namespace {

using engine::Family;
using engine::IpAddress;

constexpr std::size_t most_packets = 64;         // of one UDP_SEGMENT (Linux: UDP_MAX_SEGMENTS)
constexpr std::size_t most_octets = 65535 - 48;  // beside the largest headers
constexpr int receive_room = 16 << 20, send_room = 4 << 20;
constexpr int most_errors_at_once = 64;

bool receive_nothing(int fd) {
  sock_filter drop[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  return set_socket_option(fd, SOL_SOCKET, SO_ATTACH_FILTER, sock_fprog{1, drop});
}

// The group of sockets on the NAT port, in the order of binding: IKE's, then the one of ESP that receives. A datagram too
// short to have a marker fails the load, which answers 0.
bool divert_esp(int fd) {
  sock_filter by_marker[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
                             BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, 1)};
  return set_socket_option(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, sock_fprog{4, by_marker});
}

// Everything that is the same for all packets of one path.
struct Outgoing {
  sockaddr_storage to;
  alignas(cmsghdr) char control[192] = {};
  msghdr message{};

  explicit Outgoing(const OuterPath& path) {
    message.msg_name = &to;
    message.msg_namelen =
        to_sockaddr(path.remote.ip, path.carrier == Carrier::udp ? path.remote.port : 0, path.scope_ifindex, to);
    message.msg_control = control;
    const int traffic_class = path.traffic_class;
    if (path.remote.ip.is_v4()) {
      in_pktinfo source{};
      std::memcpy(&source.ipi_spec_dst, path.local.ip.octets.data(), 4);
      add_control(message, IPPROTO_IP, IP_PKTINFO, source);
      add_control(message, IPPROTO_IP, IP_TOS, traffic_class);
    } else {
      in6_pktinfo source{};
      std::memcpy(&source.ipi6_addr, path.local.ip.octets.data(), 16);
      add_control(message, IPPROTO_IPV6, IPV6_PKTINFO, source);
      add_control(message, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
    }
  }
  Outgoing(const Outgoing&) = delete;
};

using Packets = std::span<const std::span<const std::uint8_t>>;

iovec part_of(std::span<const std::uint8_t> packet) { return {const_cast<std::uint8_t*>(packet.data()), packet.size()}; }

// How many packets from the first on one UDP_SEGMENT can take: all of the first one's size, the last perhaps shorter.
std::size_t run_of(Packets packets) {
  const std::size_t size = packets.front().size();
  std::size_t count = 0, octets = 0;
  while (count < packets.size() && count < most_packets && packets[count].size() <= size &&
         octets + packets[count].size() <= most_octets) {
    octets += packets[count].size();
    if (packets[count++].size() < size) break;
  }
  return count;
}

// Errors that ICMP messages brought would be told to the next packet; what they taught the kernel stays.
void forget_errors(int fd) {
  char octets[64];
  for (int i = 0; i < most_errors_at_once && recv(fd, octets, sizeof octets, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0; ++i) continue;
}

EspSockets::Sent send_singly(int fd, const Outgoing& outgoing, Packets packets) {
  EspSockets::Sent out;
  while (!packets.empty()) {
    std::array<mmsghdr, most_packets> messages;
    std::array<iovec, most_packets> parts;
    const std::size_t count = std::min(packets.size(), most_packets);
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = part_of(packets[i]);
      messages[i].msg_hdr = outgoing.message;
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    int done = sendmmsg(fd, messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (done <= 0) {
      forget_errors(fd);
      done = sendmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT) < 0 ? 0 : 1;
      if (done == 0) {
        out.too_big = out.too_big || errno == EMSGSIZE;
        packets = packets.subspan(1);
      }
    }
    out.packets += static_cast<std::size_t>(done);
    packets = packets.subspan(static_cast<std::size_t>(done));
  }
  return out;
}

// The IPv4 header of AH is ours to write, since what it has as identification was authenticated, and so is the cutting of what is
// too large for the path (RFC 4302, 3.3.4).
bool send_behind_header(int fd, const Outgoing& outgoing, const OuterPath& path, std::span<const std::uint8_t> packet) {
  constexpr std::uint32_t least_mtu = 68;
  constexpr unsigned df = 0x4000, more = 0x2000;
  const bool whole = path.dont_fragment || path.mtu < least_mtu || packet.size() + ipv4_octets <= path.mtu;
  const std::size_t most = whole ? packet.size() : (path.mtu - ipv4_octets) / 8 * 8;
  for (std::size_t at = 0; at < packet.size(); at += most) {
    const auto part = packet.subspan(at, std::min(most, packet.size() - at));
    std::array<std::uint8_t, ipv4_octets> header;
    write_header({path.local.ip, path.remote.ip, next_header_ah, path.traffic_class, part.size()}, header);
    put_u16(&header[4], ah_identification(packet));
    put_u16(&header[6], path.dont_fragment ? df : at / 8 | (at + part.size() < packet.size() ? more : 0));
    std::array<iovec, 2> parts{part_of(header), part_of(part)};
    msghdr message = outgoing.message;
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    if (sendmsg(fd, &message, MSG_DONTWAIT) >= 0) continue;
    forget_errors(fd);
    if (sendmsg(fd, &message, MSG_DONTWAIT) < 0) return false;
  }
  return true;
}

EspSockets::Sent send_behind_headers(int fd, const Outgoing& outgoing, const OuterPath& path, Packets packets) {
  EspSockets::Sent out;
  for (const auto packet : packets)
    if (send_behind_header(fd, outgoing, path, packet))
      ++out.packets;
    else
      out.too_big = out.too_big || errno == EMSGSIZE;
  return out;
}

// One call for a run; false: not this way.
bool send_run(int fd, const Outgoing& outgoing, Packets run) {
  std::array<iovec, most_packets> parts;
  for (std::size_t i = 0; i < run.size(); ++i) parts[i] = part_of(run[i]);
  msghdr message = outgoing.message;
  alignas(cmsghdr) char control[sizeof outgoing.control];
  std::memcpy(control, outgoing.control, sizeof control);
  message.msg_control = control;
  message.msg_iov = parts.data();
  message.msg_iovlen = run.size();
  add_control(message, IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(run.front().size()));
  return sendmsg(fd, &message, MSG_DONTWAIT) >= 0;
}

}  // namespace

EspSockets::EspSockets(EspSockets&& other) noexcept : fds_(other.fds_), icmp_(other.icmp_), segmentation_(other.segmentation_) {
  other.fds_.fill(-1);
  other.icmp_.fill(-1);
}

EspSockets::~EspSockets() {
  for (const int fd : fds_)
    if (fd >= 0) close(fd);
  for (const int fd : icmp_)
    if (fd >= 0) close(fd);
}

engine::Result<EspSockets> EspSockets::open(std::uint16_t nat_port) {
  EspSockets out;
  for (const Family family : {Family::v4, Family::v6})
    for (const Carrier carrier : {Carrier::esp, Carrier::udp, Carrier::ah})
      for (const bool dont_fragment : {false, true}) {
        if (carrier == Carrier::udp && nat_port == 0) continue;
        auto opened = out.open_one(family, carrier, dont_fragment, nat_port);
        if (!opened.ok() && family == Family::v4) return std::move(opened.failure());
      }
  out.icmp_ = {socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP),
               socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6)};
  for (const int fd : out.icmp_)
    if (fd >= 0 && !receive_nothing(fd)) return failed_call("socket of ICMP");
  return out;
}

engine::Status EspSockets::open_one(Family family, Carrier carrier, bool dont_fragment, std::uint16_t nat_port) {
  const bool v4 = family == Family::v4, udp = carrier == Carrier::udp;
  const int level = v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  const int fd = socket(v4 ? AF_INET : AF_INET6, (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        udp                      ? IPPROTO_UDP
                        : carrier == Carrier::ah ? IPPROTO_AH
                                                 : IPPROTO_ESP);
  if (fd < 0) return failed_call("socket of ESP");
  fds_[index(family, carrier, dont_fragment)] = fd;
  bool done = set_socket_option(fd, SOL_SOCKET, SO_MARK, daemon_mark);
  set_socket_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, send_room);
  if (v4) {
    // DONT, not OMIT, where there is no DF: "too big" comes to any socket of the port, and one with OMIT would not believe it.
    done = done && set_socket_option(fd, level, IP_MTU_DISCOVER, dont_fragment ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
    if (carrier == Carrier::ah) done = done && set_socket_option(fd, level, IP_HDRINCL, 1);
  } else {
    done = done && set_socket_option(fd, level, IPV6_MTU_DISCOVER, dont_fragment ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
    done = done && set_socket_option(fd, level, IPV6_DONTFRAG, dont_fragment ? 1 : 0);
    // Only for a raw socket that wants errors told does Linux learn from "packet too big".
    if (dont_fragment && !udp) done = done && set_socket_option(fd, level, IPV6_RECVERR, 1);
    if (udp) done = done && set_socket_option(fd, level, IPV6_V6ONLY, 1);
  }
  if (!dont_fragment) {
    set_socket_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, receive_room);
    done = done && set_socket_option(fd, level, v4 ? int{IP_PKTINFO} : int{IPV6_RECVPKTINFO}, 1) &&
           set_socket_option(fd, level, v4 ? int{IP_RECVTOS} : int{IPV6_RECVTCLASS}, 1);
    if (udp) set_socket_option(fd, IPPROTO_UDP, UDP_GRO, 1);  // without it, packet by packet
  } else {
    done = done && receive_nothing(fd);
  }
  if (!done) return failed_call("options of a socket of ESP");
  if (!udp) return engine::Done{};

  sockaddr_storage any;
  IpAddress wildcard;
  wildcard.family = family;
  const socklen_t length = to_sockaddr(wildcard, nat_port, 0, any);
  if (!set_socket_option(fd, SOL_SOCKET, SO_REUSEPORT, 1) || bind(fd, reinterpret_cast<const sockaddr*>(&any), length) != 0 ||
      (!dont_fragment && !divert_esp(fd)))
    return failed_call("UDP port " + std::to_string(nat_port) + " for ESP");
  return engine::Done{};
}

EspSockets::Sent EspSockets::send(const OuterPath& path, Packets packets) {
  const int fd = fds_[index(path.remote.ip.family, path.carrier, path.dont_fragment)];
  if (fd < 0) return {};
  const Outgoing outgoing(path);
  if (path.carrier == Carrier::ah && path.remote.ip.is_v4()) return send_behind_headers(fd, outgoing, path, packets);
  if (path.carrier != Carrier::udp || !segmentation_) return send_singly(fd, outgoing, packets);
  Sent out;
  while (!packets.empty()) {
    const auto run = packets.first(run_of(packets));
    packets = packets.subspan(run.size());
    if (run.size() > 1 && send_run(fd, outgoing, run)) {
      out.packets += run.size();
      continue;
    }
    // EIO: the device cannot sum; anything else is told packet by packet.
    if (run.size() > 1 && errno == EIO) segmentation_ = false;
    const Sent one = send_singly(fd, outgoing, run);
    out.packets += one.packets;
    out.too_big = out.too_big || one.too_big;
  }
  return out;
}

std::uint32_t EspSockets::path_mtu(const OuterPath& path) {
  const bool v4 = path.remote.ip.is_v4();
  const int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  sockaddr_storage to;
  const socklen_t size = to_sockaddr(path.remote.ip, 9, path.scope_ifindex, to);
  int mtu = 0;
  socklen_t length = sizeof mtu;
  if (!set_socket_option(fd, SOL_SOCKET, SO_MARK, daemon_mark) || connect(fd, reinterpret_cast<sockaddr*>(&to), size) != 0 ||
      getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU : IPV6_MTU, &mtu, &length) != 0)
    mtu = 0;
  close(fd);
  return mtu > 0 ? static_cast<std::uint32_t>(mtu) : 0;
}

std::optional<IpAddress> EspSockets::source_towards(const IpAddress& to) {
  const int fd = socket(to.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  sockaddr_storage far, near{};
  const socklen_t size = to_sockaddr(to, 9, 0, far);
  socklen_t length = sizeof near;
  const bool found = connect(fd, reinterpret_cast<sockaddr*>(&far), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&near), &length) == 0;
  close(fd);
  return found ? std::optional(from_sockaddr(near)) : std::nullopt;
}

bool EspSockets::send_icmp(const IpAddress& from, const IpAddress& to, std::span<const std::uint8_t> message) {
  OuterPath path;
  path.local.ip = from;
  path.remote.ip = to;
  Outgoing outgoing(path);
  iovec part = part_of(message);
  outgoing.message.msg_iov = &part;
  outgoing.message.msg_iovlen = 1;
  return sendmsg(icmp_[to.is_v4() ? 0 : 1], &outgoing.message, MSG_DONTWAIT) >= 0;
}

std::size_t EspSockets::overhead(const OuterPath& path) {
  return (path.remote.ip.is_v4() ? 20U : 40U) + (path.carrier == Carrier::udp ? udp_octets : 0U);
}

}  // namespace kernel
