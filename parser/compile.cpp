#include "parser/compile.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/eap/settings.hpp"
#include "parser/compile_aaa.hpp"
#include "parser/compile_access.hpp"
#include "parser/compile_context.hpp"
#include "parser/difference.hpp"
#include "parser/kept.hpp"
#include "parser/secrets.hpp"
#include "parser/similar_name.hpp"

namespace parser {
namespace {

// A new member of a part breaks its binding here, so that none can be forgotten in the comparison.
auto members(const engine::IkePolicy& p) {
  const auto& [name, match_local, proposals] = p;
  return std::tie(name, match_local, proposals);
}

auto members(const engine::IkeProfile& p) {
  const auto& [name, match_remote, match_certificate, match_local, identity_local, identity_local_dn, auth_local, auth_remote,
               sign, verify, keyring, local_key, remote_key, ppk_keyring, childless, mobike, lifetime, dpd_interval, dpd_retry,
               dpd_periodic, nat_keepalive, eap_server, eap_client, access] = p;
  (void)eap_server, (void)eap_client, (void)access;  // by value: same_access()
  return std::tie(name, match_remote, match_certificate, match_local, identity_local, identity_local_dn, auth_local, auth_remote,
                  sign, verify, keyring, local_key, remote_key, ppk_keyring, childless, mobike, lifetime, dpd_interval, dpd_retry,
                  dpd_periodic, nat_keepalive);
}

auto members(const engine::CryptoMapEntry& e) {
  const auto& [map, sequence, peers, default_peer, transform_sets, profile, pfs_group, pfs_additional, lifetime, kilobytes,
               replay_window, per_host, acl, lines, idle_time, reverse_route] = e;
  return std::tie(map, sequence, peers, default_peer, transform_sets, profile, pfs_group, pfs_additional, lifetime, kilobytes,
                  replay_window, per_host, acl, lines, idle_time, reverse_route);
}

auto members(const engine::ProtectedInterface& i) {
  const auto& [name, map, local_address_interface, entries, tunnel] = i;
  return std::tie(name, map, local_address_interface, entries, tunnel);
}

bool same_access(const engine::IkeProfile& a, const engine::IkeProfile& b) {
  const auto same = [](const auto& x, const auto& y) { return x == y || (x && y && *x == *y); };
  return same(a.access, b.access) && same(a.eap_server, b.eap_server) && same(a.eap_client, b.eap_client);
}

bool same_template(const engine::VirtualTemplate& a, const engine::VirtualTemplate& b) {
  const auto& [name, source, source_interface, v4_inside, v6_inside, addresses, entry] = a;
  return name == b.name && source == b.source && source_interface == b.source_interface && v4_inside == b.v4_inside &&
         v6_inside == b.v6_inside && addresses == b.addresses && members(entry) == members(b.entry);
}

bool same_interfaces(const std::vector<engine::ProtectedInterface>& a, const std::vector<engine::ProtectedInterface>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (members(a[i]) != members(b[i])) return false;
  return true;
}

bool same_config(const engine::Config& a, const engine::Config& b) {
  const auto& [policies, profiles, interfaces, nat_keepalive, limits, window, fragmentation, templates, pools] = a;
  const auto same_pool = [](const auto& x, const auto& y) { return *x == *y; };
  if (!std::equal(pools.begin(), pools.end(), b.pools.begin(), b.pools.end(), same_pool)) return false;
  if (!std::equal(templates.begin(), templates.end(), b.templates.begin(), b.templates.end(),
                  [](const auto& x, const auto& y) { return same_template(*x, *y); }))
    return false;
  return policies == b.policies && profiles == b.profiles && same_interfaces(interfaces, b.interfaces) &&
         nat_keepalive == b.nat_keepalive && limits == b.limits && window == b.window && fragmentation == b.fragmentation;
}

std::string_view octets_of(const engine::Secret& secret) {
  const engine::ByteView octets = secret.expose();
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::vector<InterfaceBinding> bindings(const Node& root, const std::vector<TunnelDevice>& tunnels,
                                       const std::vector<TunnelDevice>& loopbacks) {
  std::map<std::string_view, std::string_view> ours;
  for (const TunnelDevice& tunnel : tunnels) ours.emplace(tunnel.name, tunnel.device);
  for (const TunnelDevice& loopback : loopbacks) ours.emplace(loopback.name, loopback.device);
  std::vector<InterfaceBinding> out;
  root.each<Interface>([&](const Interface& interface, const Node& block) {
    const Device* device = block.find<Device>();
    const auto tunnel = ours.find(interface.name);
    out.push_back({interface.name, device ? device->name : std::string(tunnel != ours.end() ? tunnel->second : "")});
  });
  return out;
}

/// What no policy, profile or entry is made of, unless there are clients.
bool says_nothing_of_peers(const Command& command) {
  const std::type_info* const types[] = {&typeid(Kept),        &typeid(Hostname),         &typeid(LoggingTo),
                                         &typeid(LoggingHost), &typeid(LoggingRateLimit), &typeid(ServiceTimestamps)};
  return std::any_of(std::begin(types), std::end(types), [&](const std::type_info* type) { return command.type() == *type; });
}

/// Such a profile is made of lines all over the configuration: users, servers, pools, lists, the host name.
bool has_clients(const engine::IkeProfile& profile) {
  return profile.access || profile.eap_server || profile.eap_client || profile.auth_remote.has(engine::AuthMethod::eap) ||
         profile.auth_local == engine::AuthMethod::eap;
}

}  // namespace

bool same_part(const engine::IkePolicy& a, const engine::IkePolicy& b) { return members(a) == members(b); }
bool same_part(const engine::IkeProfile& a, const engine::IkeProfile& b) { return members(a) == members(b) && same_access(a, b); }
bool same_part(const engine::CryptoMapEntry& a, const engine::CryptoMapEntry& b) { return members(a) == members(b); }

KeyBook::KeyBook(const Compiled* previous) {
  if (!previous) return;
  previous_ = previous->keys;
  last_ = previous->last_key;
}

const engine::crypto::KeyStore::Row* KeyBook::known(const engine::Secret& key) {
  constexpr unsigned few = 8;
  const std::string_view octets = octets_of(key);
  if (const auto it = by_octets_.find(octets); it != by_octets_.end()) return &it->second;
  if (searches_ >= few) return nullptr;
  const auto& rows = previous_->rows();
  if (++searches_ == few) {
    for (const auto& row : rows) by_octets_.emplace(octets_of(*row.second), row);
    const auto it = by_octets_.find(octets);
    return it == by_octets_.end() ? nullptr : &it->second;
  }
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return octets_of(*row.second) == octets; });
  return it == rows.end() ? nullptr : &*it;
}

