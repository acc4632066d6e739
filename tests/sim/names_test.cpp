// Peers that are given by name: resolved just before an attempt, or when the line is entered; whatever the resolver says.
#include <algorithm>

#include "tests/sim/impair.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::PeerName;
using engine::Resolved;

const PeerName gateway{"gw.example.net", engine::Family::v4};

class Names : public TwoSites {
 protected:
  std::vector<engine::IpAddress> record;  // of the name; empty: it does not exist
  std::set<engine::IpAddress> dead;
  unsigned asked = 0;
  Node* c = nullptr;

  void SetUp() override {
    world.resolver = [this](const PeerName& name) {
      ++asked;
      return Resolved{name, record, record.empty() ? "Name or service not known" : ""};
    };
    world.drop = [this](const Flight& flight) { return dead.contains(flight.to.ip) || dead.contains(flight.from.ip); };
  }
  /// A, whose peer is called gw.example.net and may be anywhere.
  static Site by_name(bool dynamic = true) {
    Site site = watchful(site_a());
    site.tunnels[0].peer_name = gateway.name;
    site.tunnels[0].peer_dynamic = dynamic;
    site.tunnels[0].match_remote = {engine::MatchAny{}};
    return site;
  }
  static Site watchful(Site site) {
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  /// What B protects, at another address.
  static Site moved() {
    Site site = watchful(site_b());
    site.name = "C";
    site.wan = ip("203.0.113.30");
    return site;
  }
  void begin(bool dynamic = true) {
    start(by_name(dynamic), watchful(site_b()));
    c = &world.add(moved());
  }
  engine::AttemptView attempt() const {
    const auto attempts = a->view().attempts;
    return attempts.size() == 1 ? attempts.front() : engine::AttemptView{};
  }
  engine::IpAddress line_peer() const { return a->view().lines.at(0).peer; }
  void expect_connected_with(Node& node) {
    EXPECT_EQ(world.send_until_delivered(*a, a_to_b, 300), Outcome::delivered) << a->diagnoses();
    const auto view = a->view();
    ASSERT_EQ(view.ike_sas.size(), 1u);
    EXPECT_EQ(view.ike_sas.front().remote.ip, node.site.wan);
    EXPECT_EQ(line_peer(), node.site.wan);
    EXPECT_EQ(world.send(node, b_to_a), Outcome::delivered);
  }
};

TEST_F(Names, AreResolvedJustBeforeTheAttempt) {
  record = {ip("203.0.113.20")};
  begin();
  EXPECT_EQ(asked, 0u);
  EXPECT_TRUE(line_peer().is_unspecified());
  EXPECT_EQ(a->view().lines.at(0).peer_name, gateway.name);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire) << "held back";
  EXPECT_TRUE(attempt().resolving);
  EXPECT_EQ(attempt().peer_name, gateway.name);
  world.run_for(1s);
  expect_connected_with(*b);
  EXPECT_EQ(asked, 1u);
  expect_settled();
}

TEST_F(Names, WithoutDynamicAreResolvedWhenTheyAreEntered) {
  record = {ip("203.0.113.20")};
  begin(false);
  EXPECT_EQ(asked, 1u);
  world.run_for(1s);
  EXPECT_EQ(line_peer(), b->site.wan);
  expect_connected_with(*b);
  record = {ip("203.0.113.30")};
  world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(10s);
  expect_connected_with(*b);
  EXPECT_EQ(asked, 1u) << "the address is kept";
}

TEST_F(Names, WithoutDynamicAreAskedForAgainUntilTheyAreKnown) {
  begin(false);
  world.run_for(1min);
  EXPECT_EQ(asked, 1u) << "nobody wanted it";
  EXPECT_TRUE(a->diagnosed(Cause::name_not_resolved));
  world.send(*a, a_to_b);
  world.run_for(1min);
  EXPECT_GT(asked, 2u);
  record = {ip("203.0.113.20")};
  world.run_for(10min);
  EXPECT_EQ(a->ready(), 1u) << "without any traffic";
  expect_connected_with(*b);
}

TEST_F(Names, ThatMeanAnotherAddressAreFollowedWhenTheFirstDies) {
  record = {ip("203.0.113.20")};
  begin();
  expect_connected_with(*b);
  const auto id = a->view().lines.at(0).id;
  record = {ip("203.0.113.30")};
  world.run_for(1h);
  EXPECT_EQ(a->view().ike_sas.front().remote.ip, b->site.wan) << "what is up is left alone";
  world.configure(*a, a->site);
  EXPECT_EQ(line_peer(), b->site.wan);
  dead = {b->site.wan};
  world.run_for(5min);
  EXPECT_EQ(a->ready(), 1u) << "without any traffic";
  expect_connected_with(*c);
  EXPECT_NE(a->view().lines.at(0).id, id) << "another peer of an entry is other lines";
}

