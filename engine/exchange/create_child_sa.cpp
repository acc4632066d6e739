#include "engine/exchange/create_child_sa.hpp"

#include <algorithm>

#include "engine/exchange/common.hpp"
#include "engine/mismatch.hpp"
#include "engine/pfs.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::create_child_sa {
namespace {

ChildSa* find_child(Established& up, ChildSaId id) {
  const auto it = std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.id == id; });
  return it == up.children.end() ? nullptr : &*it;
}

void send(Turn& turn, IkeSa& sa, CreateChildRequest open) {
  open.stage = CreateChildRequest::Stage::awaiting_answer;
  wire::Payloads payloads;
  if (open.offer.rekeys)
    if (const ChildSa* old = find_child(*sa.established(), *open.offer.rekeys)) {
      Writer spi;
      spi.u32(old->spi_in.value);
      payloads.push_back(wire::NotifyPayload{protocol_of(*old), spi.take(), NotifyType::rekey_sa, {}});
    }
  append_child_sa(payloads, open.offer);
  payloads.push_back(wire::NoncePayload{open.nonce_i});
  if (open.group) payloads.push_back(wire::KePayload{open.group->id, open.public_value});
  append_child_selectors(payloads, open.offer);
  sa.ask(turn, std::move(open), wire::ExchangeType::create_child_sa, payloads);
}

void send_followup(Turn& turn, IkeSa& sa, CreateChildRequest open) {
  open.stage = CreateChildRequest::Stage::awaiting_answer;
  const auto payloads = ike_followup_ke::request(open.keys, std::move(open.public_value));
  sa.ask(turn, std::move(open), wire::ExchangeType::ike_followup_ke, payloads);
}

void compute_secret(Turn& turn, IkeSa& sa, const Algorithm& group, CreateChildRequest open, Bytes peer_public) {
  open.stage = CreateChildRequest::Stage::computing_secret;
  auto job = complete_dh(group, std::move(open.private_key), std::move(peer_public));
  sa.compute(turn, std::move(open), std::move(job));
}

/// What awaits IKE_FOLLOWUP_KE of the peer and rekeys `old` goes: the peer has given it up.
void drop_followups(Established& up, ChildSaId old) {
  const auto dropped = std::erase_if(up.answering, [&](const OpenAnswer& open) {
    const auto* answer = std::get_if<CreateChildAnswer>(&open.what);
    return !open.job && answer && answer->rekeys == old;
  });
  if (ChildSa* child = find_child(up, old); child && dropped) child->rekeyed = false;
}

/// Our rekey of `old` has won over the peer's, which made or will make a Child SA that only receives until the peer deletes
/// it: it must not begin to send when `old` goes.
void outdo(Established& up, ChildSaId old) {
  drop_followups(up, old);
  for (ChildSa& child : up.children)
    if (child.replaces == old) child.redundant = true;
  for (OpenAnswer& open : up.answering)
    if (auto* answer = std::get_if<CreateChildAnswer>(&open.what); answer && answer->rekeys == old) answer->redundant = true;
}

/// The exchange is over; what it installed takes over from the SA it rekeyed, unless the peer's rekey of the same SA
/// crossed ours and ours has the lowest nonce: then ours is redundant, and the peer deletes the old SA (2.8.1).
void complete(Turn& turn, IkeSa& sa, CreateChildRequest open) {
  sa.established()->states_not_found = 0;
  const auto& deleted = open.already_deleted;
  if (std::find(deleted.begin(), deleted.end(), open.agreement->choice.peer_spi) != deleted.end()) return;
  if (!turn.core.book.find(open.agreement->line.line.id))
    return sa.established()->tasks.push_front(DisownChildTask{open.offer.spi, protocol_of(open.offer)});
  const bool redundant = open.crossed && std::min(open.nonce_i, open.nonce_r) < *open.crossed;
  if (open.crossed && !redundant) outdo(*sa.established(), *open.offer.rekeys);
  install_child(turn, sa, *open.agreement,
                {Role::initiator, std::move(open.nonce_i), std::move(open.nonce_r), std::move(open.keys.first),
                 std::move(open.keys.more), open.offer.rekeys, open.birth},
                redundant ? OutboundWhen::never : OutboundWhen::now);
  if (redundant)
    sa.established()->tasks.push_front(DeleteChildTask{sa.established()->children.back().id, Cause::replaced});
  else if (open.offer.rekeys)
    sa.established()->tasks.push_front(DeleteChildTask{*open.offer.rekeys, Cause::replaced});
}

