#include "engine/turn.hpp"

#include <algorithm>

namespace engine {

namespace {

std::size_t hash_of(const Identity& identity) {
  const std::string_view name(reinterpret_cast<const char*>(identity.data.data()), identity.data.size());
  return (std::hash<std::string_view>{}(name) ^ static_cast<std::size_t>(identity.type)) | 1;  // never 0
}

/// `none`: not in the index.
template <class Key>
void move_key(std::set<std::pair<Key, IkeSaId>>& index, IkeSaId id, const Key& from, const Key& to, const Key& none) {
  if (from == to) return;
  auto node = from == none ? typename std::set<std::pair<Key, IkeSaId>>::node_type() : index.extract({from, id});
  if (to == none) return;
  if (!node) {
    index.insert({to, id});
  } else {
    node.value().first = to;
    index.insert(std::move(node));
  }
}

}  // namespace

IkeSa& SaTable::add(std::unique_ptr<IkeSa> sa) {
  IkeSa& added = *sa;
  by_spi_[added.spi_local()] = &added;
  added.first_remote = added.path.remote;
  if (added.role == Role::responder) by_spi_i_.emplace(added.spi_i, &added);
  place_at(added, {added.ends.remote});
  sas_[added.id] = std::move(sa);
  return added;
}

/// Each index only where its key has changed: most events change the deadline alone.
void SaTable::place_at(IkeSa& sa, const SaPlace& place) {
  move_key(by_peer_, sa.id, sa.place.peer, place.peer, IpAddress{});
  move_key(by_identity_, sa.id, sa.place.identity, place.identity, std::size_t{0});
  move_key(deadlines_, sa.id, sa.place.deadline, place.deadline, Time::max());
  outgoing_ = outgoing_ - sa.place.outgoing + place.outgoing;
  sa.place = place;
}

void SaTable::erase(IkeSaId id) {
  const auto it = sas_.find(id);
  if (it == sas_.end()) return;
  place_at(*it->second, {});
  by_spi_.erase(it->second->spi_local());
  const auto [first, last] = by_spi_i_.equal_range(it->second->spi_i);
  const auto half_open = std::find_if(first, last, [&](const auto& each) { return each.second->id == id; });
  if (half_open != last) by_spi_i_.erase(half_open);
  sas_.erase(it);
}

void SaTable::follow(IkeSa& sa) {
  const Established* up = sa.established();
  place_at(sa, {sa.ends.remote, up ? hash_of(up->remote) : 0, sa.next_deadline().value_or(Time::max()), sa.asking()});
}

IkeSa* SaTable::find(IkeSaId id) {
  const auto it = sas_.find(id);
  return it == sas_.end() ? nullptr : it->second.get();
}

IkeSa* SaTable::find_by_spi(IkeSpi local) {
  const auto it = by_spi_.find(local);
  return it == by_spi_.end() ? nullptr : it->second;
}

template <class Key>
std::vector<IkeSa*> SaTable::under(const std::set<std::pair<Key, IkeSaId>>& index, const Key& key) {
  std::vector<IkeSa*> out;
  for (auto it = index.lower_bound({key, IkeSaId{0}}); it != index.end() && it->first == key; ++it)
    if (IkeSa* sa = find(it->second)) out.push_back(sa);
  return out;
}

IkeSa* SaTable::find_half_open(IkeSpi spi_i, const SocketAddress& remote) {
  const auto [first, last] = by_spi_i_.equal_range(spi_i);
  for (auto it = first; it != last; ++it)
    if (it->second->first_remote == remote) return it->second;
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

void export_keys(Turn& turn, const IkeSa& sa, const Channel& channel) {
  if (!turn.core.exports_keys) return;
  const crypto::IkeKeys& keys = channel.keys();
  turn.emit(ExportKeys{sa.spi_i, sa.spi_r, channel.suite().encryption, channel.suite().integrity, keys.ei.duplicate(),
                       keys.er.duplicate(), keys.ai.duplicate(), keys.ar.duplicate()});
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
  for (const wire::Payload& payload : payloads) {
    notice.payloads.push_back(static_cast<std::uint8_t>(wire::type_of(payload)));
    if (const auto* notify = std::get_if<wire::NotifyPayload>(&payload))
      notice.notifies.push_back(static_cast<std::uint16_t>(notify->type));
  }
  turn.emit(std::move(notice));
}

void send_stateless(Turn& turn, const Datagram& request, const wire::Header& request_header, const wire::Payloads& payloads) {
  const wire::Header header{request_header.spi_i,      IkeSpi{0}, wire::PayloadType::none, request_header.exchange, false, true,
                            request_header.message_id, 0};
  note_datagram(turn, NoticeKind::datagram_sent, IkeSaId{}, request.local, request.remote, header, payloads);
  turn.emit(SendDatagram{request.local, request.remote, wire::encode(header, payloads)});
}

}  // namespace engine
