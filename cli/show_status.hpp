// `show crypto status`, and `sallyport status`: one screen that answers whether the tunnels are up, and if not, why.
#pragma once

#include "cli/json.hpp"
#include "cli/show.hpp"
#include "cli/show_diagnose.hpp"

namespace cli {

/// What one permit line protects, and how it is.
struct TunnelStatus {
  std::string interface, map;
  std::uint32_t sequence = 0;
  engine::IpAddress peer;  // unspecified: its name is not resolved
  std::string peer_name;   // empty: it was given by address
  std::string selectors;
  bool up = false;
  engine::Duration since{0};  // the oldest Child SA that is up was made
  std::uint64_t octets_in = 0, octets_out = 0;
  std::string why;       // it is down
  std::string narrowed;  // to what the peer takes of it; empty: it takes all
};
template <class V>
void fields(V& v, const TunnelStatus& tunnel) {
  v("interface", tunnel.interface, "Interface");
  v("map", tunnel.map, "Crypto map");
  v("sequence", tunnel.sequence, "Its entry");
  v("peer", tunnel.peer, "Peer");
  v("peer_name", tunnel.peer_name, "Name the peer was given by, empty: by address");
  v("selectors", tunnel.selectors, "What is protected");
  v("up", tunnel.up, "An IPsec SA carries it");
  v("age_seconds", tunnel.since, "Since the oldest of its SAs was made");
  v("octets_in", tunnel.octets_in, "Received on the SAs that are up");
  v("octets_out", tunnel.octets_out, "Sent on them");
  v("why", tunnel.why, "Why it is down");
  v("narrowed_to", tunnel.narrowed, "What of it the peer takes, empty: all");
}
struct GatewayStatus {
  std::string hostname;
  engine::Duration uptime{0};
  std::uint64_t ike_sas = 0, half_open = 0, up = 0, down = 0;
  std::vector<TunnelStatus> tunnels;  // in the order of the configuration
};
template <class V>
void fields(V& v, const GatewayStatus& status) {
  v("hostname", status.hostname, "Name of the router");
  v("uptime_seconds", status.uptime, "Since the host started");
  v("ike_sas", status.ike_sas, "IKE SAs that are up");
  v("half_open", status.half_open, "Negotiations that others began and that are not authenticated yet");
  v("up", status.up, "Tunnels that are up");
  v("down", status.down, "Tunnels that are not");
  v("tunnels", status.tunnels, "One for each permit line");
}

/// `heard`: what is known of peers that have refused, or that do not answer. `configuration`: where it has entries and tunnel
/// interfaces that protect nothing, these stand behind the others.
GatewayStatus gateway_status(const ShowFacts& facts, const SystemFacts& system, const HeardOf& heard = {},
                             const parser::Configuration& configuration = {});
/// One screen, what is down first; with `all` every tunnel.
std::string show_status(const GatewayStatus& status, const parser::ShowStatus& options);

}  // namespace cli
