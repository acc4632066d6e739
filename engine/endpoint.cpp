#include "engine/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "engine/duplicates.hpp"
#include "engine/mismatch.hpp"
#include "engine/mobility.hpp"
#include "engine/names.hpp"
#include "engine/orders.hpp"
#include "engine/reconcile.hpp"
#include "engine/turn.hpp"

namespace engine {

struct Endpoint::Impl {
  explicit Impl(Rng& rng) : core(rng) {}
  Core core;

  /// After each event: duplicates of what came up are settled, the table follows what was touched, and out with what is
  /// Gone.
  void settle(Turn& turn) {
    for (std::size_t i = 0; i < turn.touched.size(); ++i) {
      const IkeSaId id = turn.touched[i];
      IkeSa* sa = core.sas.find(id);
      if (!sa) continue;
      if (Established* up = sa->established()) {
        if (!std::exchange(up->compared, true)) settle_duplicates(turn, *sa);
        if (sa->supersedes && nothing_to_ask(*up) && up->requesting.empty()) supersede(turn, *sa);
      }
      if (sa->gone())
        core.sas.erase(id);
      else
        core.sas.follow(*sa);
    }
    settle_fallen(turn);
    core.book.announce(turn.out);
  }

  void on(Turn& turn, Datagram datagram) {
    auto message = wire::parse(datagram.payload);
    if (!message.ok()) {
      turn.drop(datagram, message.failure().cause, message.failure().why);
      return refuse_unparsed(turn, datagram, message.failure());
    }
    const wire::Header& header = message->header;
    const bool first = header.exchange == wire::ExchangeType::ike_sa_init && !header.response;
    if (header.spi_i.value == 0) return turn.drop(datagram, Cause::malformed_header, "SPIi is zero");
    if (first) {
      if (!header.initiator || header.message_id.value != 0 || header.spi_r.value != 0)
        return turn.drop(datagram, Cause::wrong_flags, "IKE_SA_INIT request with flags, message ID or SPIr of a later message");
      if (IkeSa* known = core.sas.find_half_open(header.spi_i, datagram.remote)) return known->receive(turn, datagram, *message);
      note_datagram(turn, NoticeKind::datagram_received, IkeSaId{}, datagram.local, datagram.remote, header, message->payloads);
      return exchange::ike_sa_init::respond(turn, datagram, *message);
    }
    IkeSa* sa = core.sas.find_by_spi(header.initiator ? header.spi_r : header.spi_i);
    const bool other_spi_fits = sa && (header.initiator ? header.spi_i == sa->spi_i
                                                        : sa->spi_r.value == 0 || header.spi_r == sa->spi_r ||
                                                              header.exchange == wire::ExchangeType::ike_sa_init);
    if (!sa || !other_spi_fits) return turn.drop(datagram, Cause::unknown_spi, "no IKE SA with these SPIs");
    sa->receive(turn, datagram, *message);
  }

  /// Two refusals of what does not parse, unprotected, never larger than what came, never to a response (2.5): another
  /// major version than 2 (a lower one is ignored: its daemon might answer us for ever), and a critical payload.
  void refuse_unparsed(Turn& turn, const Datagram& datagram, const Failure& failure) {
    constexpr std::size_t answer_octets = wire::header_octets + 9;
    if (datagram.payload.size() < answer_octets || (datagram.payload[19] & 0x20)) return;
    const bool newer = failure.notify == NotifyType::invalid_major_version && datagram.payload[17] >> 4 > 2;
    const bool critical = failure.notify == NotifyType::unsupported_critical_payload &&
                          datagram.payload[18] == static_cast<std::uint8_t>(wire::ExchangeType::ike_sa_init);
    if (!newer && !critical) return;
    Reader reader(datagram.payload);
    wire::Header header;
    header.spi_i = IkeSpi{*reader.u64()};
    header.spi_r = IkeSpi{*reader.u64()};
    header.exchange = static_cast<wire::ExchangeType>(datagram.payload[18]);
    header.message_id = MessageId{*Reader(ByteView(datagram.payload).subspan(20)).u32()};
    send_stateless(turn, datagram, header, {wire::NotifyPayload{wire::Protocol::none, {}, failure.notify, failure.data}});
  }

