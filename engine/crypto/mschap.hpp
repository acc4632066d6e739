// The arithmetic of MS-CHAPv2 (RFC 2759, 8) and the keys that EAP makes of it (RFC 3079, 3; the EAP method is
// draft-kamath-pppext-eap-mschapv2). MD4, DES and SHA-1 are what it is made of: only within an IKE SA, and only where configured.
#pragma once

#include <string_view>

#include "engine/secret.hpp"

namespace engine::crypto {

inline constexpr std::size_t mschap_challenge_octets = 16, nt_response_octets = 24, authenticator_response_octets = 20;

struct MschapValues {
  Bytes nt_response;             // that the peer proves the password by
  Bytes authenticator_response;  // that the authenticator proves it by: 20 octets, "S=" in hexadecimal
  Secret msk;                    // 64 octets
};

/// `password` in UTF-8; `user` without a domain in front. Challenges of 16 octets.
MschapValues mschap(ByteView password, std::string_view user, ByteView authenticator_challenge, ByteView peer_challenge);

/// NtPasswordHash and the start key that the authenticator sends with, for third-party vectors.
Secret nt_password_hash(ByteView password);

}  // namespace engine::crypto
