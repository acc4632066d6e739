#include "kernel/esp_receive.hpp"

#include <netinet/udp.h>

#include <cstring>

#include "kernel/socket_options.hpp"

namespace kernel {
namespace {

using engine::Family;
using engine::IpAddress;

template <class Value>
Value value_of(const cmsghdr* control) {
  Value out;
  std::memcpy(&out, CMSG_DATA(control), sizeof out);
  return out;
}

void read_control(const cmsghdr* control, ReceivedEsp& out) {
  if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO)
    out.destination = IpAddress::v4(ntohl(value_of<in_pktinfo>(control).ipi_addr.s_addr));
  if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TOS) out.traffic_class = *CMSG_DATA(control);
  if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO)
    out.destination = *IpAddress::from_bytes({CMSG_DATA(control), 16});
  if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_TCLASS)
    out.traffic_class = static_cast<std::uint8_t>(value_of<int>(control));
  if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO)
    if (const int each = value_of<int>(control); each > 0) out.each = static_cast<std::size_t>(each);
}

}  // namespace

EspReceiver::EspReceiver() : octets_(most_datagrams * largest_datagram) {
  for (std::size_t i = 0; i < most_datagrams; ++i) parts_[i] = {octets_.data() + i * largest_datagram, largest_datagram};
}

std::span<ReceivedEsp> EspReceiver::receive(int fd, Family family, Carrier carrier) {
  for (std::size_t i = 0; i < most_datagrams; ++i) {
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof sources_[i];
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_control = controls_[i].data();
    header.msg_controllen = controls_[i].size();
    header.msg_flags = 0;
  }
  const int got = recvmmsg(fd, messages_.data(), most_datagrams, MSG_DONTWAIT, nullptr);
  std::size_t count = 0;
  for (int i = 0; i < got; ++i) {
    mmsghdr& message = messages_[static_cast<std::size_t>(i)];
    if (understand(message.msg_hdr, message.msg_len, family, carrier, received_[count])) ++count;
  }
  return {received_.data(), count};
}

bool EspReceiver::understand(msghdr& message, std::size_t length, Family family, Carrier carrier, ReceivedEsp& out) {
  if (message.msg_flags & MSG_TRUNC) return false;
  out.octets = {static_cast<std::uint8_t*>(message.msg_iov->iov_base), length};
  out.each = length;
  out.traffic_class = 0;
  out.ipv4_header = {};
  const auto& from = *static_cast<sockaddr_storage*>(message.msg_name);
  out.source = from_sockaddr(from);
  out.source_port = carrier == Carrier::udp ? port_of_sockaddr(from) : std::uint16_t{0};
  out.destination = {family, {}};
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control)) read_control(control, out);
  if (family == Family::v6 || carrier == Carrier::udp) return true;
  // A raw IPv4 socket gives the IP header, too.
  const std::size_t header = (out.octets[0] & 0x0FU) * 4U;
  if (length < 20 || header < 20 || length < header) return false;
  out.ipv4_header = out.octets.first(header);
  out.octets = out.octets.subspan(header);
  out.each = out.octets.size();
  return true;
}

}  // namespace kernel
