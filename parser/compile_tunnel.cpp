// `interface TunnelN`: the device that it is, and what protects it. Tunnels in the sense of IOS: a route leads into them, and
// everything inside is protected (static virtual tunnel interface), so that there is one entry, permit any to any.
#include <algorithm>
#include <map>
#include <set>

#include "parser/built_ins.hpp"
#include "parser/compile_referents.hpp"
#include "parser/flexvpn_client.hpp"
#include "parser/tunnel_route.hpp"

namespace parser {
namespace {

using engine::Family;

constexpr std::uint32_t head_sequence = 65537;   // as IOS shows it
constexpr std::size_t longest_device_name = 15;  // IFNAMSIZ of Linux, without its zero

std::string where(const Interface& interface) { return "interface " + interface.name; }

bool has_vrf(const Node& block) {
  return std::any_of(block.children.begin(), block.children.end(), [](const auto& line) {
    const auto* kept = line->template as<Kept>();
    return kept && (kept->text.starts_with("vrf forwarding ") || kept->text.starts_with("ip vrf forwarding "));
  });
}

std::string device_of(const Interface& interface, const Node& block) {
  const auto* device = block.find<Device>();
  return device ? device->name : interface.name;
}

/// What the tunnel is not, and why; empty: a tunnel that can be one here.
std::string why_no_tunnel(const Interface& interface, const Node& block) {
  const auto* mode = block.find<TunnelMode>();
  if (!mode || mode->kind < TunnelKind::ipsec_ipv4)
    return "GRE and other tunnels without IPsec do not exist: 'tunnel mode ipsec ipv4' or 'tunnel mode ipsec ipv6' makes it one "
           "that does";
  if (block.find<TunnelVrf>() || has_vrf(block)) return "VRFs do not exist, and a tunnel of one is not made in another";
  if (!is_virtual_template(block) && device_of(interface, block).size() > longest_device_name)
    return "the name is too long for a Linux device: 'device NAME' gives it another";
  return {};
}

struct Families {
  std::optional<Family> outside;  // not given: that of the addresses
  bool v4_inside = false, v6_inside = false;
};
Families families_of(TunnelKind kind) {
  switch (kind) {
    case TunnelKind::ipsec_ipv4:
      return {Family::v4, true, false};
    case TunnelKind::ipsec_ipv4_v6_overlay:
      return {Family::v4, false, true};
    case TunnelKind::ipsec_ipv6:
      return {Family::v6, false, true};
    case TunnelKind::ipsec_ipv6_v4_overlay:
      return {Family::v6, true, false};
    default:
      return {std::nullopt, true, true};
  }
}

engine::SelectorLine any_to_any(Family family) {
  const auto any = engine::TrafficSelector::of(engine::Prefix::any(family));
  return {engine::AclAction::permit, {any, any}, family == Family::v4 ? "permit ip any any" : "permit ipv6 any any"};
}

/// The tunnel's ends; false with a warning.
bool read_ends(engine::ProtectedInterface& out, engine::CryptoMapEntry& entry, const Node& block, const Families& families,
               const std::string& user, CompileContext& context) {
  const auto* source = block.find<TunnelSource>();
  const auto* destination = block.find<TunnelDestination>();
  const auto client = flexvpn_client_of(context.root, out.name.text());
  const std::string from = source && source->interface ? *source->interface
                           : source && source->dynamic && client ? client->source : std::string();
  if (!source || (!source->address && from.empty())) {
    context.warn(user, source && source->dynamic ? "no FlexVPN client has a source for it" : "no tunnel source is set");
    return false;
  }
  out.tunnel->negotiated = std::any_of(block.children.begin(), block.children.end(), [](const auto& line) {
    const auto* address = line->template as<InterfaceAddress>();
    return address && address->source == AddressSource::negotiated;
  });
  if (!destination || (destination->dynamic && (!client || client->peers.empty()))) {
    context.warn(user, destination ? "no FlexVPN client has peers for it" : "no tunnel destination is set");
    return false;
  }
  if (source->interface || !from.empty()) out.local_address_interface = from;
  if (destination->dynamic) {
    out.tunnel->source = source->address;
    for (const FlexvpnPeer& each : client->peers)
      entry.peers.push_back(each.address ? engine::Peer(*each.address) : engine::Peer({each.name, each.family}, each.dynamic));
    if (client->reactivate) entry.default_peer = entry.peers.front();
    out.tunnel->responder_only = client->manual;
    return true;
  }
  const Family by_name = families.outside ? *families.outside : source->address ? source->address->family : Family::v4;
  const Family peer = destination->address ? destination->address->family : by_name;
  if ((families.outside && *families.outside != peer) || (source->address && source->address->family != peer)) {
    context.warn(user, "tunnel mode, source and destination are not of one address family");
    return false;
  }
  out.tunnel->source = source->address;
  // IOS resolves the name when it is entered and knows no `dynamic` here; but such an interface is to be up for ever.
  entry.peers = {destination->address ? engine::Peer(*destination->address) : engine::Peer({*destination->host, peer}, true)};
  return true;
}

/// Transform sets and limits of the IPsec profile; null with a warning.
const Node* read_terms(engine::CryptoMapEntry& entry, const TunnelProtection& protection, const std::string& user,
                       Referents& referents, CompileContext& context) {
  const Node* profile = find_ipsec_profile(context.root, protection.profile);
  if (!profile) {
    context.warn(user, "IPsec profile " + protection.profile + " is not defined");
    return nullptr;
  }
  const std::string its = "crypto ipsec profile " + protection.profile;
  const std::vector<std::string> sets = transform_sets_of(context.root, *profile);
  if (sets.empty()) context.warn(its, "no transform set is set");
  // An interface forwards packets that are not its own.
  for (const std::string& name : sets)
    if (auto set = referents.transform_set(name, its)) entry.transform_sets.push_back(referents.in_tunnel_mode(std::move(set)));
  return read_limits(entry, its, *profile, context) && !entry.transform_sets.empty() ? profile : nullptr;
}

/// What the IPsec profile says; false with a warning.
bool read_profile(engine::ProtectedInterface& out, engine::CryptoMapEntry& entry, const TunnelProtection& protection,
                  const std::string& user, Referents& referents, CompileContext& context) {
  const Node* profile = read_terms(entry, protection, user, referents, context);
  if (!profile) return false;
  const std::string its = "crypto ipsec profile " + protection.profile;
  const std::string named = ikev2_profile_of(context.root, *profile);
  if (protection.ikev2_profile)
    entry.profile = referents.profile(*protection.ikev2_profile, user);
  else if (!named.empty())
    entry.profile = referents.profile(named, its);
  else
    context.warn(its, "no IKEv2 profile is set");
  out.tunnel->responder_only = out.tunnel->responder_only || profile->find<ResponderOnly>() != nullptr;
  entry.idle_time = engine::Duration{0};  // such an interface is to be up for ever
  return entry.profile != nullptr;
}

/// False with a warning where an access list that is named cannot be used.
bool read_selectors(engine::CryptoMapEntry& entry, const Node& block, const Families& families, const std::string& user,
                    Referents& referents) {
  bool usable = true, named = false;
  block.each<TunnelPolicy>([&](const TunnelPolicy& policy, const Node&) {
    named = true;
    const SelectorLines* lines = referents.access_list(policy.acl, policy.ipv6, user);
    usable = usable && lines;
    if (!lines) return;
    entry.acl = policy.acl;
    entry.lines.insert(entry.lines.end(), lines->begin(), lines->end());
  });
  if (named) return usable;
  if (families.v4_inside) entry.lines.push_back(any_to_any(Family::v4));
  if (families.v6_inside) entry.lines.push_back(any_to_any(Family::v6));
  return true;
}

std::optional<engine::ProtectedInterface> read_tunnel(const Interface& interface, const Node& block, Referents& referents,
                                                      CompileContext& context) {
  const auto* protection = block.find<TunnelProtection>();
  if (!protection) {
    context.warn(where(interface), "a tunnel without 'tunnel protection ipsec profile' carries nothing");
    return std::nullopt;
  }
  const Families families = families_of(block.find<TunnelMode>()->kind);
  engine::CryptoMapEntry entry;
  entry.map = interface.name + "-head-0";
  entry.sequence = head_sequence;
  engine::ProtectedInterface out{interface.name, entry.map, {}, {}, engine::TunnelInterface{}};
  const bool ends = read_ends(out, entry, block, families, where(interface), context);
  const bool profile = read_profile(out, entry, *protection, where(interface), referents, context);
  const bool selectors = read_selectors(entry, block, families, where(interface), referents);
  if (!ends || !profile || !selectors) return std::nullopt;
  const std::string name = entry_name(entry.map, entry.sequence);
  out.entries.push_back(context.entries.share(name, std::move(entry)));
  return out;
}

void read_addresses(TunnelDevice& out, const Node& block, CompileContext& context) {
  block.each<InterfaceAddress>([&](const InterfaceAddress& a, const Node&) {
    if (a.source == AddressSource::typed) out.addresses.push_back({a.network.address, a.network.length});
  });
  block.each<InterfaceIpv6Address>([&](const InterfaceIpv6Address& a, const Node&) {
    out.addresses.push_back({a.network.address, a.kind == Ipv6AddressKind::link_local ? std::uint8_t{64} : a.network.length});
  });
  if (const auto* other = block.find<IpUnnumbered>())
    for (const engine::IpAddress& address : context.addresses(other->interface))
      if (address.is_v4()) out.addresses.push_back({address, 32});
  block.each<Kept>([&](const Kept& line, const Node&) {
    constexpr std::string_view unnumbered = "ipv6 unnumbered ";
    if (!line.text.starts_with(unnumbered)) return;
    for (const engine::IpAddress& address : context.addresses(line.text.substr(unnumbered.size())))
      if (!address.is_v4()) out.addresses.push_back({address, 128});
  });
}

std::shared_ptr<const engine::VirtualTemplate> read_template(const Interface& interface, const Node& block, Referents& referents,
                                                             CompileContext& context) {
  const auto* protection = block.find<TunnelProtection>();
  if (!protection) {
    context.warn(where(interface), "without 'tunnel protection ipsec profile' its copies carry nothing");
    return nullptr;
  }
  const Families families = families_of(block.find<TunnelMode>()->kind);
  engine::VirtualTemplate out{.name = interface.name, .v4_inside = families.v4_inside, .v6_inside = families.v6_inside};
  if (const auto* source = block.find<TunnelSource>()) {
    out.source = source->address;
    if (source->interface) out.source_interface = *source->interface;
  }
  TunnelDevice own;
  read_addresses(own, block, context);
  for (const engine::Prefix& each : own.addresses) out.addresses.push_back(each.address);
  if (!read_terms(out.entry, *protection, where(interface), referents, context)) return nullptr;
  return std::make_shared<const engine::VirtualTemplate>(std::move(out));
}

TunnelDevice read_device(const Interface& interface, const Node& block, CompileContext& context) {
  TunnelDevice tunnel{interface.name, device_of(interface, block)};
  read_addresses(tunnel, block, context);
  if (const auto* line = block.find<Mtu>()) tunnel.mtu = line->bytes;
  if (const auto* line = block.find<IpMtu>()) tunnel.mtu = line->bytes;
  if (const auto* line = block.find<Ipv6Mtu>(); line && !tunnel.mtu) tunnel.mtu = line->bytes;
  if (const auto* line = block.find<IpAdjustMss>()) tunnel.mss_v4 = line->bytes;
  if (const auto* line = block.find<Ipv6AdjustMss>()) tunnel.mss_v6 = line->bytes;
  tunnel.shut_down = block.find<Shutdown>() != nullptr;
  return tunnel;
}

/// By interface. Of several routes to a network those of the least distance, as a router has them; the others wait for a change
/// of the configuration.
std::multimap<std::string, engine::Prefix> read_routes(CompileContext& context) {
  std::set<std::string_view> out_of_use;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (block.find<Shutdown>()) out_of_use.insert(interface.name);
  });
  std::map<engine::Prefix, std::vector<TunnelRoute>> by_network;
  context.root.each<Kept>([&](const Kept& line, const Node&) {
    auto route = tunnel_route(line);
    if (!route || out_of_use.contains(route->interface)) return;
    std::vector<TunnelRoute>& same = by_network[route->network];
    if (!same.empty() && same.front().distance != route->distance)
      context.warn("ip route " + route->network.to_string(),
                   "only the one of the least distance is used: one of more does not take over when a tunnel is down");
    if (!same.empty() && route->distance < same.front().distance) same.clear();
    if (same.empty() || route->distance == same.front().distance) same.push_back(std::move(*route));
  });
  std::multimap<std::string, engine::Prefix> out;
  for (const auto& [network, routes] : by_network)
    for (const TunnelRoute& route : routes) out.emplace(route.interface, network);
  return out;
}

}  // namespace

