// The flight recorder: what the engine told of every exchange, counted for ever and kept for a while. It stands at the edge
// and sees notices alone, so nothing secret can get into it, and the engine's own structures know nothing of it.
#pragma once

#include <array>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.hpp"

namespace cli {

/// How often a message or notify went each way.
struct Traffic {
  std::uint64_t sent_requests = 0, sent_responses = 0, received_requests = 0, received_responses = 0;
};

/// How long set-ups took.
struct SetupTimes {
  static constexpr std::array<engine::Duration, 12> bounds = {
      std::chrono::milliseconds(10),  std::chrono::milliseconds(25),   std::chrono::milliseconds(50),
      std::chrono::milliseconds(100), std::chrono::milliseconds(250),  std::chrono::milliseconds(500),
      std::chrono::seconds(1),        std::chrono::milliseconds(2500), std::chrono::seconds(5),
      std::chrono::seconds(10),       std::chrono::seconds(30),        std::chrono::seconds(60)};
  std::array<std::uint64_t, bounds.size() + 1> counts{};  // at most so long, and longer than the bound before; the last: longer
  engine::Duration sum{0};
  void add(engine::Duration took);
};

/// Requests for Child SAs, rekeys too, and what became of them.
struct ChildRequests {
  std::uint64_t accepted_incoming = 0, accepted_outgoing = 0, rejected_incoming = 0, rejected_outgoing = 0;
};

/// Counters since the daemon started, or since they were cleared. Retransmissions count as retransmissions alone.
struct IkeCounters {
  std::map<std::uint8_t, Traffic> exchanges;
  std::map<std::uint16_t, Traffic> notifies;
  Traffic liveness;                                            // INFORMATIONAL with nothing but, at most, a look for NATs
  Traffic child_rekeys, ike_rekeys;                            // CREATE_CHILD_SA that rekey
  std::uint64_t accepted_incoming = 0, accepted_outgoing = 0;  // IKE_SA_INIT answered with a proposal
  std::uint64_t rejected_incoming = 0, rejected_outgoing = 0;  // with an error that ends it
  std::uint64_t created_incoming = 0, created_outgoing = 0, deleted = 0;  // IKE SAs that were up
  std::uint64_t failed_incoming = 0, failed_outgoing = 0;                 // negotiations
  std::uint64_t limited_outgoing = 0;                                     // those of ours that a limit kept from beginning
  std::uint64_t auth_timeouts = 0, unanswered = 0, dead_peers = 0;  // no IKE_AUTH came, no answer came, none to a liveness check
  std::uint64_t cookies_asked = 0, cookies_accepted = 0;
  std::uint64_t retransmissions = 0;
  std::uint64_t child_created = 0, child_deleted = 0;
  ChildRequests child_requests;
  std::uint64_t nat = 0, no_nat = 0;
  SetupTimes setups;                                          // of negotiations begun here
  std::array<std::uint64_t, engine::cause_count> failures{};  // by Cause
};

/// One thing that happened with a peer.
struct Record {
  engine::Time at;
  engine::Notice notice;
  std::uint32_t count = 1;  // liveness checks in a row
  std::uint8_t about = 0;   // Recorder::About
};

/// What ICMP said lately about messages to a peer; anybody can forge it.
struct IcmpHeard {
  engine::SocketAddress remote;
  engine::IpAddress from;
  std::uint8_t type = 0, code = 0;
  std::uint32_t count = 0;
  engine::Time last;
};

class Recorder {
 public:
  /// Octets kept altogether and for one peer; a Record counts as what it holds.
  static constexpr std::size_t max_octets = 16 << 20, max_octets_of_peer = 16 << 10;
  /// Peers that never had an SA with us, and are not of our choosing: anybody can be many of them.
  static constexpr std::size_t max_strangers = 256;
  /// Of a text that came with a notice.
  static constexpr std::size_t max_text = 300;

  /// Negotiations whose set-up is timed at once.
  static constexpr std::size_t max_begun = 65536;

  void note(engine::Time now, const engine::Notice& notice);
  /// `heard` without count and time; of a peer of whom nothing is kept it is ignored.
  void note_icmp(engine::Time now, const IcmpHeard& heard);

  /// Since forget_counters(), for whom shows what an operator asked to count.
  const IkeCounters& counters() const { return counters_; }
  /// Since the start: a collector's counters never go back.
  const IkeCounters& totals() const { return totals_; }
  void forget_counters() { counters_ = {}; }
  /// What is kept of a peer, oldest first.
  std::vector<Record> of_peer(const engine::IpAddress& peer) const;
  /// As the peer at that address proved it last; empty: it has not.
  std::string identity_of(const engine::IpAddress& peer) const;
  std::optional<IcmpHeard> icmp_of(const engine::IpAddress& peer) const;
  /// Those of which something is kept, the latest first.
  std::vector<engine::IpAddress> peers() const;
  std::size_t octets() const { return octets_; }

 private:
  struct Ring {
    std::deque<Record> records;
    std::size_t octets = 0;
    bool stranger = true;
    std::string identity{};
    std::optional<IcmpHeard> icmp{};
    std::list<engine::IpAddress>::iterator place;  // in its list: the latest in front
  };
  /// What an exchange is about, where its type does not say: its answer is about what its request was.
  enum class About : std::uint8_t { other, liveness, child_rekey, ike_rekey };
  About about(const engine::Notice& notice) const;
  void count(const engine::Notice& notice, About about, IkeCounters& counters);
  void time(engine::Time now, const engine::Notice& notice);
  void keep(engine::Time now, const engine::Notice& notice, About about);
  void append(Ring& ring, Record record);
  void drop_oldest(Ring& ring);
  void forget(const engine::IpAddress& peer);

  IkeCounters counters_, totals_;
  std::map<engine::IkeSaId, engine::Time> begun_;  // negotiations of ours that are not over
  std::map<engine::IpAddress, Ring> rings_;
  std::list<engine::IpAddress> known_, strangers_;
  std::size_t octets_ = 0;
};

}  // namespace cli
