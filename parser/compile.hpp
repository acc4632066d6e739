// The one place where the parsed configuration becomes the engine's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/config.hpp"
#include "engine/crypto/jobs.hpp"
#include "parser/parser.hpp"

namespace parser {

class MasterKeys;  // parser/secrets.hpp
class PkiStore;    // parser/pki_store.hpp

/// `interface X` of the configuration, for kernel/interfaces: natural order decides where `device` is empty.
struct InterfaceBinding {
  std::string name;    // canonical IOS name
  std::string device;  // `device eth0` under the interface; empty: by natural order
  friend bool operator==(const InterfaceBinding&, const InterfaceBinding&) = default;
};

/// `interface TunnelN` that can be a tunnel here: a device of ours. Whether packets pass is a matter of its SAs.
struct TunnelDevice {
  std::string name;                         // Tunnel0
  std::string device;                       // on Linux: the same, unless `device` names another
  std::vector<engine::Prefix> addresses{};  // host bits kept
  std::optional<unsigned> mtu{};            // not given: by the SAs
  unsigned mss_v4 = 0, mss_v6 = 0;          // `ip tcp adjust-mss`; 0: not given
  bool shut_down = false;
  std::vector<engine::Prefix> routes{};  // static ones that lead into it
  friend bool operator==(const TunnelDevice&, const TunnelDevice&) = default;
};

/// `aaa server radius dynamic-author`: who may order something of sessions.
struct RadiusOrderers {
  std::uint16_t port = 1700;
  std::map<engine::IpAddress, engine::KeyRef> clients{};
  friend bool operator==(const RadiusOrderers&, const RadiusOrderers&) = default;
};

struct Compiled {
  std::shared_ptr<const engine::Config> config;
  std::shared_ptr<const engine::crypto::KeyStore> keys;
  std::vector<InterfaceBinding> interfaces;
  std::vector<TunnelDevice> tunnels;
  std::vector<TunnelDevice> loopbacks;        // `interface LoopbackN` that names no device of the host
  std::vector<TunnelDevice> templates;        // `interface Virtual-TemplateN type tunnel`: what clients' devices are copies of
  std::optional<std::uint16_t> metrics_port;  // `crypto openmetrics`; 0: the Unix socket
  RadiusOrderers radius_orders;
  /// What keeps parts from taking effect: "crypto map VPN-MAP 10: access list VPN-ACL is not defined".
  std::vector<std::string> warnings;
  /// What the next compile() can go by (parser/compile_context.hpp).
  std::shared_ptr<const struct CompileMemo> memo;
  /// The highest KeyRef given out so far: a later compile() with this one as `previous` never uses a number again.
  std::uint64_t last_key = 0;
};

struct SetPfs;
struct Node;

/// The group that `set pfs` means; bare it is group 14 (docs/deviations.md). Never null.
const engine::Algorithm* pfs_group(const SetPfs& line);

/// `crypto ikev2 proposal NAME` with this block, which may be null: lists that the block does not set are those of the
/// built-in proposal where the name is `default`, and empty elsewhere. Without additional key exchanges.
engine::IkeProposal proposal_of(const std::string& name, const Node* block);

/// `previous` lets unchanged parts keep their address and keys keep their KeyRef; may be null. `master` opens keys of type
/// 6; null: there is none. `pki` has the key pairs and CRLs; null: it is not known which
/// there are, and nothing is said of them.
Compiled compile(const Configuration& configuration, const Compiled* previous, const MasterKeys* master = nullptr,
                 const PkiStore* pki = nullptr);

}  // namespace parser
