// Rekeying and deleting Child SAs, alone and across each other (RFC 7296, 2.8.1 and 2.25.1). The names are those of
// strongSwan's test_child_rekey, test_child_create and test_child_delete and of libreswan's ikev2-child-rekey, -delete and
// -expire.
#include <gtest/gtest.h>

#include "tests/sim/story.hpp"

namespace sim {
namespace {

constexpr const char* a_asks = "A -> B CREATE_CHILD_SA request";
constexpr const char* b_asks = "B -> A CREATE_CHILD_SA request";
constexpr const char* a_answers = "A -> B CREATE_CHILD_SA response";
constexpr const char* b_answers = "B -> A CREATE_CHILD_SA response";
constexpr const char* a_deletes = "A -> B INFORMATIONAL request";
constexpr const char* b_deletes = "B -> A INFORMATIONAL request";
constexpr const char* a_confirms = "A -> B INFORMATIONAL response";
constexpr const char* b_confirms = "B -> A INFORMATIONAL response";

TEST(ChildRekey, Regular) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}}});
}

TEST(ChildRekey, ResponderIgnoresSoftExpire) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {"B rekeys child", "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}}});
}

TEST(ChildRekey, ResponderHandlesHardExpire) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {"B's child expires", "o | o", "a | a"},
                  {b_answers, "o a | o a", "a | a"},
                  {b_deletes, "a | a", "a | a"},
                  {a_deletes, "a | a", "a | a"},
                  {a_confirms, "a | a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, ResponderDeleteBeforeTheAnswer) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {"B's child expires", "o | o", "a | a"},
                  {b_deletes, " | ", "a | a"},
                  {b_answers, "a | a", "a | a"},
                  {a_confirms, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, ResponderLostTheSa) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B deletes child", "o | o", " | "},
                  {"lose B -> A INFORMATIONAL request", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_answers, "o | o", " | "},
                  {"time"},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildRekey, TwiceInARow) {
  play({.steps = {{"A rekeys child"},
                  {a_asks},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {"B rekeys child", "o a | o a", "a | a"},
                  {b_asks, "o a b | o a", "a | a"},
                  {a_answers, "o a b | o a", "a b | a b"},
                  {b_deletes, "o b | o b", "a b | a b"},
                  {b_confirms, "b | b", "a b | a b"},
                  {a_confirms, "b | b", "b | b"}}});
}

TEST(ChildRekey, Collision) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_asks, "o b | o", "o a | o"},
                  {b_answers, "o b a | o a", "o a | o", "o b a | o", "o a | o"},
                  {a_answers, "o b a | o a", "o a b | o", "o b a | o", "o a b | o b"},
                  {a_deletes, "o b a | o a", "a b | a", "o b a | o", "o b | o b"},
                  {b_deletes, "o a | o a", "a b | a", "b a | b", "o b | o b"},
                  {b_confirms, "a | a", "a b | a", "b | b", "o b | o b"},
                  {a_confirms, "a | a", "a | a", "b | b", "b | b"}}});
}

TEST(ChildRekey, CollisionDelayedResponse) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {b_asks, "o b | o", "o a | o"},
                  {a_answers, "o b | o", "o a b | o", "o b | o", "o a b | o b"},
                  {b_deletes, "o | o", "o a b | o", "b | b", "o a b | o b"},
                  {a_confirms, "o | o", "o a | o", "b | b", "a b | b"},
                  {b_answers, "o a | o a", "o a | o", "b a | b", "a b | b"},
                  {a_deletes, "o a | o a", "a | a", "b a | b", "b | b"},
                  {b_confirms, "a | a", "a | a", "b | b", "b | b"}}});
}

TEST(ChildRekey, CollisionDelayedRequest) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {b_asks, "o b | o", "o | o"},
                  {a_answers, "o b | o", "o b | o b"},
                  {a_asks, "o b | o", "o b | o b"},
                  {b_answers, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}}});
}

TEST(ChildRekey, CollisionDelayedRequestMore) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {b_asks, "o b | o", "o | o"},
                  {a_answers, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"},
                  {a_asks, "b | b", "b | b"},
                  {b_answers, "b | b", "b | b"}}});
}

