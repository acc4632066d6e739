#include "engine/desired.hpp"

#include <algorithm>
#include <utility>

#include "engine/turn.hpp"

namespace engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration first_pause = seconds(2), longest_pause = std::chrono::minutes(5);
constexpr Duration longest_deaf = seconds(30);  // to traffic
constexpr Duration soon_from = milliseconds(100), soon_to = seconds(1);

bool is_up(Turn& turn, const BookLine& line) {
  const auto sas = turn.core.sas.of_peer(line.line.peer);
  return std::any_of(sas.begin(), sas.end(), [&](const IkeSa* sa) {
    return between_ends(*sa, line) && sa->established() && !sa->established()->replaced;
  });
}

/// Goes on with another peer of the entry; the lines that are wanted get their new ids.
void change_peer(Turn& turn, const Desired::Place& place, const BookLine& line, const IpAddress& peer) {
  if (peer == line.line.peer || is_up(turn, line)) return;
  const auto renamed = turn.core.book.choose(place, peer);
  Want* want = turn.core.desired.find(place);
  if (!want) return;
  for (PolicyLineId& id : want->lines)
    if (const auto it = renamed.find(id); it != renamed.end()) id = it->second;
}

IpAddress next_in_list(const BookLine& line, const std::vector<IpAddress>& usable) {
  const auto it = std::find(usable.begin(), usable.end(), line.line.peer);
  return it == usable.end() || std::next(it) == usable.end() ? usable.front() : *std::next(it);
}

std::optional<IpAddress> usable_default(const BookLine& line, const std::vector<IpAddress>& usable) {
  const auto& preferred = line.entry->default_peer;
  return preferred && std::find(usable.begin(), usable.end(), *preferred) != usable.end() ? preferred : std::nullopt;
}

/// After a peer that is not the default one, the default; else the one that follows.
IpAddress peer_after(const BookLine& line, const std::vector<IpAddress>& usable) {
  const auto preferred = usable_default(line, usable);
  return preferred && *preferred != line.line.peer ? *preferred : next_in_list(line, usable);
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
  want.round = 0;
  want.pause = want.pause.count() ? std::min(want.pause * 2, longest_pause) : first_pause;
  want.traffic_from = turn.now + std::min(want.pause, longest_deaf);
  desired.schedule(place, turn.now + turn.between(want.pause * 3 / 4, want.pause * 5 / 4));
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
  desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
  if (usable.size() > 1) change_peer(turn, place, line, peer_after(line, usable));
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

void attempt(Turn& turn, const Desired::Place& place) {
  Desired& desired = turn.core.desired;
  Want& want = desired.at(place);
  std::erase_if(want.lines, [&](PolicyLineId id) { return !turn.core.book.find(id); });
  if (want.lines.empty()) return desired.erase(place);
  const BookLine& line = *turn.core.book.find(want.lines.front());
  if (line.line.local.is_unspecified()) return attempt_failed(turn, place, line);
  if (is_up(turn, line)) {
    const std::vector<PolicyLineId> lines = std::move(want.lines);
    desired.erase(place);
    join(turn, line, lines);
    return;
  }
  if (!join(turn, line, want.lines)) {
    IkeSa* sa = exchange::ike_sa_init::request(turn, line);
    if (!sa) return attempt_failed(turn, place, line);
    sa->wanted = want.lines;
  }
  desired.schedule(place, Time::max());
}

}  // namespace

bool between_ends(const IkeSa& sa, const BookLine& line) {
  return sa.path.local.ip == line.line.local && sa.path.remote.ip == line.line.peer;
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
  if (next != Time::max()) deadlines_.insert({next, place});
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
  if (turn.now >= want.traffic_from) attempt(turn, place);
}

void satisfied(Turn& turn, const IkeSa& sa) {
  Desired& desired = turn.core.desired;
  for (const PolicyLineId id : sa.wanted)
    if (const BookLine* line = turn.core.book.find(id)) desired.erase(PolicyBook::place_of(*line));
  if (desired.all().empty()) return;
  for (const BookLine* line : turn.core.book.lines_between(sa.path.local.ip, sa.path.remote.ip))
    if (const Desired::Place place = PolicyBook::place_of(*line); desired.find(place))
      desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
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
    else if (want)
      attempt(turn, place);
  }
}

void forget_wants(Turn& turn, const std::optional<IpAddress>& peer) {
  std::vector<Desired::Place> gone;
  for (const auto& [place, want] : turn.core.desired.all()) {
    const BookLine* line = want.lines.empty() ? nullptr : turn.core.book.find(want.lines.front());
    if (!peer || !line || line->line.peer == *peer) gone.push_back(place);
  }
  for (const Desired::Place& place : gone) turn.core.desired.erase(place);
}

void hasten(Turn& turn, const Desired::Place& place) {
  Want* want = turn.core.desired.find(place);
  if (!want) return;
  want->pause = Duration{0};
  want->traffic_from = turn.now;
  if (want->next != Time::max()) turn.core.desired.schedule(place, turn.now + turn.between(soon_from, soon_to));
}

void follow_peer(Turn& turn, const IkeSa& sa) {
  std::map<Desired::Place, BookLine> others;
  for (const BookLine* line : turn.core.book.lines_between(sa.path.local.ip, sa.path.remote.ip))
    if (line->line.peer != sa.path.remote.ip) others.emplace(PolicyBook::place_of(*line), *line);
  for (const auto& [place, line] : others) change_peer(turn, place, line, sa.path.remote.ip);
  turn.core.book.announce(turn.out);  // before the Child SA that the peer asks for
}

std::vector<AttemptView> attempts(const Core& core, Time now) {
  std::vector<AttemptView> out;
  for (const auto& [place, want] : core.desired.all()) {
    const BookLine* line = want.lines.empty() ? nullptr : core.book.find(want.lines.front());
    if (!line) continue;
    const bool under_way = want.next == Time::max();
    out.push_back({line->interface, line->entry->map, line->entry->sequence, line->line.local, line->line.peer, want.failed,
                   under_way, under_way ? Duration{0} : std::max(want.next - now, Duration{0})});
  }
  return out;
}

}  // namespace engine
