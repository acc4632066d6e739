#include "cli/configured.hpp"

namespace cli {
namespace {

using parser::Node;

std::uint64_t lifetime_kilobytes(const Node& root, const Node& entry) {
  const auto* volume = entry.find<parser::LifetimeKilobytes>();
  if (!volume) volume = root.find<parser::LifetimeKilobytes>();
  return !volume ? 4608000 : volume->disable ? 0 : volume->kilobytes.value_or(4608000);
}

}  // namespace

std::string transforms(const parser::TransformSet& set) {
  std::string out;
  if (set.ah) out += *set.ah + " ";
  if (set.cipher()) out += std::string(set.cipher()->show_esp) + " ";
  if (set.hmac) out += std::string(set.hmac->show_esp) + " ";
  if (set.compression) out += "comp-lzs ";
  return out;
}

void put_transform_sets(std::string& out, const Node& root, const Node& entry) {
  out += "\tTransform sets={ \n";
  const auto* sets = entry.find<parser::SetTransformSet>();
  for (const auto& name : sets ? sets->transform_sets : std::vector<std::string>{})
    if (const Node* block = find_block<parser::TransformSet>(root, name))
      out += "\t\t" + name + ":  { " + transforms(*block->as<parser::TransformSet>()) + " } , \n";
  out += "\t}\n";
}

std::string lifetime_text(const Node& root, const Node& entry) {
  const auto* line = entry.find<parser::LifetimeSeconds>();
  if (!line) line = root.find<parser::LifetimeSeconds>();
  const std::uint64_t kilobytes = lifetime_kilobytes(root, entry);
  return (kilobytes == 0 ? "" : std::to_string(kilobytes) + " kilobytes/") + std::to_string(line ? line->seconds : 3600) +
         " seconds";
}

void put_lifetime(std::string& out, const Node& root, const Node& entry) {
  if (lifetime_kilobytes(root, entry) == 0) out += "\tKilobyte Volume Rekey has been disabled.\n";
  out += "\tSecurity association lifetime: " + lifetime_text(root, entry) + "\n";
}

}  // namespace cli
