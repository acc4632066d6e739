#include "cli/show_flexvpn.hpp"

#include <algorithm>

#include "cli/ios_text.hpp"
#include "parser/commands.hpp"
#include "parser/flexvpn_client.hpp"

namespace cli {
namespace {

bool is_of(const engine::IkeSaView& sa, const std::string& tunnel) {
  return sa.access_interface == tunnel ||
         std::any_of(sa.children.begin(), sa.children.end(), [&](const auto& child) { return child.interface == tunnel; });
}

/// Whom the tunnel's line goes to; unspecified: nobody yet.
engine::IpAddress peer_of(const engine::View& view, const std::string& tunnel) {
  const auto line =
      std::find_if(view.lines.begin(), view.lines.end(), [&](const auto& each) { return each.interface == tunnel; });
  return line == view.lines.end() ? engine::IpAddress{} : line->peer;
}

std::string source_of(const parser::Node& root, const parser::FlexvpnClient& client) {
  std::string out = client.source;
  root.each<parser::Interface>([&](const parser::Interface& interface, const parser::Node& block) {
    const auto* source = interface.name == client.tunnel ? block.find<parser::TunnelSource>() : nullptr;
    if (source && source->interface) out = *source->interface;
    if (source && source->address) out = ios_address(*source->address);
  });
  return out;
}

}  // namespace

FlexvpnRows flexvpn_rows(const parser::Configuration& configuration, const engine::View& view,
                         const parser::ShowFlexvpn& options) {
  FlexvpnRows out;
  const parser::Node& root = configuration.data().root;
  for (const parser::FlexvpnClient& client : parser::flexvpn_clients(root)) {
    if (options.name && *options.name != client.name) continue;
    FlexvpnRow row{client.name, "READY", {}, source_of(root, client), client.backup_group, client.tunnel, {}};
    engine::IpAddress peer = peer_of(view, client.tunnel);
    for (const engine::IkeSaView& sa : view.ike_sas) {
      const bool up = sa.status == engine::SaStatus::ready && is_of(sa, client.tunnel);
      if (up) peer = sa.remote.ip, row.assigned = sa.assigned;
      if (up) row.state = "ACTIVE";
      if (row.state == "READY" && sa.status == engine::SaStatus::in_negotiation && sa.peer_end == peer) row.state = "NEGOTIATING";
    }
    if (!peer.is_unspecified()) row.peer = ios_address(peer);
    out.clients.push_back(std::move(row));
  }
  return out;
}

std::string show_flexvpn(const FlexvpnRows& rows) {
  std::string out;
  for (const FlexvpnRow& row : rows.clients) {
    out += "  Profile : " + row.name + "\n";
    out += "  Current state:" + row.state + "\n";
    out += "  Peer : " + row.peer + "\n";
    out += "  Source : " + row.source + "\n";
    out += "  ivrf : IP DEFAULT\n  fvrf : IP DEFAULT\n";
    out += "  Backup group: " + row.backup_group + "\n";
    out += "  Tunnel interface : " + row.tunnel + "\n";
    for (const engine::IpAddress& each : row.assigned) out += "  Assigned IP address: " + ios_address(each) + "\n";
    out += "\n";
  }
  return out;
}

}  // namespace cli
