// Abuse group L, what the stories of collisions have not: peers that rekey and delete, and never as one should.
#include <set>

#include "tests/sim/beside.hpp"
#include "tests/sim/impair.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

class StubbornPeer : public Beside {
 protected:
  static constexpr auto lifetime = 10min;
  void SetUp() override {
    world.tap = std::make_unique<Wiretap>();
    begin(site_a(), with_c(site_b()), lifetime);
    stranger = std::make_unique<Stranger>(world, *b, *c);
  }
  wire::Payloads rekey(std::uint32_t old, std::uint32_t fresh) {
    Writer spi;
    spi.u32(old);
    wire::Payloads out = stranger->child(fresh);
    out.push_back(stranger->nonce());
    out.insert(out.begin(), wire::NotifyPayload{wire::Protocol::esp, spi.take(), NotifyType::rekey_sa, {}});
    return out;
  }
  std::size_t children_of_c() const {
    std::size_t count = 0;
    for (const IkeSaView& sa : b->view().ike_sas)
      if (sa.remote.ip == c->site.wan) count += sa.children.size();
    return count;
  }
  std::unique_ptr<Stranger> stranger;
};

/// It is asked again some seconds apart, not for ever; the Child SA lives until its hard limit, and then there is another.
TEST_F(StubbornPeer, AnswersTemporaryFailureForEver) {
  const std::size_t from = world.recorded().size();
  impair(world, *b, {ExchangeType::create_child_sa, true, 0}, [](Utterance& u) {
    u.payloads = {wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::temporary_failure, {}}};
  });
  world.feed(*a, Expire{a->plane.inbound().begin()->first, ExpireKind::soft});
  world.run_for(5min);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the old one carries on";
  EXPECT_TRUE(a->diagnosed(Cause::temporary_failure)) << a->diagnoses();
  std::set<Bytes> asked;
  for (std::size_t i = from; i < world.recorded().size(); ++i) {
    const Flight& flight = world.recorded()[i];
    if (a->owns(flight.from.ip) && world.arrow(flight).find("CREATE_CHILD_SA request") != std::string::npos)
      asked.insert(flight.payload);
  }
  EXPECT_GE(asked.size(), 10u);
  EXPECT_LE(asked.size(), 31u);
  mend(world);
  world.run_for(lifetime);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

/// A Child SA that was rekeyed goes at its hard limit, an IKE SA after two minutes.
TEST_F(StubbornPeer, NeverDeletesTheOldSa) {
  stranger->begin();
  stranger->authenticate(stranger->child(0x1111));
  ASSERT_TRUE(stranger->ask(ExchangeType::create_child_sa, 2, rekey(0x1111, 0x2222)));
  EXPECT_EQ(children_of_c(), 2u);
  wire::Payloads ike = stranger->honest_payloads();
  ike.resize(3);
  for (wire::Proposal& proposal : std::get<wire::SaPayload>(ike[0]).proposals) proposal.spi = Bytes(8, 0x77);
  ASSERT_TRUE(stranger->ask(ExchangeType::create_child_sa, 3, ike));
  const auto of_c = [&] {
    std::size_t count = 0;
    for (const IkeSaView& sa : b->view().ike_sas) count += sa.remote.ip == c->site.wan;
    return count;
  };
  EXPECT_EQ(of_c(), 2u);
  world.drop = [&](const Flight& flight) { return flight.to.ip == c->site.wan; };
  world.run_for(3min);
  EXPECT_EQ(of_c(), 1u);
  EXPECT_EQ(children_of_c(), 2u) << "inherited";
  world.run_for(2 * lifetime);
  EXPECT_EQ(of_c(), 0u);
  EXPECT_EQ(b->plane.inbound().size(), b->children());
  world.drop = nullptr;
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

TEST_F(StubbornPeer, DeletesWhatItHasJustMade) {
  stranger->begin();
  stranger->authenticate(stranger->child(0x1000));
  std::uint32_t id = 2;
  for (std::uint32_t spi = 0x1001; spi < 0x1100; ++spi) {
    SCOPED_TRACE(spi);
    const auto made = stranger->ask(ExchangeType::create_child_sa, id++, rekey(spi - 1, spi));
    ASSERT_TRUE(made && wire::find<wire::SaPayload>(*made));
    const auto gone = stranger->ask(ExchangeType::informational, id++,
                                    {wire::DeletePayload{wire::Protocol::esp, {EspSpi{spi}, EspSpi{spi - 1}, EspSpi{spi}}}});
    ASSERT_TRUE(gone);
    const auto* theirs = wire::find<wire::DeletePayload>(*gone);
    ASSERT_TRUE(theirs);
    EXPECT_EQ(theirs->spis.size(), 2u) << "each once";
    EXPECT_EQ(children_of_c(), 0u);
    EXPECT_EQ(b->plane.inbound().size(), 1u);
    wire::Payloads again = stranger->child(spi);
    again.push_back(stranger->nonce());
    ASSERT_TRUE(stranger->ask(ExchangeType::create_child_sa, id++, again));
  }
  const auto unknown = stranger->ask(ExchangeType::create_child_sa, id++, rekey(0x9999, 0xaaaa));
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(wire::find_notify(*unknown, NotifyType::child_sa_not_found));
  EXPECT_EQ(children_of_c(), 1u);
}

}  // namespace
}  // namespace sim
