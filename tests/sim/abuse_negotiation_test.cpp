// Abuse cases of key exchange values, of negotiation and of AUTH with pre-shared keys (groups E, F and G).
#include "tests/sim/stranger.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

template <class T>
T& part(wire::Payloads& payloads) {
  for (wire::Payload& p : payloads)
    if (T* hit = std::get_if<T>(&p)) return *hit;
  std::abort();
}

class Abuse : public TwoSites {
 protected:
  /// The answer to a first request that `change` has been at; nullopt: none came.
  std::optional<wire::Message> first(const std::function<void(wire::Payloads&)>& change, const char* group = "31") {
    if (!b) start();
    Stranger stranger(world, *b, *a);
    wire::Payloads payloads = stranger.first_payloads(*find_ike_keyword(TransformType::key_exchange, group));
    change(payloads);
    const auto answers = stranger.hit(stranger.first(payloads));
    if (answers.empty()) return std::nullopt;
    auto message = wire::parse(answers.at(0));
    return message.ok() ? std::optional(std::move(*message)) : std::nullopt;
  }
  static bool accepted(const std::optional<wire::Message>& answer) {
    return answer && wire::find<wire::SaPayload>(answer->payloads) != nullptr;
  }
  static bool refused_with(const std::optional<wire::Message>& answer, NotifyType type) {
    return answer && !accepted(answer) && wire::find_notify(answer->payloads, type) != nullptr;
  }
  void forget_half_open() {
    world.run_for(100s);
    EXPECT_EQ(b->view().half_open, 0u);
  }
};

// ---- E: key exchange values ----

TEST_F(Abuse, E_DegenerateValuesEndTheNegotiationAndLeaveNothing) {
  Site left = site_a(), right = site_b();
  left.ike.groups = right.ike.groups = {"31", "32", "14", "5", "24", "19", "20", "21", "28"};
  start(left, right);
  for (const std::string& group : left.ike.groups) {
    const std::size_t size = find_ike_keyword(TransformType::key_exchange, group)->output_octets;
    Bytes one(size);
    one.back() = 1;
    for (const Bytes& value :
         {Bytes(size), one, Bytes(size, 0xff), Bytes(size - 1, 7), Bytes(size + 1, 7), Bytes{}, Bytes(1, 2)}) {
      if ((group == "31" || group == "32") && value.size() == size && value != Bytes(size)) continue;  // any string is a point
      const auto answer = first([&](wire::Payloads& p) { part<wire::KePayload>(p).data = value; }, group.c_str());
      EXPECT_FALSE(accepted(answer)) << group << " " << value.size();
      EXPECT_EQ(b->view().half_open, 0u) << group;
    }
  }
  EXPECT_TRUE(b->diagnosed(Cause::invalid_key_exchange_value));
  EXPECT_TRUE(accepted(first([](wire::Payloads&) {})));
}

TEST_F(Abuse, E_NoncesHave16To256Octets) {
  for (const std::size_t size : {0, 1, 15, 257, 1000})
    EXPECT_FALSE(first([&](wire::Payloads& p) { part<wire::NoncePayload>(p).data = Bytes(size, 3); })) << size;
  for (const std::size_t size : {16, 256})
    EXPECT_TRUE(accepted(first([&](wire::Payloads& p) { part<wire::NoncePayload>(p).data = Bytes(size, 3); }))) << size;
  forget_half_open();
}

TEST_F(Abuse, E_AKeOfAGroupThatIsNotOfferedIsAnsweredWithOurs) {
  for (const std::uint16_t group : {0, 1, 2, 14, 35, 36, 1024, 40000, 65535}) {
    const auto answer = first([&](wire::Payloads& p) { part<wire::KePayload>(p).group = group; });
    ASSERT_TRUE(refused_with(answer, NotifyType::invalid_ke_payload)) << group;
    EXPECT_EQ(to_hex(wire::find_notify(answer->payloads, NotifyType::invalid_ke_payload)->data), "001f");
  }
  EXPECT_EQ(b->view().half_open, 0u);
}

TEST_F(Abuse, E_InvalidKeNeverMovesAnInitiatorToWhatItDidNotOffer) {
  Site left = site_a();
  left.ike.groups = {"31", "19"};
  for (const Bytes& named : {Bytes{0, 2}, Bytes{0, 31}, Bytes{0, 14}, Bytes{255, 255}, Bytes{}, Bytes{19}, Bytes{0, 0}}) {
    World own(1);
    Node& initiator = own.add(left);
    own.drop = [](const Flight&) { return true; };
    own.send(initiator, a_to_b);
    own.run_for(100ms);
    const Flight request = own.recorded().at(0);
    own.drop = nullptr;
    wire::Header header = *wire::parse_header(request.payload);
    header.response = true;
    header.initiator = false;
    own.inject({request.to, request.from,
                wire::encode(header, {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::invalid_ke_payload, named}})});
    own.run_for(30s);
    for (const Flight& flight : own.recorded())
      EXPECT_EQ(to_hex(flight.payload), to_hex(request.payload)) << to_hex(named) << ": the request has changed";
  }
}

