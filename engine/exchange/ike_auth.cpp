#include "engine/exchange/ike_auth.hpp"

#include <algorithm>

#include "engine/auth.hpp"
#include "engine/duplicates.hpp"
#include "engine/exchange/addresses.hpp"
#include "engine/exchange/announcements.hpp"
#include "engine/exchange/authentication.hpp"
#include "engine/exchange/common.hpp"
#include "engine/exchange/configuration.hpp"
#include "engine/mismatch.hpp"
#include "engine/pfs.hpp"
#include "engine/room.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::ike_auth {
namespace {

/// Evidence of who was not accepted, and which object of ours was asked about it.
std::shared_ptr<const Evidence> named(const Identity& identity, std::string ours) {
  return std::make_shared<const Evidence>(Evidence{{}, {}, std::move(ours), {}, identity});
}

/// Another IKE SA between the same addresses that is up: then this one is not the only one (2.4).
bool another_is_up(Turn& turn, const IkeSa& sa) {
  const auto others = turn.core.sas.of_peer(sa.ends.remote);
  return std::any_of(others.begin(), others.end(), [&](IkeSa* other) { return other->id != sa.id && other->established(); });
}

/// INITIAL_CONTACT, after AUTH has been verified: whatever else stood between these identities is gone at the peer (2.4).
/// An SA that came up while this one was being negotiated is not meant: both ends started at once.
/// Of EAP the user counts too: many clients call themselves by the same private address.
void forget_others(Turn& turn, const IkeSa& sa, const Identity& remote, const Identity& local, const std::string& user) {
  for (IkeSa* other : turn.core.sas.of_identity(remote)) {
    const Established* up = other->established();
    if (other->id == sa.id || up->since >= sa.created || up->local != local || up->user() != user) continue;
    other->close(turn, Cause::replaced, "the peer came back with INITIAL_CONTACT");
  }
}

Cause cause_of_refusal(NotifyType type) {
  switch (type) {
    case NotifyType::authentication_failed:
      return Cause::peer_refused_authentication;
    case NotifyType::no_proposal_chosen:
      return Cause::peer_refused_child_proposal;
    case NotifyType::ts_unacceptable:
      return Cause::peer_refused_selectors;
    case NotifyType::internal_address_failure:
      return Cause::no_address_assigned;
    default:
      return Cause::peer_refused;
  }
}

/// `identity`: the peer's, where its keys may depend on it.
Birth birth_of(const Turn& turn, const IkeSa& sa, const InitOutcome& init, const IkeProfile& profile, const KeyChoice& keys,
               const Identity* identity, AuthMethod remote_method, CertificatePtr certificate) {
  const Ppk* ppk = turn.core.book.ppk_for(profile, sa.path.remote.ip, identity);
  Birth out{sa.role == Role::initiator, tie_of(init.nonce_i, init.nonce_r), turn.now, keys.local, keys.remote};
  out.local_method = profile.auth_local;
  out.remote_method = remote_method;
  out.certificate = std::move(certificate);
  if (ppk) out.ppk = ppk->key;
  return out;
}

}  // namespace

// ---- Initiator ----

void abandon(Turn& turn, IkeSa& sa, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE_AUTH answer");
  if (ike_sa_init::try_further(turn, sa)) return;
  informational::request_delete_ike(turn, sa, failure.cause, NotifyType::authentication_failed);
}

namespace {

crypto::Job sign_job(const IkeAuthRequest& auth, const IkeSa& sa, const Secret& sk_pi) {
  const Algorithm& prf = *auth.channel.suite().prf;
  return authentication::prove(
      auth.credential, prf,
      signed_octets(auth.init->message_i, auth.init->nonce_r, prf, sk_pi, auth.id_i, auth.init->intermediate, sa.own.next()));
}

crypto::PpkJob mix_job(const Channel& channel, const Ppk& ppk) {
  const crypto::IkeKeys& keys = channel.keys();
  return {channel.suite().prf, ppk.key, keys.d.duplicate(), keys.pi.duplicate(), keys.pr.duplicate()};
}

/// PPK_IDENTITY of type PPK_ID_FIXED (RFC 8784, 5.1).
constexpr std::uint8_t ppk_id_fixed = 2;
Bytes ppk_id(const Ppk& ppk) {
  Writer out;
  out.u8(ppk_id_fixed);
  out.bytes(as_bytes(ppk.id));
  return out.take();
}

void send_request(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, Bytes proof, Bytes proof_without_ppk);

}  // namespace

