// A hub and its clients: addresses, the interfaces that stand for clients, and what becomes of both.
#include <algorithm>

#include "tests/sim/remote_access.hpp"
#include "tests/sim/stranger.hpp"

namespace sim {
namespace {

TEST_F(RemoteAccess, AClientHasAnAddressAndIsReachedAtIt) {
  AuthorizationPolicy policy = policy_with(pool_of("10.250.1.1", "10.250.1.9"));
  policy.networks = {net("10.10.0.0/16")};
  start(client(), hub(policy));
  world.run_for(5s);
  EXPECT_EQ(assigned(*a), Words{"10.250.1.1/32"}) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(routes(*a, "GigabitEthernet0/0"), Words{"10.10.0.0/16"});
  EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.250.1.1/32"});
  EXPECT_EQ(world.send(*a, packet("10.250.1.1", "10.10.0.5")), Outcome::delivered);
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.250.1.1")), Outcome::delivered);
  const engine::View view = b->view();
  ASSERT_EQ(view.pools.size(), 1u);
  EXPECT_EQ(view.pools[0].in_use, 1u);
  ASSERT_EQ(view.ike_sas.size(), 1u);
  EXPECT_EQ(view.ike_sas[0].access_interface, "Virtual-Access1");
  expect_settled();
}

TEST_F(RemoteAccess, BothFamiliesOverIPv6) {
  AuthorizationPolicy policy = policy_with(nullptr, pool_of("2001:db8:99::1", "2001:db8:99::ff", 128));
  Site a6 = client(), b6 = hub(policy);
  a6.wan = ip("2001:db8:ffff::10");
  b6.wan = ip("2001:db8:ffff::20");
  a6.tunnel_interface->source = a6.wan;
  a6.tunnels[0].peer = b6.wan;
  a6.tunnels[0].lines = {permit("::/0", "::/0")};
  b6.tunnels[0].peer = a6.wan;
  start(a6, b6);
  world.run_for(5s);
  EXPECT_EQ(assigned(*a), Words{"2001:db8:99::1/128"}) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(world.send(*a, packet("2001:db8:99::1", "2001:db8:5::1")), Outcome::delivered);
  expect_settled();
}

TEST_F(RemoteAccess, TheSameAddressAgainAlsoAfterTheHubWasKilled) {
  const AuthorizationPolicy policy = policy_with(pool_of("10.250.1.1", "10.250.1.9"));
  start(client(), hub(policy));
  Node& other = world.add(client("C", "203.0.113.30"));
  world.run_for(5s);
  const Words first = assigned(*a), second = assigned(other);
  ASSERT_EQ(first.size() + second.size(), 2u) << b->diagnoses();
  ASSERT_NE(first, second);
  world.restart(*b);
  world.run_for(120s);
  EXPECT_EQ(assigned(*a), first) << a->diagnoses();
  EXPECT_EQ(assigned(other), second) << other.diagnoses();
  EXPECT_EQ(b->leases.size(), 2u);
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas});
  world.run_for(30s);
  EXPECT_EQ(assigned(*a), first);
  EXPECT_EQ(assigned(other), second);
  expect_settled();
}

TEST_F(RemoteAccess, AnExhaustedPoolIsAnAnswer) {
  start(client(), hub(policy_with(pool_of("10.250.1.1", "10.250.1.1"))));
  world.run_for(5s);
  ASSERT_EQ(assigned(*a), Words{"10.250.1.1/32"});
  Node& late = world.add(client("C", "203.0.113.30"));
  world.run_for(10s);
  EXPECT_TRUE(assigned(late).empty());
  EXPECT_TRUE(b->diagnosed(Cause::address_pool_exhausted)) << b->diagnoses();
  EXPECT_TRUE(late.diagnosed(Cause::no_address_assigned)) << late.diagnoses();
  EXPECT_EQ(world.send(*a, packet("10.250.1.1", "10.10.0.5")), Outcome::delivered);
  world.feed(*a, engine::Shutdown{});
  world.run_for(700s);
  EXPECT_EQ(assigned(late), Words{"10.250.1.1/32"}) << late.diagnoses();
}

TEST_F(RemoteAccess, AClientThatAsksForNothingIsToldSo) {
  Site silent = client();
  silent.tunnel_interface->negotiated = false;
  start(silent, hub(policy_with(pool_of("10.250.1.1", "10.250.1.9"))));
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::configuration_required)) << b->diagnoses();
  EXPECT_EQ(b->children(), 0u);
  EXPECT_EQ(b->ready(), 0u);
}

TEST_F(RemoteAccess, WithoutPoolAClientIsWhateverItSays) {
  Site silent = client();
  silent.tunnel_interface->negotiated = false;
  start(silent, hub(policy_with(nullptr)));
  world.run_for(5s);
  EXPECT_EQ(world.send(*a, packet("192.168.7.7", "10.10.0.5")), Outcome::delivered) << b->diagnoses();
  EXPECT_TRUE(routes(*b, "Virtual-Access1").empty());
  expect_settled();
}