// ---- F: negotiation ----

using ProposalChange = std::function<void(wire::Proposal&)>;

TEST_F(Abuse, F_EveryTransformTypeIsNeededOnceAtLeast) {
  for (const std::uint8_t type : {1, 2, 3, 4}) {
    const auto answer = first([&](wire::Payloads& p) {
      std::erase_if(part<wire::SaPayload>(p).proposals[0].transforms, [&](const wire::Transform& t) { return t.type == type; });
    });
    EXPECT_TRUE(refused_with(answer, NotifyType::no_proposal_chosen)) << int{type};
  }
  const auto twice = first([&](wire::Payloads& p) {
    auto& transforms = part<wire::SaPayload>(p).proposals[0].transforms;
    const auto copy = transforms;
    transforms.insert(transforms.end(), copy.begin(), copy.end());
  });
  ASSERT_TRUE(accepted(twice));
  EXPECT_EQ(wire::find<wire::SaPayload>(twice->payloads)->proposals[0].transforms.size(), 4u);
}

TEST_F(Abuse, F_ProposalNumbersAreGivenBackAsTheyCame) {
  for (const std::uint8_t number : {0, 1, 7, 255}) {
    const auto answer = first([&](wire::Payloads& p) { part<wire::SaPayload>(p).proposals[0].number = number; });
    ASSERT_TRUE(accepted(answer)) << int{number};
    EXPECT_EQ(wire::find<wire::SaPayload>(answer->payloads)->proposals[0].number, number);
  }
}

TEST_F(Abuse, F_ProposalsOfOtherKindsArePassedOver) {
  const std::vector<std::pair<const char*, ProposalChange>> changes{
      {"protocol ESP", [](wire::Proposal& p) { p.protocol = wire::Protocol::esp, p.spi = Bytes(4, 1); }},
      {"protocol 0", [](wire::Proposal& p) { p.protocol = wire::Protocol::none; }},
      {"protocol 200", [](wire::Proposal& p) { p.protocol = static_cast<wire::Protocol>(200); }},
      {"a transform of an unknown type",
       [](wire::Proposal& p) {
         p.transforms.push_back({13, 1, 0, false});
       }},
      {"a transform of type 0",
       [](wire::Proposal& p) {
         p.transforms.push_back({0, 1, 0, false});
       }},
      {"a key length that does not exist", [](wire::Proposal& p) { p.transforms[0].key_bits = 255; }},
      {"no key length", [](wire::Proposal& p) { p.transforms[0].key_bits = 0; }},
      {"CBC with INTEG NONE",
       [](wire::Proposal& p) {
         for (wire::Transform& t : p.transforms)
           if (t.type == 3) t.id = 0;
       }},
      {"the PRF NONE",
       [](wire::Proposal& p) {
         for (wire::Transform& t : p.transforms)
           if (t.type == 2) t.id = 0;
       }},
      {"the group NONE",
       [](wire::Proposal& p) {
         for (wire::Transform& t : p.transforms)
           if (t.type == 4) t.id = 0;
       }},
      {"an additional key exchange",
       [](wire::Proposal& p) {
         p.transforms.push_back({6, 19, 0, false});
       }},
      {"no transform", [](wire::Proposal& p) { p.transforms.clear(); }}};
  for (const auto& [what, change] : changes) {
    const auto alone = first([&](wire::Payloads& p) { change(part<wire::SaPayload>(p).proposals[0]); });
    EXPECT_TRUE(refused_with(alone, NotifyType::no_proposal_chosen)) << what;
    const auto beside = first([&](wire::Payloads& p) {
      auto& proposals = part<wire::SaPayload>(p).proposals;
      proposals.push_back(proposals[0]);
      proposals[1].number = 2;
      change(proposals[0]);
    });
    ASSERT_TRUE(accepted(beside)) << what;
    EXPECT_EQ(wire::find<wire::SaPayload>(beside->payloads)->proposals[0].number, 2) << what;
  }
}

TEST_F(Abuse, F_AeadTakesNoIntegrity) {
  Site left = site_a(), right = site_b();
  left.ike.encryption = right.ike.encryption = {"aes-gcm-256"};
  left.ike.prf = right.ike.prf = {"sha256"};
  start(left, right);
  EXPECT_TRUE(refused_with(first([](wire::Payloads& p) {
                             part<wire::SaPayload>(p).proposals[0].transforms.push_back({3, 12, 0, false});
                           }),
                           NotifyType::no_proposal_chosen));
  EXPECT_TRUE(accepted(first([](wire::Payloads& p) {
    part<wire::SaPayload>(p).proposals[0].transforms.push_back({3, 0, 0, false});
  })));
}

