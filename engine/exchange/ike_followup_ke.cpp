#include "engine/exchange/ike_followup_ke.hpp"

#include "engine/exchange/common.hpp"
#include "engine/turn.hpp"

namespace engine::exchange {

void KeyExchanges::add(Secret shared) {
  if (first.empty()) {
    first = std::move(shared);
    return;
  }
  Writer all;
  all.reserve(more.size() + shared.size());
  all.bytes(more.expose());
  all.bytes(shared.expose());
  more = Secret(all.take());
  ++done;
}

namespace ike_followup_ke {
namespace {

/// The peer breaks the rules of 2.2.4: INVALID_SYNTAX ends the IKE SA (RFC 7296, 2.21.3).
void refuse(Turn& turn, IkeSa& sa, MessageId id, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE_FOLLOWUP_KE request refused");
  sa.respond(turn, wire::ExchangeType::ike_followup_ke, id,
             {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::invalid_syntax, {}}});
  sa.linger(turn, failure.cause, failure.why);
}

}  // namespace

bool may_go_on(Turn& turn, const IkeSa& sa) {
  if (!sa.own.used_up()) return true;
  sa.diagnose(turn, {NotifyType::none, Cause::lifetime_expired, "message IDs are used up"}, "IKE_FOLLOWUP_KE not sent");
  return false;
}

wire::Payloads request(const KeyExchanges& keys, Bytes public_value) {
  return {wire::KePayload{keys.next().id, std::move(public_value)},
          wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::additional_key_exchange, keys.link}};
}

Status keep_link(KeyExchanges& keys, const wire::Payloads& answer, std::size_t left) {
  if (left == 0) return Done{};
  const auto* link = wire::find_notify(answer, NotifyType::additional_key_exchange);
  if (!link)
    return Failure{NotifyType::none, Cause::missing_payload,
                   "the answer lacks ADDITIONAL_KEY_EXCHANGE, and another key exchange was agreed on"};
  keys.link = link->data;
  return Done{};
}

Result<Bytes> finish(KeyExchanges& keys, const wire::Payloads& answer) {
  const auto* ke = wire::find<wire::KePayload>(answer);
  if (!ke || ke->group != keys.next().id)
    return Failure{NotifyType::none, Cause::missing_payload,
                   "the answer lacks a KE payload of " + std::string(keys.next().debug_name)};
  CHECK_OK(keep_link(keys, answer, keys.additional.size() - keys.done - 1));
  return ke->data;
}

bool may_begin_anew(Turn& turn, IkeSa& sa, NotifyType error) {
  unsigned& lost = sa.established()->states_not_found;
  if (error == NotifyType::state_not_found && ++lost >= max_states_not_found) {
    sa.diagnose(turn, {error, Cause::peer_refused, "it did so " + std::to_string(lost) + " times in a row"},
                "IKE_FOLLOWUP_KE answered with STATE_NOT_FOUND");
    informational::request_delete_ike(turn, sa, Cause::peer_refused, NotifyType::none);
    return false;
  }
  return error == NotifyType::state_not_found;
}

wire::NotifyPayload link(MessageId id) {
  Writer octets;
  octets.u32(id.value);  // no other exchange of the peer's on this IKE SA has it
  return {wire::Protocol::none, {}, NotifyType::additional_key_exchange, octets.take()};
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  const auto* given = wire::find_notify(payloads, NotifyType::additional_key_exchange);
  auto open = given ? sa.take_followup([&](MessageId before) { return link(before).data == given->data; }) : std::nullopt;
  if (!open)
    return sa.respond(turn, wire::ExchangeType::ike_followup_ke, id,
                      {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::state_not_found, {}}});
  const Algorithm& group = std::visit(
      [&](auto& what) -> const Algorithm& {
        what.message_id = id;
        return what.keys.next();
      },
      *open);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!ke || ke->group != group.id)
    return refuse(turn, sa, id,
                  {NotifyType::invalid_syntax, ke ? Cause::group_mismatch : Cause::missing_payload,
                   (ke ? "the KE payload is of group " + std::to_string(ke->group) : std::string("there is no KE payload")) +
                       ", agreed on was " + std::string(group.debug_name)});
  sa.compute(turn, std::move(*open), answer_dh(turn, group, ke->data));
}

}  // namespace ike_followup_ke
}  // namespace engine::exchange
