// Randomness is handed in: the daemon's comes from the operating system, a simulation's from one seed.
#pragma once

#include "engine/secret.hpp"

namespace engine {

class Rng {
 public:
  virtual ~Rng() = default;
  /// Fills all of `out` with octets fit for keys.
  virtual void fill(std::span<std::uint8_t> out) = 0;
  /// The same, of octets that stay secret: whoever writes down what was drawn leaves them out.
  virtual void fill_secret(std::span<std::uint8_t> out) { fill(out); }

  Bytes bytes(std::size_t count) {
    Bytes out(count);
    fill(out);
    return out;
  }
  Secret secret(std::size_t count) {
    Bytes out(count);
    fill_secret(out);
    return Secret(std::move(out));
  }
  std::uint64_t u64() {
    std::uint8_t raw[8];
    fill(raw);
    std::uint64_t v = 0;
    for (std::uint8_t b : raw) v = v << 8 | b;
    return v;
  }
};

}  // namespace engine
