// The authenticator's end of EAP where a RADIUS server decides (RFC 3579): it sees each message, and knows none of the methods.
#pragma once

#include <memory>

#include "engine/eap/settings.hpp"
#include "engine/eap/step.hpp"
#include "engine/random.hpp"

namespace engine::eap {

class PassThrough {
 public:
  /// `identity`: the peer's in IKE, which stands for the one in EAP where that is not asked for.
  PassThrough(std::shared_ptr<const EapServer> settings, std::string identity, const IpAddress& local, const IpAddress& peer)
      : settings_(std::move(settings)), user_(std::move(identity)), local_(local), peer_(peer) {}

  Step begin(Rng& rng);
  Step take(Rng& rng, ByteView message);
  Step resume(crypto::JobResult result);

 private:
  Step ask(Bytes message);
  Step refuse(Failure failure, Bytes message = {}) const;

  std::shared_ptr<const EapServer> settings_;
  std::string user_;
  IpAddress local_, peer_;
  bool awaits_identity_ = false;
  std::uint8_t id_ = 0;  // of the last request
  unsigned messages_ = 0;
  Bytes state_;
};

}  // namespace engine::eap