void request(Turn& turn, IkeSa& sa, Channel channel, InitOutcome init) {
  const BookLine* line = nullptr;
  for (PolicyLineId id : sa.wanted)
    if (!line) line = turn.core.book.find(id);
  if (!line) return sa.close(turn, Cause::configuration_removed, "the crypto map entry is gone");
  const auto profile = line->entry->profile;
  const auto keys = turn.core.book.key_for(*profile, sa.path.remote.ip, nullptr);
  if (!keys) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::no_matching_key,
                 "profile " + profile->name + " has no key for " + sa.path.remote.ip.to_string()},
                "IKE_AUTH not sent");
    return sa.close(turn, Cause::no_matching_key, "no key");
  }
  auto credential = authentication::own_credential(*profile, *keys, sa.abilities, init.certificate_requests);
  if (!credential.ok()) {
    sa.diagnose(turn, credential.failure(), "IKE_AUTH not sent");
    return sa.close(turn, credential.failure().cause, credential.failure().why);
  }
  note_step(turn, NoticeKind::keyring_peer_found, sa, keys->keyring_peer);
  const bool eap = profile->auth_local == AuthMethod::eap;
  const Ppk* ppk = turn.core.book.ppk_for(*profile, sa.path.remote.ip, nullptr);
  if (ppk && ppk->required && eap) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::ppk_mismatch,
                 "the postquantum key '" + ppk->id + "' is required, and is not used together with EAP"},
                "IKE_AUTH not sent");
    return sa.close(turn, Cause::ppk_mismatch, "no postquantum keys with EAP");
  }
  if (ppk && ppk->required && !init.use_ppk) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::ppk_mismatch,
                 "the postquantum key '" + ppk->id + "' is required, and the peer did not answer USE_PPK"},
                "IKE_AUTH not sent");
    return sa.close(turn, Cause::ppk_mismatch, "the peer uses no postquantum keys");
  }
  wire::IdPayload id_i{wire::PayloadType::id_i, authentication::own_identity(*profile, *credential, sa.path.local.ip), {}};
  const bool childless = profile->childless && init.childless;
  Rare<ChildOffer> child;
  if (!childless) child = make_child_offer(turn, *line, nullptr, nullptr);
  IkeAuthRequest auth{
      IkeAuthRequest::Stage::signing, std::move(channel), std::move(init), profile, *keys, std::move(id_i), std::move(child)};
  auth.credential = std::move(*credential);
  if (eap) {
    auth.eap = EapRequest{.client = eap::Client(profile->eap_client), .first = sa.own.next()};
    sa.state = std::move(auth);
    return send_request(turn, sa, std::get<IkeAuthRequest>(sa.state), {}, {});
  }
  if (!ppk || !auth.init->use_ppk) {
    sa.start_request_job(turn, sign_job(auth, sa, auth.channel.sk_p(true)));
    sa.state = std::move(auth);
    return;
  }
  auth.stage = IkeAuthRequest::Stage::mixing_ppk;
  auth.ppk = *ppk;
  sa.start_request_job(turn, mix_job(auth.channel, *ppk));
  sa.state = std::move(auth);
}