TEST_F(Abuse, F_AThousandTransforms) {
  const auto answer = first([](wire::Payloads& p) {
    auto& proposals = part<wire::SaPayload>(p).proposals;
    const wire::Proposal good = proposals[0];
    proposals.clear();
    for (std::uint8_t n = 1; n <= 4; ++n) {
      wire::Proposal many = good;
      many.number = n;
      many.transforms.clear();
      for (std::uint16_t i = 0; i < 250; ++i)
        many.transforms.push_back({static_cast<std::uint8_t>(1 + i % 4), static_cast<std::uint16_t>(2000 + i), 0, false});
      proposals.push_back(std::move(many));
    }
    proposals.push_back(good);
    proposals.back().number = 5;
  });
  ASSERT_TRUE(accepted(answer));
  EXPECT_EQ(wire::find<wire::SaPayload>(answer->payloads)->proposals[0].number, 5);
}

/// Every algorithm that can be offered makes an SA that carries traffic.
TEST_F(Abuse, F_EveryAlgorithmThatCanBeOfferedWorks) {
  const auto works = [&](const IkeWords& ike, const EspWords& esp) {
    World own(1);
    Site left = site_a(), right = site_b();
    left.ike = right.ike = ike;
    left.tunnels[0].esp = right.tunnels[0].esp = esp;
    Node& node = own.add(left);
    own.add(right);
    EXPECT_EQ(own.send_until_delivered(node, a_to_b), Outcome::delivered)
        << ike.encryption[0] << " " << ike.integrity[0] << " " << ike.groups[0] << " " << esp.encryption << node.diagnoses();
  };
  for (const Algorithm& row : algorithms()) {
    const std::string word(row.type == TransformType::encryption && row.ike_keyword.empty() ? row.esp_keyword : row.ike_keyword);
    if (!crypto::available(row)) continue;
    if (row.type == TransformType::encryption && !row.ike_keyword.empty()) works({{word}, {"sha256"}, {"sha256"}, {"31"}}, {});
    if (row.type == TransformType::encryption && !row.esp_keyword.empty())
      works({}, {std::string(row.esp_keyword), row.aead ? "" : "esp-sha256-hmac"});
    if (row.type == TransformType::integrity) {
      works({{"aes-cbc-128"}, {word}, {"sha256"}, {"31"}}, {});
      works({}, {"esp-aes", std::string(row.esp_keyword)});
    }
    if (row.type == TransformType::prf) works({{"aes-gcm-128"}, {"sha256"}, {word}, {"31"}}, {});
    if (row.type == TransformType::key_exchange) works({{"aes-cbc-128"}, {"sha256"}, {}, {word}}, {});
  }
}

// ---- G: AUTH with pre-shared keys ----

TEST_F(Abuse, G_AuthThatDoesNotHoldIsRefused) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    World own(1);
    Node& left = own.add(site_a());
    Node& right = own.add(site_b());
    Stranger stranger(own, right, left);
    stranger.begin();
    Bytes auth = stranger.auth(1);
    std::uint8_t method = 2;
    switch (attempt) {
      case 0:
        auth.clear();
        break;
      case 1:
        auth.pop_back();
        break;
      case 2:
        auth.push_back(0);
        break;
      case 3:
        auth[0] ^= 1;
        break;
      case 4:
        std::fill(auth.begin(), auth.end(), std::uint8_t{0});
        break;
      case 5:
        method = 1;
        break;
      case 6:
        method = 14;
        break;
      default:
        method = 0;
    }
    const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{method, auth}});
    ASSERT_TRUE(answer) << attempt;
    EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed)) << attempt;
    EXPECT_EQ(answer->size(), 1u) << attempt << ": nothing of us is told to who did not authenticate";
    EXPECT_EQ(right.ready(), 0u) << attempt;
    EXPECT_EQ(right.view().half_open, 0u) << attempt;
  }
}

TEST_F(Abuse, G_AnIdentityThatTheSignatureDoesNotCoverIsRefused) {
  Site right = site_b();
  right.tunnels[0].match_remote = {MatchAny{}};
  start(site_a(), right);
  Stranger stranger(world, *b, *a);
  stranger.begin();
  const Bytes auth = stranger.auth(1);
  wire::IdPayload other = stranger.id();
  other.reserved[0] = 1;  // covered as well
  const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 1, {other, wire::AuthPayload{2, auth}});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed));
}

