#include "engine/desired.hpp"

#include <algorithm>
#include <utility>

#include "engine/names.hpp"
#include "engine/reauthentication.hpp"
#include "engine/room.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration first_pause = seconds(2), longest_pause = std::chrono::minutes(5);
constexpr Duration longest_deaf = seconds(30);  // to traffic
constexpr Duration resolver_patience = seconds(30), child_patience = seconds(60);
constexpr Duration soon_from = milliseconds(100), soon_to = seconds(1);

bool is_up(Turn& turn, const BookLine& line) {
  const auto sas = turn.core.sas.of_peer(line.line.peer);
  return std::any_of(sas.begin(), sas.end(), [&](const IkeSa* sa) {
    return between_ends(*sa, line) && sa->established() && !sa->established()->replaced;
  });
}

/// Another SA of the very same peer, which it has left: it has come back from elsewhere since. It need not say so
/// (INITIAL_CONTACT), and who has its key and its name is no other (RFC 7296, 2.4).
bool left_by(const IkeSa& old, const IkeSa& sa) {
  const Established *before = old.established(), *up = sa.established();
  return before && up && !before->replaced && before->remote == up->remote && before->local == up->local &&
         before->profile->name == up->profile->name && old.ends.remote != sa.ends.remote && before->birth.at < up->birth.at;
}

/// What is up for the line was left for `sa`, all of it.
bool is_left(Turn& turn, const BookLine& line, const IkeSa& sa) {
  const auto sas = turn.core.sas.of_peer(line.line.peer);
  return std::none_of(sas.begin(), sas.end(), [&](const IkeSa* old) {
    return between_ends(*old, line) && old->established() && !old->established()->replaced && !left_by(*old, sa);
  });
}

void end_left(Turn& turn, const BookLine& line, const IkeSa& sa) {
  for (IkeSa* old : turn.core.sas.of_peer(line.line.peer))
    if (between_ends(*old, line) && left_by(*old, sa))
      give_place(turn, *old, "its peer has come back from " + sa.ends.remote.to_string());
}

/// Goes on with another peer of the entry; the lines that are wanted get their new ids.
void change_peer(Turn& turn, const Desired::Place& place, const BookLine& line, const Candidate& peer) {
  if ((peer.address == line.line.peer && peer.peer == line.peer) || is_up(turn, line)) return;
  const auto renamed = turn.core.book.choose(place, peer);
  for (const auto& [before, after] : renamed) turn.core.always_up.rename(before, after);
  Want* want = turn.core.desired.find(place);
  if (!want) return;
  for (PolicyLineId& id : want->lines)
    if (const auto it = renamed.find(id); it != renamed.end()) id = it->second;
  // The attempt under way was for the old lines: nobody will hear of it.
  if (want->under_way) turn.core.desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
}

Candidate next_in_list(const BookLine& line, const std::vector<Candidate>& usable) {
  const auto it = std::find(usable.begin(), usable.end(), Candidate{line.peer, line.line.peer});
  return it == usable.end() || std::next(it) == usable.end() ? usable.front() : *std::next(it);
}

bool is_default(const BookLine& line, std::size_t peer) { return line.entry->default_peer == line.entry->peers[peer]; }

std::optional<Candidate> usable_default(const BookLine& line, const std::vector<Candidate>& usable) {
  const auto it = std::find_if(usable.begin(), usable.end(), [&](const Candidate& each) { return is_default(line, each.peer); });
  return it == usable.end() ? std::nullopt : std::optional(*it);
}

/// After a peer that is not the default one, the default; else the one that follows.
Candidate peer_after(const BookLine& line, const std::vector<Candidate>& usable) {
  const auto preferred = usable_default(line, usable);
  return preferred && !is_default(line, line.peer) ? *preferred : next_in_list(line, usable);
}

void pause(Turn& turn, const Desired::Place& place, Want& want) {
  want.round = 0;
  want.pause = want.pause.count() ? std::min(want.pause * 2, longest_pause) : first_pause;
  want.traffic_from = turn.now + std::min(want.pause, longest_deaf);
  turn.core.desired.schedule(place, turn.now + turn.between(want.pause * 3 / 4, want.pause * 5 / 4));
}

void attempt_failed(Turn& turn, const Desired::Place& place, const BookLine& line) {
  Desired& desired = turn.core.desired;
  Want& want = desired.at(place);
  ++want.failed;
  const auto usable = turn.core.book.usable_peers(line);
  if (++want.round < usable.size()) {
    want.traffic_from = turn.now;
    desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
    return change_peer(turn, place, line, next_in_list(line, usable));
  }
  pause(turn, place, want);
  if (usable.size() > 1) change_peer(turn, place, line, peer_after(line, usable));
}

