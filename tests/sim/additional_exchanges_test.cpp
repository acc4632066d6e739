// Additional key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242): both roles, loss, and peers that break the rules.
#include "tests/sim/stranger.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

class Additional : public TwoSites {
 protected:
  static Site with(Site site, std::vector<AdditionalWords> additional) {
    site.ike.additional = std::move(additional);
    return site;
  }
  void begin(const std::vector<AdditionalWords>& left, const std::vector<AdditionalWords>& right) {
    start(with(site_a(), left), with(site_b(), right));
  }
  /// Groups of the one SA, in their order, as both ends see them.
  std::string agreed() {
    std::string out;
    for (Node* node : {a, b}) {
      out += out.empty() ? "" : " | ";
      const View view = node->view();
      for (const Algorithm* row : view.ike_sas.at(0).additional) out += std::string(row->show_ike) + ",";
    }
    return out;
  }
  std::uint64_t unexpected() { return b->dropped(Cause::unexpected_exchange); }
};

TEST_F(Additional, EachHasItsOwnExchange) {
  begin({{{"19"}}, {{"14", "20"}}}, {{{"19", "14"}}, {{"20"}}});
  connect();
  expect_arrows({"A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0", "A -> B IKE_INTERMEDIATE request 1",
                 "B -> A IKE_INTERMEDIATE response 1", "A -> B IKE_INTERMEDIATE request 2", "B -> A IKE_INTERMEDIATE response 2",
                 "A -> B IKE_AUTH request 3", "B -> A IKE_AUTH response 3"});
  EXPECT_EQ(agreed(), "19,20, | 19,20,");
  expect_settled();
}

TEST_F(Additional, SevenOfThemFromTheOtherSide) {
  const std::vector<AdditionalWords> all{{{"19"}}, {{"20"}}, {{"21"}}, {{"14"}}, {{"28"}}, {{"32"}}, {{"15"}}};
  begin(all, all);
  world.send(*b, b_to_a);
  world.run_until_idle();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  EXPECT_EQ(agreed(), "19,20,21,14,28,32,15, | 19,20,21,14,28,32,15,");
  expect_settled();
}

TEST_F(Additional, IntAuthCoversAMessageInFragmentsAsIfItWereWhole) {
  for (const bool both : {true, false}) {
    World own(1);
    Site left = with(site_a(), {{{"15"}}, {{"19"}}}), right = with(site_b(), {{{"15"}}, {{"19"}}});
    left.fragmentation = {200, 200, true};
    if (both) right.fragmentation = left.fragmentation;
    Node& from = own.add(left);
    own.add(right);
    EXPECT_EQ(own.send_until_delivered(from, a_to_b, 5), Outcome::delivered) << from.diagnoses();
    std::set<bool> fragmented;  // by whether it was an answer
    for (const Flight& flight : own.recorded()) {
      const auto message = wire::parse(flight.payload);
      if (!message.ok() || message->header.exchange != wire::ExchangeType::ike_intermediate) continue;
      const auto* encrypted = wire::find<wire::EncryptedPayload>(message->payloads);
      if (encrypted && encrypted->which == wire::PayloadType::skf) fragmented.insert(message->header.response);
    }
    EXPECT_EQ(fragmented, both ? (std::set<bool>{false, true}) : std::set<bool>{false});
    EXPECT_EQ(from.view().ike_sas.at(0).additional.size(), 2u);
  }
}

TEST_F(Additional, OptionalOnesAreLeftOutWhereThePeerHasNone) {
  begin({{{"19"}, true}}, {});
  connect();
  expect_arrows(handshake_arrows);
  EXPECT_EQ(agreed(), "");
  expect_settled();
}

TEST_F(Additional, OfTwoOptionalOnesOneMayStay) {
  begin({{{"19"}, true}, {{"20"}, true}}, {{{"21"}, true}, {{"20"}, true}});
  connect();
  EXPECT_EQ(agreed(), "20, | 20,");
}

