// Rekeys with additional key exchanges, alone and across each other (RFC 9370, 2.2.4; RFC 7296, 2.25). The names are those of
// strongSwan's multi_ke cases in test_child_rekey, test_child_create and test_ike_rekey.
#include <gtest/gtest.h>

#include "tests/sim/story.hpp"

namespace sim {
namespace {

/// Every rekey, and every further Child SA, has an additional key exchange.
void multi_ke(Site& a, Site& b) {
  for (Site* site : {&a, &b}) {
    site->tunnels[0].pfs = "31";
    site->ike.additional = site->tunnels[0].pfs_additional = {{{"19"}}};
  }
}

constexpr const char* a_goes_on = "A -> B IKE_FOLLOWUP_KE request";
constexpr const char* b_goes_on = "B -> A IKE_FOLLOWUP_KE request";
constexpr const char* a_follows = "A -> B IKE_FOLLOWUP_KE response";
constexpr const char* b_follows = "B -> A IKE_FOLLOWUP_KE response";

TEST(ChildRekeyMultiKe, RegularMultiKe) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_goes_on, "o | o", "o a | o"},
                  {b_follows, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, ResponderIgnoresSoftExpire) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_goes_on, "o | o", "o a | o"},
                  {b_follows, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .with_pfs = false,
        .sites = multi_ke});
}

/// Whose exchange has the lowest nonce does not go on: nothing is made that would have to be deleted.
TEST(ChildRekeyMultiKe, CollisionMultiKe) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {a_goes_on, "o | o", "o a | o"},
                  {b_follows, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .with_pfs = false,
        .survivor = Survivor::a,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionMultiKeOfTheOther) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {b_goes_on, "o b | o", "o | o"},
                  {a_follows, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}},
        .with_pfs = false,
        .survivor = Survivor::b,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionDelayedResponseMultiKe) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_goes_on, "o | o", "o a | o"},
                  {b_follows, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .with_pfs = false,
        .survivor = Survivor::a,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionDelayedResponseOfTheRedundantMultiKe) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {a_asks, "o | o", "o | o"},
                  {b_asks, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {b_goes_on, "o b | o", "o | o"},
                  {a_follows, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"},
                  {b_answers, "b | b", "b | b"}},
        .with_pfs = false,
        .survivor = Survivor::b,
        .sites = multi_ke});
}

/// B's has its agreement when A's request comes: TEMPORARY_FAILURE.
TEST(ChildRekeyMultiKe, CollisionDelayedRequestMultiKe) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {b_asks, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_goes_on, "o b | o", "o | o"},
                  {b_answers, "o b | o", "o | o"},
                  {a_follows, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionDelayedRequestMoreMultiKe) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {b_asks, "o | o", "o | o"},
                  {a_answers, "o | o", "o | o"},
                  {b_goes_on, "o b | o", "o | o"},
                  {a_follows, "o b | o", "o b | o b"},
                  {a_asks, "o b | o", "o b | o b"},
                  {b_answers, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}},
        .with_pfs = false,
        .sites = multi_ke});
}

