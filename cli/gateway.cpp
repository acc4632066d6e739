#include "cli/gateway.hpp"

#include <malloc.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "cli/notice_text.hpp"
#include "cli/ping.hpp"
#include "kernel/host.hpp"

namespace cli {
namespace {

constexpr unsigned debugging = 7;  // the severity of what `debug` prints
constexpr unsigned crypto_threads = 2;
constexpr std::size_t usual_actions = 16;  // of one event
constexpr std::size_t facts_a_turn = 256;  // SAs and lines a `show` copies before others have their turn: about 1 ms

[[noreturn]] void fail(const std::string& what, const engine::Failure& failure) {
  throw std::runtime_error(what + ": " + failure.why);
}

}  // namespace

Gateway::Gateway(kernel::Loop& loop, const std::string& state_directory, PlaneChoice choice)
    : loop_(loop),
      capture_([this](bool on) { return listen_to_wire(on); },
               [this](unsigned severity, std::string text) {
                 log_.add(now(), {severity, std::move(text)});
               }),
      flash_(state_directory + "/flash"),
      metrics_path_(state_directory + "/metrics"),
      database_(state_directory + "/sallyport.db", kernel::boot_id()),
      compiled_(std::make_shared<parser::Compiled>(parser::compile(running_, nullptr))),
      replay_(state_directory + "/replay-next", [this](const auto&) { return configuration_text(); }),
      endpoint_(recorded_random_),
      device_pins_(state_directory + "/devices", kernel::boot_id()),
      fetcher_(loop),
      revert_timer_(loop, *this),
      expiry_watch_(loop, *this),
      own_statuses_([this](kernel::http::Request request,
                           kernel::Fetcher::Then then) { fetcher_.fetch(std::move(request), std::move(then)); },
                    kernel::wall_seconds, [this](engine::OwnStatus status) { handle(std::move(status)); }),
      counter_watch_([this](const engine::Query& query) { return endpoint_.view(kernel::monotonic_now(), query); },
                     [this](engine::ChildSaId child) { return plane_.plane->counters(child); }),
      background_(loop),
      lease_keeper_(background_, database_,
                    [this](const std::string& why) {
                      log_.add(now(), {3, "%CRYPTO-3-LEASES_NOT_KEPT: " + why});
                    }),
      texts_(loop) {
  log_.set_listener([this](const LogMessage& message, const std::string& stamped) { spread(message, stamped); });
  auto interfaces = kernel::Interfaces::open(loop_, [this](const kernel::InterfaceMap& map) { on_interfaces(map); });
  if (!interfaces.ok()) fail("cannot watch the interfaces", interfaces.failure());
  interfaces_ = std::move(*interfaces);
  interfaces_->recall(device_pins_.read());

  auto configuration = database_.load();
  revert_timer_.take_up(database_.revert());
  master_keys_ = std::make_shared<parser::MasterKeys>(database_.master_keys());
  pki_ = std::make_shared<parser::PkiStore>(parser::PkiStore::from_stored(database_.pki(), *master_keys_));
  auto compiled = std::make_shared<parser::Compiled>(parser::compile(configuration, nullptr, master_keys_.get(), pki_.get()));
  interfaces_->bind(ike_interfaces_.bindings(*compiled));
  open_plane_and_sockets(choice);
  loop_.add_clock([this] { return ended_ ? std::nullopt : endpoint_.next_deadline(); }, [this](engine::Time now) { tick(now); });
  loop_.add_clock([this] { return left_out_due(); }, [this](engine::Time) { log_.tell_left_out(now()); });
  loop_.add_clock([this] { return history_.due(); }, [this](engine::Time) { write_history(); });
  loop_.add_clock([this] { return ended_ ? std::nullopt : std::optional(counter_watch_.due()); },
                  [this](engine::Time at) {
                    for (const LogMessage& message : counter_watch_.look(at)) log_.add(now(), message);
                  });
  loop_.add_clock([this] { return trim_due_; }, [this](engine::Time) { trim(); });
  loop_.add_clock([this] { return own_statuses_due_; }, [this](engine::Time now) { look_at_own_statuses(now); });
  loop_.add_clock([this] { return enrollments_.next(); }, [this](engine::Time now) { enrollments_.tick(now); });
  loop_.at_turn_end([this] {
    plane_.plane->flush();
    console_.flush();
  });
  recorded_random_.record(replay_.log());
  if (replay_.log()) handle(engine::CaptureWanted{true});
  handle(engine::DebugWanted{true});  // the flight recorder is always on
  handle(interfaces_->current().interfaces);
  handle(engine::Leased{database_.leases()});
  LogSettings logging = log_settings(configuration);
  adopt(std::move(configuration), std::move(compiled), std::move(logging));
  plane_.settle();
  set_loopbacks();  // and what an earlier process left goes
  ::malloc_trim(0);
  console_.flush();
}

Gateway::~Gateway() = default;

void Gateway::open_plane_and_sockets(PlaneChoice choice) {
  auto chosen = choose_plane(choice);
  if (!chosen.ok()) fail("no data plane", chosen.failure());
  kernel::UdpOptions options;
  options.esp = udp_esp_of(*chosen);
  auto udp = kernel::Udp::open(loop_, options, [this](engine::Datagram datagram) { handle(std::move(datagram)); });
  if (!udp.ok()) fail("cannot open UDP ports 500 and 4500", udp.failure());
  udp_ = std::move(*udp);
  udp_->set_on_icmp([this](const kernel::IcmpError& error) {
    recorder_.note_icmp(kernel::monotonic_now(), {error.remote, error.from, error.type, error.code, 0, {}});
  });
  auto plane = open_plane(
      *chosen, loop_, *udp_, interfaces_->current().devices, [this](engine::Event event) { handle(std::move(event)); },
      [this](const std::string& interface, const std::string& why) { log_.add(now(), policy_failed(interface, why)); });
  if (!plane.ok()) fail("cannot open the data plane", plane.failure());
  plane_ = std::move(*plane);
  plane_text_ = "data plane " + std::string(plane_.plane->name()) + " (" + chosen->why + ")";
  workers_ = std::make_unique<kernel::Workers>(
      loop_, [this](engine::JobDone done) { handle(std::move(done)); }, crypto_threads);
  verifier_ = std::make_unique<kernel::PeerVerifier>(
      *workers_, fetcher_, verifier_random_, kernel::wall_seconds, [this](engine::JobDone done) { handle(std::move(done)); },
      [this](const std::string& what) {
        log_.add(now(), {4, "%PKI-4-CRLFETCHFAIL: Fetching revocation information failed: " + what});
      });
  resolver_ = std::make_unique<kernel::Resolver>(loop_, [this](const engine::Resolved& answer) { handle(answer); });
  auto routes = kernel::ReverseRoutes::open();
  if (!routes.ok()) fail("cannot open the routes", routes.failure());
  routes_ = std::make_unique<kernel::ReverseRoutes>(std::move(*routes));
  auto loopbacks = kernel::Loopbacks::open(0);
  if (!loopbacks.ok()) fail("cannot open the loopback interfaces", loopbacks.failure());
  loopbacks_ = std::make_unique<kernel::Loopbacks>(std::move(*loopbacks));
  radius_ = std::make_unique<kernel::RadiusClient>(
      loop_, radius_random_, [this](engine::JobDone done) { handle(std::move(done)); },
      [this](const std::string& what) {
        log_.add(now(), {4, "%RADIUS-4-RADIUS_DEAD: " + what + "."});
      });
  orders_ = std::make_unique<kernel::RadiusOrders>(
      loop_, [this](engine::Ordered ordered) { handle(std::move(ordered)); },
      [this](const std::string& what) {
        log_.add(now(), {4, "%RADIUS-4-BAD_ORDER: " + what + "."});
      });
  executor_ = std::make_unique<Executor>(
      Organs{*udp_, *plane_.plane, *workers_, *resolver_, *interfaces_, *routes_, capture_, traffic_, lease_keeper_, *radius_,
             *verifier_, *orders_},
      [this](engine::Event event) { events_.push_back(std::move(event)); },
      [this](const engine::Notice& notice) { on_notice(notice); },
      [this](const LogMessage& message) { log_.add(now(), message); },
      [this](engine::SetInterface said) {
        ike_interfaces_.take(std::move(said));
        set_tunnels();
        interfaces_->bind(ike_interfaces_.bindings(*compiled_));
      });
}

void Gateway::look_at_own_statuses(engine::Time now) {
  own_statuses_due_ = now + std::chrono::minutes(1);
  OwnStatuses::Trustpoints trustpoints;
  for (const auto& profile : compiled_->config->profiles)
    trustpoints.insert(trustpoints.end(), profile->sign.begin(), profile->sign.end());
  own_statuses_.look(trustpoints);
}

void Gateway::set_tunnels() {
  tunnels_ = ike_interfaces_.tunnels(*compiled_);
  for (const std::string& why : plane_.plane->set_tunnels(tunnels_)) log_.add(now(), {3, "%CRYPTO-3-TUNNEL_FAILED: " + why});
}

void Gateway::set_loopbacks() {
  std::vector<kernel::TunnelSpec> wanted;
  for (const auto& each : compiled_->loopbacks) wanted.push_back(spec_of(each));
  for (const std::string& why : loopbacks_->set(wanted)) log_.add(now(), {3, "%CRYPTO-3-LOOPBACK_FAILED: " + why});
}

void Gateway::handle(engine::Event event) {
  if (ended_ || !executor_) return;
  events_.push_back(std::move(event));
  drain();
}

void Gateway::tick(engine::Time now) {
  handling_ = true;
  engine::Actions out;
  if (replay_.log()) replay_.log()->tick(now);
  endpoint_.tick(now, out);
  if (replay_.log()) replay_.log()->outcome(out);
#ifndef NDEBUG
  endpoint_.check_invariants();
#endif
  carry_out(std::move(out));
  handling_ = false;
  drain();
}

/// Events that come up while one is carried out wait for their turn.
void Gateway::drain() {
  if (handling_) return;
  handling_ = true;
  while (!events_.empty()) {
    engine::Event event = std::move(events_.front());
    events_.pop_front();
    engine::Actions out;
    out.reserve(usual_actions);
    if (const auto* datagram = std::get_if<engine::Datagram>(&event)) dump("Received", datagram->remote, datagram->payload);
    const engine::Time now = kernel::monotonic_now();
    if (replay_.log()) replay_.log()->event(now, event);
    endpoint_.handle(now, std::move(event), out);
    if (replay_.log()) replay_.log()->outcome(out);
#ifndef NDEBUG
    endpoint_.check_invariants();
#endif
    carry_out(std::move(out));
  }
  handling_ = false;
}

void Gateway::carry_out(engine::Actions actions) {
  if (debug_.ikev2_hexdump)
    for (const engine::Action& action : actions)
      if (const auto* sent = std::get_if<engine::SendDatagram>(&action)) dump("Sending", sent->remote, sent->payload);
  executor_->carry_out(std::move(actions));
}

void Gateway::shut_down() {
  metrics_.reset();
  handle(engine::Shutdown{});
  ended_ = true;
  if (history_.due()) write_history();
  loop_.at_turn_end(nullptr);
  routes_->remove_all();
  plane_.close();
  plane_.plane.reset();
}

void Gateway::on_interfaces(const kernel::InterfaceMap& map) {
  device_pins_.write(interfaces_->known());
  if (!plane_.plane) return;
  tell_line_protocols(map.interfaces.interfaces);
  plane_.set_devices(map.devices);
  routes_->mend();
  handle(map.interfaces);
}

/// Of tunnel interfaces alone: others are the host's, and it tells about them itself.
void Gateway::tell_line_protocols(const std::vector<engine::InterfaceState>& states) {
  std::set<std::string> up;
  for (const auto& tunnel : tunnels_) {
    const auto state = std::find_if(states.begin(), states.end(),
                                    [&](const engine::InterfaceState& each) { return each.name == tunnel.interface; });
    if (state != states.end() && state->up) up.insert(tunnel.interface);
  }
  const auto tell = [&](const std::string& name, const char* how) {
    log_.add(now(), {5, "%LINEPROTO-5-UPDOWN: Line protocol on Interface " + name + ", changed state to " + how});
  };
  for (const std::string& name : up)
    if (!tunnels_up_.contains(name)) tell(name, "up");
  for (const std::string& name : tunnels_up_)
    if (!up.contains(name)) tell(name, "down");
  tunnels_up_ = std::move(up);
}

/// A message to each place that wants messages of its level. The journal reads the level in front of the line.
void Gateway::spread(const LogMessage& message, const std::string& stamped) {
  const LogSettings& wanted = log_.settings();
  if (wanted.console && message.severity <= *wanted.console)
    console_.add((journal_ ? "<" + std::to_string(message.severity) + ">" : std::string()) + stamped);
  if (monitor_ && wanted.monitor && message.severity <= *wanted.monitor) log_.count_monitor(monitor_(stamped));
  if (wanted.hosts.empty() || !wanted.trap || message.severity > *wanted.trap) return;
  const std::string text = syslog_message(now(), running_.hostname(), message);
  for (const LogHost& host : wanted.hosts) log_.count_trap(syslog_.send(host.address, text) ? 1 : 0);
}

void Gateway::on_notice(const engine::Notice& notice) {
  recorder_.note(kernel::monotonic_now(), notice);
  if (SaHistory::concerns(notice.kind))
    history_.note(kernel::monotonic_now(), clock_.now().unix_milliseconds, notice, recorder_.identity_of(notice.remote.ip));
  for (const auto& message : notice_text(notice, debug_))
    if (message.severity < debugging || about(notice.remote.ip)) log_.add(now(), message);
}

/// A flood that ends in silence is told of a second later.
std::optional<engine::Time> Gateway::left_out_due() {
  if (!log_.owes_left_out()) left_out_due_.reset();
  if (log_.owes_left_out() && !left_out_due_) left_out_due_ = kernel::monotonic_now() + std::chrono::seconds(1);
  return left_out_due_;
}

/// Beside the loop, like all that the database does.
void Gateway::write_history() {
  background_.run([this, events = history_.take()] { return database_.add(events); },
                  [this](const engine::Status& status) {
                    if (!status.ok()) log_.add(now(), {4, "%CRYPTO-4-HISTORY_FAILED: " + status.failure().why});
                  });
}

bool Gateway::about(const engine::IpAddress& peer) const { return debug_.conditions.passes(peer, recorder_.identity_of(peer)); }

void Gateway::dump(const char* direction, const engine::SocketAddress& peer, const engine::Bytes& octets) {
  if (debug_.ikev2_hexdump && about(peer.ip)) log_.add(now(), {debugging, hexdump(direction, peer, octets)});
}

/// For a capture: packets, and the keys of IKE SAs. Those of Child SAs come by the executor.
engine::Status Gateway::listen_to_wire(bool on) {
  if (on) {
    auto opened = kernel::PacketCapture::open(loop_, [this](kernel::CapturedPacket packet) { capture_.take(std::move(packet)); });
    if (!opened.ok()) return opened.failure();
    wire_ = std::move(*opened);
  } else {
    wire_.reset();
  }
  handle(engine::CaptureWanted{on || replay_.log()});
  return engine::Done{};
}

/// For a recording. What it writes is what is running now.
std::function<std::string()> Gateway::configuration_text() const {
  return [configuration = running_, keys = master_keys_] {
    return parser::running_config(parser::with_stand_ins(configuration, *keys));
  };
}

void Gateway::serve_metrics() {
  metrics_.reset();
  if (!compiled_->metrics_port) return;
  auto opened =
      MetricsServer::open(loop_, *compiled_->metrics_port, metrics_path_, [this](std::function<void(std::string)> then) {
        facts({}, [this, then = std::move(then)](const std::shared_ptr<const ShowFacts>& facts) {
          render([facts, system = system()] { return open_metrics(*facts, system); }, then);
        });
      });
  if (opened.ok())
    metrics_ = std::move(*opened);
  else
    log_.add(now(), {3, "%CRYPTO-3-METRICS_FAILED: " + opened.failure().why});
}

void Gateway::hear_orders() {
  kernel::RadiusOrders::Clients clients;
  for (const auto& [address, key] : compiled_->radius_orders.clients) clients[address] = compiled_->keys->shared(key);
  const auto status = orders_->set(compiled_->radius_orders.port, std::move(clients));
  if (!status.ok()) log_.add(now(), {3, "%RADIUS-3-ORDERS_FAILED: " + status.failure().why});
}

void Gateway::commit(std::function<parser::Configuration()> build, parser::Origin origin,
                     std::function<void(engine::Status)> then) {
  commits_.push_back({std::move(build), std::move(origin), std::nullopt, nullptr, std::move(then)});
  next_commit();
}

void Gateway::next_commit() {
  if (committing_ || commits_.empty()) return;
  committing_ = true;
  const Commit next = std::move(commits_.front());
  commits_.pop_front();
  struct Outcome {
    engine::Status status;
    parser::Configuration configuration;
    std::shared_ptr<const parser::MasterKeys> master_keys;
    std::shared_ptr<const parser::PkiStore> pki;
    std::shared_ptr<const parser::Compiled> compiled;
    LogSettings logging;
  };
  const parser::Configuration configuration = next.build();
  const auto pki = next.change_pki ? std::make_shared<const parser::PkiStore>(next.change_pki(*pki_)) : pki_;
  background_.run(
      [this, configuration, origin = next.origin, order = next.master_key, before = running_, keys = master_keys_, pki,
       pki_changed = pki != pki_, previous = compiled_] {
        Outcome out{engine::Done{}, configuration, keys, pki, nullptr, {}};
        if (order)
          out.master_keys =
              std::make_shared<parser::MasterKeys>(order->remove ? parser::MasterKeys{} : keys->changed_to(order->key));
        const bool begins = parser::sealing_begins(configuration, before, *out.master_keys, order.has_value());
        parser::SealedLines sealed;
        out.configuration = parser::protect(configuration, order ? parser::Configuration{} : before, *out.master_keys,
                                            sealing_random_, begins ? &sealed : nullptr);
        parser::LineSealer sealer(out.configuration, *out.master_keys, sealing_random_, std::move(sealed));
        std::optional<parser::StoredPki> rows;
        if (order || pki_changed) rows = pki->stored(*out.master_keys, sealing_random_);
        out.status = database_.commit_running(
            out.configuration, origin,
            {order ? out.master_keys.get() : nullptr, rows ? &*rows : nullptr, begins ? &sealer : nullptr});
        out.logging = log_settings(out.configuration);
        if (out.status.ok())
          out.compiled = std::make_shared<parser::Compiled>(
              parser::compile(out.configuration, previous.get(), out.master_keys.get(), pki.get()));
        return out;
      },
      [this, then = next.then, long_paste = next.origin.commands.size() >= parser::most_logged_commands](const Outcome& outcome) {
        if (outcome.status.ok()) {
          master_keys_ = outcome.master_keys;
          pki_ = outcome.pki;
          adopt(outcome.configuration, outcome.compiled, outcome.logging);
        }
        committing_ = false;
        then(outcome.status);
        next_commit();
        if (long_paste) trim_due_ = kernel::monotonic_now() + std::chrono::seconds(1);
      });
}

/// What a long paste took goes back to the system, once what it left to do beside the loop is through as well.
void Gateway::trim() {
  trim_due_.reset();
  background_.run([] { return ::malloc_trim(0); }, [](int) {});
}

/// The devices first, so that the data plane knows them when the engine says what they protect.
void Gateway::adopt(parser::Configuration configuration, std::shared_ptr<const parser::Compiled> compiled, LogSettings logging) {
  auto old = std::exchange(running_, std::move(configuration));
  log_.configure(std::move(logging));
  auto before = std::exchange(compiled_, std::move(compiled));
  ++revision_;
  executor_->set_keys(compiled_->keys);
  if (compiled_->loopbacks != before->loopbacks) set_loopbacks();
  if (compiled_->tunnels != before->tunnels || compiled_->templates != before->templates) set_tunnels();
  if (compiled_->metrics_port != before->metrics_port) serve_metrics();
  if (compiled_->radius_orders != before->radius_orders) hear_orders();
  if (compiled_->interfaces != before->interfaces) interfaces_->bind(ike_interfaces_.bindings(*compiled_));
  // What means the same to the engine is the same object.
  if (compiled_->config != before->config) handle(engine::ConfigChanged{compiled_->config});
  // Letting go of what ten thousand peers were takes longer than the loop has.
  background_.let_go(std::move(old), std::move(before));
}

void Gateway::set_master_key(parser::MasterKeyOrder order, parser::Origin origin, std::function<void(engine::Status)> then) {
  commits_.push_back({[this] { return running_; }, std::move(origin), std::move(order), nullptr, std::move(then)});
  next_commit();
}

void Gateway::change_pki(std::function<parser::PkiStore(const parser::PkiStore&)> change,
                         std::function<void(engine::Status)> then) {
  commits_.push_back({[this] { return running_; }, {}, std::nullopt, std::move(change), std::move(then)});
  next_commit();
}

void Gateway::in_database(std::function<std::function<void()>(parser::Database&)> work) {
  if (history_.due()) write_history();
  background_.run([this, work = std::move(work)] { return work(database_); }, [](const std::function<void()>& then) { then(); });
}

void Gateway::write_startup(std::function<void(engine::Status)> then) {
  background_.run([this] { return database_.write_startup(); }, std::move(then));
}

void Gateway::read_startup(std::function<void(engine::Result<std::optional<parser::Configuration>>)> then) {
  background_.run([this] { return database_.startup(); }, std::move(then));
}

void Gateway::reload(const std::string& user, std::function<void(engine::Status)> then) {
  background_.run(
      [this, user] {
        return database_.begin_with_startup({user, "reload", "the startup configuration", {}});
      },
      [this, then = std::move(then)](const engine::Status& status) {
        then(status);
        reload_wanted_ = status.ok();
        if (reload_wanted_) loop_.stop();
      });
}

void Gateway::render(std::function<std::string()> work, std::function<void(std::string)> then) {
  texts_.run(std::move(work), std::move(then));
}

void Gateway::impact(parser::Configuration configuration, std::function<void(std::vector<engine::SaImpact>)> then) {
  background_.run(
      [configuration = std::move(configuration), previous = compiled_, keys = master_keys_, pki = pki_] {
        return parser::compile(configuration, previous.get(), keys.get(), pki.get()).config;
      },
      [this, then = std::move(then)](const std::shared_ptr<const engine::Config>& config) { then(endpoint_.impact(config)); });
}

void Gateway::clear_sa_counters() {
  facts({}, [this](const std::shared_ptr<const ShowFacts>& now) { cleared_ = now->counters; });
}

void Gateway::facts(const engine::Query& query, std::function<void(std::shared_ptr<const ShowFacts>)> then) {
  Gathering gathering{query, std::move(then)};
  gathering.query.most = facts_a_turn;
  gathering.facts->interfaces = interfaces_->current().interfaces.interfaces;
  gathering.facts->unknown_spi = plane_.plane->unknown_spi();
  for (const auto& interface : gathering.facts->interfaces)
    if (const auto count = plane_.plane->clear_dropped(interface.name)) gathering.facts->clear_dropped[interface.name] = count;
  gathering.facts->ike = recorder_.counters();
  gathering.facts->ike_totals = recorder_.totals();
  gathering.facts->limits = compiled_->config->limits;
  // As many as the last time, and some: growing would move them all in one turn.
  if (!query.local && !query.peer) {
    gathering.facts->view.ike_sas.reserve(sas_seen_ + facts_a_turn);
    gathering.facts->view.lines.reserve(lines_seen_ + facts_a_turn);
    gathering.facts->counters.reserve(sas_seen_ + facts_a_turn);
    gathering.facts->traffic.reserve(lines_seen_ + facts_a_turn);
  }
  gather(std::move(gathering));
}

void Gateway::gather(Gathering gathering) {
  if (ended_) return;
  engine::View slice = endpoint_.view(kernel::monotonic_now(), gathering.query);
  ShowFacts& facts = *gathering.facts;
  const bool all = !gathering.query.local && !gathering.query.peer;
  const engine::Time at = kernel::monotonic_now();
  for (const auto& sa : slice.ike_sas)
    for (const auto& child : sa.children) {
      const auto& counted = facts.counters[child.id] = plane_.plane->counters(child.id);
      if (const auto silent = counter_watch_.unanswered(at, child.id, counted)) facts.unanswered.emplace(child.id, *silent);
      if (const auto cleared = cleared_.find(child.id); cleared != cleared_.end()) facts.cleared.insert(*cleared);
    }
  if (all) traffic_.add_now(facts, slice);
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(facts.view.ike_sas, slice.ike_sas);
  append(facts.view.lines, slice.lines);
  if (slice.rest) {
    gathering.query.from = *slice.rest;
    loop_.post([this, gathering = std::move(gathering)] { gather(gathering); });
    return;
  }
  facts.view.diagnoses = std::move(slice.diagnoses);
  facts.view.dropped = slice.dropped;
  facts.view.untold = slice.untold;
  append(facts.view.attempts, slice.attempts);
  facts.view.half_open = slice.half_open;
  facts.view.pools = std::move(slice.pools);
  facts.config = compiled_->config;
  if (all) {
    if (cleared_.size() > facts.cleared.size()) cleared_ = facts.cleared;
    traffic_.keep_only(facts.view.lines);
    sas_seen_ = facts.view.ike_sas.size();
    lines_seen_ = facts.view.lines.size();
  }
  gathering.then(std::move(gathering.facts));
}

std::vector<InterfaceRow> Gateway::interfaces() const {
  const auto& map = interfaces_->current();
  std::vector<InterfaceRow> out;
  for (const auto& state : map.interfaces.interfaces) {
    InterfaceRow row;
    row.name = state.name;
    if (const auto device = map.devices.find(state.name); device != map.devices.end()) row.device = device->second.name;
    const auto v4 =
        std::find_if(state.addresses.begin(), state.addresses.end(), [](const auto& each) { return each.address.is_v4(); });
    if (v4 != state.addresses.end()) {
      row.address = ios_address(v4->address);
      row.prefix_length = v4->length;
    }
    row.mtu = state.mtu;
    row.method = row.address.empty() ? "unset" : "manual";
    const auto tunnel =
        std::find_if(tunnels_.begin(), tunnels_.end(), [&](const auto& each) { return each.interface == state.name; });
    const bool ours = tunnel != tunnels_.end();
    row.status = !ours ? state.up ? "up" : "down" : tunnel->shut_down ? "administratively down" : "up";
    row.protocol_up = state.up;
    out.push_back(std::move(row));
  }
  return out;
}

kernel::DeviceCounters Gateway::interface_counters(const std::string& interface) const {
  const auto& devices = interfaces_->current().devices;
  const auto device = devices.find(interface);
  return device == devices.end() ? kernel::DeviceCounters{} : interfaces_->counters(device->second);
}

SystemFacts Gateway::system() const {
  const kernel::Machine machine = kernel::machine();
  return {running_.hostname(),      machine.kernel,      machine.processor,
          machine.memory_kilobytes, interfaces().size(), kernel::monotonic_now().time_since_epoch()};
}

void Gateway::set_debug_flags(const DebugFlags& flags) { debug_ = flags; }

engine::Time Gateway::monotonic() const { return kernel::monotonic_now(); }

std::pair<UsageSample, UsageSample> Gateway::usage() {
  UsageSample now{kernel::host_usage(), kernel::monotonic_now().time_since_epoch()};
  return {now, std::exchange(last_usage_, now)};
}

std::unique_ptr<Activity> Gateway::ping(const parser::Ping& command, std::function<void(std::string)> output,
                                        std::function<void()> done) {
  std::optional<engine::IpAddress> source;
  if (command.source) {
    source = engine::IpAddress::parse(*command.source);
    for (const auto& state : interfaces_->current().interfaces.interfaces) {
      if (source || state.name != *command.source) continue;
      for (const auto& prefix : state.addresses)
        if (!source && prefix.address.family == command.destination.family) source = prefix.address;
    }
    // An interface without such an address: binding to the unspecified one of the other family is refused by start_ping.
    if (!source) source = engine::Prefix::any(command.destination.is_v4() ? engine::Family::v6 : engine::Family::v4).address;
  }
  return start_ping(loop_, command, source, std::move(output), std::move(done));
}

}  // namespace cli
