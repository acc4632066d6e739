// Asks RADIUS servers on behalf of the engine (RFC 2865): each server of the group in its turn, as often as it says, and never
// holds anything else up. A server that kept silent is left out for a minute while there are others.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/crypto/jobs.hpp"
#include "engine/event.hpp"
#include "engine/radius/packet.hpp"
#include "engine/random.hpp"
#include "kernel/loop.hpp"

namespace kernel {

class RadiusClient {
 public:
  static constexpr std::size_t most_at_once = 1024;  // exchanges under way; more are answered with a failure at once

  /// `done` gets the answer to each ask(), on the loop's thread and never from within ask(); `log` is told of servers that do
  /// not answer. `rng` must outlive the client.
  RadiusClient(Loop& loop, engine::Rng& rng, std::function<void(engine::JobDone)> done, std::function<void(std::string)> log);
  ~RadiusClient();
  RadiusClient(const RadiusClient&) = delete;
  RadiusClient& operator=(const RadiusClient&) = delete;

  /// `job` is radius::Authenticate or radius::Account; `keys` has the servers' secrets.
  void ask(engine::JobId id, engine::crypto::Job job, std::shared_ptr<const engine::crypto::KeyStore> keys);

 private:
  struct Exchange;
  bool begin_with(Exchange& exchange, std::size_t server);
  void hang_up(Exchange& exchange);
  void next_server(Exchange& exchange);
  void receive(engine::JobId id);
  void finish(engine::JobId id, engine::crypto::JobResult result);
  void tick(engine::Time now);
  std::optional<engine::Time> next() const;

  Loop& loop_;
  engine::Rng& rng_;
  std::function<void(engine::JobDone)> done_;
  std::function<void(std::string)> log_;
  std::map<engine::JobId, std::unique_ptr<Exchange>> exchanges_;
  std::map<engine::SocketAddress, engine::Time> silent_;  // until when a server is left out
  unsigned clock_ = 0;
};

}  // namespace kernel
