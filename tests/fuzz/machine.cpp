// libFuzzer target of the whole machine: two routers on one clock, and the octets choose what happens next: a datagram arrives,
// is lost, arrives twice or changed (in clear or inside its SK payload, sealed anew), a job is done, time passes, packets are
// sent, limits are reached, names are resolved to this or that, the operator clears, configurations or addresses change, installs
// fail, a router restarts. The invariants are checked after every event; when nobody lied inside SK, both ends must agree in the
// end.
#include <cstdio>
#include <cstdlib>

#include "tests/sim/world.hpp"

namespace {

using namespace sim;
using engine::Bytes;

class Machine {
 public:
  explicit Machine(engine::ByteView script) : script_(script), kind_(next()), world_(1 + kind_ % 4) {
    static JobMemo memo;
    if (memo.size() > 4096) memo.clear();
    world_.memo = &memo;
    world_.record = false;
    world_.tap = std::make_unique<Wiretap>();
    if (std::getenv("SALLYPORT_NARRATE")) world_.narrate();
    const std::uint8_t flavour = next();
    left_ = site_a(1);
    right_ = site_b(1);
    left_.dpd_interval = right_.dpd_interval = 60s;
    left_.dpd_retry = right_.dpd_retry = 5s;
    if (kind_ & 4) {
      left_.tunnels[0].peer_name = "gw.example.net";
      left_.tunnels[0].peer_dynamic = kind_ & 8;
    }
    if (flavour & 1) left_.tunnels[0].pfs = right_.tunnels[0].pfs = "31";
    if ((flavour & 17) == 17)
      for (Site* site : {&left_, &right_}) site->ike.additional = site->tunnels[0].pfs_additional = {{{"19"}}};
    if (flavour & 2) left_.ike_lifetime = 10min;
    if (flavour & 4) right_.ike_lifetime = 11min;
    if (flavour & 8) left_.ike.encryption = right_.ike.encryption = {"aes-gcm-256"}, left_.ike.prf = right_.ike.prf = {"sha256"};
    if (flavour & 8) left_.ike.integrity = right_.ike.integrity = {};
    if (flavour & 16) right_.limits.cookie_challenge = 1;
    world_.debugging = (flavour & 32) != 0;
    nodes_ = {&world_.add(left_), &world_.add(right_)};
    world_.hold = true;
    if (!(flavour & 64)) connect();
    for (Node* node : nodes_) node->jobs = flavour & 128 ? Jobs::held : Jobs::at_once;
  }

  void run() {
    for (int i = 0; i < 200 && !done(); ++i) {
      step();
      check();
    }
    quiesce();
  }

 private:
  bool done() const { return at_ >= script_.size(); }
  std::uint8_t next() { return at_ < script_.size() ? script_[at_++] : 0; }
  Node& node(std::uint8_t choice) { return *nodes_[choice & 1]; }

  void connect() {
    world_.hold = false;
    world_.send(*nodes_[0], line(0, 0));
    answer_names(0);
    world_.run_until_idle();
    world_.hold = true;
  }

  static engine::SelectorPair line(unsigned from, unsigned which) {
    const std::string n = std::to_string(which + 1);
    const std::string a = "192.168." + n + ".1", b = which ? "10.0." + n + ".1" : "10.0.0.1";
    return from == 0 ? packet(a, b, 1) : packet(b, a, 1);
  }

  void step() {
    const std::uint8_t op = next(), which = static_cast<std::uint8_t>(op >> 4);
    const std::size_t waiting = world_.waiting().size();
    const std::size_t index = waiting ? which % waiting : 0;
    switch (op & 15) {
      case 0:
      case 1:
        if (waiting) world_.deliver_waiting(index);
        break;
      case 2:
        if (waiting) world_.lose_waiting(index);
        break;
      case 3:
        if (waiting) world_.deliver(Flight(world_.waiting()[index]));
        break;
      case 4:
        if (waiting) deliver_lie(index);
        break;
      case 5:
        if (waiting) deliver_damaged(index);
        break;
      case 6:
        if (!node(which).held.empty()) world_.run_held_job(node(which));
        break;
      case 7:
        world_.tick_next(engine::Duration(std::chrono::seconds(1) * (1 + which)));
        break;
      case 8:
        world_.stall(std::chrono::seconds(1u << which));
        break;
      case 9:
        world_.send(node(which), line(which & 1, which >> 1 & 1));
        break;
      case 10:
        expire(node(which), which & 2 ? engine::ExpireKind::hard : engine::ExpireKind::soft, which >> 2);
        break;
      case 11:
        world_.feed(node(which),
                    engine::Clear{which & 2 ? engine::ClearWhat::child_sas : engine::ClearWhat::ike_sas, std::nullopt});
        break;
      case 12:
        configure(which);
        break;
      case 13:
        if (which < 4)
          world_.restart(node(which));
        else
          which & 1 ? readdress(which >> 1) : answer_names(which);
        break;
      case 14:
        (which & 2 ? node(which).plane.refuse_inbound : node(which).plane.refuse_outbound) = 1;
        break;
      case 15:
        world_.tick(node(which));
        break;
    }
  }

