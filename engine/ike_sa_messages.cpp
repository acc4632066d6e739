// The messages of an IKE SA: sent, sent again, received, answered again (RFC 7296, 2.1 to 2.3; RFC 7383).
#include "engine/mobility.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

// Seven times over about two minutes, doubling (2.1 asks for exponential growth; 2.4 for several minutes at least
// before giving up on a peer that was there).
constexpr Duration first_pause = std::chrono::seconds(2);
constexpr unsigned max_sent = 7;
constexpr unsigned max_liveness_sent = 6;  // IOS: five retries after the first
constexpr unsigned max_delete_sent = 4;    // half a minute: what is gone here need not be gone there
/// So often a message is lost before its packets are suspected to be too large for the path (RFC 7383, 2.5.2).
constexpr unsigned sent_before_smaller = 2;
/// So often before another answer to IKE_SA_INIT is followed, if there was one (2.4).
constexpr unsigned sent_before_further = 2;
/// And so often before other addresses are tried (RFC 4555, 3.10).
constexpr unsigned sent_before_spread = 3;

Bytes digest_of(ByteView datagram) { return crypto::sha256({datagram}); }

Reassembly::Key key_of(const wire::Header& header) { return {header.response, header.message_id, header.exchange}; }

}  // namespace

wire::Header IkeSa::header(wire::ExchangeType exchange, bool response, MessageId message) const {
  return {spi_i, spi_r, wire::PayloadType::none, exchange, role == Role::initiator, response, message, 0};
}

Channel* IkeSa::channel() {
  if (auto* s = std::get_if<exchange::IkeSaInitAnswer>(&state)) return s->channel ? &*s->channel : nullptr;
  if (auto* s = std::get_if<exchange::IkeIntermediateRequest>(&state)) return &s->channel;
  if (auto* s = std::get_if<exchange::IkeAuthRequest>(&state)) return &s->channel;
  if (auto* s = std::get_if<exchange::IkeAuthAnswer>(&state)) return &s->channel;
  if (auto* s = std::get_if<Established>(&state)) return &s->channel;
  if (auto* s = std::get_if<Deleting>(&state)) return &s->channel;
  return nullptr;
}

// ---- Out -----------------------------------------------------------------------------------------------------------

void IkeSa::transmit(Turn& turn, const SocketAddress& local, const SocketAddress& remote, const Parcel& parcel) {
  parcel.datagrams.each([&](const Bytes& datagram) { turn.emit(SendDatagram{local, remote, datagram}); });
}

Parcel IkeSa::seal(Turn& turn, const wire::Header& head, const wire::Payloads& payloads) {
  const std::uint32_t limit = std::min(turn.core.book.config().fragment_limit(path.remote.ip.family), path.passes);
  return seal_parcel(*channel(), head, wire::encode_payloads(payloads), path.local, limit, abilities.fragments, turn.core.rng);
}

void IkeSa::send_request(Turn& turn, wire::ExchangeType exchange, Parcel parcel) {
  const Duration pause = turn.between(first_pause * 9 / 10, first_pause * 11 / 10);
  transmit(turn, path.local, path.remote, parcel);
  own.add({own.next(), exchange, std::move(parcel), 1, turn.now + pause, pause});
  turn.touch(id);
}

void IkeSa::request(Turn& turn, wire::ExchangeType exchange, const wire::Payloads& payloads) {
  const wire::Header head = header(exchange, false, own.next());
  note_datagram(turn, NoticeKind::datagram_sent, id, path.local, path.remote, head, payloads);
  send_request(turn, exchange, seal(turn, head, payloads));
}

void IkeSa::send_response(Turn& turn, MessageId message, Parcel response) {
  Answer* answer = theirs.find(message);
  if (!answer) return;
  answer->parcel = std::move(response);
  transmit(turn, answer->local, answer->remote, answer->parcel);
}

void IkeSa::respond(Turn& turn, wire::ExchangeType exchange, MessageId message, const wire::Payloads& payloads) {
  const wire::Header head = header(exchange, true, message);
  note_datagram(turn, NoticeKind::datagram_sent, id, path.local, path.remote, head, payloads);
  send_response(turn, message, seal(turn, head, payloads));
}

bool IkeSa::is_liveness(const Outstanding& request) const {
  const Established* up = established();
  return up && up->profile->dpd_interval.count() > 0 &&
         std::any_of(up->requesting.begin(), up->requesting.end(), [&](const OpenRequest& open) {
           const auto* check = std::get_if<exchange::InformationalRequest>(&open.what);
           return open.message == request.id && check && check->deletes.empty();
         });
}

