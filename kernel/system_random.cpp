#include "kernel/system_random.hpp"

#include <string.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace kernel {
namespace {

void from_kernel(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      std::fputs("getrandom fails: no keys can be made\n", stderr);
      std::abort();
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

SystemRandom::~SystemRandom() { ::explicit_bzero(block_.data(), block_.size()); }

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > block_.size() / 2) return from_kernel(out);
  if (block_.size() - used_ < out.size()) {
    from_kernel(block_);
    used_ = 0;
  }
  std::memcpy(out.data(), block_.data() + used_, out.size());
  ::explicit_bzero(block_.data() + used_, out.size());
  used_ += out.size();
}

}  // namespace kernel
