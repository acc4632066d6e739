// The rules of `ip tcp adjust-mss` in a network namespace of their own: needs root, is skipped without.
#include "kernel/mss_rules.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/kernel/network_namespace.hpp"

namespace kernel {
namespace {

bool shell(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

// What a TCP connection between the ends of a cable begins with, as the far end sees it.
bool mss_is(int largest) {
  return shell(
      "python3 -c \"\nimport socket\ns = socket.socket(); s.bind(('10.9.0.1', 0)); s.listen(1)\n"
      "c = socket.create_connection(s.getsockname(), 5); a, _ = s.accept()\n"
      "assert a.getsockopt(6, 2) <= " +
      std::to_string(largest) + ", a.getsockopt(6, 2)\nassert a.getsockopt(6, 2) > 1000\n\"");
}

TEST(MssRules, a_connection_begins_with_no_more_than_the_limit_until_it_is_taken_away) {
  in_namespace([] {
    ASSERT_TRUE(shell("ip link set lo up && ip addr add 10.9.0.1/32 dev lo"));
    EXPECT_FALSE(mss_is(1200));
    TunnelSpec tunnel;
    tunnel.interface = "Tunnel0";
    tunnel.device = "lo";
    tunnel.mss_v4 = 1200;
    const auto done = apply_mss_rules({&tunnel, 1});
    ASSERT_TRUE(done.ok()) << done.failure().why;
    EXPECT_TRUE(mss_is(1200));
    ASSERT_TRUE(apply_mss_rules({&tunnel, 1}).ok()) << "again";
    tunnel.mss_v4 = 0;
    ASSERT_TRUE(apply_mss_rules({&tunnel, 1}).ok());
    EXPECT_FALSE(shell("nft list table inet sallyport_mss"));
    EXPECT_FALSE(mss_is(1200));
  });
}

TEST(MssRules, only_the_family_that_is_limited) {
  TunnelSpec tunnel;
  tunnel.device = "Tunnel0";
  tunnel.mss_v6 = 1220;
  const std::string text = mss_transaction({&tunnel, 1});
  EXPECT_NE(text.find("oifname \"Tunnel0\" meta nfproto ipv6 tcp flags & syn == syn tcp option maxseg size set 1220"),
            std::string::npos);
  EXPECT_EQ(text.find("ipv4"), std::string::npos);
}

}  // namespace
}  // namespace kernel