TEST_F(Names, ThatAreUnknownAreAskedForEver) {
  begin();
  world.send(*a, a_to_b);
  world.run_for(6h);
  EXPECT_TRUE(a->diagnosed(Cause::name_not_resolved));
  EXPECT_GT(attempt().failed, 50u);
  EXPECT_LT(attempt().failed, 120u);
  record = {ip("203.0.113.20")};
  world.run_for(7min);
  EXPECT_EQ(a->ready(), 1u) << "without any traffic";
  expect_connected_with(*b);
}

TEST_F(Names, WithSeveralAddressesAreTriedOneAfterTheOther) {
  record = {ip("203.0.113.20"), ip("203.0.113.30")};
  begin();
  dead = {b->site.wan};
  expect_connected_with(*c);
}

TEST_F(Names, AnAnswerThatIsLateCountsAllTheSame) {
  world.resolver = nullptr;
  begin();
  world.send(*a, a_to_b);
  ASSERT_EQ(a->asked.size(), 1u);
  world.run_for(1h);
  EXPECT_EQ(a->asked.size(), 1u) << "one question at a time";
  EXPECT_TRUE(a->diagnosed(Cause::name_not_resolved));
  while (!attempt().resolving) world.run_for(1s);
  world.feed(*a, Resolved{gateway, {b->site.wan}, {}});
  world.run_for(1s);
  EXPECT_EQ(a->ready(), 1u);
  expect_connected_with(*b);
}

TEST_F(Names, AnAnswerBetweenTwoAttemptsIsNoAttempt) {
  world.resolver = nullptr;
  begin();
  world.send(*a, a_to_b);
  world.run_for(31s);
  ASSERT_FALSE(attempt().resolving);
  world.feed(*a, Resolved{gateway, {b->site.wan}, {}});
  EXPECT_EQ(line_peer(), b->site.wan);
  EXPECT_EQ(a->view().ike_sas.size(), 0u);
  while (!attempt().resolving) world.run_for(1s);
  EXPECT_EQ(a->asked.size(), 2u) << "asked again before the next";
  world.feed(*a, Resolved{gateway, {b->site.wan}, {}});
  world.run_for(1s);
  expect_connected_with(*b);
}

TEST_F(Names, AnAnswerWhoseConfigurationIsGoneIsNobodys) {
  world.resolver = nullptr;
  begin();
  world.send(*a, a_to_b);
  Site without = by_name();
  without.tunnels.clear();
  world.configure(*a, without);
  world.feed(*a, Resolved{gateway, {b->site.wan}, {}});
  world.run_for(1h);
  expect_nothing_left();
  EXPECT_TRUE(a->view().attempts.empty());
  world.configure(*a, by_name());
  EXPECT_TRUE(line_peer().is_unspecified()) << "nothing was kept";
}

TEST_F(Names, AnswersThatNobodyAskedForAreNothing) {
  record = {ip("203.0.113.20")};
  begin();
  world.feed(*a, Resolved{gateway, {c->site.wan}, {}});
  world.feed(*a, Resolved{{"other.example.net", engine::Family::v4}, {c->site.wan}, {}});
  EXPECT_TRUE(line_peer().is_unspecified());
  expect_connected_with(*b);
  world.feed(*a, Resolved{gateway, {c->site.wan}, {}});
  EXPECT_EQ(line_peer(), b->site.wan);
}

TEST_F(Names, AddressesThatCannotBeAPeersAreNotTaken) {
  for (const char* useless : {"203.0.113.10", "0.0.0.0", "224.0.0.1", "255.255.255.255", "127.0.0.1", "::1", "2001:db8::1"}) {
    World fresh(1);
    Node& node = fresh.add(by_name());
    fresh.resolver = [&](const PeerName& name) { return Resolved{name, {ip(useless)}, {}}; };
    fresh.send(node, a_to_b);
    fresh.run_for(1min);
    EXPECT_TRUE(node.diagnosed(Cause::name_not_resolved)) << useless;
    EXPECT_TRUE(fresh.arrows().empty()) << useless;
    EXPECT_TRUE(node.view().lines.at(0).peer.is_unspecified()) << useless;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << useless << ": " << violation;
  }
}

TEST_F(Names, OfAThousandAddressesAFewAreTried) {
  for (unsigned i = 0; i < 1000; ++i) record.push_back(engine::IpAddress::v4(0xC6120000 + i));
  begin();
  world.send(*a, a_to_b);
  world.run_for(3h);
  std::set<std::string> tried;
  for (const Flight& flight : world.recorded()) tried.insert(flight.to.to_string());
  EXPECT_EQ(tried.size(), 8u);
  record = {ip("198.18.0.1"), ip("224.0.0.1"), b->site.wan, b->site.wan};
  world.run_for(1h);
  EXPECT_EQ(a->ready(), 1u);
}

TEST_F(Names, APeerThatComesByItselfNeedNoAddress) {
  begin();
  EXPECT_EQ(world.send_until_delivered(*c, b_to_a), Outcome::delivered) << a->diagnoses();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(line_peer(), c->site.wan);
  world.configure(*a, a->site);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(asked, 0u);
  for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
}

