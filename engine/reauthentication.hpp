// An IKE SA that is up and authenticated by what the configuration does not say any more, another key for instance. A new one is
// made beside it, which then takes its place (engine/duplicates.hpp); where it does not come up, because the peer was not changed
// yet, it is tried again after pauses that grow. The old one must have given way before long in any case, and its lines are then
// wanted like those of a peer that fell silent (engine/desired.hpp).
#pragma once

#include <optional>

#include "engine/view.hpp"

namespace engine {

struct IkeSa;
struct Turn;

/// `sa`, which is up, is to be authenticated anew, from now on.
void outdate(Turn& turn, IkeSa& sa);
/// What authenticated `sa` is valid, perhaps again.
void validate(Turn& turn, IkeSa& sa);
/// An attempt, if the time for one is still there.
void reauthenticate(Turn& turn, IkeSa& sa);
/// `fresh` is not to come up, or ends; true: it was such an attempt that was not over, and there will be another.
bool reauthentication_failed(Turn& turn, const IkeSa& fresh);
/// `heir` inherits from `old`, a rekey: what is said of the one is said of the other.
void pass_on_reauthentication(Turn& turn, IkeSa& old, IkeSa& heir);
/// How far it is; nullopt: `sa` is not to be authenticated anew.
std::optional<AttemptView> reauthentication_of(const IkeSa& sa, Time now);

}  // namespace engine
