// The path from a peer's certificate to a trustpoint (RFC 5280, 6; RFC 4945, 5).
#pragma once

#include "engine/crypto/inquiry.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

/// What is looked at of a peer, and how long a path may be, anchor and peer included.
inline constexpr std::size_t max_presented = 10, max_path = 8;
/// Paths that a thread remembers of each trustpoint.
inline constexpr std::size_t max_remembered = 64;
/// Of a key on the path: what is weaker is refused, and what would cost too much.
inline constexpr std::uint32_t min_rsa_bits = 2048, max_rsa_bits = 8192;

struct ValidPath {
  VerifiedPeer peer;
  Key key;  // of its certificate
};

/// The first trustpoint to which a path holds at `now`. `presented` begins with the peer's own. What the failure tells is the
/// trustpoint that came closest: one whose CA signed, before one that nothing leads to. `inquiry` has what was fetched, and is
/// told what is to be fetched: of a path that holds so far, and of no other.
Result<ValidPath> validate_path(const std::vector<Bytes>& presented,
                                const std::vector<std::shared_ptr<const Trustpoint>>& trustpoints, WallTime now,
                                Inquiry& inquiry);

/// Subject and alternative names, in words.
std::string speaks_for(const Certificate& certificate);

}  // namespace engine::crypto
