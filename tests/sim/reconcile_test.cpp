// A change of configuration disturbs exactly what it must: docs/reconciling.md, row by row.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::Disturbance;

class Reconcile : public TwoSites {
 protected:
  engine::EspSpi spi() const { return a->view().ike_sas.at(0).children.at(0).spi_in; }
  engine::IkeSpi ike_spi() const { return a->view().ike_sas.at(0).spi_local; }
  /// What Endpoint::impact says of A's IKE SA and of its first Child SA.
  std::pair<Disturbance, Disturbance> impact(const Site& site) const {
    const auto rows = a->endpoint->impact(compile(site).config);
    EXPECT_EQ(rows.size(), 2u);
    for (const auto& row : rows) EXPECT_EQ(row.disturbance == Disturbance::none, row.why.empty()) << row.why;
    return {rows.at(0).disturbance, rows.at(1).disturbance};
  }
  /// Traffic all the while: not one packet is lost.
  void change_under_traffic(const Site& left, engine::Duration duration = 20s) {
    world.clear_arrows();
    world.configure(*a, left);
    for (engine::Duration t{0}; t < duration; t += 100ms) {
      EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << t.count() << " us\n" << a->diagnoses();
      EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered) << t.count() << " us\n" << b->diagnoses();
      world.run_for(100ms);
    }
  }
  bool sent(const std::string& exchange) const {
    return std::ranges::any_of(world.arrows(),
                               [&](const std::string& arrow) { return arrow.find(exchange) != std::string::npos; });
  }
};

/// A hub at 203.0.113.20 and `count` spokes.
struct Star {
  World world{7};
  Node* hub = nullptr;
  std::vector<Node*> spokes;
  Site hub_site;

  explicit Star(unsigned count) {
    hub_site = site_b();
    hub_site.name = "HUB";
    hub_site.tunnels.clear();
    std::vector<Site> sites;
    for (unsigned i = 0; i < count; ++i) {
      Site site = site_a();
      site.name = "S" + std::to_string(i);
      site.wan = ip("203.0.113." + std::to_string(100 + i));
      const std::string lan = "192.168." + std::to_string(100 + i) + ".0/24";
      site.tunnels[0].lines = {permit(lan, "10.0.0.0/24")};
      site.tunnels[0].psk = "key of " + site.name;
      Tunnel tunnel;
      tunnel.peer = site.wan;
      tunnel.psk = site.tunnels[0].psk;
      tunnel.lines = {permit("10.0.0.0/24", lan)};
      hub_site.tunnels.push_back(tunnel);
      sites.push_back(site);
    }
    hub = &world.add(hub_site);
    for (const Site& site : sites) spokes.push_back(&world.add(site));
    for (unsigned i = 0; i < count; ++i) {
      world.send(*spokes[i], packet_of(i));
      world.run_until_idle();
      EXPECT_EQ(world.send(*spokes[i], packet_of(i)), Outcome::delivered);
    }
    world.run_until_idle();
    world.clear_arrows();
    for (Node* node : spokes) node->notices.clear();
    hub->notices.clear();
  }
  static engine::SelectorPair packet_of(unsigned i) { return packet("192.168." + std::to_string(100 + i) + ".1", "10.0.0.1"); }
};

TEST(ReconcileStar, OfTenPeersOnlyTheChangedOneSeesAnything) {
  const auto change = [](const char* what, auto&& edit, bool disturbs) {
    SCOPED_TRACE(what);
    Star star(10);
    Site changed = star.hub_site;
    edit(changed.tunnels[4]);
    engine::Actions actions;
    star.hub->endpoint->handle(star.world.now(), engine::ConfigChanged{compile(changed).config}, actions);
    const auto touched = star.spokes[4]->site.wan;
    const auto fourth = star.hub->view();
    for (const engine::Action& action : actions) {
      if (const auto* send = std::get_if<engine::SendDatagram>(&action)) {
        EXPECT_EQ(send->remote.ip, touched);
      }
      if (const auto* notice = std::get_if<engine::Notice>(&action)) {
        EXPECT_EQ(notice->remote.ip, touched);
      }
      EXPECT_FALSE(std::holds_alternative<engine::MoveChild>(action));
      EXPECT_FALSE(std::holds_alternative<engine::AddInbound>(action));
      EXPECT_FALSE(std::holds_alternative<engine::AddOutbound>(action));
    }
    for (const auto& row : star.spokes) EXPECT_TRUE(row->notices.empty());
    for (unsigned i = 0; i < 10; ++i) {
      const auto& sas = fourth.ike_sas;
      const auto sa = std::ranges::find_if(sas, [&](const auto& s) { return s.remote.ip == star.spokes[i]->site.wan; });
      if (i == 4) continue;
      ASSERT_NE(sa, sas.end()) << i;
      EXPECT_EQ(sa->status, engine::SaStatus::ready);
      EXPECT_EQ(sa->children.size(), 1u);
    }
    EXPECT_EQ(!actions.empty(), disturbs);
  };
  change(
      "nothing", [](Tunnel&) {}, false);
  change(
      "key", [](Tunnel& t) { t.psk = "other"; }, true);
  change(
      "line", [](Tunnel& t) { t.lines = {permit("10.0.0.0/24", "192.168.204.0/24")}; }, true);
  change(
      "transform set",
      [](Tunnel& t) {
        t.esp = {"esp-gcm 256", ""};
      },
      true);
  change(
      "pfs", [](Tunnel& t) { t.pfs = "31"; }, false);
  change(
      "peer", [](Tunnel& t) { t.peer = ip("203.0.113.250"); }, true);
}

