// A key exchange of a group that the peer refuses: INVALID_KE_PAYLOAD names the one it wants (RFC 7296, 1.2, 1.3 and 2.7). The
// names are those of the ke_invalid tests of strongSwan's test_child_rekey and test_ike_rekey, and of libreswan's
// ikev2-invalid-ke.
#include <gtest/gtest.h>

#include "tests/sim/story.hpp"

namespace sim {
namespace {

TEST(ChildRekey, RegularKeInvalid) {
  play({.steps = {{"A rekeys child, guessing wrong", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a2 | o"},
                  {b_answers, "o a2 | o a2", "o a2 | o"},
                  {a_deletes, "o a2 | o a2", "a2 | a2"},
                  {b_confirms, "a2 | a2", "a2 | a2"}}});
}

TEST(ChildRekey, CollisionKeInvalid) {
  play({.steps = {{"A rekeys child, guessing wrong", "o | o", "o | o"},
                  {"B rekeys child, guessing wrong", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a2 | o"},
                  {b_asks, "o b2 | o", "o a2 | o"},
                  {b_answers, "o b2 a2 | o a2", "o a2 | o", "o b2 a2 | o", "o a2 | o"},
                  {a_answers, "o b2 a2 | o a2", "o a2 b2 | o", "o b2 a2 | o", "o a2 b2 | o b2"},
                  {a_deletes, "o b2 a2 | o a2", "a2 b2 | a2", "o b2 a2 | o", "o b2 | o b2"},
                  {b_deletes, "o a2 | o a2", "a2 b2 | a2", "b2 a2 | b2", "o b2 | o b2"},
                  {b_confirms, "a2 | a2", "a2 b2 | a2", "b2 | b2", "o b2 | o b2"},
                  {a_confirms, "a2 | a2", "a2 | a2", "b2 | b2", "b2 | b2"}}});
}

TEST(ChildRekey, CollisionKeInvalidDelayedRetry) {
  play({.steps = {{"A rekeys child, guessing wrong", "o | o", "o | o"},
                  {"B rekeys child, guessing wrong", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {b_asks, "o b2 | o", "o | o"},
                  {a_answers, "o b2 | o", "o b2 | o b2"},
                  {b_deletes, "b2 | b2", "o b2 | o b2"},
                  {a_asks, "b2 | b2", "o b2 | o b2"},
                  {a_confirms, "b2 | b2", "b2 | b2"},
                  {b_answers, "b2 | b2", "b2 | b2"}}});
}

TEST(ChildCreate, KeInvalid) {
  play({.steps = {{"A creates child, guessing wrong", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {"A creates child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a2 | o a2"},
                  {b_answers, "o a2 | o a2", "o a2 | o a2"}},
        .children = 2,
        .same_with_faults = false});
}

TEST(IkeRekey, KeInvalid) {
  play({.steps = {{"A rekeys IKE, guessing wrong", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o~ a ; o | o"},
                  {b_answers, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, CollisionKeInvalid) {
  play({.steps = {{"A rekeys IKE, guessing wrong", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE, guessing wrong", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o a~ ; o | o"},
                  {b_asks, "o b~ ; o | o", "o a~ ; o | o"},
                  {b_answers, "o~ b~ a ; o | o", "o a~ ; o | o", "o~ b a~ ; o | o", "o a~ ; o | o"},
                  {a_answers, "o~ b~ a ; o | o", "o~ a b~ ; o | o", "o~ b a~ ; o | o", "o~ a~ b ; o | o"},
                  {a_deletes, "o~ b~ a ; o | o", "a b~ ; o | o", "o~ b a~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "o~ a ; o | o", "a b~ ; o | o", "b a~ ; o | o", "o~ b ; o | o"},
                  {b_confirms, "a ; o | o", "a b~ ; o | o", "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "a ; o | o", "a ; o | o", "b ; o | o", "b ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, CollisionKeInvalidDelayedRetry) {
  play({.steps = {{"A rekeys IKE, guessing wrong", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE, guessing wrong", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {b_asks, "o b~ ; o | o", "o ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_asks, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"},
                  {b_answers, "b ; o | o", "b ; o | o"}},
        .with_pfs = false});
}

/// The group of the present SA is not configured any more.
TEST(IkeRekey, TheGuessIsAlwaysOffered) {
  World world(1);
  world.tap = std::make_unique<Wiretap>();
  Node& a = world.add(site_a());
  world.add(site_b());
  world.send(a, packet("192.168.1.1", "10.0.0.1", 1));
  world.run_until_idle();
  Site other = site_a();
  other.ike.groups = {"20", "19"};
  world.configure(a, other);
  const engine::wire::Payloads asked = world.tap->payloads(world.recorded().back().payload);
  const auto* ke = engine::wire::find<engine::wire::KePayload>(asked);
  ASSERT_TRUE(ke);
  EXPECT_EQ(ke->group, 20);
}

TEST(IkeInit, KeInvalid) {
  play({.steps = {{"A sends", "a~ ;  | ", ";  | "},
                  {"A -> B IKE_SA_INIT request", "a~ ;  | ", ";  | "},
                  {"B -> A IKE_SA_INIT response", "a~ ;  | ", ";  | "},
                  {"A -> B IKE_SA_INIT request", "a~ ;  | ", "a~ ;  | "},
                  {"B -> A IKE_SA_INIT response", "a~ ;  | ", "a~ ;  | "},
                  {"A -> B IKE_AUTH request", "a~ ;  | ", "a ; a | a"},
                  {"B -> A IKE_AUTH response", "a ; a | a", "a ; a | a"}},
        .with_pfs = false,
        .from_nothing = true,
        .sites = [](Site& a, Site& b) {
          a.ike.groups = {"20", "19"};
          b.ike.groups = {"19"};
        }});
}

}  // namespace
}  // namespace sim
