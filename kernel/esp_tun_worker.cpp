#include "kernel/esp_tun_worker.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernel/install_failure.hpp"
#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

using engine::Family;

constexpr std::size_t most_waiting = 4096;
constexpr int frames_per_turn = 64;

}  // namespace

TunWorker::TunWorker(EspSockets sockets, std::shared_ptr<EventMailbox> mailbox)
    : sockets_(std::move(sockets)),
      mailbox_(std::move(mailbox)),
      outbound_(sockets_, sas_, *mailbox_),
      inbound_(sas_, *mailbox_, [this](const InboundSa& sa) { return port_of(sa); }),
      frame_(vnet_header_octets + largest_packet) {}

engine::Result<std::unique_ptr<TunWorker>> TunWorker::start(EspSockets sockets, std::shared_ptr<EventMailbox> mailbox) {
  std::unique_ptr<TunWorker> out(new TunWorker(std::move(sockets), std::move(mailbox)));
  CHECK_OK(out->prepare());
  // Signals belong to the loop's thread; a new thread starts with its maker's mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  out->thread_ = std::thread([worker = out.get()] { worker->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return out;
}

engine::Status TunWorker::watch(int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  if (fd >= 0 && epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) return failed_call("epoll");
  return engine::Done{};
}

engine::Status TunWorker::prepare() {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_ < 0 || wake_ < 0) return failed_call("epoll");
  CHECK_OK(watch(wake_));
  for (const Family family : {Family::v4, Family::v6})
    for (const Carrier carrier : {Carrier::esp, Carrier::udp, Carrier::ah}) CHECK_OK(watch(sockets_.receive_fd(family, carrier)));
  return engine::Done{};
}

TunWorker::~TunWorker() {
  stopping_ = true;
  if (wake_ >= 0) eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  if (epoll_ >= 0) close(epoll_);
  if (wake_ >= 0) close(wake_);
}

void TunWorker::post(Command command) {
  leave(std::move(command));
  flush();
}

void TunWorker::leave(Command command) {
  const std::lock_guard lock(mutex_);
  if (posted_.size() >= most_waiting && std::holds_alternative<UdpPacket>(command)) return;
  posted_.push_back(std::move(command));
  any_posted_ = true;
}

void TunWorker::flush() {
  {
    const std::lock_guard lock(mutex_);
    if (posted_.empty() || std::exchange(rung_, true)) return;
  }
  eventfd_write(wake_, 1);
}

void TunWorker::run() {
  std::array<epoll_event, 16> events;
  while (!stopping_) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    now_ = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      // The bell is silenced before what was posted is taken: one that rings in between must not go unheard.
      eventfd_t rung;
      if (fd == wake_) eventfd_read(wake_, &rung);
      if (any_posted_.load(std::memory_order_acquire)) take_posted();
      if (fd != wake_ && !read_esp(fd)) read_tun(fd);
    }
  }
}

void TunWorker::take_posted() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    any_posted_ = rung_ = false;
    commands.swap(posted_);
  }
  for (Command& command : commands) std::visit([this](auto& c) { apply(c); }, command);
}

void TunWorker::apply(InstallOutbound& command) {
  const engine::PolicyLineId line = command.sa->child->facts.line;
  const auto port = ports_.find(command.sa->child->facts.interface.text());
  sas_.add(std::move(command.sa));
  if (port != ports_.end()) outbound_.release(port->second, line, now_);
}

void TunWorker::apply(TunPort& command) {
  const auto known = ports_.find(command.interface);
  if (known == ports_.end() || known->second.tun != command.tun) (void)watch(command.tun->fd());
  if (known != ports_.end()) {
    std::vector<engine::PolicyLineId> kept;
    for (const auto& line : command.lines.lines()) kept.push_back(line.id);
    std::sort(kept.begin(), kept.end());
    for (const auto& old : known->second.lines.lines())
      if (!std::binary_search(kept.begin(), kept.end(), old.id)) outbound_.forget(old.id);
  }
  ports_.insert_or_assign(command.interface, std::move(command));
}

void TunWorker::apply(RemovePort& command) {
  const auto known = ports_.find(command.interface);
  if (known == ports_.end()) return;
  for (const auto& line : known->second.lines.lines()) outbound_.forget(line.id);
  ports_.erase(known);
}

void TunWorker::apply(UdpPacket& command) {
  const ReceivedEsp received{command.remote.ip, command.local, command.remote.port, command.traffic_class, command.esp, {},
                             command.esp.size()};
  inbound_.packets({&received, 1}, Carrier::udp, now_);
}

TunPort* TunWorker::port_of(const InboundSa& sa) {
  const auto found = ports_.find(sa.child->facts.interface.text());
  return found == ports_.end() ? nullptr : &found->second;
}

// Everything that waits, in one call; false: no such socket.
bool TunWorker::read_esp(int fd) {
  for (const Family family : {Family::v4, Family::v6})
    for (const Carrier carrier : {Carrier::esp, Carrier::udp, Carrier::ah}) {
      if (fd != sockets_.receive_fd(family, carrier)) continue;
      inbound_.packets(receiver_.receive(fd, family, carrier), carrier, now_);
      return true;
    }
  return false;
}

void TunWorker::read_tun(int fd) {
  const auto port = std::find_if(ports_.begin(), ports_.end(), [&](const auto& p) { return p.second.tun->fd() == fd; });
  if (port == ports_.end()) return;
  for (int i = 0; i < frames_per_turn; ++i) {
    const ssize_t got = read(fd, frame_.data(), frame_.size());
    if (got <= 0) break;
    outbound_.frame(port->second, {frame_.data(), static_cast<std::size_t>(got)}, now_);
  }
  outbound_.flush();
}

}  // namespace kernel
