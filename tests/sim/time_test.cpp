// Many SAs at one time, and a clock that jumps: nothing comes in a burst, and nothing is left over.
#include <algorithm>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

#ifdef NDEBUG
constexpr unsigned spokes = 100, lines_each = 100;
#else
constexpr unsigned spokes = 10, lines_each = 100;
#endif
constexpr std::size_t all_lines = std::size_t{spokes} * lines_each;

/// A hub, and spokes with a hundred lines each.
class Crowd : public ::testing::Test {
 protected:
  World world{7};
  Node* hub = nullptr;
  std::map<std::int64_t, std::size_t> asked;  // CREATE_CHILD_SA requests, by second

  static Tunnel tunnel(unsigned spoke, bool left) {
    Tunnel out;
    out.peer = ip(left ? "198.51.100." + std::to_string(spoke) : "203.0.113.10");
    for (unsigned i = 0; i < lines_each; ++i) {
      const std::string lan = "10." + std::to_string(spoke) + "." + std::to_string(i) + ".0/24";
      out.lines.push_back(left ? permit("192.168.0.0/16", lan) : permit(lan, "192.168.0.0/16"));
    }
    return out;
  }
  void SetUp() override {
    world.record = false;
    world.debugging = false;  // ten thousand times the same
    world.drop = [this](const Flight& flight) {
      const auto header = engine::wire::parse_header(flight.payload);
      if (header.ok() && header->exchange == engine::wire::ExchangeType::create_child_sa && !header->response)
        ++asked[std::chrono::duration_cast<std::chrono::seconds>(world.now().time_since_epoch()).count()];
      return false;
    };
    Site middle;
    middle.name = "HUB";
    middle.wan = ip("203.0.113.10");
    for (unsigned i = 1; i <= spokes; ++i) middle.tunnels.push_back(tunnel(i, true));
    hub = &world.add(middle);
    for (unsigned i = 1; i <= spokes; ++i) {
      Site site;
      site.name = "S" + std::to_string(i);
      site.wan = ip("198.51.100." + std::to_string(i));
      site.tunnels = {tunnel(i, false)};
      world.add(site);
    }
    for (const auto& line : hub->view().lines) world.feed(*hub, engine::Acquire{line.id, line.selectors});
    world.run_for(30s);
    ASSERT_EQ(hub->ready(), spokes);
    ASSERT_EQ(hub->children(), all_lines);
    asked.clear();
  }
  std::size_t busiest_second() const {
    std::size_t most = 0;
    for (const auto& [second, count] : asked) most = std::max(most, count);
    return most;
  }
  std::size_t total() const {
    std::size_t sum = 0;
    for (const auto& [second, count] : asked) sum += count;
    return sum;
  }
};

TEST_F(Crowd, SoftLifetimesThatBeginTogetherDoNotEndTogether) {
  world.run_for(1h);
  EXPECT_GE(total(), all_lines) << "each was rekeyed";
  EXPECT_LE(busiest_second(), all_lines / 50 + 5);
  EXPECT_EQ(hub->children(), all_lines) << "and none was lost over it";
  for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
}

TEST_F(Crowd, AfterASleepTheyDoNotRekeyAllAtOnce) {
  world.stall(3450s);  // past most soft limits, before the hard one
  world.run_for(3min);
  EXPECT_GE(total(), all_lines * 9 / 10);
  EXPECT_LE(busiest_second(), all_lines / 15 + 5);
  EXPECT_EQ(hub->children(), all_lines);
  for (const std::string& problem : world.unsettled()) ADD_FAILURE() << problem;
}

class Sleep : public TwoSites {
 protected:
  std::ptrdiff_t sent(const std::string& what) const {
    return std::ranges::count_if(world.arrows(), [&](const std::string& arrow) { return arrow.starts_with(what); });
  }
};

TEST_F(Sleep, PastEveryLifetimeEndsInANewBeginning) {
  for (const engine::Duration asleep : {engine::Duration(2h), engine::Duration(30h), engine::Duration(24h * 365)}) {
    world = World(1);
    start();
    connect();
    world.stall(asleep);
    world.run_for(2min);
    EXPECT_EQ(world.send_until_delivered(*a, a_to_b), Outcome::delivered);
    EXPECT_EQ(world.send_until_delivered(*b, b_to_a), Outcome::delivered);
    world.run_for(2min);
    expect_settled();
    EXPECT_EQ(a->ready(), 1u);
  }
}

TEST_F(Sleep, IsFollowedByOneLivenessCheckNotByAllThatWereMissed) {
  Site left = site_a(), right = site_b();
  left.dpd_interval = right.dpd_interval = 10s;
  left.dpd_retry = right.dpd_retry = 2s;
  start(left, right);
  connect();
  world.clear_arrows();
  world.stall(40min);
  world.run_for(5s);
  EXPECT_EQ(a->ready(), 1u);
  EXPECT_LE(sent("A -> B INFORMATIONAL request") + sent("B -> A INFORMATIONAL request"), 2);
}

TEST_F(Sleep, IsFollowedByOneAttemptAtAPeerThatIsNotThere) {
  start();
  world.drop = [](const Flight&) { return true; };
  world.send(*a, a_to_b);
  world.run_for(6h);
  while (a->view().attempts.at(0).under_way) world.run_for(10s);
  world.clear_arrows();
  world.stall(24h);
  world.run_for(90s);
  EXPECT_GE(sent("A -> B IKE_SA_INIT"), 1);
  EXPECT_LE(sent("A -> B IKE_SA_INIT"), 7) << "one attempt, its repetitions counted";
}

}  // namespace
}  // namespace sim
