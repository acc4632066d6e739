// Counters of IKEv2: what the recorder counted, and what is up at the moment.
#pragma once

#include "cli/json.hpp"
#include "cli/show.hpp"

namespace cli {

/// SAs that one end began, and its requests for them.
struct SaCounts {
  std::uint64_t total = 0, active = 0, negotiating = 0, requests = 0, accepted = 0, rejected = 0, created = 0, failed = 0;
};
template <class V>
void fields(V& v, const SaCounts& counts) {
  v("total", counts.total, "IKE SAs there are");
  v("active", counts.active, "Of them, those that are up");
  v("negotiating", counts.negotiating, "Of them, those in negotiation");
  v("requests", counts.requests, "IKE_SA_INIT requests since the daemon started");
  v("accepted", counts.accepted, "Of them, those answered with a proposal");
  v("rejected", counts.rejected, "Of them, those answered with an error");
  v("created", counts.created, "IKE SAs that came up since the daemon started");
  v("failed", counts.failed, "Negotiations that failed");
}

struct CauseCount {
  std::string_view cause;
  std::uint64_t count = 0;
};
template <class V>
void fields(V& v, const CauseCount& each) {
  v("cause", each.cause, "Row of the list of causes");
  v("count", each.count, "How often");
}

/// `show crypto ikev2 stats`
struct Ikev2Stats {
  engine::AdmissionLimits limits;
  SaCounts incoming, outgoing;
  std::uint64_t cookies_asked = 0, cookies_accepted = 0, dropped = 0, rate_limited = 0, retransmissions = 0, ppk_sessions = 0;
  std::uint64_t deleted = 0, deleting = 0, auth_timeouts = 0, unanswered = 0, dead_peers = 0;
  std::vector<CauseCount> failures;
};
Ikev2Stats ikev2_stats(const ShowFacts& facts);
std::string show_ikev2_stats(const Ikev2Stats& stats);
/// `show crypto ikev2 stats timeout`
std::string show_timeouts(const Ikev2Stats& stats);
/// `show crypto ikev2 stats reconnect`: of what does not exist here.
std::string show_reconnects();
/// `show crypto ikev2 count`
std::string show_ikev2_count(const Ikev2Stats& stats);
template <class V>
void fields(V& v, const Ikev2Stats& stats) {
  v("max_ike_sas", stats.limits.ike_sas, "Limit of IKE SAs, 0 for none");
  v("max_incoming", stats.limits.incoming, "Limit of negotiations that peers began");
  v("max_outgoing", stats.limits.outgoing, "Limit of negotiations of our own, 0 for none");
  v("incoming", stats.incoming, "What peers began");
  v("outgoing", stats.outgoing, "What this side began");
  v("cookies_asked", stats.cookies_asked, "Requests answered with a COOKIE");
  v("cookies_accepted", stats.cookies_accepted, "Requests that came with one");
  v("dropped", stats.dropped, "Datagrams dropped, all causes together");
  v("rate_limited", stats.rate_limited, "Requests dropped because a limit was reached");
  v("retransmissions", stats.retransmissions, "Requests and answers sent again");
  v("ppk_sessions", stats.ppk_sessions, "IKE SAs with a postquantum preshared key");
  v("deleted", stats.deleted, "IKE SAs that were up and are gone");
  v("deleting", stats.deleting, "IKE SAs being deleted");
  v("auth_timeouts", stats.auth_timeouts, "Negotiations of peers that did not go on to IKE_AUTH");
  v("unanswered", stats.unanswered, "Negotiations of this side without an answer to the last retransmission");
  v("dead_peers", stats.dead_peers, "IKE SAs given up because the peer answered nothing any more");
  v("failures", stats.failures, "Failed negotiations by cause");
}

/// `show crypto call admission statistics`
struct AdmissionStats {
  engine::AdmissionLimits limits;
  std::uint64_t ike_active = 0, ike_negotiating = 0, child_active = 0;
  std::uint64_t incoming_accepted = 0, incoming_rejected = 0, outgoing_accepted = 0, outgoing_rejected = 0;
  std::uint64_t by_sa_limit = 0, by_negotiation_limit = 0, dropped = 0;
  ChildRequests children;
};
AdmissionStats admission_stats(const ShowFacts& facts);
std::string show_admission_stats(const AdmissionStats& stats);
template <class V>
void fields(V& v, const AdmissionStats& s) {
  v("max_ike_sas", s.limits.ike_sas, "Limit of IKE SAs, 0 for none");
  v("max_in_negotiation", s.limits.incoming, "Limit of negotiations that peers began");
  v("max_child_sas", s.limits.child_sas, "Limit of IPsec SAs, 0 for none");
  v("ike_active", s.ike_active, "IKE SAs that are up");
  v("ike_negotiating", s.ike_negotiating, "IKE SAs in negotiation");
  v("ike_incoming_accepted", s.incoming_accepted, "IKE_SA_INIT requests of peers that were answered with a proposal");
  v("ike_incoming_rejected", s.incoming_rejected, "Those answered with an error, or not let in by a limit");
  v("ike_outgoing_accepted", s.outgoing_accepted, "IKE_SA_INIT requests of this side that were answered with a proposal");
  v("ike_outgoing_rejected", s.outgoing_rejected, "Those answered with an error, or not sent because of a limit");
  v("rejected_by_sa_limit", s.by_sa_limit, "Of peers or this side, because of the limit of IKE SAs");
  v("rejected_by_negotiation_limit", s.by_negotiation_limit, "Requests dropped because too many were in negotiation");
  v("dropped", s.dropped, "Datagrams dropped, all causes together");
  v("child_active", s.child_active, "IPsec SAs there are");
  v("child_incoming_accepted", s.children.accepted_incoming, "IPsec SAs that peers asked for and that were made");
  v("child_incoming_rejected", s.children.rejected_incoming, "Those refused here");
  v("child_outgoing_accepted", s.children.accepted_outgoing, "IPsec SAs that this side asked for and that were made");
  v("child_outgoing_rejected", s.children.rejected_outgoing, "Those refused by the peer");
}

/// One row of `show crypto ikev2 stats exchange`.
struct TrafficRow {
  std::string name;
  Traffic traffic;
};
template <class V>
void fields(V& v, const TrafficRow& row) {
  v("name", row.name, "Exchange, or notify by its IANA name");
  v("sent_requests", row.traffic.sent_requests, "In requests sent");
  v("sent_responses", row.traffic.sent_responses, "In answers sent");
  v("received_requests", row.traffic.received_requests, "In requests received");
  v("received_responses", row.traffic.received_responses, "In answers received");
}
struct ExchangeStats {
  std::vector<TrafficRow> exchanges, errors, others;
  std::uint64_t nat = 0, no_nat = 0;
};
ExchangeStats exchange_stats(const ShowFacts& facts);
std::string show_exchange_stats(const ExchangeStats& stats);
template <class V>
void fields(V& v, const ExchangeStats& stats) {
  v("exchanges", stats.exchanges, "Exchanges");
  v("errors", stats.errors, "Error notifies");
  v("others", stats.others, "Status notifies; DPD is a liveness check");
  v("nat", stats.nat, "Negotiations with a NAT in between");
  v("no_nat", stats.no_nat, "Negotiations without");
}

/// One row of `show crypto engine connections active`.
struct EngineConnection {
  std::uint64_t id = 0;
  bool ike = false;
  std::string algorithm;
  std::uint64_t encrypted = 0, decrypted = 0;
  engine::IpAddress address;
};
template <class V>
void fields(V& v, const EngineConnection& row) {
  v("id", row.id, "Number of the connection");
  v("ike", row.ike, "An IKE SA, not one direction of an IPsec SA");
  v("algorithm", row.algorithm, "Cipher and integrity algorithm");
  v("encrypted", row.encrypted, "Packets sent");
  v("decrypted", row.decrypted, "Packets received");
  v("address", row.address, "Local end");
}
struct EngineConnections {
  std::vector<EngineConnection> connections;
};
EngineConnections engine_connections(const ShowFacts& facts);
std::string show_engine_connections(const EngineConnections& connections);
template <class V>
void fields(V& v, const EngineConnections& document) {
  v("connections", document.connections, "IKE SAs and both directions of each IPsec SA");
}
/// What does the cryptography: software alone.
std::string show_engine_configuration();
std::string show_eli();

}  // namespace cli
