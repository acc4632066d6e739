#include "engine/peer_index.hpp"

#include <algorithm>

namespace engine {
namespace {

enum class Kind : char { any = 'a', identity = 'i', domain = 'd', network = 'n' };

/// Of names as DNS compares them (RFC 4343), so that what matches has the same hash; coarser than need be for the rest.
std::size_t hash_of(Kind kind, unsigned detail, ByteView data) {
  std::string text{static_cast<char>(kind), static_cast<char>(detail)};
  for (const std::uint8_t octet : data)
    text.push_back(static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet));
  return std::hash<std::string>{}(text);
}

std::size_t hash_of(const Prefix& network) { return hash_of(Kind::network, network.length, network.address.bytes()); }

template <class T>
void note(std::vector<T>& values, T value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

std::size_t place(Family family) { return family == Family::v4 ? 0 : 1; }

std::optional<IpAddress> address_of(const Identity& identity) {
  const bool address = identity.type == IdType::ipv4_address || identity.type == IdType::ipv6_address;
  return address ? IpAddress::from_bytes(identity.data) : std::nullopt;
}

}  // namespace

void RuleIndex::add(const IdentityMatch& rule, std::uint32_t position) {
  if (const auto* network = std::get_if<Prefix>(&rule)) return add(*network, position);
  std::size_t hash = hash_of(Kind::any, 0, {});
  if (const auto* exact = std::get_if<Identity>(&rule)) {
    hash = hash_of(Kind::identity, static_cast<unsigned>(exact->type), exact->data);
  } else if (const auto* under = std::get_if<MatchDomain>(&rule)) {
    hash = hash_of(Kind::domain, static_cast<unsigned>(under->type), as_bytes(under->domain));
    note(domain_lengths_, under->domain.size());
  }
  rows_.push_back({hash, position});
}

void RuleIndex::add(const Prefix& network, std::uint32_t position) {
  note(prefix_lengths_[place(network.address.family)], network.length);
  rows_.push_back({hash_of(network), position});
}

void RuleIndex::sort() {
  std::sort(rows_.begin(), rows_.end());
  for (auto& lengths : prefix_lengths_) std::sort(lengths.begin(), lengths.end(), std::greater<>());
}

void RuleIndex::collect(std::size_t hash, std::vector<std::uint32_t>& out) const {
  for (auto it = std::lower_bound(rows_.begin(), rows_.end(), Row{hash, 0}); it != rows_.end() && it->first == hash; ++it)
    out.push_back(it->second);
}

std::vector<std::uint32_t> RuleIndex::candidates(const Identity& identity) const {
  std::vector<std::uint32_t> out;
  const auto type = static_cast<unsigned>(identity.type);
  const ByteView data = identity.data;
  collect(hash_of(Kind::any, 0, {}), out);
  collect(hash_of(Kind::identity, type, data), out);
  for (const std::size_t length : domain_lengths_)
    if (length <= data.size()) collect(hash_of(Kind::domain, type, data.last(length)), out);
  if (const auto address = address_of(identity))
    for (const std::uint8_t length : prefix_lengths_[place(address->family)]) collect(hash_of(Prefix::of(*address, length)), out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::uint32_t> RuleIndex::longest(const IpAddress& address) const {
  std::vector<std::uint32_t> out;
  for (const std::uint8_t length : prefix_lengths_[place(address.family)]) {
    collect(hash_of(Prefix::of(address, length)), out);
    if (!out.empty()) return out;
  }
  return out;
}

namespace {

bool same_rules(const std::shared_ptr<const IkeProfile>& a, const std::shared_ptr<const IkeProfile>& b) {
  return a == b || (a->name == b->name && a->match_remote == b->match_remote);
}

bool same_rules(const KeyringPeer& a, const KeyringPeer& b) {
  return a.addresses == b.addresses && a.identity == b.identity && a.hostname == b.hostname;
}

template <class T>
bool all_same_rules(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same_rules(x, y); });
}

}  // namespace

PeerIndex::ProfileRules::ProfileRules(const std::vector<std::shared_ptr<const IkeProfile>>& profiles) {
  for (std::uint32_t i = 0; i < profiles.size(); ++i) {
    for (const IdentityMatch& rule : profiles[i]->match_remote) rules.add(rule, i);
    names.try_emplace(profiles[i]->name, i);
  }
  rules.sort();
}

PeerIndex::PeerRules::PeerRules(const Keyring& keyring) {
  for (std::uint32_t i = 0; i < keyring.peers.size(); ++i) {
    for (const Prefix& network : keyring.peers[i].addresses) addresses.add(network, i);
    if (keyring.peers[i].identity) identities.add(*keyring.peers[i].identity, i);
    if (!keyring.peers[i].hostname.empty()) hostnames.try_emplace(keyring.peers[i].hostname, i);
  }
  addresses.sort();
  identities.sort();
}

PeerIndex::PeerIndex(const Config& config, const PeerIndex& previous)
    : profiles_(config.profiles),
      rules_(all_same_rules(profiles_, previous.profiles_) ? previous.rules_ : std::make_shared<const ProfileRules>(profiles_)) {
  for (const auto& profile : profiles_)
    for (const auto& keyring : {profile->keyring, profile->ppk_keyring})
      if (keyring && !keyrings_.contains(keyring.get())) keyrings_[keyring.get()] = {keyring, previous.made_for(keyring)};
}

std::shared_ptr<const PeerIndex::PeerRules> PeerIndex::made_for(const std::shared_ptr<const Keyring>& keyring) const {
  if (const auto known = keyrings_.find(keyring.get()); known != keyrings_.end()) return known->second.rules;
  for (const auto& [address, known] : keyrings_)
    if (known.keyring->name == keyring->name && all_same_rules(known.keyring->peers, keyring->peers)) return known.rules;
  return std::make_shared<const PeerRules>(*keyring);
}

std::shared_ptr<const PeerIndex::PeerRules> PeerIndex::of(const std::shared_ptr<const Keyring>& keyring) const {
  const auto known = keyrings_.find(keyring.get());
  return known != keyrings_.end() ? known->second.rules : std::make_shared<const PeerRules>(*keyring);
}

std::shared_ptr<const IkeProfile> PeerIndex::profile_for(const Identity& remote, const IpAddress& local) const {
  for (const std::uint32_t i : rules_->rules.candidates(remote))
    if (accepts(*profiles_[i], remote, local)) return profiles_[i];
  return nullptr;
}

std::shared_ptr<const IkeProfile> PeerIndex::profile_named(const std::string& name) const {
  const auto known = rules_->names.find(name);
  return known == rules_->names.end() ? nullptr : profiles_[known->second];
}

const KeyringPeer* PeerIndex::peer_at(const std::shared_ptr<const Keyring>& keyring, const IpAddress& address) const {
  for (const std::uint32_t i : of(keyring)->addresses.longest(address))
    for (const Prefix& network : keyring->peers[i].addresses)
      if (network.contains(address)) return &keyring->peers[i];
  return nullptr;
}

const KeyringPeer* PeerIndex::peer_by_name(const std::shared_ptr<const Keyring>& keyring, const std::string& hostname) const {
  const auto rules = of(keyring);
  const auto it = rules->hostnames.find(hostname);
  return it == rules->hostnames.end() ? nullptr : &keyring->peers[it->second];
}

const KeyringPeer* PeerIndex::peer_called(const std::shared_ptr<const Keyring>& keyring, const Identity& identity) const {
  for (const std::uint32_t i : of(keyring)->identities.candidates(identity))
    if (matches(*keyring->peers[i].identity, identity)) return &keyring->peers[i];
  return nullptr;
}

const KeyringPeer* PeerIndex::owner_of(const std::shared_ptr<const Keyring>& keyring, const Identity& identity) const {
  for (const std::uint32_t i : of(keyring)->identities.candidates(identity))
    if (*keyring->peers[i].identity == IdentityMatch(identity)) return &keyring->peers[i];
  const auto address = address_of(identity);
  const KeyringPeer* there = address ? peer_at(keyring, *address) : nullptr;
  if (!there) return nullptr;
  const auto& own = there->addresses;
  return std::find(own.begin(), own.end(), Prefix::host(*address)) == own.end() ? nullptr : there;
}

}  // namespace engine
