// Certificates by SCEP: asked for by an operator, by themselves, and decided at once, later or never.
#include "cli/enrollments.hpp"

#include <gtest/gtest.h>

#include "engine/crypto/certificate_details.hpp"
#include "fake_backend.hpp"
#include "parser/pki_names.hpp"
#include "tests/pki/scep_ca.hpp"
#include "typist.hpp"

using namespace cli;

namespace {

constexpr std::int64_t fake_now = 1767601815, one_day = 86400;
using Mood = pki::ScepCa::Mood;

struct Scep : testing::Test {
  FakeBackend backend;
  Typist t{backend, Interaction::terminal};
  pki::ScepCa ca;
  std::vector<std::string> urls;
  std::string capabilities = "POSTPKIOperation\nSHA-256\nAES\nRenewal\n";

  Scep() {
    ca.from = fake_now - one_day;
    ca.until = fake_now + 9 * one_day;
    backend.server = [this](const kernel::http::Request& request) -> kernel::Fetcher::Answer {
      urls.push_back(request.url);
      const auto asks = [&](const char* operation) { return request.url.find(operation) != std::string::npos; };
      if (asks("GetCACaps")) return engine::to_bytes(engine::as_bytes(capabilities));
      if (asks("GetCACert")) return ca.ca.der;
      return ca.operation(request.body);
    };
    type(
        "configure terminal\nhostname gw\nip domain name example.net\ncrypto pki trustpoint TP\n"
        "enrollment url http://192.0.2.1\nsubject-name CN=gw,O=Example\nrsakeypair KEY 2048\nip-address none\nexit\n");
    const pki::KeyPair key("rsa 3072");
    backend.change_pki(
        [&](const parser::PkiStore& store) {
          return store.with(*parser::key_pair_of("KEY", engine::Secret(key.pkcs8()), false, fake_now));
        },
        [](const engine::Status&) {});
  }
  void type(const std::string& lines) {
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t end = std::min(lines.find('\n', at), lines.size());
      t.line(lines.substr(at, end - at));
      at = end + 1;
    }
  }
  void authenticate() { type("crypto pki authenticate TP\nyes\n"); }
  void enroll() { type("crypto pki enroll TP\nsecret\nsecret\nyes\n"); }
  std::optional<engine::crypto::CertificateDetails> certificate() const {
    const parser::Node* chain = parser::chain_block(backend.running().data().root, "TP");
    std::optional<engine::crypto::CertificateDetails> out;
    if (chain)
      chain->each<parser::ChainCertificate>([&](const parser::ChainCertificate& line, const parser::Node&) {
        if (line.role == parser::CertificateRole::own) out = engine::crypto::details_of(*parser::der_of(line));
      });
    return out;
  }
  void tick(engine::Duration since_start) { backend.enrollments.tick(engine::Time(since_start)); }
  std::string log() const { return const_cast<FakeBackend&>(backend).log().show(); }
  bool logged(const std::string& words) const { return log().find(words) != std::string::npos; }
};

TEST_F(Scep, TheCaIsAuthenticatedByItsFingerprint) {
  t.line("crypto pki authenticate TP");
  EXPECT_NE(t.answer.find("Certificate has the following attributes:\n       Fingerprint MD5: "), std::string::npos) << t.answer;
  EXPECT_EQ(t.prompt, "% Do you accept this certificate? [yes/no]: ");
  EXPECT_EQ(t.line("yes"), "Trustpoint CA certificate accepted.\n% Certificate successfully imported\n\n");
  EXPECT_EQ(urls, (std::vector<std::string>{"http://192.0.2.1/cgi-bin/pkiclient.exe?operation=GetCACaps&message=TP",
                                            "http://192.0.2.1/cgi-bin/pkiclient.exe?operation=GetCACert&message=TP"}));
}

TEST_F(Scep, ACaThatDoesNotAnswer) {
  backend.server = [](const kernel::http::Request&) -> kernel::Fetcher::Answer {
    return engine::Failure{.why = "Connection refused"};
  };
  t.line("crypto pki authenticate TP");
  EXPECT_NE(t.answer.find("status = FAIL, cert length = 0\n% NOTE: Connection refused"), std::string::npos) << t.answer;
  backend.server = [](const kernel::http::Request&) -> kernel::Fetcher::Answer { return engine::Bytes{1, 2, 3}; };
  t.line("crypto pki authenticate TP");
  EXPECT_NE(t.answer.find("no certificate of a CA"), std::string::npos) << t.answer;
}

