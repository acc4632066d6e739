// What does not fit is refused, and both ends can say why.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using Refusals = TwoSites;

TEST_F(Refusals, WrongPreSharedKey) {
  Site left = site_a();
  left.tunnels[0].psk = "other-key-entirely";
  start(left);
  world.send(*a, a_to_b);
  world.run_for(60s);
  EXPECT_TRUE(b->diagnosed(Cause::authentication_failed)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_authentication)) << a->diagnoses();
  for (const Node* node : {a, b})
    EXPECT_NE(node->diagnoses().find("probable: the pre-shared key"), std::string::npos) << node->diagnoses();
  EXPECT_EQ(a->diagnoses().find("other-key-entirely"), std::string::npos) << "a key is never shown";
  expect_nothing_left();
}

TEST_F(Refusals, NoCommonIkeProposal) {
  Site left = site_a();
  left.ike.encryption = {"aes-cbc-128"};
  start(left);
  world.send(*a, a_to_b);
  world.run_for(400s);
  EXPECT_TRUE(b->diagnosed(Cause::proposal_mismatch)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_proposal)) << a->diagnoses();
  give_up();
  expect_nothing_left();
}

/// Strangers whose requests are refused by the hundred leave the peers their place in what is told.
TEST_F(Refusals, OfAPeerIsToldInAFloodOfStrangers) {
  Site left = site_a();
  left.ike.encryption = {"aes-cbc-128"};
  start(left);
  world.drop = [](const Flight&) { return true; };
  world.send(*a, a_to_b);
  world.drop = nullptr;
  ASSERT_FALSE(world.recorded().empty());
  const engine::Bytes request = world.recorded().at(0).payload;
  const auto ask = [&](const engine::IpAddress& from, std::uint32_t number) {
    engine::Bytes fresh = request;
    for (int i = 0; i < 4; ++i) fresh[4 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    world.feed(*b, engine::Datagram{{b->site.wan, 500}, {from, 500}, fresh});
  };
  for (std::uint32_t i = 1; i <= 100; ++i) ask(ip("198.51.100.99"), i);
  EXPECT_FALSE(std::ranges::count(b->view().diagnoses, a->site.wan, [](const auto& d) { return d.remote.ip; }));
  ask(a->site.wan, 1000);
  EXPECT_EQ(std::ranges::count(b->view().diagnoses, a->site.wan, [](const auto& d) { return d.remote.ip; }), 1) << b->diagnoses();
  const auto view = b->view();
  EXPECT_EQ(view.untold[static_cast<std::size_t>(Cause::proposal_mismatch)], 90U) << "each counts";
  EXPECT_EQ(view.dropped[static_cast<std::size_t>(Cause::proposal_mismatch)], 0U) << "it was answered";
  world.feed(*b, engine::Clear{engine::ClearWhat::diagnoses});
  EXPECT_TRUE(b->view().diagnoses.empty());
}

TEST_F(Refusals, NoCommonGroup) {
  Site left = site_a();
  left.ike.groups = {"19"};
  start(left);
  world.send(*a, a_to_b);
  world.run_for(400s);
  EXPECT_TRUE(b->diagnosed(Cause::proposal_mismatch) || b->diagnosed(Cause::group_mismatch)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_proposal) || a->diagnosed(Cause::group_mismatch)) << a->diagnoses();
  give_up();
  expect_nothing_left();
}

TEST_F(Refusals, SelectorsThatDoNotMirror) {
  Site left = site_a();
  left.tunnels[0].lines = {permit("192.168.77.0/24", "10.0.0.0/24")};
  start(left);
  world.send(*a, packet("192.168.77.1", "10.0.0.1"));
  world.run_for(60s);
  EXPECT_TRUE(b->diagnosed(Cause::selectors_unacceptable)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_selectors)) << a->diagnoses();
  EXPECT_EQ(a->ready(), 1u) << "the IKE SA survives (RFC 7296, 1.2)";
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_EQ(a->children() + b->children(), 0u);
  expect_settled();
}

TEST_F(Refusals, NoCommonTransformSet) {
  Site left = site_a();
  left.tunnels[0].esp = {"esp-gcm 256", ""};
  start(left);
  world.send(*a, a_to_b);
  world.run_for(60s);
  EXPECT_TRUE(b->diagnosed(Cause::child_proposal_mismatch)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_child_proposal)) << a->diagnoses();
  EXPECT_EQ(a->ready() + b->ready(), 2u);
  EXPECT_EQ(a->children() + b->children(), 0u);
  expect_settled();
}

TEST_F(Refusals, ASecondLineThatDoesNotMirrorLeavesTheFirstAlone) {
  Site left = site_a(1);
  left.tunnels[0].lines[1] = permit("192.168.2.0/24", "10.0.77.0/24");
  start(left, site_b(1));
  connect();
  world.send(*a, packet("192.168.2.1", "10.0.77.1"));
  world.run_for(30s);
  EXPECT_TRUE(b->diagnosed(Cause::selectors_unacceptable)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_selectors)) << a->diagnoses();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Refusals, TheResponderRefusesAnUnknownPeer) {
  Site left = site_a();
  left.wan = ip("203.0.113.66");
  start(left);
  world.send(*a, a_to_b);
  world.run_for(400s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
  EXPECT_FALSE(b->view().diagnoses.empty()) << "B must say why it refused";
  expect_nothing_left();
}

TEST_F(Refusals, AnIdentityThatMatchesNoProfile) {
  Site right = site_b();
  right.tunnels[0].match_remote = {net("203.0.113.99/32")};
  start(site_a(), right);
  world.send(*a, a_to_b);
  world.run_for(60s);
  EXPECT_TRUE(b->diagnosed(Cause::no_matching_profile) || b->diagnosed(Cause::identity_mismatch)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_authentication)) << a->diagnoses();
  expect_nothing_left();
}

TEST_F(Refusals, PfsThatTheInitiatorDoesNotOffer) {
  Site right = site_b(1);
  right.tunnels[0].pfs = "31";
  start(site_a(1), right);
  connect();  // the first Child SA never carries a key exchange, so nothing can mismatch yet
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_for(60s);
  EXPECT_FALSE(b->view().diagnoses.empty());
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Refusals, ARetryAfterMendingTheKeySucceeds) {
  Site left = site_a();
  left.tunnels[0].psk = "wrong";
  start(left);
  world.send(*a, a_to_b);
  world.run_for(60s);
  world.configure(*a, site_a());
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  expect_settled();
}

}  // namespace
}  // namespace sim
