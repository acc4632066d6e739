// The peer's end of EAP (RFC 3748): its identity, and MSCHAPv2 or TLS. To be used only when the authenticator has shown who it
// is; with TLS also before, for then the method shows it (RFC 5998).
#pragma once

#include <memory>

#include "engine/eap/settings.hpp"
#include "engine/eap/step.hpp"
#include "engine/eap/tls_talk.hpp"
#include "engine/random.hpp"

namespace engine::eap {

class Client {
 public:
  explicit Client(std::shared_ptr<const EapClient> settings) : settings_(std::move(settings)) {}

  /// The authenticator has not shown who it is: its certificate has to speak for this identity, and until then it learns no name.
  void expect(Identity authenticator) { expected_ = std::move(authenticator); }

  /// The authenticator's request, or its last word.
  Step take(Rng& rng, ByteView message);
  Step resume(crypto::JobResult result);

 private:
  Step answer(Type type, Bytes data) const { return Send{encode({Code::response, id_, type, std::move(data)})}; }
  Step take_mschapv2(Rng& rng, const Packet& packet);
  Step take_tls(const Packet& packet);
  Step go_on(TlsTalk::Next next);
  std::string name() const;

  std::shared_ptr<const EapClient> settings_;
  std::uint8_t id_ = 0, chap_id_ = 0;
  unsigned messages_ = 0;
  Bytes challenge_, peer_challenge_, authenticator_response_;
  Secret msk_;
  bool proven_ = false;  // the authenticator knows the password
  std::string refusal_;  // what MSCHAPv2's Failure said
  std::optional<Identity> expected_;
  std::optional<TlsTalk> tls_;
};

}  // namespace engine::eap
