#include "kernel/fetcher.hpp"

#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace kernel {

struct Fetcher::Shared {
  Shared(Loop& l, Fetch f) : loop(&l), fetch(std::move(f)) {}
  Loop* const loop;
  const Fetch fetch;
  std::mutex mutex;
  std::deque<std::pair<http::Request, Then>> queue;  // guarded by mutex
  unsigned threads = 0;                              // guarded by mutex
  bool over = false;                                 // guarded by mutex: the loop may be gone

  static void deliver(const std::shared_ptr<Shared>& shared, Then then, Answer answer) {
    shared->loop->post([weak = std::weak_ptr<Shared>(shared), then = std::move(then), answer = std::move(answer)] {
      if (const auto alive = weak.lock(); alive && !alive->ended()) then(answer);
    });
  }
  /// A thread's life: until there is nothing to fetch.
  static void work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (!shared->over && !shared->queue.empty()) {
      auto [request, then] = std::move(shared->queue.front());
      shared->queue.pop_front();
      lock.unlock();
      Answer answer = shared->fetch(request);
      lock.lock();
      if (shared->over) break;
      deliver(shared, std::move(then), std::move(answer));
    }
    --shared->threads;
  }
  bool ended() {
    const std::lock_guard lock(mutex);
    return over;
  }
};

Fetcher::Fetcher(Loop& loop, Fetch fetch) : shared_(std::make_shared<Shared>(loop, std::move(fetch))) {}

Fetcher::~Fetcher() {
  const std::lock_guard lock(shared_->mutex);
  shared_->over = true;
}

void Fetcher::fetch(http::Request request, Then then) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->queue.size() >= most_waiting)
    return Shared::deliver(shared_, std::move(then),
                           engine::Failure{.cause = engine::Cause::rate_limited, .why = "too much is to be fetched already"});
  shared_->queue.emplace_back(std::move(request), std::move(then));
  if (shared_->threads == most_at_once) return;
  ++shared_->threads;
  std::thread([shared = shared_] { Shared::work(shared); }).detach();
}

}  // namespace kernel
