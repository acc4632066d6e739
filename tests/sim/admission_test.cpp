// Half-open SAs and floods (abuse group D), and the limits of `crypto ikev2 limit` and `crypto call admission limit`.
#include "engine/admission.hpp"
#include "engine/cookie.hpp"
#include "engine/room.hpp"
#include "engine/wire/message.hpp"
#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using namespace engine;

const SocketAddress stranger{ip("198.51.100.66"), 500};

class Admission : public TwoSites {
 protected:
  /// A captured IKE_SA_INIT request of A's, to be forged from.
  Bytes first_request(const Site& left = site_a(), const Site& right = site_b()) {
    start(left, right);
    world.send(*a, a_to_b);
    world.run_until_idle();
    Bytes request = world.recorded().at(0).payload;
    world.feed(*a, Clear{ClearWhat::ike_sas, std::nullopt});
    world.run_for(60s);
    expect_nothing_left();
    return request;
  }
  /// The request under another SPIi.
  static Bytes with_spi(Bytes request, std::uint32_t number) {
    for (int i = 0; i < 4; ++i) request[4 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return request;
  }
  /// Straight into B; its jobs are counted and left undone unless `finish`.
  Actions hit(const Bytes& payload, const SocketAddress& from, bool finish = false) {
    Actions out;
    b->endpoint->handle(world.now(), Datagram{{b->site.wan, 500}, from, payload}, out);
    for (std::size_t i = 0; i < out.size(); ++i)
      if (auto* job = std::get_if<StartJob>(&out[i])) {
        ++jobs;
        if (!finish) continue;
        const JobId id = job->id;
        Event done = JobDone{id, crypto::run(std::move(job->job), *b->compiled.keys)};
        b->endpoint->handle(world.now(), std::move(done), out);
      }
    return out;
  }
  static std::optional<wire::Message> answer(const Actions& out) {
    for (const Action& action : out)
      if (const auto* send = std::get_if<SendDatagram>(&action)) return std::move(*wire::parse(send->payload));
    return std::nullopt;
  }
  static const wire::NotifyPayload* cookie_of(const std::optional<wire::Message>& message) {
    return message ? wire::find_notify(message->payloads, NotifyType::cookie) : nullptr;
  }
  /// The request again, with that cookie in front (2.6).
  static Bytes with_cookie(const Bytes& request, Bytes cookie) {
    auto message = wire::parse(request);
    message->payloads.insert(message->payloads.begin(),
                             wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::cookie, std::move(cookie)});
    return wire::encode(message->header, message->payloads);
  }
  /// With the cookie, if one is asked for.
  void insist(const Bytes& request, const SocketAddress& from) {
    const auto asked = answer(hit(request, from));
    if (const auto* cookie = cookie_of(asked)) hit(with_cookie(request, cookie->data), from);
  }
  static Site limited(AdmissionLimits limits) {
    Site site = site_b();
    site.limits = limits;
    return site;
  }
  /// Requests of as many sources, until B asks for a cookie; how many it took.
  std::uint32_t fill(const Bytes& request, std::uint32_t most) {
    for (std::uint32_t i = 0; i < most; ++i)
      if (cookie_of(answer(hit(with_spi(request, i + 1), {IpAddress::v4(0xC6330000u + i), 500})))) return i;
    return most;
  }

  int jobs = 0;
};

TEST_F(Admission, CookiesBeginAtTheThresholdAndEndBelowIt) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 10}));
  EXPECT_EQ(fill(request, 100), 10u);
  EXPECT_EQ(b->view().half_open, 10u);
  world.run_for(61s);  // the half-open ones are given up
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_FALSE(cookie_of(answer(hit(with_spi(request, 1000), stranger, true))));
}

