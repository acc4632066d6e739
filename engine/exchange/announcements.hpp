// What each end announces beside its proposals, for the transport of messages.
//
//   IKE_SA_INIT, both ways:  N(IKEV2_FRAGMENTATION_SUPPORTED)                                    (RFC 7383, 2.3)
//   IKE_AUTH, both ways:     N(SET_WINDOW_SIZE)                                                  (RFC 7296, 2.3)
#pragma once

#include "engine/wire/message.hpp"

namespace engine {
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange {

/// For our IKE_SA_INIT. A responder announces only what the initiator did: call learn_of_init() with the request first.
void announce_in_init(const IkeSa& sa, wire::Payloads& out);
void learn_of_init(IkeSa& sa, const wire::Payloads& payloads);
/// For our IKE_AUTH.
void announce_in_auth(const Turn& turn, wire::Payloads& out);
/// From the peer's, once it is authenticated and `sa` established: the windows of both ends.
void learn_of_auth(const Turn& turn, IkeSa& sa, const wire::Payloads& payloads);

}  // namespace engine::exchange
