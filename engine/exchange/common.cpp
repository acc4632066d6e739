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
  return {&group, crypto::DhStep::begin, turn.core.rng.secret(crypto::private_key_octets(group)), {}};
}

crypto::DhJob answer_dh(Turn& turn, const Algorithm& group, Bytes peer_public) {
  return {&group, crypto::DhStep::answer, turn.core.rng.secret(crypto::private_key_octets(group)), std::move(peer_public)};
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
  const std::string_view name = wire::name_of(type);
  return name.empty() ? "notify " + std::to_string(static_cast<unsigned>(type)) : std::string(name);
}

}  // namespace engine::exchange
