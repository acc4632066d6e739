// What a thread of the job runner has made of a value of the configuration, kept as long as that value lives.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace engine::crypto {

/// Bounded: the oldest gives way. What was made of a value that is gone goes with the next question.
template <class Source, class Made>
class Remembered {
 public:
  /// What `make` makes of it, or made before. Valid until the next call.
  template <class Make>
  Made& of(const std::shared_ptr<const Source>& source, Make make) {
    std::erase_if(known_, [](const auto& each) { return each.first.expired(); });
    const auto hit = std::find_if(known_.begin(), known_.end(), [&](const auto& each) { return each.first.lock() == source; });
    if (hit != known_.end()) return hit->second;
    if (known_.size() == most) known_.erase(known_.begin());
    known_.emplace_back(source, make(*source));
    return known_.back().second;
  }

 private:
  static constexpr std::size_t most = 16;
  std::vector<std::pair<std::weak_ptr<const Source>, Made>> known_;
};

}  // namespace engine::crypto
