#include "kernel/proc.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kernel {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// The number behind "NAME:" in a text of such lines.
std::uint64_t number_of(const std::string& text, const std::string& name) {
  const auto at = text.find(name + ":");
  if (at == std::string::npos) return 0;
  std::istringstream rest(text.substr(at + name.size() + 1));
  std::uint64_t value = 0;
  rest >> value;
  return value;
}

/// /proc/net/route has addresses as the machine keeps them.
engine::IpAddress address_of(std::uint32_t raw) { return engine::IpAddress::v4(__builtin_bswap32(raw)); }

ThreadUsage thread_usage(const std::filesystem::path& folder) {
  ThreadUsage out;
  const std::string stat = contents(folder / "stat"), status = contents(folder / "status");
  const auto open = stat.find('('), close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return out;
  out.id = static_cast<std::uint32_t>(std::strtoul(stat.c_str(), nullptr, 10));
  out.name = stat.substr(open + 1, close - open - 1);
  std::istringstream rest(stat.substr(close + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  std::uint64_t user = 0, system = 0;
  rest >> user >> system;
  const auto ticks = static_cast<std::uint64_t>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  out.cpu_milliseconds = (user + system) * 1000 / ticks;
  out.switches = number_of(status, "nonvoluntary_ctxt_switches") + number_of(status, "\nvoluntary_ctxt_switches");
  return out;
}

}  // namespace

std::vector<HostRoute> parse_routes(const std::string& text) {
  std::vector<HostRoute> out;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);  // the headings
  while (std::getline(lines, line)) {
    std::istringstream row(line);
    HostRoute route;
    std::uint32_t destination = 0, gateway = 0, mask = 0;
    std::string flags, references, use;
    row >> route.device >> std::hex >> destination >> gateway >> flags >> references >> use >> std::dec >> route.metric >>
        std::hex >> mask;
    if (!row) continue;
    route.network = engine::Prefix::of(address_of(destination), static_cast<std::uint8_t>(std::popcount(mask)));
    route.gateway = address_of(gateway);
    out.push_back(std::move(route));
  }
  return out;
}

std::vector<HostRoute> host_routes() { return parse_routes(contents("/proc/self/net/route")); }

std::vector<HostNeighbour> parse_neighbours(const std::string& text) {
  std::vector<HostNeighbour> out;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);  // the headings
  while (std::getline(lines, line)) {
    std::istringstream row(line);
    std::string address, type, flags, mask;
    HostNeighbour neighbour;
    row >> address >> type >> flags >> neighbour.hardware >> mask >> neighbour.device;
    const auto known = engine::IpAddress::parse(address);
    if (!row || !known || flags == "0x0") continue;
    neighbour.address = *known;
    out.push_back(std::move(neighbour));
  }
  return out;
}

std::vector<HostNeighbour> host_neighbours() { return parse_neighbours(contents("/proc/self/net/arp")); }

HostUsage host_usage() {
  HostUsage out;
  std::istringstream cpu(contents("/proc/stat"));
  std::string word;
  cpu >> word;
  // user, nice, system, idle, iowait, irq, softirq, steal
  for (int i = 0; i < 8; ++i) {
    std::uint64_t ticks = 0;
    cpu >> ticks;
    out.total_ticks += ticks;
    if (i != 3 && i != 4) out.busy_ticks += ticks;
    if (i == 5 || i == 6) out.interrupt_ticks += ticks;
  }
  out.processors = static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  std::istringstream load(contents("/proc/loadavg"));
  double one = 0, five = 0;
  load >> one >> five;
  out.load_1_minute = static_cast<std::uint64_t>(one * 100);
  out.load_5_minutes = static_cast<std::uint64_t>(five * 100);
  const std::string memory = contents("/proc/meminfo"), own = contents("/proc/self/status");
  out.memory_total = number_of(memory, "MemTotal") * 1024;
  out.memory_available = number_of(memory, "MemAvailable") * 1024;
  out.resident = number_of(own, "VmRSS") * 1024;
  out.most_resident = number_of(own, "VmHWM") * 1024;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", none))
    out.threads.push_back(thread_usage(entry.path()));
  std::sort(out.threads.begin(), out.threads.end(), [](const ThreadUsage& a, const ThreadUsage& b) { return a.id < b.id; });
  return out;
}

std::vector<XfrmCount> xfrm_counts() {
  std::vector<XfrmCount> out;
  std::istringstream lines(contents("/proc/self/net/xfrm_stat"));
  XfrmCount row;
  while (lines >> row.name >> row.count)
    if (row.count != 0) out.push_back(row);
  return out;
}

std::vector<std::string> strict_reverse_paths() {
  const std::filesystem::path folder = "/proc/sys/net/ipv4/conf";
  const auto mode = [&](const std::string& device) { return std::atoi(contents(folder / device / "rp_filter").c_str()); };
  const int all = mode("all");
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::string device = entry.path().filename();
    // The stricter of the two in the sense of the kernel: the larger number.
    if (device != "all" && device != "default" && device != "lo" && std::max(all, mode(device)) == 1) out.push_back(device);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kernel
