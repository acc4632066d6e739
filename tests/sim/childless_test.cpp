// IKE SAs whose first Child SA is made after IKE_AUTH (RFC 6023). The names are those of strongSwan's test_childless; ours is a
// wish, so that where the peer does not share it nothing fails.
#include "tests/sim/story.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

constexpr const char* a_begins = "A -> B IKE_SA_INIT request";
constexpr const char* b_agrees = "B -> A IKE_SA_INIT response";
constexpr const char* a_authenticates = "A -> B IKE_AUTH request";
constexpr const char* b_authenticates = "B -> A IKE_AUTH response";

using Childless = TwoSites;

TEST_F(Childless, Regular) {
  play({.steps = {{"A sends", "a~ ;  | ", ";  | "},
                  {a_begins, "a~ ;  | ", "a~ ;  | "},
                  {b_agrees, "a~ ;  | ", "a~ ;  | "},
                  {a_authenticates, "a~ ;  | ", "a ;  | "},
                  {b_authenticates, "a ;  | ", "a ;  | "},
                  {a_asks, "a ;  | ", "a ; a | a"},
                  {b_answers, "a ; a | a", "a ; a | a"}},
        .from_nothing = true,
        .sites = [](Site& a, Site& b) { a.tunnels[0].childless = b.tunnels[0].childless = true; }});
}

/// The IKE SA stays when its Child SA goes, and has another one later.
TEST_F(Childless, Manual) {
  play({.steps = {{"A sends", "a~ ;  | ", ";  | "},
                  {a_begins, "a~ ;  | ", "a~ ;  | "},
                  {b_agrees, "a~ ;  | ", "a~ ;  | "},
                  {a_authenticates, "a~ ;  | ", "a ;  | "},
                  {b_authenticates, "a ;  | ", "a ;  | "},
                  {a_asks, "a ;  | ", "a ; a | a"},
                  {b_answers, "a ; a | a", "a ; a | a"},
                  {"A deletes child", "a ;  | ", "a ; a | a"},
                  {a_deletes, "a ;  | ", "a ;  | "},
                  {b_confirms, "a ;  | ", "a ;  | "},
                  {"A sends", "a ;  | ", "a ;  | "},
                  {a_asks, "a ;  | ", "a ; a2 | a2"},
                  {b_answers, "a ; a2 | a2", "a ; a2 | a2"}},
        .same_with_faults = false,
        .from_nothing = true,
        .sites = [](Site& a, Site& b) { a.tunnels[0].childless = b.tunnels[0].childless = true; }});
}

TEST_F(Childless, WishThatTheResponderDoesNotShare) {
  play({.steps = {{"A sends", "a~ ;  | ", ";  | "},
                  {a_begins, "a~ ;  | ", "a~ ;  | "},
                  {b_agrees, "a~ ;  | ", "a~ ;  | "},
                  {a_authenticates, "a~ ;  | ", "a ; a | a"},
                  {b_authenticates, "a ; a | a", "a ; a | a"}},
        .from_nothing = true,
        .sites = [](Site& a, Site&) { a.tunnels[0].childless = true; }});
}

TEST_F(Childless, WishThatTheInitiatorDoesNotShare) {
  play({.steps = {{"A sends", "a~ ;  | ", ";  | "},
                  {a_begins, "a~ ;  | ", "a~ ;  | "},
                  {b_agrees, "a~ ;  | ", "a~ ;  | "},
                  {a_authenticates, "a~ ;  | ", "a ; a | a"},
                  {b_authenticates, "a ; a | a", "a ; a | a"}},
        .from_nothing = true,
        .sites = [](Site&, Site& b) { b.tunnels[0].childless = true; }});
}

TEST_F(Childless, TheFirstChildSaComesWithItsOwnKeyExchange) {
  Site left = site_a(), right = site_b();
  left.tunnels[0].childless = right.tunnels[0].childless = true;
  left.tunnels[0].pfs = right.tunnels[0].pfs = "31";
  start(left, right);
  connect();
  expect_arrows({"A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0", "A -> B IKE_AUTH request 1",
                 "B -> A IKE_AUTH response 1", "A -> B CREATE_CHILD_SA request 2", "B -> A CREATE_CHILD_SA response 2"});
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).pfs_group->id, 31);
  expect_settled();
}

TEST_F(Childless, APfsThatDiffersIsNoticedAtOnce) {
  Site left = site_a(), right = site_b();
  left.tunnels[0].childless = right.tunnels[0].childless = true;
  left.tunnels[0].pfs = "31";
  right.tunnels[0].pfs = "19";
  start(left, right);
  world.send(*a, a_to_b);
  world.run_for(10s);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_child_proposal)) << a->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::pfs_mismatch)) << b->diagnoses();
}

}  // namespace
}  // namespace sim
