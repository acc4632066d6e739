#include "cli/ike_interfaces.hpp"

#include <algorithm>

namespace cli {

kernel::TunnelSpec spec_of(const parser::TunnelDevice& device) {
  return {device.name,
          device.device,
          device.addresses,
          device.mtu,
          static_cast<std::uint16_t>(device.mss_v4),
          static_cast<std::uint16_t>(device.mss_v6),
          device.shut_down,
          device.routes};
}

namespace {

void append(std::vector<engine::Prefix>& to, const std::vector<engine::Prefix>& more) {
  for (const engine::Prefix& each : more)
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
}

}  // namespace

std::string client_device(const std::string& interface) {
  return "Vi" + interface.substr(std::min(interface.size(), interface.find_last_not_of("0123456789") + 1));
}

void IkeInterfaces::take(engine::SetInterface said) {
  if (said.gone || (said.copy_of.empty() && said.addresses.empty() && said.routes.empty()))
    said_.erase(said.interface);
  else
    said_.insert_or_assign(said.interface, std::move(said));
}

std::vector<kernel::TunnelSpec> IkeInterfaces::tunnels(const parser::Compiled& compiled) const {
  std::vector<kernel::TunnelSpec> out;
  for (const auto& each : compiled.tunnels) {
    out.push_back(spec_of(each));
    const auto said = said_.find(each.name);
    if (said == said_.end()) continue;
    append(out.back().addresses, said->second.addresses);
    append(out.back().routes, said->second.routes);
  }
  for (const auto& [name, said] : said_) {
    const auto made_of = std::find_if(compiled.templates.begin(), compiled.templates.end(),
                                      [&](const auto& each) { return each.name == said.copy_of; });
    if (made_of == compiled.templates.end()) continue;
    out.push_back(spec_of(*made_of));
    out.back().interface = name;
    out.back().device = client_device(name);
    append(out.back().addresses, said.addresses);
    append(out.back().routes, said.routes);
  }
  return out;
}

std::vector<kernel::InterfaceBinding> IkeInterfaces::bindings(const parser::Compiled& compiled) const {
  std::vector<kernel::InterfaceBinding> out;
  for (const auto& each : compiled.interfaces) out.push_back({each.name, each.device});
  for (const auto& [name, said] : said_)
    if (!said.copy_of.empty()) out.push_back({name, client_device(name)});
  return out;
}

}  // namespace cli
