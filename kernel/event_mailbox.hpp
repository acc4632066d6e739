// Events on their way from a data plane's thread to the loop's.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/event.hpp"

namespace kernel {

/// Thread-safe. `fd()` is readable while events are there.
class EventMailbox {
 public:
  static engine::Result<std::shared_ptr<EventMailbox>> create();
  EventMailbox(const EventMailbox&) = delete;
  ~EventMailbox();
  int fd() const { return fd_; }
  void put(engine::Event event);
  std::vector<engine::Event> take();

 private:
  explicit EventMailbox(int fd) : fd_(fd) {}
  int fd_;
  std::mutex mutex_;
  std::vector<engine::Event> events_;
};

}  // namespace kernel
