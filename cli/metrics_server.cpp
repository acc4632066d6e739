#include "cli/metrics_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/open_metrics.hpp"
#include "kernel/host.hpp"

namespace cli {
namespace {

engine::Failure failure(const std::string& where) {
  return {.cause = engine::Cause::internal_error, .why = "cannot listen at " + where + ": " + std::strerror(errno)};
}

bool bind_to(int fd, std::uint16_t port) {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  return ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         ::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
}

bool bind_to(int fd, const std::string& path) {
  sockaddr_un here{};
  here.sun_family = AF_UNIX;
  if (path.size() >= sizeof here.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  std::memcpy(here.sun_path, path.c_str(), path.size() + 1);
  ::unlink(path.c_str());
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
  ::umask(before);
  return bound;
}

}  // namespace

engine::Result<std::unique_ptr<MetricsServer>> MetricsServer::open(kernel::Loop& loop, std::uint16_t port,
                                                                   const std::string& path, Source source) {
  const std::string where = port != 0 ? "127.0.0.1:" + std::to_string(port) : path;
  const int fd = ::socket(port != 0 ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failure(where);
  if (!(port != 0 ? bind_to(fd, port) : bind_to(fd, path)) || ::listen(fd, 8) < 0) {
    auto out = failure(where);
    ::close(fd);
    return out;
  }
  return std::unique_ptr<MetricsServer>(new MetricsServer(loop, fd, port != 0 ? std::string() : path, std::move(source)));
}

MetricsServer::MetricsServer(kernel::Loop& loop, int listener, std::string path, Source source)
    : loop_(loop), listener_(listener), path_(std::move(path)), source_(std::move(source)) {
  loop_.watch(listener_, EPOLLIN, [this](std::uint32_t) { accept(); });
  clock_ = loop_.add_clock([this] { return next_end(); }, [this](engine::Time now) { end_late(now); });
}

MetricsServer::~MetricsServer() {
  loop_.remove_clock(clock_);
  loop_.forget(listener_);
  ::close(listener_);
  if (!path_.empty()) ::unlink(path_.c_str());
  while (!connections_.empty()) close(connections_.begin()->first);
}

void MetricsServer::accept() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (connections_.size() >= max_connections) {
    ::close(fd);
    return;
  }
  connections_[fd] = std::make_shared<Connection>(Connection{{}, {}, false, kernel::monotonic_now() + patience});
  loop_.watch(fd, EPOLLIN, [this, fd](std::uint32_t events) { on_ready(fd, events); });
}

void MetricsServer::on_ready(int fd, std::uint32_t events) {
  const auto connection = connections_.at(fd);
  bool alive = (events & (EPOLLERR | EPOLLHUP)) == 0;
  if (alive && (events & EPOLLOUT) != 0) alive = flush(fd, *connection);
  if (alive && (events & EPOLLIN) != 0) alive = read(fd, *connection);
  if (!alive) close(fd);
}

/// One request a connection; what comes behind it is nobody's business.
bool MetricsServer::read(int fd, Connection& connection) {
  std::array<char, 4096> buffer;
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) {
    // It says no more, and may well listen still.
    if (connection.asked) loop_.rewatch(fd, connection.unsent.empty() ? 0 : EPOLLOUT);
    return connection.asked;
  }
  if (connection.asked) return true;
  connection.request.append(buffer.data(), static_cast<std::size_t>(got));
  if (connection.request.find("\r\n\r\n") != std::string::npos) {
    connection.asked = true;
    answer(fd, connection);
    return connections_.contains(fd);
  }
  return connection.request.size() < max_request_octets;
}

void MetricsServer::answer(int fd, Connection& connection) {
  const std::string first = connection.request.substr(0, connection.request.find("\r\n"));
  if (!first.starts_with("GET ")) return reply(fd, "405 Method Not Allowed", "text/plain", "GET alone\n");
  const std::string target = first.substr(4, first.find_first_of(" ?", 4) - 4);
  if (target != "/metrics") return reply(fd, "404 Not Found", "text/plain", "There is /metrics\n");
  // By then the collector may be gone, and its descriptor another's.
  source_([this, fd, asked = std::weak_ptr<Connection>(connections_.at(fd))](const std::string& text) {
    if (!asked.expired()) reply(fd, "200 OK", open_metrics_type, text);
  });
}

void MetricsServer::reply(int fd, const std::string& status, const std::string& type, const std::string& body) {
  const auto connection = connections_.at(fd);
  connection->unsent = "HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\nConnection: close\r\n\r\n" + body;
  if (!flush(fd, *connection)) close(fd);
}

/// False when everything has been said, or nobody listens.
bool MetricsServer::flush(int fd, Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t sent = ::send(fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) {
      loop_.rewatch(fd, EPOLLIN | EPOLLOUT);
      return true;
    }
    connection.unsent.erase(0, static_cast<std::size_t>(sent));
  }
  return false;
}

void MetricsServer::close(int fd) {
  if (connections_.erase(fd) == 0) return;
  loop_.forget(fd);
  ::close(fd);
}

std::optional<engine::Time> MetricsServer::next_end() const {
  std::optional<engine::Time> out;
  for (const auto& [fd, connection] : connections_)
    if (!out || connection->ends < *out) out = connection->ends;
  return out;
}

void MetricsServer::end_late(engine::Time now) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    const int fd = it->first;
    const bool late = it->second->ends <= now;
    ++it;
    if (late) close(fd);
  }
}

}  // namespace cli
