#include <algorithm>
#include <cctype>
#include <set>

#include "kernel/interfaces.hpp"

namespace kernel {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The digits at `at`, without leading zeros; moves `at` behind them.
std::string_view number_at(std::string_view text, std::size_t& at) {
  while (at < text.size() && text[at] == '0') ++at;
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return text.substr(begin, at - begin);
}

// GigabitEthernet0/0, TenGigabitEthernet1/0/1, Ethernet0: interfaces that stand for a wire.
bool names_a_wire(std::string_view ios_name) {
  const auto digit = std::find_if(ios_name.begin(), ios_name.end(), is_digit);
  const std::string_view kind = ios_name.substr(0, static_cast<std::size_t>(digit - ios_name.begin()));
  return kind.ends_with("Ethernet") || kind.ends_with("GigE");
}

bool is_a_wire(const HostDevice& device) {
  static constexpr std::string_view kinds[] = {"", "veth", "bond", "macvlan", "ipvlan"};
  return device.ethernet && std::ranges::find(kinds, device.kind) != std::end(kinds);
}

std::string default_name(std::size_t number) { return "GigabitEthernet0/" + std::to_string(number); }

using Assignment = std::map<std::string, const HostDevice*, std::less<>>;  // null: configured, but no device

// Moves the default names onto the wires that stand in `wires`, each under its own index; then the other wanted names.
void assign_wires(std::vector<std::string> wanted, std::vector<const HostDevice*> wires, Assignment& assignment) {
  std::ranges::sort(wanted, natural_less);
  for (std::size_t i = 0; i < wires.size(); ++i) {
    const auto it = std::ranges::find(wanted, default_name(i));
    if (it == wanted.end()) continue;
    assignment[*it] = std::exchange(wires[i], nullptr);
    wanted.erase(it);
  }
  for (const std::string& name : wanted) {
    const auto wire = std::ranges::find_if(wires, [](const HostDevice* w) { return w != nullptr; });
    assignment[name] = wire == wires.end() ? nullptr : std::exchange(*wire, nullptr);
  }
  std::size_t spare = wires.size();
  for (std::size_t i = 0; i < wires.size(); ++i) {
    if (!wires[i]) continue;
    std::string name = default_name(i);
    while (assignment.contains(name)) name = default_name(spare++);
    assignment[name] = wires[i];
  }
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string_view m = number_at(a, i), n = number_at(b, j);
      if (m.size() != n.size()) return m.size() < n.size();
      if (m != n) return m < n;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  return a.size() - i < b.size() - j;
}

std::vector<InterfaceBinding> pin(std::vector<InterfaceBinding> bindings, const DeviceMap& known,
                                  const std::vector<HostDevice>& devices) {
  for (InterfaceBinding& binding : bindings) {
    const auto it = known.find(binding.name);
    if (!binding.device.empty() || it == known.end()) continue;
    const auto same = std::ranges::find(devices, it->second.ifindex, &HostDevice::ifindex);
    binding.device = same != devices.end() ? same->name : it->second.name;
  }
  return bindings;
}

InterfaceMap map_interfaces(const std::vector<InterfaceBinding>& bindings, const std::vector<HostDevice>& devices) {
  Assignment assignment;
  std::set<std::string_view> taken;
  std::vector<std::string> wanted;
  for (const InterfaceBinding& binding : bindings) {
    if (binding.device.empty()) {
      if (names_a_wire(binding.name)) wanted.push_back(binding.name);
      continue;
    }
    const auto device = std::ranges::find(devices, binding.device, &HostDevice::name);
    assignment[binding.name] = device == devices.end() ? nullptr : &*device;
    taken.insert(binding.device);
  }
  std::vector<const HostDevice*> wires;
  for (const HostDevice& device : devices)
    if (is_a_wire(device) && !taken.contains(device.name)) wires.push_back(&device);
  std::ranges::sort(wires, [](const HostDevice* a, const HostDevice* b) { return natural_less(a->name, b->name); });
  assign_wires(std::move(wanted), std::move(wires), assignment);

  InterfaceMap map;
  for (const auto& [name, device] : assignment) {
    engine::InterfaceState state;
    state.name = name;
    if (device) {
      state.up = device->up;
      state.addresses = device->addresses;
      state.mtu = device->mtu;
      map.devices[name] = {device->name, device->ifindex};
    }
    map.interfaces.interfaces.push_back(std::move(state));
  }
  std::ranges::sort(map.interfaces.interfaces, natural_less, &engine::InterfaceState::name);
  return map;
}

}  // namespace kernel