TEST_F(Scep, ACertificateIsAskedForAndComes) {
  authenticate();
  t.line("crypto pki enroll TP");
  EXPECT_EQ(t.prompt, "Password: ");
  type("secret\nsecret\n");
  EXPECT_EQ(t.prompt, "Request certificate from CA? [yes/no]: ");
  EXPECT_NE(t.line("yes").find("% Certificate request sent to Certificate Authority\n"), std::string::npos);
  ASSERT_TRUE(certificate()) << log();
  EXPECT_EQ(certificate()->public_key, backend.pki()->key("KEY")->public_key);
  EXPECT_TRUE(logged("%PKI-6-CERTRET: Certificate received from Certificate Authority for trustpoint TP"));
  EXPECT_EQ(ca.type, "19");
  EXPECT_EQ(ca.challenge, "secret");
  EXPECT_EQ(engine::crypto::details_of(ca.signer)->public_key, backend.pki()->key("KEY")->public_key) << "it signs itself";
}

TEST_F(Scep, WithoutPostItIsAllInTheUrl) {
  capabilities = "";
  backend.server = [usual = backend.server](const kernel::http::Request& request) {
    EXPECT_TRUE(request.body.empty());
    return usual(request);
  };
  authenticate();
  enroll();
  EXPECT_NE(urls.back().find("operation=PKIOperation&message=MII"), std::string::npos) << urls.back();
  EXPECT_EQ(urls.back().find('\n'), std::string::npos);
}

TEST_F(Scep, ACaThatDecidesLaterIsAskedAgain) {
  ca.mood = Mood::waits;
  authenticate();
  enroll();
  EXPECT_TRUE(backend.enrollments.pending("TP"));
  EXPECT_TRUE(logged("%PKI-6-CERTPENDING"));
  EXPECT_EQ(backend.enrollments.next(), engine::Time{}) << "the first look";
  tick(std::chrono::seconds(1));
  EXPECT_EQ(backend.enrollments.next(), engine::Time(std::chrono::seconds(60)));
  tick(std::chrono::seconds(60));
  EXPECT_EQ(ca.type, "20");
  EXPECT_FALSE(certificate());
  ca.mood = Mood::grants;
  tick(std::chrono::seconds(120));
  EXPECT_TRUE(certificate()) << log();
  EXPECT_FALSE(backend.enrollments.pending("TP"));
}

TEST_F(Scep, ACaThatNeverDecidesIsGivenUp) {
  ca.mood = Mood::waits;
  type("crypto pki trustpoint TP\nenrollment retry count 3\nenrollment retry period 5\nexit\n");
  authenticate();
  enroll();
  for (int i = 1; i < 10; ++i) tick(std::chrono::seconds(400 * i));
  EXPECT_FALSE(backend.enrollments.pending("TP"));
  EXPECT_TRUE(logged("%PKI-3-CERTREQFAIL: Certificate enrollment failed for trustpoint TP. Reason: the CA has not decided"));
}

TEST_F(Scep, Refusals) {
  authenticate();
  type("crypto pki enroll TP\nsecret\nsecreT\n");
  EXPECT_NE(t.answer.find("% Passwords do not match"), std::string::npos);
  ca.mood = Mood::refuses;
  enroll();
  EXPECT_TRUE(logged("Reason: the CA refuses: the transaction is not permitted or supported")) << log();
  ca.mood = Mood::grants;
  const pki::Holder stranger = pki::authority("CN=Stranger", nullptr, "rsa 2048");
  ca.signs = &stranger;
  enroll();
  EXPECT_TRUE(logged("Reason: the answer is not signed by the CA")) << log();
  EXPECT_FALSE(certificate());
}

TEST_F(Scep, AutoEnrollRenewsInTime) {
  authenticate();
  enroll();
  const auto first = certificate();
  ASSERT_TRUE(first);
  type("crypto pki trustpoint TP\nauto-enroll 50\nend\nconfigure terminal\n");
  auto look = [&, at = 0]() mutable { tick(std::chrono::hours(++at)); };
  look();
  EXPECT_EQ(certificate()->serial, first->serial) << "a tenth of its life is over";
  type("crypto pki trustpoint TP\nauto-enroll 5\nend\nconfigure terminal\n");
  look();
  ASSERT_TRUE(certificate());
  EXPECT_NE(certificate()->serial, first->serial) << log();
  EXPECT_EQ(certificate()->public_key, first->public_key);
  EXPECT_EQ(ca.type, "17");
  EXPECT_EQ(engine::crypto::details_of(ca.signer)->serial, first->serial) << "signed with the certificate that ends";
  EXPECT_EQ(backend.last_user, "");
}

