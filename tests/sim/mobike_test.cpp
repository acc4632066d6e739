// MOBIKE (RFC 4555): an address is gone, a path is dead, a NAT comes or goes, the peer lies about where it is.
#include <algorithm>
#include <set>

#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::IpAddress;
using engine::NotifyType;
using engine::SocketAddress;
namespace wire = engine::wire;

constexpr Which informational_request{wire::ExchangeType::informational, false, 0};
constexpr Which informational_response{wire::ExchangeType::informational, true, 0};

class Mobike : public TwoSites {
 protected:
  const IpAddress a1 = ip("203.0.113.10"), a2 = ip("203.0.113.11"), a3 = ip("203.0.113.12"), a6 = ip("2001:db8:113::10");
  const IpAddress b1 = ip("203.0.113.20"), b2 = ip("203.0.113.21"), b6 = ip("2001:db8:113::20");

  static Site with_dpd(Site site) {
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  static Site with(Site site, std::vector<IpAddress> more) {
    site.more_wan = std::move(more);
    return site;
  }
  void SetUp() override { world.tap = std::make_unique<Wiretap>(); }
  /// A begins.
  void begin(const Site& left = site_a(), const Site& right = site_b()) {
    start(left, right);
    connect();
    first_ = id_of(*a);
    world.clear_arrows();
  }
  static engine::IkeSpi id_of(const Node& node) {
    const auto view = node.view();
    return view.ike_sas.empty() ? engine::IkeSpi{} : view.ike_sas.back().spi_local;
  }
  static SocketAddress where(const Node& node) { return node.view().ike_sas.at(0).local; }
  static SocketAddress peer_of(const Node& node) { return node.view().ike_sas.at(0).remote; }
  static IpAddress esp_goes_to(const Node& node) { return node.plane.outbound().begin()->second.facts.remote.ip; }
  /// Both ends send between these, IKE and ESP, and it is still the SA that was there first.
  void expect_between(const IpAddress& left, const IpAddress& right) {
    ASSERT_EQ(a->ready(), 1u) << a->diagnoses();
    ASSERT_EQ(b->ready(), 1u) << b->diagnoses();
    EXPECT_EQ(id_of(*a), first_) << "another SA";
    EXPECT_EQ(where(*a).ip, left);
    EXPECT_EQ(peer_of(*a).ip, right);
    EXPECT_EQ(where(*b).ip, right);
    EXPECT_EQ(peer_of(*b).ip, left);
    EXPECT_EQ(esp_goes_to(*a), right);
    EXPECT_EQ(esp_goes_to(*b), left);
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    world.run_until_idle();
    expect_settled();
  }
  /// Nothing passes at these addresses.
  void cut(const std::set<IpAddress>& dead) {
    world.drop = [dead](const Flight& flight) { return dead.contains(flight.from.ip) || dead.contains(flight.to.ip); };
  }
  engine::IkeSpi first_{};
};

TEST_F(Mobike, BothMustHaveIt) {
  Site left = site_a();
  left.mobike = false;
  begin(left);
  EXPECT_FALSE(a->view().ike_sas.at(0).mobike);
  EXPECT_FALSE(b->view().ike_sas.at(0).mobike);
  world.readdress(*a, {a2});
  world.run_until_idle();
  EXPECT_EQ(a->ready(), 0u) << "what cannot move is deleted, with a Delete from the new address";
  EXPECT_EQ(b->ready(), 0u);
}

TEST_F(Mobike, TheOtherEndHasItNot) {
  Site right = site_b();
  right.mobike = false;
  begin(site_a(), right);
  EXPECT_FALSE(a->view().ike_sas.at(0).mobike);
  EXPECT_FALSE(b->view().ike_sas.at(0).mobike);
}

TEST_F(Mobike, TheAddressOfTheInitiatorIsAnother) {
  begin();
  world.readdress(*a, {a2});
  world.run_until_idle();
  expect_arrows({"A:4500 -> B:4500 INFORMATIONAL request 2", "B:4500 -> A:4500 INFORMATIONAL response 2",
                 "B:4500 -> A:4500 INFORMATIONAL request 0", "A:4500 -> B:4500 INFORMATIONAL response 0"});
  expect_between(a2, b1);
  world.readdress(*a, {a1});
  world.run_until_idle();
  expect_between(a1, b1);
}

TEST_F(Mobike, AFurtherAddressTakesOver) {
  begin(with(site_a(), {a2}));
  world.readdress(*a, {a2});
  world.run_until_idle();
  expect_between(a2, b1);
}

TEST_F(Mobike, AFurtherAddressAloneMovesNothing) {
  begin();
  world.readdress(*a, {a1, a2});
  world.run_until_idle();
  expect_arrows({"A -> B INFORMATIONAL request 2", "B -> A INFORMATIONAL response 2"});
  expect_between(a1, b1);
}

TEST_F(Mobike, TheAddressOfTheResponderIsAnother) {
  begin();
  world.readdress(*b, {b2});
  world.run_until_idle();
  expect_between(a1, b2);
  world.readdress(*b, {b1});
  world.run_until_idle();
  expect_between(a1, b1);
}

TEST_F(Mobike, FromOneFamilyToTheOtherAndBack) {
  begin(with(site_a(), {a6}), with(site_b(), {b6}));
  world.readdress(*a, {a6});
  world.run_until_idle();
  expect_between(a6, b6);
  world.readdress(*a, {a1, a6});
  world.run_until_idle();
  expect_between(a1, b1);
}

TEST_F(Mobike, ADeadPathIsLeftForAnother) {
  begin(with(with_dpd(site_a()), {a2}), with(site_b(), {b2}));
  cut({a1});
  world.run_for(30s);
  expect_between(a2, b1);
  cut({a1, b1});
  world.run_for(30s);
  expect_between(a2, b2);
  world.drop = nullptr;
  world.run_for(60s);
  expect_between(a2, b2);
}

TEST_F(Mobike, WhereNoPathIsLeftThePeerIsGivenUp) {
  begin(with(with_dpd(site_a()), {a2}), with(site_b(), {b2}));
  world.drop = [](const Flight&) { return true; };
  world.run_for(40s);
  EXPECT_NE(id_of(*a), first_);
  EXPECT_TRUE(a->diagnosed(Cause::no_response));
}

TEST_F(Mobike, ANatAppearsAndGoes) {
  begin(with_dpd(site_a()));
  EXPECT_FALSE(a->view().ike_sas.at(0).children.at(0).udp_encapsulated);
  world.nats.emplace_back(std::vector{a1}, ip("198.51.100.1"), std::chrono::hours(1));
  world.run_for(30s);
  EXPECT_TRUE(a->view().ike_sas.at(0).nat_local);
  EXPECT_TRUE(b->view().ike_sas.at(0).nat_remote);
  EXPECT_TRUE(b->view().ike_sas.at(0).children.at(0).udp_encapsulated);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  const auto keepalives = world.keepalives;
  world.run_for(60s);
  EXPECT_GT(world.keepalives, keepalives);
  world.nats.clear();
  world.run_for(30s);
  EXPECT_FALSE(a->view().ike_sas.at(0).nat_local);
  EXPECT_FALSE(b->view().ike_sas.at(0).children.at(0).udp_encapsulated);
  expect_between(a1, b1);
}

TEST_F(Mobike, ToAnAddressBehindANat) {
  const IpAddress inside = ip("192.168.100.2"), outside = ip("198.51.100.1");
  begin();
  world.nats.emplace_back(std::vector{inside}, outside, std::chrono::hours(1));
  world.readdress(*a, {inside});
  world.run_until_idle();
  EXPECT_EQ(id_of(*a), first_);
  EXPECT_TRUE(a->view().ike_sas.at(0).nat_local);
  EXPECT_EQ(peer_of(*b).ip, outside);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  expect_settled();
}

TEST_F(Mobike, ANewMappingIsNoticedByTheLivenessCheck) {
  const IpAddress inside = ip("192.168.100.2"), outside = ip("198.51.100.1");
  world.nats.emplace_back(std::vector{inside}, outside, std::chrono::hours(1));
  Site left = with_dpd(site_a()), right = site_b();
  left.wan = inside;
  right.tunnels[0].peer = outside;
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  begin(left, right);
  world.run_for(15s);
  world.nats[0].forget();
  world.run_for(15s);
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
  EXPECT_EQ(id_of(*a), first_);
}

// ---- Who lies ----

TEST_F(Mobike, NothingIsSentToAVictimThatDoesNotAnswer) {
  begin();
  world.drop = [&](const Flight& flight) {
    return flight.to.ip == a2;
  };  // B's words never reach A, as it were a stranger's address
  world.readdress(*a, {a2});
  for (int i = 0; i < 400 && b->ready() > 0; ++i) {
    EXPECT_NE(esp_goes_to(*b), a2) << "before the way back was proven";
    world.run_for(1s);
  }
  EXPECT_EQ(b->ready(), 0u);
}

TEST_F(Mobike, AnotherCookieEndsTheSa) {
  begin();
  impair(world, *a, informational_response, [](Utterance& u) {
    for (wire::Payload& payload : u.payloads)
      if (auto* cookie = std::get_if<wire::NotifyPayload>(&payload); cookie && cookie->type == NotifyType::cookie2)
        cookie->data.back() ^= 1;
  });
  world.readdress(*a, {a2});
  world.run_until_idle();
  EXPECT_TRUE(b->diagnosed(Cause::address_not_proven)) << b->diagnoses();
  EXPECT_EQ(b->ready(), 0u);
  EXPECT_EQ(a->ready(), 0u);
}

TEST_F(Mobike, NoCookieEndsTheSa) {
  begin();
  impair(world, *b, informational_response, [](Utterance& u) {
    std::erase_if(u.payloads, [](const wire::Payload& payload) {
      const auto* cookie = std::get_if<wire::NotifyPayload>(&payload);
      return cookie && cookie->type == NotifyType::cookie2;
    });
  });
  world.readdress(*a, {a2});
  world.run_until_idle();
  EXPECT_TRUE(a->diagnosed(Cause::address_not_proven)) << a->diagnoses();
}

TEST_F(Mobike, AnAnswerToNothingFromElsewhereMovesNothing) {
  begin(with_dpd(site_a()));
  world.run_for(15s);
  const auto& recorded = world.recorded();
  for (std::size_t i = recorded.size() - 2; i < recorded.size(); ++i) {
    Flight stray = recorded[i];
    stray.from = {ip("203.0.113.77"), 4500};
    world.inject(stray);
  }
  world.run_until_idle();
  EXPECT_GE(a->dropped(Cause::message_id_outside_window), 1u);
  expect_between(a1, b1);
}

TEST_F(Mobike, TheResponderDoesNotDecide) {
  begin();
  impair(world, *b, informational_request,
         [](Utterance& u) { u.payloads.insert(u.payloads.begin(), wire::notify(NotifyType::update_sa_addresses)); });
  world.readdress(*b, {b1, b2});
  world.run_until_idle();
  expect_between(a1, b1);
}

TEST_F(Mobike, OfManyAddressesSomeAreKept) {
  Site left = with_dpd(site_a());
  start(left, site_b());
  impair(world, *b, {wire::ExchangeType::ike_auth, true, 0}, [](Utterance& u) {
    for (unsigned i = 0; i < 40; ++i)
      u.payloads.push_back(
          wire::notify(NotifyType::additional_ip4_address, engine::to_bytes(ip("198.51.100." + std::to_string(i + 1)).bytes())));
    u.payloads.push_back(wire::notify(NotifyType::additional_ip4_address, {1, 2, 3}));
    u.payloads.push_back(wire::notify(NotifyType::additional_ip6_address, engine::to_bytes(ip("198.51.100.7").bytes())));
  });
  connect();
  mend(world);
  world.drop = [](const Flight&) { return true; };
  const std::size_t before = world.recorded().size();
  world.run_for(20s);
  std::set<IpAddress> tried;
  for (std::size_t i = before; i < world.recorded().size(); ++i) tried.insert(world.recorded()[i].to.ip);
  EXPECT_EQ(tried.size(), 9u) << "B, and eight of the others";
}

TEST_F(Mobike, APeerThatAllowsNoNatIsToldOfOne) {
  start();
  const auto strict = [](Utterance& u) { u.payloads.push_back(wire::notify(NotifyType::no_nats_allowed, engine::Bytes(12, 1))); };
  impair(world, *a, {wire::ExchangeType::ike_auth, false, 0}, strict);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_until_idle();
  EXPECT_EQ(b->ready(), 0u);
  mend(world);
  give_up();
  world.run_for(200s);
  connect();
  first_ = id_of(*a);
  impair(world, *a, informational_request, strict);
  world.readdress(*a, {a1, a2});
  world.readdress(*a, {a2});
  world.run_until_idle();
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused)) << a->diagnoses();
  EXPECT_EQ(peer_of(*b).ip, a1);
}