  void on(Turn& turn, ConfigChanged changed) {
    reconcile(turn, changed.config ? std::move(changed.config) : std::make_shared<const Config>(), core.book.interfaces());
  }
  void on(Turn& turn, InterfacesChanged changed) { reconcile(turn, core.book.snapshot(), std::move(changed.interfaces)); }

  void on(Turn& turn, JobDone done) {
    const auto it = core.jobs.find(done.id);
    if (it == core.jobs.end()) return;  // its SA ended meanwhile
    IkeSa* sa = core.sas.find(it->second);
    core.jobs.erase(it);
    if (sa) sa->job_done(turn, done.id, std::move(done.result));
  }

  void on(Turn& turn, const Resolved& answer) { answered(turn, answer); }

  void on(Turn& turn, Acquire acquire) {
    const BookLine* line = core.book.find(acquire.line);
    if (!line || line->line.action != AclAction::permit || line->line.local.is_unspecified()) return;
    for (IkeSa* sa : core.sas.of_peer(line->line.peer)) {
      if (!between_ends(*sa, *line)) continue;
      if (Established* up = sa->established()) {
        if (line->client && (!up->access || up->access->interface != line->interface)) continue;
        if (up->replaced || up->profile->name != line->entry->profile->name) continue;
        const auto serving = std::find_if(up->children.begin(), up->children.end(), [&](const ChildSa& c) {
          return c.line == acquire.line && c.selectors.contains(acquire.packet);
        });
        if (serving != up->children.end()) return release_outbound(turn, *serving);
        if (refused_lately(turn, *line) || left_out_lately(*up, acquire.line, turn.now)) return;
        if (const Status room = room_for_child(turn); !room.ok()) {
          refused_child(turn, *sa, acquire.line);
          return sa->diagnose(turn, room.failure(), "Child SA not asked for");
        }
        if (already_asked(*up, acquire.line) || narrowed_too_often(turn, *sa, *up, *line, acquire.packet)) return;
        up->tasks.push_back(CreateChildTask{acquire.line, std::nullopt, {}, 0, acquire.packet});
        turn.touch(sa->id);
        return sa->proceed(turn);
      }
      if (sa->asking()) {
        if (std::find(sa->wanted.begin(), sa->wanted.end(), acquire.line) == sa->wanted.end()) sa->wanted.push_back(acquire.line);
        return;
      }
    }
    if (!line->client) want(turn, *line);
  }

  /// Tunnel interfaces are up without traffic.
  void look_after(Turn& turn, PolicyLineId id) {
    const BookLine* line = core.book.find(id);
    if (!line) return;
    const auto serves = [&](const ChildSa& child) { return child.line == id; };
    for (IkeSa* sa : core.sas.of_peer(line->line.peer))
      if (const Established* up = sa->established(); up && std::any_of(up->children.begin(), up->children.end(), serves)) return;
    on(turn, Acquire{id, line->line.selectors});
  }

  static bool left_out_lately(const Established& up, PolicyLineId line, Time now) {
    if (!up.left_out) return false;
    const auto known = up.left_out->find(line);
    return known != up.left_out->end() && now < known->second.until;
  }

  /// The peer narrows this line again and again without covering what is sent: asking once more would not help.
  bool narrowed_too_often(Turn& turn, const IkeSa& sa, Established& up, const BookLine& line, const SelectorPair& packet) {
    constexpr std::ptrdiff_t enough = 8;
    const auto same_line = [&](const ChildSa& c) { return c.line == line.line.id; };
    if (std::count_if(up.children.begin(), up.children.end(), same_line) < enough) return false;
    leave_out_for_a_while(up, line.line.id, turn.now);
    sa.diagnose(turn,
                {NotifyType::none,
                 Cause::peer_refused_selectors,
                 "the peer narrowed permit " + line.line.selectors.to_string() + " to selectors without " + packet.to_string(),
                 {},
                 refused_offer({}, {}, {line.line.selectors})},
                "Child SA not asked for");
    return true;
  }

