// IKE_INTERMEDIATE (RFC 9242) for additional key exchanges (RFC 9370, 2.2.2): one exchange each, in their order, between
// IKE_SA_INIT and IKE_AUTH, which covers them all by IntAuth.
//
//   HDR, SK {KEi(n)}  -->
//                                 <--  HDR, SK {KEr(n)}
//
// Each is protected by the keys that the one before it has made.
#pragma once

#include "engine/exchange/ike_sa_init.hpp"

namespace engine::exchange {

/// Initiator's half; the responder's is part of IkeSaInitAnswer.
struct IkeIntermediateRequest {
  enum class Stage { making_public_value, awaiting_answer, computing_secret };
  Stage stage = Stage::making_public_value;
  Channel channel;
  InitOutcome init;
  Secret private_key{};
};

namespace ike_intermediate {

/// After IKE_SA_INIT: begins the first exchange, or IKE_AUTH where none was agreed on.
void request(Turn& turn, IkeSa& sa, Channel channel, InitOutcome init);
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads);
void finish(Turn& turn, IkeSa& sa, const wire::Payloads& payloads);
void resume(Turn& turn, IkeSa& sa, crypto::JobResult result);

/// Whether every key exchange that was agreed on is done: IKE_AUTH may come, and nothing else.
bool complete(const IkeSaInitAnswer& answer);

}  // namespace ike_intermediate
}  // namespace engine::exchange
