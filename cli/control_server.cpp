#include "cli/control_server.hpp"

#include <pwd.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "kernel/host.hpp"
#include "parser/operators.hpp"

namespace cli {
namespace {

constexpr unsigned lowest_privilege = 1, highest_privilege = 15;
constexpr std::size_t octets_a_turn = 1 << 20;  // to one connection, before others have their turn

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
  return "uid " + std::to_string(uid);
}

std::optional<uid_t> peer_of(int fd) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? std::optional(peer.uid) : std::nullopt;
}
bool is_owner(std::optional<uid_t> peer) { return peer && (*peer == 0 || *peer == ::geteuid()); }

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error("cannot listen at " + path + ": " + std::strerror(errno));
}

}  // namespace

ControlServer::ControlServer(kernel::Loop& loop, Backend& backend, const std::string& path)
    : loop_(loop), backend_(backend), path_(path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) throw std::runtime_error("the path of the control socket is too long: " + path);
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener_ < 0) fail(path);
  ::unlink(path.c_str());
  const mode_t before = ::umask(0117);
  const bool bound = ::bind(listener_, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  ::umask(before);
  if (!bound || ::listen(listener_, 16) < 0) fail(path);
  loop_.watch(listener_, EPOLLIN, [this](std::uint32_t) { accept(); });
  clock_ = loop_.add_clock([this] { return next_end(); }, [this](engine::Time now) { end_silent(now); });
}

ControlServer::~ControlServer() {
  loop_.remove_clock(clock_);
  loop_.forget(listener_);
  ::close(listener_);
  ::unlink(path_.c_str());
  while (!connections_.empty()) {
    Connection& connection = *connections_.begin()->second;
    flush(connection);
    close(connection);
  }
}

void ControlServer::accept() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  const std::size_t most = max_connections + (is_owner(peer_of(fd)) ? kept_for_the_owner : 0);
  if (connections_.size() >= max_connections + kept_for_the_owner + told_of_crowd) {
    ::close(fd);
    return;
  }
  auto& connection = *(connections_[fd] = std::make_unique<Connection>());
  connection.fd = fd;
  connection.too_many = connections_.size() > most;
  connection.greets_by = kernel::monotonic_now() + patience;
  loop_.watch(fd, EPOLLIN, [this, &connection](std::uint32_t events) { on_ready(connection, events); });
}

void ControlServer::on_ready(Connection& connection, std::uint32_t events) {
  bool alive = true;
  if (events & EPOLLOUT) alive = flush(connection);
  if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !connection.stalled) alive = read(connection) && serve(connection);
  if (alive && (events & EPOLLERR)) alive = false;
  if (alive && connection.session && connection.session->over()) alive = false;
  if (!alive) close(connection);
}

bool ControlServer::read(Connection& connection) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  connection.reader.feed({buffer.data(), static_cast<std::size_t>(got)});
  return true;
}

bool ControlServer::serve(Connection& connection) {
  connection.corked = true;
  const bool fine = serve_frames(connection);
  connection.corked = false;
  return flush(connection) && fine;
}

bool ControlServer::serve_frames(Connection& connection) {
  while (const auto frame = connection.reader.next()) {
    auto request = parse_request(*frame);
    if (!request) return false;
    if (!connection.session) {
      if (!greet(connection, *request)) return false;
      continue;
    }
    if (request->kind == RequestKind::hello || !connection.session->keeps_up()) return false;
    connection.session->handle(std::move(*request));
  }
  return !connection.reader.broken();
}

std::optional<engine::Time> ControlServer::next_end() const {
  std::optional<engine::Time> out;
  for (const auto& [fd, connection] : connections_)
    if (!connection->session && (!out || connection->greets_by < *out)) out = connection->greets_by;
  return out;
}

void ControlServer::end_silent(engine::Time now) {
  for (auto it = connections_.begin(); it != connections_.end();) {
    Connection& connection = *it->second;
    ++it;
    if (!connection.session && connection.greets_by <= now) close(connection);
  }
}

