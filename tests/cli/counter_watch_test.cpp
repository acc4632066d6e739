// What a data plane refused is told of, once a minute for each SA and kind; and where nothing comes back.
#include "cli/counter_watch.hpp"

#include <gtest/gtest.h>

#include "facts.hpp"

using namespace std::chrono_literals;

namespace {

/// An engine with so many IKE SAs of one Child SA each, and a line for each, seen as slices.
struct Watched {
  explicit Watched(std::uint32_t sas) {
    for (std::uint32_t i = 1; i <= sas; ++i) {
      engine::IkeSaView ike;
      ike.id = engine::IkeSaId{i};
      ike.local = {address("203.0.113.10"), 500};
      ike.remote = {address("203.0.113.20"), 500};
      ike.children.emplace_back();
      ike.children.back().id = engine::ChildSaId{i};
      ike.children.back().spi_in = engine::EspSpi{0x1000 + i};
      all.push_back(ike);
    }
  }
  engine::View see(const engine::Query& query) {
    engine::View out;
    std::size_t left = query.most;
    engine::ViewPosition at = query.from;
    for (const auto& ike : all) {
      if (ike.id <= query.from.sa || left == 0) continue;
      out.ike_sas.push_back(ike);
      at.sa = ike.id;
      --left;
    }
    for (; at.line < all.size() && left > 0; ++at.line, --left) out.lines.emplace_back();
    if (at.line < all.size() || (!all.empty() && at.sa < all.back().id)) out.rest = at;
    return out;
  }
  /// What is said from `now` on, for so long.
  std::vector<std::string> said(engine::Duration for_so_long) {
    std::vector<std::string> out;
    const engine::Time end = now + for_so_long;
    while (watch.due() <= end) {
      now = std::max(now, watch.due());
      for (const auto& message : watch.look(now)) {
        EXPECT_EQ(message.severity, 3U);
        out.push_back(message.text);
      }
    }
    now = end;
    return out;
  }

  std::vector<engine::IkeSaView> all;
  std::map<engine::ChildSaId, kernel::ChildCounters> counters;
  engine::Time now{1h};
  cli::CounterWatch watch{[this](const engine::Query& query) { return see(query); },
                          [this](engine::ChildSaId child) { return counters[child]; }};
};

}  // namespace

TEST(CounterWatch, ReplaysAndIntegrityAreToldWithHowMany) {
  Watched gateway(2);
  EXPECT_TRUE(gateway.said(20s).empty()) << "nothing was refused";
  auto& counters = gateway.counters[engine::ChildSaId{2}];
  counters.replay_failed = 7;
  counters.below_window = 3;
  counters.integrity_failed = 1;
  EXPECT_EQ(gateway.said(10s),
            (std::vector<std::string>{"%IPSEC-3-REPLAY_ERROR: IPSec SA receives anti-replay error, DP Handle 2003, src_addr "
                                      "203.0.113.20, dest_addr 203.0.113.10, SPI 0x00001002, 10 packets",
                                      "%IPSEC-3-HMAC_ERROR: IPSec SA receives HMAC error, DP Handle 2003, src_addr 203.0.113.20, "
                                      "dest_addr 203.0.113.10, SPI 0x00001002, 1 packet"}));
}

TEST(CounterWatch, IsSaidOnceAMinuteAndNothingIsLeftOut) {
  Watched gateway(1);
  auto& count = gateway.counters[engine::ChildSaId{1}].replay_failed;
  std::size_t messages = 0;
  for (int second = 0; second < 170; second += 10) {
    count += 100;
    messages += gateway.said(10s).size();
  }
  EXPECT_EQ(messages, 3U);
  const auto last = gateway.said(60s);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_NE(last.front().find(", 500 packets"), std::string::npos) << last.front();
  EXPECT_TRUE(gateway.said(120s).empty());
}

TEST(CounterWatch, ManySasAreSeenInSlicesAndAFloodOfMessagesWaits) {
  Watched gateway(1000);
  for (std::uint32_t i = 1; i <= 1000; ++i) gateway.counters[engine::ChildSaId{i}].replay_failed = 1;
  EXPECT_LE(gateway.said(1s).size(), 5 * cli::CounterWatch::messages_a_look);
  std::size_t rest = 0;
  for (int walk = 0; walk < 12; ++walk) rest += gateway.said(10s).size();
  EXPECT_GT(rest, 900U) << "each SA has its turn";
  EXPECT_LE(rest, 1000U);
}

TEST(CounterWatch, ForgetsWhatIsGone) {
  Watched gateway(1);
  gateway.counters[engine::ChildSaId{1}].replay_failed = 5;
  EXPECT_EQ(gateway.said(10s).size(), 1U);
  const auto back = gateway.all;
  gateway.all.clear();
  EXPECT_TRUE(gateway.said(120s).empty());
  gateway.all = back;
  EXPECT_EQ(gateway.said(11s).size(), 1U) << "an SA of the same number is another one";
}

TEST(CounterWatch, KnowsSinceWhenNothingComesBack) {
  Watched gateway(1);
  const engine::ChildSaId child{1};
  auto& counters = gateway.counters[child];
  const auto unanswered = [&] { return gateway.watch.unanswered(gateway.now, child, counters); };
  counters.encaps = counters.decaps = 100;
  gateway.said(11s);
  EXPECT_FALSE(unanswered());
  gateway.said(600s);
  counters.encaps = 300;
  EXPECT_FALSE(unanswered()) << "they have just been sent";
  gateway.said(30s);
  ASSERT_TRUE(unanswered());
  EXPECT_EQ(unanswered()->packets, 200U);
  EXPECT_GE(unanswered()->since, 30s);
  EXPECT_LE(unanswered()->since, 40s) << "the time before, in which nothing was sent, does not count";
  ++counters.decaps;
  EXPECT_FALSE(unanswered()) << "something came in this moment";
  gateway.said(30s);
  EXPECT_FALSE(unanswered()) << "nothing was sent since";
}
