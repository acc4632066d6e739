// N endpoints on one virtual clock, joined by a network that loses, duplicates, reorders and delays as one seed says.
// After every event the endpoint's invariants are checked and the strict data plane has its say.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/input_log.hpp"
#include "engine/endpoint.hpp"
#include "tests/sim/fake_data_plane.hpp"
#include "tests/sim/nat_box.hpp"
#include "tests/sim/seeded_rng.hpp"
#include "tests/sim/site.hpp"
#include "tests/sim/wiretap.hpp"

namespace sim {

using namespace std::chrono_literals;

/// What the network does to a datagram. Probabilities from 0 to 1.
struct Faults {
  double loss = 0, duplicate = 0, reorder = 0;  // reorder: delayed by up to `reorder_delay` more
  engine::Duration delay = 10ms, reorder_delay = 2s;
};

/// A datagram under way, with the addresses its sender used.
struct Flight {
  engine::SocketAddress from, to;
  engine::Bytes payload;
  bool keepalive = false;
};

/// at_once: before the next event. delayed: after a random time. held: when the test calls run_held_jobs().
enum class Jobs { at_once, delayed, held };

/// What became of a payload packet.
enum class Outcome { clear, acquire, delivered, lost };

/// What key exchanges came to, by what went into them.
using JobMemo = std::map<engine::Bytes, std::pair<engine::Bytes, engine::Bytes>>;

class World;

/// One router: endpoint, data plane, configuration, addresses.
class Node {
 public:
  Node(World& world, const Site& site, std::uint64_t seed);

  const std::string& name() const { return site.name; }
  bool owns(const engine::IpAddress& address) const;
  engine::View view(const engine::Query& query = {}) const;
  /// IKE SAs that are ready.
  std::size_t ready() const;
  std::size_t children() const;
  bool diagnosed(engine::Cause cause) const;
  /// IKE SAs that went down here for this cause, of those it still knows of.
  std::size_t ended(engine::Cause cause) const;
  /// Diagnoses in words, for a failing test.
  std::string diagnoses() const;
  std::uint64_t dropped(engine::Cause cause) const;

  Site site;
  Compiled compiled;
  SeededRng rng;
  cli::RecordedRandom random{rng};
  std::unique_ptr<cli::InputLog> log;                                 // since it was last started, while the world keeps logs
  std::vector<std::shared_ptr<const engine::Config>> configurations;  // the log has their places
  std::unique_ptr<engine::Endpoint> endpoint;
  FakeDataPlane plane;
  Jobs jobs = Jobs::at_once;
  std::vector<engine::StartJob> held;
  std::set<engine::JobId> open_jobs;
  std::vector<engine::ExportKeys> exported;
  std::map<std::string, engine::SetInterface> interfaces_made;  // by IKE
  std::vector<engine::OrderDone> orders_done;
  std::vector<engine::Lease> leases;    // that it keeps, whatever becomes of its process
  std::vector<engine::Notice> notices;  // the latest 1,000 that tell of no datagram
  /// How a nonce begins that it draws as it asks, and as it answers a datagram.
  std::optional<std::uint8_t> asks_with, answers_with;
  std::deque<engine::PeerName> asked;  // names, as long as the world has no resolver
  unsigned generation = 0;             // counts restarts: what was meant for an earlier life is dropped

 private:
  World& world_;
};

class World {
 public:
  explicit World(std::uint64_t seed);

  /// Starts a node: configuration and interfaces are handed to its endpoint. The reference stays valid.
  Node& add(const Site& site);
  /// Kills and starts it again: every SA forgotten, the data plane empty.
  void restart(Node& node);
  /// A new configuration for a running node, which keeps the addresses it has.
  void configure(Node& node, const Site& site);

  /// The WAN interface of a running node has these addresses now, the first in the place of `wan`.
  void readdress(Node& node, const std::vector<engine::IpAddress>& addresses);

  engine::Time now() const { return now_; }
  void run_for(engine::Duration duration);
  /// Until nothing is under way and no job is open, or `limit` has passed. Deadlines further away do not count.
  void run_until_idle(engine::Duration limit = 5s);
  /// Time passes and nobody is called, as when every process was stopped: deadlines are met late.
  void stall(engine::Duration duration) { now_ += duration; }
  void feed(Node& node, engine::Event event);
  void tick(Node& node);
  void run_held_jobs(Node& node);
  /// The oldest held job of the node, which has one.
  void run_held_job(Node& node);

  /// One packet from a host behind `from`.
  Outcome send(Node& from, const engine::SelectorPair& packet);
  /// send() until delivered, waiting a little between; at most `tries`.
  Outcome send_until_delivered(Node& from, const engine::SelectorPair& packet, int tries = 30);
  /// While `hold` is set datagrams wait here, in the order sent, until the test says what becomes of each.
  const std::deque<Flight>& waiting() const { return waiting_; }
  void deliver_waiting(std::size_t index);
  void lose_waiting(std::size_t index);
  /// The oldest waiting one whose arrow begins with `text`; nullopt: none does.
  std::optional<std::size_t> find_waiting(const std::string& text) const;
  /// Lets time pass until the first node has something to do, and lets it. False: nobody ever will within `limit`.
  bool tick_next(engine::Duration limit);
  std::string arrow(const Flight& flight) const;
  /// Arrives now, through the NATs.
  void deliver(const Flight& flight);
  /// Puts a datagram on the wire towards `flight.to`, past the faults.
  void inject(const Flight& flight);

