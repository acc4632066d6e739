#include "kernel/event_mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kernel {

engine::Result<std::shared_ptr<EventMailbox>> EventMailbox::create() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0)
    return engine::Failure{engine::NotifyType::none, engine::Cause::install_failed,
                           std::string("eventfd: ") + std::strerror(errno)};
  return std::shared_ptr<EventMailbox>(new EventMailbox(fd));
}

EventMailbox::~EventMailbox() { close(fd_); }

void EventMailbox::put(engine::Event event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  if (events_.size() == 1) eventfd_write(fd_, 1);
}

std::vector<engine::Event> EventMailbox::take() {
  const std::lock_guard lock(mutex_);
  eventfd_t count;
  eventfd_read(fd_, &count);
  return std::exchange(events_, {});
}

}  // namespace kernel
