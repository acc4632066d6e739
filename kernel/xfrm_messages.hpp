// The XFRM plane's requests as netlink messages, and the kernel's answers and news as values. Pure: no socket.
#pragma once

#include <optional>
#include <variant>

#include "engine/event.hpp"
#include "kernel/netlink.hpp"
#include "kernel/xfrm_policies.hpp"

namespace kernel {

enum class StateDirection : std::uint8_t { in, out };

/// One direction of a Child SA, as the kernel finds it.
struct StateId {
  engine::EspSpi spi;
  engine::IpAddress source, destination;
  PolicyScope scope{};
  engine::IpsecProtocol protocol = engine::IpsecProtocol::esp;
};

/// What a state is made of besides its facts and keys.
struct StateOptions {
  StateDirection direction = StateDirection::in;
  std::uint32_t acquire_sequence = 0;  // of the acquire that it answers; 0: none
  bool sa_direction = false;           // the kernel knows XFRMA_SA_DIR
  PolicyScope scope{};
};

/// XFRM_MSG_NEWSA. Fails when the algorithms have no name in the kernel.
engine::Result<NetlinkMessage> new_state(const engine::ChildSaFacts& facts, const engine::SaParameters& sa,
                                         const StateOptions& options);
NetlinkMessage delete_state(const StateId& state);
NetlinkMessage get_state(const StateId& state);
NetlinkMessage dump_states();
/// XFRM_MSG_ALLOCSPI: gives the larval state of `state` (payload of an answer) an SPI, without which none can be deleted.
/// The answer is the state.
NetlinkMessage name_larval_state(engine::ByteView state);

/// Where a state is to stand from now on.
struct StateMove {
  engine::SocketAddress source, destination;
  bool udp_encapsulated = false;
};
/// How a state gets there: the kernel changes ports in place, anything else is a state in the old one's stead.
enum class MoveKind : std::uint8_t { update, replace };
MoveKind move_kind(engine::ByteView state, const StateMove& move);
/// The request that does it, out of the kernel's description of the state (payload of an answer to get_state): keys,
/// sequence numbers, replay window and counters go along. Fails when the kernel does not show the keys.
engine::Result<NetlinkMessage> moved_state(engine::ByteView state, const StateMove& move, MoveKind kind);

/// XFRM_MSG_UPDPOLICY: makes the policy, or replaces the one with this key.
NetlinkMessage put_policy(const PolicyKey& key, const PolicyValue& value);
NetlinkMessage delete_policy(const PolicyKey& key);
NetlinkMessage get_policy(const PolicyKey& key);
NetlinkMessage dump_policies();

/// A state in an answer.
struct StateReport {
  StateId id;
  std::uint32_t reqid = 0;
  std::uint64_t packets = 0, bytes = 0;
  std::uint32_t replay_failed = 0, integrity_failed = 0;
  bool soft_limit_passed = false;
  bool shows_direction = false;                   // carries XFRMA_SA_DIR
  std::optional<std::uint32_t> acquire_sequence;  // of a larval state
  engine::SelectorPair selectors;                 // of a larval state: the packet that waits
};
/// nullopt for what is not one (or of neither ESP nor AH).
std::optional<StateReport> parse_state(engine::ByteView payload);

/// A policy in an answer, if it is ours (by tag).
struct PolicyReport {
  PolicyKey key;
  PolicyValue value;
};
std::optional<PolicyReport> parse_own_policy(engine::ByteView payload);

struct AcquireNews {
  engine::PolicyLineId line;
  engine::SelectorPair packet;
  std::uint32_t sequence = 0;
};
struct ExpireNews {
  StateId state;
  engine::ExpireKind kind = engine::ExpireKind::soft;
};
/// An authentic packet in UDP came from another source than the state's.
struct MappingNews {
  StateId state;
  engine::SocketAddress source;
};
/// A state or policy was taken away by somebody; of a flush there is neither: all of them were.
struct RemovalNews {
  std::optional<StateId> state;
  std::optional<PolicyKey> policy;
};
/// What came in by multicast; monostate for what does not concern us.
std::variant<std::monostate, AcquireNews, ExpireNews, MappingNews, RemovalNews> parse_news(const NetlinkReply& news);

}  // namespace kernel