TEST(ChildRekey, CollisionDelayedRequestMoreDelete) {
  play({.steps = {{"A rekeys child"},
                  {"B rekeys child"},
                  {b_asks, "o b | o", "o | o"},
                  {a_answers, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_asks, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"},
                  {b_answers, "b | b", "b | b"}}});
}

TEST(ChildRekey, CollisionOfOneThatIsDeleted) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes child", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_answers, "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, CollisionOfOneThatIsDeletedFirst) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes child", "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "},
                  {a_asks, " | ", " | "},
                  {b_answers, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, CollisionIkeRekey) {
  play({.steps = {{"A rekeys child", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"}}});
}

TEST(ChildRekey, CollisionIkeDelete) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes IKE", "o ; o | o", "o~ ;  | "},
                  {a_asks, "o ; o | o", "o~ ;  | "},
                  {b_answers, "o ; o | o", "o~ ;  | "},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true});
}

TEST(ChildCreate, CollisionIkeRekey) {
  play({.steps = {{"A creates child", "o ; o | o", "o ; o | o"},
                  {"B rekeys IKE", "o ; o | o", "o ; o | o"},
                  {a_asks, "o ; o | o", "o ; o | o"},
                  {b_asks, "o ; o | o", "o ; o | o"},
                  {b_answers, "o ; o | o", "o ; o | o"},
                  {a_answers, "o ; o | o", "o ; o | o"}},
        .children = 2});
}

TEST(ChildCreate, WhileTheFirstIsRekeyed) {
  play({.steps = {{"A rekeys child"},
                  {"B creates child"},
                  {a_asks, "o | o", "o a | o"},
                  {b_asks, "o b | o b", "o a | o"},
                  {a_answers, "o b | o b", "o a b | o b"},
                  {b_answers, "o b a | o b a", "o a b | o b"},
                  {a_deletes, "o b a | o b a", "a b | b a"},
                  {b_confirms, "b a | b a", "a b | b a"}},
        .children = 2});
}

TEST(ChildDelete, Regular) {
  play({.steps = {{"A deletes child", " | ", "o | o"}, {a_deletes, " | ", " | "}, {b_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildDelete, Collision) {
  play({.steps = {{"A deletes child", " | ", "o | o"},
                  {"B deletes child", " | ", " | "},
                  {a_deletes, " | ", " | "},
                  {b_deletes, " | ", " | "},
                  {b_confirms, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildDelete, CollisionDrop) {
  play({.steps = {{"A deletes child", " | ", "o | o"},
                  {"B deletes child", " | ", " | "},
                  {"lose A -> B INFORMATIONAL request"},
                  {"lose B -> A INFORMATIONAL request"},
                  {"time"},
                  {"time"},
                  {a_deletes, " | ", " | "},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "},
                  {b_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildDelete, CollisionIkeRekey) {
  play({.steps = {{"A deletes child", "o ;  | ", "o ; o | o"},
                  {"B rekeys IKE", "o ;  | ", "o ; o | o"},
                  {a_deletes, "o ;  | ", "o ;  | "},
                  {b_asks, "o ;  | ", "o ;  | "},
                  {b_confirms, "o ;  | ", "o ;  | "},
                  {a_answers, "o ;  | ", "o ;  | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildDelete, CollisionIkeDelete) {
  play({.steps = {{"A deletes child", "o ;  | ", "o ; o | o"},
                  {"B deletes IKE", "o ;  | ", "o~ ;  | "},
                  {a_deletes, "o ;  | ", "o~ ;  | "},
                  {b_deletes, ";  | ", "o~ ;  | "},
                  {b_confirms, ";  | ", "o~ ;  | "},
                  {a_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true});
}

TEST(ChildExpire, HardLimitWithoutSoftOne) {
  play({.steps = {{"A's child expires", " | ", "o | o"}, {a_deletes, " | ", " | "}, {b_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

TEST(ChildExpire, HardLimitDuringOnesOwnRekey) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"A's child expires", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}}});
}

}  // namespace
}  // namespace sim
