// What keeps two proposals from meeting: theirs against ours, transform type by transform type.
#pragma once

#include <memory>
#include <vector>

#include "engine/evidence.hpp"
#include "engine/wire/message.hpp"

namespace engine {

/// A proposal as we would offer it, under the name of what it was configured by.
struct NamedProposal {
  std::string name;
  wire::Proposal proposal;
};

/// Of every pair of theirs and ours, the one that differs in fewest transform types (RFC 7296, 3.3.2): a line for each type of
/// it, and the peer's transforms where the two differ. Only so many of `offered` are looked at, whatever a peer sends.
std::shared_ptr<const Evidence> compare(const std::vector<wire::Proposal>& offered, const std::vector<NamedProposal>& ours);

/// The same, asked about an entry of a crypto map; `group` is what the peer wants by name, or null.
std::shared_ptr<const Evidence> of_entry(const Evidence& evidence, const CryptoMapEntry& entry, const Algorithm* group = nullptr);

/// What we offered and the peer refused: every transform, the name of ours, and the selectors of a Child SA.
std::shared_ptr<const Evidence> refused_offer(const std::vector<wire::Proposal>& offered, std::string ours,
                                              std::vector<SelectorPair> selectors);

}  // namespace engine
