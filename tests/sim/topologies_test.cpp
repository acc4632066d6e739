// Lives of two to five routers, each out of one number: a hub with spokes or a mesh, IPv4 and IPv6 inside and outside, one
// spoke behind a NAT whose mappings expire; faults, restarts, clocks that stand still for an hour, configurations and addresses
// that change in flight, both ends beginning at once. When the links have healed all must agree, and a rekey loses no packet.
// SALLYPORT_TOPOLOGIES: how many (2000). SALLYPORT_TOPOLOGY: replay this one, told line by line.
#include <cstdlib>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

class Landscape {
 public:
  explicit Landscape(std::uint64_t seed) : world_(seed), dice_(seed ^ 0x70b0) {
    const std::size_t count = 2 + dice_.below(4);
    mesh_ = dice_.chance(0.5);
    outer_v6_ = dice_.chance(0.4);
    const bool inner_v6 = dice_.chance(0.4);
    nat_ = !mesh_ && !outer_v6_ && count > 2 && dice_.chance(0.5);
    for (std::size_t i = 0; i < count; ++i) {
      Site site;
      site.name = std::string(1, static_cast<char>('A' + i));
      const std::string n = std::to_string(i + 1);
      site.wan = ip(nat_ && i == 1 ? "192.168.100.2" : outer_v6_ ? "2001:db8:ffff::" + n : "203.0.113." + n + "0");
      lans_.push_back(inner_v6 ? "2001:db8:" + n + "::" : "10." + n + ".0.");
      lan_of_.push_back(inner_v6 ? lans_.back() + "/64" : lans_.back() + "0/24");
      site.dpd_interval = 30s;
      site.dpd_retry = 5s;
      site.mobike = dice_.chance(0.8);
      if (dice_.chance(0.3)) site.limits.cookie_challenge = 1;
      if (dice_.chance(0.3)) site.ike.additional = {{{"19"}, true}};
      if (dice_.chance(0.3)) site.ike_lifetime = std::chrono::minutes(10 + dice_.below(20));
      if (dice_.chance(0.3)) site.child_lifetime = std::chrono::minutes(5 + dice_.below(20));
      sites_.push_back(site);
    }
    if (nat_) world_.nats.emplace_back(std::vector{sites_[1].wan}, ip("198.51.100.1"), 120s);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = i + 1; k < count; ++k)
        if (mesh_ || i == 0) join(i, k);
    world_.debugging = seed % 2 != 0;
    for (const Site& site : sites_) nodes_.push_back(&world_.add(site));
    for (Node* node : nodes_) node->jobs = dice_.chance(0.5) ? Jobs::delayed : Jobs::at_once;
  }

  std::vector<std::string> live() {
    world_.faults = {.loss = 0.4 * unit(), .duplicate = 0.4 * unit(), .reorder = unit(), .delay = 5ms, .reorder_delay = 3s};
    const std::uint64_t deeds = 3 + dice_.below(20);
    for (std::uint64_t i = 0; i < deeds; ++i) {
      deed();
      const std::uint64_t pause = dice_.below(3);
      world_.run_for(std::chrono::milliseconds(dice_.below(pause == 0 ? 20 : pause == 1 ? 500 : 15'000)));
    }
    world_.faults = {};
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i]->plane.refuse_inbound = nodes_[i]->plane.refuse_outbound = 0;
      world_.readdress(*nodes_[i], {sites_[i].wan});
      world_.configure(*nodes_[i], sites_[i]);
    }
    world_.run_for(600s);
    heal();
    if (problems_.empty()) rekey_all();
    problems_.insert(problems_.end(), world_.violations().begin(), world_.violations().end());
    return problems_;
  }
  World& world() { return world_; }

 private:
  double unit() { return static_cast<double>(dice_.below(1001)) / 1000; }
  std::size_t any() { return dice_.below(nodes_.size()); }
  std::string host(std::size_t i) const { return lans_[i] + "1"; }

  void join(std::size_t i, std::size_t k) {
    const bool behind = nat_ && k == 1;
    Tunnel near, far;
    near.peer = behind ? ip("198.51.100.1") : sites_[k].wan;
    far.peer = sites_[i].wan;
    if (behind) near.match_remote = {engine::Prefix::host(sites_[k].wan)};
    near.psk = far.psk = "secret of " + sites_[i].name + " and " + sites_[k].name;
    if (dice_.chance(0.3)) near.pfs = far.pfs = "31";
    if (!near.pfs.empty() && dice_.chance(0.5)) near.pfs_additional = far.pfs_additional = {{{"19"}, dice_.chance(0.5)}};
    near.lines = {permit(lan_of_[i], lan_of_[k])};
    far.lines = {permit(lan_of_[k], lan_of_[i])};
    sites_[i].tunnels.push_back(near);
    sites_[k].tunnels.push_back(far);
    pairs_.emplace_back(i, k);
  }

  Outcome traffic(std::size_t from, std::size_t to) { return world_.send(*nodes_[from], packet(host(from), host(to))); }

  void deed() {
    const auto [i, k] = pairs_[dice_.below(pairs_.size())];
    const bool only_inside_begins = nat_ && k == 1;
    switch (dice_.below(14)) {
      case 0:
      case 1:
      case 2:
        traffic(k, i);
        break;
      case 3:
        if (!only_inside_begins) traffic(i, k);
        break;
      case 4:  // both at once
        traffic(k, i);
        if (!only_inside_begins) traffic(i, k);
        break;
      case 5:
        world_.feed(*nodes_[any()],
                    engine::Clear{dice_.chance(0.5) ? engine::ClearWhat::ike_sas : engine::ClearWhat::child_sas, std::nullopt});
        break;
      case 6:
        world_.restart(*nodes_[any()]);
        break;
      case 7:
        expire(*nodes_[any()], dice_.chance(0.7) ? engine::ExpireKind::soft : engine::ExpireKind::hard);
        break;
      case 8:
        (dice_.chance(0.5) ? nodes_[any()]->plane.refuse_inbound : nodes_[any()]->plane.refuse_outbound) = 1;
        break;
      case 9:
        reconfigure(any());
        break;
      case 10:
        world_.stall(dice_.chance(0.5) ? engine::Duration(1h) : engine::Duration(std::chrono::seconds(dice_.below(100))));
        break;
      case 11:
        for (NatBox& nat : world_.nats) nat.forget();
        break;
      case 12:
      case 13:
        readdress(any());
        break;
    }
  }

  /// Something in the configuration of one end changes, and comes back in the end.
  void reconfigure(std::size_t which) {
    Site site = sites_[which];
    const std::size_t tunnel = dice_.below(site.tunnels.size());
    switch (dice_.below(5)) {
      case 0:
        site.tunnels.erase(site.tunnels.begin() + static_cast<std::ptrdiff_t>(tunnel));
        break;
      case 1:
        site.tunnels[tunnel].psk = "another";
        break;
      case 2:
        site.tunnels[tunnel].pfs = site.tunnels[tunnel].pfs.empty() ? "19" : "";
        break;
      case 3:
        site.child_lifetime = 4min;
        break;
      case 4:
        break;  // as it is in the end
    }
    world_.configure(*nodes_[which], site);
  }

  /// Another address, a further one, or none.
  void readdress(std::size_t which) {
    if (nat_ && which == 1) return;
    const std::string n = std::to_string(which + 1);
    const engine::IpAddress own = sites_[which].wan, other = ip(outer_v6_ ? "2001:db8:ffff::1" + n : "203.0.113." + n + "5");
    const std::uint64_t how = dice_.below(5);
    using Addresses = std::vector<engine::IpAddress>;
    world_.readdress(*nodes_[which], how == 0   ? Addresses{}
                                     : how == 1 ? Addresses{own}
                                     : how == 2 ? Addresses{other}
                                     : how == 3 ? Addresses{own, other}
                                                : Addresses{other, own});
  }

  void expire(Node& node, engine::ExpireKind kind) {
    const auto& installed = node.plane.inbound();
    if (installed.empty()) return;
    const auto chosen = std::next(installed.begin(), static_cast<std::ptrdiff_t>(dice_.below(installed.size())));
    world_.feed(node, engine::Expire{chosen->first, kind});
  }

  void heal() {
    for (const auto& [i, k] : pairs_) {
      for (const auto& [from, to] : {std::pair{k, i}, std::pair{i, k}}) {
        const Outcome outcome = world_.send_until_delivered(*nodes_[from], packet(host(from), host(to)), 150);
        if (outcome != Outcome::delivered)
          problems_.push_back("no traffic from " + nodes_[from]->name() + " to " + nodes_[to]->name() + "\n" +
                              nodes_[from]->diagnoses() + "\n" + nodes_[to]->diagnoses());
      }
    }
    world_.run_for(400s);
    world_.run_until_idle();
    const auto unsettled = world_.unsettled();
    problems_.insert(problems_.end(), unsettled.begin(), unsettled.end());
  }

  /// On clean links: every Child SA is rekeyed, from both ends in turn, while packets flow at every millisecond.
  void rekey_all() {
    for (const auto& [i, k] : pairs_)
      for (const std::size_t from : {i, k})
        if (world_.send_until_delivered(*nodes_[from], packet(host(from), host(from == i ? k : i)), 20) != Outcome::delivered)
          problems_.push_back("no traffic before the rekeys from " + nodes_[from]->name());
    for (Node* node : nodes_) node->jobs = Jobs::at_once;
    for (std::size_t n = 0; n < nodes_.size() && n < 2; ++n) {
      const auto installed = nodes_[n]->view();
      for (const auto& sa : installed.ike_sas)
        for (const auto& child : sa.children) world_.feed(*nodes_[n], engine::Expire{child.id, engine::ExpireKind::soft});
      for (int ms = 0; ms < 60 && problems_.empty(); ++ms) {
        world_.run_for(1ms);
        for (const auto& [i, k] : pairs_)
          if (traffic(i, k) != Outcome::delivered || traffic(k, i) != Outcome::delivered)
            problems_.push_back("a packet between " + nodes_[i]->name() + " and " + nodes_[k]->name() +
                                " is lost across a rekey");
      }
      world_.run_for(20s);
    }
  }

  World world_;
  SeededRng dice_;
  bool mesh_ = false, outer_v6_ = false, nat_ = false;
  std::vector<Site> sites_;
  std::vector<std::string> lans_, lan_of_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
  std::vector<Node*> nodes_;
  std::vector<std::string> problems_;
};

bool survives(std::uint64_t seed, bool talk) {
  Landscape landscape(seed);
  if (talk) landscape.world().narrate();
  const auto problems = landscape.live();
  for (const std::string& problem : problems)
    ADD_FAILURE() << "topology " << seed << ", step " << landscape.world().steps << ": " << problem
                  << "\nreplay: sim_tests --topology " << seed;
  return problems.empty();
}

TEST(Topologies, EveryLifeEndsInAgreement) {
  if (const std::uint64_t one = number_from("SALLYPORT_TOPOLOGY", 0)) {
    survives(one, true);
    return;
  }
  const std::uint64_t count = number_from("SALLYPORT_TOPOLOGIES", 2000);
  int failed = 0;
  for (std::uint64_t seed = 1; seed <= count && failed < 5; ++seed) failed += !survives(seed, false);
}

}  // namespace
}  // namespace sim
