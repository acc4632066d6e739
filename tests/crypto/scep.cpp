#include "engine/crypto/scep.hpp"

#include <gtest/gtest.h>

#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/enrollment.hpp"
#include "tests/pki/scep_ca.hpp"

namespace engine::crypto::scep {
namespace {

struct Scep : testing::Test {
  pki::ScepCa ca;
  pki::Holder own = pki::issue({"CN=gw,O=Example"}, nullptr, "rsa 3072");
  Secret key{own.key.pkcs8()};
  Bytes public_key = details_of(own.der)->public_key;
  Capabilities capabilities = parse_capabilities("POSTPKIOperation\r\nSHA-256\nAES\n");
  Message message;

  Scep() {
    SubjectWish wish;
    wish.subject = *subject_of("CN=gw,O=Example");
    wish.challenge_password = "let me in";
    message = {MessageType::request, transaction_of(public_key), Bytes(16, 9), *make_request(wish, key, "sha256")};
  }
  Result<Answer> ask(const Message& sent) {
    const auto made = make_message(sent, key, own.der, ca.ca.der, capabilities);
    EXPECT_TRUE(made.ok());
    return read_answer(ca.operation(*made), sent, key, own.der, {ca.ca.der});
  }
};

TEST_F(Scep, Capabilities) {
  const auto standard = parse_capabilities("SCEPStandard\n");
  EXPECT_TRUE(standard.post && standard.sha256 && standard.aes && !standard.renewal);
  const auto none = parse_capabilities("");
  EXPECT_FALSE(none.post || none.sha256 || none.aes || none.renewal);
  EXPECT_TRUE(parse_capabilities("GetNextCACert\nRenewal").renewal);
}

TEST_F(Scep, ACertificateIsGranted) {
  const auto answer = ask(message);
  ASSERT_TRUE(answer.ok()) << answer.failure().why;
  ASSERT_EQ(answer->status, Status::granted);
  ASSERT_EQ(answer->certificates.size(), 1U);
  EXPECT_EQ(details_of(answer->certificates.front())->public_key, public_key);
  EXPECT_EQ(ca.type, "19");
  EXPECT_EQ(ca.transaction, message.transaction);
  EXPECT_EQ(ca.challenge, "let me in");
  EXPECT_EQ(ca.signer, own.der);
}

TEST_F(Scep, WithOldAlgorithmsWhereTheCaHasNoOthers) {
  capabilities = {};
  const auto answer = ask(message);
  ASSERT_TRUE(answer.ok()) << answer.failure().why;
  EXPECT_EQ(answer->status, Status::granted);
}

TEST_F(Scep, LaterOrNever) {
  ca.mood = pki::ScepCa::Mood::waits;
  EXPECT_EQ(ask(message)->status, Status::pending);
  ca.mood = pki::ScepCa::Mood::grants;
  message.content = *poll_content(ca.ca.der, message.content);
  message.type = MessageType::poll;
  EXPECT_EQ(ask(message)->status, Status::granted);
  EXPECT_EQ(ca.type, "20");
  ca.mood = pki::ScepCa::Mood::refuses;
  const auto refused = ask(message);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->status, Status::refused);
  EXPECT_EQ(refused->why, "the transaction is not permitted or supported");
}

TEST_F(Scep, AnAnswerOfSomebodyElseIsNone) {
  const auto why = [&] {
    const auto answer = ask(message);
    return answer.ok() ? std::string("taken") : answer.failure().why;
  };
  const pki::Holder namesake = pki::authority("CN=Root,O=Example", nullptr, "rsa 2048");
  const pki::Holder stranger = pki::authority("CN=Stranger", nullptr, "rsa 3072");
  ca.signs = &stranger;
  EXPECT_EQ(why(), "the answer is not signed by the CA");
  ca.signs = nullptr;
  ca.other_nonce = true;
  EXPECT_EQ(why(), "the answer is to an earlier message");
  ca.other_nonce = false;
  ca.other_transaction = true;
  EXPECT_EQ(why(), "the answer is to another request");
  ca.other_transaction = false;
  EXPECT_EQ(why(), "taken");
}

TEST_F(Scep, BrokenAnswersAreRefused) {
  const auto made = make_message(message, key, own.der, ca.ca.der, capabilities);
  const Bytes good = ca.operation(*made);
  for (std::size_t length = 0; length < good.size(); length += 37)
    EXPECT_FALSE(read_answer({good.data(), length}, message, key, own.der, {ca.ca.der}).ok()) << length;
  for (std::size_t at = 0; at < good.size(); at += 41) {
    Bytes changed = good;
    changed[at] ^= 0x55;
    const auto answer = read_answer(changed, message, key, own.der, {ca.ca.der});
    EXPECT_TRUE(!answer.ok() || answer->certificates == read_answer(good, message, key, own.der, {ca.ca.der})->certificates)
        << at;
  }
  EXPECT_FALSE(read_answer(own.der, message, key, own.der, {ca.ca.der}).ok());
}

TEST_F(Scep, WhoMayAnswerForTheCa) {
  const pki::Holder registration = pki::issue({"CN=RA", {{"keyUsage", "digitalSignature,keyEncipherment"}}}, &ca.ca, "rsa 3072");
  const pki::Holder stranger = pki::authority("CN=Stranger");
  const auto trusted = trusted_authorities({registration.der, stranger.der, ca.ca.der}, ca.ca.der);
  EXPECT_EQ(trusted, (std::vector<Bytes>{ca.ca.der, registration.der}));
  EXPECT_EQ(*recipient_of(trusted, ca.ca.der), registration.der);
  EXPECT_EQ(*recipient_of({ca.ca.der}, ca.ca.der), ca.ca.der);
  EXPECT_EQ(parse_authorities(ca.ca.der)->size(), 1U);
  EXPECT_FALSE(parse_authorities(Bytes{1, 2}).ok());
}

}  // namespace
}  // namespace engine::crypto::scep
