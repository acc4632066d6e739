// What a change of the configuration does to an SA that is up: one pure decision, which the reconciler acts upon and
// Endpoint::impact tells beforehand. docs/reconciling.md has it as a table.
#pragma once

#include <memory>
#include <string>

#include "engine/policy_book.hpp"

namespace engine {

struct IkeSa;
struct ChildSa;
struct Ends;

struct Impact {
  Disturbance what = Disturbance::none;
  std::string why;  // the setting; empty for `none`
  /// Of an IKE SA that stays: the profile it goes on with.
  std::shared_ptr<const IkeProfile> profile{};
};

/// On an established IKE SA itself. `before`: the configuration that `next` replaces.
Impact impact_on(const IkeSa& sa, const Config& before, const PolicyBook& next);
/// On a Child SA whose IKE SA, between `ends`, stays.
Impact impact_on(const ChildSa& child, const Ends& ends, const PolicyBook& next);
/// Whether a negotiation with `peer`, begun under `profile` and with `keys`, would be begun the same way now. `identity`:
/// the peer's, as far as its key depends on it.
bool same_authentication(const IkeProfile& profile, const KeyChoice& keys, const IpAddress& peer, const Identity* identity,
                         const IkeProfile& fresh, const PolicyBook& next);

}  // namespace engine
