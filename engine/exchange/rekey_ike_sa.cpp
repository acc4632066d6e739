#include "engine/exchange/rekey_ike_sa.hpp"

#include <algorithm>

#include "engine/exchange/common.hpp"
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

std::shared_ptr<const IkePolicy> policy_of(const Turn& turn, const IkeSa& sa) {
  return turn.core.book.policy_for(sa.path.local.ip);
}

/// A new SA in the place of `old`: same path and identities, no Child SAs yet, message IDs from zero (2.18).
IkeSa& make_successor(Turn& turn, IkeSa& old, Role role, IkeSpi spi_i, IkeSpi spi_r, const crypto::IkeSuite& suite,
                      const Secret& shared, ByteView nonce_i, ByteView nonce_r) {
  const Established& up = *old.established();
  auto owned = std::make_unique<IkeSa>();
  IkeSa& sa = *owned;
  sa.id = IkeSaId{++turn.core.last_ike_sa};
  sa.role = role;
  sa.spi_i = spi_i;
  sa.spi_r = spi_r;
  sa.path = old.path;
  sa.created = turn.now;
  sa.interface = old.interface;
  sa.next_keepalive = old.next_keepalive;
  sa.abilities = old.abilities;
  Channel channel(suite,
                  crypto::derive_rekeyed_ike_keys(suite, *up.channel.suite().prf, up.channel.keys().d, shared, nonce_i, nonce_r,
                                                  spi_i, spi_r),
                  role);
  sa.state = Established::make(turn, std::move(channel), up.profile, up.policy, up.keyring_peer, up.local, up.remote);
  sa.established()->ppk = up.ppk;
  sa.established()->birth = up.birth;
  sa.established()->single_pair = up.single_pair;
  turn.touch(sa.id);
  return turn.core.sas.add(std::move(owned));
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
  for (ChildSa& child : from.children) {
    turn.core.child_owner[child.id] = heir.id;
    to.children.push_back(std::move(child));
  }
  from.children.clear();
  std::copy_if(from.tasks.begin(), from.tasks.end(), std::back_inserter(to.tasks), [](const Task& t) {
    return !std::holds_alternative<RekeyIkeTask>(t) && !std::holds_alternative<LivenessTask>(t);
  });
  from.tasks.clear();
  if (to.pending) to.expires = to.since + to.profile->lifetime;
  to.replaced = false;
  to.pending.reset();
  retire(turn, old);
  Notice notice = notice_of(NoticeKind::ike_sa_rekeyed, heir);
  notice.text = to.remote.to_string();
  turn.emit(std::move(notice));
  turn.touch(heir.id);
  heir.proceed(turn);
}

void make_public_value(Turn& turn, IkeSa& sa, RekeyIkeRequest open) {
  open.stage = RekeyIkeRequest::Stage::making_public_value;
  auto job = begin_dh(turn, *open.group);
  sa.compute(turn, std::move(open), std::move(job));
}

void send(Turn& turn, IkeSa& sa, RekeyIkeRequest open) {
  open.stage = RekeyIkeRequest::Stage::awaiting_answer;
  const wire::Payloads payloads{wire::SaPayload{open.offered}, wire::NoncePayload{open.nonce_i},
                                wire::KePayload{open.group->id, open.public_value}};
  sa.ask(turn, std::move(open), wire::ExchangeType::create_child_sa, payloads);
}

/// The last thing an answer does: INVALID_SYNTAX ends the IKE SA (2.21.3).
void answer_notify(Turn& turn, IkeSa& sa, MessageId id, NotifyType type, Bytes data) {
  sa.respond(turn, wire::ExchangeType::create_child_sa, id,
             {wire::NotifyPayload{wire::Protocol::none, {}, type, std::move(data)}});
  if (type == NotifyType::invalid_syntax)
    sa.linger(turn, Cause::malformed_payload, "the peer's request to rekey the IKE SA was malformed");
}

void give_up(Turn& turn, IkeSa& sa, const Failure& failure) {
  sa.diagnose(turn, failure, "IKE SA rekey");
  settle_crossed(turn, sa);
}

