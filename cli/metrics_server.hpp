// Figures for a collector: as little of an HTTP server as `GET /metrics` needs, on a Unix socket or on loopback alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/result.hpp"
#include "kernel/loop.hpp"

namespace cli {

class MetricsServer {
 public:
  static constexpr std::size_t max_connections = 8, max_request_octets = 8192;
  /// A collector that takes longer is disconnected.
  static constexpr engine::Duration patience = std::chrono::seconds(10);

  /// Gets the exposition; `then` may be called later.
  using Source = std::function<void(std::function<void(std::string)> then)>;

  /// Listens at 127.0.0.1:`port`, or at `path` where the port is 0. Fails with the reason.
  static engine::Result<std::unique_ptr<MetricsServer>> open(kernel::Loop& loop, std::uint16_t port, const std::string& path,
                                                             Source source);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

 private:
  struct Connection {
    std::string request, unsent;
    bool asked = false;
    engine::Time ends;
  };
  MetricsServer(kernel::Loop& loop, int listener, std::string path, Source source);
  void accept();
  void on_ready(int fd, std::uint32_t events);
  bool read(int fd, Connection& connection);
  void answer(int fd, Connection& connection);
  void reply(int fd, const std::string& status, const std::string& type, const std::string& body);
  bool flush(int fd, Connection& connection);
  void close(int fd);
  std::optional<engine::Time> next_end() const;
  void end_late(engine::Time now);

  kernel::Loop& loop_;
  int listener_;
  std::string path_;  // of a Unix socket
  Source source_;
  unsigned clock_;
  std::map<int, std::shared_ptr<Connection>> connections_;
};

}  // namespace cli
