#include "cli/console.hpp"

#include <unistd.h>

namespace cli {

constexpr std::size_t much = 65536;  // octets

void Console::add(const std::string& lines) {
  gathered_ += lines;
  if (gathered_.size() >= much) flush();
}

void Console::flush() {
  if (gathered_.empty()) return;
  // Whoever reads it may have gone, and there is nobody else to tell.
  [[maybe_unused]] const ssize_t put = ::write(STDERR_FILENO, gathered_.data(), gathered_.size());
  gathered_.clear();
}

}  // namespace cli
