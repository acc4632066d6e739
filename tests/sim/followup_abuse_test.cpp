// IKE_FOLLOWUP_KE with a peer that breaks the rules of RFC 9370, 2.2.4, as initiator and as responder.
#include "tests/sim/impair.hpp"
#include "tests/sim/stranger.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

wire::NotifyPayload link_of(Bytes octets) {
  return {wire::Protocol::none, {}, NotifyType::additional_key_exchange, std::move(octets)};
}

/// The public value of a private key that nobody remembers.
wire::KePayload ke(const char* keyword) {
  const Algorithm& group = *find_ike_keyword(TransformType::key_exchange, keyword);
  auto half =
      crypto::run(crypto::DhJob{&group, crypto::DhStep::begin, Secret(Bytes(crypto::private_key_octets(group), 5)), {}}, {});
  return {group.id, std::get<crypto::DhResult>(half).public_value};
}

class FollowupAbuse : public TwoSites {
 protected:
  static Site with(Site site) {
    site.tunnels[0].pfs = "31";
    site.tunnels[0].pfs_additional = {{{"19"}}, {{"20"}}};
    return site;
  }
  void SetUp() override {
    world.tap = std::make_unique<Wiretap>();
    start(with(site_a(1)), with(site_b(1)));
  }

  /// A stranger that is authenticated, and has no Child SA. Its next message ID is 2.
  void arrive(Stranger& stranger) {
    stranger.begin();
    ASSERT_TRUE(stranger.ask(ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}}));
    ASSERT_EQ(b->ready(), 1u);
  }
  /// Asks for a Child SA. The answer's link, or nothing.
  std::optional<Bytes> create(Stranger& stranger, std::uint32_t id) {
    const CryptoMapEntry& entry = *a->compiled.config->interfaces.front().entries.front();
    const SelectorPair& line = entry.lines.front().selectors;
    const auto answer = stranger.ask(
        ExchangeType::create_child_sa, id,
        {wire::SaPayload{offer_child(entry, EspSpi{0x1000 + id}, entry.pfs_group)}, wire::NoncePayload{Bytes(32, 7)}, ke("31"),
         wire::TsPayload{wire::PayloadType::ts_i, {line.local}}, wire::TsPayload{wire::PayloadType::ts_r, {line.remote}}});
    const auto* link = answer ? wire::find_notify(*answer, NotifyType::additional_key_exchange) : nullptr;
    return link ? std::optional(link->data) : std::nullopt;
  }
  /// IKE_FOLLOWUP_KE; the answer's only notify, none where it has none, or nothing without an answer.
  static std::optional<NotifyType> follow(Stranger& stranger, std::uint32_t id, const wire::Payloads& payloads,
                                          Bytes* next = nullptr) {
    const auto answer = stranger.ask(ExchangeType::ike_followup_ke, id, payloads);
    if (!answer) return std::nullopt;
    const auto* notify = wire::find<wire::NotifyPayload>(*answer);
    if (notify && next) *next = notify->data;
    return notify ? notify->type : NotifyType::none;
  }
};

TEST_F(FollowupAbuse, AnHonestStrangerGetsThrough) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  const auto first = create(stranger, 2);
  ASSERT_TRUE(first);
  EXPECT_EQ(b->children(), 0u);
  Bytes second;
  EXPECT_EQ(follow(stranger, 3, {ke("19"), link_of(*first)}, &second), NotifyType::additional_key_exchange);
  EXPECT_EQ(b->children(), 0u);
  EXPECT_NE(second, *first);
  EXPECT_EQ(follow(stranger, 4, {ke("20"), link_of(second)}), NotifyType::none);
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(FollowupAbuse, UnsolicitedFindsNothing) {
  Stranger stranger(world, *b, *a);
  stranger.begin();
  EXPECT_FALSE(follow(stranger, 1, {ke("19")})) << "before IKE_AUTH";
  ASSERT_TRUE(stranger.ask(ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}}));
  EXPECT_EQ(follow(stranger, 2, {ke("19")}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 3, {ke("19"), link_of({})}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 4, {ke("19"), link_of(Bytes(4000, 0))}), NotifyType::state_not_found);
  EXPECT_EQ(b->ready(), 1u);
}

