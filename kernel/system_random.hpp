// The engine's source of randomness outside of tests.
#pragma once

#include <array>

#include "engine/random.hpp"

namespace kernel {

/// Octets of the kernel's generator, fit for keys. Small requests are served from a block read ahead, which is wiped as
/// it is used. Not thread-safe.
class SystemRandom final : public engine::Rng {
 public:
  SystemRandom() = default;
  ~SystemRandom() override;
  SystemRandom(const SystemRandom&) = delete;
  SystemRandom& operator=(const SystemRandom&) = delete;

  /// Ends the process when the kernel gives no randomness: nothing safe can be done without.
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::array<std::uint8_t, 256> block_{};
  std::size_t used_ = block_.size();
};

}  // namespace kernel
