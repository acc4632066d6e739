#include "kernel/udp.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// After <netinet/in.h>: both define in6_addr and agree only in this order.
#include <linux/errqueue.h>
#include <linux/xfrm.h>

#include <cerrno>
#include <cstring>

#include "kernel/marks.hpp"

namespace kernel {
namespace {

using engine::Family;
using engine::IpAddress;
using engine::SocketAddress;

constexpr std::size_t batch_size = 32;
constexpr int batches_per_turn = 2;
constexpr std::size_t largest_datagram = 65535;
constexpr std::uint8_t non_esp_marker[4] = {};
constexpr std::uint8_t keepalive_octet = 0xFF;

// IPv4-mapped IPv6 becomes IPv4 here and nowhere else.
IpAddress address_of(const in6_addr& raw) {
  const engine::ByteView octets(raw.s6_addr, 16);
  return *IpAddress::from_bytes(IN6_IS_ADDR_V4MAPPED(&raw) ? octets.subspan(12) : octets);
}

IpAddress address_of(const in_addr& raw) { return IpAddress::v4(ntohl(raw.s_addr)); }

std::optional<SocketAddress> address_of(const sockaddr_storage& raw) {
  if (raw.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(raw);
    return SocketAddress{address_of(v4.sin_addr), ntohs(v4.sin_port)};
  }
  if (raw.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(raw);
    return SocketAddress{address_of(v6.sin6_addr), ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

socklen_t to_raw(const SocketAddress& address, sockaddr_storage& raw) {
  std::memset(&raw, 0, sizeof raw);
  if (address.ip.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(raw);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    v4.sin_addr.s_addr = htonl(address.ip.v4_host_order());
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(raw);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  std::memcpy(v6.sin6_addr.s6_addr, address.ip.octets.data(), 16);
  return sizeof v6;
}

template <class T>
void put_control(msghdr& message, int level, int type, const T& value) {
  auto* control = reinterpret_cast<cmsghdr*>(message.msg_control);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  message.msg_controllen = CMSG_SPACE(sizeof value);
}

// One datagram from `local`; `head` goes in front of `payload`.
bool send_from(int fd, const SocketAddress& local, const SocketAddress& remote, engine::ByteView head, engine::ByteView payload) {
  sockaddr_storage to;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(in6_pktinfo))] = {};
  iovec parts[2] = {{const_cast<std::uint8_t*>(head.data()), head.size()},
                    {const_cast<std::uint8_t*>(payload.data()), payload.size()}};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = to_raw(remote, to);
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (!local.ip.is_unspecified()) {
    message.msg_control = control;
    if (local.ip.is_v4()) {
      in_pktinfo info{};
      info.ipi_spec_dst.s_addr = htonl(local.ip.v4_host_order());
      put_control(message, IPPROTO_IP, IP_PKTINFO, info);
    } else {
      in6_pktinfo info{};
      std::memcpy(info.ipi6_addr.s6_addr, local.ip.octets.data(), 16);
      put_control(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
  }
  // An ICMP error about an earlier datagram, to whomever, fails the next call once: it says nothing about this datagram.
  return ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

// What the ancillary data of a received datagram tells.
struct Arrival {
  std::optional<IpAddress> local;
  std::uint8_t traffic_class = 0;
};

Arrival arrival_of(msghdr& message) {
  Arrival arrival;
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      arrival.local = address_of(info.ipi_addr);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      arrival.local = address_of(info.ipi6_addr);
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS) {
      arrival.traffic_class = *CMSG_DATA(control);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS) {
      int value = 0;
      std::memcpy(&value, CMSG_DATA(control), sizeof value);
      arrival.traffic_class = static_cast<std::uint8_t>(value);
    }
  }
  return arrival;
}

bool set_option(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof value) == 0; }

// IKE itself is never protected by the policies it negotiates, not even by `permit ip any any`.
bool bypass_policies(int fd, Family family) {
  xfrm_userpolicy_info policy{};
  policy.action = XFRM_POLICY_ALLOW;
  policy.sel.family = family == Family::v4 ? AF_INET : AF_INET6;
  for (const int direction : {XFRM_POLICY_IN, XFRM_POLICY_OUT}) {
    policy.dir = static_cast<std::uint8_t>(direction);
    const int level = family == Family::v4 ? IPPROTO_IP : IPPROTO_IPV6;
    const int name = family == Family::v4 ? IP_XFRM_POLICY : IPV6_XFRM_POLICY;
    if (::setsockopt(fd, level, name, &policy, sizeof policy) != 0) return false;
  }
  return true;
}

engine::Failure failure(const std::string& what) {
  return {.cause = engine::Cause::internal_error, .why = what + ": " + std::strerror(errno)};
}

}  // namespace

// Receive buffers, shared by the sockets: one is read at a time.
struct Udp::Batch {
  std::array<mmsghdr, batch_size> messages{};
  std::array<iovec, batch_size> parts{};
  std::array<sockaddr_storage, batch_size> sources{};
  alignas(cmsghdr) std::array<std::array<char, 128>, batch_size> controls{};
  std::vector<std::uint8_t> octets = std::vector<std::uint8_t>(batch_size * largest_datagram);

  void rearm() {
    for (std::size_t i = 0; i < batch_size; ++i) {
      parts[i] = {octets.data() + i * largest_datagram, largest_datagram};
      msghdr& header = messages[i].msg_hdr;
      header = {};
      header.msg_name = &sources[i];
      header.msg_namelen = sizeof sources[i];
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].data();
      header.msg_controllen = controls[i].size();
    }
  }
};

Udp::Udp(Loop& loop, const UdpOptions& options, OnDatagram on_datagram)
    : loop_(loop), options_(options), on_datagram_(std::move(on_datagram)), batch_(std::make_unique<Batch>()) {}

Udp::~Udp() {
  for (const Socket& socket : sockets_) {
    loop_.forget(socket.fd);
    ::close(socket.fd);
  }
}

engine::Result<std::unique_ptr<Udp>> Udp::open(Loop& loop, const UdpOptions& options, OnDatagram on_datagram) {
  std::unique_ptr<Udp> udp(new Udp(loop, options, std::move(on_datagram)));
  for (const Family family : {Family::v4, Family::v6}) {
    CHECK_OK(udp->add_socket(family, options.ike_port, false));
    CHECK_OK(udp->add_socket(family, options.nat_port, true));
  }
  for (std::size_t i = 0; i < udp->sockets_.size(); ++i)
    loop.watch(udp->sockets_[i].fd, EPOLLIN, [self = udp.get(), i](std::uint32_t events) {
      if (events & EPOLLERR) self->receive_errors(self->sockets_[i]);
      self->receive(self->sockets_[i]);
    });
  return udp;
}

engine::Status Udp::add_socket(Family family, std::uint16_t port, bool nat) {
  const bool v4 = family == Family::v4;
  const std::string name = std::string("UDP port ") + std::to_string(port) + (v4 ? " (IPv4)" : " (IPv6)");
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
  if (fd < 0) {
    if (!v4 && errno == EAFNOSUPPORT) return engine::Done{};
    return failure(name);
  }
  sockets_.push_back({fd, family, port, nat});
  if (!v4 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return failure(name);
  if (!set_option(fd, v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6}, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1)) return failure(name);
  set_option(fd, v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6}, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
  set_option(fd, v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6}, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
  // A datagram too long for the path is fragmented on its way, not lost to a black hole.
  set_option(fd, v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6}, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, IP_PMTUDISC_DONT);
  // Without CAP_NET_ADMIN there is neither mark nor data plane that would look at it.
  set_option(fd, SOL_SOCKET, SO_MARK, static_cast<int>(daemon_mark));
  constexpr int buffer = 4 << 20;
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, buffer)) set_option(fd, SOL_SOCKET, SO_RCVBUF, buffer);
  if (options_.esp == UdpEsp::to_kernel) {
    if (!bypass_policies(fd, family)) return failure(name + ": IPsec bypass");
    if (nat && !set_option(fd, IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)) return failure(name + ": ESP in UDP");
  }
  sockaddr_storage any;
  IpAddress wildcard;
  wildcard.family = family;
  const socklen_t length = to_raw({wildcard, port}, any);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&any), length) < 0) return failure(name);
  // Only now, so that a port that is taken is found out: the data plane's own socket may join (kernel/esp_tun_sockets.hpp).
  if (nat && options_.esp == UdpEsp::to_sink && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) return failure(name);
  return engine::Done{};
}