TEST_F(Admission, WhoLiesAboutAnAddressTakesNoneOfItsPlaces) {
  const Bytes request = first_request();
  for (std::uint16_t i = 0; i < 100; ++i) hit(with_spi(request, i + 1u), {a->site.wan, static_cast<std::uint16_t>(40000 + i)});
  EXPECT_EQ(b->view().half_open, HalfOpen::crowd);
  world.send(*a, a_to_b);
  world.run_for(1s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
}

TEST_F(Admission, NoKeyExchangeBeforeTheCookieAndOneAHalfOpenSa) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 1}));
  hit(with_spi(request, 1), stranger);
  EXPECT_EQ(jobs, 1);
  for (std::uint32_t i = 2; i < 200; ++i) hit(with_spi(request, i), stranger);
  EXPECT_EQ(jobs, 1) << "a key exchange was begun without a cookie";
  for (int i = 0; i < 50; ++i) hit(with_spi(request, 1), stranger);
  EXPECT_EQ(jobs, 1) << "a repeated request began another key exchange";
}

TEST_F(Admission, ACookieIsGoodForItsSenderOnly) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 1}));
  hit(with_spi(request, 1), {ip("198.51.100.1"), 500});
  const Bytes own = with_spi(request, 2);
  const auto asked = answer(hit(own, stranger));
  ASSERT_TRUE(cookie_of(asked));
  const Bytes cookie = cookie_of(asked)->data;
  jobs = 0;
  hit(with_cookie(own, cookie), {ip("198.51.100.67"), 500});
  EXPECT_EQ(jobs, 0) << "another address used it";
  hit(with_cookie(with_spi(request, 3), cookie), stranger);
  EXPECT_EQ(jobs, 0) << "another SPI used it";
  hit(with_cookie(own, Bytes{cookie.begin(), cookie.end() - 1}), stranger);
  hit(with_cookie(own, Bytes{1}), stranger);
  hit(with_cookie(own, Bytes(300, 7)), stranger);
  EXPECT_EQ(jobs, 0) << "a cookie of another length was taken";
  hit(with_cookie(own, cookie), stranger);
  EXPECT_EQ(jobs, 1);
}

TEST_F(Admission, CookiesOutliveOneChangeOfTheSecretAndNotTwo) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 1}));
  SeededRng rng(5);
  CookieJar jar;
  const Bytes nonce(32, 1);
  const IkeSpi spi{77};
  const Bytes cookie = jar.make(world.now(), stranger.ip, spi, nonce, rng);
  EXPECT_TRUE(jar.valid(world.now() + 61s, cookie, stranger.ip, spi, nonce, rng));
  EXPECT_FALSE(jar.valid(world.now() + 122s, cookie, stranger.ip, spi, nonce, rng));
  EXPECT_FALSE(jar.valid(world.now() + 122s, {}, stranger.ip, spi, nonce, rng));
}

// An answer is no larger than its request, but for what responders alone announce: CHILDLESS_IKEV2_SUPPORTED, an empty
// notify (RFC 6023, 3).
TEST_F(Admission, AnswersToStrangersAreNotLargerThanTheirRequests) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 5}));
  for (std::uint32_t i = 1; i < 200; ++i) {
    const Bytes sent = with_spi(request, i);
    std::size_t octets = 0;
    for (const Action& action : hit(sent, {IpAddress::v4(0xC6330000u + i), 500}, true))
      if (const auto* send = std::get_if<SendDatagram>(&action)) octets += send->payload.size();
    EXPECT_LE(octets, sent.size());
  }
}

TEST_F(Admission, TheLimitOfHalfOpenSasHoldsAndTheirPlacesComeBack) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 0, .incoming = 20}));
  for (std::uint32_t i = 1; i <= 100; ++i) hit(with_spi(request, i), {IpAddress::v4(0xC6330000u + i), 500});
  EXPECT_EQ(b->view().half_open, 20u);
  EXPECT_EQ(jobs, 20) << "who does not show that he receives costs no key exchange";
  world.run_for(61s);
  EXPECT_EQ(b->view().half_open, 0u);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 60), Outcome::delivered);
}

