#include "engine/exchange/common.hpp"

#include "engine/turn.hpp"

namespace engine::exchange {

IkeSpi new_ike_spi(Turn& turn) {
  for (;;) {
    const IkeSpi spi{turn.core.rng.u64()};
    if (spi.value != 0 && !turn.core.sas.find_by_spi(spi)) return spi;
  }
}

crypto::DhJob begin_dh(Turn& turn, const Algorithm& group) {
  return {&group, crypto::DhStep::begin, Secret(turn.core.rng.bytes(crypto::private_key_octets(group))), {}};
}

crypto::DhJob answer_dh(Turn& turn, const Algorithm& group, Bytes peer_public) {
  return {&group, crypto::DhStep::answer, Secret(turn.core.rng.bytes(crypto::private_key_octets(group))), std::move(peer_public)};
}

bool offers_group(const std::vector<wire::Proposal>& offered, std::uint16_t group) {
  for (const wire::Proposal& proposal : offered)
    for (const wire::Transform& t : proposal.transforms)
      if (t.type == static_cast<std::uint8_t>(TransformType::key_exchange) && t.id == group) return true;
  return false;
}

const wire::NotifyPayload* first_error(const wire::Payloads& payloads) {
  for (const wire::Payload& payload : payloads)
    if (const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
        notify && static_cast<std::uint16_t>(notify->type) < 16384)
      return notify;
  return nullptr;
}

std::string name_of(NotifyType type) {
  switch (type) {
    case NotifyType::unsupported_critical_payload:
      return "UNSUPPORTED_CRITICAL_PAYLOAD";
    case NotifyType::invalid_syntax:
      return "INVALID_SYNTAX";
    case NotifyType::no_proposal_chosen:
      return "NO_PROPOSAL_CHOSEN";
    case NotifyType::invalid_ke_payload:
      return "INVALID_KE_PAYLOAD";
    case NotifyType::authentication_failed:
      return "AUTHENTICATION_FAILED";
    case NotifyType::single_pair_required:
      return "SINGLE_PAIR_REQUIRED";
    case NotifyType::no_additional_sas:
      return "NO_ADDITIONAL_SAS";
    case NotifyType::internal_address_failure:
      return "INTERNAL_ADDRESS_FAILURE";
    case NotifyType::failed_cp_required:
      return "FAILED_CP_REQUIRED";
    case NotifyType::ts_unacceptable:
      return "TS_UNACCEPTABLE";
    case NotifyType::unacceptable_addresses:
      return "UNACCEPTABLE_ADDRESSES";
    case NotifyType::unexpected_nat_detected:
      return "UNEXPECTED_NAT_DETECTED";
    case NotifyType::temporary_failure:
      return "TEMPORARY_FAILURE";
    case NotifyType::child_sa_not_found:
      return "CHILD_SA_NOT_FOUND";
    case NotifyType::state_not_found:
      return "STATE_NOT_FOUND";
    default:
      return "notify " + std::to_string(static_cast<unsigned>(type));
  }
}

}  // namespace engine::exchange
