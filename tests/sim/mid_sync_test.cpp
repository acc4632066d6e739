// Synchronization of message IDs between members of a cluster (RFC 6311) is not spoken here: what announces it or asks for it
// does no harm. The names are those of strongSwan's test_ike_mid_sync.
#include "tests/sim/story.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

/// RFC 6311, 5.1 to 5.4.
constexpr auto sync_supported = static_cast<NotifyType>(16420), replay_sync_supported = static_cast<NotifyType>(16421),
               sync = static_cast<NotifyType>(16422), replay_sync = static_cast<NotifyType>(16423);

/// Announced in IKE_AUTH, and asked for in every INFORMATIONAL: a nonce, and absurd IDs to send and to expect.
void speak_of_it(Utterance& u) {
  if (u.header.exchange == wire::ExchangeType::ike_auth) {
    u.payloads.push_back(wire::notify(sync_supported, {}));
    u.payloads.push_back(wire::notify(replay_sync_supported, {}));
  }
  if (u.header.exchange == wire::ExchangeType::informational) {
    u.payloads.push_back(wire::notify(sync, {1, 2, 3, 4, 0, 0, 0x27, 0x10, 0, 0, 0, 0}));
    u.payloads.push_back(wire::notify(replay_sync, {0, 0, 0x40, 0}));
  }
}

using MidSync = TwoSites;

TEST_F(MidSync, Disabled) {
  play({.steps = {{"time", "o | o", "o | o"},
                  {"A -> B INFORMATIONAL request", "o | o", "o | o"},
                  {"B -> A INFORMATIONAL response", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {b_asks, "o b | o", "o | o"},
                  {a_answers, "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}},
        .sites = [](Site& a, Site&) { a.dpd_interval = 150s, a.dpd_retry = 2s; },
        .says = [](Utterance& u, bool) { speak_of_it(u); }});
}

/// As a member of a cluster would ask after it took over: under an ID that was used long ago.
TEST_F(MidSync, UnderMessageIdZero) {
  world.tap = std::make_unique<Wiretap>();
  start();
  connect();
  for (Node* node : {a, b}) world.feed(*node, Expire{node->plane.inbound().begin()->first, ExpireKind::soft});
  world.run_until_idle();
  world.clear_arrows();
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
    const IkeSaView before = to->view().ike_sas.at(0);
    const bool initiator = from == a;
    const wire::Header head{initiator ? before.spi_remote : before.spi_local,
                            initiator ? before.spi_local : before.spi_remote,
                            wire::PayloadType::none,
                            wire::ExchangeType::informational,
                            initiator,
                            false,
                            MessageId{0},
                            0};
    Utterance asks{head, {}, {}, {}, {}, 1};
    speak_of_it(asks);
    wire::EncodedPayloads encoded = wire::encode_payloads(asks.payloads);
    const std::uint64_t dropped = to->dropped(Cause::message_id_outside_window);
    world.inject({before.remote, before.local, world.tap->seal({head, encoded.first, std::move(encoded.octets)}), false});
    world.run_until_idle();
    const IkeSaView after = to->view().ike_sas.at(0);
    EXPECT_EQ(to->dropped(Cause::message_id_outside_window), dropped + 1);
    EXPECT_EQ(after.local_request_id, before.local_request_id);
    EXPECT_EQ(after.remote_request_id, before.remote_request_id);
  }
  EXPECT_TRUE(world.arrows().empty()) << "nothing is answered";
  expect_settled();
}

}  // namespace
}  // namespace sim
