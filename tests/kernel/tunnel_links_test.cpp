// The devices of tunnel interfaces in a network namespace of their own: needs root, is skipped without.
#include "kernel/tunnel_links.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "kernel/loopbacks.hpp"
#include "kernel/tun_device.hpp"
#include "tests/kernel/network_namespace.hpp"

namespace kernel {
namespace {

engine::Prefix prefix(const char* text, std::uint8_t length) { return {*engine::IpAddress::parse(text), length}; }
bool run_ip(const std::string& command) { return std::system(("ip " + command + " >/dev/null 2>&1").c_str()) == 0; }
bool shows(const std::string& command, const std::string& text) {
  return std::system(("ip " + command + " 2>/dev/null | grep -qF '" + text + "'").c_str()) == 0;
}

TunnelSpec usual() {
  TunnelSpec out;
  out.interface = out.device = "Tunnel0";
  out.addresses = {prefix("172.16.0.1", 30), prefix("2001:db8:c::1", 64)};
  out.routes = {prefix("10.0.0.0", 24), prefix("2001:db8:b::", 64)};
  return out;
}

TEST(TunnelLinks, ADeviceHasWhatIsWantedAndLosesWhatIsNot) {
  in_namespace([] {
    auto links = TunnelLinks::open(0);
    ASSERT_TRUE(links.ok()) << links.failure().why;
    auto tun = TunDevice::create_bare("Tunnel0");
    ASSERT_TRUE(tun.ok()) << tun.failure().why;
    TunnelSpec spec = usual();
    auto done = links->configure(spec, 1380);
    ASSERT_TRUE(done.ok()) << done.failure().why;
    EXPECT_TRUE(shows("link show Tunnel0", "mtu 1380"));
    EXPECT_TRUE(shows("link show Tunnel0", "NO-CARRIER,POINTOPOINT,MULTICAST,NOARP,UP"));
    EXPECT_TRUE(shows("addr show dev Tunnel0", "inet 172.16.0.1/30"));
    EXPECT_TRUE(shows("addr show dev Tunnel0", "inet6 2001:db8:c::1/64"));
    EXPECT_FALSE(shows("addr show dev Tunnel0", "127.90.0.1"));
    EXPECT_TRUE(shows("route show 10.0.0.0/24", "dev Tunnel0"));
    EXPECT_TRUE(shows("-6 route show 2001:db8:b::/64", "dev Tunnel0"));
    tun->set_carrier(true);
    EXPECT_TRUE(shows("link show Tunnel0", "LOWER_UP"));

    run_ip("route add 192.0.2.0/24 dev Tunnel0");
    spec.addresses = {prefix("172.16.1.1", 30)};
    spec.routes = {prefix("10.9.0.0", 16)};
    done = links->configure(spec, 1400);
    ASSERT_TRUE(done.ok()) << done.failure().why;
    EXPECT_TRUE(shows("addr show dev Tunnel0", "inet 172.16.1.1/30"));
    EXPECT_FALSE(shows("addr show dev Tunnel0", "172.16.0.1/30"));
    EXPECT_FALSE(shows("addr show dev Tunnel0", "2001:db8:c::1/64"));
    EXPECT_TRUE(shows("route show 10.9.0.0/16", "dev Tunnel0"));
    EXPECT_FALSE(shows("route show 10.0.0.0/24", "dev Tunnel0"));
    EXPECT_TRUE(shows("route show 192.0.2.0/24", "dev Tunnel0")) << "the operator's own";

    spec.addresses.clear();
    spec.shut_down = true;
    ASSERT_TRUE(links->configure(spec, 1400).ok());
    EXPECT_TRUE(shows("addr show dev Tunnel0", "127.90.0.1")) << "no IPv4 address: the placeholder, for rp_filter";
    EXPECT_FALSE(shows("link show Tunnel0", ",UP"));
    spec.shut_down = false;
    ASSERT_TRUE(links->configure(spec, 1400).ok());
    EXPECT_TRUE(shows("route show 10.9.0.0/16", "dev Tunnel0")) << "again after it was down";
  });
}

TEST(Loopbacks, HaveTheirAddressesOutliveACrashAndGoWhenNotWanted) {
  in_namespace([] {
    std::system("ip link set lo up");
    TunnelSpec spec;
    spec.interface = spec.device = "Loopback0";
    spec.addresses = {prefix("10.255.0.1", 32), prefix("2001:db8:ff::1", 128)};
    const pid_t killed = fork();
    if (killed == 0) {
      auto before = Loopbacks::open(0);
      _exit(before.ok() && before->set({spec}).empty() ? 0 : 1);
    }
    int status = 1;
    waitpid(killed, &status, 0);
    ASSERT_EQ(status, 0);
    EXPECT_TRUE(shows("addr show dev Loopback0", "inet 10.255.0.1/32"));
    EXPECT_EQ(std::system("ping -q -c 1 -W 1 10.255.0.1 >/dev/null && ping -q -c 1 -W 1 2001:db8:ff::1 >/dev/null"), 0);
    run_ip("link add Loopback1 type veth peer name strange");
    auto after = Loopbacks::open(0);
    ASSERT_TRUE(after.ok());
    TunnelSpec taken = spec;
    taken.interface = taken.device = "Loopback1";
    EXPECT_EQ(after->set({spec, taken}).size(), 1U) << "a stranger's device is left alone";
    EXPECT_TRUE(shows("addr show dev Loopback0", "inet 10.255.0.1/32"));
    EXPECT_TRUE(after->set({}).empty());
    EXPECT_FALSE(shows("link show", "Loopback0"));
    EXPECT_TRUE(shows("link show", "Loopback1"));
  });
}

TEST(TunnelLinks, ADeviceOfAProcessThatDiedIsTakenOver) {
  in_namespace([] {
    auto links = TunnelLinks::open(0);
    ASSERT_TRUE(links.ok()) << links.failure().why;
    {
      auto tun = TunDevice::create_bare("Tunnel0");
      ASSERT_TRUE(tun.ok()) << tun.failure().why;
      ASSERT_TRUE(links->configure(usual(), 1400).ok());
      tun->set_lasting(true);
      tun->set_carrier(true);
    }
    EXPECT_TRUE(shows("link show Tunnel0", "NO-CARRIER")) << "nobody is behind it any more";
    EXPECT_TRUE(shows("route show 10.0.0.0/24", "dev Tunnel0"));
    EXPECT_TRUE(links->may_have("Tunnel0").ok());
    std::vector<std::string> ours;
    links->for_ours([&](const std::string& device) { ours.push_back(device); });
    EXPECT_EQ(ours, std::vector<std::string>{"Tunnel0"});
    auto other_instance = TunnelLinks::open(1);
    EXPECT_FALSE(other_instance->may_have("Tunnel0").ok());
    {
      auto again = TunDevice::create_bare("Tunnel0");
      ASSERT_TRUE(again.ok()) << again.failure().why;
      EXPECT_TRUE(shows("addr show dev Tunnel0", "inet 172.16.0.1/30"));
      again->set_lasting(false);
    }
    EXPECT_FALSE(run_ip("link show Tunnel0")) << "goes with its process";
  });
}

TEST(TunnelLinks, AStrangersDeviceIsLeftAlone) {
  in_namespace([] {
    run_ip("link add Tunnel0 type veth peer name other");
    auto links = TunnelLinks::open(0);
    ASSERT_TRUE(links.ok()) << links.failure().why;
    const auto may = links->may_have("Tunnel0");
    ASSERT_FALSE(may.ok());
    EXPECT_NE(may.failure().why.find("is not ours"), std::string::npos) << may.failure().why;
    links->for_ours([](const std::string& device) { ADD_FAILURE() << device; });
    TunnelSpec missing = usual();
    missing.device = "Tunnel1";
    EXPECT_FALSE(links->configure(missing, 1400).ok()) << "there is none";
  });
}

}  // namespace
}  // namespace kernel
