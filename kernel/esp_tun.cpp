#include "kernel/esp_tun.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "kernel/install_failure.hpp"
#include "kernel/payload_room.hpp"

namespace kernel {
namespace {

constexpr std::size_t lines_for_later = 500;  // from so many on the capture is told beside the loop
constexpr unsigned least_tun_mtu = 1280;      // with less a device has no IPv6

}  // namespace

TunPlane::TunPlane(Options options, PlaneEvents events, Capture capture, TunnelLinks links, std::shared_ptr<EventMailbox> mailbox,
                   std::unique_ptr<TunWorker> worker)
    : options_(std::move(options)),
      events_(std::move(events)),
      capture_(std::move(capture)),
      mailbox_(std::move(mailbox)),
      worker_(std::move(worker)),
      tunnels_(std::move(links), *worker_) {}

engine::Result<std::unique_ptr<TunPlane>> TunPlane::create(Options options, PlaneEvents events) {
  TRY(auto capture, Capture::open(options.instance));
  TRY(auto links, TunnelLinks::open(options.instance));
  TRY(auto sockets, EspSockets::open(options.nat_port));
  TRY(auto mailbox, EventMailbox::create());
  TRY(auto worker, TunWorker::start(std::move(sockets), mailbox));
  std::unique_ptr<TunPlane> out(new TunPlane(std::move(options), std::move(events), std::move(capture), std::move(links),
                                             std::move(mailbox), std::move(worker)));
  CHECK_OK(out->watch_events());
  return out;
}

TunPlane::~TunPlane() {
  capture_.release_all();
  tunnels_.release_all();
  if (events_fd_ >= 0) close(events_fd_);
}

engine::Status TunPlane::watch_events() {
  events_fd_ = epoll_create1(EPOLL_CLOEXEC);
  for (const int fd : {mailbox_->fd(), capture_.done_fd(), capture_.watched()[0], capture_.watched()[1]}) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (epoll_ctl(events_fd_, EPOLL_CTL_ADD, fd, &event) != 0) return failed("epoll");
  }
  return engine::Done{};
}

std::vector<std::string> TunPlane::set_tunnels(const std::vector<TunnelSpec>& tunnels) {
  auto failures = tunnels_.set(tunnels);
  capture_.forget_news();
  return failures;
}

engine::Status TunPlane::set_policy(const engine::SetPolicy& policy) {
  if (tunnels_.has(policy.interface)) {
    tunnels_.set_policy(policy);
    return engine::Done{};
  }
  if (policy.lines.empty()) {
    unprotect(policy.interface);
    return engine::Done{};
  }
  const auto device = options_.devices.find(policy.interface);
  if (device == options_.devices.end()) return failed("no device for interface " + policy.interface);
  return protect(policy.interface, device->second, policy.lines);
}

engine::Result<std::shared_ptr<TunDevice>> TunPlane::make_tun(const std::string& interface) const {
  TRY(auto tun, TunDevice::create(options_.tun_name, tun_mtu(interface), options_.datagrams));
  return std::make_shared<TunDevice>(std::move(tun));
}

engine::Status TunPlane::protect(const std::string& interface, const Device& device,
                                 const std::vector<engine::PolicyLine>& lines) {
  const auto before = protected_.find(interface);
  const bool moved = before != protected_.end() && before->second.device != device;
  const bool later = !moved && lines.size() >= lines_for_later;
  if (!later) finish_captures();
  const auto known = protected_.find(interface);
  Protected state{device, known == protected_.end() ? nullptr : known->second.tun, lines, TunDevice::mtu_of(device.name)};
  if (!state.tun) {
    TRY(state.tun, make_tun(interface));
  }
  if (later) return protect_later(interface, std::move(state));
  // The thread knows the lines before the first packet is captured for them.
  post_port(interface, state);
  if (auto applied = capture_.apply(device, state.tun->ifindex(), lines); !applied.ok()) {
    take_back(interface, known == protected_.end() ? std::nullopt : std::optional(known->second));
    return applied;
  }
  capture_.forget_news();
  if (known != protected_.end() && known->second.device.name != device.name) capture_.release(known->second.device);
  protected_.insert_or_assign(interface, std::move(state));
  return engine::Done{};
}

