// Thousands of lives of two routers, each out of one number: handshake, traffic-triggered start, second child, delete,
// restart, volume limits and refused installs while the links lose, duplicate, reorder and delay. When the links have healed and
// all is quiet, both ends must agree. SALLYPORT_SEEDS: how many (2000). SALLYPORT_SEED: replay this one, told line by line.
#include <cstdio>
#include <cstdlib>

#include "tests/replay/replayer.hpp"
#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

engine::SelectorPair packet_of_line(bool from_a, unsigned line) {
  const std::string a = "192.168." + std::to_string(line + 1) + ".1";
  const std::string b = line == 0 ? "10.0.0.1" : "10.0." + std::to_string(line + 1) + ".1";
  return from_a ? packet(a, b) : packet(b, a);
}

class Life {
 public:
  explicit Life(std::uint64_t seed, bool log_inputs = false) : world_(seed), dice_(seed ^ 0x5a11) {
    world_.log_inputs = log_inputs;
    const bool nat = dice_.chance(0.25);
    Site left = site_a(1), right = site_b(1);
    for (Site* site : {&left, &right}) {
      site->dpd_interval = 30s;
      site->dpd_retry = 5s;
      if (dice_.chance(0.3)) site->limits.cookie_challenge = 1;
      if (dice_.chance(0.2)) site->tunnels[0].pfs = "31";
    }
    right.tunnels[0].pfs = left.tunnels[0].pfs;
    if (dice_.chance(0.2)) left.ike.groups = {"19", "31"};
    if (dice_.chance(0.2))
      for (Site* site : {&left, &right}) {
        site->tunnels[0].pfs = "31";
        site->ike.additional = site->tunnels[0].pfs_additional = {{{"19"}}};
      }
    if (nat) {
      left.wan = ip("192.168.100.2");
      right.tunnels[0].peer = ip("198.51.100.1");
      right.tunnels[0].match_remote = {engine::MatchAny{}};
      world_.nats.emplace_back(std::vector{left.wan}, ip("198.51.100.1"), 120s);
    }
    world_.debugging = seed % 2 != 0;  // whatever it tells must not change what happens
    a_ = &world_.add(left);
    b_ = &world_.add(right);
    for (Node* node : {a_, b_}) node->jobs = dice_.chance(0.5) ? Jobs::delayed : Jobs::at_once;
    behind_nat_ = nat;
  }

