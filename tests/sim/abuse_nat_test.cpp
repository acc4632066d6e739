// Abuse group N, what nat_test.cpp has not: who may move an SA, and NAT detection that lies.
#include "tests/sim/beside.hpp"
#include "tests/sim/impair.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

wire::NotifyPayload detection(NotifyType type, Bytes hash) { return {wire::Protocol::none, {}, type, std::move(hash)}; }

class NatAbuse : public Beside {
 protected:
  /// In C's place, behind a NAT for all that B knows.
  std::unique_ptr<Stranger> behind_nat() {
    auto out = std::make_unique<Stranger>(world, *b, *c);
    wire::Payloads payloads = out->honest_payloads();
    payloads.push_back(detection(NotifyType::nat_detection_source_ip, Bytes(20, 1)));
    const auto said = out->hit(out->first(payloads));
    EXPECT_EQ(said.size(), 1u);
    out->agree(said.at(0));
    out->authenticate(out->child(0x1111));
    EXPECT_TRUE(sa_of_c().nat_remote);
    return out;
  }
  IkeSaView sa_of_c() const { return b->view().ike_sas.back(); }
  const SocketAddress home{ip("203.0.113.30"), 500}, victim{ip("198.51.100.99"), 4500};
};

TEST_F(NatAbuse, DetectionThatLies) {
  for (const std::size_t octets : {0u, 1u, 19u, 20u, 21u, 1000u})
    for (const unsigned count : {1u, 2u, 20u}) {
      if (octets * count > 2'000) continue;  // larger than a first request may be
      SCOPED_TRACE(std::to_string(octets) + " x " + std::to_string(count));
      Stranger stranger(world, *b, *c);
      wire::Payloads payloads = stranger.honest_payloads();
      for (unsigned i = 0; i < count; ++i) {
        payloads.push_back(detection(NotifyType::nat_detection_source_ip, Bytes(octets, static_cast<std::uint8_t>(i))));
        payloads.push_back(detection(NotifyType::nat_detection_destination_ip, Bytes(octets, static_cast<std::uint8_t>(i))));
      }
      const auto said = stranger.hit(stranger.first(payloads));
      ASSERT_EQ(said.size(), 1u);
      stranger.agree(said[0]);
      stranger.authenticate(stranger.child(0x1111));
      EXPECT_TRUE(sa_of_c().nat_local && sa_of_c().nat_remote) << "it is believed of its own SA";
      EXPECT_FALSE(b->view().ike_sas.front().nat_remote);
      world.run_for(1s);
      forget_c();
    }
}

/// Whoever is on the way and forges it between two honest ends is found out by AUTH.
TEST_F(NatAbuse, DetectionForgedOnTheWay) {
  for (const bool by_a : {true, false}) {
    World own(1);
    Node& left = own.add(site_a());
    Node& right = own.add(site_b());
    impair(own, by_a ? left : right, {ExchangeType::ike_sa_init, !by_a, 0}, [](Utterance& u) {
      for (wire::Payload& p : u.payloads)
        if (auto* notify = std::get_if<wire::NotifyPayload>(&p); notify && notify->type == NotifyType::nat_detection_source_ip)
          notify->data.assign(20, 0x5a);
    });
    own.send(left, a_to_b);
    own.run_for(5s);
    EXPECT_EQ(left.ready() + right.ready(), 0u);
    EXPECT_TRUE(left.diagnosed(Cause::authentication_failed) || left.diagnosed(Cause::peer_refused_authentication))
        << left.diagnoses();
    mend(own);
    EXPECT_EQ(own.send_until_delivered(left, a_to_b, 60), Outcome::delivered);
  }
}

TEST_F(NatAbuse, NothingMovesWithoutAuthentication) {
  const auto stranger = behind_nat();
  const std::string before = picture(*b);
  const Bytes old = stranger->last();  // answered
  Bytes forged = stranger->seal(stranger->header(ExchangeType::informational, 2), {});
  forged.back() ^= 1;
  stranger->move_to(victim);
  EXPECT_EQ(stranger->hit(old).size(), 1u);  // it is answered where it came from, and that is all
  EXPECT_TRUE(stranger->hit(forged).empty());
  for (const IkeSpi spi : {sa_of_c().spi_local, sa_of_c().spi_remote}) {
    Bytes bare = wire::encode({spi, spi, {}, ExchangeType::informational, true, false, MessageId{2}, 0}, {});
    EXPECT_TRUE(stranger->hit(bare).empty());
  }
  EXPECT_EQ(picture(*b), before);
}

TEST_F(NatAbuse, WhoHasNoNatIsNotFollowed) {
  Stranger stranger(world, *b, *c);
  stranger.begin();
  stranger.authenticate(stranger.child(0x1111));
  for (const SocketAddress& from : {victim, SocketAddress{home.ip, 4711}, SocketAddress{a->site.wan, 500}}) {
    stranger.move_to(from);
    EXPECT_TRUE(stranger.ask(ExchangeType::informational, sa_of_c().remote_request_id, wire::Payloads{}));
    EXPECT_EQ(sa_of_c().remote, home);
    EXPECT_EQ(b->plane.outbound().rbegin()->second.facts.remote, home);
  }
}

TEST_F(NatAbuse, FlipFlop) {
  const auto stranger = behind_nat();
  const std::size_t children = b->plane.outbound().size();
  std::vector<std::pair<Bytes, SocketAddress>> said;
  for (std::uint32_t id = 2; id < 1000; ++id) {
    const SocketAddress from = id % 2 ? victim : home;
    stranger->move_to(from);
    ASSERT_TRUE(stranger->ask(ExchangeType::informational, id, wire::Payloads{})) << id;
    EXPECT_EQ(sa_of_c().remote, from);
    EXPECT_EQ(b->plane.outbound().rbegin()->second.facts.remote, from);
    said.emplace_back(stranger->last(), from);
  }
  EXPECT_EQ(b->plane.outbound().size(), children);
  const std::string before = picture(*b);
  for (const auto& [old, from] : said) {  // and all of it again, from the other place
    stranger->move_to(from == home ? victim : home);
    stranger->hit(old);
    EXPECT_EQ(picture(*b), before);
  }
}

}  // namespace
}  // namespace sim
