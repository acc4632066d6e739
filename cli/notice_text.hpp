// The engine's notices as an engineer knows them: syslog messages and `debug crypto` lines.
#pragma once

#include <vector>

#include "cli/log.hpp"
#include "engine/event.hpp"

namespace cli {

/// What is to be logged for one notice, in order; debug lines only where `flags` want them. What a peer sent is escaped.
std::vector<LogMessage> notice_text(const engine::Notice& notice, const DebugFlags& flags);

/// The octets of a message as they travel, for `debug crypto ikev2 packet hexdump`.
std::string hexdump(const char* direction, const engine::SocketAddress& peer, const engine::Bytes& octets);

}  // namespace cli
