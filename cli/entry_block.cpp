#include "cli/entry_block.hpp"

#include <algorithm>

#include "cli/configured.hpp"
#include "parser/built_ins.hpp"

namespace cli {
namespace {

using parser::Node;

constexpr std::string_view tunnel_map = "-head-0";  // behind the name of a tunnel interface

std::vector<std::string> sets_of(const Node& block) {
  const auto* line = block.find<parser::SetTransformSet>();
  return line ? line->transform_sets : std::vector<std::string>{};
}

std::string profile_of(const Node& block) {
  const auto* line = block.find<parser::SetIkev2Profile>();
  return line ? line->profile : std::string();
}

std::optional<EntryBlock> block_of_tunnel(const Node& root, const std::string& interface) {
  const Node* block = find_block<parser::Interface>(root, interface);
  const auto* protection = block ? block->find<parser::TunnelProtection>() : nullptr;
  if (!protection) return std::nullopt;
  const Node* profile = find_block<parser::IpsecProfile>(root, protection->profile);
  return EntryBlock{"crypto ipsec profile " + protection->profile, profile ? sets_of(*profile) : std::vector<std::string>{},
                    protection->ikev2_profile ? *protection->ikev2_profile
                    : profile                 ? parser::ikev2_profile_of(root, *profile)
                                              : std::string()};
}

}  // namespace

std::optional<EntryBlock> entry_block(const parser::Configuration& configuration, const engine::Evidence& evidence) {
  const Node& root = configuration.data().root;
  if (evidence.map.ends_with(tunnel_map))
    return block_of_tunnel(root, evidence.map.substr(0, evidence.map.size() - tunnel_map.size()));
  std::optional<EntryBlock> out;
  root.each<parser::CryptoMap>([&](const parser::CryptoMap& entry, const Node& block) {
    if (out || entry.map != evidence.map || entry.sequence != evidence.sequence || entry.dynamic) return;
    out = EntryBlock{"crypto map " + std::string(entry.ipv6 ? "ipv6 " : "") + entry.map + " " + std::to_string(entry.sequence) +
                         " ipsec-isakmp",
                     sets_of(block), profile_of(block)};
  });
  return out;
}

std::vector<std::string> transform_set_lines(const parser::Configuration& configuration, const std::string& ours,
                                             const std::string& transforms, const std::optional<EntryBlock>& entry) {
  const Node& root = configuration.data().root;
  if (!entry || entry->transform_sets.empty())
    return {"crypto ipsec transform-set " + (ours.empty() ? "NAME" : ours) + " " + transforms};
  std::string name = ours + "-PEER";
  for (unsigned number = 2; find_block<parser::TransformSet>(root, name); ++number)
    name = ours + "-PEER" + std::to_string(number);
  std::vector<std::string> out{"crypto ipsec transform-set " + name + " " + transforms};
  const Node* set = find_block<parser::TransformSet>(root, ours);
  if (const auto* mode = set ? set->find<parser::TransformMode>() : nullptr; mode && mode->mode == engine::IpsecMode::transport)
    out.push_back(" mode transport");
  out.push_back(entry->head);
  std::string line = " set transform-set";
  for (const std::string& each : entry->transform_sets) line += " " + each;
  out.push_back(line + " " + name);
  return out;
}

}  // namespace cli
