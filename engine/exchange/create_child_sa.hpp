// CREATE_CHILD_SA for a further Child SA and for rekeying one (RFC 7296, 1.3.1, 1.3.3, 2.8).
//
//   HDR, SK {[N(REKEY_SA)], SA, Ni, [KEi], TSi, TSr}  -->
//                                 <--  HDR, SK {SA, Nr, [KEr], TSi, TSr}
//                                 <--  HDR, SK {N(error)}
//
// With additional key exchanges it goes on with IKE_FOLLOWUP_KE (ike_followup_ke.hpp), and the Child SA is made at the end.
#pragma once

#include "engine/child_sa.hpp"
#include "engine/exchange/ike_followup_ke.hpp"

namespace engine {
struct CreateChildTask;
}  // namespace engine

namespace engine::exchange {

struct CreateChildRequest {
  enum class Stage { making_public_value, awaiting_answer, computing_secret };
  Stage stage = Stage::awaiting_answer;
  ChildOffer offer;
  std::optional<ChildBirth> birth{};  // of the Child SA it rekeys, which may go meanwhile
  const Algorithm* group = nullptr;   // null: no PFS
  Bytes nonce_i, nonce_r, public_value;
  Secret private_key;
  unsigned tried = 0;                       // answered with TEMPORARY_FAILURE or STATE_NOT_FOUND before
  std::optional<ChildAgreement> agreement;  // from the answer on
  KeyExchanges keys;
  std::vector<EspSpi> already_deleted;  // the peer's Delete may overtake its answer
  std::optional<Bytes> crossed;         // the lower nonce of the peer's rekey of the same Child SA
};

struct CreateChildAnswer {
  MessageId message_id;
  ChildAgreement agreement;
  std::optional<ChildSaId> rekeys;
  Bytes nonce_i, nonce_r;
  std::optional<ChildBirth> birth{};  // as above
  KeyExchanges keys{};
  bool redundant = false;  // our own rekey of the same Child SA has won meanwhile
};

namespace create_child_sa {

/// Asks for a Child SA for `line`, which is the task's. `sa` is established and idle.
void request(Turn& turn, IkeSa& sa, const BookLine& line, const CreateChildTask& task);
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads);
/// `open` is what the exchange remembers; it goes back to `sa` where the exchange stays open.
void finish(Turn& turn, IkeSa& sa, CreateChildRequest open, const wire::Payloads& payloads);
/// A job of our own request, or of our answer to the peer's, is done.
void resume_request(Turn& turn, IkeSa& sa, CreateChildRequest open, crypto::JobResult result);
void resume_answer(Turn& turn, IkeSa& sa, CreateChildAnswer open, crypto::JobResult result);
/// The peer did not go on with it.
void forget(Turn& turn, IkeSa& sa, const CreateChildAnswer& open);

}  // namespace create_child_sa
}  // namespace engine::exchange
