// `configure terminal revert timer`: the promise that a configuration comes back unless someone confirms in time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/backend.hpp"
#include "kernel/loop.hpp"

namespace cli {

/// The promise stands in the database, so that a crash of the daemon does not break it. All on the loop's thread.
class RevertTimer {
 public:
  using Then = std::function<void(engine::Status)>;

  RevertTimer(kernel::Loop& loop, Backend& backend);
  ~RevertTimer();
  RevertTimer(const RevertTimer&) = delete;
  RevertTimer& operator=(const RevertTimer&) = delete;

  /// What the database has of a daemon before this one.
  void take_up(std::optional<parser::PendingRevert> promise) { pending_ = std::move(promise); }
  const std::optional<parser::PendingRevert>& pending() const { return pending_; }
  void promise(unsigned minutes, const std::string& user, Then then);
  void confirm(Then then);
  void postpone(unsigned minutes, Then then);
  void revert(Then then);

 private:
  std::int64_t seconds_now() const { return backend_.now().unix_milliseconds / 1000; }
  std::optional<engine::Time> next() const;
  void tick();
  void store(std::optional<parser::PendingRevert> wanted, Then then);
  void say(unsigned severity, std::string text) { backend_.log().add(backend_.now(), {severity, std::move(text)}); }

  kernel::Loop& loop_;
  Backend& backend_;
  unsigned clock_ = 0;
  std::optional<parser::PendingRevert> pending_;
  bool warned_ = false, reverting_ = false;
  std::int64_t not_before_ = 0;  // after a failure: when to try again
};

}  // namespace cli