void Udp::receive(const Socket& socket) {
  for (int round = 0; round < batches_per_turn; ++round) {
    batch_->rearm();
    const int count = ::recvmmsg(socket.fd, batch_->messages.data(), batch_size, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
      mmsghdr& message = batch_->messages[static_cast<std::size_t>(i)];
      const auto remote = address_of(batch_->sources[static_cast<std::size_t>(i)]);
      const Arrival arrival = arrival_of(message.msg_hdr);
      if (!remote || !arrival.local || arrival.local->family != remote->ip.family || (message.msg_hdr.msg_flags & MSG_TRUNC)) {
        ++counters_.malformed;
        continue;
      }
      const engine::ByteView payload(static_cast<const std::uint8_t*>(message.msg_hdr.msg_iov->iov_base), message.msg_len);
      dispatch(socket, {*arrival.local, socket.port}, *remote, payload, arrival.traffic_class);
    }
    if (count < static_cast<int>(batch_size)) return;
  }
}

/// The queue of errors (ip(7), IP_RECVERR): where the datagram went stands in the name, who complains behind the error.
void Udp::receive_errors(const Socket& socket) const {
  for (std::size_t i = 0; i < batch_size; ++i) {
    sockaddr_storage to{};
    alignas(cmsghdr) char control[512] = {};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof to;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(socket.fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
    const auto remote = address_of(to);
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
      const bool error = (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_RECVERR) ||
                         (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_RECVERR);
      if (!error || each->cmsg_len <
                        CMSG_LEN(sizeof(sock_extended_err) + sizeof(sockaddr_in6)) - sizeof(sockaddr_in6) + sizeof(sockaddr_in))
        continue;
      sock_extended_err what;
      std::memcpy(&what, CMSG_DATA(each), sizeof what);
      sockaddr_storage from{};
      std::memcpy(&from, CMSG_DATA(each) + sizeof what, std::min(sizeof from, each->cmsg_len - CMSG_LEN(sizeof what)));
      const auto who = address_of(from);
      const bool icmp = what.ee_origin == SO_EE_ORIGIN_ICMP || what.ee_origin == SO_EE_ORIGIN_ICMP6;
      if (icmp && remote && who && on_icmp_) on_icmp_({*remote, who->ip, what.ee_type, what.ee_code});
    }
  }
}

