#include "kernel/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "kernel/install_failure.hpp"
#include "kernel/placeholder_address.hpp"

namespace kernel {
namespace {

// A host without the setting (IPv6 off) needs it not.
void write_setting(const std::string& path, std::string_view value) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  [[maybe_unused]] const auto written = write(fd, value.data(), value.size());
  close(fd);
}

// Names that older headers do not have (linux/if_tun.h).
constexpr unsigned tun_f_uso4 = 0x20, tun_f_uso6 = 0x40;

void set_placeholder_address(ifreq& request) {
  auto& address = reinterpret_cast<sockaddr_in&>(request.ifr_addr);
  address = {};
  address.sin_family = AF_INET;
  std::memcpy(&address.sin_addr, placeholder_address().octets.data(), sizeof address.sin_addr);
}

engine::Status set_up(const std::string& name, unsigned mtu) {
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return failed_call("control socket");
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_mtu = static_cast<int>(mtu);
  bool done = ioctl(control, SIOCSIFMTU, &request) == 0;
  set_placeholder_address(request);
  done = done && ioctl(control, SIOCSIFADDR, &request) == 0;
  done = done && ioctl(control, SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  done = done && ioctl(control, SIOCSIFFLAGS, &request) == 0;
  const int error = errno;
  close(control);
  errno = error;
  if (!done) return failed_call("TUN device");
  return engine::Done{};
}

}  // namespace

TunDevice::TunDevice(TunDevice&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      udp_offload_(other.udp_offload_),
      mtu_(other.mtu_),
      name_(std::move(other.name_)),
      ifindex_(other.ifindex_) {}

TunDevice::~TunDevice() {
  if (fd_ >= 0) close(fd_);
}

unsigned TunDevice::mtu_of(const std::string& name) {
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) return 0;
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  const bool known = ioctl(control, SIOCGIFMTU, &request) == 0;
  close(control);
  return known ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

void TunDevice::set_mtu(unsigned mtu) {
  if (std::exchange(mtu_, mtu) != mtu) (void)bring_up();
}

bool TunDevice::is_gone() const {
  ifreq request{};
  return ioctl(fd_, TUNGETIFF, &request) != 0;
}

engine::Status TunDevice::bring_up() const { return set_up(name_, mtu_); }

engine::Result<TunDevice> TunDevice::attach(std::string_view name, Datagrams datagrams) {
  TunDevice out;
  out.fd_ = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (out.fd_ < 0) return failed_call("/dev/net/tun");
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
  if (ioctl(out.fd_, TUNSETIFF, &request) != 0) return failed_call("TUN device " + std::string(name));
  constexpr unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  out.udp_offload_ = datagrams == Datagrams::probe && ioctl(out.fd_, TUNSETOFFLOAD, tcp | tun_f_uso4 | tun_f_uso6) == 0;
  if (!out.udp_offload_ && ioctl(out.fd_, TUNSETOFFLOAD, tcp) != 0)
    return failed_call("offloads of TUN device " + std::string(name));
  out.name_ = request.ifr_name;
  out.ifindex_ = if_nametoindex(request.ifr_name);
  write_setting("/proc/sys/net/ipv4/conf/" + out.name_ + "/rp_filter", "2");
  write_setting("/proc/sys/net/ipv6/conf/" + out.name_ + "/addr_gen_mode", "1");
  write_setting("/proc/sys/net/ipv6/conf/" + out.name_ + "/accept_ra", "0");
  return out;
}

engine::Result<TunDevice> TunDevice::create(std::string_view name, unsigned mtu, Datagrams datagrams) {
  TRY(TunDevice out, attach(name, datagrams));
  out.mtu_ = mtu;
  CHECK_OK(out.bring_up());
  return out;
}

engine::Result<TunDevice> TunDevice::create_bare(std::string_view name) {
  TRY(TunDevice out, attach(name, Datagrams::probe));
  out.set_carrier(false);
  return out;
}

void TunDevice::set_carrier(bool on) const {
  int carrier = on ? 1 : 0;
  ioctl(fd_, TUNSETCARRIER, &carrier);
}

void TunDevice::set_lasting(bool on) const { ioctl(fd_, TUNSETPERSIST, on ? 1 : 0); }

}  // namespace kernel
