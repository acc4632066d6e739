// Limits that keep strangers from using up what the configured peers need: half-open SAs a source, refusals told a
// second.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "engine/address.hpp"
#include "engine/ids.hpp"

namespace engine {

/// Half-open SAs of responders, altogether and by source: an address, of IPv6 a host's whole network, as any host has all of one.
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
  void add(const IpAddress& source, IkeSaId sa) {
    ++count_;
    by_source_[network_of(source)].push_back(sa);
  }
  void remove(const IpAddress& source, IkeSaId sa) {
    --count_;
    const auto it = by_source_.find(network_of(source));
    if (it == by_source_.end()) return;
    std::erase(it->second, sa);
    if (it->second.empty()) by_source_.erase(it);
  }
  /// The oldest SA of the source that has most; of several such sources the oldest of all. There is one.
  IkeSaId to_give_way() const {
    const auto before = [](const auto& a, const auto& b) {
      return a.second.size() != b.second.size() ? a.second.size() < b.second.size() : a.second.front() > b.second.front();
    };
    return std::max_element(by_source_.begin(), by_source_.end(), before)->second.front();
  }

 private:
  static IpAddress network_of(const IpAddress& source) { return Prefix::of(source, source.is_v4() ? 32 : 64).address; }
  std::uint32_t from(const IpAddress& source) const {
    const auto it = by_source_.find(network_of(source));
    return it == by_source_.end() ? 0 : static_cast<std::uint32_t>(it->second.size());
  }

  std::uint32_t count_ = 0;
  std::map<IpAddress, std::vector<IkeSaId>> by_source_;  // the oldest first
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
