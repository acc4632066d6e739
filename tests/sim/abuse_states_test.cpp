// Abuse group J: any exchange in any state, both roles. Whatever comes at the wrong time is counted, answered with nothing and
// changes nothing; what is due then still gets through.
#include "tests/sim/beside.hpp"

namespace sim {
namespace {

using namespace engine;
using wire::ExchangeType;

const std::vector<unsigned> exchanges{0, 33, 34, 35, 36, 37, 38, 42, 43, 44, 45, 240, 255};
const std::vector<std::uint32_t> message_ids{0, 1, 2, 3, 7, 100, 0x7fffffff, 0xffffffff};

/// What somebody without keys can put behind a header.
std::vector<wire::Payloads> in_clear() {
  constexpr NotifyType redirect{16407}, redirected_from{16408}, unacceptable_addresses{40};
  std::vector<wire::Payloads> out{{}, {wire::DeletePayload{wire::Protocol::ike, {}}}};
  for (const NotifyType type : {NotifyType::invalid_ike_spi, NotifyType::invalid_major_version, NotifyType::invalid_syntax,
                                NotifyType::invalid_message_id, NotifyType::invalid_spi, NotifyType::no_proposal_chosen,
                                NotifyType::authentication_failed, NotifyType::temporary_failure, NotifyType::child_sa_not_found,
                                NotifyType::initial_contact, redirect, redirected_from, unacceptable_addresses})
    out.push_back({wire::notify(type, {1, 4, 198, 51, 100, 66})});
  out.push_back({wire::NotifyPayload{wire::Protocol::esp, {0, 0, 0x11, 0x11}, NotifyType::invalid_spi, {}}});
  return out;
}
/// SK with a checksum that cannot hold.
Bytes garbage(const wire::Header& header) {
  Bytes out = wire::encode_sk_prefix(header, wire::PayloadType::notify, 80);
  out.resize(out.size() + 80, 0x5a);
  return out;
}

// ---- B answers ----

class Answering : public Beside {
 protected:
  void SetUp() override {
    Beside::SetUp();
    stranger = std::make_unique<Stranger>(world, *b, *c);
  }
  wire::Header header(unsigned exchange, std::uint32_t id, bool response) const {
    wire::Header out = stranger->header(static_cast<ExchangeType>(exchange), id);
    out.response = response;
    for (const IkeSaView& sa : b->view().ike_sas)
      if (sa.remote.ip == c->site.wan) out.spi_r = sa.spi_local;
    return out;
  }
  void expect_nothing(const Bytes& datagram) {
    const std::string before = picture(*b);
    const std::uint64_t counted = drops(*b);
    EXPECT_TRUE(hit(datagram, {c->site.wan, 500}).empty());
    EXPECT_EQ(drops(*b), counted + 1);
    EXPECT_EQ(picture(*b), before);
  }
  /// Every exchange under every message ID, as request and as response: in clear, with a checksum that does not hold, and unless
  /// `possible` with one that does.
  void assault(const std::function<bool(unsigned exchange, std::uint32_t id, bool response)>& possible, bool keys = true) {
    for (const unsigned exchange : exchanges)
      for (const std::uint32_t id : message_ids)
        for (const bool response : {false, true}) {
          SCOPED_TRACE("exchange " + std::to_string(exchange) + " message " + std::to_string(id) + (response ? " response" : ""));
          const wire::Header head = header(exchange, id, response);
          for (const wire::Payloads& payloads : in_clear()) expect_nothing(wire::encode(head, payloads));
          expect_nothing(garbage(head));
          if (keys && !possible(exchange, id, response)) {
            expect_nothing(stranger->seal(head, {}));
            expect_nothing(stranger->seal(head, {wire::DeletePayload{wire::Protocol::ike, {}}}));
            expect_nothing(stranger->seal(head, {stranger->id(), wire::AuthPayload{2, Bytes(32, 7)}}));
          }
        }
  }
  static bool nothing(unsigned, std::uint32_t, bool) { return false; }
  void begin_and_authenticate() {
    stranger->begin();
    stranger->authenticate(stranger->child(0x1111));
    ASSERT_EQ(b->ready(), 2u);
  }

