#include "engine/secret.hpp"

namespace engine {

bool constant_time_equal(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = difference | static_cast<std::uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

bool Secret::equals(ByteView other) const { return constant_time_equal(octets_, other); }

void Secret::wipe() {
  // Through volatile, so that the compiler keeps the stores to memory about to be freed.
  volatile std::uint8_t* p = octets_.data();
  for (std::size_t i = 0; i < octets_.size(); ++i) p[i] = 0;
  octets_.clear();
}

}  // namespace engine
