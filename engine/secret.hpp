// Key material: move-only, wiped when it goes, unprintable.
#pragma once

#include "engine/bytes.hpp"

namespace engine {

/// Octets that must never be printed, copied by accident or left in memory. The one way in is `expose()`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(Bytes octets) : octets_(std::move(octets)) {}
  explicit Secret(ByteView octets) : octets_(octets.begin(), octets.end()) {}
  Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)) { other.octets_.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      octets_ = std::move(other.octets_);
      other.octets_.clear();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  ByteView expose() const { return octets_; }
  std::size_t size() const { return octets_.size(); }
  bool empty() const { return octets_.empty(); }
  /// A deliberate copy, so that each one can be found by name.
  Secret duplicate() const { return Secret(expose()); }
  /// Constant-time in the contents; lengths may differ in time.
  bool equals(ByteView other) const;

 private:
  void wipe();
  Bytes octets_;
};

/// Constant-time comparison of equal-length octet strings (MACs, AUTH payloads).
bool constant_time_equal(ByteView a, ByteView b);

}  // namespace engine
