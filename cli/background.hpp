// A thread beside the loop for what is slow but is no crypto: commits with their fsync, long texts.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>

#include "kernel/loop.hpp"

namespace cli {

/// Runs what it is given one after the other; the answers come back on the loop's thread in the same order.
class Background {
 public:
  explicit Background(kernel::Loop& loop);
  /// Finishes what was queued; answers that have not arrived are dropped with the loop.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// `work` sees values only (or what belongs to this thread alone); `then` is called on the loop's thread.
  template <class Work, class Then>
  void run(Work work, Then then) {
    enqueue([this, work = std::move(work), then = std::move(then)]() mutable {
      auto result = std::make_shared<decltype(work())>(work());
      loop_.post([result, then = std::move(then)]() mutable { then(std::move(*result)); });
    });
  }
  /// Frees these beside the loop.
  template <class... Old>
  void let_go(Old... old) {
    enqueue([held = std::make_tuple(std::move(old)...)] {});
  }

 private:
  void enqueue(std::function<void()> task);
  void work();

  kernel::Loop& loop_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool ending_ = false;                      // guarded by mutex_
  std::thread thread_;
};

}  // namespace cli
