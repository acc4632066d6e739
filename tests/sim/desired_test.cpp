// What traffic has asked for is tried for ever, after pauses that grow, and at one peer after the other.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Wanted : public TwoSites {
 protected:
  bool down = false;  // nothing gets through

  void SetUp() override {
    world.drop = [this](const Flight&) { return down; };
  }
  static Site watchful(Site site) {
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  void lose(Node& node) {
    down = true;
    for (int i = 0; i < 300 && node.ready() > 0; ++i) world.run_for(1s);
    ASSERT_EQ(node.ready(), 0u);
  }
};

TEST_F(Wanted, APeerThatDoesNotAnswerIsTriedForEver) {
  start();
  down = true;
  world.send(*a, a_to_b);
  world.run_for(24h);
  ASSERT_EQ(a->view().attempts.size(), 1u);
  EXPECT_GT(a->view().attempts.front().failed, 100u);
  EXPECT_EQ(a->view().attempts.front().peer, b->site.wan);
  down = false;
  world.run_for(10min);
  EXPECT_EQ(a->ready(), 1u) << "without any traffic";
  EXPECT_TRUE(a->view().attempts.empty());
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Wanted, PausesGrowUpToFiveMinutesAndAreNeverTheSame) {
  Site right = site_b();
  right.tunnels[0].psk = "another";
  start(site_a(), right);
  std::vector<engine::Time> began;
  world.drop = [&](const Flight& flight) {
    if (world.arrow(flight) == "A -> B IKE_SA_INIT request 0") began.push_back(world.now());
    return false;
  };
  world.send(*a, a_to_b);
  world.run_for(3h);
  ASSERT_GT(began.size(), 20u);
  std::vector<engine::Duration> gaps;
  for (std::size_t i = 1; i < began.size(); ++i) gaps.push_back(began[i] - began[i - 1]);
  engine::Duration pause = 2s;
  for (const engine::Duration gap : gaps) {
    EXPECT_GE(gap, pause * 3 / 4);
    EXPECT_LE(gap, pause * 5 / 4 + 1s);
    pause = std::min<engine::Duration>(pause * 2, 5min);
  }
  std::sort(gaps.begin(), gaps.end());
  EXPECT_EQ(std::adjacent_find(gaps.begin(), gaps.end()), gaps.end()) << "jitter";
  EXPECT_GE(a->view().attempts.at(0).failed, gaps.size());
}

TEST_F(Wanted, TrafficNeedNotWaitForALongPause) {
  Site right = site_b();
  right.tunnels[0].psk = "another";
  start(site_a(), right);
  world.send(*a, a_to_b);
  world.run_for(1h);
  world.configure(*b, site_b());
  world.run_for(31s);
  world.send(*a, a_to_b);
  world.run_for(1s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Wanted, WhoeverAskedConnectsAgainWhenThePeerWasSilent) {
  start(watchful(site_a(3)), watchful(site_b(3)));
  connect();
  world.send(*a, packet("192.168.3.1", "10.0.3.1", 1));
  world.run_for(1s);
  ASSERT_EQ(a->children(), 2u);
  lose(*a);
  world.run_for(1h);
  EXPECT_EQ(b->view().attempts.size(), 0u) << "nothing was asked for there";
  down = false;
  world.run_for(10min);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 2u) << "each line that was in use";
  expect_settled();
}

