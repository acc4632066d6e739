// The life of every SA: what the notices tell of births, rekeys and ends, on its way into the database, and
// `show crypto ikev2 sa history`.
#pragma once

#include <string>
#include <vector>

#include "cli/json.hpp"
#include "engine/event.hpp"
#include "parser/database.hpp"

namespace cli {

/// Collects between two writes, so that ten thousand SAs that come up cost the database some transactions and the loop none.
class SaHistory {
 public:
  /// What waits at most; beyond it events are left out, and how many is an event of its own.
  static constexpr std::size_t most_waiting = 20000;
  static constexpr engine::Duration pause = std::chrono::seconds(1);

  /// What else is told is ignored.
  static bool concerns(engine::NoticeKind kind) {
    return kind >= engine::NoticeKind::ike_sa_up && kind <= engine::NoticeKind::child_sa_retired;
  }
  /// `identity`: as the peer proved it, or empty.
  void note(engine::Time now, std::int64_t unix_milliseconds, const engine::Notice& notice, const std::string& identity);
  /// When what waits is to be written; nullopt: nothing waits.
  std::optional<engine::Time> due() const { return due_; }
  std::vector<parser::SaEvent> take();

 private:
  std::vector<parser::SaEvent> waiting_;
  std::size_t left_out_ = 0;
  std::optional<engine::Time> due_;
};

struct SaEvents {
  std::vector<parser::SaEvent> events;
};
std::string show_sa_history(const SaEvents& history);
template <class V>
void fields(V& v, const SaEvents& document) {
  v("events", document.events, "Newest first");
}

}  // namespace cli

namespace parser {

template <class V>
void fields(V& v, const SaEvent& event) {
  v("unix_milliseconds", event.unix_milliseconds, "When, since 1970, UTC");
  v("ipsec", event.ipsec, "Of an IPsec SA, not of an IKE SA");
  v("sa", event.sa, "Number of the SA; the daemon begins anew with 1 when it starts");
  v("peer", event.peer, "Address of the peer");
  v("identity", event.identity, "What it proved to be, or empty");
  v("event", event.event, "up, rekeyed, moved, retired, down or failed");
  v("cause", event.cause, "Row of the list of causes, or empty");
  v("text", event.text, "What is known beside it");
}

}  // namespace parser
