// What `show` sees of an endpoint, a slice at a time.
#include <algorithm>

#include "engine/reauthentication.hpp"
#include "engine/turn.hpp"

namespace engine {
namespace {

bool wanted(const IkeSa& sa, const Query& query) {
  if (std::holds_alternative<Lingering>(sa.state)) return false;
  const auto one_of = [](const std::optional<IpAddress>& wanted, const IpAddress& now, const IpAddress& configured) {
    return !wanted || *wanted == now || *wanted == configured;
  };
  return one_of(query.local, sa.path.local.ip, sa.ends.local) && one_of(query.peer, sa.path.remote.ip, sa.ends.remote);
}

PolicyLineView view_of(const BookLine& line) {
  return {line.line.id,        line.line.action, line.interface, line.entry->map, line.entry->sequence,
          line.line.selectors, line.line.local,  line.line.peer, line.line.mode,  line.given().name};
}

}  // namespace

View view_of(const Core& core, Time now, const Query& query) {
  View out;
  std::size_t left = query.most;
  ViewPosition at = query.from;
  const auto& sas = core.sas.all();
  auto sa = sas.upper_bound(at.sa);
  for (; sa != sas.end() && left > 0; ++sa, --left) {
    at.sa = sa->first;
    if (!wanted(*sa->second, query)) continue;
    if (auto anew = reauthentication_of(*sa->second, now)) out.attempts.push_back(std::move(*anew));
    out.ike_sas.push_back(sa->second->view(now));
    if (const Config& config = core.book.config(); config.fragmentation.configured)
      out.ike_sas.back().fragmentation_mtu =
          std::min(config.fragment_limit(sa->second->path.remote.ip.family), sa->second->path.passes);
  }
  const auto& lines = core.book.lines();
  for (; at.line < lines.size() && left > 0; ++at.line, --left) out.lines.push_back(view_of(lines[at.line]));
  if (sa != sas.end() || at.line < lines.size()) out.rest = at;
  if (!out.rest) out.diagnoses = core.diagnoses.list(now);
  out.dropped = core.dropped;
  out.untold = core.untold;
  constexpr std::size_t most_leases = 1000;
  for (const auto& pool : out.rest ? decltype(Config::pools){} : core.book.config().pools) {
    const PoolUse use = core.leases.use_of(pool->name);
    std::vector<Lease> leases = core.leases.in_use(pool->name, most_leases);
    const std::vector<Lease> claimed = core.leases.claimed_of(*pool);
    leases.insert(leases.end(), claimed.begin(), claimed.end());
    out.pools.push_back({*pool, use.in_use + claimed.size(), use.remembered, std::move(leases)});
  }
  if (!out.rest)
    for (AttemptView& each : attempts(core, now)) out.attempts.push_back(std::move(each));
  out.half_open = core.half_open.count();
  return out;
}

}  // namespace engine
