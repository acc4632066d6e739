// Both ends start at once, or one makes what the other has made already: one IKE SA and one Child SA pair a line remain,
// and no packet is lost on the way there.
#include "engine/wire/message.hpp"
#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Duplicates : public TwoSites {
 protected:
  void expect_single() {
    for (const std::string& problem : world.duplicates()) ADD_FAILURE() << problem;
    expect_settled();
  }
  /// Packets both ways every 100 ms, none of which may be lost once the first has got through.
  void traffic_for(engine::Duration duration) {
    for (engine::Duration t{0}; t < duration; t += 100ms) {
      world.run_for(100ms);
      EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << t.count() << " us";
      EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << t.count() << " us";
    }
  }
};

TEST_F(Duplicates, APeerThatForgotTheSaWithoutSayingSoIsSentToOnTheOneItMade) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(site_a()), &right = fresh.add(site_b());
    fresh.send(left, a_to_b);
    fresh.run_until_idle();
    fresh.run_for(20s);
    fresh.restart(right);
    impair(fresh, right, {engine::wire::ExchangeType::ike_auth, false, 0}, [](Utterance& u) {
      std::erase_if(u.payloads, [](const engine::wire::Payload& payload) {
        const auto* notify = std::get_if<engine::wire::NotifyPayload>(&payload);
        return notify && notify->type == engine::NotifyType::initial_contact;
      });
    });
    fresh.send(right, b_to_a);
    fresh.run_until_idle();
    EXPECT_EQ(fresh.send(right, b_to_a), Outcome::delivered) << "seed " << seed;
    EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed;
  }
}

TEST_F(Duplicates, BothStartAtOnceAndOneIkeSaRemains) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(site_a()), &right = fresh.add(site_b());
    fresh.send(left, a_to_b);
    fresh.send(right, b_to_a);
    fresh.run_until_idle();
    EXPECT_EQ(left.ready() + right.ready(), 4u) << "seed " << seed;
    for (int i = 0; i < 100; ++i) {
      fresh.run_for(100ms);
      EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed << ", " << i;
      EXPECT_EQ(fresh.send(right, b_to_a), Outcome::delivered) << "seed " << seed << ", " << i;
    }
    EXPECT_EQ(left.ready(), 1u) << "seed " << seed;
    EXPECT_EQ(right.ready(), 1u) << "seed " << seed;
    for (const std::string& problem : fresh.duplicates()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
  }
}

TEST_F(Duplicates, TheOneWithTheLowestNonceIsDeletedByWhoAskedForIt) {
  start();
  world.send(*a, a_to_b);
  world.send(*b, b_to_a);
  world.run_until_idle();
  world.clear_arrows();
  world.run_for(10s);
  // First its Child SA, then the IKE SA itself; all of it from one end.
  ASSERT_EQ(world.arrows().size(), 4u);
  const std::string from = world.arrows()[0].substr(0, 1);
  const std::string to = from == "A" ? "B" : "A";
  expect_arrows({from + " -> " + to + " INFORMATIONAL request 2", to + " -> " + from + " INFORMATIONAL response 2",
                 from + " -> " + to + " INFORMATIONAL request 3", to + " -> " + from + " INFORMATIONAL response 3"});
  expect_single();
}

TEST_F(Duplicates, LinesOnlyTheLoserCarriesMoveFirst) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(site_a(1)), &right = fresh.add(site_b(1));
    const auto other = packet("10.0.2.1", "192.168.2.1");
    fresh.send(left, a_to_b);
    fresh.send(right, other);
    fresh.run_until_idle();
    for (int i = 0; i < 100; ++i) {
      fresh.run_for(100ms);
      EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed << ", " << i;
      EXPECT_EQ(fresh.send(right, other), Outcome::delivered) << "seed " << seed << ", " << i;
    }
    EXPECT_EQ(left.ready(), 1u);
    EXPECT_EQ(left.children(), 2u);
    for (const std::string& problem : fresh.duplicates()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
  }
}

TEST_F(Duplicates, ChildSasMadeAtOnceUnderOneIkeSa) {
  start(site_a(1), site_b(1));
  connect();
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.send(*b, packet("10.0.2.1", "192.168.2.1"));
  world.run_until_idle();
  EXPECT_EQ(a->children(), 3u);
  for (int i = 0; i < 100; ++i) {
    world.run_for(100ms);
    EXPECT_EQ(world.send(*a, packet("192.168.2.1", "10.0.2.1")), Outcome::delivered) << i;
    EXPECT_EQ(world.send(*b, packet("10.0.2.1", "192.168.2.1")), Outcome::delivered) << i;
  }
  EXPECT_EQ(a->children(), 2u);
  expect_single();
}

/// The other end has both for the peer's, and waits.
TEST_F(Duplicates, OfTwoChildSasTheSameEndAskedForItDeletesTheOneWithTheLowestNonce) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(site_a()), &right = fresh.add(site_b());
    fresh.send_until_delivered(left, a_to_b);
    // No SA of the line carries such a packet, so another one is asked for.
    fresh.feed(left, engine::Acquire{left.plane.meet(a_to_b).line, packet("192.168.9.9", "10.9.9.9")});
    fresh.run_until_idle();
    ASSERT_EQ(left.children(), 2u) << "seed " << seed;
    fresh.clear_arrows();
    for (int i = 0; i < 100; ++i) {
      fresh.run_for(100ms);
      EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed << ", " << i;
      EXPECT_EQ(fresh.send(right, b_to_a), Outcome::delivered) << "seed " << seed << ", " << i;
    }
    EXPECT_EQ(fresh.arrows(), (Arrows{"A -> B INFORMATIONAL request 3", "B -> A INFORMATIONAL response 3"})) << "seed " << seed;
    EXPECT_EQ(right.children(), 1u) << "seed " << seed;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
  }
}

TEST_F(Duplicates, APeerWithoutSuchARuleIsLeftWithOne) {
  // B never deletes what it asked for: whatever it says of its own is lost, as if it had not been said.
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    World fresh(seed);
    Node &left = fresh.add(site_a()), &right = fresh.add(site_b());
    fresh.send(left, a_to_b);
    fresh.send(right, b_to_a);
    fresh.run_until_idle();
    fresh.drop = [&](const Flight& flight) {
      const auto header = engine::wire::parse_header(flight.payload);
      return flight.from.ip == right.site.wan && header.ok() && !header->response;
    };
    fresh.run_for(100s);
    EXPECT_EQ(left.ready(), 1u) << "seed " << seed;
    EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << "seed " << seed;
    fresh.drop = nullptr;
  }
}

TEST_F(Duplicates, InitialContactKillsNeitherItsOwnSaNorOneThatRaces) {
  start();
  connect();
  world.restart(*a);
  world.send(*a, a_to_b);  // says INITIAL_CONTACT: B's old SA is gone
  world.run_until_idle();
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  world.restart(*a);
  world.restart(*b);
  world.send(*a, a_to_b);
  world.send(*b, b_to_a);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  world.run_for(20s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_single();
}

}  // namespace
}  // namespace sim
