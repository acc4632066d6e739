// The host's clock, as time stamps show it.
#pragma once

#include "cli/ios_text.hpp"
#include "engine/ids.hpp"

namespace cli {

class HostClock {
 public:
  WallTime now();

 private:
  ClockState state_ = ClockState::unsynchronised;
  engine::Time asked_{};  // when the kernel was; zero: never
};

}  // namespace cli
