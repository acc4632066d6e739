// The daemon's one thread of decisions: descriptors, deadlines, signals and messages from other threads, in turns.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/ids.hpp"

namespace kernel {

/// Everything but post() and stop() belongs to the thread that calls run(). Handlers may watch, forget and post freely;
/// they must not block.
class Loop {
 public:
  /// `events` as epoll gives them (EPOLLIN, ...).
  using Handler = std::function<void(std::uint32_t events)>;
  using Task = std::function<void()>;

  /// Throws std::system_error when the kernel has no descriptor left.
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Calls `handler` whenever `fd` is ready for one of `events` (level-triggered). The descriptor stays the caller's and
  /// must be forgotten before it is closed. Throws std::system_error when epoll refuses it.
  void watch(int fd, std::uint32_t events, Handler handler);
  /// Other events for a descriptor that is watched.
  void rewatch(int fd, std::uint32_t events);
  /// No handler of `fd` runs after this, not even later in the present turn. Harmless if it is not watched.
  void forget(int fd);

  /// Something that has deadlines of its own: `next` tells the earliest (nullopt: none), and is asked once a turn; `tick`
  /// is called when it has come. Nothing is armed, so nothing need be cancelled. Returns a number for remove_clock().
  unsigned add_clock(std::function<std::optional<engine::Time>()> next, std::function<void(engine::Time now)> tick);
  /// Harmless for a number that is not (any more) one. Not from within a clock's own functions.
  void remove_clock(unsigned number);

  /// `last` is called at the end of every turn that did anything: for what is cheaper done for many at once. One only.
  void at_turn_end(std::function<void()> last) { turn_end_ = std::move(last); }

  /// Runs `task` on the loop's thread, in the order posted. From any thread.
  void post(Task task);

  /// `handler` gets the signals instead of the process's default action. To be called once, before other threads start (they
  /// inherit the mask). Throws std::system_error.
  void on_signals(const std::vector<int>& signals, std::function<void(int signal)> handler);

  /// Turns until stop().
  void run();
  /// One turn: waits for at most `patience` (or until a clock's deadline), then does what is ready. True if anything was.
  bool turn(engine::Duration patience);
  /// Ends run() after the present turn. From any thread.
  void stop();

 private:
  struct Clock {
    std::function<std::optional<engine::Time>()> next;
    std::function<void(engine::Time)> tick;
  };

  int patience_ms(engine::Duration patience) const;
  bool run_tasks();
  bool run_clocks();

  int epoll_ = -1;
  int wake_ = -1;
  int signals_ = -1;
  std::atomic<bool> stopping_{false};
  // Shared, so that a handler that forgets its own descriptor does not destroy itself while it runs.
  std::unordered_map<int, std::shared_ptr<Handler>> handlers_;
  std::map<unsigned, Clock> clocks_;
  unsigned last_clock_ = 0;
  std::function<void()> turn_end_;
  std::mutex mutex_;
  std::vector<Task> tasks_;  // guarded by mutex_
};

}  // namespace kernel
