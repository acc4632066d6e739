// Rekeying and deleting the IKE SA, alone and across each other (RFC 7296, 2.8.2 and 2.25.2). The names are those of
// strongSwan's test_ike_rekey and test_ike_delete and of libreswan's ikev2-ike-rekey and crossing-streams.
#include <gtest/gtest.h>

#include "tests/sim/story.hpp"

namespace sim {
namespace {

TEST(IkeRekey, Regular) {
  play({.steps = {{"A rekeys IKE", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o~ a ; o | o"},
                  {b_answers, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, Collision) {
  play({.steps = {{"A rekeys IKE", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE", "o ; o | o", "o ; o | o"},
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

TEST(IkeRekey, CollisionDelayedResponseOfTheSurvivor) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o a~ ; o | o"},
                  {b_asks, "o b~ ; o | o", "o a~ ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ a b~ ; o | o"},
                  {b_deletes, "o ; o | o", "o~ a b~ ; o | o"},
                  {a_confirms, "o ; o | o", "o~ a ; o | o"},
                  {b_answers, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::a});
}

TEST(IkeRekey, CollisionDelayedResponseOfTheRedundant) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o a~ ; o | o"},
                  {b_asks, "o b~ ; o | o", "o a~ ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ a~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ a~ b ; o | o"},
                  {a_confirms, "b ; o | o", "a~ b ; o | o"},
                  {b_answers, "b ; o | o", "a~ b ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::b});
}

TEST(IkeRekey, CollisionDroppedRequest) {
  play({.steps = {{"A rekeys IKE", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE", "o ; o | o", "o ; o | o"},
                  {"lose A -> B CREATE_CHILD_SA request", "o ; o | o", "o ; o | o"},
                  {b_asks, "o b~ ; o | o", "o ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, CollisionDelayedRequest) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {b_asks, "o b~ ; o | o", "o ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ b ; o | o"},
                  {a_asks, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_answers, "o~ b ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, CollisionDelayedRequestAndDelete) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {b_asks, "o b~ ; o | o", "o ; o | o"},
                  {a_answers, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_asks, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"},
                  {b_answers, "b ; o | o", "b ; o | o"}},
        .with_pfs = false});
}

TEST(IkeRekey, CollisionDelete) {
  play({.steps = {{"A rekeys IKE"},
                  {"B deletes IKE", "o ; o | o", "o~ ;  | "},
                  {a_asks, "o ; o | o", "o~ ;  | "},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "},
                  {b_answers, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true,
        .with_pfs = false});
}

TEST(IkeRekey, CollisionDeleteDropDelete) {
  play({.steps = {{"A rekeys IKE"},
                  {"B deletes IKE", "o ; o | o", "o~ ;  | "},
                  {"lose B -> A INFORMATIONAL request"},
                  {a_asks, "o ; o | o", "o~ ;  | "},
                  {b_answers, "o ; o | o", "o~ ;  | "},
                  {"time"},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true,
        .with_pfs = false});
}

TEST(IkeDelete, Regular) {
  play({.steps = {{"A deletes IKE", "o~ ;  | ", "o ; o | o"}, {a_deletes, "o~ ;  | ", ";  | "}, {b_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true});
}

TEST(IkeDelete, Collision) {
  play({.steps = {{"A deletes IKE", "o~ ;  | ", "o ; o | o"},
                  {"B deletes IKE", "o~ ;  | ", "o~ ;  | "},
                  {a_deletes, "o~ ;  | ", ";  | "},
                  {b_deletes, ";  | ", ";  | "},
                  {b_confirms, ";  | ", ";  | "},
                  {a_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true});
}

}  // namespace
}  // namespace sim