namespace {

void send_request(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, Bytes proof, Bytes proof_without_ppk) {
  auth.stage = IkeAuthRequest::Stage::awaiting_answer;
  wire::Payloads payloads;
  payloads.push_back(auth.id_i);
  authentication::append_certificates(turn, payloads, auth.credential, auth.init->certificate_requests);
  if (!another_is_up(turn, sa))
    payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::initial_contact, {}});
  authentication::announce_in_request(*auth.profile, payloads);
  if (!auth.eap) payloads.push_back(authentication::auth_payload(auth.credential, std::move(proof)));
  if (eap_rounds::wants_eap_alone(auth)) payloads.push_back(wire::notify(NotifyType::eap_only_authentication, {}));
  if (auth.ppk) payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::ppk_identity, ppk_id(*auth.ppk)});
  if (!proof_without_ppk.empty())
    payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::no_ppk_auth, std::move(proof_without_ppk)});
  if (auth.child) {
    if (const BookLine* line = turn.core.book.find(auth.child->line)) configuration::request(*line, payloads);
    append_child_sa(payloads, *auth.child);
    append_child_selectors(payloads, *auth.child);
  }
  announce_in_auth(turn, payloads);
  if (auth.profile->mobike) addresses::announce(turn, sa, payloads);
  sa.request(turn, wire::ExchangeType::ike_auth, payloads);
}

/// A job of ours on the way to the request is done.
void make_request(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, crypto::JobResult result) {
  if (auth.stage == IkeAuthRequest::Stage::mixing_ppk) {
    auth.mixed = std::move(std::get<crypto::PpkResult>(result));
    auth.stage = IkeAuthRequest::Stage::signing;
    return sa.start_request_job(turn, sign_job(auth, sa, auth.mixed->pi));
  }
  Bytes proof = authentication::proof_of(auth.credential, std::move(result));
  if (auth.stage == IkeAuthRequest::Stage::signing_without_ppk)
    return send_request(turn, sa, auth, std::move(auth.proof), std::move(proof));
  if (!auth.ppk || auth.ppk->required) return send_request(turn, sa, auth, std::move(proof), {});
  auth.proof = std::move(proof);
  auth.stage = IkeAuthRequest::Stage::signing_without_ppk;
  sa.start_request_job(turn, sign_job(auth, sa, auth.channel.sk_p(true)));
}

/// The Child SA part of a verified answer. Its failure leaves the IKE SA alive (1.2).
void take_child(Turn& turn, IkeSa& sa, const ChildOffer& offer, const wire::Payloads& answer, const InitOutcome& init) {
  if (const auto* error = first_error(answer)) {
    if (error->type == NotifyType::single_pair_required) sa.established()->single_pair = true;
    refused_child(turn, sa, offer.line);
    return sa.diagnose(turn,
                       {error->type,
                        cause_of_refusal(error->type),
                        "offered was " + describe(offer.proposals) + " for " + offer.selectors.to_string(),
                        {},
                        refused_offer(offer.proposals, {}, {offer.selectors})},
                       "Child SA refused with " + name_of(error->type));
  }
  const BookLine* line = turn.core.book.find(offer.line);
  const Status configured = line ? configuration::finish(turn, sa, *line, answer) : Status(Done{});
  const auto agreement = configured.ok() ? accept_child(turn, sa, offer, answer) : Result<ChildAgreement>(configured.failure());
  if (!agreement.ok()) {
    sa.established()->tasks.push_front(DisownChildTask{offer.spi, protocol_of(offer)});
    refused_child(turn, sa, offer.line);
    return sa.diagnose(turn, agreement.failure(), "Child SA answer");
  }
  install_child(turn, sa, *agreement, {Role::initiator, init.nonce_i, init.nonce_r, {}}, OutboundWhen::now);
  plan_pfs_test(turn, sa);
}

/// Addresses are assigned in IKE_AUTH alone (2.19): without one the next attempt is another IKE SA.
void finish_child(Turn& turn, IkeSa& sa, const ChildOffer& offer, const wire::Payloads& answer, const InitOutcome& init) {
  take_child(turn, sa, offer, answer, init);
  const BookLine* line = turn.core.book.find(offer.line);
  if (line && line->negotiated && sa.established()->children.empty())
    informational::request_delete_ike(turn, sa, Cause::no_address_assigned, NotifyType::none);
}

