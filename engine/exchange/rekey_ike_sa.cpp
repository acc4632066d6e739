#include "engine/exchange/rekey_ike_sa.hpp"

#include <algorithm>

#include "engine/exchange/addresses.hpp"
#include "engine/exchange/common.hpp"
#include "engine/mismatch.hpp"
#include "engine/mobility.hpp"
#include "engine/reauthentication.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::rekey_ike_sa {
namespace {

constexpr Duration wait_for_delete = std::chrono::minutes(2);
constexpr Duration wait_to_settle = std::chrono::minutes(5);  // longer than our own request is sent again

Bytes spi_octets(IkeSpi spi) {
  Writer out;
  out.u64(spi.value);
  return out.take();
}

std::optional<IkeSpi> proposed_spi(const wire::Proposal& proposal) {
  Reader reader(proposal.spi);
  const auto spi = reader.u64();
  if (!spi || *spi == 0 || !reader.empty()) return std::nullopt;
  return IkeSpi{*spi};
}

std::shared_ptr<const IkePolicy> policy_of(const Turn& turn, const IkeSa& sa) { return turn.core.book.policy_for(sa.ends.local); }

/// A new SA in the place of `old`: same path and identities, no Child SAs yet, message IDs from zero (2.18).
IkeSa& make_successor(Turn& turn, IkeSa& old, Role role, IkeSpi spi_i, IkeSpi spi_r, const crypto::IkeSuite& suite,
                      const KeyExchanges& keys, ByteView nonce_i, ByteView nonce_r) {
  const Established& up = *old.established();
  auto owned = std::make_unique<IkeSa>();
  IkeSa& sa = *owned;
  sa.id = IkeSaId{++turn.core.last_ike_sa};
  sa.role = role;
  sa.spi_i = spi_i;
  sa.spi_r = spi_r;
  sa.path = old.path;
  sa.ends = old.ends;
  sa.created = turn.now;
  sa.interface = old.interface;
  sa.next_keepalive = old.next_keepalive;
  sa.abilities = old.abilities;
  Channel channel(suite,
                  crypto::derive_rekeyed_ike_keys(suite, *up.channel.suite().prf, up.channel.keys().d, keys.first, nonce_i,
                                                  nonce_r, spi_i, spi_r, keys.more),
                  role);
  export_keys(turn, sa, channel);
  sa.state = Established::make(turn, std::move(channel), up.profile, up.policy, up.keyring_peer, up.local, up.remote);
  sa.established()->ppk = up.ppk;
  sa.established()->birth = up.birth;
  sa.established()->single_pair = up.single_pair;
  turn.touch(sa.id);
  return turn.core.sas.add(std::move(owned));
}

/// The peer has given up what awaits its IKE_FOLLOWUP_KE.
void drop_followups(Established& up) {
  std::erase_if(up.answering,
                [](const OpenAnswer& open) { return !open.job && std::holds_alternative<RekeyIkeAnswer>(open.what); });
  if (up.crossed && !up.crossed->sa) up.crossed.reset();
}

/// `sa` is of no more use and waits for the peer's Delete, but not for ever.
void retire(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  up.replaced = true;
  up.expires = std::min(up.expires, turn.now + wait_for_delete);
  turn.touch(sa.id);
}

/// Child SAs and everything still to be done go from `old` to `heir`; `old` only waits for its end.
void inherit(Turn& turn, IkeSa& old, IkeSa& heir) {
  Established& from = *old.established();
  Established& to = *heir.established();
  drop_followups(from);
  while (const auto open = old.take_followup([](MessageId) { return true; }))
    create_child_sa::forget(turn, old, std::get<CreateChildAnswer>(*open));
  for (ChildSa& child : from.children) {
    turn.core.child_owner.put(child.id, heir.id);
    to.children.push_back(std::move(child));
  }
  from.children.clear();
  to.access = std::move(from.access);
  to.eap = std::move(from.eap);
  mobility::inherit(old, heir);
  std::copy_if(from.tasks.begin(), from.tasks.end(), std::back_inserter(to.tasks), [](const Task& t) {
    return !std::holds_alternative<RekeyIkeTask>(t) && !std::holds_alternative<LivenessTask>(t);
  });
  from.tasks.clear();
  if (to.pending) to.expires = to.since + to.profile->lifetime;
  pass_on_reauthentication(turn, old, heir);
  to.replaced = false;
  to.pending.reset();
  retire(turn, old);
  Notice notice = notice_of(NoticeKind::ike_sa_rekeyed, heir);
  notice.text = to.remote.to_string();
  turn.emit(std::move(notice));
  turn.touch(heir.id);
  heir.proceed(turn);
}

void make_public_value(Turn& turn, IkeSa& sa, const Algorithm& group, RekeyIkeRequest open) {
  open.stage = RekeyIkeRequest::Stage::making_public_value;
  auto job = begin_dh(turn, group);
  sa.compute(turn, std::move(open), std::move(job));
}

void compute_secret(Turn& turn, IkeSa& sa, const Algorithm& group, RekeyIkeRequest open, Bytes peer_public) {
  open.stage = RekeyIkeRequest::Stage::computing_secret;
  auto job = complete_dh(group, std::move(open.private_key), std::move(peer_public));
  sa.compute(turn, std::move(open), std::move(job));
}

void send(Turn& turn, IkeSa& sa, RekeyIkeRequest open) {
  open.stage = RekeyIkeRequest::Stage::awaiting_answer;
  const wire::ExchangeType exchange = open.keys.exchange();
  const wire::Payloads payloads = exchange == wire::ExchangeType::create_child_sa
                                      ? wire::Payloads{wire::SaPayload{open.offered}, wire::NoncePayload{open.nonce_i},
                                                       wire::KePayload{open.group->id, open.public_value}}
                                      : ike_followup_ke::request(open.keys, open.public_value);
  sa.ask(turn, std::move(open), exchange, payloads);
}

/// The last thing an answer does: INVALID_SYNTAX ends the IKE SA (2.21.3).
void answer_notify(Turn& turn, IkeSa& sa, MessageId id, NotifyType type, Bytes data,
                   wire::ExchangeType exchange = wire::ExchangeType::create_child_sa) {
  sa.respond(turn, exchange, id, {wire::NotifyPayload{wire::Protocol::none, {}, type, std::move(data)}});
  if (type == NotifyType::invalid_syntax)
    sa.linger(turn, Cause::malformed_payload, "the peer's request to rekey the IKE SA was malformed");
}

void give_up(Turn& turn, IkeSa& sa, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE SA rekey");
  settle_crossed(turn, sa);
}

/// Ours is agreed on, and nothing is made yet. Where rekeys have crossed, the end whose rekey is redundant does not go on with
/// it (RFC 9370, 2.2.4).
bool goes_on(Turn& turn, IkeSa& sa, const RekeyIkeRequest& open) {
  Established& up = *sa.established();
  if (up.replaced) return false;
  if (!up.crossed) return true;
  if (std::min(open.nonce_i, open.nonce_r) < up.crossed->lower_nonce) {
    settle_crossed(turn, sa);
    return false;
  }
  for (OpenAnswer& theirs : up.answering)
    if (auto* answer = std::get_if<RekeyIkeAnswer>(&theirs.what)) answer->redundant = true;
  drop_followups(up);
  return true;
}

/// Both rekeys have succeeded, or only ours: the lowest nonce decides (2.8.2).
void complete(Turn& turn, IkeSa& sa, RekeyIkeRequest open) {
  Established& up = *sa.established();
  IkeSa& ours =
      make_successor(turn, sa, Role::initiator, open.spi_i, open.spi_r, open.suite, open.keys, open.nonce_i, open.nonce_r);
  const Bytes& lower = std::min(open.nonce_i, open.nonce_r);
  if (up.replaced) return informational::request_delete_ike(turn, ours, Cause::replaced, NotifyType::none);
  if (up.crossed && lower < up.crossed->lower_nonce) {
    settle_crossed(turn, sa);
    return informational::request_delete_ike(turn, ours, Cause::replaced, NotifyType::none);
  }
  // The peer deletes the redundant one; should our Delete of the old SA reach it first, it never will.
  IkeSa* redundant = up.crossed && up.crossed->sa ? turn.core.sas.find(*up.crossed->sa) : nullptr;
  if (redundant && redundant->established()) {
    redundant->established()->pending.reset();
    retire(turn, *redundant);
  }
  up.crossed.reset();
  inherit(turn, sa, ours);
  informational::request_delete_ike(turn, sa, Cause::replaced, NotifyType::none);
}

}  // namespace

