// ICMP messages by the names that access lists have for them, as what a traffic selector says of them.
#pragma once

#include <optional>

#include "engine/traffic_selector.hpp"
#include "parser/modes/access_list.hpp"

namespace parser {

/// The messages that a line of protocol ICMP or ICMPv6 selects, type and code packed as RFC 7296, 3.13.1 has them; all where
/// it says neither. nullopt: a name without a number.
std::optional<engine::PortRange> icmp_messages(const AccessListEntry& entry, engine::Family family);

}  // namespace parser
