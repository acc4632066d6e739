// The address of our TUN devices that have no IPv4 address of their own.
#pragma once

#include "engine/address.hpp"

namespace kernel {

/// Linux's loose reverse path filter refuses everything that comes in by a device without an IPv4 address. This one is of
/// the loopback net (RFC 1122, 3.2.1.3): no packet can have it, no other use of it can collide, its scope is the host, and
/// as the address of a point-to-point device it makes no route.
inline engine::IpAddress placeholder_address() { return *engine::IpAddress::parse("127.90.0.1"); }

}  // namespace kernel
