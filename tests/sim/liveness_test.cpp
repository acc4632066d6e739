// `dpd INTERVAL RETRY periodic|on-demand`: when the peer is asked, and when it is given up.
#include <algorithm>

#include "tests/sim/story.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Liveness : public TwoSites {
 protected:
  static Site with_dpd(bool periodic) {
    Site site = site_a();
    site.dpd_interval = 10s;
    site.dpd_retry = 2s;
    site.dpd_periodic = periodic;
    return site;
  }
  std::ptrdiff_t checks() const {
    return std::ranges::count_if(world.arrows(),
                                 [](const std::string& arrow) { return arrow.starts_with("A -> B INFORMATIONAL"); });
  }
};

TEST_F(Liveness, Regular) {
  play({.steps = {{"time", "o ; o | o", "o ; o | o"},
                  {"A -> B INFORMATIONAL request", "o ; o | o", "o ; o | o"},
                  {"B -> A INFORMATIONAL response", "o ; o | o", "o ; o | o"}},
        .sites = [](Site& a, Site&) { a.dpd_interval = 150s, a.dpd_retry = 2s; }});
}

TEST_F(Liveness, CollisionChildRekey) {
  play({.steps = {{"time", "o | o", "o | o"},
                  {"B rekeys child", "o | o", "o | o"},
                  {b_asks, "o b | o", "o | o"},
                  {"A -> B INFORMATIONAL request", "o b | o", "o | o"},
                  {a_answers, "o b | o", "o b | o b"},
                  {"B -> A INFORMATIONAL response", "o b | o", "o b | o b"},
                  {b_deletes, "b | b", "o b | o b"},
                  {a_confirms, "b | b", "b | b"}},
        .sites = [](Site& a, Site&) { a.dpd_interval = 150s, a.dpd_retry = 2s; }});
}

/// Six checks come to nothing, and what was up is made anew.
std::vector<Step> checks_in_vain(const char* fate) {
  std::vector<Step> steps;
  for (int i = 0; i < 6; ++i) {
    steps.push_back({"time", "o ; o | o"});
    steps.push_back({fate, "o ; o | o"});
  }
  for (const char* what : {"time", "A sends", "A -> B IKE_SA_INIT request", "B -> A IKE_SA_INIT response"})
    steps.push_back({what});
  steps.push_back({"A -> B IKE_AUTH request", "a~ ;  | ", "a ; a | a"});
  steps.push_back({"B -> A IKE_AUTH response", "a ; a | a", "a ; a | a"});
  return steps;
}

TEST_F(Liveness, PeerIsSilent) {
  play({.steps = checks_in_vain("lose A -> B INFORMATIONAL request"), .goes_down = true, .sites = [](Site& a, Site&) {
          a.dpd_interval = 150s, a.dpd_retry = 2s;
        }});
}

TEST_F(Liveness, PeerRestarted) {
  std::vector<Step> steps = checks_in_vain("A -> B INFORMATIONAL request");
  steps.insert(steps.begin(), {"B restarts", "o ; o | o", ";  | "});
  play({.steps = steps, .goes_down = true, .sites = [](Site& a, Site&) { a.dpd_interval = 150s, a.dpd_retry = 2s; }});
}

TEST_F(Liveness, OnDemandAsksNobodyWhileNothingIsSent) {
  start(with_dpd(false));
  connect();
  world.run_for(11s);
  world.clear_arrows();
  world.run_for(1h / 2);
  EXPECT_EQ(checks(), 0);
}

TEST_F(Liveness, OnDemandAsksWhenSomethingWasSentAndNothingHeard) {
  start(with_dpd(false));
  connect();
  world.run_for(15s);
  world.clear_arrows();
  EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
  world.run_for(1s);
  EXPECT_EQ(checks(), 1) << "the interval had passed already";
  world.run_for(60s);
  EXPECT_EQ(checks(), 1) << "the answer was the sign of life";
}

TEST_F(Liveness, OnDemandTrafficBothWaysNeedsNoCheck) {
  start(with_dpd(false));
  connect();
  world.clear_arrows();
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    world.run_for(1s);
  }
  EXPECT_EQ(checks(), 0);
}

TEST_F(Liveness, OnDemandFindsADeadPeerByTraffic) {
  start(with_dpd(false));
  connect();
  world.restart(*b);
  world.run_for(10min);
  ASSERT_EQ(a->ready(), 1u) << "nobody asked";
  const auto before = a->view().ike_sas.at(0).id;
  world.send(*a, a_to_b);
  world.run_for(60s);
  ASSERT_EQ(a->ready(), 1u);
  EXPECT_NE(a->view().ike_sas.at(0).id, before);
  EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
}

TEST_F(Liveness, PeriodicAsksWhateverTrafficSays) {
  start(with_dpd(true));
  connect();
  world.clear_arrows();
  for (int i = 0; i < 60; ++i) {
    world.send(*a, a_to_b);
    world.send(*b, b_to_a);
    world.run_for(1s);
  }
  EXPECT_GE(checks(), 4);
  EXPECT_LE(checks(), 6);
}

TEST_F(Liveness, RetriesComeAtTheRetryIntervalAndEndAfterFive) {
  start(with_dpd(true));
  connect();
  world.drop = [](const Flight&) { return true; };
  world.clear_arrows();
  world.run_for(10s + 11s);
  EXPECT_EQ(checks(), 6);
  EXPECT_EQ(a->ready(), 1u);
  world.run_for(5s);
  EXPECT_EQ(a->ready(), 0u);
  EXPECT_TRUE(a->diagnosed(Cause::no_response)) << a->diagnoses();
}

TEST_F(Liveness, AFreshlyRekeyedIkeSaIsGivenAnIntervalFirst) {
  Site left = with_dpd(true);
  left.ike_lifetime = 120s;
  start(left);
  connect();
  const auto before = a->view().ike_sas.at(0).spi_local;
  while (a->view().ike_sas.back().spi_local == before) world.run_for(100ms);
  world.run_until_idle();
  world.clear_arrows();
  world.run_for(9s);
  EXPECT_EQ(checks(), 0);
  world.run_for(2s);
  EXPECT_EQ(checks(), 1);
}

}  // namespace
}  // namespace sim
