// Where an IKE SA and its Child SAs are on the network, and how they get somewhere else: a NAT that gives its mapping anew
// (RFC 7296, 2.23), or with MOBIKE (RFC 4555) an address that is gone, a path that is dead, a NAT that comes or goes.
//
// With MOBIKE the end that began decides, and says so in UPDATE_SA_ADDRESSES (engine/exchange/addresses.hpp); the other one
// follows nothing else. Addresses of ours are those of the policy line's own source and no others.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "engine/event.hpp"

namespace engine {

struct IkeSa;
struct Turn;

inline constexpr std::uint16_t ike_port = 500, nat_port = 4500;

struct Path {
  SocketAddress local, remote;
  bool nat_local = false, nat_remote = false;  // we / the peer are behind a NAT
  /// Octets of an IP packet that is known to get through, once fragments of either end have: no message of ours that is to
  /// be cut is tried in larger ones again (RFC 7383, 2.5.2).
  std::uint32_t passes = std::numeric_limits<std::uint32_t>::max();
  bool encapsulated() const { return nat_local || nat_remote; }
};

/// By which addresses the configuration knows an SA: those of its lines. They stay when it moves.
struct Ends {
  IpAddress local, remote;
  friend bool operator==(const Ends&, const Ends&) = default;
};

/// What MOBIKE remembers of an IKE SA.
struct Mobike {
  std::vector<IpAddress> theirs;               // further addresses of the peer, as it said; bounded
  std::optional<std::vector<IpAddress>> told;  // of ours, as the peer was last told
  std::optional<Path> proven;                  // where Child SAs stay until the peer has shown that it receives at the new place
  std::optional<MessageId> placed, listed;     // the peer's last update, and its last list: older ones come too late
  std::optional<Bytes> seen_as;                // as whom the peer sees us: NAT_DETECTION_DESTINATION_IP of its last answer
  unsigned refused = 0;                        // pairs of addresses that the peer refused, one after the other
};

namespace mobility {

/// Further addresses that are kept of a peer, and told to one.
inline constexpr std::size_t max_addresses = 8;

/// The IKE SA and all its Child SAs go on between these addresses; nothing if they do already.
void move(Turn& turn, IkeSa& sa, const SocketAddress& local, const SocketAddress& remote);
/// A message came that is authentic and no replay.
void follow_message(Turn& turn, IkeSa& sa, const Datagram& datagram);
/// ESP in UDP came that is authentic and no replay.
void follow_esp(Turn& turn, IkeSa& sa, const SocketAddress& remote);

/// The addresses at which Child SAs are: those of the IKE SA, unless the peer still has to show that it receives there.
const Path& of_children(const IkeSa& sa);
/// Our addresses beside the one in use, bounded: what the peer is told (RFC 4555, 3.4).
std::vector<IpAddress> further_addresses(const Turn& turn, const IkeSa& sa);
/// Whether the SA may be at this address of ours, and can move at all: in transport mode the selectors are the addresses.
bool may_be_at(const Turn& turn, const IkeSa& sa, const IpAddress& local);
/// The other pairs of addresses that may lead to the peer, bounded; none unless we began and both ends have MOBIKE.
std::vector<Path> other_paths(const Turn& turn, const IkeSa& sa);

/// The peer is told our addresses; `update`: and that we are where we are (engine/exchange/addresses.hpp).
void tell(Turn& turn, IkeSa& sa, bool update);
/// We began, and go on between these addresses: the peer will be told (RFC 4555, 3.5). Child SAs wait where the peer's
/// address is a new one.
void go(Turn& turn, IkeSa& sa, const Path& path);
/// The peer began, and says that it is there now. Likewise.
void obey(Turn& turn, IkeSa& sa, const Path& path);
/// The peer has shown that it receives where the IKE SA is: Child SAs follow.
void prove(Turn& turn, IkeSa& sa);
/// The peer refuses to be where we went: the next pair, or back.
void turn_back(Turn& turn, IkeSa& sa);
/// An answer came to a request that went between all pairs of addresses: its way is alive.
void answered(Turn& turn, IkeSa& sa, const Datagram& datagram);
/// The addresses of interfaces that may carry `sa` have changed. Call it once the book knows them.
void follow_interfaces(Turn& turn, IkeSa& sa);
/// A rekey: `heir` is where `old` is.
void inherit(IkeSa& old, IkeSa& heir);

}  // namespace mobility
}  // namespace engine