void request(Turn& turn, IkeSa& sa, unsigned tried) {
  Established& up = *sa.established();
  const auto policy = policy_of(turn, sa);
  if (!policy || up.replaced) return;
  RekeyIkeRequest open;
  open.tried = tried;
  open.spi_i = new_ike_spi(turn);
  open.offered = offer_ike(*policy, spi_octets(open.spi_i));
  // What was agreed once will be agreed again: its group is the best guess, unless it is not offered any more.
  open.group = up.channel.suite().group;
  if (!offers_group(open.offered, open.group->id)) open.group = policy->proposals.front()->groups.front();
  open.nonce_i = turn.core.rng.bytes(nonce_octets);
  const Algorithm& group = *open.group;
  make_public_value(turn, sa, group, std::move(open));
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  Established& up = *sa.established();
  const auto* offered = wire::find<wire::SaPayload>(payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!offered || !nonce || !ke || !usable_nonce(*nonce)) return answer_notify(turn, sa, id, NotifyType::invalid_syntax, {});
  // It begins anew: what went before has come to nothing.
  drop_followups(up);
  // RFC 9370, 2.2.4: ours has its agreement, and IKE_FOLLOWUP_KE are under way.
  const bool ours = up.find_request<RekeyIkeRequest>([](const RekeyIkeRequest& r) { return !r.keys.additional.empty(); });
  // 2.25.2: while a Child SA is being made, rekeyed or deleted by us, the IKE SA must not be replaced; nor while we say on it
  // where it is.
  const bool busy = addresses::under_way(up) || !up.answering.empty() ||
                    std::any_of(up.requesting.begin(), up.requesting.end(), [](const OpenRequest& open) {
                      const auto* check = std::get_if<InformationalRequest>(&open.what);
                      return !std::holds_alternative<RekeyIkeRequest>(open.what) && !(check && check->deletes.empty());
                    });
  if (busy || ours || up.replaced || up.crossed) return answer_notify(turn, sa, id, NotifyType::temporary_failure, {});
  const auto policy = policy_of(turn, sa);
  if (!policy) return answer_notify(turn, sa, id, NotifyType::no_proposal_chosen, {});
  auto choice = choose_ike(offered->proposals, *policy, ke->group);
  if (!choice.ok()) {
    sa.diagnose(turn, choice.failure(), "IKE SA rekey refused");
    return answer_notify(turn, sa, id, choice.failure().notify, {});
  }
  const auto origin = std::find_if(offered->proposals.begin(), offered->proposals.end(),
                                   [&](const wire::Proposal& p) { return p.number == choice->answer.number; });
  const auto spi_i = proposed_spi(*origin);
  if (!spi_i) return answer_notify(turn, sa, id, NotifyType::invalid_syntax, {});
  if (ke->group != choice->suite.group->id) {
    Writer wanted;
    wanted.u16(choice->suite.group->id);
    return answer_notify(turn, sa, id, NotifyType::invalid_ke_payload, wanted.take());
  }
  RekeyIkeAnswer open{
      id, *spi_i, new_ike_spi(turn), choice->suite, choice->answer, nonce->data, turn.core.rng.bytes(nonce_octets)};
  open.keys.additional = choice->suite.additional;
  sa.compute(turn, std::move(open), answer_dh(turn, *choice->suite.group, ke->data));
}

