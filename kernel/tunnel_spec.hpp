// A tunnel interface as the data plane has to make it: a network device of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/address.hpp"

namespace kernel {

struct TunnelSpec {
  std::string interface;                  // IOS name: Tunnel0
  std::string device;                     // Linux name
  std::vector<engine::Prefix> addresses;  // host bits kept
  std::optional<std::uint32_t> mtu{};     // not given: what fits once the SAs are there
  std::uint16_t mss_v4 = 0, mss_v6 = 0;   // the largest MSS a SYN may announce, both ways; 0: left alone
  bool shut_down = false;
  std::vector<engine::Prefix> routes{};  // that lead into it, in the main table
  friend bool operator==(const TunnelSpec&, const TunnelSpec&) = default;
};

}  // namespace kernel