/// The Child SA stays, and the peer may come round: what it refuses was perhaps not configured there yet. Refused
/// selectors are asked for once more as the whole line: some peers want at rekey what they narrowed before (2.9.2).
void rekey_later(Turn& turn, IkeSa& sa, const CreateChildRequest& open, NotifyType why) {
  ChildSa* old = find_child(*sa.established(), *open.offer.rekeys);
  const BookLine* line = turn.core.book.find(open.offer.line);
  if (!old || !line || old->rekeyed) return;
  if (why == NotifyType::ts_unacceptable && open.offer.selectors != line->line.selectors) {
    old->rekey_whole_line = true;
    return sa.established()->tasks.push_back(CreateChildTask{open.offer.line, open.offer.rekeys});
  }
  old->rekey_asked = false;
  old->soft_expiry = turn.now + std::max<Duration>((old->hard_expiry - turn.now) / 2, std::chrono::seconds(1));
  turn.touch(sa.id);
}

/// The peer takes one pair of addresses a Child SA: remembered, and the packet's own pair asked for (3.10.1). False: that
/// was it already, or the packet is not known.
bool learn_single_pair(IkeSa& sa, const ChildOffer& offer) {
  sa.established()->single_pair = true;
  if (!offer.packet || offer.selectors == pair_of_hosts(offer.selectors, *offer.packet)) return false;
  sa.established()->tasks.push_front(CreateChildTask{offer.line, std::nullopt, {}, 0, offer.packet});
  return true;
}

void refused(Turn& turn, IkeSa& sa, const CreateChildRequest& open, const wire::NotifyPayload& error) {
  Established& up = *sa.established();
  const bool anew = open.agreement && ike_followup_ke::may_begin_anew(turn, sa, error.type);
  if (!sa.established()) return;
  if ((anew || error.type == NotifyType::temporary_failure) && open.tried < max_temporary_failures) {
    const Time later = turn.now + turn.between(std::chrono::seconds(2), std::chrono::seconds(10));
    return up.tasks.push_back(CreateChildTask{open.offer.line, open.offer.rekeys, later, open.tried + 1, open.offer.packet});
  }
  if (error.type == NotifyType::child_sa_not_found && open.offer.rekeys)
    return remove_child(turn, sa, *open.offer.rekeys, Cause::peer_deleted);
  const auto pfs = pfs_refused(turn, open.offer.rekeys ? find_child(up, *open.offer.rekeys) : nullptr, open, error);
  if (error.type == NotifyType::single_pair_required && !open.offer.rekeys && learn_single_pair(sa, open.offer)) return;
  if (open.offer.rekeys)
    rekey_later(turn, sa, open, error.type);
  else
    refused_child(turn, sa, open.offer.line);
  const Cause cause = error.type == NotifyType::temporary_failure    ? Cause::temporary_failure
                      : error.type == NotifyType::no_proposal_chosen ? Cause::peer_refused_child_proposal
                      : error.type == NotifyType::ts_unacceptable    ? Cause::peer_refused_selectors
                                                                     : Cause::peer_refused;
  const std::string offered = "offered was " + describe(open.offer.proposals) + " for " + open.offer.selectors.to_string();
  const Failure failure{error.type, cause, offered, {}, refused_offer(open.offer.proposals, {}, {open.offer.selectors})};
  sa.diagnose(turn, pfs ? *pfs : failure, "CREATE_CHILD_SA refused with " + name_of(error.type));
}

