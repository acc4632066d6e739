// Two routers and what most tests do with them.
#pragma once

#include <gtest/gtest.h>

#include "tests/sim/world.hpp"

namespace sim {

using engine::Cause;
using Arrows = std::vector<std::string>;

inline const Arrows handshake_arrows{"A -> B IKE_SA_INIT request 0", "B -> A IKE_SA_INIT response 0", "A -> B IKE_AUTH request 1",
                                     "B -> A IKE_AUTH response 1"};

/// A at 203.0.113.10 and B at 203.0.113.20, with packets between their first LANs ready to be sent. Violations fail the
/// test at its end.
class TwoSites : public ::testing::Test {
 protected:
  void start(const Site& left = site_a(), const Site& right = site_b()) {
    a = &world.add(left);
    b = &world.add(right);
  }
  /// By traffic from A; ends when the first Child SA carries it.
  void connect() {
    EXPECT_EQ(world.send(*a, a_to_b), Outcome::acquire);
    world.run_until_idle();
    ASSERT_EQ(world.send(*a, a_to_b), Outcome::delivered) << a->diagnoses() << "\n" << b->diagnoses();
    ASSERT_EQ(world.send(*b, b_to_a), Outcome::delivered);
    world.run_until_idle();
  }
  /// What traffic asked for is tried for ever, unless an operator clears it.
  void give_up() { world.feed(*a, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt}); }
  void expect_settled() {
    for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
  }
  void expect_arrows(const Arrows& expected) {
    EXPECT_EQ(world.arrows(), expected);
    world.clear_arrows();
  }
  void expect_nothing_left() {
    for (Node* node : {a, b}) {
      EXPECT_TRUE(node->view().ike_sas.empty()) << node->name();
      EXPECT_TRUE(node->plane.inbound().empty()) << node->name();
      EXPECT_TRUE(node->plane.outbound().empty()) << node->name();
      EXPECT_EQ(node->view().half_open, 0u) << node->name();
    }
  }
  void TearDown() override {
    for (const std::string& violation : world.violations()) ADD_FAILURE() << violation;
  }

  World world{1};
  Node* a = nullptr;
  Node* b = nullptr;
  engine::SelectorPair a_to_b = packet("192.168.1.1", "10.0.0.1", 1), b_to_a = packet("10.0.0.1", "192.168.1.1", 1);
};

}  // namespace sim
