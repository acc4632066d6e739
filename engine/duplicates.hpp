// Two IKE SAs for one peer, two Child SAs for one line: both ends started at the same moment, or a new SA was made to take
// an old one's place. One of them gives way, and no packet is lost over it: what it carried is carried by the other first,
// its Child SAs are deleted one by one and receive until the peer has confirmed, and the IKE SA goes last.
//
// Who gives way when both ends started: the SA made with the lowest of the four nonces, deleted by the end that asked for
// it, as RFC 7296, 2.8.1 and 2.8.2 have it for rekeys. Only what we asked for ourselves is ever deleted here: two ends that
// both delete the other's SA never come to rest. A peer that knows no such rule keeps its SA, so ours goes after a while
// whatever the nonces say.
//
// A rekey changes nothing of this: the successor is what the first one was, whichever end rekeyed it, and gives way in its
// place, once the rekey is over.
//
// Of two IKE SAs that we asked for both (a re-authentication that was overtaken by another one) the newer stays. Of two Child
// SAs that we asked for both (the peer rekeyed one that we then did without) the nonces decide again. Two that the peer asked
// for are the peer's business: it may be on its way from one to the other, or want both.
#pragma once

#include "engine/turn.hpp"

namespace engine {

/// The first octets of the lower nonce of an exchange: what both ends compare.
std::uint64_t tie_of(ByteView nonce_i, ByteView nonce_r);
/// `sa` has just been established: if there is another for the same identities and addresses, one of them will give way.
void settle_duplicates(Turn& turn, IkeSa& sa);
/// The same for a Child SA that `sa` has just got, its last.
void settle_duplicate_child(Turn& turn, IkeSa& sa);
/// Whether what sends for the line of `child` already is to go on sending, `child` being the one to give way.
bool leaves_sending_to_other(Turn& turn, const IkeSa& sa, const ChildSa& child);
/// `child` sends from now on, unless it waits: for the one it replaces or that won against it to go, or for another that goes on.
void release_if_free(Turn& turn, const IkeSa& sa, ChildSa& child);
/// A Child SA of `line` is gone: what left the sending to it alone sends now.
void release_duplicate(Turn& turn, const IkeSa& sa, PolicyLineId line);
/// `sa` gives way, as YieldTask says.
void yield(Turn& turn, IkeSa& sa, YieldTask task);
void yield_child(Turn& turn, IkeSa& sa, YieldChildTask task);
/// `sa` was made to take an old one's place and has all it is to have: the old one gives way.
void supersede(Turn& turn, IkeSa& sa);

}  // namespace engine
