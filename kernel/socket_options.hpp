// setsockopt, ancillary data and addresses in the few forms that the sockets of ESP need.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>

#include "engine/address.hpp"

namespace kernel {

template <class Value>
bool set_socket_option(int fd, int level, int option, Value value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/// Appends to ancillary data; `message.msg_control` is zeroed, aligned and has room.
template <class Value>
void add_control(msghdr& message, int level, int type, const Value& value) {
  auto* header = reinterpret_cast<cmsghdr*>(static_cast<char*>(message.msg_control) + message.msg_controllen);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_controllen += CMSG_SPACE(sizeof value);
}

/// `scope` is used for IPv6 link-local addresses only.
socklen_t to_sockaddr(const engine::IpAddress& ip, std::uint16_t port, unsigned scope, sockaddr_storage& out);
engine::IpAddress from_sockaddr(const sockaddr_storage& in);
std::uint16_t port_of_sockaddr(const sockaddr_storage& in);

}  // namespace kernel
