// A NAT between the two: detection, the float to port 4500, keepalives, mappings that expire or change.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Nat : public TwoSites {
 protected:
  static constexpr auto expiry = 60s;

  /// A stands behind a NAT at 198.51.100.1.
  void start_behind_nat(engine::Duration keepalive = 20s, engine::Duration dpd = {}) {
    Site left = site_a(), right = site_b();
    left.wan = ip("192.168.100.2");
    left.nat_keepalive = keepalive;
    left.dpd_interval = dpd;
    left.dpd_retry = 2s;
    right.tunnels[0].peer = ip("198.51.100.1");
    right.tunnels[0].match_remote = {engine::MatchAny{}};
    world.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), expiry);
    start(left, right);
  }
};

TEST_F(Nat, IkeAuthFloatsToPort4500) {
  start_behind_nat();
  connect();
  expect_arrows({"A -> B IKE_SA_INIT request 0", "B -> nat IKE_SA_INIT response 0", "A:4500 -> B:4500 IKE_AUTH request 1",
                 "B:4500 -> nat IKE_AUTH response 1"});
  const auto at_a = a->view().ike_sas.at(0), at_b = b->view().ike_sas.at(0);
  EXPECT_TRUE(at_a.nat_local && !at_a.nat_remote);
  EXPECT_TRUE(at_b.nat_remote && !at_b.nat_local);
  EXPECT_TRUE(at_a.children.at(0).udp_encapsulated);
  EXPECT_TRUE(at_b.children.at(0).udp_encapsulated);
  EXPECT_EQ(at_b.remote, (engine::SocketAddress{ip("198.51.100.1"), 20001}));
  expect_settled();
}

TEST_F(Nat, NoneIsSeenWhereThereIsNone) {
  start();
  connect();
  world.run_for(300s);
  EXPECT_EQ(world.keepalives, 0u);
  EXPECT_FALSE(a->view().ike_sas.at(0).nat_local || a->view().ike_sas.at(0).nat_remote);
  EXPECT_FALSE(a->view().ike_sas.at(0).children.at(0).udp_encapsulated);
}

TEST_F(Nat, KeepalivesHoldTheMapping) {
  start_behind_nat();
  connect();
  world.run_for(600s);
  EXPECT_GE(world.keepalives, 25u);
  EXPECT_LE(world.keepalives, 35u);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Nat, TheOutsideSideFollowsANewMapping) {
  start_behind_nat(20s, 15s);
  connect();
  world.nats[0].forget();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::lost);
  world.run_for(60s);  // an authenticated request from the new mapping shows B the way
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  world.run_until_idle();
  expect_settled();
}

/// Outer addresses of both families: where A is, what its NAT shows, where B is.
struct Outer {
  const char *inside, *nat, *b;
};
class MappingWays : public TwoSites, public ::testing::WithParamInterface<Outer> {
 protected:
  void start_ways() {
    Site left = site_a(), right = site_b();
    left.wan = ip(GetParam().inside);
    right.wan = ip(GetParam().b);
    left.tunnels[0].peer = right.wan;
    right.tunnels[0].peer = ip(GetParam().nat);
    left.tunnels[0].match_remote = right.tunnels[0].match_remote = {engine::MatchAny{}};
    NatBox nat({left.wan}, ip(GetParam().nat), std::chrono::hours(1));
    nat.forward(500, {left.wan, 500});
    nat.forward(4500, {left.wan, 4500});
    world.nats.push_back(nat);
    start(left, right);
  }
  void expect_followed() {
    world.nats[0] = NatBox({a->site.wan}, ip(GetParam().nat), std::chrono::hours(1));  // another box, as it were
    world.clear_arrows();
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::lost);
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << "one packet of ESP shows the way";
    expect_arrows({});
    const auto at_b = b->view().ike_sas.at(0);
    EXPECT_EQ(at_b.remote, (engine::SocketAddress{ip(GetParam().nat), 20000}));
    world.feed(*b, engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
    world.run_until_idle();
    EXPECT_EQ(a->children(), 0u) << "IKE follows ESP";
  }
};

TEST_P(MappingWays, TheResponderFollowsEsp) {
  start_ways();
  connect();
  expect_followed();
}

TEST_P(MappingWays, TheInitiatorFollowsEsp) {
  start_ways();
  EXPECT_EQ(world.send_until_delivered(*b, b_to_a), Outcome::delivered);
  expect_followed();
}

