// What is to be told of the counters of Child SAs while nobody looks at them: replays and packets whose integrity check failed,
// in the log, and since when nothing comes back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "cli/log.hpp"
#include "cli/show.hpp"
#include "engine/flat_map.hpp"
#include "engine/view.hpp"
#include "kernel/data_plane.hpp"

namespace cli {

/// Looks at the counters of all Child SAs, some at a time. A kind of refusal is told of at most once a minute for each SA, with
/// how many there were, and so many times a look at most: what is left out is told of by a later one.
class CounterWatch {
 public:
  static constexpr engine::Duration between_walks = std::chrono::seconds(5);
  static constexpr engine::Duration between_looks = std::chrono::milliseconds(250);
  static constexpr engine::Duration silence = std::chrono::minutes(1);
  /// Shorter than this, and of fewer packets, nothing is said of answers that do not come.
  static constexpr engine::Duration patience = std::chrono::seconds(10);
  static constexpr std::uint32_t enough_packets = 3;
  static constexpr std::size_t sas_a_look = 64, messages_a_look = 10;

  using See = std::function<engine::View(const engine::Query&)>;
  using Count = std::function<kernel::ChildCounters(engine::ChildSaId)>;
  /// What to look at, and what was counted of a Child SA.
  CounterWatch(See see, Count count) : see_(std::move(see)), count_(std::move(count)) {}

  engine::Time due() const { return due_; }
  /// What there is to say.
  std::vector<LogMessage> look(engine::Time now);
  /// Where packets are sent and nothing was received for longer than `patience`, of an SA that had received something; `counted`
  /// is what it has now.
  std::optional<Unanswered> unanswered(engine::Time now, engine::ChildSaId child, const kernel::ChildCounters& counted) const;

 private:
  struct Kind {
    std::uint64_t told = 0;
    engine::Time next{};
  };
  /// How it was when no packet was waiting for an answer; counters modulo 2^32, since there are as many as SAs.
  struct Heard {
    std::uint32_t sent = 0, received = 0;
    engine::Time at{};
  };
  using AllHeard = engine::FlatMap<engine::ChildSaId, Heard>;
  struct Told {
    Kind replay, integrity;
    std::uint64_t walk = 0;  // that it was seen by
  };
  void tell(engine::Time now, const engine::IkeSaView& ike, const engine::ChildSaView& child,
            const kernel::ChildCounters& counted, std::vector<LogMessage>& out);

  See see_;
  Count count_;
  std::map<engine::ChildSaId, Told> told_;  // of which something was refused
  AllHeard heard_, hearing_;                // by the walk before, by this one
  engine::ViewPosition at_{};
  std::uint64_t walk_ = 1;
  engine::Time due_{}, walk_began_{};
};

}  // namespace cli