/// The thread of the plane has the new lines at once: it knows those that are captured until the new ones are, too, but for what
/// is gone, which it drops.
engine::Status TunPlane::protect_later(const std::string& interface, Protected state) {
  const auto known = protected_.find(interface);
  auto before = known == protected_.end() ? std::nullopt : std::optional(std::move(known->second));
  post_port(interface, state);
  if (auto ordered = capture_.apply_later(state.device, state.tun->ifindex(), state.lines); !ordered.ok()) {
    take_back(interface, std::move(before));
    return ordered;
  }
  pending_.push_back({interface, std::move(before)});
  protected_.insert_or_assign(interface, std::move(state));
  return engine::Done{};
}

void TunPlane::finish_captures() {
  capture_.wait();
  take_captures();
}

void TunPlane::take_captures() {
  for (const NftThread::Done& done : capture_.take_done()) {
    Pending pending = std::move(pending_.front());
    pending_.pop_front();
    if (done.status.ok()) continue;
    // Newer lines of the interface that wait for their turn stand; what they would give way to is what is captured still.
    const auto newer =
        std::find_if(pending_.begin(), pending_.end(), [&](const Pending& each) { return each.interface == pending.interface; });
    if (newer != pending_.end())
      newer->before = std::move(pending.before);
    else
      take_back(pending.interface, std::move(pending.before));
    if (options_.refused) options_.refused(pending.interface, done.status.failure().why);
  }
}

/// The interface is as it was before the lines that could not be captured.
void TunPlane::take_back(const std::string& interface, std::optional<Protected> before) {
  if (!before) {
    protected_.erase(interface);
    worker_->post(TunWorker::RemovePort{interface});
    return;
  }
  post_port(interface, *before);
  protected_.insert_or_assign(interface, std::move(*before));
}

void TunPlane::unprotect(const std::string& interface) {
  finish_captures();
  const auto known = protected_.find(interface);
  if (known == protected_.end()) return;
  capture_.release(known->second.device);
  protected_.erase(known);
  worker_->post(TunWorker::RemovePort{interface});
}

void TunPlane::post_port(const std::string& interface, const Protected& state) {
  worker_->post(TunPort{interface, state.tun, state.device.ifindex, LineTable(state.lines), {}});
}

engine::Status TunPlane::add_inbound(const engine::AddInbound& add) {
  const std::uint32_t spi = add.sa.spi.value;
  if (spis_.contains(spi)) return failed("SPI in use");
  TRY(auto opener, make_opener(add.sa, add.facts.replay_window));
  Child& child = children_[add.facts.child];
  if (child.spi_in != 0) return failed("inbound SA is there already");
  if (!child.shared) child.shared = std::make_shared<TunChild>(add.facts);
  child.spi_in = spi;
  spis_.put(spi, add.facts.child);
  worker_->leave(TunWorker::InstallInbound{
      std::make_unique<InboundSa>(InboundSa{spi, child.shared, std::move(opener), Lifetime(add.facts), PlaneTime{}})});
  return engine::Done{};
}

engine::Status TunPlane::add_outbound(const engine::AddOutbound& add) {
  TRY(auto sealer, Sealer::create(add.sa, add.facts.local.ip, add.facts.remote.ip));
  Child& child = children_[add.facts.child];
  if (child.outbound) return failed("outbound SA is there already");
  if (!child.shared) child.shared = std::make_shared<TunChild>(add.facts);
  child.outbound = true;
  if (tunnels_.has(add.facts.interface.text()))
    tunnels_.serve(add.facts.interface.text(), payload_room(add.facts, add.sa));
  else
    make_room(child, add);
  worker_->leave(TunWorker::InstallOutbound{
      std::make_unique<OutboundSa>(OutboundSa{child.shared, std::move(sealer), Lifetime(add.facts), 0, PlaneTime{}})});
  return engine::Done{};
}

void TunPlane::remove_child(engine::ChildSaId id) {
  const auto found = children_.find(id);
  if (found == children_.end()) return;
  const engine::ChildSaFacts& facts = found->second.shared->facts;
  if (found->second.outbound) tunnels_.leave(facts.interface.text());
  leave_room(found->second);
  worker_->leave(TunWorker::Remove{id, facts.line, found->second.spi_in});
  spis_.erase(found->second.spi_in);
  children_.erase(found);
}

