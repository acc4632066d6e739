#include "engine/exchange/ike_sa_init.hpp"

#include <algorithm>
#include <utility>

#include "engine/exchange/announcements.hpp"
#include "engine/exchange/authentication.hpp"
#include "engine/exchange/common.hpp"
#include "engine/mismatch.hpp"
#include "engine/nat.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::ike_sa_init {
namespace {

constexpr std::size_t max_request = 8192;   // octets: the request is kept until AUTH is verified
constexpr std::size_t max_evidence = 1000;  // octets
constexpr unsigned max_restarts = 3;        // by COOKIE and INVALID_KE_PAYLOAD together
constexpr Duration half_open_life = std::chrono::seconds(60);

wire::NotifyPayload announcement(NotifyType type) { return {wire::Protocol::none, {}, type, {}}; }

/// The peer lets an initiator leave the Child SA out of IKE_AUTH (RFC 6023).
bool allows_childless(const wire::Payloads& payloads) {
  return wire::find_notify(payloads, NotifyType::childless_ikev2_supported) != nullptr;
}

void make_public_value(Turn& turn, IkeSa& sa, IkeSaInitRequest& init) {
  init.stage = IkeSaInitRequest::Stage::making_public_value;
  sa.start_request_job(turn, begin_dh(turn, *init.group));
}

/// Sends the request as it stands now. It keeps message ID 0 however often it starts again (2.6).
void send(Turn& turn, IkeSa& sa, IkeSaInitRequest& init) {
  init.stage = IkeSaInitRequest::Stage::awaiting_answer;
  sa.own.restart_at(MessageId{0});
  sa.spi_r = IkeSpi{0};
  wire::Payloads payloads;
  if (!init.cookie.empty()) payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::cookie, init.cookie});
  payloads.push_back(wire::SaPayload{init.offered});
  payloads.push_back(wire::KePayload{init.group->id, init.public_value});
  payloads.push_back(wire::NoncePayload{init.nonce_i});
  append_nat_detection(payloads, sa.spi_i, IkeSpi{0}, sa.path.local, sa.path.remote);
  if (init.use_ppk) payloads.push_back(announcement(NotifyType::use_ppk));
  if (init.intermediate) payloads.push_back(announcement(NotifyType::intermediate_exchange_supported));
  announce_in_init(sa, payloads);
  authentication::announce_in_init(turn, sa, payloads);
  const wire::Header header = sa.header(wire::ExchangeType::ike_sa_init, false, MessageId{0});
  init.message_i = wire::encode(header, payloads);
  note_datagram(turn, NoticeKind::datagram_sent, sa.id, sa.path.local, sa.path.remote, header, payloads);
  sa.send_request(turn, wire::ExchangeType::ike_sa_init, Parcel::of(init.message_i));
}

/// Refusals of an unprotected message prove nothing: they are told at once as what is probable, and the request goes on
/// being sent, for a true answer may still come (2.21.1).
void note_refusal(Turn& turn, const IkeSa& sa, IkeSaInitRequest& init, const wire::NotifyPayload& notify) {
  if (std::exchange(init.refused, true)) return;
  const Cause cause = notify.type == NotifyType::no_proposal_chosen ? Cause::peer_refused_proposal : Cause::peer_refused;
  sa.diagnose(turn, {NotifyType::none, cause, "offered was " + describe(init.offered), {}, refused_offer(init.offered, {}, {})},
              "IKE_SA_INIT refused with " + name_of(notify.type));
}

/// COOKIE and INVALID_KE_PAYLOAD: asks again. True when the message was one of them.
bool restart(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, const wire::Payloads& payloads) {
  const auto* cookie = wire::find_notify(payloads, NotifyType::cookie);
  const auto* other_group = wire::find_notify(payloads, NotifyType::invalid_ke_payload);
  if (!cookie && !other_group) return false;
  Reader named(other_group ? ByteView(other_group->data) : ByteView());
  const auto again = named.u16();
  if (cookie ? cookie->data == init.cookie : init.restarts > 0 && again == init.group->id) return true;  // a repeated answer
  if (++init.restarts > max_restarts) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::peer_refused,
                 "the peer asked for a new beginning more than " + std::to_string(max_restarts) + " times"},
                "IKE_SA_INIT");
    return true;
  }
  if (cookie && !cookie->data.empty() && cookie->data.size() <= 64) {
    init.cookie = cookie->data;
    sa.own.close_all();
    send(turn, sa, init);
    return true;
  }
  if (!other_group) return true;
  Reader reader(other_group->data);
  const auto group = reader.u16();
  const Algorithm* row = group ? find_algorithm(TransformType::key_exchange, *group, 0) : nullptr;
  if (!row || !offers_group(init.offered, *group) || row == init.group) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::group_mismatch,
                 "the peer wants group " + (group ? std::to_string(*group) : "?") + ", offered was " + describe(init.offered)},
                "IKE_SA_INIT answered with INVALID_KE_PAYLOAD");
    return true;
  }
  init.group = row;
  sa.own.close_all();
  make_public_value(turn, sa, init);
  return true;
}