/// The last thing an answer does: INVALID_SYNTAX ends the IKE SA (2.21.3).
void answer_notify(Turn& turn, IkeSa& sa, MessageId id, wire::NotifyPayload notify,
                   wire::ExchangeType exchange = wire::ExchangeType::create_child_sa) {
  const bool fatal = notify.type == NotifyType::invalid_syntax;
  sa.respond(turn, exchange, id, {std::move(notify)});
  if (fatal) sa.linger(turn, Cause::malformed_payload, "the peer's CREATE_CHILD_SA request was malformed");
}

wire::Payloads first_answer(const CreateChildAnswer& open, Bytes public_value) {
  wire::Payloads payloads;
  append_child_answer_sa(payloads, open.agreement);
  payloads.push_back(wire::NoncePayload{open.nonce_r});
  if (open.agreement.choice.group) payloads.push_back(wire::KePayload{open.agreement.choice.group->id, std::move(public_value)});
  append_child_answer_selectors(payloads, open.agreement);
  return payloads;
}

void install(Turn& turn, IkeSa& sa, CreateChildAnswer open) {
  // What it rekeys may have gone while the answer was computed.
  const bool waits = open.rekeys && find_child(*sa.established(), *open.rekeys);
  const OutboundWhen when = open.redundant || waits ? OutboundWhen::later : OutboundWhen::now;
  install_child(turn, sa, open.agreement,
                {Role::responder, std::move(open.nonce_i), std::move(open.nonce_r), std::move(open.keys.first),
                 std::move(open.keys.more), open.rekeys, open.birth},
                when);
  sa.established()->children.back().redundant = open.redundant;
}

/// No Child SA has that SPI: or not any more, when we are deleting it (2.25.1), or not yet, when the peer's answer to our own
/// request is still on its way.
void answer_unknown(Turn& turn, IkeSa& sa, MessageId id, const wire::NotifyPayload& rekey) {
  Established& up = *sa.established();
  const auto spi = Reader(rekey.spi).u32();
  const bool closing = spi && up.find_request<InformationalRequest>([&](const InformationalRequest& deleting) {
    return std::ranges::find(deleting.peer_spis, EspSpi{*spi}) != deleting.peer_spis.end();
  });
  if (closing || up.has_request<CreateChildRequest>())
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::temporary_failure, {}});
  const bool names_one = rekey.protocol == wire::Protocol::esp || rekey.protocol == wire::Protocol::ah;
  answer_notify(
      turn, sa, id,
      {names_one ? rekey.protocol : wire::Protocol::none, names_one ? rekey.spi : Bytes{}, NotifyType::child_sa_not_found, {}});
}

/// We are ourselves deleting that Child SA, or about to (2.25.1).
bool being_deleted(Established& up, ChildSaId child) {
  if (up.deletes(child)) return true;
  return std::any_of(up.tasks.begin(), up.tasks.end(), [&](const Task& t) {
    const auto* remove = std::get_if<DeleteChildTask>(&t);
    return remove && remove->child == child;
  });
}

/// Our own open rekey of that Child SA, or null.
CreateChildRequest* own_rekey(Established& up, ChildSaId child) {
  return up.find_request<CreateChildRequest>([&](const CreateChildRequest& open) { return open.offer.rekeys == child; });
}

/// Ours has its agreement, and IKE_FOLLOWUP_KE are under way: too late for the peer to rekey the same Child SA (RFC 9370, 2.2.4).
bool follows_up(Established& up, ChildSaId child) {
  const CreateChildRequest* ours = own_rekey(up, child);
  return ours && !ours->keys.additional.empty();
}

