#include "cli/show_host.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "parser/commands.hpp"
#include "parser/configuration.hpp"

namespace cli {
namespace {

/// "0.15%" of 15 hundredths
std::string hundredths(std::uint64_t value) {
  return std::to_string(value / 100) + "." + (value % 100 < 10 ? "0" : "") + std::to_string(value % 100) + "%";
}

std::uint64_t share(std::uint64_t part, std::uint64_t whole, std::uint64_t scale) {
  return whole == 0 ? 0 : part * scale / whole;
}

/// The class A, B or C network around an address, under which IOS gathers its subnets.
engine::Prefix major_network(const engine::IpAddress& address) {
  const std::uint8_t first = address.octets[0];
  return engine::Prefix::of(address, first < 128 ? 8 : first < 192 ? 16 : 24);
}

std::string route_line(const RouteRow& row, bool below) {
  constexpr std::string_view codes[] = {"C", "L", "S"};
  const bool is_default = row.network.length == 0;
  std::string out = std::string(codes[static_cast<std::size_t>(row.kind)]) + (is_default ? "*" : "");
  out = padded(out, below ? 9 : 6) + row.network.to_string();
  if (row.kind == RouteKind::fixed && !row.gateway.is_unspecified())
    return out + " [1/" + std::to_string(row.metric) + "] via " + ios_address(row.gateway) + "\n";
  return out + " is directly connected, " + row.interface + "\n";
}

}  // namespace

Inventory inventory(const SystemFacts& facts) {
  return {{{"Chassis", "Sallyport IPsec gateway on Linux " + facts.kernel + " " + facts.machine, "SALLYPORT", "V00", ""}}};
}

std::string show_inventory(const Inventory& inventory) {
  std::string out;
  for (const InventoryItem& item : inventory.items)
    out += "NAME: \"" + item.name + "\", DESCR: \"" + item.description + "\"\nPID: " + padded(item.product, 18) +
           ", VID: " + padded(item.version, 5) + ", SN: " + padded(item.serial, 11) + "\n\n";
  return out;
}

std::string show_users(const Users& users) {
  std::string out = "    Line       User       Host(s)              Idle       Location\n";
  std::size_t number = 0;
  for (const UserRow& row : users.users) {
    out += std::string(row.asking ? "*" : " ") + right(number, 3) + " " + padded("con " + std::to_string(number), 10) +
           padded(escaped(row.user), 11) + padded("idle", 21) + ios_hours(row.idle) + "   \n";
    ++number;
  }
  return out + "\n  Interface    User               Mode         Idle     Peer Address\n";
}

Processes processes(const UsageSample& now, const UsageSample& before) {
  Processes out;
  const kernel::HostUsage& u = now.usage;
  const std::uint64_t ticks = u.total_ticks - before.usage.total_ticks;
  out.recent = share(u.busy_ticks - before.usage.busy_ticks, ticks, 100);
  out.interrupts = share(u.interrupt_ticks - before.usage.interrupt_ticks, ticks, 100);
  out.one_minute = std::min<std::uint64_t>(100, u.load_1_minute / u.processors);
  out.five_minutes = std::min<std::uint64_t>(100, u.load_5_minutes / u.processors);
  const auto milliseconds = [](engine::Duration d) { return static_cast<std::uint64_t>(d.count() / 1000); };
  for (const kernel::ThreadUsage& thread : u.threads) {
    std::uint64_t used = thread.cpu_milliseconds;
    for (const auto& old : before.usage.threads)
      if (old.id == thread.id) used -= std::min(used, old.cpu_milliseconds);
    out.processes.push_back({thread.id, thread.cpu_milliseconds, thread.switches,
                             share(thread.cpu_milliseconds * 1000, thread.switches, 1),
                             share(used, milliseconds(now.uptime - before.uptime), 10000),
                             share(thread.cpu_milliseconds, milliseconds(now.uptime), 10000), thread.name});
  }
  return out;
}

std::string show_processes_cpu(const Processes& processes) {
  const auto percent = [](std::uint64_t value) { return std::to_string(value) + "%"; };
  std::string out = "CPU utilization for five seconds: " + percent(processes.recent) + "/" + percent(processes.interrupts) +
                    "; one minute: " + percent(processes.one_minute) + "; five minutes: " + percent(processes.five_minutes) +
                    "\n PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n";
  for (const ProcessRow& row : processes.processes)
    out += right(row.id, 4) + right(row.runtime_milliseconds, 12) + right(row.invoked, 12) + right(row.microseconds, 11) + " " +
           right(hundredths(row.recent), 6) + " " + right(hundredths(row.average), 6) + " " + right(hundredths(row.average), 6) +
           "   0 " + padded(row.name, 17) + "\n";
  return out;
}

std::string show_memory(const Memory& m) {
  const auto row = [](std::string_view name, std::uint64_t total, std::uint64_t used, std::uint64_t least) {
    return padded(name, 9) + "  " + padded("000000000000", 12) + right(total, 12) + right(used, 12) + right(total - used, 12) +
           right(least, 12) + right(total - used, 12) + "\n";
  };
  return "Tracekey : 1#00000000000000000000000000000000  \n\n"
         "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n" +
         row("Processor", m.total, m.total - m.free, m.free) + row("sallyport", m.daemon_most, m.daemon, 0) +
         row("lsmpi_io", 0, 0, 0);
}

namespace {

/// Of the interface that is this device, or the device's own.
std::string interface_of(const std::string& device, const std::vector<InterfaceRow>& interfaces) {
  const auto known =
      std::find_if(interfaces.begin(), interfaces.end(), [&](const InterfaceRow& row) { return row.device == device; });
  return known == interfaces.end() ? device : known->name;
}

}  // namespace

Routes routes(const std::vector<kernel::HostRoute>& host, const std::vector<InterfaceRow>& interfaces) {
  Routes out;
  std::set<std::pair<std::string, engine::Prefix>> connected;
  for (const InterfaceRow& row : interfaces) {
    const auto address = engine::IpAddress::parse(row.address);
    if (!address || !address->is_v4()) continue;
    const auto network = engine::Prefix::of(*address, static_cast<std::uint8_t>(row.prefix_length));
    connected.insert({row.name, network});
    out.routes.push_back({RouteKind::local, engine::Prefix::host(*address), {}, row.name, 0});
  }
  for (const kernel::HostRoute& route : host) {
    const std::string interface = interface_of(route.device, interfaces);
    const bool own = route.gateway.is_unspecified() && connected.contains({interface, route.network});
    out.routes.push_back({own ? RouteKind::connected : RouteKind::fixed, route.network, route.gateway, interface, route.metric});
  }
  std::stable_sort(out.routes.begin(), out.routes.end(),
                   [](const RouteRow& a, const RouteRow& b) { return a.network < b.network; });
  return out;
}

std::string show_ip_route(const Routes& routes) {
  std::string out = "Codes: L - local, C - connected, S - static\n       * - candidate default route\n\n";
  std::string gateway = "Gateway of last resort is not set\n\n", table;
  struct Subnets {
    std::vector<const RouteRow*> rows;
    std::set<unsigned> masks;
  };
  std::map<engine::Prefix, Subnets> majors;
  for (const RouteRow& row : routes.routes) {
    if (row.network.length == 0) {
      gateway = "Gateway of last resort is " + (row.gateway.is_unspecified() ? "0.0.0.0" : ios_address(row.gateway)) +
                " to network 0.0.0.0\n\n";
      table += route_line(row, false);
      continue;
    }
    Subnets& subnets = majors[major_network(row.network.address)];
    subnets.rows.push_back(&row);
    subnets.masks.insert(row.network.length);
  }
  for (const auto& [major, subnets] : majors) {
    const std::string counts = std::to_string(subnets.rows.size()) + " subnets";
    const bool varies = subnets.masks.size() > 1, is_subnetted = *subnets.masks.begin() > major.length;
    if (varies)
      table += "      " + major.to_string() + " is variably subnetted, " + counts + ", " + std::to_string(subnets.masks.size()) +
               " masks\n";
    else if (is_subnetted)
      table +=
          "      " + major.address.to_string() + "/" + std::to_string(*subnets.masks.begin()) + " is subnetted, " + counts + "\n";
    for (const RouteRow* row : subnets.rows) table += route_line(*row, varies || is_subnetted);
  }
  return out + gateway + table;
}

namespace {

const RouteRow* route_to(const Routes& routes, const engine::IpAddress& to) {
  const RouteRow* best = nullptr;
  for (const RouteRow& row : routes.routes)
    if (row.network.contains(to) && (!best || row.network.length > best->network.length)) best = &row;
  return best;
}

}  // namespace

std::string interface_toward(const Routes& routes, const std::vector<InterfaceRow>& interfaces, const engine::IpAddress& to) {
  const RouteRow* best = route_to(routes, to);
  if (!best) return {};
  const bool known =
      std::any_of(interfaces.begin(), interfaces.end(), [&](const InterfaceRow& row) { return row.name == best->interface; });
  return known ? best->interface : std::string();
}

RouteTable::RouteTable(const Routes& routes, const std::vector<InterfaceRow>& interfaces) {
  std::set<std::string> known;
  for (const InterfaceRow& row : interfaces) known.insert(row.name);
  for (const RouteRow& row : routes.routes)
    by_length_[row.network.length].try_emplace(row.network.address,
                                               known.contains(row.interface) ? row.interface : std::string());
}

std::string RouteTable::interface_toward(const engine::IpAddress& to) const {
  for (const auto& [length, networks] : by_length_) {
    if (length > to.bits()) continue;
    const auto found = networks.find(engine::Prefix::of(to, length).address);
    if (found != networks.end()) return found->second;
  }
  return {};
}

std::string show_route_to(const Routes& routes, const engine::IpAddress& to) {
  const RouteRow* best = route_to(routes, to);
  if (!best) return "% Network not in table\n";
  const bool direct = best->kind != RouteKind::fixed || best->gateway.is_unspecified();
  const std::string known = best->kind == RouteKind::fixed ? "static\", distance 1, metric " + std::to_string(best->metric)
                                                           : "connected\", distance 0, metric 0";
  return "Routing entry for " + best->network.to_string() + "\n  Known via \"" + known +
         (best->kind == RouteKind::fixed ? direct ? " (connected)" : "" : " (connected, via interface)") +
         "\n  Routing Descriptor Blocks:\n  * " +
         (direct ? "directly connected, via " + best->interface : ios_address(best->gateway)) + "\n      Route metric is " +
         std::to_string(best->kind == RouteKind::fixed ? best->metric : 0) + ", traffic share count is 1\n";
}

Neighbours neighbours(const std::vector<kernel::HostNeighbour>& host, const std::vector<InterfaceRow>& interfaces) {
  Neighbours out;
  for (const kernel::HostNeighbour& each : host)
    out.neighbours.push_back({each.address, ios_mac(each.hardware), interface_of(each.device, interfaces)});
  std::sort(out.neighbours.begin(), out.neighbours.end(),
            [](const NeighbourRow& a, const NeighbourRow& b) { return a.address < b.address; });
  return out;
}

std::string show_arp(const Neighbours& neighbours) {
  std::string out = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n";
  for (const NeighbourRow& row : neighbours.neighbours)
    out += "Internet  " + padded(ios_address(row.address), 17) + right(0, 9) + "   " + row.hardware + "  ARPA   " +
           row.interface + "\n";
  return out;
}

std::string show_ip_interface(const std::vector<InterfaceRow>& rows) {
  std::string out;
  for (const InterfaceRow& row : rows) {
    out += row.name + " is " + row.status + ", line protocol is " + (row.protocol_up ? "up" : "down") + "\n";
    if (row.address.empty()) {
      out += "  Internet protocol processing disabled\n";
      continue;
    }
    out += "  Internet address is " + row.address + "/" + std::to_string(row.prefix_length) +
           "\n  Broadcast address is 255.255.255.255\n  Address determined by setup command\n  MTU is " +
           std::to_string(row.mtu) +
           " bytes\n  Helper address is not set\n  Directed broadcast forwarding is disabled\n"
           "  Outgoing access list is not set\n  Inbound  access list is not set\n";
  }
  return out;
}

std::string show_hosts(const parser::Configuration& configuration) {
  const auto* domain = configuration.data().root.find<parser::DomainName>();
  return "Default domain is " + (domain ? escaped(domain->name) : "not set") +
         "\nName servers are 255.255.255.255\nNAME  TTL  CLASS   TYPE      DATA/ADDRESS\n"
         "-----------------------------------------\n";
}

}  // namespace cli