void verified(Turn& turn, IkeSa& sa, const crypto::JobResult& result) {
  auto& verifying = std::get<IkeAuthRequest>(sa.state);
  const wire::IdPayload id_r = *wire::find_id(verifying.answer, wire::PayloadType::id_r);
  const wire::AuthPayload proof = *wire::find<wire::AuthPayload>(verifying.answer);
  auto verdict = authentication::verdict_of(*verifying.profile, verifying.keys, id_r.identity, proof.data, result);
  if (!verdict.ok()) return abandon(turn, sa, verdict.failure());
  turn.emit(notice_of(NoticeKind::auth_verified, sa));
  if (!verifying.eap) return complete(turn, sa, id_r.identity, authentication::method_of(proof), std::move(*verdict));
  // Not before now: nobody else learns who we are in EAP.
  const auto* message = wire::find<wire::EapPayload>(verifying.answer);
  if (!message)
    return abandon(turn, sa, {NotifyType::none, Cause::missing_payload, "the peer does not begin EAP, by which we authenticate"});
  verifying.stage = IkeAuthRequest::Stage::eap;
  verifying.eap->id_r = id_r;
  verifying.eap->remote_method = authentication::method_of(proof);
  verifying.eap->certificate = std::move(*verdict);
  eap_rounds::begin(turn, sa, verifying, Bytes(message->message));
}

/// What a refusal may be about beside the pre-shared key.
std::string with_ppk(const IkeAuthRequest& auth) {
  if (!auth.ppk) return {};
  return (auth.ppk->required ? ", with the postquantum key '" : " and the postquantum key '") + auth.ppk->id +
         (auth.ppk->required ? "' that is required here: perhaps the peer has it not, or another one" : "' if the peer has it");
}

}  // namespace

void complete(Turn& turn, IkeSa& sa, const Identity& remote, AuthMethod method, CertificatePtr certificate) {
  IkeAuthRequest auth = std::move(std::get<IkeAuthRequest>(sa.state));
  Established& up = sa.establish(turn, Established::make(turn, std::move(auth.channel), auth.profile, auth.init->policy,
                                                         auth.keys.keyring_peer, auth.id_i.identity, remote));
  up.ppk = auth.ppk && wire::find_notify(auth.answer, NotifyType::ppk_identity);
  up.birth = birth_of(turn, sa, *auth.init, *auth.profile, auth.keys, nullptr, method, std::move(certificate));
  learn_of_auth(turn, sa, auth.answer);
  if (auth.profile->mobike) addresses::agree(turn, sa, auth.answer);
  for (PolicyLineId line : sa.wanted)
    if (!auth.child || line != auth.child->line) up.tasks.push_back(CreateChildTask{line, std::nullopt});
  sa.wanted.clear();
  if (auth.child) finish_child(turn, sa, *auth.child, auth.answer, *auth.init);
  if (sa.established()) configuration::plan_set(turn, sa);
}

void finish(Turn& turn, IkeSa& sa, wire::Payloads payloads) {
  auto& auth = std::get<IkeAuthRequest>(sa.state);
  if (auth.stage == IkeAuthRequest::Stage::eap) return eap_rounds::finish(turn, sa, auth, std::move(payloads));
  const auto* id_r = wire::find_id(payloads, wire::PayloadType::id_r);
  const auto* proof = wire::find<wire::AuthPayload>(payloads);
  if (id_r && !proof && eap_rounds::wants_eap_alone(auth) && wire::find<wire::EapPayload>(payloads))
    return eap_rounds::begin_alone(turn, sa, auth, *id_r, payloads);
  if (!id_r || !proof) {
    const auto* error = first_error(payloads);
    if (!error) return abandon(turn, sa, {NotifyType::none, Cause::missing_payload, "the answer lacks IDr or AUTH"});
    const Failure failure{NotifyType::none,
                          cause_of_refusal(error->type),
                          "we are " + auth.id_i.identity.to_string() + ", authenticated by " +
                              (auth.credential.scheme ? std::string(auth.credential.scheme->name) : "pre-shared key") +
                              with_ppk(auth),
                          {},
                          named(auth.id_i.identity, auth.profile->name)};
    sa.diagnose(turn, failure, "IKE_AUTH refused with " + name_of(error->type));
    if (ike_sa_init::try_further(turn, sa)) return;
    return sa.close(turn, failure.cause, failure.why);
  }
  if (const Status method = authentication::check_method(*auth.profile, auth.keys, *proof, payloads); !method.ok())
    return abandon(turn, sa, method.failure());
  if (const Status expected = authentication::check_identity(*auth.profile, id_r->identity, payloads); !expected.ok())
    return abandon(turn, sa, expected.failure());
  if (auth.ppk && !wire::find_notify(payloads, NotifyType::ppk_identity)) {
    if (auth.ppk->required)
      return abandon(turn, sa,
                     {NotifyType::authentication_failed, Cause::ppk_mismatch,
                      "the postquantum key '" + auth.ppk->id + "' is required, and the peer did not use it"});
    auth.mixed.reset();
  }
  if (auth.mixed) auth.channel.mix(std::move(auth.mixed->d), std::move(auth.mixed->pi), std::move(auth.mixed->pr));
  // The answer has the message ID of the request, the last one sent.
  Bytes octets = signed_octets(auth.init->message_r, auth.init->nonce_i, *auth.channel.suite().prf, auth.channel.sk_p(false),
                               *id_r, auth.init->intermediate, MessageId{sa.own.next().value - 1});
  crypto::Job job = authentication::examine(*auth.profile, auth.keys, id_r->identity, payloads, proof->data,
                                            *auth.channel.suite().prf, std::move(octets));
  auth.answer = std::move(payloads);
  auth.stage = IkeAuthRequest::Stage::verifying;
  sa.start_request_job(turn, std::move(job));
}

