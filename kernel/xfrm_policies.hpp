// What an interface protects, as the policies of the kernel: pure computation, no socket.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/event.hpp"

namespace kernel {

/// The first octet of every reqid and every policy priority of ours. What carries it in a network namespace is ours to
/// change and, after a crash, to remove.
inline constexpr std::uint32_t xfrm_tag = 0x5A000000;
inline constexpr std::uint32_t xfrm_tag_mask = 0xFF000000;

/// Line ids up to 2^24 - 1 have a reqid.
inline constexpr std::uint32_t last_reqid_line = ~xfrm_tag_mask;
constexpr std::uint32_t reqid_of(engine::PolicyLineId line) { return xfrm_tag | line.value; }
/// The line behind a reqid, or nullopt when it is a stranger's.
constexpr std::optional<engine::PolicyLineId> line_of(std::uint32_t reqid) {
  if ((reqid & xfrm_tag_mask) != xfrm_tag) return std::nullopt;
  return engine::PolicyLineId{reqid & ~xfrm_tag_mask};
}

/// Ports that agree with `value` in the bits of `mask`; host order.
struct PortMask {
  std::uint16_t value = 0, mask = 0;
  friend auto operator<=>(const PortMask&, const PortMask&) = default;
};
/// The fewest masks that cover exactly the range.
std::vector<PortMask> port_masks(engine::PortRange range);
/// The fewest networks that cover exactly `first` to `last` (same family, in order).
std::vector<engine::Prefix> networks_of(const engine::IpAddress& first, const engine::IpAddress& last);

/// xfrm_selector. For ICMP the type stands in `source_ports`, the code in `destination_ports`.
struct KernelSelector {
  engine::Prefix source, destination;
  PortMask source_ports, destination_ports;
  std::uint8_t protocol = 0;
  unsigned ifindex = 0;  // of the device a packet leaves by; 0: any
  friend auto operator<=>(const KernelSelector&, const KernelSelector&) = default;
};

/// The one selector that covers the pair as closely as one can, from `local` to `remote`: exact when addresses and ports
/// are networks and masks.
KernelSelector covering_selector(const engine::SelectorPair& pair);
/// The same packets on their way back. ICMP type and code stay.
KernelSelector mirrored(const KernelSelector& selector);

/// What tells the policies and states of a tunnel interface from all others: the id of an XFRM interface, or the key of a
/// VTI, which the kernel takes for a mark. Neither: those of the host's interfaces.
enum class ScopeKind : std::uint8_t { host, xfrm_interface, vti };
struct PolicyScope {
  ScopeKind kind = ScopeKind::host;
  std::uint32_t id = 0;
  friend auto operator<=>(const PolicyScope&, const PolicyScope&) = default;
};

enum class PolicyDirection : std::uint8_t { in, out, forward };
enum class PolicyAction : std::uint8_t { protect, pass };

struct PolicyKey {
  PolicyDirection direction = PolicyDirection::out;
  KernelSelector selector;
  PolicyScope scope{};
  friend auto operator<=>(const PolicyKey&, const PolicyKey&) = default;
};
/// The rest of a policy. The kernel holds one policy for a key.
struct PolicyValue {
  std::uint32_t priority = 0;  // tag included; the lowest that matches decides
  PolicyAction action = PolicyAction::pass;
  // Of a template (action protect only). A reqid of 0 and unspecified addresses accept any SA.
  std::uint32_t reqid = 0;
  engine::IpsecMode mode = engine::IpsecMode::tunnel;
  engine::IpAddress source{}, destination{};
  engine::IpsecProtocol protocol = engine::IpsecProtocol::esp;
  friend bool operator==(const PolicyValue&, const PolicyValue&) = default;
};
using KernelPolicies = std::map<PolicyKey, PolicyValue>;

/// Ranks for lines in their order, each between 1 and 2^22. `old` holds the ranks of lines that had one; as many of them
/// as possible stay, since each that changes is a policy written again.
std::vector<std::uint32_t> assign_ranks(std::span<const std::optional<std::uint32_t>> old);

/// Where an interface stands: its device, or what tells a tunnel interface apart.
struct Placement {
  unsigned ifindex = 0;
  PolicyScope scope{};
};

/// Adds the policies of one interface. `ranks` goes with `policy.lines`. Where an earlier policy of `into` has the same
/// key: of the same interface it stays (the first line decides), of another one both interfaces' SAs are accepted from the
/// peer. IPv6 lines hold whatever device a packet leaves by, but for those of tunnel interfaces.
/// Fails when a line needs too many policies or has no reqid; `into` then lacks that line.
engine::Status add_policies(const engine::SetPolicy& policy, std::span<const std::uint32_t> ranks, const Placement& placement,
                            KernelPolicies& into);

}  // namespace kernel
