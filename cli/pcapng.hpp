// The pcapng file format (draft-ietf-opsawg-pcapng), as much of it as a list of IP packets needs.
#pragma once

#include <vector>

#include "engine/bytes.hpp"
#include "kernel/packet_capture.hpp"

namespace cli {

/// A whole file: section, one interface of raw IP packets, and the packets.
std::string pcapng(const std::vector<kernel::CapturedPacket>& packets);

}  // namespace cli
