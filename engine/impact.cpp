#include "engine/impact.hpp"

#include <algorithm>

#include "engine/ike_sa.hpp"

namespace engine {
namespace {

bool has(const wire::Proposal& proposal, const Algorithm* row) {
  if (!row) return true;
  return std::any_of(proposal.transforms.begin(), proposal.transforms.end(), [&](const wire::Transform& t) {
    return t.type == static_cast<std::uint8_t>(row->type) && t.id == row->id && t.key_bits == row->key_bits;
  });
}

bool allows(const IkePolicy& policy, const crypto::IkeSuite& suite) {
  const auto offered = offer_ike(policy, {});
  return std::any_of(offered.begin(), offered.end(), [&](const wire::Proposal& p) {
    return has(p, suite.encryption) && has(p, suite.integrity) && has(p, suite.prf) && has(p, suite.group);
  });
}

bool allows(const CryptoMapEntry& entry, const ChildSa& child) {
  return std::any_of(entry.transform_sets.begin(), entry.transform_sets.end(), [&](const auto& set) {
    return set->encryption == child.encryption && set->integrity == child.integrity &&
           (set->extended_sequence_numbers || !child.extended_sequence_numbers);
  });
}

/// The profile under which an SA goes on: the one of its name if a line between its ends still has it, else the first
/// that takes the peer; null when no line is between its ends any more.
std::shared_ptr<const IkeProfile> successor_of(const IkeProfile& profile, const std::vector<const BookLine*>& lines,
                                               const Established& up, const IpAddress& local) {
  std::shared_ptr<const IkeProfile> other;
  for (const BookLine* line : lines) {
    if (line->entry->profile->name == profile.name) return line->entry->profile;
    if (!other || (!accepts(*other, up.remote, up.birth.certificate.get(), local) &&
                   accepts(*line->entry->profile, up.remote, up.birth.certificate.get(), local)))
      other = line->entry->profile;
  }
  return other;
}

bool same_proposals(const IkePolicy& a, const IkePolicy& b) {
  return std::equal(a.proposals.begin(), a.proposals.end(), b.proposals.begin(), b.proposals.end(),
                    [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

void add(std::string& list, const char* word) { list += (list.empty() ? "" : ", ") + std::string(word); }

bool same_trustpoints(const std::vector<std::shared_ptr<const Trustpoint>>& a,
                      const std::vector<std::shared_ptr<const Trustpoint>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

bool same_maps(const IkeProfile& a, const IkeProfile& b) {
  return std::equal(a.match_certificate.begin(), a.match_certificate.end(), b.match_certificate.begin(),
                    b.match_certificate.end(), [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

/// What the authentication stands on, for a profile that still accepts the peer; empty: nothing changed.
std::string changed_authentication(const IkeSa& sa, const Established& up, const IkeProfile& fresh, const PolicyBook& next) {
  const std::string name = " of IKEv2 profile " + fresh.name;
  if (fresh.auth_local != up.birth.local_method || !fresh.auth_remote.has(up.birth.remote_method))
    return "authentication method" + name;
  const Identity local = fresh.identity_local ? *fresh.identity_local : Identity::of(sa.ends.local);
  const Identity before = up.profile->identity_local ? *up.profile->identity_local : Identity::of(sa.ends.local);
  if (local != before) return "identity local" + name;
  const Identity* identity = sa.role == Role::responder ? &up.remote : nullptr;
  const auto new_keys = next.key_for(fresh, sa.ends.remote, identity);
  if (!new_keys) return "no pre-shared key for " + sa.ends.remote.to_string() + " any more";
  if (up.birth.local_key != new_keys->local || up.birth.remote_key != new_keys->remote)
    return "pre-shared key" + (new_keys->keyring_peer.empty() ? name : " of keyring peer " + new_keys->keyring_peer);
  if (up.birth.certificate && !same_trustpoints(fresh.verify, up.profile->verify)) return "trustpoints" + name;
  const Ppk* ppk = next.ppk_for(fresh, sa.ends.remote, identity);
  if (up.birth.ppk != (ppk ? ppk->key : KeyRef{}) || (ppk && ppk->required && !up.ppk))
    return "postquantum key" + (fresh.ppk_keyring ? " of keyring " + fresh.ppk_keyring->name : name);
  return {};
}

}  // namespace

bool same_authentication(const IkeProfile& profile, const KeyChoice& keys, const IpAddress& peer, const Identity* identity,
                         const IkeProfile& fresh, const PolicyBook& next) {
  const auto now = next.key_for(fresh, peer, identity);
  const bool same_ppks = fresh.ppk_keyring == profile.ppk_keyring ||
                         (fresh.ppk_keyring && profile.ppk_keyring && *fresh.ppk_keyring == *profile.ppk_keyring);
  return same_ppks && now && now->local == keys.local && now->remote == keys.remote &&
         fresh.match_remote == profile.match_remote && same_maps(fresh, profile) && same_trustpoints(fresh.sign, profile.sign) &&
         same_trustpoints(fresh.verify, profile.verify) && fresh.identity_local_dn == profile.identity_local_dn &&
         fresh.match_local == profile.match_local && fresh.identity_local == profile.identity_local &&
         fresh.auth_local == profile.auth_local && fresh.auth_remote == profile.auth_remote;
}

Impact impact_on(const IkeSa& sa, const Config& before, const PolicyBook& next) {
  const Established& up = *sa.established();
  const IpAddress &local = sa.ends.local, &peer = sa.ends.remote;
  const bool client = up.access && !up.access->ours;
  const auto fresh =
      successor_of(*up.profile, client ? next.client_lines(up.access->interface) : next.lines_between(local, peer), up, local);
  if (!fresh)
    return {Disturbance::tear_down,
            "no crypto map entry protects anything between " + local.to_string() + " and " + peer.to_string() + " any more"};
  if (!accepts(*fresh, up.remote, up.birth.certificate.get(), local))
    return {Disturbance::tear_down, "IKEv2 profile " + fresh->name + " does not accept " + up.remote.to_string() + " any more"};
  if (fresh == up.profile && before.policies == next.config().policies) return {Disturbance::none, {}, fresh};
  if (std::string why = changed_authentication(sa, up, *fresh, next); !why.empty())
    return {Disturbance::reauthenticate, std::move(why), fresh};

  const auto old_policy = PolicyBook::policy_for(before, local), policy = next.policy_for(local);
  if (!policy) return {Disturbance::next_rekey, "no complete IKEv2 policy for " + local.to_string() + " any more", fresh};
  if (!allows(*policy, up.channel.suite()))
    return {Disturbance::rekey, "IKEv2 policy " + policy->name + " does not allow the algorithms in use any more", fresh};
  if (!old_policy || !same_proposals(*old_policy, *policy))
    return {Disturbance::next_rekey, "proposals of IKEv2 policy " + policy->name, fresh};
  if (fresh->lifetime != up.profile->lifetime)
    return {Disturbance::next_rekey, "lifetime of IKEv2 profile " + fresh->name, fresh};
  return {Disturbance::none, {}, fresh};
}

Impact impact_on(const ChildSa& child, const Ends& ends, const PolicyBook& next) {
  const BookLine* line = next.find(child.line);
  if (!line || line->line.local != ends.local)
    return {Disturbance::tear_down, "its permit line, transform set mode, peer or address is gone", nullptr};
  const CryptoMapEntry &fresh = *line->entry, &old = *child.entry;
  if (line->entry == child.entry) return {};
  const std::string where = " of crypto map " + fresh.map + " " + std::to_string(fresh.sequence);
  if (!allows(fresh, child)) return {Disturbance::rekey, "set transform-set" + where + " does not allow the algorithms in use"};
  std::string changed;
  const auto same_set = [](const auto& x, const auto& y) { return x == y || *x == *y; };
  if (!std::equal(fresh.transform_sets.begin(), fresh.transform_sets.end(), old.transform_sets.begin(), old.transform_sets.end(),
                  same_set))
    add(changed, "set transform-set");
  if (fresh.pfs_group != old.pfs_group || fresh.pfs_additional != old.pfs_additional) add(changed, "set pfs");
  if (fresh.lifetime != old.lifetime || fresh.lifetime_kilobytes != old.lifetime_kilobytes)
    add(changed, "security-association lifetime");
  if (fresh.replay_window != old.replay_window) add(changed, "security-association replay");
  if (fresh.reverse_route != old.reverse_route) add(changed, "reverse-route");
  if (fresh.per_host != old.per_host) add(changed, "security-association level");
  if (changed.empty()) return {};
  return {Disturbance::next_rekey, changed + where};
}

NewlyInFront::NewlyInFront(const PolicyBook& before, const PolicyBook& next) {
  std::unordered_map<PolicyLineId, std::size_t> old;
  for (std::size_t i = 0; i < before.lines().size(); ++i) old.emplace(before.lines()[i].line.id, i);
  const auto& lines = next.lines();
  std::size_t earliest = before.lines().size();  // of what follows
  for (std::size_t i = lines.size(); i-- > 0;) {
    const auto known = old.find(lines[i].line.id);
    const Line line{&lines[i], i, known == old.end() ? std::nullopt : std::optional(known->second)};
    all_.emplace(lines[i].line.id, line);
    if (!line.before || *line.before > earliest) lines_.push_back(line);
    if (line.before) earliest = std::min(earliest, *line.before);
  }
  std::reverse(lines_.begin(), lines_.end());
}

std::string NewlyInFront::of(const ChildSa& child) const {
  const auto own = all_.find(child.line);
  if (own == all_.end() || lines_.empty()) return {};
  for (const Line& each : lines_) {
    if (each.place >= own->second.place) break;
    const bool was_in_front = each.before && own->second.before && *each.before < *own->second.before;
    if (was_in_front || each.line->interface != own->second.line->interface) continue;
    if (!each.line->line.selectors.intersect(child.selectors)) continue;
    const bool permits = each.line->line.action == AclAction::permit;
    return (each.line->line.selectors.contains(child.selectors) ? "all" : "some") + std::string(" of its traffic goes to ") +
           (permits ? "permit " : "deny ") + each.line->line.selectors.to_string() + " of crypto map " + each.line->entry->map +
           " " + std::to_string(each.line->entry->sequence) + (permits ? "" : ", in clear");
  }
  return {};
}

}  // namespace engine
