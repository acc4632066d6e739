// Finds profiles and keyring peers among thousands by what they match: hashes of what the rules ask for, made once for a
// configuration. Every hit is checked against the rule itself.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/config.hpp"

namespace engine {

/// Positions of rules, found by what an identity or an address must be to match one.
class RuleIndex {
 public:
  void add(const IdentityMatch& rule, std::uint32_t position);
  void add(const Prefix& network, std::uint32_t position);
  /// To be called when all are added.
  void sort();

  /// Every rule that matches is among these, few others are. Ascending, each once.
  std::vector<std::uint32_t> candidates(const Identity& identity) const;
  /// Those of the longest prefix that contains the address; ascending.
  std::vector<std::uint32_t> longest(const IpAddress& address) const;

 private:
  using Row = std::pair<std::size_t, std::uint32_t>;  // hash, position
  void collect(std::size_t hash, std::vector<std::uint32_t>& out) const;

  std::vector<Row> rows_;
  std::vector<std::size_t> domain_lengths_;                  // that occur
  std::array<std::vector<std::uint8_t>, 2> prefix_lengths_;  // that occur, by family; longest first
};

class PeerIndex {
 public:
  PeerIndex() = default;
  /// What `previous` knows of rules that are still the same is taken over.
  PeerIndex(const Config& config, const PeerIndex& previous);

  /// The first profile with a statement that matches the peer and, if it names local addresses, with this one; or null.
  std::shared_ptr<const IkeProfile> profile_for(const Identity& remote, const IpAddress& local) const;
  std::shared_ptr<const IkeProfile> profile_named(const std::string& name) const;
  /// The peer with the longest prefix that contains the address, the first of equal ones; or null.
  const KeyringPeer* peer_at(const std::shared_ptr<const Keyring>& keyring, const IpAddress& address) const;
  /// The first peer that is given by this host name; or null.
  const KeyringPeer* peer_by_name(const std::shared_ptr<const Keyring>& keyring, const std::string& hostname) const;
  /// The first peer whose identity rule matches; or null.
  const KeyringPeer* peer_called(const std::shared_ptr<const Keyring>& keyring, const Identity& identity) const;
  /// The peer that the identity is said to be of, by itself: by `identity`, or as the one address of a host. Null: none is
  /// named so exactly.
  const KeyringPeer* owner_of(const std::shared_ptr<const Keyring>& keyring, const Identity& identity) const;

 private:
  // What rules find is a place, and where only what they lead to has changed, the next index has the same rules.
  struct ProfileRules {
    explicit ProfileRules(const std::vector<std::shared_ptr<const IkeProfile>>& profiles);
    RuleIndex rules;
    std::unordered_map<std::string, std::uint32_t> names;
  };
  struct PeerRules {
    explicit PeerRules(const Keyring& keyring);
    RuleIndex addresses, identities;
    std::unordered_map<std::string, std::uint32_t> hostnames;
  };
  struct OfKeyring {
    std::shared_ptr<const Keyring> keyring;  // keeps the address from being another's
    std::shared_ptr<const PeerRules> rules;
  };
  std::shared_ptr<const PeerRules> of(const std::shared_ptr<const Keyring>& keyring) const;
  std::shared_ptr<const PeerRules> made_for(const std::shared_ptr<const Keyring>& keyring) const;

  std::vector<std::shared_ptr<const IkeProfile>> profiles_;
  std::shared_ptr<const ProfileRules> rules_ = std::make_shared<const ProfileRules>(profiles_);
  std::unordered_map<const Keyring*, OfKeyring> keyrings_;
};

}  // namespace engine
