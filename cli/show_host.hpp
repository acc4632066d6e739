// What automation asks any router for: inventory, users, processes, memory, routes. The host answers.
#pragma once

#include <functional>
#include <map>

#include "cli/json.hpp"
#include "cli/show.hpp"
#include "kernel/proc.hpp"

namespace cli {

struct InventoryItem {
  std::string name, description, product, version, serial;
};
template <class V>
void fields(V& v, const InventoryItem& item) {
  v("name", item.name, "Part");
  v("description", item.description, "What it is");
  v("product", item.product, "PID");
  v("version", item.version, "VID");
  v("serial", item.serial, "SN, empty: none");
}
struct Inventory {
  std::vector<InventoryItem> items;
};
Inventory inventory(const SystemFacts& facts);
std::string show_inventory(const Inventory& inventory);
template <class V>
void fields(V& v, const Inventory& document) {
  v("items", document.items, "Parts");
}

/// Somebody at the control socket.
struct UserRow {
  std::string line, user;
  engine::Duration idle{0};
  bool asking = false;  // this very session
};
template <class V>
void fields(V& v, const UserRow& row) {
  v("line", row.line, "Line");
  v("user", row.user, "User");
  v("idle_seconds", row.idle, "Since the last line");
  v("asking", row.asking, "The session that asks");
}
struct Users {
  std::vector<UserRow> users;
};
std::string show_users(const Users& users);
template <class V>
void fields(V& v, const Users& document) {
  v("users", document.users, "Sessions");
}

struct ProcessRow {
  std::uint64_t id = 0, runtime_milliseconds = 0, invoked = 0, microseconds = 0;
  std::uint64_t recent = 0, average = 0;  // share of one processor in hundredths of a percent
  std::string name;
};
template <class V>
void fields(V& v, const ProcessRow& row) {
  v("id", row.id, "Thread of the daemon");
  v("runtime_milliseconds", row.runtime_milliseconds, "CPU time it has used");
  v("invoked", row.invoked, "How often it was given the CPU");
  v("microseconds", row.microseconds, "CPU time for one of these");
  v("recent_percent_100", row.recent, "Share of a processor since the command before, in hundredths of a percent");
  v("average_percent_100", row.average, "Share since the host started");
  v("name", row.name, "Name");
}
struct Processes {
  std::uint64_t recent = 0, interrupts = 0, one_minute = 0, five_minutes = 0;  // percent of all processors
  std::vector<ProcessRow> processes;
};
/// `before`: what was counted when the command was last given; all zero: never. Both with the host's uptime beside it.
struct UsageSample {
  kernel::HostUsage usage;
  engine::Duration uptime{0};
};
Processes processes(const UsageSample& now, const UsageSample& before);
std::string show_processes_cpu(const Processes& processes);
template <class V>
void fields(V& v, const Processes& document) {
  v("recent_percent", document.recent, "Use of the processors since the command before");
  v("interrupt_percent", document.interrupts, "Of it, interrupts");
  v("one_minute_percent", document.one_minute, "Load of one minute");
  v("five_minutes_percent", document.five_minutes, "Load of five minutes");
  v("processes", document.processes, "Threads of the daemon");
}

/// Of the host; `daemon` and `daemon_most` are what the daemon holds and has held at most. Octets.
struct Memory {
  std::uint64_t total = 0, free = 0, daemon = 0, daemon_most = 0;
};
inline Memory memory(const kernel::HostUsage& u) { return {u.memory_total, u.memory_available, u.resident, u.most_resident}; }
std::string show_memory(const Memory& memory);
template <class V>
void fields(V& v, const Memory& memory) {
  v("total_bytes", memory.total, "Memory of the host");
  v("free_bytes", memory.free, "Of it, what is available");
  v("daemon_bytes", memory.daemon, "What the daemon holds");
  v("daemon_most_bytes", memory.daemon_most, "The most it has held");
}

enum class RouteKind : std::uint8_t { connected, local, fixed };
struct RouteRow {
  RouteKind kind = RouteKind::fixed;
  engine::Prefix network;
  engine::IpAddress gateway;  // unspecified: directly connected
  std::string interface;
  std::uint32_t metric = 0;
};
template <class V>
void fields(V& v, const RouteRow& row) {
  constexpr std::string_view kinds[] = {"connected", "local", "static"};
  v("kind", kinds[static_cast<std::size_t>(row.kind)], "connected, local or static");
  v("network", row.network.address, "Destination");
  v("prefix_length", row.network.length, "Its prefix length");
  v("gateway", row.gateway, "Next hop");
  v("interface", row.interface, "Interface, or the Linux device without one");
  v("metric", row.metric, "Metric of the host");
}
struct Routes {
  std::vector<RouteRow> routes;
};
/// The host's routes, and the addresses of the interfaces.
Routes routes(const std::vector<kernel::HostRoute>& host, const std::vector<InterfaceRow>& interfaces);
std::string show_ip_route(const Routes& routes);
/// The interface, of those that are given, by which packets to the address leave; empty: by none of them.
std::string interface_toward(const Routes& routes, const std::vector<InterfaceRow>& interfaces, const engine::IpAddress& to);
/// The same for many addresses: a look-up for each length of prefix that there is.
class RouteTable {
 public:
  RouteTable() = default;
  RouteTable(const Routes& routes, const std::vector<InterfaceRow>& interfaces);
  std::string interface_toward(const engine::IpAddress& to) const;

 private:
  std::map<std::uint8_t, std::map<engine::IpAddress, std::string>, std::greater<>> by_length_;
};
/// The route that a packet to the address takes.
std::string show_route_to(const Routes& routes, const engine::IpAddress& to);
template <class V>
void fields(V& v, const Routes& document) {
  v("routes", document.routes, "Routes, by network");
}

struct NeighbourRow {
  engine::IpAddress address;
  std::string hardware, interface;
};
template <class V>
void fields(V& v, const NeighbourRow& row) {
  v("address", row.address, "Address");
  v("hardware", row.hardware, "Hardware address, as IOS writes it");
  v("interface", row.interface, "Interface, or the Linux device without one");
}
struct Neighbours {
  std::vector<NeighbourRow> neighbours;
};
Neighbours neighbours(const std::vector<kernel::HostNeighbour>& host, const std::vector<InterfaceRow>& interfaces);
std::string show_arp(const Neighbours& neighbours);
template <class V>
void fields(V& v, const Neighbours& document) {
  v("neighbours", document.neighbours, "Neighbours whose hardware address is known");
}

/// `show ip interface`: what is known of IPv4 on each.
std::string show_ip_interface(const std::vector<InterfaceRow>& rows);
std::string show_hosts(const parser::Configuration& configuration);

}  // namespace cli
