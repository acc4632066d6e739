#include "engine/reauthentication.hpp"

#include <algorithm>

#include "engine/turn.hpp"

namespace engine {
namespace {

constexpr Duration time_to_give_way = std::chrono::minutes(2);
constexpr Duration first_pause = std::chrono::seconds(2), longest_pause = std::chrono::seconds(30);

bool is_attempt(const Task& task) { return std::holds_alternative<ReauthenticateTask>(task); }

/// The one that is being made to take the place of `sa`, or null.
IkeSa* successor_of(Turn& turn, const IkeSa& sa) {
  for (IkeSa* other : turn.core.sas.of_peer(sa.ends.remote))
    if (other->supersedes == sa.id && (other->asking() || other->established())) return other;
  return nullptr;
}

void try_later(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  Outdated& state = *up.outdated;
  ++state.failed;
  state.pause = state.pause.count() ? std::min(state.pause * 2, longest_pause) : first_pause;
  up.tasks.push_back(ReauthenticateTask{turn.now + turn.between(state.pause * 3 / 4, state.pause * 5 / 4)});
  turn.touch(sa.id);
}

}  // namespace

void outdate(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  up.expires = std::min(up.expires, turn.now + time_to_give_way);
  up.outdated = Outdated{};
  std::erase_if(up.tasks, is_attempt);
  turn.touch(sa.id);
  reauthenticate(turn, sa);
}

void validate(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  if (!up.outdated) return;
  up.outdated.reset();
  std::erase_if(up.tasks, is_attempt);
  up.expires = up.since + up.profile->lifetime;
  turn.touch(sa.id);
}

void reauthenticate(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  if (!up.outdated || up.replaced || up.yielding || successor_of(turn, sa)) return;
  std::vector<PolicyLineId> lines;
  for (const ChildSa& child : up.children)
    if (turn.core.book.find(child.line) && std::find(lines.begin(), lines.end(), child.line) == lines.end())
      lines.push_back(child.line);
  if (lines.empty()) return exchange::informational::request_delete_ike(turn, sa, Cause::configuration_removed, NotifyType::none);
  IkeSa* fresh = exchange::ike_sa_init::request(turn, *turn.core.book.find(lines.front()), true);
  if (!fresh) return try_later(turn, sa);
  fresh->wanted = std::move(lines);
  fresh->supersedes = sa.id;
}

bool reauthentication_failed(Turn& turn, const IkeSa& fresh) {
  IkeSa* old = fresh.supersedes ? turn.core.sas.find(*fresh.supersedes) : nullptr;
  const Established* up = old ? old->established() : nullptr;
  if (!up || up->replaced || !up->outdated) return false;
  if (std::none_of(up->tasks.begin(), up->tasks.end(), is_attempt)) try_later(turn, *old);
  return true;
}

void pass_on_reauthentication(Turn& turn, IkeSa& old, IkeSa& heir) {
  if (IkeSa* fresh = successor_of(turn, old)) fresh->supersedes = heir.id;
  Established &from = *old.established(), &to = *heir.established();
  if (!from.outdated) return;
  to.outdated = std::move(from.outdated);
  to.expires = std::min(to.expires, from.expires);
}

std::optional<AttemptView> reauthentication_of(const IkeSa& sa, Time now) {
  const Established* up = sa.established();
  if (!up || !up->outdated || up->replaced || up->yielding || up->children.empty()) return std::nullopt;
  AttemptView out;
  const ChildSa& child = up->children.front();
  out.interface = child.interface;
  out.map = child.entry->map;
  out.sequence = child.entry->sequence;
  out.local = sa.ends.local;
  out.peer = sa.ends.remote;
  out.failed = up->outdated->failed;
  out.reauthentication = true;
  const auto waiting = std::find_if(up->tasks.begin(), up->tasks.end(), is_attempt);
  out.under_way = waiting == up->tasks.end();
  if (!out.under_way) out.next = std::max(std::get<ReauthenticateTask>(*waiting).not_before - now, Duration{0});
  return out;
}

}  // namespace engine
