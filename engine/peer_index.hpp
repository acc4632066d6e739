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
  /// What `previous` knows of keyrings that are still the same is taken over.
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

 private:
  struct OfKeyring {
    explicit OfKeyring(std::shared_ptr<const Keyring> of);
    std::shared_ptr<const Keyring> keyring;  // keeps the address from being another's
    RuleIndex addresses, identities;
    std::unordered_map<std::string, std::uint32_t> hostnames;
  };
  std::shared_ptr<const OfKeyring> of(const std::shared_ptr<const Keyring>& keyring) const;

  std::vector<std::shared_ptr<const IkeProfile>> profiles_;
  RuleIndex rules_;  // positions in profiles_
  std::unordered_map<std::string, std::uint32_t> names_;
  std::unordered_map<const Keyring*, std::shared_ptr<const OfKeyring>> keyrings_;
};

}  // namespace engine