/// Not as a session: it is told why there is none.
void ControlServer::turn_away(Connection& connection) {
  send(connection, {ReplyKind::refusal, 0, page_unchanged,
                    "% All " + std::to_string(max_connections) + " lines are in use: end a session, or try again later\n"});
  send(connection, {ReplyKind::done, done_refused | done_leave, page_unchanged, {}});
  flush(connection);
  backend_.log().add(backend_.now(), {4, "%SYS-4-LINES_IN_USE: A session was turned away, all lines are in use"});
}

bool ControlServer::greet(Connection& connection, const Request& hello) {
  if (hello.kind != RequestKind::hello) return false;
  if (connection.too_many) {
    turn_away(connection);
    return false;
  }
  const auto peer = peer_of(connection.fd);
  if (!peer) return false;
  SessionOptions options;
  options.interaction = hello.interaction;
  options.user = user_name(*peer);
  // Who the host let in as what, it has decided; the configuration says how far that one may go.
  options.own_level =
      is_owner(peer) ? highest_privilege : parser::user_privilege(backend_.running(), options.user).value_or(lowest_privilege);
  options.level = options.own_level;
  options.privileged = options.own_level == highest_privilege;
  if (hello.number > 0) options.columns = hello.number;
  connection.session = std::make_shared<Session>(backend_, std::move(options),
                                                 [this, &connection](Reply reply) { send(connection, std::move(reply)); });
  connection.session->greet();
  return true;
}

void ControlServer::send(Connection& connection, Reply reply) {
  const bool idle = connection.unsent.empty();
  connection.waiting_octets += reply.text.size();
  connection.waiting.push_back(std::move(reply));
  if (!idle || connection.corked) return;
  // A broken connection shows in the loop's next turn.
  flush(connection);
}

/// Frames of what waits, as many as go out together. False: there is nothing left to be sent.
bool ControlServer::encode_more(Connection& connection) {
  while (connection.unsent.size() < reply_piece_octets && !connection.waiting.empty()) {
    const Reply& next = connection.waiting.front();
    const std::size_t before = connection.taken;
    connection.unsent += encode(next, connection.taken);
    connection.waiting_octets -= connection.taken - before;
    if (connection.taken < next.text.size()) continue;
    connection.waiting.pop_front();
    connection.taken = 0;
  }
  return !connection.unsent.empty();
}

bool ControlServer::flush(Connection& connection) {
  std::size_t written = 0;
  while (written < octets_a_turn && encode_more(connection)) {
    const ssize_t put = ::send(connection.fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      if (errno != EAGAIN) return false;
      break;
    }
    connection.unsent.erase(0, static_cast<std::size_t>(put));
    written += static_cast<std::size_t>(put);
  }
  encode_more(connection);
  connection.stalled = lags(connection);
  const std::uint32_t events = (connection.stalled ? 0U : EPOLLIN) | (connection.unsent.empty() ? 0U : EPOLLOUT);
  loop_.rewatch(connection.fd, events);
  return true;
}

std::size_t ControlServer::monitor(const std::string& stamped) {
  std::size_t count = 0;
  for (const auto& [fd, connection] : connections_) {
    if (!connection->session || !connection->session->monitors() || lags(*connection)) continue;
    send(*connection, {ReplyKind::monitor, 0, page_unchanged, stamped});
    ++count;
  }
  return count;
}

Users ControlServer::users(const Session& asking) const {
  Users out;
  for (const auto& [fd, connection] : connections_)
    if (connection->session) out.users.push_back(connection->session->row(asking));
  return out;
}

void ControlServer::close(Connection& connection) {
  if (connection.session) connection.session->disconnected();
  loop_.forget(connection.fd);
  ::close(connection.fd);
  connections_.erase(connection.fd);
}

}  // namespace cli