/// The series is finished: what comes of it is a Child SA of its own.
TEST(ChildRekeyMultiKe, CollisionDeleteMultiKe) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {"B's child expires", "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {a_goes_on, " | ", "a | a"},
                  {a_confirms, " | ", "a | a"},
                  {b_follows, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false,
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionDeleteMultiKeBeforeTheAnswer) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes child", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {b_answers, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false,
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionIkeRekeyMultiKe) {
  play({.steps = {{"A rekeys child", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE", "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {a_goes_on, "o ; o | o", "o ; o a | o"},
                  {a_answers, "o ; o | o", "o ; o a | o"},
                  {b_follows, "o ; o a | o a", "o ; o a | o"},
                  {a_deletes, "o ; o a | o a", "o ; a | a"},
                  {b_confirms, "o ; a | a", "o ; a | a"},
                  {"time"},
                  {b_asks, "o ; a | a", "o ; a | a"},
                  {a_answers, "o ; a | a", "o ; a | a"},
                  {b_goes_on, "o~ b2 ; a | a", "o ; a | a"},
                  {a_follows, "o~ b2 ; a | a", "o~ b2 ; a | a"},
                  {b_deletes, "b2 ; a | a", "o~ b2 ; a | a"},
                  {a_confirms, "b2 ; a | a", "b2 ; a | a"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildRekeyMultiKe, CollisionIkeDeleteMultiKe) {
  play({.steps = {{"A rekeys child", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {"B deletes IKE", "o ; o | o", "o~ ;  | "},
                  {a_goes_on, "o ; o | o", "o~ ;  | "},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "},
                  {b_follows, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true,
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(ChildCreateMultiKe, MultiKe) {
  play({.steps = {{"A creates child", "o | o", "o | o"},
                  {a_asks, "o | o", "o | o"},
                  {b_answers, "o | o", "o | o"},
                  {a_goes_on, "o | o", "o a | o a"},
                  {b_follows, "o a | o a", "o a | o a"}},
        .children = 2,
        .with_pfs = false,
        .sites = multi_ke});
}

/// B makes its successor while A deletes it and asks for another: two that A asked for, of which it deletes one.
TEST(ChildCreateMultiKe, AnotherOneBesideItsSuccessor) {
  play({.steps = {{"A creates child"},
                  {a_asks},
                  {b_answers},
                  {a_goes_on},
                  {b_follows, "o a | o a", "o a | o a"},
                  {"B rekeys newest"},
                  {b_asks, "o a | o a", "o a | o a"},
                  {a_answers, "o a | o a", "o a | o a"},
                  {"A's newest expires", "o | o", "o a | o a"},
                  {a_deletes, "o | o", "o | o"},
                  {b_confirms, "o | o", "o | o"},
                  {"A creates child"},
                  {b_goes_on, "o b | o b", "o | o"},
                  {a_follows, "o b | o b", "o b | o b"},
                  {a_asks, "o b | o b", "o b | o b"},
                  {b_answers, "o b | o b", "o b | o b"},
                  {a_goes_on, "", "o b a2 | o b a2"},
                  {b_follows, "", "o b a2 | o b a2"}},
        .children = 2,
        .goes_down = true,
        .same_with_faults = false,
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, MultiKe) {
  play({.steps = {{"A rekeys IKE", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_goes_on, "o ; o | o", "o~ a ; o | o"},
                  {b_follows, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, CollisionMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {a_goes_on, "o ; o | o", "o~ a ; o | o"},
                  {b_follows, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::a,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, CollisionMultiKeOfTheOther) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {b_goes_on, "o~ b ; o | o", "o ; o | o"},
                  {a_follows, "o~ b ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::b,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, DelayedResponseMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_goes_on, "o ; o | o", "o~ a ; o | o"},
                  {b_follows, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::a,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, DelayedResponseOfTheRedundantMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {b_goes_on, "o b~ ; o | o", "o ; o | o"},
                  {a_follows, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"},
                  {b_answers, "b ; o | o", "b ; o | o"}},
        .with_pfs = false,
        .survivor = Survivor::b,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, DelayedRequestMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_goes_on, "o b~ ; o | o", "o ; o | o"},
                  {b_answers, "o~ b ; o | o", "o ; o | o"},
                  {a_follows, "o~ b ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, DelayedRequestAndDeleteMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {"B rekeys IKE"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"},
                  {b_goes_on, "o b~ ; o | o", "o ; o | o"},
                  {a_follows, "o b~ ; o | o", "o~ b ; o | o"},
                  {b_deletes, "b ; o | o", "o~ b ; o | o"},
                  {a_asks, "b ; o | o", "o~ b ; o | o"},
                  {a_confirms, "b ; o | o", "b ; o | o"},
                  {b_answers, "b ; o | o", "b ; o | o"}},
        .with_pfs = false,
        .sites = multi_ke});
}

TEST(IkeRekeyMultiKe, CollisionDeleteMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {"B deletes IKE", "o ; o | o", "o~ ;  | "},
                  {a_goes_on, "o ; o | o", "o~ ;  | "},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "},
                  {b_follows, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true,
        .with_pfs = false,
        .sites = multi_ke});
}

/// What B has to ask waits for the heir.
TEST(IkeRekeyMultiKe, CollisionChildRekeyMultiKe) {
  play({.steps = {{"A rekeys IKE"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {"B rekeys child", "o ; o | o", "o ; o | o"},
                  {a_goes_on, "o ; o | o", "o~ a ; o | o"},
                  {b_follows, "o~ a ; o | o", "o~ a ; o | o"},
                  {a_deletes, "o~ a ; o | o", "a ; o | o"},
                  {b_asks, "o~ a ; o | o", "a ; o | o"},
                  {b_confirms, "a ; o | o", "a ; o | o"},
                  {a_answers, "a ; o | o", "a ; o | o"},
                  {b_goes_on, "a ; o b | o", "a ; o | o"},
                  {a_follows, "a ; o b | o", "a ; o b | o b"},
                  {b_deletes, "a ; b | b", "a ; o b | o b"},
                  {a_confirms, "a ; b | b", "a ; b | b"}},
        .with_pfs = false,
        .sites = multi_ke});
}

}  // namespace
}  // namespace sim
