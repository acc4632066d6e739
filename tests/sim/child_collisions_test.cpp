// Rekeying and deleting Child SAs, alone and across each other (RFC 7296, 2.8.1 and 2.25.1). The names are those of
// strongSwan's test_child_rekey, test_child_create and test_child_delete and of libreswan's ikev2-child-rekey, -delete and
// -expire.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/story.hpp"

namespace sim {
namespace {

using namespace engine;

void keep_silent_about_deletes(Utterance& u) {
  if (u.header.response) return;
  std::erase_if(u.payloads, [](const wire::Payload& p) { return std::holds_alternative<wire::DeletePayload>(p); });
}

/// What CREATE_CHILD_SA asks for, or is answered with.
void select(Utterance& u, const char* ts_i, const char* ts_r) {
  if (u.header.exchange != wire::ExchangeType::create_child_sa) return;
  for (wire::Payload& p : u.payloads)
    if (auto* ts = std::get_if<wire::TsPayload>(&p))
      ts->selectors = {TrafficSelector::of(net(ts->which == wire::PayloadType::ts_i ? ts_i : ts_r))};
}

TEST(ChildRekey, Regular) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}}});
}

TEST(ChildRekey, ResponderIgnoreSoftExpire) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {"B rekeys child", "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}}});
}

TEST(ChildRekey, ResponderHandleHardExpire) {
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

/// It deletes what the initiator is to delete, and before its answer is there.
TEST(ChildRekey, ResponderIncorrectDelete) {
  play({.steps = {{"A rekeys child"},
                  {a_asks, "o | o", "o a | o"},
                  {"B's child expires", "o | o", "a | a"},
                  {b_deletes, " | ", "a | a"},
                  {b_answers, "a | a", "a | a"},
                  {a_confirms, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false});
}

/// The operator deletes everything there, the new one too.
TEST(ChildRekey, ResponderDelete) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {"B deletes child", "o a | o a", " | "},
                  {a_deletes, "o a | o a", " | "},
                  {b_deletes, "a | a", " | "},
                  {b_confirms, "a | a", " | "},
                  {a_confirms, "a | a", " | "},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true});
}

/// Its Delete says nothing, so that A does not learn of it.
TEST(ChildRekey, ResponderLostSa) {
  play({.steps = {{"B deletes child", "o | o", " | "},
                  {b_deletes, "o | o", " | "},
                  {a_confirms, "o | o", " | "},
                  {"A rekeys child", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_answers, " | ", " | "},
                  {"A asks for child", " | ", " | "},
                  {a_asks, " | ", "a2 | a2"},
                  {b_answers, "a2 | a2", "a2 | a2"}},
        .goes_down = true,
        .same_with_faults = false,
        .says = [](Utterance& u, bool from_a) {
          if (!from_a) keep_silent_about_deletes(u);
        }});
}

/// The initiator never tells that it has deleted the old one: it goes at the hard limit.
TEST(ChildRekey, DeleteTimeout) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "o a | o"},
                  {b_confirms, "a | a", "o a | o"},
                  {"B's child expires", "a | a", "a | a"},
                  {b_deletes, "a | a", "a | a"},
                  {a_confirms, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false,
        .says = [](Utterance& u, bool from_a) {
          if (from_a) keep_silent_about_deletes(u);
        }});
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

/// As some peers ask when they rekey (libreswan's ikev2-child-rekey-09-windows): what was there before stays.
TEST(ChildRekey, AskedForEverything) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .says = [](Utterance& u, bool from_a) {
          if (from_a && !u.header.response) select(u, "0.0.0.0/0", "0.0.0.0/0");
        }});
}

/// And its like that ask for less (ikev2-child-rekey-10-impair-rekey-initiate-subnet).
TEST(ChildRekey, AskedForLess) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o a | o a", "o a | o"},
                  {a_deletes, "o a | o a", "a | a"},
                  {b_confirms, "a | a", "a | a"}},
        .says = [](Utterance& u, bool from_a) {
          if (from_a && !u.header.response) select(u, "192.168.1.0/28", "10.0.0.0/28");
        }});
}

/// An answer that is wider than what was asked for is refused, and the old one stays (-respond-supernet).
TEST(ChildRekey, AnsweredWithEverything) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_answers, "o | o", "o a | o"},
                  {a_deletes, "o | o", "o | o"},
                  {b_confirms, "o | o", "o | o"}},
        .says = [](Utterance& u, bool from_a) {
          if (!from_a && u.header.response) select(u, "0.0.0.0/0", "0.0.0.0/0");
        }});
}

