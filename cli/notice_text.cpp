#include "cli/notice_text.hpp"

#include "engine/wire/message.hpp"

namespace cli {
namespace {

using engine::Notice;
using engine::NoticeKind;

constexpr unsigned debugging_severity = 7;

std::string session_prefix(const Notice& notice) {
  if (notice.sa.value == 0) return {};
  const std::string id = std::to_string(notice.sa.value);
  return "(SESSION ID = " + id + ",SA ID = " + id + ")";
}

std::string ikev2_line(const Notice& notice, std::string_view text) {
  return "IKEv2:" + (notice.sa.value ? session_prefix(notice) + ":" : std::string{}) + std::string(text);
}

std::string error_line(const Notice& notice, std::string_view text) {
  return "IKEv2-ERROR:" + session_prefix(notice) + ": " + std::string(text);
}

std::string exchange_name(std::uint8_t exchange) {
  const auto name = engine::wire::name_of(static_cast<engine::wire::ExchangeType>(exchange));
  return name.empty() ? "exchange " + std::to_string(exchange) : std::string(name);
}

std::string payload_names(const std::vector<std::uint8_t>& payloads) {
  std::string out;
  for (const auto type : payloads) {
    const auto name = engine::wire::name_of(static_cast<engine::wire::PayloadType>(type));
    out += " " + (name.empty() ? std::to_string(type) : std::string(name));
  }
  return out;
}

/// The block of lines IOS prints for a packet.
std::string packet(const Notice& notice, const std::string& head) {
  std::string out = ikev2_line(notice, head) + "\nInitiator SPI : " + upper_hex(notice.spi_i.value, 16) +
                    " - Responder SPI : " + upper_hex(notice.spi_r.value, 16) +
                    " Message id: " + std::to_string(notice.message_id) + "\nIKEv2 " + exchange_name(notice.exchange) +
                    " Exchange " + (notice.response ? "RESPONSE " : "REQUEST ");
  if (!notice.payloads.empty()) out += "\nPayload contents: \n" + payload_names(notice.payloads) + " ";
  return out;
}

std::string sending(const Notice& notice) {
  return packet(notice, "Sending Packet [To " + ios_socket(notice.remote) + "/From " + ios_socket(notice.local) + "/VRF i0:f0] ");
}

std::string receiving(const Notice& notice) {
  return packet(notice,
                "Received Packet [From " + ios_socket(notice.remote) + "/To " + ios_socket(notice.local) + "/VRF i0:f0] ");
}

std::string with_text(std::string_view before, const Notice& notice) {
  return notice.text.empty() ? std::string(before) : std::string(before) + " " + escaped(notice.text);
}

LogMessage aborted(const Notice& notice) {
  const auto& cause = engine::text_of(notice.cause);
  return {3, "%IKEV2-3-NEG_ABORT: Negotiation with " + ios_socket(notice.remote) + " aborted, " +
                 (notice.initiator ? "initiator" : "responder") + ", cause " + std::string(cause.name) + ": " +
                 std::string(cause.plain) + (notice.text.empty() ? "" : " " + escaped(notice.text))};
}

LogMessage session_status(const Notice& notice, std::string_view state, const std::string& id) {
  return {5, "%CRYPTO-5-IKEV2_SESSION_STATUS: Crypto tunnel v2 is " + std::string(state) + ".  Peer " +
                 ios_socket(notice.remote) + "       Id: " + (id.empty() ? ios_address(notice.remote.ip) : id)};
}

LogMessage sa_down(const Notice& notice) {
  const auto& cause = engine::text_of(notice.cause);
  return {5, "%IKEV2-5-SA_DOWN: SA DOWN with " + ios_socket(notice.remote) + ", cause " + std::string(cause.name) + ": " +
                 std::string(cause.plain) + (notice.text.empty() ? "" : " " + escaped(notice.text))};
}

std::string ipsec_line(const Notice& notice, std::string_view function, std::string_view what) {
  std::string out = "IPSEC(" + std::string(function) + "): " + std::string(what) +
                    ",\n  (sa) sa_dest= " + ios_address(notice.remote.ip) +
                    ", sa_proto= 50, sa_conn_id= " + std::to_string(1999 + 2 * notice.child.value);
  if (notice.cause != engine::Cause::none) out += ", cause " + std::string(engine::text_of(notice.cause).name);
  return notice.text.empty() ? out : out + ",\n  " + escaped(notice.text);
}

/// The debug line of `debug crypto ikev2` for what is no packet; empty for kinds that have none.
std::string step(const Notice& notice) {
  switch (notice.kind) {
    case NoticeKind::policy_found:
      return ikev2_line(notice, "Found Policy '" + escaped(notice.text) + "'");
    case NoticeKind::keyring_peer_found:
      return ikev2_line(notice, "% Matched peer block '" + escaped(notice.text) + "'");
    case NoticeKind::proposal_chosen:
      return ikev2_line(notice, with_text("Proposal chosen:", notice));
    case NoticeKind::nat_detected:
      return ikev2_line(notice, with_text("NAT detected", notice));
    case NoticeKind::nat_not_found:
      return ikev2_line(notice, "NAT not found");
    case NoticeKind::auth_verified:
      return ikev2_line(notice, "Verification of peer's authenctication data PASSED");
    case NoticeKind::ike_sa_up:
      return ikev2_line(notice,
                        "IKEV2 SA created; inserting SA into database. Session with IKE ID " + escaped(notice.text) + " is UP");
    case NoticeKind::ike_sa_rekeyed:
      return ikev2_line(notice, with_text("SA rekeyed; the new SA takes over the session with", notice));
    case NoticeKind::ike_sa_moved:
      return ikev2_line(notice, "SA moved by MOBIKE, from " + ios_socket(notice.local) + " to " + ios_socket(notice.remote));
    case NoticeKind::ike_sa_down:
      return ikev2_line(notice, "Deleting SA");
    default:
      return {};
  }
}

}  // namespace

std::vector<LogMessage> notice_text(const Notice& notice, const DebugFlags& flags) {
  std::vector<LogMessage> out;
  // Nothing is made of what nobody wants: most notices of a datagram end here.
  const auto debug = [&out](bool wanted, auto text) {
    if (!wanted) return;
    if (std::string made = text(); !made.empty()) out.push_back({debugging_severity, std::move(made)});
  };
  const bool packets = flags.ikev2 || flags.ikev2_packet, errors = flags.ikev2 || flags.ikev2_error;
  debug(flags.ikev2 || flags.ikev2_internal, [&] { return step(notice); });
  switch (notice.kind) {
    case NoticeKind::negotiation_started:
      debug(flags.ikev2,
            [&] { return ikev2_line(notice, "Searching Policy with fvrf 0, local address " + ios_address(notice.local.ip)); });
      debug(flags.ikev2, [&] { return ikev2_line(notice, "Found Policy '" + escaped(notice.text) + "'"); });
      break;
    case NoticeKind::datagram_received:
      debug(packets, [&] { return receiving(notice); });
      break;
    case NoticeKind::datagram_sent:
      debug(packets, [&] { return sending(notice); });
      break;
    case NoticeKind::datagram_retransmitted:
      debug(packets, [&] { return ikev2_line(notice, "Retransmitting packet "); });
      debug(packets, [&] { return sending(notice); });
      break;
    case NoticeKind::datagram_dropped:
      debug(errors, [&] {
        return error_line(notice, with_text("Packet from " + ios_socket(notice.remote) + " dropped, cause " +
                                                std::string(engine::text_of(notice.cause).name) + ":",
                                            notice));
      });
      break;
    case NoticeKind::negotiation_failed:
      debug(errors, [&] { return error_line(notice, engine::text_of(notice.cause).ios); });
      out.push_back(aborted(notice));
      break;
    case NoticeKind::ike_sa_up:
      out.push_back(session_status(notice, "UP", escaped(notice.text)));
      break;
    case NoticeKind::ike_sa_down:
      out.push_back(session_status(notice, "DOWN", escaped(notice.peer_id)));
      out.push_back(sa_down(notice));
      break;
    case NoticeKind::child_sa_up:
    case NoticeKind::child_sa_rekeyed:
      debug(flags.ipsec, [&] { return ipsec_line(notice, "create_sa", "sa created"); });
      break;
    case NoticeKind::child_sa_down:
    case NoticeKind::child_sa_retired:
      debug(flags.ipsec, [&] { return ipsec_line(notice, "delete_sa", "deleting SA"); });
      break;
    case NoticeKind::unknown_spi:
      out.push_back({4, "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=" +
                            ios_address(notice.local.ip) + ", prot=50, spi=0x" + upper_hex(notice.spi_r.value, 8) + "(" +
                            std::to_string(notice.spi_r.value) + "), srcaddr=" + ios_address(notice.remote.ip)});
      break;
    case NoticeKind::map_on:
      out.push_back({6, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"});
      break;
    case NoticeKind::map_off:
      out.push_back({6, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"});
      break;
    default:
      break;
  }
  return out;
}

std::string hexdump(const char* direction, const engine::SocketAddress& peer, const engine::Bytes& octets) {
  std::string out =
      std::string("IKEv2-PAK:") + direction + " " + ios_socket(peer) + ", " + std::to_string(octets.size()) + " octets";
  for (std::size_t at = 0; at < octets.size(); ++at) {
    if (at % 16 == 0) out += "\n" + upper_hex(at, 4) + ": ";
    out += upper_hex(octets[at], 2) + (at % 4 == 3 ? " " : "");
  }
  return out;
}

}  // namespace cli
