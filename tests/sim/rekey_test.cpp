// Rekeying of Child SAs and of the IKE SA: alone, and when both ends ask at the same time (RFC 7296, 2.8 and 2.25).
// The network is made to deliver the crossing messages in every order; whichever nonce is the lowest, both ends must
// agree on the survivor, and no packet is lost on the way.
#include <algorithm>
#include <set>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Rekey : public TwoSites {
 protected:
  /// A soft limit at a node, as the data plane reports it.
  void expire(Node& node) {
    ASSERT_FALSE(node.view().ike_sas.empty());
    for (const auto& sa : node.view().ike_sas)
      if (!sa.children.empty()) world.feed(node, engine::Expire{sa.children.front().id, engine::ExpireKind::soft});
  }
  void expect_traffic() {
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses() << b->diagnoses();
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << a->diagnoses() << b->diagnoses();
  }
  void expect_one_pair() {
    EXPECT_EQ(a->children(), 1u);
    EXPECT_EQ(b->children(), 1u);
    EXPECT_EQ(a->ready(), 1u);
    EXPECT_EQ(b->ready(), 1u);
    expect_settled();
    expect_traffic();
  }
};

TEST_F(Rekey, ChildSaByTheInitiator) {
  start();
  connect();
  world.clear_arrows();
  const auto before = a->view().ike_sas.front().children.front().spi_in;
  expire(*a);
  world.run_until_idle();
  expect_arrows({"A -> B CREATE_CHILD_SA request 2", "B -> A CREATE_CHILD_SA response 2", "A -> B INFORMATIONAL request 3",
                 "B -> A INFORMATIONAL response 3"});
  EXPECT_NE(a->view().ike_sas.front().children.front().spi_in, before);
  expect_one_pair();
}

/// Both ends count the same octets: were it the same limit, each rekey by volume would be asked for at both.
TEST_F(Rekey, VolumesLimitIsDrawnByEachEnd) {
  start();
  connect();
  std::set<std::uint16_t> drawn;
  for (int i = 0; i < 10; ++i) {
    expire(*a);
    world.run_until_idle();
    for (Node* node : {a, b}) {
      ASSERT_EQ(node->plane.inbound().size(), 1u);
      const std::uint16_t permille = node->plane.inbound().begin()->second.facts.soft_permille;
      EXPECT_GE(permille, 800);
      EXPECT_LE(permille, 900);
      drawn.insert(permille);
    }
  }
  EXPECT_GT(drawn.size(), 10u);
}

TEST_F(Rekey, ChildSaWithPfs) {
  Site left = site_a(), right = site_b();
  left.tunnels[0].pfs = right.tunnels[0].pfs = "19";
  start(left, right);
  connect();
  expire(*b);
  world.run_until_idle();
  expect_one_pair();
  EXPECT_EQ(a->view().ike_sas.front().children.front().pfs_group->id, 19);
}

/// The successor of one waits for that one to go, not for every SA of the line: another that sends goes on or goes later.
TEST_F(Rekey, BesideAnotherChildSaOfTheSameLine) {
  Site left = site_a(), right = site_b();
  left.tunnels[0].per_host = right.tunnels[0].per_host = true;
  start(left, right);
  for (const auto& first : {a_to_b, packet("192.168.1.2", "10.0.0.1")})
    ASSERT_EQ(world.send_until_delivered(*a, first), Outcome::delivered);
  ASSERT_EQ(a->children(), 2u);
  world.clear_arrows();
  const auto rekeyed = b->view().ike_sas.front().children.front().spi_in;
  expire(*b);
  world.run_until_idle();
  expect_arrows({"B -> A CREATE_CHILD_SA request 0", "A -> B CREATE_CHILD_SA response 0", "B -> A INFORMATIONAL request 1",
                 "A -> B INFORMATIONAL response 1"});
  EXPECT_NE(b->view().ike_sas.front().children.front().spi_in, rekeyed);
  EXPECT_EQ(a->plane.outbound().size(), 2u) << "the new SA never came to send";
  expect_settled();
}

TEST_F(Rekey, NoPacketIsLostAtAnyMoment) {
  start();
  connect();
  expire(*a);
  for (int i = 0; i < 200; ++i) {
    world.run_for(1ms);
    expect_traffic();
  }
  expect_one_pair();
}

