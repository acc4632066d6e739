// IKE_AUTH with certificates: every signature, either way round, identities, CERTREQ, and what is refused.
#include "tests/sim/certificates.hpp"

namespace sim {
namespace {

using engine::AuthMethods;
using pki::day;

struct Certificates : WithCertificates {};

TEST_F(Certificates, EveryKindOfKey) {
  for (const char* kind : {"rsa 2048", "P-256", "P-384", "P-521", "ed25519", "ed448"}) {
    world = World{1};
    with_keys(kind);
    start_both();
    connect();
    const auto view = a->view().ike_sas.at(0);
    EXPECT_EQ(view.local_id, "cn=a,o=Example") << kind;
    EXPECT_EQ(view.remote_id, "cn=b,o=Example") << kind;
    EXPECT_EQ(view.auth_remote, std::string(kind).rfind("rsa", 0) == 0 ? AuthMethod::rsa_sig : AuthMethod::ecdsa_sig) << kind;
    EXPECT_EQ(b->view().ike_sas.at(0).auth_local, view.auth_remote);
    expect_settled();
  }
}

TEST_F(Certificates, AnotherMethodEachWay) {
  const auto rsa = identified({root}, pki::end_entity(root, "", "CN=b", "rsa 2048"));
  put(right, rsa, AuthMethod::ecdsa_sig, rsa.trustpoint);
  left.tunnels[0].certificates->remote = AuthMethod::rsa_sig;
  start_both();
  connect();
  EXPECT_EQ(a->view().ike_sas.at(0).auth_local, AuthMethod::ecdsa_sig);
  EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::rsa_sig);
}

TEST_F(Certificates, ASignatureOneWayAndAKeyTheOther) {
  left.tunnels[0].certificates->remote = AuthMethod::pre_share;
  right.tunnels[0].certificates->local = AuthMethod::pre_share;
  start_both();
  connect();
  EXPECT_EQ(b->view().ike_sas.at(0).auth_local, AuthMethod::pre_share);
  EXPECT_EQ(b->view().ike_sas.at(0).auth_remote, AuthMethod::ecdsa_sig);
  EXPECT_EQ(b->view().ike_sas.at(0).local_id, "203.0.113.20");
  // And begun by the other end.
  world = World{2};
  start_both();
  world.send(*b, b_to_a);
  world.run_until_idle();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << a->diagnoses() << b->diagnoses();
}

TEST_F(Certificates, AProfileThatTakesSeveralMethods) {
  AuthMethods several = AuthMethod::pre_share;
  several.add(AuthMethod::rsa_sig);
  several.add(AuthMethod::ecdsa_sig);
  right.tunnels[0].certificates->remote = several;
  start_both();
  connect();
  EXPECT_EQ(b->view().ike_sas.at(0).auth_remote, AuthMethod::ecdsa_sig);
}

TEST_F(Certificates, ChainsTravel) {
  const pki::Holder middle = pki::authority("CN=Sub", &root);
  const auto own = identified({root}, pki::end_entity(middle, "", "CN=a"), {middle});
  put(left, own, AuthMethod::ecdsa_sig, own.trustpoint);
  start_both();
  connect();
  expect_settled();
}

TEST_F(Certificates, TheOneThatThePeerAsksForIsTaken) {
  const pki::Holder other = pki::authority("CN=Other");
  const auto first = identified({other}, pki::end_entity(other, "", "CN=from other"));
  auto& words = *left.tunnels[0].certificates;
  words.sign.insert(words.sign.begin(), first.trustpoint);
  words.private_keys.push_back({first.trustpoint->key, first.private_key});
  auto& theirs = *right.tunnels[0].certificates;
  theirs.sign.insert(theirs.sign.begin(), first.trustpoint);
  theirs.private_keys.push_back({first.trustpoint->key, first.private_key});
  start_both();
  connect();
  EXPECT_EQ(b->view().ike_sas.at(0).remote_id, "cn=a,o=Example");
  EXPECT_EQ(a->view().ike_sas.at(0).remote_id, "cn=b,o=Example");
}

TEST_F(Certificates, IdentitiesOfTheCertificate) {
  const auto name = [](engine::IdType type, const std::string& text) {
    return engine::Identity{type, engine::to_bytes(engine::as_bytes(text))};
  };
  const auto own =
      identified({root}, pki::end_entity(root, "DNS:a.example.net,email:noc@example.net,IP:203.0.113.10,IP:2001:db8::1", "CN=a"));
  put(left, own, AuthMethod::ecdsa_sig, own.trustpoint);
  for (const engine::Identity& identity :
       {name(engine::IdType::fqdn, "a.example.net"), name(engine::IdType::rfc822_address, "noc@example.net"),
        engine::Identity::of(ip("203.0.113.10")), engine::Identity::of(ip("2001:db8::1"))}) {
    world = World{1};
    left.tunnels[0].identity_local = identity;
    start_both();
    connect();
    EXPECT_EQ(b->view().ike_sas.at(0).remote_id, identity.to_string());
  }
}

TEST_F(Certificates, MatchCertificate) {
  auto map = std::make_shared<engine::CertificateMap>(engine::CertificateMap{
      "MAP", {{10, {{engine::CertificateField::subject_name, engine::CertificatePredicate::co, "cn=a"}}}}});
  right.tunnels[0].match_remote = {net("198.51.100.1/32")};
  right.tunnels[0].certificates->match = {map};
  left.tunnels[0].match_remote = {net("198.51.100.1/32")};
  auto other = std::make_shared<engine::CertificateMap>(*map);
  other->entries[0].rules[0].value = "cn=b";
  left.tunnels[0].certificates->match = {other};
  start_both();
  connect();
  expect_settled();
  // A change elsewhere does not take it down: it is remembered what the certificate was.
  Site changed = right;
  changed.dpd_interval = 30s;
  world.feed(*b, engine::ConfigChanged{compile(changed).config});
  world.run_for(5s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(b->ready(), 1u);
}

TEST_F(Certificates, ThePathToTheCaIsNotTheProfile) {
  auto map = std::make_shared<engine::CertificateMap>(engine::CertificateMap{
      "MAP", {{10, {{engine::CertificateField::subject_name, engine::CertificatePredicate::co, "cn=x"}}}}});
  right.tunnels[0].match_remote = {net("198.51.100.1/32")};
  right.tunnels[0].certificates->match = {map};
  expect_refused(b, Cause::no_matching_profile);
}

TEST_F(Certificates, RekeysKeepWhoThePeerIs) {
  left.ike_lifetime = 60s;
  start_both();
  connect();
  world.run_for(120s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(a->view().ike_sas.at(0).auth_remote, AuthMethod::ecdsa_sig);
  EXPECT_EQ(b->view().ike_sas.at(0).remote_id, "cn=a,o=Example");
}

TEST_F(Certificates, WithAPostquantumKeyBeside) {
  for (Site* site : {&left, &right}) site->tunnels[0].ppk = PpkWords{"id", "postquantum", true};
  start_both();
  connect();
  EXPECT_TRUE(a->view().ike_sas.at(0).ppk);
  // One end without it, and optional for the other: both AUTHs are signatures.
  world = World{2};
  left.tunnels[0].ppk->required = false;
  right.tunnels[0].ppk->key = "another";
  right.tunnels[0].ppk->id = "another";
  right.tunnels[0].ppk->required = false;
  start_both();
  connect();
  EXPECT_FALSE(a->view().ike_sas.at(0).ppk);
}

// ---- Refused: a cause for us, AUTHENTICATION_FAILED for the peer ----

TEST_F(Certificates, UnknownAuthority) {
  const pki::Holder stranger = pki::authority("CN=Stranger");
  const auto own = identified({stranger}, pki::end_entity(stranger, "", "CN=a"));
  put(left, own, AuthMethod::ecdsa_sig, trusting({root}));
  expect_refused(b, Cause::unknown_authority, "cn=a");
}

TEST_F(Certificates, TheResponderIsHeldToTheSame) {
  const pki::Holder stranger = pki::authority("CN=Stranger");
  const auto own = identified({stranger}, pki::end_entity(stranger, "", "CN=b"));
  put(right, own, AuthMethod::ecdsa_sig, trusting({root}));
  expect_refused(a, Cause::unknown_authority, "cn=b");
}

TEST_F(Certificates, ExpiredWhileWeRun) {
  pki::Wanted wanted{"CN=a"};
  wanted.not_after = pki::now + 60;
  const auto own = identified({root}, pki::issue(wanted, &root));
  put(left, own, AuthMethod::ecdsa_sig, own.trustpoint);
  start_both();
  world.run_for(90s);
  world.send(*a, a_to_b);
  world.run_for(20s);
  EXPECT_TRUE(b->diagnosed(Cause::certificate_expired)) << b->diagnoses();
  EXPECT_EQ(a->children(), 0u);
}

TEST_F(Certificates, NotYetValid) {
  pki::Wanted wanted{"CN=a"};
  wanted.not_before = pki::now + day;
  const auto own = identified({root}, pki::issue(wanted, &root));
  put(left, own, AuthMethod::ecdsa_sig, own.trustpoint);
  expect_refused(b, Cause::certificate_not_yet_valid);
}

TEST_F(Certificates, Revoked) {
  const pki::Holder gateway = pki::end_entity(root, "", "CN=a");
  const auto own = identified({root}, gateway);
  put(left, own, AuthMethod::ecdsa_sig, own.trustpoint);
  auto checking = trusting({root});
  checking->revocation = {engine::RevocationMethod::crl};
  checking->crls = {pki::crl(root, {pki::serial_of(gateway)})};
  right.tunnels[0].certificates->verify = {checking};
  expect_refused(b, Cause::certificate_revoked);
}

TEST_F(Certificates, AnotherIdentityThanTheCertificates) {
  left.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("b.example.net"))};
  expect_refused(b, Cause::certificate_identity, "b.example.net");
}

TEST_F(Certificates, NoneWhereOneIsNeeded) {
  left.tunnels[0].certificates->sign = {};
  start_both();
  world.send(*a, a_to_b);
  world.run_for(20s);
  EXPECT_TRUE(a->diagnosed(Cause::no_certificate)) << a->diagnoses();
  expect_arrows({});
}

TEST_F(Certificates, NoPrivateKeyEndsTheSaCleanly) {
  left.tunnels[0].certificates->private_keys = {};
  expect_refused(a, Cause::internal_error, "no private key");
  right.tunnels[0].certificates->private_keys = {};
  world = World{2};
  with_keys("P-256");
  right.tunnels[0].certificates->private_keys = {};
  expect_refused(b, Cause::internal_error, "no private key");
}

TEST_F(Certificates, AKeyWhereASignatureIsWanted) {
  left.tunnels[0].certificates.reset();
  left.tunnels[0].match_remote = {engine::MatchAny{}};
  expect_refused(b, Cause::method_mismatch, "ECDSA");
}

TEST_F(Certificates, AnotherKindOfKeyThanTheProfileWants) {
  right.tunnels[0].certificates->remote = AuthMethod::rsa_sig;
  expect_refused(b, Cause::method_mismatch, "an RSA signature");
}

struct OcspWithinIke : WithCertificates {
  pki::Holder mine = pki::end_entity(root, "", "CN=a,O=Example"), theirs = pki::end_entity(root, "", "CN=b,O=Example");

