// How much one protected packet can carry: what the MTU of a tunnel interface is made of.
#pragma once

#include "engine/event.hpp"

namespace kernel {

/// The longest payload whose ESP packet, from SPI to ICV, or AH packet behind an IP header of `outer`, has at most `limit`
/// octets; 0: none. The rows are those of an SA; without `encryption` nothing is known.
std::size_t payload_room(const engine::Algorithm* encryption, const engine::Algorithm* integrity, engine::Family outer,
                         std::size_t limit);

/// The same for the SA's path as the host knows it now, with outer headers and no fragments; 0: it is not known.
std::size_t payload_room(const engine::ChildSaFacts& facts, const engine::SaParameters& sa);

}  // namespace kernel
