// The flight recorder: what it counts, what it keeps, and how it draws it.
#include "cli/recorder.hpp"

#include <gtest/gtest.h>

#include "cli/open_metrics.hpp"
#include "cli/show_ladder.hpp"
#include "cli/show_stats.hpp"
#include "facts.hpp"
#include "golden.hpp"

using namespace std::chrono_literals;

namespace {

using engine::Notice;
using engine::NoticeKind;

engine::Time at(engine::Duration since) { return engine::Time(since); }

Notice datagram(NoticeKind kind, std::uint8_t exchange, std::uint32_t id, bool response, std::vector<std::uint8_t> payloads,
                std::vector<std::uint16_t> notifies = {}, const char* peer = "203.0.113.20") {
  Notice out{kind};
  out.sa = {1};
  out.local = {address("203.0.113.10"), 500};
  out.remote = {address(peer), 500};
  out.exchange = exchange;
  out.message_id = id;
  out.response = response;
  for (std::size_t i = 0; i < notifies.size(); ++i) payloads.push_back(41);
  out.payloads = std::move(payloads);
  out.notifies = std::move(notifies);
  return out;
}

Notice event(NoticeKind kind, const char* text = "", engine::Cause cause = engine::Cause::none) {
  Notice out{kind};
  out.cause = cause;
  out.initiator = true;
  out.local = {address("203.0.113.10"), 500};
  out.remote = {address("203.0.113.20"), 500};
  out.text = text;
  return out;
}

/// A negotiation that loses its first answer, comes up, checks liveness three times, and is refused a Child SA.
cli::Recorder negotiation() {
  using enum NoticeKind;
  cli::Recorder r;
  r.note(at(0ms), event(negotiation_started, "default"));
  r.note(at(0ms), datagram(datagram_sent, 34, 0, false, {33, 34, 40}, {16388, 16389}));
  r.note(at(2s), datagram(datagram_retransmitted, 34, 0, false, {}));
  r.note(at(2030ms), datagram(datagram_received, 34, 0, true, {33, 34, 40}, {16388, 16389}));
  r.note(at(2031ms), datagram(datagram_sent, 35, 1, false, {35, 39, 33, 44, 45}, {16384}));
  r.note(at(2060ms), datagram(datagram_received, 35, 1, true, {36, 39}, {38}));
  r.note(at(2061ms), event(ike_sa_up, "203.0.113.20"));
  r.note(at(2061ms), event(negotiation_failed, "Child SA refused with TS_UNACCEPTABLE", engine::Cause::peer_refused_selectors));
  for (std::uint32_t i = 2; i < 5; ++i) {
    r.note(at(i * 10s), datagram(datagram_sent, 37, i, false, {}));
    r.note(at(i * 10s + 20ms), datagram(datagram_received, 37, i, true, {}));
  }
  r.note(at(60s), datagram(datagram_sent, 37, 5, false, {42}));
  return r;
}

}  // namespace

TEST(Recorder, DrawsALadder) {
  const cli::Recorder r = negotiation();
  const auto shown = cli::ladders(r, at(61s), {});
  const std::string text = cli::show_ladder(shown, cli::Drawing::ascii);
  expect_golden("show-crypto-ikev2-ladder", text);
  for (std::size_t from = 0; from < text.size(); from = text.find('\n', from) + 1)
    EXPECT_LE(text.find('\n', from) - from, 80U) << text.substr(from, 90);
  expect_golden("show-crypto-ikev2-ladder-utf8", cli::show_ladder(shown, cli::Drawing::utf8));
  EXPECT_EQ(cli::show_ladder(cli::ladders(r, at(61s), address("192.0.2.1")), cli::Drawing::ascii), "Nothing is recorded.\n");
}

TEST(Recorder, LongAddressesStandOnTwoLines) {
  cli::PeerLadder ladder{address("2001:db8:ffff:0:aaaa:bbbb:cccc:dddd"), {{}}};
  ladder.steps[0].local = {address("2001:db8:ffff:0:aaaa:bbbb:cccc:2222"), 4500};
  ladder.steps[0].remote = {ladder.peer, 4500};
  const std::string text = cli::show_ladder({{ladder}}, cli::Drawing::ascii);
  EXPECT_LE(text.find('\n'), 80U) << text;
  const std::size_t second = text.find('\n') + 1;
  EXPECT_EQ(text.find('\n', second) - second, 76U) << text;
  EXPECT_EQ(text.find("  "), 0U);
}

TEST(Recorder, CountsEachMessageOnce) {
  const cli::Recorder r = negotiation();
  const cli::IkeCounters& c = r.counters();
  EXPECT_EQ(c.exchanges.at(34).sent_requests, 1U);
  EXPECT_EQ(c.exchanges.at(34).received_responses, 1U);
  EXPECT_EQ(c.retransmissions, 1U);
  EXPECT_EQ(c.liveness.sent_requests, 3U);
  EXPECT_EQ(c.notifies.at(38).received_responses, 1U);
  EXPECT_EQ(c.accepted_outgoing, 1U);
  EXPECT_EQ(c.created_outgoing, 1U);
  EXPECT_EQ(c.failures[static_cast<std::size_t>(engine::Cause::peer_refused_selectors)], 1U);
}

