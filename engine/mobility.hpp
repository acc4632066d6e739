// Where an IKE SA and its Child SAs are on the network, and how they get somewhere else: a NAT that gives its mapping anew
// (RFC 7296, 2.23).
#pragma once

#include "engine/event.hpp"

namespace engine {
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::mobility {

/// The IKE SA and all its Child SAs go on between these addresses; nothing if they do already.
void move(Turn& turn, IkeSa& sa, const SocketAddress& local, const SocketAddress& remote);
/// A message came that is authentic and no replay.
void follow_message(Turn& turn, IkeSa& sa, const Datagram& datagram);
/// ESP in UDP came that is authentic and no replay.
void follow_esp(Turn& turn, IkeSa& sa, const SocketAddress& remote);

}  // namespace engine::mobility