  /// "A -> B IKE_SA_INIT request 0", in the order sent; "N(COOKIE)" and the like behind an unprotected message,
  /// ":4500" behind a name whose port is not 500 ("nat" stands without), "(lost)" when the network dropped it. Keepalives are not
  /// listed.
  const std::vector<std::string>& arrows() const { return arrows_; }
  void clear_arrows() { arrows_.clear(); }
  /// Every IKE datagram as sent, in order, as long as `record` is on.
  const std::vector<Flight>& recorded() const { return recorded_; }

  /// Whatever must not be: violations of the data plane so far. Empty when all is well.
  const std::vector<std::string>& violations() const { return violations_; }
  /// After quiescence: SAs mirror each other, nothing half-open, nothing orphaned, no job outstanding. Empty: settled.
  std::vector<std::string> unsettled() const;
  /// IKE SAs to one peer, or Child SAs of one line, of which there are two after quiescence.
  std::vector<std::string> duplicates() const;
  void violate(const std::string& what);

  Faults faults;
  /// True: this datagram is lost. Asked before `faults`.
  std::function<bool(const Flight&)> drop;
  /// What a datagram becomes on its way out: itself, nothing, several. Asked before `drop`.
  std::function<std::vector<Flight>(const Flight&)> alter;
  std::vector<NatBox> nats;
  bool record = true;
  /// What nodes that are added or restarted from now on are given is recorded (Node::log).
  bool log_inputs = false;
  bool hold = false;
  /// What a name means, and after how long; not set, or nothing returned: the question stays open (Node::asked).
  std::function<std::optional<engine::Resolved>(const engine::PeerName&)> resolver;
  engine::Duration resolver_delay = 50ms;
  /// The RADIUS server that all nodes ask; not set, or nothing returned: it is silent.
  std::function<std::optional<engine::crypto::JobResult>(const engine::crypto::Job&)> radius;
  /// The calendar's seconds when the virtual clock was 0: what certificates are held against.
  engine::WallTime began = 1'800'000'000;
  /// Set: results of key exchanges are taken from here, so that replaying a run costs little.
  JobMemo* memo = nullptr;
  /// Set: sees every datagram and every key exchange.
  std::unique_ptr<Wiretap> tap;
  /// Every `debug crypto` is on in nodes that are added or restarted from now on.
  bool debugging = true;
  /// As the daemon would with all of them on; what could drive a terminal is a violation.
  void print(const Node& node, const engine::Notice& notice);
  /// Prints what happens, message contents included, to standard output. Sets `tap`.
  void narrate();
  std::uint64_t steps = 0;
  std::uint64_t keepalives = 0;
  SeededRng rng;

 private:
  struct Scheduled {
    engine::Time at;
    std::uint64_t order;
    std::function<void()> what;
    bool operator>(const Scheduled& o) const { return std::tie(at, order) > std::tie(o.at, o.order); }
  };
  void at(engine::Time when, std::function<void()> what);
  /// Carries out the earliest thing due up to `limit`; false: nothing is.
  bool step(engine::Time limit);
  void start(Node& node);
  void carry_out(Node& node, engine::Actions& actions);
  void resolve(Node& node, const engine::PeerName& name);
  void start_job(Node& node, engine::StartJob job, std::vector<engine::StartJob>& at_once);
  void finish_job(Node& node, engine::StartJob job);
  engine::crypto::JobResult run_job(engine::crypto::Job job, const engine::crypto::KeyStore& keys);
  void transmit(Node& node, Flight flight);
  void put_on_wire(Flight flight);
  void schedule_delivery(const Flight& flight, engine::Duration delay);
  /// One line, with time and node, when narrating.
  void tell(const Node& node, const std::string& what) const;
  void tell(const Node& node, const engine::Action& action) const;
  std::string name_of(const engine::SocketAddress& address) const;
  Node* owner(const engine::IpAddress& address);
  /// Through the NAT boxes; nullopt: no mapping.
  std::optional<Flight> route(Flight flight);
  void compare_pair(const Node& node, const engine::IkeSaView& sa, std::vector<std::string>& problems) const;
  void compare_plane(const Node& node, const engine::View& view, std::vector<std::string>& problems) const;

  engine::Time now_{};
  bool narrating_ = false;
  std::uint64_t order_ = 0;
  std::priority_queue<Scheduled, std::vector<Scheduled>, std::greater<>> queue_;
  std::size_t in_flight_ = 0;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::string> arrows_, violations_;
  std::vector<Flight> recorded_;
  std::deque<Flight> waiting_;
};

/// What one end sends and the other receives. Behind a NAT each end of an SA in transport mode has the addresses that it sees
/// (RFC 7296, 2.23.1).
template <class A, class B>
bool same_traffic(const A& one, const B& other) {
  const auto same = [&](engine::TrafficSelector a, engine::TrafficSelector b) {
    if (one.mode == engine::IpsecMode::transport && one.udp_encapsulated) a.first = b.first, a.last = b.last;
    return a == b;
  };
  return one.mode == other.mode && one.udp_encapsulated == other.udp_encapsulated &&
         same(one.selectors.local, other.selectors.remote) && same(one.selectors.remote, other.selectors.local);
}

/// The two ends see the same SA with the same keys: A's outbound is B's inbound.
bool mirror(const InstalledSa& outbound, const InstalledSa& inbound);

}  // namespace sim