/// Both rekeys have succeeded, or only ours: the lowest nonce decides (2.8.2).
void complete(Turn& turn, IkeSa& sa, RekeyIkeRequest open, const Secret& shared) {
  Established& up = *sa.established();
  IkeSa& ours = make_successor(turn, sa, Role::initiator, open.spi_i, open.spi_r, open.suite, shared, open.nonce_i, open.nonce_r);
  const Bytes& lower = std::min(open.nonce_i, open.nonce_r);
  if (up.replaced) return informational::request_delete_ike(turn, ours, Cause::replaced, NotifyType::none);
  if (up.crossed && lower < up.crossed->lower_nonce) {
    settle_crossed(turn, sa);
    return informational::request_delete_ike(turn, ours, Cause::replaced, NotifyType::none);
  }
  // The peer deletes the redundant one; should our Delete of the old SA reach it first, it never will.
  IkeSa* redundant = up.crossed ? turn.core.sas.find(up.crossed->sa) : nullptr;
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
  open.offered = offer_ike(*policy, spi_octets(open.spi_i), AdditionalExchanges::none);
  // What was agreed once will be agreed again: its group is the best guess, unless it is not offered any more.
  open.group = up.channel.suite().group;
  if (!offers_group(open.offered, open.group->id)) open.group = policy->proposals.front()->groups.front();
  open.nonce_i = turn.core.rng.bytes(nonce_octets);
  make_public_value(turn, sa, std::move(open));
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  Established& up = *sa.established();
  const auto* offered = wire::find<wire::SaPayload>(payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!offered || !nonce || !ke || !usable_nonce(*nonce)) return answer_notify(turn, sa, id, NotifyType::invalid_syntax, {});
  // 2.25.2: while a Child SA is being made, rekeyed or deleted by us, the IKE SA must not move.
  const bool busy = !up.answering.empty() || std::any_of(up.requesting.begin(), up.requesting.end(), [](const OpenRequest& open) {
    const auto* check = std::get_if<InformationalRequest>(&open.what);
    return !std::holds_alternative<RekeyIkeRequest>(open.what) && !(check && check->deletes.empty());
  });
  if (busy || up.replaced || up.crossed) return answer_notify(turn, sa, id, NotifyType::temporary_failure, {});
  const auto policy = policy_of(turn, sa);
  if (!policy) return answer_notify(turn, sa, id, NotifyType::no_proposal_chosen, {});
  auto choice = choose_ike(offered->proposals, *policy, ke->group, AdditionalExchanges::none);
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
  sa.compute(turn, std::move(open), answer_dh(turn, *choice->suite.group, ke->data));
}

void finish(Turn& turn, IkeSa& sa, RekeyIkeRequest open, const wire::Payloads& payloads) {
  Established& up = *sa.established();
  if (const auto* error = first_error(payloads)) {
    Reader data(error->data);
    const auto wanted = data.u16();
    const Algorithm* group = wanted ? find_algorithm(TransformType::key_exchange, *wanted, 0) : nullptr;
    if (error->type == NotifyType::invalid_ke_payload && group && group != open.group && offers_group(open.offered, group->id)) {
      open.group = group;
      return make_public_value(turn, sa, std::move(open));
    }
    const bool later = error->type == NotifyType::temporary_failure && open.tried < max_temporary_failures;
    if (later && !up.crossed)
      up.tasks.push_back(
          RekeyIkeTask{turn.now + turn.between(std::chrono::seconds(2), std::chrono::seconds(10)), open.tried + 1});
    if (!later)
      sa.diagnose(turn, {error->type, Cause::peer_refused, "offered was " + describe(open.offered)},
                  "IKE SA rekey refused with " + name_of(error->type));
    return settle_crossed(turn, sa);
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
  open.suite = *suite;
  open.spi_r = *spi_r;
  open.nonce_r = nonce->data;
  open.stage = RekeyIkeRequest::Stage::computing_secret;
  auto job = complete_dh(*open.group, std::move(open.private_key), ke->data);
  sa.compute(turn, std::move(open), std::move(job));
}

void resume_request(Turn& turn, IkeSa& sa, RekeyIkeRequest open, crypto::JobResult result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return give_up(turn, sa, *failure);
  auto& done = std::get<crypto::DhResult>(result);
  if (open.stage == RekeyIkeRequest::Stage::making_public_value) {
    open.public_value = std::move(done.public_value);
    open.private_key = std::move(done.private_key);
    return send(turn, sa, std::move(open));
  }
  complete(turn, sa, std::move(open), done.shared);
}

void resume_answer(Turn& turn, IkeSa& sa, RekeyIkeAnswer open, crypto::JobResult result) {
  Established& up = *sa.established();
  if (const auto* failure = std::get_if<Failure>(&result)) {
    sa.diagnose(turn, *failure, "IKE SA rekey");
    return answer_notify(turn, sa, open.message_id, NotifyType::invalid_syntax, {});
  }
  auto& done = std::get<crypto::DhResult>(result);
  open.answer.spi = spi_octets(open.spi_r);
  sa.respond(turn, wire::ExchangeType::create_child_sa, open.message_id,
             {wire::SaPayload{{open.answer}}, wire::NoncePayload{open.nonce_r},
              wire::KePayload{open.suite.group->id, std::move(done.public_value)}});
  IkeSa& theirs =
      make_successor(turn, sa, Role::responder, open.spi_i, open.spi_r, open.suite, done.shared, open.nonce_i, open.nonce_r);
  if (!up.has_request<RekeyIkeRequest>()) return inherit(turn, sa, theirs);
  up.crossed = CrossedRekey{theirs.id, std::min(open.nonce_i, open.nonce_r)};
  Established& pending = *theirs.established();
  pending.replaced = true;
  pending.pending = sa.id;
  pending.expires = std::min(pending.expires, turn.now + wait_to_settle);
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
  IkeSa* heir = turn.core.sas.find(up->crossed->sa);
  up->crossed.reset();
  if (heir && heir->established()) inherit(turn, sa, *heir);
}

}  // namespace engine::exchange::rekey_ike_sa
