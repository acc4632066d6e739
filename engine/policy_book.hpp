// The configuration as the engine looks things up in it: permit and deny lines with lasting ids, policies, profiles, keys.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/event.hpp"
#include "engine/peer_index.hpp"
#include "engine/pki.hpp"
#include "engine/view.hpp"

namespace engine {

/// One line of an access list bound to an interface through a crypto map entry. As long as the interface has no address
/// of the peer's family, `line.local` is the last one it had, or unspecified: the line holds packets back all the same.
struct BookLine {
  PolicyLine line;
  Name interface;
  std::shared_ptr<const CryptoMapEntry> entry;
  bool always_up = false;                   // of a tunnel interface: its SA is made without traffic
  bool own_source = false;                  // of one with `tunnel source ADDRESS`: no interface says where its packets come from
  bool negotiated = false;                  // the peer says what our address inside is
  bool client = false;                      // of a virtual-access interface: only the SA that it was made for uses it
  std::size_t peer = 0;                     // which of the entry's `line.peer` is an address of
  const Algorithm* agreed_group = nullptr;  // of the last Child SA that was made with a key exchange

  const Peer& given() const { return entry->peers[peer]; }
};

/// Whom an entry may send to.
struct Candidate {
  std::size_t peer = 0;  // of the entry's
  IpAddress address;     // of a name that is not resolved: unspecified
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// What a peer's identity or address resolved to.
struct KeyChoice {
  KeyRef local, remote;
  std::string keyring_peer;  // empty: the key stands in the profile itself
};

class PolicyBook {
 public:
  /// Interface, map, sequence: where a line stands.
  using Place = std::tuple<std::string, std::string, std::uint32_t>;
  static Place place_of(const BookLine& line) { return {line.interface, line.entry->map, line.entry->sequence}; }

  /// Reconciles to a new snapshot or to changed interfaces: lines that mean the same keep their id, even if another address of
  /// ours is their end now; `out` receives SetPolicy for every interface whose lines changed. Returns the ids that are gone.
  std::vector<PolicyLineId> update(std::shared_ptr<const Config> config, std::vector<InterfaceState> interfaces, Actions& out);

  /// An interface that is made for a client, beside those of the configuration: one entry, with one peer's address, a tunnel
  /// source and a profile that has RemoteAccess. It is kept as long as profile and template say what they said; else its lines go
  /// with update(). `out` receives its SetPolicy.
  void add_client(ProtectedInterface bound, Actions& out);
  void remove_client(const std::string& interface, Actions& out);
  /// What a client of the profile gets, as a template has it; null: there is no such Virtual-Template.
  static std::shared_ptr<const VirtualTemplate> template_of(const Config& config, const IkeProfile& profile);
  /// Clients may come to this address of ours: a Virtual-Template begins there, and its name; empty: none.
  std::string client_template_at(const IpAddress& local) const;
  /// The lines of a client's interface.
  std::vector<const BookLine*> client_lines(const std::string& interface) const;

  /// The peer has made a Child SA of the line with a key exchange in this group.
  void agreed(PolicyLineId line, const Algorithm* group);
  /// The lines of an entry go to this peer of it from now on, if one of our addresses fits. They are other lines then: what
  /// each is called now, by what it was called. The data plane hears of it with the next announce().
  std::map<PolicyLineId, PolicyLineId> choose(const Place& place, const Candidate& peer);
  /// SetPolicy for every interface whose lines have changed: one each, however many entries chose another peer.
  void announce(Actions& out);
  /// The peers of the line's entry that one of our addresses fits, in order; a name stands for all its addresses.
  std::vector<Candidate> usable_peers(const BookLine& line) const;

  /// What the name was resolved to. The lines stay as they are: who begins an attempt chooses.
  void resolved(const PeerName& name, std::vector<IpAddress> addresses);
  /// Empty: not resolved, or not a peer's.
  std::vector<IpAddress> addresses_of(const PeerName& name) const;
  /// The entries that have the name among their peers.
  std::vector<Place> places_named(const PeerName& name) const;
  /// The first line of the entry, or null.
  const BookLine* first_of(const Place& place) const;
  /// Names that are to be resolved when they are entered and are not.
  std::vector<PeerName> names_to_resolve() const;
  /// Permit lines of `local` under a profile whose entries have a peer by name: it may be anywhere.
  std::vector<const BookLine*> lines_by_name(const IpAddress& local, const std::string& profile) const;

  const Config& config() const { return *config_; }
  /// Some profile has `childless`: as responder, too, an IKE SA without Child SA is announced (RFC 6023).
  bool childless() const { return childless_; }
  const std::shared_ptr<const Config>& snapshot() const { return config_; }
  const std::vector<InterfaceState>& interfaces() const { return interfaces_; }
  const BookLine* find(PolicyLineId id) const;
  /// In order: interface, sequence, access-list line.
  const std::vector<BookLine>& lines() const { return lines_; }
  /// The permit lines between two addresses under a profile, in order; without those of clients.
  std::vector<const BookLine*> lines_of(const IpAddress& local, const IpAddress& peer, const std::string& profile) const;

