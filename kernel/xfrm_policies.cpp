#include "kernel/xfrm_policies.hpp"

#include <algorithm>
#include <bit>
#include <set>

namespace kernel {
namespace {

using engine::IpAddress;
using engine::PolicyLine;
using engine::Prefix;
using engine::TrafficSelector;

constexpr std::uint8_t protocol_icmp = 1, protocol_icmp6 = 58;
constexpr std::size_t most_policies_of_line = 4096;
constexpr std::uint32_t rank_step = 64;
constexpr std::uint32_t last_rank = (1U << 22) - 1;

bool is_icmp(std::uint8_t protocol) { return protocol == protocol_icmp || protocol == protocol_icmp6; }

bool bit_of(const IpAddress& a, unsigned bit) { return (a.octets[bit / 8] >> (7 - bit % 8) & 1) != 0; }

// Trailing bits of `a` that equal `value`.
unsigned trailing(const IpAddress& a, bool value) {
  unsigned count = 0;
  while (count < a.bits() && bit_of(a, a.bits() - 1 - count) == value) ++count;
  return count;
}

// The address behind `a`; `a` is not the last of all.
IpAddress successor(IpAddress a) {
  for (std::size_t i = a.size(); i-- > 0;)
    if (++a.octets[i] != 0) break;
  return a;
}

// The longest prefix that holds both.
Prefix covering_network(const IpAddress& first, const IpAddress& last) {
  unsigned common = 0;
  while (common < first.bits() && bit_of(first, common) == bit_of(last, common)) ++common;
  return Prefix::of(first, static_cast<std::uint8_t>(common));
}

PortMask covering_mask(engine::PortRange range) {
  const unsigned differing = std::bit_width(static_cast<unsigned>(range.first ^ range.last));
  const auto mask = static_cast<std::uint16_t>(0xFFFFU << differing);
  return {static_cast<std::uint16_t>(range.first & mask), mask};
}

std::vector<PortMask> masks_of(unsigned first, unsigned last, unsigned bits) {
  std::vector<PortMask> masks;
  const unsigned end = (1U << bits) - 1;
  while (true) {
    unsigned size = first == 0 ? end + 1 : 1U << std::countr_zero(first);
    while (first + size - 1 > last) size /= 2;
    masks.push_back({static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(size > end ? 0 : ~(size - 1) & 0xFFFFU)});
    if (first + size - 1 >= last) return masks;
    first += size;
  }
}

using PortPair = std::pair<PortMask, PortMask>;

// RFC 7296 packs ICMP's type and code into both sides' port fields; the kernel compares the type with the source port and
// the code with the destination port.
std::vector<PortPair> icmp_pairs(const engine::PortRange& range) {
  const unsigned first_type = range.first >> 8, last_type = range.last >> 8;
  const unsigned first_code = range.first & 0xFF, last_code = range.last & 0xFF;
  std::vector<PortPair> pairs;
  if (range.is_any()) return {{}};
  const bool whole_types = first_code == 0 && last_code == 0xFF;
  const std::vector<PortMask> types = masks_of(first_type, last_type, 8);
  for (const PortMask& type : types) {
    if (whole_types) {
      pairs.push_back({type, {}});
      continue;
    }
    for (const PortMask& code : masks_of(std::min(first_code, last_code), std::max(first_code, last_code), 8))
      pairs.push_back({type, code});
  }
  return pairs;
}

std::vector<PortPair> port_pairs(const engine::SelectorPair& pair) {
  if (is_icmp(pair.local.protocol)) return icmp_pairs(pair.local.ports.is_any() ? pair.remote.ports : pair.local.ports);
  std::vector<PortPair> pairs;
  for (const PortMask& source : port_masks(pair.local.ports))
    for (const PortMask& destination : port_masks(pair.remote.ports)) pairs.push_back({source, destination});
  return pairs;
}

engine::Result<std::vector<KernelSelector>> exact_selectors(const engine::SelectorPair& pair) {
  const auto sources = networks_of(pair.local.first, pair.local.last);
  const auto destinations = networks_of(pair.remote.first, pair.remote.last);
  const auto ports = port_pairs(pair);
  if (sources.size() * destinations.size() * ports.size() > most_policies_of_line)
    return engine::Failure{.cause = engine::Cause::install_failed,
                           .why = pair.to_string() + " needs more than " + std::to_string(most_policies_of_line) + " policies"};
  std::vector<KernelSelector> selectors;
  for (const Prefix& source : sources)
    for (const Prefix& destination : destinations)
      for (const auto& [source_ports, destination_ports] : ports)
        selectors.push_back({source, destination, source_ports, destination_ports, pair.local.protocol});
  return selectors;
}

// Collects the policies of one interface.
class Builder {
 public:
  Builder(const Placement& placement, KernelPolicies& into) : placement_(placement), into_(into) {}

