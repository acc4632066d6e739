// Limits that keep strangers from using up what the configured peers need: half-open SAs a source, refusals told a
// second.
#pragma once

#include <map>

#include "engine/address.hpp"
#include "engine/ids.hpp"

namespace engine {

/// Half-open SAs of responders, altogether and by source address.
class HalfOpen {
 public:
  static constexpr std::uint32_t max_per_source = 32;
  // From so many on a source has to show that the address is its own: who lies about it takes no place of the others.
  static constexpr std::uint32_t crowd = max_per_source * 3 / 4;

  std::uint32_t count() const { return count_; }
  // So many of a source may show who they are where there is no room for more SAs.
  static constexpr std::uint32_t newcomers_of_source = 4;
  bool full_for(const IpAddress& source) const { return from(source) >= max_per_source; }
  bool pushes(const IpAddress& source) const { return from(source) >= newcomers_of_source; }
  bool crowded(const IpAddress& source) const { return from(source) >= crowd; }
  void add(const IpAddress& source) {
    ++count_;
    ++by_source_[source];
  }
  void remove(const IpAddress& source) {
    --count_;
    const auto it = by_source_.find(source);
    if (it != by_source_.end() && --it->second == 0) by_source_.erase(it);
  }

 private:
  std::uint32_t from(const IpAddress& source) const {
    const auto it = by_source_.find(source);
    return it == by_source_.end() ? 0 : it->second;
  }

  std::uint32_t count_ = 0;
  std::map<IpAddress, std::uint32_t> by_source_;
};

/// At most `burst` at once and `burst` a second after that.
class RateLimit {
 public:
  explicit RateLimit(std::uint32_t burst) : burst_(burst), left_(burst) {}
  bool allows(Time now) {
    if (now - since_ >= std::chrono::seconds(1)) {
      since_ = now;
      left_ = burst_;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }

 private:
  std::uint32_t burst_, left_;
  Time since_{};
};

}  // namespace engine