TEST_F(Rekey, IkeSaInheritsItsChildSas) {
  Site left = site_a(1), right = site_b(1);
  left.ike_lifetime = 10min;
  start(left, right);
  connect();
  world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1"));
  const auto before = a->view().ike_sas.front();
  world.clear_arrows();
  world.run_for(9min + 35s);
  world.run_until_idle();
  const auto after = a->view().ike_sas.front();
  EXPECT_NE(after.spi_local, before.spi_local);
  ASSERT_EQ(after.children.size(), 2u);
  EXPECT_EQ(after.children[0].spi_in, before.children[0].spi_in);
  EXPECT_EQ(a->ready() + b->ready(), 2u);
  // A -> B CREATE_CHILD_SA, its answer, A -> B INFORMATIONAL (delete), its answer: nothing else happened.
  EXPECT_EQ(world.arrows().size(), 4u);
  expect_settled();
  expect_traffic();
  // The new one works, with message IDs of its own.
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_until_idle();
  expect_nothing_left();
}

TEST_F(Rekey, IkeSaForDaysKeepsTheTunnelUp) {
  Site left = site_a(), right = site_b();
  left.ike_lifetime = 2h;
  right.ike_lifetime = 3h;
  start(left, right);
  connect();
  for (int i = 0; i < 48 * 60; ++i) {
    world.run_for(1min);
    ASSERT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "minute " << i << a->diagnoses() << b->diagnoses();
  }
  const auto went_down = [](const Node& node) {
    return std::count_if(node.notices.begin(), node.notices.end(),
                         [](const engine::Notice& n) { return n.kind == engine::NoticeKind::ike_sa_down; });
  };
  EXPECT_EQ(went_down(*a) + went_down(*b), 0);
  expect_one_pair();
}

class Collision : public Rekey, public ::testing::WithParamInterface<std::uint64_t> {};

/// Both ends rekey the same Child SA, the second one up to two round trips later, on a network that reorders, repeats
/// and loses. 200 seeds make every nonce the lowest and every order of messages happen.
TEST_P(Collision, BothEndsAgree) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World fresh(seed * 7919);
    Site left = site_a(), right = site_b();
    if (seed % 3 == 0) left.tunnels[0].pfs = right.tunnels[0].pfs = "31";
    const bool ike_a = GetParam() & 1, ike_b = GetParam() & 2;
    if (ike_a) left.ike_lifetime = 10min;
    if (ike_b) right.ike_lifetime = 10min;
    Node& first = fresh.add(left);
    Node& second = fresh.add(right);
    fresh.send(first, a_to_b);
    fresh.run_until_idle();
    ASSERT_EQ(fresh.send(first, a_to_b), Outcome::delivered);
    SeededRng dice(seed);
    fresh.faults = {.loss = seed % 4 == 0 ? 0.15 : 0.0, .duplicate = 0.3, .reorder = 0.5, .delay = 10ms, .reorder_delay = 60ms};
    first.jobs = second.jobs = seed % 2 ? Jobs::delayed : Jobs::at_once;
    const auto soft = [&](Node& node) {
      for (const auto& sa : node.view().ike_sas)
        if (!sa.children.empty()) fresh.feed(node, engine::Expire{sa.children.front().id, engine::ExpireKind::soft});
    };
    if (ike_a || ike_b) fresh.run_for(8min + 29s + std::chrono::milliseconds(dice.below(60'000)));
    if (!ike_a) soft(first);
    fresh.run_for(std::chrono::milliseconds(dice.below(45)));
    if (!ike_b) soft(second);
    fresh.run_for(3min);
    fresh.faults = {};
    fresh.run_for(5min);
    fresh.run_until_idle();
    const auto problems = fresh.unsettled();
    for (const std::string& problem : problems) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
    EXPECT_EQ(fresh.send(first, a_to_b), Outcome::delivered) << "seed " << seed;
    EXPECT_EQ(fresh.send(second, b_to_a), Outcome::delivered) << "seed " << seed;
    EXPECT_EQ(first.children(), 1u) << "seed " << seed;
    EXPECT_EQ(first.ready(), 1u) << "seed " << seed;
    if (!HasFailure()) continue;
    for (const std::string& arrow : fresh.arrows()) ADD_FAILURE() << arrow;
    return;
  }
}

std::string name_of(const ::testing::TestParamInfo<std::uint64_t>& info) {
  static const std::vector<std::string> names{"ChildChild", "IkeChild", "ChildIke", "IkeIke"};
  return names.at(info.param);
}
INSTANTIATE_TEST_SUITE_P(ChildAndIke, Collision, ::testing::Values(0, 1, 2, 3), name_of);

}  // namespace
}  // namespace sim
