#include "kernel/loop.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "kernel/host.hpp"

namespace kernel {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Loop::Loop() {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) fail("epoll_create1");
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_ < 0) fail("eventfd");
  watch(wake_, EPOLLIN, [this](std::uint32_t) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_, &count, sizeof count);
  });
}

Loop::~Loop() {
  if (signals_ >= 0) ::close(signals_);
  if (wake_ >= 0) ::close(wake_);
  if (epoll_ >= 0) ::close(epoll_);
}

void Loop::watch(int fd, std::uint32_t events, Handler handler) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  handlers_[fd] = std::make_shared<Handler>(std::move(handler));
}

void Loop::rewatch(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) < 0) fail("epoll_ctl");
}

void Loop::forget(int fd) {
  if (handlers_.erase(fd) > 0) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

unsigned Loop::add_clock(std::function<std::optional<engine::Time>()> next, std::function<void(engine::Time)> tick) {
  clocks_.emplace(++last_clock_, Clock{std::move(next), std::move(tick)});
  return last_clock_;
}

void Loop::remove_clock(unsigned number) { clocks_.erase(number); }

void Loop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(wake_, &one, sizeof one);
}

void Loop::on_signals(const std::vector<int>& signals, std::function<void(int)> handler) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
    throw std::system_error(error, std::generic_category(), "pthread_sigmask");
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) fail("signalfd");
  watch(signals_, EPOLLIN, [this, handler = std::move(handler)](std::uint32_t) {
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info) handler(static_cast<int>(info.ssi_signo));
  });
}

void Loop::run() {
  while (!stopping_.exchange(false)) turn(std::chrono::hours(1));
}

void Loop::stop() {
  stopping_ = true;
  post([] {});
}

int Loop::patience_ms(engine::Duration patience) const {
  for (const auto& [number, clock] : clocks_)
    if (const auto deadline = clock.next()) patience = std::min(patience, *deadline - monotonic_now());
  if (patience <= engine::Duration::zero()) return 0;
  // Rounded up: waking before the deadline would only turn the loop once more.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(patience);
  return static_cast<int>(std::min<std::int64_t>(rounded.count(), 3'600'000));
}

bool Loop::turn(engine::Duration patience) {
  std::array<epoll_event, 64> ready;
  const int count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience_ms(patience));
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  bool did = false;
  for (int i = 0; i < count; ++i) {
    const auto it = handlers_.find(ready[static_cast<std::size_t>(i)].data.fd);
    if (it == handlers_.end()) continue;
    const std::shared_ptr<Handler> handler = it->second;
    (*handler)(ready[static_cast<std::size_t>(i)].events);
    did = true;
  }
  did = run_tasks() || did;
  did = run_clocks() || did;
  if (did && turn_end_) turn_end_();
  return did;
}

bool Loop::run_tasks() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
  }
  for (const Task& task : tasks) task();
  return !tasks.empty();
}

bool Loop::run_clocks() {
  bool did = false;
  const engine::Time now = monotonic_now();
  for (const auto& [number, clock] : clocks_) {
    const auto deadline = clock.next();
    if (!deadline || *deadline > now) continue;
    clock.tick(now);
    did = true;
  }
  return did;
}

}  // namespace kernel
