#include "cli/ping.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/bytes.hpp"
#include "kernel/host.hpp"

namespace cli {
namespace {

using engine::Bytes;
using engine::ByteView;

constexpr unsigned marks_in_a_line = 70;
constexpr std::size_t icmp_header = 8;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

int icmp_socket(int family, int protocol) { return ::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol); }

struct SocketName {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketName socket_name(const engine::IpAddress& address) {
  SocketName out;
  if (address.is_v4()) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    std::memcpy(&v4->sin_addr, address.octets.data(), 4);
    out.length = sizeof(sockaddr_in);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    std::memcpy(&v6->sin6_addr, address.octets.data(), 16);
    out.length = sizeof(sockaddr_in6);
  }
  return out;
}

/// RFC 1071, over `data` as it stands.
std::uint16_t checksum(ByteView data) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < data.size(); i += 2)
    sum += static_cast<std::uint32_t>(data[i]) << 8 | (i + 1 < data.size() ? data[i + 1] : 0U);
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// What an ICMP message says about one of our echo requests.
struct Verdict {
  char mark = '?';
  std::uint16_t id = 0, sequence = 0;
};

std::optional<Verdict> echo_fields(ByteView icmp, char mark) {
  engine::Reader reader(icmp);
  if (!reader.bytes(4)) return std::nullopt;
  const auto id = reader.u16(), sequence = reader.u16();
  if (!id || !sequence) return std::nullopt;
  return Verdict{mark, *id, *sequence};
}

/// The request inside an ICMP error begins behind the error's own header.
std::optional<Verdict> quoted(ByteView icmp, std::size_t inner_header, std::uint8_t echo_type, char mark) {
  if (icmp.size() < icmp_header + inner_header + icmp_header) return std::nullopt;
  const ByteView inner = icmp.subspan(icmp_header + inner_header);
  return inner[0] == echo_type ? echo_fields(inner, mark) : std::nullopt;
}

std::optional<Verdict> judge_v4(ByteView packet) {
  if (packet.empty()) return std::nullopt;
  const std::size_t header = std::size_t{packet[0] & 0xFU} * 4;
  if (packet.size() < header + icmp_header) return std::nullopt;
  const ByteView icmp = packet.subspan(header);
  if (icmp[0] == ICMP_ECHOREPLY) return echo_fields(icmp, '!');
  if (icmp.size() <= icmp_header) return std::nullopt;
  const std::size_t inner = std::size_t{icmp[icmp_header] & 0xFU} * 4;
  if (icmp[0] == ICMP_DEST_UNREACH) return quoted(icmp, inner, ICMP_ECHO, icmp[1] == ICMP_FRAG_NEEDED ? 'M' : 'U');
  if (icmp[0] == ICMP_TIME_EXCEEDED) return quoted(icmp, inner, ICMP_ECHO, '&');
  if (icmp[0] == ICMP_SOURCE_QUENCH) return quoted(icmp, inner, ICMP_ECHO, 'Q');
  return std::nullopt;
}

std::optional<Verdict> judge_v6(ByteView icmp) {
  if (icmp.size() < icmp_header) return std::nullopt;
  if (icmp[0] == ICMP6_ECHO_REPLY) return echo_fields(icmp, '!');
  constexpr std::size_t inner = 40;
  if (icmp[0] == ICMP6_DST_UNREACH) return quoted(icmp, inner, ICMP6_ECHO_REQUEST, 'U');
  if (icmp[0] == ICMP6_PACKET_TOO_BIG) return quoted(icmp, inner, ICMP6_ECHO_REQUEST, 'M');
  if (icmp[0] == ICMP6_TIME_EXCEEDED) return quoted(icmp, inner, ICMP6_ECHO_REQUEST, '&');
  return std::nullopt;
}

class Pinger final : public Activity {
 public:
  Pinger(kernel::Loop& loop, const parser::Ping& command, std::function<void(std::string)> output, std::function<void()> done)
      : loop_(loop),
        command_(command),
        output_(std::move(output)),
        done_(std::move(done)),
        socket_(v4() ? icmp_socket(AF_INET, IPPROTO_ICMP) : icmp_socket(AF_INET6, IPPROTO_ICMPV6)),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {}

  ~Pinger() override { stop_watching(); }

  void begin(const std::optional<engine::IpAddress>& source) {
    if (socket_.get() < 0 || timer_.get() < 0) {
      give_up(std::string("% Error: ping needs an ICMP socket: ") + std::strerror(errno) + "\n");
      return;
    }
    if (source) {
      const auto name = socket_name(*source);
      if (source->family != command_.destination.family || ::bind(socket_.get(), name.get(), name.length) < 0) {
        give_up("% Invalid source address- IP address not on any of our up interfaces\n");
        return;
      }
    }
    if (v4()) {
      const int fragment = IP_PMTUDISC_DONT;
      ::setsockopt(socket_.get(), IPPROTO_IP, IP_MTU_DISCOVER, &fragment, sizeof fragment);
    }
    static std::uint16_t last_id = static_cast<std::uint16_t>(::getpid());
    id_ = ++last_id;
    output_("Type escape sequence to abort.\nSending " + std::to_string(command_.repeat) + ", " + std::to_string(command_.size) +
            "-byte ICMP Echos to " + ios_address(command_.destination) + ", timeout is " +
            std::to_string(command_.timeout_seconds) + " seconds:\n" +
            (source ? "Packet sent with a source address of " + ios_address(*source) + " \n" : ""));
    loop_.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
    loop_.watch(timer_.get(), EPOLLIN, [this](std::uint32_t) { timed_out(); });
    watching_ = true;
    send_next();
  }

