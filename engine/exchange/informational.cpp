#include "engine/exchange/informational.hpp"

#include <algorithm>

#include "engine/exchange/addresses.hpp"
#include "engine/exchange/configuration.hpp"
#include "engine/reauthentication.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::informational {
namespace {

constexpr std::size_t max_remembered = 16;

/// The other halves of the Child SAs that the peer deletes: a Delete lists the sender's inbound SPIs (1.4.1).
/// Ours that go with them, of the same protocol.
std::vector<EspSpi> obey_deletes(Turn& turn, IkeSa& sa, const wire::DeletePayload& payload) {
  std::vector<EspSpi> ours;
  Established& up = *sa.established();
  for (const EspSpi spi : payload.spis) {
    const auto child = std::find_if(up.children.begin(), up.children.end(),
                                    [&](const ChildSa& c) { return c.spi_out == spi && protocol_of(c) == payload.protocol; });
    if (child == up.children.end()) {
      for (OpenRequest& open : up.requesting)
        if (auto* creating = std::get_if<CreateChildRequest>(&open.what);
            creating && creating->already_deleted.size() < max_remembered)
          creating->already_deleted.push_back(spi);
      continue;
    }
    // Deletes that cross are answered without one (1.4.1).
    if (!up.deletes(child->id)) ours.push_back(child->spi_in);
    remove_child(turn, sa, child->id, Cause::peer_deleted);
  }
  return ours;
}

}  // namespace

void request_delete(Turn& turn, IkeSa& sa, ChildSaId child, Cause cause) {
  Established& up = *sa.established();
  const auto it = std::find_if(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.id == child; });
  if (it == up.children.end()) return;
  sa.ask(turn, InformationalRequest{{child}, cause, {it->spi_out}}, wire::ExchangeType::informational,
         {wire::DeletePayload{protocol_of(*it), {it->spi_in}}});
  if (cause != Cause::replaced) remove_child(turn, sa, child, cause);
}

void request_disown(Turn& turn, IkeSa& sa, EspSpi spi, wire::Protocol protocol) {
  sa.ask(turn, InformationalRequest{}, wire::ExchangeType::informational, {wire::DeletePayload{protocol, {spi}}});
}

void request_delete_ike(Turn& turn, IkeSa& sa, Cause cause, NotifyType notify) {
  sa.forget_jobs(turn);
  if (Established* up = sa.established()) {
    reauthentication_failed(turn, sa);
    if (!up->replaced) turn.core.desired.fallen.push_back({lines_of(*up), fall_of(*up, cause)});
    while (!up->children.empty()) remove_child(turn, sa, up->children.back().id, cause);
    configuration::release(turn, *up);
    if (cause != Cause::replaced && !up->replaced) {
      Notice notice = notice_of(NoticeKind::ike_sa_down, sa);
      notice.cause = cause;
      notice.peer_id = up->remote.to_string();
      turn.emit(std::move(notice));
    }
    sa.state = Deleting{Channel(std::move(up->channel)), up->profile, up->local, up->remote, notify, false};
  } else if (auto* auth = std::get_if<IkeAuthRequest>(&sa.state); auth && IkeAuthRequest::sent(auth->stage)) {
    attempt_fell(turn, sa, cause);
    sa.state = Deleting{Channel(std::move(auth->channel)), auth->profile, auth->id_i.identity, {}, notify, false};
  } else {
    return sa.close(turn, cause, "ended during negotiation");
  }
  sa.behind.reset();
  sa.next_keepalive.reset();
  turn.touch(sa.id);
  if (sa.own.none()) send_delete_ike(turn, sa);
}

void send_delete_ike(Turn& turn, IkeSa& sa) {
  auto& deleting = std::get<Deleting>(sa.state);
  deleting.asked = true;
  wire::Payloads payloads;
  if (deleting.notify != NotifyType::none) payloads.push_back(wire::NotifyPayload{wire::Protocol::none, {}, deleting.notify, {}});
  payloads.push_back(wire::DeletePayload{wire::Protocol::ike, {}});
  sa.request(turn, wire::ExchangeType::informational, payloads);
}

void request_liveness(Turn& turn, IkeSa& sa) {
  wire::Payloads payloads;
  addresses::append_mapping(sa, payloads);
  sa.ask(turn, InformationalRequest{}, wire::ExchangeType::informational, payloads);
}

void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads) {
  wire::Payloads answer;
  bool ike_deleted = false;
  std::vector<wire::DeletePayload> ours;
  for (const wire::Payload& payload : payloads) {
    const auto* deletes = std::get_if<wire::DeletePayload>(&payload);
    if (!deletes) continue;
    if (deletes->protocol == wire::Protocol::ike)
      ike_deleted = true;
    else if (sa.established())
      ours.push_back({deletes->protocol, obey_deletes(turn, sa, *deletes)});
  }
  if (!ike_deleted) configuration::respond_set(turn, sa, payloads, answer);
  if (sa.mobike && !ike_deleted) addresses::respond(turn, sa, id, payloads, answer);
  for (wire::DeletePayload& with_them : ours)
    if (!with_them.spis.empty() && !ike_deleted) answer.push_back(std::move(with_them));
  sa.respond(turn, wire::ExchangeType::informational, id, answer);
  if (wire::find_notify(payloads, NotifyType::authentication_failed)) {
    sa.diagnose(turn, {NotifyType::none, Cause::peer_refused_authentication, "the peer could not verify who we are"},
                "AUTHENTICATION_FAILED after IKE_AUTH");
    return sa.linger(turn, Cause::peer_refused_authentication, "the peer refused our authentication");
  }
  if (ike_deleted && sa.established()) rekey_ike_sa::settle_crossed(turn, sa);
  if (ike_deleted) sa.linger(turn, Cause::peer_deleted, "the peer deleted the IKE SA");
}

void finish(Turn& turn, IkeSa& sa, const InformationalRequest& done, const wire::Payloads& payloads) {
  if (done.where) return addresses::finish(turn, sa, *done.where, payloads);
  addresses::compare_mapping(turn, sa, payloads);
  for (ChildSaId child : done.deletes) remove_child(turn, sa, child, done.cause);
}

}  // namespace engine::exchange::informational
