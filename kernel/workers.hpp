// Threads for crypto that costs too much for the loop's turn (engine::CostClass::pool).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/crypto/jobs.hpp"
#include "engine/event.hpp"
#include "kernel/loop.hpp"

namespace kernel {

class Workers {
 public:
  /// `done` is called on the loop's thread, once for each job that start() accepted. `threads` at least 1;
  /// `queue_limit` bounds the jobs that wait for a thread.
  Workers(Loop& loop, std::function<void(engine::JobDone)> done, unsigned threads, std::size_t queue_limit = 4096);
  /// Waits for the jobs that run; those that still wait are dropped, and no `done` is called any more.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Queues the job; it sees the keys as they are now. When the queue is full the answer is a Failure with
  /// Cause::rate_limited, posted like any other result. The loop's thread only.
  void start(engine::StartJob job, std::shared_ptr<const engine::crypto::KeyStore> keys);
  /// Runs `work`, whatever it is, on a thread in its turn, and what it returns on the loop's. A full queue does not refuse it:
  /// whoever asks bounds what it asks.
  void run(std::function<Loop::Task()> work);

 private:
  using Waiting = std::function<void()>;
  using Done = std::function<void(engine::JobDone)>;

  void work();
  bool enqueue(Waiting task, std::size_t limit);
  void deliver(engine::JobDone result);

  Loop& loop_;
  std::shared_ptr<Done> done_;  // results that are under way hold it weakly: they may arrive when the Workers are gone
  const std::size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;  // guarded by mutex_
  bool ending_ = false;        // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace kernel
