#include "engine/leases.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

IpAddress at(const std::string& text) { return *IpAddress::parse(text); }

struct Taking : testing::Test {
  Leases leases;
  std::vector<Leases::Change> changes;
  AddressPool pool{"P", {{at("10.0.0.254"), at("10.0.1.1")}, {at("10.9.0.1"), at("10.9.0.1")}}, 32};
  std::string take(const std::string& holder, std::optional<IpAddress> wish = {}) {
    const auto got = leases.take(pool, holder, wish, changes);
    return got ? got->to_string() : "none";
  }
};

TEST_F(Taking, RangesAreUsedUpInTheirOrderAndNoAddressIsGivenTwice) {
  EXPECT_EQ(take("a"), "10.0.0.254");
  EXPECT_EQ(take("b"), "10.0.0.255");
  EXPECT_EQ(take("c"), "10.0.1.0");
  EXPECT_EQ(take("d"), "10.0.1.1");
  EXPECT_EQ(take("e"), "10.9.0.1");
  EXPECT_EQ(take("f"), "none");
  EXPECT_EQ(leases.use_of("P"), (PoolUse{5, 0}));
  leases.give_back("P", at("10.0.1.0"), changes);
  EXPECT_EQ(take("f"), "10.0.1.0");
}

TEST_F(Taking, WhoComesBackHasWhatHeHadAndOthersTakeTheOldestLast) {
  take("a"), take("b");
  leases.give_back("P", at("10.0.0.255"), changes);
  leases.give_back("P", at("10.0.0.254"), changes);
  EXPECT_EQ(take("c"), "10.0.1.0");
  EXPECT_EQ(take("a"), "10.0.0.254");
  EXPECT_EQ(take("a"), "10.0.1.1") << "the same name twice at a time";
  EXPECT_EQ(take("d"), "10.9.0.1");
  EXPECT_EQ(take("e"), "10.0.0.255");
}

TEST_F(Taking, AWishIsForWhatNobodyHasOrHad) {
  EXPECT_EQ(take("a", at("10.0.1.1")), "10.0.1.1");
  EXPECT_EQ(take("b", at("10.0.1.1")), "10.0.0.254");
  EXPECT_EQ(take("c", at("192.0.2.1")), "10.0.0.255");
}

TEST_F(Taking, WhatIsKeptComesBackAndOnlyChangesAreKept) {
  take("a"), take("b");
  std::vector<Lease> kept;
  for (const auto& each : changes) kept.push_back(each.lease);
  ASSERT_EQ(kept.size(), 2u);
  Leases next;
  next.restore(kept);
  EXPECT_EQ(next.use_of("P"), (PoolUse{0, 2}));
  changes.clear();
  EXPECT_EQ(next.take(pool, "b", {}, changes)->to_string(), "10.0.0.255");
  EXPECT_TRUE(changes.empty());
  EXPECT_EQ(next.take(pool, "new", {}, changes)->to_string(), "10.0.1.0");
}

TEST_F(Taking, NetworksOfIPv6AreStepsApart) {
  pool = {"P", {{at("2001:db8::"), at("2001:db8:0:2::")}}, 64};
  EXPECT_EQ(take("a"), "2001:db8::");
  EXPECT_EQ(take("b"), "2001:db8:0:1::");
  EXPECT_EQ(take("c"), "2001:db8:0:2::");
  EXPECT_EQ(take("d"), "none");
}

TEST_F(Taking, TheEndOfTheAddressesIsAnEnd) {
  pool.ranges = {{at("255.255.255.255"), at("255.255.255.255")}};
  EXPECT_EQ(take("a"), "255.255.255.255");
  EXPECT_EQ(take("b"), "none");
}

}  // namespace
}  // namespace engine