void finish(Turn& turn, IkeSa& sa, RekeyIkeRequest open, const wire::Payloads& payloads) {
  Established& up = *sa.established();
  const bool followed = open.keys.exchange() == wire::ExchangeType::ike_followup_ke;
  if (const auto* error = first_error(payloads)) {
    Reader data(error->data);
    const auto wanted = data.u16();
    const Algorithm* group = wanted ? find_algorithm(TransformType::key_exchange, *wanted, 0) : nullptr;
    if (!followed && error->type == NotifyType::invalid_ke_payload && group && group != open.group &&
        offers_group(open.offered, group->id)) {
      open.group = group;
      return make_public_value(turn, sa, *group, std::move(open));
    }
    const bool anew = followed && ike_followup_ke::may_begin_anew(turn, sa, error->type);
    if (!sa.established()) return;
    const bool later = (anew || error->type == NotifyType::temporary_failure) && open.tried < max_temporary_failures;
    if (later && !up.crossed)
      up.tasks.push_back(
          RekeyIkeTask{turn.now + turn.between(std::chrono::seconds(2), std::chrono::seconds(10)), open.tried + 1});
    if (!later)
      sa.diagnose(turn,
                  {error->type,
                   error->type == NotifyType::no_proposal_chosen ? Cause::peer_refused_proposal : Cause::peer_refused,
                   "offered was " + describe(open.offered),
                   {},
                   refused_offer(open.offered, {}, {})},
                  "IKE SA rekey refused with " + name_of(error->type));
    return settle_crossed(turn, sa);
  }
  if (followed) {
    auto value = ike_followup_ke::finish(open.keys, payloads);
    if (!value.ok()) return give_up(turn, sa, value.failure());
    const Algorithm& group = open.keys.next();
    return compute_secret(turn, sa, group, std::move(open), std::move(*value));
  }
  const auto* answer = wire::find<wire::SaPayload>(payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!answer || !nonce || !ke || !usable_nonce(*nonce))
    return give_up(turn, sa, {NotifyType::none, Cause::missing_payload, "the answer lacks SA, KE or a usable nonce"});
  const auto suite = accept_ike_answer(*answer, open.offered);
  if (!suite.ok()) return give_up(turn, sa, suite.failure());
  const auto spi_r = proposed_spi(answer->proposals.front());
  if (!spi_r || suite->group != open.group || ke->group != open.group->id)
    return give_up(turn, sa, {NotifyType::none, Cause::answer_not_offered, "the answer's SPI or group is not usable"});
  if (const Status linked = ike_followup_ke::keep_link(open.keys, payloads, suite->additional.size()); !linked.ok())
    return give_up(turn, sa, linked.failure());
  open.suite = *suite;
  open.keys.additional = suite->additional;
  open.spi_r = *spi_r;
  open.nonce_r = nonce->data;
  if (!open.keys.complete() && !goes_on(turn, sa, open)) return;
  const Algorithm& group = *open.group;
  compute_secret(turn, sa, group, std::move(open), ke->data);
}

