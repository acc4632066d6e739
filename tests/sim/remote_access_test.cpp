// A hub and its clients: addresses, the interfaces that stand for clients, and what becomes of both.
#include "tests/sim/stranger.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::AuthorizationPolicy;
using Pool = engine::AddressPool;

std::shared_ptr<const Pool> pool_of(const std::string& first, const std::string& last, std::uint8_t length = 32) {
  return std::make_shared<const Pool>(Pool{"CLIENTS-" + first, {{ip(first), ip(last)}}, length});
}

/// The site's first profile is for clients, and its first entry is what their interfaces are copies of.
void make_hub(engine::Config& config, const AuthorizationPolicy& policy) {
  auto made_of = std::make_shared<engine::VirtualTemplate>();
  made_of->name = "Virtual-Template1";
  made_of->source_interface = "GigabitEthernet0/0";
  made_of->v6_inside = true;
  made_of->entry = *config.interfaces.front().entries.front();
  config.interfaces.clear();
  config.templates = {made_of};
  for (const auto& pool : {policy.pool, policy.ipv6_pool})
    if (pool) config.pools.push_back(pool);
  engine::IkeProfile profile = *config.profiles.front();
  profile.match_remote = {engine::MatchAny{}};
  profile.access = std::make_shared<const engine::RemoteAccess>(
      engine::RemoteAccess{"Virtual-Template1", std::make_shared<const AuthorizationPolicy>(policy)});
  config.profiles = {std::make_shared<const engine::IkeProfile>(profile)};
}

class RemoteAccess : public TwoSites {
 protected:
  /// A is the client, B the hub at 203.0.113.20.
  static Site client(const std::string& name = "A", const std::string& wan = "203.0.113.10") {
    Site site = site_a();
    site.name = name;
    site.wan = ip(wan);
    site.tunnel_interface = engine::TunnelInterface{.source = site.wan, .negotiated = true};
    site.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  static Site hub(const AuthorizationPolicy& policy) {
    Site site = site_b();
    site.tunnels[0].match_remote = {engine::MatchAny{}};
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    site.amend = [policy](engine::Config& config, engine::crypto::KeyStore&) { make_hub(config, policy); };
    return site;
  }
  static AuthorizationPolicy policy_with(std::shared_ptr<const Pool> pool, std::shared_ptr<const Pool> pool6 = nullptr) {
    return {.name = "P", .pool = std::move(pool), .ipv6_pool = std::move(pool6)};
  }
  static std::vector<std::string> assigned(const Node& node) {
    std::vector<std::string> out;
    for (const auto& [name, made] : node.interfaces_made)
      for (const engine::Prefix& each : made.addresses) out.push_back(each.to_string());
    return out;
  }
  static std::vector<std::string> routes(const Node& node, const std::string& interface) {
    std::vector<std::string> out;
    const auto made = node.interfaces_made.find(interface);
    if (made != node.interfaces_made.end())
      for (const engine::Prefix& each : made->second.routes) out.push_back(each.to_string());
    return out;
  }
  using Words = std::vector<std::string>;
};

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

}  // namespace
}  // namespace sim