TEST_F(Admission, ThoseWhoNeverGoOnKeepNobodyOut) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 5, .incoming = 20}));
  for (std::uint32_t i = 1; i <= 200; ++i) {
    insist(with_spi(request, i), {IpAddress::v4(0xC6330000u + i % 50), 500});
    ASSERT_LE(b->view().half_open, 20u);
  }
  EXPECT_EQ(b->view().half_open, 20u);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 10), Outcome::delivered) << a->diagnoses();
  EXPECT_TRUE(b->diagnosed(Cause::rate_limited)) << "told";
}

TEST_F(Admission, WhoHasOnePlaceKeepsItAgainstWhoHasMany) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 5, .incoming = 20}));
  const Bytes honest = with_spi(request, 1);
  insist(honest, stranger);
  for (std::uint32_t i = 2; i <= 500; ++i) insist(with_spi(request, i), {IpAddress::v4(0xC6330000u + i % 9), 500});
  jobs = 0;
  insist(honest, stranger);
  EXPECT_EQ(jobs, 0) << "its SA is gone, and a new one was made";
}

TEST_F(Admission, OfIpv6AHostsWholeNetworkIsOneSource) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 0}));
  for (std::uint32_t i = 1; i <= 100; ++i) {
    IpAddress from = ip("2001:db8:ffff::1:0");
    from.octets[15] = static_cast<std::uint8_t>(i);
    hit(with_spi(request, i), {from, 500});
  }
  EXPECT_EQ(b->view().half_open, HalfOpen::max_per_source);
  hit(with_spi(request, 101), {ip("2001:db8:fffe::1"), 500});
  EXPECT_EQ(b->view().half_open, HalfOpen::max_per_source + 1);
}

TEST_F(Admission, EstablishedPeersAreServedWhileAFloodGoesOn) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 50, .incoming = 200}));
  connect();
  for (std::uint32_t i = 1; i <= 5000; ++i) {
    hit(with_spi(request, i), {IpAddress::v4(0xC6330000u + i), 500});
    if (i % 500) continue;
    ASSERT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    for (const auto& sa : a->view().ike_sas)
      if (!sa.children.empty()) world.feed(*a, Expire{sa.children.front().id, ExpireKind::soft});
    world.run_for(100ms);
    ASSERT_EQ(world.send(*b, b_to_a), Outcome::delivered) << "the rekey was not answered";
  }
  EXPECT_EQ(a->ready(), 1u);
}

TEST_F(Admission, WithACookieAPeerComesUpDuringAFlood) {
  const Bytes request = first_request(site_a(), limited({.cookie_challenge = 20, .incoming = 500}));
  fill(request, 100);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 10), Outcome::delivered);
}

TEST_F(Admission, MaxSaRefusesOneMore) {
  start(site_a(), limited({.ike_sas = 1}));
  connect();
  EXPECT_TRUE(cookie_of(answer(hit(with_spi(world.recorded().at(0).payload, 9), stranger)))) << "no key exchange for a liar";
  EXPECT_EQ(jobs, 0);
  Site third = site_a();
  third.name = "C";
  third.wan = ip("203.0.113.30");
  Node& c = world.add(third);
  Site hub = b->site;
  hub.tunnels.push_back(hub.tunnels[0]);
  hub.tunnels[1].peer = third.wan;
  hub.tunnels[1].lines = {permit("10.0.0.0/24", "192.168.1.128/25")};
  world.configure(*b, hub);
  world.send(c, a_to_b);
  world.run_for(10s);
  EXPECT_EQ(c.ready(), 0u);
  EXPECT_TRUE(c.diagnosed(Cause::peer_refused)) << c.diagnoses();
  EXPECT_NE(b->diagnoses().find("crypto ikev2 limit max-sa 1"), std::string::npos) << b->diagnoses();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Admission, AtMaxSaAPeerThatRestartedTakesItsOwnPlace) {
  for (const bool says_so : {true, false}) {
    World fresh(3);
    Node& left = fresh.add(site_a());
    Node& right = fresh.add(limited({.ike_sas = 1}));
    ASSERT_EQ(fresh.send_until_delivered(left, a_to_b), Outcome::delivered);
    fresh.restart(left);
    if (!says_so)
      impair(fresh, left, {wire::ExchangeType::ike_auth, false, 0}, [](Utterance& u) {
        std::erase_if(u.payloads, [](const wire::Payload& p) {
          const auto* notify = std::get_if<wire::NotifyPayload>(&p);
          return notify && notify->type == NotifyType::initial_contact;
        });
      });
    fresh.send(left, a_to_b);
    fresh.run_for(2s);
    EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << left.diagnoses() << right.diagnoses();
    fresh.run_for(60s);
    EXPECT_EQ(right.view().ike_sas.size(), 1u);
    EXPECT_EQ(std::ranges::count(right.notices, NoticeKind::ike_sa_down, &Notice::kind), 1);
    for (const auto& list : {fresh.unsettled(), fresh.violations()})
      for (const std::string& problem : list) ADD_FAILURE() << problem;
  }
}