TEST_F(Additional, TheSameMethodIsNeverTakenTwice) {
  begin({{{"19", "20"}}, {{"19", "20"}}}, {{{"19", "20"}}, {{"19", "20"}}});
  connect();
  EXPECT_EQ(agreed(), "19,20, | 19,20,");
}

TEST_F(Additional, RequiredByOneSideAloneIsRefused) {
  for (const bool initiator : {true, false}) {
    World own(1);
    Node& left = own.add(with(site_a(), initiator ? std::vector<AdditionalWords>{{{"19"}}} : std::vector<AdditionalWords>{}));
    Node& right = own.add(with(site_b(), initiator ? std::vector<AdditionalWords>{} : std::vector<AdditionalWords>{{{"19"}}}));
    own.send(left, a_to_b);
    own.run_for(400s);
    EXPECT_TRUE(right.diagnosed(Cause::proposal_mismatch)) << right.diagnoses();
    EXPECT_EQ(left.ready() + right.ready(), 0u);
    EXPECT_EQ(right.view().half_open, 0u);
  }
}

TEST_F(Additional, EveryMessageMayBeLostOnce) {
  begin({{{"19"}}, {{"20"}}}, {{{"19"}}, {{"20"}}});
  std::set<Bytes> lost;
  world.drop = [&](const Flight& flight) { return lost.insert(flight.payload).second; };
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 100), Outcome::delivered);
  EXPECT_EQ(agreed(), "19,20, | 19,20,");
  world.drop = nullptr;
  world.run_for(60s);
  expect_settled();
}

TEST_F(Additional, JobsMayTakeTheirTimeAndMessagesComeTwice) {
  begin({{{"19"}}, {{"14"}}}, {{{"19"}}, {{"14"}}});
  a->jobs = b->jobs = Jobs::held;
  world.faults.duplicate = 1;
  world.send(*a, a_to_b);
  for (int i = 0; i < 60; ++i) {
    world.run_for(50ms);
    world.run_held_jobs(i % 2 ? *a : *b);
  }
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Additional, AConfigurationThatChangesMeanwhileEndsIt) {
  begin({{{"19"}}}, {{{"19"}}});
  world.drop = [&](const Flight& flight) {
    return wire::parse_header(flight.payload)->exchange == wire::ExchangeType::ike_intermediate;
  };
  world.send(*a, a_to_b);
  world.run_for(5s);
  Site none = site_a();
  none.tunnels.clear();
  world.configure(*a, none);
  world.run_for(1s);
  EXPECT_TRUE(a->view().ike_sas.empty());
  world.run_for(400s);
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_TRUE(b->view().ike_sas.empty());
}

// ---- Peers that break the rules ----

wire::KePayload ke(std::uint16_t group, std::size_t octets, std::uint8_t fill) { return {group, Bytes(octets, fill)}; }

TEST_F(Additional, AnHonestStrangerGetsThrough) {
  begin({{{"19"}}, {{"20"}}}, {{{"19"}}, {{"20"}}});
  Stranger stranger(world, *b, *a);
  stranger.begin();
  stranger.exchange_keys(1);
  stranger.exchange_keys(2);
  const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 3, {stranger.id(), wire::AuthPayload{2, stranger.auth(3)}});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find<wire::AuthPayload>(*answer)) << b->diagnoses();
  EXPECT_EQ(b->ready(), 1u);
}

TEST_F(Additional, AuthThatDoesNotCoverThemIsRefused) {
  for (const int attempt : {0, 1, 2, 3}) {
    World own(1);
    Node& left = own.add(with(site_a(), {{{"19"}}, {{"20"}}}));
    Node& right = own.add(with(site_b(), {{{"19"}}, {{"20"}}}));
    Stranger stranger(own, right, left);
    stranger.begin();
    stranger.exchange_keys(1);
    IntermediateAuth after_one = stranger.intermediate();
    stranger.exchange_keys(2);
    IntermediateAuth swapped = stranger.intermediate();
    std::swap(swapped.i, swapped.r);
    const Bytes auth = attempt == 0   ? stranger.auth(3, {})
                       : attempt == 1 ? stranger.auth(3, after_one)
                       : attempt == 2 ? stranger.auth(3, swapped)
                                      : stranger.auth(4);
    const auto answer = stranger.ask(wire::ExchangeType::ike_auth, 3, {stranger.id(), wire::AuthPayload{2, auth}});
    ASSERT_TRUE(answer);
    EXPECT_TRUE(wire::find_notify(*answer, NotifyType::authentication_failed)) << attempt;
    EXPECT_EQ(right.ready(), 0u);
  }
}