  void interrupt() override {
    if (!finished_) finish();
  }

 private:
  bool v4() const { return command_.destination.is_v4(); }

  void stop_watching() {
    if (!std::exchange(watching_, false)) return;
    loop_.forget(socket_.get());
    loop_.forget(timer_.get());
  }

  void send_next() {
    if (sent_ >= command_.repeat) {
      finish();
      return;
    }
    ++sent_;
    // The size that is asked for is that of the whole IP packet.
    const std::size_t headers = (v4() ? 20 : 40) + icmp_header;
    Bytes packet(icmp_header + (command_.size > headers ? command_.size - headers : 0));
    for (std::size_t i = icmp_header; i < packet.size(); ++i) packet[i] = i % 2 == 0 ? 0xAB : 0xCD;
    packet[0] = v4() ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
    put_u16(packet, 4, id_);
    put_u16(packet, 6, static_cast<std::uint16_t>(sent_));
    if (v4()) put_u16(packet, 2, checksum(packet));
    const auto name = socket_name(command_.destination);
    sent_at_ = kernel::monotonic_now();
    // A packet the host refuses to route counts as lost, as on a router: the timeout tells it.
    [[maybe_unused]] const ssize_t put = ::sendto(socket_.get(), packet.data(), packet.size(), 0, name.get(), name.length);
    itimerspec due{};
    due.it_value.tv_sec = static_cast<time_t>(std::max(1U, command_.timeout_seconds));
    ::timerfd_settime(timer_.get(), 0, &due, nullptr);
  }

  static void put_u16(Bytes& packet, std::size_t at, std::uint16_t value) {
    packet[at] = static_cast<std::uint8_t>(value >> 8);
    packet[at + 1] = static_cast<std::uint8_t>(value);
  }

  void receive() {
    std::array<std::uint8_t, 65536> buffer;
    for (int bound = 0; bound < 32 && !finished_; ++bound) {
      const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got < 0) return;
      const ByteView packet(buffer.data(), static_cast<std::size_t>(got));
      const auto verdict = v4() ? judge_v4(packet) : judge_v6(packet);
      if (!verdict || verdict->id != id_ || verdict->sequence != static_cast<std::uint16_t>(sent_)) continue;
      if (verdict->mark == '!') count_reply();
      mark(verdict->mark);
      send_next();
    }
  }

  void timed_out() {
    std::uint64_t expirations = 0;
    if (::read(timer_.get(), &expirations, sizeof expirations) < 0 || finished_) return;
    mark('.');
    send_next();
  }

  void count_reply() {
    const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(kernel::monotonic_now() - sent_at_).count();
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(1, taken));
    least_ = received_ == 0 ? ms : std::min(least_, ms);
    most_ = std::max(most_, ms);
    total_ += ms;
    ++received_;
  }

  void mark(char c) {
    ++marks_;
    output_(marks_ % marks_in_a_line == 0 ? std::string{c, '\n'} : std::string{c});
  }

  void finish() {
    const unsigned tried = std::max(marks_, 1U);
    std::string text = marks_ % marks_in_a_line == 0 ? "" : "\n";
    text += "Success rate is " + std::to_string(received_ * 100 / tried) + " percent (" + std::to_string(received_) + "/" +
            std::to_string(marks_) + ")";
    if (received_ > 0)
      text += ", round-trip min/avg/max = " + std::to_string(least_) + "/" + std::to_string(total_ / received_) + "/" +
              std::to_string(most_) + " ms";
    give_up(text + "\n");
  }

  void give_up(std::string text) {
    finished_ = true;
    stop_watching();
    output_(std::move(text));
    loop_.post(std::move(done_));
  }

  kernel::Loop& loop_;
  const parser::Ping command_;
  std::function<void(std::string)> output_;
  std::function<void()> done_;
  Descriptor socket_, timer_;
  bool watching_ = false, finished_ = false;
  std::uint16_t id_ = 0;
  unsigned sent_ = 0, received_ = 0, marks_ = 0;
  std::uint64_t least_ = 0, most_ = 0, total_ = 0;
  engine::Time sent_at_{};
};

}  // namespace

std::unique_ptr<Activity> start_ping(kernel::Loop& loop, const parser::Ping& command, std::optional<engine::IpAddress> source,
                                     std::function<void(std::string)> output, std::function<void()> done) {
  auto out = std::make_unique<Pinger>(loop, command, std::move(output), std::move(done));
  out->begin(source);
  return out;
}

}  // namespace cli
