// Keys from passwords.
#pragma once

#include <cstdint>

#include "engine/secret.hpp"

namespace engine::crypto {

/// What scrypt (RFC 7914) costs: 128 r N octets of memory, and p times as long.
struct ScryptCost {
  std::uint64_t n, r, p;
};

/// `octets` is the length of the key.
Secret scrypt(ByteView password, ByteView salt, const ScryptCost& cost, std::size_t octets);
/// PBKDF2 (RFC 8018, 5.2) with HMAC-SHA-256.
Secret pbkdf2_sha256(ByteView password, ByteView salt, int iterations, std::size_t octets);

}  // namespace engine::crypto