TEST_F(Mobike, AddressesInsideATunnelAreNoPlaceToBe) {
  Site left = with_dpd(with(site_a(), {a2, a6})), right = with(site_b(), {b2, b6});
  left.tunnel_interface = engine::TunnelInterface{a1, false};
  right.tunnel_interface = engine::TunnelInterface{b1, true};
  start(left, right);
  world.run_for(5s);
  ASSERT_EQ(a->ready(), 1u) << a->diagnoses();
  first_ = id_of(*a);
  world.drop = [&](const Flight& flight) { return flight.from.ip == b1; };
  world.run_for(60s);
  for (const Flight& flight : world.recorded()) {
    EXPECT_TRUE(flight.from.ip == a1 || flight.from.ip == b1) << flight.from.to_string();
    EXPECT_TRUE(flight.to.ip == a1 || flight.to.ip == b1) << flight.to.to_string();
  }
}

TEST_F(Mobike, ARefusedPlaceIsLeftAgain) {
  Site left = with_dpd(site_a()), right = with(site_b(), {b2});
  right.tunnel_interface = engine::TunnelInterface{b1, true};
  start(left, right);
  impair(world, *b, {wire::ExchangeType::ike_auth, true, 0}, [&](Utterance& u) {
    u.payloads.push_back(wire::notify(NotifyType::additional_ip4_address, engine::to_bytes(b2.bytes())));
  });
  connect();
  mend(world);
  first_ = id_of(*a);
  cut({b1});
  for (int i = 0; i < 6000 && peer_of(*a).ip == b1; ++i) world.run_for(5ms);  // it is left a round trip later
  EXPECT_EQ(peer_of(*a).ip, b2) << "the answer came from there";
  world.drop = nullptr;
  world.run_for(10s);
  expect_between(a1, b1);
}

