#include "tests/sim/world.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/wire/message.hpp"

namespace sim {

using namespace engine;

bool mirror(const InstalledSa& outbound, const InstalledSa& inbound) {
  const SaParameters &a = outbound.sa, &b = inbound.sa;
  return a.spi == b.spi && a.encryption == b.encryption && a.integrity == b.integrity &&
         a.extended_sequence_numbers == b.extended_sequence_numbers && a.key_encryption.equals(b.key_encryption.expose()) &&
         a.key_integrity.equals(b.key_integrity.expose()) && same_traffic(outbound.facts, inbound.facts);
}

// ---- Node ----------------------------------------------------------------------------------------------------------

Node::Node(World& world, const Site& s, std::uint64_t seed)
    : site(s),
      compiled(compile(s)),
      rng(seed),
      plane([this](const std::string& what) { world_.violate(site.name + ": " + what); }),
      world_(world) {}

bool Node::owns(const IpAddress& address) const {
  return address == site.wan || std::ranges::find(site.more_wan, address) != site.more_wan.end();
}

View Node::view(const engine::Query& query) const { return endpoint->view(world_.now(), query); }

std::size_t Node::ready() const {
  const View v = view();
  return static_cast<std::size_t>(std::ranges::count(v.ike_sas, SaStatus::ready, &IkeSaView::status));
}

std::size_t Node::children() const {
  std::size_t count = 0;
  for (const IkeSaView& sa : view().ike_sas) count += sa.children.size();
  return count;
}

bool Node::diagnosed(Cause cause) const {
  const View v = view();
  return std::ranges::find(v.diagnoses, cause, &Diagnosis::cause) != v.diagnoses.end();
}

std::size_t Node::ended(Cause cause) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      notices, [&](const Notice& each) { return each.kind == NoticeKind::ike_sa_down && each.cause == cause; }));
}

std::string Node::diagnoses() const {
  std::string out = site.name + ":";
  for (const Diagnosis& d : view().diagnoses) {
    out += "\n  cause " + std::to_string(static_cast<int>(d.cause)) + " " + d.what;
    for (const std::string& line : d.evidence) out += "\n    " + line;
    for (const std::string& line : d.probable) out += "\n    probable: " + line;
  }
  return out;
}

std::uint64_t Node::dropped(Cause cause) const { return view().dropped[static_cast<std::size_t>(cause)]; }

// ---- World: nodes --------------------------------------------------------------------------------------------------

World::World(std::uint64_t seed) : rng(seed) {}

void World::violate(const std::string& what) { violations_.push_back("step " + std::to_string(steps) + ": " + what); }

Node& World::add(const Site& site) {
  nodes_.push_back(std::make_unique<Node>(*this, site, rng.next()));
  start(*nodes_.back());
  return *nodes_.back();
}

void World::start(Node& node) {
  node.configurations.clear();
  node.log = !log_inputs ? nullptr : std::make_unique<cli::InputLog>([&node](const std::shared_ptr<const Config>& config) {
    node.configurations.push_back(config);
    return [place = node.configurations.size() - 1] { return std::to_string(place); };
  });
  node.random.record(node.log.get());
  node.endpoint = std::make_unique<Endpoint>(node.random);
  if (node.log) feed(node, CaptureWanted{true});
  feed(node, DebugWanted{debugging});
  if (!node.leases.empty()) feed(node, Leased{node.leases});
  feed(node, InterfacesChanged{node.compiled.interfaces});
  feed(node, ConfigChanged{node.compiled.config});
}

void World::restart(Node& node) {
  ++node.generation;
  node.endpoint.reset();
  node.rng = SeededRng(rng.next());
  node.plane = FakeDataPlane([this, &node](const std::string& what) { violate(node.name() + ": " + what); });
  node.held.clear();
  node.open_jobs.clear();
  node.asked.clear();
  start(node);
}

