// Abuse group K: message IDs, retransmission, replay.
#include <algorithm>
#include <array>
#include <set>

#include "tests/sim/beside.hpp"
#include "tests/sim/memory.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

/// A life in which every exchange happens, step by step.
class Replay : public TwoSites {
 protected:
  void SetUp() override {
    Site left = site_a(1), right = site_b(1);
    left.dpd_interval = std::chrono::hours(1000);
    left.tunnels[0].pfs = right.tunnels[0].pfs = "31";
    right.ike.encryption = {"aes-cbc-256", "aes-cbc-128"};
    start(left, right);
  }
  static constexpr int scenes = 7;
  void play(int scene) { play(scene, world, *a, *b); }
  static void play(int scene, World& life, Node& left, Node& right) {
    switch (scene) {
      case 0:
        life.send(left, packet("192.168.1.1", "10.0.0.1", 1));
        break;
      case 1:  // another Child SA, B asks
        life.send(right, packet("10.0.2.1", "192.168.2.1"));
        break;
      case 2:
        life.feed(left, Expire{left.plane.inbound().begin()->first, ExpireKind::soft});
        break;
      case 3:
        life.feed(right, Expire{right.plane.inbound().begin()->first, ExpireKind::soft});
        break;
      case 4:  // other algorithms: the IKE SA is rekeyed now
        left.site.ike.encryption = {"aes-cbc-128"};
        life.configure(left, Site(left.site));
        break;
      case 5:
        life.feed(left, Clear{ClearWhat::child_sas, std::nullopt});
        break;
      default:
        life.feed(right, Clear{ClearWhat::ike_sas, std::nullopt});
    }
    life.run_until_idle();
  }
  Node& node_at(const IpAddress& address) { return a->owns(address) ? *a : *b; }
  std::string both() const { return picture(*a) + picture(*b); }
};

/// The request and its answer, of each exchange since `from`.
std::vector<std::pair<Flight, Flight>> exchanges_since(const std::vector<Flight>& recorded, std::size_t from) {
  std::vector<std::pair<Flight, Flight>> out;
  for (std::size_t i = from; i < recorded.size(); ++i) {
    const auto asked = *wire::parse_header(recorded[i].payload);
    for (std::size_t k = i + 1; !asked.response && k < recorded.size(); ++k) {
      const auto said = *wire::parse_header(recorded[k].payload);
      if (!said.response || said.spi_i != asked.spi_i || said.message_id != asked.message_id || said.initiator == asked.initiator)
        continue;
      out.emplace_back(recorded[i], recorded[k]);
      break;
    }
  }
  return out;
}

TEST_F(Replay, ARepeatedRequestOfAnyExchangeIsAnsweredWithTheSameOctets) {
  for (int scene = 0; scene < scenes; ++scene) {
    SCOPED_TRACE(scene);
    const std::size_t from = world.recorded().size();
    play(scene);
    const auto exchanges = exchanges_since(world.recorded(), from);
    EXPECT_FALSE(exchanges.empty());
    for (const auto& [request, answer] : exchanges) {
      SCOPED_TRACE(world.arrow(request));
      const std::string before = both();
      const std::size_t sent = world.recorded().size();
      for (int again = 0; again < 2; ++again) {
        world.inject(request);
        world.run_until_idle();
      }
      EXPECT_EQ(both(), before);
      for (std::size_t i = sent; i < world.recorded().size(); ++i)
        EXPECT_EQ(to_hex(world.recorded()[i].payload), to_hex(answer.payload));
      // Who has sent IKE_AUTH has the answer to IKE_SA_INIT, and who is a window further has the answer to it. The window of a
      // rekeyed IKE SA is 1 again (RFC 7296, 2.18).
      const std::uint32_t window = scene > 4 ? 1 : 5;
      const auto asked = *wire::parse_header(request.payload);
      bool over = asked.exchange == ExchangeType::ike_sa_init;
      for (const auto& [other, its_answer] : exchanges) {
        const auto header = *wire::parse_header(other.payload);
        over |= header.spi_i == asked.spi_i && header.initiator == asked.initiator &&
                header.message_id.value >= asked.message_id.value + window;
      }
      EXPECT_EQ(world.recorded().size(), sent + (over ? 0 : 2));
    }
  }
}

