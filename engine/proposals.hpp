// Security association proposals: what we offer, what we choose, what we accept as an answer (RFC 7296, 2.7 and 3.3).
#pragma once

#include <string>
#include <vector>

#include "engine/config.hpp"
#include "engine/crypto/prf.hpp"
#include "engine/wire/message.hpp"

namespace engine {

/// The proposals of a policy, numbered from 1. AEAD and other ciphers never share one (RFC 5282, 8), so an IOS
/// proposal that names both becomes two. `spi` is empty in IKE_SA_INIT, 8 octets in a rekey.
std::vector<wire::Proposal> offer_ike(const IkePolicy& policy, const Bytes& spi);

/// The PRFs of a proposal: without a `prf` line the hashes of `integrity` serve, as on IOS.
std::vector<const Algorithm*> prf_rows(const IkeProposal& proposal);

struct IkeChoice {
  crypto::IkeSuite suite;
  wire::Proposal answer;
};
/// Responder: our preference decides, except that the group of the peer's KE payload is taken where both ends allow it
/// (saves a round trip). Fails with NO_PROPOSAL_CHOSEN, Cause::proposal_mismatch and theirs against ours as evidence.
Result<IkeChoice> choose_ike(const std::vector<wire::Proposal>& offered, const IkePolicy& policy, std::uint16_t ke_group);
/// Initiator: the answer must be one proposal, made of what was offered, one transform a type.
Result<crypto::IkeSuite> accept_ike_answer(const wire::SaPayload& answer, const std::vector<wire::Proposal>& offered);

/// What was agreed for a Child SA.
struct ChildChoice {
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;        // null for AEAD
  const Algorithm* group = nullptr;            // null: no key exchange
  std::vector<const Algorithm*> additional{};  // further ones in their order (RFC 9370)
  bool extended_sequence_numbers = false;
  EspSpi peer_spi;
  wire::Proposal answer;  // responder: to be sent back, with our SPI put in by the caller
};
/// `group` null: no key exchange offered (IKE_AUTH, or no PFS), nor additional ones.
std::vector<wire::Proposal> offer_child(const CryptoMapEntry& entry, EspSpi spi, const Algorithm* group);
/// How a responder treats key exchange transforms: in IKE_AUTH they mean nothing (RFC 7296, 1.2).
enum class ChildKeyExchange { ignored, as_offered };
Result<ChildChoice> choose_child(const std::vector<wire::Proposal>& offered, const CryptoMapEntry& entry,
                                 ChildKeyExchange key_exchange, std::uint16_t ke_group);
Result<ChildChoice> accept_child_answer(const wire::SaPayload& answer, const std::vector<wire::Proposal>& offered);

/// "AES-CBC-256 SHA256 SHA256 DH_GROUP_2048_MODP/Group 14"; unknown transforms as type/id.
std::string describe(const wire::Proposal& proposal);
std::string describe(const std::vector<wire::Proposal>& proposals);

}  // namespace engine
