// The host's network devices under IOS names, and news when they change.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "kernel/device_map.hpp"
#include "kernel/loop.hpp"

namespace kernel {

/// An interface of the configuration. `device` is empty unless it is named there.
struct InterfaceBinding {
  std::string name;    // IOS name in full: GigabitEthernet0/0
  std::string device;  // Linux name: eth0
};

/// A device as the kernel tells it.
struct HostDevice {
  unsigned ifindex = 0;
  std::string name;
  std::string kind;       // rtnetlink's: "veth", "tun", "bridge"; empty for hardware
  bool ethernet = false;  // ARPHRD_ETHER
  bool up = false;        // administratively and by carrier
  std::uint32_t mtu = 0;
  std::vector<engine::Prefix> addresses;  // host bits kept
};

/// What a device has counted since it was made, and its Ethernet address; all empty or 0 where there is none.
struct DeviceCounters {
  std::string address;  // 02:00:5e:00:53:01
  std::uint64_t in_packets = 0, in_octets = 0, in_errors = 0, in_crc = 0, in_frame = 0, in_overrun = 0, in_dropped = 0;
  std::uint64_t out_packets = 0, out_octets = 0, out_errors = 0, collisions = 0;
};

/// Both views of one mapping.
struct InterfaceMap {
  engine::InterfacesChanged interfaces;  // in natural order of their names
  DeviceMap devices;                     // those that have a device
};

/// "eth2" before "eth10": digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

/// Gives the Ethernet interfaces of the configuration their devices. Explicit ones first. The devices left over, if they
/// are Ethernet-like (no lo, tun, tap or other software kind that is not a host's wire), are named GigabitEthernet0/0,
/// 0/1, ... in natural order; whoever is configured under such a name has that device. Other names (GigabitEthernet1,
/// GigabitEthernet0/0/0) take what then remains, both in natural order. What is still left keeps its GigabitEthernet0/N
/// for `show`. Loopback, Tunnel and the like are here only with an explicit device. A configured interface for which
/// there is no device is down and has no address.
InterfaceMap map_interfaces(const std::vector<InterfaceBinding>& bindings, const std::vector<HostDevice>& devices);

/// The bindings with what is already known pinned: a configured name keeps its device, under whatever name that device
/// now has, and waits for it when it is gone; no other device takes its place, however it is called.
std::vector<InterfaceBinding> pin(std::vector<InterfaceBinding> bindings, const DeviceMap& known,
                                  const std::vector<HostDevice>& devices);

/// Watches links and addresses of the network namespace of the thread that opens it.
class Interfaces {
 public:
  /// Called on the loop's thread with the whole picture, at most once a turn, and only when it differs from the last.
  using OnChange = std::function<void(const InterfaceMap&)>;

  /// Reads the devices at once; `on_change` is not called before bind() or a change. Fails without rtnetlink.
  static engine::Result<std::unique_ptr<Interfaces>> open(Loop& loop, OnChange on_change);
  ~Interfaces();
  Interfaces(const Interfaces&) = delete;
  Interfaces& operator=(const Interfaces&) = delete;

  /// What an earlier run gave, before the first bind(): configured names keep those devices. One whose index is 0 is of an
  /// earlier boot: it counts only if a device of that name is there.
  void recall(DeviceMap known);
  /// The interfaces of a new configuration; calls `on_change` before it returns if that changes the mapping.
  void bind(std::vector<InterfaceBinding> bindings);
  /// The picture last given.
  const InterfaceMap& current() const { return current_; }
  /// Asked of the kernel now. The device may be gone.
  DeviceCounters counters(const Device& device) const;
  /// For recall() of a later run: the devices, and those that configured names wait for.
  const DeviceMap& known() const { return known_; }

 private:
  struct Netlink;
  Interfaces(Loop& loop, OnChange on_change);
  engine::Status read_devices();
  void remap();
  void on_news();

  Loop& loop_;
  OnChange on_change_;
  std::unique_ptr<Netlink> netlink_;
  std::vector<InterfaceBinding> bindings_;
  std::vector<HostDevice> devices_;
  DeviceMap known_;  // the devices last given, and those that configured names are waiting for
  InterfaceMap current_;
};

}  // namespace kernel
