// What is fetched about revocation, for whom, and what comes of it. Nobody fetches here: the test plays the servers.
#include "engine/crypto/revocation.hpp"

#include <gtest/gtest.h>
#include <openssl/ocsp.h>

#include "engine/crypto/path.hpp"
#include "tests/pki/maker.hpp"

namespace engine::crypto {
namespace {

using pki::Holder;
using pki::now;
using pki::OcspSaid;

constexpr const char *list_url = "http://ca.example.net/root.crl", *delta_url = "http://ca.example.net/delta.crl",
                     *responder_url = "http://ocsp.example.net";

struct Fetching : testing::Test {
  Holder root = pki::authority();
  Holder gateway = with_urls(root);
  std::shared_ptr<Trustpoint> trustpoint = std::make_shared<Trustpoint>();
  Inquiry inquiry;

  Fetching() {
    trustpoint->name = "TP";
    trustpoint->anchors = {root.certificate()};
    inquiry.nonce = Bytes(16, 7);
    inquiry.begun = now;
  }
  static Holder with_urls(const Holder& issuer, const std::string& crl = list_url) {
    return pki::issue({"CN=gw,O=Example",
                       {{"crlDistributionPoints", "URI:ldap://ca.example.net/cn=crl,URI:" + crl},
                        {"authorityInfoAccess", std::string("OCSP;URI:") + responder_url}}},
                      &issuer);
  }
  void ask(std::vector<RevocationMethod> methods) { trustpoint->revocation = std::move(methods); }
  Result<ValidPath> judge(const std::vector<Holder>& presented, WallTime at = now) {
    std::vector<Bytes> octets;
    for (const Holder& one : presented) octets.push_back(one.der);
    inquiry.wanted.clear();
    return validate_path(octets, {std::make_shared<const Trustpoint>(*trustpoint)}, at, inquiry);
  }
  std::vector<std::string> wanted() const {
    std::vector<std::string> out;
    for (const Fetch& each : inquiry.wanted) out.push_back(each.url);
    return out;
  }
  /// What was wanted came, or it did not.
  void answer(const Bytes& octets, const std::string& failure = {}, WallTime at = now) {
    ASSERT_FALSE(inquiry.wanted.empty());
    put(inquiry.wanted.front().key, {inquiry.wanted.front().url, octets, failure, inquiry.wanted.front().nonce, at});
  }
  void put(const std::string& key, Document document) {
    auto changed = std::make_shared<Documents>(*inquiry.documents);
    (*changed)[key] = std::make_shared<const Document>(std::move(document));
    inquiry.documents = std::move(changed);
  }
  static void expect(const Result<ValidPath>& verdict, Cause cause, const std::string& words = {}) {
    ASSERT_FALSE(verdict.ok());
    EXPECT_EQ(verdict.failure().cause, cause) << verdict.failure().why;
    EXPECT_NE(verdict.failure().why.find(words), std::string::npos) << verdict.failure().why;
  }
  using Urls = std::vector<std::string>;
};

TEST_F(Fetching, AListFromWhereTheCertificateSays) {
  ask({RevocationMethod::crl});
  expect(judge({gateway}), Cause::revocation_unknown);
  EXPECT_EQ(wanted(), Urls{list_url}) << "and nothing by LDAP";
  answer(pki::crl(root, {}));
  EXPECT_TRUE(judge({gateway}).ok());
  EXPECT_TRUE(wanted().empty());
  put(list_url, {list_url, pki::crl(root, {pki::serial_of(gateway)}), {}, {}, now});
  expect(judge({gateway}), Cause::certificate_revoked);
}

TEST_F(Fetching, AListFromWhereTheTrustpointSays) {
  ask({RevocationMethod::crl});
  trustpoint->crl_url = "http://192.0.2.1/other.crl";
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{trustpoint->crl_url});
  answer(pki::crl(root, {pki::serial_of(gateway)}));
  expect(judge({gateway}), Cause::certificate_revoked);
}

TEST_F(Fetching, NothingForACertificateThatNobodyTrusts) {
  for (const auto& methods : {std::vector{RevocationMethod::crl}, std::vector{RevocationMethod::ocsp}}) {
    ask(methods);
    const Holder stranger = pki::authority("CN=Stranger"), namesake = pki::authority();
    expect(judge({with_urls(stranger), stranger}), Cause::unknown_authority);
    EXPECT_TRUE(wanted().empty());
    (void)judge({with_urls(namesake)});
    EXPECT_TRUE(wanted().empty()) << "a name that is that of our CA is no signature of it";
    Holder changed = gateway;
    changed.der[changed.der.size() - 3] ^= 1;
    (void)judge({changed});
    EXPECT_TRUE(wanted().empty());
    (void)judge({gateway}, now + 400 * pki::day);
    EXPECT_TRUE(wanted().empty()) << "expired";
    const Holder mail = pki::issue(
        {"CN=mail", {{"extendedKeyUsage", "emailProtection"}, {"crlDistributionPoints", std::string("URI:") + list_url}}}, &root);
    (void)judge({mail});
    EXPECT_TRUE(wanted().empty()) << "for something else";
  }
}

TEST_F(Fetching, WhatIsNoListIsNoHelp) {
  ask({RevocationMethod::crl});
  const Holder other = pki::authority("CN=Other");
  for (const Bytes& bad : {Bytes{}, Bytes{1, 2, 3}, Bytes(5000, 0x30), pki::crl(other, {}), pki::crl(root, {}, now - 9, now - 5),
                           pki::ocsp_response(gateway, root, root, {})}) {
    put(list_url, {list_url, bad, {}, {}, now});
    expect(judge({gateway}), Cause::revocation_unknown);
    EXPECT_TRUE(wanted().empty()) << "it has just come";
  }
  put(list_url, {list_url, {}, "Connection refused", {}, now});
  expect(judge({gateway}), Cause::revocation_unknown, "http://ca.example.net/root.crl: Connection refused");
  ask({RevocationMethod::crl, RevocationMethod::none});
  EXPECT_TRUE(judge({gateway}).ok());
}

TEST_F(Fetching, AListIsFetchedAgainWhenItsTimeIsOver) {
  ask({RevocationMethod::crl});
  put(list_url, {list_url, pki::crl(root, {}, now - 100, now + 100), {}, {}, now});
  inquiry.begun = now + 50;
  EXPECT_TRUE(judge({gateway}, now + 50).ok());
  EXPECT_TRUE(wanted().empty());
  inquiry.begun = now + 150;
  (void)judge({gateway}, now + 150);
  EXPECT_EQ(wanted(), Urls{list_url});
  inquiry.begun = now + 50;
  trustpoint->crl_age = 10;
  (void)judge({gateway}, now + 50);
  EXPECT_EQ(wanted(), Urls{list_url}) << "crl cache delete-after";
  // One that could not be had is not asked for by everybody who comes in the next minute.
  put(list_url, {list_url, {}, "404", {}, now});
  (void)judge({gateway}, now + 50);
  EXPECT_TRUE(wanted().empty());
  inquiry.begun = now + 61;
  (void)judge({gateway}, now + 61);
  EXPECT_EQ(wanted(), Urls{list_url});
}

TEST_F(Fetching, TheNextUrlWhereOneFails) {
  ask({RevocationMethod::crl});
  const Holder two =
      pki::issue({"CN=gw", {{"crlDistributionPoints", "URI:http://one.example.net/,URI:http://two.example.net/"}}}, &root);
  (void)judge({two});
  EXPECT_EQ(wanted(), Urls{"http://one.example.net/"});
  answer({}, "404");
  (void)judge({two});
  EXPECT_EQ(wanted(), Urls{"http://two.example.net/"});
  answer(pki::crl(root, {}));
  EXPECT_TRUE(judge({two}).ok());
}

TEST_F(Fetching, ADeltaSaysWhatTheListDoesNotYet) {
  ask({RevocationMethod::crl});
  put(list_url, {list_url, pki::crl(root, {}, pki::Numbered{1, 0, delta_url}), {}, {}, now});
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{delta_url});
  answer(pki::crl(root, {}, pki::Numbered{2, 1}));
  EXPECT_TRUE(judge({gateway}).ok());
  put(delta_url, {delta_url, pki::crl(root, {pki::serial_of(gateway)}, pki::Numbered{2, 1}), {}, {}, now});
  expect(judge({gateway}), Cause::certificate_revoked);
  put(delta_url, {delta_url, {}, "404", {}, now});
  EXPECT_TRUE(judge({gateway}).ok()) << "the list stands by itself";
}

