// What AUTH payloads sign (RFC 7296, 2.15).
#pragma once

#include "engine/channel.hpp"

namespace engine {

/// IntAuth: what both ends have authenticated of their IKE_INTERMEDIATE exchanges so far (RFC 9242, 3.3.2).
struct IntermediateAuth {
  Bytes i, r;  // IntAuth_iN, IntAuth_rN; empty before the first exchange
  /// One more message of one side, in the form of Channel::kept_sealed(), under that side's SK_p.
  static void add(Bytes& side, const Algorithm& prf, const Secret& sk_p, ByteView message) {
    side = to_bytes(crypto::prf(prf, sk_p.expose(), {side, message}).expose());
  }
};

/// message | nonce of the other side | prf(SK_p, body of the ID payload) [| IntAuth_iN | IntAuth_rN | message ID of
/// IKE_AUTH]. `message` is the signer's IKE_SA_INIT message as sent, without a non-ESP marker.
inline Bytes signed_octets(ByteView message, ByteView other_nonce, const Algorithm& prf, const Secret& sk_p,
                           const wire::IdPayload& id, const IntermediateAuth& intermediate, MessageId ike_auth) {
  const Secret maced_id = crypto::prf(prf, sk_p.expose(), {id.body()});
  Bytes out = to_bytes(message);
  out.insert(out.end(), other_nonce.begin(), other_nonce.end());
  out.insert(out.end(), maced_id.expose().begin(), maced_id.expose().end());
  if (intermediate.i.empty()) return out;
  Writer rest;
  rest.bytes(intermediate.i);
  rest.bytes(intermediate.r);
  rest.u32(ike_auth.value);
  out.insert(out.end(), rest.view().begin(), rest.view().end());
  return out;
}

}  // namespace engine