TEST_P(MappingWays, WhoIsBehindTheNatDoesNotFollow) {
  start_ways();
  connect();
  const auto before = a->view().ike_sas.at(0).remote;
  world.feed(*a, engine::PeerMoved{a->plane.inbound().begin()->first, {ip(GetParam().b), 4711}});
  EXPECT_EQ(a->view().ike_sas.at(0).remote, before);
  EXPECT_EQ(a->plane.outbound().begin()->second.facts.remote, before);
}

TEST_P(MappingWays, WithoutANatNobodyFollows) {
  Site left = site_a(), right = site_b();
  left.wan = ip(GetParam().inside);
  right.wan = ip(GetParam().b);
  left.tunnels[0].peer = right.wan;
  right.tunnels[0].peer = left.wan;
  start(left, right);
  connect();
  for (Node* node : {a, b}) {
    const auto before = node->view().ike_sas.at(0).remote;
    world.feed(*node, engine::PeerMoved{node->plane.inbound().begin()->first, {before.ip, 4711}});
    EXPECT_EQ(node->view().ike_sas.at(0).remote, before);
  }
  world.feed(*a, engine::PeerMoved{engine::ChildSaId{4711}, {left.wan, 4711}});  // of a Child SA that is gone
  expect_settled();
}

INSTANTIATE_TEST_SUITE_P(Families, MappingWays,
                         ::testing::Values(Outer{"192.168.100.2", "198.51.100.1", "203.0.113.20"},
                                           Outer{"fd00:100::2", "2001:db8:51::1", "2001:db8:113::20"}),
                         [](const auto& info) { return info.index == 0 ? "v4" : "v6"; });

TEST_F(Nat, AReplayedDatagramFromElsewhereMovesNothing) {
  start_behind_nat();
  connect();
  const auto before = b->view().ike_sas.at(0).remote;
  Flight replay = world.recorded().at(2);
  replay.from = {ip("203.0.113.77"), 4500};
  world.inject(replay);
  world.run_until_idle();
  EXPECT_EQ(b->view().ike_sas.at(0).remote, before);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
}

TEST_F(Nat, BothBehindNats) {
  Site left = site_a(), right = site_b();
  left.wan = ip("192.168.100.2");
  right.wan = ip("192.168.200.2");
  left.tunnels[0].peer = ip("198.51.100.2");
  left.tunnels[0].match_remote = {engine::MatchAny{}};
  right.tunnels[0].peer = ip("198.51.100.1");
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  world.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), expiry);
  NatBox forwarding(std::vector{right.wan}, ip("198.51.100.2"), std::chrono::hours(24));
  forwarding.forward(500, {right.wan, 500});
  forwarding.forward(4500, {right.wan, 4500});
  world.nats.push_back(forwarding);
  start(left, right);
  connect();
  EXPECT_TRUE(a->view().ike_sas.at(0).nat_local && a->view().ike_sas.at(0).nat_remote);
  expect_settled();
}

TEST_F(Nat, TheRestOfTheHandshakeSurvivesLoss) {
  start_behind_nat();
  world.faults = {.loss = 0.3, .duplicate = 0.2, .reorder = 0.3};
  world.send(*a, a_to_b);
  world.run_for(60s);
  world.faults = {};
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 120), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
}

/// Transport mode (RFC 7296, 2.23.1): A and C behind one NAT, B outside, each with a line from itself to what it sees of the
/// other.
class NatTransport : public Nat {
 protected:
  void start_hosts() {
    Site right = host("B", "203.0.113.20", "198.51.100.1");
    right.tunnels[0].match_remote = {engine::MatchAny{}};
    if (!b_permits.empty()) right.tunnels[0].lines = {permit("203.0.113.20/32", b_permits + "/32")};
    if (mixed) right.tunnels[0].esp.encryption = "esp-aes";
    const Site left = host("A", "192.168.100.2", "203.0.113.20"), other = host("C", "192.168.100.3", "203.0.113.20");
    world.nats.emplace_back(std::vector{left.wan, other.wan}, ip("198.51.100.1"), expiry);
    start(left, right);
    c = &world.add(other);
  }
  Site host(const std::string& name, const std::string& own, const std::string& peer) const {
    Site site;
    site.name = name;
    site.wan = ip(own);
    Tunnel tunnel;
    tunnel.peer = ip(peer);
    tunnel.transport = true;
    if (mixed) tunnel.more_esp = {{"esp-gcm 256", ""}};  // in tunnel mode
    tunnel.lines = {permit(own + "/32", peer + "/32")};
    site.tunnels.push_back(tunnel);
    return site;
  }
  void connect_hosts() {
    EXPECT_EQ(world.send(*a, from_a), Outcome::acquire);
    world.run_until_idle();
    ASSERT_EQ(world.send(*a, from_a), Outcome::delivered) << a->diagnoses() << "\n" << b->diagnoses();
    ASSERT_EQ(world.send(*b, from_b), Outcome::delivered);
  }

