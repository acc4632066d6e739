#include "kernel/tun_tunnels.hpp"

#include <algorithm>
#include <set>

namespace kernel {
std::vector<std::string> TunTunnels::set(const std::vector<TunnelSpec>& tunnels) {
  std::vector<std::string> out;
  std::set<std::string_view> wanted;
  for (const TunnelSpec& spec : tunnels) wanted.insert(spec.interface);
  for (auto known = tunnels_.begin(); known != tunnels_.end();) {
    const auto gone = known++;
    if (wanted.contains(gone->first)) continue;
    drop(gone->first, gone->second);
    tunnels_.erase(gone);
  }
  for (const TunnelSpec& spec : tunnels) {
    const auto known = tunnels_.find(spec.interface);
    if (known != tunnels_.end() && known->second.spec == spec) continue;
    Tunnel tunnel = known != tunnels_.end() ? known->second : Tunnel{};
    if (tunnel.tun && tunnel.spec.device != spec.device) {
      drop(spec.interface, tunnel);
      tunnel.tun.reset();
    }
    tunnel.spec = spec;
    const auto made = make(tunnel);
    if (!made.ok()) out.push_back("interface " + spec.interface + ": " + made.failure().why);
    if (tunnel.tun)
      tunnels_.insert_or_assign(spec.interface, std::move(tunnel));
    else
      tunnels_.erase(spec.interface);
  }
  return out;
}

engine::Status TunTunnels::make(Tunnel& tunnel) {
  if (!tunnel.tun) {
    CHECK_OK(links_.may_have(tunnel.spec.device));
    TRY(auto tun, TunDevice::create_bare(tunnel.spec.device));
    tunnel.tun = std::make_shared<TunDevice>(std::move(tun));
    tunnel.tun->set_carrier(tunnel.serving > 0);
  }
  post_port(tunnel);
  CHECK_OK(links_.configure(tunnel.spec, tunnel_mtu(tunnel.spec, tunnel.fits)));
  tunnel.tun->set_lasting(true);  // now that it can be told to be ours
  return engine::Done{};
}

void TunTunnels::drop(const std::string& interface, const Tunnel& tunnel) {
  tunnel.tun->set_lasting(false);
  worker_.post(TunWorker::RemovePort{interface});
}

void TunTunnels::post_port(const Tunnel& tunnel) {
  worker_.post(TunPort{tunnel.spec.interface, tunnel.tun, 0, LineTable(tunnel.lines), {tunnel.spec.mss_v4, tunnel.spec.mss_v6}});
}

void TunTunnels::set_policy(const engine::SetPolicy& policy) {
  Tunnel& tunnel = tunnels_.find(policy.interface)->second;
  tunnel.lines = policy.lines;
  post_port(tunnel);
}

void TunTunnels::serve(std::string_view interface, std::size_t payload) {
  const auto found = tunnels_.find(interface);
  if (found == tunnels_.end()) return;
  Tunnel& tunnel = found->second;
  tunnel.fits = static_cast<std::uint32_t>(payload);
  (void)links_.set_mtu(tunnel.spec.device, tunnel_mtu(tunnel.spec, tunnel.fits));
  if (tunnel.serving++ == 0) tunnel.tun->set_carrier(true);
}

void TunTunnels::leave(std::string_view interface) {
  const auto found = tunnels_.find(interface);
  if (found != tunnels_.end() && found->second.serving > 0 && --found->second.serving == 0) found->second.tun->set_carrier(false);
}

bool TunTunnels::wants_up(unsigned ifindex) const {
  return std::any_of(tunnels_.begin(), tunnels_.end(),
                     [&](const auto& item) { return item.second.tun->ifindex() == ifindex && !item.second.spec.shut_down; });
}

void TunTunnels::mend() {
  for (auto& [interface, tunnel] : tunnels_) {
    Tunnel anew = tunnel;
    if (tunnel.tun->is_gone()) anew.tun.reset();
    (void)make(anew);
    if (anew.tun) tunnel = std::move(anew);
  }
}

void TunTunnels::release_leftovers() {
  std::set<std::string> known;
  for (const auto& [interface, tunnel] : tunnels_) known.insert(tunnel.spec.device);
  links_.for_ours([&](const std::string& device) {
    if (!known.contains(device)) links_.remove(device);
  });
}

void TunTunnels::release_all() {
  for (const auto& [interface, tunnel] : tunnels_) drop(interface, tunnel);
  tunnels_.clear();
  release_leftovers();
}

}  // namespace kernel
