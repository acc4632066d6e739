// `debug crypto condition`: which peers debugging is about.
#pragma once

#include <string>
#include <vector>

#include "engine/address.hpp"
#include "parser/exec_commands.hpp"

namespace cli {

/// Without any condition everything is shown; else what meets one of them, and with `unmatched` what concerns no peer.
struct DebugConditions {
  std::vector<engine::Prefix> peers;
  std::vector<std::string> usernames;
  bool unmatched = false;

  bool any() const { return !peers.empty() || !usernames.empty(); }
  /// `identity`: as the peer last proved it, empty where it has not. An unspecified `peer`: none.
  bool passes(const engine::IpAddress& peer, const std::string& identity) const;
  void change(const parser::DebugCondition& command);
  friend bool operator==(const DebugConditions&, const DebugConditions&) = default;
};

/// The text of `show crypto debug-condition`.
std::string show_debug_conditions(const DebugConditions& conditions);

}  // namespace cli
