#include <gtest/gtest.h>

#include "cli/ike_interfaces.hpp"
#include "cli/show.hpp"

namespace cli {
namespace {

engine::IpAddress at(const std::string& text) { return *engine::IpAddress::parse(text); }

engine::View pools() {
  engine::View view;
  engine::PoolView four, six;
  four.pool = {"FLEX-POOL", {{at("10.250.1.1"), at("10.250.1.254")}, {at("10.250.2.7"), at("10.250.2.7")}}, 32};
  four.leases = {{"FLEX-POOL", at("10.250.1.1"), "alice\x1b[2J"}, {"FLEX-POOL", at("10.250.2.7"), "spoke17.example.net"}};
  four.in_use = 2;
  view.pools.push_back(four);
  six.pool = {"SIX", {{at("2001:db8:99::1"), at("2001:db8:99::ffff")}}, 128};
  view.pools.push_back(six);
  engine::IkeSaView sa;
  sa.access_interface = "Virtual-Access3";
  sa.assigned = {at("10.250.1.1")};
  view.ike_sas.push_back(sa);
  return view;
}

TEST(ShowLocalPool, RangesAndWhoHasTheirAddresses) {
  EXPECT_EQ(show_local_pool(pools(), {}),
            " Pool                     Begin           End             Free  In use   Blocked\n"
            " FLEX-POOL                10.250.1.1      10.250.1.254     253       1       0\n"
            "                          10.250.2.7      10.250.2.7         0       1       0\n");
  EXPECT_EQ(show_local_pool(pools(), {false, "FLEX-POOL"}),
            " Pool                     Begin           End             Free  In use   Blocked\n"
            " FLEX-POOL                10.250.1.1      10.250.1.254     253       1       0\n"
            "                          10.250.2.7      10.250.2.7         0       1       0\n"
            "Inuse addresses:\n"
            "   10.250.1.1        Vi3                 alice\\x1b[2J\n"
            "   10.250.2.7                            spoke17.example.net\n");
  EXPECT_EQ(show_local_pool(pools(), {true, {}}),
            " Pool                     Begin           End             Free  In use   Blocked\n"
            " SIX                      2001:DB8:99::1  2001:DB8:99::FFFF 65535       0       0\n");
  EXPECT_EQ(show_local_pool(pools(), {false, "NONE"}), "% No such pool: NONE\n");
}

TEST(IkeInterfaces, CopiesOfTemplatesAndNegotiatedAddresses) {
  parser::Compiled compiled;
  compiled.tunnels = {{"Tunnel0", "Tunnel0"}};
  compiled.templates = {{"Virtual-Template1", "Virtual-Template1", {{at("10.0.0.1"), 32}}, 1400u}};
  IkeInterfaces interfaces;
  interfaces.take({"Tunnel0", {}, {{at("10.250.1.9"), 32}}, {{at("10.10.0.0"), 16}}});
  interfaces.take({"Virtual-Access12", "Virtual-Template1", {}, {{at("10.250.1.1"), 32}}});
  interfaces.take({"Virtual-Access13", "Virtual-Template9", {}, {}});
  auto tunnels = interfaces.tunnels(compiled);
  ASSERT_EQ(tunnels.size(), 2u);
  EXPECT_EQ(tunnels[0].addresses.size(), 1u);
  EXPECT_EQ(tunnels[0].routes.size(), 1u);
  EXPECT_EQ(tunnels[1].interface, "Virtual-Access12");
  EXPECT_EQ(tunnels[1].device, "Vi12");
  EXPECT_EQ(tunnels[1].mtu, 1400u);
  EXPECT_EQ(tunnels[1].addresses.size(), 1u);
  EXPECT_EQ(tunnels[1].routes.size(), 1u);
  interfaces.take({"Tunnel0"});
  interfaces.take({"Virtual-Access12", {}, {}, {}, true});
  tunnels = interfaces.tunnels(compiled);
  ASSERT_EQ(tunnels.size(), 1u);
  EXPECT_TRUE(tunnels[0].addresses.empty());
}

}  // namespace
}  // namespace cli
