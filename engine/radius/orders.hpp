// What a server orders unasked: Disconnect-Request and CoA-Request (RFC 5176), and our answers.
#pragma once

#include "engine/radius/packet.hpp"

namespace engine::radius {

/// Fails for what is not made with our secret, is of another kind, or malformed: such is dropped, and nobody told.
/// What is to be answered with a refusal at once is an order about nobody, with the reason in `refused`.
struct Ordering {
  Order order;
  unsigned refused = 0;  // Error-Cause; 0: it is to be obeyed
};
Result<Ordering> parse_order(ByteView octets, ByteView secret);

/// ACK, or NAK with an Error-Cause (RFC 5176, 3.5).
inline constexpr unsigned unsupported_attribute = 401, missing_attribute = 402, session_not_found = 503;
Bytes answer_order(ByteView request, unsigned error, ByteView secret);

}  // namespace engine::radius