/// `spi_r` is zero in the hashes of a request (2.23).
void learn_nat(Turn& turn, IkeSa& sa, IkeSpi spi_r, const wire::Payloads& payloads, const Datagram& datagram) {
  const NatVerdict nat = detect_nat(payloads, sa.spi_i, spi_r, datagram.local, datagram.remote);
  sa.path.nat_local = nat.local;
  sa.path.nat_remote = nat.remote;
  turn.emit(notice_of(sa.path.encapsulated() ? NoticeKind::nat_detected : NoticeKind::nat_not_found, sa));
}

/// Anybody can send such a request: what is told of it is bounded in number and size.
void tell_refusal(Turn& turn, const Datagram& datagram, const Failure& failure) {
  if (!turn.core.told_refusals.allows(turn.now)) return turn.drop(datagram, failure.cause, failure.why);
  Diagnosis diagnosis;
  diagnosis.role = Role::responder;
  diagnosis.local = datagram.local;
  diagnosis.remote = datagram.remote;
  diagnosis.cause = failure.cause;
  diagnosis.what = "IKE_SA_INIT request refused";
  diagnosis.evidence = {failure.why.substr(0, max_evidence)};
  diagnosis.shown = failure.evidence;
  Notice notice{NoticeKind::negotiation_failed, failure.cause};
  notice.local = datagram.local;
  notice.remote = datagram.remote;
  notice.text = diagnosis.what + ": " + diagnosis.evidence.front();
  turn.core.diagnoses.add(turn.now, std::move(diagnosis));
  turn.emit(std::move(notice));
}

void answer_with(Turn& turn, const Datagram& datagram, const wire::Message& message, Failure failure) {
  tell_refusal(turn, datagram, failure);
  if (failure.notify != NotifyType::none)
    send_stateless(turn, datagram, message.header,
                   {wire::NotifyPayload{wire::Protocol::none, {}, failure.notify, std::move(failure.data)}});
}

/// What a limit of the configuration says against one IKE SA more; nullopt: nothing. `begun`: in negotiation that way already.
std::optional<std::string> over_limit(const Core& core, std::uint32_t begun, std::uint32_t limit, std::string_view direction) {
  const std::uint32_t most = core.book.config().limits.ike_sas;
  if (limit && begun >= limit)
    return std::to_string(begun) + " IKE SAs are in negotiation, and the limit is 'crypto ikev2 limit max-in-negotation-sa " +
           std::to_string(limit) + " " + std::string(direction) + "'";
  if (most && core.sas.all().size() >= most)
    return "there are " + std::to_string(core.sas.all().size()) + " IKE SAs, and the limit is 'crypto ikev2 limit max-sa " +
           std::to_string(most) + "'";
  return std::nullopt;
}

/// True when the request may go on: enough room, and the cookie if one is asked for.
bool admitted(Turn& turn, const Datagram& datagram, const wire::Message& message, const wire::NoncePayload& nonce) {
  Core& core = turn.core;
  const AdmissionLimits& limits = core.book.config().limits;
  if (const auto why = over_limit(core, core.half_open.count(), limits.incoming, "incoming")) {
    turn.drop(datagram, Cause::rate_limited, *why);
    return false;
  }
  if (core.half_open.full_for(datagram.remote.ip)) {
    turn.drop(datagram, Cause::rate_limited, "too many SAs in negotiation with " + datagram.remote.ip.to_string());
    return false;
  }
  const bool pressed = core.half_open.count() >= limits.cookie_challenge || core.half_open.crowded(datagram.remote.ip);
  if (limits.cookie_challenge == 0 || !pressed) return true;
  const auto* cookie = message.payloads.empty() ? nullptr : std::get_if<wire::NotifyPayload>(&message.payloads.front());
  if (cookie && cookie->type == NotifyType::cookie &&
      core.cookies.valid(turn.now, cookie->data, datagram.remote.ip, message.header.spi_i, nonce.data, core.rng))
    return true;
  send_stateless(
      turn, datagram, message.header,
      {wire::NotifyPayload{wire::Protocol::none,
                           {},
                           NotifyType::cookie,
                           core.cookies.make(turn.now, datagram.remote.ip, message.header.spi_i, nonce.data, core.rng)}});
  return false;
}

}  // namespace

