#include "kernel/xfrm.hpp"

#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "kernel/algorithm_modules.hpp"
#include "kernel/host.hpp"
#include "kernel/payload_room.hpp"

namespace kernel {
namespace {

using engine::Failure;
using engine::Status;

// The kernel tells nothing when packets arrive, so somebody has to look. A bounded number of states each time.
constexpr engine::Duration poll_interval = std::chrono::seconds(1);
constexpr std::size_t states_per_poll = 512;

std::string describe(const StateId& state) {
  char spi[16];
  std::snprintf(spi, sizeof spi, "0x%08x", state.spi.value);
  return "SA " + std::string(spi) + " to " + state.destination.to_string();
}

std::string describe(const PolicyKey& key) {
  return "policy " + key.selector.source.to_string() + " to " + key.selector.destination.to_string();
}

Failure refusal(const std::string& what, const std::string& why) {
  return {.cause = engine::Cause::install_failed, .why = what + ": " + why};
}

// A buffer that held keys.
struct Wiped {
  engine::Bytes octets;
  ~Wiped() { ::explicit_bzero(octets.data(), octets.size()); }
};

// An SA towards ourselves, with a key that protects nothing, which no policy uses.
engine::Result<NetlinkMessage> probe_state(const engine::IpAddress& self, engine::EspSpi spi) {
  engine::ChildSaFacts facts;
  facts.selectors = {engine::TrafficSelector::of(engine::Prefix::host(self)),
                     engine::TrafficSelector::of(engine::Prefix::host(self))};
  facts.local = facts.remote = {self, 0};
  engine::SaParameters sa;
  sa.spi = spi;
  sa.encryption = engine::find_esp_keyword("esp-gcm");
  sa.key_encryption = engine::Secret(engine::Bytes(sa.encryption->key_octets, 1));
  return new_state(facts, sa, {.direction = StateDirection::in, .sa_direction = true});
}

}  // namespace

XfrmSupport probe_xfrm() {
  XfrmSupport support;
  auto socket = NetlinkSocket::open(NETLINK_XFRM);
  if (!socket.ok()) {
    support.why = socket.failure().why;
    return support;
  }
  const engine::IpAddress self = engine::IpAddress::v4(0x7F000001);
  const StateId id{{xfrm_tag | 0xFFFFFF}, self, self};
  auto message = probe_state(self, id.spi);
  NetlinkMessage remove = delete_state(id);
  (void)socket->request(remove, "removing an ESP SA");  // of a probe that was killed
  Status added = message.ok() ? socket->request(*message, "adding an ESP SA") : Status(std::move(message.failure()));
  if (!added.ok()) {
    support.why = added.failure().why;
    return support;
  }
  NetlinkMessage get = get_state(id);
  const Status shown = socket->query(get, "reading an ESP SA", [&](const NetlinkReply& reply) {
    if (const auto state = parse_state(reply.payload)) support.sa_direction = state->shows_direction;
  });
  remove = delete_state(id);
  const Status removed = socket->request(remove, "removing an ESP SA");
  support.usable = shown.ok() && removed.ok();
  if (!support.usable) support.why = (shown.ok() ? removed : shown).failure().why;
  return support;
}

XfrmPlane::XfrmPlane(Loop& loop, DeviceMap devices, PlaneEvents events, NetlinkSocket requests, NetlinkSocket news,
                     TunnelLinks links, bool sa_direction)
    : loop_(loop),
      devices_(std::move(devices)),
      events_(std::move(events)),
      requests_(std::move(requests)),
      news_(std::move(news)),
      tunnels_(std::move(links)),
      unknown_spis_(
          loop,
          [this](engine::EspSpi spi, const engine::IpAddress& to) {
            return child_of({spi, to, to}).has_value();
          },
          [this](engine::UnknownSpi found) { events_(std::move(found)); }),
      sa_direction_(sa_direction) {
  loop_.watch(news_.descriptor(), EPOLLIN, [this](std::uint32_t) { on_news(); });
  const auto next = [this]() -> std::optional<engine::Time> {
    if (!batch_.empty() || !failures_.empty()) return engine::Time{};
    return children_.empty() && installed_.empty() ? std::nullopt : std::optional(next_poll_);
  };
  clock_ = loop_.add_clock(next, [this](engine::Time now) {
    flush();
    if (now < next_poll_) return;
    next_poll_ = now + poll_interval;
    poll_counters();
    check_policies();
    unknown_spis_.look();
  });
}

XfrmPlane::~XfrmPlane() {
  batch_.send();
  loop_.remove_clock(clock_);
  loop_.forget(news_.descriptor());
}

engine::Result<std::unique_ptr<XfrmPlane>> XfrmPlane::open(Loop& loop, DeviceMap devices, PlaneEvents events) {
  const XfrmSupport support = probe_xfrm();
  if (!support.usable) return Failure{.cause = engine::Cause::install_failed, .why = support.why};
  TRY(NetlinkSocket requests, NetlinkSocket::open(NETLINK_XFRM));
  TRY(NetlinkSocket news, NetlinkSocket::open(NETLINK_XFRM));
  CHECK_OK(news.subscribe(XFRMNLGRP_ACQUIRE));
  CHECK_OK(news.subscribe(XFRMNLGRP_EXPIRE));
  CHECK_OK(news.subscribe(XFRMNLGRP_MAPPING));
  constexpr std::array<std::uint16_t, 3> always{XFRM_MSG_ACQUIRE, XFRM_MSG_EXPIRE, XFRM_MSG_MAPPING};
  constexpr std::array<std::uint16_t, 4> of_others{XFRM_MSG_DELSA, XFRM_MSG_DELPOLICY, XFRM_MSG_FLUSHSA, XFRM_MSG_FLUSHPOLICY};
  CHECK_OK(news.filter(always, of_others, requests));
  CHECK_OK(news.subscribe(XFRMNLGRP_SA));
  CHECK_OK(news.subscribe(XFRMNLGRP_POLICY));
  TRY(TunnelLinks links, TunnelLinks::open(0));
  std::unique_ptr<XfrmPlane> plane(new XfrmPlane(loop, std::move(devices), std::move(events), std::move(requests),
                                                 std::move(news), std::move(links), support.sa_direction));
  plane->take_over_policies();
  plane->remove_states();
  plane->batch_.send();
  return plane;
}

void XfrmPlane::close() {
  interfaces_.clear();
  children_.clear();
  served_.clear();
  acquires_.clear();
  // Policies before states: a policy whose state is gone would raise acquires.
  take_over_policies();
  (void)apply_policies();
  remove_states();
  batch_.send();
  tunnels_.release_all();
}

void XfrmPlane::settle() {
  (void)apply_policies();
  tunnels_.release_leftovers();
}

std::optional<Placement> XfrmPlane::placement_of(const std::string& interface) const {
  if (tunnels_.has(interface)) {
    const PolicyScope scope = tunnels_.scope_of(interface);
    return scope.kind == ScopeKind::host ? std::nullopt : std::optional(Placement{.scope = scope});
  }
  const auto device = devices_.find(interface);
  return device == devices_.end() ? std::nullopt : std::optional(Placement{.ifindex = device->second.ifindex});
}

// Those of a killed daemon hold packets back until ours replace them; a value that is no policy's makes sure they do.
void XfrmPlane::take_over_policies() {
  NetlinkMessage all_policies = dump_policies();
  (void)now().query(all_policies, "listing policies", [&](const NetlinkReply& reply) {
    if (const auto policy = parse_own_policy(reply.payload))
      installed_.insert_or_assign(policy->key, KernelPolicies::mapped_type{});
  });
}

void XfrmPlane::remove_states() {
  std::vector<StateId> states;
  std::vector<engine::Bytes> larval;
  NetlinkMessage all_states = dump_states();
  (void)now().query(all_states, "listing SAs", [&](const NetlinkReply& reply) {
    const auto state = parse_state(reply.payload);
    if (!state || !line_of(state->reqid)) return;
    if (state->acquire_sequence)
      larval.push_back(engine::to_bytes(reply.payload));
    else
      states.push_back(state->id);
  });
  for (const engine::Bytes& state : larval) {
    NetlinkMessage message = name_larval_state(state);
    (void)now().query(message, "naming a larval SA", [&](const NetlinkReply& reply) {
      if (const auto named = parse_state(reply.payload)) states.push_back(named->id);
    });
  }
  for (const StateId& state : states) remove_state(state);
}

std::vector<std::string> XfrmPlane::set_tunnels(const std::vector<TunnelSpec>& tunnels) {
  std::erase_if(interfaces_, [&](const auto& item) {
    return tunnels_.has(item.first) && std::ranges::find(tunnels, item.first, &TunnelSpec::interface) == tunnels.end();
  });
  return tunnels_.set(tunnels);
}

Status XfrmPlane::set_policy(const engine::SetPolicy& policy) {
  Interface& interface = interfaces_[policy.interface];
  std::vector<std::optional<std::uint32_t>> known(policy.lines.size());
  for (std::size_t i = 0; i < policy.lines.size(); ++i)
    if (const auto it = interface.places.find(policy.lines[i].id); it != interface.places.end())
      known[i] = interface.ranks[it->second];
  interface.ranks = assign_ranks(known);
  interface.policy = policy;
  interface.places.clear();
  for (std::size_t i = 0; i < policy.lines.size(); ++i) interface.places.emplace(policy.lines[i].id, i);
  const bool unknown = !policy.lines.empty() && !placement_of(policy.interface);
  if (policy.lines.empty()) interfaces_.erase(policy.interface);
  CHECK_OK(apply_policies());
  if (!policy.lines.empty()) CHECK_OK(tunnels_.set_ends(policy.interface, policy.lines.front().local, policy.lines.front().peer));
  if (unknown) return Failure{.cause = engine::Cause::install_failed, .why = policy.interface + " has no device"};
  return engine::Done{};
}

void XfrmPlane::set_devices(DeviceMap devices) {
  tunnels_.mend();
  if (devices == devices_) return;
  devices_ = std::move(devices);
  (void)apply_policies();
}

// New and changed policies first, so that a packet that is protected before and after is so in between.
Status XfrmPlane::apply_policies() {
  Status outcome = engine::Done{};
  const auto note = [&outcome](Status status) {
    if (!status.ok() && outcome.ok()) outcome = std::move(status);
  };
  KernelPolicies wanted;
  for (const auto& [name, interface] : interfaces_) {
    const auto placement = placement_of(name);
    if (!placement) continue;
    engine::SetPolicy policy = interface.policy;
    for (engine::PolicyLine& line : policy.lines) line = as_served(std::move(line));
    note(add_policies(policy, interface.ranks, *placement, wanted));
  }
  for (const auto& [key, value] : wanted) {
    const auto it = installed_.find(key);
    if (it != installed_.end() && it->second == value) continue;
    const bool is_there = it != installed_.end();
    installed_.insert_or_assign(key, value);
    batch_.add(put_policy(key, value), [this, key, note, is_there](const Refusal& said) {
      if (is_there)
        installed_[key] = {};
      else
        installed_.erase(key);
      note(refusal(describe(key), said.why));
    });
  }
  for (auto it = installed_.begin(); it != installed_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    batch_.add(delete_policy(it->first),
               [key = it->first, note](const Refusal& said) { note(refusal(describe(key), said.why)); });
    it = installed_.erase(it);
  }
  batch_.send();
  return outcome;
}

engine::PolicyLine XfrmPlane::as_served(engine::PolicyLine line) const {
  const auto it = served_.find(line.id);
  if (it == served_.end() || line.action == engine::AclAction::deny) return line;
  const Served& last = it->second.back();
  line.local = last.local;
  line.peer = last.peer;
  line.mode = last.mode;
  return line;
}

// An SA whose ends or mode are not those that its line names (the peer moved, another peer of the entry answered, transport
// mode was not agreed on): the line's templates would not accept it.
template <class Change>
void XfrmPlane::serve(engine::PolicyLineId line, Change change) {
  const auto apply = [&] {
    if (change(served_[line]); served_[line].empty()) served_.erase(line);
  };
  for (auto& [name, interface] : interfaces_) {
    const auto place = interface.places.find(line);
    if (place == interface.places.end()) continue;
    const engine::PolicyLine& configured = interface.policy.lines[place->second];
    const engine::PolicyLine before = as_served(configured);
    apply();
    const engine::PolicyLine after = as_served(configured);
    if (after.local == before.local && after.peer == before.peer && after.mode == before.mode) return;
    (void)tunnels_.set_ends(name, after.local, after.peer);
    if (const auto placement = placement_of(name)) rewrite(before, after, interface.ranks[place->second], *placement);
    return;
  }
  apply();
}

void XfrmPlane::rewrite(const engine::PolicyLine& before, const engine::PolicyLine& after, std::uint32_t rank,
                        const Placement& placement) {
  KernelPolicies was, is;
  (void)add_policies({{}, {before}}, {&rank, 1}, placement, was);
  (void)add_policies({{}, {after}}, {&rank, 1}, placement, is);
  // Another mode has other policies, and what goes or comes may be another line's, too.
  if (!std::ranges::equal(was, is, {}, &KernelPolicies::value_type::first, &KernelPolicies::value_type::first)) {
    (void)apply_policies();
    return;
  }
  for (const auto& [key, value] : is) {
    // Only what is this line's: an earlier line, or one that is merged with another interface's, keeps its policy.
    const auto present = installed_.find(key);
    if (present == installed_.end() || present->second.reqid != reqid_of(after.id)) continue;
    present->second = value;
    batch_.add(put_policy(key, value), [this, key](const Refusal&) { installed_.insert_or_assign(key, PolicyValue{}); });
  }
}

Status XfrmPlane::add_state(const engine::ChildSaFacts& facts, const engine::SaParameters& sa, StateOptions options) {
  options.sa_direction = sa_direction_;
  options.scope = tunnels_.scope_of(facts.interface.text());
  TRY(NetlinkMessage message, new_state(facts, sa, options));
  const bool out = options.direction == StateDirection::out;
  const StateId id{sa.spi, out ? facts.local.ip : facts.remote.ip, out ? facts.remote.ip : facts.local.ip, options.scope,
                   engine::is_ah(sa.encryption) ? engine::IpsecProtocol::ah : engine::IpsecProtocol::esp};
  Child& child = children_[facts.child];
  child.line = facts.line;
  child.interface = facts.interface;
  (out ? child.outbound : child.inbound) = id;
  const auto lacking = [encryption = sa.encryption, integrity = sa.integrity, v4 = id.destination.is_v4()](int error) {
    return missing_modules(encryption, integrity, v4, error);
  };
  batch_.add(std::move(message), [this, id, number = facts.child, direction = options.direction, lacking](const Refusal& said) {
    refused(number, id, direction, said.why + lacking(said.error));
  });
  return engine::Done{};
}

// The state is not there, or is another's: it must not be taken away with the Child SA.
void XfrmPlane::refused(engine::ChildSaId child, const StateId& state, StateDirection direction, const std::string& why) {
  const auto it = children_.find(child);
  if (it != children_.end()) {
    if (direction == StateDirection::out) tunnels_.leave(it->second.interface);
    (direction == StateDirection::out ? it->second.outbound : it->second.inbound).reset();
  }
  failures_.push_back({child, refusal(describe(state), why).why});
}

void XfrmPlane::flush() {
  batch_.send();
  for (engine::InstallFailed& failure : std::exchange(failures_, {})) events_(std::move(failure));
}

NetlinkSocket& XfrmPlane::now() {
  batch_.send();
  return requests_;
}

Status XfrmPlane::add_inbound(const engine::AddInbound& sa) {
  return add_state(sa.facts, sa.sa, {.direction = StateDirection::in});
}

Status XfrmPlane::add_outbound(const engine::AddOutbound& sa) {
  serve(sa.facts.line, [&](std::vector<Served>& by) {
    by.push_back({sa.facts.child, sa.facts.mode, sa.facts.local.ip, sa.facts.remote.ip});
  });
  const auto acquire = acquires_.find(sa.facts.line);
  const std::uint32_t sequence = acquire == acquires_.end() ? 0 : acquire->second;
  CHECK_OK(add_state(sa.facts, sa.sa, {.direction = StateDirection::out, .acquire_sequence = sequence}));
  acquires_.erase(sa.facts.line);
  if (tunnels_.has(sa.facts.interface.text())) tunnels_.serve(sa.facts.interface.text(), payload_room(sa.facts, sa.sa));
  return engine::Done{};
}

void XfrmPlane::remove_child(engine::ChildSaId child) {
  const auto it = children_.find(child);
  if (it == children_.end()) return;
  if (it->second.outbound) {
    tunnels_.leave(it->second.interface);
    remove_state(*it->second.outbound);
  }
  if (it->second.inbound) remove_state(*it->second.inbound);
  serve(it->second.line,
        [&](std::vector<Served>& by) { std::erase_if(by, [&](const Served& one) { return one.child == child; }); });
  children_.erase(it);
}

void XfrmPlane::remove_state(const StateId& state) {
  batch_.add(delete_state(state), [](const Refusal&) {});  // one that has expired is gone already
}

engine::Bytes XfrmPlane::read_state(const StateId& state) {
  engine::Bytes answer;
  NetlinkMessage message = get_state(state);
  (void)now().query(message, describe(state), [&](const NetlinkReply& reply) { answer = engine::to_bytes(reply.payload); });
  return answer;
}

Status XfrmPlane::move_state(StateId& state, const StateMove& move) {
  const Wiped present{read_state(state)};
  const MoveKind kind = move_kind(present.octets, move);
  TRY(NetlinkMessage message, moved_state(present.octets, move, kind));
  if (kind == MoveKind::replace) remove_state(state);
  state.source = move.source.ip;
  state.destination = move.destination.ip;
  return now().request(message, describe(state));
}

Status XfrmPlane::move_child(const engine::MoveChild& move) {
  const auto it = children_.find(move.child);
  if (it == children_.end()) return Failure{.cause = engine::Cause::install_failed, .why = "no such Child SA"};
  Child& child = it->second;
  serve(child.line, [&](std::vector<Served>& by) {
    const auto one = std::ranges::find(by, move.child, &Served::child);
    if (one != by.end()) *one = {one->child, one->mode, move.local.ip, move.remote.ip};
  });
  if (child.inbound) CHECK_OK(move_state(*child.inbound, {move.remote, move.local, move.udp_encapsulated}));
  if (child.outbound) CHECK_OK(move_state(*child.outbound, {move.local, move.remote, move.udp_encapsulated}));
  return engine::Done{};
}

std::optional<StateReport> XfrmPlane::report(const std::optional<StateId>& state) {
  if (!state) return std::nullopt;
  const Wiped answer{read_state(*state)};
  return parse_state(answer.octets);
}

ChildCounters XfrmPlane::counters(engine::ChildSaId id) {
  ChildCounters counters;
  const auto it = children_.find(id);
  if (it == children_.end()) return counters;
  if (const auto out = report(it->second.outbound)) {
    counters.encaps = out->packets;
    counters.encaps_bytes = out->bytes;
  }
  if (const auto in = report(it->second.inbound)) {
    counters.decaps = in->packets;
    counters.decaps_bytes = in->bytes;
    counters.replay_failed = in->replay_failed;
    counters.integrity_failed = in->integrity_failed;
    counters.receive_errors = counters.refused_by_cause();
  }
  return counters;
}

void XfrmPlane::on_news() {
  bool disturbed = false;
  const auto news = news_.read_news([this, &disturbed](const NetlinkReply& reply) {
    const auto what = parse_news(reply);
    if (const auto* acquire = std::get_if<AcquireNews>(&what)) on_acquire(*acquire);
    if (const auto* expire = std::get_if<ExpireNews>(&what)) on_expire(*expire);
    if (const auto* mapping = std::get_if<MappingNews>(&what))
      if (const auto child = child_of(mapping->state)) events_(engine::PeerMoved{*child, mapping->source});
    if (const auto* removal = std::get_if<RemovalNews>(&what)) disturbed |= concerns_us(*removal);
  });
  if (disturbed || news == NetlinkSocket::News::lost) resynchronise();
}

void XfrmPlane::on_acquire(const AcquireNews& news) {
  acquires_[news.line] = news.sequence;
  events_(engine::Acquire{news.line, news.packet});
}

void XfrmPlane::on_expire(const ExpireNews& news) {
  if (const auto child = child_of(news.state)) events_(engine::Expire{*child, news.kind});
}

void XfrmPlane::poll_counters() {
  bool gone = false;
  std::vector<engine::Event> seen;
  auto it = children_.upper_bound(last_polled_);
  for (std::size_t i = 0; i < std::min(states_per_poll, children_.size()); ++i, ++it) {
    if (it == children_.end()) it = children_.begin();
    last_polled_ = it->first;
    const auto in = report(it->second.inbound);
    gone |= it->second.inbound && !in;
    if (in && in->packets > it->second.packets_reported) {
      it->second.packets_reported = in->packets;
      seen.emplace_back(engine::InboundSeen{it->first});
      continue;  // the peer lives: whether something was sent matters to nobody
    }
    const auto out = report(it->second.outbound);
    gone |= it->second.outbound && !out;
    if (!out || out->packets <= it->second.sent_reported) continue;
    it->second.sent_reported = out->packets;
    seen.emplace_back(engine::OutboundSeen{it->first});
  }
  for (engine::Event& event : seen) events_(std::move(event));
  if (gone) resynchronise();
}

std::optional<engine::ChildSaId> XfrmPlane::child_of(const StateId& state) const {
  const auto same = [&state](const std::optional<StateId>& other) {
    return other && other->spi == state.spi && other->destination == state.destination;
  };
  for (const auto& [id, child] : children_)
    if (same(child.inbound) || same(child.outbound)) return id;
  return std::nullopt;
}

}  // namespace kernel
