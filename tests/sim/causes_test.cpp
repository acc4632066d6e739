// Every cause has a test that provokes it: docs/causes.md says which, and those that no other file has are here.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/sim/two_sites.hpp"

namespace sim {
namespace {

using engine::NoticeKind;

class Causes : public TwoSites {
 protected:
  static bool told(const Node& node, NoticeKind kind, Cause cause) {
    return std::any_of(node.notices.begin(), node.notices.end(),
                       [&](const engine::Notice& notice) { return notice.kind == kind && notice.cause == cause; });
  }
  /// The test exists, and it or what stands before the tests of its file names the cause.
  static void expect_provokes(const std::string& test, std::string_view cause) {
    const auto dot = test.find('.');
    const std::string head = "(" + test.substr(0, dot) + ", " + test.substr(dot + 1) + ") {";
    std::string name = "Cause::" + std::string(cause);
    std::replace(name.begin(), name.end(), '-', '_');
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(SOURCE_DIR) + "/tests")) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream in(entry.path());
      const std::string text(std::istreambuf_iterator<char>(in), {});
      const auto begin = text.find(head);
      if (begin == std::string::npos) continue;
      const std::string body = text.substr(begin, text.find("\nTEST", begin) - begin);
      const std::string before = text.substr(0, text.find("\nTEST"));
      EXPECT_TRUE(body.find(name) != std::string::npos || before.find(name) != std::string::npos) << test << " and " << cause;
      return;
    }
    ADD_FAILURE() << "no test " << test << " for " << cause;
  }
  /// The node goes on with its configuration as `change` leaves it.
  template <class Change>
  void change(Node& node, Change change) {
    auto config = std::make_shared<engine::Config>(*node.compiled.config);
    change(*config);
    world.feed(node, engine::ConfigChanged{config});
  }
};

TEST_F(Causes, DocsNameATestForEach) {
  std::ifstream in(std::string(SOURCE_DIR) + "/docs/causes.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  for (const engine::CauseText& row : engine::cause_texts) {
    if (row.cause == Cause::none) continue;
    const std::string head = "\n| " + std::string(row.name) + " | ";
    const auto at = page.find(head);
    ASSERT_NE(at, std::string::npos) << row.name;
    const std::size_t begin = at + head.size();
    expect_provokes(page.substr(begin, page.find(' ', begin) - begin), row.name);
  }
}

TEST_F(Causes, NoMatchingPolicy) {
  start();
  change(*b, [](engine::Config& config) { config.policies.clear(); });
  world.send(*a, a_to_b);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::no_matching_policy)) << b->diagnoses();
}

TEST_F(Causes, NoMatchingKey) {
  start();
  change(*b, [](engine::Config& config) {
    for (auto& profile : config.profiles) {
      auto without = std::make_shared<engine::IkeProfile>(*profile);
      without->keyring = nullptr;
      profile = without;
    }
  });
  world.send(*a, a_to_b);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::no_matching_key)) << b->diagnoses();
}

TEST_F(Causes, ClearedHereAndDeletedByThePeer) {
  start();
  connect();
  give_up();
  world.run_until_idle();
  EXPECT_TRUE(told(*a, NoticeKind::ike_sa_down, Cause::cleared_by_operator));
  EXPECT_TRUE(told(*b, NoticeKind::ike_sa_down, Cause::peer_deleted));
}

TEST_F(Causes, ConfigurationRemoved) {
  start();
  connect();
  Site bare = site_a();
  bare.tunnels.clear();
  world.configure(*a, bare);
  world.run_until_idle();
  EXPECT_TRUE(told(*a, NoticeKind::ike_sa_down, Cause::configuration_removed));
}

TEST_F(Causes, LifetimeExpired) {
  start();
  connect();
  const auto child = a->view().ike_sas.at(0).children.at(0).id;
  world.feed(*a, engine::Expire{child, engine::ExpireKind::hard});
  world.run_until_idle();
  EXPECT_TRUE(told(*a, NoticeKind::child_sa_down, Cause::lifetime_expired));
}

TEST_F(Causes, Idle) {
  start();
  change(*a, [](engine::Config& config) {
    for (auto& interface : config.interfaces)
      for (auto& entry : interface.entries) {
        auto idle = std::make_shared<engine::CryptoMapEntry>(*entry);
        idle->idle_time = 100s;
        entry = idle;
      }
  });
  connect();
  const auto child = a->view().ike_sas.at(0).children.at(0).id;
  world.run_for(80s);
  world.feed(*a, engine::OutboundSeen{child});
  world.run_for(80s);
  world.feed(*a, engine::InboundSeen{child});
  world.run_for(90s);
  EXPECT_FALSE(told(*a, NoticeKind::child_sa_down, Cause::idle)) << "traffic of either way counts";
  world.run_for(20s);
  EXPECT_TRUE(told(*a, NoticeKind::child_sa_down, Cause::idle));
  EXPECT_TRUE(told(*b, NoticeKind::child_sa_down, Cause::peer_deleted));
  world.run_for(60s);
  ASSERT_EQ(a->view().ike_sas.size(), 1U);
  EXPECT_TRUE(a->view().ike_sas.at(0).children.empty()) << "nobody asks for it again but traffic";
}

TEST_F(Causes, Replaced) {
  start();
  connect();
  world.restart(*a);
  connect();
  EXPECT_TRUE(told(*b, NoticeKind::ike_sa_down, Cause::replaced)) << b->diagnoses();
}

TEST_F(Causes, InternalErrorIsToldAsSuch) {
  start();
  b->compiled.keys = std::make_shared<engine::crypto::KeyStore>();
  world.send(*a, a_to_b);
  world.run_for(5s);
  EXPECT_TRUE(b->diagnosed(Cause::internal_error)) << b->diagnoses();
}

}  // namespace
}  // namespace sim