TEST_F(Replay, EverythingSentTwiceEndsAsSentOnce) {
  const auto counts = [](World& life, Node& left, Node& right) {
    EXPECT_TRUE(life.unsettled().empty());
    return std::array{left.ready(), left.children(), right.ready(), right.children()};
  };
  World once(1);
  Node& left = once.add(a->site);
  Node& right = once.add(b->site);
  world.faults.duplicate = 1;
  for (int scene = 0; scene < scenes; ++scene) {
    SCOPED_TRACE(scene);
    play(scene);
    play(scene, once, left, right);
    EXPECT_EQ(counts(world, *a, *b), counts(once, left, right));
  }
}

TEST_F(Replay, WhileTheAnswerIsComputedNothingBeginsAnew) {
  for (Node* node : {a, b}) node->jobs = Jobs::held;
  for (const int scene : {0, 1, 2, 3, 4}) {
    SCOPED_TRACE(scene);
    const std::size_t from = world.recorded().size();
    play(scene);
    for (int round = 0; round < 8; ++round) {
      const std::size_t held = a->held.size() + b->held.size(), sent = world.recorded().size();
      const std::string before = both();
      for (std::size_t i = from; i < sent; ++i) {  // whatever was sent, once more
        world.inject(Flight(world.recorded()[i]));
        world.run_until_idle();
      }
      EXPECT_EQ(a->held.size() + b->held.size(), held) << "a job more";
      EXPECT_EQ(both(), before);
      for (Node* node : {a, b}) world.run_held_jobs(*node);
      world.run_until_idle();
    }
  }
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Replay, AWholeLifeInAnyOrderFromAnywhere) {
  std::vector<Flight> life;
  for (int scene = 0; scene + 2 < scenes; ++scene) play(scene);
  life = world.recorded();
  world.record = false;
  world.run_for(30s);
  const std::string before = both();
  SeededRng dice(3);
  for (int round = 0; round < 6; ++round) {
    std::vector<Flight> mixed = life;
    if (round == 1) std::ranges::reverse(mixed);
    if (round > 1)
      for (std::size_t i = mixed.size(); i > 1; --i) std::swap(mixed[i - 1], mixed[dice.below(i)]);
    for (Flight flight : mixed) {
      if (round % 2) flight.from = {ip("198.51.100.66"), static_cast<std::uint16_t>(4000 + round)};
      world.feed(node_at(flight.to.ip), Datagram{flight.to, flight.from, flight.payload});
      // An IKE_SA_INIT request is a beginning whoever sends it: half open, and gone after a minute.
      if (world.arrow(flight).ends_with("IKE_SA_INIT request 0")) world.run_for(61s);
      EXPECT_EQ(both(), before) << world.arrow(flight);
    }
  }
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  expect_settled();
}