TEST_F(FollowupAbuse, WithoutLinkOrWithAWrongOneTheRightOneStillHolds) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  const Bytes link = create(stranger, 2).value();
  Bytes wrong = link, longer = link, next;
  wrong.back() ^= 1;
  longer.push_back(0);
  EXPECT_EQ(follow(stranger, 3, {ke("19")}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 4, {ke("19"), link_of(wrong)}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 5, {ke("19"), link_of(longer)}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 6, {ke("19"), link_of({})}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 7, {ke("19"), link_of(link)}, &next), NotifyType::additional_key_exchange);
  EXPECT_EQ(follow(stranger, 8, {ke("20"), link_of(next)}), NotifyType::none);
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(FollowupAbuse, ALinkHoldsOnce) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  const Bytes link = create(stranger, 2).value();
  Bytes next;
  EXPECT_EQ(follow(stranger, 3, {ke("19"), link_of(link)}, &next), NotifyType::additional_key_exchange);
  const auto again = stranger.hit(stranger.last()), once_more = stranger.hit(stranger.last());
  ASSERT_EQ(again.size(), 1u) << "the same message gets the same answer";
  EXPECT_EQ(again, once_more);
  EXPECT_EQ(follow(stranger, 4, {ke("19"), link_of(link)}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 5, {ke("20"), link_of(link)}), NotifyType::state_not_found);
  EXPECT_EQ(follow(stranger, 6, {ke("20"), link_of(next)}), NotifyType::none);
  EXPECT_EQ(follow(stranger, 7, {ke("20"), link_of(next)}), NotifyType::state_not_found);
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(FollowupAbuse, SeriesMayBeMixed) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  const Bytes first = create(stranger, 2).value(), second = create(stranger, 3).value();
  Bytes first_next, second_next;
  EXPECT_EQ(follow(stranger, 4, {ke("19"), link_of(second)}, &second_next), NotifyType::additional_key_exchange);
  EXPECT_EQ(follow(stranger, 5, {ke("19"), link_of(first)}, &first_next), NotifyType::additional_key_exchange);
  EXPECT_EQ(follow(stranger, 6, {ke("20"), link_of(second_next)}), NotifyType::none);
  EXPECT_EQ(b->children(), 1u);
  EXPECT_EQ(follow(stranger, 7, {ke("20"), link_of(first_next)}), NotifyType::none);
  EXPECT_EQ(b->children(), 2u);
}

TEST_F(FollowupAbuse, WhatIsNotAgreedOnEndsTheIkeSa) {
  const std::vector<wire::Payloads> bad{{},
                                        {ke("20")},
                                        {ke("31")},
                                        {wire::KePayload{19, Bytes(64, 0)}},
                                        {wire::KePayload{19, Bytes(64, 0xff)}},
                                        {wire::KePayload{19, Bytes(63, 4)}},
                                        {wire::KePayload{19, {}}},
                                        {wire::NoncePayload{Bytes(32, 1)}}};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    Stranger stranger(world, *b, *a);
    arrive(stranger);
    wire::Payloads payloads = bad[i];
    payloads.push_back(link_of(create(stranger, 2).value()));
    EXPECT_EQ(follow(stranger, 3, payloads), NotifyType::invalid_syntax) << i;
    EXPECT_EQ(b->ready() + b->children(), 0u) << i;
  }
}

TEST_F(FollowupAbuse, NobodyWaitsForEver) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  const Bytes link = create(stranger, 2).value();
  for (int i = 0; i < 12; ++i) {
    world.run_for(10s);
    ASSERT_TRUE(stranger.ask(ExchangeType::informational, static_cast<std::uint32_t>(3 + i), wire::Payloads{}));
  }
  world.run_for(1s);
  EXPECT_EQ(follow(stranger, 15, {ke("19"), link_of(link)}), NotifyType::state_not_found);
  EXPECT_EQ(b->ready(), 1u);
}

