// Key material: move-only, wiped when it goes, unprintable.
#pragma once

#include <utility>

#include "engine/bytes.hpp"

namespace engine {

/// Octets that must never be printed, copied by accident or left in memory. The one way in is `expose()`. An SA holds many,
/// most of them empty: each is one pointer.
class Secret {
 public:
  Secret() = default;
  /// What it is made of is wiped.
  explicit Secret(Bytes octets);
  explicit Secret(ByteView octets);
  /// `fill` writes the octets, whole.
  template <class Fill>
  static Secret made(std::size_t size, Fill fill) {
    Secret out;
    out.allocate(size);
    fill(std::span<std::uint8_t>(out.octets(), size));
    return out;
  }
  Secret(Secret&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      block_ = std::exchange(other.block_, nullptr);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  ByteView expose() const { return {octets(), size()}; }
  std::size_t size() const { return block_ ? *block_ : 0; }
  bool empty() const { return block_ == nullptr; }
  /// A deliberate copy, so that each one can be found by name.
  Secret duplicate() const { return Secret(expose()); }
  /// Constant-time in the contents; lengths may differ in time.
  bool equals(ByteView other) const;

 private:
  void allocate(std::size_t size);
  std::uint8_t* octets() const { return block_ ? reinterpret_cast<std::uint8_t*>(block_ + 1) : nullptr; }
  void wipe();

  std::uint32_t* block_ = nullptr;  // how many octets, and they; null: none
};

/// Constant-time comparison of equal-length octet strings (MACs, AUTH payloads).
bool constant_time_equal(ByteView a, ByteView b);

}  // namespace engine
