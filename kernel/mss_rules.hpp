// `ip tcp adjust-mss` on tunnel interfaces whose packets the kernel carries: rules in an nftables table of ours.
#pragma once

#include <span>
#include <string>

#include "engine/result.hpp"
#include "kernel/tunnel_spec.hpp"

namespace kernel {

/// The table whole, in one transaction: no connection through the tunnels begins with a larger MSS, either way. Without a
/// tunnel that limits it: no table.
std::string mss_transaction(std::span<const TunnelSpec> tunnels);

/// Carries it out. Fails where the kernel has no nftables.
engine::Status apply_mss_rules(std::span<const TunnelSpec> tunnels);

}  // namespace kernel
