// What the daemon has to say without being asked: syslog and debug lines, kept in a bounded buffer and handed to whoever
// listens (standard error, sessions with `terminal monitor`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "cli/ios_text.hpp"

namespace cli {

/// Which debugging is on, for the whole daemon as on a router.
struct DebugFlags {
  bool ikev2 = false, ikev2_packet = false, ikev2_error = false, ipsec = false;
  bool any_ikev2() const { return ikev2 || ikev2_packet || ikev2_error; }
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

  static constexpr std::size_t buffer_octets = 262144;

  /// Keeps the message, drops the oldest ones when the buffer is full, and tells the listener.
  void add(const WallTime& now, const LogMessage& message);
  /// Called for every message from now on; one listener (the daemon), which spreads it.
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  void count_monitor(std::uint64_t messages) { monitored_ += messages; }

  /// The text of `show logging`.
  std::string show() const;

 private:
  std::deque<std::string> lines_;
  std::size_t octets_ = 0;
  std::uint64_t total_ = 0, console_ = 0, monitored_ = 0, overruns_ = 0;
  Listener listener_;
};

/// The severity up to which messages also go to the daemon's standard error.
inline constexpr unsigned console_severity = 6;

/// The text of `show debugging`.
std::string show_debugging(const DebugFlags& flags);

}  // namespace cli
