// What several exchanges share.
#pragma once

#include <string>

#include "engine/crypto/jobs.hpp"
#include "engine/ids.hpp"
#include "engine/wire/message.hpp"

namespace engine {
struct Turn;
}  // namespace engine

namespace engine::exchange {

inline constexpr std::size_t nonce_octets = 32;  // half of the longest PRF key at least (RFC 7296, 2.10)
inline bool usable_nonce(const wire::NoncePayload& nonce) { return nonce.data.size() >= 16 && nonce.data.size() <= 256; }

/// An IKE SPI no SA of ours has.
IkeSpi new_ike_spi(Turn& turn);
/// A key exchange with a fresh private key: the initiator's first half, and the whole of a responder's.
crypto::DhJob begin_dh(Turn& turn, const Algorithm& group);
crypto::DhJob answer_dh(Turn& turn, const Algorithm& group, Bytes peer_public);
/// The initiator's second half.
inline crypto::DhJob complete_dh(const Algorithm& group, Secret private_key, Bytes peer_public) {
  return {&group, crypto::DhStep::complete, std::move(private_key), std::move(peer_public)};
}
bool offers_group(const std::vector<wire::Proposal>& offered, std::uint16_t group);
/// The first notify that is an error (RFC 7296, 3.10.1: types below 16384), or null.
const wire::NotifyPayload* first_error(const wire::Payloads& payloads);
/// "NO_PROPOSAL_CHOSEN"; unknown ones by number.
std::string name_of(NotifyType type);

}  // namespace engine::exchange
