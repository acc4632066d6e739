// EAP within IKE_AUTH (RFC 7296, 2.16): who is authenticated by it leaves AUTH out, and each later message is an IKE_AUTH of its
// own. The responder shows who it is first; the initiator says nothing of itself before that is verified.
//
//   HDR, SK {IDi, [CP,] SAi2, TSi, TSr}  -->
//                                 <--  HDR, SK {IDr, [CERT+,] AUTH, EAP}
//   HDR, SK {EAP}  -->            <--  HDR, SK {EAP}              as often as the method needs
//                                 <--  HDR, SK {IDr, EAP}          instead, to N(EAP_ONLY_AUTHENTICATION), where both want it
//                                 <--  HDR, SK {EAP (Success)}
//   HDR, SK {AUTH}  -->           <--  HDR, SK {AUTH, [CP,] SAr2, TSi, TSr}     both keyed by the method's MSK
#pragma once

#include "engine/eap/client.hpp"
#include "engine/eap/pass_through.hpp"
#include "engine/eap/server.hpp"
#include "engine/exchange/authentication.hpp"

namespace engine::exchange {

/// Who the peer has shown to be, and what its RADIUS server grants it.
struct EapSession {
  std::string user{};
  RadiusGrant grant{};
};

/// What a responder remembers of it.
struct EapAnswer {
  enum class Stage { showing_ourselves, talking, computing, awaiting_proof };
  Stage stage = Stage::showing_ourselves;
  std::variant<eap::Server, eap::PassThrough> server;
  MessageId first;  // of IKE_AUTH, which AUTH covers where RFC 9242 is used
  Time until;
  Secret msk{};
  EapSession session{};
};
/// What an initiator remembers.
struct EapRequest {
  enum class Stage { first_answer, talking, computing, proving };
  Stage stage = Stage::first_answer;
  eap::Client client;
  MessageId first{};
  Secret msk{};
  wire::IdPayload id_r{};
  AuthMethod remote_method = AuthMethod::none;
  CertificatePtr certificate{};
};

struct IkeAuthRequest;
struct IkeAuthAnswer;

namespace eap_rounds {

/// We ask for nothing but EAP, in which the responder shows who it is too (RFC 5998): where the profile takes that of it, and the
/// method can.
bool wants_eap_alone(const IkeAuthRequest& auth);
/// AUTH under an MSK over what a shared key would be used for.
Bytes proof_under(const Algorithm& prf, const Secret& msk, const Bytes& octets);

/// Responder: `shown` (IDr, CERT, AUTH) goes out with the first request.
void begin(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, wire::Payloads shown);
/// A further IKE_AUTH request.
void respond(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, MessageId id, const wire::Payloads& payloads);
void resume(Turn& turn, IkeSa& sa, IkeAuthAnswer& auth, crypto::JobResult result);

/// Initiator: the responder is who it should be, and `message` is its first request.
void begin(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, ByteView message);
/// The responder has not shown who it is and does so by EAP too; `payloads` have its first request.
void begin_alone(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, const wire::IdPayload& id_r, const wire::Payloads& payloads);
/// A further IKE_AUTH answer.
void finish(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, wire::Payloads payloads);
void resume(Turn& turn, IkeSa& sa, IkeAuthRequest& auth, crypto::JobResult result);

}  // namespace eap_rounds
}  // namespace engine::exchange
