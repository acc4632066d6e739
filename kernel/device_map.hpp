// Which Linux device stands behind an IOS interface name.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace kernel {

struct Device {
  std::string name;      // eth0
  unsigned ifindex = 0;  // never 0 for a device that is there
  friend bool operator==(const Device&, const Device&) = default;
};

/// Key: the IOS name in full (GigabitEthernet0/0).
using DeviceMap = std::map<std::string, Device, std::less<>>;

}  // namespace kernel
