// Two routers' files as two ends of a tunnel. The engine's own rules decide: what it would offer, choose, match and open.
#include <algorithm>
#include <set>

#include "engine/proposals.hpp"
#include "parser/check/subject.hpp"

namespace parser {
namespace {

using engine::CryptoMapEntry;
using engine::IpAddress;
using Entry = std::shared_ptr<const CryptoMapEntry>;

/// One end of a peering: the entry that speaks to the other router, and the address it speaks from.
struct End {
  const Subject* subject = nullptr;
  Entry entry;
  IpAddress address;

  /// The interface, where the entry is that of a protected tunnel; otherwise null.
  const Node* tunnel() const {
    constexpr std::string_view behind = "-head-0";
    if (!entry->map.ends_with(behind)) return nullptr;
    return subject->find_named<Interface>(entry->map.substr(0, entry->map.size() - behind.size()));
  }
  const Node* map_entry() const {
    return subject->find<CryptoMap>(
        [&](const CryptoMap& map) { return map.map == entry->map && map.sequence == entry->sequence; });
  }
  std::string name() const {
    if (const Node* interface = tunnel()) return line_text(*interface);
    return "crypto map " + entry->map + " " + std::to_string(entry->sequence);
  }
  /// The line of type T of the crypto map entry, or what a tunnel has in its place.
  template <class T>
  Place line() const {
    const Node* interface = tunnel();
    if (interface) return line_of_tunnel<T>(*interface);
    const Node* found = map_entry();
    return found ? subject->place_of<T>(*found) : Place{subject->file(), 0};
  }
  template <class T>
  Place profile_line() const {
    const Node* found = subject->find_named<Ikev2Profile>(entry->profile->name);
    return found ? subject->place_of<T>(*found) : Place{subject->file(), 0};
  }

