#include "engine/sa_table.hpp"

#include <algorithm>

namespace engine {
namespace {

// Hashes: never 0, which is for what has none.
std::uint64_t hash_of_octets(std::string_view octets, std::uint64_t more) {
  return (std::hash<std::string_view>{}(octets) ^ more * 0x9E3779B97F4A7C15U) | 1;
}
std::uint64_t hash_of(const Identity& identity) {
  return hash_of_octets({reinterpret_cast<const char*>(identity.data.data()), identity.data.size()},
                        static_cast<std::uint64_t>(identity.type));
}
std::uint64_t hash_of(const IpAddress& address) {
  return hash_of_octets({reinterpret_cast<const char*>(address.octets.data()), address.size()}, 0);
}
std::uint64_t hash_of_beginning(IkeSpi spi_i, const SocketAddress& remote) {
  return hash_of_octets({reinterpret_cast<const char*>(remote.ip.octets.data()), remote.ip.size()}, spi_i.value ^ remote.port);
}

}  // namespace

void SaSiblings::add(std::uint64_t number, IkeSa& sa) {
  SaLink& link = sa.place.*link_;
  IkeSa* const* first = first_.find(number);
  link = {nullptr, first ? *first : nullptr};
  if (link.after) (link.after->place.*link_).before = &sa;
  first_.put(number, &sa);
}

void SaSiblings::remove(std::uint64_t number, IkeSa& sa) {
  SaLink& link = sa.place.*link_;
  if (link.after) (link.after->place.*link_).before = link.before;
  if (link.before)
    (link.before->place.*link_).after = link.after;
  else if (link.after)
    first_.put(number, link.after);
  else
    first_.erase(number);
  link = {};
}

std::vector<IkeSa*> SaSiblings::under(std::uint64_t number) const {
  std::vector<IkeSa*> out;
  IkeSa* const* first = first_.find(number);
  for (IkeSa* sa = first ? *first : nullptr; sa; sa = (sa->place.*link_).after) out.push_back(sa);
  std::ranges::sort(out, {}, &IkeSa::id);
  return out;
}

void SaDeadlines::put(std::size_t place, Entry entry) {
  entry.sa->place.in_deadlines = static_cast<std::uint32_t>(place + 1);
  entries_[place] = entry;
}

void SaDeadlines::up(std::size_t place, Entry entry) {
  for (; place > 0 && entry.at < entries_[(place - 1) / width].at; place = (place - 1) / width)
    put(place, entries_[(place - 1) / width]);
  put(place, entry);
}

void SaDeadlines::down(std::size_t place, Entry entry) {
  while (true) {
    const std::size_t begin = place * width + 1, end = std::min(begin + width, entries_.size());
    if (begin >= end) break;
    std::size_t least = begin;
    for (std::size_t at = begin + 1; at < end; ++at)
      if (entries_[at].at < entries_[least].at) least = at;
    if (entry.at <= entries_[least].at) break;
    put(place, entries_[least]);
    place = least;
  }
  put(place, entry);
}

void SaDeadlines::set(IkeSa& sa, Time at) {
  const std::uint32_t known = sa.place.in_deadlines;
  if (at == Time::max()) {
    if (known == 0) return;
    sa.place.in_deadlines = 0;
    const Entry last = entries_.back();
    entries_.pop_back();
    if (known - 1 < entries_.size()) {
      const Time gone = entries_[known - 1].at;
      last.at < gone ? up(known - 1, last) : down(known - 1, last);
    }
    return;
  }
  if (known == 0) {
    entries_.push_back({at, &sa});
    return up(entries_.size() - 1, {at, &sa});
  }
  at < entries_[known - 1].at ? up(known - 1, {at, &sa}) : down(known - 1, {at, &sa});
}

std::optional<Time> SaDeadlines::earliest() const { return entries_.empty() ? std::nullopt : std::optional(entries_.front().at); }

std::vector<IkeSaId> SaDeadlines::due(Time now) const {
  // What is below an entry is not due before it.
  std::vector<std::size_t> places;
  if (!entries_.empty() && entries_.front().at <= now) places.push_back(0);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t begin = places[i] * width + 1, end = std::min(begin + width, entries_.size());
    for (std::size_t at = begin; at < end; ++at)
      if (entries_[at].at <= now) places.push_back(at);
  }
  std::ranges::sort(places, {}, [&](std::size_t place) { return std::pair(entries_[place].at, entries_[place].sa->id); });
  std::vector<IkeSaId> out;
  out.reserve(places.size());
  for (const std::size_t place : places) out.push_back(entries_[place].sa->id);
  return out;
}