// ---- Responder ----

void refuse(Turn& turn, IkeSa& sa, MessageId id, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE_AUTH request refused");
  sa.respond(turn, wire::ExchangeType::ike_auth, id,
             {wire::NotifyPayload{wire::Protocol::none, {}, failure.notify, failure.data}});
  sa.linger(turn, failure.cause, failure.why);
}

namespace {

struct Admission {
  std::shared_ptr<const IkeProfile> profile;
  KeyChoice keys;
  Identity remote;
  const Ppk* ppk = nullptr;  // both have it
  Bytes proof{};             // AUTH of the peer, to be verified with or without it
  bool eap = false;          // it has none yet
};

/// Which AUTH of the peer counts, and whether a postquantum key is mixed in (RFC 8784, 3).
Status choose_ppk(const Turn& turn, Admission& admission, const IkeSa& sa, const InitOutcome& init,
                  const wire::Payloads& payloads) {
  const Ppk* ours = turn.core.book.ppk_for(*admission.profile, sa.path.remote.ip, &admission.remote);
  const auto* named = wire::find_notify(payloads, NotifyType::ppk_identity);
  const auto* without = wire::find_notify(payloads, NotifyType::no_ppk_auth);
  admission.proof = wire::find<wire::AuthPayload>(payloads)->data;
  if (init.use_ppk && named && ours && named->data == ppk_id(*ours)) {
    admission.ppk = ours;
    return Done{};
  }
  if (ours && ours->required)
    return Failure{NotifyType::authentication_failed, Cause::ppk_mismatch,
                   "the postquantum key '" + ours->id + "' is required, and the peer " +
                       (init.use_ppk && named ? "names another one" : "uses none")};
  if (!init.use_ppk || !named) return Done{};
  if (!without)
    return Failure{NotifyType::authentication_failed, Cause::ppk_mismatch,
                   "the peer requires a postquantum key that keyring " +
                       (admission.profile->ppk_keyring ? admission.profile->ppk_keyring->name : std::string("(none)")) +
                       " has not under that name for it"};
  admission.proof = without->data;
  return Done{};
}

Result<Admission> admit(Turn& turn, const IkeSa& sa, const InitOutcome& init, const wire::Payloads& payloads) {
  const auto* id_i = wire::find_id(payloads, wire::PayloadType::id_i);
  const auto* proof = wire::find<wire::AuthPayload>(payloads);
  if (!id_i) return Failure{NotifyType::authentication_failed, Cause::missing_payload, "the request lacks IDi"};
  auto profile = turn.core.book.profile_for(id_i->identity, sa.path.local.ip);
  if (!profile && turn.core.book.matches_certificates())
    profile = turn.core.book.profile_for(authentication::presented(payloads).get(), sa.path.local.ip);
  if (!profile)
    return Failure{NotifyType::authentication_failed,
                   Cause::no_matching_profile,
                   turn.core.book.why_no_profile(id_i->identity, sa.path.local.ip),
                   {},
                   named(id_i->identity, {})};
  const auto keys = turn.core.book.key_for(*profile, sa.path.remote.ip, &id_i->identity);
  if (!keys)
    return Failure{NotifyType::authentication_failed,
                   Cause::no_matching_key,
                   "profile " + profile->name + ": keyring " +
                       (profile->keyring ? profile->keyring->name : std::string("(none)")) + " has no key for " +
                       sa.path.remote.ip.to_string() + " or " + id_i->identity.to_string(),
                   {},
                   named(id_i->identity, profile->keyring ? profile->keyring->name : std::string())};
  note_step(turn, NoticeKind::keyring_peer_found, sa, keys->keyring_peer);
  Admission admission{std::move(profile), *keys, id_i->identity};
  const bool eap_alone = admission.profile->auth_local == AuthMethod::eap;
  if (eap_alone && (proof || !wire::find_notify(payloads, NotifyType::eap_only_authentication)))
    return Failure{
        NotifyType::authentication_failed, Cause::method_mismatch,
        "profile " + admission.profile->name + " shows who we are by EAP alone (RFC 5998), and the peer does not ask for that"};
  if (!proof) {
    admission.eap = admission.profile->eap_server && admission.profile->auth_remote.has(AuthMethod::eap);
    const Ppk* ppk = turn.core.book.ppk_for(*admission.profile, sa.path.remote.ip, &admission.remote);
    if (admission.eap && !(ppk && ppk->required)) return admission;
    return Failure{NotifyType::authentication_failed, admission.eap ? Cause::ppk_mismatch : Cause::missing_payload,
                   admission.eap ? "the postquantum key '" + ppk->id + "' is required, and is not used together with EAP"
                                 : "the request lacks AUTH, and profile " + admission.profile->name + " does not take EAP"};
  }
  CHECK_OK(choose_ppk(turn, admission, sa, init, payloads));
  CHECK_OK(authentication::check_method(*admission.profile, *keys, {proof->method, admission.proof}, payloads));
  return admission;
}

/// We show who we are. Whether there is room is known of a peer that is authenticated.
void sign_answer(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth) {
  auto credential = authentication::own_credential(*auth.profile, auth.keys, sa.abilities, auth.request);
  if (!credential.ok()) return refuse(turn, sa, auth.message_id, credential.failure());
  auth.credential = std::move(*credential);
  auth.id_r = {wire::PayloadType::id_r, authentication::own_identity(*auth.profile, auth.credential, sa.path.local.ip), {}};
  const bool told = wire::find_notify(auth.request, NotifyType::initial_contact) != nullptr;
  if (!auth.eap)
    if (const Status room = room_for(turn, sa, auth.remote, auth.id_r.identity, told); !room.ok())
      return refuse(turn, sa, auth.message_id, room.failure());
  auth.stage = IkeAuthAnswer::Stage::signing;
  if (auth.profile->auth_local == AuthMethod::eap) return eap_rounds::begin(turn, sa, auth, {auth.id_r});
  Bytes octets = signed_octets(auth.init->message_r, auth.init->nonce_i, *auth.channel.suite().prf, auth.channel.sk_p(true),
                               auth.id_r, auth.init->intermediate, auth.message_id);
  sa.start_answer_job(turn, authentication::prove(auth.credential, *auth.channel.suite().prf, std::move(octets)));
}

void answer_verified(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, const crypto::JobResult& result) {
  auto verdict = authentication::verdict_of(*auth.profile, auth.keys, auth.remote, auth.proof, result);
  if (!verdict.ok()) {
    Failure failure = std::move(verdict.failure());
    if (failure.cause == Cause::authentication_failed && auth.ppk)
      failure.why += "; or with another postquantum key of the same id";
    if (failure.cause == Cause::authentication_failed)
      failure.evidence = named(auth.remote, auth.profile->keyring ? auth.profile->keyring->name : std::string());
    return refuse(turn, sa, auth.message_id, failure);
  }
  turn.emit(notice_of(NoticeKind::auth_verified, sa));
  auth.certificate = std::move(*verdict);
  sign_answer(turn, sa, auth);
}

void answer_signed(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, Bytes proof) {
  wire::Payloads payloads;
  payloads.push_back(auth.id_r);
  authentication::append_certificates(turn, payloads, auth.credential, auth.request);
  payloads.push_back(authentication::auth_payload(auth.credential, std::move(proof)));
  if (auth.ppk) payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::ppk_identity, {}});
  if (auth.eap) return eap_rounds::begin(turn, sa, auth, std::move(payloads));
  answer_complete(turn, sa, std::move(payloads));
}

}  // namespace

