#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

#include "cli/show.hpp"
#include "parser/configuration.hpp"

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

/// What IOS calls a session: everything one interface protects towards one peer.
struct PeerSession {
  std::string interface;
  engine::IpAddress local, peer;
  std::string name;  // the peer was given by
  std::vector<const PolicyLineView*> lines;
  std::vector<const IkeSaView*> ike_sas;
};

std::vector<PeerSession> sessions_of(const engine::View& view, const parser::ShowCryptoSession& options) {
  std::vector<PeerSession> out;
  std::map<std::tuple<std::string_view, engine::IpAddress, std::string_view>, std::size_t> places;
  const auto session = [&](const std::string& interface, const engine::IpAddress& local, const engine::IpAddress& peer,
                           std::string_view name) -> PeerSession& {
    const auto [place, fresh] = places.try_emplace({interface, peer, peer.is_unspecified() ? name : ""}, out.size());
    if (fresh) out.push_back({interface, local, peer, std::string(name), {}, {}});
    return out[place->second];
  };
  for (const auto& line : view.lines)
    if (line.action == engine::AclAction::permit)
      session(line.interface, line.local, line.peer, line.peer_name).lines.push_back(&line);
  for (const auto& sa : view.ike_sas) {
    PeerSession& its = session(sa.interface, sa.local_end, sa.peer_end, {});
    its.ike_sas.push_back(&sa);
    its.local = sa.local.ip;
    its.peer = sa.remote.ip;
  }
  std::erase_if(out, [&](const PeerSession& each) {
    const auto is_asked = [&](const engine::IpAddress& address, bool local) {
      if (address == (local ? each.local : each.peer)) return true;
      return std::any_of(each.ike_sas.begin(), each.ike_sas.end(), [&](const IkeSaView* sa) {
        return address == (local ? sa->local_end : sa->peer_end) || address == (local ? sa->local.ip : sa->remote.ip);
      });
    };
    return (options.local && !is_asked(*options.local, true)) || (options.remote && !is_asked(*options.remote, false)) ||
           (options.interface && *options.interface != each.interface);
  });
  return out;
}

enum class SessionStatus : std::uint8_t { up_active, up_idle, up_no_ike, down_negotiating, down };

SessionStatus status_of(const PeerSession& session) {
  bool ready = false, negotiating = false, children = false;
  for (const auto* sa : session.ike_sas) {
    ready = ready || sa->status == engine::SaStatus::ready;
    negotiating = negotiating || sa->status == engine::SaStatus::in_negotiation;
    children = children || !sa->children.empty();
  }
  if (ready) return children ? SessionStatus::up_active : SessionStatus::up_idle;
  if (children) return SessionStatus::up_no_ike;
  return negotiating ? SessionStatus::down_negotiating : SessionStatus::down;
}

std::string status_text(SessionStatus status) {
  switch (status) {
    case SessionStatus::up_active:
      return padded("UP-ACTIVE", 14);
    case SessionStatus::up_idle:
      return padded("UP-IDLE", 14);
    case SessionStatus::up_no_ike:
      return padded("UP-NO-IKE", 14);
    case SessionStatus::down_negotiating:
      return "DOWN-NEGOTIATING";
    case SessionStatus::down:
      return "DOWN";
  }
  return "";
}

std::string_view status_letters(SessionStatus status) {
  constexpr std::array<std::string_view, 5> letters{"UA", "UI", "UK", "DN", "D "};
  return letters[static_cast<std::size_t>(status)];
}

/// The SA that the session is about: the newest that is ready, else the newest.
const IkeSaView* main_sa(const PeerSession& session) {
  const IkeSaView* out = nullptr;
  for (const auto* sa : session.ike_sas)
    if (!out || sa->status == engine::SaStatus::ready || out->status != engine::SaStatus::ready) out = sa;
  return out;
}

/// For how long there has been an SA without a break, as far as the SAs that are there tell.
engine::Duration uptime(const PeerSession& session) {
  engine::Duration out{0};
  for (const auto* sa : session.ike_sas) {
    if (sa->status == engine::SaStatus::ready) out = std::max(out, sa->age);
    for (const auto& child : sa->children) out = std::max(out, child.age);
  }
  return out;
}

bool is_up(SessionStatus status) { return status <= SessionStatus::up_no_ike; }

/// `description` of each keyring peer that has one, by its name.
using Descriptions = std::unordered_map<std::string, std::string>;
Descriptions descriptions(const parser::Configuration& configuration) {
  Descriptions out;
  configuration.data().root.each<parser::Ikev2Keyring>([&](const parser::Ikev2Keyring&, const parser::Node& keyring) {
    keyring.each<parser::KeyringPeer>([&](const parser::KeyringPeer& peer, const parser::Node& block) {
      if (const auto* text = block.find<parser::Description>()) out[peer.name] = escaped(text->text);
    });
  });
  return out;
}
/// Of the keyring peer whose key the SA was authenticated with.
std::string description(const Descriptions& known, const IkeSaView* sa) {
  const auto found = sa ? known.find(sa->keyring_peer) : known.end();
  return found == known.end() ? "(none)" : found->second;
}

/// Letters of the legend.
std::string capabilities(const IkeSaView& sa) {
  if (sa.status != engine::SaStatus::ready) return "(none)";
  std::string out;
  if (sa.dpd_interval.count() != 0) out += 'D';
  if (sa.nat_local || sa.nat_remote) out += 'N';
  if (sa.fragmentation || sa.fragmentation_mtu != 0) out += 'F';
  return out + 'U';
}