TEST_F(RemoteAccess, WithoutTemplateThereIsNoInterface) {
  Site broken = hub(policy_with(pool_of("10.250.1.1", "10.250.1.9")));
  broken.amend = [amend = broken.amend](engine::Config& config, engine::crypto::KeyStore& keys) {
    amend(config, keys);
    auto other = *config.templates.front();
    other.name = "Virtual-Template2";
    config.templates = {std::make_shared<const engine::VirtualTemplate>(other)};
  };
  start(client(), broken);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::no_virtual_template)) << b->diagnoses();
  EXPECT_TRUE(b->interfaces_made.empty());
  ASSERT_EQ(b->view().pools.size(), 1u);
  EXPECT_EQ(b->view().pools[0].in_use, 0u);
}

TEST_F(RemoteAccess, SurvivesRekeysAndIsGivenBackInTheEnd) {
  Site spoke = client(), center = hub(policy_with(pool_of("10.250.1.1", "10.250.1.9")));
  spoke.ike_lifetime = 120s;
  spoke.child_lifetime = 120s;
  start(spoke, center);
  world.run_for(600s);
  EXPECT_EQ(assigned(*a), Words{"10.250.1.1/32"});
  EXPECT_EQ(b->interfaces_made.size(), 1u);
  EXPECT_EQ(world.send(*a, packet("10.250.1.1", "10.10.0.5")), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.250.1.1")), Outcome::delivered) << b->diagnoses();
  expect_settled();
  world.feed(*a, engine::Shutdown{});
  world.run_for(5s);
  EXPECT_TRUE(b->interfaces_made.empty());
  EXPECT_TRUE(b->view().lines.empty());
  EXPECT_EQ(b->view().pools[0].in_use, 0u);
}

TEST_F(RemoteAccess, TwoBehindOneNatDoNotMeet) {
  const AuthorizationPolicy policy = policy_with(pool_of("10.250.1.1", "10.250.1.9"));
  world.nats.push_back(NatBox({ip("198.51.100.1"), ip("198.51.100.2")}, ip("203.0.113.99"), 60s));
  Site one = client("A", "198.51.100.1"), two = client("C", "198.51.100.2");
  start(one, hub(policy));
  Node& other = world.add(two);
  world.run_for(10s);
  ASSERT_EQ(assigned(*a).size(), 1u) << a->diagnoses() << b->diagnoses();
  ASSERT_EQ(assigned(other).size(), 1u) << other.diagnoses() << b->diagnoses();
  EXPECT_NE(assigned(*a), assigned(other));
  EXPECT_EQ(b->interfaces_made.size(), 2u);
  const auto address = [](const Node& node) { return assigned(node).front().substr(0, assigned(node).front().find('/')); };
  EXPECT_EQ(world.send(*a, packet(address(*a), "10.10.0.5")), Outcome::delivered);
  EXPECT_EQ(world.send(other, packet(address(other), "10.10.0.5")), Outcome::delivered);
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", address(*a))), Outcome::delivered);
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", address(other))), Outcome::delivered);
}

TEST_F(RemoteAccess, AnotherPolicyEndsWhatStandsOnTheOldOne) {
  start(client(), hub(policy_with(pool_of("10.250.1.1", "10.250.1.9"))));
  world.run_for(5s);
  ASSERT_EQ(assigned(*a).size(), 1u);
  world.configure(*b, hub(policy_with(pool_of("10.251.1.1", "10.251.1.9"))));
  world.run_for(60s);
  EXPECT_EQ(assigned(*a), Words{"10.251.1.1/32"}) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.251.1.1/32"});
  expect_settled();
}

TEST_F(RemoteAccess, AnUnchangedPolicyDisturbsNobody) {
  const AuthorizationPolicy policy = policy_with(pool_of("10.250.1.1", "10.250.1.9"));
  start(client(), hub(policy));
  world.run_for(5s);
  world.clear_arrows();
  Site other = hub(policy);
  other.child_lifetime = 1800s;
  world.configure(*b, other);
  world.run_for(1s);
  EXPECT_TRUE(world.arrows().empty());
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.250.1.1")), Outcome::delivered);
}

TEST_F(RemoteAccess, OddConfigurationPayloadsAreMetWithWhatFits) {
  using engine::wire::CfgType;
  using engine::wire::CpPayload;
  Site quiet = client();
  quiet.tunnel_interface->responder_only = true;
  start(quiet, hub(policy_with(pool_of("10.250.1.1", "10.250.1.9"))));
  struct Row {
    const char* what;
    CpPayload cp;
    bool granted;
  };
  std::vector<engine::wire::CfgAttribute> many(200, {999, engine::Bytes(100, 1)});
  many.push_back({1, {}});
  const Row rows[] = {
      {"an address of 3 octets", {CfgType::request, {{1, {10, 0, 0}}}}, true},
      {"an address of 16 octets", {CfgType::request, {{1, engine::Bytes(16, 1)}}}, true},
      {"asked twice", {CfgType::request, {{1, {}}, {1, {}}}}, true},
      {"much that nobody knows", {CfgType::request, many}, true},
      {"an address of somebody else's network", {CfgType::request, {{1, {192, 0, 2, 1}}}}, true},
      {"a setting where a request is due", {CfgType::set, {{1, {10, 250, 1, 5}}}}, false},
      {"a reply", {CfgType::reply, {{1, {10, 250, 1, 5}}}}, false},
      {"a kind that nobody knows", {static_cast<CfgType>(99), {{1, {}}}}, false},
      {"IPv6 alone", {CfgType::request, {{8, engine::Bytes(17, 1)}}}, false},
      {"nothing", {CfgType::request, {}}, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    Stranger stranger(world, *b, *a);
    stranger.begin();
    engine::wire::Payloads payloads = stranger.child(0x1111);
    payloads.insert(payloads.begin(), {stranger.id(), engine::wire::AuthPayload{2, stranger.auth(1)}, row.cp});
    const auto said = stranger.ask(engine::wire::ExchangeType::ike_auth, 1, payloads);
    if (row.granted) {
      ASSERT_TRUE(said);
      const auto* reply = engine::wire::find<CpPayload>(*said);
      ASSERT_TRUE(reply);
      ASSERT_EQ(reply->attributes.size(), 1u);
      EXPECT_EQ(reply->attributes[0].value, (engine::Bytes{10, 250, 1, 1}));
    }
    EXPECT_EQ(b->view().pools.at(0).in_use, row.granted ? 1u : 0u);
    world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas});
    world.run_for(200s);
    EXPECT_EQ(b->view().pools.at(0).in_use, 0u);
  }
}

