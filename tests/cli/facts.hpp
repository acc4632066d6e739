// A gateway in the middle of its work, as `show` sees it: one SA up with one of two lines, one behind a NAT, one over
// IPv6, one in negotiation, and a line without any.
#pragma once

#include "cli/show.hpp"

cli::ShowFacts busy_gateway();
/// The crypto map bound, nothing negotiated yet.
cli::ShowFacts idle_gateway();
engine::IpAddress address(const char* text);