engine::KeyRef KeyBook::ref(engine::Secret key) {
  if (const auto* row = known(key)) {
    used_.push_back(row->first.value);
    return row->first;
  }
  const engine::KeyRef ref{++last_};
  const engine::crypto::KeyStore::Row row{ref, std::make_shared<const engine::Secret>(std::move(key))};
  fresh_.put(row);
  by_octets_.emplace(octets_of(*row.second), row);
  used_.push_back(ref.value);
  return ref;
}

std::shared_ptr<const engine::crypto::KeyStore> KeyBook::take() {
  std::sort(used_.begin(), used_.end());
  used_.erase(std::unique(used_.begin(), used_.end()), used_.end());
  const auto is_used = [&](const auto& row) { return std::binary_search(used_.begin(), used_.end(), row.first.value); };
  const auto& rows = previous_->rows();
  if (fresh_.rows().empty() && std::all_of(rows.begin(), rows.end(), is_used)) return previous_;
  auto store = std::make_shared<engine::crypto::KeyStore>();
  for (const auto* from : {&rows, &fresh_.rows()})
    for (const auto& row : *from)
      if (is_used(row)) store->put(row);
  return store;
}

CompileContext::CompileContext(const Configuration& configuration, const Compiled* previous, const MasterKeys* master,
                               const PkiStore* pki)
    : root(configuration.data().root), master(master), pki(pki), keys(previous), next_memo(std::make_shared<CompileMemo>()) {
  next_memo->source = configuration;
  next_memo->master = master;
  next_memo->pki = pki;
  next_memo->parts.resize(root.children.size());
  origins_.resize(root.children.size());
  if (!previous) return;
  memo_ = previous->memo;
  look_for_changes(previous->config->profiles);
  remember_parts(*previous->config);
}

