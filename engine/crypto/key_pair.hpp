// Key pairs of our own: made, and known by their public half. OpenSSL's own generator makes them: they are drawn once and kept,
// so no run replays them.
#pragma once

#include <cstdint>

#include "engine/bytes.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// RSA of 512 to 4096 bits; may take seconds. PKCS#8 in DER.
Result<Secret> generate_rsa(unsigned bits);
/// On P-256, P-384 or P-521 by the size of the field. PKCS#8 in DER.
Result<Secret> generate_ec(unsigned bits);

/// The SubjectPublicKeyInfo in DER of a private key in PKCS#8; fails where it is none.
Result<Bytes> public_half(const Secret& pkcs8);

/// Edwards curves are `ec` as well: a router has one word for what is elliptic.
enum class KeyFamily : std::uint8_t { other, rsa, ec };
struct KeyShape {
  KeyFamily family = KeyFamily::other;
  unsigned bits = 0;
};
/// Of a SubjectPublicKeyInfo in DER; `other` where it is none.
KeyShape shape_of(ByteView public_key);

}  // namespace engine::crypto
