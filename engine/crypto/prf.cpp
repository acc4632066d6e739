#include "engine/crypto/prf.hpp"

#include <algorithm>

#include "engine/crypto/hmac.hpp"

namespace engine::crypto {

Secret prf(const Algorithm& prf, ByteView key, std::initializer_list<ByteView> parts) {
  const Hash& hash = hash_of(prf.primitive);
  return Secret::made(hash.output, [&](std::span<std::uint8_t> out) { hmac(hash, key, {parts.begin(), parts.size()}, out); });
}

// RFC 7296, 2.13: T1 = prf(K, S | 0x01), Tn = prf(K, T(n-1) | S | n).
Secret prf_plus(const Algorithm& prf, ByteView key, ByteView seed, std::size_t length) {
  const Hash& hash = hash_of(prf.primitive);
  require(length <= 255 * hash.output);
  // Whole blocks first, so that each T is the input of the next where it stands.
  Bytes out((length + hash.output - 1) / hash.output * hash.output);
  ByteView previous;
  std::uint8_t n = 1;
  for (std::size_t at = 0; at < out.size(); at += hash.output, ++n) {
    const ByteView parts[] = {previous, seed, {&n, 1}};
    hmac(hash, key, parts, std::span(out).subspan(at, hash.output));
    previous = ByteView(out).subspan(at, hash.output);
  }
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(length), out.end(), std::uint8_t{0});
  out.resize(length);
  return Secret(std::move(out));
}

namespace {

Bytes hashed(Primitive which, std::initializer_list<ByteView> parts) {
  const Hash& hash = hash_of(which);
  Bytes out(hash.output);
  digest(hash, {parts.begin(), parts.size()}, out);
  return out;
}

Bytes hashed_with(Primitive which, ByteView key, std::initializer_list<ByteView> parts) {
  const Hash& hash = hash_of(which);
  Bytes out(hash.output);
  hmac(hash, key, {parts.begin(), parts.size()}, out);
  return out;
}

}  // namespace

Bytes sha1(std::initializer_list<ByteView> parts) { return hashed(Primitive::hmac_sha1, parts); }
Bytes sha256(std::initializer_list<ByteView> parts) { return hashed(Primitive::hmac_sha256, parts); }
Bytes md5(std::initializer_list<ByteView> parts) { return hashed(Primitive::hmac_md5, parts); }

Bytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) { return hashed_with(Primitive::hmac_sha256, key, parts); }
Bytes hmac_md5(ByteView key, std::initializer_list<ByteView> parts) { return hashed_with(Primitive::hmac_md5, key, parts); }

}  // namespace engine::crypto
