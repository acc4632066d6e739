// What went through each client's interface, for accounting: its Child SAs are gone when the session ends.
#pragma once

#include <string>
#include <unordered_map>

#include "engine/event.hpp"
#include "kernel/data_plane.hpp"

namespace cli {

class SessionTraffic {
 public:
  void child_added(const engine::ChildSaFacts& facts) {
    constexpr std::string_view clients = "Virtual-Access";
    const std::string interface = facts.interface.text();
    if (interface.starts_with(clients)) interface_of_[facts.child] = interface;
  }
  void child_removed(engine::ChildSaId child, const kernel::ChildCounters& last) {
    const auto known = interface_of_.find(child);
    if (known == interface_of_.end()) return;
    Sum& sum = sums_[known->second];
    sum.octets_in += last.decaps_bytes, sum.octets_out += last.encaps_bytes;
    sum.packets_in += last.decaps, sum.packets_out += last.encaps;
    interface_of_.erase(known);
  }
  /// The session's sums, which a start and a stop begin anew.
  void fill(engine::radius::Account& account) {
    const auto sum = sums_.find(account.interface);
    if (sum == sums_.end()) return;
    if (account.kind == engine::radius::Account::Kind::stop) {
      account.octets_in = sum->second.octets_in, account.octets_out = sum->second.octets_out;
      account.packets_in = sum->second.packets_in, account.packets_out = sum->second.packets_out;
    }
    sums_.erase(sum);
  }

 private:
  struct Sum {
    std::uint64_t octets_in = 0, octets_out = 0, packets_in = 0, packets_out = 0;
  };
  std::unordered_map<engine::ChildSaId, std::string> interface_of_;
  std::unordered_map<std::string, Sum> sums_;  // of Child SAs that are gone, by interface
};

}  // namespace cli