void fall(Turn& turn, const Desired::Place& place, const BookLine& line, const std::vector<PolicyLineId>& lines, Fall how) {
  Desired& desired = turn.core.desired;
  const auto usable = turn.core.book.usable_peers(line);
  if (how == Fall::ended) {
    if (const auto preferred = usable_default(line, usable)) change_peer(turn, place, line, *preferred);
    return;
  }
  Want& want = desired.at(place);
  for (const PolicyLineId id : lines)
    if (std::find(want.lines.begin(), want.lines.end(), id) == want.lines.end()) want.lines.push_back(id);
  if (how == Fall::attempt) return attempt_failed(turn, place, line);
  if (how == Fall::refused) {
    pause(turn, place, want);
    if (++want.failed == 1) want.traffic_from = turn.now;  // it may have been a slip
    return;
  }
  desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
  if (usable.size() > 1) change_peer(turn, place, line, peer_after(line, usable));
}

bool is_served(Turn& turn, PolicyLineId id) {
  const BookLine* line = turn.core.book.find(id);
  const auto sas = line ? turn.core.sas.of_peer(line->line.peer) : std::vector<IkeSa*>{};
  return std::any_of(sas.begin(), sas.end(), [&](const IkeSa* sa) {
    const Established* up = sa->established();
    return up && std::any_of(up->children.begin(), up->children.end(), [&](const ChildSa& c) { return c.line == id; });
  });
}

/// Whoever came first: an SA that is up is asked for what it lacks, one that is being made is told of it.
bool join(Turn& turn, const BookLine& line, const std::vector<PolicyLineId>& lines) {
  for (IkeSa* sa : turn.core.sas.of_peer(line.line.peer)) {
    if (!between_ends(*sa, line)) continue;
    if (sa->asking()) {
      for (const PolicyLineId id : lines)
        if (std::find(sa->wanted.begin(), sa->wanted.end(), id) == sa->wanted.end()) sa->wanted.push_back(id);
      return true;
    }
    Established* up = sa->established();
    if (!up || up->replaced || up->profile->name != line.entry->profile->name) continue;
    for (const PolicyLineId id : lines) {
      const bool served = std::any_of(up->children.begin(), up->children.end(), [&](const ChildSa& c) { return c.line == id; });
      if (!served && !already_asked(*up, id) && room_for_child(turn).ok()) up->tasks.push_back(CreateChildTask{id, std::nullopt});
    }
    turn.touch(sa->id);
    sa->proceed(turn);
    return true;
  }
  return false;
}

/// The peer's name is resolved before the attempt begins: with `dynamic` each time, else as long as it is not known.
bool must_resolve(const BookLine& line) {
  return line.given().is_name() && (line.given().dynamic || line.line.peer.is_unspecified());
}

void resolve(Turn& turn, const Desired::Place& place, const BookLine& line) {
  turn.core.desired.schedule(place, turn.now + resolver_patience);
  turn.core.desired.at(place).resolving = true;
  ask_for(turn, line.given().key());
}

void resolver_failed(Turn& turn, const Desired::Place& place, const std::string& why) {
  const BookLine* line = turn.core.book.first_of(place);
  if (!line) return turn.core.desired.erase(place);
  tell_unresolved(turn, *line, why);
  attempt_failed(turn, place, BookLine(*line));
}

void attempt(Turn& turn, const Desired::Place& place) {
  Desired& desired = turn.core.desired;
  Want& want = desired.at(place);
  std::erase_if(want.lines, [&](PolicyLineId id) { return !turn.core.book.find(id); });
  if (want.lines.empty()) return desired.erase(place);
  const BookLine& line = *turn.core.book.find(want.lines.front());
  if (line.line.local.is_unspecified()) return attempt_failed(turn, place, line);
  if (is_up(turn, line)) {
    std::erase_if(want.lines, [&](PolicyLineId id) { return is_served(turn, id); });
    if (want.lines.empty() || !join(turn, line, want.lines)) return desired.erase(place);
    return desired.expect(place, turn.now + child_patience);
  }
  if (!std::exchange(want.resolved, false) && must_resolve(line)) return resolve(turn, place, line);
  if (!join(turn, line, want.lines)) {
    IkeSa* sa = exchange::ike_sa_init::request(turn, line);
    if (!sa) return attempt_failed(turn, place, line);
    sa->wanted = want.lines;
  }
  desired.expect(place, Time::max());
}

}  // namespace

