#include "cli/debug_conditions.hpp"

#include <algorithm>
#include <bit>

#include "cli/ios_text.hpp"

namespace cli {
namespace {

template <class T>
void change(std::vector<T>& list, const T& value, bool on) {
  std::erase(list, value);
  if (on) list.push_back(value);
}

template <class T, class Text>
void put(std::string& out, const char* title, const std::vector<T>& list, Text text) {
  if (list.empty()) return;
  out += title;
  out += '\n';
  for (const T& each : list) out += text(each) + "\n";
}

}  // namespace

bool DebugConditions::passes(const engine::IpAddress& peer, const std::string& identity) const {
  if (!any()) return true;
  if (peer.is_unspecified()) return unmatched;
  return std::any_of(peers.begin(), peers.end(), [&](const engine::Prefix& each) { return each.contains(peer); }) ||
         (!identity.empty() && std::find(usernames.begin(), usernames.end(), identity) != usernames.end());
}

void DebugConditions::change(const parser::DebugCondition& command) {
  using K = parser::DebugConditionKind;
  const engine::IpAddress address = command.address.value_or(engine::IpAddress{});
  switch (command.kind) {
    case K::peer:
      return cli::change(peers, engine::Prefix::host(address), command.on);
    case K::subnet: {
      const int length = std::popcount(command.mask.value_or(engine::IpAddress{}).v4_host_order());
      return cli::change(peers, engine::Prefix::of(address, static_cast<std::uint8_t>(length)), command.on);
    }
    case K::username:
      return cli::change(usernames, command.name, command.on);
    case K::fvrf:  // there is none but the global one
      break;
    case K::unmatched:
      unmatched = command.on;
      break;
    case K::reset:
      *this = {};
      break;
  }
}

std::string show_debug_conditions(const DebugConditions& conditions) {
  std::string out = std::string("Crypto conditional debug currently is turned ") + (conditions.any() ? "ON" : "OFF") +
                    "\nIKE debug context unmatched flag: " + (conditions.unmatched ? "ON" : "OFF") + "\n";
  put(out, "\nCrypto Peer IP Address filters:", conditions.peers, [](const engine::Prefix& each) {
    return each.length == each.address.bits() ? ios_address(each.address) : each.to_string();
  });
  put(out, "\nCrypto username filters:", conditions.usernames, [](const std::string& each) { return escaped(each); });
  return out;
}

}  // namespace cli
