// The authenticator's end of EAP, for users known here (RFC 3748): identity where it is asked for, then MSCHAPv2 or TLS.
#pragma once

#include <memory>
#include <optional>

#include "engine/eap/settings.hpp"
#include "engine/eap/step.hpp"
#include "engine/eap/tls_talk.hpp"
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
  enum class Awaits { identity, response, confirmation, tls };
  /// MSCHAPv2 before TLS, as far as there are both.
  Step first_method(Rng& rng);
  Step challenge(Rng& rng);
  Step start_tls();
  Step take_nak(const Packet& packet);
  Step go_on(TlsTalk::Next next);
  Step admit();
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
  std::optional<TlsTalk> tls_;
};

}  // namespace engine::eap
