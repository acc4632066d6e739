// What traffic has asked for and what is not up: tried again for ever, after pauses that grow (RFC 7296, 2.4 leaves to us
// how often), until it is up or nobody wants it any more. An entry with several peers goes from one to the next.
//
//   traffic asks -> an attempt -> up: nothing is kept here, but what the peer refused within the IKE SA is asked for again
//                        |         `-> the peer fell silent: tried again at once, at the next peer if there is one
//                        `-> failed: the next peer at once; after the last one a pause of 2 s, doubled up to 5 minutes
//
// A peer that is given by name is asked for first (engine/names.hpp). No answer, or none that is of use, is an attempt that
// failed.
//
// Forgotten: what an operator clears, what the peer deletes, what the configuration does not want any more.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/policy_book.hpp"
#include "engine/wire/message.hpp"

namespace engine {

struct Core;
struct Turn;
struct IkeSa;
struct Established;

/// One entry of a crypto map that is wanted.
struct Want {
  std::vector<PolicyLineId> lines;
  Duration pause{0};
  Time traffic_from{};      // traffic starts no attempt before
  Time next = Time::max();  // when it is tried without traffic
  unsigned failed = 0;      // attempts in a row
  unsigned round = 0;       // peers tried since the last pause
  bool under_way = false;   // an attempt is being made; it is looked after at `next`, or reports
  bool resolving = false;   // the attempt waits for its peer's addresses, until `next` at most
  bool resolved = false;    // they are known: the attempt may begin
};

/// How an IKE SA of ours ended whose lines may be wanted still.
enum class Fall : std::uint8_t {
  attempt,  // it never came up
  lost,     // the peer fell silent
  refused,  // it is up, and a Child SA was refused
  ended     // in order: nothing is wanted, but a default peer is gone back to
};
struct Fallen {
  std::vector<PolicyLineId> lines;
  Fall how;
};

class Desired {
 public:
  using Place = PolicyBook::Place;
  Want& at(const Place& place) { return wants_[place]; }
  Want* find(const Place& place);
  void erase(const Place& place);
  void schedule(const Place& place, Time next);
  /// An attempt is under way: unless it reports before, it is looked after then.
  void expect(const Place& place, Time next);
  std::optional<Time> next_deadline() const;
  std::vector<Place> due(Time now) const;
  const std::map<Place, Want>& all() const { return wants_; }

  /// Since the event began; settle_fallen() deals with them when nobody holds a line of the book any more.
  std::vector<Fallen> fallen;

 private:
  std::map<Place, Want> wants_;
  std::set<std::pair<Time, Place>> deadlines_;
};

/// What an SA that is up leaves behind when it ends by `cause`: only who asked for it asks again.
Fall fall_of(const Established& up, Cause cause);
/// `sa` is not to come up, by `cause`: what it was made for is perhaps wanted still.
void attempt_fell(Turn& turn, const IkeSa& sa, Cause cause);
/// The SA is, or is to be, between the ends of the line.
bool between_ends(const IkeSa& sa, const BookLine& line);
/// Whether what an attempt was made for is wanted still when it ended so.
bool stays_wanted(Cause cause);

/// Traffic asks for `line`, and no IKE SA is there or under way: an attempt begins unless one has failed a moment ago.
void want(Turn& turn, const BookLine& line);
/// `sa` is up. What it was made for is not wanted any more; what else is wanted of its peer is soon asked of it.
void satisfied(Turn& turn, const IkeSa& sa);
/// The same for one Child SA.
void satisfied(Turn& turn, PolicyLineId line);
/// The peer refused a Child SA for the line a moment ago: traffic does not ask for it yet.
bool refused_lately(const Turn& turn, const BookLine& line);
/// `sa` stays, but a Child SA for `line` was refused in it: asked for again after a pause. Not where each pair of hosts is asked
/// for by its own packets.
void refused_child(Turn& turn, const IkeSa& sa, PolicyLineId line);
void settle_fallen(Turn& turn);
void attempt_due(Turn& turn);
/// What an operator clears is not asked for again by itself.
void forget_wants(Turn& turn, const Clear& clear);
/// What failed may succeed now.
void hasten(Turn& turn, const Desired::Place& place);
/// A peer that is not the one its entries send to has authenticated itself, and asks for a Child SA: they follow it, unless
/// theirs is up. One whose address is nobody's is perhaps a peer by name: the entry that fits what it asks for follows.
void follow_peer(Turn& turn, const IkeSa& sa, const wire::Payloads& request);
/// What has waited for the addresses of `name` goes on with them; `why` not empty: there are none.
void go_on_with(Turn& turn, const PeerName& name, const std::string& why);
std::vector<AttemptView> attempts(const Core& core, Time now);

}  // namespace engine
