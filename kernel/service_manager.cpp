#include "kernel/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace kernel {
namespace {

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  std::string out = value ? value : "";
  ::unsetenv(name);
  return out;
}

}  // namespace

ServiceManager::ServiceManager() : socket_(taken_from_environment("NOTIFY_SOCKET")) {
  const std::string period = taken_from_environment("WATCHDOG_USEC"), whose = taken_from_environment("WATCHDOG_PID");
  const bool ours = whose.empty() || whose == std::to_string(::getpid());
  const auto half = std::chrono::microseconds(std::strtoll(period.c_str(), nullptr, 10) / 2);
  if (ours && half.count() > 0) interval_ = half;
}

void ServiceManager::ready(std::string_view status) const { say("READY=1\nSTATUS=" + std::string(status)); }

void ServiceManager::say(std::string_view lines) const {
  sockaddr_un name{};
  if (socket_.empty() || socket_.size() >= sizeof name.sun_path) return;
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, socket_.data(), socket_.size());
  if (name.sun_path[0] == '@') name.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  // A manager that does not listen is none: there is nobody to tell.
  [[maybe_unused]] const ssize_t sent =
      ::sendto(fd, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&name),
               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size()));
  ::close(fd);
}

}  // namespace kernel
