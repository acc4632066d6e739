// The life of SAs on its way into the database, and as it is shown.
#include "cli/sa_history.hpp"

#include <gtest/gtest.h>

#include "fake_backend.hpp"
#include "typist.hpp"

namespace {

engine::Notice notice(engine::NoticeKind kind, engine::Cause cause = engine::Cause::none) {
  engine::Notice out{kind, cause};
  out.sa = {7};
  out.child = {9};
  out.remote = {address("203.0.113.20"), 500};
  return out;
}
engine::Time at(std::int64_t seconds) { return engine::Time(std::chrono::seconds(seconds)); }

TEST(SaHistory, CollectsForASecondAndTellsIkeFromIpsec) {
  using K = engine::NoticeKind;
  cli::SaHistory history;
  EXPECT_FALSE(history.due());
  for (const K kind : {K::datagram_sent, K::policy_found, K::negotiation_failed}) EXPECT_FALSE(cli::SaHistory::concerns(kind));
  history.note(at(10), 1767601815123, notice(K::ike_sa_up), "gw.example.net");
  history.note(at(11), 1767601815999, notice(K::child_sa_down, engine::Cause::peer_deleted), "");
  EXPECT_EQ(history.due(), at(11)) << "a second after the first";
  const auto events = history.take();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0], (parser::SaEvent{1767601815123, false, 7, "203.0.113.20", "gw.example.net", "up", "", ""}));
  EXPECT_EQ(events[1], (parser::SaEvent{1767601815999, true, 9, "203.0.113.20", "", "down", "peer-deleted", ""}));
  EXPECT_FALSE(history.due());
  EXPECT_TRUE(history.take().empty());
}

TEST(SaHistory, AFloodIsBoundedAndSaysWhatItLeftOut) {
  cli::SaHistory history;
  for (std::size_t i = 0; i < cli::SaHistory::most_waiting + 3; ++i)
    history.note(at(1), 0, notice(engine::NoticeKind::ike_sa_up), "");
  const auto events = history.take();
  ASSERT_EQ(events.size(), cli::SaHistory::most_waiting + 1);
  EXPECT_EQ(events.back().event, "left-out");
  EXPECT_EQ(events.back().text, "3 events");
}

TEST(SaHistory, IsShownNewestFirstAndOfOnePeerAlone) {
  FakeBackend backend;
  const std::vector<parser::SaEvent> events = {{1767601815123, false, 1, "203.0.113.20", "gw\x1b[2J", "up", "", "gw\x1b[2J"},
                                               {1767601815124, true, 1, "203.0.113.20", "", "up", "", ""},
                                               {1767601915000, false, 2, "2001:db8:ffff::20", "", "down", "no-response", "why"}};
  backend.in_database([&](parser::Database& database) -> std::function<void()> {
    EXPECT_TRUE(database.add(events).ok());
    return [] {};
  });
  Typist t(backend);
  EXPECT_EQ(t.line("show crypto ikev2 sa history"),
            "Time (UTC)           SA     Id      Peer              Event    Cause\n"
            "2026-01-05 08:31:55  IKE    2       2001:db8:ffff::20 down     no-response\n"
            "                     why\n"
            "2026-01-05 08:30:15  IPsec  1       203.0.113.20      up\n"
            "2026-01-05 08:30:15  IKE    1       203.0.113.20      up\n"
            "                     gw\\x1b[2J\n");
  const std::string one = t.line("show crypto ikev2 sa history remote 2001:db8:ffff::20");
  EXPECT_NE(one.find("no-response"), std::string::npos);
  EXPECT_EQ(one.find("IPsec"), std::string::npos) << one;
}

}  // namespace
