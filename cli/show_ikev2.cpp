#include <algorithm>

#include "cli/show.hpp"
#include "engine/algorithms.hpp"

namespace cli {
namespace {

using engine::IkeSaView;

std::string_view auth_name(engine::AuthMethod method) {
  switch (method) {
    case engine::AuthMethod::none:
      return "Unknown - 0";
    case engine::AuthMethod::pre_share:
      return "PSK";
    case engine::AuthMethod::rsa_sig:
      return "RSA";
    case engine::AuthMethod::eap:
      return "EAP";
    case engine::AuthMethod::ecdsa_sig:
      return "ECDSA";
  }
  return "Unknown - 0";
}

std::string_view status_name(engine::SaStatus status) {
  switch (status) {
    case engine::SaStatus::in_negotiation:
      return "IN-NEG";
    case engine::SaStatus::ready:
      return "READY";
    case engine::SaStatus::deleting:
      return "DELETE";
  }
  return "";
}

std::string_view status_description(engine::SaStatus status) {
  switch (status) {
    case engine::SaStatus::in_negotiation:
      return "Negotiation in progress";
    case engine::SaStatus::ready:
      return "Negotiation done";
    case engine::SaStatus::deleting:
      return "Deleting";
  }
  return "";
}

constexpr std::string_view indent = "      ";

void put(std::string& out, std::string_view text) {
  out += indent;
  out += text;
  out += '\n';
}

std::string algorithms_line(const IkeSaView& sa) {
  std::string out = "Encr: ";
  if (!sa.encryption || !sa.prf || !sa.group) {
    out += "Unknown - 0, PRF: Unknown - 0, Hash: None, DH Grp:0";
  } else {
    out += sa.encryption->show_ike;
    if (sa.encryption->key_bits != 0) out += ", keysize: " + std::to_string(sa.encryption->key_bits);
    out += ", PRF: " + std::string(sa.prf->show_ike);
    out += ", Hash: " + std::string(sa.integrity ? sa.integrity->show_ike : "None");
    out += ", DH Grp:" + std::string(sa.group->show_ike);
  }
  out += ", Auth sign: " + std::string(auth_name(sa.auth_local));
  out += ", Auth verify: " + std::string(auth_name(sa.auth_remote));
  if (sa.ppk) out += ", QR";
  return out;
}

void put_pair(std::string& out, std::string_view what, std::uint32_t local, std::uint32_t remote) {
  const std::string left = padded("Local " + std::string(what), 19) + padded(std::to_string(local), 15);
  const std::string right = padded("Remote " + std::string(what), 20) + padded(std::to_string(remote), 10);
  put(out, left + right);
}

std::string nat_line(const IkeSaView& sa) {
  if (!sa.nat_local && !sa.nat_remote) return "NAT-T is not detected  ";
  return sa.nat_local ? "NAT-T is detected  inside" : "NAT-T is detected  outside";
}

void put_remote_subnets(std::string& out, const IkeSaView& sa) {
  std::vector<std::string> subnets;
  for (const auto& child : sa.children)
    if (const auto network = child.selectors.remote.prefix()) {
      const std::string line = network->address.is_v4() ? ios_address(network->address) + " " + ios_mask(network->length)
                                                        : ios_address(network->address) + "/" + std::to_string(network->length);
      if (std::find(subnets.begin(), subnets.end(), line) == subnets.end()) subnets.push_back(line);
    }
  if (subnets.empty()) return;
  put(out, "Remote subnets:");
  for (const auto& line : subnets) put(out, line);
}

void put_fragmentation(std::string& out, const IkeSaView& sa) {
  if (sa.fragmentation_mtu == 0 && !sa.fragmentation) return put(out, "Fragmentation not  configured.");
  put(out, "IETF Std Fragmentation  configured.");
  if (sa.fragmentation && sa.fragmentation_mtu != 0)
    put(out, "IETF Std Fragmentation MTU in use: " + std::to_string(sa.fragmentation_mtu) + " bytes.");
}

void put_details(std::string& out, const IkeSaView& sa) {
  put(out, "Status Description: " + std::string(status_description(sa.status)));
  put(out, "Local id: " + identity_text(sa.local_id));
  put(out, "Remote id: " + identity_text(sa.remote_id));
  if (!sa.eap_user.empty()) put(out, "Remote EAP id: " + escaped(sa.eap_user));
  put_pair(out, "req msg id:", sa.local_request_id, sa.remote_request_id);
  put_pair(out, "next msg id:", sa.local_request_id, sa.remote_request_id);
  put_pair(out, "req queued:", sa.local_request_id, sa.remote_request_id);
  put_pair(out, "window:", sa.local_window, sa.remote_window);
  put(out, "DPD configured for " + std::to_string(seconds_of(sa.dpd_interval)) + " seconds, retry " +
               std::to_string(seconds_of(sa.dpd_retry)));
  put_fragmentation(out, sa);
  put(out, "Dynamic Route Update: enabled");
  put(out, "Extended Authentication not configured.");
  put(out, nat_line(sa));
  put(out, "Cisco Trust Security SGT is disabled");
  put(out, std::string("Initiator of SA : ") + (sa.role == engine::Role::initiator ? "Yes" : "No"));
  for (const engine::IpAddress& address : sa.assigned)
    put(out, (sa.role == engine::Role::initiator ? "Pushed IP address: " : "Assigned host addr: ") + ios_address(address));
  put_remote_subnets(out, sa);
  if (sa.ppk) put(out, "Quantum Resistance Enabled");
  put(out, "PEER TYPE: Other");
}

/// `session` shows less than `sa` does; `detailed` shows the same of both.
enum class Extent : std::uint8_t { session, sa, detailed };

void put_sa(std::string& out, const IkeSaView& sa, Extent extent) {
  const std::string id = std::to_string(sa.id.value);
  if (sa.local.ip.is_v4()) {
    out += "Tunnel-id Local                 Remote                fvrf/ivrf            Status \n";
    out += padded(id, 10) + padded(ios_slash_port(sa.local), 22) + padded(ios_slash_port(sa.remote), 22) +
           padded("none/none", 21) + padded(status_name(sa.status), 7) + "\n";
  } else {
    out += "Tunnel-id    fvrf/ivrf              Status \n";
    out += padded(id, 11) + padded("none/none", 22) + padded(status_name(sa.status), 7) + "\n";
    out += "Local  " + ios_slash_port(sa.local) + "\nRemote  " + ios_slash_port(sa.remote) + "\n";
  }
  put(out, algorithms_line(sa));
  for (const engine::Algorithm* row : sa.additional)
    put(out, std::string(row->primitive == engine::Primitive::ml_kem ? "PQC" : "Additional") +
                 " Key Exchange: " + std::string(row->show_ike));
  put(out, "Life/Active Time: " + std::to_string(seconds_of(sa.lifetime)) + "/" + std::to_string(seconds_of(sa.age)) + " sec");
  if (extent == Extent::session) return;
  put(out, "CE id: " + std::to_string(1000 + sa.id.value) + ", Session-id: " + id);
  put(out, "Local spi: " + upper_hex(sa.spi_local.value, 16) + "       Remote spi: " + upper_hex(sa.spi_remote.value, 16));
  if (extent == Extent::detailed) put_details(out, sa);
}

}  // namespace

bool wanted(const IkeSaView& sa, const parser::ShowIkev2Sa& options) {
  return (!options.local || *options.local == sa.local.ip) && (!options.remote || *options.remote == sa.remote.ip);
}

std::string show_ikev2_sa(const engine::View& view, const parser::ShowIkev2Sa& options) {
  const bool filtered = options.local || options.remote;
  std::string v4, v6;
  for (const auto& sa : view.ike_sas) {
    if (!wanted(sa, options)) continue;
    std::string& out = sa.local.ip.is_v4() ? v4 : v6;
    put_sa(out, sa, options.detailed ? Extent::detailed : Extent::sa);
    out += '\n';
  }
  if (filtered) return v4 + v6;
  if (v4.empty() && v6.empty()) return {};
  return " IPv4 Crypto IKEv2  SA \n\n" + v4 + " IPv6 Crypto IKEv2  SA \n\n" + v6;
}

namespace {

std::string selector_range(const engine::TrafficSelector& selector) {
  return ios_address(selector.first) + "/" + std::to_string(selector.ports.first) + " - " + ios_address(selector.last) + "/" +
         std::to_string(selector.ports.last);
}

void put_child(std::string& out, const engine::ChildSaView& child, bool detailed) {
  const bool ah = engine::is_ah(child.encryption);
  const std::string spis = "0x" + upper_hex(child.spi_in.value) + "/0x" + upper_hex(child.spi_out.value);
  const std::string hmac(child.integrity ? child.integrity->show_ike : "None");
  out += "Child sa: local selector  " + selector_range(child.selectors.local) + "\n          remote selector " +
         selector_range(child.selectors.remote) + "\n          ESP spi in/out: " + (ah ? "0x0/0x0" : spis) + "  \n";
  if (!detailed) return;
  out += "          AH spi in/out: " + (ah ? spis : "0x0/0x0") + "  \n          CPI in/out: 0x0/0x0  \n          Encr: ";
  if (child.encryption) {
    // What IKE itself does not use has no name there.
    out += child.encryption->show_ike.empty() ? child.encryption->debug_name : child.encryption->show_ike;
    if (child.encryption->key_bits != 0) out += ", keysize: " + std::to_string(child.encryption->key_bits);
  }
  out += ", esp_hmac: " + (ah ? "None" : hmac) + "\n          ah_hmac: " + (ah ? hmac : "None") + ", comp: IPCOMP_NONE, mode " +
         (child.mode == engine::IpsecMode::tunnel ? "tunnel\n" : "transport\n");
}

std::string_view session_status(const IkeSaView& sa) {
  if (sa.status == engine::SaStatus::ready) return sa.children.empty() ? "UP-IDLE" : "UP-ACTIVE";
  return sa.children.empty() ? "DOWN-NEGOTIATING" : "UP-NO-IKE";
}

}  // namespace

std::string show_ikev2_session(const engine::View& view, const parser::ShowIkev2Session& options) {
  std::string v4, v6;
  for (const auto& sa : view.ike_sas) {
    std::string& out = sa.local.ip.is_v4() ? v4 : v6;
    out += "Session-id:" + std::to_string(sa.id.value) + ", Status:" + std::string(session_status(sa)) +
           ", IKE count:1, CHILD count:" + std::to_string(sa.children.size()) + "\n\n";
    put_sa(out, sa, options.detailed ? Extent::detailed : Extent::session);
    for (const auto& child : sa.children) put_child(out, child, options.detailed);
    out += '\n';
  }
  if (v4.empty() && v6.empty()) return {};
  return " IPv4 Crypto IKEv2 Session \n\n" + v4 + " IPv6 Crypto IKEv2 Session \n\n" + v6;
}

}  // namespace cli
