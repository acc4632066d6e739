// Many clients come and go for ten minutes: in order, without a word, killed, and the hub is killed among them. No address is two
// clients', none is lost. SALLYPORT_CLIENTS: how many there are.
#include <cstdlib>
#include <set>

#include "tests/sim/remote_access.hpp"

namespace sim {
namespace {

unsigned wanted_clients() {
  const char* given = std::getenv("SALLYPORT_CLIENTS");
  return given ? static_cast<unsigned>(std::atoi(given)) : 12;
}

class ManyClients : public sim::RemoteAccess {
 protected:
  std::vector<Node*> clients;
  std::set<Node*> away;

  static Site numbered(unsigned number) {
    Site site = client("C" + std::to_string(number),
                       "203.0." + std::to_string(114 + number / 200) + "." + std::to_string(1 + number % 200));
    site.child_lifetime = 200s;
    site.ike_lifetime = 400s;
    return site;
  }
  void leave_or_come(Node& node) {
    if (away.erase(&node)) return world.restart(node);
    switch (world.rng.next() % 3) {
      case 0:  // in order, and away
        world.feed(node, engine::Shutdown{});
        away.insert(&node);
        break;
      case 1:  // comes back at once
        world.feed(node, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt});
        break;
      default:  // killed
        world.restart(node);
    }
  }
  /// Of what is up at the hub no address is there twice, and the pool counts what is.
  void expect_nothing_doubled() {
    std::set<std::string> seen;
    std::size_t assigned_there = 0;
    for (const auto& sa : b->view().ike_sas)
      for (const auto& address : sa.assigned) {
        ++assigned_there;
        EXPECT_TRUE(seen.insert(address.to_string()).second) << address.to_string() << " is two clients'";
      }
    ASSERT_EQ(b->view().pools.size(), 1u);
    EXPECT_EQ(b->view().pools[0].in_use, seen.size());
    std::set<std::string> routed;
    for (const auto& [name, made] : b->interfaces_made)
      for (const auto& each : made.routes)
        EXPECT_TRUE(routed.insert(each.to_string()).second) << each.to_string() << " leads to two";
    EXPECT_GE(routed.size(), seen.size());
    (void)assigned_there;
  }
};

TEST_F(ManyClients, ComeAndGoForTenMinutesAndNoLeaseIsLostOrDoubled) {
  const unsigned count = wanted_clients();
  b = &world.add(hub(policy_with(pool_of("10.250.0.1", "10.250.7.254"))));
  for (unsigned i = 0; i < count; ++i) clients.push_back(&world.add(numbered(i)));
  world.run_for(20s);
  ASSERT_EQ(b->ready(), count) << b->diagnoses();
  std::map<std::string, std::string> first;
  for (Node* node : clients) first[node->name()] = assigned(*node).front();
  for (unsigned second = 0; second < 600; ++second) {
    for (unsigned i = 0; i < 1 + count / 50; ++i) leave_or_come(*clients[world.rng.next() % clients.size()]);
    if (second == 300) world.restart(*b);
    world.run_for(1s);
    if (second % 10 == 0) expect_nothing_doubled();
  }
  for (Node* node : std::set<Node*>(away)) leave_or_come(*node);
  world.run_for(700s);
  EXPECT_EQ(b->ready(), count) << b->diagnoses();
  expect_nothing_doubled();
  for (Node* node : clients) {
    ASSERT_EQ(assigned(*node).size(), 1u) << node->diagnoses();
    EXPECT_EQ(assigned(*node).front(), first[node->name()]) << "a lease that was lost";
  }
  for (Node* node : clients) world.feed(*node, engine::Shutdown{});
  world.run_for(60s);
  EXPECT_EQ(b->view().pools[0].in_use, 0u);
  EXPECT_TRUE(b->interfaces_made.empty());
}

}  // namespace
}  // namespace sim
