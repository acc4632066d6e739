// `crypto ikev2 client flexvpn NAME`: whom a tunnel interface with `tunnel destination dynamic` goes to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/address.hpp"
#include "parser/configuration.hpp"

namespace parser {

struct FlexvpnPeer {
  unsigned sequence = 0;
  std::optional<engine::IpAddress> address{};  // or a name
  std::string name{};
  engine::Family family = engine::Family::v4;
  bool dynamic = false;
};
struct FlexvpnClient {
  std::string name, tunnel;
  std::vector<FlexvpnPeer> peers;  // by sequence
  std::string source;              // interface; of several the one with the lowest sequence
  std::vector<std::string> inside;
  std::string backup_group = "Default";
  bool reactivate = false, manual = false;
};

/// In the order of the configuration.
std::vector<FlexvpnClient> flexvpn_clients(const Node& root);
/// Whose `client connect` is this interface.
std::optional<FlexvpnClient> flexvpn_client_of(const Node& root, const std::string& tunnel);

}  // namespace parser