std::vector<std::shared_ptr<const engine::VirtualTemplate>> compile_templates(Referents& referents, CompileContext& context) {
  std::vector<std::shared_ptr<const engine::VirtualTemplate>> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (!is_virtual_template(block) || block.find<Shutdown>()) return;
    if (const std::string why = why_no_tunnel(interface, block); !why.empty()) return context.warn(where(interface), why);
    if (auto read = read_template(interface, block, referents, context)) out.push_back(std::move(read));
  });
  return out;
}

std::vector<TunnelDevice> compile_template_devices(CompileContext& context) {
  std::vector<TunnelDevice> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (is_virtual_template(block)) out.push_back(read_device(interface, block, context));
  });
  return out;
}

std::vector<engine::ProtectedInterface> compile_tunnels(Referents& referents, CompileContext& context) {
  std::vector<engine::ProtectedInterface> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (!is_tunnel_interface(block) || is_virtual_template(block) || block.find<Shutdown>()) return;
    if (const std::string why = why_no_tunnel(interface, block); !why.empty()) return context.warn(where(interface), why);
    if (auto tunnel = read_tunnel(interface, block, referents, context)) out.push_back(std::move(*tunnel));
  });
  return out;
}

std::vector<TunnelDevice> compile_loopback_devices(CompileContext& context) {
  std::vector<TunnelDevice> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (!is_own_loopback(block)) return;
    if (interface.name.size() > longest_device_name)
      return context.warn(where(interface),
                          "the name is too long for a Linux device: 'device NAME' says whose addresses these are");
    TunnelDevice loopback{interface.name, device_of(interface, block)};
    read_addresses(loopback, block, context);
    loopback.shut_down = block.find<Shutdown>() != nullptr;
    if (!loopback.addresses.empty()) out.push_back(std::move(loopback));
  });
  return out;
}

std::vector<TunnelDevice> compile_tunnel_devices(CompileContext& context) {
  const std::multimap<std::string, engine::Prefix> routes = read_routes(context);
  std::vector<TunnelDevice> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (!is_tunnel_interface(block) || is_virtual_template(block) || !why_no_tunnel(interface, block).empty()) return;
    TunnelDevice tunnel = read_device(interface, block, context);
    const auto [first, last] = routes.equal_range(interface.name);
    for (auto route = first; route != last; ++route) tunnel.routes.push_back(route->second);
    out.push_back(std::move(tunnel));
  });
  return out;
}

}  // namespace parser