void answer_complete(Turn& turn, IkeSa& sa, wire::Payloads payloads) {
  if (const auto& pending = std::get<IkeAuthAnswer>(sa.state); pending.eap)
    if (const Status room = room_for(turn, sa, pending.remote, pending.id_r.identity, false); !room.ok())
      return refuse(turn, sa, pending.message_id, room.failure());
  IkeAuthAnswer auth = std::move(std::get<IkeAuthAnswer>(sa.state));
  const std::string user = auth.eap ? auth.eap->session.user : std::string();
  if (wire::find_notify(auth.request, NotifyType::initial_contact))
    forget_others(turn, sa, auth.remote, auth.id_r.identity, user);
  sa.establish(turn, Established::make(turn, std::move(auth.channel), auth.profile, auth.init->policy, auth.keys.keyring_peer,
                                       auth.id_r.identity, auth.remote));
  sa.established()->ppk = auth.ppk;
  sa.established()->birth =
      birth_of(turn, sa, *auth.init, *auth.profile, auth.keys, &auth.remote,
               auth.eap ? AuthMethod::eap : authentication::method_of(*wire::find<wire::AuthPayload>(auth.request)),
               std::move(auth.certificate));
  if (auth.eap) sa.established()->eap = std::move(auth.eap->session);
  announce_in_auth(turn, payloads);
  learn_of_auth(turn, sa, auth.request);
  if (auth.profile->mobike) addresses::agree(turn, sa, auth.request);
  if (sa.mobike) addresses::announce(turn, sa, payloads);
  Status given = configuration::respond(turn, sa, auth.request, payloads);
  const bool wants_child = wire::find<wire::SaPayload>(auth.request) != nullptr;
  if (wants_child) {
    if (!sa.established()->access) follow_peer(turn, sa, auth.request);
    Status room = given.ok() ? room_for_child(turn) : given;
    auto agreement = room.ok() ? choose_child(turn, sa, auth.profile, auth.request, ChildKeyExchange::ignored, nullptr)
                               : Result<ChildAgreement>(std::move(room.failure()));
    if (agreement.ok()) {
      append_child_answer_sa(payloads, *agreement);
      append_child_answer_selectors(payloads, *agreement);
      install_child(turn, sa, *agreement, {Role::responder, auth.init->nonce_i, auth.init->nonce_r, {}}, OutboundWhen::now);
    } else {
      sa.diagnose(turn, agreement.failure(), "Child SA request refused");
      payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, agreement.failure().notify, {}});
    }
  }
  sa.respond(turn, wire::ExchangeType::ike_auth, auth.message_id, payloads);
  if (given.ok()) configuration::plan_set(turn, sa);
  // Addresses are given in IKE_AUTH alone: this IKE SA would never be of use to a client.
  if (!given.ok()) informational::request_delete_ike(turn, sa, given.failure().cause, NotifyType::none);
}

