#include "engine/exchange/eap_rounds.hpp"

#include "engine/auth.hpp"
#include "engine/exchange/common.hpp"
#include "engine/exchange/ike_auth.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::eap_rounds {
namespace {

constexpr std::uint8_t shared_key_method = 2;  // of AUTH, which an MSK makes as a shared key does

const wire::EapPayload* find_eap(const wire::Payloads& payloads) { return wire::find<wire::EapPayload>(payloads); }

Bytes octets_of_initiator(const InitOutcome& init, const Channel& channel, bool ours, const wire::IdPayload& id,
                          MessageId first) {
  const Algorithm& prf = *channel.suite().prf;
  return signed_octets(init.message_i, init.nonce_r, prf, channel.sk_p(ours), id, init.intermediate, first);
}
Bytes octets_of_responder(const InitOutcome& init, const Channel& channel, bool ours, const wire::IdPayload& id,
                          MessageId first) {
  const Algorithm& prf = *channel.suite().prf;
  return signed_octets(init.message_r, init.nonce_i, prf, channel.sk_p(ours), id, init.intermediate, first);
}

/// `in_front`: what the first answer has before EAP.
void go_on(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, eap::Step step, wire::Payloads in_front) {
  EapAnswer& eap = *auth.eap;
  const auto answer = [&](Bytes message) {
    in_front.push_back(wire::EapPayload{std::move(message)});
    sa.respond(turn, wire::ExchangeType::ike_auth, auth.message_id, in_front);
  };
  if (auto* send = std::get_if<eap::Send>(&step)) {
    eap.stage = EapAnswer::Stage::talking;
    return answer(std::move(send->message));
  }
  if (auto* compute = std::get_if<eap::Compute>(&step)) {
    eap.stage = EapAnswer::Stage::computing;
    return sa.start_answer_job(turn, std::move(compute->job));
  }
  if (auto* passed = std::get_if<eap::Passed>(&step)) {
    eap.stage = EapAnswer::Stage::awaiting_proof;
    eap.msk = std::move(passed->msk);
    eap.session = {std::move(passed->user), std::move(passed->grant)};
    return answer(std::move(passed->message));
  }
  auto& refused = std::get<eap::Refused>(step);
  sa.diagnose(turn, refused.failure, "EAP of the peer refused");
  answer(std::move(refused.message));
  sa.linger(turn, refused.failure.cause, refused.failure.why);
}

void go_on(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, eap::Step step) {
  EapRequest& eap = *auth.eap;
  if (auto* send = std::get_if<eap::Send>(&step)) {
    eap.stage = EapRequest::Stage::talking;
    return sa.request(turn, wire::ExchangeType::ike_auth, {wire::EapPayload{std::move(send->message)}});
  }
  if (auto* compute = std::get_if<eap::Compute>(&step)) {
    eap.stage = EapRequest::Stage::computing;
    return sa.start_request_job(turn, std::move(compute->job));
  }
  if (auto* passed = std::get_if<eap::Passed>(&step)) {
    eap.stage = EapRequest::Stage::proving;
    eap.msk = std::move(passed->msk);
    const Bytes octets = octets_of_initiator(*auth.init, auth.channel, true, auth.id_i, eap.first);
    return sa.request(turn, wire::ExchangeType::ike_auth,
                      {wire::AuthPayload{shared_key_method, proof_under(*auth.channel.suite().prf, eap.msk, octets)}});
  }
  const auto& refused = std::get<eap::Refused>(step);
  if (!refused.known) return ike_auth::abandon(turn, sa, refused.failure);
  sa.diagnose(turn, refused.failure, "EAP refused by the peer");
  sa.close(turn, refused.failure.cause, refused.failure.why);
}

}  // namespace

bool wants_eap_alone(const IkeAuthRequest& auth) {
  return auth.eap && auth.profile->auth_remote.has(AuthMethod::eap) && auth.profile->eap_client->tls;
}

Bytes proof_under(const Algorithm& prf, const Secret& msk, const Bytes& octets) {
  const Secret padded = crypto::prf(prf, msk.expose(), {as_bytes("Key Pad for IKEv2")});
  return to_bytes(crypto::prf(prf, padded.expose(), {octets}).expose());
}

// ---- Responder ----

void begin(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, wire::Payloads shown) {
  auth.eap->until = turn.now + auth.profile->eap_server->timeout;
  turn.touch(sa.id);
  go_on(turn, sa, auth, std::visit([&](auto& server) { return server.begin(turn.core.rng); }, auth.eap->server),
        std::move(shown));
}

