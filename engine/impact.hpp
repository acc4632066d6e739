// What a change of the configuration does to an SA that is up: one pure decision, which the reconciler acts upon and
// Endpoint::impact tells beforehand. docs/reconciling.md has it as a table.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

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
/// Lines that `next` puts in front of others, and which were not there: they take traffic from SAs that are up.
class NewlyInFront {
 public:
  NewlyInFront(const PolicyBook& before, const PolicyBook& next);
  /// Which of them takes how much from the Child SA, in words; empty: none does.
  std::string of(const ChildSa& child) const;

 private:
  struct Line {
    const BookLine* line;
    std::size_t place;                  // in `next`
    std::optional<std::size_t> before;  // where it was
  };
  std::vector<Line> lines_;
  std::unordered_map<PolicyLineId, Line> all_;
};
/// Whether a negotiation with `peer`, begun under `profile` and with `keys`, would be begun the same way now. `identity`:
/// the peer's, as far as its key depends on it.
bool same_authentication(const IkeProfile& profile, const KeyChoice& keys, const IpAddress& peer, const Identity* identity,
                         const IkeProfile& fresh, const PolicyBook& next);

}  // namespace engine
