#include "engine/policy_book.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace engine {
namespace {

const InterfaceState* find_interface(const std::vector<InterfaceState>& interfaces, const std::string& name) {
  const auto it = std::find_if(interfaces.begin(), interfaces.end(), [&](const InterfaceState& i) { return i.name == name; });
  return it == interfaces.end() ? nullptr : &*it;
}

const std::string& address_interface(const ProtectedInterface& protected_interface) {
  return protected_interface.local_address_interface.empty() ? protected_interface.name.text()
                                                             : protected_interface.local_address_interface;
}

/// The interface's address for talking to `peer`: on the peer's own network if there is one, else the first of its family.
std::optional<IpAddress> source_for(const InterfaceState& interface, const IpAddress& peer) {
  std::optional<IpAddress> first;
  for (const Prefix& configured : interface.addresses) {
    const IpAddress& own = configured.address;
    if (own.family != peer.family) continue;
    if (Prefix::of(own, configured.length).contains(peer)) return own;
    if (!first && !own.is_link_local()) first = own;
  }
  return first;
}

bool same_peer(const Peer& a, const Peer& b) { return a.address == b.address && a.name == b.name; }

std::vector<IpAddress> sources_of(const ProtectedInterface& bound, const InterfaceState* state) {
  if (bound.tunnel && bound.tunnel->source) return {*bound.tunnel->source};
  std::vector<IpAddress> out;
  if (state && !(bound.tunnel && bound.local_address_interface.empty()))
    for (const Prefix& configured : state->addresses) out.push_back(configured.address);
  return out;
}

/// Of two lines at the same place.
bool same_meaning(const PolicyLine& a, const PolicyLine& b) {
  return a.action == b.action && a.selectors == b.selectors && a.mode == b.mode && a.protocol == b.protocol && a.peer == b.peer;
}

/// Nothing that decides about lines differs.
bool same_lines(const CryptoMapEntry& a, const CryptoMapEntry& b) {
  return &a == &b || (a.sequence == b.sequence && a.map == b.map && a.peers == b.peers && a.lines == b.lines &&
                      a.transform_sets.front()->mode == b.transform_sets.front()->mode &&
                      a.transform_sets.front()->protocol() == b.transform_sets.front()->protocol());
}

bool same_lines(const ProtectedInterface& a, const ProtectedInterface& b) {
  return a.name == b.name && a.map == b.map && a.local_address_interface == b.local_address_interface && a.tunnel == b.tunnel &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const auto& x, const auto& y) { return same_lines(*x, *y); });
}

}  // namespace

template <class Each>
void PolicyBook::for_interfaces(Each each) const {
  for (const ProtectedInterface& bound : config_->interfaces) each(bound);
  for (const ProtectedInterface& bound : clients_) each(bound);
}

const ProtectedInterface* PolicyBook::bound_as(const std::string& interface) const {
  for (const auto* all : {&config_->interfaces, &clients_})
    for (const ProtectedInterface& bound : *all)
      if (bound.name == interface) return &bound;
  return nullptr;
}

const InterfaceState* PolicyBook::state_of(const std::string& interface) const {
  const ProtectedInterface* bound = bound_as(interface);
  return bound ? find_interface(interfaces_, address_interface(*bound)) : nullptr;
}

/// In order of preference; a name that is not resolved is one, too.
template <class Each>
void PolicyBook::for_candidates(const CryptoMapEntry& entry, Each each) const {
  for (std::size_t i = 0; i < entry.peers.size(); ++i) {
    const Peer& peer = entry.peers[i];
    const auto known = peer.is_name() ? resolved_.find(peer.key()) : resolved_.end();
    if (known == resolved_.end()) {
      each(Candidate{i, peer.address});
      continue;
    }
    for (const IpAddress& address : known->second) each(Candidate{i, address});
  }
}

std::vector<Candidate> PolicyBook::usable_peers(const BookLine& line) const {
  std::vector<Candidate> out;
  const InterfaceState* state = state_of(line.interface);
  for_candidates(*line.entry, [&](const Candidate& each) {
    if (line.own_source || (state && source_for(*state, each.address))) out.push_back(each);
  });
  return out;
}

void PolicyBook::agreed(PolicyLineId line, const Algorithm* group) {
  if (const auto it = by_id_.find(line); it != by_id_.end()) lines_[it->second].agreed_group = group;
}

