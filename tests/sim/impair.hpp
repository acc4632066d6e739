// Impairments: how a node is made to speak wrongly, as the `impair` switches of libreswan do. The engine knows nothing of it:
// what it sends is opened, changed and sealed again on its way out.
#pragma once

#include <functional>
#include <string>

#include "tests/sim/world.hpp"

namespace sim {

/// Which messages of a node: requests or responses of one exchange, and of these the first so many (0: all).
struct Which {
  engine::wire::ExchangeType exchange = engine::wire::ExchangeType::ike_sa_init;
  bool response = false;
  unsigned first = 0;
};

/// One message on its way out. Whatever is changed here arrives so; the checksum of SK is made anew.
struct Utterance {
  engine::wire::Header header;
  engine::wire::Payloads payloads;  // in clear or inside SK
  /// Changes the octets of the chain after `payloads` were encoded.
  std::function<void(engine::wire::PayloadType& first, engine::Bytes& chain)> chain;
  /// Changes the header's octets before the checksum is made.
  std::function<void(engine::Bytes& head)> head;
  /// Changes the finished datagram.
  std::function<void(engine::Bytes& datagram)> datagram;
  unsigned copies = 1;
};

using Change = std::function<void(Utterance&)>;

/// From now on `node` says `change`d messages. Sets `world.alter` and `world.tap`; one impairment at a time.
void impair(World& world, const Node& node, const Which& which, Change change);
/// From now on every protected message of every node is changed; told which way it goes.
void impair(World& world, std::function<void(Utterance&, const Flight&)> change);
void mend(World& world);

/// First payload of the type, to be changed; null: none.
template <class T>
T* part(Utterance& u) {
  for (engine::wire::Payload& payload : u.payloads)
    if (T* hit = std::get_if<T>(&payload)) return hit;
  return nullptr;
}

}  // namespace sim
