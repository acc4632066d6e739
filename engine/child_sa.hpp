// A Child SA, and its negotiation as far as IKE_AUTH and CREATE_CHILD_SA share it (RFC 7296, 1.2, 1.3, 2.9, 2.17).
#pragma once

#include <memory>

#include "engine/policy_book.hpp"
#include "engine/proposals.hpp"
#include "engine/rare.hpp"

namespace engine {

struct IkeSa;
struct Turn;

/// What duplicates are told apart by (engine/duplicates.hpp); stays with a Child SA when it is rekeyed, by whichever end.
struct ChildBirth {
  bool ours = false;      // we asked for it
  std::uint64_t tie = 0;  // from the lower nonce of the exchange
  bool operator==(const ChildBirth&) const = default;
};

struct ChildSa {
  ChildSaId id;
  PolicyLineId line;
  Name interface;
  std::shared_ptr<const CryptoMapEntry> entry;
  SelectorPair selectors;
  IpsecMode mode = IpsecMode::tunnel;
  bool extended_sequence_numbers = false;
  EspSpi spi_in, spi_out;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  const Algorithm* group = nullptr;
  Rare<std::vector<const Algorithm*>> additional{};  // key exchanges beside it
  Time created, soft_expiry, hard_expiry;
  Time last_traffic{};                // either way, as the data plane reports it
  bool rekey_asked = false;           // the soft limit was acted upon
  bool rekeyed = false;               // the peer has made its successor and will delete it
  bool sending = false;               // the sending side is installed
  bool redundant = false;             // a crossing rekey of the same Child SA has won: only receives until it is deleted
  std::optional<ChildSaId> replaces;  // the one it was made to rekey, as long as that is there
  bool rekey_whole_line = false;      // the peer refused the selectors in use
  ChildBirth birth;
  Rare<AddOutbound> outbound;  // held back until the peer has shown that it receives on this SA
};

inline wire::Protocol protocol_of(const ChildSa& child) {
  return is_ah(child.encryption) ? wire::Protocol::ah : wire::Protocol::esp;
}

/// What an initiator asked for.
struct ChildOffer {
  PolicyLineId line;
  EspSpi spi;
  std::vector<wire::Proposal> proposals;
  SelectorPair selectors;
  IpsecMode mode = IpsecMode::tunnel;
  std::optional<ChildSaId> rekeys;
  std::optional<SelectorPair> packet;  // that raised it, if one did
  bool packet_first = false;           // as a selector of its own: the peer has narrowed this line beside the packet before
};
inline wire::Protocol protocol_of(const ChildOffer& offer) {
  return offer.proposals.empty() ? wire::Protocol::esp : offer.proposals.front().protocol;
}
/// What both agreed on.
struct ChildAgreement {
  BookLine line;
  SelectorPair selectors;
  ChildChoice choice;
  IpsecMode mode = IpsecMode::tunnel;
  EspSpi spi;               // ours, inbound
  bool additional = false;  // the peer offered more than this, and another Child SA may have it
};
/// Role in the exchange that makes the Child SA, and what its keys come from.
struct ChildKeying {
  Role role = Role::initiator;
  Bytes nonce_i, nonce_r;
  Secret shared;                        // empty without key exchange
  Secret additional{};                  // of further key exchanges (RFC 9370, 2.2.4)
  std::optional<ChildSaId> replaces{};  // the Child SA it rekeys, and that one's birth
  std::optional<ChildBirth> birth{};
};

/// The part of `line` between the two hosts of `packet`, with the line's protocol and ports.
SelectorPair pair_of_hosts(const SelectorPair& line, const SelectorPair& packet);
/// An unused SPI of ours.
EspSpi new_esp_spi(Turn& turn);
/// `selectors`: null for the whole line, else those of the Child SA being rekeyed (RFC 7296, 2.9.2).
ChildOffer make_child_offer(Turn& turn, const BookLine& line, const Algorithm* group, const SelectorPair* selectors);
/// N(USE_TRANSPORT_MODE), SA; the selectors follow separately, because nonce and KE stand between them in CREATE_CHILD_SA.
void append_child_sa(wire::Payloads& out, const ChildOffer& offer);
void append_child_selectors(wire::Payloads& out, const ChildOffer& offer);

/// Which of `lines` a request for a Child SA asks for by its selectors; or null.
const BookLine* line_for(const std::vector<const BookLine*>& lines, const wire::Payloads& request);

/// Initiator: what the peer made of the offer. A subset of the selectors is accepted, never more (RFC 7296, 2.9); in transport
/// mode single addresses may come back as NATs show them (2.23.1).
Result<ChildAgreement> accept_child(Turn& turn, const IkeSa& sa, const ChildOffer& offer, const wire::Payloads& payloads);
/// Responder: finds the permit line and transform set that fit the request, narrowed to one pair: the widest that holds
/// the peer's first pair if any line does. A rekey of `rekeyed` keeps its line and, where the peer's selectors are wide
/// enough, its selectors (2.9.2). In transport mode an end behind a NAT is known by the address it is seen at (2.23.1), and
/// two peers of different identities never share a pair there. Fails with TS_UNACCEPTABLE, SINGLE_PAIR_REQUIRED or
/// NO_PROPOSAL_CHOSEN; the IKE SA survives each.
Result<ChildAgreement> choose_child(Turn& turn, const IkeSa& sa, const std::shared_ptr<const IkeProfile>& profile,
                                    const wire::Payloads& payloads, ChildKeyExchange key_exchange, const ChildSa* rekeyed);
/// Fails with NO_ADDITIONAL_SAS when the configured limit of Child SAs is reached. A rekey needs no room of its own.
Status room_for_child(const Turn& turn);
void append_child_answer_sa(wire::Payloads& out, const ChildAgreement& agreement);
void append_child_answer_selectors(wire::Payloads& out, const ChildAgreement& agreement);

/// When the sending side of a new Child SA is installed: at once, or when the peer has deleted the one it replaces.
/// `never`: it is redundant already and only receives until it is deleted.
enum class OutboundWhen { now, later, never };
/// Derives the keys, emits AddInbound (and AddOutbound), registers the Child SA with `sa`, which must be established.
void install_child(Turn& turn, IkeSa& sa, const ChildAgreement& agreement, const ChildKeying& keying, OutboundWhen when);
/// Installs the held-back sending side, if any.
void release_outbound(Turn& turn, ChildSa& child);
/// The successor of `child` came to nothing: it may be rekeyed again, in a while if its soft limit has come.
void ask_again(const Turn& turn, ChildSa& child);
/// Removes one Child SA here: RemoveChild, a notice, and out of the table. No message is sent. A successor that waited for
/// this begins to send; one that is itself removed leaves what it was to replace to be rekeyed again.
void remove_child(Turn& turn, IkeSa& sa, ChildSaId child, Cause cause);

}  // namespace engine
