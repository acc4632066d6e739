#include "kernel/workers.hpp"

#include <limits>

#include "kernel/host.hpp"

namespace kernel {

Workers::Workers(Loop& loop, std::function<void(engine::JobDone)> done, unsigned threads, std::size_t queue_limit)
    : loop_(loop), done_(std::make_shared<Done>(std::move(done))), queue_limit_(queue_limit) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::start(engine::StartJob job, std::shared_ptr<const engine::crypto::KeyStore> keys) {
  const engine::JobId id = job.id;
  // A task must be copyable, a job with secrets is not.
  auto shared = std::make_shared<engine::crypto::Job>(std::move(job.job));
  if (!enqueue(
          [this, id, shared, keys = std::move(keys)] {
            deliver({id, engine::crypto::run(std::move(*shared), *keys, wall_seconds())});
          },
          queue_limit_))
    deliver({id, engine::Failure{.cause = engine::Cause::rate_limited, .why = "too many jobs wait for a crypto worker"}});
}

void Workers::run(std::function<Loop::Task()> work) {
  (void)enqueue(
      [this, work = std::move(work)] {
        loop_.post([done = std::weak_ptr<Done>(done_), then = work()] {
          if (done.lock()) then();
        });
      },
      std::numeric_limits<std::size_t>::max());
}

bool Workers::enqueue(Waiting task, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= limit) return false;
  queue_.push_back(std::move(task));
  wake_.notify_one();
  return true;
}

void Workers::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (ending_) return;
    const Waiting next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    next();
  }
}

void Workers::deliver(engine::JobDone result) {
  // A posted task must be copyable, a result with secrets is not.
  auto shared = std::make_shared<engine::JobDone>(std::move(result));
  loop_.post([done = std::weak_ptr<Done>(done_), shared] {
    if (const auto alive = done.lock()) (*alive)(std::move(*shared));
  });
}

}  // namespace kernel
