#include "engine/turn.hpp"

namespace engine {

namespace {

std::size_t hash_of(const Identity& identity) {
  const std::string_view name(reinterpret_cast<const char*>(identity.data.data()), identity.data.size());
  return (std::hash<std::string_view>{}(name) ^ static_cast<std::size_t>(identity.type)) | 1;  // never 0
}

}  // namespace

IkeSa& SaTable::add(std::unique_ptr<IkeSa> sa) {
  IkeSa& added = *sa;
  by_spi_[added.spi_local()] = added.id;
  added.first_remote = added.path.remote;
  if (added.role == Role::responder) half_open_.insert({added.spi_i, added.id});
  added.place = {added.ends.remote, 0, Time::max(), false};
  by_peer_.insert({added.place.peer, added.id});
  sas_[added.id] = std::move(sa);
  return added;
}

void SaTable::take_out(const IkeSa& sa) {
  by_peer_.erase({sa.place.peer, sa.id});
  if (sa.place.identity) by_identity_.erase({sa.place.identity, sa.id});
  if (sa.place.deadline != Time::max()) deadlines_.erase({sa.place.deadline, sa.id});
  outgoing_ -= sa.place.outgoing;
}

void SaTable::erase(IkeSaId id) {
  const auto it = sas_.find(id);
  if (it == sas_.end()) return;
  take_out(*it->second);
  by_spi_.erase(it->second->spi_local());
  half_open_.erase({it->second->spi_i, id});
  sas_.erase(it);
}

void SaTable::follow(IkeSa& sa) {
  const Established* up = sa.established();
  const SaPlace now{sa.ends.remote, up ? hash_of(up->remote) : 0, sa.next_deadline().value_or(Time::max()), sa.asking()};
  if (now == sa.place) return;
  take_out(sa);
  sa.place = now;
  by_peer_.insert({now.peer, sa.id});
  if (now.identity) by_identity_.insert({now.identity, sa.id});
  if (now.deadline != Time::max()) deadlines_.insert({now.deadline, sa.id});
  outgoing_ += now.outgoing;
}

IkeSa* SaTable::find(IkeSaId id) {
  const auto it = sas_.find(id);
  return it == sas_.end() ? nullptr : it->second.get();
}

IkeSa* SaTable::find_by_spi(IkeSpi local) {
  const auto it = by_spi_.find(local);
  return it == by_spi_.end() ? nullptr : find(it->second);
}

template <class Key>
std::vector<IkeSa*> SaTable::under(const std::set<std::pair<Key, IkeSaId>>& index, const Key& key) {
  std::vector<IkeSa*> out;
  for (auto it = index.lower_bound({key, IkeSaId{0}}); it != index.end() && it->first == key; ++it)
    if (IkeSa* sa = find(it->second)) out.push_back(sa);
  return out;
}

IkeSa* SaTable::find_half_open(IkeSpi spi_i, const SocketAddress& remote) {
  for (IkeSa* sa : under(half_open_, spi_i))
    if (sa->first_remote == remote) return sa;
  return nullptr;
}

std::vector<IkeSa*> SaTable::of_peer(const IpAddress& remote) { return under(by_peer_, remote); }

std::vector<IkeSa*> SaTable::of_identity(const Identity& remote) {
  std::vector<IkeSa*> out = under(by_identity_, hash_of(remote));
  std::erase_if(out, [&](const IkeSa* sa) { return !sa->established() || sa->established()->remote != remote; });
  return out;
}

std::optional<Time> SaTable::next_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

std::vector<IkeSaId> SaTable::due(Time now) const {
  std::vector<IkeSaId> out;
  for (auto it = deadlines_.begin(); it != deadlines_.end() && it->first <= now; ++it) out.push_back(it->second);
  return out;
}

void Turn::drop(const Datagram& datagram, Cause cause, const std::string& why) {
  ++core.dropped[static_cast<std::size_t>(cause)];
  if (!core.packet_notices) return;
  Notice notice{NoticeKind::datagram_dropped, cause};
  notice.local = datagram.local;
  notice.remote = datagram.remote;
  notice.text = why;
  emit(std::move(notice));
}

Duration Turn::between(Duration from, Duration to) {
  if (to <= from) return from;
  const auto span = static_cast<std::uint64_t>((to - from).count());
  return from + Duration(static_cast<std::int64_t>(core.rng.u64() % (span + 1)));
}

Notice notice_of(NoticeKind kind, const IkeSa& sa) {
  Notice notice{kind};
  notice.sa = sa.id;
  notice.local = sa.path.local;
  notice.remote = sa.path.remote;
  notice.spi_i = sa.spi_i;
  notice.spi_r = sa.spi_r;
  notice.initiator = sa.role == Role::initiator;
  return notice;
}

void note_step(Turn& turn, NoticeKind kind, const IkeSa& sa, const std::string& text) {
  if (!turn.core.packet_notices) return;
  Notice notice = notice_of(kind, sa);
  notice.text = text;
  turn.emit(std::move(notice));
}

void note_datagram(Turn& turn, NoticeKind kind, IkeSaId sa, const SocketAddress& local, const SocketAddress& remote,
                   const wire::Header& header, const wire::Payloads& payloads) {
  if (!turn.core.packet_notices) return;
  Notice notice{kind};
  notice.sa = sa;
  notice.local = local;
  notice.remote = remote;
  notice.spi_i = header.spi_i;
  notice.spi_r = header.spi_r;
  notice.exchange = static_cast<std::uint8_t>(header.exchange);
  notice.response = header.response;
  notice.initiator = header.initiator;
  notice.message_id = header.message_id.value;
  for (const wire::Payload& payload : payloads) notice.payloads.push_back(static_cast<std::uint8_t>(wire::type_of(payload)));
  turn.emit(std::move(notice));
}

void send_stateless(Turn& turn, const Datagram& request, const wire::Header& request_header, const wire::Payloads& payloads) {
  const wire::Header header{request_header.spi_i,      IkeSpi{0}, wire::PayloadType::none, request_header.exchange, false, true,
                            request_header.message_id, 0};
  note_datagram(turn, NoticeKind::datagram_sent, IkeSaId{}, request.local, request.remote, header, payloads);
  turn.emit(SendDatagram{request.local, request.remote, wire::encode(header, payloads)});
}

}  // namespace engine
