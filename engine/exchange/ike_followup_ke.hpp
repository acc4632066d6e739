// IKE_FOLLOWUP_KE (RFC 9370, 2.2.4): the additional key exchanges of a CREATE_CHILD_SA, one exchange each, in their order.
//
//   HDR, SK {SA, Ni, KEi, ...}  -->                                                         CREATE_CHILD_SA
//                                 <--  HDR, SK {SA, Nr, KEr, ..., N(ADDITIONAL_KEY_EXCHANGE)}
//   HDR, SK {KEi(n), N(ADDITIONAL_KEY_EXCHANGE)}  -->                                       IKE_FOLLOWUP_KE
//                                 <--  HDR, SK {KEr(n), [N(ADDITIONAL_KEY_EXCHANGE)]}
//                                 <--  HDR, SK {N(STATE_NOT_FOUND)}
//
// The notify is a link: it says which CREATE_CHILD_SA an exchange goes on with, and is there as long as one more is to come.
// Only the last one makes the SA.
#pragma once

#include "engine/algorithms.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"
#include "engine/wire/message.hpp"

namespace engine {
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange {

/// So long a responder waits for the next exchange: an initiator that lost six messages in a row is back by then.
inline constexpr Duration followup_wait = std::chrono::minutes(2);

/// All key exchanges that begin with one CREATE_CHILD_SA.
struct KeyExchanges {
  std::vector<const Algorithm*> additional;  // agreed on
  Secret first;                              // SK(0), when it is known
  Secret more;                               // SK(1) | SK(2) | ... of the additional ones that are done
  std::size_t done = 0;                      // of the additional ones
  Bytes link;                                // initiator: what goes into the next request

  /// Of the message that is next, or being answered.
  wire::ExchangeType exchange() const {
    return first.empty() ? wire::ExchangeType::create_child_sa : wire::ExchangeType::ike_followup_ke;
  }
  bool complete() const { return done == additional.size(); }
  const Algorithm& next() const { return *additional[done]; }
  /// One more is done.
  void add(Secret shared);
};

namespace ike_followup_ke {

/// Initiator: whether another message ID is left beside the one for the Delete of the IKE SA (RFC 7296, 2.2). If not, that is
/// told.
bool may_go_on(Turn& turn, const IkeSa& sa);
/// Initiator: the next request. `public_value` is of keys.next().
wire::Payloads request(const KeyExchanges& keys, Bytes public_value);
/// Initiator: keeps the link of an answer behind which `left` additional key exchanges are to come.
Status keep_link(KeyExchanges& keys, const wire::Payloads& answer, std::size_t left);
/// Initiator: the peer's public value in the answer to request().
Result<Bytes> finish(KeyExchanges& keys, const wire::Payloads& answer);
/// Initiator: the peer answered STATE_NOT_FOUND, or refused for now. True: the whole may be tried again. Else the IKE SA is
/// being deleted, for the peer has lost its state too often.
bool may_begin_anew(Turn& turn, IkeSa& sa, NotifyType error);
/// Responder: the link of an answer under message ID `id`, after which another exchange is to come.
wire::NotifyPayload link(MessageId id);
/// Responder: goes on with what the link names.
void respond(Turn& turn, IkeSa& sa, MessageId id, const wire::Payloads& payloads);

}  // namespace ike_followup_ke
}  // namespace engine::exchange
