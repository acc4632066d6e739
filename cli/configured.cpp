#include "cli/configured.hpp"

#include "parser/built_ins.hpp"

namespace cli {
namespace {

using parser::Node;

std::uint64_t lifetime_kilobytes(const Configured& configured, const Node& entry) {
  const auto* volume = entry.find<parser::LifetimeKilobytes>();
  if (!volume) volume = configured.kilobytes();
  return !volume ? 4608000 : volume->disable ? 0 : volume->kilobytes.value_or(4608000);
}

}  // namespace

Configured::Configured(const Node& root)
    : root_(root), seconds_(root.find<parser::LifetimeSeconds>()), kilobytes_(root.find<parser::LifetimeKilobytes>()) {
  for (const auto& child : root.children) {
    const auto put = [&](Blocks& blocks, const auto* object) {
      if (object) blocks.try_emplace(object->name, child.get());
    };
    put(transform_sets_, child->as<parser::TransformSet>());
    put(access_lists_, child->as<parser::AccessList>());
    put(access_lists_, child->as<parser::Ipv6AccessList>());
    put(ipsec_profiles_, child->as<parser::IpsecProfile>());
  }
  if (const Node* built_in = parser::default_transform_set(root)) transform_sets_.try_emplace("default", built_in);
  if (const Node* built_in = parser::default_ipsec_profile(root)) ipsec_profiles_.try_emplace("default", built_in);
}

std::vector<std::string> Configured::transform_sets_of(const Node& entry) const {
  if (const auto* line = entry.find<parser::SetTransformSet>()) return line->transform_sets;
  return transform_set("default") ? std::vector<std::string>{"default"} : std::vector<std::string>{};
}

std::string Configured::ikev2_profile_of(const Node& ipsec_profile) const {
  return parser::ikev2_profile_of(root_, ipsec_profile);
}

std::string transforms(const parser::TransformSet& set) {
  std::string out;
  if (set.ah) out += *set.ah + " ";
  if (set.cipher()) out += std::string(set.cipher()->show_esp) + " ";
  if (set.hmac) out += std::string(set.hmac->show_esp) + " ";
  if (set.compression) out += "comp-lzs ";
  return out;
}

void put_transform_sets(std::string& out, const Configured& configured, const Node& entry) {
  out += "\tTransform sets={ \n";
  for (const std::string& name : configured.transform_sets_of(entry))
    if (const Node* block = configured.transform_set(name))
      out += "\t\t" + name + ":  { " + transforms(*block->as<parser::TransformSet>()) + " } , \n";
  out += "\t}\n";
}

std::string lifetime_text(const Configured& configured, const Node& entry) {
  const auto* line = entry.find<parser::LifetimeSeconds>();
  if (!line) line = configured.seconds();
  const std::uint64_t kilobytes = lifetime_kilobytes(configured, entry);
  return (kilobytes == 0 ? "" : std::to_string(kilobytes) + " kilobytes/") + std::to_string(line ? line->seconds : 3600) +
         " seconds";
}

void put_lifetime(std::string& out, const Configured& configured, const Node& entry) {
  if (lifetime_kilobytes(configured, entry) == 0) out += "\tKilobyte Volume Rekey has been disabled.\n";
  out += "\tSecurity association lifetime: " + lifetime_text(configured, entry) + "\n";
}

}  // namespace cli
