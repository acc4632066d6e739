// `monitor replay`: which life of the daemon is recorded, and what is said where none is.
#include "cli/replay_control.hpp"

#include <gtest/gtest.h>

#include "fake_backend.hpp"
#include "tests/temporary_folder.hpp"
#include "typist.hpp"

namespace {

std::function<std::string()> recorded_text(const std::shared_ptr<const engine::Config>&) {
  return [] { return std::string("hostname A\nend\n"); };
}

TEST(Replay, TheLifeAfterTheOrderIsRecordedAndOnlyThat) {
  const TemporaryFolder folder;
  const std::string mark = folder.path("replay-next");
  cli::ReplayControl first(mark, recorded_text);
  EXPECT_EQ(first.log(), nullptr);
  EXPECT_FALSE(first.contents().ok());
  EXPECT_EQ(first.stop().failure().why, "% Nothing is recorded");
  ASSERT_TRUE(first.start().ok());
  EXPECT_TRUE(first.state().at_next_start);
  EXPECT_EQ(first.log(), nullptr) << "nothing that begins in the middle could be replayed";

  cli::ReplayControl second(mark, recorded_text);
  ASSERT_NE(second.log(), nullptr);
  EXPECT_FALSE(second.state().at_next_start);
  second.log()->event(engine::Time(engine::Duration(5)), engine::ConfigChanged{std::make_shared<engine::Config>()});
  second.log()->tick(engine::Time(engine::Duration(9)));
  ASSERT_TRUE(second.contents().ok());
  EXPECT_EQ(second.contents()->text(), "sallyport replay 1\nin 5 config\n| hostname A\n| end\nin 9 tick\n");
  EXPECT_EQ(second.state().events, 2U);
  ASSERT_TRUE(second.stop().ok());
  EXPECT_FALSE(second.contents().ok()) << "forgotten";
  EXPECT_FALSE(second.state().recording);

  cli::ReplayControl third(mark, recorded_text);
  EXPECT_EQ(third.log(), nullptr);
}

TEST(Replay, IsForPrivilegedUsersAndSaysWhatToDo) {
  FakeBackend backend;
  Typist t(backend);
  EXPECT_EQ(t.line("monitor replay export /tmp/x"),
            "% Nothing is recorded: 'monitor replay start' has the next start of sallyportd recorded\n\n");
  EXPECT_NE(t.line("show monitor replay").find("Status : Inactive"), std::string::npos);
}

}  // namespace