  engine::Status add(const PolicyLine& line, std::uint32_t rank) {
    if (line.id.value == 0 || line.id.value > last_reqid_line)
      return engine::Failure{.cause = engine::Cause::install_failed, .why = "no reqid is left for " + line.selectors.to_string()};
    TRY(const std::vector<KernelSelector> selectors, exact_selectors(line.selectors));
    // A packet on its way out may look like one that must arrive protected (`permit ip any any`): forwarded out of the
    // map's device it is let pass here, and protected where it leaves.
    const bool overlapping = !of_tunnel() && mirrored_overlap(line.selectors);
    const std::uint32_t priority = xfrm_tag | rank << 1;
    for (const KernelSelector& selector : selectors) {
      const KernelSelector leaving = out_of_device(selector);
      const KernelSelector arriving = mirrored(selector);
      if (line.action == engine::AclAction::deny) {
        put(PolicyDirection::out, leaving, {.priority = priority});
        put(PolicyDirection::in, arriving, {.priority = priority});
        put(PolicyDirection::forward, arriving, {.priority = priority});
        continue;
      }
      put(PolicyDirection::out, leaving, protect(line, line.local, line.peer, priority));
      put(PolicyDirection::in, arriving, protect(line, line.peer, line.local, priority | 1));
      if (line.mode == engine::IpsecMode::transport) continue;
      if (overlapping) {
        KernelSelector passing = selector;
        passing.ifindex = placement_.ifindex;
        put(PolicyDirection::forward, passing, {.priority = priority});
      }
      put(PolicyDirection::forward, arriving, protect(line, line.peer, line.local, priority | 1));
    }
    return engine::Done{};
  }

  // Neighbour discovery is never protected: without it the peer cannot even be reached (RFC 4861; types 133 to 137).
  void add_neighbour_discovery() {
    const Prefix any = Prefix::any(engine::Family::v6);
    for (const PortMask& type : masks_of(133, 137, 8)) {
      const KernelSelector selector{any, any, type, {}, protocol_icmp6};
      put(PolicyDirection::in, selector, {.priority = xfrm_tag});
      put(PolicyDirection::out, selector, {.priority = xfrm_tag});
    }
  }

  // It has no neighbours, and nothing leaves by it that came in by it.
  bool of_tunnel() const { return placement_.scope.kind != ScopeKind::host; }

 private:
  // For packets of this host the kernel looks up IPv6 policies before it knows the device: one with a device would let
  // them pass in clear. So IPv6 lines hold for every device.
  KernelSelector out_of_device(KernelSelector selector) const {
    if (selector.source.address.is_v4()) selector.ifindex = placement_.ifindex;
    return selector;
  }

  static bool mirrored_overlap(const engine::SelectorPair& pair) {
    return engine::SelectorPair{pair.remote, pair.local}.intersect(pair).has_value();
  }

  static PolicyValue protect(const PolicyLine& line, const IpAddress& source, const IpAddress& destination,
                             std::uint32_t priority) {
    return {priority, PolicyAction::protect, reqid_of(line.id), line.mode, source, destination, line.protocol};
  }

  void put(PolicyDirection direction, const KernelSelector& selector, PolicyValue value) {
    const PolicyKey key{direction, selector, placement_.scope};
    const auto [it, added] = into_.emplace(key, value);
    if (added) own_.insert(key);
    if (!own_.contains(key) && direction != PolicyDirection::out) merge(it->second, value);
  }

  // Two interfaces want the same arriving packets (the kernel does not select them by device). Whoever asks for
  // protection prevails; with two such either's SAs will do, and each SA still checks its own selectors.
  static void merge(PolicyValue& present, const PolicyValue& other) {
    if (other.action == PolicyAction::pass || present == other) return;
    if (present.action == PolicyAction::pass) {
      present = other;
      return;
    }
    const IpAddress any{.family = present.source.family};
    present.reqid = 0;
    present.source = present.destination = any;
    present.priority = std::min(present.priority, other.priority);
  }