void World::configure(Node& node, const Site& site) {
  Site next = site;  // which may be the node's own
  next.wan = node.site.wan;
  next.more_wan = node.site.more_wan;
  node.site = std::move(next);
  node.compiled = compile(node.site);
  feed(node, ConfigChanged{node.compiled.config});
}

void World::readdress(Node& node, const std::vector<IpAddress>& addresses) {
  node.site.wan = addresses.empty() ? IpAddress{} : addresses.front();
  node.site.more_wan.assign(addresses.begin() + !addresses.empty(), addresses.end());
  node.compiled.interfaces = compile(node.site).interfaces;
  feed(node, InterfacesChanged{node.compiled.interfaces});
}

Node* World::owner(const IpAddress& address) {
  for (const auto& node : nodes_)
    if (node->owns(address)) return node.get();
  return nullptr;
}

// ---- World: time ---------------------------------------------------------------------------------------------------

void World::at(Time when, std::function<void()> what) { queue_.push({when, ++order_, std::move(what)}); }

bool World::step(Time limit) {
  Node* due = nullptr;
  Time first = limit;
  for (const auto& node : nodes_) {
    const auto deadline = node->endpoint->next_deadline();
    if (deadline && *deadline <= first && (!due || *deadline < first)) {
      due = node.get();
      first = *deadline;
    }
  }
  if (!queue_.empty() && queue_.top().at <= first) {
    auto what = queue_.top().what;
    now_ = std::max(now_, queue_.top().at);
    queue_.pop();
    what();
    return true;
  }
  if (!due) return false;
  now_ = std::max(now_, first);
  tick(*due);
  return true;
}

void World::run_for(Duration duration) {
  const Time limit = now_ + duration;
  while (step(limit)) {
  }
  now_ = limit;
}

void World::run_until_idle(Duration limit) {
  const Time end = now_ + limit;
  const auto busy = [this] {
    return in_flight_ > 0 || std::ranges::any_of(nodes_, [](const auto& n) { return n->open_jobs.size() > n->held.size(); });
  };
  while (busy() && step(end)) {
  }
}

// ---- World: events and actions -------------------------------------------------------------------------------------

void World::feed(Node& node, Event event) {
  ++steps;
  Actions out;
  node.rng.first_octet = std::holds_alternative<Datagram>(event) ? node.answers_with : node.asks_with;
  if (node.log) node.log->event(now_, event);
  node.endpoint->handle(now_, std::move(event), out);
  if (node.log) node.log->outcome(out);
  node.endpoint->check_invariants();
  carry_out(node, out);
}

void World::tick(Node& node) {
  ++steps;
  Actions out;
  node.rng.first_octet = node.asks_with;
  if (node.log) node.log->tick(now_);
  node.endpoint->tick(now_, out);
  if (node.log) node.log->outcome(out);
  node.endpoint->check_invariants();
  const auto deadline = node.endpoint->next_deadline();
  if (deadline && *deadline <= now_) {
    violate(node.name() + ": tick() left a deadline that is due");
    now_ += 1ms;
  }
  carry_out(node, out);
}

