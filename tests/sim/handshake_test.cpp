// IKE_SA_INIT and IKE_AUTH: who starts, COOKIE, INVALID_KE_PAYLOAD, duplicates, families, algorithms.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using Handshake = TwoSites;

TEST_F(Handshake, AcquireStartsIt) {
  start();
  connect();
  expect_arrows(handshake_arrows);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_EQ(a->view().ike_sas.at(0).role, engine::Role::initiator);
  EXPECT_EQ(b->view().ike_sas.at(0).role, engine::Role::responder);
  expect_settled();
}

TEST_F(Handshake, EitherSideStartsIt) {
  start();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::acquire);
  world.run_until_idle();
  expect_arrows({"B -> A IKE_SA_INIT request 0", "A -> B IKE_SA_INIT response 0", "B -> A IKE_AUTH request 1",
                 "A -> B IKE_AUTH response 1"});
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Handshake, PacketsWhileItRunsStartNothingElse) {
  start();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
    world.run_for(5ms);
  }
  world.run_until_idle();
  expect_arrows(handshake_arrows);
  EXPECT_EQ(a->children(), 1u);
}

TEST_F(Handshake, BothAtOnceEndInSasThatMirror) {
  start();
  world.send(*a, a_to_b);
  world.send(*b, b_to_a);
  world.run_until_idle();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  world.run_for(60s);
  expect_settled();
}

TEST_F(Handshake, DeniedAndForeignPacketsLeaveInClear) {
  Site left = site_a(), right = site_b();
  left.tunnels[0].lines.insert(left.tunnels[0].lines.begin(), deny("192.168.1.128/25", "10.0.0.0/24"));
  right.tunnels[0].lines.insert(right.tunnels[0].lines.begin(), deny("10.0.0.0/24", "192.168.1.128/25"));
  start(left, right);
  EXPECT_EQ(world.send(*a, packet("192.168.1.200", "10.0.0.1")), Outcome::clear);
  EXPECT_EQ(world.send(*a, packet("192.168.1.1", "8.8.8.8")), Outcome::clear);
  world.run_until_idle();
  expect_arrows({});
  connect();
}

TEST_F(Handshake, JobsMayTakeTheirTime) {
  start();
  a->jobs = b->jobs = Jobs::held;
  world.send(*a, a_to_b);
  for (int i = 0; i < 20; ++i) {
    world.run_for(50ms);
    world.run_held_jobs(i % 2 ? *a : *b);
  }
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Handshake, DuplicateRequestsAreAnsweredByteForByte) {
  start();
  connect();
  const std::vector<Flight> recorded = world.recorded();
  ASSERT_EQ(recorded.size(), 4u);
  for (const std::size_t request : {0u, 2u}) {
    world.clear_arrows();
    const std::size_t before = world.recorded().size();
    world.inject(recorded[request]);
    world.run_until_idle();
    // The IKE_SA_INIT of an SA that is established is either answered as before or ignored; never answered anew.
    const std::size_t answers = world.recorded().size() - before;
    EXPECT_TRUE(answers == 1 || (answers == 0 && request == 0)) << answers;
    if (answers > 0) {
      EXPECT_EQ(world.recorded().back().payload, recorded[request + 1].payload);
    }
  }
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Handshake, DuplicateInitWhileHalfOpenIsAnsweredByteForByte) {
  start();
  world.drop = [this](const Flight& f) { return f.from.ip == b->site.wan; };
  world.send(*a, a_to_b);
  world.run_until_idle();
  world.inject(world.recorded().at(0));
  world.run_until_idle();
  ASSERT_EQ(world.recorded().size(), 3u);
  EXPECT_EQ(world.recorded()[2].payload, world.recorded()[1].payload);
  EXPECT_EQ(b->view().half_open, 1u);
}

