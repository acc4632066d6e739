#include "kernel/radius_client.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "kernel/host.hpp"
#include "kernel/socket_options.hpp"

namespace kernel {
namespace {

using engine::Cause;
using engine::Failure;
namespace radius = engine::radius;

constexpr engine::Duration left_out = std::chrono::minutes(1);

/// Sends to and hears from this server alone; -1: there is no way to it.
int connected_socket(const engine::SocketAddress& server) {
  const int fd = ::socket(server.ip.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  sockaddr_storage storage;
  const socklen_t length = to_sockaddr(server.ip, server.port, 0, storage);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&storage), length) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

struct RadiusClient::Exchange {
  engine::JobId id;
  std::shared_ptr<const engine::RadiusGroup> group;
  engine::crypto::Job job;
  std::shared_ptr<const engine::crypto::KeyStore> keys;
  std::vector<std::size_t> order{};  // of servers, as they are to be asked
  std::size_t place = 0;             // in `order`
  int fd = -1;
  radius::Request request{};
  unsigned sent = 0;
  engine::Time next{};
  std::string spoiled{};  // the last answer that was none

  const engine::RadiusServer& server() const { return group->servers[order[place]]; }
  bool accounting() const { return std::holds_alternative<radius::Account>(job); }
  engine::SocketAddress address_of(const engine::RadiusServer& each) const {
    return {each.address, accounting() ? each.accounting_port : each.authentication_port};
  }
  engine::SocketAddress address() const { return address_of(server()); }
  void send() {
    ++sent;
    (void)::send(fd, request.octets.data(), request.octets.size(), MSG_NOSIGNAL);
  }
};

RadiusClient::RadiusClient(Loop& loop, engine::Rng& rng, std::function<void(engine::JobDone)> done,
                           std::function<void(std::string)> log)
    : loop_(loop), rng_(rng), done_(std::move(done)), log_(std::move(log)) {
  clock_ = loop_.add_clock([this] { return next(); }, [this](engine::Time now) { tick(now); });
}

RadiusClient::~RadiusClient() {
  loop_.remove_clock(clock_);
  for (const auto& [id, exchange] : exchanges_) hang_up(*exchange);
}

void RadiusClient::hang_up(Exchange& exchange) {
  if (exchange.fd < 0) return;
  loop_.forget(exchange.fd);
  ::close(std::exchange(exchange.fd, -1));
}

void RadiusClient::ask(engine::JobId id, engine::crypto::Job job, std::shared_ptr<const engine::crypto::KeyStore> keys) {
  auto owned = std::make_unique<Exchange>();
  Exchange& exchange = *owned;
  exchange.id = id;
  exchange.group = std::holds_alternative<radius::Account>(job) ? std::get<radius::Account>(job).group
                                                                : std::get<radius::Authenticate>(job).group;
  exchange.job = std::move(job);
  exchange.keys = std::move(keys);
  if (exchanges_.size() >= most_at_once) {
    loop_.post([this, id] {
      done_({id, Failure{.cause = Cause::radius_silent, .why = "too many RADIUS servers' answers are awaited"}});
    });
    return;
  }
  const engine::Time now = monotonic_now();
  for (std::size_t i = 0; i < exchange.group->servers.size(); ++i) exchange.order.push_back(i);
  // Those that kept silent lately come last.
  std::stable_partition(exchange.order.begin(), exchange.order.end(), [&](std::size_t i) {
    const auto until = silent_.find(exchange.address_of(exchange.group->servers[i]));
    return until == silent_.end() || until->second <= now;
  });
  exchanges_[id] = std::move(owned);
  if (!begin_with(exchange, 0)) next_server(exchange);
}

bool RadiusClient::begin_with(Exchange& exchange, std::size_t place) {
  exchange.place = place;
  if (place >= exchange.order.size()) return false;
  const engine::Secret* secret = exchange.keys->find(exchange.server().secret);
  exchange.fd = secret ? connected_socket(exchange.address()) : -1;
  if (exchange.fd < 0) return false;
  const std::uint8_t number = rng_.bytes(1).front();
  if (const auto* account = std::get_if<radius::Account>(&exchange.job)) {
    exchange.request = radius::encode(*account, number, secret->expose());
  } else {
    radius::Authenticator random;
    rng_.fill(random);
    exchange.request = radius::encode(std::get<radius::Authenticate>(exchange.job), number, random, secret->expose());
  }
  exchange.sent = 0;
  loop_.watch(exchange.fd, EPOLLIN, [this, id = exchange.id](std::uint32_t) { receive(id); });
  exchange.send();
  exchange.next = monotonic_now() + exchange.server().timeout;
  return true;
}

/// The one that was asked is given up; what its end leads to comes with the next tick.
void RadiusClient::next_server(Exchange& exchange) {
  hang_up(exchange);
  for (std::size_t place = exchange.place + 1; place < exchange.order.size(); ++place)
    if (begin_with(exchange, place)) return;
  exchange.place = exchange.order.size();
  exchange.next = monotonic_now();
}

void RadiusClient::receive(engine::JobId id) {
  const auto it = exchanges_.find(id);
  if (it == exchanges_.end() || it->second->fd < 0) return;
  Exchange& exchange = *it->second;
  std::array<std::uint8_t, radius::max_octets + 1> octets;
  const ssize_t got = ::recv(exchange.fd, octets.data(), octets.size(), 0);
  const engine::Secret* secret = exchange.keys->find(exchange.server().secret);
  if (got < 0 || !secret) return;  // ICMP errors too: the next attempt will tell
  auto answer = radius::parse(engine::ByteView(octets.data(), static_cast<std::size_t>(got)), exchange.request, secret->expose());
  if (!answer.ok()) {
    exchange.spoiled = answer.failure().why;
    return;
  }
  silent_.erase(exchange.address());
  finish(id, std::visit([](auto& each) -> engine::crypto::JobResult { return std::move(each); }, *answer));
}

void RadiusClient::finish(engine::JobId id, engine::crypto::JobResult result) {
  const auto it = exchanges_.find(id);
  hang_up(*it->second);
  exchanges_.erase(it);
  done_({id, std::move(result)});
}

std::optional<engine::Time> RadiusClient::next() const {
  std::optional<engine::Time> out;
  for (const auto& [id, exchange] : exchanges_)
    if (!out || exchange->next < *out) out = exchange->next;
  return out;
}

void RadiusClient::tick(engine::Time now) {
  std::vector<engine::JobId> over;
  for (auto& [id, owned] : exchanges_) {
    Exchange& exchange = *owned;
    if (exchange.next > now) continue;
    if (exchange.place >= exchange.order.size()) {
      over.push_back(id);
    } else if (exchange.sent <= exchange.server().retransmit) {
      exchange.send();
      exchange.next = now + exchange.server().timeout;
    } else {
      const auto [known, fresh] = silent_.insert_or_assign(exchange.address(), now + left_out);
      if (fresh) log_("RADIUS server " + exchange.server().name + " (" + exchange.address().to_string() + ") is not responding");
      next_server(exchange);
    }
  }
  for (const engine::JobId id : over) {
    const Exchange& exchange = *exchanges_.at(id);
    const bool lies = !exchange.spoiled.empty();
    finish(id, Failure{.cause = lies ? Cause::radius_bad_answer : Cause::radius_silent,
                       .why = "no server of RADIUS group " + exchange.group->name + " has answered" +
                              (lies ? "; what came was " + exchange.spoiled : "")});
  }
}

}  // namespace kernel