/// Who somebody else is asked for answers as who it is (RFC 7296, 2.15 leaves that to the responder), and the asker decides.
TEST_F(Abuse, G_AnIdrThatIsNotOursIsAnsweredWithOurs) {
  start();
  Stranger stranger(world, *b, *a);
  stranger.begin();
  const auto answer =
      stranger.ask(wire::ExchangeType::ike_auth, 1,
                   {stranger.id(), wire::IdPayload{wire::PayloadType::id_r, Identity{IdType::fqdn, {'x', '.', 'y'}}, {}},
                    wire::AuthPayload{2, stranger.auth(1)}});
  ASSERT_TRUE(answer);
  const auto* ours = wire::find_id(*answer, wire::PayloadType::id_r);
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->identity, Identity::of(b->site.wan));
}

TEST_F(Abuse, G_OurOwnAuthSentBackIsNone) {
  start();
  connect();
  // The responder's signature of an earlier SA, in the place of an initiator's.
  Stranger stranger(world, *b, *a);
  stranger.begin();
  const auto honest = stranger.ask(wire::ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}});
  ASSERT_TRUE(honest);
  const auto* theirs = wire::find<wire::AuthPayload>(*honest);
  ASSERT_NE(theirs, nullptr);
  Stranger mirror(world, *b, *a);
  mirror.begin();
  const auto answer = mirror.ask(wire::ExchangeType::ike_auth, 1, {mirror.id(), *theirs});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed));
}

TEST_F(Abuse, G_MissingPayloadsOfIkeAuth) {
  for (const int missing : {0, 1, 2}) {
    World own(1);
    Node& left = own.add(site_a());
    Node& right = own.add(site_b());
    Stranger stranger(own, right, left);
    stranger.begin();
    wire::Payloads payloads;
    if (missing == 1) payloads.push_back(stranger.id());
    if (missing == 2) payloads.push_back(wire::AuthPayload{2, stranger.auth(1)});
    const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 1, payloads);
    ASSERT_TRUE(answer) << missing;
    EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed)) << missing;
    EXPECT_EQ(right.ready() + right.view().half_open, 0u);
  }
}

TEST_F(Abuse, G_KeysOfAnyLengthAndContent) {
  for (const std::string& psk :
       {std::string(1, '\0'), std::string(63, 'k'), std::string(64, '\0'), std::string(65, '\xff'), std::string(1000, 'x')}) {
    World own(1);
    Site left = site_a(), right = site_b();
    left.tunnels[0].psk = right.tunnels[0].psk = psk;
    Node& node = own.add(left);
    own.add(right);
    EXPECT_EQ(own.send_until_delivered(node, a_to_b), Outcome::delivered) << psk.size();
  }
}

TEST_F(Abuse, G_PpkNotifiesNobodyAskedForChangeNothing) {
  start();
  Stranger stranger(world, *b, *a);
  stranger.begin();
  const Bytes auth = stranger.auth(1);
  Bytes wrong = auth;
  wrong[3] ^= 4;
  const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 1,
                                   {stranger.id(), wire::AuthPayload{2, wrong},
                                    wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::ppk_identity, {2, 'x'}},
                                    wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::no_ppk_auth, auth}});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed)) << "without USE_PPK the AUTH payload counts";
}

/// Saying it asks for signatures (RFC 7427, 4), and there is no method here that has any.
TEST_F(Abuse, G_SignatureHashAlgorithmsAreNeitherKeptNorAnswered) {
  start();
  Stranger stranger(world, *b, *a);
  const wire::NotifyPayload hashes{wire::Protocol::none, {}, NotifyType::signature_hash_algorithms, Bytes(4001, 7)};
  wire::Payloads request = stranger.honest_payloads();
  request.insert(request.end(), {hashes, hashes});
  const auto answers = stranger.hit(stranger.first(request));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_FALSE(wire::find_notify(wire::parse(answers[0])->payloads, NotifyType::signature_hash_algorithms));
  stranger.agree(answers[0]);
  stranger.authenticate();
  EXPECT_EQ(b->ready(), 1u);
}

/// CVE-2024-2357: no key here for a peer whose identity is fine, and its request comes again.
TEST_F(Abuse, G_NoKeyForThePeerEndsTheSaCleanly) {
  Site right = site_b();
  right.tunnels[0].peer = ip("203.0.113.77");
  right.tunnels[0].match_remote = {};
  start(site_a(), right);
  Stranger stranger(world, *b, *a);
  stranger.begin();
  const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed));
  EXPECT_EQ(stranger.hit(stranger.last()).size(), 1u) << "a repeated request is answered again";
  world.run_for(60s);
  EXPECT_TRUE(b->view().ike_sas.empty());
}

}  // namespace
}  // namespace sim