TEST_F(Scep, AutoEnrollMakesANewKeyWhereItIsTold) {
  authenticate();
  enroll();
  const auto first = certificate();
  type("crypto pki trustpoint TP\nauto-enroll 5 regenerate\nend\nconfigure terminal\n");
  tick(std::chrono::hours(1));
  ASSERT_TRUE(certificate());
  EXPECT_NE(certificate()->public_key, first->public_key) << log();
  ASSERT_NE(backend.pki()->key("KEY#"), nullptr);
  EXPECT_EQ(certificate()->public_key, backend.pki()->key("KEY#")->public_key);
  EXPECT_NE(parser::running_config(backend.running()).find("rsakeypair KEY#\n"), std::string::npos);
}

TEST_F(Scep, AutoEnrollBeginsByItself) {
  authenticate();
  type("crypto pki trustpoint TP\nauto-enroll\nend\nconfigure terminal\n");
  tick(std::chrono::hours(1));
  EXPECT_TRUE(certificate()) << log();
}

TEST_F(Scep, AutoEnrollThatFailsIsNotTriedAtOnceAgain) {
  authenticate();
  type("crypto pki trustpoint TP\nauto-enroll\nend\nconfigure terminal\n");
  ca.mood = Mood::refuses;
  tick(std::chrono::minutes(1));
  const std::size_t asked = urls.size();
  tick(std::chrono::minutes(10));
  EXPECT_EQ(urls.size(), asked);
}

TEST_F(Scep, ACrlIsFetchedFromWhereTheTrustpointSays) {
  authenticate();
  type("crypto pki trustpoint TP\ncrl query http://192.0.2.1/root.crl\nexit\n");
  backend.server = [this](const kernel::http::Request& request) -> kernel::Fetcher::Answer {
    EXPECT_EQ(request.url, "http://192.0.2.1/root.crl");
    return pki::crl(ca.ca, {7}, fake_now - 9, fake_now + 9);
  };
  EXPECT_EQ(t.line("crypto pki crl request TP"), "% CRL retrieved from http://192.0.2.1/root.crl\n\n");
  const std::string shown = t.line("do show crypto pki crls");
  EXPECT_NE(shown.find("CRL Issuer Name: \n    cn=Root,o=Example\n    LastUpdate: 08:30:06 UTC Jan 5 2026\n"), std::string::npos)
      << shown;
  EXPECT_NE(shown.find("Retrieved from CRL Distribution Point: \n      http://192.0.2.1/root.crl"), std::string::npos) << shown;
  backend.server = [](const kernel::http::Request&) -> kernel::Fetcher::Answer {
    return engine::Failure{.why = "the server answers 404"};
  };
  EXPECT_EQ(t.line("crypto pki crl request TP"),
            "% Failed to retrieve the CRL from http://192.0.2.1/root.crl: the server answers 404\n\n");
}

TEST_F(Scep, TimersAndCounters) {
  authenticate();
  enroll();
  type("crypto pki trustpoint TP\nauto-enroll 80\nend\nconfigure terminal\n");
  const std::string timers = t.line("do show crypto pki timers");
  EXPECT_NE(timers.find("|  7d 0:00:00.000  RENEW TP\n"), std::string::npos) << timers;
  EXPECT_NE(timers.find("|  9d 0:00:00.000  EXPIRES TP\n"), std::string::npos) << timers;
  backend.facts_fetched.counters = {3, 2, 5, 1, 1};
  const std::string counters = t.line("do show crypto pki counters");
  EXPECT_NE(counters.find("PKI Sessions Started: 6\nPKI Sessions Ended: 5\nPKI Sessions Active: 1\nSuccessful Validations: 3\n"
                          "Failed Validations: 2\n"),
            std::string::npos)
      << counters;
  EXPECT_NE(counters.find("CRL - fetch attempts: 6\nCRL - failed attempts: 1\n"), std::string::npos) << counters;
  EXPECT_NE(t.line("do show crypto pki certificates pem TP").find("-----BEGIN CERTIFICATE-----\n"), std::string::npos);
}

}  // namespace
