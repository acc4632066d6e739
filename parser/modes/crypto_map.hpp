// crypto map and its entries; the lines that other modes have too are in parser/modes/shared.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/modes/shared.hpp"

namespace parser {

/// `crypto map [ipv6] NAME local-address INTERFACE`, a line of its own.
struct CryptoMapLocalAddress {
  bool ipv6 = false;
  std::string map, interface;
  friend bool operator==(const CryptoMapLocalAddress&, const CryptoMapLocalAddress&) = default;
};
/// `crypto map [ipv6] NAME SEQ [ipsec-isakmp [dynamic DYN [discover] | profile P] | ipsec-manual | gdoi]`. The blocks of one
/// map stand in sequence order.
struct CryptoMap {
  bool ipv6 = false;
  std::string map;
  unsigned sequence = 0;
  bool typed = false;                  // with `ipsec-isakmp` or another kind: without it the entry must exist
  std::optional<std::string> dynamic;  // name of a dynamic map: the entry has no lines of its own
  bool discover = false;
  std::optional<std::string> profile;
  std::optional<std::string> other_kind;  // ipsec-manual, gdoi: kept, of no effect
  friend bool operator==(const CryptoMap& a, const CryptoMap& b) {
    return a.ipv6 == b.ipv6 && a.map == b.map && a.sequence == b.sequence &&
           (!a.typed || !b.typed ||
            (a.dynamic == b.dynamic && a.discover == b.discover && a.profile == b.profile && a.other_kind == b.other_kind));
  }
};
/// `crypto dynamic-map NAME SEQ`
struct DynamicMap {
  std::string map;
  unsigned sequence = 0;
  friend bool operator==(const DynamicMap&, const DynamicMap&) = default;
};
struct SetPeer {  // multi, in order of preference
  std::optional<engine::IpAddress> address;
  std::string host;  // where no address is given
  bool dynamic = false, is_default = false;
  friend bool operator==(const SetPeer&, const SetPeer&) = default;
};
struct SetTransformSet {
  std::vector<std::string> transform_sets;
  friend bool operator==(const SetTransformSet&, const SetTransformSet&) = default;
};
struct SetIkev2Profile {
  std::string profile;
  friend bool operator==(const SetIkev2Profile&, const SetIkev2Profile&) = default;
};
struct SetPfs {
  const engine::Algorithm* group = nullptr;   // null: none named, for pfs_group() to say (parser/compile.hpp)
  std::vector<const engine::Algorithm*> pqc;  // the first additional key exchange
  bool optional = false;
  friend bool operator==(const SetPfs&, const SetPfs&) = default;
};
/// `set additional-key-exchange N K... [optional]`, at most one of each number.
struct SetAdditional {
  unsigned number = 1;
  std::vector<const engine::Algorithm*> groups;
  bool optional = false;
  friend bool operator==(const SetAdditional&, const SetAdditional&) = default;
};
/// `set security-association level per-host`
struct SaPerHost {
  friend bool operator==(const SaPerHost&, const SaPerHost&) = default;
};
/// `reverse-route [static | remote-peer A [gateway] [static]]`
struct ReverseRouteLine {
  std::optional<engine::IpAddress> remote_peer;
  bool gateway = false, is_static = false;
  friend bool operator==(const ReverseRouteLine&, const ReverseRouteLine&) = default;
};
/// `set reverse-route {distance N | gateway A}`, one of each.
struct SetReverseRoute {
  std::optional<unsigned> distance;
  std::optional<engine::IpAddress> gateway;
  friend bool operator==(const SetReverseRoute&, const SetReverseRoute&) = default;
};
struct MatchAddress {
  std::string acl;  // name or number
  friend bool operator==(const MatchAddress&, const MatchAddress&) = default;
};

}  // namespace parser