TEST_F(Handshake, LostMessagesAreSentAgainUnchanged) {
  start();
  std::map<std::string, int> seen;
  world.drop = [&seen](const Flight& f) { return ++seen[engine::to_hex(f.payload)] <= 2; };
  world.send(*a, a_to_b);
  world.run_for(200s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  expect_settled();
  // Two lost and one arrived of each of the four, and nothing but these four was ever sent.
  EXPECT_EQ(seen.size(), 4u) << ::testing::PrintToString(world.arrows());
}

TEST_F(Handshake, SilenceIsGivenUp) {
  start();
  world.drop = [](const Flight&) { return true; };
  world.send(*a, a_to_b);
  world.run_for(600s);
  EXPECT_GE(world.arrows().size(), 4u);
  EXPECT_LE(world.arrows().size(), 40u);
  EXPECT_TRUE(a->diagnosed(Cause::no_response)) << a->diagnoses();
  give_up();
  expect_nothing_left();
  world.drop = nullptr;
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

TEST_F(Handshake, CookieIsAskedAndReturned) {
  Site right = site_b();
  right.limits.cookie_challenge = 1;
  Site stranger = site_a();
  stranger.name = "C";
  stranger.wan = ip("203.0.113.30");
  Tunnel to_c = right.tunnels[0];
  to_c.peer = stranger.wan;
  to_c.lines = {permit("10.0.9.0/24", "192.168.9.0/24")};
  right.tunnels.push_back(to_c);
  stranger.tunnels[0].lines = {permit("192.168.9.0/24", "10.0.9.0/24")};
  start(site_a(), right);
  Node& c = world.add(stranger);
  // C never gets an answer, so its SA stays half open at B.
  world.drop = [&](const Flight& f) { return f.to.ip == c.site.wan; };
  world.send(c, packet("192.168.9.1", "10.0.9.1"));
  world.run_until_idle();
  ASSERT_EQ(b->view().half_open, 1u);
  world.clear_arrows();
  world.send(*a, a_to_b);
  world.run_for(1s);
  expect_arrows({"A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0 N(COOKIE)",
                 "A -> B IKE_SA_INIT request 0 N(COOKIE)", "B -> A IKE_SA_INIT response 0", "A -> B IKE_AUTH request 1",
                 "B -> A IKE_AUTH response 1"});
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Handshake, OtherGroupIsAskedForAndUsed) {
  Site left = site_a(), right = site_b();
  left.ike.groups = {"19", "31"};
  right.ike.groups = {"31"};
  start(left, right);
  world.send(*a, a_to_b);
  world.run_until_idle();
  expect_arrows({"A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0 N(INVALID_KE_PAYLOAD)",
                 "A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0", "A -> B IKE_AUTH request 1",
                 "B -> A IKE_AUTH response 1"});
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(a->view().ike_sas.at(0).group->id, 31);
  expect_settled();
}

struct Families {
  const char *name, *wan_a, *wan_b, *net_a, *net_b, *host_a, *host_b;
};
class HandshakeFamilies : public TwoSites, public ::testing::WithParamInterface<Families> {};

TEST_P(HandshakeFamilies, CarriesBothDirections) {
  const Families& f = GetParam();
  Site left = site_a(), right = site_b();
  left.wan = right.tunnels[0].peer = ip(f.wan_a);
  right.wan = left.tunnels[0].peer = ip(f.wan_b);
  left.tunnels[0].lines = {permit(f.net_a, f.net_b)};
  right.tunnels[0].lines = {permit(f.net_b, f.net_a)};
  a_to_b = packet(f.host_a, f.host_b, 17);
  b_to_a = packet(f.host_b, f.host_a, 17);
  start(left, right);
  connect();
  expect_arrows(handshake_arrows);
  expect_settled();
}

INSTANTIATE_TEST_SUITE_P(, HandshakeFamilies,
                         ::testing::Values(Families{"v4in4", "203.0.113.10", "203.0.113.20", "192.168.1.0/24", "10.0.0.0/24",
                                                    "192.168.1.1", "10.0.0.1"},
                                           Families{"v6in4", "203.0.113.10", "203.0.113.20", "2001:db8:a::/64", "2001:db8:b::/64",
                                                    "2001:db8:a::1", "2001:db8:b::1"},
                                           Families{"v4in6", "2001:db8::10", "2001:db8::20", "192.168.1.0/24", "10.0.0.0/24",
                                                    "192.168.1.1", "10.0.0.1"},
                                           Families{"v6in6", "2001:db8::10", "2001:db8::20", "2001:db8:a::/64", "2001:db8:b::/64",
                                                    "2001:db8:a::1", "2001:db8:b::1"}),
                         [](const auto& info) { return info.param.name; });

struct Suite {
  const char* name;
  IkeWords ike;
  EspWords esp;
  const char* pfs;
};
class HandshakeSuites : public TwoSites, public ::testing::WithParamInterface<Suite> {};

TEST_P(HandshakeSuites, MirrorsAndRekeysNothing) {
  Site left = site_a(1), right = site_b(1);
  for (Site* site : {&left, &right}) {
    site->ike = GetParam().ike;
    site->tunnels[0].esp = GetParam().esp;
    site->tunnels[0].pfs = GetParam().pfs;
  }
  start(left, right);
  connect();
  EXPECT_EQ(world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1")), Outcome::delivered);
  EXPECT_EQ(a->children(), 2u);
  expect_settled();
}

INSTANTIATE_TEST_SUITE_P(
    , HandshakeSuites,
    ::testing::Values(
        Suite{"cbc128_sha1_14", {{"aes-cbc-128"}, {"sha1"}, {}, {"14"}}, {"esp-aes", "esp-sha-hmac"}, ""},
        Suite{"cbc192_sha384_15", {{"aes-cbc-192"}, {"sha384"}, {}, {"15"}}, {"esp-aes 192", "esp-sha384-hmac"}, ""},
        Suite{"cbc256_sha512_16", {{"aes-cbc-256"}, {"sha512"}, {}, {"16"}}, {"esp-aes 256", "esp-sha512-hmac"}, ""},
        Suite{"gcm128_sha256_19", {{"aes-gcm-128"}, {}, {"sha256"}, {"19"}}, {"esp-gcm", ""}, "19"},
        Suite{"gcm192_sha384_20", {{"aes-gcm-192"}, {}, {"sha384"}, {"20"}}, {"esp-gcm 192", ""}, "20"},
        Suite{"gcm256_sha512_21", {{"aes-gcm-256"}, {}, {"sha512"}, {"21"}}, {"esp-gcm 256", ""}, "21"},
        Suite{"many_offered",
              {{"aes-cbc-256", "aes-cbc-128"}, {"sha512", "sha256"}, {}, {"31", "19", "14"}},
              {"esp-aes", "esp-sha256-hmac"},
              "31"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sim