IkeSa& SaTable::add(std::unique_ptr<IkeSa> sa) {
  IkeSa& added = *sa;
  by_spi_.put(added.spi_local(), &added);
  added.first_remote = added.path.remote;
  if (added.role == Role::responder) by_beginning_.put(hash_of_beginning(added.spi_i, added.first_remote), &added);
  place_at(added, hash_of(added.ends.remote), 0, Time::max(), false);
  sas_[added.id] = std::move(sa);
  return added;
}

/// Each index only where its key has changed: most events change the deadline alone.
void SaTable::place_at(IkeSa& sa, std::uint64_t peer, std::uint64_t identity, Time deadline, bool outgoing) {
  const auto move = [&sa](SaSiblings& index, std::uint64_t& now, std::uint64_t wanted) {
    if (now == wanted) return;
    if (now) index.remove(now, sa);
    if (wanted) index.add(wanted, sa);
    now = wanted;
  };
  outgoing_ = outgoing_ - sa.place.outgoing + outgoing;
  established_ = established_ - (sa.place.identity != 0) + (identity != 0);
  sa.place.outgoing = outgoing;
  move(by_peer_, sa.place.peer, peer);
  move(by_identity_, sa.place.identity, identity);
  deadlines_.set(sa, deadline);
}

void SaTable::erase(IkeSaId id) {
  const auto it = sas_.find(id);
  if (it == sas_.end()) return;
  IkeSa& sa = *it->second;
  place_at(sa, 0, 0, Time::max(), false);
  by_spi_.erase(sa.spi_local());
  const std::uint64_t beginning = hash_of_beginning(sa.spi_i, sa.first_remote);
  if (IkeSa* const* known = by_beginning_.find(beginning); known && *known == &sa) by_beginning_.erase(beginning);
  sas_.erase(it);
}

void SaTable::follow(IkeSa& sa) {
  const Established* up = sa.established();
  place_at(sa, hash_of(sa.ends.remote), up ? hash_of(up->remote) : 0, sa.next_deadline().value_or(Time::max()), sa.asking());
}

IkeSa* SaTable::find(IkeSaId id) {
  const auto it = sas_.find(id);
  return it == sas_.end() ? nullptr : it->second.get();
}

IkeSa* SaTable::find_by_spi(IkeSpi local) {
  IkeSa* const* found = by_spi_.find(local);
  return found ? *found : nullptr;
}

IkeSa* SaTable::find_half_open(IkeSpi spi_i, const SocketAddress& remote) {
  IkeSa* const* found = by_beginning_.find(hash_of_beginning(spi_i, remote));
  return found && (*found)->spi_i == spi_i && (*found)->first_remote == remote ? *found : nullptr;
}

std::vector<IkeSa*> SaTable::of_peer(const IpAddress& remote) {
  std::vector<IkeSa*> out = by_peer_.under(hash_of(remote));
  std::erase_if(out, [&](const IkeSa* sa) { return sa->ends.remote != remote; });
  return out;
}

std::vector<IkeSa*> SaTable::of_identity(const Identity& remote) {
  std::vector<IkeSa*> out = by_identity_.under(hash_of(remote));
  std::erase_if(out, [&](const IkeSa* sa) { return !sa->established() || sa->established()->remote != remote; });
  return out;
}

}  // namespace engine
