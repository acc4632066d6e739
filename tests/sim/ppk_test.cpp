// Postquantum preshared keys (RFC 8784): both roles, mandatory and optional, and nobody talks a key away.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Ppk : public TwoSites {
 protected:
  static Site with(Site site, std::optional<PpkWords> ppk) {
    site.tunnels[0].ppk = std::move(ppk);
    return site;
  }
  void begin(std::optional<PpkWords> left, std::optional<PpkWords> right) {
    start(with(site_a(), std::move(left)), with(site_b(), std::move(right)));
  }
  void expect_mixed(bool mixed) {
    for (Node* node : {a, b})
      for (const auto& sa : node->view().ike_sas) EXPECT_EQ(sa.ppk, mixed) << node->name();
  }
  void expect_refused(Cause why = Cause::ppk_mismatch) {
    const Cause other = why == Cause::ppk_mismatch ? Cause::authentication_failed : Cause::ppk_mismatch;
    world.send(*a, a_to_b);
    world.run_for(400s);
    EXPECT_EQ(a->ready() + b->ready(), 0u);
    EXPECT_TRUE(a->diagnosed(why) || b->diagnosed(why)) << a->diagnoses() << b->diagnoses();
    EXPECT_FALSE(a->diagnosed(other) || b->diagnosed(other)) << a->diagnoses() << b->diagnoses();
    for (Node* node : {a, b}) EXPECT_EQ(node->diagnoses().find("quantum-key"), std::string::npos) << "a key is never shown";
    expect_nothing_left();
  }

  const PpkWords optional{"gate-1", "quantum-key"}, required{"gate-1", "quantum-key", true};
  const PpkWords other_id{"gate-2", "quantum-key"}, other_key{"gate-1", "quantum-key of somebody else"};
};

TEST_F(Ppk, IsMixedInWhereBothHaveIt) {
  begin(required, required);
  connect();
  expect_mixed(true);
  expect_settled();
}

TEST_F(Ppk, IsMixedInWhereOneRequiresItAndTheOtherHasIt) {
  begin(optional, required);
  connect();
  expect_mixed(true);
  expect_settled();
}

TEST_F(Ppk, OptionalIsLeftOutWhereThePeerHasNone) {
  begin(optional, std::nullopt);
  connect();
  expect_mixed(false);
  expect_settled();
}

TEST_F(Ppk, OptionalIsLeftOutWhereAnInitiatorHasNone) {
  begin(std::nullopt, optional);
  connect();
  expect_mixed(false);
}

TEST_F(Ppk, OptionalUnderAnotherNameIsLeftOut) {
  begin(optional, other_id);
  connect();
  expect_mixed(false);
  expect_settled();
}

TEST_F(Ppk, RequiredByTheInitiatorAlone) {
  begin(required, std::nullopt);
  expect_refused();
}

TEST_F(Ppk, RequiredByTheResponderAlone) {
  begin(std::nullopt, required);
  expect_refused();
}

TEST_F(Ppk, AMissingOneIsNotAWrongPreSharedKey) {
  begin(other_id, required);
  expect_refused();
  EXPECT_NE(b->diagnoses().find("'gate-1' is required, and the peer names another one"), std::string::npos) << b->diagnoses();
  EXPECT_NE(a->diagnoses().find("postquantum key 'gate-2'"), std::string::npos) << a->diagnoses();
}

TEST_F(Ppk, RequiredByTheInitiatorUnderANameThePeerHasNot) {
  begin(required, other_id);
  expect_refused();
}

TEST_F(Ppk, RequiredByTheResponderUnderAnotherName) {
  begin(other_id, required);
  expect_refused();
}

TEST_F(Ppk, AnotherKeyUnderTheSameNameIsRefusedAlthoughItIsOptional) {
  begin(optional, other_key);
  expect_refused(Cause::authentication_failed);
  EXPECT_NE(b->diagnoses().find("another postquantum key of the same id"), std::string::npos) << b->diagnoses();
}

TEST_F(Ppk, SurvivesRekeysAndRestarts) {
  Site left = with(site_a(), required), right = with(site_b(), required);
  left.ike_lifetime = right.ike_lifetime = 300s;
  left.child_lifetime = right.child_lifetime = 120s;
  start(left, right);
  connect();
  world.run_for(1200s);
  expect_mixed(true);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
  world.restart(*b);
  EXPECT_EQ(world.send_until_delivered(*b, b_to_a), Outcome::delivered);
  world.run_for(300s);
  expect_mixed(true);
}

TEST_F(Ppk, JobsMayTakeTheirTime) {
  begin(optional, optional);
  a->jobs = b->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 40; ++i) {
    world.run_for(50ms);
    world.run_held_jobs(i % 2 ? *a : *b);
  }
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_mixed(true);
  expect_settled();
}

TEST_F(Ppk, AChangedKeyIsAuthenticatedAnew) {
  begin(required, required);
  connect();
  world.configure(*a, with(site_a(), other_key));
  world.run_for(10s);
  EXPECT_EQ(a->ready(), 1u) << "the new one does not come up; the old one has two minutes";
  world.run_for(150s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
  world.configure(*b, with(site_b(), other_key));
  world.run_for(60s);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
  expect_mixed(true);
}

}  // namespace
}  // namespace sim
