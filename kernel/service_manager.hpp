// What a service manager wants to hear (sd_notify(3)'s protocol: datagrams of NAME=VALUE lines to the socket that
// NOTIFY_SOCKET names). Where none listens, nothing happens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ids.hpp"

namespace kernel {

class ServiceManager {
 public:
  /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child inherits them.
  ServiceManager();

  /// We serve; `status` is one line for people.
  void ready(std::string_view status) const;
  void stopping() const { say("STOPPING=1"); }
  void alive() const { say("WATCHDOG=1"); }
  /// How often alive() is to be said: half of what the manager waits; nullopt where it does not.
  std::optional<engine::Duration> alive_interval() const { return interval_; }

 private:
  void say(std::string_view lines) const;

  std::string socket_;
  std::optional<engine::Duration> interval_;
};

}  // namespace kernel
