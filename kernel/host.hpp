// What the engine must not ask for itself: the clocks, and which boot this is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/pki.hpp"

namespace kernel {

/// Time since boot, microseconds; goes on while the machine sleeps, so that lifetimes end when the peer thinks they do.
engine::Time monotonic_now();

/// The calendar time, for texts only.
std::chrono::system_clock::time_point wall_clock();
/// Seconds since 1970: what certificates are held against.
engine::WallTime wall_seconds();

/// The kernel's boot id, a UUID in text: the running configuration survives the daemon's end but not a reboot.
/// Empty where /proc does not tell.
std::string boot_id();

/// What the machine is, for texts only; empty or 0 where the kernel does not tell.
struct Machine {
  std::string kernel;     // its release: 6.1.0
  std::string processor;  // x86_64
  std::uint64_t memory_kilobytes = 0;
};
Machine machine();

}  // namespace kernel
