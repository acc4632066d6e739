// A hash table of numbers, for what there are ten thousands of: an entry costs its slot and no allocation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "engine/ids.hpp"

namespace engine {

/// `Key` is an integer or a Strong one; Key{} is never put in. Pointers into it hold until the next put() or erase().
template <class Key, class Value>
class FlatMap {
  static_assert(std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>);

 public:
  std::size_t size() const { return count_; }
  bool contains(const Key& key) const { return find(key) != nullptr; }
  /// Null: not there.
  const Value* find(const Key& key) const {
    if (slots_.empty() || key == Key{}) return nullptr;
    const Slot& slot = slots_[place_of(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  /// Adds, or replaces.
  void put(const Key& key, const Value& value) {
    if ((count_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = slots_[place_of(key)];
    count_ += slot.key != key;
    slot = {key, value};
  }
  void erase(const Key& key) {
    if (slots_.empty() || key == Key{}) return;
    std::size_t hole = place_of(key);
    if (slots_[hole].key != key) return;
    --count_;
    // Those behind that would not be found any more move up.
    for (std::size_t at = next(hole); slots_[at].key != Key{}; at = next(at)) {
      const std::size_t home = home_of(slots_[at].key);
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole] = {};
  }

 private:
  struct Slot {
    Key key{};
    Value value{};
  };
  static std::uint64_t number_of(const Key& key) {
    if constexpr (std::is_integral_v<Key>)
      return key;
    else
      return key.value;
  }
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  std::size_t home_of(const Key& key) const {
    const std::uint64_t mixed = number_of(key) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(mixed ^ mixed >> 32) & mask();
  }
  /// Where it is, or the free slot where it would be.
  std::size_t place_of(const Key& key) const {
    std::size_t at = home_of(key);
    while (slots_[at].key != key && slots_[at].key != Key{}) at = next(at);
    return at;
  }
  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(16, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != Key{}) slots_[place_of(slot.key)] = slot;
  }

  std::vector<Slot> slots_;  // a power of two, at most three quarters used
  std::size_t count_ = 0;
};

}  // namespace engine