const CompileMemo::Part* CompileContext::part_before(std::size_t place) const {
  return origins_[place].place == Origin::none ? nullptr : &memo_->parts[origins_[place].place];
}

const Node* CompileContext::block_before(std::size_t place) const {
  return origins_[place].place == Origin::none ? nullptr : memo_->source.data().root.children[origins_[place].place].get();
}

void CompileContext::remember_parts(const engine::Config& config) {
  const auto each_entry = [&config](auto visit) {
    for (const auto& interface : config.interfaces)
      for (const auto& entry : interface.entries) visit(entry);
  };
  policies.look_through([&config](auto& parts) {
    for (const auto& policy : config.policies) parts.remember(policy->name, policy);
  });
  proposals.look_through([&config](auto& parts) {
    for (const auto& policy : config.policies)
      for (const auto& proposal : policy->proposals) parts.remember(proposal->name, proposal);
  });
  trustpoints.look_through([&config](auto& parts) {
    for (const auto& profile : config.profiles)
      for (const auto* list : {&profile->sign, &profile->verify})
        for (const auto& trustpoint : *list) parts.remember(trustpoint->name, trustpoint);
  });
  certificate_maps.look_through([&config](auto& parts) {
    for (const auto& profile : config.profiles)
      for (const auto& map : profile->match_certificate) parts.remember(map->name, map);
  });
  entries.look_through([each_entry](auto& parts) {
    each_entry([&](const auto& entry) { parts.remember(entry_name(entry->map, entry->sequence), entry); });
  });
  transform_sets.look_through([each_entry, &config](auto& parts) {
    const auto remember = [&parts](const engine::CryptoMapEntry& entry) {
      for (const auto& set : entry.transform_sets) parts.remember(set->name, set);
    };
    each_entry([&](const auto& entry) { remember(*entry); });
    for (const auto& each : config.templates) remember(each->entry);
  });
}

/// Reuse is for changes of keyrings, profiles, crypto maps and access lists alone, and of what says nothing of peers: what stands
/// around them decides too much.
void CompileContext::look_for_changes(const std::vector<std::shared_ptr<const engine::IkeProfile>>& profiles) {
  if (!memo_) return;
  reusable = memo_->master == master && memo_->pki == pki &&
             std::none_of(profiles.begin(), profiles.end(), [](const auto& each) { return has_clients(*each); });
  const auto note = [&](const Node& block) {
    if (const auto* list = block.as<AccessList>())
      changed_lists.insert(list->name);
    else if (const auto* list6 = block.as<Ipv6AccessList>())
      changed_lists.insert(list6->name);
    else
      reusable = reusable && (block.as<Ikev2Keyring>() || block.as<Ikev2Profile>() || block.as<CryptoMap>() ||
                              says_nothing_of_peers(*block.command));
  };
  const Lines &before = memo_->source.data().root.children, &after = root.children;
  for (const Edit& edit : edits(before, after)) {
    for (std::size_t i = 0; i < edit.count; ++i) {
      const bool gone = edit.kind == EditKind::remove, fresh = edit.kind == EditKind::add;
      if (edit.kind != EditKind::keep && !fresh) note(*before[edit.before + i]);
      if (edit.kind != EditKind::keep && !gone) note(*after[edit.after + i]);
      if (!gone && !fresh) origins_[edit.after + i] = {edit.before + i, edit.kind == EditKind::keep};
      if (gone && before[edit.before + i]->as<Ikev2Profile>())
        if (const auto& part = memo_->parts[edit.before + i].part)
          replaced.emplace(static_cast<const engine::IkeProfile*>(part.get()), nullptr);
    }
  }
}

