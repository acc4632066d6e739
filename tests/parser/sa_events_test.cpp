// The table of what became of SAs: bounded, and there after a restart.
#include <gtest/gtest.h>

#include "parser/database.hpp"
#include "tests/temporary_folder.hpp"

namespace parser {
namespace {

TEST(SaEvents, AreBoundedAndOutliveTheDaemon) {
  const TemporaryFolder folder;
  const std::string path = folder.path("events.db");
  std::vector<SaEvent> many(most_sa_events);
  for (std::size_t i = 0; i < many.size(); ++i)
    many[i] = {1, false, static_cast<std::uint32_t>(i), "192.0.2.1", "", "up", "", ""};
  {
    Database database(path, "boot");
    ASSERT_TRUE(database.add(many).ok());
    ASSERT_TRUE(database.add({{2, true, 1, "192.0.2.2", "", "down", "peer-deleted", ""}}).ok());
  }
  Database database(path, "another boot");
  const auto all = database.sa_events(2 * most_sa_events, std::nullopt);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), most_sa_events) << "the oldest has gone";
  EXPECT_EQ(all->front().cause, "peer-deleted");
  EXPECT_EQ(all->back().sa, 1U);
  const auto of_peer = database.sa_events(10, "192.0.2.2");
  ASSERT_TRUE(of_peer.ok());
  EXPECT_EQ(of_peer->size(), 1U);
}

}  // namespace
}  // namespace parser
