#include "kernel/syslog_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace kernel {

SyslogSocket::~SyslogSocket() {
  for (const int fd : {v4_, v6_})
    if (fd >= 0) ::close(fd);
}

bool SyslogSocket::send(const engine::SocketAddress& server, const std::string& message) {
  const bool v4 = server.ip.is_v4();
  int& fd = v4 ? v4_ : v6_;
  if (fd < 0) fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  sockaddr_storage address{};
  socklen_t length = 0;
  if (v4) {
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    in.sin_family = AF_INET;
    in.sin_port = htons(server.port);
    std::copy_n(server.ip.octets.begin(), 4, reinterpret_cast<std::uint8_t*>(&in.sin_addr));
    length = sizeof in;
  } else {
    auto& in = reinterpret_cast<sockaddr_in6&>(address);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(server.port);
    std::copy_n(server.ip.octets.begin(), 16, reinterpret_cast<std::uint8_t*>(&in.sin6_addr));
    length = sizeof in;
  }
  return ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length) ==
         static_cast<ssize_t>(message.size());
}

}  // namespace kernel
