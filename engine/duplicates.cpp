#include "engine/duplicates.hpp"

#include <algorithm>

namespace engine {
namespace {

using std::chrono::seconds;

constexpr Duration grace_from = seconds(2), grace_to = seconds(4);
// A peer of our kind has deleted the SA it asked for long before; no other will.
constexpr Duration patience_from = seconds(60), patience_to = seconds(90);
// What the peer asked for so long after the other was made is no crossing: it may have forgotten the other (a restart without
// INITIAL_CONTACT), so we send on what it has just made.
constexpr Duration same_moment = seconds(10);
constexpr unsigned max_moves = 10;  // times the other SA is asked to take over a line

bool may_be_rivals(const IkeSa& a, const IkeSa& b) {
  const Established *x = a.established(), *y = b.established();
  return a.id != b.id && x && y && !x->replaced && !y->replaced && !x->pending && !y->pending && !x->yielding && !y->yielding &&
         (x->birth.ours || y->birth.ours) && x->remote == y->remote && x->local == y->local &&
         x->profile->name == y->profile->name && a.ends == b.ends;
}

std::vector<IkeSa*> rivals_of(Turn& turn, const IkeSa& sa) {
  std::vector<IkeSa*> out;
  if (!sa.established()) return out;
  for (IkeSa* other : turn.core.sas.of_identity(sa.established()->remote))  // there may be thousands behind one address
    if (may_be_rivals(sa, *other)) out.push_back(other);
  return out;
}

/// Of two that we asked for, the older one.
bool loses(const Established& a, const Established& b) {
  const bool both_ours = a.birth.ours && b.birth.ours;
  return both_ours && a.birth.at != b.birth.at ? a.birth.at < b.birth.at : a.birth.tie < b.birth.tie;
}

/// Of one birth are a Child SA, its successor and what lost against that one: they are a rekey's business.
bool is_duplicate(const ChildSa& a, const ChildSa& b) {
  return a.line == b.line && a.selectors == b.selectors && a.birth != b.birth;
}

/// Nobody but who asked for it knows whether a Child SA is one too many when the other end asked for both.
bool one_of_them_is_ours(const ChildSa& a, const ChildSa& b) { return a.birth.ours || b.birth.ours; }

/// A rekey of it is under way, or what it replaces is still there.
bool in_change(Established& up, const ChildSa& child) {
  const auto rekeys_it = [&](const exchange::CreateChildRequest& open) { return open.offer.rekeys == child.id; };
  return child.rekeyed || child.replaces || up.find_request<exchange::CreateChildRequest>(rekeys_it) ||
         std::any_of(up.children.begin(), up.children.end(), [&](const ChildSa& c) { return c.replaces == child.id; });
}

bool will_yield(const Established& up, const ChildSa& child) {
  return std::any_of(up.tasks.begin(), up.tasks.end(), [&](const Task& t) {
    const auto* yielding = std::get_if<YieldChildTask>(&t);
    return yielding && yielding->birth == child.birth.tie;
  });
}

/// One that is being rekeyed will: its successor, or itself if that comes to nothing.
bool carries(const Established& up, const ChildSa& like) {
  return std::any_of(up.children.begin(), up.children.end(),
                     [&](const ChildSa& c) { return c.line == like.line && c.selectors.contains(like.selectors); });
}

/// Asks `heir` for whatever `up` carries alone; true: it has been asked for something.
bool move_lines(Turn& turn, const Established& up, IkeSa& heir) {
  Established& to = *heir.established();
  bool asked = false;
  for (const ChildSa& child : up.children) {
    if (carries(to, child)) continue;
    asked = true;
    if (!already_asked(to, child.line)) to.tasks.push_back(CreateChildTask{child.line, std::nullopt});
  }
  if (asked) {
    turn.touch(heir.id);
    heir.proceed(turn);
  }
  return asked;
}

/// To whom `sa` gives way now; null: to nobody, things have changed.
IkeSa* heir_of(Turn& turn, IkeSa& sa, const YieldTask& task) {
  if (IkeSa* heir = task.heir ? turn.core.sas.find(*task.heir) : nullptr)
    if (heir->established() && !heir->established()->replaced) return heir;
  sa.established()->yielding = false;
  for (IkeSa* rival : rivals_of(turn, sa))
    if (task.whatever_the_nonces || loses(*sa.established(), *rival->established())) return rival;
  return nullptr;
}

Time time_to_yield(Turn& turn, bool loser) {
  return turn.now + (loser ? turn.between(grace_from, grace_to) : turn.between(patience_from, patience_to));
}

/// If it loses; or if the peer asked for its rival, in case it knows no such rule.
void ask_to_yield(Turn& turn, Established& up, const ChildSa& child, const ChildSa& rival) {
  const bool loser = child.birth.tie < rival.birth.tie;
  if (!child.birth.ours || (!loser && rival.birth.ours) || will_yield(up, child)) return;
  up.tasks.push_back(YieldChildTask{child.birth.tie, time_to_yield(turn, loser), !loser});
}

void ask_to_yield(Turn& turn, IkeSa& sa, bool loser) {
  Established& up = *sa.established();
  if (!up.birth.ours) return;
  up.tasks.push_back(YieldTask{time_to_yield(turn, loser), !loser});
  turn.touch(sa.id);
}

}  // namespace

std::uint64_t tie_of(ByteView nonce_i, ByteView nonce_r) {
  const auto first_octets = [](ByteView nonce) { return Reader(nonce).u64().value_or(0); };
  return std::min(first_octets(nonce_i), first_octets(nonce_r));
}

void settle_duplicates(Turn& turn, IkeSa& sa) {
  for (IkeSa* rival : rivals_of(turn, sa)) {
    if (sa.supersedes == rival->id || rival->supersedes == sa.id) continue;
    const bool both_ours = sa.established()->birth.ours && rival->established()->birth.ours;
    const bool lost = loses(*sa.established(), *rival->established());
    if (lost || !both_ours) ask_to_yield(turn, sa, lost);
    if (!lost || !both_ours) ask_to_yield(turn, *rival, !lost);
  }
}

void settle_duplicate_child(Turn& turn, IkeSa& sa) {
  Established& up = *sa.established();
  const ChildSa& made = up.children.back();
  for (const ChildSa& other : up.children) {
    if (!is_duplicate(made, other)) continue;
    ask_to_yield(turn, up, made, other);
    ask_to_yield(turn, up, other, made);
  }
}

bool leaves_sending_to_other(Turn& turn, const IkeSa& sa, const ChildSa& child) {
  const Established& up = *sa.established();
  if (std::any_of(up.children.begin(), up.children.end(), [&](const ChildSa& other) {
        return other.sending && is_duplicate(child, other) && one_of_them_is_ours(child, other) &&
               child.birth.tie < other.birth.tie;
      }))
    return true;
  const auto rivals = rivals_of(turn, sa);
  return std::any_of(rivals.begin(), rivals.end(), [&](const IkeSa* rival) {
    const Established& other = *rival->established();
    return up.birth.at - other.birth.at < same_moment && loses(up, other) &&
           std::any_of(other.children.begin(), other.children.end(), [&](const ChildSa& c) {
             return c.line == child.line && c.sending && c.selectors.contains(child.selectors);
           });
  });
}

void release_if_free(Turn& turn, const IkeSa& sa, ChildSa& child) {
  if (child.outbound && !child.replaces && !child.redundant && !leaves_sending_to_other(turn, sa, child))
    release_outbound(turn, child);
}

void release_duplicate(Turn& turn, const IkeSa& sa, PolicyLineId line) {
  const auto others = turn.core.sas.of_identity(sa.established()->remote);
  const auto same_peer = [&](const IkeSa* each) { return each->established() && each->ends.remote == sa.ends.remote; };
  const auto sends = [&](const ChildSa& child) { return child.sending && child.line == line; };
  const bool one_stays = std::any_of(others.begin(), others.end(), [&](IkeSa* each) {
    return same_peer(each) && !each->established()->yielding && std::ranges::any_of(each->established()->children, sends);
  });
  for (IkeSa* each : others) {
    // What is about to go does not take over from what stays.
    if (!same_peer(each) || (one_stays && each->established()->yielding)) continue;
    for (ChildSa& child : each->established()->children)
      if (child.line == line) release_if_free(turn, *each, child);
  }
}

void yield(Turn& turn, IkeSa& sa, YieldTask task) {
  Established& up = *sa.established();
  IkeSa* heir = heir_of(turn, sa, task);
  up.yielding = heir != nullptr;
  if (!heir) {
    for (ChildSa& child : up.children) release_if_free(turn, sa, child);
    return;
  }
  task.heir = heir->id;
  if (task.moved < max_moves && move_lines(turn, up, *heir)) {
    ++task.moved;
    task.not_before = turn.now + turn.between(seconds(1), seconds(2));
    up.tasks.push_back(task);
    return turn.touch(sa.id);
  }
  if (up.children.empty()) return exchange::informational::request_delete_ike(turn, sa, Cause::replaced, NotifyType::none);
  for (const ChildSa& child : up.children) up.tasks.push_back(DeleteChildTask{child.id, Cause::replaced});
  task.moved = max_moves;
  task.not_before = turn.now;
  up.tasks.push_back(task);
}

void yield_child(Turn& turn, IkeSa& sa, YieldChildTask task) {
  Established& up = *sa.established();
  bool later = false;
  for (const ChildSa& child : up.children)
    for (const ChildSa& other : up.children) {
      if (!child.birth.ours || child.birth.tie != task.birth || !is_duplicate(child, other)) continue;
      const bool whatever_the_nonces = task.whatever_the_nonces && !other.birth.ours;
      if (!whatever_the_nonces && child.birth.tie > other.birth.tie) continue;
      if (!in_change(up, child) && !in_change(up, other)) {
        up.tasks.push_front(DeleteChildTask{child.id, Cause::replaced});
        return turn.touch(sa.id);
      }
      later = true;
    }
  if (!later) return;
  task.not_before = turn.now + turn.between(seconds(1), seconds(2));
  up.tasks.push_back(task);
  turn.touch(sa.id);
}

void supersede(Turn& turn, IkeSa& sa) {
  IkeSa* old = turn.core.sas.find(*sa.supersedes);
  sa.supersedes.reset();
  if (!old || !old->established() || old->established()->replaced) return;
  old->established()->yielding = true;
  old->established()->tasks.push_back(YieldTask{turn.now, false, sa.id});
  turn.touch(old->id);
  old->proceed(turn);
}

}  // namespace engine
