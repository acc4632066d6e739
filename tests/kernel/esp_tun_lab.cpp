#include "esp_tun_lab.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "engine/algorithms.hpp"
#include "tests/values.hpp"

namespace kernel::lab {
namespace {

using engine::Bytes;
using engine::Family;
using engine::IpAddress;

using values::ip;

std::string unique(const std::string& name) {
  static int count = 0;
  return "spt" + std::to_string(getpid()) + "-" + std::to_string(count++) + "-" + name;
}

socklen_t to_sockaddr(const std::string& address, std::uint16_t port, sockaddr_storage& out) {
  out = {};
  const IpAddress parsed = ip(address);
  if (parsed.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, parsed.octets.data(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, parsed.octets.data(), 16);
  return sizeof v6;
}

int bound(const Namespace& space, int type, const std::string& address, std::uint16_t port) {
  const Inside inside(space);
  sockaddr_storage local;
  const socklen_t size = to_sockaddr(address, port, local);
  const int fd = socket(local.ss_family, type | SOCK_CLOEXEC, 0);
  const int one = 1;
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), size) == 0) return fd;
  close(fd);
  return -1;
}

Bytes pattern(std::size_t octets) {
  Bytes out(octets);
  for (std::size_t i = 0; i < octets; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return out;
}

bool inner_address(const IpAddress& address) {
  static const engine::Prefix inner[] = {engine::Prefix::of(ip("192.168.0.0"), 16), engine::Prefix::of(ip("10.0.0.0"), 8),
                                         engine::Prefix::of(ip("2001:db8:a::"), 48), engine::Prefix::of(ip("2001:db8:b::"), 48)};
  for (const auto& prefix : inner)
    if (prefix.contains(address)) return true;
  return false;
}

}  // namespace

engine::SaParameters parameters(std::uint32_t spi, const SiteOptions& options) {
  engine::SaParameters out;
  out.spi = {spi};
  out.encryption = engine::find_algorithm(engine::TransformType::encryption, options.cbc ? 12 : 20, 256);
  out.integrity = options.cbc ? engine::find_algorithm(engine::TransformType::integrity, 12, 0) : nullptr;
  out.extended_sequence_numbers = options.esn;
  if (options.ah) {
    out.encryption = &engine::authentication_header;
    out.integrity = engine::find_algorithm(engine::TransformType::integrity, 12, 0);
  }
  Bytes key(out.encryption->key_octets, static_cast<std::uint8_t>(spi)), mac(32, static_cast<std::uint8_t>(spi + 1));
  out.key_encryption = engine::Secret(std::move(key));
  if (out.integrity) out.key_integrity = engine::Secret(std::move(mac));
  return out;
}

bool run(const std::string& command, std::string* output) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "re");
  if (!pipe) return false;
  char buffer[4096];
  std::string text;
  while (const std::size_t got = fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, got);
  const int status = pclose(pipe);
  if (output) *output = text;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool possible() {
  static const bool answer =
      geteuid() == 0 && access("/dev/net/tun", R_OK | W_OK) == 0 && run("ip netns list") && run("nft list tables");
  return answer;
}

Namespace::Namespace(const std::string& name) : name_(unique(name)) {
  lab::run("ip netns add " + name_);
  fd_ = open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC);
  run("ip link set lo up");
}
Namespace::~Namespace() {
  close(fd_);
  lab::run("ip netns del " + name_);
}
bool Namespace::run(const std::string& command, std::string* output) const {
  return lab::run("ip netns exec " + name_ + " " + command, output);
}
std::string Namespace::output(const std::string& command) const {
  std::string text;
  run(command, &text);
  return text;
}

Inside::Inside(const Namespace& space) : before_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  setns(space.fd(), CLONE_NEWNET);
}
Inside::~Inside() {
  setns(before_, CLONE_NEWNET);
  close(before_);
}

Sniffer::Sniffer(const Namespace& space, const std::string& device) {
  const Inside inside(space);
  fd_ = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
  const int room = 64 << 20;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  (void)bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
}
Sniffer::~Sniffer() { close(fd_); }

std::vector<Bytes> Sniffer::take() {
  std::vector<Bytes> out;
  Bytes buffer(65536);
  for (;;) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0) return out;
    if (got > 0 && (buffer[0] >> 4 == 4 || buffer[0] >> 4 == 6)) out.emplace_back(buffer.begin(), buffer.begin() + got);
  }
}

Sniffer::Seen Sniffer::count() {
  Seen seen;
  for (const Bytes& packet : take()) {
    const auto facts = inspect(packet);
    if (!facts) continue;
    if (facts->fragment) ++seen.fragments;
    if (facts->protocol == 50) ++seen.esp;
    if (facts->outer_next_header == 51) ++seen.ah;
    if (facts->protocol == 17 && facts->destination_port == 4500) ++seen.udp_esp;
    if (facts->protocol == 1 && facts->source_port >> 8 == 3) ++seen.icmp_errors;
    if (facts->protocol == 58 && facts->source_port >> 8 < 128) ++seen.icmp_errors;
    if (inner_address(facts->source) || inner_address(facts->destination)) ++seen.clear;
  }
  return seen;
}

