// Two sites in network namespaces, one tun plane in each router, SAs by hand: what the tests of the tun plane stand on.
//
//   lan_a ---- a ==== wan ==== b ---- lan_b       a: 203.0.113.10, 2001:db8:113::10; b: .20, ::20
//   192.168.1.2 .1             .1 10.0.0.2        2001:db8:a::/64, 2001:db8:b::/64
#pragma once

#include <future>
#include <mutex>
#include <string>
#include <thread>

#include "kernel/esp_tun.hpp"

namespace kernel::lab {

/// Root, TUN devices and nftables are there.
bool possible();

/// Runs a command; true when it ended with 0. Its output goes to `output`, if given.
bool run(const std::string& command, std::string* output = nullptr);

class Namespace {
 public:
  explicit Namespace(const std::string& name);
  ~Namespace();
  Namespace(const Namespace&) = delete;
  const std::string& name() const { return name_; }
  bool run(const std::string& command, std::string* output = nullptr) const;
  std::string output(const std::string& command) const;
  int fd() const { return fd_; }

 private:
  std::string name_;
  int fd_ = -1;
};

/// The calling thread is in the namespace while this lives.
class Inside {
 public:
  explicit Inside(const Namespace& space);
  ~Inside();
  Inside(const Inside&) = delete;

 private:
  int before_;
};

/// Sees every packet of a device, both directions.
class Sniffer {
 public:
  Sniffer(const Namespace& space, const std::string& device);
  ~Sniffer();
  /// IP packets since the last call.
  std::vector<engine::Bytes> take();
  struct Seen {
    unsigned clear = 0;  // packets with an inner address in their outer header
    unsigned esp = 0, udp_esp = 0, ah = 0, icmp_errors = 0, fragments = 0;
  };
  /// The same, counted; what link layer and IPv6 neighbours say to each other is left out.
  Seen count();

 private:
  int fd_;
};

/// A plane on a thread of its own that is its loop, beside UDP sockets on port 4500 as IKE has them.
class Router {
 public:
  Router(const Namespace& space, DeviceMap devices, TunDevice::Datagrams datagrams = TunDevice::Datagrams::probe);
  ~Router();
  Router(const Router&) = delete;

  /// Runs `work` with the plane on the loop's thread.
  template <class Work>
  auto call(Work work) {
    std::packaged_task<decltype(work(std::declval<TunPlane&>()))()> task([&] { return work(*plane_); });
    auto answer = task.get_future();
    submit([&] { task(); });
    return answer.get();
  }
  std::vector<engine::Event> events();
  const std::string& error() const { return error_; }

 private:
  void submit(std::function<void()> task);
  void loop(const Namespace& space, DeviceMap devices, TunDevice::Datagrams datagrams);

  int wake_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  std::vector<engine::Event> events_;
  bool stop_ = false;
  std::string error_;
  std::unique_ptr<TunPlane> plane_;
  std::promise<void> ready_;
  std::thread thread_;
};

struct SiteOptions {
  engine::Family outer = engine::Family::v4;
  bool udp_encapsulated = false;
  bool cbc = false;
  bool esn = false;
  bool ah = false;
  engine::IpsecMode mode = engine::IpsecMode::tunnel;
};

/// The whole topology.
class Sites {
 public:
  Sites();
  Namespace lan_a, a, b, lan_b;

  static constexpr const char* interface = "GigabitEthernet0/0";
  static DeviceMap devices(const Namespace& router);
  static engine::SocketAddress end(bool of_a, engine::Family outer, bool udp_encapsulated);
  /// A line of router a; of router b, mirrored.
  static engine::PolicyLine line(std::uint32_t id, engine::AclAction action, const engine::SelectorPair& of_a, bool at_a,
                                 const SiteOptions& options = {});
};

engine::SelectorPair pair(const std::string& a, const std::string& b, std::uint8_t protocol = 0, engine::PortRange port_a = {},
                          engine::PortRange port_b = {});

/// What connect() and install() give the SA with that SPI.
engine::SaParameters parameters(std::uint32_t spi, const SiteOptions& options);
/// The SPI of what router a, or b, receives.
constexpr std::uint32_t spi_towards(bool a, std::uint32_t child) { return 0x1000 + child * 2 + (a ? 0 : 1); }

/// A Child SA for the line on both routers.
void connect(Router& a, Router& b, const engine::PolicyLine& line_of_a, std::uint32_t child, const SiteOptions& options = {},
             std::uint64_t kilobytes = 0);
enum class Half : std::uint8_t { inbound, outbound };
engine::Status install(Router& router, bool at_a, Half half, const engine::PolicyLine& line_of_a, std::uint32_t child,
                       const SiteOptions& options = {}, std::uint64_t kilobytes = 0);
void protect(Router& router, std::vector<engine::PolicyLine> lines);

/// Sends `octets` by TCP and checks that the same arrive; false if not within seconds.
bool tcp_transfer(const Namespace& from, const std::string& source, const Namespace& to, const std::string& destination,
                  std::uint16_t port, std::size_t octets);
bool udp_exchange(const Namespace& from, const std::string& source, const Namespace& to, const std::string& destination,
                  std::uint16_t port, std::size_t octets);
bool ping(const Namespace& from, const std::string& source, const std::string& destination, const std::string& more = "");

}  // namespace kernel::lab
