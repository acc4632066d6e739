#include "kernel/host.hpp"

#include <sys/sysinfo.h>
#include <sys/utsname.h>
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

engine::WallTime wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(wall_clock().time_since_epoch()).count();
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

Machine machine() {
  Machine out;
  if (utsname name{}; ::uname(&name) == 0) {
    out.kernel = name.release;
    out.processor = name.machine;
  }
  if (struct sysinfo info{}; ::sysinfo(&info) == 0) out.memory_kilobytes = std::uint64_t{info.totalram} * info.mem_unit / 1024;
  return out;
}

}  // namespace kernel
