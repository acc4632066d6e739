// How much is allocated, for tests that send many datagrams and expect nothing to stay.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
// Of libasan; the compiler's package has no header that declares it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#else
#include <malloc.h>
#endif

namespace sim {

inline std::size_t octets_allocated() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

}  // namespace sim