TEST_F(Fetching, EachCertificateOfAPath) {
  ask({RevocationMethod::crl});
  const Holder middle = pki::issue({"CN=Sub",
                                    {{"basicConstraints", "critical,CA:TRUE"},
                                     {"keyUsage", "critical,keyCertSign,cRLSign"},
                                     {"crlDistributionPoints", std::string("URI:") + list_url}}},
                                   &root);
  const Holder end = with_urls(middle, "http://ca.example.net/sub.crl");
  (void)judge({end, middle});
  EXPECT_EQ(wanted(), (Urls{"http://ca.example.net/sub.crl", list_url}));
  put("http://ca.example.net/sub.crl", {{}, pki::crl(middle, {}), {}, {}, now});
  put(list_url, {{}, pki::crl(root, {}), {}, {}, now});
  EXPECT_TRUE(judge({end, middle}).ok());
  put(list_url, {{}, pki::crl(root, {pki::serial_of(middle)}), {}, {}, now});
  expect(judge({end, middle}), Cause::certificate_revoked, "cn=Sub");
}

TEST_F(Fetching, OcspAsksTheResponder) {
  ask({RevocationMethod::ocsp});
  expect(judge({gateway}), Cause::revocation_unknown);
  ASSERT_EQ(wanted(), Urls{responder_url});
  const Bytes& body = inquiry.wanted.front().body;
  const unsigned char* at = body.data();
  OCSP_REQUEST* request = d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(body.size()));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(OCSP_request_onereq_count(request), 1);
  EXPECT_GE(OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1), 0);
  OCSP_REQUEST_free(request);
  answer(pki::ocsp_response(gateway, root, root, {OcspSaid::Status::good, now - 60, now + pki::day, inquiry.nonce}));
  EXPECT_TRUE(judge({gateway}).ok());
  inquiry.begun = now + 3600;
  EXPECT_TRUE(judge({gateway}, now + 3600).ok()) << "it is kept as long as it says";
  EXPECT_TRUE(wanted().empty());
  (void)judge({gateway}, now + 2 * pki::day);
  EXPECT_EQ(wanted(), Urls{responder_url});
}