TEST_F(Replay, OnTheOldSaAfterARekey) {
  play(0);
  world.run_for(3s);  // PFS has shown by then
  const std::size_t from = world.recorded().size();
  play(4);
  const auto exchanges = exchanges_since(world.recorded(), from);
  ASSERT_EQ(exchanges.size(), 2u);  // CREATE_CHILD_SA, and the Delete of the old one
  const std::string before = both();
  const std::size_t sent = world.recorded().size();
  world.inject(exchanges[1].first);
  world.run_until_idle();
  ASSERT_EQ(world.recorded().size(), sent + 1) << "the Delete is answered once more";
  EXPECT_EQ(world.recorded().back().payload, exchanges[1].second.payload);
  world.run_for(11s);
  const auto counted = b->dropped(Cause::unknown_spi);
  for (const auto& [request, answer] : exchanges) world.inject(request);
  world.run_until_idle();
  EXPECT_EQ(b->dropped(Cause::unknown_spi), counted + 2);
  EXPECT_EQ(both(), before);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

/// The answer to a liveness check is lost five times: the same request again, and one answer is enough.
TEST_F(Replay, LostAnswersToALivenessCheck) {
  Site left = a->site;
  left.dpd_interval = 10s;
  left.dpd_retry = 2s;
  play(0);
  world.run_for(3s);  // PFS has shown by then
  world.configure(*a, left);
  int lost = 0;
  world.drop = [&](const Flight& flight) { return flight.from.ip == b->site.wan && lost++ < 5; };
  const std::size_t from = world.recorded().size();
  world.run_for(25s);
  EXPECT_GE(lost, 5);
  std::set<Bytes> requests;
  for (std::size_t i = from; i < world.recorded().size(); ++i)
    if (a->owns(world.recorded()[i].from.ip)) requests.insert(world.recorded()[i].payload);
  EXPECT_LE(requests.size(), 2u) << "the check was asked anew instead of again";
  EXPECT_EQ(a->ready(), 1u);
  world.drop = nullptr;
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

// ---- Somebody with keys ----

class Window : public Beside, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  void SetUp() override {
    Site right = with_c(site_b());
    right.window = GetParam();
    begin(site_a(), right);
    stranger = std::make_unique<Stranger>(world, *b, *c);
    stranger->begin();
    stranger->authenticate(stranger->child(0x1111));
  }
  Bytes informational(std::uint32_t id) {
    return stranger->seal(stranger->header(ExchangeType::informational, id),
                          {wire::NotifyPayload{wire::Protocol::none, {}, static_cast<NotifyType>(50'000), {}}});
  }
  void expect_outside(std::uint32_t id) {
    SCOPED_TRACE(id);
    const std::uint64_t counted = b->dropped(Cause::message_id_outside_window);
    const std::string before = picture(*b);
    EXPECT_TRUE(stranger->hit(informational(id)).empty());
    EXPECT_EQ(b->dropped(Cause::message_id_outside_window), counted + 1);
    EXPECT_EQ(picture(*b), before);
  }
  std::unique_ptr<Stranger> stranger;
};

TEST_P(Window, BelowInsideAndAbove) {
  const std::uint32_t window = GetParam();
  for (const std::uint32_t id : {0u, 1u, 2 + window, 3 + window, 1000u, 0x7fffffffu, 0xffffffffu}) expect_outside(id);
  for (std::uint32_t id = 1 + window; id >= 2; --id) {  // the last of the window first
    SCOPED_TRACE(id);
    const Bytes request = informational(id);
    const auto said = stranger->hit(request);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(stranger->hit(request), said) << "not the same octets again";
    if (id > 2) expect_outside(2 + window);  // 2 is missing, and holds it
  }
  EXPECT_EQ(stranger->hit(informational(2 + window)).size(), 1u) << "it moves on";
  expect_outside(2 + window);  // another message under an answered ID
}

TEST_P(Window, AnswersKeptAreBounded) {
  world.record = false;
  std::uint32_t id = 2;
  const auto thousands = [&](unsigned count) {
    for (unsigned i = 0; i < count; ++i) ASSERT_EQ(stranger->hit(informational(id++)).size(), 1u);
  };
  thousands(1000);
  const std::size_t before = octets_allocated();
  thousands(5000);
  EXPECT_LT(octets_allocated(), before + 50'000);
}

/// An answer goes where its request came from; where nobody has seen a NAT, the SA stays where it is.
TEST_P(Window, FromAnotherPort) {
  const Bytes request = informational(2);
  const auto said = stranger->hit(request);
  const std::string before = picture(*b);
  stranger->move_to({c->site.wan, 4711});
  std::optional<SocketAddress> to;
  world.alter = [&](const Flight& flight) {
    to = flight.to;
    return std::vector<Flight>{flight};
  };
  EXPECT_EQ(stranger->hit(request), said);
  EXPECT_EQ(to, (SocketAddress{c->site.wan, 4711}));
  EXPECT_EQ(stranger->hit(informational(3)).size(), 1u);
  EXPECT_EQ(to, (SocketAddress{c->site.wan, 4711}));
  world.alter = nullptr;
  const IkeSaView sa = b->view().ike_sas.back();
  EXPECT_EQ(sa.remote, (SocketAddress{c->site.wan, 500}));
  EXPECT_EQ(sa.remote_request_id, 4u);
}

INSTANTIATE_TEST_SUITE_P(Of, Window, ::testing::Values(1u, 5u));

}  // namespace
}  // namespace sim
