// Traffic selectors: narrowed in both directions, asked for again beside what was narrowed, host by host where the peer
// wants that, and kept at a rekey (RFC 7296, 2.9, 2.9.2).
#include <algorithm>

#include "engine/wire/message.hpp"
#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Selectors : public TwoSites {
 protected:
  static Site with_line(Site site, const std::string& local, const std::string& remote) {
    site.tunnels[0].lines = {permit(local, remote)};
    return site;
  }
};

TEST_F(Selectors, TheInitiatorIsNarrowedToTheRespondersLine) {
  start(with_line(site_a(), "192.168.0.0/16", "10.0.0.0/8"));
  connect();
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).selectors, permit("192.168.1.0/24", "10.0.0.0/24").selectors);
  EXPECT_EQ(b->view().ike_sas.at(0).children.at(0).selectors, permit("10.0.0.0/24", "192.168.1.0/24").selectors);
  expect_settled();
}

TEST_F(Selectors, WhatTheResponderLeavesOutIsSaidAndAskedForByItsFirstPacket) {
  Site right = site_b();
  right.tunnels[0].lines = {permit("10.0.0.0/24", "192.168.1.0/24"), permit("10.0.2.0/24", "192.168.1.0/24")};
  start(with_line(site_a(), "192.168.1.0/24", "10.0.0.0/16"), right);
  bool said = false;
  impair(world, *b, {engine::wire::ExchangeType::ike_auth, true, 0}, [&](Utterance& u) {
    said = engine::wire::find_notify(u.payloads, engine::NotifyType::additional_ts_possible) != nullptr;
  });
  connect();
  mend(world);
  EXPECT_TRUE(said) << "ADDITIONAL_TS_POSSIBLE";
  const auto other = packet("192.168.1.1", "10.0.2.1");
  EXPECT_EQ(world.send(*a, other), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, other), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 2u);
}

TEST_F(Selectors, ANarrowInitiatorIsAcceptedByAWideResponder) {
  start(site_a(), with_line(site_b(), "10.0.0.0/8", "192.168.0.0/16"));
  connect();
  EXPECT_EQ(b->view().ike_sas.at(0).children.at(0).selectors, permit("10.0.0.0/24", "192.168.1.0/24").selectors);
  expect_settled();
}