// ---- Loss, repetition, crossing ----

TEST_F(Mobike, UpdatesThatAreLostAreSentAgain) {
  begin();
  int lost = 0;
  world.drop = [&lost](const Flight&) { return lost++ < 3; };
  world.readdress(*a, {a2});
  world.run_for(60s);
  world.drop = nullptr;
  expect_between(a2, b1);
}

TEST_F(Mobike, UpdatesThatArriveTwiceCountOnce) {
  begin();
  world.faults = {.duplicate = 1.0, .reorder = 0.5};
  world.readdress(*a, {a2});
  world.run_for(30s);
  world.faults = {};
  expect_between(a2, b1);
}

TEST_F(Mobike, TheLastOfTwoChangesCounts) {
  begin();
  world.hold = true;
  world.readdress(*a, {a2});
  world.run_for(10ms);
  world.readdress(*a, {a3});
  world.run_for(10ms);
  world.readdress(*a, {a1, a3});
  world.hold = false;
  while (!world.waiting().empty()) world.deliver_waiting(world.waiting().size() - 1);
  world.run_for(30s);
  expect_between(a1, b1);
}

/// What B asks arrives before its answer to the update of A, and is answered.
class MobikeBeside : public Mobike {
 protected:
  void update(const Site& left, const Site& right, const IpAddress& to) {
    begin(left, right);
    before_ = b->plane.inbound().begin()->second.sa.spi;
    world.hold = true;
    world.readdress(*a, {to});
    world.run_for(10ms);
    ASSERT_EQ(world.waiting().size(), 1u);
    world.deliver_waiting(0);
  }
  /// The first waiting message of CREATE_CHILD_SA arrives; false: there is none.
  bool deliver_create(const std::string& kind) {
    for (std::size_t i = 0; i < world.waiting().size(); ++i)
      if (world.arrow(world.waiting()[i]).find("CREATE_CHILD_SA " + kind) != std::string::npos) {
        world.deliver_waiting(i);
        world.run_for(1ms);
        return true;
      }
    return false;
  }
  void deliver_the_rest() {
    world.hold = false;
    while (!world.waiting().empty()) world.deliver_waiting(0);
    world.run_for(1s);
  }
  engine::EspSpi before_{};
};

