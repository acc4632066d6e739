#include "engine/reconcile.hpp"

#include <algorithm>
#include <map>

#include "engine/impact.hpp"
#include "engine/mobility.hpp"
#include "engine/names.hpp"
#include "engine/reauthentication.hpp"

namespace engine {
namespace {

// Rekeys that one change asks of many SAs are spread, so that they do not all meet the peers and our CPU at once.
constexpr Duration spread_each = std::chrono::milliseconds(10);

bool rekey_waits(const Established& up) {
  return std::any_of(up.tasks.begin(), up.tasks.end(), [](const Task& t) { return std::holds_alternative<RekeyIkeTask>(t); });
}

/// The entries of what is wanted and not up; they live as long as their configuration.
using Entries = std::map<Desired::Place, const CryptoMapEntry*>;
Entries wanted_entries(const Core& core) {
  Entries out;
  for (const auto& [place, want] : core.desired.all()) {
    const BookLine* line = core.book.first_of(place);
    out.emplace(place, line ? line->entry.get() : nullptr);
  }
  return out;
}

/// Pauses after failures end where the change may have mended what failed.
void forget_pauses(Turn& turn, const Config& before, const Entries& entries) {
  const bool everywhere = before.policies != turn.core.book.config().policies;
  for (const auto& [place, entry] : entries) {
    const BookLine* line = turn.core.book.first_of(place);
    if (line && (everywhere || line->entry.get() != entry)) hasten(turn, place);
  }
}

/// What nobody wants any more, or with other keys, is not brought to its end.
void reconcile_negotiating(Turn& turn, IkeSa& sa) {
  const auto* asking = std::get_if<exchange::IkeAuthRequest>(&sa.state);
  const auto* answering = std::get_if<exchange::IkeAuthAnswer>(&sa.state);
  // NAT detection would tell of an address that the peer did not ask at: it is answered anew when it asks again.
  const auto* half = std::get_if<exchange::IkeSaInitAnswer>(&sa.state);
  if (half && !half->channel && sa.path.local.ip != sa.ends.local)
    return sa.close(turn, Cause::configuration_removed, "our address is another one");
  if (!sa.asking() && !answering) return;
  if (sa.asking()) std::erase_if(sa.wanted, [&](PolicyLineId line) { return !turn.core.book.find(line); });
  const auto profile = asking ? asking->profile : answering ? answering->profile : nullptr;
  const auto fresh = profile ? turn.core.book.profile_named(profile->name) : nullptr;
  const bool other_meaning =
      profile && (!fresh || !same_authentication(*profile, asking ? asking->keys : answering->keys, sa.ends.remote,
                                                 answering ? &answering->remote : nullptr, *fresh, turn.core.book));
  if (sa.asking() && !sa.wanted.empty() && turn.core.book.find(sa.wanted.front())->line.local != sa.ends.local) {
    turn.core.desired.fallen.push_back({sa.wanted, Fall::lost});
    return sa.close(turn, Cause::configuration_removed, "our address is another one");
  }
  if (other_meaning || (sa.asking() && sa.wanted.empty()))
    exchange::informational::request_delete_ike(turn, sa, Cause::configuration_removed, NotifyType::none);
}

/// Follows to the new snapshot what stays; true: it was asked for a rekey, `later` from now.
bool reconcile_child(Turn& turn, const Ends& ends, Established& up, ChildSa& child, Duration later) {
  const Impact impact = impact_on(child, ends, turn.core.book);
  if (impact.what == Disturbance::tear_down) {
    up.tasks.push_back(DeleteChildTask{child.id, Cause::configuration_removed});
    return false;
  }
  const bool ask = impact.what == Disturbance::rekey && !child.rekey_asked && !child.rekeyed;
  if (ask) {
    child.rekey_asked = true;
    up.tasks.push_back(CreateChildTask{child.line, child.id, turn.now + turn.between(Duration{0}, later)});
  }
  child.entry = turn.core.book.find(child.line)->entry;
  return ask;
}

/// How many rekeys it asked for, of `asked` so far.
std::size_t reconcile_established(Turn& turn, IkeSa& sa, Established& up, const Config& before, std::size_t asked) {
  const Impact impact = impact_on(sa, before, turn.core.book);
  if (impact.what == Disturbance::tear_down) {
    exchange::informational::request_delete_ike(turn, sa, Cause::configuration_removed, NotifyType::none);
    return 0;
  }
  std::size_t rekeys = 0;
  const auto later = [&] { return spread_each * static_cast<std::int64_t>(asked + rekeys); };
  for (ChildSa& child : up.children) rekeys += reconcile_child(turn, sa.ends, up, child, later());
  if (impact.what == Disturbance::reauthenticate) {
    outdate(turn, sa);
    if (!sa.established()) return rekeys;
  } else {
    validate(turn, sa);
    if (up.profile != impact.profile) turn.touch(sa.id);  // liveness checks and keepalives may be due at other times
    up.profile = impact.profile;
  }
  if (impact.what == Disturbance::rekey && !rekey_waits(up)) {
    up.tasks.push_back(RekeyIkeTask{turn.now + turn.between(Duration{0}, later())});
    ++rekeys;
  }
  if (!up.tasks.empty()) {
    turn.touch(sa.id);
    sa.proceed(turn);
  }
  return rekeys;
}

/// Sessions of an earlier daemon are over: its servers would count them for ever (RFC 2866, 5.1).
void tell_accounting(Turn& turn) {
  for (const auto& profile : turn.core.book.config().profiles) {
    const auto group = profile->access ? profile->access->accounting : nullptr;
    if (!group || !turn.core.accounting.insert(group->name).second) continue;
    radius::Account on;
    on.group = group;
    on.kind = radius::Account::Kind::on;
    on.session = "00000000";
    turn.emit(StartJob{JobId{++turn.core.last_job}, std::move(on)});
  }
}

}  // namespace

void reconcile(Turn& turn, std::shared_ptr<const Config> config, std::vector<InterfaceState> interfaces) {
  Core& core = turn.core;
  const std::shared_ptr<const Config> before = core.book.snapshot();
  const bool same_config = config == before;
  const Entries entries = same_config ? Entries{} : wanted_entries(core);
  const PolicyBook::Sources sources = same_config ? core.book.sources() : PolicyBook::Sources{};
  const std::vector<PolicyLineId> gone = core.book.update(std::move(config), std::move(interfaces), turn.out);
  const bool other_sources = same_config && sources != core.book.sources();
  if (!same_config) forget_pauses(turn, *before, entries);
  core.always_up.follow(core.book, turn.now);
  ask_for_new_names(turn);
  if (!same_config) tell_accounting(turn);
  const bool now_protecting = !core.book.lines().empty() || !core.book.config().templates.empty();
  if (now_protecting != core.protecting) turn.emit(Notice{now_protecting ? NoticeKind::map_on : NoticeKind::map_off});
  core.protecting = now_protecting;
  if (same_config && gone.empty() && !other_sources) return;
  std::vector<IkeSaId> present;  // re-authentication adds to the table
  for (const auto& [id, sa] : core.sas.all()) present.push_back(id);
  std::size_t asked = 0;
  for (const IkeSaId id : present) {
    IkeSa& sa = *core.sas.find(id);
    if (other_sources) mobility::follow_interfaces(turn, sa);
    if (Established* up = sa.established())
      asked += reconcile_established(turn, sa, *up, *before, asked);
    else
      reconcile_negotiating(turn, sa);
  }
}

std::vector<SaImpact> preview(const Core& core, std::shared_ptr<const Config> config) {
  PolicyBook next = core.book;
  Actions unused;
  next.update(std::move(config), next.interfaces(), unused);
  const NewlyInFront in_front(core.book, next);
  std::vector<SaImpact> out;
  for (const auto& entry : core.sas.all()) {
    const IkeSa* sa = entry.second.get();
    const Established* up = sa->established();
    if (!up || up->replaced) continue;
    const auto row = [&](Impact impact, const std::string& what, std::optional<ChildSaId> child) {
      out.push_back({sa->id, child, sa->ends.local, sa->ends.remote, what, impact.what, std::move(impact.why)});
    };
    const Impact whole = impact_on(*sa, *core.book.snapshot(), next);
    row(whole, up->remote.to_string(), std::nullopt);
    const bool with_it = whole.what == Disturbance::tear_down || whole.what == Disturbance::reauthenticate;
    for (const ChildSa& child : up->children) {
      Impact impact = impact_on(child, sa->ends, next);
      if (std::string taken = in_front.of(child); impact.what == Disturbance::none && !taken.empty())
        impact = {Disturbance::passed_by, std::move(taken), nullptr};
      if (with_it && impact.what < whole.what) impact = {whole.what, "its IKE SA", nullptr};
      row(std::move(impact), child.selectors.to_string(), child.id);
    }
  }
  return out;
}

}  // namespace engine
