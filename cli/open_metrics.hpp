// The gateway's figures in the OpenMetrics text format, version 1.0.0. Labels come from the configuration and from closed lists
// alone, so a peer cannot add to them.
#pragma once

#include <string>
#include <unordered_map>

#include "cli/show_status.hpp"
#include "engine/flat_map.hpp"

namespace cli {

/// What went through the Child SAs of each policy line since the line is there, those that are gone included.
class TrafficTotals {
 public:
  void child_added(engine::ChildSaId child, engine::PolicyLineId line) { line_of_.put(child, line); }
  /// With the last counters of a Child SA.
  void child_removed(engine::ChildSaId child, const kernel::ChildCounters& last);
  /// Adds to `facts.traffic` what went through the SAs of the slice, whose counters are in `facts`, and what went through those
  /// that its lines have no more.
  void add_now(ShowFacts& facts, const engine::View& slice) const;
  /// Lines that are configured no more are forgotten, where there are any.
  void keep_only(const std::vector<engine::PolicyLineView>& lines);

 private:
  engine::FlatMap<engine::ChildSaId, engine::PolicyLineId> line_of_;
  std::unordered_map<engine::PolicyLineId, LineTraffic> gone_;
};

/// The whole exposition, `# EOF` at its end.
std::string open_metrics(const ShowFacts& facts, const SystemFacts& system);

inline constexpr const char* open_metrics_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

}  // namespace cli
