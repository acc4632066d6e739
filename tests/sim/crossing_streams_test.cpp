// Both ends begin at the same time: two whole negotiations cross, their messages processed in every order (libreswan's
// crossing-streams-11-eewww to -wwwee, and the rest of the seventy orders), each also with one message lost.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class CrossingStreams : public TwoSites {
 protected:
  /// `order`: whose negotiation goes on next, A's or B's, eight letters. `lost`: which delivery does not happen; 8: none.
  void live(const std::string& order, unsigned lost) {
    World fresh(3);
    Node& left = fresh.add(site_a());
    Node& right = fresh.add(site_b());
    fresh.hold = true;
    fresh.send(left, a_to_b);
    fresh.send(right, b_to_a);
    for (unsigned i = 0; i < order.size(); ++i) {
      const auto next = of_stream(fresh, order[i] == 'a');
      if (!next) continue;
      i == lost ? fresh.lose_waiting(*next) : fresh.deliver_waiting(*next);
    }
    while (!fresh.waiting().empty()) fresh.deliver_waiting(0);
    fresh.hold = false;
    fresh.run_for(120s);
    EXPECT_EQ(fresh.send_until_delivered(left, a_to_b, 20), Outcome::delivered) << order << lost;
    EXPECT_EQ(fresh.send_until_delivered(right, b_to_a, 20), Outcome::delivered) << order << lost;
    fresh.run_for(60s);
    EXPECT_GE(left.ready(), 1u) << order << lost;
    for (const std::string& problem : fresh.unsettled()) ADD_FAILURE() << order << ", lost " << lost << ": " << problem;
    for (const std::string& violation : fresh.violations()) ADD_FAILURE() << order << ", lost " << lost << ": " << violation;
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
  start();
  std::string order = "aaaabbbb";
  int lived = 0;
  do {
    for (unsigned lost = 0; lost <= order.size() && !HasFailure(); ++lost) {
      live(order, lost);
      ++lived;
    }
  } while (!HasFailure() && std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(lived, 70 * 9);
}

}  // namespace
}  // namespace sim