TEST_F(Selectors, BesideWhatWasNarrowedThePacketIsAskedForFirst) {
  Site right = site_b();
  right.tunnels[0].lines = {permit("10.0.0.0/25", "192.168.1.0/24"), permit("10.0.0.128/25", "192.168.1.0/24")};
  start(site_a(), right);
  connect();
  ASSERT_EQ(a->view().ike_sas.at(0).children.at(0).selectors, permit("192.168.1.0/24", "10.0.0.0/25").selectors);
  const auto other_half = packet("192.168.1.1", "10.0.0.200");
  EXPECT_EQ(world.send(*a, other_half), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, other_half), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

TEST_F(Selectors, WhatIsNarrowedTooOftenIsToldAfterPausesThatGrow) {
  Site right = site_b();
  right.tunnels[0].lines.clear();
  for (int i = 1; i <= 8; ++i) right.tunnels[0].lines.push_back(permit("10.0.0." + std::to_string(i) + "/32", "192.168.1.0/24"));
  start(site_a(), right);
  connect();
  for (int i = 2; i <= 8; ++i)
    EXPECT_EQ(world.send_until_delivered(*a, packet("192.168.1.1", "10.0.0." + std::to_string(i))), Outcome::delivered);
  ASSERT_EQ(a->children(), 8u);
  for (int i = 0; i < 600; ++i) {
    world.send(*a, packet("192.168.1.1", "10.0.0.9"));
    world.run_for(100ms);
  }
  const auto diagnoses = a->view().diagnoses;
  const auto told = std::ranges::find(diagnoses, "Child SA not asked for", &engine::Diagnosis::what);
  ASSERT_NE(told, diagnoses.end()) << a->diagnoses();
  EXPECT_GE(told->count, 3u);
  EXPECT_LE(told->count, 6u) << "in a minute";
}

TEST_F(Selectors, APacketThatThePeerLeavesOutIsAskedForAfterPausesThatGrow) {
  Site right = with_line(site_b(), "10.0.0.1/32", "192.168.1.0/24");
  start(site_a(), right);
  connect();
  const auto asked = [&] {
    const auto& all = world.recorded();
    return std::count_if(all.begin(), all.end(), [&](const Flight& f) {
      const auto message = engine::wire::parse(f.payload);
      return f.from.ip == a->site.wan && message.ok() && message->header.exchange == engine::wire::ExchangeType::create_child_sa;
    });
  };
  const auto before = asked();
  for (int i = 0; i < 600; ++i) {
    world.send(*a, packet("192.168.1.1", "10.0.0.2"));
    world.run_for(200ms);
  }
  EXPECT_GE(asked() - before, 3);
  EXPECT_LE(asked() - before, 8) << "in two minutes, after 2, 4, 8, ... seconds";
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_selectors)) << a->diagnoses();
  EXPECT_EQ(a->children(), 1u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Selectors, ARekeyKeepsWhatWasNarrowed) {
  Site left = with_line(site_a(), "192.168.0.0/16", "10.0.0.0/8");
  left.child_lifetime = 100s;
  start(left);
  connect();
  const auto before = a->view().ike_sas.at(0).children.at(0);
  world.run_for(99s);
  const auto after = a->view().ike_sas.at(0).children;
  ASSERT_EQ(after.size(), 1u);
  EXPECT_NE(after[0].spi_in, before.spi_in);
  EXPECT_EQ(after[0].selectors, before.selectors);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Selectors, APeerThatWantsHostPairsIsLearned) {
  Site right = site_b();
  right.tunnels[0].per_host = true;
  start(site_a(), right);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(a->children(), 0u) << "SINGLE_PAIR_REQUIRED, and the IKE SA stays";
  ASSERT_EQ(a->ready(), 1u);
  EXPECT_TRUE(a->view().ike_sas.at(0).single_pair);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).selectors, permit("192.168.1.1/32", "10.0.0.1/32").selectors);
  const auto other = packet("192.168.1.2", "10.0.0.1");
  EXPECT_EQ(world.send_until_delivered(*a, other), Outcome::delivered);
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

TEST_F(Selectors, BothEndsPerHostNeedNoRefusal) {
  Site left = site_a(1), right = site_b(1);
  left.tunnels[0].per_host = right.tunnels[0].per_host = true;
  start(left, right);
  ASSERT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
  ASSERT_EQ(world.send_until_delivered(*b, packet("10.0.2.7", "192.168.2.7")), Outcome::delivered) << b->diagnoses();
  expect_settled();
}

TEST_F(Selectors, APacketIsNeverCarriedByAnotherPeersSa) {
  Site hub = site_b(), other = site_a();
  other.name = "C";
  other.wan = ip("203.0.113.30");
  // C claims A's network, too: the hub's list for C does not have it.
  Tunnel to_c = hub.tunnels[0];
  to_c.peer = other.wan;
  to_c.lines = {permit("10.0.0.0/24", "192.168.3.0/24")};
  hub.tunnels.push_back(to_c);
  start(site_a(), hub);
  Node& c = world.add(other);
  world.send(c, a_to_b);
  world.run_for(10s);
  EXPECT_EQ(c.children(), 0u);
  EXPECT_TRUE(b->diagnosed(Cause::selectors_unacceptable)) << b->diagnoses();
  connect();
}

TEST_F(Selectors, APeerWithItsOwnKeyIsNotTakenForAnother) {
  Site hub = site_b(), other = site_a();
  other.name = "C";
  other.wan = ip("203.0.113.30");
  other.tunnels[0].psk = "only C has this one";
  other.tunnels[0].identity_local = engine::Identity{engine::IdType::ipv4_address, {203, 0, 113, 10}};  // A's
  Tunnel to_c = hub.tunnels[0];
  to_c.peer = other.wan;
  to_c.psk = other.tunnels[0].psk;
  to_c.lines = {permit("10.0.0.0/24", "192.168.3.0/24")};
  hub.tunnels.push_back(to_c);
  hub.one_keyring = true;
  start(site_a(), hub);
  connect();
  Node& c = world.add(other);
  world.send(c, a_to_b);
  world.run_for(10s);
  EXPECT_EQ(c.ready(), 0u);
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "INITIAL_CONTACT of one who is not A took A's SA down";
}

}  // namespace
}  // namespace sim
