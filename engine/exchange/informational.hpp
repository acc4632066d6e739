// INFORMATIONAL: deletes, liveness checks, errors found too late for the exchange that made them (RFC 7296, 1.4, 2.4, 2.21).
//
//   HDR, SK {[D], [N]}  -->
//                                 <--  HDR, SK {[D]}
#pragma once

#include "engine/child_sa.hpp"

namespace engine::exchange {

/// What one of RFC 4555 said (engine/exchange/addresses.hpp).
struct WhereRequest {
  bool update = false;
  Bytes cookie;
  SocketAddress local, remote;  // where it was sent
  bool spread = false;          // and elsewhere: the answer does not show which way it took
};

/// Our request: which Child SAs it deletes; none is a liveness check.
struct InformationalRequest {
  std::vector<ChildSaId> deletes;
  Cause cause = Cause::none;
  std::vector<EspSpi> peer_spis{};  // the sending sides of these: the peer may still ask to rekey them
  std::optional<WhereRequest> where{};
};

namespace informational {

/// Deletes a Child SA. One that was replaced receives until the peer has answered; any other stops at once.
void request_delete(Turn& turn, IkeSa& sa, ChildSaId child, Cause cause);
/// Deletes at the peer what was never installed here.
void request_disown(Turn& turn, IkeSa& sa, EspSpi spi, wire::Protocol protocol);
/// Deletes the whole IKE SA with all its Child SAs. `notify` tells the peer why where the RFC asks for it.
/// It is Deleting from now on.
void request_delete_ike(Turn& turn, IkeSa& sa, Cause cause, NotifyType notify);
/// The Delete itself, when no request is open any more.
void send_delete_ike(Turn& turn, IkeSa& sa);
void request_liveness(Turn& turn, IkeSa& sa);
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads);
void finish(Turn& turn, IkeSa& sa, const InformationalRequest& done, const wire::Payloads& payloads);

}  // namespace informational
}  // namespace engine::exchange
