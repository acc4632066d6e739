// The index answers as a walk over all profiles and peers would, in their order.
#include "engine/peer_index.hpp"

#include <gtest/gtest.h>

#include "tests/sim/seeded_rng.hpp"

namespace engine {
namespace {

/// Names, addresses and rules from a small world, so that many of them meet.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : rng_(seed) {}

  std::size_t below(std::size_t n) { return rng_.u64() % n; }
  std::string name() {
    static const char* const labels[] = {"a", "B", "b", "example", "Example", "net"};
    std::string out = labels[below(6)];
    for (std::size_t i = below(3); i > 0; --i) out += std::string(".") + labels[below(6)];
    return out;
  }
  IpAddress address() {
    IpAddress out = *IpAddress::parse(below(2) ? "10.0.0.0" : "2001:db8::");
    for (std::size_t i = out.size() - 2; i < out.size(); ++i) out.octets[i] = static_cast<std::uint8_t>(below(3));
    return out;
  }
  Prefix prefix() {
    const IpAddress base = address();
    return Prefix::of(base, static_cast<std::uint8_t>(base.bits() - 8 * below(4)));
  }
  Identity identity() {
    switch (below(4)) {
      case 0:
        return Identity::of(address());
      case 1:
        return {IdType::fqdn, to_bytes(as_bytes(name()))};
      case 2:
        return {IdType::rfc822_address, to_bytes(as_bytes("u@" + name()))};
      default:
        return {IdType::key_id, to_bytes(as_bytes(name()))};
    }
  }
  IdentityMatch rule() {
    switch (below(12)) {
      case 0:
        return MatchAny{};
      case 1:
      case 2:
      case 3:
        return prefix();
      case 4:
      case 5:
        return MatchDomain{below(2) ? IdType::fqdn : IdType::rfc822_address, name()};
      default:
        return identity();
    }
  }

 private:
  sim::SeededRng rng_;
};

std::shared_ptr<const Keyring> some_keyring(Dice& dice) {
  auto out = std::make_shared<Keyring>();
  for (std::size_t i = dice.below(12); i > 0; --i) {
    KeyringPeer peer;
    peer.name = std::to_string(i);
    for (std::size_t j = dice.below(3); j > 0; --j) peer.addresses.push_back(dice.prefix());
    if (dice.below(2)) peer.identity = dice.rule();
    out->peers.push_back(peer);
  }
  return out;
}

Config some_config(Dice& dice) {
  Config out;
  for (std::size_t i = 0; i < 1 + dice.below(12); ++i) {
    auto profile = std::make_shared<IkeProfile>();
    profile->name = "P" + std::to_string(dice.below(8));
    for (std::size_t j = 1 + dice.below(3); j > 0; --j) profile->match_remote.push_back(dice.rule());
    if (dice.below(3) == 0) profile->match_local.push_back(dice.address());
    profile->keyring = some_keyring(dice);
    out.profiles.push_back(profile);
  }
  return out;
}

std::shared_ptr<const IkeProfile> walk_profiles(const Config& config, const Identity& remote, const IpAddress& local) {
  for (const auto& profile : config.profiles) {
    if (!profile->match_local.empty() && profile->match_local.front() != local) continue;
    for (const IdentityMatch& rule : profile->match_remote)
      if (matches(rule, remote)) return profile;
  }
  return nullptr;
}

const KeyringPeer* walk_addresses(const Keyring& keyring, const IpAddress& address) {
  const KeyringPeer* best = nullptr;
  int length = -1;
  for (const KeyringPeer& peer : keyring.peers)
    for (const Prefix& network : peer.addresses)
      if (network.contains(address) && network.length > length) {
        best = &peer;
        length = network.length;
      }
  return best;
}

const KeyringPeer* walk_identities(const Keyring& keyring, const Identity& identity) {
  for (const KeyringPeer& peer : keyring.peers)
    if (peer.identity && matches(*peer.identity, identity)) return &peer;
  return nullptr;
}

TEST(PeerIndex, AnswersAsAWalkOverAllOfThemWould) {
  PeerIndex previous;
  std::size_t profiles_found = 0, peers_found = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Dice dice(seed);
    const Config config = some_config(dice);
    const PeerIndex index(config, previous);
    for (int i = 0; i < 40; ++i) {
      const Identity identity = dice.identity();
      const IpAddress address = dice.address();
      const auto profile = walk_profiles(config, identity, address);
      EXPECT_EQ(index.profile_for(identity, address), profile) << "seed " << seed << ", " << identity.to_string();
      profiles_found += profile != nullptr;
      const auto& keyring = config.profiles[dice.below(config.profiles.size())]->keyring;
      const KeyringPeer* there = walk_addresses(*keyring, address);
      EXPECT_EQ(index.peer_at(keyring, address), there) << "seed " << seed << ", " << address.to_string();
      const KeyringPeer* called = walk_identities(*keyring, identity);
      EXPECT_EQ(index.peer_called(keyring, identity), called) << "seed " << seed << ", " << identity.to_string();
      peers_found += (there != nullptr) + (called != nullptr);
    }
    previous = index;
  }
  EXPECT_GT(profiles_found, 1000u);
  EXPECT_GT(peers_found, 1000u);
}

