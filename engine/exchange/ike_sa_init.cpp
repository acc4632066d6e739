#include "engine/exchange/ike_sa_init.hpp"

#include <algorithm>
#include <utility>

#include "engine/exchange/announcements.hpp"
#include "engine/exchange/authentication.hpp"
#include "engine/exchange/common.hpp"
#include "engine/mismatch.hpp"
#include "engine/nat.hpp"
#include "engine/room.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::ike_sa_init {
namespace {

constexpr std::size_t max_request = 8192;   // octets: the request is kept until AUTH is verified
constexpr std::size_t max_evidence = 1000;  // octets
constexpr unsigned max_restarts = 3;        // by COOKIE and INVALID_KE_PAYLOAD together
constexpr unsigned max_further = 3;         // answers kept beside the one that is followed
constexpr unsigned max_spoiled = 5;         // answers followed that led nowhere
// So long a cookie waits for an answer that needs none: whoever sees our request can ask for one, and whoever answers the
// request without it would not know the one with it.
constexpr Duration cookie_patience = std::chrono::milliseconds(300);
constexpr Duration half_open_life = std::chrono::seconds(60);

wire::NotifyPayload announcement(NotifyType type) { return {wire::Protocol::none, {}, type, {}}; }

/// The peer lets an initiator leave the Child SA out of IKE_AUTH (RFC 6023).
bool allows_childless(const wire::Payloads& payloads) {
  return wire::find_notify(payloads, NotifyType::childless_ikev2_supported) != nullptr;
}

void make_public_value(Turn& turn, IkeSa& sa, IkeSaInitRequest& init) {
  init.stage = IkeSaInitRequest::Stage::making_public_value;
  sa.forget_jobs(turn);
  sa.start_request_job(turn, begin_dh(turn, *init.group));
}

void remember(IkeSaInitRequest& init, Bytes message) {
  auto it = std::find_if(init.asked.begin(), init.asked.end(), [&](const AskedInit& a) { return a.group == init.group; });
  if (it == init.asked.end()) it = init.asked.insert(it, AskedInit{init.group, std::move(init.private_key), {}});
  it->message = std::move(message);
  std::rotate(init.asked.begin(), it, std::next(it));
}

/// Sends the request as it stands now. It keeps message ID 0 however often it starts again (2.6). Those that went before are
/// sent again with it, when it is: what asked for another one may not have been the peer.
void send(Turn& turn, IkeSa& sa, IkeSaInitRequest& init) {
  init.stage = IkeSaInitRequest::Stage::awaiting_answer;
  sa.own.close_all();
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
  configuration::announce_in_init(turn, sa, payloads);
  const wire::Header header = sa.header(wire::ExchangeType::ike_sa_init, false, MessageId{0});
  Bytes message = wire::encode(header, payloads);
  note_datagram(turn, NoticeKind::datagram_sent, sa.id, sa.path.local, sa.path.remote, header, payloads);
  sa.send_request(turn, wire::ExchangeType::ike_sa_init, Parcel::of(message));
  remember(init, std::move(message));
  auto& again = sa.own.find(MessageId{0})->parcel.datagrams;
  for (std::size_t i = 1; i < init.asked.size(); ++i) again.push_back(init.asked[i].message);
}

/// No answer so far was the peer's: all that was asked is asked again, and waits for another one.
void send_again(Turn& turn, IkeSa& sa, const IkeSaInitRequest& init) {
  sa.own.close_all();
  sa.own.restart_at(MessageId{0});
  sa.spi_r = IkeSpi{0};
  Parcel parcel;
  for (const AskedInit& each : init.asked) parcel.datagrams.push_back(each.message);
  sa.send_request(turn, wire::ExchangeType::ike_sa_init, std::move(parcel));
}

/// What an unprotected message says against us proves nothing: it is told once, as what is probable, and the request goes on
/// being sent, for a true answer may still come (2.21.1).
void tell_once(Turn& turn, const IkeSa& sa, IkeSaInitRequest& init, const Failure& failure, const std::string& what) {
  if (!std::exchange(init.refused, true)) sa.diagnose(turn, failure, what);
}

void note_refusal(Turn& turn, const IkeSa& sa, IkeSaInitRequest& init, const wire::NotifyPayload& notify) {
  const Cause cause = notify.type == NotifyType::no_proposal_chosen ? Cause::peer_refused_proposal : Cause::peer_refused;
  tell_once(turn, sa, init,
            {NotifyType::none, cause, "offered was " + describe(init.offered), {}, refused_offer(init.offered, {}, {})},
            "IKE_SA_INIT refused with " + name_of(notify.type));
}

bool may_restart(Turn& turn, const IkeSa& sa, IkeSaInitRequest& init) {
  if (init.restarts < max_restarts) {
    ++init.restarts;
    return true;
  }
  tell_once(turn, sa, init,
            {NotifyType::none, Cause::peer_refused,
             "the peer asked for a new beginning more than " + std::to_string(max_restarts) + " times"},
            "IKE_SA_INIT");
  return false;
}

void ask_with_cookie(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, const Bytes& cookie) {
  if (cookie.empty() || cookie.size() > 64 || cookie == init.cookie || cookie == init.asked_cookie) return;
  if (!may_restart(turn, sa, init)) return;
  init.asked_cookie = cookie;
  if (Outstanding* open = sa.own.find(MessageId{0})) open->next = std::min(open->next, turn.now + cookie_patience);
  turn.touch(sa.id);
}

void ask_in_group(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, const wire::NotifyPayload& wanted) {
  Reader reader(wanted.data);
  const auto group = reader.u16();
  const Algorithm* row = group ? find_algorithm(TransformType::key_exchange, *group, 0) : nullptr;
  const bool known = row && (row == init.group || std::any_of(init.asked.begin(), init.asked.end(),
                                                              [&](const AskedInit& a) { return a.group == row; }));
  if (known && init.restarts > 0) return;  // a repeated answer
  if (!row || known || !offers_group(init.offered, *group))
    return tell_once(
        turn, sa, init,
        {NotifyType::none, Cause::group_mismatch,
         "the peer wants group " + (group ? std::to_string(*group) : "?") + ", offered was " + describe(init.offered)},
        "IKE_SA_INIT answered with INVALID_KE_PAYLOAD");
  if (!may_restart(turn, sa, init)) return;
  init.group = row;
  make_public_value(turn, sa, init);
}

/// COOKIE and INVALID_KE_PAYLOAD: asks again. True when the message was one of them.
bool restart(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, const wire::Payloads& payloads) {
  const auto* cookie = wire::find_notify(payloads, NotifyType::cookie);
  const auto* other_group = wire::find_notify(payloads, NotifyType::invalid_ke_payload);
  if (cookie)
    ask_with_cookie(turn, sa, init, cookie->data);
  else if (other_group)
    ask_in_group(turn, sa, init, *other_group);
  return cookie || other_group;
}

/// `spi_r` is zero in the hashes of a request (2.23).
void learn_nat(Turn& turn, IkeSa& sa, IkeSpi spi_r, const wire::Payloads& payloads, const Datagram& datagram) {
  const NatVerdict nat = detect_nat(payloads, sa.spi_i, spi_r, datagram.local, datagram.remote);
  sa.path.nat_local = nat.local;
  sa.path.nat_remote = nat.remote;
  turn.emit(notice_of(sa.path.encapsulated() ? NoticeKind::nat_detected : NoticeKind::nat_not_found, sa));
}

/// What is told of the refusals of one kind of peers.
RateLimit& told_to(Core& core, const IpAddress& peer) {
  return core.book.lines_toward(peer).empty() ? core.told_to_strangers : core.told_to_peers;
}

/// Anybody can send such a request: what is told of it is bounded in number and size.
void tell_refusal(Turn& turn, const Datagram& datagram, const Failure& failure) {
  Core& core = turn.core;
  if (!told_to(core, datagram.remote.ip).allows(turn.now)) {
    ++core.untold[static_cast<std::size_t>(failure.cause)];
    return;
  }
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

/// As many as may are in negotiation, and somebody who receives at his address asks: most of them never go on. So a flood
/// holds the places as long as it takes the rest to come round, and who has one has it until others have more.
void make_room(Turn& turn, const std::string& why) {
  IkeSa* oldest = turn.core.sas.find(turn.core.half_open.to_give_way());
  if (!oldest) return;
  if (told_to(turn.core, oldest->path.remote.ip).allows(turn.now))
    oldest->diagnose(turn, {NotifyType::none, Cause::rate_limited, why}, "it has not gone on, and gave way to another");
  oldest->close(turn, Cause::rate_limited, why);
}

/// True when the request may go on: enough room, and the cookie if one is asked for.
bool admitted(Turn& turn, const Datagram& datagram, const wire::Message& message, const wire::NoncePayload& nonce) {
  Core& core = turn.core;
  const AdmissionLimits& limits = core.book.config().limits;
  const auto occupied = over_negotiations(core.half_open.count(), limits.incoming, "incoming");
  if (core.half_open.full_for(datagram.remote.ip)) {
    turn.drop(datagram, Cause::rate_limited, "too many SAs in negotiation with " + datagram.remote.ip.to_string());
    return false;
  }
  const bool pressed = core.half_open.count() >= limits.cookie_challenge || core.half_open.crowded(datagram.remote.ip);
  const auto full = over_sas(core, 0);
  if (full && core.half_open.pushes(datagram.remote.ip)) {
    turn.drop(datagram, Cause::rate_limited, *full);
    return false;
  }
  if (!full && !occupied && (limits.cookie_challenge == 0 || !pressed)) return true;
  const auto* cookie = message.payloads.empty() ? nullptr : std::get_if<wire::NotifyPayload>(&message.payloads.front());
  if (cookie && cookie->type == NotifyType::cookie &&
      core.cookies.valid(turn.now, cookie->data, datagram.remote.ip, message.header.spi_i, nonce.data, core.rng)) {
    // Whoever it is may have an SA here whose place the new one is to take: that shows when it is authenticated.
    const auto no_room = over_sas(core, newcomers);
    if (no_room) tell_refusal(turn, datagram, {NotifyType::none, Cause::rate_limited, *no_room});
    if (!no_room && occupied) make_room(turn, *occupied);
    return !no_room;
  }
  send_stateless(
      turn, datagram, message.header,
      {wire::NotifyPayload{wire::Protocol::none,
                           {},
                           NotifyType::cookie,
                           core.cookies.make(turn.now, datagram.remote.ip, message.header.spi_i, nonce.data, core.rng)}});
  return false;
}

}  // namespace

IkeSa* request(Turn& turn, const BookLine& line, bool takes_a_place) {
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
    const auto& keyring = line.entry->profile->keyring;
    sa.diagnose(turn,
                {NotifyType::none,
                 Cause::no_matching_key,
                 "profile " + line.entry->profile->name + " has no key for " + line.line.peer.to_string(),
                 {},
                 of_entry({.ours = keyring ? keyring->name : std::string()}, *line.entry)},
                "IKE_SA_INIT not sent");
    return nullptr;
  }

