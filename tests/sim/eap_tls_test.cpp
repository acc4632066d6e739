// IKE_AUTH with EAP-TLS: beside a gateway that shows who it is in IKE, and alone, where both show it in EAP (RFC 5998).
#include "engine/eap/settings.hpp"
#include "tests/sim/certificates.hpp"
#include "tests/sim/stranger.hpp"

namespace sim {
namespace {

using engine::IkeProfile;
using engine::TlsSettings;
using engine::TlsVersion;

class EapTlsInIke : public WithCertificates {
 protected:
  std::vector<std::string> users{"a.example.net"};
  TlsVersion newest = TlsVersion::tls_1_3;
  bool client_alone = false, gateway_alone = false;

  void put_tls() {
    left.amend = [this](engine::Config& config, engine::crypto::KeyStore&) {
      amend_profile(config, [this](IkeProfile& profile) {
        profile.auth_local = AuthMethod::eap;
        profile.eap_client = std::make_shared<const engine::EapClient>(engine::EapClient{
            {}, {}, std::make_shared<const TlsSettings>(TlsSettings{false, profile.sign.front(), profile.verify, newest})});
        if (client_alone) profile.auth_remote = AuthMethod::eap;
      });
    };
    right.amend = [this](engine::Config& config, engine::crypto::KeyStore&) {
      amend_profile(config, [this](IkeProfile& profile) {
        engine::EapServer server;
        engine::LocalUsers known;
        for (const std::string& name : users) known[name] = {};
        server.query_identity = true;
        server.users = std::make_shared<const engine::LocalUsers>(std::move(known));
        server.tls = std::make_shared<const TlsSettings>(TlsSettings{true, profile.sign.front(), profile.verify, newest});
        profile.eap_server = std::make_shared<const engine::EapServer>(std::move(server));
        profile.auth_remote = AuthMethod::eap;
        if (gateway_alone) profile.auth_local = AuthMethod::eap;
      });
    };
    left.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("a.example.net"))};
    right.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("b.example.net"))};
  }
  void ask_and_fail() {
    start(left, right);
    world.send(*a, a_to_b);
    world.run_for(5s);
    EXPECT_EQ(a->ready() + b->ready(), 0u);
  }
};

TEST_F(EapTlsInIke, BesideACertificateOfTheGateway) {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    world = World{1};
    newest = version;
    put_tls();
    start(left, right);
    connect();
    EXPECT_EQ(b->view().ike_sas.at(0).eap_user, "a.example.net");
    EXPECT_EQ(b->view().ike_sas.at(0).auth_remote, AuthMethod::eap);
    EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::ecdsa_sig);
    expect_settled();
  }
}

TEST_F(EapTlsInIke, AloneWhereBothWantIt) {
  client_alone = gateway_alone = true;
  for (const char* kind : {"P-256", "rsa 2048"}) {
    world = World{1};
    with_keys(kind);
    put_tls();
    start(left, right);
    connect();
    EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::eap);
    EXPECT_EQ(b->view().ike_sas.at(0).auth_local, AuthMethod::eap);
    expect_settled();
  }
}

TEST_F(EapTlsInIke, WhoWantsMoreThanEapGetsItOrIsRefused) {
  // The gateway shows itself by its certificate, whatever the client would be content with; that one takes EAP alone.
  client_alone = true;
  put_tls();
  ask_and_fail();
  EXPECT_TRUE(a->diagnosed(Cause::method_mismatch)) << a->diagnoses();
  world = World{1};
  client_alone = false;
  gateway_alone = true;
  put_tls();
  ask_and_fail();
  EXPECT_TRUE(b->diagnosed(Cause::method_mismatch)) << b->diagnoses();
}

TEST_F(EapTlsInIke, AloneTheGatewayHasToBeWhomItCallsItself) {
  client_alone = gateway_alone = true;
  put_tls();
  right.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("c.example.net"))};
  ask_and_fail();
  EXPECT_TRUE(a->diagnosed(Cause::certificate_identity)) << a->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::eap_tls_failed)) << b->diagnoses();
}

TEST_F(EapTlsInIke, AUserThatIsNotKnownIsRefusedAndLearnsNothing) {
  users = {"somebody.example.net"};
  put_tls();
  ask_and_fail();
  EXPECT_TRUE(b->diagnosed(Cause::eap_unknown_user)) << b->diagnoses();
  EXPECT_TRUE(a->diagnosed(Cause::eap_refused)) << a->diagnoses();
}

TEST_F(EapTlsInIke, LostAndRepeatedMessagesChangeNothing) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    world = World{seed};
    world.faults.loss = 0.2;
    world.faults.duplicate = 0.3;
    world.faults.reorder = 0.3;
    put_tls();
    start(left, right);
    ASSERT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered) << seed << a->diagnoses() << b->diagnoses();
  }
}

}  // namespace
}  // namespace sim
