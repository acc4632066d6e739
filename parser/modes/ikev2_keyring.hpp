// crypto ikev2 keyring NAME and its peers; Description is in parser/modes/shared.hpp.
#pragma once

#include <string>

#include "parser/modes/shared.hpp"

namespace parser {

struct Ikev2Keyring {
  std::string name;
  friend bool operator==(const Ikev2Keyring&, const Ikev2Keyring&) = default;
};
struct KeyringPeer {
  std::string name;
  friend bool operator==(const KeyringPeer&, const KeyringPeer&) = default;
};
struct PeerHostname {
  std::string name;
  friend bool operator==(const PeerHostname&, const PeerHostname&) = default;
};
struct PeerAddress {  // at most one IPv4 and one IPv6
  Network network;
  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};
struct PeerIdentity {
  IdentityName identity;
  friend bool operator==(const PeerIdentity&, const PeerIdentity&) = default;
};
enum class KeySide : std::uint8_t { both, local, remote };
struct PreSharedKey {  // at most one with `both`, or one each with `local` and `remote`
  KeySide side = KeySide::both;
  KeyText key;
  friend bool operator==(const PreSharedKey&, const PreSharedKey&) = default;
};
/// `ppk manual id ID key KEY [required]`
struct PeerPpk {
  std::string id;
  KeyText key;
  bool required = false;
  friend bool operator==(const PeerPpk&, const PeerPpk&) = default;
};

}  // namespace parser
