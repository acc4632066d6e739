// IKE_SA_INIT (RFC 7296, 1.2, 2.6, 2.7, 2.23).
//
//   HDR, [N(COOKIE)], SAi1, KEi, Ni, N(NAT_DETECTION_*), [N(USE_PPK)], [N(INTERMEDIATE_EXCHANGE_SUPPORTED)]  -->
//                                 <--  HDR, N(COOKIE)                              under load: ask again, with it
//                                 <--  HDR, N(INVALID_KE_PAYLOAD)                  ask again, with that group
//                                 <--  HDR, SAr1, KEr, Nr, N(NAT_DETECTION_*), [N(CHILDLESS_IKEV2_SUPPORTED)],
//                                           [N(USE_PPK)], [N(INTERMEDIATE_EXCHANGE_SUPPORTED)]
#pragma once

#include <memory>

#include "engine/auth.hpp"
#include "engine/mobility.hpp"
#include "engine/policy_book.hpp"

namespace engine {
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange {

/// What IKE_AUTH needs of a finished IKE_SA_INIT.
struct InitOutcome {
  Bytes message_i, message_r;  // as sent: AUTH covers them
  Bytes nonce_i, nonce_r;
  std::string policy;
  bool use_ppk = false;                   // both ends said so (RFC 8784)
  bool childless = false;                 // the peer lets an initiator leave the Child SA out of IKE_AUTH (RFC 6023)
  std::size_t key_exchanges = 0;          // additional ones completed (RFC 9370)
  wire::Payloads certificate_requests{};  // the responder's CERTREQ
  IntermediateAuth intermediate{};        // of the IKE_INTERMEDIATE exchanges that carried them
};

/// A request as it was sent: whichever of ours the peer answers, an answer shows by its group which one it is for.
struct AskedInit {
  const Algorithm* group = nullptr;
  Secret private_key;
  Bytes message;
};

/// Initiator's half, from the first job until IKE_AUTH begins. Nothing that comes in is authentic: what refuses or asks for
/// another beginning is a hint, and an answer may be anybody's (2.4, 2.21.1).
struct IkeSaInitRequest {
  enum class Stage { making_public_value, awaiting_answer, computing_secret };
  Stage stage = Stage::making_public_value;
  std::shared_ptr<const IkePolicy> policy;
  std::vector<wire::Proposal> offered;
  const Algorithm* group = nullptr;
  crypto::IkeSuite suite;  // known from the answer on
  Bytes nonce_i, nonce_r, cookie, public_value;
  Bytes asked_cookie;  // the peer wants it: given unless an answer comes at once
  Secret private_key;
  std::vector<AskedInit> asked;                // one a group, the latest first
  std::vector<Bytes> followed;                 // answers, the latest last: as received
  wire::Payloads answer;                       // held while the secret is computed
  bool use_ppk = false, intermediate = false;  // announced
  unsigned restarts = 0;                       // by COOKIE and INVALID_KE_PAYLOAD
  unsigned spoiled = 0;                        // answers that no secret could be computed with
  bool refused = false;                        // an unprotected refusal was seen, and told once
  std::vector<Datagram> further;               // other answers, in case the one that came first is nobody's
};

/// What is kept of IKE_SA_INIT until the peer is authenticated: the next answer takes the place of one that led nowhere.
struct InitBehind {
  IkeSaInitRequest init;
  Path path;
};

/// Responder's half, from the request until IKE_AUTH arrives. `channel` is there once the answer is sent.
struct IkeSaInitAnswer {
  InitOutcome outcome;
  crypto::IkeSuite suite;
  wire::Proposal answer;
  std::optional<Channel> channel;
  Time expires;
  bool nat_detection = false;               // the peer takes part in it (RFC 7296, 2.23)
  std::optional<MessageId> intermediate{};  // the IKE_INTERMEDIATE request being answered
};

namespace ike_sa_init {

/// Begins an IKE SA for a permit line; null, with a diagnosis, when policy, key or room are missing. `takes_a_place`: that of
/// another one, which may still count.
IkeSa* request(Turn& turn, const BookLine& line, bool takes_a_place = false);
/// A first request that belongs to no SA yet.
void respond(Turn& turn, const Datagram& datagram, const wire::Message& message);
/// The peer's answer to our request.
void finish(Turn& turn, IkeSa& sa, const Datagram& datagram, const wire::Message& message);
/// An answer to our request that comes when another is being followed: kept, bounded in number. One that makes the keys of
/// another one is not: under them the peer takes one request of ours, and no IV is ever used twice (RFC 5282, 3.1).
void keep_further(IkeSa& sa, const Datagram& datagram, const wire::Message& message);
/// Our request is due to be sent again: with the cookie that was asked for, if one was. False: as it was.
bool follow_cookie(Turn& turn, IkeSa& sa);
/// The answer that was followed has led nowhere: goes back to the next one. False: there is none.
bool try_further(Turn& turn, IkeSa& sa);
/// A job of ours is done.
void resume(Turn& turn, IkeSa& sa, crypto::JobResult result);

}  // namespace ike_sa_init
}  // namespace engine::exchange
