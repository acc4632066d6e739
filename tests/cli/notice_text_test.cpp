#include "cli/notice_text.hpp"

#include <gtest/gtest.h>

#include "facts.hpp"

namespace {

using engine::Notice;
using engine::NoticeKind;

Notice notice(NoticeKind kind, const std::string& text = {}) {
  Notice out{kind};
  out.sa = {1};
  out.local = {address("203.0.113.10"), 500};
  out.remote = {address("203.0.113.20"), 500};
  out.text = text;
  return out;
}

std::string joined(const Notice& of, const cli::DebugFlags& flags) {
  std::string out;
  for (const auto& message : cli::notice_text(of, flags)) out += message.text + "\n";
  return out;
}

}  // namespace

TEST(NoticeText, PacketIsDebuggingOnly) {
  Notice packet = notice(NoticeKind::datagram_sent);
  packet.spi_i = {0x0123456789ABCDEF};
  packet.exchange = 34;
  packet.payloads = {33, 34, 40};
  EXPECT_EQ(joined(packet, {}), "");
  EXPECT_EQ(joined(packet, {true, false, false, false}),
            "IKEv2:(SESSION ID = 1,SA ID = 1):Sending Packet [To 203.0.113.20:500/From 203.0.113.10:500/VRF i0:f0] \n"
            "Initiator SPI : 0123456789ABCDEF - Responder SPI : 0000000000000000 Message id: 0\n"
            "IKEv2 IKE_SA_INIT Exchange REQUEST \n"
            "Payload contents: \n"
            " SA KE N \n");
}

TEST(NoticeText, EachKindOfDebuggingHasItsLines) {
  const auto severities = [](const Notice& of, const cli::DebugFlags& flags) {
    std::string out;
    for (const auto& message : cli::notice_text(of, flags)) out += std::to_string(message.severity);
    return out;
  };
  cli::DebugFlags ikev2, packet, error, internal, ipsec;
  ikev2.ikev2 = packet.ikev2_packet = error.ikev2_error = internal.ikev2_internal = ipsec.ipsec = true;
  struct Row {
    NoticeKind kind;
    cli::DebugFlags with, without;
  };
  for (const Row& row : {Row{NoticeKind::datagram_received, packet, error}, Row{NoticeKind::datagram_received, ikev2, ipsec},
                         Row{NoticeKind::datagram_dropped, error, packet}, Row{NoticeKind::policy_found, internal, packet},
                         Row{NoticeKind::proposal_chosen, ikev2, error}, Row{NoticeKind::child_sa_up, ipsec, ikev2},
                         Row{NoticeKind::child_sa_down, ipsec, internal}}) {
    EXPECT_EQ(severities(notice(row.kind, "P"), row.with), "7") << static_cast<int>(row.kind);
    EXPECT_EQ(severities(notice(row.kind, "P"), row.without), "") << static_cast<int>(row.kind);
    EXPECT_EQ(severities(notice(row.kind, "P"), {}), "") << static_cast<int>(row.kind);
  }
}

TEST(NoticeText, SessionUpAndDown) {
  EXPECT_EQ(joined(notice(NoticeKind::ike_sa_up, "203.0.113.20"), {}),
            "%CRYPTO-5-IKEV2_SESSION_STATUS: Crypto tunnel v2 is UP.  Peer 203.0.113.20:500       Id: 203.0.113.20\n");
  Notice down = notice(NoticeKind::ike_sa_down);
  down.cause = engine::Cause::peer_deleted;
  EXPECT_EQ(joined(down, {}),
            "%CRYPTO-5-IKEV2_SESSION_STATUS: Crypto tunnel v2 is DOWN.  Peer 203.0.113.20:500       Id: 203.0.113.20\n"
            "%IKEV2-5-SA_DOWN: SA DOWN with 203.0.113.20:500, cause peer-deleted: The peer deleted the SA.\n");
  down.peer_id = "branch.example.net";
  EXPECT_NE(joined(down, {}).find("is DOWN.  Peer 203.0.113.20:500       Id: branch.example.net\n"), std::string::npos);
}

TEST(NoticeText, FailureNamesCauseAndEvidenceWithoutDebugging) {
  Notice failed = notice(NoticeKind::negotiation_failed, "theirs: AES-CBC-128; ours: AES-CBC-256");
  failed.cause = engine::Cause::proposal_mismatch;
  EXPECT_EQ(
      joined(failed, {}),
      "%IKEV2-3-NEG_ABORT: Negotiation with 203.0.113.20:500 aborted, responder, cause proposal-mismatch: The peers have no "
      "IKE proposal in common. theirs: AES-CBC-128; ours: AES-CBC-256\n");
  EXPECT_EQ(joined(failed, {false, false, true, false}).substr(0, 49), "IKEv2-ERROR:(SESSION ID = 1,SA ID = 1): Received ");
}

TEST(NoticeText, WhatAPeerSentCannotDriveATerminal) {
  const std::string text =
      joined(notice(NoticeKind::negotiation_failed, "id \x1b]0;owned\x07\r\nfake line \xff"), {true, true, true, true});
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
  EXPECT_NE(text.find("\\x1b]0;owned\\x07\\x0d\\x0afake line \\xff"), std::string::npos);
}
