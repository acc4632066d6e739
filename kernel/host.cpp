#include "kernel/host.hpp"

#include <time.h>

#include <fstream>

namespace kernel {

engine::Time monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return engine::Time(
      std::chrono::duration_cast<engine::Duration>(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec)));
}

std::chrono::system_clock::time_point wall_clock() { return std::chrono::system_clock::now(); }

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

}  // namespace kernel
