// Stateless cookies against floods of half-open SAs (RFC 7296, 2.6).
#pragma once

#include "engine/address.hpp"
#include "engine/ids.hpp"
#include "engine/random.hpp"

namespace engine {

/// <version octet> | HMAC-SHA-256(secret, Ni | IPi | SPIi). Not bound to KE or SA, so that a COOKIE and an
/// INVALID_KE_PAYLOAD retry never chase each other. Secrets change every minute; the one before is still good.
class CookieJar {
 public:
  Bytes make(Time now, const IpAddress& initiator, IkeSpi spi_i, ByteView nonce_i, Rng& rng);
  bool valid(Time now, ByteView cookie, const IpAddress& initiator, IkeSpi spi_i, ByteView nonce_i, Rng& rng);

 private:
  void turn(Time now, Rng& rng);
  struct Generation {
    std::uint8_t version = 0;
    Bytes secret;
  };
  Generation current_, previous_;
  std::optional<Time> changed_;
};

}  // namespace engine
