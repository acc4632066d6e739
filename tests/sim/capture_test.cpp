// The keys a capture is told: those of IKE SAs made after it began, and no others.
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

class Capture : public TwoSites {
 protected:
  void capture(bool on) {
    for (Node* node : {a, b}) world.feed(*node, engine::CaptureWanted{on});
  }
  /// Both ends told the same, as often as that.
  void expect_exported(std::size_t count) {
    ASSERT_EQ(a->exported.size(), count);
    ASSERT_EQ(b->exported.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const engine::ExportKeys &left = a->exported[i], &right = b->exported[i];
      EXPECT_EQ(left.spi_i, right.spi_i);
      EXPECT_EQ(left.spi_r, right.spi_r);
      EXPECT_FALSE(left.ei.empty());
      for (const auto key : {&engine::ExportKeys::ei, &engine::ExportKeys::er, &engine::ExportKeys::ai, &engine::ExportKeys::ar})
        EXPECT_TRUE((left.*key).equals((right.*key).expose()));
    }
  }
};

TEST_F(Capture, TellsNothingUnlessAsked) {
  start();
  connect();
  capture(true);
  expect_exported(0);
}

TEST_F(Capture, TellsOfNewSasAndOfRekeyedOnesUntilItEnds) {
  start();
  capture(true);
  connect();
  expect_exported(1);
  world.run_for(a->view().ike_sas.at(0).lifetime);
  const std::size_t rekeyed = a->exported.size();
  EXPECT_GE(rekeyed, 2u);
  expect_exported(rekeyed);
  EXPECT_NE(a->exported[1].spi_i, a->exported[0].spi_i);
  capture(false);
  world.run_for(a->view().ike_sas.at(0).lifetime);
  expect_exported(rekeyed);
}

TEST_F(Capture, TellsAgainWhenAdditionalKeyExchangesChangeTheKeys) {
  Site left = site_a(), right = site_b();
  left.ike.additional = right.ike.additional = {{{"19"}}};
  start(left, right);
  capture(true);
  connect();
  expect_exported(2);
  EXPECT_EQ(a->exported[0].spi_i, a->exported[1].spi_i);
  EXPECT_FALSE(a->exported[0].ei.equals(a->exported[1].ei.expose()));
}

}  // namespace
}  // namespace sim
