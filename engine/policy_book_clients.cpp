// The interfaces that are made for clients, beside those of the configuration.
#include <algorithm>

#include "engine/access.hpp"
#include "engine/policy_book.hpp"

namespace engine {
namespace {

bool begins_at(const VirtualTemplate& made_of, const std::vector<InterfaceState>& interfaces, const IpAddress& local) {
  if (made_of.source) return *made_of.source == local;
  if (made_of.source_interface.empty()) return true;
  return std::any_of(interfaces.begin(), interfaces.end(), [&](const InterfaceState& each) {
    return each.name == made_of.source_interface &&
           std::any_of(each.addresses.begin(), each.addresses.end(), [&](const Prefix& own) { return own.address == local; });
  });
}

/// What decides about the Child SAs of a client.
auto terms(const CryptoMapEntry& entry) {
  return std::tie(entry.pfs_group, entry.pfs_additional, entry.lifetime, entry.lifetime_kilobytes, entry.replay_window);
}
bool same_terms(const CryptoMapEntry& a, const CryptoMapEntry& b) {
  return terms(a) == terms(b) && std::equal(a.transform_sets.begin(), a.transform_sets.end(), b.transform_sets.begin(),
                                            b.transform_sets.end(), [](const auto& x, const auto& y) { return *x == *y; });
}

/// Whoever has an address of the one may keep it under the other.
bool covers(const std::shared_ptr<const AddressPool>& before, const std::shared_ptr<const AddressPool>& now) {
  if (!before || before == now) return true;
  return now && now->length == before->length &&
         std::all_of(before->ranges.begin(), before->ranges.end(), [&](const AddressRange& old) {
           return std::any_of(now->ranges.begin(), now->ranges.end(), [&](const AddressRange& range) {
             return range.first.family == old.first.family && range.first <= old.first && old.last <= range.last;
           });
         });
}
bool covers(const AuthorizationPolicy& before, const AuthorizationPolicy& now) {
  return covers(before.pool, now.pool) && covers(before.ipv6_pool, now.ipv6_pool);
}

/// What a client is may stay: a copy of the same template, at an address that it may have. What else it was told is of its
/// beginning, and nothing that it could be told now.
bool still_serves(const RemoteAccess& before, const RemoteAccess& now) {
  return before.virtual_template == now.virtual_template && covers(*before.policy, *now.policy) &&
         std::all_of(before.policies.begin(), before.policies.end(), [&](const auto& each) {
           const auto same = now.policies.find(each.first);
           return same == now.policies.end() ? !each.second->pool && !each.second->ipv6_pool
                                             : covers(*each.second, *same->second);
         });
}

}  // namespace

std::shared_ptr<const VirtualTemplate> PolicyBook::template_of(const Config& config, const IkeProfile& profile) {
  const auto found = std::find_if(config.templates.begin(), config.templates.end(), [&](const auto& each) {
    return profile.access && each->name == profile.access->virtual_template;
  });
  return found == config.templates.end() ? nullptr : *found;
}

std::string PolicyBook::client_template_at(const IpAddress& local) const {
  for (const auto& each : config_->templates)
    if (begins_at(*each, interfaces_, local)) return each->name;
  return {};
}

void PolicyBook::add_client(ProtectedInterface bound, Actions& out) {
  clients_.push_back(std::move(bound));
  const ProtectedInterface& added = clients_.back();
  const auto& entry = added.entries.front();
  const Ends ends{*added.tunnel->source, {0, entry->peers.front().address}};
  SetPolicy policy{added.name, {}};
  auto& said = announced_[added.name];
  for (const SelectorLine& line : entry->lines) {
    lines_.push_back(make_line(added, entry, line, ends));
    lines_.back().line.id = PolicyLineId{next_line_++};
    index_line(lines_.size() - 1);
    policy.lines.push_back(lines_.back().line);
    said.emplace_back(lines_.back().line.id, lines_.back().line.local);
  }
  sources_[added.name] = {*added.tunnel->source};
  out.push_back(std::move(policy));
}

void PolicyBook::remove_client(const std::string& interface, Actions& out) {
  std::erase_if(clients_, [&](const ProtectedInterface& each) { return each.name == interface; });
  const auto before = lines_.size();
  std::erase_if(lines_, [&](const BookLine& line) { return line.client && line.interface == interface; });
  if (lines_.size() != before) index();
  sources_.erase(interface);
  if (announced_.erase(interface)) out.push_back(SetPolicy{interface, {}});
}

std::vector<const BookLine*> PolicyBook::client_lines(const std::string& interface) const {
  std::vector<const BookLine*> out;
  const ProtectedInterface* bound = bound_as(interface);
  if (!bound || bound->entries.empty()) return out;
  const CryptoMapEntry& entry = *bound->entries.front();
  const auto here = places_.find({interface, entry.map, entry.sequence});
  if (here == places_.end()) return out;
  for (const std::size_t line : here->second) out.push_back(&lines_[line]);
  return out;
}

bool PolicyBook::follow_templates() {
  const std::size_t ended = std::erase_if(clients_, [&](ProtectedInterface& bound) {
    const CryptoMapEntry& entry = *bound.entries.front();
    const auto profile = peers_.profile_named(entry.profile->name);
    const bool same = profile && profile->access && still_serves(*entry.profile->access, *profile->access);
    const auto made_of = same ? template_of(*config_, *profile) : nullptr;
    if (!made_of) return true;
    if (profile == entry.profile && same_terms(made_of->entry, entry)) return false;
    CryptoMapEntry fresh = made_of->entry;
    fresh.map = entry.map;
    fresh.sequence = entry.sequence;
    fresh.peers = entry.peers;
    fresh.profile = profile;
    fresh.lines = entry.lines;
    bound.entries = {std::make_shared<const CryptoMapEntry>(std::move(fresh))};
    return false;
  });
  return ended == 0;
}

}  // namespace engine
