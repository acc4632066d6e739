#include "kernel/xfrm_messages.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

// After <netinet/in.h>: both define in6_addr and agree only in this order.
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include <algorithm>
#include <cstring>

namespace kernel {
namespace {

using engine::ByteView;
using engine::Failure;
using engine::IpAddress;

constexpr int xfrma_sa_dir = 33;  // XFRMA_SA_DIR, younger than Debian 12's headers
constexpr std::uint8_t sa_dir_in = 1, sa_dir_out = 2;
constexpr std::uint32_t smallest_esn_window = 32;
constexpr std::uint32_t largest_plain_window = 32;
constexpr std::uint32_t largest_window = 4096;

std::uint8_t raw(engine::IpsecProtocol protocol) { return protocol == engine::IpsecProtocol::ah ? IPPROTO_AH : IPPROTO_ESP; }
engine::IpsecProtocol protocol_of(std::uint8_t raw) {
  return raw == IPPROTO_AH ? engine::IpsecProtocol::ah : engine::IpsecProtocol::esp;
}
bool is_ours(std::uint8_t protocol) { return protocol == IPPROTO_ESP || protocol == IPPROTO_AH; }

std::uint16_t family_of(const IpAddress& a) { return a.is_v4() ? AF_INET : AF_INET6; }

xfrm_address_t raw(const IpAddress& a) {
  xfrm_address_t out{};
  std::memcpy(&out, a.octets.data(), a.size());
  return out;
}

IpAddress address_of(const xfrm_address_t& address, std::uint16_t family) {
  const ByteView octets(reinterpret_cast<const std::uint8_t*>(&address), family == AF_INET ? 4 : 16);
  return *IpAddress::from_bytes(octets);
}

xfrm_selector raw(const KernelSelector& s) {
  xfrm_selector out{};
  out.daddr = raw(s.destination.address);
  out.saddr = raw(s.source.address);
  out.dport = htons(s.destination_ports.value);
  out.dport_mask = htons(s.destination_ports.mask);
  out.sport = htons(s.source_ports.value);
  out.sport_mask = htons(s.source_ports.mask);
  out.family = family_of(s.source.address);
  out.prefixlen_d = s.destination.length;
  out.prefixlen_s = s.source.length;
  out.proto = s.protocol;
  out.ifindex = static_cast<int>(s.ifindex);
  return out;
}

KernelSelector selector_of(const xfrm_selector& s) {
  const std::uint16_t family = s.family == AF_INET6 ? AF_INET6 : AF_INET;
  return {engine::Prefix::of(address_of(s.saddr, family), s.prefixlen_s),
          engine::Prefix::of(address_of(s.daddr, family), s.prefixlen_d),
          {ntohs(s.sport), ntohs(s.sport_mask)},
          {ntohs(s.dport), ntohs(s.dport_mask)},
          s.proto,
          static_cast<unsigned>(s.ifindex)};
}

// The 5-tuple of the packet that raised an acquire.
engine::SelectorPair packet_of(const xfrm_selector& raw_selector) {
  const KernelSelector s = selector_of(raw_selector);
  const auto side = [&s](const engine::Prefix& network, const PortMask& ports) {
    const engine::PortRange range = ports.mask == 0 ? engine::PortRange{} : engine::PortRange{ports.value, ports.value};
    return engine::TrafficSelector{s.protocol, range, network.first(), network.last()};
  };
  if (s.protocol == IPPROTO_ICMP || s.protocol == IPPROTO_ICMPV6) {
    const auto packed = static_cast<std::uint16_t>(s.source_ports.value << 8 | (s.destination_ports.value & 0xFF));
    const PortMask both{packed, s.source_ports.mask};
    return {side(s.source, both), side(s.destination, both)};
  }
  return {side(s.source, s.source_ports), side(s.destination, s.destination_ports)};
}

template <class T>
std::optional<T> read(ByteView octets) {
  if (octets.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, octets.data(), sizeof value);
  return value;
}

xfrm_lifetime_cfg no_limits() {
  xfrm_lifetime_cfg limits{};
  limits.soft_byte_limit = limits.hard_byte_limit = limits.soft_packet_limit = limits.hard_packet_limit = XFRM_INF;
  return limits;
}

xfrm_lifetime_cfg limits_of(const engine::ChildSaFacts& facts) {
  xfrm_lifetime_cfg limits = no_limits();
  const std::uint64_t kilobytes = facts.lifetime_kilobytes;
  if (kilobytes == 0 || kilobytes > (XFRM_INF >> 10)) return limits;
  const std::uint64_t hard = kilobytes << 10;
  limits.hard_byte_limit = hard;
  limits.soft_byte_limit = hard / 1000 * facts.soft_permille + hard % 1000 * facts.soft_permille / 1000;
  return limits;
}

// An attribute's value that ends in a key: wiped when it goes.
class KeyedAttribute {
 public:
  template <class Head>
  KeyedAttribute(const Head& head, ByteView key) : octets_(sizeof(Head)) {
    std::memcpy(octets_.data(), &head, sizeof head);
    octets_.insert(octets_.end(), key.begin(), key.end());
  }
  ~KeyedAttribute() { ::explicit_bzero(octets_.data(), octets_.size()); }
  ByteView view() const { return octets_; }

