// The lines of tunnel interfaces: their SAs are made without traffic, and again whenever they are gone.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/policy_book.hpp"

namespace engine {

/// When to look after which line. A line that is looked after comes again a second later, for ever: whatever took its SA
/// away, nobody has to tell.
class AlwaysUp {
 public:
  /// To be called when the book has changed. A line that is new is due at once.
  void follow(const PolicyBook& book, Time now);
  /// A line has another id.
  void rename(PolicyLineId before, PolicyLineId after);
  std::optional<Time> next_deadline() const;
  /// The lines whose time has come.
  std::vector<PolicyLineId> take_due(Time now);

 private:
  std::set<std::pair<Time, PolicyLineId>> due_;
  std::map<PolicyLineId, Time> times_;
};

}  // namespace engine
