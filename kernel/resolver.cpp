#include "kernel/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace kernel {
namespace {

std::optional<engine::IpAddress> address_of(const addrinfo& found) {
  if (found.ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, found.ai_addr, sizeof v4);
    return engine::IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4});
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, found.ai_addr, sizeof v6);
  return engine::IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16});
}

}  // namespace

engine::Resolved look_up(const engine::PeerName& name) {
  engine::Resolved out{name, {}, {}};
  addrinfo wanted{};
  wanted.ai_family = name.family == engine::Family::v4 ? AF_INET : AF_INET6;
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(name.name.c_str(), nullptr, &wanted, &found);
  if (failed != 0) {
    out.failure = failed == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(failed);
    return out;
  }
  for (const addrinfo* each = found; each; each = each->ai_next)
    if (const auto address = address_of(*each)) out.addresses.push_back(*address);
  ::freeaddrinfo(found);
  return out;
}

struct Resolver::Shared {
  Shared(Loop& l, std::function<void(const engine::Resolved&)> a, LookUp u)
      : loop(&l), answer(std::move(a)), look_up(std::move(u)) {}
  Loop* const loop;
  const std::function<void(const engine::Resolved&)> answer;
  const LookUp look_up;
  std::mutex mutex;
  std::deque<engine::PeerName> queue;  // guarded by mutex
  unsigned threads = 0;                // guarded by mutex
  bool over = false;                   // guarded by mutex: the loop may be gone

  /// A thread's life: until there is nothing to look up.
  static void work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (!shared->over && !shared->queue.empty()) {
      const engine::PeerName name = std::move(shared->queue.front());
      shared->queue.pop_front();
      lock.unlock();
      engine::Resolved found = shared->look_up(name);
      lock.lock();
      if (shared->over) break;
      shared->loop->post([weak = std::weak_ptr<Shared>(shared), found = std::move(found)] {
        if (const auto alive = weak.lock(); alive && !alive->ended()) alive->answer(found);
      });
    }
    --shared->threads;
  }
  bool ended() {
    const std::lock_guard lock(mutex);
    return over;
  }
};

Resolver::Resolver(Loop& loop, std::function<void(const engine::Resolved&)> answer, LookUp look_up)
    : shared_(std::make_shared<Shared>(loop, std::move(answer), std::move(look_up))) {}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->over = true;
}

void Resolver::ask(const engine::PeerName& name) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push_back(name);
    if (shared_->threads == most_at_once) return;
    ++shared_->threads;
  }
  std::thread([shared = shared_] { Shared::work(shared); }).detach();
}

}  // namespace kernel