bool between_ends(const IkeSa& sa, const BookLine& line) {
  return sa.ends.local == line.line.local && sa.ends.remote == line.line.peer;
}

Fall fall_of(const Established& up, Cause cause) {
  if (up.outdated && cause == Cause::lifetime_expired) return Fall::lost;
  return up.birth.ours && cause == Cause::no_response ? Fall::lost : Fall::ended;
}

void attempt_fell(Turn& turn, const IkeSa& sa, Cause cause) {
  if (reauthentication_failed(turn, sa)) return;
  if (stays_wanted(cause)) turn.core.desired.fallen.push_back({sa.wanted, Fall::attempt});
}

bool stays_wanted(Cause cause) {
  return cause != Cause::cleared_by_operator && cause != Cause::shut_down && cause != Cause::configuration_removed;
}

Want* Desired::find(const Place& place) {
  const auto it = wants_.find(place);
  return it == wants_.end() ? nullptr : &it->second;
}

void Desired::erase(const Place& place) {
  const auto it = wants_.find(place);
  if (it == wants_.end()) return;
  deadlines_.erase({it->second.next, place});
  wants_.erase(it);
}

void Desired::schedule(const Place& place, Time next) {
  Want& want = wants_[place];
  deadlines_.erase({want.next, place});
  want.next = next;
  want.resolving = want.under_way = false;
  if (next != Time::max()) deadlines_.insert({next, place});
}

void Desired::expect(const Place& place, Time next) {
  schedule(place, next);
  wants_[place].under_way = true;
}

std::optional<Time> Desired::next_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

std::vector<Desired::Place> Desired::due(Time now) const {
  std::vector<Place> out;
  for (auto it = deadlines_.begin(); it != deadlines_.end() && it->first <= now; ++it) out.push_back(it->second);
  return out;
}

void want(Turn& turn, const BookLine& line) {
  const Desired::Place place = PolicyBook::place_of(line);
  Want& want = turn.core.desired.at(place);
  if (std::find(want.lines.begin(), want.lines.end(), line.line.id) == want.lines.end()) want.lines.push_back(line.line.id);
  if (turn.now >= want.traffic_from && !want.resolving) attempt(turn, place);
}

void satisfied(Turn& turn, const IkeSa& sa) {
  Desired& desired = turn.core.desired;
  for (const PolicyLineId id : sa.wanted)
    if (const BookLine* line = turn.core.book.find(id)) desired.erase(PolicyBook::place_of(*line));
  if (desired.all().empty()) return;
  for (const BookLine* line : turn.core.book.lines_between(sa.ends.local, sa.ends.remote))
    if (const Desired::Place place = PolicyBook::place_of(*line); desired.find(place))
      desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
}

void satisfied(Turn& turn, PolicyLineId line) {
  Desired& desired = turn.core.desired;
  const BookLine* up = desired.all().empty() ? nullptr : turn.core.book.find(line);
  Want* want = up ? desired.find(PolicyBook::place_of(*up)) : nullptr;
  if (want && std::erase(want->lines, line) && want->lines.empty()) desired.erase(PolicyBook::place_of(*up));
}

bool refused_lately(const Turn& turn, const BookLine& line) {
  const Want* want = turn.core.desired.find(PolicyBook::place_of(line));
  return want && turn.now < want->traffic_from &&
         std::find(want->lines.begin(), want->lines.end(), line.line.id) != want->lines.end();
}

void refused_child(Turn& turn, const IkeSa& sa, PolicyLineId line) {
  const BookLine* asked = turn.core.book.find(line);
  if (asked && !asked->entry->per_host && !sa.established()->single_pair)
    turn.core.desired.fallen.push_back({{line}, Fall::refused});
}

void settle_fallen(Turn& turn) {
  for (const Fallen& fallen : std::exchange(turn.core.desired.fallen, {})) {
    std::map<Desired::Place, std::vector<PolicyLineId>> places;
    for (const PolicyLineId id : fallen.lines)
      if (const BookLine* line = turn.core.book.find(id)) places[PolicyBook::place_of(*line)].push_back(id);
    for (const auto& [place, lines] : places)
      if (const BookLine* line = turn.core.book.find(lines.front())) fall(turn, place, BookLine(*line), lines, fallen.how);
  }
}

void attempt_due(Turn& turn) {
  Desired& desired = turn.core.desired;
  for (const Desired::Place& place : desired.due(turn.now)) {
    const Want* want = desired.find(place);
    // After a sleep of the host all are due at once.
    if (want && want->next + slept <= turn.now)
      desired.schedule(place, turn.now + turn.between(soon_from, catch_up));
    else if (want && want->resolving)
      resolver_failed(turn, place, "the resolver has not answered for 30 s");
    else if (want)
      attempt(turn, place);
  }
}

