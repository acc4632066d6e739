// Values and lines that several modes have; a struct means the same in each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/address.hpp"
#include "engine/algorithms.hpp"
#include "engine/config.hpp"

namespace parser {

/// An address with the length of its mask; host bits are kept as typed.
struct Network {
  engine::IpAddress address;
  std::uint8_t length = 0;
  engine::Prefix prefix() const { return engine::Prefix::of(address, length); }
  friend bool operator==(const Network&, const Network&) = default;
};

enum class IdentityKind : std::uint8_t { address, any, fqdn, email, key_id, dn };

/// `identity ...` of a keyring peer, `identity local ...`, and the names in `match identity remote ...`.
struct IdentityName {
  IdentityKind kind = IdentityKind::address;
  std::optional<engine::IpAddress> address;  // kind address
  bool domain = false;                       // fqdn or email: `name` is a domain
  std::string name;                          // fqdn, email, key-id
  friend bool operator==(const IdentityName&, const IdentityName&) = default;
};

/// A key as typed: `[0 | 6] KEY` or `hex HEX`. `encryption` 0: clear text; 6: AES under the master key, base64-like text.
struct KeyText {
  unsigned encryption = 0;
  bool hex = false;  // `text` is hexadecimal octets
  std::string text;
  friend bool operator==(const KeyText&, const KeyText&) = default;
};

/// False for ciphers that are only understood: DES, SEAL (parser/modes/symbols.cpp).
bool exists(const engine::Algorithm& row);

// lines that several modes have

struct Description {
  std::string text;
  friend bool operator==(const Description&, const Description&) = default;
};
/// `match fvrf {any | NAME}`; not given: the global VRF.
struct MatchFvrf {
  bool any = false;
  std::string vrf;
  friend bool operator==(const MatchFvrf&, const MatchFvrf&) = default;
};
/// `match address local ...`, multi.
struct MatchAddressLocal {
  std::optional<engine::IpAddress> address;
  std::optional<std::string> interface;
  friend bool operator==(const MatchAddressLocal&, const MatchAddressLocal&) = default;
};
enum class DpdMode : std::uint8_t { on_demand, periodic };
/// `crypto ikev2 dpd ...` and `dpd ...` of a profile; seconds.
struct Dpd {
  unsigned interval = 10, retry = 2;
  DpdMode mode = DpdMode::on_demand;
  friend bool operator==(const Dpd&, const Dpd&) = default;
};
/// `crypto ikev2 nat keepalive N` and `nat keepalive N` of a profile; seconds.
struct NatKeepalive {
  unsigned seconds = 0;
  friend bool operator==(const NatKeepalive&, const NatKeepalive&) = default;
};
/// `[crypto ipsec | set] security-association lifetime seconds N`; not given: inherited, in the end 3600.
struct LifetimeSeconds {
  unsigned seconds = 3600;
  friend bool operator==(const LifetimeSeconds&, const LifetimeSeconds&) = default;
};
/// `... lifetime kilobytes {N | disable}`; not given: inherited, in the end 4608000.
struct LifetimeKilobytes {
  std::optional<std::uint64_t> kilobytes;
  bool disable = false;
  friend bool operator==(const LifetimeKilobytes&, const LifetimeKilobytes&) = default;
};
/// `... idle-time N [default]`; not given: inherited, in the end never. The default peer is gone back to anyway.
struct IdleTime {
  unsigned seconds = 0;
  bool to_default = false;
  friend bool operator==(const IdleTime&, const IdleTime&) = default;
};
/// `... replay {window-size N | disable}`; not given: inherited, in the end 64 packets.
struct ReplayWindow {
  std::optional<unsigned> size;
  bool disable = false;
  friend bool operator==(const ReplayWindow&, const ReplayWindow&) = default;
};

}  // namespace parser
