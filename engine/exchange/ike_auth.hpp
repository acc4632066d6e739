// IKE_AUTH (RFC 7296, 1.2, 2.15), with or without a postquantum key (RFC 8784, 3) and a Child SA (RFC 6023). How each end
// authenticates itself is engine/exchange/authentication.hpp's.
//
//   HDR, SK {IDi, [CERT+], [N(INITIAL_CONTACT)], [CERTREQ], AUTH, [N(PPK_IDENTITY), [N(NO_PPK_AUTH)]], [SAi2, TSi, TSr]}  -->
//                                 <--  HDR, SK {IDr, [CERT+], AUTH, [N(PPK_IDENTITY)], [SAr2, TSi, TSr]}
//                                 <--  HDR, SK {IDr, AUTH, N(TS_UNACCEPTABLE)}     the IKE SA lives without a Child SA
//                                 <--  HDR, SK {N(AUTHENTICATION_FAILED)}
#pragma once

#include "engine/child_sa.hpp"
#include "engine/exchange/authentication.hpp"
#include "engine/exchange/eap_rounds.hpp"
#include "engine/exchange/ike_sa_init.hpp"

namespace engine::exchange {

struct IkeAuthRequest {
  /// signing_without_ppk: AUTH once more, for a peer that has not the postquantum key.
  enum class Stage { mixing_ppk, signing, signing_without_ppk, awaiting_answer, verifying, eap };
  /// The peer may have heard of it.
  static bool sent(Stage stage) { return stage >= Stage::awaiting_answer; }
  Stage stage = Stage::signing;
  Channel channel;
  Rare<InitOutcome> init;  // never none: aside, for it is the bulk of a negotiation
  std::shared_ptr<const IkeProfile> profile;
  KeyChoice keys;
  wire::IdPayload id_i;
  Rare<ChildOffer> child;           // none: childless
  Rare<Ppk> ppk{};                  // offered
  Rare<crypto::PpkResult> mixed{};  // SK_d, SK_pi, SK_pr with it, until the peer has said whether it has it
  authentication::Credential credential{};
  Bytes proof{};            // our AUTH, while the one without PPK is made
  wire::Payloads answer{};  // held while its AUTH is verified
  Rare<EapRequest> eap{};   // we authenticate ourselves by it
};

struct IkeAuthAnswer {
  enum class Stage { mixing_ppk, verifying, signing };
  Stage stage = Stage::verifying;
  Channel channel;
  Rare<InitOutcome> init;  // likewise
  MessageId message_id;
  wire::Payloads request;
  std::shared_ptr<const IkeProfile> profile;
  KeyChoice keys;
  Identity remote;
  Bytes proof;  // the peer's AUTH, or what stands for it without PPK
  bool ppk = false;
  authentication::Credential credential{};
  CertificatePtr certificate{};  // the peer's, verified
  wire::IdPayload id_r{};
  Rare<EapAnswer> eap{};  // the peer authenticates itself by it
};

namespace ike_auth {

// For EAP's rounds (engine/exchange/eap_rounds.cpp), of an SA in the state of that side.
/// Refuses and ends: the peer learns the notify, the operator the cause.
void refuse(Turn& turn, IkeSa& sa, MessageId id, const Failure& failure);
/// The peer is authenticated: everything else of the first request is answered, behind `payloads`.
void answer_complete(Turn& turn, IkeSa& sa, wire::Payloads payloads);
/// We cannot go on with a peer that believes the SA is up: say so (2.21.2).
void abandon(Turn& turn, IkeSa& sa, const Failure& failure);
/// The peer is authenticated, and its last answer has the rest.
void complete(Turn& turn, IkeSa& sa, const Identity& remote, AuthMethod method, CertificatePtr certificate);

/// After IKE_SA_INIT: begins to sign.
void request(Turn& turn, IkeSa& sa, Channel channel, InitOutcome init);
void respond(Turn& turn, IkeSa& sa, MessageId id, wire::Payloads payloads);
void finish(Turn& turn, IkeSa& sa, wire::Payloads payloads);
void resume(Turn& turn, IkeSa& sa, crypto::JobResult result);

}  // namespace ike_auth
}  // namespace engine::exchange
