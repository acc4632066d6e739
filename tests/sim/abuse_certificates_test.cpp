// Peers that lie in AUTH and CERT: what B says of what A sends, and that A learns nothing but AUTHENTICATION_FAILED.
#include "tests/sim/certificates.hpp"
#include "tests/sim/impair.hpp"

namespace sim {
namespace {

namespace wire = engine::wire;
using engine::Bytes;
using P = wire::PayloadType;

wire::CertPayload* cert(Utterance& u) {
  for (wire::Payload& payload : u.payloads)
    if (auto* hit = std::get_if<wire::CertPayload>(&payload); hit && hit->which == P::cert) return hit;
  return nullptr;
}
void omit(Utterance& u, P type) {
  std::erase_if(u.payloads, [&](const wire::Payload& payload) { return wire::type_of(payload) == type; });
}
Change with_auth(std::function<void(wire::AuthPayload&)> edit) {
  return [edit = std::move(edit)](Utterance& u) {
    if (auto* auth = part<wire::AuthPayload>(u)) edit(*auth);
  };
}
Change with_cert(std::function<void(wire::CertPayload&)> edit) {
  return [edit = std::move(edit)](Utterance& u) {
    if (auto* each = cert(u)) edit(*each);
  };
}

struct Lie {
  const char* name;
  Change change;
  Cause cause;
  const char* words;
};

const Lie lies[] = {
    {"NoCertificate", [](Utterance& u) { omit(u, P::cert); }, Cause::no_certificate, "sent no certificate"},
    {"HashAndUrl", with_cert([](auto& c) { c.encoding = 12; }), Cause::no_certificate, "encoding 12"},
    {"HashAndUrlOfABundle", with_cert([](auto& c) { c.encoding = 13; }), Cause::no_certificate, "encoding 13"},
    {"EmptyCertificate", with_cert([](auto& c) { c.data.clear(); }), Cause::malformed_certificate, ""},
    {"GarbageInTheCertificate", with_cert([](auto& c) { c.data.assign(200, 0x30); }), Cause::malformed_certificate, ""},
    {"TruncatedCertificate", with_cert([](auto& c) { c.data.pop_back(); }), Cause::malformed_certificate, ""},
    {"ChangedCertificate", with_cert([](auto& c) { c.data[c.data.size() - 3] ^= 1; }), Cause::certificate_path,
     "signature failure"},
    {"FiftyCertificates",
     [](Utterance& u) {
       const wire::CertPayload one = *cert(u);
       u.payloads.insert(u.payloads.begin(), 50, one);
     },
     Cause::path_too_long, "51 certificates"},
    {"AnotherIdentity",
     [](Utterance& u) {
       part<wire::IdPayload>(u)->identity = engine::Identity{engine::IdType::fqdn, {'b'}};
     },
     Cause::certificate_identity, "calls itself b"},
    {"KeyIdentity", [](Utterance& u) { part<wire::IdPayload>(u)->identity.type = engine::IdType::key_id; },
     Cause::certificate_identity, ""},
    {"EmptyAuth", with_auth([](auto& a) { a.data.clear(); }), Cause::method_mismatch, "not known here"},
    {"AuthWithoutSignature", with_auth([](auto& a) { a.data.resize(a.data[0] + 1u); }), Cause::signature_mismatch, ""},
    {"TruncatedSignature", with_auth([](auto& a) { a.data.pop_back(); }), Cause::signature_mismatch, ""},
    {"LongerSignature", with_auth([](auto& a) { a.data.push_back(0); }), Cause::signature_mismatch, ""},
    {"IdentifierOfNobody", with_auth([](auto& a) { a.data[5] ^= 1; }), Cause::method_mismatch, "not known here"},
    {"IdentifierLongerThanAuth", with_auth([](auto& a) { a.data[0] = 255; }), Cause::method_mismatch, "not known here"},
    {"IdentifierWithMoreBehind", with_auth([](auto& a) {
       a.data[0] = static_cast<std::uint8_t>(a.data[0] + 2);
       a.data.insert(a.data.begin() + a.data[0] - 1, {5, 0});
     }),
     Cause::method_mismatch, "not known here"},
    {"AnotherHash", with_auth([](auto& a) { a.data[a.data[0]] = 3; }), Cause::signature_mismatch, "ecdsa-sha384"},
    {"DerWhereAPairBelongs", with_auth([](auto& a) {
       a.method = 9;
       a.data.erase(a.data.begin(), a.data.begin() + a.data[0] + 1);
     }),
     Cause::signature_mismatch, "ecdsa-256"},
    {"MethodOfAnotherCurve", with_auth([](auto& a) { a.method = 10; }), Cause::signature_mismatch, "ecdsa-384"},
    {"MethodOfAnotherKey", with_auth([](auto& a) { a.method = 1; }), Cause::method_mismatch, "an RSA signature"},
    {"MethodOfSharedKeys", with_auth([](auto& a) { a.method = 2; }), Cause::method_mismatch, "a pre-shared key"},
    {"MethodNobodyKnows", with_auth([](auto& a) { a.method = 201; }), Cause::method_mismatch, "not known here"},
};

struct Lies : WithCertificates {
  void lie(Change change) {
    world = World{1};
    start_both();
    impair(world, *a, {wire::ExchangeType::ike_auth, false, 0}, std::move(change));
    world.send(*a, a_to_b);
    world.run_for(10s);
    mend(world);
  }
};

TEST_F(Lies, InARequestAreRefusedForTheirOwnReason) {
  for (const Lie& each : lies) {
    lie(each.change);
    EXPECT_TRUE(b->diagnosed(each.cause)) << each.name << "\n" << b->diagnoses();
    EXPECT_NE(b->diagnoses().find(each.words), std::string::npos) << each.name << "\n" << b->diagnoses();
    EXPECT_TRUE(a->diagnosed(Cause::peer_refused_authentication)) << each.name << "\n" << a->diagnoses();
    EXPECT_EQ(a->diagnoses().find(each.words[0] ? each.words : "never"), std::string::npos) << each.name << ": told to the peer";
    EXPECT_EQ(b->children(), 0u) << each.name;
    EXPECT_EQ(b->ready(), 0u) << each.name;
  }
}

TEST_F(Lies, InAnAnswerAreRefusedTheSameWay) {
  for (const Lie& each : lies) {
    world = World{1};
    start_both();
    impair(world, *b, {wire::ExchangeType::ike_auth, true, 0}, each.change);
    world.send(*a, a_to_b);
    world.run_for(10s);
    mend(world);
    EXPECT_TRUE(a->diagnosed(each.cause)) << each.name << "\n" << a->diagnoses();
    EXPECT_EQ(a->children(), 0u) << each.name;
    EXPECT_EQ(b->ready(), 0u) << each.name << ": B has to hear of it (2.21.2)";
  }
}

TEST_F(Lies, AreToldInWordsOfTheMethodThatWasUsed) {
  const Change wrong = with_auth([](auto& a) { a.data.back() ^= 1; });
  const auto expect_words = [&](const Node& by, const Node& about, const char* kind) {
    EXPECT_TRUE(by.diagnosed(Cause::signature_mismatch)) << kind << "\n" << by.diagnoses();
    EXPECT_TRUE(about.diagnosed(Cause::peer_refused_authentication)) << kind << "\n" << about.diagnoses();
    EXPECT_NE(about.diagnoses().find("the CA of our certificate"), std::string::npos) << kind << "\n" << about.diagnoses();
    EXPECT_EQ((by.diagnoses() + about.diagnoses()).find("pre-shared"), std::string::npos) << kind;
  };
  left.fragmentation = right.fragmentation = {9000, 9000, true};
  for (const char* kind : {"rsa 2048", "P-256", "ed25519"}) {
    with_keys(kind);
    lie(wrong);
    expect_words(*b, *a, kind);
    // The other way round B believes that the SA is up, and is told afterwards.
    world = World{1};
    start_both();
    impair(world, *b, {wire::ExchangeType::ike_auth, true, 0}, wrong);
    world.send(*a, a_to_b);
    world.run_for(10s);
    mend(world);
    expect_words(*a, *b, kind);
  }
}

TEST_F(Lies, OurOwnSignatureSentBackIsNone) {
  // B's certificate and B's AUTH of an earlier life prove nothing about A, and nothing in this one.
  start_both();
  std::optional<wire::AuthPayload> theirs;
  std::optional<wire::CertPayload> certificate;
  impair(world, *b, {wire::ExchangeType::ike_auth, true, 0}, [&](Utterance& u) {
    theirs = *part<wire::AuthPayload>(u);
    certificate = *cert(u);
  });
  connect();
  ASSERT_TRUE(theirs && certificate);
  lie([&](Utterance& u) {
    *cert(u) = *certificate;
    *part<wire::AuthPayload>(u) = *theirs;
    part<wire::IdPayload>(u)->identity = {engine::IdType::der_asn1_dn,
                                          right.tunnels[0].certificates->sign[0]->certificate->subject};
  });
  EXPECT_TRUE(b->diagnosed(Cause::signature_mismatch)) << b->diagnoses();
}

TEST_F(Lies, WhatIsAskedForIsNoReasonToRefuse) {
  const auto asking = [](Bytes hashes, std::uint8_t encoding = wire::x509_signature) -> Change {
    return [=](Utterance& u) {
      omit(u, P::certreq);
      u.payloads.push_back(wire::CertPayload{P::certreq, encoding, hashes});
    };
  };
  for (const Change& change :
       std::vector<Change>{asking(Bytes(60'000, 7)), asking(Bytes(20, 0)), asking(Bytes(33, 1)), asking({}),
                           asking(Bytes(20, 1), 12), [](Utterance& u) { omit(u, P::certreq); }}) {
    lie(change);
    EXPECT_EQ(b->ready(), 1u) << a->diagnoses() << b->diagnoses();
  }
}

TEST_F(Lies, CertificatesBehindTheFirstThatAreOfNoUse) {
  lie([](Utterance& u) {
    const auto at = std::find_if(u.payloads.begin(), u.payloads.end(),
                                 [](const wire::Payload& payload) { return wire::type_of(payload) == P::auth; });
    u.payloads.insert(
        at, {wire::CertPayload{P::cert, wire::x509_signature, pki::authority("CN=Stranger").der},
             wire::CertPayload{P::cert, 12, Bytes(40, 'h')}, wire::CertPayload{P::cert, 4, pki::authority("CN=X").der}});
  });
  EXPECT_EQ(b->ready(), 1u) << b->diagnoses();
}

TEST_F(Lies, WithHashesOnBothSidesTheSignatureIsRfc7427s) {
  for (const char* kind : {"rsa 2048", "P-256", "P-384", "P-521"}) {
    world = World{1};
    with_keys(kind);
    left.fragmentation = {9000, 9000, true};
    start_both();
    std::uint8_t method = 0;
    impair(world, *a, {wire::ExchangeType::ike_auth, false, 0},
           [&](Utterance& u) { method = part<wire::AuthPayload>(u)->method; });
    world.send(*a, a_to_b);
    world.run_for(10s);
    EXPECT_EQ(method, 14) << kind;
    EXPECT_EQ(b->ready(), 1u);
  }
}

TEST_F(Lies, WhoAnnouncesPssIsAnsweredWithIt) {
  with_keys("rsa 2048");
  for (const bool announced : {true, false}) {
    world = World{1};
    left.fragmentation = right.fragmentation = {9000, 9000, true};
    start_both();
    std::string scheme;
    impair(world, [&](Utterance& u, const Flight&) {
      if (u.header.exchange != wire::ExchangeType::ike_auth) return;
      if (u.header.response) {
        const auto* auth = part<wire::AuthPayload>(u);
        scheme = engine::parse_signature(auth->method, auth->data).scheme->name;
      } else if (!announced) {
        std::erase_if(u.payloads, [](const wire::Payload& payload) {
          const auto* notify = std::get_if<wire::NotifyPayload>(&payload);
          return notify && notify->type == engine::NotifyType::supported_auth_methods;
        });
      }
    });
    world.send(*a, a_to_b);
    world.run_for(10s);
    EXPECT_EQ(scheme, announced ? "rsa-pss-sha256" : "rsa-sha256");
    EXPECT_EQ(b->ready(), 1u);
  }
}

/// What stands for AUTH without the postquantum key (RFC 8784, 3) is held to the profile as AUTH is.
TEST_F(Lies, WhatStandsForAuthIsHeldToTheProfile) {
  left.tunnels[0].ppk = PpkWords{"id", "a key", false};
  right.tunnels[0].ppk = PpkWords{"another id", "another key", false};
  const auto with = [](std::string_view scheme) -> Change {
    return [scheme](Utterance& u) {
      for (wire::Payload& payload : u.payloads)
        if (auto* notify = std::get_if<wire::NotifyPayload>(&payload); notify && notify->type == engine::NotifyType::no_ppk_auth)
          for (const engine::SignatureScheme& row : engine::signature_schemes())
            if (row.name == scheme) notify->data = encode_signature(row, Bytes(256, 1));
    };
  };
  lie(with("rsa-sha256"));
  EXPECT_TRUE(b->diagnosed(Cause::method_mismatch)) << b->diagnoses();
  EXPECT_NE(b->diagnoses().find("an RSA signature"), std::string::npos) << b->diagnoses();
  lie(with("ecdsa-sha256"));
  EXPECT_TRUE(b->diagnosed(Cause::signature_mismatch)) << b->diagnoses();
  lie(with("none"));
  EXPECT_EQ(b->ready(), 1u) << b->diagnoses();
}

}  // namespace
}  // namespace sim
