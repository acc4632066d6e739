// What /proc tells of the host, for `show` only; empty or 0 where it tells nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/address.hpp"

namespace kernel {

/// An IPv4 route of the main table.
struct HostRoute {
  engine::Prefix network;
  engine::IpAddress gateway;  // unspecified: directly connected
  std::string device;         // Linux name
  std::uint32_t metric = 0;
};
std::vector<HostRoute> host_routes();
/// The same of text in the form of /proc/net/route.
std::vector<HostRoute> parse_routes(const std::string& text);

/// A neighbour whose hardware address is known.
struct HostNeighbour {
  engine::IpAddress address;
  std::string hardware, device;  // 02:00:5e:00:53:01, Linux name
};
std::vector<HostNeighbour> host_neighbours();
/// The same of text in the form of /proc/net/arp.
std::vector<HostNeighbour> parse_neighbours(const std::string& text);

/// A thread of this process.
struct ThreadUsage {
  std::uint32_t id = 0;
  std::string name;
  std::uint64_t cpu_milliseconds = 0, switches = 0;
};
/// Counted since boot, but for the load: runnable threads on average, in hundredths.
struct HostUsage {
  std::uint64_t busy_ticks = 0, interrupt_ticks = 0, total_ticks = 0;
  unsigned processors = 1;
  std::uint64_t load_1_minute = 0, load_5_minutes = 0;
  std::uint64_t memory_total = 0, memory_available = 0;  // octets
  std::uint64_t resident = 0, most_resident = 0;         // of this process
  std::vector<ThreadUsage> threads;
};
HostUsage host_usage();

/// What the kernel's IPsec counted and is not zero: "XfrmInNoStates".
struct XfrmCount {
  std::string name;
  std::uint64_t count = 0;
};
std::vector<XfrmCount> xfrm_counts();

/// The devices on which the kernel drops IPv4 packets that it would not answer by the same device (rp_filter 1).
std::vector<std::string> strict_reverse_paths();

}  // namespace kernel