unsigned TunPlane::tun_mtu(const std::string& interface) const {
  const auto rooms = rooms_.find(interface);
  return rooms == rooms_.end() ? options_.tun_mtu : std::max<unsigned>(least_tun_mtu, rooms->second.begin()->first);
}

/// Packets are cut, or refused, before they are protected. What the path beyond the device is too small for is found out later.
void TunPlane::make_room(Child& child, const engine::AddOutbound& add) {
  const std::string& interface = add.facts.interface;
  const auto port = protected_.find(interface);
  if (port == protected_.end() || add.facts.mode != engine::IpsecMode::tunnel) return;
  const std::size_t outside =
      EspSockets::overhead({add.facts.local, add.facts.remote, add.facts.udp_encapsulated ? Carrier::udp : Carrier::esp});
  if (port->second.mtu <= outside) return;
  const std::size_t room =
      payload_room(add.sa.encryption, add.sa.integrity, add.facts.remote.ip.family, port->second.mtu - outside);
  child.room = static_cast<std::uint16_t>(std::min<std::size_t>(room, 0xFFFF));
  if (child.room == 0) return;
  ++rooms_[interface][child.room];
  port->second.tun->set_mtu(tun_mtu(interface));
}

void TunPlane::leave_room(const Child& child) {
  if (child.room == 0) return;
  const std::string& interface = child.shared->facts.interface;
  const auto rooms = rooms_.find(interface);
  if (--rooms->second[child.room] == 0) rooms->second.erase(child.room);
  if (rooms->second.empty()) rooms_.erase(rooms);
  if (const auto port = protected_.find(interface); port != protected_.end()) port->second.tun->set_mtu(tun_mtu(interface));
}

engine::Status TunPlane::move_child(const engine::MoveChild& move) {
  const auto found = children_.find(move.child);
  if (found == children_.end()) return failed("no such Child SA");
  worker_->post(TunWorker::Move{move, found->second.shared->facts.line, found->second.spi_in});
  return engine::Done{};
}

ChildCounters TunPlane::counters(engine::ChildSaId child) {
  const auto found = children_.find(child);
  return found == children_.end() ? ChildCounters{} : found->second.shared->stats.snapshot();
}

void TunPlane::receive_udp_esp(const engine::SocketAddress& local, const engine::SocketAddress& remote, engine::ByteView payload,
                               std::uint8_t traffic_class) {
  worker_->post(TunWorker::UdpPacket{local.ip, remote, traffic_class, engine::to_bytes(payload)});
}

void TunPlane::mend() {
  tunnels_.mend();
  for (auto& [interface, state] : protected_) {
    if (state.tun->is_gone()) {
      auto made = make_tun(interface);
      if (!made.ok()) continue;
      state.tun = std::move(*made);
      post_port(interface, state);
    }
    (void)state.tun->bring_up();
    (void)capture_.apply(state.device, state.tun->ifindex(), state.lines);
  }
}

void TunPlane::dispatch() {
  take_captures();
  const bool disturbed = capture_.disturbed([this](unsigned ifindex) {
    return tunnels_.wants_up(ifindex) ||
           std::any_of(protected_.begin(), protected_.end(), [&](const auto& p) { return p.second.tun->ifindex() == ifindex; });
  });
  if (disturbed) mend();
  for (engine::Event& event : mailbox_->take()) events_(std::move(event));
}

void TunPlane::set_devices(DeviceMap devices) {
  options_.devices = std::move(devices);
  std::vector<std::pair<std::string, std::vector<engine::PolicyLine>>> moved;
  for (const auto& [interface, state] : protected_)
    if (const auto now = options_.devices.find(interface); now != options_.devices.end() && now->second != state.device)
      moved.emplace_back(interface, state.lines);
  for (const auto& [interface, lines] : moved) (void)protect(interface, options_.devices.find(interface)->second, lines);
}

std::uint64_t TunPlane::clear_dropped(std::string_view interface) {
  const auto found = protected_.find(interface);
  return found == protected_.end() ? 0 : capture_.clear_dropped(found->second.device);
}

}  // namespace kernel
