// What a hub and its clients tell each other in configuration payloads beside addresses: networks either way (CFG_SET), policies
// of single users, how long a session lasts, and what a RADIUS server orders of it.
#include "tests/sim/remote_access.hpp"
#include "tests/sim/stranger.hpp"

namespace sim {
namespace {

using engine::NameMangler;
using engine::RemoteAccess;

class Networks : public sim::RemoteAccess {
 protected:
  using Amend = std::function<void(engine::RemoteAccess&)>;
  /// The site's first profile says this of configuration payloads beside what it says anyhow.
  static void amend_access(engine::Config& config, const Amend& amend) {
    amend_profile(config, [&](engine::IkeProfile& profile) {
      engine::RemoteAccess access =
          profile.access ? *profile.access : engine::RemoteAccess{{}, std::make_shared<const AuthorizationPolicy>()};
      amend(access);
      profile.access = std::make_shared<const engine::RemoteAccess>(std::move(access));
    });
  }
  static Site with_access(Site site, const Amend& amend) {
    site.amend = [inner = site.amend, amend](engine::Config& config, engine::crypto::KeyStore& keys) {
      if (inner) inner(config, keys);
      amend_access(config, amend);
    };
    return site;
  }
  /// A client that says what is behind it.
  static Site spoke(const std::vector<std::string>& networks, const std::string& name = "A",
                    const std::string& wan = "203.0.113.10") {
    return with_access(client(name, wan), [networks](engine::RemoteAccess& access) {
      AuthorizationPolicy policy{.name = "S", .pool = nullptr, .ipv6_pool = nullptr};
      for (const std::string& each : networks) policy.networks.push_back(net(each));
      access.policy = std::make_shared<const AuthorizationPolicy>(std::move(policy));
    });
  }
  static AuthorizationPolicy usual() {
    AuthorizationPolicy policy = policy_with(pool_of("10.250.1.1", "10.250.1.9"));
    policy.networks = {net("10.10.0.0/16")};
    return policy;
  }
};

TEST_F(Networks, BothEndsRouteWhatTheOtherTells) {
  start(spoke({"10.217.20.0/24", "10.218.0.0/16"}), hub(usual()));
  world.run_for(5s);
  EXPECT_EQ(routes(*a, "GigabitEthernet0/0"), Words{"10.10.0.0/16"}) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.217.20.0/24", "10.218.0.0/16"}));
  EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.217.20.9")), Outcome::delivered);
  expect_settled();
  // They stay where the IKE SA is rekeyed, and go with it.
  world.feed(*a, engine::Shutdown{});
  world.run_for(5s);
  EXPECT_TRUE(routes(*b, "Virtual-Access1").empty());
}

TEST_F(Networks, AreKeptAcrossRekeys) {
  Site left = spoke({"10.217.20.0/24"});
  left.ike_lifetime = 120s;
  start(left, hub(usual()));
  world.run_for(600s);
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.217.20.0/24"})) << b->diagnoses();
  expect_settled();
}

TEST_F(Networks, WhatIsOursOrAnothersOrEverythingIsNotRouted) {
  Site right = hub(usual());
  start(spoke({"0.0.0.0/0", "203.0.113.0/25", "10.217.20.0/24"}), right);
  world.run_for(5s);
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.217.20.0/24"})) << b->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::network_refused)) << b->diagnoses();
  Node& other = world.add(spoke({"10.217.20.128/25", "10.250.1.1/32", "10.219.0.0/16"}, "C", "203.0.113.30"));
  world.run_for(5s);
  EXPECT_EQ(routes(*b, "Virtual-Access2"), (Words{"10.250.1.2/32", "10.219.0.0/16"})) << b->diagnoses() << other.diagnoses();
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.217.20.0/24"}));
}

TEST_F(Networks, AreNotToldOrTakenWhereTheProfileSaysSo) {
  start(spoke({"10.217.20.0/24"}), with_access(hub(usual()), [](engine::RemoteAccess& access) { access.accept = false; }));
  world.run_for(5s);
  EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.250.1.1/32"});
  world = World{2};
  AuthorizationPolicy none = usual();
  none.accept_routes = false;
  start(spoke({"10.217.20.0/24"}), hub(none));
  world.run_for(5s);
  EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.250.1.1/32"});
  world = World{3};
  start(with_access(spoke({"10.217.20.0/24"}), [](engine::RemoteAccess& access) { access.send = false; }), hub(usual()));
  world.run_for(5s);
  EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.250.1.1/32"});
  EXPECT_EQ(world.send(*a, packet("10.250.1.1", "10.10.0.5")), Outcome::delivered);
}

TEST_F(Networks, TheInterfacesAddressIsToldAndWhatIsBehindAClientMayBeConfigured) {
  AuthorizationPolicy policy = usual();
  policy.tell_interface = true;
  policy.peer_networks = {net("10.217.0.0/16")};
  Site right = hub(policy);
  right.amend = [inner = right.amend](engine::Config& config, engine::crypto::KeyStore& keys) {
    inner(config, keys);
    auto made_of = *config.templates.front();
    made_of.addresses = {ip("10.250.0.1")};
    config.templates = {std::make_shared<const engine::VirtualTemplate>(std::move(made_of))};
  };
  start(client(), right);
  world.run_for(5s);
  EXPECT_EQ(routes(*a, "GigabitEthernet0/0"), (Words{"10.10.0.0/16", "10.250.0.1/32"})) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.217.0.0/16"}));
}

TEST_F(Networks, APolicyIsNamedByAPartOfTheIdentity) {
  NameMangler mangler{.name = "M"};
  mangler.fqdn = {NameMangler::Part::first, '.', {}};
  AuthorizationPolicy own{.name = "spoke17", .pool = nullptr, .ipv6_pool = nullptr};
  own.networks = {net("10.99.0.0/16")};
  own.peer_networks = {net("10.217.0.0/16")};
  own.session_lifetime = 300s;
  Site right = with_access(hub(usual()), [&](engine::RemoteAccess& access) {
    access.user.mangler = mangler;
    access.policies["spoke17"] = std::make_shared<const AuthorizationPolicy>(own);
  });
  Site left = client();
  left.tunnels[0].identity_local =
      engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("spoke17.example.net"))};
  start(left, right);
  Node& other = world.add(client("C", "203.0.113.30"));
  world.run_for(5s);
  EXPECT_EQ(routes(*a, "GigabitEthernet0/0"), (Words{"10.10.0.0/16", "10.99.0.0/16"})) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(routes(other, "GigabitEthernet0/0"), Words{"10.10.0.0/16"});
  EXPECT_EQ(assigned(*a).size() + assigned(other).size(), 2u);
  world.run_for(400s);
  EXPECT_TRUE(a->diagnosed(Cause::peer_deleted) || b->ended(Cause::session_over)) << b->diagnoses();
}

