// IKE_AUTH with EAP: a client that authenticates itself by a password, a gateway by a key or a certificate.
#include "engine/eap/server.hpp"
#include "engine/eap/settings.hpp"
#include "tests/sim/certificates.hpp"

namespace sim {
namespace {

using engine::AuthMethod;
using engine::EapServer;
using engine::KeyRef;

constexpr KeyRef alices{4242}, others{4243};

struct Eap : WithCertificates {
  Eap() {
    left = site_a();
    right = site_b();
  }
  /// A authenticates itself as this user, B takes EAP from alice alone.
  void put_eap(const std::string& user, KeyRef password, bool query_identity = true) {
    const auto passwords = [](engine::crypto::KeyStore& keys) {
      keys.put(alices, engine::Secret(engine::as_bytes("open sesame")));
      keys.put(others, engine::Secret(engine::as_bytes("something else")));
    };
    left.amend = [=](engine::Config& config, engine::crypto::KeyStore& keys) {
      passwords(keys);
      amend_profile(config, [=](engine::IkeProfile& profile) {
        profile.auth_local = AuthMethod::eap;
        profile.eap_client = std::make_shared<const engine::EapClient>(engine::EapClient{user, password});
      });
    };
    right.amend = [=](engine::Config& config, engine::crypto::KeyStore& keys) {
      passwords(keys);
      amend_profile(config, [=](engine::IkeProfile& profile) {
        profile.auth_remote = AuthMethod::eap;
        EapServer server;
        server.query_identity = query_identity;
        server.users = std::make_shared<const engine::LocalUsers>(engine::LocalUsers{{"alice", alices}});
        profile.eap_server = std::make_shared<const EapServer>(std::move(server));
      });
    };
  }
  /// What A has sent in the clear of its messages so far, by exchange.
  std::size_t sent(const std::string& arrow) const {
    return static_cast<std::size_t>(std::count_if(world.arrows().begin(), world.arrows().end(),
                                                  [&](const std::string& each) { return each.starts_with(arrow); }));
  }
};

TEST_F(Eap, APasswordOneWayAndAKeyTheOther) {
  for (const bool query : {true, false}) {
    world = World{1};
    put_eap("alice", alices, query);
    start(left, right);
    connect();
    EXPECT_EQ(sent("A -> B IKE_AUTH request"), query ? 5u : 4u);
    const auto view = b->view().ike_sas.at(0);
    EXPECT_EQ(view.eap_user, "alice");
    EXPECT_EQ(view.auth_remote, AuthMethod::eap);
    EXPECT_EQ(view.auth_local, AuthMethod::pre_share);
    EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::pre_share);
    expect_settled();
  }
}

TEST_F(Eap, ACertificateOfTheGateway) {
  with_keys("P-256");
  put_eap("alice", alices);
  start(left, right);
  connect();
  EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::ecdsa_sig);
  EXPECT_EQ(b->view().ike_sas.at(0).auth_remote, AuthMethod::eap);
}

TEST_F(Eap, UnknownUsersAndWrongPasswordsAreToldApartHereAlone) {
  for (const auto& [user, password, cause] :
       {std::tuple("alice", others, Cause::eap_wrong_password), std::tuple("bob", alices, Cause::eap_unknown_user)}) {
    world = World{1};
    put_eap(user, password);
    start(left, right);
    world.send(*a, a_to_b);
    world.run_until_idle();
    EXPECT_TRUE(b->diagnosed(cause)) << b->diagnoses();
    EXPECT_TRUE(a->diagnosed(Cause::eap_refused)) << a->diagnoses();
    EXPECT_FALSE(a->diagnosed(Cause::eap_wrong_password) || a->diagnosed(Cause::eap_unknown_user));
    EXPECT_EQ(a->ready() + b->ready(), 0u);
  }
}

TEST_F(Eap, AGatewayThatIsNotWhoItSaysLearnsNoName) {
  put_eap("alice", alices);
  right.tunnels[0].psk = "another key";
  start(left, right);
  world.send(*a, a_to_b);
  world.run_for(2s);
  EXPECT_TRUE(a->diagnosed(Cause::authentication_failed)) << a->diagnoses();
  EXPECT_EQ(sent("A -> B IKE_AUTH request 2"), 0u);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
}