TEST_F(Wanted, APeerThatComesByItselfIsAskedForTheRest) {
  start(site_a(3), site_b(3));
  down = true;
  world.send(*a, packet("192.168.3.1", "10.0.3.1", 1));
  world.run_for(1h);
  while (a->view().attempts.at(0).under_way) world.run_for(1s);
  down = false;
  world.send(*b, b_to_a);
  world.run_for(3s);
  EXPECT_TRUE(a->view().attempts.empty());
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

TEST_F(Wanted, WhatAnOperatorClearsIsNotWanted) {
  start();
  down = true;
  world.send(*a, a_to_b);
  world.run_for(1h);
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  EXPECT_TRUE(a->view().attempts.empty());
  down = false;
  world.clear_arrows();
  world.run_for(1h);
  expect_nothing_left();
  EXPECT_TRUE(world.arrows().empty());
}

TEST_F(Wanted, WhatThePeerDeletesIsNotWanted) {
  start();
  connect();
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(1h);
  expect_nothing_left();
}

TEST_F(Wanted, WhatTheConfigurationDropsIsNotWanted) {
  start();
  down = true;
  world.send(*a, a_to_b);
  world.run_for(10min);
  Site without = site_a();
  without.tunnels.clear();
  world.configure(*a, without);
  world.run_for(10min);
  EXPECT_TRUE(a->view().attempts.empty());
  world.clear_arrows();
  world.run_for(1h);
  EXPECT_TRUE(world.arrows().empty());
}

TEST_F(Wanted, PeersThatAreGivenUpTogetherAreChangedTogether) {
  Site hub = site_a();
  hub.tunnels.clear();
  const unsigned many = 200;
  for (unsigned i = 0; i < many; ++i) {
    const std::string n = std::to_string(i);
    Tunnel tunnel;
    tunnel.peer = ip("198.51.100." + n);
    tunnel.more_peers = {ip("192.0.2." + n)};
    tunnel.lines = {permit("192.168.1.0/24", "10." + n + ".0.0/24")};
    hub.tunnels.push_back(tunnel);
  }
  a = &world.add(hub);
  down = true;
  for (unsigned i = 0; i < many; ++i) world.send(*a, packet("192.168.1.1", "10." + std::to_string(i) + ".0.1"));
  const auto first_peers = [&] {
    const auto attempts = a->view().attempts;
    return std::count_if(attempts.begin(), attempts.end(), [](const auto& each) { return each.peer.to_string()[2] == '8'; });
  };
  while (first_peers() > 0) {
    const auto before = first_peers();
    const unsigned policies = a->plane.policies_set;
    world.stall(1h);  // whatever is due is due at once
    world.tick(*a);
    EXPECT_EQ(a->plane.policies_set - policies, first_peers() == before ? 0u : 1u);
    ASSERT_LT(world.now(), engine::Time{} + 100h);
  }
}

// ---- Child SAs that are refused within an IKE SA that is up ---------------------------------------------------------------

class RefusedChild : public Wanted {
 protected:
  engine::SelectorPair second = packet("192.168.2.1", "10.0.2.1", 1);
  static Site without_second_line() { return site_b(0); }
  std::size_t asked() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        world.arrows(), [](const std::string& arrow) { return arrow.starts_with("A -> B CREATE_CHILD_SA request"); }));
  }
};

TEST_F(RefusedChild, IsAskedForAgainUntilThePeerComesRound) {
  start(site_a(1), without_second_line());
  connect();
  world.send(*a, second);
  world.run_for(1s);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_selectors));
  ASSERT_EQ(a->view().attempts.size(), 1u);
  EXPECT_FALSE(a->view().attempts.front().under_way);
  EXPECT_GT(a->view().attempts.front().next.count(), 0);
  EXPECT_EQ(a->view().attempts.front().failed, 1u);
  world.run_for(1h);
  EXPECT_GT(asked(), 12u);
  EXPECT_LT(asked(), 30u) << "after pauses that grow";
  world.configure(*b, site_b(1));
  world.run_for(400s);
  EXPECT_EQ(a->children(), 2u) << "without any traffic";
  EXPECT_TRUE(a->view().attempts.empty());
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(world.send(*a, second), Outcome::delivered);
  expect_settled();
}

