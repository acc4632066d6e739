// The kernel as it is against what the plane put there: news that were lost, and what somebody else took away.
#include <algorithm>
#include <set>

#include "kernel/xfrm.hpp"

namespace kernel {
namespace {

// All policies are looked at once in so many polls, as far as a poll may look at them.
constexpr std::size_t polls_a_round = 180;
constexpr std::size_t most_policies_a_poll = 256;

// A template in transport mode has no addresses.
bool is_as_wanted(const PolicyValue& wanted, PolicyValue present) {
  if (wanted.mode == engine::IpsecMode::transport) {
    present.source = wanted.source;
    present.destination = wanted.destination;
  }
  return wanted == present;
}

// Of policies of a run before, which are not compared but replaced.
bool is_taken_over(const PolicyValue& value) { return value.priority == 0; }

}  // namespace

bool XfrmPlane::concerns_us(const RemovalNews& news) const {
  if (news.state) return child_of(*news.state).has_value();
  if (news.policy) return installed_.contains(*news.policy);
  return true;
}

// What lost news said still stands in the kernel: packets that wait are larval states, limits passed are counters, and a state
// that ended is not there.
void XfrmPlane::resynchronise() {
  if (compare_states().ok()) (void)compare_policies();
}

engine::Status XfrmPlane::compare_states() {
  using Name = std::pair<std::uint32_t, engine::IpAddress>;
  const auto name = [](const StateId& state) { return Name{state.spi.value, state.destination}; };
  std::set<Name> known, present;
  for (const auto& [id, child] : children_)
    for (const auto& state : {child.inbound, child.outbound})
      if (state) known.insert(name(*state));

  std::vector<AcquireNews> waiting;
  std::vector<ExpireNews> passed;
  std::vector<StateId> strays;
  NetlinkMessage states = dump_states();
  CHECK_OK(now().query(states, "listing SAs", [&](const NetlinkReply& reply) {
    const auto state = parse_state(reply.payload);
    const auto line = state ? line_of(state->reqid) : std::nullopt;
    if (!line) return;
    if (state->acquire_sequence) {
      waiting.push_back({*line, state->selectors, *state->acquire_sequence});
      return;
    }
    present.insert(name(state->id));
    if (!known.contains(name(state->id))) strays.push_back(state->id);
    if (state->soft_limit_passed) passed.push_back({state->id, engine::ExpireKind::soft});
  }));
  for (const auto& [id, child] : children_)
    for (const auto& state : {child.inbound, child.outbound})
      if (state && !present.contains(name(*state))) passed.push_back({*state, engine::ExpireKind::hard});
  for (const StateId& state : strays) remove_state(state);
  for (const AcquireNews& news : waiting) on_acquire(news);
  for (const ExpireNews& news : passed) on_expire(news);
  return engine::Done{};
}

engine::Status XfrmPlane::compare_policies() {
  KernelPolicies present;
  NetlinkMessage policies = dump_policies();
  CHECK_OK(now().query(policies, "listing policies", [&](const NetlinkReply& reply) {
    if (const auto policy = parse_own_policy(reply.payload)) present.insert_or_assign(policy->key, policy->value);
  }));
  std::erase_if(installed_, [&](const auto& policy) { return !present.contains(policy.first); });
  for (const auto& [key, value] : present) {
    const auto [known, stray] = installed_.try_emplace(key);
    if (!stray && !is_as_wanted(known->second, value)) known->second = {};
  }
  return apply_policies();
}

void XfrmPlane::check_policies() {
  const std::size_t count = std::min(most_policies_a_poll, (installed_.size() + polls_a_round - 1) / polls_a_round);
  auto it = installed_.upper_bound(last_checked_);
  for (std::size_t i = 0; i < count; ++i, ++it) {
    if (it == installed_.end()) it = installed_.begin();
    last_checked_ = it->first;
    if (is_taken_over(it->second)) continue;
    bool intact = false;
    NetlinkMessage message = get_policy(it->first);
    (void)now().query(message, "reading a policy", [&](const NetlinkReply& reply) {
      const auto policy = parse_own_policy(reply.payload);
      intact = policy && is_as_wanted(it->second, policy->value);
    });
    if (!intact) return resynchronise();
  }
}

}  // namespace kernel
