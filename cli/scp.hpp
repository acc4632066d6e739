// The far end of scp (its old protocol: `scp -t FILE` and `scp -f FILE`, as clients of routers speak it), to and from the
// daemon's files. Nobody who may use the shell needs rights on the host's files for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/control_client.hpp"

namespace cli {

struct ScpRequest {
  enum class Way : std::uint8_t { to_us, from_us };
  Way way = Way::to_us;
  std::string file;
};
/// nullopt: the command is none of scp.
std::optional<ScpRequest> scp_request(std::string_view command);

/// Speaks on standard input and output until the other end is through. False when something failed; it has been told.
bool serve_scp(ControlClient& client, const ScpRequest& request);

}  // namespace cli
