#include "engine/mobility.hpp"

#include <algorithm>

#include "engine/turn.hpp"

namespace engine::mobility {
namespace {

constexpr std::size_t max_paths = 16;

/// Only the end that is not behind a NAT follows the other one, which is: else either could be led astray by whoever sends
/// its packets on from elsewhere (2.23).
bool follows(const IkeSa& sa) { return sa.path.nat_remote && !sa.path.nat_local; }

bool has(const std::vector<IpAddress>& list, const IpAddress& address) {
  return std::find(list.begin(), list.end(), address) != list.end();
}

/// The line that tells where the SA's packets come from: of a Child SA, else the first to the same peer.
const BookLine* line_of(const Turn& turn, const IkeSa& sa) {
  if (const Established* up = sa.established())
    for (const ChildSa& child : up->children)
      if (const BookLine* line = turn.core.book.find(child.line)) return line;
  const auto lines = turn.core.book.lines_toward(sa.ends.remote);
  const auto same_end =
      std::find_if(lines.begin(), lines.end(), [&](const BookLine* line) { return line->line.local == sa.ends.local; });
  return same_end != lines.end() ? *same_end : lines.empty() ? nullptr : lines.front();
}

std::vector<IpAddress> sources_of(const Turn& turn, const IkeSa& sa) {
  const BookLine* line = line_of(turn, sa);
  const auto& sources = turn.core.book.sources();
  const auto it = sources.find(line ? line->interface : sa.interface);  // without a line it only takes leave
  return it == sources.end() ? std::vector<IpAddress>{} : it->second;
}

/// Also one that was replaced: the peer may not know yet. Not one that may never count.
bool movable(const IkeSa& sa) {
  const Established* up = sa.established();
  return sa.mobike && up && !up->pending &&
         std::all_of(up->children.begin(), up->children.end(), [](const ChildSa& c) { return c.mode == IpsecMode::tunnel; });
}

void move_children(Turn& turn, IkeSa& sa) {
  const Path& path = of_children(sa);
  for (ChildSa& child : sa.established()->children) {
    if (child.outbound) {
      child.outbound->facts.local = path.local;
      child.outbound->facts.remote = path.remote;
      child.outbound->facts.udp_encapsulated = path.encapsulated();
    }
    turn.emit(MoveChild{child.id, path.local, path.remote, path.encapsulated()});
  }
}

/// The IKE SA goes on there; its Child SAs at once if the peer's address is one at which it has shown to be.
void take(Turn& turn, IkeSa& sa, const Path& path) {
  Mobike& mobike = *sa.mobike;
  if (!mobike.proven) mobike.proven = sa.path;
  sa.path = path;
  sa.keep_mapping(turn);
  turn.touch(sa.id);
  turn.emit(notice_of(NoticeKind::ike_sa_moved, sa));
  if (path.remote.ip == mobike.proven->remote.ip) prove(turn, sa);
  sa.resend(turn);
}

/// The path between two addresses beside the one in use: port 4500 (RFC 4555, 3.3), but a NAT in front of the peer has
/// given it a port of its own.
Path path_between(const IkeSa& sa, const IpAddress& local, const IpAddress& remote) {
  const bool mapped = sa.path.nat_remote && remote == sa.path.remote.ip;
  return {{local, nat_port}, {remote, mapped ? sa.path.remote.port : nat_port}, sa.path.nat_local, sa.path.nat_remote};
}

/// What is over, or not ours to move, is said from the address that the peer knows, else from another that we still have.
void speak_from_what_is_left(IkeSa& sa, const std::vector<IpAddress>& sources) {
  const IpAddress before = sa.path.local.ip;
  const auto left =
      std::find_if(sources.begin(), sources.end(), [&](const IpAddress& a) { return a.family == sa.path.remote.ip.family; });
  if (left == sources.end()) return;
  const bool home = has(sources, sa.ends.local) && sa.ends.local.family == left->family;
  if (home || !has(sources, before)) sa.path.local.ip = home ? sa.ends.local : *left;
  if (!has(sources, before)) sa.theirs.leave(before, sa.path.local, sa.path.remote);
}

/// Where to go now that our addresses are `sources`: to the address of the lines, else to whatever may lead to the peer.
std::optional<Path> way_out(const Turn& turn, const IkeSa& sa, const std::vector<IpAddress>& sources) {
  const IpAddress& home = sa.ends.local;
  if (has(sources, home))
    return path_between(sa, home, sa.path.remote.ip.family == home.family ? sa.path.remote.ip : sa.ends.remote);
  const auto others = other_paths(turn, sa);
  return others.empty() ? std::nullopt : std::optional(others.front());
}

/// An address of ours is gone and the peer began: it will decide, but the path cannot stay as it is (RFC 4555, 3.5 at its end).
void shift(Turn& turn, IkeSa& sa, const std::vector<IpAddress>& sources) {
  const IpAddress gone = sa.path.local.ip;
  speak_from_what_is_left(sa, sources);
  if (sa.path.local.ip == gone) return;
  if (sa.mobike->proven) sa.mobike->proven->local.ip = sa.path.local.ip;
  move_children(turn, sa);
  sa.mobike->told.reset();
  sa.resend(turn);
  tell(turn, sa, false);
}

}  // namespace

void move(Turn& turn, IkeSa& sa, const SocketAddress& local, const SocketAddress& remote) {
  if (local == sa.path.local && remote == sa.path.remote) return;
  if (local.ip != sa.path.local.ip || remote.ip != sa.path.remote.ip) sa.path.passes = Path{}.passes;
  sa.path.local = local;
  sa.path.remote = remote;
  turn.touch(sa.id);
  if (sa.established())
    move_children(turn, sa);
  else
    sa.ends = {local.ip, remote.ip};
}

void follow_message(Turn& turn, IkeSa& sa, const Datagram& datagram) {
  // During the initial exchanges the initiator may float to port 4500. With MOBIKE the peer says where it is (RFC 4555, 3.8).
  const bool floats = std::holds_alternative<exchange::IkeSaInitAnswer>(sa.state);
  if (floats || (follows(sa) && !sa.mobike)) move(turn, sa, datagram.local, datagram.remote);
}

void follow_esp(Turn& turn, IkeSa& sa, const SocketAddress& remote) {
  if (follows(sa) && !(sa.mobike && sa.mobike->proven)) move(turn, sa, sa.path.local, remote);
}

const Path& of_children(const IkeSa& sa) { return sa.mobike && sa.mobike->proven ? *sa.mobike->proven : sa.path; }

std::vector<IpAddress> further_addresses(const Turn& turn, const IkeSa& sa) {
  std::vector<IpAddress> out = sources_of(turn, sa);
  std::erase_if(out, [&](const IpAddress& a) { return a == sa.path.local.ip || a.is_link_local(); });
  out.resize(std::min(out.size(), max_addresses));
  return out;
}

bool may_be_at(const Turn& turn, const IkeSa& sa, const IpAddress& local) {
  return movable(sa) && (local == sa.path.local.ip || has(sources_of(turn, sa), local));
}

std::vector<Path> other_paths(const Turn& turn, const IkeSa& sa) {
  std::vector<Path> out;
  if (!movable(sa) || !sa.established()->birth.ours) return out;
  std::vector<IpAddress> remotes{sa.path.remote.ip};
  for (const IpAddress& remote : sa.mobike->theirs)
    if (!has(remotes, remote)) remotes.push_back(remote);
  if (!has(remotes, sa.ends.remote)) remotes.push_back(sa.ends.remote);
  const auto locals = sources_of(turn, sa);
  for (const IpAddress& remote : remotes)
    for (const IpAddress& local : locals) {
      const bool in_use = local == sa.path.local.ip && remote == sa.path.remote.ip;
      if (!in_use && local.family == remote.family && !local.is_link_local() && out.size() < max_paths)
        out.push_back(path_between(sa, local, remote));
    }
  return out;
}

void tell(Turn& turn, IkeSa& sa, bool update) {
  Established& up = *sa.established();
  std::erase_if(up.tasks, [&](const Task& t) {
    const auto* waiting = std::get_if<AddressesTask>(&t);
    update |= waiting && waiting->update;
    return waiting != nullptr;
  });
  up.tasks.push_front(AddressesTask{update});
  turn.touch(sa.id);
}

void go(Turn& turn, IkeSa& sa, const Path& path) {
  take(turn, sa, path);
  tell(turn, sa, true);
}

void obey(Turn& turn, IkeSa& sa, const Path& path) {
  take(turn, sa, path);
  if (sa.mobike->proven) tell(turn, sa, false);
}

void prove(Turn& turn, IkeSa& sa) {
  sa.mobike->proven.reset();
  move_children(turn, sa);
}

void turn_back(Turn& turn, IkeSa& sa) {
  Mobike& mobike = *sa.mobike;
  const auto others = other_paths(turn, sa);
  if (mobike.refused < others.size()) return go(turn, sa, others[mobike.refused++]);
  mobike.refused = 0;
  sa.diagnose(
      turn,
      {NotifyType::none, Cause::peer_refused,
       "the peer does not want to be reached between " + sa.path.local.to_string() + " and " + sa.path.remote.to_string()},
      "UPDATE_SA_ADDRESSES refused");
  if (mobike.proven && has(sources_of(turn, sa), mobike.proven->local.ip)) sa.path = *mobike.proven;
  prove(turn, sa);
}

void answered(Turn& turn, IkeSa& sa, const Datagram& datagram) {
  for (const Path& path : other_paths(turn, sa))
    if (path.local == datagram.local && path.remote == datagram.remote) return go(turn, sa, path);
}

void follow_interfaces(Turn& turn, IkeSa& sa) {
  const auto sources = sources_of(turn, sa);
  if (!movable(sa)) return speak_from_what_is_left(sa, sources);
  if (const BookLine* line = line_of(turn, sa)) sa.ends.local = line->line.local;
  const auto& told = sa.mobike->told;
  const IpAddress before = sa.path.local.ip, &home = sa.ends.local;
  const bool lost = !has(sources, before), ours = sa.established()->birth.ours;
  const bool home_again = home != before && has(sources, home) && !(told && has(*told, home));
  if (lost && !ours) return shift(turn, sa, sources);
  if (const auto path = lost || (home_again && ours) ? way_out(turn, sa, sources) : std::nullopt) {
    go(turn, sa, *path);
    if (lost) sa.theirs.leave(before, path->local, path->remote);
  } else if (!lost && further_addresses(turn, sa) != told) {
    tell(turn, sa, false);
  }
}

void inherit(IkeSa& old, IkeSa& heir) {
  heir.path = old.path;
  heir.ends = old.ends;
  if (!old.mobike) return;
  heir.mobike = Mobike(*old.mobike);
  // Message IDs begin anew, and what the peer sees of us is hashed with the SPIs.
  heir.mobike->placed.reset();
  heir.mobike->listed.reset();
  heir.mobike->seen_as.reset();
}

}  // namespace engine::mobility
