// What the CA's OCSP responder says of our own certificate: asked for, and held against what it must be.
#pragma once

#include <optional>

#include "engine/crypto/inquiry.hpp"

namespace engine::crypto {

/// nullopt: the trustpoint does not check by OCSP, has no certificate of ours with its issuer, or no responder is known.
std::optional<Fetch> own_status_question(const Trustpoint& trustpoint);
/// Until when the response says that our certificate is good; nullopt: it does not.
std::optional<WallTime> good_until(ByteView response, const Trustpoint& trustpoint, WallTime now);

}  // namespace engine::crypto
