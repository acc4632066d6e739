// Hashes and HMAC over several parts, without a copy of them.
#pragma once

#include <span>

#include "engine/bytes.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

/// The hash over the parts; `out` takes `hash.output` octets.
void digest(const Hash& hash, std::span<const ByteView> parts, std::span<std::uint8_t> out);
/// HMAC (RFC 2104) over the parts; `out` takes `hash.output` octets.
void hmac(const Hash& hash, ByteView key, std::span<const ByteView> parts, std::span<std::uint8_t> out);

}  // namespace engine::crypto