TEST_F(MobikeBeside, AChildSaIsRekeyed) {
  update(site_a(), site_b(), a2);
  world.feed(*b, engine::Expire{b->plane.inbound().begin()->first, engine::ExpireKind::soft});
  ASSERT_TRUE(deliver_create("request"));
  ASSERT_TRUE(deliver_create("response"));
  deliver_the_rest();
  ASSERT_EQ(b->children(), 1u);
  EXPECT_NE(b->plane.inbound().begin()->second.sa.spi, before_) << "rekeyed within a second";
  expect_between(a2, b1);
}

TEST_F(MobikeBeside, AChildSaIsRekeyedWherePeersHaveYetToProveTheirPlace) {
  update(with(site_a(), {a6}), with(site_b(), {b6}), a6);
  world.feed(*b, engine::Expire{b->plane.inbound().begin()->first, engine::ExpireKind::soft});
  ASSERT_TRUE(deliver_create("request"));
  ASSERT_EQ(a->plane.outbound().size(), 1u);
  EXPECT_EQ(a->plane.inbound().rbegin()->second.facts.remote.ip, b1) << "the new one waits where the others wait";
  ASSERT_TRUE(deliver_create("response"));
  deliver_the_rest();
  ASSERT_EQ(b->children(), 1u);
  EXPECT_NE(b->plane.inbound().begin()->second.sa.spi, before_);
  expect_between(a6, b6);
}

