#include "cli/host_clock.hpp"

#include <sys/timex.h>

#include "kernel/host.hpp"

namespace cli {

/// Whether the clock is synchronised is asked once a second: it is a system call, and every log message wants to know.
WallTime HostClock::now() {
  const engine::Time monotonic = kernel::monotonic_now();
  if (asked_ == engine::Time{} || monotonic - asked_ >= std::chrono::seconds(1)) {
    timex clock{};
    const bool synchronised = ::adjtimex(&clock) >= 0 && (clock.status & STA_UNSYNC) == 0;
    state_ = synchronised ? ClockState::authoritative : ClockState::unsynchronised;
    asked_ = monotonic;
  }
  return {std::chrono::duration_cast<std::chrono::milliseconds>(kernel::wall_clock().time_since_epoch()).count(), state_};
}

}  // namespace cli
