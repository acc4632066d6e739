#include "engine/cookie.hpp"

#include "engine/crypto/prf.hpp"
#include "engine/secret.hpp"

namespace engine {
namespace {

constexpr Duration secret_life = std::chrono::minutes(1);

Bytes compute(std::uint8_t version, ByteView secret, const IpAddress& initiator, IkeSpi spi_i, ByteView nonce_i) {
  Writer spi;
  spi.u64(spi_i.value);
  Bytes out{version};
  const Bytes mac = crypto::hmac_sha256(secret, {nonce_i, initiator.bytes(), spi.view()});
  out.insert(out.end(), mac.begin(), mac.end());
  return out;
}

}  // namespace

void CookieJar::turn(Time now, Rng& rng) {
  if (changed_ && now - *changed_ < secret_life) return;
  const bool stale = changed_ && now - *changed_ >= 2 * secret_life;
  previous_ = stale ? Generation{current_.version, {}} : std::move(current_);
  current_ = {static_cast<std::uint8_t>(previous_.version + 1), rng.bytes(32)};
  changed_ = now;
}

Bytes CookieJar::make(Time now, const IpAddress& initiator, IkeSpi spi_i, ByteView nonce_i, Rng& rng) {
  turn(now, rng);
  return compute(current_.version, current_.secret, initiator, spi_i, nonce_i);
}

bool CookieJar::valid(Time now, ByteView cookie, const IpAddress& initiator, IkeSpi spi_i, ByteView nonce_i, Rng& rng) {
  turn(now, rng);
  for (const Generation* generation : {&current_, &previous_})
    if (!generation->secret.empty() && !cookie.empty() && cookie[0] == generation->version)
      return constant_time_equal(cookie, compute(generation->version, generation->secret, initiator, spi_i, nonce_i));
  return false;
}

}  // namespace engine