TEST_F(Networks, ASessionEndsWhenItsTimeIsOver) {
  AuthorizationPolicy policy = usual();
  policy.session_lifetime = 120s;
  Site left = client();
  left.ike_lifetime = 100s;  // a rekey gives no more time
  start(left, hub(policy));
  world.run_for(115s);
  EXPECT_EQ(b->ended(Cause::session_over), 0u);
  world.run_for(10s);
  EXPECT_EQ(b->ended(Cause::session_over), 1u) << b->diagnoses();
}

TEST_F(Networks, ARadiusServerEndsAndChangesSessions) {
  start(client(), hub(usual()));
  Node& other = world.add(client("C", "203.0.113.30"));
  world.run_for(5s);
  ASSERT_EQ(b->ready(), 2u);
  const auto order = [&](engine::radius::Order what) {
    world.feed(*b, engine::Ordered{7, std::move(what)});
    world.run_for(2s);
    return b->orders_done.empty() ? 99u : b->orders_done.back().result.sessions;
  };
  EXPECT_EQ(order({.disconnect = true, .session = "nobody"}), 0u);
  EXPECT_EQ(order({.disconnect = true, .session = {}, .user = "203.0.113.10", .framed = ip("10.250.1.2")}), 0u);
  EXPECT_EQ(b->ended(Cause::radius_disconnected), 0u);
  EXPECT_EQ(order({.disconnect = false, .session = {}, .user = "203.0.113.30", .framed = {}, .session_seconds = 30}), 1u);
  EXPECT_EQ(order({.disconnect = true, .session = {}, .user = {}, .framed = ip("10.250.1.1")}), 1u);
  EXPECT_EQ(b->ended(Cause::radius_disconnected), 1u);
  world.run_for(40s);
  EXPECT_EQ(b->ended(Cause::session_over), 1u);
  (void)other;
}

TEST_F(Networks, OddSettingsOfAClientAreAcknowledgedWithNothing) {
  using engine::wire::CfgType;
  using engine::wire::CpPayload;
  Site quiet = client();
  quiet.tunnel_interface->responder_only = true;
  start(quiet, hub(usual()));
  Stranger stranger(world, *b, *a);
  stranger.begin();
  engine::wire::Payloads payloads = stranger.child(0x1111);
  payloads.insert(payloads.begin(),
                  {stranger.id(), engine::wire::AuthPayload{2, stranger.auth(1)}, CpPayload{CfgType::request, {{1, {}}}}});
  ASSERT_TRUE(stranger.ask(engine::wire::ExchangeType::ike_auth, 1, payloads));
  const engine::Bytes holes{10, 9, 0, 0, 255, 0, 255, 0};
  std::vector<engine::wire::CfgAttribute> many(200, {13, {10, 1, 1, 0, 255, 255, 255, 0}});
  const CpPayload odd[] = {{CfgType::set, {{13, {10, 9, 0}}}},
                           {CfgType::set, {{13, holes}}},
                           {CfgType::set, {{15, engine::Bytes(17, 0xFF)}}},
                           {CfgType::set, {}},
                           {CfgType::set, {{1, {10, 250, 1, 5}}}},
                           {CfgType::ack, {{13, {10, 9, 0, 0, 255, 255, 0, 0}}}},
                           {static_cast<CfgType>(77), {{13, {10, 9, 0, 0, 255, 255, 0, 0}}}}};
  std::uint32_t id = 2;
  for (const CpPayload& each : odd) {
    ASSERT_TRUE(stranger.ask(engine::wire::ExchangeType::informational, id++, {each}));
    EXPECT_EQ(routes(*b, "Virtual-Access1"), Words{"10.250.1.1/32"});
  }
  ASSERT_TRUE(stranger.ask(engine::wire::ExchangeType::informational, id++, {CpPayload{CfgType::set, many}}));
  EXPECT_EQ(routes(*b, "Virtual-Access1"), (Words{"10.250.1.1/32", "10.1.1.0/24"}));
}

}  // namespace
}  // namespace sim