TEST(PeerIndex, KnowsAKeyringOfAnEarlierConfigurationToo) {
  Dice dice(7);
  const auto keyring = std::make_shared<Keyring>(
      Keyring{"OLD", {{"PEER", {Prefix::host(*IpAddress::parse("192.0.2.1"))}, std::nullopt, KeyRef{1}, KeyRef{1}}}});
  const PeerIndex index(some_config(dice), {});
  const KeyringPeer* found = index.peer_at(keyring, *IpAddress::parse("192.0.2.1"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "PEER");
}

TEST(PeerIndex, AnIdentityIsOfThePeerThatIsNamedSoExactly) {
  const auto host = [](const char* text) { return Prefix::host(*IpAddress::parse(text)); };
  const auto fqdn = [](const char* name) { return Identity{IdType::fqdn, to_bytes(as_bytes(name))}; };
  const auto keyring = std::make_shared<Keyring>(Keyring{
      "K",
      {{"EVERYBODY", {Prefix::any(Family::v4)}, IdentityMatch(MatchDomain{IdType::fqdn, "example.net"}), KeyRef{1}, KeyRef{1}},
       {"BY-NAME", {host("192.0.2.1")}, IdentityMatch(fqdn("b.example.net")), KeyRef{2}, KeyRef{2}},
       {"BY-ADDRESS", {host("192.0.2.2")}, std::nullopt, KeyRef{3}, KeyRef{3}}}});
  Dice dice(7);
  const PeerIndex index(some_config(dice), {});
  const auto owner = [&](const Identity& identity) {
    const KeyringPeer* found = index.owner_of(keyring, identity);
    return found ? found->name : "nobody";
  };
  EXPECT_EQ(owner(fqdn("b.example.net")), "BY-NAME");
  EXPECT_EQ(owner(fqdn("c.example.net")), "nobody");
  EXPECT_EQ(owner({IdType::ipv4_address, {192, 0, 2, 2}}), "BY-ADDRESS");
  EXPECT_EQ(owner({IdType::ipv4_address, {192, 0, 2, 3}}), "nobody") << "an address behind a NAT is anybody's";
}

TEST(PeerIndex, FindsProfilesByName) {
  Config config;
  for (const char* name : {"ONE", "TWO"}) {
    auto profile = std::make_shared<IkeProfile>();
    profile->name = name;
    config.profiles.push_back(profile);
  }
  const PeerIndex index(config, {});
  EXPECT_EQ(index.profile_named("TWO"), config.profiles[1]);
  EXPECT_EQ(index.profile_named("THREE"), nullptr);
}

}  // namespace
}  // namespace engine
