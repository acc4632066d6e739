#include "engine/crypto/path.hpp"

#include <gtest/gtest.h>

#include "tests/pki/maker.hpp"

namespace engine::crypto {
namespace {

using pki::day;
using pki::Holder;
using pki::now;

Result<ValidPath> judged(const std::vector<Bytes>& presented, const std::vector<std::shared_ptr<const Trustpoint>>& trustpoints,
                         WallTime at) {
  Inquiry nothing_fetched;
  return validate_path(presented, trustpoints, at, nothing_fetched);
}

struct Paths : testing::Test {
  Holder root = pki::authority();
  std::shared_ptr<Trustpoint> trustpoint = trusting({root});

  static std::shared_ptr<Trustpoint> trusting(const std::vector<Holder>& anchors) {
    auto out = std::make_shared<Trustpoint>();
    out->name = "TP";
    for (const Holder& anchor : anchors) out->anchors.push_back(anchor.certificate());
    return out;
  }
  Result<ValidPath> of(const std::vector<Holder>& presented, WallTime at = now) const {
    std::vector<Bytes> octets;
    for (const Holder& one : presented) octets.push_back(one.der);
    return judged(octets, {std::make_shared<const Trustpoint>(*trustpoint)}, at);  // values of a snapshot never change
  }
  static void expect(const Result<ValidPath>& verdict, Cause cause, const std::string& words = {}) {
    ASSERT_FALSE(verdict.ok()) << "wanted " << text_of(cause).name;
    EXPECT_EQ(verdict.failure().cause, cause) << text_of(verdict.failure().cause).name << ": " << verdict.failure().why;
    EXPECT_NE(verdict.failure().why.find(words), std::string::npos) << verdict.failure().why;
    EXPECT_EQ(verdict.failure().notify, NotifyType::authentication_failed) << "the peer learns no more";
  }
  static void expect_ok(const Result<ValidPath>& verdict) {
    EXPECT_TRUE(verdict.ok()) << (verdict.ok() ? "" : verdict.failure().why);
  }
};

TEST_F(Paths, OneThatHolds) {
  const Holder middle = pki::authority("CN=Sub,O=Example", &root);
  const auto verdict = of({pki::end_entity(middle, "DNS:gw.example.net"), middle});
  ASSERT_TRUE(verdict.ok()) << verdict.failure().why;
  EXPECT_EQ(verdict->peer.path, (std::vector<std::string>{"cn=gw,o=Example", "cn=Sub,o=Example", "cn=Root,o=Example"}));
  EXPECT_EQ(verdict->peer.trustpoint, "TP");
  EXPECT_EQ(verdict->peer.certificate->subject_text, "cn=gw,o=Example");
}

TEST_F(Paths, AnAnchorNeedNotBeARoot) {
  const Holder middle = pki::authority("CN=Sub,O=Example", &root);
  trustpoint = trusting({middle});
  expect_ok(of({pki::end_entity(middle, "")}));
  expect(of({pki::end_entity(root, "")}), Cause::unknown_authority);
}

TEST_F(Paths, ThePathIsFoundThroughACrossSign) {
  const Holder other_root = pki::authority("CN=Other Root");
  const Holder middle = pki::authority("CN=Sub", &other_root);
  pki::Wanted again{"CN=Sub", {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,keyCertSign"}}};
  const Holder cross = pki::certify(middle.key, again, root);
  expect_ok(of({pki::end_entity(middle, ""), middle, cross}));
  expect_ok(of({pki::end_entity(middle, ""), cross, middle, other_root}));
}

TEST_F(Paths, UnknownAuthority) {
  const Holder stranger = pki::authority("CN=Stranger"), namesake = pki::authority("CN=Root,O=Example");
  expect(of({pki::end_entity(stranger, "")}), Cause::unknown_authority);
  expect(of({pki::end_entity(stranger, ""), stranger}), Cause::unknown_authority);
  expect(of({pki::end_entity(namesake, "")}), Cause::certificate_path, "signature");
  expect(of({pki::issue({"CN=alone"}, nullptr)}), Cause::unknown_authority, "cn=alone");
  const Holder middle = pki::authority("CN=Sub", &root);
  expect(of({pki::end_entity(middle, "")}), Cause::unknown_authority);
  trustpoint = trusting({});
  expect(of({pki::end_entity(root, "")}), Cause::unknown_authority, "no trustpoint has");
}

TEST_F(Paths, OnlyWhatAPathNeedsIsLookedAt) {
  const Holder stranger = pki::authority("CN=Stranger");
  const Holder old = pki::issue({"CN=Old", {}, now - 9 * day, now - day}, &root);
  expect_ok(of({pki::end_entity(root, ""), stranger, old}));
}

TEST_F(Paths, Dates) {
  const Holder gateway = pki::end_entity(root, "");
  const WallTime first = now - 10 * day, last = now + 365 * day;
  expect_ok(of({gateway}, first + 1));
  expect_ok(of({gateway}, last - 1));
  expect(of({gateway}, first - 1), Cause::certificate_not_yet_valid);
  expect(of({gateway}, last + 1), Cause::certificate_expired);
  expect(of({pki::issue({"CN=old", {}, now - 9 * day, now - day}, &root)}), Cause::certificate_expired, "cn=old");
  expect(of({pki::issue({"CN=young", {}, now + day, now + 2 * day}, &root)}), Cause::certificate_not_yet_valid, "cn=young");
  // Beyond 32 bits of seconds, and without an end (RFC 5280, 4.1.2.5).
  const WallTime year_9999 = 253402300799;
  const Holder lasting = pki::issue({"CN=Root", {{"basicConstraints", "critical,CA:TRUE"}}, now - day, year_9999}, nullptr);
  trustpoint = trusting({lasting});
  expect_ok(of({pki::issue({"CN=gw", {}, now - day, year_9999}, &lasting)}, WallTime{1} << 33));
}

TEST_F(Paths, WhatACertificateIsFor) {
  const auto with = [&](const std::string& extension, const std::string& value) {
    return of({pki::issue({"CN=gw", {{extension, value}}}, &root)});
  };
  expect_ok(of({pki::issue({"CN=gw"}, &root)}));
  expect_ok(with("keyUsage", "critical,nonRepudiation"));
  expect(with("keyUsage", "critical,keyEncipherment"), Cause::certificate_usage, "key usage");
  for (const char* good : {"ipsecIKE", "anyExtendedKeyUsage", "serverAuth", "clientAuth", "1.3.6.1.5.5.8.2.2"})
    expect_ok(with("extendedKeyUsage", good));
  expect(with("extendedKeyUsage", "codeSigning,emailProtection"), Cause::certificate_usage, "extended key usage");
  expect(with("1.2.3.4", "critical,ASN1:NULL"), Cause::certificate_path, "critical");
  expect_ok(with("1.2.3.4", "ASN1:NULL"));
}

TEST_F(Paths, OnlyAuthoritiesIssue) {
  const Holder gateway = pki::end_entity(root, "");
  expect(of({pki::end_entity(gateway, "", "CN=forged"), gateway}), Cause::certificate_usage);
  const Holder signs_no_certificates =
      pki::issue({"CN=Sub", {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,cRLSign"}}}, &root);
  expect(of({pki::end_entity(signs_no_certificates, ""), signs_no_certificates}), Cause::certificate_usage);
}

TEST_F(Paths, Lengths) {
  const auto below = [](const Holder& issuer, int number, const char* constraint) {
    return pki::issue({"CN=Sub " + std::to_string(number), {{"basicConstraints", constraint}, {"keyUsage", "keyCertSign"}}},
                      &issuer);
  };
  const Holder last = below(root, 1, "critical,CA:TRUE,pathlen:0");
  expect_ok(of({pki::end_entity(last, ""), last}));
  const Holder too_far = below(last, 2, "critical,CA:TRUE");
  expect(of({pki::end_entity(too_far, ""), too_far, last}), Cause::path_too_long);
  std::vector<Holder> chain;
  for (int i = 0; i < static_cast<int>(max_path) - 2; ++i)
    chain.insert(chain.begin(), below(i ? chain.front() : root, i, "critical,CA:TRUE"));
  std::vector<Holder> whole = chain;
  whole.insert(whole.begin(), pki::end_entity(chain.front(), ""));
  expect_ok(of(whole));
  whole = chain;
  whole.insert(whole.begin(), below(chain.front(), 99, "critical,CA:TRUE"));
  whole.insert(whole.begin(), pki::end_entity(whole.front(), ""));
  expect(of(whole), Cause::path_too_long);
  expect(of(std::vector<Holder>(max_presented + 1, pki::end_entity(root, ""))), Cause::path_too_long);
}

TEST_F(Paths, LoopsEnd) {
  const pki::Wanted a{"CN=A", {{"basicConstraints", "critical,CA:TRUE"}}}, b{"CN=B", {{"basicConstraints", "critical,CA:TRUE"}}};
  const Holder first = pki::authority("CN=A"), second = pki::authority("CN=B");
  const Holder a_by_b = pki::certify(first.key, a, second), b_by_a = pki::certify(second.key, b, first);
  expect(of({pki::end_entity(first, ""), a_by_b, b_by_a}), Cause::unknown_authority);
}

TEST_F(Paths, NameConstraints) {
  const Holder bounded = pki::issue({"CN=Sub",
                                     {{"basicConstraints", "critical,CA:TRUE"},
                                      {"keyUsage", "critical,keyCertSign"},
                                      {"nameConstraints", "critical,permitted;DNS:example.net,excluded;DNS:secret.example.net"}}},
                                    &root);
  expect_ok(of({pki::end_entity(bounded, "DNS:gw.example.net"), bounded}));
  expect(of({pki::end_entity(bounded, "DNS:gw.example.com"), bounded}), Cause::name_constraints);
  expect(of({pki::end_entity(bounded, "DNS:gw.secret.example.net"), bounded}), Cause::name_constraints);
}

TEST_F(Paths, Revocation) {
  const Holder good = pki::end_entity(root, ""), bad = pki::end_entity(root, "");
  trustpoint->crls = {pki::crl(root, {pki::serial_of(bad)})};
  expect_ok(of({bad}));
  trustpoint->revocation = {RevocationMethod::crl};
  expect_ok(of({good}));
  expect(of({bad}), Cause::certificate_revoked);
  trustpoint->revocation = {RevocationMethod::crl, RevocationMethod::none};
  expect(of({bad}), Cause::certificate_revoked);
  trustpoint->crls = {};
  expect_ok(of({bad}));
  trustpoint->revocation = {RevocationMethod::crl};
  expect(of({good}), Cause::revocation_unknown);
}

TEST_F(Paths, RevocationListsThatDoNotCount) {
  const Holder good = pki::end_entity(root, ""), bad = pki::end_entity(root, ""), other = pki::authority("CN=Root,O=Example");
  const std::vector<long> serials{pki::serial_of(bad)};
  trustpoint->revocation = {RevocationMethod::crl};
  trustpoint->crls = {pki::crl(root, serials, now - 9 * day, now - day)};
  expect(of({good}), Cause::revocation_unknown, "expired");
  trustpoint->crls = {pki::crl(root, serials, now + day, now + 9 * day)};
  expect(of({good}), Cause::revocation_unknown);
  trustpoint->crls = {pki::crl(other, serials)};
  expect(of({good}), Cause::revocation_unknown);
  trustpoint->crls = {Bytes{1, 2, 3}};
  expect(of({good}), Cause::revocation_unknown);
}

TEST_F(Paths, RevocationOfACaOnTheWay) {
  const Holder middle = pki::authority("CN=Sub", &root), gateway = pki::end_entity(middle, "");
  trustpoint->revocation = {RevocationMethod::crl};
  trustpoint->crls = {pki::crl(root, {}), pki::crl(middle, {})};
  expect_ok(of({gateway, middle}));
  trustpoint->crls = {pki::crl(root, {pki::serial_of(middle)}), pki::crl(middle, {})};
  expect(of({gateway, middle}), Cause::certificate_revoked, "cn=Sub");
  trustpoint = trusting({middle});
  trustpoint->revocation = {RevocationMethod::crl};
  trustpoint->crls = {pki::crl(middle, {})};
  expect_ok(of({gateway}));  // nobody speaks of the anchor, which is trusted for itself
}

TEST_F(Paths, WeakKeysAndSignatures) {
  expect_ok(of({pki::end_entity(root, "", "CN=gw", "rsa 2048")}));
  expect(of({pki::end_entity(root, "", "CN=gw", "rsa 1024")}), Cause::weak_key);
  expect(of({pki::end_entity(root, "", "CN=gw", "rsa 512")}), Cause::weak_key);
  expect(of({pki::end_entity(root, "", "CN=gw", "secp256k1")}), Cause::weak_key, "kind not taken");
  const Holder weak = pki::authority("CN=Sub", &root, "rsa 1024");
  expect(of({pki::end_entity(weak, ""), weak}), Cause::weak_key);
  pki::Wanted sha1{"CN=gw"};
  sha1.digest = "SHA1";
  expect(of({pki::issue(sha1, &root)}), Cause::weak_key);
}

TEST_F(Paths, KeysThatAreNone) {
  const auto with = [&](std::size_t bits, const char* exponent, bool odd = true) {
    return of({pki::certify(pki::KeyPair::rsa_public(bits, exponent, odd), {"CN=gw"}, root)});
  };
  expect_ok(with(2048, "3"));
  for (const char* exponent : {"1", "2", "4", "10000000000000001"}) expect(with(2048, exponent), Cause::weak_key, "exponent");
  expect(with(2048, "10001", false), Cause::weak_key, "even");
  expect(with(1, "10001"), Cause::weak_key);
  expect(with(16384, "10001"), Cause::weak_key, "not looked at");
}

TEST_F(Paths, WhatIsNoCertificate) {
  const Bytes good = pki::end_entity(root, "").der;
  for (const auto& presented : std::vector<std::vector<Bytes>>{{{}}, {{0x30, 0x82}}, {good, {1}}, {Bytes(20000, 0x30)}}) {
    const auto verdict = judged(presented, {trustpoint}, now);
    expect(verdict, Cause::malformed_certificate);
  }
}

TEST_F(Paths, TheClosestTrustpointTellsWhy) {
  const auto other = trusting({pki::authority("CN=Other")});
  const Bytes old = pki::issue({"CN=old", {}, now - 9 * day, now - day}, &root).der;
  expect(judged({old}, {other, trustpoint}, now), Cause::certificate_expired);
  expect(judged({old}, {trustpoint, other}, now), Cause::certificate_expired);
  expect_ok(judged({pki::end_entity(root, "").der}, {other, trustpoint}, now));
}

TEST_F(Paths, OneThatHeldIsRememberedForItsTrustpointAndItsTime) {
  const Holder gateway = pki::end_entity(root, "", "CN=gw");
  const std::shared_ptr<const Trustpoint> same = trustpoint;
  const auto again = [&](const Bytes& der, WallTime at) { return judged({der}, {same}, at); };
  for (int i = 0; i < 3; ++i) {
    const auto verdict = again(gateway.der, now);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict->peer.path, (std::vector<std::string>{"cn=gw", "cn=Root,o=Example"}));
    EXPECT_TRUE(verdict->key);
  }
  expect(again(gateway.der, now + 366 * day), Cause::certificate_expired);
  expect(again(gateway.der, now - 11 * day), Cause::certificate_not_yet_valid);
  expect(judged({gateway.der}, {trusting({pki::authority("CN=Other")})}, now), Cause::unknown_authority);
  Bytes changed = gateway.der;
  changed[changed.size() - 3] ^= 1;
  expect(again(changed, now), Cause::certificate_path);
  // The oldest of too many gives way, and is looked at anew.
  for (std::size_t i = 0; i < max_remembered; ++i) expect_ok(again(pki::end_entity(root, "", "CN=x").der, now));
  expect_ok(again(gateway.der, now));
}

}  // namespace
}  // namespace engine::crypto
