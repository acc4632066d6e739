#include "engine/always_up.hpp"

namespace engine {
namespace {

constexpr Duration between_looks = std::chrono::seconds(1);

}  // namespace

void AlwaysUp::follow(const PolicyBook& book, Time now) {
  std::map<PolicyLineId, Time> times;
  for (const BookLine& line : book.lines()) {
    if (!line.always_up || line.line.action != AclAction::permit) continue;
    const auto known = times_.find(line.line.id);
    times.emplace(line.line.id, known == times_.end() ? now : known->second);
  }
  times_ = std::move(times);
  due_.clear();
  for (const auto& [line, time] : times_) due_.emplace(time, line);
}

void AlwaysUp::rename(PolicyLineId before, PolicyLineId after) {
  const auto known = times_.find(before);
  if (known == times_.end()) return;
  const Time time = known->second;
  due_.erase({time, before});
  times_.erase(known);
  due_.emplace(time, after);
  times_.emplace(after, time);
}

std::optional<Time> AlwaysUp::next_deadline() const {
  return due_.empty() ? std::nullopt : std::optional<Time>(due_.begin()->first);
}

std::vector<PolicyLineId> AlwaysUp::take_due(Time now) {
  std::vector<PolicyLineId> out;
  while (!due_.empty() && due_.begin()->first <= now) {
    const PolicyLineId line = due_.begin()->second;
    due_.erase(due_.begin());
    out.push_back(line);
    times_[line] = now + between_looks;
    due_.emplace(now + between_looks, line);
  }
  return out;
}

}  // namespace engine
