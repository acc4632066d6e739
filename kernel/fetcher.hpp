// HTTP beside the loop: a thread for each fetch under way, and never more than `most_at_once`.
#pragma once

#include <functional>
#include <memory>

#include "kernel/http.hpp"
#include "kernel/loop.hpp"

namespace kernel {

class Fetcher {
 public:
  static constexpr unsigned most_at_once = 8;
  static constexpr std::size_t most_waiting = 1024;  // more are answered with a failure at once
  using Answer = engine::Result<engine::Bytes>;
  using Then = std::function<void(const Answer&)>;
  using Fetch = std::function<Answer(const http::Request&)>;

  explicit Fetcher(Loop& loop, Fetch fetch = http::fetch);
  /// Waits for none: what they bring is dropped.
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  /// `then` is called once, on the loop's thread, and not from within. The loop's thread only.
  void fetch(http::Request request, Then then);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // with threads that outlive the Fetcher
};

}  // namespace kernel