std::map<PolicyLineId, PolicyLineId> PolicyBook::choose(const Place& place, const Candidate& peer) {
  std::map<PolicyLineId, PolicyLineId> renamed;
  const auto here = places_.find(place);
  if (here == places_.end()) return renamed;
  chosen_.insert_or_assign(place, Choice{lines_[here->second.front()].entry->peers.at(peer.peer), peer.address});
  for (const std::size_t i : here->second) {
    BookLine& whole = lines_[i];
    const Ends ends = ends_of(*bound_as(whole.interface), *whole.entry, state_of(whole.interface), &whole);
    PolicyLine& line = whole.line;
    if (line.local == ends.local && line.peer == ends.peer.address) {
      whole.peer = ends.peer.peer;
      continue;
    }
    if (--locals_[line.local] == 0) locals_.erase(line.local);
    ++locals_[ends.local];
    take_from_peers(i);
    const PolicyLineId fresh{next_line_++};
    renamed.emplace(line.id, fresh);
    by_id_.erase(line.id);
    by_id_[fresh] = i;
    line.id = fresh;
    line.local = ends.local;
    line.peer = ends.peer.address;
    whole.peer = ends.peer.peer;
    whole.agreed_group = nullptr;
    put_under_peers(i);
    changed_ = true;
  }
  return renamed;
}

PolicyBook::Ends PolicyBook::ends_of(const ProtectedInterface& bound, const CryptoMapEntry& entry, const InterfaceState* state,
                                     const BookLine* before) const {
  const auto local_for = [&](const IpAddress& peer) -> std::optional<IpAddress> {
    if (bound.tunnel && bound.tunnel->source) return bound.tunnel->source;
    return state ? source_for(*state, peer) : std::nullopt;
  };
  const auto place_in_list = [&](const Peer& peer) {
    return static_cast<std::size_t>(
        std::find_if(entry.peers.begin(), entry.peers.end(), [&](const Peer& each) { return same_peer(each, peer); }) -
        entry.peers.begin());
  };
  if (const auto chosen = chosen_.find({bound.name, entry.map, entry.sequence}); chosen != chosen_.end())
    if (const std::size_t i = place_in_list(chosen->second.given); i < entry.peers.size())
      if (const auto local = local_for(chosen->second.address)) return {*local, {i, chosen->second.address}};
  std::optional<Ends> first;
  for_candidates(entry, [&](const Candidate& each) {
    if (const auto local = first ? std::nullopt : local_for(each.address)) first = Ends{*local, each};
  });
  if (first) return *first;
  const Candidate none{0, entry.peers.front().address};
  if (!before) return {Prefix::any(none.address.family).address, none};
  const std::size_t i = place_in_list(before->given());
  return {before->line.local, i < entry.peers.size() ? Candidate{i, before->line.peer} : none};
}

