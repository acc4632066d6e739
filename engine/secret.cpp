#include "engine/secret.hpp"

#include <algorithm>

namespace engine {
namespace {

void wipe_octets(std::uint8_t* octets, std::size_t size) {
  if (size == 0) return;
  std::memset(octets, 0, size);
  // Whoever reads it afterwards is unknown to the compiler, so it keeps the stores to memory about to be freed.
  asm volatile("" : : "r"(octets) : "memory");
}

}  // namespace

bool constant_time_equal(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = difference | static_cast<std::uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

Secret::Secret(ByteView octets) {
  allocate(octets.size());
  std::copy(octets.begin(), octets.end(), this->octets());
}

Secret::Secret(Bytes octets) : Secret(ByteView(octets)) { wipe_octets(octets.data(), octets.size()); }

bool Secret::equals(ByteView other) const { return constant_time_equal(expose(), other); }

void Secret::allocate(std::size_t size) {
  if (size == 0) return;
  block_ = new std::uint32_t[1 + (size + sizeof *block_ - 1) / sizeof *block_];
  *block_ = static_cast<std::uint32_t>(size);
}

void Secret::wipe() {
  if (!block_) return;
  wipe_octets(octets(), size());
  delete[] block_;
  block_ = nullptr;
}

}  // namespace engine
