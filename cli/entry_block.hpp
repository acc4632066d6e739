// Where the configuration has what the engine knows as an entry of a crypto map.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/evidence.hpp"
#include "parser/parser.hpp"

namespace cli {

/// The block of lines that an entry is made of: that of a crypto map entry, or the IPsec profile of a tunnel interface.
struct EntryBlock {
  std::string head;                         // "crypto map VPN 10 ipsec-isakmp"
  std::vector<std::string> transform_sets;  // that it names
  std::string profile;                      // IKEv2 profile; empty: none
};
/// Not given: the evidence names no entry, or the configuration has it no more.
std::optional<EntryBlock> entry_block(const parser::Configuration& configuration, const engine::Evidence& evidence);

/// The lines by which the entry (by its head) takes these transforms beside its own, in a set of their own: the one called
/// `ours` serves others too.
std::vector<std::string> transform_set_lines(const parser::Configuration& configuration, const std::string& ours,
                                             const std::string& transforms, const std::optional<EntryBlock>& entry);

}  // namespace cli