  const Placement placement_;
  KernelPolicies& into_;
  std::set<PolicyKey> own_;
};

// The members of a longest increasing run of `old` (which may have gaps), as indices.
std::vector<std::size_t> longest_increasing(std::span<const std::optional<std::uint32_t>> old) {
  std::vector<std::size_t> tails;
  std::vector<std::optional<std::size_t>> before(old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (!old[i]) continue;
    const auto it = std::ranges::lower_bound(tails, *old[i], {}, [&](std::size_t index) { return *old[index]; });
    if (it != tails.begin()) before[i] = *std::prev(it);
    if (it == tails.end())
      tails.push_back(i);
    else
      *it = i;
  }
  std::vector<std::size_t> run;
  for (std::optional<std::size_t> i = tails.empty() ? std::nullopt : std::optional(tails.back()); i; i = before[*i])
    run.push_back(*i);
  std::ranges::reverse(run);
  return run;
}

}  // namespace

std::vector<PortMask> port_masks(engine::PortRange range) { return masks_of(range.first, range.last, 16); }

std::vector<Prefix> networks_of(const IpAddress& first, const IpAddress& last) {
  std::vector<Prefix> networks;
  IpAddress next = first;
  while (true) {
    unsigned host_bits = trailing(next, false);
    Prefix network = Prefix::of(next, static_cast<std::uint8_t>(next.bits() - host_bits));
    while (network.last() > last) network = Prefix::of(next, static_cast<std::uint8_t>(next.bits() - --host_bits));
    networks.push_back(network);
    if (network.last() >= last) return networks;
    next = successor(network.last());
  }
}

KernelSelector covering_selector(const engine::SelectorPair& pair) {
  KernelSelector selector{covering_network(pair.local.first, pair.local.last),
                          covering_network(pair.remote.first, pair.remote.last), covering_mask(pair.local.ports),
                          covering_mask(pair.remote.ports), pair.local.protocol};
  if (is_icmp(pair.local.protocol)) {
    const auto pairs = icmp_pairs(pair.local.ports.is_any() ? pair.remote.ports : pair.local.ports);
    const PortPair any{};
    std::tie(selector.source_ports, selector.destination_ports) = pairs.size() == 1 ? pairs.front() : any;
  }
  return selector;
}

KernelSelector mirrored(const KernelSelector& selector) {
  KernelSelector back = selector;
  std::swap(back.source, back.destination);
  if (!is_icmp(selector.protocol)) std::swap(back.source_ports, back.destination_ports);
  return back;
}

std::vector<std::uint32_t> assign_ranks(std::span<const std::optional<std::uint32_t>> old) {
  std::vector<std::uint32_t> ranks(old.size());
  std::vector<std::size_t> kept = longest_increasing(old);
  std::size_t at = 0;
  std::uint32_t low = 0;
  for (std::size_t k = 0; k <= kept.size(); ++k) {
    const std::size_t end = k < kept.size() ? kept[k] : old.size();
    const std::uint32_t count = static_cast<std::uint32_t>(end - at);
    const std::uint32_t high = k < kept.size() ? *old[end] : std::min(low + (count + 1) * rank_step, last_rank);
    if (high - low <= count) break;
    for (std::uint32_t i = 1; at < end; ++at, ++i)
      ranks[at] = low + static_cast<std::uint32_t>(std::uint64_t{high - low} * i / (count + 1));
    if (k == kept.size()) return ranks;
    ranks[at++] = low = high;
  }
  // No room in a gap, or at the end: all anew, evenly.
  const auto step = static_cast<std::uint32_t>(std::min<std::size_t>(rank_step, last_rank / (old.size() + 1)));
  for (std::size_t i = 0; i < old.size(); ++i) ranks[i] = static_cast<std::uint32_t>(i + 1) * step;
  return ranks;
}

engine::Status add_policies(const engine::SetPolicy& policy, std::span<const std::uint32_t> ranks, const Placement& placement,
                            KernelPolicies& into) {
  Builder builder(placement, into);
  engine::Status outcome = engine::Done{};
  const bool has_v6 =
      std::ranges::any_of(policy.lines, [](const PolicyLine& line) { return !line.selectors.local.first.is_v4(); });
  if (has_v6 && !builder.of_tunnel()) builder.add_neighbour_discovery();
  for (std::size_t i = 0; i < policy.lines.size(); ++i)
    if (engine::Status added = builder.add(policy.lines[i], ranks[i]); !added.ok()) outcome = std::move(added);
  return outcome;
}

}  // namespace kernel
