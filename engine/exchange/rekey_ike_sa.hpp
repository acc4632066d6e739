// CREATE_CHILD_SA for rekeying the IKE SA (RFC 7296, 1.3.2, 2.8, 2.18, 2.25.2).
//
//   HDR, SK {SA, Ni, KEi}  -->
//                                 <--  HDR, SK {SA, Nr, KEr}
//
// With additional key exchanges it goes on with IKE_FOLLOWUP_KE (ike_followup_ke.hpp), and the new IKE SA is made at the end.
// It inherits the Child SAs; who asked deletes the old one. When both ask at once, the SA made with the
// lowest of the four nonces is redundant, and who asked for it deletes it.
#pragma once

#include "engine/channel.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/exchange/ike_followup_ke.hpp"
#include "engine/ids.hpp"

namespace engine {
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange {

/// The peer's rekey, answered while our own was under way: which SA it made, if it has already, and the lower of its nonces.
struct CrossedRekey {
  std::optional<IkeSaId> sa;
  Bytes lower_nonce;
};

struct RekeyIkeRequest {
  enum class Stage { making_public_value, awaiting_answer, computing_secret };
  Stage stage = Stage::making_public_value;
  IkeSpi spi_i, spi_r;  // of the new SA
  std::vector<wire::Proposal> offered;
  const Algorithm* group = nullptr;
  crypto::IkeSuite suite;
  Bytes nonce_i, nonce_r, public_value;
  Secret private_key;
  unsigned tried = 0;  // answered with TEMPORARY_FAILURE or STATE_NOT_FOUND before
  KeyExchanges keys;
};

struct RekeyIkeAnswer {
  MessageId message_id;
  IkeSpi spi_i, spi_r;
  crypto::IkeSuite suite;
  wire::Proposal answer;
  Bytes nonce_i, nonce_r;
  KeyExchanges keys{};
  bool redundant = false;  // our own rekey has won meanwhile
};

namespace rekey_ike_sa {

void request(Turn& turn, IkeSa& sa, unsigned tried);
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads);
/// `open` is what the exchange remembers; it goes back to `sa` where the exchange stays open.
void finish(Turn& turn, IkeSa& sa, RekeyIkeRequest open, const wire::Payloads& payloads);
void resume_request(Turn& turn, IkeSa& sa, RekeyIkeRequest open, crypto::JobResult result);
void resume_answer(Turn& turn, IkeSa& sa, RekeyIkeAnswer open, crypto::JobResult result);
/// The peer did not go on with a rekey.
void forget(Turn& turn, IkeSa& sa);
/// The peer asks something of an SA that is not settled yet, other than to delete it: so the peer has settled for it.
void settle_pending(Turn& turn, IkeSa& sa, const wire::Payloads& request);
/// The old SA ends: what the peer's crossed rekey made, if anything, inherits.
void settle_crossed(Turn& turn, IkeSa& sa);

}  // namespace rekey_ike_sa
}  // namespace engine::exchange