  /// Asks the SA that owns `child` for `task`; nothing if it is gone.
  void ask(Turn& turn, ChildSaId child, const Task& task) {
    const IkeSaId* owner = core.child_owner.find(child);
    IkeSa* sa = owner ? core.sas.find(*owner) : nullptr;
    if (!sa || !sa->established()) return;
    sa->established()->tasks.push_front(task);
    turn.touch(sa->id);
    sa->proceed(turn);
  }

  ChildSa* find_child(ChildSaId child, IkeSa** owner) {
    const IkeSaId* id = core.child_owner.find(child);
    *owner = id ? core.sas.find(*id) : nullptr;
    if (!*owner || !(*owner)->established()) return nullptr;
    for (ChildSa& c : (*owner)->established()->children)
      if (c.id == child) return &c;
    return nullptr;
  }

  void on(Turn& turn, const InstallFailed& failed) {
    IkeSa* sa = nullptr;
    if (!find_child(failed.child, &sa)) return;
    sa->diagnose(turn, {NotifyType::none, Cause::install_failed, failed.why}, "Child SA not installed");
    ask(turn, failed.child, DeleteChildTask{failed.child, Cause::install_failed});
  }

  void on(Turn& turn, Expire expire) {
    IkeSa* sa = nullptr;
    ChildSa* child = find_child(expire.child, &sa);
    if (!child) return;
    if (expire.kind == ExpireKind::hard) return ask(turn, expire.child, DeleteChildTask{expire.child, Cause::lifetime_expired});
    if (child->rekey_asked || child->rekeyed) return;  // a soft limit may be reported twice, and beside the one in seconds
    child->rekey_asked = true;
    ask(turn, expire.child, CreateChildTask{child->line, expire.child});
  }

  void on(Turn& turn, InboundSeen seen) {
    IkeSa* sa = nullptr;
    ChildSa* child = find_child(seen.child, &sa);
    if (!child) return;
    child->last_traffic = turn.now;
    if (!sa->established()->profile->dpd_periodic) sa->established()->last_inbound = turn.now;
    if (!child->redundant && !leaves_sending_to_other(turn, *sa, *child)) release_outbound(turn, *child);
    turn.touch(sa->id);
  }

  void on(Turn& turn, OutboundSeen seen) {
    IkeSa* sa = nullptr;
    ChildSa* child = find_child(seen.child, &sa);
    if (!child) return;
    child->last_traffic = turn.now;
    if (!sa->established()->profile->dpd_periodic) sa->established()->last_outbound = turn.now;
    turn.touch(sa->id);
  }

  /// A peer that goes on sending on what is gone here, since we were started again, say, does not know: it is asked for an SA as
  /// by traffic of our own, and INITIAL_CONTACT tells it (2.4). While one is up, or being made, it is a packet that comes late.
  void on(Turn& turn, const UnknownSpi& told) {
    for (const IkeSa* sa : core.sas.of_peer(told.remote.ip))
      if (sa->established() || sa->asking()) return;
    const auto lines = core.book.lines_toward(told.remote.ip);
    if (lines.empty()) return;
    if (turn.now >= core.next_unknown_spi) {
      core.next_unknown_spi = turn.now + std::chrono::minutes(1);
      Notice notice{NoticeKind::unknown_spi};
      notice.local = told.local;
      notice.remote = told.remote;
      notice.spi_r = IkeSpi{told.spi.value};
      turn.emit(std::move(notice));
    }
    on(turn, Acquire{lines.front()->line.id, lines.front()->line.selectors});
  }

  void on(Turn& turn, const PeerMoved& moved) {
    IkeSa* sa = nullptr;
    if (find_child(moved.child, &sa)) mobility::follow_esp(turn, *sa, moved.remote);
  }

  static void end(Turn& turn, IkeSa& sa, Cause cause) {
    if (!std::holds_alternative<Deleting>(sa.state) && !std::holds_alternative<Lingering>(sa.state) && !sa.gone())
      exchange::informational::request_delete_ike(turn, sa, cause, NotifyType::none);
  }