void put_ike_sa(std::string& out, const IkeSaView& sa, bool detail) {
  const bool active = sa.status == engine::SaStatus::ready;
  out += "  Session ID: " + std::to_string(sa.id.value) + "  \n";
  out += "  IKEv2 SA: local " + ios_slash_port(sa.local) + (sa.local.ip.is_v4() ? " " : " \n          ") + "remote " +
         ios_slash_port(sa.remote) + (active ? " Active \n" : " Inactive \n");
  if (!detail) return;
  const auto left = sa.lifetime > sa.age ? sa.lifetime - sa.age : engine::Duration{0};
  out += "          Capabilities:" + capabilities(sa) + " connid:" + (active ? std::to_string(sa.id.value) : "0") +
         " lifetime:" + (active ? ios_hours(left) : "0") + "\n";
}

std::string life_text(const LifeLeft& life) {
  return (life.kilobytes ? std::to_string(*life.kilobytes) : "KB Vol Rekey Disabled") + "/" + std::to_string(life.seconds);
}

void put_flow(std::string& out, const ShowFacts& facts, const PeerSession& session, const PolicyLineView& line, bool detail) {
  std::size_t active = 0;
  kernel::ChildCounters sum;
  std::string inbound_life = "0/0", outbound_life = "0/0";
  for (const auto* sa : session.ike_sas)
    for (const auto& child : sa->children) {
      if (child.line != line.id) continue;
      active += child.outbound_installed ? 2 : 1;
      const auto found = facts.counters.find(child.id);
      const auto counters = found == facts.counters.end() ? kernel::ChildCounters{} : found->second;
      sum.decaps += counters.decaps;
      sum.encaps += counters.encaps;
      sum.receive_errors += counters.receive_errors;
      sum.send_errors += counters.send_errors;
      inbound_life = life_text(life_left(child, counters.decaps_bytes));
      outbound_life = life_text(life_left(child, counters.encaps_bytes));
    }
  out += "  IPSEC FLOW: permit " + ios_protocol(line.selectors.local) + " " + side(line.selectors.local) + " " +
         side(line.selectors.remote) + " \n        Active SAs: " + std::to_string(active) + ", origin: crypto map\n";
  if (!detail) return;
  out += "        Inbound:  #pkts dec'ed " + std::to_string(sum.decaps) + " drop " + std::to_string(sum.receive_errors) +
         " life (KB/Sec) " + inbound_life + "\n        Outbound: #pkts enc'ed " + std::to_string(sum.encaps) + " drop " +
         std::to_string(sum.send_errors) + " life (KB/Sec) " + outbound_life + "\n";
}

void put_session(std::string& out, const ShowFacts& facts, const Descriptions& said, const PeerSession& session, bool detail) {
  const IkeSaView* sa = main_sa(session);
  const SessionStatus status = status_of(session);
  out += "Interface: " + session.interface + "\n";
  if (sa && !sa->profile.empty()) out += "Profile: " + sa->profile + "\n";
  if (detail && is_up(status)) out += "Uptime: " + ios_uptime(uptime(session)) + "\n";
  out += "Session status: " + status_text(status) + "\n";
  const bool unresolved = session.peer.is_unspecified();
  out += "Peer: " + (unresolved ? escaped(session.name) : ios_address(session.peer)) + " port " +
         std::to_string(sa ? sa->remote.port : 500) + (detail ? " fvrf: (none) ivrf: (none)\n" : " \n");
  if (!session.name.empty()) out += "Peer name: " + escaped(session.name) + (unresolved ? " (not resolved)\n" : "\n");
  if (detail) {
    const bool known = sa && !sa->remote_id.empty();
    const std::string id = "      Phase1_id: " + (known ? identity_text(sa->remote_id) : "(none)") + "\n";
    const std::string desc = "      Desc: " + description(said, sa) + "\n";
    out += known ? id + desc : desc + id;
  }
  for (const auto* each : session.ike_sas) put_ike_sa(out, *each, detail);
  for (const auto* line : session.lines) put_flow(out, facts, session, *line, detail);
  out += "\n";
}

std::string brief(const std::vector<PeerSession>& sessions) {
  std::string out =
      "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating \n"
      "        K - No IKE\n"
      "ivrf = (none)\n"
      "Peer            I/F          Username        Group/Phase1_id          Uptime   Status\n";
  for (const auto& session : sessions) {
    const IkeSaView* sa = main_sa(session);
    const SessionStatus status = status_of(session);
    const std::string peer = session.peer.is_unspecified() ? escaped(session.name) : ios_address(session.peer);
    out += (peer.size() < 16 ? padded(peer, 16) : peer + " ") + padded(short_interface(session.interface), 13) + padded("", 16) +
           padded(sa ? identity_text(sa->remote_id) : "", 25) + padded(is_up(status) ? ios_uptime(uptime(session)) : "", 9) +
           std::string(status_letters(status)) + "\n";
  }
  return out;
}

constexpr std::string_view legend =
    "Code: C - IKE Configuration mode, D - Dead Peer Detection     \n"
    "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     \n"
    "X - IKE Extended Authentication, F - IKE Fragmentation\n"
    "R - IKE Auto Reconnect, U - IKE Dynamic Route Update\n"
    "S - SIP VPN\n\n";

}  // namespace

std::string show_crypto_session(const ShowFacts& facts, const parser::Configuration& configuration,
                                const parser::ShowCryptoSession& options) {
  const auto sessions = sessions_of(facts.view, options);
  if (options.brief) return brief(sessions);
  std::string out = "Crypto session current status\n\n";
  if (options.detail) out += legend;
  const Descriptions known = options.detail ? descriptions(configuration) : Descriptions();
  for (const auto& session : sessions) put_session(out, facts, known, session, options.detail);
  return out;
}

}  // namespace cli