TEST_F(FollowupAbuse, NotAnyNumberIsBegun) {
  Stranger stranger(world, *b, *a);
  arrive(stranger);
  std::uint32_t begun = 0;
  while (begun < 100 && create(stranger, 2 + begun)) ++begun;
  EXPECT_EQ(begun, 24u) << "16, and 4 for each line";
  world.run_for(121s);
  EXPECT_TRUE(create(stranger, 3 + begun)) << "there is room again";
}

// ---- Responders that break the rules ----

class FollowupAnswers : public FollowupAbuse {
 protected:
  /// A asks for a Child SA of the second line, whose answers B changes so.
  void answers(ExchangeType exchange, const Change& change) {
    connect();
    impair(world, *b, {exchange, true, 0}, change);
    world.send(*a, second_);
    world.run_for(20s);
    EXPECT_NE(world.send(*a, second_), Outcome::delivered);
    EXPECT_TRUE(a->diagnosed(Cause::missing_payload) || a->diagnosed(Cause::invalid_key_exchange_value)) << a->diagnoses();
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the IKE SA and what it carries are not touched";
    mend(world);
    EXPECT_EQ(world.send_until_delivered(*a, second_, 400), Outcome::delivered) << a->diagnoses();
    world.run_for(150s);
    expect_settled();
  }
  static void without_link(Utterance& u) {
    std::erase_if(u.payloads, [](const wire::Payload& p) {
      const auto* notify = std::get_if<wire::NotifyPayload>(&p);
      return notify && notify->type == NotifyType::additional_key_exchange;
    });
  }
  SelectorPair second_ = packet("192.168.2.1", "10.0.2.1");
};

TEST_F(FollowupAnswers, WithoutLinkInTheFirst) { answers(ExchangeType::create_child_sa, without_link); }

TEST_F(FollowupAnswers, WithoutLinkInAFurther) { answers(ExchangeType::ike_followup_ke, without_link); }

TEST_F(FollowupAnswers, WithoutKe) {
  answers(ExchangeType::ike_followup_ke, [](Utterance& u) {
    std::erase_if(u.payloads, [](const auto& p) { return std::holds_alternative<wire::KePayload>(p); });
  });
}

TEST_F(FollowupAnswers, OfAnotherGroup) {
  answers(ExchangeType::ike_followup_ke, [](Utterance& u) { part<wire::KePayload>(u)->group = 21; });
}

TEST_F(FollowupAnswers, ABadValue) {
  answers(ExchangeType::ike_followup_ke, [](Utterance& u) { part<wire::KePayload>(u)->data.assign(64, 0xff); });
}

TEST_F(FollowupAnswers, AnotherLinkIsSentBackIntact) {
  connect();
  impair(world, *b, {ExchangeType::create_child_sa, true, 0},
         [](Utterance& u) { part<wire::NotifyPayload>(u)->data.assign(300, 0x55); });
  world.clear_arrows();
  world.send(*a, second_);
  world.run_until_idle();
  bool intact = false;
  for (const Flight& flight : world.recorded()) {
    const auto header = wire::parse_header(flight.payload);
    if (header->exchange != ExchangeType::ike_followup_ke || header->response) continue;
    const auto payloads = world.tap->payloads(flight.payload);
    const auto* link = wire::find_notify(payloads, NotifyType::additional_key_exchange);
    intact = intact || (link && link->data == Bytes(300, 0x55));
  }
  EXPECT_TRUE(intact);
  mend(world);
  EXPECT_EQ(world.send_until_delivered(*a, second_, 100), Outcome::delivered) << "STATE_NOT_FOUND, and begun anew";
}

}  // namespace
}  // namespace sim
