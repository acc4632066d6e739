// The IKEv1 parts of a configuration as values, read from its text: only what the conversion needs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parser::ikev1 {

/// `crypto isakmp policy N`, with IOS's defaults.
struct Policy {
  std::size_t line = 0;
  std::string encryption = "des", hash = "sha", group = "1", authentication = "rsa-sig";
  unsigned lifetime = 86400;
};

/// `... key [0 | 6] KEY ...` for an address, a network or a name.
struct Key {
  std::size_t line = 0;
  std::string text;     // "6 ABC" or the key alone
  std::string address;  // "192.0.2.1", "192.0.2.0 255.255.255.0", "2001:DB8::/32"
  std::string hostname;
  bool no_xauth = false;
};

struct Keyring {
  std::size_t line = 0;
  std::string vrf, local_address;
  std::vector<Key> keys;
};

/// One `match identity ...`: kind "address", "host", "host domain", "user", "user domain", "user-fqdn", "group".
struct Match {
  std::size_t line = 0;
  std::string kind, value;
};

struct Profile {
  std::size_t line = 0;
  std::vector<std::string> keyrings;
  std::string description, local_address, virtual_template, self_kind, self_value, keepalive, vrf, trustpoint;
  std::vector<Match> matches;
  bool client = false;      // xauth, mode configuration: what IKEv2 has EAP for
  bool aggressive = false;  // `initiate mode aggressive`
};

/// An entry of a crypto map or dynamic map, or an IPsec profile that uses IKE. The peers of a profile are where the tunnels that
/// it protects go.
struct User {
  std::size_t line = 0;
  std::string header, map, isakmp_profile;
  unsigned sequence = 0;
  std::vector<std::string> peers;
  bool has_ikev2 = false;
  bool dynamic = false;         // `crypto map M N ipsec-isakmp dynamic D`
  std::string dynamic_map;      // D
  bool of_dynamic_map = false;  // an entry of one, which `map` names
};

/// A line that was understood but has no IKEv2 counterpart of its own, with what to say about it.
struct Remark {
  std::size_t line = 0;
  std::string text;
  bool undone = false;
};

struct Configuration {
  std::string hostname, domain, identity = "address", keepalive, nat_keepalive;
  bool fragmentation = false;
  std::map<unsigned, Policy> policies;
  std::vector<Key> keys;
  std::vector<std::pair<std::string, Keyring>> keyrings;
  std::vector<std::pair<std::string, Profile>> profiles;
  std::vector<User> users;
  std::vector<std::string> client_lines;  // `crypto map M client ...`, to be taken away
  std::vector<Remark> remarks;
  bool found() const { return !policies.empty() || !keys.empty() || !keyrings.empty() || !profiles.empty(); }
};

Configuration read(std::string_view text);

}  // namespace parser::ikev1
