// EAP at either end, message by message: an authenticator and a peer that talk to each other, and what must not be believed.
#include <gtest/gtest.h>

#include "engine/eap/client.hpp"
#include "engine/eap/mschapv2.hpp"
#include "engine/eap/server.hpp"
#include "tests/engine/eap_steps.hpp"
#include "tests/sim/seeded_rng.hpp"

namespace engine_eap {
namespace {

using namespace engine;
using namespace engine::eap;

constexpr KeyRef alices{1}, others{2};

struct Talk : testing::Test {
  sim::SeededRng rng{7};
  crypto::KeyStore keys;
  std::shared_ptr<engine::EapServer> settings = std::make_shared<engine::EapServer>();
  void SetUp() override {
    keys.put(alices, Secret(as_bytes("open sesame")));
    keys.put(others, Secret(as_bytes("something else")));
    settings->query_identity = true;
    settings->users = std::make_shared<const LocalUsers>(LocalUsers{{"alice", alices}});
  }
  template <class End>
  Step settled(End& end, Step step) {
    while (auto* compute = std::get_if<Compute>(&step)) step = end.resume(crypto::run(std::move(compute->job), keys));
    return step;
  }
  static Client client(const std::string& user, KeyRef password) {
    return Client(std::make_shared<const engine::EapClient>(engine::EapClient{user, password}));
  }
  struct Ends {
    Step server, client;
  };
  Ends talk(Server& server, Client& peer) {
    Step asked = settled(server, server.begin(rng)), answered;
    for (int i = 0; i < 20; ++i) {
      answered = settled(peer, peer.take(rng, message_of(asked)));
      if (!std::holds_alternative<Send>(answered)) break;
      asked = settled(server, server.take(rng, message_of(answered)));
    }
    return {std::move(asked), std::move(answered)};
  }
};
class EapServer : public Talk {};
class EapClient : public Talk {};

TEST_F(EapServer, AUserAndAPasswordGiveBothEndsTheSameKey) {
  for (const std::string user : {"alice", "CORP\\alice"}) {
    Server server(settings);
    Client peer = client(user, alices);
    auto ends = talk(server, peer);
    const auto* here = std::get_if<Passed>(&ends.server);
    const auto* there = std::get_if<Passed>(&ends.client);
    ASSERT_TRUE(here && there) << user;
    EXPECT_TRUE(here->msk.equals(there->msk.expose()));
    EXPECT_EQ(here->msk.size(), 64u);
    EXPECT_EQ(here->user, user);
  }
}

TEST_F(EapServer, WrongPasswordsAndUnknownUsersGetTheSameAnswer) {
  Server one(settings), two(settings);
  Client wrong = client("alice", others), unknown = client("bob", alices);
  auto first = talk(one, wrong);
  auto second = talk(two, unknown);
  EXPECT_EQ(cause_of(first.server), Cause::eap_wrong_password);
  EXPECT_EQ(cause_of(second.server), Cause::eap_unknown_user);
  EXPECT_EQ(message_of(first.server).size(), message_of(second.server).size());
  EXPECT_EQ(parse(message_of(first.server))->code, Code::failure);
  EXPECT_EQ(cause_of(first.client), Cause::eap_refused);
}

TEST_F(EapServer, ANakSaysWhatThePeerWouldTake) {
  settings->query_identity = false;
  Server server(settings);
  const auto asked = parse(message_of(server.begin(rng)));
  const Step step = server.take(rng, encode({Code::response, asked->id, Type::nak, {13, 21}}));
  ASSERT_EQ(cause_of(step), Cause::eap_method_refused);
  EXPECT_NE(std::get<Refused>(step).failure.why.find("13, 21"), std::string::npos);
}

TEST_F(EapServer, EveryMessageThatIsNotDueIsRefused) {
  for (const bool query : {true, false}) {
    settings->query_identity = query;
    for (int code = 1; code <= 4; ++code)
      for (const Type type : {Type::identity, Type::notification, Type::mschapv2, static_cast<Type>(13), static_cast<Type>(254)})
        for (const int other_id : {0, 1}) {
          const bool due = code == 2 && other_id == 0 && type == (query ? Type::identity : Type::mschapv2);
          if (due) continue;
          Server server(settings);
          const auto asked = parse(message_of(server.begin(rng)));
          const Step step = server.take(
              rng, encode({static_cast<Code>(code), static_cast<std::uint8_t>(asked->id + other_id), type, {1, 2, 3}}));
          EXPECT_EQ(cause_of(step), Cause::eap_unexpected) << code << " " << static_cast<int>(type) << " " << other_id;
        }
  }
}

TEST_F(EapServer, MalformedMessagesAreRefusedAsSuch) {
  for (const char* hex : {"", "02", "0201", "020100", "02010004", "02010003", "02010005", "02010006 01", "0201000500",
                          "03010005 01", "04010003", "0401000601 02", "05010004", "ff01000501"}) {
    std::string digits;
    for (const char* c = hex; *c; ++c)
      if (*c != ' ') digits += *c;
    Server server(settings);
    (void)server.begin(rng);
    EXPECT_EQ(cause_of(server.take(rng, *from_hex(digits))), Cause::eap_malformed) << hex;
  }
  settings->query_identity = false;
  for (const char* hex : {"02", "0201", "02010004", "0201000531", "02010036 31", "09", "00010004"}) {
    std::string digits;
    for (const char* c = hex; *c; ++c)
      if (*c != ' ') digits += *c;
    Server server(settings);
    const auto asked = parse(message_of(server.begin(rng)));
    EXPECT_EQ(cause_of(server.take(rng, encode({Code::response, asked->id, Type::mschapv2, *from_hex(digits)}))),
              Cause::eap_malformed)
        << hex;
  }
}

TEST_F(EapServer, NamesAreNotInterpreted) {
  for (const std::string& name :
       {std::string("%n%s%x"), std::string("a\nb"), std::string("`reboot`"), std::string("nul\0x", 5), std::string(250, 'x')}) {
    Server server(settings);
    Client peer = client(name, alices);
    EXPECT_EQ(cause_of(talk(server, peer).server), Cause::eap_unknown_user);
  }
}

TEST_F(EapClient, SuccessThatComesEarlyIsNotBelieved) {
  Client peer = client("alice", alices);
  EXPECT_EQ(cause_of(peer.take(rng, encode({Code::success, 1}))), Cause::eap_unexpected);
  Client later = client("alice", alices);
  (void)later.take(rng, encode({Code::request, 1, Type::identity, {}}));
  EXPECT_EQ(cause_of(later.take(rng, encode({Code::success, 1}))), Cause::eap_unexpected);
}

TEST_F(EapClient, AServerThatDoesNotKnowThePasswordIsNotBelieved) {
  Client peer = client("alice", alices);
  Step step =
      settled(peer, peer.take(rng, encode({Code::request, 3, Type::mschapv2,
                                           mschapv2::encode({mschapv2::OpCode::challenge, 3, Bytes(16, 9), {}, "evil"})})));
  ASSERT_TRUE(std::holds_alternative<Send>(step));
  step = peer.take(rng, encode({Code::request, 4, Type::mschapv2,
                                mschapv2::encode({mschapv2::OpCode::success, 3, {}, {}, "S=" + std::string(40, 'A')})}));
  EXPECT_EQ(cause_of(step), Cause::eap_server_unproven);
}

TEST_F(EapClient, AServerThatNeverEndsIsGivenUp) {
  Client peer = client("alice", alices);
  Step step;
  unsigned answers = 0;
  while (std::holds_alternative<Send>(step = peer.take(rng, encode({Code::request, 1, static_cast<Type>(13), {}})))) ++answers;
  EXPECT_EQ(cause_of(step), Cause::eap_endless);
  EXPECT_EQ(answers, most_messages);
}

}  // namespace
}  // namespace engine_eap
