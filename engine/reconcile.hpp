// Follows a change of the configuration or of the interfaces: what an SA means is compared, not when it was written, and
// each SA gets the smallest disturbance that makes it right (engine/impact.hpp decides, docs/reconciling.md explains).
#pragma once

#include "engine/turn.hpp"

namespace engine {

void reconcile(Turn& turn, std::shared_ptr<const Config> config, std::vector<InterfaceState> interfaces);
/// What reconcile() to `config` would do, SA by SA; changes nothing.
std::vector<SaImpact> preview(const Core& core, std::shared_ptr<const Config> config);

}  // namespace engine