 private:
  engine::Bytes octets_;
};

template <class Head>
Head named(std::string_view name, ByteView key) {
  Head head{};
  std::memcpy(head.alg_name, name.data(), std::min(name.size(), sizeof head.alg_name - 1));
  head.alg_key_len = static_cast<unsigned>(key.size() * 8);
  return head;
}

engine::Status put_algorithms(const engine::SaParameters& sa, NetlinkMessage& message) {
  const bool ah = engine::is_ah(sa.encryption);
  const ByteView encryption_key = sa.key_encryption.expose();
  if (!sa.encryption || (!ah && sa.encryption->xfrm_name.empty()) || (!sa.encryption->aead && !sa.integrity))
    return Failure{.cause = engine::Cause::install_failed, .why = "the kernel has no name for the SA's algorithms"};
  if (sa.encryption->aead) {
    auto head = named<xfrm_algo_aead>(sa.encryption->xfrm_name, encryption_key);
    head.alg_icv_len = sa.encryption->icv_octets * 8U;
    message.attribute(XFRMA_ALG_AEAD, KeyedAttribute(head, encryption_key).view());
    return engine::Done{};
  }
  const ByteView integrity_key = sa.key_integrity.expose();
  auto head = named<xfrm_algo_auth>(sa.integrity->xfrm_name, integrity_key);
  head.alg_trunc_len = sa.integrity->icv_octets * 8U;
  message.attribute(XFRMA_ALG_AUTH_TRUNC, KeyedAttribute(head, integrity_key).view());
  if (ah) return engine::Done{};
  message.attribute(XFRMA_ALG_CRYPT,
                    KeyedAttribute(named<xfrm_algo>(sa.encryption->xfrm_name, encryption_key), encryption_key).view());
  return engine::Done{};
}

// Sets the replay window in `info`; where that has no room for it, returns the attribute that has. Kernels that know
// directions refuse a window on a sending state; older ones refuse ESN without one.
engine::Bytes put_replay(std::uint32_t window, bool esn, const StateOptions& options, xfrm_usersa_info& info) {
  if (options.direction == StateDirection::out)
    window = esn && !options.sa_direction ? 1 : 0;
  else if (esn)
    window = std::max(window, smallest_esn_window);
  window = std::min(window, largest_window);
  if (esn) info.flags |= XFRM_STATE_ESN;
  if (!esn && window <= largest_plain_window) {
    info.replay_window = static_cast<std::uint8_t>(window);
    return {};
  }
  xfrm_replay_state_esn head{};
  head.bmp_len = (window + 31) / 32;
  head.replay_window = window;
  engine::Bytes attribute(sizeof head + head.bmp_len * sizeof(std::uint32_t));
  std::memcpy(attribute.data(), &head, sizeof head);
  return attribute;
}

xfrm_encap_tmpl encapsulation(std::uint16_t source_port, std::uint16_t destination_port) {
  xfrm_encap_tmpl encap{};
  encap.encap_type = UDP_ENCAP_ESPINUDP;
  encap.encap_sport = htons(source_port);
  encap.encap_dport = htons(destination_port);
  return encap;
}

xfrm_usersa_id raw(const StateId& state) {
  xfrm_usersa_id id{};
  id.daddr = raw(state.destination);
  id.spi = htonl(state.spi.value);
  id.family = family_of(state.destination);
  id.proto = raw(state.protocol);
  return id;
}

// As attributes of a message: a VTI's key is compared as a mark, whole.
void put_scope(const PolicyScope& scope, NetlinkMessage& message) {
  if (scope.kind == ScopeKind::xfrm_interface) message.attribute(XFRMA_IF_ID, scope.id);
  if (scope.kind == ScopeKind::vti) message.attribute(XFRMA_MARK, xfrm_mark{scope.id, ~0U});
}

PolicyScope scope_of(ByteView payload, std::size_t header) {
  const auto id = find_attribute(payload, header, XFRMA_IF_ID);
  if (const auto value = id ? read<std::uint32_t>(*id) : std::nullopt; value && *value != 0)
    return {ScopeKind::xfrm_interface, *value};
  const auto mark = find_attribute(payload, header, XFRMA_MARK);
  if (const auto value = mark ? read<xfrm_mark>(*mark) : std::nullopt; value && value->m == ~0U)
    return {ScopeKind::vti, value->v};
  return {};
}

StateId state_id_of(const xfrm_usersa_info& info) {
  return {{ntohl(info.id.spi)},
          address_of(info.saddr, info.family),
          address_of(info.id.daddr, info.family),
          {},
          protocol_of(info.id.proto)};
}

bool all_zero(ByteView octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

PolicyKey policy_key(const xfrm_selector& selector, std::uint8_t direction, const PolicyScope& scope) {
  const PolicyDirection known = direction == XFRM_POLICY_IN    ? PolicyDirection::in
                                : direction == XFRM_POLICY_OUT ? PolicyDirection::out
                                                               : PolicyDirection::forward;
  return {known, selector_of(selector), scope};
}

std::uint8_t raw(PolicyDirection direction) {
  switch (direction) {
    case PolicyDirection::in:
      return XFRM_POLICY_IN;
    case PolicyDirection::out:
      return XFRM_POLICY_OUT;
    case PolicyDirection::forward:
      break;
  }
  return XFRM_POLICY_FWD;
}

NetlinkMessage named_policy(std::uint16_t type, const PolicyKey& key) {
  xfrm_userpolicy_id id{};
  id.sel = raw(key.selector);
  id.dir = raw(key.direction);
  NetlinkMessage message(type, NLM_F_REQUEST, 256);
  message.header(id);
  put_scope(key.scope, message);
  return message;
}

// Of a deletion: the policy stands in an attribute where there is one, else in the header.
std::variant<std::monostate, RemovalNews> removed_policy(ByteView payload) {
  const auto id = read<xfrm_userpolicy_id>(payload);
  if (!id) return {};
  const PolicyScope scope = scope_of(payload, sizeof *id);
  const auto attribute = find_attribute(payload, sizeof *id, XFRMA_POLICY);
  const auto info = attribute ? read<xfrm_userpolicy_info>(*attribute) : std::nullopt;
  return RemovalNews{.state = {}, .policy = policy_key(info ? info->sel : id->sel, info ? info->dir : id->dir, scope)};
}

std::variant<std::monostate, RemovalNews> removed_state(ByteView payload) {
  const auto id = read<xfrm_usersa_id>(payload);
  if (!id) return {};
  const IpAddress destination = address_of(id->daddr, id->family);
  return RemovalNews{.state = StateId{{ntohl(id->spi)}, destination, destination, {}, protocol_of(id->proto)}, .policy = {}};
}

}  // namespace

engine::Result<NetlinkMessage> new_state(const engine::ChildSaFacts& facts, const engine::SaParameters& sa,
                                         const StateOptions& options) {
  const bool out = options.direction == StateDirection::out;
  const engine::SocketAddress& source = out ? facts.local : facts.remote;
  const engine::SocketAddress& destination = out ? facts.remote : facts.local;
  const KernelSelector sent = covering_selector(facts.selectors);

  xfrm_usersa_info info{};
  info.sel = raw(out ? sent : mirrored(sent));
  info.id.daddr = raw(destination.ip);
  info.id.spi = htonl(sa.spi.value);
  const bool ah = engine::is_ah(sa.encryption);
  info.id.proto = ah ? IPPROTO_AH : IPPROTO_ESP;
  info.saddr = raw(source.ip);
  info.lft = limits_of(facts);
  info.seq = options.acquire_sequence;
  info.reqid = reqid_of(facts.line);
  info.family = family_of(destination.ip);
  info.mode = facts.mode == engine::IpsecMode::tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
  if (info.sel.family != info.family) info.flags |= XFRM_STATE_AF_UNSPEC;
  // The ICV ends at a multiple of four octets over IPv4, of eight over IPv6 (RFC 4302, 3.3.3.2.1).
  if (ah && info.family == AF_INET) info.flags |= XFRM_STATE_ALIGN4;
  const engine::Bytes replay = put_replay(facts.replay_window, sa.extended_sequence_numbers, options, info);

  NetlinkMessage message(XFRM_MSG_NEWSA, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
  message.header(info);
  CHECK_OK(put_algorithms(sa, message));
  if (facts.udp_encapsulated) message.attribute(XFRMA_ENCAP, encapsulation(source.port, destination.port));
  if (!replay.empty()) message.attribute(XFRMA_REPLAY_ESN_VAL, ByteView(replay));
  if (options.sa_direction) message.attribute(xfrma_sa_dir, out ? sa_dir_out : sa_dir_in);
  put_scope(options.scope, message);
  return message;
}

NetlinkMessage delete_state(const StateId& state) {
  NetlinkMessage message(XFRM_MSG_DELSA, NLM_F_REQUEST, 256);
  message.header(raw(state));
  message.attribute(XFRMA_SRCADDR, raw(state.source));
  put_scope(state.scope, message);
  return message;
}

NetlinkMessage get_state(const StateId& state) {
  NetlinkMessage message(XFRM_MSG_GETSA, NLM_F_REQUEST, 256);
  message.header(raw(state));
  put_scope(state.scope, message);
  return message;
}

NetlinkMessage dump_states() { return NetlinkMessage(XFRM_MSG_GETSA, NLM_F_REQUEST | NLM_F_DUMP, 256); }

NetlinkMessage name_larval_state(ByteView state) {
  xfrm_userspi_info wanted{};
  if (const auto info = read<xfrm_usersa_info>(state)) wanted.info = *info;
  wanted.min = xfrm_tag | 0xFF0000;
  wanted.max = xfrm_tag | 0xFFFFFF;
  NetlinkMessage message(XFRM_MSG_ALLOCSPI, NLM_F_REQUEST, 512);
  message.header(wanted);
  put_scope(scope_of(state, sizeof(xfrm_usersa_info)), message);
  return message;
}

MoveKind move_kind(ByteView state, const StateMove& move) {
  const auto info = read<xfrm_usersa_info>(state);
  if (!info) return MoveKind::replace;
  const StateId id = state_id_of(*info);
  const bool encapsulated = find_attribute(state, sizeof *info, XFRMA_ENCAP).has_value();
  const bool same = id.source == move.source.ip && id.destination == move.destination.ip;
  return same && encapsulated && move.udp_encapsulated ? MoveKind::update : MoveKind::replace;
}

engine::Result<NetlinkMessage> moved_state(ByteView state, const StateMove& move, MoveKind kind) {
  auto info = read<xfrm_usersa_info>(state);
  if (!info) return Failure{.cause = engine::Cause::install_failed, .why = "the kernel's description of a state is too short"};
  const std::uint16_t family = family_of(move.destination.ip);
  info->id.daddr = raw(move.destination.ip);
  info->saddr = raw(move.source.ip);
  info->family = family;
  info->seq = 0;
  info->flags &= static_cast<std::uint8_t>(~XFRM_STATE_AF_UNSPEC);
  if (info->sel.family != family) info->flags |= XFRM_STATE_AF_UNSPEC;

  const bool update = kind == MoveKind::update;
  NetlinkMessage message(update ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA,
                         static_cast<std::uint16_t>(update ? NLM_F_REQUEST : NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL),
                         state.size() + 512);
  message.header(*info);
  bool redacted = false;
  for_each_attribute(state, sizeof *info, [&](int type, ByteView value) {
    switch (type) {
      case XFRMA_ALG_AEAD:
        redacted |= all_zero(value.subspan(std::min(value.size(), sizeof(xfrm_algo_aead))));
        break;
      case XFRMA_ALG_CRYPT:
        redacted |= all_zero(value.subspan(std::min(value.size(), sizeof(xfrm_algo))));
        break;
      case XFRMA_ALG_AUTH_TRUNC:
      case XFRMA_REPLAY_VAL:
      case XFRMA_REPLAY_ESN_VAL:
      case XFRMA_SA_EXTRA_FLAGS:
      case XFRMA_MARK:
      case XFRMA_IF_ID:
      case xfrma_sa_dir:
        break;
      default:
        return;  // ALG_AUTH says again what ALG_AUTH_TRUNC says; the rest tells of the past
    }
    message.attribute(type, value);
  });
  if (redacted)
    return Failure{.cause = engine::Cause::install_failed, .why = "the kernel (lockdown) does not show the SA's keys"};
  if (move.udp_encapsulated) message.attribute(XFRMA_ENCAP, encapsulation(move.source.port, move.destination.port));
  message.attribute(XFRMA_LTIME_VAL, info->curlft);
  return message;
}

NetlinkMessage put_policy(const PolicyKey& key, const PolicyValue& value) {
  xfrm_userpolicy_info info{};
  info.sel = raw(key.selector);
  info.lft = no_limits();
  info.priority = value.priority;
  info.dir = raw(key.direction);
  info.action = XFRM_POLICY_ALLOW;
  NetlinkMessage message(XFRM_MSG_UPDPOLICY, NLM_F_REQUEST, 1024);
  message.header(info);
  if (value.action == PolicyAction::protect) {
    xfrm_user_tmpl required{};
    const bool tunnel = value.mode == engine::IpsecMode::tunnel;
    required.id.proto = raw(value.protocol);
    required.family = tunnel ? family_of(value.destination) : info.sel.family;
    required.reqid = value.reqid;
    required.mode = tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
    required.aalgos = required.ealgos = required.calgos = ~0U;
    if (tunnel) {
      required.id.daddr = raw(value.destination);
      required.saddr = raw(value.source);
    }
    message.attribute(XFRMA_TMPL, required);
  }
  put_scope(key.scope, message);
  return message;
}

NetlinkMessage delete_policy(const PolicyKey& key) { return named_policy(XFRM_MSG_DELPOLICY, key); }
NetlinkMessage get_policy(const PolicyKey& key) { return named_policy(XFRM_MSG_GETPOLICY, key); }

NetlinkMessage dump_policies() { return NetlinkMessage(XFRM_MSG_GETPOLICY, NLM_F_REQUEST | NLM_F_DUMP, 256); }

std::optional<StateReport> parse_state(ByteView payload) {
  const auto info = read<xfrm_usersa_info>(payload);
  if (!info || !is_ours(info->id.proto)) return std::nullopt;
  StateReport report;
  report.id = state_id_of(*info);
  report.id.scope = scope_of(payload, sizeof *info);
  report.reqid = info->reqid;
  report.packets = info->curlft.packets;
  report.bytes = info->curlft.bytes;
  report.replay_failed = info->stats.replay_window + info->stats.replay;
  report.integrity_failed = info->stats.integrity_failed;
  report.soft_limit_passed = info->lft.soft_byte_limit != XFRM_INF && report.bytes >= info->lft.soft_byte_limit;
  report.shows_direction = find_attribute(payload, sizeof *info, xfrma_sa_dir).has_value();
  if (info->id.spi == 0) {
    report.acquire_sequence = info->seq;
    report.selectors = packet_of(info->sel);
  }
  return report;
}

std::optional<PolicyReport> parse_own_policy(ByteView payload) {
  const auto info = read<xfrm_userpolicy_info>(payload);
  if (!info || (info->priority & xfrm_tag_mask) != xfrm_tag) return std::nullopt;
  PolicyReport report{policy_key(info->sel, info->dir, scope_of(payload, sizeof *info)), {.priority = info->priority}};
  const auto attribute = find_attribute(payload, sizeof *info, XFRMA_TMPL);
  const auto required = attribute ? read<xfrm_user_tmpl>(*attribute) : std::nullopt;
  if (!required) return report;
  PolicyValue& value = report.value;
  value.action = PolicyAction::protect;
  value.reqid = required->reqid;
  value.protocol = protocol_of(required->id.proto);
  value.mode = required->mode == XFRM_MODE_TUNNEL ? engine::IpsecMode::tunnel : engine::IpsecMode::transport;
  value.source = address_of(required->saddr, required->family);
  value.destination = address_of(required->id.daddr, required->family);
  return report;
}

std::variant<std::monostate, AcquireNews, ExpireNews, MappingNews, RemovalNews> parse_news(const NetlinkReply& news) {
  if (news.type == XFRM_MSG_FLUSHSA || news.type == XFRM_MSG_FLUSHPOLICY) return RemovalNews{};
  if (news.type == XFRM_MSG_DELSA || news.type == XFRM_MSG_DELPOLICY) {
    const auto removal = news.type == XFRM_MSG_DELSA ? removed_state(news.payload) : removed_policy(news.payload);
    if (const auto* what = std::get_if<RemovalNews>(&removal)) return *what;
    return {};
  }
  if (news.type == XFRM_MSG_ACQUIRE) {
    const auto acquire = read<xfrm_user_acquire>(news.payload);
    if (!acquire || !is_ours(acquire->id.proto)) return {};
    const auto attribute = find_attribute(news.payload, sizeof *acquire, XFRMA_TMPL);
    const auto wanted = attribute ? read<xfrm_user_tmpl>(*attribute) : std::nullopt;
    const auto line = wanted ? line_of(wanted->reqid) : std::nullopt;
    if (!line) return {};
    return AcquireNews{*line, packet_of(acquire->sel), acquire->seq};
  }
  if (news.type == XFRM_MSG_EXPIRE) {
    const auto expire = read<xfrm_user_expire>(news.payload);
    if (!expire || expire->state.id.spi == 0 || !line_of(expire->state.reqid)) return {};
    return ExpireNews{state_id_of(expire->state), expire->hard ? engine::ExpireKind::hard : engine::ExpireKind::soft};
  }
  if (news.type == XFRM_MSG_MAPPING) {
    const auto mapping = read<xfrm_user_mapping>(news.payload);
    if (!mapping || mapping->id.proto != IPPROTO_ESP || !line_of(mapping->reqid)) return {};
    const std::uint16_t family = mapping->id.family;
    return MappingNews{{{ntohl(mapping->id.spi)}, address_of(mapping->old_saddr, family), address_of(mapping->id.daddr, family)},
                       {address_of(mapping->new_saddr, family), ntohs(mapping->new_sport)}};
  }
  return {};
}

}  // namespace kernel