std::vector<PolicyLineId> PolicyBook::update(std::shared_ptr<const Config> config, std::vector<InterfaceState> interfaces,
                                             Actions& out) {
  if (config != config_) {
    peers_ = PeerIndex(*config, peers_);
    childless_ = std::any_of(config->profiles.begin(), config->profiles.end(), [](const auto& p) { return p->childless; });
    matches_certificates_ = std::any_of(config->profiles.begin(), config->profiles.end(),
                                        [](const auto& p) { return !p->match_certificate.empty(); });
  }
  const auto before = std::exchange(config_, std::move(config));
  const auto same = [](const ProtectedInterface& a, const ProtectedInterface& b) { return same_lines(a, b); };
  const bool same_clients = before == config_ || follow_templates();
  if (same_clients && named_.empty() && interfaces == interfaces_ &&
      std::equal(config_->interfaces.begin(), config_->interfaces.end(), before->interfaces.begin(), before->interfaces.end(),
                 same)) {
    take_entries();
    announce(out);
    return {};
  }
  interfaces_ = std::move(interfaces);
  const std::vector<std::size_t> nowhere;
  std::vector<BookLine> next;
  std::vector<bool> kept(lines_.size(), false);
  sources_.clear();
  for_interfaces([&](const ProtectedInterface& bound) {
    const InterfaceState* state = find_interface(interfaces_, address_interface(bound));
    sources_[bound.name] = sources_of(bound, state);
    for (const auto& entry : bound.entries) {
      const auto known = places_.find({bound.name, entry->map, entry->sequence});
      const std::vector<std::size_t>& here = known == places_.end() ? nowhere : known->second;
      const Ends ends = ends_of(bound, *entry, state, here.empty() ? nullptr : &lines_[here.front()]);
      // Where a name has led stays where it is until the next attempt, whatever the name is resolved to meanwhile.
      if (const Peer& given = entry->peers[ends.peer.peer]; given.is_name() && !ends.peer.address.is_unspecified())
        chosen_.insert_or_assign({bound.name, entry->map, entry->sequence}, Choice{given, ends.peer.address});
      for (const SelectorLine& line : entry->lines) {
        BookLine fresh = make_line(bound, entry, line, ends);
        const auto old = std::find_if(here.begin(), here.end(),
                                      [&](std::size_t i) { return !kept[i] && same_meaning(lines_[i].line, fresh.line); });
        if (old != here.end()) kept[*old] = true;
        fresh.line.id = old != here.end() ? lines_[*old].line.id : PolicyLineId{next_line_++};
        if (old != here.end()) fresh.agreed_group = lines_[*old].agreed_group;
        next.push_back(std::move(fresh));
      }
    }
  });
  std::vector<PolicyLineId> gone;
  for (std::size_t i = 0; i < lines_.size(); ++i)
    if (!kept[i]) gone.push_back(lines_[i].line.id);
  lines_ = std::move(next);
  index();
  std::erase_if(chosen_, [&](const auto& item) { return !places_.contains(item.first); });
  std::erase_if(resolved_, [&](const auto& item) { return !named_.contains(item.first); });
  changed_ = true;
  announce(out);
  return gone;
}

/// The lines are what they were, of the configuration's entries.
void PolicyBook::take_entries() {
  auto line = lines_.begin();
  for_interfaces([&](const ProtectedInterface& bound) {
    for (const auto& entry : bound.entries)
      for (std::size_t i = 0; i < entry->lines.size(); ++i) (line++)->entry = entry;
  });
}

/// What lines_ is found by.
void PolicyBook::index() {
  places_.clear();
  by_id_.clear();
  by_peer_.clear();
  locals_.clear();
  named_.clear();
  for (std::size_t i = 0; i < lines_.size(); ++i) index_line(i);
}

void PolicyBook::index_line(std::size_t i) {
  const BookLine& line = lines_[i];
  places_[place_of(line)].push_back(i);
  by_id_[line.line.id] = i;
  ++locals_[line.line.local];
  put_under_peers(i);
  for (const Peer& peer : line.entry->peers) {
    if (!peer.is_name() || line.line.action != AclAction::permit) continue;
    Named& named = named_[peer.key()];
    named.lines.push_back(i);
    named.at_once = named.at_once || !peer.dynamic;
  }
}

BookLine PolicyBook::make_line(const ProtectedInterface& bound, const std::shared_ptr<const CryptoMapEntry>& entry,
                               const SelectorLine& line, const Ends& ends) const {
  return {{{},
           line.action,
           line.selectors,
           entry->transform_sets.front()->mode,
           ends.local,
           ends.peer.address,
           entry->transform_sets.front()->protocol()},
          bound.name,
          entry,
          bound.tunnel && !bound.tunnel->responder_only,
          bound.tunnel && bound.tunnel->source,
          bound.tunnel && bound.tunnel->negotiated,
          bound.tunnel && bound.tunnel->client,
          ends.peer.peer};
}