Router::Router(const Namespace& space, DeviceMap devices, TunDevice::Datagrams datagrams) : wake_(eventfd(0, EFD_CLOEXEC)) {
  auto ready = ready_.get_future();
  thread_ = std::thread([this, &space, devices, datagrams] { loop(space, devices, datagrams); });
  ready.wait();
}
Router::~Router() {
  submit([this] { stop_ = true; });
  thread_.join();
  close(wake_);
}

void Router::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  eventfd_write(wake_, 1);
}

std::vector<engine::Event> Router::events() {
  return call([this](TunPlane&) { return std::exchange(events_, {}); });
}

void Router::loop(const Namespace& space, DeviceMap devices, TunDevice::Datagrams datagrams) {
  setns(space.fd(), CLONE_NEWNET);
  const int udp4 = bound(space, SOCK_DGRAM, "0.0.0.0", 4500);
  const int udp6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  sockaddr_storage any;
  setsockopt(udp6, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  (void)bind(udp6, reinterpret_cast<sockaddr*>(&any), to_sockaddr("::", 4500, any));
  for (const int fd : {udp4, udp6}) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  TunPlane::Options options;
  options.devices = std::move(devices);
  options.datagrams = datagrams;
  auto made = TunPlane::create(std::move(options), [this](engine::Event event) { events_.push_back(std::move(event)); });
  if (!made.ok()) {
    error_ = made.failure().why;
    ready_.set_value();
    return;
  }
  plane_ = std::move(*made);
  ready_.set_value();
  while (!stop_) {
    pollfd polled[] = {{wake_, POLLIN, 0}, {plane_->event_fd(), POLLIN, 0}};
    poll(polled, 2, -1);
    if (polled[0].revents) {
      eventfd_t count;
      eventfd_read(wake_, &count);
      std::vector<std::function<void()>> tasks;
      {
        const std::lock_guard lock(mutex_);
        tasks.swap(tasks_);
      }
      for (auto& task : tasks) task();
    }
    if (polled[1].revents) plane_->dispatch();
  }
  plane_.reset();
  close(udp4);
  close(udp6);
}

Sites::Sites() : lan_a("la"), a("a"), b("b"), lan_b("lb") {
  const auto link = [](const Namespace& left, const std::string& left_device, const Namespace& right,
                       const std::string& right_device) {
    run("ip link add " + left_device + " netns " + left.name() + " type veth peer name " + right_device + " netns " +
        right.name());
    left.run("ip link set " + left_device + " up");
    right.run("ip link set " + right_device + " up");
  };
  link(a, "wan", b, "wan");
  link(a, "lan", lan_a, "eth0");
  link(b, "lan", lan_b, "eth0");
  const auto address = [](const Namespace& space, const std::string& device, const std::string& v4, const std::string& v6) {
    space.run("ip address add " + v4 + " dev " + device);
    space.run("ip address add " + v6 + " dev " + device + " nodad");
  };
  address(a, "wan", "203.0.113.10/24", "2001:db8:113::10/64");
  address(b, "wan", "203.0.113.20/24", "2001:db8:113::20/64");
  address(a, "lan", "192.168.1.1/24", "2001:db8:a::1/64");
  address(lan_a, "eth0", "192.168.1.2/24", "2001:db8:a::2/64");
  address(b, "lan", "10.0.0.1/24", "2001:db8:b::1/64");
  address(lan_b, "eth0", "10.0.0.2/24", "2001:db8:b::2/64");
  const auto gateway = [](const Namespace& space, const std::string& v4, const std::string& v6) {
    space.run("ip route add default via " + v4);
    space.run("ip -6 route add default via " + v6);
  };
  gateway(a, "203.0.113.20", "2001:db8:113::20");
  gateway(b, "203.0.113.10", "2001:db8:113::10");
  gateway(lan_a, "192.168.1.1", "2001:db8:a::1");
  gateway(lan_b, "10.0.0.1", "2001:db8:b::1");
  for (const Namespace* router : {&a, &b}) router->run("sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
}

DeviceMap Sites::devices(const Namespace& router) {
  const Inside inside(router);
  return {{interface, {"wan", if_nametoindex("wan")}}};
}

engine::SocketAddress Sites::end(bool of_a, Family outer, bool udp_encapsulated) {
  const std::string last = of_a ? "10" : "20";
  return {ip(outer == Family::v4 ? "203.0.113." + last : "2001:db8:113::" + last),
          static_cast<std::uint16_t>(udp_encapsulated ? 4500 : 500)};
}

engine::PolicyLine Sites::line(std::uint32_t id, engine::AclAction action, const engine::SelectorPair& of_a, bool at_a,
                               const SiteOptions& options) {
  engine::PolicyLine out;
  out.id = {id};
  out.action = action;
  out.selectors = at_a ? of_a : engine::SelectorPair{of_a.remote, of_a.local};
  out.mode = options.mode;
  out.local = end(at_a, options.outer, false).ip;
  out.peer = end(!at_a, options.outer, false).ip;
  return out;
}

engine::SelectorPair pair(const std::string& a, const std::string& b, std::uint8_t protocol, engine::PortRange port_a,
                          engine::PortRange port_b) {
  const auto side = [&](const std::string& text, const engine::PortRange& ports) {
    const std::size_t slash = text.find('/');
    const auto length = static_cast<std::uint8_t>(std::stoi(text.substr(slash + 1)));
    return engine::TrafficSelector::of(engine::Prefix::of(ip(text.substr(0, slash)), length), protocol, ports);
  };
  return {side(a, port_a), side(b, port_b)};
}

engine::Status install(Router& router, bool at_a, Half half, const engine::PolicyLine& line_of_a, std::uint32_t child,
                       const SiteOptions& options, std::uint64_t kilobytes) {
  engine::ChildSaFacts facts;
  facts.child = {child};
  facts.line = line_of_a.id;
  facts.interface = Sites::interface;
  facts.selectors = at_a ? line_of_a.selectors : engine::SelectorPair{line_of_a.selectors.remote, line_of_a.selectors.local};
  facts.mode = options.mode;
  facts.udp_encapsulated = options.udp_encapsulated;
  facts.local = Sites::end(at_a, options.outer, options.udp_encapsulated);
  facts.remote = Sites::end(!at_a, options.outer, options.udp_encapsulated);
  facts.lifetime_kilobytes = kilobytes;
  const std::uint32_t spi = spi_towards((half == Half::inbound) == at_a, child);
  return router.call([&](TunPlane& plane) {
    return half == Half::inbound ? plane.add_inbound({facts, parameters(spi, options)})
                                 : plane.add_outbound({facts, parameters(spi, options)});
  });
}

void connect(Router& a, Router& b, const engine::PolicyLine& line_of_a, std::uint32_t child, const SiteOptions& options,
             std::uint64_t kilobytes) {
  for (const Half half : {Half::inbound, Half::outbound}) {
    (void)install(a, true, half, line_of_a, child, options, kilobytes);
    (void)install(b, false, half, line_of_a, child, options, kilobytes);
  }
}

void protect(Router& router, std::vector<engine::PolicyLine> lines) {
  const auto status = router.call([&](TunPlane& plane) { return plane.set_policy({Sites::interface, std::move(lines)}); });
  if (!status.ok()) fprintf(stderr, "set_policy: %s\n", status.failure().why.c_str());
}

bool tcp_transfer(const Namespace& from, const std::string& source, const Namespace& to, const std::string& destination,
                  std::uint16_t port, std::size_t octets) {
  const int listener = bound(to, SOCK_STREAM, destination, port);
  const int client = bound(from, SOCK_STREAM, source, 0);
  if (listener < 0 || client < 0 || listen(listener, 1) != 0) return false;
  const Bytes data = pattern(octets);
  std::thread sender([&] {
    sockaddr_storage remote;
    const socklen_t size = to_sockaddr(destination, port, remote);
    if (connect(client, reinterpret_cast<sockaddr*>(&remote), size) == 0) {
      std::size_t sent = 0;
      while (sent < octets) {
        const ssize_t n = send(client, data.data() + sent, octets - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
      }
    }
    close(client);
  });
  Bytes got;
  const int server = accept(listener, nullptr, nullptr);
  if (server >= 0) {
    const timeval patience{5, 0};
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    Bytes buffer(65536);
    while (got.size() < octets) {
      const ssize_t n = recv(server, buffer.data(), buffer.size(), 0);
      if (n <= 0) break;
      got.insert(got.end(), buffer.begin(), buffer.begin() + n);
    }
    close(server);
  } else {
    shutdown(client, SHUT_RDWR);
  }
  sender.join();
  close(listener);
  return got == data;
}

bool udp_exchange(const Namespace& from, const std::string& source, const Namespace& to, const std::string& destination,
                  std::uint16_t port, std::size_t octets) {
  const int server = bound(to, SOCK_DGRAM, destination, port);
  const int client = bound(from, SOCK_DGRAM, source, 0);
  if (server < 0 || client < 0) return false;
  const int off = IP_PMTUDISC_DONT;
  setsockopt(client, IPPROTO_IP, IP_MTU_DISCOVER, &off, sizeof off);
  const Bytes data = pattern(octets);
  sockaddr_storage remote;
  const socklen_t size = to_sockaddr(destination, port, remote);
  Bytes buffer(65536);
  ssize_t got = -1;
  const timeval patience{1, 0};
  setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int tries = 0; tries < 3 && got < 0; ++tries) {  // the first may only teach the sender the path's MTU
    sendto(client, data.data(), data.size(), 0, reinterpret_cast<sockaddr*>(&remote), size);
    got = recv(server, buffer.data(), buffer.size(), 0);
  }
  close(server);
  close(client);
  buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return buffer == data;
}

bool ping(const Namespace& from, const std::string& source, const std::string& destination, const std::string& more) {
  return from.run("ping -n -c 2 -i 0.2 -W 2 -I " + source + " " + more + " " + destination);
}

}  // namespace kernel::lab
