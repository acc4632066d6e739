#include "engine/mismatch.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace engine {
namespace {

constexpr std::size_t most_proposals = 16, most_transforms = 32;  // of a peer's offer

struct TypeName {
  TransformType type;
  const char* name;
};
constexpr std::array types{TypeName{TransformType::encryption, "encryption"}, TypeName{TransformType::integrity, "integrity"},
                           TypeName{TransformType::prf, "prf"}, TypeName{TransformType::key_exchange, "group"},
                           TypeName{TransformType::sequence_numbers, "esn"}};

/// The transforms of one type; "no integrity", "no key exchange" are the same as none.
std::vector<wire::Transform> of_type(const wire::Proposal& proposal, TransformType type) {
  std::vector<wire::Transform> out;
  for (const wire::Transform& t : proposal.transforms)
    if (t.type == static_cast<std::uint8_t>(type) && out.size() < most_transforms &&
        (t.id != 0 || type == TransformType::sequence_numbers))
      out.push_back(t);
  return out;
}

bool meet(const std::vector<wire::Transform>& theirs, const std::vector<wire::Transform>& ours) {
  if (theirs.empty() || ours.empty()) return theirs.empty() == ours.empty();
  return std::any_of(theirs.begin(), theirs.end(), [&](const wire::Transform& t) {
    return !t.unknown_attribute && std::find(ours.begin(), ours.end(), t) != ours.end();
  });
}

std::string names(const std::vector<wire::Transform>& transforms, TransformType type) {
  std::string out;
  for (const wire::Transform& t : transforms) {
    const Algorithm* row = find_algorithm(type, t.id, t.key_bits);
    out += out.empty() ? "" : " ";
    if (type == TransformType::sequence_numbers)
      out += t.id == esn ? "yes" : "no";
    else
      out += row ? std::string(row->debug_name)
                 : "id " + std::to_string(t.id) + (t.key_bits ? "/" + std::to_string(t.key_bits) : "");
  }
  return out.empty() ? "none" : out;
}

std::size_t differences(const wire::Proposal& theirs, const wire::Proposal& ours) {
  return static_cast<std::size_t>(std::count_if(types.begin(), types.end(), [&](const TypeName& each) {
    return !meet(of_type(theirs, each.type), of_type(ours, each.type));
  }));
}

}  // namespace

std::shared_ptr<const Evidence> compare(const std::vector<wire::Proposal>& offered, const std::vector<NamedProposal>& ours) {
  const wire::Proposal* closest = nullptr;
  const NamedProposal* mine = nullptr;
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < std::min(offered.size(), most_proposals); ++i)
    for (const NamedProposal& each : ours)
      if (const std::size_t count = differences(offered[i], each.proposal); count < best) {
        best = count;
        closest = &offered[i];
        mine = &each;
      }
  auto out = std::make_shared<Evidence>();
  if (!closest) return out;
  out->ours = mine->name;
  out->lines.push_back("closest is the peer's proposal " + std::to_string(closest->number) + " against '" + mine->name + "':");
  for (const TypeName& each : types) {
    const auto theirs = of_type(*closest, each.type), own = of_type(mine->proposal, each.type);
    if (theirs.empty() && own.empty()) continue;
    const bool fits = meet(theirs, own);
    out->lines.push_back(std::string("  ") + each.name + ": theirs " + names(theirs, each.type) + ", ours " +
                         names(own, each.type) + (fits ? ": fits" : ": DIFFERS"));
    if (fits) continue;
    for (const wire::Transform& t : theirs)
      if (const Algorithm* row = find_algorithm(each.type, t.id, t.key_bits)) out->transforms.push_back(row);
  }
  return out;
}

std::shared_ptr<const Evidence> of_entry(const Evidence& evidence, const CryptoMapEntry& entry, const Algorithm* group) {
  auto out = std::make_shared<Evidence>(evidence);
  out->map = entry.map;
  out->sequence = entry.sequence;
  if (group) out->transforms.push_back(group);
  return out;
}

std::shared_ptr<const Evidence> refused_offer(const std::vector<wire::Proposal>& offered, std::string ours,
                                              std::vector<SelectorPair> selectors) {
  auto out = std::make_shared<Evidence>();
  out->ours = std::move(ours);
  out->selectors = std::move(selectors);
  for (const wire::Proposal& proposal : offered)
    for (const wire::Transform& t : proposal.transforms)
      if (const Algorithm* row = find_algorithm(static_cast<TransformType>(t.type), t.id, t.key_bits);
          row && std::find(out->transforms.begin(), out->transforms.end(), row) == out->transforms.end())
        out->transforms.push_back(row);
  return out;
}

}  // namespace engine