TEST_F(RemoteAccess, WhatAClientIsToldMayChangeWithoutDisturbingIt) {
  start(client(), hub(policy_with(pool_of("10.250.1.1", "10.250.1.9"))));
  world.run_for(5s);
  ASSERT_EQ(assigned(*a), Words{"10.250.1.1/32"});
  world.clear_arrows();
  AuthorizationPolicy other =
      policy_with(std::make_shared<const Pool>(Pool{"CLIENTS-10.250.1.1", {{ip("10.250.1.1"), ip("10.250.2.99")}}, 32}));
  other.dns = {ip("10.10.0.53")};
  other.networks = {net("10.99.0.0/16")};
  Site more = hub(other);
  more.amend = [inner = more.amend](engine::Config& config, engine::crypto::KeyStore& keys) {
    inner(config, keys);
    engine::IkeProfile profile = *config.profiles.front();
    engine::RemoteAccess access = *profile.access;
    access.accounting = std::make_shared<const engine::RadiusGroup>(engine::RadiusGroup{.name = "R", .servers = {}});
    access.user_cached = true;
    profile.access = std::make_shared<const engine::RemoteAccess>(std::move(access));
    config.profiles.front() = std::make_shared<const engine::IkeProfile>(std::move(profile));
  };
  world.configure(*b, more);
  world.run_for(1s);
  EXPECT_TRUE(world.arrows().empty()) << b->diagnoses();
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.250.1.1")), Outcome::delivered);
  expect_settled();
}

TEST_F(RemoteAccess, OurOwnAddressesAreNobodysThoughAPoolHoldsThem) {
  start(client(), hub(policy_with(pool_of("203.0.113.19", "203.0.113.21"))));
  Node& other = world.add(client("C", "203.0.113.30"));
  Node& third = world.add(client("D", "203.0.113.31"));
  world.run_for(5s);
  Words all;
  for (const Node* each : {static_cast<const Node*>(a), static_cast<const Node*>(&other), static_cast<const Node*>(&third)})
    for (const std::string& address : assigned(*each)) all.push_back(address);
  std::ranges::sort(all);
  EXPECT_EQ(all, (Words{"203.0.113.19/32", "203.0.113.21/32"})) << b->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::address_pool_exhausted));
}

TEST_F(RemoteAccess, AfterACrashThoseComeFirstWhoHadAnAddress) {
  start(client(), hub(policy_with(pool_of("10.250.1.1", "10.250.1.2"))));
  Node& other = world.add(client("C", "203.0.113.30"));
  world.run_for(5s);
  const Words first = assigned(*a), second = assigned(other);
  ASSERT_EQ(first.size() + second.size(), 2u);
  world.restart(*b);
  Node& stranger = world.add(client("D", "203.0.113.31"));
  world.run_for(5s);
  EXPECT_TRUE(assigned(stranger).empty()) << "the address of somebody who is up as far as he knows";
  world.run_for(90s);
  EXPECT_EQ(assigned(*a), first);
  EXPECT_EQ(assigned(other), second);
  world.feed(*a, engine::Shutdown{});
  world.run_for(700s);
  EXPECT_EQ(assigned(stranger), first) << stranger.diagnoses();
}

}  // namespace
}  // namespace sim
