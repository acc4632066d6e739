// One initiator of the load generator: an endpoint of our own engine with one peer, and what became of its SA.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/endpoint.hpp"

namespace bench {

/// The address `offset` further on; within its last four octets.
engine::IpAddress advanced(engine::IpAddress address, std::size_t offset);

/// What all initiators have in common. Algorithms by the words of the configuration.
struct Scheme {
  engine::IpAddress responder;
  engine::Prefix responder_network;  // what they want to reach
  engine::IpAddress behind;          // the host behind initiator 0 that wants it; the next ones follow
  std::string group = "31";
  bool aead = true;  // AES-GCM-256 with PRF SHA-256, or AES-CBC-256 with SHA-256; IKE and ESP alike
  std::string key = "bench-secret";
  std::string certificates;      // folder with ca.der, key.der (PKCS#8) and N.der of each initiator; empty: by the key
  engine::Duration liveness{0};  // 0: never asks whether the responder lives
};

/// Compiles a Scheme once; gives each initiator its part.
class Plan {
 public:
  explicit Plan(const Scheme& scheme);
  /// Initiator `number` calls itself "iNUMBER.bench.example".
  std::shared_ptr<const engine::Config> config_of(std::size_t number) const;
  const engine::crypto::KeyStore& keys() const { return keys_; }

 private:
  Scheme scheme_;
  std::shared_ptr<const engine::IkePolicy> policy_;
  std::shared_ptr<const engine::Keyring> keyring_;
  std::shared_ptr<const engine::TransformSet> transform_set_;
  engine::CertificatePtr authority_;
  engine::crypto::KeyStore keys_;
};

class Initiator {
 public:
  enum class State { idle, negotiating, up, closing };

  Initiator(const Plan& plan, std::size_t number, const engine::IpAddress& local, engine::Rng& rng);

  /// Each appends what is to be sent.
  using Sent = std::vector<engine::SendDatagram>;
  void start(engine::Time now, Sent& out);
  void stop(engine::Time now, Sent& out);
  void receive(engine::Time now, engine::Datagram datagram, Sent& out);
  void tick(engine::Time now, Sent& out);
  std::optional<engine::Time> next_deadline() const { return endpoint_.next_deadline(); }

  State state() const { return state_; }
  engine::Time since() const { return since_; }  // of the state
  /// Why the last negotiation failed; empty: none has.
  const std::string& failure() const { return failure_; }

 private:
  void handle(engine::Time now, engine::Event event, Sent& out);
  void carry_out(engine::Time now, engine::Actions actions, Sent& out);
  void become(State state, engine::Time now);

  const Plan& plan_;
  engine::Endpoint endpoint_;
  State state_ = State::idle;
  engine::Time since_{};
  std::string failure_;
};

}  // namespace bench