  if (const Status able = authentication::can_authenticate(*line.entry->profile); !able.ok()) {
    sa.diagnose(turn, able.failure(), "IKE_SA_INIT not sent");
    return nullptr;
  }

  auto why = over_negotiations(turn.core.sas.outgoing(), turn.core.book.config().limits.outgoing, "outgoing");
  if (!why) why = over_sas(turn.core, takes_a_place ? newcomers : 0);
  if (why) {
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
  const std::string clients = turn.core.book.client_template_at(datagram.local.ip);
  if (!interface && clients.empty())
    return turn.drop(datagram, Cause::no_interface_policy, "no crypto map is bound to " + datagram.local.ip.to_string());
  if (clients.empty() && !turn.core.book.ends_at(datagram.local.ip))
    return turn.drop(datagram, Cause::no_interface_policy,
                     datagram.local.ip.to_string() + " is an address of " + interface->name.text() +
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
  sa.interface = interface ? interface->name : Name(clients);
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
  configuration::learn_of_init(sa, message.payloads);
  authentication::learn(sa.abilities, message.payloads);
  note_step(turn, NoticeKind::policy_found, sa, policy->name);
  note_step(turn, NoticeKind::proposal_chosen, sa, describe(choice->answer));
  turn.core.half_open.add(datagram.remote.ip, sa.id);
  turn.core.sas.add(std::move(owned));
  sa.start_answer_job(turn, answer_dh(turn, *choice->suite.group, ke->data));
  turn.touch(sa.id);
}

namespace {

/// The peer's SPI, public value and nonce, of which the keys are made; empty: it is no complete answer.
Bytes origin_of_keys(const wire::Message& answer) {
  const auto* ke = wire::find<wire::KePayload>(answer.payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(answer.payloads);
  if (answer.header.spi_r.value == 0 || !wire::find<wire::SaPayload>(answer.payloads) || !ke || !nonce) return {};
  Writer out;
  out.u64(answer.header.spi_r.value);
  out.u16(ke->group);
  out.bytes(ke->data);
  out.bytes(nonce->data);
  return out.take();
}

bool makes_keys_of(const Bytes& origin, ByteView answer) {
  const auto message = wire::parse(answer);
  return message.ok() && origin_of_keys(*message) == origin;
}

/// An answer that was followed before makes the same keys.
bool followed_before(const Bytes& origin, const IkeSaInitRequest& init) {
  return std::any_of(init.followed.begin(), init.followed.end(),
                     [&](const Bytes& answer) { return makes_keys_of(origin, answer); });
}

}  // namespace

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
  if (followed_before(origin_of_keys(message), init)) return;
  const auto asked =
      std::find_if(init.asked.begin(), init.asked.end(), [&](const AskedInit& a) { return a.group->id == ke->group; });
  auto suite = accept_ike_answer(*answer, init.offered);
  if (suite.ok() && suite->group->id != ke->group)
    suite =
        Failure{NotifyType::none, Cause::answer_not_offered, "the answer's SA payload names another group than its KE payload"};
  if (suite.ok() && asked == init.asked.end())
    suite = Failure{NotifyType::none, Cause::answer_not_offered, "the answer's KE payload is of another group than ours"};
  if (suite.ok() && !suite->additional.empty() &&
      !wire::find_notify(message.payloads, NotifyType::intermediate_exchange_supported))
    suite = Failure{NotifyType::none, Cause::answer_not_offered,
                    "the answer has additional key exchanges without INTERMEDIATE_EXCHANGE_SUPPORTED"};
  if (!suite.ok()) return tell_once(turn, sa, init, suite.failure(), "IKE_SA_INIT answer");
  sa.own.close_all();
  sa.spi_r = message.header.spi_r;
  init.group = asked->group;
  init.suite = *suite;
  init.answer = message.payloads;
  note_step(turn, NoticeKind::proposal_chosen, sa, describe(answer->proposals.front()));
  init.nonce_r = nonce->data;
  init.followed.push_back(datagram.payload);
  init.stage = IkeSaInitRequest::Stage::computing_secret;
  learn_nat(turn, sa, sa.spi_r, message.payloads, datagram);
  learn_of_init(sa, message.payloads);
  configuration::learn_of_init(sa, message.payloads);
  authentication::learn(sa.abilities, message.payloads);
  sa.forget_jobs(turn);  // a public value in another group may be on its way
  sa.start_request_job(turn, complete_dh(*asked->group, asked->private_key.duplicate(), ke->data));
}

void keep_further(IkeSa& sa, const Datagram& datagram, const wire::Message& message) {
  auto* init = sa.behind ? &sa.behind->init : std::get_if<IkeSaInitRequest>(&sa.state);
  const Bytes origin = origin_of_keys(message);
  if (!init || origin.empty() || init->further.size() >= max_further || init->spoiled >= max_spoiled) return;
  if (datagram.payload.size() > max_request) return;
  const bool known = std::any_of(init->further.begin(), init->further.end(),
                                 [&](const Datagram& each) { return makes_keys_of(origin, each.payload); });
  if (!known && !followed_before(origin, *init)) init->further.push_back(datagram);
}

bool follow_cookie(Turn& turn, IkeSa& sa) {
  auto* init = std::get_if<IkeSaInitRequest>(&sa.state);
  if (!init || init->asked_cookie.empty() || init->stage != IkeSaInitRequest::Stage::awaiting_answer) return false;
  init->cookie = std::exchange(init->asked_cookie, {});
  send(turn, sa, *init);
  return true;
}

namespace {

/// Back to waiting for an answer, and to the first of those that are there already.
void go_back(Turn& turn, IkeSa& sa, IkeSaInitRequest& init) {
  ++init.spoiled;
  init.stage = IkeSaInitRequest::Stage::awaiting_answer;
  sa.abilities = {};
  while (!init.further.empty() && init.stage == IkeSaInitRequest::Stage::awaiting_answer) {
    const Datagram next = std::move(init.further.front());
    init.further.erase(init.further.begin());
    if (const auto message = wire::parse(next.payload); message.ok()) finish(turn, sa, next, *message);
  }
  if (init.stage == IkeSaInitRequest::Stage::awaiting_answer) send_again(turn, sa, init);
}

}  // namespace

bool try_further(Turn& turn, IkeSa& sa) {
  if (!sa.behind || sa.behind->init.further.empty()) return false;
  sa.forget_jobs(turn);
  sa.own.close_all();
  sa.reassembly.reset();
  sa.path = sa.behind->path;
  IkeSaInitRequest init = std::move(sa.behind->init);
  sa.behind.reset();
  sa.state = std::move(init);
  go_back(turn, sa, std::get<IkeSaInitRequest>(sa.state));
  return true;
}

namespace {

void resume_request(Turn& turn, IkeSa& sa, IkeSaInitRequest& init, crypto::DhResult result) {
  if (init.stage == IkeSaInitRequest::Stage::making_public_value) {
    init.public_value = std::move(result.public_value);
    init.private_key = std::move(result.private_key);
    return send(turn, sa, init);
  }
  const Path before = sa.path;
  if (sa.path.encapsulated()) sa.path.local.port = sa.path.remote.port = nat_port;
  Channel channel(init.suite, crypto::derive_ike_keys(init.suite, result.shared, init.nonce_i, init.nonce_r, sa.spi_i, sa.spi_r),
                  Role::initiator);
  export_keys(turn, sa, channel);
  const auto asked =
      std::find_if(init.asked.begin(), init.asked.end(), [&](const AskedInit& each) { return each.group == init.group; });
  InitOutcome outcome{asked->message, init.followed.back(), init.nonce_i,
                      init.nonce_r,   init.policy->name,    init.use_ppk && wire::find_notify(init.answer, NotifyType::use_ppk)};
  outcome.childless = allows_childless(init.answer);
  for (wire::Payload& payload : init.answer)
    if (wire::type_of(payload) == wire::PayloadType::certreq) outcome.certificate_requests.push_back(std::move(payload));
  sa.own.restart_at(MessageId{1});
  init.answer.clear();
  sa.behind = InitBehind{std::move(init), before};
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
  configuration::announce_in_init(turn, sa, payloads);
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
    auto* init = std::get_if<IkeSaInitRequest>(&sa.state);
    if (init && init->stage == IkeSaInitRequest::Stage::computing_secret && init->spoiled < max_spoiled) {
      tell_once(turn, sa, *init, *failure, "IKE_SA_INIT key exchange");
      return go_back(turn, sa, *init);
    }
    sa.diagnose(turn, *failure, "IKE_SA_INIT key exchange");
    return sa.close(turn, failure->cause, failure->why);
  }
  auto& done = std::get<crypto::DhResult>(result);
  if (auto* init = std::get_if<IkeSaInitRequest>(&sa.state)) return resume_request(turn, sa, *init, std::move(done));
  resume_answer(turn, sa, std::get<IkeSaInitAnswer>(sa.state), std::move(done));
}

}  // namespace engine::exchange::ike_sa_init
