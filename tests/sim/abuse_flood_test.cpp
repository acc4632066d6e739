// Abuse group D, what admission_test.cpp has not: an initiator led in circles by cookies and groups, and garbage that wants work.
#include <set>

#include "tests/sim/beside.hpp"

namespace sim {
namespace {

using namespace engine;

/// A asks, and whoever says something is not B.
class Circles : public TwoSites {
 protected:
  void SetUp() override {
    Site left = site_a();
    left.ike.groups = {"31", "19"};
    start(left, site_b());
    world.drop = [](const Flight&) { return true; };
    world.send(*a, a_to_b);
    ASSERT_EQ(world.recorded().size(), 1u);
  }
  void answer(const wire::Payloads& payloads) {
    const Flight request = world.recorded().back();
    wire::Header header = *wire::parse_header(request.payload);
    header.response = true;
    header.initiator = false;
    world.feed(*a, Datagram{request.from, request.to, wire::encode(header, payloads)});
  }
  /// Requests that differ.
  std::size_t requests() const {
    std::set<Bytes> out;
    for (const Flight& flight : world.recorded())
      if (flight.from.ip == a->site.wan) out.insert(flight.payload);
    return out.size();
  }
  /// B is heard at last.
  void expect_recovery() {
    world.drop = nullptr;
    EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 200), Outcome::delivered) << a->diagnoses();
  }
};

TEST_F(Circles, CookieAfterCookie) {
  for (std::uint8_t i = 0; i < 100; ++i) answer({wire::notify(NotifyType::cookie, Bytes(20, i))});
  EXPECT_LE(requests(), 4u);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused)) << a->diagnoses();
  expect_recovery();
}

TEST_F(Circles, TwoCookiesInTurns) {
  for (int i = 0; i < 100; ++i) answer({wire::notify(NotifyType::cookie, Bytes(20, i % 2 ? 1 : 2))});
  EXPECT_LE(requests(), 4u);
  expect_recovery();
}

TEST_F(Circles, TheSameCookieAgainIsARepeatedAnswer) {
  for (int i = 0; i < 100; ++i) answer({wire::notify(NotifyType::cookie, Bytes(20, 1))});
  world.run_for(1s);
  EXPECT_EQ(requests(), 2u);
  EXPECT_FALSE(a->diagnosed(Cause::peer_refused));
  expect_recovery();
}

TEST_F(Circles, GroupsInTurns) {
  for (int i = 0; i < 100; ++i)
    answer({wire::notify(NotifyType::invalid_ke_payload, {0, static_cast<std::uint8_t>(i % 2 ? 31 : 19)})});
  EXPECT_LE(requests(), 4u);
  expect_recovery();
}

TEST_F(Circles, CookiesAndGroupsInTurns) {
  for (int i = 0; i < 100; ++i) {
    if (i % 2)
      answer({wire::notify(NotifyType::cookie, Bytes(20, static_cast<std::uint8_t>(i)))});
    else
      answer({wire::notify(NotifyType::invalid_ke_payload, {0, static_cast<std::uint8_t>(i % 4 ? 31 : 19)})});
  }
  EXPECT_LE(requests(), 4u);
  expect_recovery();
}

TEST_F(Circles, CookiesOfAnyLength) {
  for (const std::size_t size : {0u, 65u, 1000u, 60'000u}) answer({wire::notify(NotifyType::cookie, Bytes(size, 1))});
  EXPECT_EQ(requests(), 1u) << "a cookie has 1 to 64 octets (RFC 7296, 3.10.1)";
  expect_recovery();
}

/// Nothing is weaker for another group: the proposals stay, and so does what AUTH will cover.
TEST_F(Circles, AnotherGroupChangesNoProposal) {
  const auto before = *wire::parse(world.recorded().back().payload);
  answer({wire::notify(NotifyType::invalid_ke_payload, {0, 19})});
  const auto after = *wire::parse(world.recorded().back().payload);
  EXPECT_EQ(wire::find<wire::KePayload>(after.payloads)->group, 19);
  EXPECT_EQ(*wire::find<wire::SaPayload>(after.payloads), *wire::find<wire::SaPayload>(before.payloads));
  EXPECT_EQ(after.header.message_id, MessageId{0});
  expect_recovery();
}

class Garbage : public Beside {};

TEST_F(Garbage, InIkeAuthCostsNoKeyExchange) {
  b->jobs = Jobs::held;
  Stranger stranger(world, *b, *c);
  stranger.hit(stranger.first(stranger.honest_payloads()));
  ASSERT_EQ(b->held.size(), 1u) << "the one of IKE_SA_INIT";
  stranger.agree(stranger.hear([&] { world.run_held_jobs(*b); }).at(0));
  Bytes sealed = wire::encode_sk_prefix(stranger.header(wire::ExchangeType::ike_auth, 1), wire::PayloadType::id_i, 200);
  sealed.resize(sealed.size() + 200);
  const std::uint64_t counted = b->dropped(Cause::integrity_failed);
  for (unsigned i = 0; i < 1000; ++i) {
    sealed.back() = static_cast<std::uint8_t>(i);
    sealed[sealed.size() - 2] = static_cast<std::uint8_t>(i >> 8);
    EXPECT_TRUE(stranger.hit(sealed).empty());
  }
  EXPECT_EQ(b->dropped(Cause::integrity_failed), counted + 1000);
  EXPECT_TRUE(b->held.empty());
  EXPECT_EQ(b->view().half_open, 1u);
  b->jobs = Jobs::at_once;
  stranger.authenticate();  // garbage stands in nobody's way
  EXPECT_EQ(b->ready(), 2u);
}

/// The smallest request there is gets an answer that is larger by what RFC 7296 makes larger: our nonce has 32 octets.
TEST_F(Garbage, IsNotAmplified) {
  Stranger stranger(world, *b, *c);
  wire::Payloads payloads = stranger.honest_payloads();
  payloads.resize(3);
  std::get<wire::NoncePayload>(payloads[2]).data.resize(16);
  const Bytes request = stranger.first(payloads);
  const auto said = stranger.hit(request);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_LE(said[0].size(), request.size() + 16);
  for (int again = 0; again < 5; ++again) EXPECT_EQ(stranger.hit(request), said);
}

}  // namespace
}  // namespace sim
