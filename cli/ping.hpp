// `ping`: ICMP echo beside the loop, through the host's own routing as any traffic of the host.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/backend.hpp"
#include "kernel/loop.hpp"

namespace cli {

/// `source` was already resolved from an interface name. `output` gets the lines and marks as they come (`!` reply, `.`
/// timeout, `U` unreachable, `M` could not fragment, `?` another answer), `done` is called from the loop afterwards. A
/// host that lets us have no ICMP socket, or a source that is not ours, is told in the output.
std::unique_ptr<Activity> start_ping(kernel::Loop& loop, const parser::Ping& command, std::optional<engine::IpAddress> source,
                                     std::function<void(std::string)> output, std::function<void()> done);

}  // namespace cli
