// Why a negotiation failed, in an operator's words: what the recorder adds to the evidence, and the lines of configuration that
// would mend it, each with the router it belongs on.
#pragma once

#include "cli/json.hpp"
#include "cli/recorder.hpp"
#include "engine/view.hpp"
#include "parser/parser.hpp"

namespace cli {

/// What went to and fro with a peer lately, as far as the recorder kept it.
struct Heard {
  std::uint64_t sent = 0, received = 0, unanswered = 0;      // unanswered: sent since something came back
  engine::SocketAddress local, remote;                       // of the last message
  std::optional<engine::Duration> last_sent, last_received;  // ago
  bool init_answered = false;                                // IKE_SA_INIT
  bool up = false;                                           // an IKE SA came up after that
  std::optional<engine::Duration> begun;                     // the last negotiation of ours, ago
  std::optional<engine::Duration> last_child;                // a Child SA came up, ago
  std::optional<IcmpHeard> icmp;                             // about messages to it
  std::optional<engine::Duration> icmp_ago;
  std::optional<std::uint16_t> silent_port;  // the last request went there and was not answered
};
Heard heard(const std::vector<Record>& records, engine::Time now);
Heard heard_of_peer(const Recorder& recorder, const engine::IpAddress& peer, engine::Time now);

enum class Router : std::uint8_t { here, peer };
/// Lines to enter on one router, in order; a block's lines are indented.
struct Remedy {
  Router where = Router::here;
  std::vector<std::string> lines;
};
template <class V>
void fields(V& v, const Remedy& remedy) {
  v("on_peer", remedy.where == Router::peer, "To be entered on the peer, not here");
  v("lines", remedy.lines, "Configuration");
}

struct Explanation {
  std::vector<std::string> evidence;  // beside the diagnosis' own
  std::vector<Remedy> remedies;       // either of them mends it; best first
};
/// `heard` counts where the peer did not answer. A key that has to be entered stands as KEY.
Explanation explain(const engine::Diagnosis& diagnosis, const parser::Configuration& configuration, const Heard& heard);

/// "permit ip 192.168.1.0 0.0.0.255 host 10.0.0.1": the line of an access list whose source is `from`.
std::string access_list_line(const engine::TrafficSelector& from, const engine::TrafficSelector& to);

}  // namespace cli
