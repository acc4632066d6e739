// What the daemon has to say without being asked: syslog and debug lines, kept in a bounded buffer and handed to whoever
// listens (standard error, sessions with `terminal monitor`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "cli/debug_conditions.hpp"
#include "cli/ios_text.hpp"
#include "cli/log_settings.hpp"

namespace cli {

/// Which debugging is on, for the whole daemon as on a router.
struct DebugFlags {
  bool ikev2 = false, ikev2_packet = false, ikev2_error = false, ipsec = false;
  bool ikev2_hexdump = false, ikev2_internal = false;
  DebugConditions conditions{};
  bool any_ikev2() const { return ikev2 || ikev2_packet || ikev2_error || ikev2_hexdump || ikev2_internal; }
  friend bool operator==(const DebugFlags&, const DebugFlags&) = default;
};

/// One message. `text` begins with "%FACILITY-SEVERITY-MNEMONIC: " for syslog, with its own prefix for debugging; a
/// message of several lines holds them apart by '\n', without one at its end. `severity`: 0 worst, 7 debugging.
struct LogMessage {
  unsigned severity = 6;
  std::string text;
};

class Log {
 public:
  using Listener = std::function<void(const LogMessage& message, const std::string& stamped)>;

  /// Keeps the message, drops the oldest ones when the buffer is full, and tells the listener. Messages of a level above
  /// errors are left out beyond so many a second; how many were is the next thing that is said.
  void add(const WallTime& now, const LogMessage& message);
  /// Messages of the flood before were left out, and nothing was said since that could have told of them.
  bool owes_left_out() const { return left_out_ != 0; }
  void tell_left_out(const WallTime& now);
  /// Called for every message from now on; one listener (the daemon), which spreads it.
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  void configure(LogSettings settings);
  /// What was kept is gone; what was counted stays.
  void forget() {
    lines_.clear();
    octets_ = 0;
  }
  const LogSettings& settings() const { return settings_; }
  void count_monitor(std::uint64_t messages) { monitored_ += messages; }
  void count_trap(std::uint64_t messages) { trapped_ += messages; }

  /// The text of `show logging`.
  std::string show() const;

 private:
  bool admits(const WallTime& now, unsigned severity);
  void put(const WallTime& now, const LogMessage& message);
  void trim();

  LogSettings settings_;
  std::deque<std::string> lines_;
  std::size_t octets_ = 0;
  std::uint64_t buffered_ = 0, console_ = 0, monitored_ = 0, trapped_ = 0, overruns_ = 0, limited_ = 0;
  std::int64_t second_ = 0;                     // that is being counted
  std::uint64_t in_second_ = 0, left_out_ = 0;  // since it was last said
  Listener listener_;
};

/// The text of `show debugging`.
std::string show_debugging(const DebugFlags& flags);

}  // namespace cli
