#include <algorithm>
#include <iterator>

#include "parser/built_ins.hpp"
#include "parser/compile_referents.hpp"

namespace parser {
namespace {

using Profiles = Referents::Profiles;
using Entries = std::vector<std::shared_ptr<const engine::CryptoMapEntry>>;

/// What the built-in transform set takes in transport mode; everything else goes in tunnel mode.
bool all_hosts(const SelectorLines& lines) {
  const auto host = [](const engine::TrafficSelector& end) { return end.first == end.last; };
  return std::all_of(lines.begin(), lines.end(), [&](const engine::SelectorLine& line) {
    return line.action == engine::AclAction::deny || (host(line.selectors.local) && host(line.selectors.remote));
  });
}

/// Nullopt with warnings when the entry is incomplete.
std::optional<engine::CryptoMapEntry> read_entry(const CryptoMap& header, const Node& block, Referents& referents,
                                                 CompileContext& context) {
  const std::string where = "crypto map " + entry_name(header.map, header.sequence);
  engine::CryptoMapEntry entry;
  entry.map = header.map;
  entry.sequence = header.sequence;
  block.each<SetPeer>([&](const SetPeer& line, const Node&) {
    const engine::Family family = header.ipv6 ? engine::Family::v6 : engine::Family::v4;
    entry.peers.push_back(line.address ? engine::Peer(*line.address) : engine::Peer({line.host, family}, line.dynamic));
    if (line.is_default) entry.default_peer = entry.peers.back();
  });
  if (entry.peers.empty()) context.warn(where, "no peer is set");

  const std::vector<std::string> sets = transform_sets_of(context.root, block);
  if (sets.empty()) context.warn(where, "no transform set is set");
  for (const std::string& name : sets) {
    auto set = referents.transform_set(name, where);
    if (!set) continue;
    if (!entry.transform_sets.empty() && set->protocol() != entry.transform_sets.front()->protocol()) {
      context.warn(where, "transform set " + name + " is not used: the first one, " + entry.transform_sets.front()->name +
                              ", is of the other protocol (AH, ESP)");
      continue;
    }
    entry.transform_sets.push_back(std::move(set));
    const engine::TransformSet& first = *entry.transform_sets.front();
    if (entry.transform_sets.back()->mode != first.mode)
      context.warn(where, "transform set " + name + " is used in the mode of the first one, " + first.name);
  }

  if (const auto* line = block.find<SetIkev2Profile>())
    entry.profile = referents.profile(line->profile, where);
  else
    context.warn(where, "no IKEv2 profile is set");

  const SelectorLines* lines = nullptr;
  if (const auto* line = block.find<MatchAddress>()) {
    entry.acl = line->acl;
    lines = referents.access_list(line->acl, header.ipv6, where);
  } else {
    context.warn(where, "no access list is set");
  }
  if (entry.peers.empty() || entry.transform_sets.empty() || !entry.profile || !lines) return std::nullopt;
  entry.lines = *lines;
  if (!block.find<SetTransformSet>() && !all_hosts(entry.lines))
    for (auto& set : entry.transform_sets) set = referents.in_tunnel_mode(std::move(set));
  if (!read_limits(entry, where, block, context)) return std::nullopt;
  return entry;
}

/// The part that the same block became before, with the profile of the same name.
std::shared_ptr<const engine::CryptoMapEntry> reused_entry(std::size_t place, CompileContext& context) {
  auto known = context.reused<engine::CryptoMapEntry>(place);
  if (!known || context.changed_lists.contains(known->acl)) return nullptr;
  const auto other = context.replaced.find(known->profile.get());
  if (other == context.replaced.end()) return known;
  if (!other->second || other->second->name != known->profile->name) return nullptr;
  auto fresh = std::make_shared<engine::CryptoMapEntry>(*known);
  fresh->profile = other->second;
  return fresh;
}

/// The maps of one family by name: every map that has an entry, complete or not.
struct Maps {
  bool ipv6;
  std::map<std::string, Entries> by_name{};
};

void bind_map(std::vector<engine::ProtectedInterface>& out, const std::string& interface, const std::string& map,
              const Maps& maps, CompileContext& context) {
  const auto found = maps.by_name.find(map);
  if (found == maps.by_name.end()) {
    context.warn("interface " + interface, "crypto map " + map + " is not defined");
    return;
  }
  engine::ProtectedInterface bound{interface, map, {}, found->second};
  context.root.each<CryptoMapLocalAddress>([&](const CryptoMapLocalAddress& line, const Node&) {
    if (line.map == map && line.ipv6 == maps.ipv6) bound.local_address_interface = line.interface;
  });
  out.push_back(std::move(bound));
}

}  // namespace

const engine::Algorithm* pfs_group(const SetPfs& line) {
  return line.group ? line.group : engine::find_ike_keyword(engine::TransformType::key_exchange, "14");
}

std::vector<engine::ProtectedInterface> compile_interfaces(
    CompileContext& context, const Profiles& profiles, std::vector<std::shared_ptr<const engine::VirtualTemplate>>& templates) {
  Referents referents(context, profiles);
  templates = compile_templates(referents, context);
  std::vector<engine::ProtectedInterface> tunnels = compile_tunnels(referents, context);
  Maps v4{false}, v6{true};
  context.each_block<CryptoMap>([&](const CryptoMap& header, const Node& block, std::size_t place) {
    Entries& entries = (header.ipv6 ? v6 : v4).by_name[header.map];
    if (header.dynamic || header.profile || header.other_kind) {
      context.warn("crypto map " + entry_name(header.map, header.sequence),
                   "dynamic, manual and GDOI entries and profiles take no part");
      return;
    }
    const std::size_t warned = context.warnings.size();
    if (auto known = reused_entry(place, context))
      entries.push_back(context.become(place, std::move(known), warned));
    else if (auto read = read_entry(header, block, referents, context))
      entries.push_back(context.become(place, std::move(*read), warned));
  });
  for (Maps* maps : {&v4, &v6})
    for (auto& [name, entries] : maps->by_name)
      std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a->sequence < b->sequence; });

  std::vector<engine::ProtectedInterface> out;
  context.root.each<Interface>([&](const Interface& interface, const Node& block) {
    if (const auto* line = block.find<InterfaceCryptoMap>()) bind_map(out, interface.name, line->map, v4, context);
    if (const auto* line = block.find<InterfaceIpv6CryptoMap>()) bind_map(out, interface.name, line->map, v6, context);
  });
  std::move(tunnels.begin(), tunnels.end(), std::back_inserter(out));
  return out;
}

}  // namespace parser