 private:
  template <class T>
  Place line_of_tunnel(const Node& interface) const {
    if constexpr (std::is_same_v<T, SetPeer>) return subject->place_of<TunnelDestination>(interface);
    if constexpr (std::is_same_v<T, MatchAddress>)
      if (interface.find<TunnelPolicy>()) return subject->place_of<TunnelPolicy>(interface);
    const auto* protection = interface.find<TunnelProtection>();
    const bool own = std::is_same_v<T, SetIkev2Profile> && protection->ikev2_profile;
    const Node* profile = own ? nullptr : subject->find_named<IpsecProfile>(protection->profile);
    return profile ? subject->place_of<T>(*profile) : subject->place_of<TunnelProtection>(interface);
  }
};
struct Peering {
  End a, b;
};

using Findings = std::vector<Finding>;

void add(Findings& findings, std::string check, std::string text, std::vector<Place> places) {
  findings.push_back({std::move(check), std::move(text), std::move(places)});
}

std::vector<IpAddress> addresses_of(const Subject& subject, const engine::ProtectedInterface& bound) {
  std::vector<IpAddress> out;
  if (bound.tunnel && bound.tunnel->source) return {*bound.tunnel->source};
  const std::string& name = bound.local_address_interface.empty() ? bound.name.text() : bound.local_address_interface;
  if (const Node* block = subject.find_named<Interface>(name)) {
    block->each<InterfaceAddress>([&](const InterfaceAddress& each, const Node&) {
      if (each.source == AddressSource::typed) out.push_back(each.network.address);
    });
    block->each<InterfaceIpv6Address>(
        [&](const InterfaceIpv6Address& each, const Node&) { out.push_back(each.network.address); });
  }
  return out;
}

/// Every entry that is in force, with each address it may speak from.
std::vector<End> ends_of(const Subject& subject) {
  std::vector<End> out;
  for (const auto& bound : subject.compiled().config->interfaces)
    for (const IpAddress& address : addresses_of(subject, bound))
      for (const Entry& entry : bound.entries) out.push_back({&subject, entry, address});
  return out;
}

bool speaks_to(const End& end, const IpAddress& address) {
  return std::find(end.entry->peers.begin(), end.entry->peers.end(), address) != end.entry->peers.end();
}

/// A peer that is given by name may be anybody of its family.
bool may_speak_to(const End& end, const IpAddress& address) {
  return speaks_to(end, address) || std::any_of(end.entry->peers.begin(), end.entry->peers.end(), [&](const engine::Peer& peer) {
           return peer.is_name() && peer.address.family == address.family;
         });
}

std::shared_ptr<const engine::IkePolicy> policy_of(const End& end) {
  std::shared_ptr<const engine::IkePolicy> general;
  for (const auto& policy : end.subject->compiled().config->policies) {
    const auto& local = policy->match_local;
    if (std::find(local.begin(), local.end(), end.address) != local.end()) return policy;
    if (local.empty() && !general) general = policy;
  }
  return general;
}

Place place_of_policy(const End& end, const engine::IkePolicy& policy) {
  const Node* proposal = policy.proposals.empty() ? nullptr : end.subject->find_named<Ikev2Proposal>(policy.proposals[0]->name);
  if (!proposal) proposal = end.subject->find_named<Ikev2Policy>(policy.name);
  return proposal ? end.subject->place(*proposal) : Place{end.subject->file(), 0};
}

void ike_proposals(const Peering& p, Findings& findings) {
  const auto a = policy_of(p.a), b = policy_of(p.b);
  if (!a || !b) return;
  const auto offered = engine::offer_ike(*a, {});
  if (engine::choose_ike(offered, *b, 0).ok()) return;
  add(findings, "ike-proposals",
      "no IKE proposal in common: " + engine::describe(offered) + " against " + engine::describe(engine::offer_ike(*b, {})),
      {place_of_policy(p.a, *a), place_of_policy(p.b, *b)});
}

void transform_sets(const Peering& p, Findings& findings) {
  const auto offered = engine::offer_child(*p.a.entry, engine::EspSpi{256}, nullptr);
  if (engine::choose_child(offered, *p.b.entry, engine::ChildKeyExchange::ignored, 0).ok()) return;
  add(findings, "transform-sets",
      "no transform set in common: " + engine::describe(offered) + " against " +
          engine::describe(engine::offer_child(*p.b.entry, engine::EspSpi{256}, nullptr)),
      {p.a.line<SetTransformSet>(), p.b.line<SetTransformSet>()});
}

const char* name_of(engine::IpsecMode mode) { return mode == engine::IpsecMode::tunnel ? "tunnel" : "transport"; }

Place place_of_set(const End& end) {
  const Node* set = end.subject->find_named<TransformSet>(end.entry->transform_sets.front()->name);
  return set ? end.subject->place_of<TransformMode>(*set) : end.line<SetTransformSet>();
}

void modes(const Peering& p, Findings& findings) {
  const auto a = p.a.entry->transform_sets.front()->mode, b = p.b.entry->transform_sets.front()->mode;
  if (a != b)
    add(findings, "mode", std::string("mode ") + name_of(a) + " against mode " + name_of(b),
        {place_of_set(p.a), place_of_set(p.b)});
}

std::string pfs_name(const CryptoMapEntry& entry) {
  return entry.pfs_group ? "PFS with " + std::string(entry.pfs_group->show_esp) : "no PFS";
}

/// Where `asked` takes what `asks` offers for the first Child SA, it does for a rekey, too.
bool rekeys_fit(const CryptoMapEntry& asks, const CryptoMapEntry& asked) {
  using engine::ChildKeyExchange;
  const auto takes = [&](const engine::Algorithm* group, ChildKeyExchange key_exchange) {
    return engine::choose_child(engine::offer_child(asks, engine::EspSpi{256}, group), asked, key_exchange, group ? group->id : 0)
        .ok();
  };
  return !takes(nullptr, ChildKeyExchange::ignored) || takes(asks.pfs_group, ChildKeyExchange::as_offered);
}

/// It does not show before the first rekey: IKE_AUTH has no key exchange of its own (RFC 7296, 1.2).
void pfs(const Peering& p, Findings& findings) {
  if (p.a.entry->pfs_group != p.b.entry->pfs_group)
    add(findings, "pfs",
        pfs_name(*p.a.entry) + " against " + pfs_name(*p.b.entry) + ": the tunnel comes up, its first rekey fails or is weaker",
        {p.a.line<SetPfs>(), p.b.line<SetPfs>()});
  else if (p.a.entry->pfs_group && (!rekeys_fit(*p.a.entry, *p.b.entry) || !rekeys_fit(*p.b.entry, *p.a.entry)))
    add(findings, "pfs", "additional key exchanges that do not fit: the tunnel comes up, its first rekey fails",
        {p.a.line<SetPfs>(), p.b.line<SetPfs>()});
}

engine::Identity identity_of(const End& end) {
  return end.entry->profile->identity_local.value_or(engine::Identity::of(end.address));
}

/// What one end calls itself must be what the other's profile matches.
void identity_towards(const End& from, const End& to, Findings& findings) {
  const engine::Identity identity = identity_of(from);
  const auto& rules = to.entry->profile->match_remote;
  if (std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return engine::matches(rule, identity); })) return;
  std::string wanted;
  for (const auto& rule : rules) wanted += " " + engine::to_string(rule);
  add(findings, "identity",
      from.subject->file() + " calls itself " + identity.to_string() + ", profile " + to.entry->profile->name + " of " +
          to.subject->file() + " wants" + wanted,
      {from.profile_line<IdentityLocal>(), to.profile_line<MatchIdentityRemote>()});
}

