// After the handshake: further Child SAs, deletes, restarts, liveness, installs that fail, configuration changes.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using Children = TwoSites;

TEST_F(Children, SecondPermitLineIsItsOwnChildSa) {
  start(site_a(1), site_b(1));
  connect();
  world.clear_arrows();
  const auto second = packet("192.168.2.1", "10.0.2.1");
  EXPECT_EQ(world.send(*a, second), Outcome::acquire);
  world.run_until_idle();
  expect_arrows({"A -> B CREATE_CHILD_SA request 2", "B -> A CREATE_CHILD_SA response 2"});
  EXPECT_EQ(world.send(*a, second), Outcome::delivered);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

TEST_F(Children, TheResponderOfTheIkeSaMayCreateOne) {
  start(site_a(1), site_b(1));
  connect();
  world.clear_arrows();
  EXPECT_EQ(world.send(*b, packet("10.0.2.1", "192.168.2.1")), Outcome::acquire);
  world.run_until_idle();
  expect_arrows({"B -> A CREATE_CHILD_SA request 0", "A -> B CREATE_CHILD_SA response 0"});
  EXPECT_EQ(world.send(*a, packet("192.168.2.1", "10.0.2.1")), Outcome::delivered);
  expect_settled();
}

TEST_F(Children, SeveralLinesWaitForTheOneIkeSa) {
  start(site_a(3), site_b(3));
  world.send(*a, a_to_b);
  for (const char* third : {"2", "3", "4"})
    world.send(*a, packet("192.168." + std::string(third) + ".1", "10.0." + std::string(third) + ".1"));
  world.run_for(30s);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(a->children(), 4u) << a->diagnoses();
  expect_settled();
}

TEST_F(Children, ClearingChildSasKeepsTheIkeSa) {
  start();
  connect();
  world.clear_arrows();
  world.feed(*a, engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
  world.run_until_idle();
  expect_arrows({"A -> B INFORMATIONAL request 2", "B -> A INFORMATIONAL response 2"});
  EXPECT_EQ(a->children() + b->children(), 0u);
  EXPECT_EQ(a->ready() + b->ready(), 2u);
  expect_settled();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_until_idle();
  expect_arrows({"A -> B CREATE_CHILD_SA request 3", "B -> A CREATE_CHILD_SA response 3"});
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Children, ClearingIkeSasLeavesNothing) {
  start(site_a(1), site_b(1));
  connect();
  world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1"));
  world.clear_arrows();
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_until_idle();
  expect_arrows({"B -> A INFORMATIONAL request 0", "A -> B INFORMATIONAL response 0"});
  expect_nothing_left();
  connect();
}

TEST_F(Children, ClearingOnlyOnePeerTouchesNoOther) {
  start();
  connect();
  const auto spi = a->view().ike_sas.at(0).children.at(0).spi_in;
  for (const engine::Clear& nothing : {engine::Clear{engine::ClearWhat::ike_sas, {}, ip("203.0.113.99")},
                                       engine::Clear{.what = engine::ClearWhat::ike_sas, .on_interface = "Tunnel9"},
                                       engine::Clear{.what = engine::ClearWhat::ike_sas, .port = std::uint16_t{4500}},
                                       engine::Clear{.what = engine::ClearWhat::child_sas, .map = "OTHER"},
                                       engine::Clear{.what = engine::ClearWhat::child_sas, .spi = engine::EspSpi{spi.value + 1}}})
    world.feed(*a, nothing);
  world.run_until_idle();
  EXPECT_EQ(a->children(), 1u);
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, ip("203.0.113.99")});
  world.run_until_idle();
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Children, OneIsClearedByItsSpiAndAllOfAMapByItsName) {
  start(site_a(1), site_b(1));
  connect();
  ASSERT_EQ(world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1")), Outcome::delivered);
  ASSERT_EQ(a->children(), 2u);
  const engine::ChildSaView one = a->view().ike_sas.at(0).children.at(0);
  world.feed(*a, engine::Clear{.what = engine::ClearWhat::child_sas, .peer = b->site.wan, .spi = one.spi_out});
  world.run_until_idle();
  ASSERT_EQ(a->children(), 1u);
  EXPECT_NE(a->view().ike_sas.at(0).children.at(0).id, one.id);
  world.feed(*a, engine::Clear{.what = engine::ClearWhat::child_sas, .map = one.map});
  world.run_until_idle();
  EXPECT_EQ(a->children(), 0u);
  EXPECT_EQ(b->children(), 0u);
  EXPECT_EQ(a->ready(), 1u);
}

TEST_F(Children, ShutdownTellsThePeer) {
  start();
  connect();
  world.feed(*a, engine::Shutdown{});
  world.run_until_idle();
  EXPECT_TRUE(b->view().ike_sas.empty());
  EXPECT_TRUE(b->plane.inbound().empty());
}

TEST_F(Children, DeletesThatCrossLeaveNothing) {
  start();
  connect();
  for (Node* node : {a, b}) world.feed(*node, engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
  world.run_for(30s);
  EXPECT_EQ(a->children() + b->children(), 0u);
  EXPECT_EQ(a->ready() + b->ready(), 2u);
  for (Node* node : {a, b}) world.feed(*node, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(30s);
  expect_nothing_left();
}

TEST_F(Children, AfterARestartPacketsOfThePeerAreReasonEnoughToBegin) {
  start();
  connect();
  const engine::UnknownSpi told{engine::EspSpi{0x4711}, {b->site.wan, 0}, {a->site.wan, 0}};
  const engine::UnknownSpi strange{engine::EspSpi{0x4711}, {b->site.wan, 0}, {ip("198.51.100.66"), 0}};
  world.clear_arrows();
  world.feed(*b, told);
  world.run_for(5s);
  expect_arrows({});  // an SA is up: one that came late
  world.restart(*b);
  world.feed(*b, strange);
  world.run_for(5s);
  expect_arrows({});
  EXPECT_TRUE(b->notices.empty() || b->notices.back().kind != engine::NoticeKind::unknown_spi);
  world.feed(*b, told);
  world.run_for(5s);
  EXPECT_EQ(std::ranges::count(b->notices, engine::NoticeKind::unknown_spi, &engine::Notice::kind), 1);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(a->view().ike_sas.size(), 1u);
}

TEST_F(Children, ARestartedInitiatorReplacesItsOldSa) {
  start();
  connect();
  world.restart(*a);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  EXPECT_EQ(b->ready(), 1u) << "INITIAL_CONTACT removes what the peer's earlier life left";
  expect_settled();
}

TEST_F(Children, LivenessFindsTheRestartOfThePeer) {
  Site left = site_a();
  left.dpd_interval = 10s;
  left.dpd_retry = 2s;
  start(left);
  connect();
  const auto before = a->view().ike_sas.at(0).id;
  world.restart(*b);
  world.run_for(400s);
  ASSERT_EQ(a->view().ike_sas.size(), 1u) << "what was in use is up again";
  EXPECT_NE(a->view().ike_sas.at(0).id, before);
  expect_settled();
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

TEST_F(Children, LivenessIsAnsweredAndHarmless) {
  Site left = site_a();
  left.dpd_interval = 10s;
  left.dpd_retry = 2s;
  start(left);
  connect();
  world.clear_arrows();
  world.run_for(35s);
  EXPECT_GE(world.arrows().size(), 4u);
  EXPECT_EQ(world.arrows().at(0), "A -> B INFORMATIONAL request 2");
  EXPECT_EQ(world.arrows().at(1), "B -> A INFORMATIONAL response 2");
  world.run_until_idle();
  expect_settled();
}

TEST_F(Children, AFailedInstallLeavesNothingBehind) {
  for (const int which : {0, 1, 2, 3}) {
    World fresh(static_cast<std::uint64_t>(which) + 10);
    Node& left = fresh.add(site_a());
    Node& right = fresh.add(site_b());
    Node& failing = which < 2 ? left : right;
    (which % 2 ? failing.plane.refuse_outbound : failing.plane.refuse_inbound) = 1;
    fresh.send(left, a_to_b);
    fresh.run_for(60s);
    EXPECT_TRUE(failing.diagnosed(Cause::install_failed)) << which << failing.diagnoses();
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << which << ": " << problem;
    EXPECT_EQ(fresh.send_until_delivered(left, a_to_b), Outcome::delivered) << which;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << which << ": " << violation;
  }
}

TEST_F(Children, AHardVolumeLimitRemovesTheChildSa) {
  start();
  connect();
  world.feed(*a, engine::Expire{a->plane.inbound().begin()->first, engine::ExpireKind::hard});
  world.run_for(30s);
  expect_settled();
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

TEST_F(Children, TheSameConfigurationAgainChangesNothing) {
  start();
  connect();
  world.clear_arrows();
  const auto before = a->view().ike_sas.at(0).children.at(0).spi_in;
  world.configure(*a, site_a());
  world.run_for(10s);
  expect_arrows({});
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).spi_in, before);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Children, AddingALineDisturbsNoOther) {
  start(site_a(), site_b(1));
  connect();
  const auto before = a->view().ike_sas.at(0).children.at(0).spi_in;
  world.configure(*a, site_a(1));
  world.run_for(10s);
  EXPECT_EQ(a->view().ike_sas.at(0).children.at(0).spi_in, before);
  EXPECT_EQ(world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1")), Outcome::delivered);
  expect_settled();
}

TEST_F(Children, RemovingTheMapEntryClosesItsSas) {
  start();
  connect();
  Site bare = site_a();
  bare.tunnels.clear();
  world.configure(*a, bare);
  world.run_for(30s);
  expect_nothing_left();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::clear);
}

TEST_F(Children, AHubServesTwoSpokes) {
  Site hub = site_b(), other = site_a();
  other.name = "C";
  other.wan = ip("203.0.113.30");
  other.tunnels[0].lines = {permit("192.168.3.0/24", "10.0.0.0/24")};
  other.tunnels[0].psk = "another";
  Tunnel to_c = hub.tunnels[0];
  to_c.peer = other.wan;
  to_c.psk = "another";
  to_c.lines = {permit("10.0.0.0/24", "192.168.3.0/24")};
  hub.tunnels.push_back(to_c);
  start(site_a(), hub);
  Node& c = world.add(other);
  connect();
  EXPECT_EQ(world.send_until_delivered(*b, packet("10.0.0.1", "192.168.3.1")), Outcome::delivered);
  EXPECT_EQ(world.send(c, packet("192.168.3.1", "10.0.0.1")), Outcome::delivered);
  EXPECT_EQ(b->ready(), 2u);
  world.restart(c);
  EXPECT_EQ(world.send_until_delivered(c, packet("192.168.3.1", "10.0.0.1")), Outcome::delivered);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the restart of C touches no SA of A";
  expect_settled();
}

}  // namespace
}  // namespace sim
