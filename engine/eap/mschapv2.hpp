// The messages of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2, 2), behind the EAP type.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    OpCode     |  MS-CHAPv2-ID |          MS-Length            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Value-Size   |  Value ...                                    |  Name or message ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <optional>
#include <string>

#include "engine/bytes.hpp"

namespace engine::eap::mschapv2 {

enum class OpCode : std::uint8_t { challenge = 1, response = 2, success = 3, failure = 4 };

struct Message {
  OpCode op = OpCode::challenge;
  std::uint8_t id = 0;
  Bytes challenge{};    // of Challenge and, the peer's own, of Response: 16 octets
  Bytes nt_response{};  // of Response: 24 octets
  std::string text{};   // the name, or what Success and Failure say
};

/// Nullopt: lengths that cannot be, or an OpCode that is none. Success and Failure of a peer are their OpCode alone.
std::optional<Message> parse(ByteView data);
Bytes encode(const Message& message);
/// What a peer answers Success or Failure with.
inline Bytes acknowledgement(OpCode op) { return {static_cast<std::uint8_t>(op)}; }

/// "S=0123...": the authenticator's proof in what Success says.
std::string success_text(ByteView authenticator_response);
std::optional<Bytes> proof_in(const std::string& success_text);

/// "user" of "DOMAIN\user".
std::string without_domain(const std::string& name);

}  // namespace engine::eap::mschapv2
