#include "cli/show_stats.hpp"

#include <algorithm>
#include <numeric>

#include "engine/wire/message.hpp"

namespace cli {
namespace {

std::string n(std::uint64_t value) { return std::to_string(value); }
std::string left(std::uint64_t value, std::size_t width) { return padded(n(value), width); }

std::string sa_count_line(const char* what, const SaCounts& c) {
  return std::string("Total ") + what + " IKEv2 SA Count:    " + left(c.total, 8) + " active:        " + left(c.active, 8) +
         " negotiating: " + left(c.negotiating, 6) + "\n";
}

std::string request_line(const char* what, const SaCounts& c) {
  return std::string(what) + " IKEv2 Requests: " + left(c.requests, 8) + " accepted:      " + left(c.accepted, 8) +
         " rejected:    " + left(c.rejected, 8) + "\n";
}

std::string short_name(const engine::Algorithm* row, std::string_view otherwise) {
  if (!row) return std::string(otherwise);
  std::string name(row->debug_name);
  if (name.starts_with("AES-CBC-")) return "AES" + name.substr(8);
  if (const auto dash = name.rfind('-'); dash != std::string::npos && row->key_bits != 0) name.erase(dash, 1);
  return name;
}

bool nothing_counted(const Traffic& t) {
  return t.sent_requests + t.sent_responses + t.received_requests + t.received_responses == 0;
}

void put_rows(std::string& out, std::string_view title, const std::vector<TrafficRow>& rows) {
  out += "\n" + std::string(title) + "\n\n";
  for (const TrafficRow& row : rows)
    out += padded(row.name, 33) + right(row.traffic.sent_requests, 8) + right(row.traffic.sent_responses, 11) +
           right(row.traffic.received_requests, 11) + right(row.traffic.received_responses, 11) + "\n";
}

}  // namespace

Ikev2Stats ikev2_stats(const ShowFacts& facts) {
  Ikev2Stats out;
  out.limits = facts.limits;
  for (const auto& sa : facts.view.ike_sas) {
    SaCounts& side = sa.role == engine::Role::initiator ? out.outgoing : out.incoming;
    ++side.total;
    side.active += sa.status == engine::SaStatus::ready ? 1 : 0;
    side.negotiating += sa.status == engine::SaStatus::in_negotiation ? 1 : 0;
    out.deleting += sa.status == engine::SaStatus::deleting ? 1 : 0;
    out.ppk_sessions += sa.ppk ? 1 : 0;
  }
  const IkeCounters& ike = facts.ike;
  if (const auto init = ike.exchanges.find(static_cast<std::uint8_t>(engine::wire::ExchangeType::ike_sa_init));
      init != ike.exchanges.end()) {
    out.incoming.requests = init->second.received_requests;
    out.outgoing.requests = init->second.sent_requests;
  }
  out.incoming.accepted = ike.accepted_incoming;
  out.incoming.rejected = ike.rejected_incoming;
  out.incoming.created = ike.created_incoming;
  out.incoming.failed = ike.failed_incoming;
  out.outgoing.accepted = ike.accepted_outgoing;
  out.outgoing.rejected = ike.rejected_outgoing;
  out.outgoing.created = ike.created_outgoing;
  out.outgoing.failed = ike.failed_outgoing;
  out.cookies_asked = ike.cookies_asked;
  out.cookies_accepted = ike.cookies_accepted;
  out.retransmissions = ike.retransmissions;
  out.deleted = ike.deleted;
  out.auth_timeouts = ike.auth_timeouts;
  out.unanswered = ike.unanswered;
  out.dead_peers = ike.dead_peers;
  out.dropped = std::accumulate(facts.view.dropped.begin(), facts.view.dropped.end(), std::uint64_t{0});
  out.rate_limited = facts.view.dropped[static_cast<std::size_t>(engine::Cause::rate_limited)];
  for (const auto& row : engine::cause_texts)
    if (const auto cause = static_cast<std::size_t>(row.cause); const auto count = ike.failures[cause] + facts.view.untold[cause])
      out.failures.push_back({row.name, count});
  return out;
}

std::string show_ikev2_stats(const Ikev2Stats& s) {
  const std::string rule = std::string(80, '-') + "\n";
  return rule + "                          Crypto IKEv2 SA Statistics\n" + rule + "System Resource Limit:   " + left(0, 8) +
         " Max IKEv2 SAs: " + left(s.limits.ike_sas, 8) + " Max in nego(in/out): " + n(s.limits.incoming) + "/" +
         n(s.limits.outgoing) + "\n" + sa_count_line("incoming", s.incoming) + sa_count_line("outgoing", s.outgoing) +
         request_line("Incoming", s.incoming) + request_line("Outgoing", s.outgoing) +
         "Rejected IKEv2 Requests: " + left(s.incoming.rejected + s.rate_limited, 8) + " rsrc low:      " + left(0, 8) +
         " SA limit:    " + left(s.rate_limited, 8) + "\nIKEv2 packets dropped at dispatch: " + left(s.dropped, 8) +
         "\nIncoming Requests dropped as LOW Q limit reached : " + left(0, 8) +
         "\nIncoming IKEV2 Cookie Challenged Requests: " + left(s.cookies_asked, 8) +
         "\n    accepted: " + left(s.cookies_accepted, 8) + " rejected: " + left(0, 8) + " rejected no cookie: " + left(0, 8) +
         "\nTotal Deleted sessions of Cert Revoked Peers: " + left(0, 8) +
         "\nTotal init sa request rejected due to queue limit : " + left(0, 8) +
         "\nSA Strength Enforcement Rejects - incoming:        0 outgoing:        0\nSessions with Quantum Resistance: " +
         left(s.ppk_sessions, 8) + " Manual: " + left(s.ppk_sessions, 8) + " Dynamic: " + left(0, 8) +
         "\nPPK Identity Mismatch: 0        \nPPK Retrieve Failure    -    ALL:      0        With PPK Required:    0       "
         "\nPPK Authentication Failure - ALL:      0        With PPK Required:    0       \n";
}

std::string show_timeouts(const Ikev2Stats& s) {
  const std::string rule = std::string(41, '-') + "\n";
  const auto row = [](const char* what, std::uint64_t value) { return padded(what, 30) + right(value, 11) + "\n"; };
  return rule + "IKEV2 TIMER                     TIMED OUT\n" + rule + row("EXT SERVICE TIMER", 0) +
         row("AUTH TIMER", s.auth_timeouts) + row("PACKET MAXIMUM RETRANS TIMER", s.unanswered) +
         row("DPD MAX RETRANS TIMER", s.dead_peers);
}

std::string show_reconnects() {
  return "Total incoming reconnect connection: 0\nSuccess reconnect connection: 0\nFailed reconnect connection: 0\n"
         "Reconnect capable active session count: 0\nReconnect capable inactive session count: 0\n";
}

std::string show_ikev2_count(const Ikev2Stats& s) {
  const std::uint64_t active = s.incoming.active + s.outgoing.active;
  const auto row = [](std::uint64_t value, const char* what) { return right(value, 5) + " " + what + "\n"; };
  return row(s.incoming.negotiating + s.outgoing.negotiating, "Negotiating SAs") + row(active, "Session") +
         row(active, "Active SAs") + row(s.incoming.created + s.outgoing.created, "Created SAs") + row(s.deleted, "Deleted SAs") +
         row(s.deleting, "Marked for Deletion SAs");
}

AdmissionStats admission_stats(const ShowFacts& facts) {
  const Ikev2Stats ike = ikev2_stats(facts);
  AdmissionStats out;
  out.limits = facts.limits;
  out.ike_active = ike.incoming.active + ike.outgoing.active;
  out.ike_negotiating = ike.incoming.negotiating + ike.outgoing.negotiating;
  constexpr auto limit = static_cast<std::size_t>(engine::Cause::rate_limited);
  out.by_sa_limit = facts.ike.failures[limit] + facts.view.untold[limit];
  out.by_negotiation_limit = ike.rate_limited;
  out.incoming_accepted = ike.incoming.accepted;
  out.incoming_rejected = ike.incoming.rejected + out.by_negotiation_limit + out.by_sa_limit - facts.ike.limited_outgoing;
  out.outgoing_accepted = ike.outgoing.accepted;
  out.outgoing_rejected = ike.outgoing.rejected + facts.ike.limited_outgoing;
  out.dropped = ike.dropped;
  for (const auto& sa : facts.view.ike_sas) out.child_active += sa.children.size();
  out.children = facts.ike.child_requests;
  return out;
}

std::string show_admission_stats(const AdmissionStats& s) {
  const std::string rule = std::string(69, '-') + "\n";
  const auto requests = [](const std::string& what, std::uint64_t accepted, std::uint64_t rejected) {
    return what + right(accepted + rejected, 9) + " accepted:" + right(accepted, 9) + " rejected:" + right(rejected, 9) + "\n";
  };
  const auto total = [](const std::string& what, std::uint64_t active, std::uint64_t negotiating) {
    return what + right(active + negotiating, 12) + " active:" + right(active, 11) + " negotiating:" + right(negotiating, 6) +
           "\n";
  };
  return rule + "               Crypto Call Admission Control Statistics\n" + rule + "System Resource Limit:" + right(0, 9) +
         " Max IKE SAs:" + right(s.limits.ike_sas, 6) + " Max in nego:" + right(s.limits.incoming, 6) + "\n" +
         total("Total IKE SA Count:", s.ike_active, s.ike_negotiating) +
         requests("Incoming IKE Requests:", s.incoming_accepted, s.incoming_rejected) +
         requests("Outgoing IKE Requests:", s.outgoing_accepted, s.outgoing_rejected) +
         "Rejected IKE Requests:" + right(s.incoming_rejected + s.outgoing_rejected, 9) + " rsrc low:" + right(0, 9) +
         " Active SA limit: " + n(s.by_sa_limit) + "\n" + std::string(51, ' ') + "In-neg SA limit: " + n(s.by_negotiation_limit) +
         "\nIKE packets dropped at dispatch:" + right(s.dropped, 9) + "\n\nMax IPSEC SAs:" + right(s.limits.child_sas, 6) + "\n" +
         total("Total IPSEC SA Count:", s.child_active, 0) +
         requests("Incoming IPSEC Requests:", s.children.accepted_incoming, s.children.rejected_incoming) +
         requests("Outgoing IPSEC Requests:", s.children.accepted_outgoing, s.children.rejected_outgoing) +
         "SA Strength Enforcement Rejects:  incoming:        0 outgoing:        0\n\nPhase1.5 SAs under negotiation:" +
         right(0, 10) + "\n";
}

ExchangeStats exchange_stats(const ShowFacts& facts) {
  ExchangeStats out;
  for (const auto& [type, traffic] : facts.ike.exchanges) {
    const auto name = engine::wire::name_of(static_cast<engine::wire::ExchangeType>(type));
    out.exchanges.push_back({name.empty() ? "EXCHANGE_" + n(type) : std::string(name), traffic});
    if (type != static_cast<std::uint8_t>(engine::wire::ExchangeType::create_child_sa)) continue;
    if (!nothing_counted(facts.ike.child_rekeys))
      out.exchanges.push_back({"CREATE_CHILD_SA_IPSEC_REKEY", facts.ike.child_rekeys});
    if (!nothing_counted(facts.ike.ike_rekeys)) out.exchanges.push_back({"CREATE_CHILD_SA_IKE_REKEY", facts.ike.ike_rekeys});
  }
  for (const auto& [type, traffic] : facts.ike.notifies) {
    const auto name = engine::wire::name_of(static_cast<engine::NotifyType>(type));
    (type < 16384 ? out.errors : out.others).push_back({name.empty() ? "NOTIFY_" + n(type) : std::string(name), traffic});
  }
  if (!nothing_counted(facts.ike.liveness)) out.others.push_back({"DPD", facts.ike.liveness});
  out.nat = facts.ike.nat;
  out.no_nat = facts.ike.no_nat;
  return out;
}

std::string show_exchange_stats(const ExchangeStats& stats) {
  std::string out = "EXCHANGE/NOTIFY                   TX(REQ)    TX(RES)    RX(REQ)    RX(RES)\n";
  put_rows(out, "EXCHANGES", stats.exchanges);
  put_rows(out, "ERROR NOTIFY", stats.errors);
  put_rows(out, "OTHER NOTIFY", stats.others);
  out += "\n\nCONFIG PAYLOAD TYPE                    TX         RX\n\n\nOTHER COUNTERS                \n\n";
  if (stats.nat != 0) out += padded("NAT_DETECTED", 33) + right(stats.nat, 8) + "\n";
  if (stats.no_nat != 0) out += padded("NO_NAT", 33) + right(stats.no_nat, 8) + "\n";
  return out;
}

EngineConnections engine_connections(const ShowFacts& facts) {
  EngineConnections out;
  for (const auto& sa : facts.view.ike_sas) {
    if (sa.status != engine::SaStatus::ready) continue;
    const std::string cipher = short_name(sa.encryption, "Unknown");
    out.connections.push_back(
        {1000 + sa.id.value, true, (sa.integrity ? short_name(sa.integrity, "") + "+" : "") + cipher, 0, 0, sa.local.ip});
    for (const auto& child : sa.children) {
      const auto found = facts.counters.find(child.id);
      const kernel::ChildCounters counters = found == facts.counters.end() ? kernel::ChildCounters{} : found->second;
      const std::string name =
          short_name(child.encryption, "Unknown") + (child.integrity ? "+" + short_name(child.integrity, "") : "");
      const std::uint64_t id = 2000 + 2 * std::uint64_t{child.id.value};
      out.connections.push_back({id - 1, false, name, 0, counters.decaps, sa.local.ip});
      if (child.outbound_installed) out.connections.push_back({id, false, name, counters.encaps, 0, sa.local.ip});
    }
  }
  std::stable_sort(out.connections.begin(), out.connections.end(),
                   [](const EngineConnection& a, const EngineConnection& b) { return a.id < b.id; });
  return out;
}

std::string show_engine_connections(const EngineConnections& connections) {
  std::string out = "Crypto Engine Connections\n\n   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n";
  for (const auto& row : connections.connections)
    out += right(row.id, 5) + "  " + padded(row.ike ? "IKEv2" : "IPsec", 8) + padded(row.algorithm, 18) +
           right(row.encrypted, 9) + right(row.decrypted, 9) + right(row.decrypted, 9) + " " + ios_address(row.address) + "\n";
  return out + "\n";
}

std::string show_eli() { return "Hardware Encryption : INACTIVE\n Number of hardware crypto engines = 0\n\n"; }

std::string show_engine_configuration() {
  return "\n        crypto engine name:  Cisco VPN Software Implementation\n"
         "        crypto engine type:  software\n"
         "             serial number:  00000000\n"
         "       crypto engine state:  installed\n"
         "     crypto engine in slot:  N/A\n\n";
}

}  // namespace cli