  std::unique_ptr<Stranger> stranger;
};

TEST_F(Answering, WithoutAnSa) { assault(nothing, false); }

TEST_F(Answering, WhileTheKeyExchangeIsComputed) {
  b->jobs = Jobs::held;
  EXPECT_TRUE(stranger->hit(stranger->first(stranger->honest_payloads())).empty());
  ASSERT_EQ(b->held.size(), 1u);
  assault(nothing, false);
  EXPECT_EQ(b->held.size(), 1u);
  const auto said = stranger->hear([&] { world.run_held_jobs(*b); });
  ASSERT_EQ(said.size(), 1u);
  b->jobs = Jobs::at_once;
  stranger->agree(said[0]);
  stranger->authenticate();
  EXPECT_EQ(b->ready(), 2u);
}

TEST_F(Answering, BeforeIkeAuth) {
  stranger->begin();
  assault([](unsigned exchange, std::uint32_t id, bool response) { return exchange == 35 && id == 1 && !response; });
  stranger->authenticate();
  EXPECT_EQ(b->ready(), 2u);
}

TEST_F(Answering, WhileAuthIsVerifiedAndSigned) {
  stranger->begin();
  b->jobs = Jobs::held;
  EXPECT_FALSE(stranger->ask(ExchangeType::ike_auth, 1, {stranger->id(), wire::AuthPayload{2, stranger->auth(1)}}));
  ASSERT_EQ(b->held.size(), 1u);
  assault(nothing);
  EXPECT_TRUE(stranger->hear([&] { world.run_held_jobs(*b); }).empty());
  ASSERT_EQ(b->held.size(), 1u) << "AUTH holds, and the answer is signed";
  assault(nothing);
  const auto answer = stranger->open(stranger->hear([&] { world.run_held_jobs(*b); }));
  b->jobs = Jobs::at_once;
  ASSERT_TRUE(answer);
  EXPECT_TRUE(wire::find<wire::AuthPayload>(*answer));
  EXPECT_EQ(b->ready(), 2u);
}

TEST_F(Answering, OnceItIsUp) {
  begin_and_authenticate();
  assault([](unsigned exchange, std::uint32_t id, bool response) {
    return (exchange == 36 || exchange == 37 || exchange == 44) && id >= 2 && id < 7 && !response;  // the window
  });
  for (const unsigned exchange : {34u, 35u, 43u}) expect_nothing(stranger->seal(header(exchange, 2, false), {}));
  EXPECT_EQ(b->children(), 2u);
  EXPECT_TRUE(stranger->ask(ExchangeType::informational, 2, wire::Payloads{}));
}

TEST_F(Answering, WhileItsOwnDeleteIsUnderWay) {
  begin_and_authenticate();
  const auto said = stranger->hear([&] { world.feed(*b, Clear{ClearWhat::ike_sas, c->site.wan}); });
  ASSERT_EQ(said.size(), 1u);
  assault([](unsigned exchange, std::uint32_t id, bool response) {
    if (response) return exchange == 37 && id == 0;  // confirms it
    return (exchange == 36 || exchange == 37 || exchange == 44) && id >= 2 && id < 7;
  });
  const auto refused = stranger->ask(ExchangeType::create_child_sa, 2, stranger->child(0x2222));
  ASSERT_TRUE(refused);
  EXPECT_TRUE(wire::find_notify(*refused, NotifyType::temporary_failure));
  const auto alive = stranger->ask(ExchangeType::informational, 3, wire::Payloads{});
  EXPECT_TRUE(alive && alive->empty());
  EXPECT_TRUE(stranger->hit(stranger->seal(header(37, 0, true), {})).empty()) << "confirmed";
  EXPECT_EQ(b->view().ike_sas.size(), 1u);
  assault(nothing, false);
}

TEST_F(Answering, AfterThePeersDelete) {
  begin_and_authenticate();
  const auto confirmed = stranger->ask(ExchangeType::informational, 2, {wire::DeletePayload{wire::Protocol::ike, {}}});
  EXPECT_TRUE(confirmed && confirmed->empty());
  EXPECT_EQ(b->ready(), 1u);
  assault(nothing);
  EXPECT_EQ(stranger->hit(stranger->last()).size(), 1u) << "the answer may have been lost";
  world.run_for(11s);
  EXPECT_EQ(b->view().ike_sas.size(), 1u);
  assault(nothing, false);
  expect_dropped(stranger->last(), {c->site.wan, 500}, Cause::unknown_spi);
}

TEST_F(Answering, AfterARefusedAuthThereIsNoSecondTry) {
  stranger->begin();
  const auto refused = stranger->ask(ExchangeType::ike_auth, 1, {stranger->id(), wire::AuthPayload{2, Bytes(32, 7)}});
  ASSERT_TRUE(refused && wire::find_notify(*refused, NotifyType::authentication_failed));
  assault(nothing);
  for (const std::uint32_t id : {1u, 2u})
    expect_nothing(stranger->seal(header(35, id, false), {stranger->id(), wire::AuthPayload{2, stranger->auth(id)}}));
  EXPECT_EQ(b->ready(), 1u);
}

// ---- A asks ----

/// A negotiation of A and B one step at a time: A's jobs and every datagram wait.
constexpr int steps = 9;

class Asking : public TwoSites {
 protected:
  void SetUp() override { start(); }
  /// So far, in steps: public value, request on the wire, at B, answer at A, secret, signature, request at B, answer at A, up.
  void go(int until) {
    a->jobs = Jobs::held;
    world.hold = true;
    world.send(*a, a_to_b);
    for (int step = 0; step < until; ++step) advance(step);
  }
  void advance(int step) {
    switch (step) {
      case 0:  // IKE_SA_INIT goes out
      case 3:  // the secret is there, AUTH is computed
      case 4:  // IKE_AUTH goes out
      case 7:  // AUTH of the peer is verified
        ASSERT_EQ(a->held.size(), 1u) << step;
        return world.run_held_jobs(*a);
      case 1:
      case 2:
      case 5:
      case 6:
        ASSERT_EQ(world.waiting().size(), 1u) << step;
        return world.deliver_waiting(0);
      default:
        return;
    }
  }
  wire::Header header(unsigned exchange, std::uint32_t id, bool response, bool as_initiator = false) const {
    wire::Header out;
    const IkeSaView sa = a->view().ike_sas.at(0);
    out.spi_i = sa.spi_local;
    out.spi_r = sa.spi_remote.value ? sa.spi_remote : IkeSpi{0x4711};
    out.exchange = static_cast<ExchangeType>(exchange);
    out.message_id = MessageId{id};
    out.response = response;
    out.initiator = as_initiator;
    return out;
  }
  void expect_nothing(const Bytes& datagram) {
    const std::string before = picture(*a);
    const std::size_t jobs = a->held.size(), sent = world.waiting().size(), told = a->view().diagnoses.size();
    const std::uint64_t counted = count();
    world.feed(*a, Datagram{{a->site.wan, 500}, {b->site.wan, 500}, datagram});
    EXPECT_EQ(picture(*a), before);
    EXPECT_EQ(a->held.size(), jobs);
    EXPECT_EQ(world.waiting().size(), sent);
    const bool hint = a->view().diagnoses.size() > told;  // an unprotected refusal is told once and believed by nobody
    EXPECT_TRUE(hint || hinted_ || count() == counted + 1) << "not counted";
    hinted_ = hinted_ || hint;
  }
  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : a->view().dropped) all += each;
    return all;
  }
  void assault() {
    for (const unsigned exchange : exchanges)
      for (const std::uint32_t id : message_ids)
        for (const bool response : {false, true})
          for (const bool as_initiator : {false, true}) {
            SCOPED_TRACE("exchange " + std::to_string(exchange) + " message " + std::to_string(id) +
                         (response ? " response" : ""));
            const wire::Header head = header(exchange, id, response, as_initiator);
            for (const wire::Payloads& payloads : in_clear()) expect_nothing(wire::encode(head, payloads));
            expect_nothing(garbage(head));
          }
    for (const Flight& flight : std::vector<Flight>(world.recorded()))
      if (flight.from.ip == a->site.wan) expect_nothing(flight.payload);  // A's own, sent back
  }
  bool hinted_ = false;
};

