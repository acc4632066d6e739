// The control socket: connections, frames, and a session behind each.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "cli/session.hpp"
#include "kernel/loop.hpp"

namespace cli {

class ControlServer {
 public:
  static constexpr std::size_t max_connections = 64;
  /// So many more for root and the daemon's own user: others who leave sessions behind do not lock them out.
  static constexpr std::size_t kept_for_the_owner = 16;
  /// Beyond these, so many are told that they are too many; those who come then are not even that.
  static constexpr std::size_t told_of_crowd = 16;
  /// For so long a connection may say nothing before it greets.
  static constexpr engine::Duration patience = std::chrono::seconds(10);
  /// What may wait to be read by the other side before log lines are dropped, and before no more requests are read.
  static constexpr std::size_t max_unread_octets = 1048576;

  /// Listens at `path` (made anew, for our user and group). Throws std::runtime_error. `loop` and `backend` must outlive it.
  ControlServer(kernel::Loop& loop, Backend& backend, const std::string& path);
  /// Closes every connection and removes the socket.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Hands a log line to every session with `terminal monitor`; tells how many those are.
  std::size_t monitor(const std::string& stamped);
  /// Every session that has greeted.
  Users users(const Session& asking) const;

 private:
  struct Connection {
    int fd = -1;
    FrameReader reader{max_request_octets};
    std::string unsent;         // encoded; the rest of what it came from may wait behind it
    std::deque<Reply> waiting;  // encoded when the other side has read what is before it
    std::size_t waiting_octets = 0;
    std::size_t taken = 0;  // of the first one's text
    bool corked = false;    // more answers come in this turn: they go out together
    bool stalled = false;   // nothing is read until the other side reads
    std::shared_ptr<Session> session;
    bool too_many = false;  // it is told so when it greets
    engine::Time greets_by{};
  };

  void accept();
  std::optional<engine::Time> next_end() const;
  void end_silent(engine::Time now);
  void turn_away(Connection& connection);
  void on_ready(Connection& connection, std::uint32_t events);
  bool read(Connection& connection);
  bool serve(Connection& connection);
  bool serve_frames(Connection& connection);
  bool greet(Connection& connection, const Request& hello);
  void send(Connection& connection, Reply reply);
  static bool lags(const Connection& connection) {
    return connection.unsent.size() + connection.waiting_octets > max_unread_octets;
  }
  bool flush(Connection& connection);
  static bool encode_more(Connection& connection);
  void close(Connection& connection);

  kernel::Loop& loop_;
  Backend& backend_;
  std::string path_;
  int listener_ = -1;
  unsigned clock_ = 0;
  std::map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace cli