void World::carry_out(Node& node, Actions& actions) {
  node.plane.begin_turn();
  std::vector<Event> answers;
  std::vector<StartJob> at_once;
  const auto install = [&](ChildSaId child, const Status& status) {
    if (!status.ok()) answers.push_back(InstallFailed{child, status.failure().why});
  };
  for (Action& action : actions) {
    if (narrating_) tell(node, action);
    if (auto* send = std::get_if<SendDatagram>(&action)) {
      transmit(node, {send->local, send->remote, std::move(send->payload)});
    } else if (auto* keepalive = std::get_if<SendKeepalive>(&action)) {
      ++keepalives;
      transmit(node, {keepalive->local, keepalive->remote, {0xff}, true});
    } else if (auto* job = std::get_if<StartJob>(&action)) {
      start_job(node, std::move(*job), at_once);
    } else if (auto* name = std::get_if<Resolve>(&action)) {
      resolve(node, name->name);
    } else if (auto* policy = std::get_if<SetPolicy>(&action)) {
      (void)node.plane.set_policy(*policy);
    } else if (auto* in = std::get_if<AddInbound>(&action)) {
      install(in->facts.child, node.plane.add_inbound(*in));
    } else if (auto* outbound = std::get_if<AddOutbound>(&action)) {
      install(outbound->facts.child, node.plane.add_outbound(*outbound));
    } else if (auto* remove = std::get_if<RemoveChild>(&action)) {
      node.plane.remove_child(remove->child);
    } else if (auto* move = std::get_if<MoveChild>(&action)) {
      install(move->child, node.plane.move_child(*move));
    } else if (auto* interface = std::get_if<SetInterface>(&action)) {
      if (interface->gone)
        node.interfaces_made.erase(interface->interface);
      else
        node.interfaces_made.insert_or_assign(interface->interface, std::move(*interface));
    } else if (auto* lease = std::get_if<KeepLease>(&action)) {
      std::erase_if(node.leases,
                    [&](const Lease& each) { return each.pool == lease->lease.pool && each.address == lease->lease.address; });
      if (!lease->forgotten) node.leases.push_back(std::move(lease->lease));
    } else if (auto* done = std::get_if<OrderDone>(&action)) {
      node.orders_done.push_back(*done);
    } else if (auto* keys = std::get_if<ExportKeys>(&action)) {
      node.exported.push_back(std::move(*keys));
    } else if (auto* notice = std::get_if<Notice>(&action)) {
      if (debugging) print(node, *notice);
      if (notice->kind <= NoticeKind::datagram_dropped) continue;
      if (node.notices.size() >= 1000) node.notices.erase(node.notices.begin(), node.notices.begin() + 500);
      node.notices.push_back(std::move(*notice));
    }
  }
  for (Event& answer : answers) feed(node, std::move(answer));
  for (StartJob& job : at_once) finish_job(node, std::move(job));
}

void World::resolve(Node& node, const PeerName& name) {
  auto answer = resolver ? resolver(name) : std::nullopt;
  if (!answer) return node.asked.push_back(name);
  at(now_ + resolver_delay, [this, &node, generation = node.generation, answer = std::move(*answer)] {
    if (node.generation == generation) feed(node, answer);
  });
}

