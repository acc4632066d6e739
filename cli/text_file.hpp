// Reading a file that an operator names to the daemon.
#pragma once

#include <string>

#include "engine/result.hpp"

namespace cli {

/// The whole of a regular file of at most 64 MB by its absolute path. The failure is what a router answers. May block: not for
/// the loop's thread.
engine::Result<std::string> read_text_file(const std::string& path);

}  // namespace cli
