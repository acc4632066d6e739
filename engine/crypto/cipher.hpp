// Sealing and opening of SK payloads' contents; also what the tests of ESP compare with.
#pragma once

#include "engine/algorithms.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// Both algorithms of a direction and their keys. `integrity` and `key_integrity` are unused for AEAD; then
/// `key_encryption` ends in the salt.
struct CipherKeys {
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  const Secret* key_encryption = nullptr;
  const Secret* key_integrity = nullptr;
};

/// IV | ciphertext | ICV. `plaintext` is already padded to `encryption->block_octets`; `iv` has `iv_octets` octets.
/// AEAD authenticates `associated`; otherwise the ICV covers `associated` | IV | ciphertext (RFC 7296, 3.14; RFC 5282; RFC 7634).
/// The encryption row is one that IKE can use: it has an `ike_keyword`.
Bytes seal(const CipherKeys& keys, ByteView associated, ByteView iv, ByteView plaintext);
/// The plaintext, padding included. Fails with Cause::integrity_failed for anything that does not verify or fit.
Result<Bytes> open(const CipherKeys& keys, ByteView associated, ByteView sealed);
/// Octets that seal() adds around a plaintext: IV and ICV.
std::size_t overhead(const CipherKeys& keys);

}  // namespace engine::crypto
