#include "kernel/socket_options.hpp"

namespace kernel {

socklen_t to_sockaddr(const engine::IpAddress& ip, std::uint16_t port, unsigned scope, sockaddr_storage& out) {
  out = {};
  if (ip.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, ip.octets.data(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, ip.octets.data(), 16);
  v6.sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr) ? scope : 0;
  return sizeof v6;
}

engine::IpAddress from_sockaddr(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET) return engine::IpAddress::v4(ntohl(reinterpret_cast<const sockaddr_in&>(in).sin_addr.s_addr));
  return *engine::IpAddress::from_bytes({reinterpret_cast<const sockaddr_in6&>(in).sin6_addr.s6_addr, 16});
}

std::uint16_t port_of_sockaddr(const sockaddr_storage& in) {
  return ntohs(in.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(in).sin_port
                                       : reinterpret_cast<const sockaddr_in6&>(in).sin6_port);
}

}  // namespace kernel
