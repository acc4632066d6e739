// What the configuration means to the engine: an immutable snapshot of plain structs. parser/compile.cpp alone makes it.
// Parts are shared between snapshots, so that one change among 10,000 peers costs one part, and equal pointers mean
// "untouched". Names are the IOS names; the engine reconciles by them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/algorithms.hpp"
#include "engine/ids.hpp"
#include "engine/name.hpp"
#include "engine/traffic_selector.hpp"

namespace engine {

/// ID Type of the Identification payload (RFC 7296, 3.5).
enum class IdType : std::uint8_t {
  ipv4_address = 1,
  fqdn = 2,
  rfc822_address = 3,
  ipv6_address = 5,
  der_asn1_dn = 9,
  key_id = 11
};

/// An identity as it travels. Addresses hold 4 or 16 octets, names their text without a zero.
struct Identity {
  IdType type = IdType::ipv4_address;
  Bytes data;
  static Identity of(const IpAddress& address);
  /// "203.0.113.20", "gw.example.net"; octets that are not printable as \xNN.
  std::string to_string() const;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// `match identity remote ...`, and `identity ...` of a keyring peer.
struct MatchAny {
  friend bool operator==(const MatchAny&, const MatchAny&) = default;
};
struct MatchDomain {  // `fqdn domain NAME`, `email domain NAME`
  IdType type = IdType::fqdn;
  std::string domain;
  friend bool operator==(const MatchDomain&, const MatchDomain&) = default;
};
using IdentityMatch = std::variant<MatchAny, Prefix, Identity, MatchDomain>;
bool matches(const IdentityMatch& rule, const Identity& identity);
std::string to_string(const IdentityMatch& rule);
/// What `match address local ...` statements say of a local address: without any, every address will do.
bool names_nothing_or(const std::vector<IpAddress>& match_local, const IpAddress& local);

/// `additional-key-exchange N ...` of a proposal or a crypto map entry (RFC 9370). Order is preference.
struct AdditionalKeyExchange {
  std::uint8_t number = 1;  // 1 to 7
  std::vector<const Algorithm*> groups;
  bool optional = false;  // a peer may leave it out
  friend bool operator==(const AdditionalKeyExchange&, const AdditionalKeyExchange&) = default;
};
inline constexpr std::uint8_t max_additional_key_exchanges = 7;

/// `crypto ikev2 proposal`. Order is preference. An empty `prf` means: the same hashes as `integrity`.
struct IkeProposal {
  std::string name;
  std::vector<const Algorithm*> encryption, integrity, prf, groups;
  std::vector<AdditionalKeyExchange> additional{};  // in the order of their numbers
  friend bool operator==(const IkeProposal&, const IkeProposal&) = default;
};

/// `crypto ikev2 policy`. Only complete ones are here. An empty `match_local` means any.
struct IkePolicy {
  std::string name;
  std::vector<IpAddress> match_local;
  std::vector<std::shared_ptr<const IkeProposal>> proposals;
};

/// `ppk manual id ...` of a keyring peer: a postquantum preshared key (RFC 8784).
struct Ppk {
  std::string id;  // PPK_ID of type PPK_ID_FIXED
  KeyRef key;
  bool required = false;  // no IKE SA without it
  friend bool operator==(const Ppk&, const Ppk&) = default;
};

/// `peer` of a `crypto ikev2 keyring`. The keys are names that only the job runner can open; 0: not configured.
struct KeyringPeer {
  std::string name;
  std::vector<Prefix> addresses;
  std::optional<IdentityMatch> identity;
  KeyRef local_key, remote_key;
  std::optional<Ppk> ppk{};
  std::string hostname{};  // of a peer that is given by this name
  friend bool operator==(const KeyringPeer&, const KeyringPeer&) = default;
};
struct Keyring {
  std::string name;
  std::vector<KeyringPeer> peers;
  friend bool operator==(const Keyring&, const Keyring&) = default;
};

struct Trustpoint;  // engine/pki.hpp
struct CertificateMap;
struct EapServer;  // engine/eap/settings.hpp
struct EapClient;
struct RemoteAccess;  // engine/access.hpp
struct VirtualTemplate;
struct AddressPool;

/// How an end authenticates itself, by the keyword of the profile; AUTH's own numbers are engine/signatures.hpp's.
/// `ecdsa_sig` is any key on an elliptic curve.
enum class AuthMethod : std::uint8_t { none, pre_share, rsa_sig, ecdsa_sig, eap };

/// Several of them: what a peer may choose from.
class AuthMethods {
 public:
  AuthMethods() = default;
  AuthMethods(AuthMethod one) { add(one); }
  void add(AuthMethod method) {
    if (method != AuthMethod::none) bits_ = static_cast<std::uint8_t>(bits_ | bit(method));
  }
  bool has(AuthMethod method) const { return (bits_ & bit(method)) != 0; }
  /// Of several the first by the enum; none: none.
  AuthMethod first() const {
    for (const AuthMethod method : {AuthMethod::pre_share, AuthMethod::rsa_sig, AuthMethod::ecdsa_sig, AuthMethod::eap})
      if (has(method)) return method;
    return AuthMethod::none;
  }
  bool signatures() const { return has(AuthMethod::rsa_sig) || has(AuthMethod::ecdsa_sig); }
  friend bool operator==(const AuthMethods&, const AuthMethods&) = default;