TEST(ReconcileStar, AnotherPeersKeyInASharedKeyringDisturbsNobodyElse) {
  Star star(3);
  Site changed = star.hub_site;
  changed.one_keyring = true;
  star.world.configure(*star.hub, changed);  // same keys from another keyring: the same meaning
  star.world.run_for(20s);
  EXPECT_TRUE(star.world.arrows().empty());
  changed.tunnels[1].psk = "other";
  star.world.configure(*star.hub, changed);
  star.world.run_for(1s);
  ASSERT_FALSE(star.world.arrows().empty());
  for (const std::string& arrow : star.world.arrows()) EXPECT_NE(arrow.find("S1"), std::string::npos) << arrow;
}

TEST_F(Reconcile, TheSameMeaningIsNothing) {
  start();
  connect();
  EXPECT_EQ(impact(site_a()), std::pair(Disturbance::none, Disturbance::none));
}

TEST_F(Reconcile, LifetimesPfsAndReplayAreForTheNextRekey) {
  start();
  connect();
  const auto before = spi();
  Site left = site_a();
  left.child_lifetime = 20min;
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::next_rekey));
  left.tunnels[0].pfs = "31";
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::next_rekey));
  left = site_a();
  left.tunnels[0].per_host = true;
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::next_rekey));
  left = site_a();
  left.ike_lifetime = 2h;
  EXPECT_EQ(impact(left), std::pair(Disturbance::next_rekey, Disturbance::none));
  left.child_lifetime = 20min;
  change_under_traffic(left, 5s);
  expect_arrows({});
  EXPECT_EQ(spi(), before);
}

TEST_F(Reconcile, ALineInFrontTakesTraffic) {
  start();
  connect();
  const auto with_line = [](std::size_t place, const engine::SelectorLine& line) {
    Site site = site_a(1);
    auto& lines = site.tunnels[0].lines;
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), line);
    return site;
  };
  const auto why = [&](const Site& site) { return a->endpoint->impact(compile(site).config).at(1).why; };
  const Site all = with_line(0, permit("192.168.0.0/16", "10.0.0.0/8"));
  EXPECT_EQ(impact(all), std::pair(Disturbance::none, Disturbance::passed_by));
  EXPECT_EQ(why(all).find("all of its traffic goes to permit"), 0u) << why(all);
  const Site some = with_line(0, deny("192.168.1.128/25", "10.0.0.0/24"));
  EXPECT_EQ(impact(some), std::pair(Disturbance::none, Disturbance::passed_by));
  EXPECT_EQ(why(some).find("some of its traffic goes to deny"), 0u) << why(some);
  EXPECT_NE(why(some).find("in clear"), std::string::npos);
  EXPECT_EQ(impact(with_line(0, permit("192.168.7.0/24", "10.0.0.0/24"))), std::pair(Disturbance::none, Disturbance::none));
  EXPECT_EQ(impact(with_line(1, permit("192.168.0.0/16", "10.0.0.0/8"))), std::pair(Disturbance::none, Disturbance::none));
}

TEST_F(Reconcile, ALineThatMovesToTheFrontTakesTraffic) {
  Site left = site_a();
  left.tunnels[0].lines.push_back(permit("192.168.0.0/16", "10.0.0.0/8"));
  start(left);
  connect();
  std::swap(left.tunnels[0].lines[0], left.tunnels[0].lines[1]);
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::passed_by));
}