class AskingAt : public Asking, public ::testing::WithParamInterface<int> {};

TEST_P(AskingAt, AnyStepIsNotLedAstray) {
  go(GetParam());
  if (HasFatalFailure()) return;
  assault();
  for (int step = GetParam(); step < steps; ++step) advance(step);
  world.hold = false;
  a->jobs = Jobs::at_once;
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  expect_settled();
}
INSTANTIATE_TEST_SUITE_P(Step, AskingAt, ::testing::Range(0, steps));

TEST_F(Asking, WhileItsOwnDeleteIsUnderWay) {
  go(steps);
  world.feed(*a, Clear{ClearWhat::ike_sas, std::nullopt});
  ASSERT_EQ(world.waiting().size(), 1u);
  assault();
  world.hold = false;
  world.deliver_waiting(0);
  world.run_for(1s);
  EXPECT_TRUE(a->view().ike_sas.empty());
}

/// The peer is who it says it is, and does what only an initiator does, or what is over.
TEST_F(Asking, ThePeerAsksForWhatIsNotItsTurn) {
  world.tap = std::make_unique<Wiretap>();
  go(steps);
  ASSERT_TRUE(world.tap->open(world.recorded().back().payload));
  const auto counted = a->dropped(Cause::unexpected_exchange);
  for (const unsigned exchange : {34u, 35u, 43u, 38u, 240u}) {
    SCOPED_TRACE(exchange);
    wire::Header head = header(exchange, 0, false);
    const Bytes sealed = world.tap->seal({head, wire::PayloadType::none, {}});
    expect_nothing(sealed);
    head.response = true;
    expect_nothing(world.tap->seal({head, wire::PayloadType::none, {}}));
  }
  EXPECT_EQ(a->dropped(Cause::unexpected_exchange), counted + 4) << "IKE_SA_INIT under known SPIs is told by its flags";
  world.hold = false;
  a->jobs = Jobs::at_once;
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

}  // namespace
}  // namespace sim
