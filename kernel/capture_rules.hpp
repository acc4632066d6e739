// The nftables text that captures what a crypto map protects. Pure: policy in, one transaction out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event.hpp"

namespace kernel {

/// One table per instance; per device four chains: what comes in (pre_), what this host sends (out_), the map itself
/// (map_) and the map in reverse (rev_); and a counter of packets that came in clear (clear_).
std::string capture_table(unsigned instance);

/// Replaces everything said of `device` before. First match decides, in the order of `lines`: a permit marks the
/// packet, a deny or no line leaves it alone. Clear packets that come in by the device and that a permit covers in
/// reverse are counted and dropped; IKE, ESP, AH and "too big" messages to this host are not, neighbour discovery
/// never is.
std::string capture_transaction(unsigned instance, std::string_view device, std::uint32_t mark,
                                std::span<const engine::PolicyLine> lines);
/// Removes what capture_transaction() made for the devices; with `whole_table` the table, too. Succeeds when nothing of
/// it is there.
std::string release_transaction(unsigned instance, std::span<const std::string> devices, bool whole_table);

/// Name of the counter of clear packets that came in by `device`.
std::string clear_counter(std::string_view device);
/// The devices that a listing of our table (`nft list table`) has chains for.
std::vector<std::string> devices_in_listing(std::string_view listing);

}  // namespace kernel