void IkeSa::retransmit(Turn& turn, Outstanding& request) {
  if (exchange::ike_sa_init::follow_cookie(turn, *this)) return;
  if (behind && request.sent >= sent_before_further && exchange::ike_sa_init::try_further(turn, *this)) return;
  const bool liveness = is_liveness(request);
  const unsigned most = std::holds_alternative<Deleting>(state) ? max_delete_sent : liveness ? max_liveness_sent : max_sent;
  if (request.sent >= most) {
    const Failure failure{NotifyType::none, Cause::no_response,
                          "sent " + std::string(wire::name_of(request.exchange)) + " from " + path.local.to_string() + " to " +
                              path.remote.to_string() + " " + std::to_string(request.sent) + " times, no answer"};
    const auto* init = std::get_if<exchange::IkeSaInitRequest>(&state);
    if (!std::holds_alternative<Deleting>(state) && !(init && init->refused)) diagnose(turn, failure, "no answer from the peer");
    return close(turn, Cause::no_response, failure.why);
  }
  if (request.sent > 0 && request.sent % sent_before_smaller == 0 && channel())
    cut_smaller(request.parcel, *channel(), path.local, turn.core.rng);
  ++request.sent;
  request.pause = liveness ? established()->profile->dpd_retry : turn.between(request.pause * 18 / 10, request.pause * 22 / 10);
  request.next = turn.now + request.pause;
  note_datagram(turn, NoticeKind::datagram_retransmitted, id, path.local, path.remote,
                header(request.exchange, false, request.id), {});
  transmit(turn, path.local, path.remote, request.parcel);
  if (request.sent >= sent_before_spread) spread(turn, request);
}

void IkeSa::spread(Turn& turn, Outstanding& request) {
  const auto others = mobility::other_paths(turn, *this);
  if (others.empty()) return;
  request.spread = true;
  for (const Path& other : others) transmit(turn, other.local, other.remote, request.parcel);
  for (OpenRequest& open : established()->requesting)
    if (auto* asked = std::get_if<exchange::InformationalRequest>(&open.what);
        asked && open.message == request.id && asked->where)
      asked->where->spread = true;
}

void IkeSa::resend(Turn& turn) {
  for (Outstanding& request : own.open()) {
    request.sent = 0;
    request.pause = first_pause;
    request.next = turn.now;
  }
  turn.touch(id);
}

// ---- In ------------------------------------------------------------------------------------------------------------

void IkeSa::receive(Turn& turn, const Datagram& datagram, const wire::Message& message) {
  turn.touch(id);
  if (message.header.initiator == (role == Role::initiator))
    return turn.drop(datagram, Cause::wrong_flags, "flag I is our own: a message of ours came back");
  if (message.header.response)
    receive_response(turn, datagram, message);
  else
    receive_request(turn, datagram, message);
}

std::optional<IkeSa::Opened> IkeSa::open(Turn& turn, const Datagram& datagram, const wire::Message& message) {
  Channel* protection = channel();
  if (!protection) {
    turn.drop(datagram, Cause::unexpected_exchange, "no protected channel yet");
    return std::nullopt;
  }
  const auto* encrypted = wire::find<wire::EncryptedPayload>(message.payloads);
  if (encrypted && encrypted->which == wire::PayloadType::skf) return open_fragment(turn, datagram, message, *encrypted);
  bool authentic = false;
  auto opened = protection->open(datagram.payload, message, authentic);
  if (!authentic) {
    turn.drop(datagram, opened.failure().cause, opened.failure().why);
    return std::nullopt;
  }
  // A sender may begin to cut only when the whole message seemed lost (RFC 7383, 2.4).
  if (reassembly) reassembly->forget(key_of(message.header));
  return Opened{std::move(opened), digest_of(datagram.payload)};
}

/// RFC 7383, 2.6: nothing is kept of a fragment that is not authentic, and nothing of the SA changes before the message
/// is whole.
std::optional<IkeSa::Opened> IkeSa::open_fragment(Turn& turn, const Datagram& datagram, const wire::Message& message,
                                                  const wire::EncryptedPayload& fragment) {
  const auto refuse = [&](Cause cause, const std::string& why) {
    turn.drop(datagram, cause, why);
    return std::nullopt;
  };
  if (!abilities.fragments) return refuse(Cause::unusable_fragment, "fragmentation was not agreed on");
  // Payloads outside the protection travel with fragment 1 alone (RFC 7383, 2.5.3).
  if (fragment.fragment != 1 && message.payloads.size() > 1)
    return refuse(Cause::unusable_fragment, "unprotected payloads beside fragment " + std::to_string(fragment.fragment));
  const Reassembly::Key key = key_of(message.header);
  if (!reassembly) reassembly = std::make_unique<Reassembly>();
  if (const Status useful = reassembly->admits(key, fragment); !useful.ok())
    return refuse(useful.failure().cause, useful.failure().why);
  bool authentic = false;
  auto contents = channel()->open_contents(datagram.payload, fragment, authentic);
  if (!contents.ok()) return refuse(contents.failure().cause, contents.failure().why);
  auto whole = reassembly->add(key, fragment, std::move(*contents), datagram.payload);
  if (!whole && !reassembly->under_way(key)) return refuse(Cause::unusable_fragment, "the fragments under way are too large");
  if (!whole) return std::nullopt;
  if (reassembly->empty()) reassembly.reset();
  path.passes = std::min(path.passes, packet_octets(datagram.local, whole->largest));
  channel()->opened_in_fragments(message.header, whole->first, whole->inner);
  return Opened{wire::parse_payloads(whole->first, whole->inner), std::move(whole->digest)};
}