/// Several profiles may match: the first one that does is taken, and must be the entry's.
void profile_chosen(const End& from, const End& to, Findings& findings) {
  const engine::Identity identity = identity_of(from);
  for (const auto& profile : to.subject->compiled().config->profiles) {
    const auto& local = profile->match_local;
    if (!local.empty() && std::find(local.begin(), local.end(), to.address) == local.end()) continue;
    const auto& rules = profile->match_remote;
    if (std::none_of(rules.begin(), rules.end(), [&](const auto& rule) { return engine::matches(rule, identity); })) continue;
    if (profile != to.entry->profile)
      add(findings, "identity",
          identity.to_string() + " is taken by profile " + profile->name + " of " + to.subject->file() + ", but " + to.name() +
              " names profile " + to.entry->profile->name,
          {from.profile_line<IdentityLocal>(), to.line<SetIkev2Profile>()});
    return;
  }
}

void identities(const Peering& p, Findings& findings) {
  identity_towards(p.a, p.b, findings);
  identity_towards(p.b, p.a, findings);
  profile_chosen(p.a, p.b, findings);
  profile_chosen(p.b, p.a, findings);
}

struct Keys {
  const engine::Secret *local = nullptr, *remote = nullptr;
  Place place;
};

Keys keys_of(const End& end, const End& other) {
  const engine::Identity identity = identity_of(other);
  Keys out;
  const Node* profile = end.subject->find_named<Ikev2Profile>(end.entry->profile->name);
  out.place = profile ? end.subject->place_of<ProfileKeyring>(*profile) : Place{end.subject->file(), 0};
  const auto choice = end.subject->book().key_for(*end.entry->profile, other.address, &identity);
  if (!choice) return out;
  out.local = end.subject->compiled().keys->find(choice->local);
  out.remote = end.subject->compiled().keys->find(choice->remote);
  const Node* keyring =
      end.entry->profile->keyring ? end.subject->find_named<Ikev2Keyring>(end.entry->profile->keyring->name) : nullptr;
  if (!keyring) return out;
  keyring->each<KeyringPeer>([&](const KeyringPeer& peer, const Node& block) {
    if (peer.name == choice->keyring_peer) out.place = end.subject->place_of<PreSharedKey>(block);
  });
  return out;
}

void keys(const Peering& p, Findings& findings) {
  const Keys a = keys_of(p.a, p.b), b = keys_of(p.b, p.a);
  const auto missing = [&](const Keys& keys, const End& end, const End& other) {
    if (keys.local && keys.remote) return false;
    add(findings, "keys", end.subject->file() + " has no pre-shared key for " + other.address.to_string(), {keys.place});
    return true;
  };
  const bool a_lacks = missing(a, p.a, p.b), b_lacks = missing(b, p.b, p.a);
  if (a_lacks || b_lacks) return;
  if (!a.local->equals(b.remote->expose()))
    add(findings, "keys", "the key of " + p.a.subject->file() + " is not the one that " + p.b.subject->file() + " expects",
        {a.place, b.place});
  else if (!b.local->equals(a.remote->expose()))
    add(findings, "keys", "the key of " + p.b.subject->file() + " is not the one that " + p.a.subject->file() + " expects",
        {b.place, a.place});
}