TEST_F(Names, APeerThatComesByItselfDoesNotTakeWhatAnotherHas) {
  record = {ip("203.0.113.20")};
  begin();
  expect_connected_with(*b);
  world.send(*c, b_to_a);
  world.run_for(5s);
  EXPECT_EQ(line_peer(), b->site.wan);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_TRUE(c->diagnosed(Cause::peer_refused_selectors)) << c->diagnoses();
  EXPECT_NE(a->diagnoses().find("is in use with 203.0.113.20"), std::string::npos) << a->diagnoses();
}

/// The very same peer takes what it has itself, wherever it comes from and whether or not it sends INITIAL_CONTACT.
TEST_F(Names, APeerThatComesBackFromElsewhereIsTheSame) {
  record = {ip("203.0.113.20")};
  Site right = watchful(site_b()), elsewhere = moved();
  const engine::Identity name{engine::IdType::fqdn, engine::Bytes{'b', '.', 'e', 'x'}};
  right.tunnels[0].identity_local = elsewhere.tunnels[0].identity_local = name;
  start(by_name(), right);
  expect_connected_with(*b);
  dead.insert(b->site.wan);
  c = &world.add(elsewhere);
  impair(world, *c, {engine::wire::ExchangeType::ike_auth, false, 0}, [](Utterance& u) {
    std::erase_if(u.payloads, [](const engine::wire::Payload& p) {
      const auto* notify = std::get_if<engine::wire::NotifyPayload>(&p);
      return notify && notify->type == engine::NotifyType::initial_contact;
    });
  });
  world.send(*c, b_to_a);
  world.run_for(1s);
  EXPECT_EQ(world.send(*c, b_to_a), Outcome::delivered) << a->diagnoses() << c->diagnoses();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  EXPECT_EQ(line_peer(), c->site.wan);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(std::ranges::count(a->notices, engine::NoticeKind::ike_sa_down, &engine::Notice::kind), 1) << "told";
}

TEST_F(Names, OfSeveralEntriesTheOneThatFitsFollows) {
  Site hub = by_name();
  hub.tunnels.push_back(hub.tunnels[0]);
  hub.tunnels[0].lines = {permit("192.168.1.0/24", "10.9.0.0/24")};
  hub.tunnels[0].peer_name = "other.example.net";
  hub.same_profile = true;
  start(hub, watchful(site_b()));
  EXPECT_EQ(world.send_until_delivered(*b, b_to_a), Outcome::delivered) << a->diagnoses();
  EXPECT_TRUE(a->view().lines.at(0).peer.is_unspecified());
  EXPECT_EQ(a->view().lines.at(1).peer, b->site.wan);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

TEST_F(Names, TunnelInterfacesGoOnAsking) {
  Site left = by_name(), right = watchful(site_b());
  left.tunnel_interface = engine::TunnelInterface{left.wan, false};
  left.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
  right.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
  start(left, right);
  world.run_for(1h);
  EXPECT_GT(asked, 5u);
  record = {b->site.wan};
  world.run_for(7min);
  EXPECT_EQ(a->ready(), 1u);
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(30s);
  EXPECT_EQ(a->ready(), 1u) << "and again";
  expect_settled();
}

/// A name that changes at random between two routers, one of which is dead at random.
TEST_F(Names, SeedsEndInAgreement) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World fresh(seed);
    SeededRng dice(seed);
    std::set<engine::IpAddress> gone;
    Node &left = fresh.add(by_name(seed % 3 != 0)), &right = fresh.add(watchful(site_b())), &other = fresh.add(moved());
    const std::vector<std::vector<engine::IpAddress>> meanings{
        {}, {right.site.wan}, {other.site.wan}, {left.site.wan}, {ip("198.18.0.1"), other.site.wan, right.site.wan}};
    std::size_t meaning = 0;
    fresh.drop = [&](const Flight& flight) { return gone.contains(flight.to.ip) || gone.contains(flight.from.ip); };
    fresh.resolver = [&](const PeerName& name) -> std::optional<Resolved> {
      return Resolved{name, meanings[meaning], meanings[meaning].empty() ? "no such name" : ""};
    };
    for (int i = 0; i < 12; ++i) {
      meaning = dice.below(meanings.size());
      fresh.resolver_delay = std::chrono::milliseconds(dice.below(40'000));
      gone.clear();
      if (dice.chance(0.3)) gone.insert(dice.chance(0.5) ? right.site.wan : other.site.wan);
      if (dice.chance(0.5)) fresh.send(left, a_to_b);
      if (dice.chance(0.2)) fresh.send(dice.chance(0.5) ? right : other, b_to_a);
      if (dice.chance(0.1)) fresh.restart(left);
      if (dice.chance(0.1)) fresh.configure(left, left.site);
      fresh.run_for(std::chrono::seconds(dice.below(200)));
    }
    gone.clear();
    meaning = 1;
    fresh.resolver_delay = 50ms;
    for (Node* node : {&left, &right, &other}) fresh.feed(*node, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
    fresh.run_for(10min);
    EXPECT_EQ(fresh.send_until_delivered(left, a_to_b, 300), Outcome::delivered) << "seed " << seed << left.diagnoses();
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << "seed " << seed << ": " << violation;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << "seed " << seed << ": " << problem;
  }
}

}  // namespace
}  // namespace sim