void IkeSa::receive_response(Turn& turn, const Datagram& datagram, const wire::Message& message) {
  if (!own.find(message.header.message_id, message.header.exchange)) {
    if (asking() && message.header.exchange == wire::ExchangeType::ike_sa_init)
      exchange::ike_sa_init::keep_further(*this, datagram, message);
    return turn.drop(datagram, Cause::message_id_outside_window, "an answer to no open request");
  }
  if (std::holds_alternative<exchange::IkeSaInitRequest>(state)) {
    note_datagram(turn, NoticeKind::datagram_received, id, datagram.local, datagram.remote, message.header, message.payloads);
    return exchange::ike_sa_init::finish(turn, *this, datagram, message);
  }
  auto opened = open(turn, datagram, message);
  if (!opened) return;
  const Outstanding& answered = *own.find(message.header.message_id);
  if (answered.parcel.datagrams.size() > 1) path.passes = std::min(path.passes, answered.parcel.limit);
  const bool spread = answered.spread;
  own.close(message.header.message_id);
  if (!opened->payloads.ok()) {
    diagnose(turn, opened->payloads.failure(), "answer of the peer");
    return exchange::informational::request_delete_ike(turn, *this, opened->payloads.failure().cause, NotifyType::none);
  }
  note_datagram(turn, NoticeKind::datagram_received, id, datagram.local, datagram.remote, message.header, *opened->payloads);
  mobility::follow_message(turn, *this, datagram);
  if (spread) mobility::answered(turn, *this, datagram);
  if (Established* up = established()) up->last_inbound = turn.now;
  dispatch_response(turn, message.header.message_id, std::move(*opened->payloads));
  proceed(turn);
}

void IkeSa::dispatch_response(Turn& turn, MessageId message, wire::Payloads payloads) {
  if (std::holds_alternative<exchange::IkeIntermediateRequest>(state))
    return exchange::ike_intermediate::finish(turn, *this, payloads);
  if (std::holds_alternative<exchange::IkeAuthRequest>(state))
    return exchange::ike_auth::finish(turn, *this, std::move(payloads));
  if (established() && wire::find_notify(payloads, NotifyType::invalid_syntax)) {
    // Fatal in both peers (2.21.3).
    const Failure failure{NotifyType::none, Cause::peer_refused, "INVALID_SYNTAX: to the peer our request was malformed"};
    diagnose(turn, failure, "the peer ended the IKE SA");
    return close(turn, failure.cause, failure.why);
  }
  if (Established* up = established()) {
    const auto it = std::find_if(up->requesting.begin(), up->requesting.end(),
                                 [&](const OpenRequest& open) { return open.message == message; });
    if (it == up->requesting.end()) return;
    Request what = std::move(it->what);
    up->requesting.erase(it);
    if (auto* create = std::get_if<exchange::CreateChildRequest>(&what))
      return exchange::create_child_sa::finish(turn, *this, std::move(*create), payloads);
    if (auto* rekey = std::get_if<exchange::RekeyIkeRequest>(&what))
      return exchange::rekey_ike_sa::finish(turn, *this, std::move(*rekey), payloads);
    return exchange::informational::finish(turn, *this, std::get<exchange::InformationalRequest>(what), payloads);
  }
  if (const auto* deleting = std::get_if<Deleting>(&state)) {
    if (deleting->asked) return close(turn, Cause::none, "the peer confirmed the delete");
    if (own.none()) exchange::informational::send_delete_ike(turn, *this);
  }
}