void forget_wants(Turn& turn, const Clear& clear) {
  if (clear.spi || clear.port) return;
  std::vector<Desired::Place> gone;
  for (const auto& [place, want] : turn.core.desired.all()) {
    const auto& [interface, map, sequence] = place;
    const BookLine* line = want.lines.empty() ? nullptr : turn.core.book.find(want.lines.front());
    const bool meant =
        !line || ((!clear.peer || line->line.peer == *clear.peer) && (!clear.local || line->line.local == *clear.local));
    if (meant && (clear.map.empty() || map == clear.map) && (clear.on_interface.empty() || interface == clear.on_interface))
      gone.push_back(place);
  }
  for (const Desired::Place& place : gone) turn.core.desired.erase(place);
}

void hasten(Turn& turn, const Desired::Place& place) {
  Want* want = turn.core.desired.find(place);
  if (!want) return;
  want->pause = Duration{0};
  want->traffic_from = turn.now;
  if (!want->under_way) turn.core.desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
}

void follow_peer(Turn& turn, const IkeSa& sa, const wire::Payloads& request) {
  PolicyBook& book = turn.core.book;
  const IpAddress &local = sa.ends.local, &peer = sa.ends.remote;
  const std::string& profile = sa.established()->profile->name;
  std::map<Desired::Place, std::pair<BookLine, Candidate>> others;
  const auto between = book.lines_between(local, peer);
  const BookLine* asked = line_for(between, request);
  for (const BookLine* line : between) {
    if (line->line.peer == peer) continue;
    if (asked && PolicyBook::place_of(*asked) == PolicyBook::place_of(*line) && is_left(turn, *line, sa))
      end_left(turn, *line, sa);
    for (const Candidate& each : book.usable_peers(*line))
      if (each.address == peer) others.emplace(PolicyBook::place_of(*line), std::pair(*line, each));
  }
  if (book.lines_of(local, peer, profile).empty()) {
    std::vector<const BookLine*> lines = book.lines_by_name(local, profile);
    std::erase_if(lines, [&](const BookLine* line) { return !is_left(turn, *line, sa); });
    if (const BookLine* line = line_for(lines, request)) {
      end_left(turn, *line, sa);
      const auto named = std::find_if(line->entry->peers.begin(), line->entry->peers.end(),
                                      [&](const Peer& each) { return each.is_name() && each.address.family == peer.family; });
      if (named != line->entry->peers.end())
        others.emplace(PolicyBook::place_of(*line),
                       std::pair(*line, Candidate{static_cast<std::size_t>(named - line->entry->peers.begin()), peer}));
    }
  }
  for (const auto& [place, other] : others) change_peer(turn, place, other.first, other.second);
  book.announce(turn.out);  // before the Child SA that the peer asks for
}

void go_on_with(Turn& turn, const PeerName& name, const std::string& why) {
  PolicyBook& book = turn.core.book;
  const std::vector<IpAddress> addresses = book.addresses_of(name);
  for (const Desired::Place& place : book.places_named(name)) {
    const BookLine line = *book.first_of(place);
    const Want* want = turn.core.desired.find(place);
    const bool waits = want && want->resolving && line.given().key() == name;
    if (!why.empty() && waits)
      resolver_failed(turn, place, why);
    else if (!why.empty() && line.given().key() == name)
      tell_unresolved(turn, line, why);
    if (!why.empty() || line.given().key() != name || (!waits && !line.line.peer.is_unspecified())) continue;
    if (std::find(addresses.begin(), addresses.end(), line.line.peer) == addresses.end())
      change_peer(turn, place, line, {line.peer, addresses.front()});
    if (!waits) continue;
    turn.core.desired.at(place).resolved = true;
    attempt(turn, place);
  }
}

std::vector<AttemptView> attempts(const Core& core, Time now) {
  std::vector<AttemptView> out;
  for (const auto& [place, want] : core.desired.all()) {
    const BookLine* line = want.lines.empty() ? nullptr : core.book.find(want.lines.front());
    if (!line) continue;
    const bool under_way = want.under_way || want.resolving;
    out.push_back({line->interface, line->entry->map, line->entry->sequence, line->line.local, line->line.peer, want.failed,
                   under_way, under_way ? Duration{0} : std::max(want.next - now, Duration{0}), line->given().name,
                   want.resolving});
  }
  return out;
}

}  // namespace engine