TEST_F(Reconcile, LivenessCountsAtOnceAndDisturbsNothing) {
  start();
  connect();
  Site left = site_a();
  left.dpd_interval = 10s;
  left.dpd_retry = 2s;
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::none));
  world.clear_arrows();
  world.configure(*a, left);
  world.run_for(11s);
  expect_arrows({"A -> B INFORMATIONAL request 2", "B -> A INFORMATIONAL response 2"});
}

TEST_F(Reconcile, AnotherTransformSetRekeysTheChildSaNow) {
  Site right = site_b();
  right.tunnels[0].more_esp = {{"esp-gcm 256", ""}};
  start(site_a(), right);
  connect();
  const auto before = ike_spi();
  Site left = site_a();
  left.tunnels[0].esp = {"esp-gcm 256", ""};
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::rekey));
  change_under_traffic(left);
  EXPECT_EQ(ike_spi(), before);
  EXPECT_TRUE(a->view().ike_sas.at(0).children.at(0).encryption->aead);
  EXPECT_EQ(a->children(), 1u);
  expect_settled();
}

TEST_F(Reconcile, ARekeyThePeerRefusesLeavesTheOldChildSa) {
  start();
  connect();
  Site left = site_a();
  left.tunnels[0].esp = {"esp-gcm 256", ""};
  change_under_traffic(left, 10s);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_child_proposal)) << a->diagnoses();
  EXPECT_EQ(a->children(), 1u);
}

TEST_F(Reconcile, AFurtherTransformSetIsForTheNextRekey) {
  start();
  connect();
  Site left = site_a();
  left.tunnels[0].more_esp = {{"esp-gcm 256", ""}};
  EXPECT_EQ(impact(left), std::pair(Disturbance::none, Disturbance::next_rekey));
}

TEST_F(Reconcile, OtherIkeAlgorithmsRekeyTheIkeSaNow) {
  Site right = site_b();
  right.ike.encryption = {"aes-cbc-256", "aes-cbc-128"};
  start(site_a(), right);
  connect();
  const auto before = spi();
  Site left = site_a();
  left.ike.encryption = {"aes-cbc-128"};
  EXPECT_EQ(impact(left), std::pair(Disturbance::rekey, Disturbance::none));
  change_under_traffic(left);
  EXPECT_EQ(spi(), before) << "the Child SA is inherited as it is";
  EXPECT_EQ(a->view().ike_sas.at(0).encryption->key_bits, 128);
  expect_settled();
  left.ike.encryption = {"aes-cbc-128", "aes-cbc-256"};
  EXPECT_EQ(impact(left), std::pair(Disturbance::next_rekey, Disturbance::none));
}

TEST_F(Reconcile, AnotherKeyAuthenticatesAnewWithoutLosingAPacket) {
  start();
  connect();
  Site left = site_a(), right = site_b();
  left.tunnels[0].psk = right.tunnels[0].psk = "changed at both ends";
  EXPECT_EQ(impact(left), std::pair(Disturbance::reauthenticate, Disturbance::reauthenticate));
  const auto before = ike_spi();
  world.configure(*b, right);
  change_under_traffic(left);
  EXPECT_TRUE(sent("IKE_AUTH"));
  EXPECT_NE(ike_spi(), before);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(b->ready(), 1u);
  for (const std::string& problem : world.duplicates()) ADD_FAILURE() << problem;
  expect_settled();
}

TEST_F(Reconcile, AKeyThatIsNotValidAnyMoreEndsTheSaSoon) {
  start();
  connect();
  Site left = site_a();
  left.tunnels[0].psk = "the peer does not know it";
  world.configure(*a, left);
  world.run_for(30s);
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered) << "the old SA carries traffic while the new one is tried";
  world.run_for(150s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
}

TEST_F(Reconcile, AuthenticatingAnewIsTriedUntilThePeerIsChanged) {
  start();
  connect();
  Site left = site_a(), right = site_b();
  left.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("a.example.net"))};
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  change_under_traffic(left, 20s);
  EXPECT_TRUE(a->diagnosed(Cause::peer_refused_authentication));
  const auto attempts = a->view().attempts;
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_TRUE(attempts.front().reauthentication);
  EXPECT_GE(attempts.front().failed, 2u);
  EXPECT_GT(attempts.front().next.count(), 0);
  world.configure(*b, right);
  change_under_traffic(left, 60s);
  EXPECT_EQ(b->view().ike_sas.back().remote_id, "a.example.net");
  EXPECT_TRUE(a->view().attempts.empty());
  EXPECT_EQ(a->ready(), 1u);
  expect_settled();
}