  /// What went wrong; empty: nothing.
  std::vector<std::string> live() {
    world_.faults = {.loss = 0.5 * unit(), .duplicate = 0.5 * unit(), .reorder = unit(), .delay = 5ms, .reorder_delay = 3s};
    const std::uint64_t deeds = 3 + dice_.below(15);
    for (std::uint64_t i = 0; i < deeds; ++i) {
      deed();
      const std::uint64_t pause = dice_.below(3);
      world_.run_for(std::chrono::milliseconds(dice_.below(pause == 0 ? 20 : pause == 1 ? 500 : 15'000)));
    }
    world_.faults = {};
    for (Node* node : {a_, b_}) node->plane.refuse_inbound = node->plane.refuse_outbound = 0;
    world_.run_for(600s);
    heal();
    if (!problems_.empty() || !world_.violations().empty()) return verdict();
    for (Node* node : {a_, b_}) world_.feed(*node, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
    world_.run_for(60s);
    expect_nothing_left();
    return verdict();
  }

  const World& world() const { return world_; }
  std::array<const Node*, 2> nodes() const { return {a_, b_}; }
  void narrate() { world_.narrate(); }

 private:
  double unit() { return static_cast<double>(dice_.below(1001)) / 1000; }
  Node& any() { return dice_.chance(0.5) ? *a_ : *b_; }

  void deed() {
    switch (dice_.below(13)) {
      case 0:
      case 1:
      case 2:
        traffic(true, 0);
        break;
      case 3:
        traffic(false, 0);
        break;
      case 4:
      case 5:
        traffic(dice_.chance(0.5), 1);
        break;
      case 6:
        world_.feed(any(), engine::Clear{engine::ClearWhat::child_sas, std::nullopt});
        break;
      case 7:
        world_.feed(any(), engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
        break;
      case 8:
        world_.restart(any());
        break;
      case 9:
        traffic(true, 0);
        traffic(false, 0);
        break;
      case 10:
        expire(any());
        break;
      case 11:
        (dice_.chance(0.5) ? any().plane.refuse_inbound : any().plane.refuse_outbound) = 1;
        break;
      case 12:
        world_.feed(*a_, engine::ConfigChanged{compile(a_->site).config});
        break;
    }
  }

  /// A volume limit of some Child SA: the soft one asks for a rekey.
  void expire(Node& node) {
    const auto& installed = node.plane.inbound();
    if (installed.empty()) return;
    const auto chosen = std::next(installed.begin(), static_cast<std::ptrdiff_t>(dice_.below(installed.size())));
    world_.feed(node, engine::Expire{chosen->first, dice_.chance(0.5) ? engine::ExpireKind::hard : engine::ExpireKind::soft});
  }

  /// From behind the NAT, the other way round nobody could start.
  void traffic(bool from_a, unsigned line) {
    if (behind_nat_) from_a = true;
    world_.send(from_a ? *a_ : *b_, packet_of_line(from_a, line));
  }

  /// Traffic of every line both ways must get through, and then both ends must agree.
  void heal() {
    for (const unsigned line : {0u, 1u}) {
      if (world_.send_until_delivered(*a_, packet_of_line(true, line), 150) != Outcome::delivered)
        problems_.push_back("no traffic from A on line " + std::to_string(line) + "\n" + a_->diagnoses() + "\n" +
                            b_->diagnoses());
      if (world_.send_until_delivered(*b_, packet_of_line(false, line), 150) != Outcome::delivered)
        problems_.push_back("no traffic from B on line " + std::to_string(line) + "\n" + a_->diagnoses() + "\n" +
                            b_->diagnoses());
    }
    world_.run_for(400s);
    world_.run_until_idle();
    const auto unsettled = world_.unsettled();
    problems_.insert(problems_.end(), unsettled.begin(), unsettled.end());
    const auto duplicates = world_.duplicates();
    problems_.insert(problems_.end(), duplicates.begin(), duplicates.end());
  }

  void expect_nothing_left() {
    for (Node* node : {a_, b_}) {
      if (!node->view().ike_sas.empty()) problems_.push_back(node->name() + ": IKE SAs are left after clearing all");
      if (!node->plane.inbound().empty() || !node->plane.outbound().empty())
        problems_.push_back(node->name() + ": the plane holds SAs after clearing all");
    }
  }

  std::vector<std::string> verdict() {
    problems_.insert(problems_.end(), world_.violations().begin(), world_.violations().end());
    return problems_;
  }

  World world_;
  SeededRng dice_;
  Node *a_ = nullptr, *b_ = nullptr;
  bool behind_nat_ = false;
  std::vector<std::string> problems_;
};

bool survives(std::uint64_t seed, bool talk) {
  Life life(seed);
  if (talk) life.narrate();
  const auto problems = life.live();
  for (const std::string& problem : problems)
    ADD_FAILURE() << "seed " << seed << ", step " << life.world().steps << ": " << problem << "\nreplay: sim_tests --seed "
                  << seed;
  return problems.empty();
}

TEST(Seeds, EveryLifeEndsInAgreement) {
  if (const std::uint64_t one = number_from("SALLYPORT_SEED", 0)) {
    survives(one, true);
    return;
  }
  const std::uint64_t count = number_from("SALLYPORT_SEEDS", 2000);
  int failed = 0;
  for (std::uint64_t seed = 1; seed <= count && failed < 5; ++seed) failed += !survives(seed, false);
}

/// Of the keys that the node has now; a recording must hold none of them.
std::vector<std::string> keys_in_hex(const Node& node) {
  std::vector<std::string> out;
  const auto add = [&](const engine::Secret& key) {
    if (!key.empty()) out.push_back(engine::to_hex(key.expose()));
  };
  for (const auto& keys : node.exported)
    for (const auto* key : {&keys.ei, &keys.er, &keys.ai, &keys.ar}) add(*key);
  for (const auto* side : {&node.plane.inbound(), &node.plane.outbound()})
    for (const auto& [id, installed] : *side) add(installed.sa.key_encryption), add(installed.sa.key_integrity);
  for (const auto& row : node.compiled.keys->rows()) add(*row.second);
  return out;
}

TEST(Seeds, WhatWasRecordedOfALifeReplays) {
  for (std::uint64_t seed = 1; seed <= number_from("SALLYPORT_REPLAYS", 60); ++seed) {
    Life life(seed, true);
    (void)life.live();
    for (const Node* node : life.nodes()) {
      const std::string text = node->log->recording().text();
      const auto outcome =
          replay::replay(text, [&](const std::string& place) { return node->configurations.at(std::stoul(place)); });
      ASSERT_EQ(outcome.difference, "") << "seed " << seed << ", node " << node->name();
      EXPECT_EQ(outcome.events, node->log->events());
      for (const std::string& key : keys_in_hex(*node)) ASSERT_EQ(text.find(key), std::string::npos) << "seed " << seed;
    }
  }
}

TEST(Seeds, ARecordingThatTheEngineWouldNotMakeIsNoticed) {
  Life life(1, true);
  (void)life.live();
  const Node& node = *life.nodes()[0];
  const std::string text = node.log->recording().text();
  const auto differs = [&](const std::string& what, const std::string& by) {
    std::string changed = text;
    const std::size_t at = changed.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    changed.replace(at, what.size(), by);
    return replay::replay(changed, [&](const std::string& place) { return node.configurations.at(std::stoul(place)); })
        .difference;
  };
  EXPECT_EQ(differs("sallyport replay 1", "sallyport replay 9"), "this is no recording");
  EXPECT_NE(differs("\nout policy ", "\nout polity "), "") << "another action";
  EXPECT_NE(differs("\nout inbound ", "\n| inbound "), "") << "one action less";
  EXPECT_NE(differs("\ndraw ", "\ndraw 00"), "") << "other random octets";
  EXPECT_NE(differs(" acquire ", " Acquire "), "") << "an event that nobody knows";
  EXPECT_NE(differs(" dh ", " dh 00"), "") << "another public value";
}

TEST(Seeds, OneSeedReplaysTheSameRun) {
  const auto arrows = [](std::uint64_t seed) {
    Life life(seed);
    (void)life.live();
    return life.world().arrows();
  };
  EXPECT_EQ(arrows(42), arrows(42));
  EXPECT_NE(arrows(42), arrows(43));
}

}  // namespace
}  // namespace sim
