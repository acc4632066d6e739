// What hostile_classes_test.cpp does, inside SK: whoever has been through IKE_SA_INIT, or is a peer gone mad, says anything at
// all (groups B, F, G, L, M, S). SALLYPORT_DATAGRAMS: how many; a tenth before authentication, where each costs key
// exchanges.
#include <algorithm>
#include <cstdlib>

#include "tests/sim/beside.hpp"
#include "tests/sim/memory.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;
using P = wire::PayloadType;

enum class Stage { before_authentication, established };

class HostileInside : public Beside, public ::testing::WithParamInterface<Stage> {
 protected:
  std::uint8_t octet() { return static_cast<std::uint8_t>(dice.next()); }
  wire::Payload anything() {
    switch (dice.below(12)) {
      case 0:
        return wire::IdPayload{dice.chance(0.7) ? P::id_i : P::id_r, Identity{static_cast<IdType>(dice.below(14)), some()}, {}};
      case 1:
        return wire::AuthPayload{octet(), some()};
      case 2:
        return wire::DeletePayload{static_cast<wire::Protocol>(dice.below(5)),
                                   std::vector<EspSpi>(dice.below(20), EspSpi{0x1111})};
      case 3:
        return wire::OpaquePayload{static_cast<std::uint8_t>(dice.chance(0.5) ? 43 + dice.below(6) : octet()), dice.chance(0.1),
                                   some()};
      case 4:
        return wire::KePayload{static_cast<std::uint16_t>(dice.below(40)), some()};
      case 5:
        return wire::NoncePayload{dice.bytes(dice.chance(0.8) ? 32 : dice.below(300))};
      case 6:
      case 7:
        return wire::NotifyPayload{static_cast<wire::Protocol>(dice.below(5)),
                                   dice.chance(0.5) ? Bytes{0, 0, 0x11, 0x11} : some(),
                                   static_cast<NotifyType>(dice.chance(0.6) ? 16384 + dice.below(60) : dice.below(60)), some()};
      default:
        return parts.at(dice.below(parts.size()));
    }
  }
  Bytes some() { return dice.bytes(dice.below(dice.chance(0.02) ? 4000 : 40)); }
  /// Mostly what an exchange needs, and then something is wrong with it.
  wire::EncodedPayloads chain() {
    wire::Payloads payloads;
    if (dice.chance(0.6)) payloads = parts;
    for (std::uint64_t i = dice.below(5); i > 0; --i) payloads.push_back(anything());
    for (wire::Payload& payload : payloads) {
      if (auto* ts = std::get_if<wire::TsPayload>(&payload); ts && dice.chance(0.3))
        ts->selectors.assign(
            dice.below(20),
            TrafficSelector{
                octet(), {}, IpAddress::v4(static_cast<std::uint32_t>(dice.next()) >> 1), IpAddress::v4(0xffffffffu)});
      if (auto* sa = std::get_if<wire::SaPayload>(&payload); sa && dice.chance(0.3))
        for (wire::Proposal& proposal : sa->proposals)
          for (wire::Transform& t : proposal.transforms)
            if (dice.chance(0.3)) t.id = octet();
    }
    for (std::size_t i = payloads.size(); i > 1 && dice.chance(0.5); --i) std::swap(payloads[i - 1], payloads[dice.below(i)]);
    wire::EncodedPayloads out = wire::encode_payloads(payloads);
    if (!out.octets.empty() && dice.chance(0.3)) out.octets[dice.below(out.octets.size())] = octet();
    if (dice.chance(0.1)) out.octets.resize(dice.below(out.octets.size() + 1));
    return out;
  }
  bool up() const {
    return std::ranges::any_of(b->view().ike_sas, [&](const IkeSaView& sa) {
      return sa.remote.ip == c->site.wan && (sa.status == SaStatus::ready || GetParam() == Stage::before_authentication);
    });
  }
  void renew() {
    world.feed(*b, Clear{ClearWhat::ike_sas, c->site.wan});
    world.run_for(40s);
    stranger = std::make_unique<Stranger>(world, *b, *c);
    stranger->begin();
    parts = stranger->child(0x1111);
    if (GetParam() == Stage::before_authentication) {
      parts.insert(parts.begin(), {stranger->id(), wire::AuthPayload{2, stranger->auth(1)}});
    } else {
      stranger->authenticate(parts);
      parts.push_back(stranger->nonce());
    }
  }
  static std::string sa_of_a(const Node& node) {
    const IkeSaView sa = node.view().ike_sas.front();
    return sa.remote.to_string() + std::to_string(sa.spi_local.value) + std::to_string(sa.remote_request_id) +
           std::to_string(sa.children.at(0).spi_in.value);
  }

  SeededRng dice{11};
  std::unique_ptr<Stranger> stranger;
  wire::Payloads parts;  // what an honest message has
};

TEST_P(HostileInside, LeavesMemoryFlatAndTheSaBesideItUntouched) {
  world.record = false;
  const char* number = std::getenv("SALLYPORT_DATAGRAMS");
  const int total = (number ? std::atoi(number) : 10'000) / (GetParam() == Stage::before_authentication ? 10 : 1);
  const std::string before = sa_of_a(*b);
  std::size_t early = 0;
  std::uint32_t id = 0;
  for (int i = 0; i < total; ++i) {
    if (i % 200 == 0 || !up()) {
      renew();
      id = GetParam() == Stage::before_authentication ? 1 : 2;
    }
    const bool authentication = GetParam() == Stage::before_authentication && dice.chance(0.9);
    const auto exchange = authentication ? ExchangeType::ike_auth : static_cast<ExchangeType>(35 + dice.below(4));
    const auto answers = stranger->ask(exchange, id, chain());
    id += answers.has_value();
    ASSERT_EQ(sa_of_a(*b), before) << "datagram " << i;
    if (i == total / 4) early = octets_allocated();
  }
  renew();
  EXPECT_LT(octets_allocated(), early + 2'000'000) << "memory grows";
  forget_c();
  EXPECT_EQ(b->plane.inbound().size(), 1u);
  EXPECT_EQ(b->view().ike_sas.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stage, HostileInside, ::testing::Values(Stage::before_authentication, Stage::established),
                         [](const auto& info) { return info.index == 0 ? "BeforeAuthentication" : "Established"; });

}  // namespace
}  // namespace sim