  void expire(Node& node, engine::ExpireKind kind, unsigned which) {
    const auto& installed = node.plane.inbound();
    if (installed.empty()) return;
    world_.feed(node, engine::Expire{std::next(installed.begin(), which % static_cast<unsigned>(installed.size()))->first, kind});
  }

  /// What a resolver says: the truth, nothing, nonsense, or what nobody asked.
  void answer_names(std::uint8_t which) {
    Node& asker = *nodes_[0];
    const engine::PeerName name =
        asker.asked.empty() || (which & 3) == 3 ? engine::PeerName{"gw.example.net", engine::Family::v4} : asker.asked.front();
    if (!asker.asked.empty()) asker.asked.pop_front();
    engine::Resolved answer{name, {right_.wan}, {}};
    if ((which & 3) == 1) answer = {name, {}, "no such name"};
    if ((which & 3) == 2) answer.addresses = {left_.wan, ip("0.0.0.0"), ip("224.0.0.1"), ip("198.51.100.77"), right_.wan};
    world_.feed(asker, answer);
  }

  void configure(std::uint8_t which) {
    Site site = which & 1 ? right_ : left_;
    if (which & 2) site.tunnels[0].lines.pop_back();
    if (which & 4) site.tunnels[0].psk = "another";
    if (which == 8 || which == 9) site.tunnels.clear();
    world_.configure(node(which), site);
  }

  /// Of four addresses, those that the bits name.
  void readdress(std::uint8_t which) {
    const std::string left = which & 1 ? "203.0.113.2" : "203.0.113.1";
    std::vector<engine::IpAddress> addresses;
    if (which & 2) addresses.push_back(ip(left + "0"));
    if (which & 8) addresses.push_back(ip(left + "1"));
    world_.readdress(node(which), addresses);
  }

  /// The sender itself says something else: the chain inside SK is changed and sealed with the true keys.
  void deliver_lie(std::size_t index) {
    Flight flight = world_.waiting()[index];
    auto contents = world_.tap->open(flight.payload);
    if (!contents) return deliver_damaged(index);
    lied_ = true;
    mutate(contents->octets);
    if (contents->octets.size() % 7 == 3) contents->first = static_cast<engine::wire::PayloadType>(next());
    flight.payload = world_.tap->seal(*contents);
    world_.lose_waiting(index);
    world_.deliver(flight);
  }

  /// Changed on the way; the original may still arrive.
  void deliver_damaged(std::size_t index) {
    Flight flight = world_.waiting()[index];
    // IKE_SA_INIT is not protected: what is changed there is believed until AUTH.
    mutate(flight.payload);
    if (flight.payload.size() >= 28 && next() & 1)
      for (unsigned i = 0; i < 4; ++i) flight.payload[24 + i] = static_cast<std::uint8_t>(flight.payload.size() >> (24 - 8 * i));
    world_.deliver(flight);
  }

  void mutate(Bytes& octets) {
    const std::uint8_t how = next();
    if (octets.empty()) return;
    const std::size_t place = (std::size_t{next()} << 8 | next()) % octets.size();
    switch (how & 3) {
      case 0:
        octets[place] = next();
        break;
      case 1:
        octets.resize(place);
        break;
      case 2:
        octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(place), std::size_t{how} >> 2, next());
        break;
      case 3:
        for (unsigned i = 0; i < 4 && place + i < octets.size(); ++i) octets[place + i] = next();
        break;
    }
  }

  [[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
  }
  void check() {
    for (const std::string& violation : world_.violations())
      if (!lied_ || violation.find("the two ends of an SA differ") == std::string::npos) fail(violation);
  }

  void quiesce() {
    for (Node* node : nodes_) {
      node->plane.refuse_inbound = node->plane.refuse_outbound = 0;
      node->jobs = Jobs::at_once;
      world_.run_held_jobs(*node);
    }
    for (int i = 0; i < 200 && !world_.waiting().empty(); ++i) world_.deliver_waiting(0);
    world_.hold = false;
    world_.resolver = [this](const engine::PeerName& name) { return engine::Resolved{name, {right_.wan}, {}}; };
    while (!nodes_[0]->asked.empty()) answer_names(0);
    for (Node* node : nodes_) {
      const Site& site = node == nodes_[0] ? left_ : right_;
      world_.configure(*node, site);
      world_.readdress(*node, {site.wan});
    }
    world_.run_for(700s);
    check();
    if (lied_) return;
    world_.run_until_idle();
    for (const std::string& problem : world_.unsettled()) fail(problem);
  }

  engine::ByteView script_;
  std::size_t at_ = 0;
  std::uint8_t kind_;
  World world_;
  Site left_, right_;
  std::vector<Node*> nodes_;
  bool lied_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3 || size > 400) return 0;
  Machine({data, size}).run();
  return 0;
}