const std::vector<engine::IpAddress>& CompileContext::addresses(const std::string& interface) {
  if (!addresses_) {
    addresses_.emplace();
    root.each<Interface>([&](const Interface& each, const Node& block) {
      auto& own = (*addresses_)[each.name];
      block.each<InterfaceAddress>([&](const InterfaceAddress& a, const Node&) {
        if (a.source == AddressSource::typed) own.push_back(a.network.address);
      });
      block.each<InterfaceIpv6Address>([&](const InterfaceIpv6Address& a, const Node&) { own.push_back(a.network.address); });
    });
  }
  return (*addresses_)[interface];
}

namespace {

/// Where two lines limit the same, the tighter one holds.
void tighten(std::uint32_t& limit, std::uint32_t count) { limit = limit == 0 ? count : std::min(limit, count); }

engine::AdmissionLimits read_limits(const Node& root) {
  engine::AdmissionLimits out;
  if (const auto* challenge = root.find<CookieChallenge>()) out.cookie_challenge = challenge->threshold;
  if (const auto* most = root.find<Ikev2MaxSa>()) tighten(out.ike_sas, most->count);
  root.each<Ikev2MaxInNegotiation>([&](const Ikev2MaxInNegotiation& line, const Node&) {
    if (line.side != NegotiationSide::outgoing) tighten(out.incoming, line.count);
    if (line.side != NegotiationSide::incoming) tighten(out.outgoing, line.count);
  });
  root.each<CallAdmissionLimit>([&](const CallAdmissionLimit& line, const Node&) {
    if (line.what == Admitted::ike_sa) tighten(out.ike_sas, line.count);
    if (line.what == Admitted::ipsec_sa) tighten(out.child_sas, line.count);
    if (line.what == Admitted::ike_in_negotiation || line.what == Admitted::all_in_negotiation) {
      tighten(out.incoming, line.count);
      tighten(out.outgoing, line.count);
    }
  });
  return out;
}

/// The first ones say which name that is there they may mean; for more of them it would take long.
void name_what_was_meant(const Node& root, std::vector<std::string>& warnings) {
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < std::min(warnings.size(), most); ++i)
    if (const std::string name = similar_name(root, warnings[i]); !name.empty()) warnings[i] += " (similar: " + name + ")";
}

}  // namespace

Compiled compile(const Configuration& configuration, const Compiled* previous, const MasterKeys* master, const PkiStore* pki) {
  CompileContext context(configuration, previous, master, pki);
  auto config = std::make_shared<engine::Config>();
  config->policies = compile_policies(context);
  config->profiles = compile_profiles(context);
  config->interfaces = compile_interfaces(context, config->profiles, config->templates);
  config->pools = compile_pools(context.root);
  if (const auto* keepalive = context.root.find<NatKeepalive>()) config->nat_keepalive = std::chrono::seconds(keepalive->seconds);
  config->limits = read_limits(context.root);
  if (const auto* window = context.root.find<Ikev2Window>()) config->window = window->size;
  if (const auto* line = context.root.find<Ikev2Fragmentation>()) {
    config->fragmentation = {.ipv4 = line->mtu.value_or(576), .ipv6 = line->mtu.value_or(1280), .configured = true};
  }

  if (context.root.find<PasswordEncryption>() && !(master && master->present()))
    context.warn("password encryption aes",
                 "there is no master key (key config-key password-encrypt): keys are kept in clear text");

  Compiled out;
  out.radius_orders = compile_radius_orders(context);
  out.config = previous && same_config(*config, *previous->config) ? previous->config : std::move(config);
  out.keys = context.keys.take();
  out.memo = std::move(context.next_memo);
  out.tunnels = compile_tunnel_devices(context);
  out.templates = compile_template_devices(context);
  out.loopbacks = compile_loopback_devices(context);
  out.interfaces = bindings(context.root, out.tunnels, out.loopbacks);
  if (const auto* metrics = context.root.find<OpenMetrics>()) out.metrics_port = metrics->port.value_or(0);
  out.warnings = std::move(context.warnings);
  name_what_was_meant(context.root, out.warnings);
  out.last_key = context.keys.last();
  return out;
}

}  // namespace parser
