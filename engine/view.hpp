// What `show` may see: values, copied out between two events. No secret can stand in them (asserted below).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/access.hpp"
#include "engine/cause.hpp"
#include "engine/config.hpp"
#include "engine/evidence.hpp"
#include "engine/ids.hpp"
#include "engine/secret.hpp"

namespace engine {

enum class Role : std::uint8_t { initiator, responder };
enum class SaStatus : std::uint8_t { in_negotiation, ready, deleting };

struct ChildSaView {
  ChildSaId id;
  PolicyLineId line;
  std::string interface, map;
  std::uint32_t sequence = 0;
  SelectorPair selectors;
  EspSpi spi_in, spi_out;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  const Algorithm* pfs_group = nullptr;      // that it was made with
  std::vector<const Algorithm*> additional;  // key exchanges beside it (RFC 9370)
  const Algorithm* pfs_wanted = nullptr;     // that its rekey will ask for
  IpsecMode mode = IpsecMode::tunnel;
  bool udp_encapsulated = false, extended_sequence_numbers = false, outbound_installed = false;
  std::uint32_t replay_window = 64;
  Duration age{0}, lifetime{0};
  std::uint64_t lifetime_kilobytes = 0;
};

struct IkeSaView {
  IkeSaId id;  // also IOS's Tunnel-id
  SocketAddress local, remote;
  IpAddress local_end, peer_end;  // that the lines name: either end may have moved since
  SaStatus status = SaStatus::in_negotiation;
  Role role = Role::initiator;
  IkeSpi spi_local, spi_remote;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  const Algorithm* prf = nullptr;
  const Algorithm* group = nullptr;
  std::vector<const Algorithm*> additional;  // key exchanges of RFC 9370
  bool ppk = false;                          // a postquantum key is mixed in (RFC 8784)
  std::string profile, policy, keyring_peer, interface;
  std::string local_id, remote_id;
  std::string eap_user;             // that the client has shown to be
  std::string access_interface;     // made for this client, or given an address by this peer; empty: none
  std::vector<IpAddress> assigned;  // to the client, or to us
  AuthMethod auth_local = AuthMethod::none, auth_remote = AuthMethod::none;
  Duration lifetime{0}, age{0};
  std::uint32_t local_request_id = 0, remote_request_id = 0;  // next to be used
  std::uint32_t local_window = 1, remote_window = 1;
  bool fragmentation = false;           // both ends take fragments
  std::uint32_t fragmentation_mtu = 0;  // octets: `crypto ikev2 fragmentation`, or what was found to pass
  Duration dpd_interval{0}, dpd_retry{0};
  bool mobike = false;                         // both ends have it (RFC 4555)
  bool single_pair = false;                    // the peer takes one pair of addresses a Child SA
  bool nat_local = false, nat_remote = false;  // we / the peer are behind a NAT
  std::uint32_t tries = 0;                     // how often the oldest request without an answer was sent
  std::vector<ChildSaView> children;
};

/// A permit or deny line bound to an interface, with or without Child SA: `show crypto ipsec sa` lists them all.
struct PolicyLineView {
  PolicyLineId id;
  AclAction action = AclAction::permit;
  std::string interface, map;
  std::uint32_t sequence = 0;
  SelectorPair selectors;
  IpAddress local, peer;  // the peer is unspecified as long as its name is not resolved
  IpsecMode mode = IpsecMode::tunnel;
  std::string peer_name{};  // empty: it was given by address
};

/// A negotiation that failed, newest first in View::diagnoses; bounded.
struct Diagnosis {
  Duration ago{0};
  IkeSaId sa{};
  Role role = Role::initiator;
  SocketAddress local, remote;
  Cause cause = Cause::none;
  std::string what;                         // what was refused, in one line
  std::vector<std::string> evidence;        // theirs against ours, what was offered, considered and passed over
  std::shared_ptr<const Evidence> shown{};  // what is known beyond words; may be null
  std::vector<std::string> probable;        // most probable first
  std::uint32_t count = 1;                  // equal ones are counted
};

/// What applying a configuration does to an SA that is up, in growing disturbance: left alone; lines in front take traffic from
/// it; the change is used from the next rekey on; rekeyed at once; a new IKE SA beside the old one, which then gives way;
/// deleted.
enum class Disturbance : std::uint8_t { none, passed_by, next_rekey, rekey, reauthenticate, tear_down };
struct SaImpact {
  IkeSaId sa;
  std::optional<ChildSaId> child;  // not given: the IKE SA itself
  IpAddress local, peer;
  std::string what;  // the peer's identity, or the Child SA's selectors
  Disturbance disturbance = Disturbance::none;
  std::string why;
};

/// Where a view was cut off: behind this SA and in front of this line.
struct ViewPosition {
  IkeSaId sa{};
  std::size_t line = 0;
};

/// What is to be seen. Not given: everything.
struct Query {
  std::optional<IpAddress> local, peer;  // of IKE SAs
  ViewPosition from{};
  /// SAs and lines that one call looks at: tens of thousands are seen in slices, so that nobody waits for them.
  std::size_t most = static_cast<std::size_t>(-1);
};

/// An entry of a crypto map that is wanted and not up, or not up as it is configured now.
struct AttemptView {
  std::string interface, map;
  std::uint32_t sequence = 0;
  IpAddress local, peer;
  unsigned failed = 0;      // attempts in a row
  bool under_way = false;   // one is being made
  Duration next{0};         // until the next one
  std::string peer_name{};  // empty: it was given by address
  bool resolving = false;   // the name is being asked for
  /// Of an SA that is up and authenticated by what is not valid any more.
  bool reauthentication = false;
};

/// `ip local pool`: how much of it is used, and by whom.
struct PoolView {
  AddressPool pool;
  std::uint64_t in_use = 0, remembered = 0;  // remembered: free, and somebody's last one
  std::vector<Lease> leases;                 // in use; the first 1,000
};

struct View {
  std::vector<IkeSaView> ike_sas;
  std::vector<PolicyLineView> lines;  // in order: interface, sequence, access-list line
  std::vector<Diagnosis> diagnoses;
  std::array<std::uint64_t, cause_count> dropped{};  // datagrams, by Cause
  std::array<std::uint64_t, cause_count> untold{};   // refusals that were answered and only counted, by Cause
  std::uint32_t half_open = 0;
  std::vector<AttemptView> attempts;
  std::vector<PoolView> pools;       // with the last slice
  std::optional<ViewPosition> rest;  // given: there is more, from here on
};
static_assert(std::is_copy_constructible_v<View>, "a Secret cannot be copied, so none can stand in a View");

}  // namespace engine
