// RADIUS messages (RFC 2865, 2866, 2869, 3579, 2548): made, and verified before anything in them is believed. Every request has
// Message-Authenticator as its first attribute, and an answer of authentication without one is none, so that nobody on the way
// can turn a Reject into an Accept (BlastRADIUS, CVE-2024-3596).
#pragma once

#include <array>
#include <variant>

#include "engine/radius/settings.hpp"
#include "engine/result.hpp"

namespace engine::radius {

inline constexpr std::size_t max_octets = 4096, authenticator_octets = 16;

/// 16 octets: random in Access-Request, computed in Accounting-Request.
using Authenticator = std::array<std::uint8_t, authenticator_octets>;

struct Request {
  Bytes octets;
  Authenticator authenticator{};
};

Request encode(const Authenticate& what, std::uint8_t id, const Authenticator& random, ByteView secret);
Request encode(const Account& what, std::uint8_t id, ByteView secret);

using Answer = std::variant<Challenge, Accept, Reject, Accounted>;
/// The answer to `request`, or why the octets are none: forged, of another request, malformed. Such are to be dropped, since the
/// real one may still come.
Result<Answer> parse(ByteView octets, const Request& request, ByteView secret);

}  // namespace engine::radius