TEST_F(Fetching, WhatOcspSaysIsHeldAgainstWhoSaysIt) {
  ask({RevocationMethod::ocsp});
  const Holder stranger = pki::authority("CN=Stranger"), peer = pki::end_entity(root, ""), other = with_urls(root);
  const Holder delegate = pki::issue({"CN=OCSP", {{"extendedKeyUsage", "OCSPSigning"}}}, &root);
  const Holder old = pki::issue({"CN=OCSP", {{"extendedKeyUsage", "OCSPSigning"}}, now - 9 * pki::day, now - pki::day}, &root);
  const auto say = [&](const Bytes& response) {
    inquiry.documents = std::make_shared<const Documents>();
    (void)judge({gateway});
    answer(response);
    return judge({gateway});
  };
  using Status = OcspSaid::Status;
  EXPECT_TRUE(say(pki::ocsp_response(gateway, root, delegate, {})).ok());
  expect(say(pki::ocsp_response(gateway, root, root, {Status::revoked})), Cause::certificate_revoked, "says OCSP");
  expect(say(pki::ocsp_response(gateway, root, root, {Status::unknown})), Cause::revocation_unknown, "does not know");
  expect(say(pki::ocsp_response(gateway, root, stranger, {})), Cause::revocation_unknown, "nobody who may");
  expect(say(pki::ocsp_response(gateway, root, peer, {})), Cause::revocation_unknown, "nobody who may");
  expect(say(pki::ocsp_response(gateway, root, gateway, {})), Cause::revocation_unknown, "nobody who may");
  expect(say(pki::ocsp_response(gateway, root, old, {})), Cause::revocation_unknown, "nobody who may");
  expect(say(pki::ocsp_response(other, root, root, {})), Cause::revocation_unknown, "another certificate");
  expect(say(pki::ocsp_response(gateway, root, root, {Status::good, now - 900, now - 1})), Cause::revocation_unknown,
         "out of date");
  expect(say(pki::ocsp_response(gateway, root, root, {Status::good, now - 900, 0})), Cause::revocation_unknown, "out of date");
  expect(say(pki::ocsp_response(gateway, root, root, {Status::good, now + 900, 0})), Cause::revocation_unknown, "future");
  expect(say(pki::ocsp_response(gateway, root, root, {Status::good, now, now + 9, Bytes(16, 8)})), Cause::revocation_unknown,
         "another nonce");
  expect(say({1, 2, 3}), Cause::revocation_unknown, "no OCSP response");
  expect(say({0x30, 3, 0x0a, 1, 6}), Cause::revocation_unknown, "unauthorized");
  Bytes changed = pki::ocsp_response(gateway, root, root, {});
  changed[60] ^= 1;  // within what is signed
  EXPECT_FALSE(say(changed).ok());
}