  std::string b_permits;  // instead of the NAT's address
  bool mixed = false;     // the first transform set is not the one that both have
  Node* c = nullptr;
  engine::SelectorPair from_a = packet("192.168.100.2", "203.0.113.20"), from_b = packet("203.0.113.20", "198.51.100.1"),
                       from_c = packet("192.168.100.3", "203.0.113.20");
};

TEST_F(NatTransport, EachEndHasTheAddressesItSees) {
  start_hosts();
  connect_hosts();
  const auto at_a = a->view().ike_sas.at(0).children.at(0), at_b = b->view().ike_sas.at(0).children.at(0);
  EXPECT_EQ(at_a.mode, engine::IpsecMode::transport);
  EXPECT_EQ(at_a.selectors.to_string(), permit("192.168.100.2/32", "203.0.113.20/32").selectors.to_string());
  EXPECT_EQ(at_b.mode, engine::IpsecMode::transport);
  EXPECT_EQ(at_b.selectors.to_string(), permit("203.0.113.20/32", "198.51.100.1/32").selectors.to_string());
  expect_settled();
}

/// Which transform set is agreed changes nothing of the mode that was asked for and the addresses that stand for the ends.
TEST_F(NatTransport, ATransformSetInTunnelModeIsUsedInThatOfTheFirst) {
  mixed = true;
  start_hosts();
  connect_hosts();
  for (Node* node : {a, b}) {
    const auto child = node->view().ike_sas.at(0).children.at(0);
    EXPECT_EQ(child.mode, engine::IpsecMode::transport);
    EXPECT_EQ(child.encryption->show_esp, std::string("esp-gcm 256")) << "the second set is what both have";
  }
  expect_settled();
}

TEST_F(NatTransport, ALineWithTheAddressBehindTheNatIsServedInTunnelMode) {
  b_permits = "192.168.100.2";
  from_b = packet("203.0.113.20", b_permits);
  start_hosts();
  connect_hosts();
  for (Node* node : {a, b}) EXPECT_EQ(node->view().ike_sas.at(0).children.at(0).mode, engine::IpsecMode::tunnel);
  expect_settled();
}

TEST_F(NatTransport, EitherEndRekeys) {
  start_hosts();
  connect_hosts();
  for (Node* node : {a, b}) {
    world.feed(*node, engine::Expire{node->plane.inbound().begin()->first, engine::ExpireKind::soft});
    world.run_until_idle();
    EXPECT_EQ(a->children(), 1u);
    EXPECT_EQ(world.send(*a, from_a), Outcome::delivered) << a->diagnoses() << "\n" << b->diagnoses();
    EXPECT_EQ(world.send(*b, from_b), Outcome::delivered);
  }
  expect_settled();
}

/// Both are 198.51.100.1 to B: the second is refused as long as the first is up, so that no answer goes to the wrong one.
TEST_F(NatTransport, TheFirstOfTwoClientsKeepsThePair) {
  start_hosts();
  connect_hosts();
  for (int i = 0; i < 10; ++i) {
    EXPECT_NE(world.send(*c, from_c), Outcome::delivered);
    world.run_for(30s);
    EXPECT_EQ(world.send(*a, from_a), Outcome::delivered);
    EXPECT_EQ(world.send(*b, from_b), Outcome::delivered);
  }
  EXPECT_EQ(b->children(), 1u);
  EXPECT_EQ(a->children(), 1u);
  EXPECT_TRUE(b->diagnosed(Cause::selectors_unacceptable));
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  EXPECT_EQ(world.send_until_delivered(*c, from_c, 400), Outcome::delivered) << "it may, once the first has gone";
  EXPECT_EQ(c->children(), 1u);
}

}  // namespace
}  // namespace sim
