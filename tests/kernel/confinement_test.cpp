// What is left of a process's rights, read in a child that has given them up; and what a service manager hears.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "kernel/confinement.hpp"
#include "kernel/service_manager.hpp"

namespace {

/// What `child` returns in a process of its own.
int in_child(const std::function<int()>& child) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(child());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string of_status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  return "?";
}

TEST(Confinement, LeavesTheCapabilitiesOfAGateway) {
  if (::geteuid() != 0) GTEST_SKIP() << "has no capabilities to give up";
  EXPECT_EQ(in_child([] {
              kernel::keep_network_capabilities_only();
              const bool fine = of_status("CapEff") == "0000000000003400" && of_status("CapPrm") == "0000000000003400" &&
                                of_status("CapBnd") == "0000000000003400" && of_status("CapInh") == "0000000000000000" &&
                                of_status("NoNewPrivs") == "1";
              return fine ? 0 : 1;
            }),
            0);
}

TEST(Confinement, NothingIsExecuted) {
  // Under a sanitizer nothing is filtered: there it answers that there is no such file.
  EXPECT_EQ(in_child([] {
              kernel::keep_network_capabilities_only();
              kernel::keep_own_system_calls_only();
              ::execl("/nonexistent", "nonexistent", nullptr);
              return errno == ENOSYS || of_status("Seccomp") == "0" ? 0 : 1;
            }),
            0);
}

TEST(ServiceManager, HearsWhatIsSaid) {
  const std::string name = "/tmp/sallyport-notify-" + std::to_string(::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto heard = [fd] {
    char buffer[200];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    return got < 0 ? std::string("nothing") : std::string(buffer, static_cast<std::size_t>(got));
  };

  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  const kernel::ServiceManager manager;
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(manager.alive_interval(), std::chrono::seconds(15));
  manager.ready("data plane tun");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=data plane tun");
  manager.alive();
  EXPECT_EQ(heard(), "WATCHDOG=1");
  manager.stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
  ::close(fd);
  ::unlink(name.c_str());

  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(kernel::ServiceManager().alive_interval(), std::nullopt) << "another process is watched";
}

}  // namespace