IkeSa* request(Turn& turn, const BookLine& line) {
  auto owned = std::make_unique<IkeSa>();
  IkeSa& sa = *owned;
  sa.id = IkeSaId{++turn.core.last_ike_sa};
  sa.role = Role::initiator;
  sa.spi_i = new_ike_spi(turn);
  sa.path = {{line.line.local, ike_port}, {line.line.peer, ike_port}};
  sa.ends = {line.line.local, line.line.peer};
  sa.created = turn.now;
  sa.wanted = {line.line.id};
  sa.interface = line.interface;

  const auto policy = turn.core.book.policy_for(line.line.local);
  const auto offered = policy ? offer_ike(*policy, {}) : std::vector<wire::Proposal>{};
  if (offered.empty()) {
    sa.diagnose(
        turn,
        {NotifyType::none, Cause::no_matching_policy, "no complete 'crypto ikev2 policy' for " + line.line.local.to_string()},
        "IKE_SA_INIT not sent");
    return nullptr;
  }
  if (!turn.core.book.key_for(*line.entry->profile, line.line.peer, nullptr)) {
    sa.diagnose(turn,
                {NotifyType::none, Cause::no_matching_key,
                 "profile " + line.entry->profile->name + " has no key for " + line.line.peer.to_string()},
                "IKE_SA_INIT not sent");
    return nullptr;
  }

  if (const Status able = authentication::can_authenticate(*line.entry->profile); !able.ok()) {
    sa.diagnose(turn, able.failure(), "IKE_SA_INIT not sent");
    return nullptr;
  }

  if (const auto why = over_limit(turn.core, turn.core.sas.outgoing(), turn.core.book.config().limits.outgoing, "outgoing")) {
    sa.diagnose(turn, {NotifyType::none, Cause::rate_limited, *why}, "IKE_SA_INIT not sent");
    return nullptr;
  }

  IkeSaInitRequest init;
  init.policy = policy;
  init.offered = offered;
  init.group = policy->proposals.front()->groups.front();
  init.nonce_i = turn.core.rng.bytes(nonce_octets);
  init.use_ppk = turn.core.book.ppk_for(*line.entry->profile, line.line.peer, nullptr) != nullptr;
  init.intermediate = std::any_of(policy->proposals.begin(), policy->proposals.end(),
                                  [](const auto& proposal) { return !proposal->additional.empty(); });
  sa.state = std::move(init);
  turn.core.sas.add(std::move(owned));
  Notice notice = notice_of(NoticeKind::negotiation_started, sa);
  notice.text = policy->name;
  turn.emit(std::move(notice));
  note_step(turn, NoticeKind::policy_found, sa, policy->name);
  make_public_value(turn, sa, std::get<IkeSaInitRequest>(sa.state));
  turn.core.sas.follow(sa);  // the next one of the same event counts it
  turn.touch(sa.id);
  return &sa;
}