  static bool meant(const Clear& clear, const IkeSa& sa) {
    const auto at = [](const std::optional<IpAddress>& wanted, const IpAddress& now, const IpAddress& configured) {
      return !wanted || *wanted == now || *wanted == configured;
    };
    return at(clear.peer, sa.path.remote.ip, sa.ends.remote) && at(clear.local, sa.path.local.ip, sa.ends.local) &&
           (!clear.port || *clear.port == sa.path.remote.port) &&
           (clear.on_interface.empty() || clear.on_interface == sa.interface);
  }
  static bool meant(const Clear& clear, const ChildSa& child) {
    return (clear.map.empty() || clear.map == child.entry->map) &&
           (!clear.spi || *clear.spi == child.spi_in || *clear.spi == child.spi_out);
  }

  void on(Turn& turn, const Clear& clear) {
    if (clear.what == ClearWhat::diagnoses) {
      core.diagnoses = {};
      return;
    }
    forget_wants(turn, clear);
    for (const auto& [id, sa] : core.sas.all()) {
      if (!meant(clear, *sa)) continue;
      if (clear.what == ClearWhat::ike_sas) {
        end(turn, *sa, Cause::cleared_by_operator);
      } else if (Established* up = sa->established()) {
        for (const ChildSa& child : up->children)
          if (meant(clear, child)) up->tasks.push_back(DeleteChildTask{child.id, Cause::cleared_by_operator});
        turn.touch(id);
        sa->proceed(turn);
      }
    }
  }

  void on(Turn&, DebugWanted wanted) { core.packet_notices = wanted.packets; }
  void on(Turn&, CaptureWanted wanted) { core.exports_keys = wanted.keys; }
  void on(Turn& turn, OwnStatus&& status) {
    if (status.response.empty())
      turn.core.own_status.erase(status.trustpoint);
    else
      turn.core.own_status[status.trustpoint] = std::move(status.response);
  }
  void on(Turn& turn, const Leased& kept) {
    constexpr Duration to_come_back = std::chrono::minutes(2);  // of clients that are up still, as far as they know
    turn.core.leases.restore(kept.leases, turn.now + to_come_back);
  }
  void on(Turn& turn, const Ordered& ordered) { obey(turn, ordered); }
  void on(Turn& turn, Shutdown) {
    core.always_up = {};
    for (const auto& [id, sa] : core.sas.all()) end(turn, *sa, Cause::shut_down);
  }
};

Endpoint::Endpoint(Rng& rng) : impl_(std::make_unique<Impl>(rng)) {}
Endpoint::~Endpoint() = default;
Endpoint::Endpoint(Endpoint&&) noexcept = default;

void Endpoint::handle(Time now, Event event, Actions& out) {
  Turn turn{impl_->core, now, out};
  std::visit([&](auto& e) { impl_->on(turn, std::move(e)); }, event);
  impl_->settle(turn);
}

void Endpoint::tick(Time now, Actions& out) {
  Turn turn{impl_->core, now, out};
  // Each SA at most once a tick, however near its next deadline is.
  for (const IkeSaId id : impl_->core.sas.due(now))
    if (IkeSa* sa = impl_->core.sas.find(id)) sa->tick(turn);
  attempt_due(turn);
  for (const PolicyLineId line : impl_->core.always_up.take_due(now)) impl_->look_after(turn, line);
  impl_->settle(turn);
}

std::optional<Time> Endpoint::next_deadline() const {
  std::optional<Time> out = impl_->core.sas.next_deadline();
  for (const auto& other : {impl_->core.desired.next_deadline(), impl_->core.always_up.next_deadline()})
    if (other && (!out || *other < *out)) out = other;
  return out;
}

std::vector<SaImpact> Endpoint::impact(std::shared_ptr<const Config> config) const {
  return preview(impl_->core, std::move(config));
}

View Endpoint::view(Time now, const Query& query) const { return view_of(impl_->core, now, query); }

void Endpoint::check_invariants() const {
  for (const auto& [id, sa] : impl_->core.sas.all()) sa->check_invariants();
}

}  // namespace engine