TEST_F(Eap, AClientThatStopsInTheMiddleIsForgotten) {
  put_eap("alice", alices);
  start(left, right);
  world.drop = [&](const Flight& flight) { return world.arrow(flight).starts_with("A -> B IKE_AUTH request 3"); };
  world.send(*a, a_to_b);
  world.run_for(80s);
  EXPECT_EQ(b->view().half_open, 1u);
  world.run_for(400s);
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(100s);
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_TRUE(b->view().ike_sas.empty());
}

TEST_F(Eap, LostAndRepeatedMessagesChangeNothing) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    world = World{seed};
    world.faults.loss = 0.2;
    world.faults.duplicate = 0.3;
    world.faults.reorder = 0.3;
    put_eap("alice", alices);
    start(left, right);
    ASSERT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered) << seed << a->diagnoses() << b->diagnoses();
  }
}

TEST_F(Eap, WhoDoesNotTakeItSaysSo) {
  put_eap("alice", alices);
  right.amend = nullptr;
  start(left, right);
  world.send(*a, a_to_b);
  world.run_until_idle();
  EXPECT_TRUE(b->diagnosed(Cause::missing_payload)) << b->diagnoses();
  EXPECT_EQ(b->ready(), 0u);
}

TEST_F(Eap, RadiusDecidesAndIsSilent) {
  put_eap("alice", alices);
  right.amend = [inner = right.amend](engine::Config& config, engine::crypto::KeyStore& keys) {
    inner(config, keys);
    amend_profile(config, [](engine::IkeProfile& profile) {
      EapServer server;
      server.query_identity = true;
      server.radius = std::make_shared<const engine::RadiusGroup>(engine::RadiusGroup{.name = "R", .servers = {}});
      profile.eap_server = std::make_shared<const EapServer>(std::move(server));
    });
  };
  start(left, right);
  world.send(*a, a_to_b);
  world.run_until_idle();
  EXPECT_TRUE(b->diagnosed(Cause::radius_silent)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::eap_refused)) << a->diagnoses();
  // One that knows MSCHAPv2: the server of the engine stands for it.
  auto settings = std::make_shared<EapServer>();
  settings->users = std::make_shared<const engine::LocalUsers>(engine::LocalUsers{{"alice", alices}});
  auto server = std::make_shared<engine::eap::Server>(settings);
  auto rng = std::make_shared<SeededRng>(5);
  world.radius = [=](const engine::crypto::Job& job) -> std::optional<engine::crypto::JobResult> {
    const auto* asked = std::get_if<engine::radius::Authenticate>(&job);
    if (!asked) return std::nullopt;
    EXPECT_EQ(asked->user, "alice");
    engine::crypto::KeyStore keys;
    keys.put(alices, engine::Secret(engine::as_bytes("open sesame")));
    const auto packet = engine::eap::parse(asked->eap);
    auto step = packet->type == engine::eap::Type::identity ? server->begin(*rng) : server->take(*rng, asked->eap);
    if (auto* compute = std::get_if<engine::eap::Compute>(&step))
      step = server->resume(engine::crypto::run(std::move(compute->job), keys));
    if (auto* send = std::get_if<engine::eap::Send>(&step)) return engine::radius::Challenge{send->message, {1, 2, 3}};
    if (auto* passed = std::get_if<engine::eap::Passed>(&step))
      return engine::radius::Accept{passed->message, std::move(passed->msk), {}};
    return engine::radius::Reject{std::get<engine::eap::Refused>(step).message, "no"};
  };
  ASSERT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered) << a->diagnoses() << b->diagnoses();
  EXPECT_EQ(b->view().ike_sas.at(0).eap_user, "alice");
}

TEST_F(Eap, AClientThatRefusesUsInTheMiddleIsAnsweredAndItsReasonKept) {
  put_eap("alice", alices);
  left.tunnels[0].match_remote = {engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("another.example"))}};
  start(left, right);
  world.send(*a, a_to_b);
  world.run_for(2s);
  EXPECT_TRUE(a->diagnosed(Cause::identity_mismatch)) << a->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::peer_refused_authentication)) << b->diagnoses();
  EXPECT_EQ(b->view().half_open, 0u);
}

}  // namespace
}  // namespace sim