namespace {

std::variant<eap::Server, eap::PassThrough> server_for(const IkeAuthAnswer& auth, const IkeSa& sa) {
  const auto& settings = auth.profile->eap_server;
  if (!settings->radius) return eap::Server(settings);
  return eap::PassThrough(settings, auth.remote.to_string(), sa.path.local.ip, sa.path.remote.ip);
}

void verify(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth) {
  auth.stage = IkeAuthAnswer::Stage::verifying;
  const wire::IdPayload& id_i = *wire::find_id(auth.request, wire::PayloadType::id_i);
  const Algorithm& prf = *auth.channel.suite().prf;
  Bytes octets = signed_octets(auth.init->message_i, auth.init->nonce_r, prf, auth.channel.sk_p(false), id_i,
                               auth.init->intermediate, auth.message_id);
  sa.start_answer_job(
      turn, authentication::examine(*auth.profile, auth.keys, auth.remote, auth.request, auth.proof, prf, std::move(octets)));
}

}  // namespace

void respond(Turn& turn, IkeSa& sa, MessageId id, wire::Payloads payloads) {
  if (auto* auth = std::get_if<IkeAuthAnswer>(&sa.state)) return eap_rounds::respond(turn, sa, *auth, id, payloads);
  auto& init = std::get<IkeSaInitAnswer>(sa.state);
  authentication::learn(sa.abilities, payloads);
  auto admission = admit(turn, sa, init.outcome, payloads);
  if (!admission.ok()) return refuse(turn, sa, id, admission.failure());
  if (addresses::forbidden_nat(payloads, sa.path.local, sa.path.remote))
    return refuse(turn, sa, id,
                  {NotifyType::unexpected_nat_detected, Cause::peer_refused,
                   "the peer allows no NAT, and its address or ours is another here than there"});
  const Ppk* ppk = admission->ppk;
  const bool eap = admission->eap;
  IkeAuthAnswer auth{IkeAuthAnswer::Stage::mixing_ppk,
                     std::move(*init.channel),
                     std::move(init.outcome),
                     id,
                     std::move(payloads),
                     std::move(admission->profile),
                     std::move(admission->keys),
                     std::move(admission->remote),
                     std::move(admission->proof),
                     ppk != nullptr};
  sa.state = std::move(auth);
  auto& stored = std::get<IkeAuthAnswer>(sa.state);
  if (eap) {
    stored.eap = EapAnswer{.server = server_for(stored, sa), .first = id, .until = Time::max()};
    return sign_answer(turn, sa, stored);
  }
  if (!ppk) return verify(turn, sa, stored);
  sa.start_answer_job(turn, mix_job(stored.channel, *ppk));
}