 private:
  static std::uint8_t bit(AuthMethod method) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(method)); }
  std::uint8_t bits_ = 0;
};

/// `crypto ikev2 profile`. Only complete ones are here.
struct IkeProfile {
  std::string name;
  std::vector<IdentityMatch> match_remote;  // or one of `match_certificate`
  std::vector<std::shared_ptr<const CertificateMap>> match_certificate{};
  std::vector<IpAddress> match_local;      // empty: any
  std::optional<Identity> identity_local;  // not given: the local address, with signatures the subject of our certificate
  bool identity_local_dn = false;          // `identity local dn`: that subject
  AuthMethod auth_local = AuthMethod::none;
  AuthMethods auth_remote;
  /// `pki trustpoint NAME [sign | verify]`, in order. Without the command: all trustpoints that can.
  std::vector<std::shared_ptr<const Trustpoint>> sign{}, verify{};
  std::shared_ptr<const Keyring> keyring;      // may be null
  KeyRef inline_local_key, inline_remote_key;  // `authentication ... pre-share key`, stronger than the keyring
  std::shared_ptr<const Keyring> ppk_keyring;  // `keyring ppk NAME`; may be null
  bool childless = false;                      // no Child SA in IKE_AUTH where the peer allows it, which ours then do (RFC 6023)
  bool mobike = true;                          // RFC 4555, where the peer has it too
  Duration lifetime = std::chrono::hours(24);
  Duration dpd_interval{0}, dpd_retry{0};  // 0: off
  bool dpd_periodic = false;
  Duration nat_keepalive{0};                      // 0: the global value
  std::shared_ptr<const EapServer> eap_server{};  // where peers may authenticate by EAP
  std::shared_ptr<const EapClient> eap_client{};  // where we do
  std::shared_ptr<const RemoteAccess> access{};   // its peers are clients; null: they are not
};
/// Whether a peer that calls itself so, and asks at this address of ours, is one of the profile's.
bool accepts(const IkeProfile& profile, const Identity& remote, const IpAddress& local);

enum class IpsecMode : std::uint8_t { tunnel, transport };
enum class IpsecProtocol : std::uint8_t { esp, ah };

/// `crypto ipsec transform-set`: ESP, or AH where `encryption` is that (is_ah). `integrity` is null for AEAD.
struct TransformSet {
  std::string name;
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  IpsecMode mode = IpsecMode::tunnel;
  bool extended_sequence_numbers = false;
  IpsecProtocol protocol() const { return is_ah(encryption) ? IpsecProtocol::ah : IpsecProtocol::esp; }
  friend bool operator==(const TransformSet&, const TransformSet&) = default;
};

enum class AclAction : std::uint8_t { permit, deny };

/// One line of the access list of a crypto map entry; local is the source column. `text` is the line as IOS prints it.
struct SelectorLine {
  AclAction action = AclAction::permit;
  SelectorPair selectors;
  std::string text;
  friend bool operator==(const SelectorLine&, const SelectorLine&) = default;
};

/// A name, and of which family the addresses are that it is resolved to.
struct PeerName {
  std::string name;
  Family family = Family::v4;
  friend auto operator<=>(const PeerName&, const PeerName&) = default;
};

/// Whom an entry sends to: `set peer {ADDRESS | NAME [dynamic]}`, `tunnel destination`.
struct Peer {
  Peer(const IpAddress& given) : address(given) {}
  Peer(PeerName given, bool each_time)
      : address(Prefix::any(given.family).address), name(std::move(given.name)), dynamic(each_time) {}

  IpAddress address;     // of a name: unspecified
  std::string name{};    // empty: the address was given
  bool dynamic = false;  // resolved before each attempt; else when it is entered