  /// The permit lines whose tunnels end at `peer`, wherever they begin, in order.
  std::vector<const BookLine*> lines_toward(const IpAddress& peer) const;
  /// From which addresses packets of an interface's lines may come, by its name: `tunnel source ADDRESS`, or what the interface
  /// has that carries its crypto map (`local-address`, `tunnel source`). Never an address inside a tunnel.
  using Sources = std::map<std::string, std::vector<IpAddress>>;
  const Sources& sources() const { return sources_; }
  /// The same under any profile.
  std::vector<const BookLine*> lines_between(const IpAddress& local, const IpAddress& peer) const;

  /// The interface with a crypto map whose local address this is, or null.
  const ProtectedInterface* interface_of(const IpAddress& local) const;
  /// Some line's tunnels end at this address of ours.
  bool ends_at(const IpAddress& local) const { return locals_.contains(local); }
  /// The policy for a local address; one that names the address wins over one that names none.
  std::shared_ptr<const IkePolicy> policy_for(const IpAddress& local) const { return policy_for(*config_, local); }
  static std::shared_ptr<const IkePolicy> policy_for(const Config& config, const IpAddress& local);
  /// The first profile whose statements match, or null.
  std::shared_ptr<const IkeProfile> profile_for(const Identity& remote, const IpAddress& local) const {
    return peers_.profile_for(remote, local);
  }
  /// The first whose `match certificate` takes this one (null: nobody's), or null.
  std::shared_ptr<const IkeProfile> profile_for(const Certificate* certificate, const IpAddress& local) const;
  /// Some profile has `match certificate`.
  bool matches_certificates() const { return matches_certificates_; }
  /// The present profile of that name, or null.
  std::shared_ptr<const IkeProfile> profile_named(const std::string& name) const { return peers_.profile_named(name); }
  /// Why no profile matches: the first few, each with what it wants.
  std::string why_no_profile(const Identity& remote, const IpAddress& local) const;
  /// Keys of a peer: the profile's own, else the keyring by address (longest prefix), else by identity. Where an end
  /// authenticates itself by a signature, or may, its key may be none.
  std::optional<KeyChoice> key_for(const IkeProfile& profile, const IpAddress& peer, const Identity* identity) const;
  /// The postquantum key of a peer, found in the same way; null: none.
  const Ppk* ppk_for(const IkeProfile& profile, const IpAddress& peer, const Identity* identity) const;
  /// Whether a peer that has yet to say who it is might be asked for one.
  bool may_use_ppk(const IpAddress& local) const;

 private:
  struct Ends {
    IpAddress local;
    Candidate peer;
  };
  struct Choice {
    Peer given;
    IpAddress address;
  };
  struct Named {
    std::vector<std::size_t> lines;
    bool at_once = false;  // one of them without `dynamic`
  };
  Ends ends_of(const ProtectedInterface& bound, const CryptoMapEntry& entry, const InterfaceState* state,
               const BookLine* before) const;
  const ProtectedInterface* bound_as(const std::string& interface) const;
  const InterfaceState* state_of(const std::string& interface) const;
  template <class Each>
  void for_candidates(const CryptoMapEntry& entry, Each each) const;
  /// Of the configuration, then those of clients.
  template <class Each>
  void for_interfaces(Each each) const;
  /// Clients' interfaces whose profile or template is gone or says something else end; true: none did.
  bool follow_templates();
  BookLine make_line(const ProtectedInterface& bound, const std::shared_ptr<const CryptoMapEntry>& entry,
                     const SelectorLine& line, const Ends& ends) const;
  void take_entries();
  void index_line(std::size_t line);
  void index();
  std::vector<IpAddress> found_under(const BookLine& line) const;
  void put_under_peers(std::size_t line);
  void take_from_peers(std::size_t line);
  /// By address (longest prefix), else by identity; null: nobody.
  const KeyringPeer* peer_in(const std::shared_ptr<const Keyring>& keyring, const IpAddress& peer,
                             const Identity* identity) const;

  std::shared_ptr<const Config> config_ = std::make_shared<Config>();
  PeerIndex peers_;
  bool childless_ = false, matches_certificates_ = false;
  std::vector<InterfaceState> interfaces_;
  std::vector<ProtectedInterface> clients_;
  std::vector<BookLine> lines_;
  std::map<Place, Choice> chosen_;  // peers that are not the first of their entry, or have a name
  std::map<PeerName, std::vector<IpAddress>> resolved_;
  std::map<PeerName, Named> named_;
  std::map<Place, std::vector<std::size_t>> places_;
  std::unordered_map<PolicyLineId, std::size_t> by_id_;
  std::map<IpAddress, std::size_t> locals_;  // how many lines end at each
  Sources sources_;
  std::map<IpAddress, std::vector<std::size_t>> by_peer_;  // permits, under every peer of their entry
  /// By interface, what the last SetPolicy said: lines and where they begin.
  std::map<std::string, std::vector<std::pair<PolicyLineId, IpAddress>>> announced_;
  bool changed_ = false;  // since then, perhaps
  std::uint32_t next_line_ = 1;
};

}  // namespace engine