TEST_F(Reconcile, WhatCouldNotBeAuthenticatedAnewIsStillWanted) {
  start();
  connect();
  Site left = site_a(), right = site_b();
  left.tunnels[0].psk = right.tunnels[0].psk = "changed at both ends";
  world.configure(*a, left);
  world.run_for(1h);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
  ASSERT_EQ(a->view().attempts.size(), 1u);
  EXPECT_FALSE(a->view().attempts.front().reauthentication);
  world.configure(*b, right);
  world.run_for(400s);
  EXPECT_EQ(a->ready(), 1u) << "without any traffic";
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  expect_settled();
}

TEST_F(Reconcile, AKeyThatIsTakenBackLeavesTheSaAlone) {
  start();
  connect();
  const auto before = ike_spi();
  Site left = site_a();
  left.tunnels[0].psk = "a slip of the hand";
  change_under_traffic(left, 30s);
  change_under_traffic(site_a(), 200s);
  EXPECT_EQ(ike_spi(), before);
  EXPECT_TRUE(a->view().attempts.empty());
  expect_settled();
}

TEST_F(Reconcile, TwoChangesOfAKeyLeaveOneSa) {
  for (int ms = 0; ms < 300; ms += 10) {
    World fresh(static_cast<std::uint64_t>(ms + 1));
    Node &left = fresh.add(site_a(1)), &right = fresh.add(site_b(1));
    fresh.send(left, a_to_b);
    fresh.run_until_idle();
    fresh.send(left, packet("192.168.2.1", "10.0.2.1", 1));
    fresh.run_until_idle();
    for (const char* key : {"the second key", "the third key"}) {
      Site first = site_a(1), second = site_b(1);
      first.tunnels[0].psk = second.tunnels[0].psk = key;
      fresh.configure(left, first);
      fresh.configure(right, second);
      fresh.run_for(std::chrono::milliseconds(ms));
    }
    fresh.run_for(1s);
    for (int i = 0; i < 2000; ++i) {
      EXPECT_EQ(fresh.send(left, a_to_b), Outcome::delivered) << ms << " ms, " << i;
      EXPECT_EQ(fresh.send(right, b_to_a), Outcome::delivered) << ms << " ms, " << i;
      fresh.run_for(100ms);
    }
    EXPECT_EQ(left.ready(), 1u) << ms << " ms";
    EXPECT_EQ(left.children(), 2u) << ms << " ms";
    for (const std::string& problem : fresh.duplicates()) ADD_FAILURE() << ms << " ms: " << problem;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << ms << " ms: " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << ms << " ms: " << violation;
  }
}

TEST_F(Reconcile, AnotherIdentityAuthenticatesAnew) {
  Site right = site_b();
  right.tunnels[0].match_remote = {engine::MatchAny{}};
  start(site_a(), right);
  connect();
  Site left = site_a();
  left.tunnels[0].identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes("a.example.net"))};
  EXPECT_EQ(impact(left).first, Disturbance::reauthenticate);
  change_under_traffic(left);
  EXPECT_EQ(b->view().ike_sas.back().remote_id, "a.example.net");
  expect_settled();
}

TEST_F(Reconcile, APeerThatIsNotMatchedAnyMoreGoes) {
  start();
  connect();
  Site left = site_a();
  left.tunnels[0].match_remote = {net("203.0.113.99/32")};
  EXPECT_EQ(impact(left), std::pair(Disturbance::tear_down, Disturbance::tear_down));
  world.configure(*a, left);
  world.run_for(10s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
}

TEST_F(Reconcile, ALineThatIsGoneTakesItsChildSaAndNoOther) {
  start(site_a(1), site_b(1));
  connect();
  const auto second = packet("192.168.2.1", "10.0.2.1");
  ASSERT_EQ(world.send_until_delivered(*a, second), Outcome::delivered);
  const auto rows = a->endpoint->impact(compile(site_a()).config);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].disturbance, Disturbance::none);
  EXPECT_EQ(rows[1].disturbance, Disturbance::none);
  EXPECT_EQ(rows[2].disturbance, Disturbance::tear_down);
  change_under_traffic(site_a());
  EXPECT_EQ(a->children(), 1u);
  EXPECT_EQ(b->children(), 1u);
  expect_settled();
}

TEST_F(Reconcile, ThePreviewChangesNothing) {
  start();
  connect();
  world.clear_arrows();
  Site bare = site_a();
  bare.tunnels.clear();
  EXPECT_EQ(impact(bare), std::pair(Disturbance::tear_down, Disturbance::tear_down));
  world.run_for(10s);
  expect_arrows({});
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
}

}  // namespace
}  // namespace sim