void resume(Turn& turn, IkeSa& sa, crypto::JobResult result) {
  auto* asking = std::get_if<IkeAuthRequest>(&sa.state);
  auto* answering = std::get_if<IkeAuthAnswer>(&sa.state);
  if (answering && answering->eap && answering->eap->stage == EapAnswer::Stage::computing)
    return eap_rounds::resume(turn, sa, *answering, std::move(result));
  if (asking && asking->stage == IkeAuthRequest::Stage::eap) return eap_rounds::resume(turn, sa, *asking, std::move(result));
  if (auto* failure = std::get_if<Failure>(&result)) {
    if (answering)
      return refuse(turn, sa, answering->message_id, {NotifyType::authentication_failed, failure->cause, failure->why});
    if (asking->stage == IkeAuthRequest::Stage::verifying) return abandon(turn, sa, *failure);
    sa.diagnose(turn, *failure, "IKE_AUTH");
    return sa.close(turn, failure->cause, failure->why);
  }
  if (asking && asking->stage != IkeAuthRequest::Stage::verifying) return make_request(turn, sa, *asking, std::move(result));
  if (answering && answering->stage == IkeAuthAnswer::Stage::mixing_ppk) {
    auto& mixed = std::get<crypto::PpkResult>(result);
    answering->channel.mix(std::move(mixed.d), std::move(mixed.pi), std::move(mixed.pr));
    return verify(turn, sa, *answering);
  }
  if (asking) return verified(turn, sa, result);
  if (answering->stage == IkeAuthAnswer::Stage::verifying) return answer_verified(turn, sa, *answering, result);
  Bytes proof = authentication::proof_of(answering->credential, std::move(result));
  answer_signed(turn, sa, *answering, std::move(proof));
}

}  // namespace engine::exchange::ike_auth