/// One request at a time, as most peers take: nothing overtakes the rekeys, and they do not wait for each other for ever
/// (libreswan's deadlocks).
TEST(ChildRekey, ManyInAWindowOfOne) {
  play({.steps = {{"A creates child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o a"},
                  {b_answers, "o a | o a", "o a | o a"},
                  {"A rekeys all", "o a | o a", "o a | o a"},
                  {a_asks, "o a | o a", "o a a2 | o a"},
                  {b_answers, "o a a2 | o a a2", "o a a2 | o a"},
                  {a_deletes, "o a a2 | o a a2", "a a2 | a a2"},
                  {b_confirms, "a a2 | a a2", "a a2 | a a2"},
                  {a_asks, "a a2 | a a2", "a a2 a3 | a a2"},
                  {b_answers, "a a2 a3 | a a2 a3", "a a2 a3 | a a2"},
                  {a_deletes, "a a2 a3 | a a2 a3", "a2 a3 | a2 a3"},
                  {b_confirms, "a2 a3 | a2 a3", "a2 a3 | a2 a3"}},
        .children = 2,
        .sites = [](Site& a, Site& b) { a.window = b.window = 1; }});
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

/// And everything is deleted before the delayed response arrives: what it makes is gone already.
TEST(ChildRekey, CollisionDelayedResponseDelete) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_asks, "o b | o", "o a | o"},
                  {a_answers, "o b | o", "o a b | o", "o b | o", "o a b | o b"},
                  {"B deletes child", "o b | o", "b | ", "o b | o", "o | o"},
                  {b_deletes, "o | o", "b | ", "b | b", "o | o"},
                  {b_deletes, " | ", "b | ", "b | b", "o | o"},
                  {b_deletes, " | ", "b | ", " | ", "o | o"},
                  {b_answers, " | ", "b | ", " | ", "o | o"},
                  {a_confirms, " | ", " | "},
                  {a_confirms, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false});
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

