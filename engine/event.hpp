// Everything that goes into the daemon's brain and everything that comes out of it, on one screen.
// Endpoint::handle(now, Event, Actions&) is the whole interface (engine/endpoint.hpp).
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/access.hpp"
#include "engine/address.hpp"
#include "engine/cause.hpp"
#include "engine/config.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/ids.hpp"
#include "engine/name.hpp"
#include "engine/secret.hpp"
#include "engine/traffic_selector.hpp"

namespace engine {

// ---- In ------------------------------------------------------------------------------------------------------------

/// A UDP datagram that is IKE: on port 4500 the non-ESP marker is already gone (RFC 3948, 2.2).
struct Datagram {
  SocketAddress local, remote;
  Bytes payload;
};
/// A new snapshot. The engine reconciles to it by name.
struct ConfigChanged {
  std::shared_ptr<const Config> config;
};
/// The host's interfaces as they are now, under their IOS names; replaces what was known before.
struct InterfaceState {
  std::string name;
  bool up = false;
  std::vector<Prefix> addresses;  // address as configured (host bits kept in `address`), prefix length beside it
  std::uint32_t mtu = 1500;
  friend bool operator==(const InterfaceState&, const InterfaceState&) = default;
};
struct InterfacesChanged {
  std::vector<InterfaceState> interfaces;
};
/// The answer to StartJob; exactly one for each, in any order.
struct JobDone {
  JobId id;
  crypto::JobResult result;
};
/// The answer to Resolve; exactly one for each, at any time.
struct Resolved {
  PeerName name;
  std::vector<IpAddress> addresses;  // in order of preference; whatever a resolver says: not to be trusted
  std::string failure;               // why there are none; empty: it was resolved
};
/// A packet met a permit line that has no Child SA. `packet` is the packet's own 5-tuple (single addresses).
struct Acquire {
  PolicyLineId line;
  SelectorPair packet;
};
/// The data plane could not install what AddInbound or AddOutbound asked for.
struct InstallFailed {
  ChildSaId child;
  std::string why;
};
/// Bytes or packets through a Child SA have reached its limit (time limits are the engine's own).
enum class ExpireKind : std::uint8_t { soft, hard };
struct Expire {
  ChildSaId child;
  ExpireKind kind;
};
/// Traffic was received on a Child SA since the last report: the peer lives (RFC 7296, 2.4).
struct InboundSeen {
  ChildSaId child;
};
/// Traffic was sent on a Child SA since the last report: `dpd ... on-demand` asks whether anybody is there.
struct OutboundSeen {
  ChildSaId child;
};
/// ESP in UDP that is authentic and no replay came from another address or port than the Child SA sends to: the peer's NAT has
/// a new mapping, or somebody sends the peer's packets on. The engine decides which (RFC 7296, 2.23).
struct PeerMoved {
  ChildSaId child;
  SocketAddress remote;
};
/// ESP of no SA came, at most one told a second. Anybody can send such a thing; mostly it is a peer of before our restart.
struct UnknownSpi {
  EspSpi spi;
  SocketAddress local, remote;
};
/// `clear crypto ikev2 sa`, `clear crypto sa`, `clear crypto session`, `clear crypto ikev2 diagnose error`. Each thing that is
/// given narrows it down; nothing: all.
enum class ClearWhat : std::uint8_t { ike_sas, child_sas, diagnoses };
struct Clear {
  ClearWhat what;
  std::optional<IpAddress> peer{}, local{};
  std::optional<std::uint16_t> port{};  // of the peer, as it is seen
  std::string on_interface{};           // of the IKE SA
  std::string map{};                    // of Child SAs
  std::optional<EspSpi> spi{};          // of one Child SA, either way
};
/// Whether per-packet Notices are wanted at all (some `debug crypto ikev2` is on somewhere).
struct DebugWanted {
  bool packets = false;
};
/// A capture begins or ends: while it is on, the keys of the IKE SAs made from then on are told (ExportKeys).
struct CaptureWanted {
  bool keys = false;
};
/// The leases that an earlier daemon kept, oldest first. Before anything else is handled.
struct Leased {
  std::vector<Lease> leases;
};
/// What the CA's responder says of our own certificate of a trustpoint (OCSP, DER), for peers that ask for it (RFC 4806).
/// Replaces what was said before; empty: it says nothing any more.
struct OwnStatus {
  std::string trustpoint;
  Bytes response;
};
/// A RADIUS server has ordered something, and shown that it has our secret. Answered at once by OrderDone with the same number.
struct Ordered {
  std::uint64_t number = 0;
  radius::Order order;
};
/// The daemon ends in order: delete every SA at the peers.
struct Shutdown {};

using Event =
    std::variant<Datagram, ConfigChanged, InterfacesChanged, JobDone, Resolved, Acquire, InstallFailed, Expire, InboundSeen,
                 OutboundSeen, PeerMoved, UnknownSpi, Clear, DebugWanted, CaptureWanted, Leased, OwnStatus, Ordered, Shutdown>;

// ---- Out -----------------------------------------------------------------------------------------------------------

/// Send IKE; whoever sends puts the non-ESP marker in front when `local.port` is not 500.
struct SendDatagram {
  SocketAddress local, remote;
  Bytes payload;
};
/// Send the single octet 0xFF (RFC 3948, 2.3).
struct SendKeepalive {
  SocketAddress local, remote;
};
struct StartJob {
  JobId id;
  crypto::Job job;
};

/// The addresses of a peer that is given by name are wanted: asked for beside everything else, however long it takes.
struct Resolve {
  PeerName name;
};

/// What an interface protects, whole: replaces everything said before of this interface, atomically. The first line
/// that matches a packet decides; no line: the packet is not ours. `permit` without a Child SA holds the packet back
/// and raises Acquire, never leaks it. An empty list: nothing is protected.
struct PolicyLine {
  PolicyLineId id;
  AclAction action = AclAction::permit;
  SelectorPair selectors;
  IpsecMode mode = IpsecMode::tunnel;
  IpAddress local, peer;  // tunnel end points of a permit; unspecified: not known yet, packets are held back all the same
  IpsecProtocol protocol = IpsecProtocol::esp;
};
struct SetPolicy {
  std::string interface;
  std::vector<PolicyLine> lines;
};

/// Keys and parameters of one direction of a Child SA. `key_encryption` includes the salt for AEAD; of AH it is empty.
struct SaParameters {
  EspSpi spi;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;  // null for AEAD
  bool extended_sequence_numbers = false;
  Secret key_encryption, key_integrity;
};
struct ChildSaFacts {
  ChildSaId child;
  PolicyLineId line;  // the permit line it serves
  Name interface;
  SelectorPair selectors;
  IpsecMode mode = IpsecMode::tunnel;
  SocketAddress local, remote;  // ports count only when encapsulated
  bool udp_encapsulated = false;
  std::uint16_t soft_permille = 900;  // of the kilobytes, or of the sequence numbers: Expire (soft) is raised there
  std::uint32_t replay_window = 64;
  std::uint64_t lifetime_kilobytes = 0;  // 0: no limit
  std::optional<ReverseRoute> reverse_route{};
};
/// Two phases: inbound first; outbound when the peer is ready to receive. A later AddOutbound for the same line takes
/// over the sending side.
struct AddInbound {
  ChildSaFacts facts;
  SaParameters sa;
};
struct AddOutbound {
  ChildSaFacts facts;
  SaParameters sa;
};
/// Remove both directions, whichever are installed.
struct RemoveChild {
  ChildSaId child;
};
/// An end of the SA moved: counters, sequence numbers and keys stay.
struct MoveChild {
  ChildSaId child;
  SocketAddress local, remote;
  bool udp_encapsulated = false;
};

/// What IKE makes of an interface: one for a client is there as long as the client, as a copy of a Virtual-Template; a tunnel
/// with `ip address negotiated` has what the peer assigned. Replaces what was said before of this interface, and is said before
/// SetPolicy names it.
struct SetInterface {
  std::string interface;            // Virtual-Access1, Tunnel0
  std::string copy_of{};            // Virtual-Template1; empty: it is the configuration's own
  std::vector<Prefix> addresses{};  // that IKE gave it; host bits kept
  std::vector<Prefix> routes{};     // that lead into it
  bool gone = false;
};
/// A lease that is to be kept for the next daemon, in the place of what was said of its address; or not any more.
struct KeepLease {
  Lease lease;
  bool forgotten = false;
};

struct OrderDone {
  std::uint64_t number = 0;
  radius::OrderResult result;
};

/// What the messages of an IKE SA are sealed with, for a capture that an operator began before the SA was made. The only way
/// in which IKE keys leave the engine; told again where the keys change (RFC 9370, 2.2.2).
struct ExportKeys {
  IkeSpi spi_i, spi_r;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;  // null for AEAD
  Secret ei, er, ai, ar;
};

/// Typed, becomes text at the edge (cli/notice_text.cpp). Never holds a secret.
enum class NoticeKind : std::uint8_t {
  datagram_received,
  datagram_sent,
  datagram_retransmitted,
  datagram_dropped,
  negotiation_started,
  negotiation_failed,
  ike_sa_up,
  ike_sa_rekeyed,
  ike_sa_moved,  // goes on between other addresses
  ike_sa_down,
  child_sa_up,
  child_sa_down,
  child_sa_rekeyed,  // made to take over from another
  child_sa_retired,  // gone, and another has taken over
  policy_found,
  keyring_peer_found,
  proposal_chosen,
  nat_detected,
  nat_not_found,
  auth_verified,
  map_on,
  map_off,
  unknown_spi,
};
struct Notice {
  NoticeKind kind;
  Cause cause = Cause::none;
  IkeSaId sa{};  // 0: no SA
  ChildSaId child{};
  SocketAddress local{}, remote{};
  IkeSpi spi_i{}, spi_r{};
  std::uint8_t exchange = 0;                 // of a datagram
  bool response = false, initiator = false;  // initiator: of the IKE SA, or of the exchange that made a Child SA
  std::uint32_t message_id = 0;
  std::vector<std::uint8_t> payloads{};   // payload types in order, of a datagram
  std::vector<std::uint16_t> notifies{};  // the types of its notify payloads, in order
  std::string peer_id{};                  // of an SA that was up: what the peer calls itself
  std::string text{};                     // evidence or name; may contain a peer's octets: escape before a terminal sees it
};

using Action = std::variant<SendDatagram, SendKeepalive, StartJob, Resolve, SetPolicy, AddInbound, AddOutbound, RemoveChild,
                            MoveChild, SetInterface, KeepLease, OrderDone, ExportKeys, Notice>;
using Actions = std::vector<Action>;

}  // namespace engine
