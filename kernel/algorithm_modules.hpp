// Which module of the kernel brings what it says it does not have.
#pragma once

#include <string>

#include "engine/event.hpp"

namespace kernel {

/// What to say behind the kernel's words when it refused an SA because it lacks the algorithm or the protocol: the modules that
/// would bring it. `integrity` is null for AEAD. Empty: it was refused for something else. `error` as errno has it.
std::string missing_modules(const engine::Algorithm* encryption, const engine::Algorithm* integrity, bool v4, int error);

}  // namespace kernel
