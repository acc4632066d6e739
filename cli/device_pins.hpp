// Which device each interface stood on when the daemon last ran, so that another network card does not shift them all.
#pragma once

#include <string>

#include "kernel/device_map.hpp"

namespace cli {

/// A small text file in the state directory: the boot it was written in, then a line an interface.
class DevicePins {
 public:
  DevicePins(std::string path, std::string boot) : path_(std::move(path)), boot_(std::move(boot)) {}

  /// What the file says; empty where there is none or it makes no sense. Of an earlier boot only the names of devices
  /// count, so their indexes are 0.
  kernel::DeviceMap read() const;
  /// Writes the file anew if `devices` differs from what was last read or written. A file that cannot be written costs
  /// the memory, nothing else.
  void write(const kernel::DeviceMap& devices);

 private:
  std::string path_, boot_, last_;
};

}  // namespace cli
