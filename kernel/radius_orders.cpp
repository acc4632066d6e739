#include "kernel/radius_orders.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "kernel/host.hpp"
#include "kernel/socket_options.hpp"

namespace kernel {

namespace radius = engine::radius;

void RadiusOrders::hang_up() {
  for (const int fd : sockets_) {
    loop_.forget(fd);
    ::close(fd);
  }
  sockets_.clear();
  asked_.clear();
}

engine::Status RadiusOrders::listen(engine::Family family) {
  const bool v4 = family == engine::Family::v4;
  const int fd = ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const auto fails = [&](const char* what) {
    const std::string why = std::string(what) + ": " + std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return engine::Failure{engine::NotifyType::none, engine::Cause::install_failed, why};
  };
  if (fd < 0) return fails("socket");
  const int on = 1;
  if (!v4 && ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) return fails("IPV6_V6ONLY");
  sockaddr_storage storage;
  const socklen_t length = to_sockaddr(engine::Prefix::any(family).address, port_, 0, storage);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) != 0) return fails("bind");
  sockets_.push_back(fd);
  loop_.watch(fd, EPOLLIN, [this, fd](std::uint32_t) { receive(fd); });
  return engine::Done{};
}

engine::Status RadiusOrders::set(std::uint16_t port, Clients clients) {
  const bool same_sockets = port == port_ && std::equal(clients.begin(), clients.end(), clients_.begin(), clients_.end(),
                                                        [](const auto& a, const auto& b) { return a.first == b.first; });
  clients_ = std::move(clients);
  if (same_sockets) return engine::Done{};
  hang_up();
  port_ = port;
  for (const engine::Family family : {engine::Family::v4, engine::Family::v6}) {
    const bool wanted =
        std::any_of(clients_.begin(), clients_.end(), [&](const auto& each) { return each.first.family == family; });
    if (!wanted) continue;
    if (auto status = listen(family); !status.ok()) return status;
  }
  return engine::Done{};
}

void RadiusOrders::receive(int fd) {
  std::array<std::uint8_t, radius::max_octets + 1> octets;
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  const ssize_t got = ::recvfrom(fd, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&storage), &length);
  if (got < 0) return;
  const bool v4 = storage.ss_family == AF_INET;
  const engine::SocketAddress from{from_sockaddr(storage), ntohs(v4 ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                                                                    : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port)};
  const auto client = clients_.find(from.ip);
  if (client == clients_.end()) return;
  engine::Bytes request(octets.data(), octets.data() + got);
  const auto again =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& each) { return each.from == from && each.request == request; });
  if (again != asked_.end()) {
    if (!again->response.empty()) reply(*again, 0);
    return;
  }
  auto order = radius::parse_order(request, client->second->expose());
  if (!order.ok()) return log_("RADIUS client " + from.ip.to_string() + ": " + order.failure().why);
  if (asked_.size() == most_remembered) asked_.pop_front();
  asked_.push_back({++last_, fd, from, std::move(request)});
  if (order->refused) return reply(asked_.back(), order->refused);
  take_({last_, std::move(order->order)});
}

void RadiusOrders::reply(Asked& asked, unsigned error) {
  const auto client = clients_.find(asked.from.ip);
  if (client == clients_.end()) return;
  if (asked.response.empty()) asked.response = radius::answer_order(asked.request, error, client->second->expose());
  sockaddr_storage storage;
  const socklen_t length = to_sockaddr(asked.from.ip, asked.from.port, 0, storage);
  (void)::sendto(asked.fd, asked.response.data(), asked.response.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&storage), length);
}

void RadiusOrders::answer(const engine::OrderDone& done) {
  for (Asked& each : asked_)
    if (each.number == done.number) return reply(each, done.result.sessions ? 0 : radius::session_not_found);
}

}  // namespace kernel
