#include <algorithm>
#include <map>

#include "cli/show.hpp"

namespace cli {
namespace {

using engine::IkeSaView;
using engine::PolicyLineView;

std::string side(const engine::TrafficSelector& selector) {
  const auto network = selector.prefix();
  std::string out =
      network && network->length == network->address.bits() ? "host " + ios_address(network->address) : ios_network(selector);
  if (ios_port(selector) != 0) out += " port " + std::to_string(ios_port(selector));
  return out;
}

std::string protocol_name(const engine::TrafficSelector& selector) {
  switch (selector.protocol) {
    case 0:
      return selector.first.is_v4() ? "ip" : "ipv6";
    case 1:
      return "icmp";
    case 6:
      return "tcp";
    case 17:
      return "udp";
    default:
      return std::to_string(selector.protocol);
  }
}

/// What IOS calls a session: everything one interface protects towards one peer.
struct Session {
  std::string interface;
  engine::IpAddress peer;
  std::vector<const PolicyLineView*> lines;
  std::vector<const IkeSaView*> ike_sas;
};

std::vector<Session> sessions_of(const engine::View& view) {
  std::vector<Session> out;
  std::map<std::pair<std::string_view, engine::IpAddress>, std::size_t> places;
  const auto session = [&](const std::string& interface, const engine::IpAddress& peer) -> Session& {
    const auto [place, fresh] = places.try_emplace({interface, peer}, out.size());
    if (fresh) out.push_back({interface, peer, {}, {}});
    return out[place->second];
  };
  for (const auto& line : view.lines)
    if (line.action == engine::AclAction::permit) session(line.interface, line.peer).lines.push_back(&line);
  for (const auto& sa : view.ike_sas) session(sa.interface, sa.remote.ip).ike_sas.push_back(&sa);
  return out;
}

std::size_t active_sas(const Session& session, const PolicyLineView& line) {
  std::size_t count = 0;
  for (const auto* sa : session.ike_sas)
    for (const auto& child : sa->children)
      if (child.line == line.id) count += child.outbound_installed ? 2 : 1;
  return count;
}

std::string status(const Session& session) {
  bool ready = false, negotiating = false, children = false;
  for (const auto* sa : session.ike_sas) {
    ready = ready || sa->status == engine::SaStatus::ready;
    negotiating = negotiating || sa->status == engine::SaStatus::in_negotiation;
    children = children || !sa->children.empty();
  }
  if (ready) return padded(children ? "UP-ACTIVE" : "UP-IDLE", 14);
  if (children) return padded("UP-NO-IKE", 14);
  return negotiating ? "DOWN-NEGOTIATING" : "DOWN";
}

void put_ike_sa(std::string& out, const IkeSaView& sa) {
  const bool active = sa.status == engine::SaStatus::ready;
  out += "  Session ID: " + std::to_string(sa.id.value) + "  \n";
  out += "  IKEv2 SA: local " + ios_slash_port(sa.local) + (sa.local.ip.is_v4() ? " " : " \n          ") + "remote " +
         ios_slash_port(sa.remote) + (active ? " Active \n" : " Inactive \n");
}

void put_session(std::string& out, const Session& session) {
  const IkeSaView* newest = session.ike_sas.empty() ? nullptr : session.ike_sas.back();
  out += "Interface: " + session.interface + "\n";
  if (newest && !newest->profile.empty()) out += "Profile: " + newest->profile + "\n";
  out += "Session status: " + status(session) + "\n";
  out += "Peer: " + ios_address(session.peer) + " port " + std::to_string(newest ? newest->remote.port : 500) + " \n";
  for (const auto* sa : session.ike_sas) put_ike_sa(out, *sa);
  for (const auto* line : session.lines) {
    out += "  IPSEC FLOW: permit " + protocol_name(line->selectors.local) + " " + side(line->selectors.local) + " " +
           side(line->selectors.remote) + " \n";
    out += "        Active SAs: " + std::to_string(active_sas(session, *line)) + ", origin: crypto map\n";
  }
  out += "\n";
}

}  // namespace

std::string show_crypto_session(const engine::View& view, const parser::ShowCryptoSession& options) {
  std::string out = "Crypto session current status\n\n";
  for (const auto& session : sessions_of(view))
    if (!options.remote || *options.remote == session.peer) put_session(out, session);
  return out;
}

}  // namespace cli