/// The peer's rekey came to nothing after all.
void forget_rekey(const Turn& turn, Established& up, std::optional<ChildSaId> rekeys) {
  if (!rekeys) return;
  if (ChildSa* old = find_child(up, *rekeys)) ask_again(turn, *old);
  if (CreateChildRequest* crossing = own_rekey(up, *rekeys)) crossing->crossed.reset();
}

/// A peer may have some Child SAs more than there are lines for it, not any number.
bool too_many(const Turn& turn, const IkeSa& sa, const Established& up) {
  return up.children.size() + up.answering.size() >=
         16 + 4 * turn.core.book.lines_of(sa.ends.local, sa.ends.remote, up.profile->name).size();
}

/// The peer has narrowed the line to what is served already, without the packet that asked: another such SA would not help.
bool leaves_out(const Established& up, const ChildOffer& offer, const SelectorPair& agreed) {
  return !offer.rekeys && offer.packet && offer.selectors.contains(*offer.packet) && !agreed.contains(*offer.packet) &&
         std::any_of(up.children.begin(), up.children.end(),
                     [&](const ChildSa& c) { return c.line == offer.line && c.selectors == agreed; });
}

void leave_out(Turn& turn, IkeSa& sa, const ChildOffer& offer, const SelectorPair& agreed) {
  Established& up = *sa.established();
  leave_out_for_a_while(up, offer.line, turn.now);
  up.tasks.push_front(DisownChildTask{offer.spi, protocol_of(offer)});
  sa.diagnose(turn,
              {NotifyType::none,
               Cause::peer_refused_selectors,
               "the peer narrowed permit " + offer.selectors.to_string() + " to " + agreed.to_string() +
                   ", which is served already, without the packet " + offer.packet->to_string(),
               {},
               refused_offer({}, {}, {offer.selectors})},
              "CREATE_CHILD_SA answer");
}

}  // namespace

void request(Turn& turn, IkeSa& sa, const BookLine& line, const CreateChildTask& task) {
  const auto& rekeys = task.rekeys;
  const auto& packet = task.packet;
  Established& up = *sa.established();
  const ChildSa* old = rekeys ? find_child(up, *rekeys) : nullptr;
  if (rekeys && (!old || old->rekeyed)) return;
  CreateChildRequest open;
  open.group = line.entry->pfs_group;
  std::optional<SelectorPair> wanted;
  if (old && !old->rekey_whole_line) wanted = old->selectors;
  if (!old && packet && (up.single_pair || line.entry->per_host)) wanted = pair_of_hosts(line.line.selectors, *packet);
  open.offer = make_child_offer(turn, line, open.group, wanted ? &*wanted : nullptr);
  open.offer.packet = packet;
  open.offer.packet_first = packet && !wanted && std::any_of(up.children.begin(), up.children.end(), [&](const ChildSa& c) {
                              return c.line == task.line && !c.selectors.contains(*task.packet);
                            });
  open.offer.rekeys = rekeys;
  if (old) open.birth = old->birth;
  open.tried = task.tried;
  open.nonce_i = turn.core.rng.bytes(nonce_octets);
  open.stage = CreateChildRequest::Stage::making_public_value;
  if (!open.group) return send(turn, sa, std::move(open));
  auto job = begin_dh(turn, *open.group);
  sa.compute(turn, std::move(open), std::move(job));
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  // The IKE SA is being closed by us (2.25.2).
  if (!sa.established()) return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::temporary_failure, {}});
  Established& up = *sa.established();
  const auto* offered = wire::find<wire::SaPayload>(payloads);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  if (!offered || !nonce || !usable_nonce(*nonce))
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::invalid_syntax, {}});
  if (!offered->proposals.empty() && offered->proposals.front().protocol == wire::Protocol::ike)
    return rekey_ike_sa::respond(turn, sa, id, payloads);
  if (up.replaced || up.has_request<RekeyIkeRequest>() || up.has_answer<RekeyIkeAnswer>())
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::temporary_failure, {}});

  std::optional<ChildSaId> rekeys;
  if (const auto* rekey = wire::find_notify(payloads, NotifyType::rekey_sa)) {
    Reader reader(rekey->spi);
    const auto spi = reader.u32();
    const auto old =
        std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return spi && c.spi_out == EspSpi{*spi}; });
    if (old == up.children.end()) return answer_unknown(turn, sa, id, *rekey);
    if (being_deleted(up, old->id) || follows_up(up, old->id))
      return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::temporary_failure, {}});
    rekeys = old->id;
    drop_followups(up, old->id);
  }

  if (!rekeys && (too_many(turn, sa, up) || !room_for_child(turn).ok()))
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::no_additional_sas, {}});
  if (!rekeys) follow_peer(turn, sa, payloads);
  auto agreement =
      choose_child(turn, sa, up.profile, payloads, ChildKeyExchange::as_offered, rekeys ? find_child(up, *rekeys) : nullptr);
  if (!agreement.ok()) {
    sa.diagnose(turn, agreement.failure(), "CREATE_CHILD_SA request refused");
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, agreement.failure().notify, agreement.failure().data});
  }
  const Algorithm* group = agreement->choice.group;
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (group && (!ke || ke->group != group->id)) {
    Writer wanted;
    wanted.u16(group->id);
    return answer_notify(turn, sa, id, {wire::Protocol::none, {}, NotifyType::invalid_ke_payload, wanted.take()});
  }
  CreateChildAnswer open{id, std::move(*agreement), rekeys, nonce->data, turn.core.rng.bytes(nonce_octets)};
  open.keys.additional = open.agreement.choice.additional;
  if (rekeys) {
    ChildSa& old = *find_child(up, *rekeys);
    old.rekeyed = true;
    open.birth = old.birth;
    if (CreateChildRequest* crossing = own_rekey(up, *rekeys)) crossing->crossed = std::min(open.nonce_i, open.nonce_r);
  }
  if (group) return sa.compute(turn, std::move(open), answer_dh(turn, *group, ke->data));
  const auto answer = first_answer(open, {});
  install(turn, sa, std::move(open));
  sa.respond(turn, wire::ExchangeType::create_child_sa, id, answer);
}