  OcspWithinIke() {
    for (auto& [site, holder] : {std::pair{&left, &mine}, std::pair{&right, &theirs}}) {
      const auto own = identified({root}, *holder);
      own.trustpoint->revocation = {engine::RevocationMethod::ocsp};
      put(*site, own, AuthMethod::ecdsa_sig, own.trustpoint);
    }
  }
  void tell(Node& node, const pki::Holder& holder, pki::OcspSaid::Status status) {
    world.feed(node, engine::OwnStatus{"CA", pki::ocsp_response(holder, root, root, {status})});
  }
  void expect_refusal_by_b(Cause cause, const std::string& words) {
    world.send(*a, a_to_b);
    world.run_for(20s);
    EXPECT_TRUE(b->diagnosed(cause)) << b->diagnoses();
    EXPECT_NE(b->diagnoses().find(words), std::string::npos) << b->diagnoses();
    EXPECT_EQ(b->children(), 0u);
  }
};

TEST_F(OcspWithinIke, WhatTheResponderSaysTravelsBothWays) {
  start_both();
  tell(*a, mine, pki::OcspSaid::Status::good);
  tell(*b, theirs, pki::OcspSaid::Status::good);
  connect();
  expect_settled();
}

TEST_F(OcspWithinIke, ARevokedCertificateIsRefused) {
  start_both();
  tell(*a, mine, pki::OcspSaid::Status::revoked);
  tell(*b, theirs, pki::OcspSaid::Status::good);
  expect_refusal_by_b(Cause::certificate_revoked, "says OCSP");
}

TEST_F(OcspWithinIke, WithoutAResponseNothingIsKnown) {
  start_both();
  tell(*b, theirs, pki::OcspSaid::Status::good);
  expect_refusal_by_b(Cause::revocation_unknown, "no OCSP responder is known");
}

TEST_F(OcspWithinIke, OneAboutAnotherCertificateIsNone) {
  start_both();
  tell(*a, theirs, pki::OcspSaid::Status::good);
  tell(*b, theirs, pki::OcspSaid::Status::good);
  expect_refusal_by_b(Cause::revocation_unknown, "no OCSP responder is known");
}

}  // namespace
}  // namespace sim