/// The addresses of the line's peers that are known, and the one it sends to.
std::vector<IpAddress> PolicyBook::found_under(const BookLine& line) const {
  std::vector<IpAddress> out;
  if (line.line.action != AclAction::permit) return out;
  const auto add = [&](const IpAddress& address) {
    if (!address.is_unspecified() && std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
  };
  for_candidates(*line.entry, [&](const Candidate& each) { add(each.address); });
  add(line.line.peer);
  return out;
}

void PolicyBook::put_under_peers(std::size_t line) {
  for (const IpAddress& address : found_under(lines_[line])) {
    std::vector<std::size_t>& here = by_peer_[address];
    here.insert(std::lower_bound(here.begin(), here.end(), line), line);
  }
}

void PolicyBook::take_from_peers(std::size_t line) {
  for (const IpAddress& address : found_under(lines_[line])) std::erase(by_peer_[address], line);
}

void PolicyBook::resolved(const PeerName& name, std::vector<IpAddress> addresses) {
  const auto named = named_.find(name);
  if (named == named_.end() || addresses == addresses_of(name)) return;
  for (const std::size_t line : named->second.lines) take_from_peers(line);
  resolved_[name] = std::move(addresses);
  for (const std::size_t line : named->second.lines) put_under_peers(line);
}

std::vector<IpAddress> PolicyBook::addresses_of(const PeerName& name) const {
  const auto known = resolved_.find(name);
  return known == resolved_.end() ? std::vector<IpAddress>{} : known->second;
}

std::vector<PolicyBook::Place> PolicyBook::places_named(const PeerName& name) const {
  std::vector<Place> out;
  const auto named = named_.find(name);
  if (named == named_.end()) return out;
  for (const std::size_t line : named->second.lines)
    if (Place place = place_of(lines_[line]); out.empty() || out.back() != place) out.push_back(std::move(place));
  return out;
}

const BookLine* PolicyBook::first_of(const Place& place) const {
  const auto here = places_.find(place);
  return here == places_.end() ? nullptr : &lines_[here->second.front()];
}

std::vector<PeerName> PolicyBook::names_to_resolve() const {
  std::vector<PeerName> out;
  for (const auto& [name, named] : named_)
    if (named.at_once && !resolved_.contains(name)) out.push_back(name);
  return out;
}

std::vector<const BookLine*> PolicyBook::lines_by_name(const IpAddress& local, const std::string& profile) const {
  std::set<std::size_t> found;
  for (const auto& [name, named] : named_)
    for (const std::size_t line : named.lines)
      if (lines_[line].line.local == local && lines_[line].entry->profile->name == profile) found.insert(line);
  std::vector<const BookLine*> out;
  out.reserve(found.size());
  for (const std::size_t line : found) out.push_back(&lines_[line]);
  return out;
}

void PolicyBook::announce(Actions& out) {
  if (!changed_) return;
  changed_ = false;
  std::map<std::string, SetPolicy> wanted;
  for (const auto& [interface, ids] : announced_) wanted[interface].interface = interface;
  for (const BookLine& line : lines_) {
    SetPolicy& policy = wanted[line.interface];
    policy.interface = line.interface;
    policy.lines.push_back(line.line);
  }
  for (auto& [interface, policy] : wanted) {
    std::vector<std::pair<PolicyLineId, IpAddress>> said;
    for (const PolicyLine& line : policy.lines) said.emplace_back(line.id, line.local);
    if (said == announced_[interface]) continue;
    announced_[interface] = std::move(said);
    out.push_back(std::move(policy));
  }
  std::erase_if(announced_, [](const auto& item) { return item.second.empty(); });
}

const BookLine* PolicyBook::find(PolicyLineId id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &lines_[it->second];
}

std::vector<const BookLine*> PolicyBook::lines_of(const IpAddress& local, const IpAddress& peer,
                                                  const std::string& profile) const {
  std::vector<const BookLine*> out = lines_between(local, peer);
  std::erase_if(out, [&](const BookLine* line) { return line->client || line->entry->profile->name != profile; });
  return out;
}

std::vector<const BookLine*> PolicyBook::lines_between(const IpAddress& local, const IpAddress& peer) const {
  std::vector<const BookLine*> out;
  const auto it = by_peer_.find(peer);
  if (it == by_peer_.end()) return out;
  for (const std::size_t i : it->second)
    if (lines_[i].line.local == local) out.push_back(&lines_[i]);
  return out;
}

std::vector<const BookLine*> PolicyBook::lines_toward(const IpAddress& peer) const {
  std::vector<const BookLine*> out;
  const auto it = by_peer_.find(peer);
  if (it == by_peer_.end()) return out;
  for (const std::size_t i : it->second)
    if (lines_[i].line.peer == peer) out.push_back(&lines_[i]);
  return out;
}

const ProtectedInterface* PolicyBook::interface_of(const IpAddress& local) const {
  for (const ProtectedInterface& bound : config_->interfaces) {
    if (bound.tunnel && bound.tunnel->source == local) return &bound;
    const InterfaceState* state = find_interface(interfaces_, address_interface(bound));
    if (!state || bound.entries.empty()) continue;
    for (const Prefix& configured : state->addresses)
      if (configured.address == local) return &bound;
  }
  return nullptr;
}

std::shared_ptr<const IkePolicy> PolicyBook::policy_for(const Config& config, const IpAddress& local) {
  std::shared_ptr<const IkePolicy> general;
  for (const auto& policy : config.policies) {
    if (!names_nothing_or(policy->match_local, local)) continue;
    if (!policy->match_local.empty()) return policy;
    if (!general) general = policy;
  }
  return general;
}

std::shared_ptr<const IkeProfile> PolicyBook::profile_for(const Certificate* certificate, const IpAddress& local) const {
  for (const auto& profile : config_->profiles)
    if (names_nothing_or(profile->match_local, local) && matches_certificate(*profile, certificate)) return profile;
  return nullptr;
}

std::string PolicyBook::why_no_profile(const Identity& remote, const IpAddress& local) const {
  constexpr std::size_t most = 5;
  std::string out;
  for (std::size_t i = 0; i < config_->profiles.size() && i < most; ++i) {
    const IkeProfile& profile = *config_->profiles[i];
    out += (i ? "; profile " : "profile ") + profile.name;
    if (!names_nothing_or(profile.match_local, local)) {
      out += ": 'match address local' does not name " + local.to_string();
      continue;
    }
    out += ": 'match identity remote' wants";
    for (const IdentityMatch& rule : profile.match_remote) out += " " + to_string(rule);
  }
  if (config_->profiles.size() > most) out += "; and " + std::to_string(config_->profiles.size() - most) + " more";
  if (config_->profiles.empty()) out = "there is no complete 'crypto ikev2 profile'";
  return "the peer calls itself " + remote.to_string() + "; " + out;
}

const KeyringPeer* PolicyBook::peer_in(const std::shared_ptr<const Keyring>& keyring, const IpAddress& peer,
                                       const Identity* identity) const {
  if (!keyring) return nullptr;
  // Whoever says to be somebody that the keyring names has to have that one's key, wherever it comes from (RFC 7296, 2.15).
  if (const KeyringPeer* owner = identity ? peers_.owner_of(keyring, *identity) : nullptr) return owner;
  if (const auto lines = by_peer_.find(peer); !named_.empty() && lines != by_peer_.end())
    for (const std::size_t line : lines->second)
      if (const Peer& given = lines_[line].given(); given.is_name() && lines_[line].line.peer == peer)
        if (const KeyringPeer* named = peers_.peer_by_name(keyring, given.name)) return named;
  const KeyringPeer* best = peers_.peer_at(keyring, peer);
  return best || !identity ? best : peers_.peer_called(keyring, *identity);
}

std::optional<KeyChoice> PolicyBook::key_for(const IkeProfile& profile, const IpAddress& peer, const Identity* identity) const {
  if (profile.inline_local_key.value && profile.inline_remote_key.value)
    return KeyChoice{profile.inline_local_key, profile.inline_remote_key, {}};
  KeyChoice out{profile.inline_local_key, profile.inline_remote_key, {}};
  if (const KeyringPeer* best = peer_in(profile.keyring, peer, identity)) {
    out.keyring_peer = best->name;
    if (!out.local.value) out.local = best->local_key;
    if (!out.remote.value) out.remote = best->remote_key;
  }
  if (profile.auth_local == AuthMethod::pre_share && !out.local.value) return std::nullopt;
  if (profile.auth_remote == AuthMethods(AuthMethod::pre_share) && !out.remote.value) return std::nullopt;
  return out;
}

const Ppk* PolicyBook::ppk_for(const IkeProfile& profile, const IpAddress& peer, const Identity* identity) const {
  const KeyringPeer* found = peer_in(profile.ppk_keyring, peer, identity);
  return found && found->ppk ? &*found->ppk : nullptr;
}

bool PolicyBook::may_use_ppk(const IpAddress& local) const {
  return std::any_of(config_->profiles.begin(), config_->profiles.end(),
                     [&](const auto& profile) { return profile->ppk_keyring && names_nothing_or(profile->match_local, local); });
}

}  // namespace engine
