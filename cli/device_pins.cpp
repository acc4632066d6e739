#include "cli/device_pins.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

namespace cli {

kernel::DeviceMap DevicePins::read() const {
  kernel::DeviceMap out;
  std::ifstream file(path_);
  std::string boot, line;
  if (!std::getline(file, boot)) return out;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string interface;
    kernel::Device device;
    if (!(words >> interface >> device.name >> device.ifindex)) return {};
    if (boot != boot_) device.ifindex = 0;
    out[interface] = device;
  }
  return out;
}

void DevicePins::write(const kernel::DeviceMap& devices) {
  std::string text = boot_ + "\n";
  for (const auto& [interface, device] : devices)
    text += interface + " " + device.name + " " + std::to_string(device.ifindex) + "\n";
  if (text == last_) return;
  const std::string fresh = path_ + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << text << std::flush;
  if (file.good() && std::rename(fresh.c_str(), path_.c_str()) == 0) last_ = std::move(text);
}

}  // namespace cli