TEST_F(RefusedChild, OfIkeAuthIsAskedForAgain) {
  Site right = site_b();
  right.tunnels[0].lines = {permit("10.9.0.0/24", "192.168.9.0/24")};
  start(site_a(), right);
  world.send(*a, a_to_b);
  world.run_for(10s);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 0u);
  world.configure(*b, site_b());
  world.run_for(1min);
  EXPECT_EQ(a->children(), 1u) << "without any traffic";
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(RefusedChild, IsNotAskedForByEveryPacket) {
  start(site_a(1), without_second_line());
  connect();
  world.clear_arrows();
  for (int i = 0; i < 600; ++i) {
    world.send(*a, second);
    world.run_for(100ms);
  }
  EXPECT_GT(asked(), 3u);
  EXPECT_LT(asked(), 8u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the other line has its own";
}

TEST_F(RefusedChild, IsWantedWhenItsIkeSaIsLost) {
  start(watchful(site_a(1)), watchful(without_second_line()));
  connect();
  world.send(*a, second);
  world.run_for(1min);
  lose(*a);
  down = false;
  world.configure(*b, watchful(site_b(1)));
  world.run_for(10min);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

TEST_F(RefusedChild, IsForgottenWhenAnOperatorClears) {
  start(site_a(1), without_second_line());
  connect();
  world.send(*a, second);
  world.run_for(1min);
  give_up();
  world.run_for(1min);
  EXPECT_TRUE(a->view().attempts.empty());
  expect_nothing_left();
}

// ---- Several peers of one entry -----------------------------------------------------------------------------------------

struct Families {
  bool outer6, inner6;
};

class SeveralPeers : public TwoSites, public ::testing::WithParamInterface<Families> {
 protected:
  Node* c = nullptr;
  std::set<engine::IpAddress> dead;
  bool prefer_b = false;

  engine::IpAddress wan(const char* last) const {
    return ip((GetParam().outer6 ? "2001:db8::" : "203.0.113.") + std::string(last));
  }
  Site site(const std::string& name, const char* last, const std::vector<const char*>& peers, bool left) const {
    const bool six = GetParam().inner6;
    Site out;
    out.name = name;
    out.wan = wan(last);
    out.dpd_interval = 10s;
    out.dpd_retry = 2s;
    Tunnel tunnel;
    tunnel.peer = wan(peers.front());
    for (std::size_t i = 1; i < peers.size(); ++i) tunnel.more_peers.push_back(wan(peers[i]));
    if (left && prefer_b) tunnel.default_peer = tunnel.peer;
    const std::string ours = six ? "fd00:1::/64" : "192.168.1.0/24", theirs = six ? "fd00:2::/64" : "10.0.0.0/24";
    tunnel.lines.push_back(left ? permit(ours, theirs) : permit(theirs, ours));
    out.tunnels.push_back(tunnel);
    return out;
  }
  void begin() {
    world.drop = [this](const Flight& flight) { return dead.contains(flight.to.ip) || dead.contains(flight.from.ip); };
    start(site("A", "10", {"20", "30"}, true), site("B", "20", {"10"}, false));
    c = &world.add(site("C", "30", {"10"}, false));
    if (GetParam().inner6) a_to_b = packet("fd00:1::1", "fd00:2::1", 58), b_to_a = packet("fd00:2::1", "fd00:1::1", 58);
  }
  void kill(Node& node) { dead.insert(node.site.wan); }
  void revive(Node& node) {
    world.restart(node);
    dead.erase(node.site.wan);
  }
  /// The peer that A's only SA is with; null: there is none, or several.
  Node* partner() const {
    const auto view = a->view();
    if (view.ike_sas.size() != 1 || a->ready() != 1) return nullptr;
    return view.ike_sas.front().remote.ip == b->site.wan ? b : c;
  }
  void expect_connected_with(Node& node) {
    EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered);
    EXPECT_EQ(partner(), &node);
    EXPECT_EQ(world.send(node, b_to_a), Outcome::delivered);
  }
};

TEST_P(SeveralPeers, AreTriedInTheirOrder) {
  begin();
  expect_connected_with(*b);
}

TEST_P(SeveralPeers, TheNextIsTriedWhenOneDoesNotAnswer) {
  begin();
  kill(*b);
  expect_connected_with(*c);
  revive(*b);
  world.run_for(1h);
  EXPECT_EQ(partner(), c) << "what works is left alone";
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(10s);
  expect_connected_with(*c);
}

TEST_P(SeveralPeers, TheNextTakesOverFromOneThatFellSilent) {
  begin();
  expect_connected_with(*b);
  kill(*b);
  world.run_for(5min);
  EXPECT_EQ(partner(), c) << "without any traffic";
  expect_connected_with(*c);
  kill(*c);
  revive(*b);
  world.run_for(5min);
  EXPECT_EQ(partner(), b) << "and round again";
}

TEST_P(SeveralPeers, TheDefaultPeerIsGoneBackTo) {
  prefer_b = true;
  begin();
  kill(*b);
  expect_connected_with(*c);
  revive(*b);
  world.run_for(1h);
  EXPECT_EQ(partner(), c) << "not while an SA with another is up";
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(10s);
  expect_connected_with(*b);
}

TEST_P(SeveralPeers, AllOfThemAreTriedForEver) {
  begin();
  kill(*b);
  kill(*c);
  world.send(*a, a_to_b);
  world.run_for(6h);
  ASSERT_EQ(a->view().attempts.size(), 1u);
  revive(*c);
  world.run_for(15min);
  EXPECT_EQ(partner(), c);
}

TEST_P(SeveralPeers, OneThatBeginsItselfIsFollowed) {
  begin();
  EXPECT_EQ(world.send_until_delivered(*c, b_to_a), Outcome::delivered);
  EXPECT_EQ(partner(), c);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
}

INSTANTIATE_TEST_SUITE_P(Outer, SeveralPeers,
                         ::testing::Values(Families{false, false}, Families{false, true}, Families{true, false},
                                           Families{true, true}),
                         [](const auto& info) {
                           return std::string(info.param.outer6 ? "v6" : "v4") + "outer" + (info.param.inner6 ? "v6" : "v4") +
                                  "inner";
                         });

}  // namespace
}  // namespace sim