/// B, whose SA is redundant, deletes the old one as well, which A is to delete.
TEST(ChildRekey, CollisionResponderIncorrectDelete) {
  play({.steps = {{"A rekeys child", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o"},
                  {b_asks, "o b | o", "o a | o"},
                  {a_answers, "o b | o", "o a b | o"},
                  {b_deletes, " | ", "o a b | o"},
                  {b_answers, "a | a", "o a b | o"},
                  {a_confirms, "a | a", "o a | o"},
                  {"B's child expires", "a | a", "a | a"},
                  {b_deletes, "a | a", "a | a"},
                  {a_confirms, "a | a", "a | a"}},
        .goes_down = true,
        .same_with_faults = false,
        .survivor = Survivor::a,
        .says = [old = EspSpi{}](Utterance& u, bool from_a) mutable {
          if (from_a || u.header.response) return;
          if (const auto* rekeyed = wire::find_notify(u.payloads, NotifyType::rekey_sa))
            old = EspSpi{Reader(rekeyed->spi).u32().value_or(0)};
          if (auto* deletes = part<wire::DeletePayload>(u); deletes && std::ranges::count(deletes->spis, old) == 0)
            deletes->spis.push_back(old);
        }});
}

TEST(ChildRekey, CollisionDelete) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes child", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {b_answers, " | ", " | "},
                  {a_confirms, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, CollisionDeleteDelayedResponse) {
  play({.steps = {{"A rekeys child"},
                  {"B deletes child", "o | o", " | "},
                  {a_asks, "o | o", " | "},
                  {b_deletes, " | ", " | "},
                  {a_confirms, " | ", " | "},
                  {b_answers, " | ", " | "}},
        .children = 0,
        .goes_down = true,
        .same_with_faults = false});
}

TEST(ChildRekey, CollisionDeleteDropDelete) {
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

TEST(ChildRekey, CollisionDeleteDropRekey) {
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

/// The Delete waits until the rekey is answered.
TEST(ChildRekey, IkeDeleteByTheSameEnd) {
  play({.steps = {{"A rekeys child"},
                  {"A deletes IKE", "o~ ;  | ", "o ; o | o"},
                  {a_asks, "o~ ;  | ", "o ; o a | o"},
                  {b_answers, "o~ ;  | ", "o ; o a | o"},
                  {a_deletes, "o~ ;  | ", ";  | "},
                  {b_confirms, ";  | ", ";  | "}},
        .children = 0,
        .ike_sas = 0,
        .goes_down = true});
}

/// There is one for it already.
TEST(ChildCreate, Duplicate) {
  play({.steps = {{"A asks for child", "o | o", "o | o"}, {"B asks for child", "o | o", "o | o"}}});
}

/// Both ask for one of the same line: two come up, and who asked for the one with the lowest nonce deletes it.
TEST(ChildCreate, Collision) {
  play({.steps = {{"A creates child", "o | o", "o | o"},
                  {"B creates child", "o | o", "o | o"},
                  {a_asks, "o | o", "o a | o a"},
                  {b_asks, "o b | o b", "o a | o a"},
                  {b_answers, "o b a | o b", "o a | o a"},
                  {a_answers, "o b a | o b", "o a b | o a b"},
                  {"time", "o b a | o b", "o a b | o a b"},
                  {a_deletes, "o b a | o b", "o b | o b"},
                  {b_confirms, "o b | o b", "o b | o b"}},
        .children = 2,
        .goes_down = true,
        .survivor = Survivor::b});
}

/// One of the two is rekeyed before they are settled: its successor gives way, or stays, in its place. The loser is a's.
Story two_of_one_line(std::vector<Step> steps) {
  return {.steps = std::move(steps), .children = 2, .goes_down = true, .survivor = Survivor::b};
}

TEST(ChildCreate, CollisionAndTheLoserIsRekeyedByWhoAskedForIt) {
  play(two_of_one_line({{"A creates child"},
                        {"B creates child"},
                        {a_asks, "o | o", "o a | o a"},
                        {b_asks, "o b | o b", "o a | o a"},
                        {b_answers, "o b a | o b", "o a | o a"},
                        {a_answers, "o b a | o b", "o a b | o a b"},
                        {"A rekeys newest"},
                        {a_asks, "o b a | o b", "o a b a2 | o a b"},
                        {b_answers, "o b a a2 | o b", "o a b a2 | o a b"},
                        {a_deletes, "o b a a2 | o b", "o b a2 | o b"},
                        {b_confirms, "o b a2 | o b", "o b a2 | o b"},
                        {"time"},
                        {a_deletes, "o b a2 | o b", "o b | o b"},
                        {b_confirms, "o b | o b", "o b | o b"}}));
}

TEST(ChildCreate, CollisionAndTheLoserIsRekeyedByTheOtherEnd) {
  play(two_of_one_line({{"A creates child"},
                        {"B creates child"},
                        {b_asks, "o b | o b", "o | o"},
                        {a_answers, "o b | o b", "o b | o b"},
                        {a_asks, "o b | o b", "o b a | o b"},
                        {b_answers, "o b a | o b", "o b a | o b"},
                        {"B rekeys newest"},
                        {b_asks, "o b a b2 | o b", "o b a | o b"},
                        {a_answers, "o b a b2 | o b", "o b a b2 | o b"},
                        {b_deletes, "o b b2 | o b", "o b a b2 | o b"},
                        {a_confirms, "o b b2 | o b", "o b b2 | o b"},
                        {"time"},
                        {a_deletes, "o b b2 | o b", "o b | o b"},
                        {b_confirms, "o b | o b", "o b | o b"}}));
}

TEST(ChildCreate, CollisionAndTheOneThatStaysIsRekeyedByWhoAskedForIt) {
  play(two_of_one_line({{"A creates child"},
                        {"B creates child"},
                        {a_asks, "o | o", "o a | o a"},
                        {b_asks, "o b | o b", "o a | o a"},
                        {b_answers, "o b a | o b", "o a | o a"},
                        {a_answers, "o b a | o b", "o a b | o a b"},
                        {"B rekeys newest"},
                        {b_asks, "o b a b2 | o b", "o a b | o a b"},
                        {a_answers, "o b a b2 | o b", "o a b b2 | o a b b2"},
                        {b_deletes, "o a b2 | o b2", "o a b b2 | o a b b2"},
                        {a_confirms, "o a b2 | o b2", "o a b2 | o a b2"},
                        {"time"},
                        {a_deletes, "o a b2 | o b2", "o b2 | o b2"},
                        {b_confirms, "o b2 | o b2", "o b2 | o b2"}}));
}

TEST(ChildCreate, CollisionAndTheOneThatStaysIsRekeyedByTheOtherEnd) {
  play(two_of_one_line({{"A creates child"},
                        {"B creates child"},
                        {a_asks, "o | o", "o a | o a"},
                        {b_answers, "o a | o a", "o a | o a"},
                        {b_asks, "o a b | o a b", "o a | o a"},
                        {a_answers, "o a b | o a b", "o a b | o a b"},
                        {"A rekeys newest"},
                        {a_asks, "o a b | o a b", "o a b a2 | o a b"},
                        {b_answers, "o a b a2 | o a b a2", "o a b a2 | o a b"},
                        {a_deletes, "o a b a2 | o a b a2", "o a a2 | o a a2"},
                        {b_confirms, "o a a2 | o a a2", "o a a2 | o a a2"},
                        {"time"},
                        {a_deletes, "o a a2 | o a a2", "o a2 | o a2"},
                        {b_confirms, "o a2 | o a2", "o a2 | o a2"}}));
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