void Udp::dispatch(const Socket& socket, const SocketAddress& local, const SocketAddress& remote, engine::ByteView payload,
                   std::uint8_t traffic_class) {
  if (socket.nat && payload.size() == 1 && payload[0] == keepalive_octet) {
    ++counters_.keepalives_received;
    return;
  }
  if (payload.size() < sizeof non_esp_marker) {
    ++counters_.malformed;
    return;
  }
  if (socket.nat) {
    if (!engine::equal(payload.first(sizeof non_esp_marker), non_esp_marker)) {
      ++(sink_ ? counters_.esp_received : counters_.esp_unclaimed);
      if (sink_) sink_->receive_udp_esp(local, remote, payload, traffic_class);
      return;
    }
    payload = payload.subspan(sizeof non_esp_marker);
  }
  ++counters_.received;
  on_datagram_({local, remote, engine::to_bytes(payload)});
}

const Udp::Socket* Udp::socket_for(const SocketAddress& local) const {
  const bool nat = local.port != options_.ike_port;
  for (const Socket& socket : sockets_)
    if (socket.nat == nat && socket.family == local.ip.family) return &socket;
  return nullptr;
}

void Udp::send(const engine::SendDatagram& datagram) {
  const Socket* socket = socket_for(datagram.local);
  const engine::ByteView marker = socket && socket->nat ? engine::ByteView(non_esp_marker) : engine::ByteView();
  const bool sent = socket && datagram.remote.ip.family == socket->family &&
                    send_from(socket->fd, datagram.local, datagram.remote, marker, datagram.payload);
  ++(sent ? counters_.sent : counters_.send_failed);
}

void Udp::send(const engine::SendKeepalive& keepalive) {
  const Socket* socket = socket_for(keepalive.local);
  const bool sent = socket && keepalive.remote.ip.family == socket->family &&
                    send_from(socket->fd, keepalive.local, keepalive.remote, {}, {&keepalive_octet, 1});
  ++(sent ? counters_.keepalives_sent : counters_.send_failed);
}

}  // namespace kernel
