#include "kernel/interfaces.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/kernel/network_namespace.hpp"

namespace kernel {
namespace {

using namespace std::chrono_literals;

HostDevice wire(std::string name, unsigned ifindex, std::string kind = "veth") {
  HostDevice device;
  device.name = std::move(name);
  device.ifindex = ifindex;
  device.kind = std::move(kind);
  device.ethernet = true;
  device.up = true;
  device.mtu = 1500;
  return device;
}

// "name=device" in order of the interfaces; "name=-" without one.
std::string text(const InterfaceMap& map) {
  std::string out;
  for (const engine::InterfaceState& state : map.interfaces.interfaces) {
    const auto it = map.devices.find(state.name);
    out += (out.empty() ? "" : " ") + state.name + "=" + (it == map.devices.end() ? "-" : it->second.name);
  }
  return out;
}

TEST(InterfaceMap, natural_order) {
  EXPECT_TRUE(natural_less("eth2", "eth10"));
  EXPECT_FALSE(natural_less("eth10", "eth2"));
  EXPECT_TRUE(natural_less("GigabitEthernet0/9", "GigabitEthernet0/10"));
  EXPECT_TRUE(natural_less("GigabitEthernet0/10", "GigabitEthernet1/0"));
  EXPECT_TRUE(natural_less("enp2s0", "enp10s0"));
  EXPECT_TRUE(natural_less("eth", "eth0"));
  EXPECT_FALSE(natural_less("eth0", "eth0"));
  EXPECT_TRUE(natural_less("eth1a2", "eth01a10"));
}

TEST(InterfaceMap, without_configuration_every_wire_has_a_name) {
  EXPECT_EQ(text(map_interfaces({}, {wire("eth10", 4), wire("eth2", 3), wire("lo", 1, "loopback"), wire("tun0", 5, "tun"),
                                     wire("docker0", 6, "bridge")})),
            "GigabitEthernet0/0=eth2 GigabitEthernet0/1=eth10");
}

TEST(InterfaceMap, a_name_keeps_its_device_whatever_else_is_configured) {
  const std::vector<HostDevice> devices{wire("eth0", 2), wire("eth1", 3), wire("eth2", 4)};
  EXPECT_EQ(text(map_interfaces({{"GigabitEthernet0/1", ""}}, devices)),
            "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1 GigabitEthernet0/2=eth2");
  EXPECT_EQ(text(map_interfaces({{"GigabitEthernet0/0", ""}, {"GigabitEthernet0/2", ""}}, devices)),
            "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1 GigabitEthernet0/2=eth2");
}

TEST(InterfaceMap, a_configured_name_stays_with_its_device) {
  const std::vector<InterfaceBinding> bindings{{"GigabitEthernet0/0", ""}};
  const DeviceMap known{{"GigabitEthernet0/0", {"eth0", 2}}, {"GigabitEthernet0/1", {"eth1", 3}}};
  const auto after = [&](const std::vector<InterfaceBinding>& wanted, const std::vector<HostDevice>& devices) {
    return text(map_interfaces(pin(wanted, known, devices), devices));
  };
  // A new device that sorts first, a renamed one, one that is gone, one that is back under its name.
  EXPECT_EQ(after(bindings, {wire("eno1", 9), wire("eth0", 2), wire("eth1", 3)}),
            "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1 GigabitEthernet0/2=eno1");
  EXPECT_EQ(after(bindings, {wire("eth1", 3), wire("wan0", 2)}), "GigabitEthernet0/0=wan0 GigabitEthernet0/1=eth1");
  EXPECT_EQ(after(bindings, {wire("eth1", 3), wire("eth5", 9)}),
            "GigabitEthernet0/0=- GigabitEthernet0/1=eth5 GigabitEthernet0/2=eth1");
  EXPECT_EQ(after(bindings, {wire("eth0", 9), wire("eth1", 3)}), "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1");
  // One configured later is the device that `show` gave that name before; an explicit device always wins.
  EXPECT_EQ(after({{"GigabitEthernet0/0", ""}, {"GigabitEthernet0/1", ""}}, {wire("eno1", 9), wire("eth0", 2), wire("eth1", 3)}),
            "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1 GigabitEthernet0/2=eno1");
  EXPECT_EQ(after({{"GigabitEthernet0/0", "eth1"}}, {wire("eth0", 2), wire("eth1", 3)}),
            "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0");
}

TEST(InterfaceMap, other_numberings_map_in_order) {
  const std::vector<HostDevice> devices{wire("eth0", 2), wire("eth1", 3), wire("eth2", 4)};
  EXPECT_EQ(text(map_interfaces({{"GigabitEthernet2", ""}, {"GigabitEthernet1", ""}}, devices)),
            "GigabitEthernet0/2=eth2 GigabitEthernet1=eth0 GigabitEthernet2=eth1");
  EXPECT_EQ(text(map_interfaces({{"TenGigabitEthernet0/0/0", ""}, {"GigabitEthernet0/0/0", ""}}, devices)),
            "GigabitEthernet0/0/0=eth0 GigabitEthernet0/2=eth2 TenGigabitEthernet0/0/0=eth1");
}

TEST(InterfaceMap, explicit_devices_come_first) {
  const std::vector<HostDevice> devices{wire("eth0", 2), wire("eth1", 3), wire("br0", 4, "bridge")};
  EXPECT_EQ(text(map_interfaces({{"GigabitEthernet0/1", "eth0"}, {"GigabitEthernet0/0", ""}}, devices)),
            "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0");
  EXPECT_EQ(text(map_interfaces({{"GigabitEthernet0/0", "br0"}, {"GigabitEthernet0/1", ""}}, devices)),
            "GigabitEthernet0/0=br0 GigabitEthernet0/1=eth1 GigabitEthernet0/2=eth0");
}

TEST(InterfaceMap, what_has_no_device_is_down) {
  const auto map = map_interfaces({{"GigabitEthernet0/0", "eth7"}, {"GigabitEthernet0/1", ""}}, {});
  EXPECT_EQ(text(map), "GigabitEthernet0/0=- GigabitEthernet0/1=-");
  EXPECT_FALSE(map.interfaces.interfaces[0].up);
  EXPECT_TRUE(map.interfaces.interfaces[0].addresses.empty());
}

TEST(InterfaceMap, loopback_and_tunnel_only_with_a_device) {
  HostDevice lo = wire("lo", 1, "");
  lo.ethernet = false;
  EXPECT_EQ(text(map_interfaces({{"Loopback0", ""}, {"Tunnel0", ""}}, {lo})), "");
  EXPECT_EQ(text(map_interfaces({{"Loopback0", "lo"}}, {lo})), "Loopback0=lo");
}

TEST(InterfaceMap, states_carry_what_the_device_has) {
  HostDevice device = wire("eth0", 9);
  device.mtu = 1400;
  device.addresses = {{*engine::IpAddress::parse("192.0.2.7"), 24}};
  const auto map = map_interfaces({}, {device});
  const engine::InterfaceState& state = map.interfaces.interfaces.at(0);
  EXPECT_TRUE(state.up);
  EXPECT_EQ(state.mtu, 1400U);
  EXPECT_EQ(state.addresses, device.addresses);
  EXPECT_EQ(map.devices.at("GigabitEthernet0/0"), (Device{"eth0", 9}));
}

// In a network namespace of its own: needs root, is skipped without.
TEST(Interfaces, follows_the_kernel) {
  in_namespace([] {
    const auto ip = [](const char* arguments) {
      EXPECT_EQ(std::system((std::string("ip ") + arguments).c_str()), 0) << arguments;
    };
    ip("link add eth1 type veth peer name eth0");
    Loop loop;
    std::vector<InterfaceMap> changes;
    auto opened = Interfaces::open(loop, [&](const InterfaceMap& map) { changes.push_back(map); });
    ASSERT_TRUE(opened.ok()) << opened.failure().why;
    Interfaces& interfaces = **opened;
    EXPECT_TRUE(changes.empty());
    interfaces.bind({{"GigabitEthernet0/0", ""}});
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(text(changes.back()), "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1");
    EXPECT_FALSE(changes.back().interfaces.interfaces[0].up);
    interfaces.bind({{"GigabitEthernet0/0", ""}});
    EXPECT_EQ(changes.size(), 1U) << "nothing new";

    ip("link set eth0 up mtu 1400");
    ip("link set eth1 up");
    ip("addr add 192.0.2.7/24 dev eth0");
    ip("addr add 2001:db8::7/64 dev eth0 nodad");
    while (loop.turn(200ms)) {
    }
    const engine::InterfaceState& state = interfaces.current().interfaces.interfaces[0];
    EXPECT_TRUE(state.up);
    EXPECT_EQ(state.mtu, 1400U);
    EXPECT_EQ(state.addresses, (std::vector<engine::Prefix>{{*engine::IpAddress::parse("192.0.2.7"), 24},
                                                            {*engine::IpAddress::parse("2001:db8::7"), 64}}))
        << "without the link-local one";
    ip("link del eth0");
    while (loop.turn(200ms)) {
    }
    EXPECT_EQ(text(interfaces.current()), "GigabitEthernet0/0=-");
  });
}

TEST(Interfaces, a_loopback_has_the_addresses_that_others_can_reach) {
  in_namespace([] {
    EXPECT_EQ(std::system("ip link set lo up; ip addr add 192.168.250.1/32 dev lo"), 0);
    Loop loop;
    auto opened = Interfaces::open(loop, [](const InterfaceMap&) {});
    ASSERT_TRUE(opened.ok()) << opened.failure().why;
    (*opened)->bind({{"Loopback0", "lo"}});
    EXPECT_EQ((*opened)->current().interfaces.interfaces.at(0).addresses,
              (std::vector<engine::Prefix>{{*engine::IpAddress::parse("192.168.250.1"), 32}}));
  });
}

// A card more shifts natural order; what an earlier run gave stays.
TEST(Interfaces, recalls_what_an_earlier_run_gave) {
  in_namespace([] {
    EXPECT_EQ(std::system("ip link add eth1 type veth peer name eth0"), 0);
    Loop loop;
    const auto mapping_after = [&](const DeviceMap& recalled) {
      auto opened = Interfaces::open(loop, [](const InterfaceMap&) {});
      if (!opened.ok()) return opened.failure().why;
      (*opened)->recall(recalled);
      (*opened)->bind({{"GigabitEthernet0/0", ""}});
      return text((*opened)->current());
    };
    const unsigned eth1 = ::if_nametoindex("eth1");
    EXPECT_EQ(mapping_after({}), "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1");
    EXPECT_EQ(mapping_after({{"GigabitEthernet0/0", {"eth1", eth1}}}), "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0");
    EXPECT_EQ(mapping_after({{"GigabitEthernet0/0", {"wan", eth1}}}), "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0")
        << "renamed meanwhile";
    EXPECT_EQ(mapping_after({{"GigabitEthernet0/0", {"eth1", 0}}}), "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0")
        << "an earlier boot: by name";
    EXPECT_EQ(mapping_after({{"GigabitEthernet0/0", {"gone", 0}}}), "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1")
        << "an earlier boot, and no such device any more";
  });
}

}  // namespace
}  // namespace kernel
