// Randomness that one number replays: SplitMix64. For tests only.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/random.hpp"

namespace sim {

class SeededRng final : public engine::Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i % 8 == 0) word = next();
      out[i] = static_cast<std::uint8_t>(word);
      word >>= 8;
    }
    if (first_octet && out.size() >= 16) out[0] = *first_octet;
  }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// Even enough for tests; `bound` > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(double probability) { return static_cast<double>(next() >> 11) * 0x1p-53 < probability; }

  /// Every draw of at least 16 octets, nonces among them, begins with this: so a test decides which nonce is the lowest.
  std::optional<std::uint8_t> first_octet;

 private:
  std::uint64_t state_;
};

}  // namespace sim
