#include "tests/sim/site.hpp"

#include <cstdio>
#include <cstdlib>

namespace sim {
namespace {

[[noreturn]] void bad(const std::string& what) {
  std::fprintf(stderr, "test configuration: %s\n", what.c_str());
  std::abort();
}

std::vector<const engine::Algorithm*> rows(engine::TransformType type, const std::vector<std::string>& words) {
  std::vector<const engine::Algorithm*> out;
  for (const std::string& word : words) {
    const engine::Algorithm* row = engine::find_ike_keyword(type, word);
    if (!row) bad("no algorithm " + word);
    out.push_back(row);
  }
  return out;
}

const engine::Algorithm* esp_row(const std::string& word) {
  if (word == "ah") return &engine::authentication_header;
  const engine::Algorithm* row = engine::find_esp_keyword(word);
  if (!row) bad("no transform " + word);
  return row;
}

engine::SelectorLine line(engine::AclAction action, const std::string& from, const std::string& to, std::uint8_t protocol) {
  return {action,
          {engine::TrafficSelector::of(net(from), protocol), engine::TrafficSelector::of(net(to), protocol)},
          (action == engine::AclAction::permit ? "permit ip " : "deny ip ") + from + " " + to};
}

std::vector<engine::AdditionalKeyExchange> additional(const std::vector<AdditionalWords>& words) {
  std::vector<engine::AdditionalKeyExchange> out;
  for (const AdditionalWords& one : words)
    out.push_back(
        {static_cast<std::uint8_t>(out.size() + 1), rows(engine::TransformType::key_exchange, one.groups), one.optional});
  return out;
}

engine::TrafficSelector single(const std::string& address, std::uint8_t protocol, std::uint16_t port) {
  return engine::TrafficSelector::of(engine::Prefix::host(ip(address)), protocol, {port, port});
}

}  // namespace

engine::IpAddress ip(const std::string& text) {
  const auto address = engine::IpAddress::parse(text);
  if (!address) bad("no address " + text);
  return *address;
}

engine::Prefix net(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return engine::Prefix::host(ip(text));
  return engine::Prefix::of(ip(text.substr(0, slash)), static_cast<std::uint8_t>(std::stoi(text.substr(slash + 1))));
}

engine::SelectorLine permit(const std::string& from, const std::string& to, std::uint8_t protocol) {
  return line(engine::AclAction::permit, from, to, protocol);
}
engine::SelectorLine deny(const std::string& from, const std::string& to, std::uint8_t protocol) {
  return line(engine::AclAction::deny, from, to, protocol);
}

engine::SelectorPair packet(const std::string& from, const std::string& to, std::uint8_t protocol, std::uint16_t port_from,
                            std::uint16_t port_to) {
  const bool ports = protocol == 6 || protocol == 17;
  return {single(from, protocol, ports ? port_from : 0), single(to, protocol, ports ? port_to : 0)};
}

Compiled compile(const Site& site) {
  using enum engine::TransformType;
  auto config = std::make_shared<engine::Config>();
  auto keys = std::make_shared<engine::crypto::KeyStore>();
  auto proposal = std::make_shared<engine::IkeProposal>();
  proposal->name = "SITE-TO-SITE";
  proposal->encryption = rows(encryption, site.ike.encryption);
  proposal->integrity = rows(integrity, site.ike.integrity);
  proposal->prf = rows(prf, site.ike.prf);
  proposal->groups = rows(key_exchange, site.ike.groups);
  proposal->additional = additional(site.ike.additional);
  auto policy = std::make_shared<engine::IkePolicy>();
  policy->name = "10";
  policy->proposals.push_back(proposal);
  config->policies.push_back(policy);
  config->nat_keepalive = site.nat_keepalive;
  config->limits = site.limits;
  config->window = site.window;
  config->fragmentation = site.fragmentation;

  engine::ProtectedInterface interface {
    "GigabitEthernet0/0", "VPN-MAP", "", {}
  };
  interface.tunnel = site.tunnel_interface;
  std::uint32_t number = 0;
  auto shared_keyring = std::make_shared<engine::Keyring>();
  shared_keyring->name = "KEYS";
  for (const Tunnel& tunnel : site.tunnels) {
    ++number;
    // As the compiler has it: the same octets have the same reference, others another, whatever was there before.
    const engine::KeyRef ref{std::hash<std::string>{}(tunnel.psk) | 1};
    keys->put(ref, engine::Secret(engine::as_bytes(tunnel.psk)));
    auto keyring = std::make_shared<engine::Keyring>();
    keyring->name = "KEYS-" + std::to_string(number);
    const bool by_address = tunnel.match_remote.empty();
    keyring->peers.push_back({"PEER-" + std::to_string(number),
                              {by_address ? engine::Prefix::host(tunnel.peer) : engine::Prefix::any(tunnel.peer.family)},
                              std::nullopt,
                              ref,
                              ref});
    auto profile = std::make_shared<engine::IkeProfile>();
    profile->name = "PROFILE-" + std::to_string(number);
    profile->match_remote =
        by_address ? std::vector<engine::IdentityMatch>{engine::Prefix::host(tunnel.peer)} : tunnel.match_remote;
    for (const engine::IpAddress& more : tunnel.more_peers) {
      keyring->peers.back().addresses.push_back(engine::Prefix::host(more));
      profile->match_remote.push_back(engine::Prefix::host(more));
    }
    profile->auth_local = engine::AuthMethod::pre_share;
    profile->auth_remote = engine::AuthMethod::pre_share;
    if (tunnel.certificates) {
      profile->auth_local = tunnel.certificates->local;
      profile->auth_remote = tunnel.certificates->remote;
      profile->sign = tunnel.certificates->sign;
      profile->verify = tunnel.certificates->verify;
      profile->match_certificate = tunnel.certificates->match;
      for (const auto& [key, octets] : tunnel.certificates->private_keys) keys->put(key, engine::Secret(octets));
    }
    if (tunnel.ppk) {
      const engine::KeyRef ppk{std::hash<std::string>{}("ppk " + tunnel.ppk->key) | 1};
      keys->put(ppk, engine::Secret(engine::as_bytes(tunnel.ppk->key)));
      keyring->peers.back().ppk = engine::Ppk{tunnel.ppk->id, ppk, tunnel.ppk->required};
      profile->ppk_keyring = keyring;
    }
    profile->childless = tunnel.childless;
    profile->mobike = site.mobike;
    if (site.one_keyring)
      for (const auto& peer : keyring->peers) shared_keyring->peers.push_back(peer);
    profile->keyring = site.one_keyring ? shared_keyring : keyring;
    profile->dpd_interval = site.dpd_interval;
    profile->lifetime = site.ike_lifetime;
    profile->dpd_retry = site.dpd_retry;
    profile->dpd_periodic = site.dpd_periodic;
    profile->identity_local = tunnel.identity_local;
    config->profiles.push_back(profile);
    auto transform_set = std::make_shared<engine::TransformSet>();
    transform_set->name = "SET-" + std::to_string(number);
    transform_set->mode = tunnel.transport ? engine::IpsecMode::transport : engine::IpsecMode::tunnel;
    transform_set->encryption = esp_row(tunnel.esp.encryption);
    transform_set->integrity = tunnel.esp.integrity.empty() ? nullptr : esp_row(tunnel.esp.integrity);
    auto entry = std::make_shared<engine::CryptoMapEntry>();
    entry->map = "VPN-MAP";
    entry->sequence = number * 10;
    entry->peers = {tunnel.peer};
    if (!tunnel.peer_name.empty()) entry->peers = {engine::Peer({tunnel.peer_name, tunnel.peer.family}, tunnel.peer_dynamic)};
    entry->peers.insert(entry->peers.end(), tunnel.more_peers.begin(), tunnel.more_peers.end());
    entry->default_peer = tunnel.default_peer;
    entry->transform_sets = {transform_set};
    for (const EspWords& words : tunnel.more_esp) {
      auto more = std::make_shared<engine::TransformSet>();
      more->encryption = esp_row(words.encryption);
      more->integrity = words.integrity.empty() ? nullptr : esp_row(words.integrity);
      entry->transform_sets.push_back(more);
    }
    entry->profile = site.same_profile ? config->profiles.front() : profile;
    entry->lifetime = site.child_lifetime;
    entry->pfs_group = tunnel.pfs.empty() ? nullptr : engine::find_ike_keyword(key_exchange, tunnel.pfs);
    entry->pfs_additional = additional(tunnel.pfs_additional);
    entry->per_host = tunnel.per_host;
    entry->acl = "VPN-ACL-" + std::to_string(number);
    entry->lines = tunnel.lines;
    interface.entries.push_back(entry);
  }
  config->interfaces.push_back(interface);
  if (site.amend) site.amend(*config, *keys);
  engine::InterfaceState state{"GigabitEthernet0/0", true, {}, 1500};
  for (const auto& list : {std::vector{site.wan}, site.more_wan})
    for (const engine::IpAddress& address : list)
      if (!address.is_unspecified()) state.addresses.push_back({address, static_cast<std::uint8_t>(address.is_v4() ? 24 : 64)});
  return {config, keys, {state}};
}

namespace {

Site mirrored(const std::string& name, bool left, unsigned more_lines) {
  Site site;
  site.name = name;
  site.wan = ip(left ? "203.0.113.10" : "203.0.113.20");
  Tunnel tunnel;
  tunnel.peer = ip(left ? "203.0.113.20" : "203.0.113.10");
  for (unsigned i = 0; i <= more_lines; ++i) {
    const std::string a = "192.168." + std::to_string(i + 1) + ".0/24";
    const std::string b = i == 0 ? "10.0.0.0/24" : "10.0." + std::to_string(i + 1) + ".0/24";
    tunnel.lines.push_back(left ? permit(a, b) : permit(b, a));
  }
  site.tunnels.push_back(tunnel);
  return site;
}

}  // namespace

Site site_a(unsigned more_lines) { return mirrored("A", true, more_lines); }
Site site_b(unsigned more_lines) { return mirrored("B", false, more_lines); }

void amend_profile(engine::Config& config, const std::function<void(engine::IkeProfile&)>& amend) {
  engine::IkeProfile profile = *config.profiles.front();
  amend(profile);
  const auto shared = std::make_shared<const engine::IkeProfile>(std::move(profile));
  config.profiles.front() = shared;
  for (auto& interface : config.interfaces)
    for (auto& entry : interface.entries) {
      engine::CryptoMapEntry fresh = *entry;
      fresh.profile = shared;
      entry = std::make_shared<const engine::CryptoMapEntry>(std::move(fresh));
    }
}

}  // namespace sim