TEST(Recorder, LivenessChecksInARowAreTwoRecords) {
  cli::Recorder r;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    r.note(at(i * 10s), datagram(NoticeKind::datagram_sent, 37, i, false, {}));
    r.note(at(i * 10s), datagram(NoticeKind::datagram_received, 37, i, true, {}, {16388, 16389}));
  }
  const auto records = r.of_peer(address("203.0.113.20"));
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].count, 1000U);
  EXPECT_EQ(records[1].notice.message_id, 999U);
}

TEST(Recorder, IsBoundedForOnePeerAndAltogether) {
  cli::Recorder r;
  const std::string evidence(5000, 'x');
  for (int i = 0; i < 1000; ++i) r.note(at(1s * i), event(NoticeKind::negotiation_failed, evidence.c_str()));
  EXPECT_LE(r.octets(), cli::Recorder::max_octets_of_peer);
  for (std::uint32_t peer = 0; peer < 20000; ++peer)
    for (int i = 0; i < 5; ++i) {
      Notice up = event(NoticeKind::ike_sa_up, evidence.c_str());
      up.remote.ip = engine::IpAddress::v4(0x0A000000U + peer);
      r.note(at(1s), up);
    }
  EXPECT_LE(r.octets(), cli::Recorder::max_octets);
}

/// Whoever sends from a million addresses takes no place from the peers we know.
TEST(Recorder, StrangersGiveWayFirst) {
  cli::Recorder r = negotiation();
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Notice dropped = event(NoticeKind::datagram_dropped, "no IKE SA with these SPIs", engine::Cause::unknown_spi);
    dropped.initiator = false;
    dropped.remote.ip = engine::IpAddress::v4(0xC6336400U + i);
    r.note(at(1s), dropped);
  }
  EXPECT_FALSE(r.of_peer(address("203.0.113.20")).empty());
  EXPECT_EQ(r.peers().size(), cli::Recorder::max_strangers + 1);
  EXPECT_EQ(r.peers().front(), address("203.0.113.20"));
}

TEST(Recorder, WhatAPeerSentIsEscaped) {
  cli::Recorder r;
  r.note(at(0s), event(NoticeKind::negotiation_failed, "\x1b[2J\nid"));
  const std::string text = cli::show_ladder(cli::ladders(r, at(1s), {}), cli::Drawing::ascii);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
}

/// An empty answer is one to whatever was asked.
TEST(Recorder, OnlyAnswersToChecksAreOnes) {
  cli::Recorder r;
  r.note(at(1s), datagram(NoticeKind::datagram_received, 37, 4, false, {42}));
  r.note(at(1s), datagram(NoticeKind::datagram_sent, 37, 4, true, {}));
  EXPECT_EQ(r.counters().liveness.sent_responses, 0U) << "it answers a Delete";
  r.note(at(2s), datagram(NoticeKind::datagram_received, 37, 5, false, {}));
  r.note(at(2s), datagram(NoticeKind::datagram_sent, 37, 5, true, {}));
  EXPECT_EQ(r.counters().liveness.received_requests, 1U);
  EXPECT_EQ(r.counters().liveness.sent_responses, 1U);
}

TEST(Recorder, RekeysAreCountedApart) {
  cli::Recorder r;
  r.note(at(1s), datagram(NoticeKind::datagram_sent, 36, 2, false, {33, 40, 44, 45}));
  r.note(at(1s), datagram(NoticeKind::datagram_received, 36, 2, true, {33, 40, 44, 45}));
  r.note(at(2s), datagram(NoticeKind::datagram_sent, 36, 3, false, {33, 40, 44, 45}, {16393}));
  r.note(at(2s), datagram(NoticeKind::datagram_received, 36, 3, true, {33, 40, 44, 45}));
  r.note(at(3s), datagram(NoticeKind::datagram_received, 36, 0, false, {33, 40, 34}));
  r.note(at(3s), datagram(NoticeKind::datagram_sent, 36, 0, true, {33, 40, 34}));
  const cli::IkeCounters& c = r.counters();
  EXPECT_EQ(c.exchanges.at(36).sent_requests, 2U);
  EXPECT_EQ(c.child_rekeys.sent_requests, 1U);
  EXPECT_EQ(c.child_rekeys.received_responses, 1U);
  EXPECT_EQ(c.ike_rekeys.received_requests, 1U);
  EXPECT_EQ(c.ike_rekeys.sent_responses, 1U);
  cli::ShowFacts facts;
  facts.ike = c;
  const std::string text = cli::show_exchange_stats(cli::exchange_stats(facts));
  EXPECT_NE(text.find("\nCREATE_CHILD_SA_IPSEC_REKEY             1          0          0          1\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\nCREATE_CHILD_SA_IKE_REKEY               0          1          1          0\n"), std::string::npos)
      << text;
}

TEST(Recorder, ClearingTakesNothingFromACollector) {
  cli::Recorder r = negotiation();
  r.forget_counters();
  EXPECT_EQ(r.counters().created_outgoing, 0U);
  EXPECT_EQ(r.totals().created_outgoing, 1U);
  cli::ShowFacts facts;
  facts.ike_totals = r.totals();
  EXPECT_NE(cli::open_metrics(facts, {}).find("sallyport_ike_sas_created_total{began=\"here\"} 1\n"), std::string::npos);
}
