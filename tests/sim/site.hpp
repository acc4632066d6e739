// Configurations for simulated nodes, as parser/compile.cpp would make them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/event.hpp"
#include "engine/pki.hpp"

namespace sim {

/// "203.0.113.10"; aborts on anything that is no address.
engine::IpAddress ip(const std::string& text);
/// "10.0.0.0/24"
engine::Prefix net(const std::string& text);
/// A permit or deny line over two networks.
engine::SelectorLine permit(const std::string& from, const std::string& to, std::uint8_t protocol = 0);
engine::SelectorLine deny(const std::string& from, const std::string& to, std::uint8_t protocol = 0);
/// A packet's own 5-tuple. For ICMP the ports are type and code and stay 0.
engine::SelectorPair packet(const std::string& from, const std::string& to, std::uint8_t protocol = 17,
                            std::uint16_t port_from = 4000, std::uint16_t port_to = 5000);

/// `additional-key-exchange N ...`; N is the place in the list.
struct AdditionalWords {
  std::vector<std::string> groups;
  bool optional = false;
};
struct IkeWords {
  std::vector<std::string> encryption{"aes-cbc-256"}, integrity{"sha256"}, prf, groups{"31"};
  std::vector<AdditionalWords> additional{};
};
/// `ppk manual id ID key KEY [required]`
struct PpkWords {
  std::string id, key;
  bool required = false;
};
/// `crypto ipsec transform-set`: "esp-aes 256" with "esp-sha256-hmac", or an AEAD with nothing;
/// "ah" with "esp-sha256-hmac" is ah-sha256-hmac.
struct EspWords {
  std::string encryption = "esp-aes 256", integrity = "esp-sha256-hmac";
};

/// `authentication local | remote` and `pki trustpoint` of a profile.
struct CertificateWords {
  engine::AuthMethod local = engine::AuthMethod::ecdsa_sig;
  engine::AuthMethods remote = engine::AuthMethod::ecdsa_sig;
  std::vector<std::shared_ptr<const engine::Trustpoint>> sign, verify;
  std::vector<std::pair<engine::KeyRef, engine::Bytes>> private_keys;
  std::vector<std::shared_ptr<const engine::CertificateMap>> match;
};

/// One crypto map entry with a profile and a keyring peer of its own.
struct Tunnel {
  engine::IpAddress peer;
  std::vector<engine::SelectorLine> lines;
  std::string psk = "cisco123!";
  /// Empty: the peer's address, as `match identity remote address`.
  std::vector<engine::IdentityMatch> match_remote;
  std::string pfs;  // "31"; empty: none
  std::vector<AdditionalWords> pfs_additional{};
  EspWords esp;
  std::optional<PpkWords> ppk{};
  std::optional<CertificateWords> certificates{};  // not given: pre-shared keys
  bool childless = false;
  bool transport = false;          // `mode transport`
  std::vector<EspWords> more_esp;  // further transform sets
  std::optional<engine::Identity> identity_local;
  bool per_host = false;
  std::vector<engine::IpAddress> more_peers;  // after `peer`, in order of preference
  std::optional<engine::IpAddress> default_peer;
  std::string peer_name;     // not empty: in place of `peer`, whose family it has
  bool peer_dynamic = true;  // the name is resolved before each attempt
};

struct Site {
  std::string name;
  engine::IpAddress wan;                      // of GigabitEthernet0/0; unspecified: it has none
  std::vector<engine::IpAddress> more_wan{};  // its further addresses
  std::vector<Tunnel> tunnels;
  IkeWords ike;
  engine::Duration dpd_interval{0}, dpd_retry{0};
  engine::Duration ike_lifetime = std::chrono::hours(24), child_lifetime = std::chrono::hours(1);
  engine::Duration nat_keepalive = std::chrono::seconds(20);
  bool dpd_periodic = true;
  engine::AdmissionLimits limits;
  std::uint32_t window = 5;
  engine::Fragmentation fragmentation;
  bool same_profile = false;  // the first one, for all tunnels
  bool mobike = true;
  bool one_keyring = false;                                               // for all tunnels together
  std::optional<engine::TunnelInterface> tunnel_interface;                // it is one, in place of a crypto map
  std::function<void(engine::Config&, engine::crypto::KeyStore&)> amend;  // what no word here says
};

struct Compiled {
  std::shared_ptr<const engine::Config> config;
  std::shared_ptr<const engine::crypto::KeyStore> keys;
  std::vector<engine::InterfaceState> interfaces;
};
Compiled compile(const Site& site);

/// Two sites that mirror each other, as samples/two-sites: A at 203.0.113.10 with 192.168.1.0/24, B at .20 with
/// 10.0.0.0/24. `more_lines`: further permit lines, 192.168.2.0/24 to 10.0.2.0/24 and so on.
Site site_a(unsigned more_lines = 0);
Site site_b(unsigned more_lines = 0);

/// Changes the configuration's first profile, which its entries have too.
void amend_profile(engine::Config& config, const std::function<void(engine::IkeProfile&)>& amend);

}  // namespace sim