void finish(Turn& turn, IkeSa& sa, CreateChildRequest open, const wire::Payloads& payloads) {
  Established& up = *sa.established();
  const auto give_up = [&](const Failure& failure) {
    up.tasks.push_front(DisownChildTask{open.offer.spi, protocol_of(open.offer)});
    if (!open.offer.rekeys) refused_child(turn, sa, open.offer.line);
    sa.diagnose(turn, failure, "CREATE_CHILD_SA answer");
  };
  if (const auto* error = first_error(payloads)) return refused(turn, sa, open, *error);
  if (open.agreement) {
    auto value = ike_followup_ke::finish(open.keys, payloads);
    if (!value.ok()) return give_up(value.failure());
    const Algorithm& followed = open.keys.next();
    return compute_secret(turn, sa, followed, std::move(open), std::move(*value));
  }
  auto agreement = accept_child(turn, sa, open.offer, payloads);
  if (!agreement.ok()) return give_up(agreement.failure());
  if (leaves_out(up, open.offer, agreement->selectors)) return leave_out(turn, sa, open.offer, agreement->selectors);
  const auto* nonce = wire::find<wire::NoncePayload>(payloads);
  const auto* ke = wire::find<wire::KePayload>(payloads);
  if (!nonce || !usable_nonce(*nonce))
    return give_up({NotifyType::none, Cause::missing_payload, "the answer lacks a usable nonce"});
  if (agreement->choice.group && (!ke || ke->group != agreement->choice.group->id))
    return give_up({NotifyType::none, Cause::missing_payload, "the answer lacks a KE payload of the agreed group"});
  if (const Status linked = ike_followup_ke::keep_link(open.keys, payloads, agreement->choice.additional.size()); !linked.ok())
    return give_up(linked.failure());
  open.nonce_r = nonce->data;
  open.keys.additional = agreement->choice.additional;
  open.agreement = std::move(*agreement);
  if (!open.keys.complete() && open.crossed) {
    // Nothing is made yet: the end whose rekey is redundant does not go on with it (RFC 9370, 2.2.4).
    if (std::min(open.nonce_i, open.nonce_r) < *open.crossed) return;
    outdo(up, *open.offer.rekeys);
  }
  if (open.agreement->choice.group) {
    const Algorithm& group = *open.group;
    return compute_secret(turn, sa, group, std::move(open), ke->data);
  }
  complete(turn, sa, std::move(open));
}