void World::start_job(Node& node, StartJob job, std::vector<StartJob>& at_once) {
  if (!node.open_jobs.insert(job.id).second) violate(node.name() + ": job id used twice");
  switch (node.jobs) {
    case Jobs::at_once:
      at_once.push_back(std::move(job));
      break;
    case Jobs::held:
      node.held.push_back(std::move(job));
      break;
    case Jobs::delayed: {
      auto shared = std::make_shared<StartJob>(std::move(job));
      at(now_ + std::chrono::microseconds(rng.below(400'000)), [this, &node, shared, life = node.generation] {
        if (life == node.generation) finish_job(node, std::move(*shared));
      });
    }
  }
}

crypto::JobResult World::run_job(crypto::Job job, const crypto::KeyStore& keys) {
  if (auto answer = radius ? radius(job) : std::nullopt) return std::move(*answer);
  const auto* exchange = std::get_if<crypto::DhJob>(&job);
  if (!memo || !exchange)
    return crypto::run(std::move(job), keys, began + std::chrono::duration_cast<std::chrono::seconds>(now_ - Time{}).count());
  Bytes key = to_bytes(exchange->private_key.expose());
  key.push_back(static_cast<std::uint8_t>(exchange->step));
  key.push_back(static_cast<std::uint8_t>(exchange->group->id));
  key.insert(key.end(), exchange->peer_public.begin(), exchange->peer_public.end());
  if (const auto known = memo->find(key); known != memo->end())
    return crypto::DhResult{known->second.first, exchange->private_key.duplicate(), Secret(known->second.second)};
  crypto::JobResult result = crypto::run(std::move(job), keys);
  if (const auto* done = std::get_if<crypto::DhResult>(&result))
    memo->emplace(std::move(key), std::pair{done->public_value, to_bytes(done->shared.expose())});
  return result;
}

void World::finish_job(Node& node, StartJob job) {
  if (node.open_jobs.erase(job.id) == 0) return;
  crypto::JobResult result = run_job(std::move(job.job), *node.compiled.keys);
  if (const auto* exchanged = std::get_if<crypto::DhResult>(&result); exchanged && tap) tap->learn(exchanged->shared);
  feed(node, JobDone{job.id, std::move(result)});
}

void World::run_held_job(Node& node) {
  StartJob job = std::move(node.held.front());
  node.held.erase(node.held.begin());
  finish_job(node, std::move(job));
}

void World::run_held_jobs(Node& node) {
  std::vector<StartJob> jobs = std::move(node.held);
  node.held.clear();
  for (StartJob& job : jobs) finish_job(node, std::move(job));
}

// ---- World: the network --------------------------------------------------------------------------------------------

std::string World::name_of(const SocketAddress& address) const {
  std::string name = address.to_string();
  for (const auto& node : nodes_)
    if (node->owns(address.ip)) name = node->name();
  for (const NatBox& nat : nats)
    if (nat.outside() == address.ip) return "nat";
  return address.port == 500 ? name : name + ":" + std::to_string(address.port);
}

std::string World::arrow(const Flight& flight) const {
  std::string out = name_of(flight.from) + " -> " + name_of(flight.to) + " ";
  const auto header = wire::parse_header(flight.payload);
  if (!header.ok()) return out + "garbage";
  out += wire::name_of(header->exchange);
  out += header->response ? " response " : " request ";
  out += std::to_string(header->message_id.value);
  if (header->exchange != wire::ExchangeType::ike_sa_init) return out;
  const auto message = wire::parse(flight.payload);
  if (!message.ok()) return out + " malformed";
  for (const auto& [type, name] : {std::pair{NotifyType::cookie, " N(COOKIE)"},
                                   {NotifyType::invalid_ke_payload, " N(INVALID_KE_PAYLOAD)"},
                                   {NotifyType::no_proposal_chosen, " N(NO_PROPOSAL_CHOSEN)"}})
    if (wire::find_notify(message->payloads, type)) out += name;
  return out;
}

void World::transmit(Node& node, Flight flight) {
  if (!node.owns(flight.from.ip)) {
    // Without any address of the family nothing can be sent, whatever the engine tries.
    const auto same_family = [&](const IpAddress& own) { return own.family == flight.from.ip.family && !own.is_unspecified(); };
    if (same_family(node.site.wan) || std::ranges::any_of(node.site.more_wan, same_family))
      violate(node.name() + ": sends from " + flight.from.to_string() + ", not its address");
    return;
  }
  if (flight.from.port != 500 && flight.from.port != 4500)
    violate(node.name() + ": sends from port " + std::to_string(flight.from.port));
  if (tap) tap->watch(flight.payload);
  if (!alter) return put_on_wire(std::move(flight));
  for (Flight& altered : alter(flight)) put_on_wire(std::move(altered));
}

void World::put_on_wire(Flight flight) {
  const bool lost = (drop && drop(flight)) || rng.chance(faults.loss);
  if (record && !flight.keepalive) {
    arrows_.push_back(arrow(flight) + (lost ? " (lost)" : ""));
    recorded_.push_back(flight);
  }
  if (lost) return;
  if (hold) return waiting_.push_back(std::move(flight));
  const int copies = rng.chance(faults.duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Duration delay = faults.delay;
    if (rng.chance(faults.reorder)) delay += Duration(rng.below(static_cast<std::uint64_t>(faults.reorder_delay.count()) + 1));
    schedule_delivery(flight, delay);
  }
}

void World::deliver_waiting(std::size_t index) {
  const Flight flight = waiting_.at(index);
  lose_waiting(index);
  deliver(flight);
}
void World::lose_waiting(std::size_t index) { waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index)); }