  bool is_name() const { return !name.empty(); }
  PeerName key() const { return {name, address.family}; }
  friend bool operator==(const Peer&, const Peer&) = default;
};

/// `reverse-route`: routes to what the SAs of an entry protect at the other end, as long as they are up.
struct ReverseRoute {
  std::optional<IpAddress> gateway{};  // not given: the way to the peer
  std::uint32_t distance = 0;          // metric of the routes; 0: the host's usual one
  friend bool operator==(const ReverseRoute&, const ReverseRoute&) = default;
};

/// `crypto map NAME SEQ ipsec-isakmp`. Entries that lack a peer, a profile, a transform set or an access list are not
/// in the snapshot: they protect nothing.
struct CryptoMapEntry {
  std::string map;
  std::uint32_t sequence = 0;
  std::vector<Peer> peers;           // in order of preference
  std::optional<Peer> default_peer;  // one of them: whenever there is no SA with another, it is the next to be tried
  /// All in the mode of the first: a request for a Child SA has one mode, whatever it proposes (RFC 7296, 1.3.1). And all of its
  /// protocol: a data plane holds packets back for one.
  std::vector<std::shared_ptr<const TransformSet>> transform_sets;
  std::shared_ptr<const IkeProfile> profile;
  const Algorithm* pfs_group = nullptr;                 // null: no PFS
  std::vector<AdditionalKeyExchange> pfs_additional{};  // beside it, in the order of their numbers
  Duration lifetime = std::chrono::hours(1);
  std::uint64_t lifetime_kilobytes = 4608000;  // 0: disabled
  std::uint32_t replay_window = 64;            // packets; 0: disabled
  bool per_host = false;                       // `set security-association level per-host`
  std::string acl;
  std::vector<SelectorLine> lines;
  Duration idle_time{0};  // without traffic for so long an SA is deleted; 0: never
  std::optional<ReverseRoute> reverse_route{};
};

/// `interface TunnelN` with `tunnel protection`: what is routed into it is protected, and its SAs are made without traffic.
struct TunnelInterface {
  std::optional<IpAddress> source;  // `tunnel source ADDRESS`; not given: an address of `local_address_interface`
  bool responder_only = false;      // the peer begins
  bool client = false;              // made for a client, as long as it is there
  bool negotiated = false;          // `ip address negotiated`: the peer says what its address is
  friend bool operator==(const TunnelInterface&, const TunnelInterface&) = default;
};

/// An interface with a crypto map bound to it. `entries` in sequence order; a tunnel interface has one.
struct ProtectedInterface {
  Name name;  // IOS name: GigabitEthernet0/0
  std::string map;
  std::string local_address_interface;  // `crypto map NAME local-address IF`; empty: this interface
  std::vector<std::shared_ptr<const CryptoMapEntry>> entries;
  std::optional<TunnelInterface> tunnel{};
};

/// How much is negotiated and kept at a time; 0: no limit. `crypto ikev2 limit`, `crypto call admission limit`.
struct AdmissionLimits {
  std::uint32_t cookie_challenge = 100;  // half-open SAs from which a COOKIE is asked; IOS `cookie-challenge N`
  std::uint32_t incoming = 1000;         // IKE SAs in negotiation that peers began
  std::uint32_t outgoing = 0;            // IKE SAs in negotiation that we began
  std::uint32_t ike_sas = 0, child_sas = 0;
  friend bool operator==(const AdmissionLimits&, const AdmissionLimits&) = default;
};

/// `crypto ikev2 fragmentation`: the largest IP packet that carries IKE, in octets (RFC 7383). Fragments are announced
/// and taken whether or not the command is there.
struct Fragmentation {
  std::uint32_t ipv4 = 1280, ipv6 = 1280;
  bool configured = false;
  friend bool operator==(const Fragmentation&, const Fragmentation&) = default;
};

struct Config {
  std::vector<std::shared_ptr<const IkePolicy>> policies;
  std::vector<std::shared_ptr<const IkeProfile>> profiles;
  std::vector<ProtectedInterface> interfaces;
  Duration nat_keepalive = std::chrono::seconds(20);
  AdmissionLimits limits;
  std::uint32_t window = 5;  // requests of a peer that are taken at once (RFC 7296, 2.3)
  Fragmentation fragmentation;
  std::vector<std::shared_ptr<const VirtualTemplate>> templates;
  std::vector<std::shared_ptr<const AddressPool>> pools;
  std::uint32_t fragment_limit(Family family) const { return family == Family::v4 ? fragmentation.ipv4 : fragmentation.ipv6; }
};

}  // namespace engine
