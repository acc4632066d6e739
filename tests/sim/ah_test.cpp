// AH instead of ESP (RFC 4302): the same exchanges with another protocol in proposals, deletes and rekeys.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Ah : public TwoSites {
 protected:
  static Site with_ah(Site site) {
    for (Tunnel& tunnel : site.tunnels) tunnel.esp = {"ah", "esp-sha256-hmac"};
    return site;
  }
  static void expect_ah(const Node& node) {
    ASSERT_EQ(node.view().ike_sas.size(), 1U) << node.diagnoses();
    ASSERT_EQ(node.view().ike_sas.at(0).children.size(), 1U) << node.diagnoses();
    EXPECT_TRUE(engine::is_ah(node.view().ike_sas.at(0).children.at(0).encryption));
  }
};

TEST_F(Ah, ComesUpIsRekeyedAndDeleted) {
  start(with_ah(site_a()), with_ah(site_b()));
  connect();
  expect_ah(*a);
  expect_ah(*b);
  for (Node* node : {a, b}) {
    const auto before = node->view().ike_sas.at(0).children.at(0);
    world.feed(*node, engine::Expire{before.id, engine::ExpireKind::soft});
    world.run_until_idle();
    expect_ah(*node);
    EXPECT_NE(node->view().ike_sas.at(0).children.at(0).spi_in.value, before.spi_in.value) << "rekeyed";
    ASSERT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    ASSERT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  }
  expect_settled();
  world.feed(*a, engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
  world.run_for(5s);
  EXPECT_TRUE(b->view().ike_sas.at(0).children.empty()) << "a Delete of AH is obeyed";
}

TEST_F(Ah, IsNoProposalForWhoWantsEsp) {
  start(with_ah(site_a()), site_b());
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::child_proposal_mismatch)) << b->diagnoses();
  give_up();
}

using NatAh = Ah;
TEST_F(NatAh, IsDiagnosedAsImpossible) {
  Site left = with_ah(site_a()), right = with_ah(site_b());
  left.wan = ip("192.168.100.2");
  right.tunnels[0].peer = ip("198.51.100.1");
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  world.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), 60s);
  start(left, right);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::ah_behind_nat)) << b->diagnoses();
  EXPECT_TRUE(b->plane.inbound().empty());
  give_up();
}

}  // namespace
}  // namespace sim