std::optional<std::size_t> World::find_waiting(const std::string& text) const {
  for (std::size_t i = 0; i < waiting_.size(); ++i)
    if (arrow(waiting_[i]).starts_with(text)) return i;
  return std::nullopt;
}

bool World::tick_next(Duration limit) {
  const Time end = now_ + limit;
  if (step(end)) return true;
  now_ = end;
  return false;
}

void World::inject(const Flight& flight) { schedule_delivery(flight, faults.delay); }

void World::schedule_delivery(const Flight& flight, Duration delay) {
  ++in_flight_;
  at(now_ + delay, [this, flight] {
    --in_flight_;
    deliver(flight);
  });
}

std::optional<Flight> World::route(Flight flight) {
  for (NatBox& nat : nats)
    if (nat.is_inside(flight.from.ip) && !nat.is_inside(flight.to.ip)) flight.from = nat.outgoing(flight.from, now_);
  for (NatBox& nat : nats) {
    if (nat.outside() != flight.to.ip) continue;
    const auto inside = nat.incoming(flight.to, now_);
    if (!inside) return std::nullopt;
    flight.to = *inside;
  }
  return flight;
}

void World::deliver(const Flight& flight) {
  auto arrived = route(flight);
  if (!arrived || arrived->keepalive) return;
  Node* node = owner(arrived->to.ip);
  if (node && narrating_) tell(*node, "<- " + arrow(*arrived));
  if (node && (arrived->to.port == 500 || arrived->to.port == 4500))
    feed(*node, Datagram{arrived->to, arrived->from, std::move(arrived->payload)});
}

// ---- World: payload packets ----------------------------------------------------------------------------------------

Outcome World::send(Node& from, const SelectorPair& packet) {
  const FakeDataPlane::Met met = from.plane.meet(packet);
  if (met.what == Meeting::clear) return Outcome::clear;
  if (met.what == Meeting::acquire) {
    feed(from, Acquire{met.line, packet});
    return Outcome::acquire;
  }
  ++met.outbound->packets;
  const InstalledSa& sa = *met.outbound;
  feed(from, OutboundSeen{sa.facts.child});
  if (!from.owns(sa.facts.local.ip)) return Outcome::lost;
  // Native ESP has no ports: a NAT of this kind cannot pass it on.
  if (!sa.facts.udp_encapsulated) {
    for (const NatBox& nat : nats)
      if (nat.is_inside(sa.facts.local.ip) || nat.outside() == sa.facts.remote.ip) return Outcome::lost;
  }
  const auto arrived = route({sa.facts.local, sa.facts.remote, {}, false});
  Node* to = arrived ? owner(arrived->to.ip) : nullptr;
  InstalledSa* inbound = to ? to->plane.inbound_by_spi(sa.sa.spi) : nullptr;
  if (!inbound) return Outcome::lost;
  // As long as one end knows of a NAT and the other does not yet: packets of the other kind are dropped.
  if (sa.facts.udp_encapsulated != inbound->facts.udp_encapsulated) return Outcome::lost;
  if (!mirror(sa, *inbound)) violate(from.name() + " -> " + to->name() + ": the two ends of an SA differ");
  ++inbound->packets;
  const ChildSaId child = inbound->facts.child;
  const bool moved = inbound->facts.udp_encapsulated && inbound->facts.remote != arrived->from;
  feed(*to, InboundSeen{child});
  if (moved) feed(*to, PeerMoved{child, arrived->from});
  return Outcome::delivered;
}

Outcome World::send_until_delivered(Node& from, const SelectorPair& packet, int tries) {
  Outcome outcome = Outcome::lost;
  for (int i = 0; i < tries; ++i) {
    outcome = send(from, packet);
    if (outcome == Outcome::delivered || outcome == Outcome::clear) return outcome;
    run_for(2s);
  }
  return outcome;
}

}  // namespace sim