void respond(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, MessageId id, const wire::Payloads& payloads) {
  EapAnswer& eap = *auth.eap;
  auth.message_id = id;
  if (eap.stage == EapAnswer::Stage::talking) {
    const auto* message = find_eap(payloads);
    if (!message)
      return ike_auth::refuse(turn, sa, id,
                              {NotifyType::authentication_failed, Cause::missing_payload, "the request lacks an EAP message"});
    return go_on(turn, sa, auth,
                 std::visit([&](auto& server) { return server.take(turn.core.rng, message->message); }, eap.server), {});
  }
  const auto* proof = wire::find<wire::AuthPayload>(payloads);
  if (!proof)
    return ike_auth::refuse(
        turn, sa, id, {NotifyType::authentication_failed, Cause::missing_payload, "the request after EAP Success lacks AUTH"});
  const wire::IdPayload& id_i = *wire::find_id(auth.request, wire::PayloadType::id_i);
  const Algorithm& prf = *auth.channel.suite().prf;
  const Bytes wanted = proof_under(prf, eap.msk, octets_of_initiator(*auth.init, auth.channel, false, id_i, eap.first));
  if (proof->method != shared_key_method || !constant_time_equal(proof->data, wanted))
    return ike_auth::refuse(
        turn, sa, id,
        {NotifyType::authentication_failed, Cause::authentication_failed,
         "AUTH of " + auth.remote.to_string() + " is not made with the key that EAP has given user '" + eap.session.user + "'"});
  turn.emit(notice_of(NoticeKind::auth_verified, sa));
  Bytes ours = proof_under(prf, eap.msk, octets_of_responder(*auth.init, auth.channel, true, auth.id_r, eap.first));
  ike_auth::answer_complete(turn, sa, {wire::AuthPayload{shared_key_method, std::move(ours)}});
}

void resume(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, crypto::JobResult result) {
  go_on(turn, sa, auth, std::visit([&](auto& server) { return server.resume(std::move(result)); }, auth.eap->server), {});
}

// ---- Initiator ----

void begin(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, ByteView message) {
  go_on(turn, sa, auth, auth.eap->client.take(turn.core.rng, message));
}

void begin_alone(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, const wire::IdPayload& id_r, const wire::Payloads& payloads) {
  if (const Status expected = authentication::check_identity(*auth.profile, id_r.identity, {}); !expected.ok())
    return ike_auth::abandon(turn, sa, expected.failure());
  auth.stage = IkeAuthRequest::Stage::eap;
  auth.eap->id_r = id_r;
  auth.eap->remote_method = AuthMethod::eap;
  auth.eap->client.expect(id_r.identity);
  begin(turn, sa, auth, Bytes(wire::find<wire::EapPayload>(payloads)->message));
}

void finish(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, wire::Payloads payloads) {
  EapRequest& eap = *auth.eap;
  if (const auto* message = eap.stage == EapRequest::Stage::talking ? find_eap(payloads) : nullptr)
    return go_on(turn, sa, auth, eap.client.take(turn.core.rng, message->message));
  const auto* proof = wire::find<wire::AuthPayload>(payloads);
  if (eap.stage == EapRequest::Stage::proving && proof) {
    const Bytes octets = octets_of_responder(*auth.init, auth.channel, false, eap.id_r, eap.first);
    if (proof->method == shared_key_method &&
        constant_time_equal(proof->data, proof_under(*auth.channel.suite().prf, eap.msk, octets))) {
      auth.answer = std::move(payloads);
      return ike_auth::complete(turn, sa, eap.id_r.identity, eap.remote_method, std::move(eap.certificate));
    }
    return ike_auth::abandon(turn, sa,
                             {NotifyType::authentication_failed, Cause::authentication_failed,
                              "the peer's last AUTH is not made with the key that EAP has given"});
  }
  const auto* error = first_error(payloads);
  const Failure failure{NotifyType::none, error ? Cause::eap_refused : Cause::missing_payload,
                        error ? "the server refuses with " + name_of(error->type) : std::string("the answer lacks EAP and AUTH")};
  sa.diagnose(turn, failure, "IKE_AUTH with EAP");
  sa.close(turn, failure.cause, failure.why);
}

void resume(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, crypto::JobResult result) {
  go_on(turn, sa, auth, auth.eap->client.resume(std::move(result)));
}

}  // namespace engine::exchange::eap_rounds
