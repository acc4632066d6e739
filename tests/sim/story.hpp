// Two routers with one Child SA between them, and a story of what happens next: which deeds and messages follow each other,
// and what both hold after each. play() lives it through with either router as the initiator of the IKE SA, with every
// order of the four nonces, with and without PFS, and then again with each message lost, repeated, late or last.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/impair.hpp"

namespace sim {

/// What happens: a deed of a router or the fate of the oldest datagram that reads so. What each holds afterwards:
/// "inbound | outbound" SAs in the order installed (the last outbound one sends), with "IKE SAs ;" in front where the story
/// is about these. SAs that were there are `o`; `a` and `b` are made by the first request of A and of B, `a2` by the second.
/// An IKE SA that carries nothing any more (or not yet) has a `~`. An empty text: not looked at.
///
///   "A rekeys child"     a soft limit          "A's child expires"   a hard one
///   "A rekeys IKE"       its soft lifetime     "A creates child"     traffic of the second line
///   "A deletes child"    by the operator       "A deletes IKE"       by the operator
///   "A rekeys newest"    the one it got last     "A's newest expires"
///   "A rekeys all"       every Child SA's soft limit
///   "A sends"            traffic of the first line; with `from_nothing` it begins everything
///   "A restarts"         and has forgotten everything
///   "A asks for child"   as "A sends", whether or not there is an SA for it already
///   "A rekeys child, guessing wrong", "A creates child, guessing wrong", "A rekeys IKE, guessing wrong"
///                        with a key exchange of a group that B refuses, and another offered that B wants
///   "A -> B CREATE_CHILD_SA request"           arrives
///   "lose A -> B CREATE_CHILD_SA request"      does not
///   "time"                                     passes until somebody sends again
struct Step {
  const char* what;
  const char* a = "";
  const char* b = "";
  /// Where they differ when B's rekey survives; null: they do not.
  const char* a_if_b = nullptr;
  const char* b_if_b = nullptr;
};

/// The messages that most stories are made of.
inline constexpr const char* a_asks = "A -> B CREATE_CHILD_SA request";
inline constexpr const char* b_asks = "B -> A CREATE_CHILD_SA request";
inline constexpr const char* a_answers = "A -> B CREATE_CHILD_SA response";
inline constexpr const char* b_answers = "B -> A CREATE_CHILD_SA response";
inline constexpr const char* a_deletes = "A -> B INFORMATIONAL request";
inline constexpr const char* b_deletes = "B -> A INFORMATIONAL request";
inline constexpr const char* a_confirms = "A -> B INFORMATIONAL response";
inline constexpr const char* b_confirms = "B -> A INFORMATIONAL response";

/// Of two crossing rekeys the one that has not the lowest of the four nonces survives.
enum class Survivor { any, a, b };

struct Story {
  std::vector<Step> steps;
  std::size_t children = 1, ike_sas = 1;                // at each end, when all is quiet
  bool goes_down = false;                               // the story tells of SAs that end: notices of it are no mistake
  bool same_with_faults = true;                         // a lost or late message changes nothing of how it ends
  bool with_pfs = true;                                 // lived through with PFS as well
  Survivor survivor = Survivor::any;                    // only with such nonces
  bool from_nothing = false;                            // nothing is up when it begins
  std::function<void(Site& a, Site& b)> sites{};        // what is configured otherwise
  std::function<void(Utterance&, bool from_a)> says{};  // changes every protected message; a copy for each life
};

/// Adds test failures. SALLYPORT_EVERY=n: only every nth of these lives.
void play(const Story& story);

}  // namespace sim
