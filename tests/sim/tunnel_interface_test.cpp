// Tunnel interfaces: their SAs are there without traffic, and come again whatever took them away.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class TunnelInterfaces : public TwoSites {
 protected:
  static Site tunnel(Site site, bool responder_only = false) {
    site.tunnel_interface = engine::TunnelInterface{site.wan, responder_only};
    site.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    return site;
  }
  bool both_ways() { return world.send(*a, a_to_b) == Outcome::delivered && world.send(*b, b_to_a) == Outcome::delivered; }
};

TEST_F(TunnelInterfaces, AreUpWithoutTraffic) {
  start(tunnel(site_a()), tunnel(site_b()));
  world.run_for(5s);
  EXPECT_TRUE(both_ways()) << a->diagnoses() << b->diagnoses();
  world.run_for(60s);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_EQ(b->ready(), 1u);
  for (const std::string& problem : world.duplicates()) ADD_FAILURE() << problem;
  expect_settled();
}

TEST_F(TunnelInterfaces, ComeBackAfterADelete) {
  start(tunnel(site_a()), tunnel(site_b(), true));
  world.run_for(5s);
  ASSERT_TRUE(both_ways());
  world.feed(*b, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
  world.run_for(5s);
  EXPECT_TRUE(both_ways()) << a->diagnoses() << b->diagnoses();
  world.feed(*b, engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
  world.run_for(5s);
  EXPECT_TRUE(both_ways()) << a->diagnoses() << b->diagnoses();
  expect_settled();
}

TEST_F(TunnelInterfaces, TheOneThatOnlyRespondsBeginsNothing) {
  start(tunnel(site_a(), true), tunnel(site_b(), true));
  world.run_for(30s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
  EXPECT_TRUE(world.arrows().empty());
}

TEST_F(TunnelInterfaces, KeepAskingAPeerThatDoesNotAnswerAndFindItWhenItDoes) {
  start(tunnel(site_a()), tunnel(site_b(), true));
  world.drop = [](const Flight&) { return true; };
  world.run_for(200s);
  ASSERT_EQ(a->ready(), 0u);
  world.drop = nullptr;
  world.run_for(100s);
  EXPECT_TRUE(both_ways()) << a->diagnoses() << b->diagnoses();
}

TEST_F(TunnelInterfaces, FindThePeerAgainThatForgotEverything) {
  start(tunnel(site_a()), tunnel(site_b()));
  world.run_for(5s);
  ASSERT_TRUE(both_ways());
  world.restart(*b);
  world.run_for(5s);
  EXPECT_TRUE(both_ways()) << a->diagnoses() << b->diagnoses();
}

TEST_F(TunnelInterfaces, AnOrderedEndIsToldAsSuchAndBeginsNothingAnew) {
  start(tunnel(site_a()), tunnel(site_b(), true));
  world.run_for(5s);
  ASSERT_TRUE(both_ways());
  world.feed(*a, engine::Shutdown{});
  world.run_for(20s);
  EXPECT_EQ(a->ready() + b->ready(), 0u);
  const auto told = std::find_if(a->notices.begin(), a->notices.end(), [](const engine::Notice& notice) {
    return notice.kind == engine::NoticeKind::ike_sa_down && notice.cause == Cause::shut_down;
  });
  EXPECT_NE(told, a->notices.end());
}

}  // namespace
}  // namespace sim