void resume_request(Turn& turn, IkeSa& sa, CreateChildRequest open, crypto::JobResult result) {
  Established& up = *sa.established();
  if (const auto* failure = std::get_if<Failure>(&result)) {
    sa.diagnose(turn, *failure, "CREATE_CHILD_SA key exchange");
    if (open.agreement) up.tasks.push_front(DisownChildTask{open.offer.spi, protocol_of(open.offer)});
    if (!open.offer.rekeys) refused_child(turn, sa, open.offer.line);
    return;
  }
  auto& done = std::get<crypto::DhResult>(result);
  if (open.stage == CreateChildRequest::Stage::making_public_value) {
    open.public_value = std::move(done.public_value);
    open.private_key = std::move(done.private_key);
    if (open.agreement) return send_followup(turn, sa, std::move(open));
    const ChildSa* old = open.offer.rekeys ? find_child(up, *open.offer.rekeys) : nullptr;
    // Meanwhile the peer may have rekeyed or deleted it.
    if (open.offer.rekeys && (!old || old->rekeyed)) return;
    return send(turn, sa, std::move(open));
  }
  open.keys.add(std::move(done.shared));
  if (open.keys.complete()) return complete(turn, sa, std::move(open));
  if (!ike_followup_ke::may_go_on(turn, sa)) return;
  open.stage = CreateChildRequest::Stage::making_public_value;
  auto job = begin_dh(turn, open.keys.next());
  sa.compute(turn, std::move(open), std::move(job));
}

void resume_answer(Turn& turn, IkeSa& sa, CreateChildAnswer open, crypto::JobResult result) {
  const wire::ExchangeType exchange = open.keys.exchange();
  if (const auto* failure = std::get_if<Failure>(&result)) {
    sa.diagnose(turn, *failure, std::string(wire::name_of(exchange)) + " key exchange");
    forget(turn, sa, open);
    return answer_notify(turn, sa, open.message_id, {wire::Protocol::none, {}, NotifyType::invalid_syntax, {}}, exchange);
  }
  if (!turn.core.book.find(open.agreement.line.line.id)) {
    forget(turn, sa, open);
    return answer_notify(turn, sa, open.message_id, {wire::Protocol::none, {}, NotifyType::ts_unacceptable, {}}, exchange);
  }
  auto& done = std::get<crypto::DhResult>(result);
  const bool first = exchange == wire::ExchangeType::create_child_sa;
  wire::Payloads answer;
  if (first)
    answer = first_answer(open, std::move(done.public_value));
  else
    answer.push_back(wire::KePayload{open.keys.next().id, std::move(done.public_value)});
  open.keys.add(std::move(done.shared));
  const MessageId id = open.message_id;
  if (open.keys.complete()) {
    install(turn, sa, std::move(open));
  } else {
    answer.push_back(ike_followup_ke::link(id));
    const bool redundant = open.redundant;
    const auto rekeys = open.rekeys;
    sa.await_followup(turn, std::move(open));
    if (redundant) drop_followups(*sa.established(), *rekeys);  // the peer will not go on
  }
  sa.respond(turn, exchange, id, answer);
}

void forget(Turn& turn, IkeSa& sa, const CreateChildAnswer& open) { forget_rekey(turn, *sa.established(), open.rekeys); }

}  // namespace engine::exchange::create_child_sa