void resume_request(Turn& turn, IkeSa& sa, RekeyIkeRequest open, crypto::JobResult result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return give_up(turn, sa, *failure);
  auto& done = std::get<crypto::DhResult>(result);
  if (open.stage == RekeyIkeRequest::Stage::making_public_value) {
    open.public_value = std::move(done.public_value);
    open.private_key = std::move(done.private_key);
    return send(turn, sa, std::move(open));
  }
  open.keys.add(std::move(done.shared));
  if (open.keys.complete()) return complete(turn, sa, std::move(open));
  if (!ike_followup_ke::may_go_on(turn, sa)) return settle_crossed(turn, sa);
  const Algorithm& group = open.keys.next();
  make_public_value(turn, sa, group, std::move(open));
}

void resume_answer(Turn& turn, IkeSa& sa, RekeyIkeAnswer open, crypto::JobResult result) {
  Established& up = *sa.established();
  const wire::ExchangeType exchange = open.keys.exchange();
  if (const auto* failure = std::get_if<Failure>(&result)) {
    sa.diagnose(turn, *failure, "IKE SA rekey");
    return answer_notify(turn, sa, open.message_id, NotifyType::invalid_syntax, {}, exchange);
  }
  auto& done = std::get<crypto::DhResult>(result);
  const bool first = exchange == wire::ExchangeType::create_child_sa;
  const Algorithm& group = first ? *open.suite.group : open.keys.next();
  wire::Payloads answer;
  if (first) {
    open.answer.spi = spi_octets(open.spi_r);
    answer = {wire::SaPayload{{open.answer}}, wire::NoncePayload{open.nonce_r}};
  }
  answer.push_back(wire::KePayload{group.id, std::move(done.public_value)});
  open.keys.add(std::move(done.shared));
  if (!open.keys.complete()) answer.push_back(ike_followup_ke::link(open.message_id));
  sa.respond(turn, exchange, open.message_id, answer);
  const bool crossing = up.has_request<RekeyIkeRequest>();
  const Bytes lower_nonce = std::min(open.nonce_i, open.nonce_r);
  if (!open.keys.complete()) {
    if (open.redundant) return;  // the peer will not go on
    if (crossing) up.crossed = CrossedRekey{std::nullopt, lower_nonce};
    return sa.await_followup(turn, std::move(open));
  }
  IkeSa& theirs =
      make_successor(turn, sa, Role::responder, open.spi_i, open.spi_r, open.suite, open.keys, open.nonce_i, open.nonce_r);
  if (!crossing) return inherit(turn, sa, theirs);
  up.crossed = CrossedRekey{theirs.id, lower_nonce};
  Established& pending = *theirs.established();
  pending.replaced = true;
  pending.pending = sa.id;
  pending.expires = std::min(pending.expires, turn.now + wait_to_settle);
}

void forget(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  drop_followups(up);
  const bool asked = up.has_request<RekeyIkeRequest>() || std::any_of(up.tasks.begin(), up.tasks.end(), [](const Task& t) {
                       return std::holds_alternative<RekeyIkeTask>(t);
                     });
  // Our own limit has come, and it was left to the peer.
  if (up.soft_expiry == Time::max() && !asked) up.tasks.push_back(RekeyIkeTask{});
  turn.touch(sa.id);
}

void settle_pending(Turn& turn, IkeSa& sa, const wire::Payloads& request) {
  const Established* up = sa.established();
  if (!up || !up->pending || request.empty()) return;
  const auto* deletes = wire::find<wire::DeletePayload>(request);
  if (deletes && deletes->protocol == wire::Protocol::ike) return;
  if (IkeSa* old = turn.core.sas.find(*up->pending)) settle_crossed(turn, *old);
}

void settle_crossed(Turn& turn, IkeSa& sa) {
  Established* up = sa.established();
  if (!up || !up->crossed) return;
  IkeSa* heir = up->crossed->sa ? turn.core.sas.find(*up->crossed->sa) : nullptr;
  up->crossed.reset();
  if (heir && heir->established()) inherit(turn, sa, *heir);
}

}  // namespace engine::exchange::rekey_ike_sa
