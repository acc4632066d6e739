#include "engine/exchange/ike_intermediate.hpp"

#include "engine/exchange/common.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::ike_intermediate {
namespace {

const Algorithm& current(const Channel& channel, const InitOutcome& init) {
  return *channel.suite().additional[init.key_exchanges];
}

/// Both messages of the exchange go into IntAuth under the keys that protected them, and its secret makes the next keys
/// (RFC 9370, 2.2.2).
void advance(Turn& turn, const IkeSa& sa, Channel& channel, InitOutcome& init, ByteView message_i, ByteView message_r,
             const Secret& shared) {
  const crypto::IkeSuite& suite = channel.suite();
  IntermediateAuth::add(init.intermediate.i, *suite.prf, channel.keys().pi, message_i);
  IntermediateAuth::add(init.intermediate.r, *suite.prf, channel.keys().pr, message_r);
  channel.replace_keys(crypto::derive_rekeyed_ike_keys(suite, *suite.prf, channel.keys().d, shared, init.nonce_i, init.nonce_r,
                                                       sa.spi_i, sa.spi_r));
  export_keys(turn, sa, channel);
  ++init.key_exchanges;
}

/// Nothing is up yet at either end, so nothing need be deleted.
void give_up(Turn& turn, IkeSa& sa, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE_INTERMEDIATE");
  sa.close(turn, failure.cause, failure.why);
}

void refuse(Turn& turn, IkeSa& sa, MessageId id, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE_INTERMEDIATE request refused");
  sa.respond(turn, wire::ExchangeType::ike_intermediate, id,
             {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::invalid_syntax, {}}});
  sa.linger(turn, failure.cause, failure.why);
}

Failure wrong_group(const wire::KePayload* ke, const Algorithm& expected) {
  return {NotifyType::invalid_syntax, ke ? Cause::group_mismatch : Cause::missing_payload,
          (ke ? "the KE payload is of group " + std::to_string(ke->group) : std::string("there is no KE payload")) +
              ", agreed on was " + std::string(expected.debug_name)};
}

}  // namespace

bool complete(const IkeSaInitAnswer& answer) {
  return !answer.intermediate && answer.outcome.key_exchanges == answer.suite.additional.size();
}

// ---- Initiator ----

void request(Turn& turn, IkeSa& sa, Channel channel, InitOutcome init) {
  const bool more = init.key_exchanges < channel.suite().additional.size();
  channel.keep_intermediate(more);
  if (!more) return ike_auth::request(turn, sa, std::move(channel), std::move(init));
  crypto::DhJob job = begin_dh(turn, current(channel, init));
  sa.state = IkeIntermediateRequest{IkeIntermediateRequest::Stage::making_public_value, std::move(channel), std::move(init)};
  sa.start_request_job(turn, std::move(job));
}

void finish(Turn& turn, IkeSa& sa, const wire::Payloads& payloads) {
  auto& open = std::get<IkeIntermediateRequest>(sa.state);
  const Algorithm& group = current(open.channel, open.init);
  if (const auto* error = first_error(payloads))
    return give_up(turn, sa,
                   {NotifyType::none, Cause::peer_refused,
                    "the peer answered " + std::string(group.debug_name) + " with " + name_of(error->type)});
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!ke || ke->group != group.id) return give_up(turn, sa, wrong_group(ke, group));
  open.stage = IkeIntermediateRequest::Stage::computing_secret;
  sa.start_request_job(turn, complete_dh(group, std::move(open.private_key), ke->data));
}

// ---- Responder ----

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  auto& init = std::get<IkeSaInitAnswer>(sa.state);
  const Algorithm& group = current(*init.channel, init.outcome);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!ke || ke->group != group.id) return refuse(turn, sa, id, wrong_group(ke, group));
  init.intermediate = id;
  sa.start_answer_job(turn, answer_dh(turn, group, ke->data));
}

// ---- Both ----

namespace {

void resume_request(Turn& turn, IkeSa& sa, IkeIntermediateRequest& open, crypto::DhResult result) {
  if (open.stage == IkeIntermediateRequest::Stage::making_public_value) {
    open.stage = IkeIntermediateRequest::Stage::awaiting_answer;
    open.private_key = std::move(result.private_key);
    return sa.request(turn, wire::ExchangeType::ike_intermediate,
                      {wire::KePayload{current(open.channel, open.init).id, std::move(result.public_value)}});
  }
  const Bytes message_i = open.channel.kept_sealed(), message_r = open.channel.kept_opened();
  advance(turn, sa, open.channel, open.init, message_i, message_r, result.shared);
  IkeIntermediateRequest over = std::move(open);
  request(turn, sa, std::move(over.channel), std::move(over.init));
}

void resume_answer(Turn& turn, IkeSa& sa, IkeSaInitAnswer& init, crypto::DhResult result) {
  const Bytes message_i = init.channel->kept_opened();
  const MessageId id = *init.intermediate;
  init.intermediate.reset();
  sa.respond(turn, wire::ExchangeType::ike_intermediate, id,
             {wire::KePayload{current(*init.channel, init.outcome).id, std::move(result.public_value)}});
  const Bytes message_r = init.channel->kept_sealed();
  advance(turn, sa, *init.channel, init.outcome, message_i, message_r, result.shared);
  init.channel->keep_intermediate(!complete(init));
}

}  // namespace

void resume(Turn& turn, IkeSa& sa, crypto::JobResult result) {
  auto* asking = std::get_if<IkeIntermediateRequest>(&sa.state);
  if (auto* failure = std::get_if<Failure>(&result)) {
    if (asking) return give_up(turn, sa, *failure);
    return refuse(turn, sa, *std::get<IkeSaInitAnswer>(sa.state).intermediate, *failure);
  }
  auto& done = std::get<crypto::DhResult>(result);
  if (asking) return resume_request(turn, sa, *asking, std::move(done));
  resume_answer(turn, sa, std::get<IkeSaInitAnswer>(sa.state), std::move(done));
}

}  // namespace engine::exchange::ike_intermediate
