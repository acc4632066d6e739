#include "engine/mobility.hpp"

#include "engine/turn.hpp"

namespace engine::mobility {
namespace {

/// Only the end that is not behind a NAT follows the other one, which is: else either could be led astray by whoever sends
/// its packets on from elsewhere (2.23).
bool follows(const IkeSa& sa) { return sa.path.nat_remote && !sa.path.nat_local; }

}  // namespace

void move(Turn& turn, IkeSa& sa, const SocketAddress& local, const SocketAddress& remote) {
  if (local == sa.path.local && remote == sa.path.remote) return;
  if (local.ip != sa.path.local.ip || remote.ip != sa.path.remote.ip) sa.path.passes = Path{}.passes;
  sa.path.local = local;
  sa.path.remote = remote;
  turn.touch(sa.id);
  Established* up = sa.established();
  if (!up) return;
  for (ChildSa& child : up->children) {
    if (child.outbound) {
      child.outbound->facts.local = local;
      child.outbound->facts.remote = remote;
    }
    turn.emit(MoveChild{child.id, local, remote, sa.path.encapsulated()});
  }
}

void follow_message(Turn& turn, IkeSa& sa, const Datagram& datagram) {
  // During the initial exchanges the initiator may float to port 4500.
  const bool floats = std::holds_alternative<exchange::IkeSaInitAnswer>(sa.state);
  if (floats || follows(sa)) move(turn, sa, datagram.local, datagram.remote);
}

void follow_esp(Turn& turn, IkeSa& sa, const SocketAddress& remote) {
  if (follows(sa)) move(turn, sa, sa.path.local, remote);
}

}  // namespace engine::mobility