TEST_F(Admission, BeyondMaxSaAFewMayShowWhoTheyAre) {
  const Bytes request = first_request(site_a(), limited({.ike_sas = 4}));
  unsigned begun = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const SocketAddress from{IpAddress::v4(0xC6330000u + i), 500};
    const Bytes own = with_spi(request, i + 1);
    const auto asked = answer(hit(own, from));
    const int before = jobs;
    if (cookie_of(asked)) hit(with_cookie(own, cookie_of(asked)->data), from);
    begun += jobs > before || !cookie_of(asked);
  }
  EXPECT_EQ(begun, 4u + newcomers);
  EXPECT_TRUE(b->diagnosed(Cause::rate_limited)) << "told";
}

TEST_F(Admission, MaxInNegotiationOutgoingHoldsTheNextBack) {
  Site left = site_a();
  left.limits.outgoing = 1;
  Tunnel other = left.tunnels[0];
  other.peer = ip("203.0.113.99");
  other.lines = {permit("192.168.1.0/24", "10.99.0.0/24")};
  left.tunnels.push_back(other);
  start(left);
  world.send(*a, packet("192.168.1.1", "10.99.0.1"));  // nobody answers there
  world.run_for(1s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_for(1s);
  EXPECT_TRUE(a->diagnosed(Cause::rate_limited));
  EXPECT_EQ(a->view().ike_sas.size(), 1u);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered) << "its turn never came";
}

TEST_F(Admission, TheLimitOfChildSasAnswersNoAdditionalSas) {
  Site left = site_a(1), right = site_b(1);
  right.limits.child_sas = 1;
  start(left, right);
  connect();
  world.send(*a, packet("192.168.2.1", "10.0.2.1"));
  world.run_for(5s);
  EXPECT_EQ(b->children(), 1u);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused));
  for (const auto& sa : a->view().ike_sas) world.feed(*a, Expire{sa.children.front().id, ExpireKind::soft});
  world.run_for(5s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "a rekey needs no room of its own";
  EXPECT_EQ(b->children(), 1u);
}

TEST_F(Admission, AtItsOwnLimitOfChildSasTrafficIsHeardLessAndLess) {
  Site left = site_a(1);
  left.limits.child_sas = 1;
  start(left, site_b(1));
  connect();
  for (int i = 0; i < 600; ++i) {
    world.send(*a, packet("192.168.2.1", "10.0.2.1"));
    world.run_for(100ms);
  }
  ASSERT_TRUE(a->diagnosed(Cause::rate_limited)) << a->diagnoses();
  const std::uint32_t times = a->view().diagnoses.at(0).count;
  EXPECT_GE(times, 3u);
  EXPECT_LE(times, 10u) << "in a minute";
}

}  // namespace
}  // namespace sim
