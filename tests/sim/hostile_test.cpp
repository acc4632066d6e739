// 10^5 malformed, truncated, random and replayed datagrams into one endpoint that holds an established SA: each is
// dropped and counted or answered, memory stays flat, the SA is untouched.
#include <cstdlib>
#include <numeric>

#include "tests/sim/memory.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

std::uint64_t drops(const Node& node) {
  const engine::View view = node.view();
  return std::accumulate(view.dropped.begin(), view.dropped.end(), std::uint64_t{0});
}

class Hostile : public TwoSites {
 protected:
  /// SALLYPORT_DATAGRAMS: another number.
  static int datagrams() {
    const char* text = std::getenv("SALLYPORT_DATAGRAMS");
    return text ? std::atoi(text) : 100'000;
  }

  engine::SocketAddress stranger() {
    return {engine::IpAddress::v4(0xcb007100u | static_cast<std::uint32_t>(30 + dice.below(200))),
            static_cast<std::uint16_t>(dice.below(2) ? 500 : dice.below(65536))};
  }

  /// Straight into B: action lists are kept from the network, jobs run at once.
  void hit(engine::Bytes payload, const engine::SocketAddress& from) {
    engine::Actions out;
    const engine::SocketAddress local{b->site.wan, static_cast<std::uint16_t>(dice.below(2) ? 500 : 4500)};
    b->endpoint->handle(world.now(), engine::Datagram{local, from, std::move(payload)}, out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (auto* job = std::get_if<engine::StartJob>(&out[i])) {
        const engine::JobId id = job->id;
        engine::Event done = engine::JobDone{id, engine::crypto::run(std::move(job->job), *b->compiled.keys)};
        b->endpoint->handle(world.now(), std::move(done), out);
      }
      touched += std::holds_alternative<engine::AddInbound>(out[i]) || std::holds_alternative<engine::RemoveChild>(out[i]) ||
                 std::holds_alternative<engine::MoveChild>(out[i]);
    }
    answered += !out.empty();
    for (const engine::Action& action : out) {
      if (const auto* send = std::get_if<engine::SendDatagram>(&action)) octets_out += send->payload.size();
      if (const auto* notice = std::get_if<engine::Notice>(&action)) world.print(*b, *notice);
    }
  }

  engine::Bytes mutated(engine::Bytes original) {
    switch (dice.below(5)) {
      case 0:
        original.resize(dice.below(original.size() + 1));
        break;  // truncated, the length field untouched
      case 1:   // truncated, the length field mended
        original.resize(28 + dice.below(original.size() - 27));
        for (int i = 0; i < 4; ++i) original[24 + i] = static_cast<std::uint8_t>(original.size() >> (24 - 8 * i));
        break;
      case 2:  // a few octets changed
        for (std::uint64_t i = 0; i <= dice.below(8); ++i)
          original[dice.below(original.size())] = static_cast<std::uint8_t>(dice.next());
        break;
      case 3:  // a payload header hit
        if (original.size() > 32) original[28 + dice.below(4)] = static_cast<std::uint8_t>(dice.next());
        break;
      case 4:
        break;  // replayed as it was
    }
    return original;
  }

  SeededRng dice{7};
  std::uint64_t answered = 0, octets_out = 0;
  int touched = 0;
};

TEST_F(Hostile, HundredThousandDatagramsChangeNothing) {
  start(site_a(1), site_b(1));
  connect();
  world.send_until_delivered(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_until_idle();
  world.record = false;
  const std::vector<Flight> genuine = world.recorded();
  const auto sa_before = b->view().ike_sas.at(0);
  const std::uint64_t dropped_before = drops(*b);
  std::size_t octets_early = 0, octets_in = 0;
  const int total = datagrams();
  for (int i = 0; i < total; ++i) {
    engine::Bytes payload =
        dice.below(3) == 0 ? dice.bytes(dice.below(200)) : mutated(genuine[dice.below(genuine.size())].payload);
    octets_in += payload.size();
    hit(std::move(payload), dice.below(4) == 0 ? engine::SocketAddress{a->site.wan, 500} : stranger());
    if (i % 100 == 0) world.run_for(1s);
    if (i % 1000 == 0) b->endpoint->check_invariants();
    if (i == total / 5) octets_early = octets_allocated();
  }
  const std::size_t octets_late = octets_allocated();
  EXPECT_LT(octets_late, octets_early + 2'000'000) << "memory grows with hostile datagrams";
  EXPECT_GE(drops(*b) - dropped_before + answered, static_cast<std::uint64_t>(total)) << "some were neither counted nor answered";
  EXPECT_LE(octets_out, octets_in * 2) << "more goes out than came in";
  EXPECT_EQ(touched, 0) << "the data plane was touched";

  world.run_for(400s);
  EXPECT_EQ(b->view().half_open, 0u);
  const auto sa_after = b->view().ike_sas.at(0);
  EXPECT_EQ(b->view().ike_sas.size(), 1u);
  EXPECT_EQ(sa_after.spi_local, sa_before.spi_local);
  EXPECT_EQ(sa_after.remote, sa_before.remote);
  EXPECT_EQ(sa_after.children.size(), sa_before.children.size());
  EXPECT_EQ(sa_after.remote_request_id, sa_before.remote_request_id);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_until_idle();
  expect_nothing_left();
}

TEST_F(Hostile, EachKindIsCountedUnderItsCause) {
  start();
  connect();
  const engine::Bytes init = world.recorded().at(0).payload, auth = world.recorded().at(2).payload;
  const engine::SocketAddress peer{a->site.wan, 500};
  const auto counted = [&](Cause cause, engine::Bytes payload) {
    const std::uint64_t before = b->dropped(cause);
    hit(std::move(payload), peer);
    return b->dropped(cause) - before;
  };
  EXPECT_EQ(counted(Cause::malformed_header, {}), 1u);
  EXPECT_EQ(counted(Cause::malformed_header, engine::Bytes(init.begin(), init.begin() + 27)), 1u);
  EXPECT_EQ(counted(Cause::malformed_header, engine::Bytes(init.begin(), init.end() - 1)), 1u)
      << "the length field is larger than the datagram";
  engine::Bytes version = init;
  version[17] = 0x10;
  EXPECT_EQ(counted(Cause::unsupported_version, version), 1u);
  engine::Bytes stray = auth;
  stray[0] ^= 0xff;
  EXPECT_EQ(counted(Cause::unknown_spi, stray), 1u);
  engine::Bytes forged = auth;
  forged[18] = 37;  // INFORMATIONAL, with the message ID that is expected next and a checksum that cannot hold
  forged[23] = 2;
  EXPECT_EQ(counted(Cause::integrity_failed, forged), 1u);
  engine::Bytes ahead = auth;
  ahead[20] = 0x7f;
  EXPECT_EQ(counted(Cause::message_id_outside_window, ahead) + counted(Cause::integrity_failed, ahead), 1u);
}

}  // namespace
}  // namespace sim
