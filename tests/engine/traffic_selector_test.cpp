#include "engine/traffic_selector.hpp"

#include <gtest/gtest.h>

#include "tests/values.hpp"

namespace engine {
namespace {

using values::ip;
TrafficSelector net(const char* address, int length, std::uint8_t protocol = 0, PortRange ports = {}) {
  return TrafficSelector::of(Prefix::of(ip(address), static_cast<std::uint8_t>(length)), protocol, ports);
}

TEST(TrafficSelector, IntersectionIsTheSmallerOfTwoNetworks) {
  EXPECT_EQ(net("10.0.0.0", 8).intersect(net("10.1.2.0", 24)), net("10.1.2.0", 24));
  EXPECT_EQ(net("2001:db8::", 32).intersect(net("2001:db8:1::", 48)), net("2001:db8:1::", 48));
  EXPECT_EQ(net("10.0.0.0", 24).intersect(net("10.0.1.0", 24)), std::nullopt);
  EXPECT_EQ(net("10.0.0.0", 24).intersect(net("2001:db8::", 32)), std::nullopt);
}

TEST(TrafficSelector, ProtocolsAndPortsIntersectToo) {
  EXPECT_EQ(net("10.0.0.0", 24, 6, {443, 443}).intersect(net("10.0.0.0", 24)), net("10.0.0.0", 24, 6, {443, 443}));
  EXPECT_EQ(net("10.0.0.0", 24, 6).intersect(net("10.0.0.0", 24, 17)), std::nullopt);
  EXPECT_EQ(net("10.0.0.0", 24, 6, {1, 80}).intersect(net("10.0.0.0", 24, 6, {81, 90})), std::nullopt);
  EXPECT_EQ(net("10.0.0.0", 24, 6, {1, 80}).intersect(net("10.0.0.0", 24, 6, {70, 90})), net("10.0.0.0", 24, 6, {70, 80}));
}

TEST(TrafficSelector, ContainsIsNeverWider) {
  EXPECT_TRUE(net("10.0.0.0", 8).contains(net("10.1.2.3", 32, 6, {22, 22})));
  EXPECT_FALSE(net("10.0.0.0", 24, 6).contains(net("10.0.0.0", 24)));
  EXPECT_FALSE(net("10.0.0.0", 24).contains(net("10.0.0.0", 23)));
}

TEST(TrafficSelector, OnlyAnExactNetworkIsAPrefix) {
  EXPECT_EQ(net("10.0.0.0", 24).prefix(), Prefix::of(ip("10.0.0.0"), 24));
  EXPECT_EQ(net("0.0.0.0", 0).prefix(), Prefix::any(Family::v4));
  EXPECT_EQ((TrafficSelector{0, {}, ip("10.0.0.1"), ip("10.0.0.2")}).prefix(), std::nullopt);
}

TEST(Prefix, HostBitsAreZeroedAndTheLastAddressFound) {
  EXPECT_EQ(Prefix::of(ip("10.1.2.3"), 16).to_string(), "10.1.0.0/16");
  EXPECT_EQ(Prefix::of(ip("10.1.2.3"), 23).last(), ip("10.1.3.255"));
  EXPECT_TRUE(Prefix::any(Family::v6).contains(ip("2001:db8::1")));
  EXPECT_FALSE(Prefix::any(Family::v6).contains(ip("10.0.0.1")));
}

}  // namespace
}  // namespace engine
