// The traffic of tests/bench/esp: one TCP stream, or UDP datagrams at a rate or as fast as they go.
//   esp_traffic tcp-sink ADDRESS PORT               prints octets and seconds of the one stream it takes
//   esp_traffic tcp-source FROM ADDRESS PORT SECONDS
//   esp_traffic udp-sink ADDRESS PORT               ends a second after the last datagram; prints datagrams and seconds
//   esp_traffic udp-source FROM ADDRESS PORT SECONDS OCTETS RATE    OCTETS of payload; RATE a second, every millisecond
//                                                    what is due (0: no limit); prints datagrams sent
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t batch = 32;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

socklen_t parse(const char* address, const char* port, sockaddr_storage& out) {
  out = {};
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  const auto number = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, address, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = number;
    return sizeof v4;
  }
  if (inet_pton(AF_INET6, address, &v6.sin6_addr) != 1) die(address);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = number;
  return sizeof v6;
}

int bound(int type, const char* address, const char* port) {
  sockaddr_storage local;
  const socklen_t size = parse(address, port, local);
  const int fd = socket(local.ss_family, type, 0);
  const int one = 1, room = 16 << 20;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (bind(fd, reinterpret_cast<sockaddr*>(&local), size) != 0) die("bind");
  return fd;
}

int connected(int type, const char* from, const char* address, const char* port) {
  sockaddr_storage remote;
  const socklen_t size = parse(address, port, remote);
  const int fd = bound(type, from, "0");
  for (int tries = 0; connect(fd, reinterpret_cast<sockaddr*>(&remote), size) != 0; ++tries) {
    if (tries == 50) die("connect");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return fd;
}

void tcp_sink(const char* address, const char* port) {
  const int listener = bound(SOCK_STREAM, address, port);
  if (listen(listener, 1) != 0) die("listen");
  const int fd = accept(listener, nullptr, nullptr);
  std::vector<char> buffer(1 << 20);
  unsigned long long octets = 0;
  const auto start = Clock::now();
  for (ssize_t got; (got = read(fd, buffer.data(), buffer.size())) > 0;) octets += static_cast<unsigned long long>(got);
  std::printf("%llu %.3f\n", octets, since(start));
}

void tcp_source(const char* from, const char* address, const char* port, double seconds) {
  const int fd = connected(SOCK_STREAM, from, address, port);
  const std::vector<char> buffer(1 << 18, 'x');
  for (const auto start = Clock::now(); since(start) < seconds;)
    if (write(fd, buffer.data(), buffer.size()) <= 0) die("write");
}

void udp_sink(const char* address, const char* port) {
  const int fd = bound(SOCK_DGRAM, address, port);
  std::array<mmsghdr, batch> messages{};
  std::array<std::array<char, 2048>, batch> octets;
  std::array<iovec, batch> parts;
  for (std::size_t i = 0; i < batch; ++i) {
    parts[i] = {octets[i].data(), octets[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  unsigned long long datagrams = 0;
  Clock::time_point first, last;
  for (;;) {
    pollfd polled{fd, POLLIN, 0};
    if (poll(&polled, 1, datagrams ? 1000 : 20000) <= 0) break;
    const int got = recvmmsg(fd, messages.data(), batch, MSG_DONTWAIT, nullptr);
    if (got <= 0) continue;
    last = Clock::now();
    if (datagrams == 0) first = last;
    datagrams += static_cast<unsigned long long>(got);
  }
  std::printf("%llu %.3f\n", datagrams, std::chrono::duration<double>(last - first).count());
}

void udp_source(const char* from, const char* address, const char* port, double seconds, std::size_t size, double rate) {
  const int fd = connected(SOCK_DGRAM, from, address, port);
  std::vector<char> payload(size, 'x');
  std::array<mmsghdr, batch> messages{};
  iovec part{payload.data(), payload.size()};
  for (auto& message : messages) message.msg_hdr.msg_iov = &part, message.msg_hdr.msg_iovlen = 1;
  unsigned long long sent = 0;
  const auto start = Clock::now();
  for (auto turn = start; since(start) < seconds; turn += std::chrono::milliseconds(1)) {
    std::size_t due = batch;
    if (rate > 0) {
      std::this_thread::sleep_until(turn);
      due = static_cast<std::size_t>(since(start) * rate) - sent;
    }
    while (due > 0) {
      const int done = sendmmsg(fd, messages.data(), static_cast<unsigned>(std::min(due, batch)), 0);
      if (done <= 0) break;  // nobody listens yet, or no room: as good as lost
      due -= static_cast<std::size_t>(done);
      sent += static_cast<unsigned long long>(done);
    }
  }
  std::printf("%llu\n", sent);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string what = count > 3 ? arguments[1] : "";
  if (what == "tcp-sink" && count == 4)
    tcp_sink(arguments[2], arguments[3]);
  else if (what == "tcp-source" && count == 6)
    tcp_source(arguments[2], arguments[3], arguments[4], std::atof(arguments[5]));
  else if (what == "udp-sink" && count == 4)
    udp_sink(arguments[2], arguments[3]);
  else if (what == "udp-source" && count == 8)
    udp_source(arguments[2], arguments[3], arguments[4], std::atof(arguments[5]),
               static_cast<std::size_t>(std::atoi(arguments[6])), std::atof(arguments[7]));
  else
    return std::fprintf(stderr, "see the head of tests/bench/esp_traffic.cpp\n"), 2;
}