void respond(Turn& turn, const Datagram& datagram, const wire::Message& message) {
  const auto* offered = wire::find<wire::SaPayload>(message.payloads);
  const auto* ke = wire::find<wire::KePayload>(message.payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(message.payloads);
  if (!offered || !ke || !nonce || !usable_nonce(*nonce))
    return turn.drop(datagram, Cause::missing_payload, "IKE_SA_INIT without a usable SA, KE or nonce");
  if (datagram.payload.size() > max_request)
    return turn.drop(datagram, Cause::malformed_payload, "IKE_SA_INIT of an absurd size");
  if (turn.core.sas.find_by_spi(message.header.spi_i))
    return turn.drop(datagram, Cause::wrong_flags, "SPIi is one of ours: our own request came back");
  const ProtectedInterface* interface = turn.core.book.interface_of(datagram.local.ip);
  if (!interface)
    return turn.drop(datagram, Cause::no_interface_policy, "no crypto map is bound to " + datagram.local.ip.to_string());
  if (!turn.core.book.ends_at(datagram.local.ip))
    return turn.drop(datagram, Cause::no_interface_policy,
                     datagram.local.ip.to_string() + " is an address of " + interface->name +
                         " that no tunnel of it ends at: the peer must name the first one, or 'crypto map " + interface->map +
                         " local-address' an interface that has this one");
  if (!admitted(turn, datagram, message, *nonce)) return;
  const auto policy = turn.core.book.policy_for(datagram.local.ip);
  if (!policy)
    return answer_with(turn, datagram, message,
                       {NotifyType::no_proposal_chosen, Cause::no_matching_policy,
                        "no complete 'crypto ikev2 policy' for " + datagram.local.ip.to_string()});
  auto choice = choose_ike(offered->proposals, *policy, ke->group);
  if (!choice.ok()) return answer_with(turn, datagram, message, std::move(choice.failure()));
  if (!choice->suite.additional.empty() && !wire::find_notify(message.payloads, NotifyType::intermediate_exchange_supported))
    return answer_with(turn, datagram, message,
                       {NotifyType::no_proposal_chosen, Cause::proposal_mismatch,
                        "the peer offers additional key exchanges without INTERMEDIATE_EXCHANGE_SUPPORTED"});
  if (ke->group != choice->suite.group->id) {
    Writer group;
    group.u16(choice->suite.group->id);
    return send_stateless(turn, datagram, message.header,
                          {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::invalid_ke_payload, group.take()}});
  }

  auto owned = std::make_unique<IkeSa>();
  IkeSa& sa = *owned;
  sa.id = IkeSaId{++turn.core.last_ike_sa};
  sa.role = Role::responder;
  sa.spi_i = message.header.spi_i;
  sa.spi_r = new_ike_spi(turn);
  sa.path = {datagram.local, datagram.remote};
  sa.ends = {datagram.local.ip, datagram.remote.ip};
  sa.created = turn.now;
  sa.interface = interface->name;
  sa.theirs.begin(MessageId{0}, crypto::sha256({datagram.payload}), datagram.local, datagram.remote);
  IkeSaInitAnswer init;
  init.outcome = {datagram.payload, {}, nonce->data, turn.core.rng.bytes(nonce_octets), policy->name};
  init.outcome.childless = allows_childless(message.payloads);
  init.outcome.use_ppk =
      wire::find_notify(message.payloads, NotifyType::use_ppk) && turn.core.book.may_use_ppk(datagram.local.ip);
  init.suite = choice->suite;
  init.answer = choice->answer;
  init.expires = turn.now + half_open_life;
  init.nat_detection = wire::find_notify(message.payloads, NotifyType::nat_detection_source_ip) != nullptr;
  sa.state = std::move(init);
  learn_nat(turn, sa, IkeSpi{0}, message.payloads, datagram);
  learn_of_init(sa, message.payloads);
  authentication::learn(sa.abilities, message.payloads);
  note_step(turn, NoticeKind::policy_found, sa, policy->name);
  note_step(turn, NoticeKind::proposal_chosen, sa, describe(choice->answer));
  turn.core.half_open.add(datagram.remote.ip);
  turn.core.sas.add(std::move(owned));
  sa.start_answer_job(turn, answer_dh(turn, *choice->suite.group, ke->data));
  turn.touch(sa.id);
}