Place place_of_entry(const End& end, const engine::SelectorLine& line) {
  const Node* list = end.subject->find_named<AccessList>(end.entry->acl);
  if (!list) list = end.subject->find_named<Ipv6AccessList>(end.entry->acl);
  if (!list) return end.line<MatchAddress>();
  for (const auto& child : list->children)
    if (line_text(*child) == line.text || line_text(*child).ends_with(" " + line.text)) return end.subject->place(*child);
  return end.subject->place(*list);
}

/// What holds the selectors of an end, and the line of the file where it stands.
std::pair<std::string, Place> selectors_of(const End& end) {
  if (end.entry->acl.empty()) return {end.name(), end.line<MatchAddress>()};
  const Node* list = end.subject->find_named<AccessList>(end.entry->acl);
  if (!list) list = end.subject->find_named<Ipv6AccessList>(end.entry->acl);
  return {"access list " + end.entry->acl, list ? end.subject->place(*list) : end.line<MatchAddress>()};
}

void mirrored_towards(const End& from, const End& to, Findings& findings) {
  const auto& theirs = to.entry->lines;
  for (const auto& line : from.entry->lines) {
    const engine::SelectorPair mirror{line.selectors.remote, line.selectors.local};
    if (std::any_of(theirs.begin(), theirs.end(),
                    [&](const auto& other) { return other.action == line.action && other.selectors == mirror; }))
      continue;
    // Of what is left out of the tunnel only that counts which the other end sends into it.
    const bool bypass = line.action == engine::AclAction::deny;
    if (bypass && std::none_of(theirs.begin(), theirs.end(), [&](const auto& other) {
          return other.action == engine::AclAction::permit && other.selectors.intersect(mirror);
        }))
      continue;
    const auto [holder, place] = selectors_of(to);
    add(findings, "selectors",
        "\"" + line.text + "\" of " + from.subject->file() + " has no mirror image in " + holder + " of " + to.subject->file() +
            (bypass ? ": one end leaves out of the tunnel what the other sends into it" : ""),
        {place_of_entry(from, line), place});
  }
}

/// Tunnels of other kinds are told by their modes.
void selectors(const Peering& p, Findings& findings) {
  const Node *a = p.a.tunnel(), *b = p.b.tunnel();
  const auto *mode_a = a ? a->find<TunnelMode>() : nullptr, *mode_b = b ? b->find<TunnelMode>() : nullptr;
  if (mode_a && mode_b && *mode_a != *mode_b) return;
  mirrored_towards(p.a, p.b, findings);
  mirrored_towards(p.b, p.a, findings);
}

void tunnels(const Peering& p, Findings& findings) {
  const Node *a = p.a.tunnel(), *b = p.b.tunnel();
  if (a && b) compare_tunnels(*p.a.subject, *a, *p.b.subject, *b, findings);
}

