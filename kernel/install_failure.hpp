// How the data planes say that something could not be set up: the cause is one, the words are the host's.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "engine/result.hpp"

namespace kernel {

inline engine::Failure failed(std::string why) {
  return {engine::NotifyType::none, engine::Cause::install_failed, std::move(why)};
}
/// The same with what the last system call said: reads errno.
inline engine::Failure failed_call(const std::string& what) { return failed(what + ": " + std::strerror(errno)); }

}  // namespace kernel
