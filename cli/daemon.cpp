// sallyportd: the daemon. Everything it is made of is put together here and in cli/gateway.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/control_server.hpp"
#include "cli/gateway.hpp"
#include "kernel/confinement.hpp"
#include "kernel/host.hpp"
#include "kernel/loop.hpp"
#include "kernel/service_manager.hpp"

namespace {

struct Arguments {
  std::string state;
  cli::PlaneChoice plane = cli::PlaneChoice::automatic;
};

constexpr const char* usage =
    "usage: sallyportd --state DIR [--dataplane auto|xfrm|tun]\n"
    "\n"
    "Serves the configuration in DIR/sallyport.db, which sallyport(1) reads and changes through the socket DIR/control. One\n"
    "daemon a directory. It keeps the capabilities CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE, and needs no others.\n"
    "\n"
    "  --state DIR          the state directory; made where it is missing\n"
    "  --dataplane auto     the kernel's ESP where it has one, else our own (the default)\n"
    "  --dataplane xfrm     the kernel's ESP\n"
    "  --dataplane tun      our own ESP, on TUN devices\n"
    "\n"
    "SIGTERM, SIGINT and SIGHUP end it in order: SAs are deleted at the peers. Log lines go to standard error.\n";

cli::PlaneChoice plane_of(const std::string& word) {
  if (word == "auto") return cli::PlaneChoice::automatic;
  if (word == "xfrm") return cli::PlaneChoice::xfrm;
  if (word == "tun") return cli::PlaneChoice::tun;
  throw std::runtime_error("there is no data plane \"" + word + "\"\n" + usage);
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 >= argc) throw std::runtime_error(option + " needs a value\n" + usage);
    if (option == "--state")
      out.state = argv[i + 1];
    else if (option == "--dataplane")
      out.plane = plane_of(argv[i + 1]);
    else
      throw std::runtime_error("unknown option " + option + "\n" + usage);
  }
  if (out.state.empty()) throw std::runtime_error(usage);
  return out;
}

/// Makes the state directory and holds its lock until the process ends: one daemon a directory. One that is just ending
/// gets two seconds.
void take_state_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST)
    throw std::runtime_error("cannot make the state directory " + path + ": " + std::strerror(errno));
  const std::string lock = path + "/lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot open " + lock + ": " + std::strerror(errno));
  for (int attempt = 0; ::flock(fd, LOCK_EX | LOCK_NB) < 0; ++attempt) {
    if (attempt == 20) throw std::runtime_error("the state directory " + path + " is in use by another sallyportd");
    ::usleep(100000);
  }
}

/// Says that we are alive as often as the service manager wants to hear it: a loop that hangs says nothing.
void feed_watchdog(kernel::Loop& loop, const kernel::ServiceManager& manager) {
  const auto interval = manager.alive_interval();
  if (!interval) return;
  const auto next = std::make_shared<engine::Time>(kernel::monotonic_now() + *interval);
  loop.add_clock([next] { return std::optional(*next); },
                 [next, interval, &manager](engine::Time now) {
                   manager.alive();
                   *next = now + *interval;
                 });
}

enum class End : std::uint8_t { for_good, reload };

End serve(const Arguments& arguments, const kernel::ServiceManager& manager) {
  kernel::Loop loop;
  loop.on_signals({SIGTERM, SIGINT, SIGHUP}, [&loop](int) { loop.stop(); });
  cli::Gateway gateway(loop, arguments.state, arguments.plane);
  cli::ControlServer control(loop, gateway, arguments.state + "/control");
  gateway.set_monitor([&control](const std::string& stamped) { return control.monitor(stamped); });
  gateway.set_users([&control](const cli::Session& asking) { return control.users(asking); });
  std::cout << "sallyportd ready: " << gateway.plane_text() << ", state " << arguments.state << std::endl;
  manager.ready(gateway.plane_text());
  feed_watchdog(loop, manager);
  loop.run();
  if (!gateway.reload_wanted()) manager.stopping();
  gateway.shut_down();
  gateway.set_monitor(nullptr);
  gateway.set_users(nullptr);
  return gateway.reload_wanted() ? End::reload : End::for_good;
}

int run(const Arguments& arguments) {
  kernel::hide_memory();
  kernel::keep_network_capabilities_only();
  const kernel::ServiceManager manager;
  kernel::keep_own_system_calls_only();
  take_state_directory(arguments.state);
  ::signal(SIGPIPE, SIG_IGN);
  while (serve(arguments, manager) == End::reload) continue;
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && (std::string_view(argv[1]) == "--help" || std::string_view(argv[1]) == "-h")) {
    std::cout << usage;
    return 0;
  }
  return run(parse_arguments(argc, argv));
} catch (const std::exception& error) {
  std::cerr << "sallyportd: " << error.what() << std::endl;
  return 1;
}