TEST_F(MobikeBeside, TheIkeSaIsNotReplaced) {
  Site right = site_b();
  right.ike_lifetime = 1000s;
  const auto asks = [](const World& where) {
    return std::ranges::any_of(where.recorded(), [](const Flight& f) {
      return wire::parse_header(f.payload)->exchange == wire::ExchangeType::create_child_sa;
    });
  };
  auto until = -1s;  // before B asks for a rekey, as the same seed has it
  {
    World before(1);
    Node& left = before.add(site_a());
    before.add(right);
    before.send_until_delivered(left, a_to_b);
    for (; !asks(before); ++until) before.run_for(1s);
  }
  begin(site_a(), right);
  world.run_for(until - 1s);
  ASSERT_FALSE(asks(world));
  world.drop = [&](const Flight& flight) {  // the answers to A's update
    const auto header = wire::parse_header(flight.payload);
    return b->owns(flight.from.ip) && header->exchange == wire::ExchangeType::informational && header->response;
  };
  world.readdress(*a, {a2});
  world.run_for(5s);
  EXPECT_TRUE(asks(world));
  EXPECT_EQ(id_of(*a), first_) << "put off";
  EXPECT_EQ(a->view().ike_sas.size(), 1u);
  world.drop = nullptr;
  world.run_for(20s);
  EXPECT_NE(id_of(*a), first_);
  EXPECT_EQ(where(*a).ip, a2);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

class MobikeRekeys : public Mobike, public ::testing::WithParamInterface<bool> {};

TEST_P(MobikeRekeys, InFlightWhileMoving) {
  const bool of_ike_sa = GetParam();
  for (const bool answer_lost : {false, true})
    for (const bool left_begins : {false, true}) {
      World fresh(7);
      Site left = site_a(), right = site_b();
      if (of_ike_sa) (left_begins ? left : right).ike_lifetime = 300s;
      Node& l = fresh.add(left);
      Node& r = fresh.add(right);
      ASSERT_EQ(fresh.send_until_delivered(l, a_to_b), Outcome::delivered);
      fresh.run_until_idle();
      const auto ups = std::ranges::count(l.notices, engine::NoticeKind::ike_sa_up, &engine::Notice::kind);
      Node& rekeys = left_begins ? l : r;
      fresh.hold = true;
      if (!of_ike_sa) fresh.feed(rekeys, engine::Expire{rekeys.plane.inbound().begin()->first, engine::ExpireKind::soft});
      for (int i = 0; i < 400 && fresh.waiting().empty(); ++i) fresh.run_for(1s);
      ASSERT_EQ(fresh.waiting().size(), 1u);
      if (answer_lost) {
        fresh.deliver_waiting(0);
        ASSERT_EQ(fresh.waiting().size(), 1u);
      }
      fresh.lose_waiting(0);
      fresh.readdress(l, {a2});
      fresh.hold = false;
      while (!fresh.waiting().empty()) fresh.deliver_waiting(0);
      fresh.run_for(100s);
      EXPECT_EQ(fresh.send(l, a_to_b), Outcome::delivered);
      EXPECT_EQ(fresh.send(r, b_to_a), Outcome::delivered);
      EXPECT_EQ(r.view().ike_sas.at(0).remote.ip, a2);
      EXPECT_EQ(std::ranges::count(l.notices, engine::NoticeKind::ike_sa_up, &engine::Notice::kind), ups) << "no other SA";
      for (const auto& list : {fresh.unsettled(), fresh.violations()})
        for (const std::string& problem : list) ADD_FAILURE() << problem << (answer_lost ? ", answer" : ", request") << " lost";
    }
}

INSTANTIATE_TEST_SUITE_P(Rekeys, MobikeRekeys, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "IkeSa" : "ChildSa"; });

