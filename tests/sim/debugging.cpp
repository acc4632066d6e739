// What every `debug crypto` would print of a simulated life, by the daemon's own code.
#include "cli/notice_text.hpp"
#include "tests/sim/world.hpp"

namespace sim {

void World::print(const Node& node, const engine::Notice& notice) {
  static const cli::DebugFlags everything{true, true, true, true};
  for (const cli::LogMessage& message : cli::notice_text(notice, everything))
    for (const char c : message.text)
      if (c != '\n' && (c < 0x20 || c > 0x7e))
        return violate(node.name() + " prints octet " + std::to_string(static_cast<unsigned char>(c)) + ": " + message.text);
}

}  // namespace sim
