// The habits of the clients that phones and laptops bring along, as peers of a hub: what they say beside what they have to, what
// they call themselves and whom they mean, which groups they offer, how they rekey, and that they move.
#include "engine/eap/settings.hpp"
#include "tests/sim/certificates.hpp"
#include "tests/sim/impair.hpp"
#include "tests/sim/remote_access.hpp"

namespace sim {
namespace {

namespace wire = engine::wire;
using engine::Identity;
using engine::IdType;

constexpr engine::KeyRef alices{4242};
constexpr std::uint16_t windows_server4 = 23456, windows_server6 = 23457, windows_notify = 12345;

Identity named(IdType type, const std::string& text) { return {type, engine::to_bytes(engine::as_bytes(text))}; }

class NativeClients : public WithCertificates {
 protected:
  using Words = std::vector<std::string>;
  bool query_identity = true;
  std::string hub_pfs;

  void SetUp() override {
    with_keys("rsa 2048");
    left.tunnel_interface = engine::TunnelInterface{.negotiated = true};
    left.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
    for (Site* site : {&left, &right}) {
      site->ike.groups = {"14"};
      site->dpd_interval = 10s;
      site->dpd_retry = 2s;
    }
    right.tunnels[0].identity_local = named(IdType::fqdn, "b.example.net");
  }
  void come() {
    const auto password = [](engine::crypto::KeyStore& keys) {
      keys.put(alices, engine::Secret(engine::as_bytes("open sesame")));
    };
    left.amend = [password](engine::Config& config, engine::crypto::KeyStore& keys) {
      password(keys);
      amend_profile(config, [](engine::IkeProfile& profile) {
        profile.auth_local = AuthMethod::eap;
        profile.eap_client = std::make_shared<const engine::EapClient>(engine::EapClient{"alice", alices});
      });
    };
    right.tunnels[0].pfs = hub_pfs;
    right.amend = [password, query = query_identity](engine::Config& config, engine::crypto::KeyStore& keys) {
      password(keys);
      engine::AuthorizationPolicy policy{.name = "P", .pool = pool_of("10.250.1.1", "10.250.1.9"), .ipv6_pool = nullptr};
      policy.dns = {ip("10.10.0.53")};
      make_hub(config, policy);
      engine::IkeProfile profile = *config.profiles.front();
      engine::EapServer server;
      server.query_identity = query;
      server.users = std::make_shared<const engine::LocalUsers>(engine::LocalUsers{{"alice", alices}});
      profile.eap_server = std::make_shared<const engine::EapServer>(std::move(server));
      profile.auth_remote = AuthMethod::eap;
      config.profiles.front() = std::make_shared<const engine::IkeProfile>(std::move(profile));
    };
    start(left, right);
  }
  /// The client's first IKE_AUTH request is so, and its CREATE_CHILD_SA requests likewise.
  void with_habits(std::function<void(Utterance&)> auth, std::function<void(Utterance&)> child = nullptr) {
    world.tap = std::make_unique<Wiretap>();
    impair(world, [this, auth, child](Utterance& said, const Flight& flight) {
      if (!a || !a->owns(flight.from.ip) || !said.header.initiator || said.header.response) return;
      if (said.header.exchange == wire::ExchangeType::ike_auth && wire::find_id(said.payloads, wire::PayloadType::id_i))
        auth(said);
      if (child && said.header.exchange == wire::ExchangeType::create_child_sa) child(said);
    });
  }
  static void ask_for(Utterance& said, const std::vector<std::uint16_t>& attributes) {
    auto* cp = part<wire::CpPayload>(said);
    ASSERT_TRUE(cp);
    for (const std::uint16_t type : attributes) cp->attributes.push_back({type, {}});
  }
  static void everything(Utterance& said) {
    for (wire::Payload& payload : said.payloads)
      if (auto* ts = std::get_if<wire::TsPayload>(&payload)) ts->selectors = {engine::TrafficSelector::of(net("0.0.0.0/0"))};
  }
  void expect_up() {
    ASSERT_EQ(b->ready(), 1u) << a->diagnoses() << b->diagnoses();
    EXPECT_EQ(b->view().ike_sas.at(0).eap_user, "alice");
    EXPECT_EQ(world.send(*a, packet("10.250.1.1", "10.10.0.5")), Outcome::delivered) << a->diagnoses();
    EXPECT_EQ(world.send(*b, packet("10.10.0.5", "10.250.1.1")), Outcome::delivered) << b->diagnoses();
  }
};

TEST_F(NativeClients, WindowsBehindANatCallsItselfByItsAddressAndAsksForMore) {
  world.nats.push_back(NatBox({ip("198.51.100.1")}, ip("203.0.113.99"), 60s));
  left.wan = ip("198.51.100.1");
  with_habits([](Utterance& said) {
    const auto* id = wire::find_id(said.payloads, wire::PayloadType::id_i);
    EXPECT_EQ(id->identity, Identity::of(ip("198.51.100.1")));
    EXPECT_FALSE(wire::find_id(said.payloads, wire::PayloadType::id_r));
    ask_for(said, {4, windows_server4, windows_server6});
    said.payloads.push_back(wire::notify(static_cast<engine::NotifyType>(windows_notify), {1, 2, 3, 4}));
  });
  come();
  world.run_for(5s);
  expect_up();
}

TEST_F(NativeClients, WindowsWithItsDefaultGroupIsRefusedAndTheCauseIsToldHere) {
  left.ike.groups = {"2"};
  come();
  world.run_for(5s);
  EXPECT_EQ(b->ready(), 0u);
  EXPECT_TRUE(b->diagnosed(Cause::proposal_mismatch)) << b->diagnoses();
  EXPECT_NE(b->diagnoses().find("roup 2"), std::string::npos) << b->diagnoses();
}

TEST_F(NativeClients, WindowsRekeysWithEverythingForSelectors) {
  left.child_lifetime = 120s;
  with_habits([](Utterance&) {}, everything);
  come();
  world.run_for(400s);
  expect_up();
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(NativeClients, AppleAlwaysSaysWhomItMeansAndAsksForWhatNobodyHas) {
  for (const bool right_name : {true, false}) {
    world = World{1};
    with_habits([right_name](Utterance& said) {
      ask_for(said, {2, 6, 12, 25});
      said.payloads.insert(
          said.payloads.begin() + 1,
          wire::IdPayload{wire::PayloadType::id_r, named(IdType::fqdn, right_name ? "b.example.net" : "other.example.net"), {}});
    });
    come();
    world.run_for(5s);
    expect_up();  // an answer says who we are; whether that is whom it means is its own to judge
  }
}

TEST_F(NativeClients, AppleWithoutPfsIsRekeyedWhereTheHubAsksForNoneAndRefusedWhereItDoes) {
  left.child_lifetime = 120s;
  come();
  world.run_for(400s);
  expect_up();
  world = World{1};
  hub_pfs = "14";
  come();
  world.run_for(300s);
  EXPECT_TRUE(b->diagnosed(Cause::pfs_mismatch)) << b->diagnoses();
}

TEST_F(NativeClients, AndroidsIdentityMayBeAnythingEvenTheGatewaysOwn) {
  for (const Identity& identity : {named(IdType::key_id, "ra-android"), named(IdType::fqdn, "b.example.net"),
                                   named(IdType::rfc822_address, "alice@corp.example")}) {
    world = World{1};
    left.tunnels[0].identity_local = identity;
    with_habits([&](Utterance& said) {
      ask_for(said, {});
      said.payloads.insert(said.payloads.begin() + 1, wire::IdPayload{wire::PayloadType::id_r, identity, {}});
    });
    come();
    world.run_for(5s);
    expect_up();
  }
}

TEST_F(NativeClients, MultipleAuthenticationsAreAnnouncedAndChangeNothing) {
  with_habits([](Utterance& said) { said.payloads.push_back(wire::notify(engine::NotifyType::multiple_auth_supported, {})); });
  come();
  world.run_for(5s);
  expect_up();
}

}  // namespace
}  // namespace sim
