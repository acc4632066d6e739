// PFS shows when the SA is made and not an hour later: the end that began rekeys the first Child SA a moment after it came up,
// once for a line, its peer and the group (engine/pfs.hpp).
#include <algorithm>

#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

const Arrows test_arrows{"A -> B CREATE_CHILD_SA request 2", "B -> A CREATE_CHILD_SA response 2",
                         "A -> B INFORMATIONAL request 3", "B -> A INFORMATIONAL response 3"};

class Pfs : public TwoSites {
 protected:
  static Site with(Site site, const std::string& group) {
    site.tunnels[0].pfs = group;
    return site;
  }
  /// A begins, and both have had the time to find out.
  void begin(const std::string& left, const std::string& right) {
    start(with(site_a(1), left), with(site_b(1), right));
    come_up();
  }
  void come_up() {
    connect();
    world.clear_arrows();
    world.run_for(10s);
  }
  static const Algorithm* group_of(const Node& node) { return node.view().ike_sas.at(0).children.at(0).pfs_group; }
  /// The Child SA that came up first is there still, and carries traffic.
  void expect_carries(std::size_t rekeys) {
    for (Node* node : {a, b}) {
      EXPECT_EQ(node->children(), 1u) << node->name();
      EXPECT_EQ(std::ranges::count(node->notices, NoticeKind::child_sa_down, &Notice::kind), 0) << node->name();
      EXPECT_EQ(std::ranges::count(node->notices, NoticeKind::child_sa_rekeyed, &Notice::kind), rekeys) << node->name();
    }
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    expect_settled();
  }
  /// What A was told, where it is of this cause; empty: nothing.
  static std::string told(const Node& node, Cause cause) {
    for (const Notice& notice : node.notices)
      if (notice.kind == NoticeKind::negotiation_failed && notice.cause == cause) return notice.text;
    return {};
  }
};

TEST_F(Pfs, BothHaveTheSameGroup) {
  begin("19", "19");
  expect_arrows(test_arrows);
  for (Node* node : {a, b}) EXPECT_EQ(group_of(*node)->id, 19);
  expect_carries(1);
}

TEST_F(Pfs, NothingIsSaidWhereNoneIsConfigured) {
  begin("", "");
  expect_arrows({});
  expect_carries(0);
}

TEST_F(Pfs, OnlyTheEndThatBeganFindsOut) {
  begin("", "19");
  expect_arrows({});
  expect_carries(0);
}

TEST_F(Pfs, AMismatchIsToldAndTheChildSaStays) {
  begin("19", "20");
  expect_arrows({test_arrows[0], test_arrows[1]});
  EXPECT_EQ(group_of(*a), nullptr);
  expect_carries(0);
  const std::string text = told(*a, Cause::pfs_mismatch);
  EXPECT_NE(text.find("has 'set pfs group19'"), std::string::npos) << text;
  EXPECT_NE(text.find("probable: the peer has PFS with another group, or none"), std::string::npos) << text;
  EXPECT_TRUE(b->diagnosed(Cause::pfs_mismatch)) << b->diagnoses();
  world.run_for(20min);
  expect_arrows({});
  expect_carries(0);
}

TEST_F(Pfs, APeerWithoutPfsTakesOurs) {
  begin("19", "");
  expect_arrows(test_arrows);
  EXPECT_EQ(group_of(*b)->id, 19);
  expect_carries(1);
}

TEST_F(Pfs, APeerThatKnowsNoneRefuses) {
  start(with(site_a(1), "19"), site_b(1));
  world.tap = std::make_unique<Wiretap>();
  impair(world, *b, {wire::ExchangeType::create_child_sa, true, 0}, [](Utterance& u) {
    u.payloads = {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::no_proposal_chosen, {}}};
  });
  come_up();
  EXPECT_NE(told(*a, Cause::pfs_mismatch), "");
}

TEST_F(Pfs, APeerNamesTheGroupItWants) {
  start(with(site_a(1), "19"), site_b(1));
  world.tap = std::make_unique<Wiretap>();
  impair(world, *a, {wire::ExchangeType::create_child_sa, false, 0}, [](Utterance& u) { part<wire::KePayload>(u)->group = 31; });
  come_up();
  EXPECT_NE(told(*a, Cause::pfs_mismatch).find("the peer wants group19"), std::string::npos) << a->diagnoses();
  const auto diagnoses = a->view().diagnoses;
  const auto shown = std::ranges::find(diagnoses, Cause::pfs_mismatch, &Diagnosis::cause)->shown;
  ASSERT_TRUE(shown) << "where it stands and what mends it";
  EXPECT_EQ(shown->sequence, 10U);
  EXPECT_FALSE(shown->map.empty());
  ASSERT_EQ(shown->transforms.size(), 1U);
  EXPECT_EQ(shown->transforms[0]->id, 19);
  expect_carries(0);
}

TEST_F(Pfs, OnceForALineItsPeerAndTheGroup) {
  begin("19", "19");
  expect_arrows(test_arrows);
  give_up();
  world.run_for(10s);
  Site left = a->site;
  left.dpd_interval = 300s;
  world.configure(*a, left);
  come_up();
  expect_arrows({});
  EXPECT_EQ(group_of(*a), nullptr);
  give_up();
  world.run_for(10s);
  for (Node* node : {a, b}) world.configure(*node, with(node->site, "20"));
  come_up();
  expect_arrows(test_arrows);
  EXPECT_EQ(group_of(*a)->id, 20);
}

TEST_F(Pfs, AgainAsLongAsItIsRefused) {
  begin("19", "20");
  give_up();
  world.run_for(10s);
  come_up();
  expect_arrows({test_arrows[0], test_arrows[1]});
}

TEST_F(Pfs, AChildSaThatWasMadeWithItShowsIt) {
  begin("19", "19");
  give_up();
  world.run_for(10s);
  world.clear_arrows();
  // The second line has a Child SA of its own, which has a key exchange; as the first of an IKE SA it is not tried out either.
  connect();
  world.run_for(10s);
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_for(10s);
  give_up();
  world.run_for(10s);
  world.clear_arrows();
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_for(10s);
  expect_arrows(handshake_arrows);
}

/// Both begin: the loser is not rekeyed, the other one when that is settled.
TEST_F(Pfs, AfterDuplicatesAreSettled) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(with(site_a(), "19")), &right = fresh.add(with(site_b(), "19"));
    fresh.send(left, a_to_b);
    fresh.send(right, b_to_a);
    fresh.run_until_idle();
    EXPECT_EQ(left.ready() + right.ready(), 4u) << "seed " << seed;
    for (int i = 0; i < 1200; ++i) {
      fresh.run_for(100ms);
      EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed << ", " << i;
      EXPECT_EQ(fresh.send(right, b_to_a), Outcome::delivered) << "seed " << seed << ", " << i;
    }
    std::size_t tests = 0;
    for (const std::string& arrow : fresh.arrows()) tests += arrow.find("CREATE_CHILD_SA request") != std::string::npos;
    EXPECT_EQ(tests, 1u) << "seed " << seed;
    ASSERT_NE(group_of(left), nullptr) << "seed " << seed;
    for (const std::string& problem : fresh.duplicates()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
  }
}

}  // namespace
}  // namespace sim