void IkeSa::receive_request(Turn& turn, const Datagram& datagram, const wire::Message& message) {
  const MessageId message_id = message.header.message_id;
  if (Answer* answer = theirs.find(message_id)) return repeat_answer(turn, datagram, message, *answer);
  if (!theirs.expects(message_id))
    return turn.drop(datagram, Cause::message_id_outside_window,
                     "message ID " + std::to_string(message_id.value) + ", expected " + std::to_string(theirs.lowest().value));
  if (!channel() || answer_job || !expects_request(message.header.exchange))
    return turn.drop(datagram, Cause::unexpected_exchange,
                     "exchange " + std::string(wire::name_of(message.header.exchange)) + " is not possible now");
  auto opened = open(turn, datagram, message);
  if (!opened) return;
  theirs.begin(message_id, opened->digest, datagram.local, datagram.remote);
  mobility::follow_message(turn, *this, datagram);
  if (Established* up = established()) up->last_inbound = turn.now;
  if (!opened->payloads.ok()) {
    // A critical payload is refused alone (2.5); broken syntax inside a protected message ends the SA (2.21.3).
    const Failure failure = opened->payloads.failure();
    respond(turn, message.header.exchange, message_id,
            {wire::NotifyPayload{wire::Protocol::none, {}, failure.notify, failure.data}});
    diagnose(turn, failure, "request of the peer");
    if (failure.notify == NotifyType::invalid_syntax || !established()) linger(turn, failure.cause, failure.why);
    return;
  }
  note_datagram(turn, NoticeKind::datagram_received, id, datagram.local, datagram.remote, message.header, *opened->payloads);
  dispatch_request(turn, message.header.exchange, message_id, std::move(*opened->payloads));
  proceed(turn);
}

/// The same answer for the same request (2.1). Of a request in fragments only the first asks for it (RFC 7383, 2.6.1);
/// cut anew into smaller ones, its first fragment is another datagram, but none that anybody else could have made.
void IkeSa::repeat_answer(Turn& turn, const Datagram& datagram, const wire::Message& message, Answer& answer) {
  if (answer.parcel.empty()) return turn.drop(datagram, Cause::message_id_outside_window, "the answer is still being computed");
  const auto* encrypted = wire::find<wire::EncryptedPayload>(message.payloads);
  const bool fragment = encrypted && encrypted->which == wire::PayloadType::skf;
  if (fragment && encrypted->fragment != 1)
    return turn.drop(datagram, Cause::unusable_fragment, "an answered request is answered again at its first fragment");
  const Bytes digest = digest_of(datagram.payload);
  if (!equal(ByteView(digest).first(answer.digest.size()), answer.digest)) {
    bool authentic = false;
    if (fragment && abilities.fragments && channel())
      if (const auto opened = channel()->open_contents(datagram.payload, *encrypted, authentic); !opened.ok()) authentic = false;
    if (!authentic)
      return turn.drop(datagram, Cause::message_id_outside_window, "another message under the ID of an answered one");
    std::copy_n(digest.begin(), answer.digest.size(), answer.digest.begin());
  }
  // The keys of an IKE_INTERMEDIATE answer are replaced by those it has made (RFC 9370, 2.2.2): it stays as it was cut.
  const bool keys_gone = message.header.exchange == wire::ExchangeType::ike_intermediate;
  if (++answer.repeated % sent_before_smaller == 0 && channel() && !keys_gone)
    cut_smaller(answer.parcel, *channel(), datagram.local, turn.core.rng);
  note_datagram(turn, NoticeKind::datagram_retransmitted, id, datagram.local, datagram.remote, message.header, {});
  transmit(turn, datagram.local, datagram.remote, answer.parcel);
}

bool IkeSa::expects_request(wire::ExchangeType exchange) const {
  const auto* init = std::get_if<exchange::IkeSaInitAnswer>(&state);
  switch (exchange) {
    case wire::ExchangeType::ike_intermediate:
      return init && !exchange::ike_intermediate::complete(*init);
    case wire::ExchangeType::ike_auth: {
      const auto* auth = std::get_if<exchange::IkeAuthAnswer>(&state);
      return (auth && auth->eap) || (init && exchange::ike_intermediate::complete(*init));
    }
    case wire::ExchangeType::ike_followup_ke:
    case wire::ExchangeType::create_child_sa:
    case wire::ExchangeType::informational:
      if (const auto* auth = std::get_if<exchange::IkeAuthAnswer>(&state))  // a peer that refuses us in the middle of EAP
        return auth->eap && exchange == wire::ExchangeType::informational;
      return established() || std::holds_alternative<Deleting>(state);
    default:
      return false;
  }
}

void IkeSa::dispatch_request(Turn& turn, wire::ExchangeType exchange, MessageId message, wire::Payloads payloads) {
  exchange::rekey_ike_sa::settle_pending(turn, *this, payloads);
  switch (exchange) {
    case wire::ExchangeType::ike_intermediate:
      return exchange::ike_intermediate::respond(turn, *this, message, payloads);
    case wire::ExchangeType::ike_auth:
      return exchange::ike_auth::respond(turn, *this, message, std::move(payloads));
    case wire::ExchangeType::ike_followup_ke:
      return exchange::ike_followup_ke::respond(turn, *this, message, payloads);
    case wire::ExchangeType::create_child_sa:
      return exchange::create_child_sa::respond(turn, *this, message, payloads);
    default:
      return exchange::informational::respond(turn, *this, message, payloads);
  }
}

}  // namespace engine
