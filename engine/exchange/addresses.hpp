// Addresses that change (MOBIKE, RFC 4555): who is where, and whether that is true.
//
//   IKE_AUTH, both ways:  N(MOBIKE_SUPPORTED) [N(ADDITIONAL_IP*_ADDRESS)...]                                      (3.1, 3.4)
//   INFORMATIONAL, of the end that began:
//     N(UPDATE_SA_ADDRESSES) N(NAT_DETECTION_*) N(ADDITIONAL_*)... N(COOKIE2)  -->
//                                                         <--  N(NAT_DETECTION_*) N(COOKIE2), or N(UNACCEPTABLE_ADDRESSES)  (3.5)
//   INFORMATIONAL, of either:
//     [N(ADDITIONAL_*)...] N(COOKIE2)  -->
//                              <--  N(COOKIE2)                                                                     (3.6, 3.7)
//
// COOKIE2 that comes back from a new address shows that the peer receives there; before, no Child SA sends there. What moves,
// and when, is decided in engine/mobility.hpp.
#pragma once

#include "engine/exchange/informational.hpp"

namespace engine {
struct Established;
}  // namespace engine

namespace engine::exchange::addresses {

/// For our IKE_AUTH.
void announce(const Turn& turn, const IkeSa& sa, wire::Payloads& out);
/// From the peer's, when ours announces it or will: from now on the SA has MOBIKE if the peer's does, too.
void agree(const Turn& turn, IkeSa& sa, const wire::Payloads& payloads);
/// NO_NATS_ALLOWED among the payloads names other addresses than those of the datagram, `local` being ours (3.9).
bool forbidden_nat(const wire::Payloads& payloads, const SocketAddress& local, const SocketAddress& remote);

/// `update`: we began, and are where the path says.
void request(Turn& turn, IkeSa& sa, bool update);
/// To any INFORMATIONAL request of an SA with MOBIKE: does what it says, appends what belongs into the answer.
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& request, wire::Payloads& answer);
void finish(Turn& turn, IkeSa& sa, const WhereRequest& done, const wire::Payloads& answer);
/// A request() of ours is open: the IKE SA must not be replaced meanwhile. Child SAs may be made: they are where the others are.
bool under_way(Established& up);

/// Into a liveness check, if we began: NAT_DETECTION_*; and from its answer: whether a NAT has come, gone or changed (3.8).
void append_mapping(const IkeSa& sa, wire::Payloads& out);
void compare_mapping(Turn& turn, IkeSa& sa, const wire::Payloads& answer);

}  // namespace engine::exchange::addresses
