// Both ends begin at the same time: two whole negotiations cross, their messages processed in every order (libreswan's
// crossing-streams-11-eewww to -wwwee, and the rest of the seventy orders), each also with one message lost or repeated.
#include <algorithm>

#include "tests/sim/story.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class CrossingStreams : public TwoSites {
 protected:
  /// `order`: whose negotiation goes on next, A's or B's, eight letters. `befallen`: which delivery does not happen, or happens
  /// `twice`; 8: none.
  void live(const std::string& order, unsigned befallen, bool twice, bool tunnels = false) {
    const std::string what = order + (twice ? ", twice " : ", lost ") + std::to_string(befallen);
    World fresh(3);
    fresh.hold = true;
    Node& left = fresh.add(tunnels ? tunnel(site_a()) : site_a());
    Node& right = fresh.add(tunnels ? tunnel(site_b()) : site_b());
    fresh.send(left, a_to_b);
    fresh.send(right, b_to_a);
    for (unsigned i = 0; i < order.size(); ++i) {
      const auto next = of_stream(fresh, order[i] == 'a');
      if (!next) continue;
      const Flight flight = fresh.waiting()[*next];
      fresh.lose_waiting(*next);
      for (unsigned times = i != befallen ? 1 : twice ? 2 : 0; times > 0; --times) fresh.deliver(flight);
    }
    while (!fresh.waiting().empty()) fresh.deliver_waiting(0);
    fresh.hold = false;
    fresh.run_for(120s);
    EXPECT_EQ(fresh.send_until_delivered(left, a_to_b, 20), Outcome::delivered) << what;
    EXPECT_EQ(fresh.send_until_delivered(right, b_to_a, 20), Outcome::delivered) << what;
    fresh.run_for(60s);
    EXPECT_GE(left.ready(), 1u) << what;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << what << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << what << ": " << violation;
  }

  /// An interface that is up without traffic.
  static Site tunnel(Site site) {
    site.tunnel_interface = engine::TunnelInterface{site.wan, false};
    site.tunnels[0].lines = {permit("0.0.0.0/0", "0.0.0.0/0")};
    return site;
  }

  /// The oldest waiting message of the negotiation that A began, or of B's.
  static std::optional<std::size_t> of_stream(const World& fresh, bool of_a) {
    for (std::size_t i = 0; i < fresh.waiting().size(); ++i) {
      const std::string arrow = fresh.arrow(fresh.waiting()[i]);
      const bool from_a = arrow.starts_with("A");
      const bool response = arrow.find(" response ") != std::string::npos;
      if ((from_a != response) == of_a) return i;
    }
    return std::nullopt;
  }
};

TEST_F(CrossingStreams, EveryOrder) {
  std::string order = "aaaabbbb";
  int lived = 0;
  do {
    for (unsigned befallen = 0; befallen <= order.size() && !HasFailure(); ++befallen)
      for (const bool twice : {false, true}) {
        if (twice && befallen == order.size()) continue;
        live(order, befallen, twice);
        ++lived;
      }
  } while (!HasFailure() && std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(lived, 70 * 17);
}

/// libreswan's crossing-streams-22-ipsec-interface.
TEST_F(CrossingStreams, EveryOrderOfTunnelInterfaces) {
  std::string order = "aaaabbbb";
  do {
    for (unsigned befallen = 0; befallen <= order.size() && !HasFailure(); ++befallen) live(order, befallen, false, true);
  } while (!HasFailure() && std::next_permutation(order.begin(), order.end()));
}

/// In order; where one makes a Child SA while the other's has the higher nonces, its own never sends.
const std::vector<Step> both_come_up{
    {"A sends", "a~ ;  | ", ";  | "},
    {"B sends", "a~ ;  | ", "b~ ;  | "},
    {"A -> B IKE_SA_INIT request", "a~ ;  | ", "b~ a~ ;  | "},
    {"B -> A IKE_SA_INIT request", "a~ b~ ;  | ", "b~ a~ ;  | "},
    {"B -> A IKE_SA_INIT response", "a~ b~ ;  | ", "b~ a~ ;  | "},
    {"A -> B IKE_SA_INIT response", "a~ b~ ;  | ", "b~ a~ ;  | "},
    {"A -> B IKE_AUTH request", "a~ b~ ;  | ", "b~ a ; a | a"},
    {"B -> A IKE_AUTH request", "a~ b ; b | b", "b~ a ; a | a"},
    {"B -> A IKE_AUTH response", "a b ; b a | b a", "b~ a ; a | a", "a b ; b a | b", "b~ a ; a | a"},
    {"A -> B IKE_AUTH response", "a b ; b a | b a", "b a ; a b | a", "a b ; b a | b", "b a ; a b | a b"}};

std::vector<Step> then(std::vector<Step> steps, const std::vector<Step>& more) {
  steps.insert(steps.end(), more.begin(), more.end());
  return steps;
}

/// Of two IKE SAs the one with the lowest nonce goes, and first its Child SA.
TEST_F(CrossingStreams, OneStays) {
  play({.steps = then(both_come_up, {{"time", "a b ; b a | b", "b a ; a b | a b"},
                                     {a_deletes, "a b ; b a | b", "b a ; b | b"},
                                     {b_confirms, "a~ b ; b | b", "b a ; b | b"},
                                     {a_deletes, "a~ b ; b | b", "b ; b | b"},
                                     {b_confirms, "b ; b | b", "b ; b | b"}}),
        .goes_down = true,
        .survivor = Survivor::b,
        .from_nothing = true});
}

/// libreswan's crossing-streams-03-delete.
TEST_F(CrossingStreams, DeleteOfBoth) {
  play({.steps = then(both_come_up, {{"A deletes IKE", "a~ b~ ;  | "},
                                     {a_deletes, "a~ b~ ;  | ", "b ; b | b"},
                                     {a_deletes, "a~ b~ ;  | ", ";  | "},
                                     {b_confirms, "b~ ;  | ", ";  | "},
                                     {b_confirms, ";  | ", ";  | "}}),
        .children = 0,
        .ike_sas = 0,
        .goes_down = true,
        .same_with_faults = false,
        .from_nothing = true});
}

/// libreswan's crossing-streams-20-peer-restarts-ondemand: who restarted begins anew, and the other forgets what was.
TEST_F(CrossingStreams, PeerRestarts) {
  play({.steps = {{"time", "o ; o | o", "o ; o | o"},
                  {"B restarts", "o ; o | o", ";  | "},
                  {"B sends", "o ; o | o", "b~ ;  | "},
                  {"B -> A IKE_SA_INIT request", "o b~ ; o | o", "b~ ;  | "},
                  {"A -> B IKE_SA_INIT response", "o b~ ; o | o", "b~ ;  | "},
                  {"B -> A IKE_AUTH request", "b ; b | b", "b~ ;  | "},
                  {"A -> B IKE_AUTH response", "b ; b | b", "b ; b | b"}},
        .goes_down = true});
}

}  // namespace
}  // namespace sim
