#include "kernel/xfrm_tunnels.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "kernel/mss_rules.hpp"

namespace kernel {
namespace {

// Of a probe: one pair of ends has one VTI, whatever its key, and the kernel has one of its own for any to any.
const engine::IpAddress probe_local = engine::IpAddress::v4(0x7F5A0002), probe_peer = engine::IpAddress::v4(0x7F5A0003);

// The same for every process that knows the interface: its number. Two that share it are told when the second is made.
std::uint32_t scope_id(std::string_view interface) {
  const std::size_t digits = interface.find_last_not_of("0123456789") + 1;
  std::uint32_t number = 0;
  std::from_chars(interface.data() + digits, interface.data() + interface.size(), number);
  constexpr std::uint32_t clients = 0x800000;  // Virtual-Access1 is not Tunnel1
  if (interface.starts_with("Virtual-Access")) number |= clients;
  return xfrm_tag | (number & ~xfrm_tag_mask);
}

}  // namespace

engine::Status XfrmTunnels::probe() {
  if (!kind_) {
    const std::uint32_t id = xfrm_tag | ~xfrm_tag_mask;
    if (links_.knows({{ScopeKind::xfrm_interface, id}}))
      kind_ = ScopeKind::xfrm_interface;
    else if (links_.knows({{ScopeKind::vti, id}, probe_local, probe_peer}))
      kind_ = ScopeKind::vti;
    else
      kind_ = ScopeKind::host;
  }
  if (*kind_ != ScopeKind::host) return engine::Done{};
  return engine::Failure{.cause = engine::Cause::install_failed,
                         .why =
                             "the kernel has neither XFRM interfaces (module xfrm_interface) nor VTI (modules ip_vti and "
                             "ip6_vti); sallyportd --dataplane tun needs neither"};
}

std::vector<std::string> XfrmTunnels::set(const std::vector<TunnelSpec>& tunnels) {
  std::vector<std::string> out;
  std::set<std::string_view> wanted;
  for (const TunnelSpec& spec : tunnels) wanted.insert(spec.interface);
  std::erase_if(tunnels_, [&](const auto& item) {
    const bool gone = !wanted.contains(item.first);
    if (gone && item.second.made) links_.remove(item.second.spec.device);
    return gone;
  });
  for (const TunnelSpec& spec : tunnels) {
    const auto [known, is_new] = tunnels_.try_emplace(spec.interface);
    Tunnel& tunnel = known->second;
    if (!is_new && tunnel.spec == spec) continue;
    if (tunnel.made && tunnel.spec.device != spec.device) {
      links_.remove(tunnel.spec.device);
      tunnel.made = false;
    }
    tunnel.spec = spec;
    engine::Status made = probe();
    if (made.ok()) {
      tunnel.kernel.scope = {*kind_, scope_id(spec.interface)};
      if (*kind_ == ScopeKind::xfrm_interface || tunnel.made) made = make(tunnel);
    }
    if (!made.ok()) out.push_back("interface " + spec.interface + ": " + made.failure().why);
  }
  if (auto limited = limit_mss(tunnels); !limited.ok()) out.push_back("ip tcp adjust-mss: " + limited.failure().why);
  return out;
}

engine::Status XfrmTunnels::limit_mss(const std::vector<TunnelSpec>& tunnels) {
  const bool wanted = std::ranges::any_of(tunnels, [](const TunnelSpec& spec) { return spec.mss_v4 != 0 || spec.mss_v6 != 0; });
  if (!wanted && !mss_limited_) return engine::Done{};
  mss_limited_ = wanted;
  return apply_mss_rules(tunnels);
}

engine::Status XfrmTunnels::make(Tunnel& tunnel) {
  CHECK_OK(links_.make(tunnel.spec.device, tunnel.kernel));
  tunnel.made = true;
  CHECK_OK(links_.configure(tunnel.spec, tunnel_mtu(tunnel.spec, tunnel.fits)));
  return links_.set_line_protocol(tunnel.spec.device, tunnel.serving > 0);
}

PolicyScope XfrmTunnels::scope_of(std::string_view interface) const {
  const auto found = tunnels_.find(interface);
  return found == tunnels_.end() ? PolicyScope{} : found->second.kernel.scope;
}

engine::Status XfrmTunnels::set_ends(std::string_view interface, const engine::IpAddress& local, const engine::IpAddress& peer) {
  const auto found = tunnels_.find(interface);
  if (found == tunnels_.end() || found->second.kernel.scope.kind != ScopeKind::vti) return engine::Done{};
  Tunnel& tunnel = found->second;
  const KernelTunnel wanted{tunnel.kernel.scope, local, peer};
  if (tunnel.made && wanted == tunnel.kernel) return engine::Done{};
  tunnel.kernel = wanted;
  return make(tunnel);
}

void XfrmTunnels::serve(std::string_view interface, std::size_t payload) {
  const auto found = tunnels_.find(interface);
  if (found == tunnels_.end()) return;
  Tunnel& tunnel = found->second;
  tunnel.fits = static_cast<std::uint32_t>(payload);
  (void)links_.set_mtu(tunnel.spec.device, tunnel_mtu(tunnel.spec, tunnel.fits));
  if (tunnel.serving++ == 0) (void)links_.set_line_protocol(tunnel.spec.device, true);
}

void XfrmTunnels::leave(std::string_view interface) {
  const auto found = tunnels_.find(interface);
  if (found != tunnels_.end() && found->second.serving > 0 && --found->second.serving == 0)
    (void)links_.set_line_protocol(found->second.spec.device, false);
}

void XfrmTunnels::mend() {
  for (auto& [interface, tunnel] : tunnels_)
    if (tunnel.made && !links_.is_as_wanted(tunnel.spec)) (void)make(tunnel);
}

void XfrmTunnels::release_leftovers() {
  std::set<std::string> known;
  for (const auto& [interface, tunnel] : tunnels_) known.insert(tunnel.spec.device);
  links_.for_ours([&](const std::string& device) {
    if (!known.contains(device)) links_.remove(device);
  });
}

void XfrmTunnels::release_all() {
  (void)limit_mss({});
  tunnels_.clear();
  release_leftovers();
}

}  // namespace kernel
