// `show crypto ikev2 ladder`: what the flight recorder kept of a peer, drawn as a sequence diagram.
#pragma once

#include "cli/json.hpp"
#include "cli/recorder.hpp"

namespace cli {

enum class LadderStepKind : std::uint8_t { sent, received, sent_again, received_again, dropped, event };
/// One message, or something that happened between two.
struct LadderStep {
  LadderStepKind kind = LadderStepKind::event;
  engine::Duration ago{0};
  std::uint32_t ike_sa = 0, message_id = 0, count = 1;
  std::string exchange;  // of a message
  bool response = false;
  bool unanswered = false;                      // a request of ours, and no answer to it came
  std::vector<std::string> payloads, notifies;  // by name
  std::string text;                             // of an event: what happened
  engine::SocketAddress local, remote;
};
template <class V>
void fields(V& v, const LadderStep& step) {
  constexpr std::string_view kinds[] = {"sent", "received", "sent-again", "received-again", "dropped", "event"};
  v("kind", kinds[static_cast<std::size_t>(step.kind)], "sent, received, sent-again, received-again, dropped or event");
  v("milliseconds_ago", step.ago.count() / 1000, "When it happened");
  v("ike_sa", step.ike_sa, "IKE SA, 0 for none yet");
  v("exchange", step.exchange, "Exchange of a message");
  v("response", step.response, "An answer");
  v("message_id", step.message_id, "Message ID");
  v("unanswered", step.unanswered, "A request of this side that was not answered");
  v("payloads", step.payloads, "Payloads by name");
  v("notifies", step.notifies, "Notifies by their IANA names");
  v("count", step.count, "Liveness checks in a row that this row stands for");
  v("text", step.text, "What happened, of an event");
}

struct PeerLadder {
  engine::IpAddress peer;
  std::vector<LadderStep> steps;
};
template <class V>
void fields(V& v, const PeerLadder& ladder) {
  v("peer", ladder.peer, "Address of the peer");
  v("steps", ladder.steps, "Oldest first");
}
struct Ladders {
  std::vector<PeerLadder> peers;
};
template <class V>
void fields(V& v, const Ladders& document) {
  v("peers", document.peers, "Peers, the latest first");
}

/// Of one peer, or of the latest ones.
Ladders ladders(const Recorder& recorder, engine::Time now, const std::optional<engine::IpAddress>& peer);

enum class Drawing : std::uint8_t { ascii, utf8 };
/// 80 columns at most.
std::string show_ladder(const Ladders& ladders, Drawing drawing);

}  // namespace cli