TEST_F(Additional, IkeAuthBeforeTheyAreDoneIsDropped) {
  begin({{{"19"}}}, {{{"19"}}});
  Stranger stranger(world, *b, *a);
  stranger.begin();
  EXPECT_FALSE(stranger.ask(wire::ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}}));
  EXPECT_EQ(unexpected(), 1u);
  stranger.exchange_keys(1);
}

TEST_F(Additional, OneMoreThanAgreedIsDropped) {
  begin({{{"19"}}}, {{{"19"}}});
  Stranger stranger(world, *b, *a);
  stranger.begin();
  stranger.exchange_keys(1);
  EXPECT_FALSE(stranger.ask(wire::ExchangeType::ike_intermediate, 2, {ke(19, 64, 1)}));
  EXPECT_EQ(unexpected(), 1u);
}

TEST_F(Additional, UnsolicitedIsDropped) {
  begin({}, {});
  Stranger stranger(world, *b, *a);
  stranger.begin();
  EXPECT_FALSE(stranger.ask(wire::ExchangeType::ike_intermediate, 1, {ke(19, 64, 1)}));
  EXPECT_EQ(unexpected(), 1u);
  ASSERT_TRUE(stranger.ask(wire::ExchangeType::ike_auth, 1, {stranger.id(), wire::AuthPayload{2, stranger.auth(1)}}));
  EXPECT_EQ(b->ready(), 1u);
  EXPECT_FALSE(stranger.ask(wire::ExchangeType::ike_intermediate, 2, {ke(19, 64, 1)})) << "after IKE_AUTH";
  EXPECT_EQ(unexpected(), 2u);
}

TEST_F(Additional, ARepeatedOneIsAnsweredOnce) {
  begin({{{"19"}}}, {{{"19"}}});
  Stranger stranger(world, *b, *a);
  stranger.begin();
  stranger.exchange_keys(1);
  const auto first = stranger.hit(stranger.last()), second = stranger.hit(stranger.last());
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first, second);
}

TEST_F(Additional, BadValuesEndTheNegotiation) {
  const std::vector<wire::Payloads> bad{{},
                                        {ke(19, 64, 0)},
                                        {ke(19, 64, 0xff)},
                                        {ke(19, 63, 4)},
                                        {ke(19, 0, 0)},
                                        {ke(31, 32, 9)},
                                        {ke(0, 0, 0)},
                                        {wire::NoncePayload{Bytes(32, 1)}},
                                        {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::invalid_syntax, {}}}};
  for (std::size_t i = 0; i < bad.size(); ++i) {
    World own(1);
    Node& left = own.add(with(site_a(), {{{"19"}}}));
    Node& right = own.add(with(site_b(), {{{"19"}}}));
    Stranger stranger(own, right, left);
    stranger.begin();
    const auto answer = stranger.ask(wire::ExchangeType::ike_intermediate, 1, bad[i]);
    ASSERT_TRUE(answer) << i;
    EXPECT_TRUE(wire::find_notify(*answer, NotifyType::invalid_syntax)) << i;
    EXPECT_EQ(right.view().half_open, 0u);
    EXPECT_FALSE(stranger.ask(wire::ExchangeType::ike_auth, 2, {stranger.id(), wire::AuthPayload{2, stranger.auth(2)}})) << i;
    EXPECT_EQ(right.ready(), 0u);
  }
}

}  // namespace
}  // namespace sim