void finish(Turn& turn, IkeSa& sa, const Datagram& datagram, const wire::Message& message) {
  auto& init = std::get<IkeSaInitRequest>(sa.state);
  if (restart(turn, sa, init, message.payloads)) return;
  const auto* answer = wire::find<wire::SaPayload>(message.payloads);
  const auto* ke = wire::find<wire::KePayload>(message.payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(message.payloads);
  if (!answer || !ke || !nonce || !usable_nonce(*nonce)) {
    if (const auto* error = first_error(message.payloads)) return note_refusal(turn, sa, init, *error);
    return turn.drop(datagram, Cause::missing_payload, "IKE_SA_INIT answer without SA, KE or nonce");
  }
  if (message.header.spi_r.value == 0) return turn.drop(datagram, Cause::malformed_header, "IKE_SA_INIT answer without SPIr");
  auto suite = accept_ike_answer(*answer, init.offered);
  if (suite.ok() && suite->group != init.group)
    suite =
        Failure{NotifyType::none, Cause::answer_not_offered, "the answer's SA payload names another group than its KE payload"};
  if (suite.ok() && ke->group != init.group->id)
    suite = Failure{NotifyType::none, Cause::answer_not_offered, "the answer's KE payload is of another group than ours"};
  if (!suite.ok()) return sa.diagnose(turn, suite.failure(), "IKE_SA_INIT answer");
  if (!suite->additional.empty() && !wire::find_notify(message.payloads, NotifyType::intermediate_exchange_supported))
    return sa.diagnose(turn,
                       {NotifyType::none, Cause::answer_not_offered,
                        "the answer has additional key exchanges without INTERMEDIATE_EXCHANGE_SUPPORTED"},
                       "IKE_SA_INIT answer");
  sa.own.close_all();
  sa.spi_r = message.header.spi_r;
  init.suite = *suite;
  init.answer = message.payloads;
  note_step(turn, NoticeKind::proposal_chosen, sa, describe(answer->proposals.front()));
  init.nonce_r = nonce->data;
  init.message_r = datagram.payload;
  init.stage = IkeSaInitRequest::Stage::computing_secret;
  learn_nat(turn, sa, sa.spi_r, message.payloads, datagram);
  learn_of_init(sa, message.payloads);
  authentication::learn(sa.abilities, message.payloads);
  sa.start_request_job(turn, complete_dh(*init.group, std::move(init.private_key), ke->data));
}

namespace {

void resume_request(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, crypto::DhResult result) {
  if (init.stage == IkeSaInitRequest::Stage::making_public_value) {
    init.public_value = std::move(result.public_value);
    init.private_key = std::move(result.private_key);
    return send(turn, sa, init);
  }
  if (sa.path.encapsulated()) sa.path.local.port = sa.path.remote.port = nat_port;
  Channel channel(init.suite, crypto::derive_ike_keys(init.suite, result.shared, init.nonce_i, init.nonce_r, sa.spi_i, sa.spi_r),
                  Role::initiator);
  export_keys(turn, sa, channel);
  InitOutcome outcome{std::move(init.message_i), std::move(init.message_r),
                      std::move(init.nonce_i),   std::move(init.nonce_r),
                      init.policy->name,         init.use_ppk && wire::find_notify(init.answer, NotifyType::use_ppk)};
  outcome.childless = allows_childless(init.answer);
  for (wire::Payload& payload : init.answer)
    if (wire::type_of(payload) == wire::PayloadType::certreq) outcome.certificate_requests.push_back(std::move(payload));
  sa.own.restart_at(MessageId{1});
  ike_intermediate::request(turn, sa, std::move(channel), std::move(outcome));
}

void resume_answer(Turn& turn, IkeSa& sa, IkeSaInitAnswer& init, crypto::DhResult result) {
  wire::Payloads payloads;
  payloads.push_back(wire::SaPayload{{init.answer}});
  payloads.push_back(wire::KePayload{init.suite.group->id, std::move(result.public_value)});
  payloads.push_back(wire::NoncePayload{init.outcome.nonce_r});
  // Not always: an answer to a stranger should not be longer than the request.
  if (init.nat_detection) append_nat_detection(payloads, sa.spi_i, sa.spi_r, sa.path.local, sa.path.remote);
  if (turn.core.book.childless()) payloads.push_back(announcement(NotifyType::childless_ikev2_supported));
  if (init.outcome.use_ppk) payloads.push_back(announcement(NotifyType::use_ppk));
  const bool intermediate = !init.suite.additional.empty();
  if (intermediate) payloads.push_back(announcement(NotifyType::intermediate_exchange_supported));
  announce_in_init(sa, payloads);
  authentication::announce_in_init(turn, sa, payloads);
  const wire::Header header = sa.header(wire::ExchangeType::ike_sa_init, true, MessageId{0});
  init.outcome.message_r = wire::encode(header, payloads);
  if (auto more = authentication::announcement_within(turn, sa, init.outcome.message_i.size(), init.outcome.message_r.size())) {
    payloads.push_back(std::move(*more));
    init.outcome.message_r = wire::encode(header, payloads);
  }
  init.channel.emplace(
      init.suite,
      crypto::derive_ike_keys(init.suite, result.shared, init.outcome.nonce_i, init.outcome.nonce_r, sa.spi_i, sa.spi_r),
      Role::responder);
  export_keys(turn, sa, *init.channel);
  init.channel->keep_intermediate(intermediate);
  note_datagram(turn, NoticeKind::datagram_sent, sa.id, sa.path.local, sa.path.remote, header, payloads);
  sa.send_response(turn, MessageId{0}, Parcel::of(init.outcome.message_r));
}

}  // namespace

void resume(Turn& turn, IkeSa& sa, crypto::JobResult result) {
  if (const auto* answer = std::get_if<IkeSaInitAnswer>(&sa.state); answer && answer->intermediate)
    return ike_intermediate::resume(turn, sa, std::move(result));
  if (auto* failure = std::get_if<Failure>(&result)) {
    sa.diagnose(turn, *failure, "IKE_SA_INIT key exchange");
    return sa.close(turn, failure->cause, failure->why);
  }
  auto& done = std::get<crypto::DhResult>(result);
  if (auto* init = std::get_if<IkeSaInitRequest>(&sa.state)) return resume_request(turn, sa, *init, std::move(done));
  resume_answer(turn, sa, std::get<IkeSaInitAnswer>(sa.state), std::move(done));
}

}  // namespace engine::exchange::ike_sa_init
