// The blocks that other parts of IOS open (parser/modes/other_modes.cpp).
#pragma once

#include "parser/command.hpp"

namespace parser {

const Mode& router_mode();
const Mode& route_map_mode();
const Mode& key_chain_mode();
const Mode& sla_mode();
const Mode& track_mode();
const Mode& class_map_mode();
const Mode& policy_map_mode();
const Mode& line_mode();
const Mode& archive_mode();
const Mode& dhcp_mode();
const Mode& applet_mode();
const Mode& call_home_mode();
const Mode& transceiver_mode();
const Mode& flow_mode();
const Mode& voice_mode();
const Mode& voice_card_mode();
const Mode& ipv6_dhcp_mode();
const Mode& parameter_map_mode();
const Mode& redundancy_mode();
const Mode& controller_mode();
const Mode& vlan_mode();
const Mode& zone_mode();
const Mode& zone_pair_mode();
const Mode& crypto_ssl_mode();
const Mode& autovpn_mode();
const Mode& pki_server_mode();
const Mode& trustpool_mode();
const Mode& pki_profile_mode();
const Mode& ipv6_router_mode();
const Mode& time_range_mode();
const Mode& control_plane_mode();
const Mode& gatekeeper_mode();
const Mode& dial_peer_mode();
const Mode& telephony_mode();
const Mode& voice_port_mode();
const Mode& sip_ua_mode();
const Mode& monitor_mode();
const Mode& l2tp_class_mode();
const Mode& pseudowire_class_mode();
const Mode& vpdn_group_mode();
const Mode& bba_group_mode();
const Mode& bridge_domain_mode();
const Mode& l2vpn_mode();
const Mode& wsma_mode();
const Mode& app_hosting_mode();
const Mode& transport_map_mode();
const Mode& sampler_mode();
const Mode& utd_mode();
const Mode& parser_view_mode();
const Mode& explicit_path_mode();
const Mode& gdoi_mode();
const Mode& ezvpn_client_mode();
const Mode& tls_tunnel_mode();
const Mode& wui_mode();
const Mode& webvpn_mode();
const Mode& kron_mode();
const Mode& gateway_mode();
const Mode& client_firewall_mode();
const Mode& browser_proxy_mode();
const Mode& criteria_policy_mode();
const Mode& identity_mode();
const Mode& template_mode();
const Mode& service_instance_mode();
const Mode& pvc_mode();
/// What has a block, and no prompt of its own here.
const Mode& other_part_mode();
const Mode& xconnect_mode();
const Mode& frame_relay_dlci_mode();

}  // namespace parser