TEST_F(Fetching, MethodsInTheirOrder) {
  ask({RevocationMethod::ocsp, RevocationMethod::crl});
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{responder_url});
  answer({}, "Connection refused");
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{list_url});
  answer(pki::crl(root, {}));
  EXPECT_TRUE(judge({gateway}).ok());
  put(list_url, {list_url, pki::crl(root, {pki::serial_of(gateway)}), {}, {}, now});
  expect(judge({gateway}), Cause::certificate_revoked);
  ask({RevocationMethod::crl, RevocationMethod::ocsp});
  inquiry.documents = std::make_shared<const Documents>();
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{list_url});
  answer({}, "404");
  (void)judge({gateway});
  EXPECT_EQ(wanted(), Urls{responder_url});
  answer(pki::ocsp_response(gateway, root, root, {}));
  EXPECT_TRUE(judge({gateway}).ok());
}

TEST_F(Fetching, WhatThePeerSentAlongIsAsGood) {
  ask({RevocationMethod::ocsp});
  inquiry.sent_along = {pki::ocsp_response(gateway, root, root, {})};
  EXPECT_TRUE(judge({gateway}).ok());
  EXPECT_TRUE(wanted().empty());
  inquiry.sent_along = {pki::ocsp_response(gateway, root, root, {OcspSaid::Status::revoked})};
  expect(judge({gateway}), Cause::certificate_revoked);
  inquiry.sent_along = {Bytes{1}, pki::ocsp_response(gateway, root, pki::authority("CN=Stranger"), {})};
  expect(judge({gateway}), Cause::revocation_unknown);
  EXPECT_EQ(wanted(), Urls{responder_url});
}

TEST_F(Fetching, ACertificateThatNamesNobodyIsUnknown) {
  const Holder plain = pki::end_entity(root, "");
  for (const auto method : {RevocationMethod::crl, RevocationMethod::ocsp}) {
    ask({method});
    expect(judge({plain}), Cause::revocation_unknown);
    EXPECT_TRUE(wanted().empty());
  }
}

}  // namespace
}  // namespace engine::crypto
