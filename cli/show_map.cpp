#include <algorithm>
#include <map>
#include <tuple>

#include "cli/configured.hpp"
#include "cli/show.hpp"
#include "engine/algorithms.hpp"
#include "parser/built_ins.hpp"
#include "parser/compile.hpp"
#include "parser/configuration.hpp"

namespace cli {
namespace {

using parser::Node;

/// Where the entries of the maps send to at present, by map and sequence.
using PresentPeers = std::map<std::pair<std::string, std::uint32_t>, const engine::PolicyLineView*>;

PresentPeers present_peers(const engine::View& view) {
  PresentPeers out;
  for (const auto& line : view.lines) out.try_emplace({line.map, line.sequence}, &line);
  return out;
}

std::string peer_text(const std::optional<engine::IpAddress>& address, const std::string& host, bool dynamic) {
  return address ? ios_address(*address) : escaped(host) + (dynamic ? " (dynamic)" : "");
}

/// `otherwise` where nothing is known.
std::string present_peer(const PresentPeers& present, const std::string& map, std::uint32_t sequence, std::string otherwise) {
  const auto line = present.find({map, sequence});
  if (line == present.end()) return otherwise;
  const auto& [name, peer] = std::tie(line->second->peer_name, line->second->peer);
  return peer.is_unspecified() ? escaped(name) + " (not resolved)" : ios_address(peer);
}

void put_access_list(std::string& out, const Configured& configured, const parser::MatchAddress& match) {
  out += "\tExtended IP access list " + match.acl + "\n";
  const Node* list = configured.access_list(match.acl);
  if (!list) return;
  list->each<parser::AccessListEntry>([&](const parser::AccessListEntry& entry, const Node& line) {
    if (entry.verb == parser::AclVerb::remark) return;
    std::string text = parser::line_text(line);
    if (entry.numbered) text.erase(0, text.find(' ') + 1);
    out += "\t    access-list " + match.acl + " " + text + "\n";
  });
}

void put_entry(std::string& out, const Configured& configured, const parser::CryptoMap& map, const Node& entry,
               const PresentPeers& present) {
  out += std::string("Crypto Map ") + (map.ipv6 ? "IPv6" : "IPv4") + " \"" + map.map + "\" " + std::to_string(map.sequence) +
         " ipsec-isakmp\n";
  const auto* peer = entry.find<parser::SetPeer>();
  const auto* match = entry.find<parser::MatchAddress>();
  if (!peer || !match || !configured.access_list(match->acl))
    out += "\tWARNING: This crypto map is in an incomplete state!\n\t\t(missing peer or access-list definitions)\n";
  entry.each<parser::SetPeer>([&](const parser::SetPeer& each, const Node&) {
    out += "\tPeer = " + peer_text(each.address, each.host, each.dynamic) + "\n";
  });
  if (const auto* profile = entry.find<parser::SetIkev2Profile>()) out += "\tIKEv2 Profile: " + profile->profile + "\n";
  out += "\tAccess-List SS dynamic: False\n";
  if (match) put_access_list(out, configured, *match);
  if (peer)
    out += "\tCurrent peer: " + present_peer(present, map.map, map.sequence, peer_text(peer->address, peer->host, false)) + "\n";
  put_lifetime(out, configured, entry);
  out += "\tDualstack (Y/N): N\n\n\tResponder-Only (Y/N): N\n";
  const auto* pfs = entry.find<parser::SetPfs>();
  out += pfs ? "\tPFS (Y/N): Y\n\tDH group:  " + std::string(parser::pfs_group(*pfs)->show_esp) + "\n" : "\tPFS (Y/N): N\n";
  out += "\tMixed-mode : Disabled\n";
  put_transform_sets(out, configured, entry);
}

std::vector<std::string> interfaces_of(const Node& root, const parser::CryptoMap& map) {
  std::vector<std::string> out;
  root.each<parser::Interface>([&](const parser::Interface& interface, const Node& block) {
    const auto* v4 = block.find<parser::InterfaceCryptoMap>();
    const auto* v6 = block.find<parser::InterfaceIpv6CryptoMap>();
    if (map.ipv6 ? v6 && v6->map == map.map : v4 && v4->map == map.map) out.push_back(interface.name);
  });
  return out;
}

void put_interfaces(std::string& out, const Node& root, const parser::CryptoMap& map) {
  out += "\tInterfaces using crypto map " + map.map + ":\n";
  for (const std::string& name : interfaces_of(root, map)) out += "\t\t" + name + "\n";
}

bool wanted(const Node& root, const parser::CryptoMap& map, const parser::ShowCryptoMap& options) {
  if (options.tag && *options.tag != map.map) return false;
  if (!options.interface) return true;
  const auto interfaces = interfaces_of(root, map);
  return std::find(interfaces.begin(), interfaces.end(), *options.interface) != interfaces.end();
}

/// What both entries of a tunnel end with.
void put_profile(std::string& out, const Configured& configured, const Node& profile) {
  put_lifetime(out, configured, profile);
  out +=
      std::string("\tDualstack (Y/N): N\n\n\tResponder-Only (Y/N): ") + (profile.find<parser::ResponderOnly>() ? "Y\n" : "N\n");
  const auto* pfs = profile.find<parser::SetPfs>();
  out += pfs ? "\tPFS (Y/N): Y\n\tDH group:  " + std::string(parser::pfs_group(*pfs)->show_esp) + "\n" : "\tPFS (Y/N): N\n";
  out += "\tMixed-mode : Disabled\n";
  put_transform_sets(out, configured, profile);
}

/// The two entries that IOS makes of a protected tunnel: the profile, and its instance towards the destination.
void put_tunnel(std::string& out, const Configured& configured, const parser::Interface& interface, const Node& block,
                const PresentPeers& present) {
  const auto* protection = block.find<parser::TunnelProtection>();
  const auto* destination = block.find<parser::TunnelDestination>();
  const auto* mode = block.find<parser::TunnelMode>();
  const Node* profile = protection ? configured.ipsec_profile(protection->profile) : nullptr;
  if (!profile || !mode || mode->kind < parser::TunnelKind::ipsec_ipv4) return;
  const std::string ikev2 = protection->ikev2_profile ? *protection->ikev2_profile : configured.ikev2_profile_of(*profile);
  const bool v6 = destination && destination->address && !destination->address->is_v4();
  const std::string title = std::string("Crypto Map ") + (v6 ? "IPv6" : "IPv4") + " \"" + interface.name + "-head-0\" ";
  out += title + "65536 ipsec-isakmp\n\tIKEv2 Profile: " + ikev2 + "\n\tProfile name: " + protection->profile + "\n";
  put_profile(out, configured, *profile);
  out += "\n";
  if (!destination || destination->dynamic) return;
  const std::string peer = peer_text(destination->address, destination->host.value_or(""), false);
  const std::string current = present_peer(present, interface.name + "-head-0", 65537, peer);
  out +=
      title + "65537 ipsec-isakmp\n\tMap is a PROFILE INSTANCE.\n\tPeer = " + peer + "\n\tIKEv2 Profile: " + ikev2 +
      "\n\tAccess-List SS dynamic: False\n\tExtended IP access list \n\t    access-list  permit " +
      (mode->kind == parser::TunnelKind::ipsec_ipv6 || mode->kind == parser::TunnelKind::ipsec_ipv4_v6_overlay ? "ipv6" : "ip") +
      " any any\n\tCurrent peer: " + current + "\n";
  put_profile(out, configured, *profile);
  out += "\tAlways create SAs\n\tInterfaces using crypto map " + interface.name + "-head-0:\n\t\t" + interface.name + "\n\n";
}

}  // namespace

std::string show_crypto_map(const parser::Configuration& configuration, const engine::View& view,
                            const parser::ShowCryptoMap& options) {
  const Node& root = configuration.data().root;
  const Configured configured(root);
  const PresentPeers present = present_peers(view);
  std::string out;
  const parser::CryptoMap* previous = nullptr;
  const auto close = [&](const parser::CryptoMap* next) {
    if (!previous) return;
    if (!next || next->map != previous->map || next->ipv6 != previous->ipv6) put_interfaces(out, root, *previous);
    out += "\n";
  };
  root.each<parser::CryptoMap>([&](const parser::CryptoMap& map, const Node& entry) {
    if (!wanted(root, map, options)) return;
    close(&map);
    put_entry(out, configured, map, entry, present);
    previous = &map;
  });
  close(nullptr);
  root.each<parser::Interface>([&](const parser::Interface& interface, const Node& block) {
    if ((!options.interface || *options.interface == interface.name) &&
        (!options.tag || *options.tag == interface.name + "-head-0"))
      put_tunnel(out, configured, interface, block, present);
  });
  return out.empty() ? "No crypto maps found.\n" : out;
}

}  // namespace cli
