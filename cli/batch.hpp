// The shell without a terminal: commands from a file or from `-c`.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "cli/control_client.hpp"

namespace cli {

/// A line that is longer is refused.
inline constexpr std::size_t longest_line = max_request_octets - 16;

/// The next line, without its line feed; nullopt at the end. Of a line that is too long no more is kept than shows that it is.
std::optional<std::string> bounded_line(std::istream& in);

/// Where the lines come from. `next` gives nullopt at the end, and may wait for a line unless `more_is_there`.
struct BatchInput {
  std::function<std::optional<std::string>()> next;
  std::function<bool()> more_is_there;
};

/// Sends each line and writes what a router would answer; of a line that was refused, or is without effect here, its number
/// and text stand before the answer. The whole is one block of configuration. Every line is answered before the input is
/// waited for. True when nothing was refused. Throws std::runtime_error when the daemon goes away.
bool run_batch(ControlClient& client, const BatchInput& input, std::ostream& out);

}  // namespace cli
