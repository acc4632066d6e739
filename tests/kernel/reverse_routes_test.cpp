// Routes of `reverse-route` in a network namespace of their own: needs root, is skipped without.
#include "kernel/reverse_routes.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

#include <cstdlib>

#include "tests/kernel/network_namespace.hpp"

namespace kernel {
namespace {

using engine::IpAddress;
using engine::Prefix;
using engine::TrafficSelector;

bool host_ip(const std::string& command) { return std::system(("ip " + command + " >/dev/null 2>&1").c_str()) == 0; }
bool host_shows(const std::string& command, const std::string& text) {
  return std::system(("ip " + command + " 2>/dev/null | grep -qF '" + text + "'").c_str()) == 0;
}

engine::ChildSaFacts sa_to(std::uint32_t child, std::string_view network, std::uint8_t length, std::string_view peer) {
  engine::ChildSaFacts out;
  out.child = {child};
  const TrafficSelector there = TrafficSelector::of(Prefix::of(*IpAddress::parse(network), length));
  out.selectors = {there, there};
  out.remote.ip = *IpAddress::parse(peer);
  out.reverse_route = engine::ReverseRoute{};
  return out;
}

TEST(ReverseRoutes, AreThereAsLongAsAnSaNeedsThem) {
  in_namespace([] {
    ASSERT_TRUE(host_ip("link add wan type veth peer name far") && host_ip("link set wan up") && host_ip("link set far up"));
    ASSERT_TRUE(host_ip("addr add 203.0.113.10/24 dev wan") && host_ip("addr add 2001:db8:ffff::10/64 dev wan nodad"));
    ASSERT_TRUE(host_ip("route add 198.51.100.0/24 via 203.0.113.1"));
    const unsigned wan = ::if_nametoindex("wan");
    auto routes = ReverseRoutes::open();
    ASSERT_TRUE(routes.ok()) << routes.failure().why;

    ASSERT_TRUE(routes->add(sa_to(1, "10.0.0.0", 24, "203.0.113.20"), wan).ok());
    EXPECT_TRUE(host_shows("route show 10.0.0.0/24", "via 203.0.113.20 dev wan proto 91")) << "a neighbour is the way to itself";
    ASSERT_TRUE(routes->add(sa_to(2, "10.0.1.0", 24, "198.51.100.7"), wan).ok());
    EXPECT_TRUE(host_shows("route show 10.0.1.0/24", "via 203.0.113.1 dev wan")) << "by the way to the peer";
    ASSERT_TRUE(routes->add(sa_to(3, "2001:db8:b::", 64, "2001:db8:ffff::20"), wan).ok());
    EXPECT_TRUE(host_shows("-6 route show 2001:db8:b::/64", "via 2001:db8:ffff::20 dev wan"));
    ASSERT_TRUE(routes->add(sa_to(4, "2001:db8:d::", 64, "203.0.113.20"), wan).ok());
    EXPECT_TRUE(host_shows("-6 route show 2001:db8:d::/64", "dev wan")) << "of another family: by the device";

    ASSERT_TRUE(routes->add(sa_to(5, "10.0.0.0", 24, "203.0.113.20"), wan).ok());
    routes->remove({1});
    EXPECT_TRUE(host_shows("route show 10.0.0.0/24", "dev wan")) << "the SA that took over needs it still";
    routes->remove({5});
    EXPECT_FALSE(host_shows("route show 10.0.0.0/24", "wan"));

    engine::ChildSaFacts named = sa_to(6, "10.0.2.0", 24, "203.0.113.20");
    named.reverse_route = engine::ReverseRoute{*IpAddress::parse("203.0.113.99"), 20};
    ASSERT_TRUE(routes->add(named, wan).ok());
    EXPECT_TRUE(host_shows("route show 10.0.2.0/24", "via 203.0.113.99 dev wan proto 91 metric 20"));
    ASSERT_TRUE(routes->add(sa_to(7, "0.0.0.0", 0, "203.0.113.20"), wan).ok());
    EXPECT_FALSE(host_shows("route show default", "wan")) << "never a default route";

    routes->remove_all();
    EXPECT_FALSE(host_shows("route show proto 91; ip -6 route show proto 91", "wan"));
  });
}

TEST(ReverseRoutes, LeaveTheOperatorsOwnAloneAndThoseOfADeadProcessGo) {
  in_namespace([] {
    ASSERT_TRUE(host_ip("link add wan type veth peer name far") && host_ip("link set wan up") && host_ip("link set far up"));
    ASSERT_TRUE(host_ip("addr add 203.0.113.10/24 dev wan") && host_ip("route add 10.0.0.0/24 via 203.0.113.1"));
    const unsigned wan = ::if_nametoindex("wan");
    {
      auto routes = ReverseRoutes::open();
      ASSERT_TRUE(routes.ok());
      EXPECT_TRUE(routes->add(sa_to(1, "10.0.0.0", 24, "203.0.113.20"), wan).ok());
      EXPECT_TRUE(routes->add(sa_to(2, "10.0.1.0", 24, "203.0.113.20"), wan).ok());
      routes->remove({1});
      EXPECT_TRUE(host_shows("route show 10.0.0.0/24", "via 203.0.113.1"));
    }
    EXPECT_TRUE(host_shows("route show 10.0.1.0/24", "via 203.0.113.20")) << "the process died";
    ASSERT_TRUE(ReverseRoutes::open().ok());
    EXPECT_FALSE(host_shows("route show 10.0.1.0/24", "wan"));
  });
}

}  // namespace
}  // namespace kernel