std::string seconds(engine::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

/// IKEv2 does not negotiate lifetimes (RFC 7296, 2.8): the shorter one asks. Said, because it is seldom meant.
void lifetimes(const Peering& p, Findings& findings) {
  const CryptoMapEntry &a = *p.a.entry, &b = *p.b.entry;
  if (a.profile->lifetime != b.profile->lifetime)
    add(findings, "lifetimes",
        "IKE SA lifetime " + seconds(a.profile->lifetime) + " against " + seconds(b.profile->lifetime) +
            ": the shorter one rekeys",
        {p.a.profile_line<ProfileLifetime>(), p.b.profile_line<ProfileLifetime>()});
  if (a.lifetime != b.lifetime)
    add(findings, "lifetimes",
        "IPsec SA lifetime " + seconds(a.lifetime) + " against " + seconds(b.lifetime) + ": the shorter one rekeys",
        {p.a.line<LifetimeSeconds>(), p.b.line<LifetimeSeconds>()});
  if (a.lifetime_kilobytes != b.lifetime_kilobytes)
    add(findings, "lifetimes",
        "IPsec SA lifetime " + std::to_string(a.lifetime_kilobytes) + " kilobytes against " +
            std::to_string(b.lifetime_kilobytes),
        {p.a.line<LifetimeKilobytes>(), p.b.line<LifetimeKilobytes>()});
}

const Node* global_line(const Subject& subject, std::string_view begin) {
  for (const auto& child : subject.root().children)
    if (line_text(*child).starts_with(begin)) return child.get();
  return nullptr;
}

void fragmentation(const Peering& p, Findings& findings) {
  constexpr std::string_view command = "crypto ikev2 fragmentation";
  const Node *a = global_line(*p.a.subject, command), *b = global_line(*p.b.subject, command);
  const std::string text_a = a ? line_text(*a) : "no fragmentation line", text_b = b ? line_text(*b) : "no fragmentation line";
  if (text_a == text_b) return;
  add(findings, "fragmentation", "\"" + text_a + "\" against \"" + text_b + "\": one end may send what the path does not carry",
      {a ? p.a.subject->place(*a) : Place{p.a.subject->file(), 0}, b ? p.b.subject->place(*b) : Place{p.b.subject->file(), 0}});
}

using Comparison = void (*)(const Peering&, Findings&);
constexpr Comparison comparisons[] = {ike_proposals, identities, keys,      transform_sets, modes,
                                      pfs,           selectors,  lifetimes, fragmentation,  tunnels};

/// An entry that speaks to an address of the other router without an answer there.
void one_sided(const End& end, const std::vector<End>& others, Findings& findings) {
  const auto it = std::find_if(others.begin(), others.end(), [&](const End& other) { return speaks_to(end, other.address); });
  if (it == others.end()) return;
  for (const End& other : others)
    if (may_speak_to(end, other.address) && may_speak_to(other, end.address)) return;
  add(findings, "peers",
      end.name() + " of " + end.subject->file() + " speaks to " + it->address.to_string() + ", but no entry of " +
          it->subject->file() + " speaks to " + end.address.to_string(),
      {end.line<SetPeer>(), it->line<SetPeer>()});
}

/// Of several entries for the same peer, the one whose access list has most mirror images is the counterpart.
const End* counterpart(const End& end, const std::vector<End>& others) {
  const End* best = nullptr;
  std::size_t most = 0;
  for (const End& other : others) {
    if (!may_speak_to(end, other.address) || !may_speak_to(other, end.address)) continue;
    Findings unmatched;
    mirrored_towards(end, other, unmatched);
    const std::size_t matched = end.entry->lines.size() - std::min(end.entry->lines.size(), unmatched.size()) + 1;
    if (matched <= most) continue;
    best = &other;
    most = matched;
  }
  return best;
}

}  // namespace

std::vector<Finding> compare(const Subject& a, const Subject& b) {
  Findings findings;
  const std::vector<End> ends_a = ends_of(a), ends_b = ends_of(b);
  std::set<std::pair<const CryptoMapEntry*, const CryptoMapEntry*>> compared;
  bool met = false;
  for (const End& end : ends_a) {
    one_sided(end, ends_b, findings);
    const End* other = counterpart(end, ends_b);
    if (!other) continue;
    met = true;
    if (!compared.insert({end.entry.get(), other->entry.get()}).second) continue;
    for (const Comparison comparison : comparisons) comparison({end, *other}, findings);
  }
  for (const End& end : ends_b) one_sided(end, ends_a, findings);
  shut_tunnels(a, b, findings);
  if (!met && findings.empty() && !ends_a.empty() && !ends_b.empty())
    add(findings, "peers",
        a.file() + " and " + b.file() + " do not speak to each other: no peer of one is an address of the other",
        {ends_a.front().line<SetPeer>(), ends_b.front().line<SetPeer>()});
  return findings;
}

}  // namespace parser
