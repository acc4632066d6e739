// EAP-TLS at either end, message by message: who is believed, who is not, and what a stranger can make of lengths and flags.
#include <gtest/gtest.h>

#include "engine/eap/client.hpp"
#include "engine/eap/server.hpp"
#include "engine/eap/tls_fragments.hpp"
#include "tests/engine/eap_steps.hpp"
#include "tests/pki/maker.hpp"
#include "tests/sim/seeded_rng.hpp"

namespace engine_eap_tls {
namespace {

using namespace engine;
using namespace engine::eap;

constexpr KeyRef servers{11}, clients{12};

struct EapTls : testing::Test {
  sim::SeededRng rng{7};
  crypto::KeyStore keys;
  pki::Holder root = pki::authority();
  engine::EapServer server_settings;
  engine::EapClient client_settings;
  std::size_t messages = 0;

  std::shared_ptr<Trustpoint> trustpoint(const pki::Holder& own, KeyRef key, const std::vector<pki::Holder>& chain = {}) {
    auto out = std::make_shared<Trustpoint>();
    out->name = "TP";
    out->anchors = {root.certificate()};
    out->certificate = own.certificate();
    for (const auto& each : chain) out->chain.push_back(each.certificate());
    out->key = key;
    keys.put(key, Secret(own.key.pkcs8()));
    return out;
  }
  static std::shared_ptr<const TlsSettings> settings(bool server, std::shared_ptr<const Trustpoint> own,
                                                     TlsVersion newest = TlsVersion::tls_1_3) {
    return std::make_shared<const TlsSettings>(TlsSettings{server, own, {own}, newest});
  }
  void put_server(const pki::Holder& own, const std::vector<pki::Holder>& chain = {}, TlsVersion newest = TlsVersion::tls_1_3) {
    server_settings.query_identity = true;
    server_settings.users = std::make_shared<const LocalUsers>(LocalUsers{{"carol.example.net", KeyRef{}}});
    server_settings.tls = settings(true, trustpoint(own, servers, chain), newest);
  }
  void put_client(const pki::Holder& own, const std::vector<pki::Holder>& chain = {}) {
    client_settings.tls = settings(false, trustpoint(own, clients, chain));
  }
  void SetUp() override {
    put_server(pki::end_entity(root, "DNS:gw.example.net", "CN=gw"));
    put_client(pki::end_entity(root, "DNS:carol.example.net", "CN=carol"));
  }
  Server server() { return Server(std::make_shared<const engine::EapServer>(server_settings)); }
  Client client() { return Client(std::make_shared<const engine::EapClient>(client_settings)); }
  template <class End>
  Step settled(End& end, Step step) {
    while (auto* compute = std::get_if<Compute>(&step)) step = end.resume(crypto::run(std::move(compute->job), keys, pki::now));
    return step;
  }
  struct Ends {
    Step server, client;
  };
  /// As far as it goes, or until the client has answered so often.
  Ends talk(Server& here, Client& there, std::size_t most = most_messages) {
    Step asked = settled(here, here.begin(rng)), answered;
    for (messages = 0; messages < most;) {
      answered = settled(there, there.take(rng, message_of(asked)));
      if (!std::holds_alternative<Send>(answered)) break;
      ++messages;
      if (messages == most) break;
      asked = settled(here, here.take(rng, message_of(answered)));
    }
    return {std::move(asked), std::move(answered)};
  }
  Ends talk() {
    Server here = server();
    Client there = client();
    return talk(here, there);
  }
  void expect_same_key(const Ends& ends) {
    const auto* here = std::get_if<Passed>(&ends.server);
    const auto* there = std::get_if<Passed>(&ends.client);
    ASSERT_TRUE(here && there) << static_cast<int>(cause_of(ends.server)) << " " << static_cast<int>(cause_of(ends.client));
    EXPECT_TRUE(here->msk.equals(there->msk.expose()));
    EXPECT_EQ(here->msk.size(), 64u);
    EXPECT_EQ(here->user, "carol.example.net");
  }
};

TEST_F(EapTls, CertificatesOfBothEndsGiveThemTheSameKey) {
  for (const TlsVersion newest : {TlsVersion::tls_1_2, TlsVersion::tls_1_3})
    for (const char* kind : {"rsa 2048", "P-256", "P-384", "ed25519"}) {
      SCOPED_TRACE(kind);
      put_server(pki::end_entity(root, "DNS:gw.example.net", "CN=gw", kind), {}, newest);
      put_client(pki::end_entity(root, "DNS:carol.example.net", "CN=carol", kind));
      expect_same_key(talk());
    }
}

TEST_F(EapTls, LongChainsTravelInFragmentsBothWays) {
  std::vector<pki::Holder> subs;
  subs.push_back(pki::authority("CN=Sub 1", &root, "rsa 4096"));
  subs.push_back(pki::authority("CN=Sub 2", &subs[0], "rsa 4096"));
  const std::vector<pki::Holder> chain{subs[1], subs[0]};
  put_server(pki::end_entity(subs[1], "DNS:gw.example.net", "CN=gw", "rsa 4096"), chain);
  put_client(pki::end_entity(subs[1], "DNS:carol.example.net", "CN=carol", "rsa 4096"), chain);
  expect_same_key(talk());
  EXPECT_GT(messages, 9u);
  EXPECT_LT(messages, 20u);
}

TEST_F(EapTls, WhoIsNoUserIsRefusedWhateverCaHasCertifiedIt) {
  put_client(pki::end_entity(root, "DNS:mallory.example.net", "CN=mallory"));
  const Ends ends = talk();
  EXPECT_EQ(cause_of(ends.server), Cause::eap_unknown_user);
  EXPECT_NE(std::get<Refused>(ends.server).failure.why.find("mallory.example.net"), std::string::npos);
  EXPECT_EQ(cause_of(ends.client), Cause::eap_refused);
}

TEST_F(EapTls, ACommonNameIsAName) {
  put_client(pki::issue({.subject = "CN=carol.example.net,O=Example", .extensions = {{"basicConstraints", "CA:FALSE"}}}, &root));
  expect_same_key(talk());
}

TEST_F(EapTls, WhatStandsAgainstACertificateIsTheCause) {
  const pki::Holder stranger = pki::authority("CN=Stranger");
  const pki::Holder old = pki::issue({.subject = "CN=carol",
                                      .extensions = {{"subjectAltName", "DNS:carol.example.net"}},
                                      .not_before = pki::now - 20 * pki::day,
                                      .not_after = pki::now - pki::day},
                                     &root);
  const pki::Holder other_use = pki::issue(
      {.subject = "CN=carol", .extensions = {{"subjectAltName", "DNS:carol.example.net"}, {"extendedKeyUsage", "serverAuth"}}},
      &root);
  struct Row {
    pki::Holder own;
    Cause cause;
  };
  const Row rows[] = {{pki::end_entity(stranger, "DNS:carol.example.net"), Cause::unknown_authority},
                      {old, Cause::certificate_expired},
                      {other_use, Cause::certificate_usage}};
  for (const TlsVersion newest : {TlsVersion::tls_1_2, TlsVersion::tls_1_3})
    for (const Row& row : rows) {
      put_server(pki::end_entity(root, "DNS:gw.example.net", "CN=gw"), {}, newest);
      put_client(row.own);
      const Ends ends = talk();
      EXPECT_EQ(cause_of(ends.server), row.cause);
      EXPECT_EQ(cause_of(ends.client), Cause::eap_tls_failed);
      ASSERT_TRUE(std::holds_alternative<Refused>(ends.client));
      EXPECT_TRUE(std::get<Refused>(ends.client).known);
    }
}

TEST_F(EapTls, AServerThatIsNotBelievedLearnsNothingOfTheClient) {
  const pki::Holder stranger = pki::authority("CN=Stranger");
  put_server(pki::end_entity(stranger, "DNS:gw.example.net", "CN=gw"));
  Ends ends = talk();
  EXPECT_EQ(cause_of(ends.client), Cause::unknown_authority);
  EXPECT_EQ(cause_of(ends.server), Cause::eap_tls_failed);
  // Of the right CA, and somebody else than it has said in IKE.
  put_server(pki::end_entity(root, "DNS:other.example.net", "CN=other"));
  Server here = server();
  Client there = client();
  there.expect({IdType::fqdn, to_bytes(as_bytes("gw.example.net"))});
  ends = talk(here, there);
  EXPECT_EQ(cause_of(ends.client), Cause::certificate_identity);
  put_server(pki::issue(
      {.subject = "CN=gw", .extensions = {{"subjectAltName", "DNS:gw.example.net"}, {"extendedKeyUsage", "clientAuth"}}}, &root));
  EXPECT_EQ(cause_of(talk().client), Cause::certificate_usage);
}

TEST_F(EapTls, BeforeTheServerHasShownWhoItIsItLearnsNoName) {
  Client named = client();
  const auto said = parse(message_of(named.take(rng, encode({Code::request, 1, Type::identity, {}}))));
  EXPECT_EQ(std::string(said->data.begin(), said->data.end()), "carol.example.net");
  Client there = client();
  there.expect({IdType::fqdn, to_bytes(as_bytes("gw.example.net"))});
  const auto hidden = parse(message_of(there.take(rng, encode({Code::request, 1, Type::identity, {}}))));
  EXPECT_EQ(std::string(hidden->data.begin(), hidden->data.end()), "anonymous");
}

TEST_F(EapTls, ANakChoosesBetweenPasswordsAndCertificates) {
  constexpr KeyRef alices{1};
  keys.put(alices, Secret(as_bytes("open sesame")));
  server_settings.users = std::make_shared<const LocalUsers>(LocalUsers{{"carol.example.net", KeyRef{}}, {"alice", alices}});
  expect_same_key(talk());
  client_settings = engine::EapClient{"alice", alices};
  EXPECT_TRUE(std::holds_alternative<Passed>(talk().server));
  client_settings = engine::EapClient{"carol.example.net", alices};
  EXPECT_EQ(cause_of(talk().server), Cause::eap_unknown_user);
  server_settings.users = std::make_shared<const LocalUsers>(LocalUsers{{"carol.example.net", KeyRef{}}});
  EXPECT_EQ(cause_of(talk().server), Cause::eap_method_refused);
}

TEST_F(EapTls, SuccessThatComesEarlyIsNotBelieved) {
  for (std::size_t after = 0; after < 4; ++after) {
    Server here = server();
    Client there = client();
    if (after) (void)talk(here, there, after);
    const Step step = settled(there, there.take(rng, encode({Code::success, 9})));
    EXPECT_EQ(cause_of(step), Cause::eap_unexpected) << after;
  }
}

TEST_F(EapTls, EveryMessageInEveryStateEndsInNobodysPass) {
  const Bytes alert{0x00, 21, 3, 3, 0, 2, 2, 40}, garbage{0x00, 22, 3, 3, 0, 4, 1, 2, 3, 4};
  const Bytes bodies[] = {{},    {0x00},  {0x20},          {0x40}, {0x80}, {0xC0, 0, 0, 0, 0}, {0x80, 0xFF, 0xFF, 0xFF, 0xFF, 1},
                          alert, garbage, Bytes(300, 0x5A)};
  for (std::size_t after = 0; after < 4; ++after)  // the fourth answer is the last
    for (const Type type : {Type::identity, Type::nak, Type::tls, Type::mschapv2})
      for (const Bytes& body : bodies) {
        Server here = server();
        Client there = client();
        if (after) (void)talk(here, there, after);
        for (int id = 0; id < 256; ++id) {
          const Step step = settled(here, here.take(rng, encode({Code::response, static_cast<std::uint8_t>(id), type, body})));
          EXPECT_FALSE(std::holds_alternative<Passed>(step));
        }
        Step step;
        for (std::uint8_t id = 0; id < 4; ++id) {
          step = settled(there, there.take(rng, encode({Code::request, id, type, body})));
          EXPECT_FALSE(std::holds_alternative<Passed>(step));
        }
        EXPECT_FALSE(std::holds_alternative<Passed>(settled(there, there.take(rng, encode({Code::success, 9})))));
      }
}

TEST_F(EapTls, AlertsAndGarbageAreTold) {
  for (const Bytes& records : {Bytes{21, 3, 3, 0, 2, 2, 70}, Bytes{1, 2, 3, 4, 5, 6, 7, 8}, Bytes{22, 3, 3, 0xFF, 0xFF, 1}}) {
    server_settings.query_identity = false;
    Server here = server();
    const auto asked = parse(message_of(here.begin(rng)));
    Bytes data{0};
    data.insert(data.end(), records.begin(), records.end());
    Step step = settled(here, here.take(rng, encode({Code::response, asked->id, Type::tls, data})));
    if (const auto* send = std::get_if<Send>(&step))  // our alert
      step = settled(here, here.take(rng, encode({Code::response, parse(send->message)->id, Type::tls, {0}})));
    EXPECT_EQ(cause_of(step), Cause::eap_tls_failed);
  }
}

TEST_F(EapTls, WithoutItsOwnKeyNobodyBegins) {
  keys = {};
  EXPECT_EQ(cause_of(talk().client), Cause::no_certificate);
  server_settings.query_identity = false;
  Server here = server();
  const auto asked = parse(message_of(here.begin(rng)));
  const Bytes hello{0, 22, 3, 1, 0, 1, 1};
  EXPECT_EQ(cause_of(settled(here, here.take(rng, encode({Code::response, asked->id, Type::tls, hello})))),
            Cause::no_certificate);
}

TEST(TlsFragments, AreOneMessageAgain) {
  for (const std::size_t octets : {0u, 1u, 1200u, 1201u, 5000u, 65536u}) {
    Bytes message(octets);
    for (std::size_t i = 0; i < octets; ++i) message[i] = static_cast<std::uint8_t>(i * 7);
    TlsFragments here, there;
    here.send(message);
    auto got = there.take(here.next());
    while (got.ok() && *got == TlsFragments::Got::part) {
      ASSERT_EQ(*here.take(there.next()), TlsFragments::Got::acknowledgement);
      got = there.take(here.next());
    }
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(*got, octets ? TlsFragments::Got::whole : TlsFragments::Got::acknowledgement);
    EXPECT_EQ(there.message(), message);
  }
}

TEST(TlsFragments, LengthsAndFlagsThatContradictEachOtherAreMalformed) {
  struct Row {
    const char* what;
    std::vector<Bytes> taken;  // the last one is refused
  };
  const Row rows[] = {
      {"no flags", {{}}},
      {"a length that breaks off", {{0x80, 0, 0}}},
      {"a fragment without content", {{0xC0, 0, 0, 0, 9}}},
      {"a first fragment without length", {{0x40, 1, 2}}},
      {"longer than it says", {{0x80, 0, 0, 0, 1, 1, 2}}},
      {"shorter than it says", {{0x80, 0, 0, 0, 3, 1, 2}}},
      {"of four gigabytes", {{0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 1}}},
      {"of 65,537", {{0xC0, 0, 1, 0, 1, 1}}},
      {"another length later", {{0xC0, 0, 0, 0, 3, 1}, {0xC0, 0, 0, 0, 4, 2}}},
      {"too much later", {{0xC0, 0, 0, 0, 3, 1}, {0x00, 2, 3, 4}}},
      {"too little in the end", {{0xC0, 0, 0, 0, 3, 1}, {0x00, 2}}},
      {"nothing in the end", {{0xC0, 0, 0, 0, 3, 1}, {0x00}}},
  };
  for (const Row& row : rows) {
    TlsFragments fragments;
    for (std::size_t i = 0; i < row.taken.size(); ++i) {
      const auto got = fragments.take(row.taken[i]);
      EXPECT_EQ(got.ok(), i + 1 < row.taken.size()) << row.what;
      if (!got.ok()) {
        EXPECT_EQ(got.failure().cause, Cause::eap_malformed) << row.what;
      }
    }
  }
}

}  // namespace
}  // namespace engine_eap_tls
