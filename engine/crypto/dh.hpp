// Key exchange by primitive. Each function makes the checks of RFC 6989 on the peer's value.
#pragma once

#include "engine/crypto/jobs.hpp"

namespace engine::crypto {

/// What the primitives give back; run() adds the private key. A DhStep leaves empty what it does not make.
struct DhValues {
  Bytes public_value;
  Secret shared;
};

/// A peer's public value that its group forbids; the peer is told INVALID_SYNTAX (RFC 6989, 2.5).
Failure invalid_peer_value(const Algorithm& group, const std::string& why);

/// Groups 1, 2, 5 and 14 to 18 (RFC 2409, 3526), 24 (RFC 5114).
Result<DhValues> dh_modp(const DhJob& job);
/// Groups 19 to 21 (RFC 5903), 28 to 30 (RFC 6954).
Result<DhValues> dh_ecp(const DhJob& job);
/// Groups 31 and 32 (RFC 8031).
Result<DhValues> dh_xdh(const DhJob& job);
/// 35 to 37 (draft-ietf-ipsecme-ikev2-mlkem): `private_key` is the seed of FIPS 203, or holds the randomness of an answer.
Result<DhValues> dh_ml_kem(const DhJob& job);
/// Whether the library that runs has it.
bool ml_kem_available(const Algorithm& row);

}  // namespace engine::crypto
