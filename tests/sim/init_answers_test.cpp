// Answers to IKE_SA_INIT that are not the peer's: whoever sees the request can forge one, and the attempt comes up all the same
// (RFC 7296, 2.4, 2.21.1).
#include <algorithm>

#include "engine/proposals.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::NotifyType;
namespace wire = engine::wire;

class InitAnswers : public TwoSites {
 protected:
  enum class First { arrives, is_lost };
  static constexpr engine::IkeSpi nobody{0x1234567812345678};

  /// A's request is under way; what is forged overtakes whatever B says to it.
  void begin(const Site& left = site_a(), const Site& right = site_b()) {
    start(left, right);
    world.hold = true;
    world.send(*a, a_to_b);
    world.run_for(5ms);
    ASSERT_EQ(world.waiting().size(), 1u);
    asked_ = world.waiting().front();
  }
  void forge(engine::IkeSpi spi_r, const wire::Payloads& payloads) {
    wire::Header header = wire::parse(asked_.payload)->header;
    header.spi_r = spi_r;
    header.initiator = false;
    header.response = true;
    world.deliver({asked_.to, asked_.from, wire::encode(header, payloads)});
    world.run_for(5ms);
  }
  /// An answer as B would give it, with this public value.
  wire::Payloads answer(engine::Bytes public_value) {
    const auto request = wire::parse(asked_.payload);
    const auto* offered = wire::find<wire::SaPayload>(request->payloads);
    const auto choice = engine::choose_ike(offered->proposals, *b->compiled.config->policies.front(), 31);
    return {wire::SaPayload{{choice->answer}}, wire::KePayload{31, std::move(public_value)},
            wire::NoncePayload{engine::Bytes(32, 7)}};
  }
  static engine::Bytes some_public_value(std::uint8_t seed) {
    const engine::Algorithm& group = *engine::find_algorithm(engine::TransformType::key_exchange, 31, 0);
    auto made = engine::crypto::run(
        engine::crypto::DhJob{&group, engine::crypto::DhStep::begin, engine::Secret(engine::Bytes(32, seed)), {}}, {});
    return std::get<engine::crypto::DhResult>(made).public_value;
  }
  void expect_up_within(engine::Duration time, First first = First::arrives) {
    if (first == First::is_lost) world.lose_waiting(0);
    world.hold = false;
    while (!world.waiting().empty()) world.deliver_waiting(0);
    world.run_for(time);
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses() << b->diagnoses();
    EXPECT_EQ(std::ranges::count(a->notices, engine::NoticeKind::negotiation_started, &engine::Notice::kind), 1)
        << "the attempt itself comes up";
    EXPECT_FALSE(a->diagnosed(Cause::peer_refused_authentication)) << a->diagnoses();
    world.run_for(70s);
    EXPECT_EQ(a->ready(), 1u);
    expect_settled();
  }
  static Site both_groups(Site site) {
    site.ike.groups = {"31", "19"};
    return site;
  }

  Flight asked_;
};

TEST_F(InitAnswers, ARefusal) {
  begin();
  forge({}, {wire::notify(NotifyType::no_proposal_chosen)});
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_proposal)) << "told at once, as what is probable";
  expect_up_within(1s);
}

TEST_F(InitAnswers, ADemandForAnotherGroup) {
  begin(both_groups(site_a()));
  forge({}, {wire::notify(NotifyType::invalid_ke_payload, {0, 19})});
  expect_up_within(1s);
}

TEST_F(InitAnswers, ADemandForAnotherGroupWhenTheRequestIsLost) {
  begin(both_groups(site_a()));
  forge({}, {wire::notify(NotifyType::invalid_ke_payload, {0, 19})});
  expect_up_within(5s, First::is_lost);
}

TEST_F(InitAnswers, ADemandForAGroupThatIsNotOffered) {
  begin();
  forge({}, {wire::notify(NotifyType::invalid_ke_payload, {0, 2})});
  expect_up_within(1s);
}

TEST_F(InitAnswers, ACookie) {
  begin();
  forge({}, {wire::notify(NotifyType::cookie, engine::Bytes(8, 1))});
  expect_up_within(1s);
}

TEST_F(InitAnswers, ACookieWhenTheRequestIsLost) {
  begin();
  forge({}, {wire::notify(NotifyType::cookie, engine::Bytes(8, 1))});
  expect_up_within(1s, First::is_lost);
}

TEST_F(InitAnswers, ManyDemands) {
  begin(both_groups(site_a()));
  for (std::uint8_t i = 0; i < 50; ++i) {
    forge({}, {wire::notify(NotifyType::cookie, engine::Bytes(8, i))});
    forge({}, {wire::notify(NotifyType::invalid_ke_payload, {0, static_cast<std::uint8_t>(i % 2 ? 31 : 19)})});
  }
  expect_up_within(1s);
}

TEST_F(InitAnswers, AChoiceThatWasNotOffered) {
  begin();
  wire::Payloads lie = answer(some_public_value(1));
  std::get<wire::SaPayload>(lie[0]).proposals[0].transforms[0].id = 3;
  forge(nobody, lie);
  EXPECT_TRUE(a->diagnosed(Cause::answer_not_offered)) << a->diagnoses();
  expect_up_within(1s);
}

TEST_F(InitAnswers, APublicValueThatIsNone) {
  begin();
  forge(nobody, answer(engine::Bytes(32, 0)));
  EXPECT_TRUE(a->diagnosed(Cause::invalid_key_exchange_value)) << a->diagnoses();
  expect_up_within(1s);
}

/// It looks like any other answer: only that nobody answers IKE_AUTH shows that it was none.
TEST_F(InitAnswers, AWholeOne) {
  begin();
  forge(nobody, answer(some_public_value(1)));
  expect_up_within(10s);
}

TEST_F(InitAnswers, SeveralWholeOnes) {
  begin();
  for (std::uint8_t i = 1; i < 3; ++i) forge({nobody.value + i}, answer(some_public_value(i)));
  expect_up_within(30s);
}

/// Changed on the way where no key shows it, and the true one behind it: under the same keys no second IKE_AUTH request is made,
/// to which the answer to the first would be taken for one.
TEST_F(InitAnswers, TheTrueOneChangedWhereNoKeyShowsIt) {
  begin();
  world.deliver_waiting(0);
  world.run_for(5ms);
  ASSERT_EQ(world.waiting().size(), 1u);
  Flight changed = world.waiting().front();
  const auto true_one = wire::parse(changed.payload);
  const auto* detection = wire::find_notify(true_one->payloads, NotifyType::nat_detection_source_ip);
  const auto place = std::ranges::search(changed.payload, detection->data);
  ASSERT_FALSE(place.empty());
  place.front() ^= 1;
  world.deliver(changed);
  world.run_for(5ms);
  world.hold = false;
  while (!world.waiting().empty()) world.deliver_waiting(0);
  world.run_for(1s);
  EXPECT_TRUE(a->diagnosed(Cause::authentication_failed)) << a->diagnoses();
  EXPECT_EQ(std::ranges::count(world.arrows(), "A:4500 -> B:4500 IKE_AUTH request 1"), 1);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered) << "by another attempt: " << a->diagnoses();
  expect_settled();
}

}  // namespace
}  // namespace sim
