// Signatures of AUTH payloads, made and verified (RFC 7296, 2.15; RFC 4754; RFC 7427; RFC 8420).
#pragma once

#include <memory>

#include "engine/crypto/openssl.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"
#include "engine/signatures.hpp"

namespace engine::crypto {

/// In the scheme's form on the wire. Fails when `pkcs8` is no private key of a kind that the scheme fits.
Result<Bytes> sign(const std::shared_ptr<const Secret>& pkcs8, const SignatureScheme& scheme, ByteView octets);
/// `public_key` is a SubjectPublicKeyInfo in DER. False also when key and scheme do not fit.
bool verify(ByteView public_key, const SignatureScheme& scheme, ByteView octets, ByteView signature);
/// The same with a key that is parsed; null: false.
bool verify(EVP_PKEY* key, const SignatureScheme& scheme, ByteView octets, ByteView signature);

}  // namespace engine::crypto
