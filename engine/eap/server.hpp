// The authenticator's end of EAP, for users known here (RFC 3748): identity where it is asked for, then MSCHAPv2.
#pragma once

#include <memory>
#include <optional>

#include "engine/eap/settings.hpp"
#include "engine/eap/step.hpp"
#include "engine/random.hpp"

namespace engine::eap {

class Server {
 public:
  explicit Server(std::shared_ptr<const EapServer> settings) : settings_(std::move(settings)) {}

  /// The first request.
  Step begin(Rng& rng);
  /// The peer's answer to the last request.
  Step take(Rng& rng, ByteView message);
  Step resume(crypto::JobResult result);

 private:
  enum class Awaits { identity, response, confirmation };
  Step challenge(Rng& rng);
  Step verify(const Packet& packet);
  Step refuse(Cause cause, std::string why) const;
  Packet request(Type type, Bytes data) { return {Code::request, id_, type, std::move(data)}; }

  std::shared_ptr<const EapServer> settings_;
  Awaits awaits_ = Awaits::identity;
  std::uint8_t id_ = 0;
  unsigned messages_ = 0;
  Bytes challenge_, nt_response_;
  std::string identity_, user_;
  Secret msk_;
};

}  // namespace engine::eap