TEST_F(Mobike, ANegotiationUnderWayBeginsAgainFromTheNewAddress) {
  Site right = site_b();
  right.tunnels[0].peer = a2;
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  start(site_a(), right);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.readdress(*a, {a2});
  world.run_for(5s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
}

TEST_F(Mobike, AnUpdateThatIsOvertakenByAListCounts) {
  begin();
  world.hold = true;
  world.readdress(*a, {a2});
  world.readdress(*a, {a2, a3});
  ASSERT_EQ(world.waiting().size(), 2u);
  world.deliver_waiting(1);
  world.hold = false;
  world.deliver_waiting(0);
  while (!world.waiting().empty()) world.deliver_waiting(0);
  world.run_for(1s);
  expect_between(a2, b1);
}

/// It is spoken from another address meanwhile, and goes back to the one that its lines and the peer know.
TEST_F(Mobike, WithoutItAnSaGoesBackToTheAddressItBeganAt) {
  Site right = site_b();
  right.mobike = false;
  start(site_a(), right);
  connect();
  world.readdress(*a, {a2});
  world.run_for(1s);
  world.readdress(*a, {a1, a2});
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  world.readdress(*a, {a1});
  world.run_for(1s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << b->diagnoses();
}

/// Both ends must be of one mind whether there is a NAT.
TEST_F(Mobike, AnAnswerIsNotComputedForOneAddressAndSentFromAnother) {
  start(site_a(), site_b());
  b->jobs = Jobs::held;
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
  world.run_for(1s);
  ASSERT_EQ(b->held.size(), 1u);
  world.readdress(*b, {b2});
  b->jobs = Jobs::at_once;
  world.drop = [](const Flight&) { return true; };
  world.run_held_jobs(*b);
  world.run_for(10ms);
  world.drop = nullptr;
  world.readdress(*b, {b1});
  world.run_for(5s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << b->diagnoses();
  EXPECT_FALSE(a->view().ike_sas.at(0).children.at(0).udp_encapsulated);
}

TEST_F(Mobike, AnAddressThatComesBackIsTheSameSa) {
  begin();
  world.readdress(*a, {});
  world.run_for(5s);
  world.readdress(*a, {a1});
  world.run_for(5s);
  expect_between(a1, b1);
}

}  // namespace
}  // namespace sim
