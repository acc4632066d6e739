// The blocks of other parts of IOS: their lines are kept as they stand and in the order given, known by the words they begin
// with and, where they are indented, whatever they say, with the blocks below them.
#include "parser/modes/other.hpp"

#include "parser/modes/common.hpp"
#include "parser/modes/foreign.hpp"

namespace parser {
namespace {

const Mode& key_mode() {
  static const Mode& mode = foreign_mode("key", "config-keychain-key",
                                         {{"accept-lifetime", "Set accept lifetime of key"},
                                          {"send-lifetime", "Set send lifetime of key"},
                                          {"cryptographic-algorithm", "Set cryptographic authentication algorithm"}},
                                         table(kept(kw("key-string", "Set key string") >> tail(password_arg()), {.note = {}})));
  return mode;
}

const Mode& sla_operation() {
  static const Mode& mode = foreign_mode("ip_sla_operation", "config-ip-sla-echo",
                                         {{"frequency", "Frequency of an operation"},
                                          {"timeout", "Timeout of an operation"},
                                          {"threshold", "Operation threshold in milliseconds"},
                                          {"tag", "User defined tag"},
                                          {"owner", "Owner of Entry"},
                                          {"request-data-size", "Request data size"},
                                          {"tos", "Type Of Service"},
                                          {"vrf", "Configure IP SLAs for a VPN Routing/Forwarding instance"},
                                          {"verify-data", "Verify data"},
                                          {"history", "History and Distribution Data"},
                                          {"data-pattern", "Data Pattern"}});
  return mode;
}

const Mode& policy_class() {
  static const Mode& mode = foreign_mode("policy_map_class", "config-pmap-c",
                                         {{"bandwidth", "Bandwidth"},
                                          {"fair-queue", "Enable Flow-based Fair Queuing"},
                                          {"police", "Police"},
                                          {"priority", "Strict Scheduling Priority"},
                                          {"queue-limit", "Queue Max Threshold for Tail Drop"},
                                          {"random-detect", "Enable Random Early Detection"},
                                          {"service-policy", "Configure QoS Service Policy"},
                                          {"set", "Set QoS values"},
                                          {"shape", "Traffic Shaping"},
                                          {"inspect", "Inspect"},
                                          {"drop", "Drop all packets"},
                                          {"pass", "Pass the packet"},
                                          {"compression", "Activate Compression"},
                                          {"conform-action", "Action when rate is within"},
                                          {"exceed-action", "Action when rate is beyond"},
                                          {"violate-action", "Action when rate is far beyond"}});
  return mode;
}

const Mode& archive_log_mode() {
  static const Mode& mode = foreign_mode("archive_log", "config-archive-log-cfg",
                                         {{"logging enable", "Modify config logging parameters|Enable the config logger"},
                                          {"logging persistent", "Modify config logging parameters|Log over reloads"},
                                          {"logging size", "Modify config logging parameters|Entries of the log"},
                                          {"notify", "Notify interesting parties of logged commands"},
                                          {"hidekeys", "suppress output (e.g. passwords) when displaying logged commands"},
                                          {"record", "Record rollback events"}});
  return mode;
}

}  // namespace

const Mode& key_chain_mode() {
  static const Mode& mode =
      foreign_mode("key_chain", "config-keychain", {},
                   table(foreign_line({"description", "Key chain description"}),
                         kept_block(kw("key", "Configure a key") >> arg(number(0, 2147483647, "Key identifier")),
                                    {.note = {}, .opens_this = &key_mode()})));
  return mode;
}

const Mode& sla_mode() {
  static const Mode& mode = foreign_mode("ip_sla", "config-ip-sla",
                                         {{"icmp-echo", "ICMP Echo Operation", &sla_operation()},
                                          {"icmp-jitter", "ICMP Jitter Operation", &sla_operation()},
                                          {"udp-jitter", "UDP Jitter Operation", &sla_operation()},
                                          {"udp-echo", "UDP Echo Operation", &sla_operation()},
                                          {"tcp-connect", "TCP Connect Operation", &sla_operation()},
                                          {"http", "HTTP Operation", &sla_operation()},
                                          {"dns", "DNS Query Operation", &sla_operation()},
                                          {"path-echo", "Path Discovered ICMP Echo Operation", &sla_operation()}});
  return mode;
}

const Mode& track_mode() {
  static const Mode& mode = foreign_mode("track", "config-track",
                                         {{"delay", "Tracking delay"},
                                          {"object", "Object to be tracked"},
                                          {"threshold", "Tracking threshold"},
                                          {"carrier-delay", "Enable Carrier-Delay"},
                                          {"default-state", "Default state"},
                                          {"ip vrf", "IP|VRF of the route"}});
  return mode;
}

const Mode& class_map_mode() {
  static const Mode& mode =
      foreign_mode("class_map", "config-cmap", {{"match", "classification criteria"}, {"description", "Class-Map description"}});
  return mode;
}

const Mode& policy_map_mode() {
  static const Mode& mode = foreign_mode(
      "policy_map", "config-pmap", {{"class", "policy criteria", &policy_class()}, {"description", "Policy-Map description"}});
  return mode;
}

const Mode& line_mode() {
  static const Mode& mode =
      foreign_mode("line", "config-line",
                   {{"access-class", "Filter connections based on an IP access list"},
                    {"authorization", "Authorization parameters"},
                    {"accounting", "Accounting parameters"},
                    {"autocommand", "Automatically execute an EXEC command"},
                    {"escape-character", "Change the current line's escape character"},
                    {"exec", "Start an EXEC process"},
                    {"exec-timeout", "Set the EXEC timeout"},
                    {"flowcontrol", "Set the flow control"},
                    {"history", "Enable and control the command history function"},
                    {"ipv6", "IPv6 options"},
                    {"length", "Set number of lines on a screen"},
                    {"location", "Enter terminal location description"},
                    {"logging synchronous", "Modify message logging facilities|Synchronized message output"},
                    {"login", "Enable password checking"},
                    {"modem", "Configure the Modem Control Lines"},
                    {"monitor", "Copy debug output to the current terminal line"},
                    {"privilege level", "Change privilege level for line|Assign default privilege level for line"},
                    {"rotary", "Add line to a rotary group"},
                    {"session-limit", "Set maximum number of sessions"},
                    {"session-timeout", "Set interval for closing connection when there is no input traffic"},
                    {"speed", "Set the transmit and receive speeds"},
                    {"rxspeed", "Set the receive speed"},
                    {"txspeed", "Set the transmit speed"},
                    {"stopbits", "Set async line stop bits"},
                    {"databits", "Set number of data bits per character"},
                    {"parity", "Set terminal parity"},
                    {"transport", "Define transport protocols for line"},
                    {"vacant-message", "Define the vacant banner"},
                    {"width", "Set width of the display terminal"},
                    {"activation-character", "Define the activation character"},
                    {"timeout", "Timeouts for the line"},
                    {"absolute-timeout", "Set absolute timeout for line disconnection"},
                    {"international", "Enable international 8-bit character support"},
                    {"motd-banner", "Enable the display of the MOTD banner"},
                    {"exec-banner", "Enable the display of the EXEC banner"},
                    {"notify", "Inform users of output from concurrent sessions"},
                    {"no-exec", "No EXEC"}},
                   table(kept(kw("password", "Set a password") >> tail(password_arg()), {.note = {}})));
  return mode;
}

const Mode& archive_mode() {
  static const Mode& mode =
      foreign_mode("archive", "config-archive",
                   {{"log", "Logging commands", &archive_log_mode()},
                    {"path", "path for backups"},
                    {"maximum", "maximum number of backup copies"},
                    {"write-memory", "Enable automatic backup generation during write memory"},
                    {"time-period", "Period of time in minutes to automatically archive the running-config"},
                    {"rollback", "Rollback parameters"}});
  return mode;
}

const Mode& dhcp_mode() {
  static const Mode& mode = foreign_mode("dhcp_pool", "dhcp-config",
                                         {{"network", "Network number and mask"},
                                          {"default-router", "Default routers"},
                                          {"dns-server", "DNS servers"},
                                          {"domain-name", "Domain name"},
                                          {"lease", "Address lease time"},
                                          {"option", "Raw DHCP options"},
                                          {"host", "Client IP address and mask"},
                                          {"client-identifier", "Client identifier"},
                                          {"client-name", "Client name"},
                                          {"hardware-address", "Client hardware address"},
                                          {"netbios-name-server", "NetBIOS (WINS) name servers"},
                                          {"netbios-node-type", "NetBIOS node type"},
                                          {"bootfile", "Boot file name"},
                                          {"next-server", "Next server in boot process"},
                                          {"vrf", "Associate this pool with a VRF"},
                                          {"update", "Dynamic updates"},
                                          {"import", "Programmatically importing DHCP option parameters"},
                                          {"class", "Specify a DHCP class"},
                                          {"relay", "Function as a DHCP relay"},
                                          {"origin", "Configure the origin of the pool"}});
  return mode;
}

const Mode& applet_mode() {
  static const Mode& mode = foreign_mode("event_applet", "config-applet",
                                         {{"action", "Add an applet action"},
                                          {"event", "Event trigger"},
                                          {"trigger", "Multiple event trigger"},
                                          {"description", "Add or modify an applet description"},
                                          {"set", "Set applet variables"},
                                          {"correlate", "Correlate events"},
                                          {"attribute", "Attribute of the event"}});
  return mode;
}

const Mode& call_home_mode() {
  static const Mode& mode = foreign_mode("call_home", "cfg-call-home", {});
  return mode;
}

const Mode& transceiver_mode() {
  static const Mode& mode = foreign_mode("transceiver", "config-xcvr-type", {});
  return mode;
}

const Mode& flow_mode() {
  static const Mode& mode = foreign_mode("flow", "config-flow", {});
  return mode;
}

const Mode& voice_mode() {
  static const Mode& mode = foreign_mode("voice", "conf-voi", {});
  return mode;
}

const Mode& voice_card_mode() {
  static const Mode& mode = foreign_mode("voice_card", "conf-voice-card", {});
  return mode;
}

const Mode& ipv6_dhcp_mode() {
  static const Mode& mode = foreign_mode("ipv6_dhcp", "config-dhcpv6", {});
  return mode;
}

const Mode& parameter_map_mode() {
  static const Mode& mode = foreign_mode("parameter_map", "config-profile", {});
  return mode;
}

const Mode& redundancy_mode() {
  static const Mode& mode = foreign_mode("redundancy", "config-red", {});
  return mode;
}

const Mode& controller_mode() {
  static const Mode& mode = foreign_mode("controller", "config-controller", {});
  return mode;
}

const Mode& vlan_mode() {
  static const Mode& mode = foreign_mode("vlan", "config-vlan", {});
  return mode;
}

const Mode& zone_mode() {
  static const Mode& mode = foreign_mode("zone", "config-sec-zone", {});
  return mode;
}

const Mode& zone_pair_mode() {
  static const Mode& mode = foreign_mode("zone_pair", "config-sec-zone-pair", {});
  return mode;
}

const Mode& crypto_ssl_mode() {
  static const Mode& mode = foreign_mode("crypto_ssl", "config-crypto-ssl", {});
  return mode;
}

const Mode& autovpn_mode() {
  static const Mode& mode = foreign_mode("autovpn", "config-autovpn", {});
  return mode;
}

const Mode& pki_server_mode() {
  static const Mode& mode = foreign_mode("pki_server", "cs-server", {});
  return mode;
}

const Mode& trustpool_mode() {
  static const Mode& mode = foreign_mode("trustpool", "ca-trustpool", {});
  return mode;
}

const Mode& pki_profile_mode() {
  static const Mode& mode = foreign_mode("pki_profile", "ca-profile-enroll", {});
  return mode;
}

const Mode& time_range_mode() {
  static const Mode& mode = foreign_mode("time_range", "config-time-range", {});
  return mode;
}

const Mode& control_plane_mode() {
  static const Mode& mode = foreign_mode("control_plane", "config-cp", {});
  return mode;
}

const Mode& gatekeeper_mode() {
  static const Mode& mode = foreign_mode("gatekeeper", "config-gk", {});
  return mode;
}

const Mode& dial_peer_mode() {
  static const Mode& mode = foreign_mode("dial_peer", "config-dial-peer", {});
  return mode;
}

const Mode& telephony_mode() {
  static const Mode& mode = foreign_mode("telephony", "config-telephony", {});
  return mode;
}

const Mode& voice_port_mode() {
  static const Mode& mode = foreign_mode("voice_port", "config-voiceport", {});
  return mode;
}

const Mode& sip_ua_mode() {
  static const Mode& mode = foreign_mode("sip_ua", "config-sip-ua", {});
  return mode;
}

const Mode& monitor_mode() {
  static const Mode& mode = foreign_mode("monitor", "config-mon", {});
  return mode;
}

const Mode& l2tp_class_mode() {
  static const Mode& mode = foreign_mode("l2tp_class", "config-l2tp-class", {});
  return mode;
}

const Mode& pseudowire_class_mode() {
  static const Mode& mode = foreign_mode("pseudowire_class", "config-pw-class", {});
  return mode;
}

const Mode& vpdn_group_mode() {
  static const Mode& mode = foreign_mode("vpdn_group", "config-vpdn", {});
  return mode;
}

const Mode& bba_group_mode() {
  static const Mode& mode = foreign_mode("bba_group", "config-bba-group", {});
  return mode;
}

const Mode& bridge_domain_mode() {
  static const Mode& mode = foreign_mode("bridge_domain", "config-bdomain", {});
  return mode;
}

const Mode& l2vpn_mode() {
  static const Mode& mode = foreign_mode("l2vpn", "config-l2vpn", {});
  return mode;
}

const Mode& wsma_mode() {
  static const Mode& mode = foreign_mode("wsma", "config-wsma", {});
  return mode;
}

const Mode& app_hosting_mode() {
  static const Mode& mode = foreign_mode("app_hosting", "config-app-hosting", {});
  return mode;
}

const Mode& transport_map_mode() {
  static const Mode& mode = foreign_mode("transport_map", "config-tmap", {});
  return mode;
}

const Mode& sampler_mode() {
  static const Mode& mode = foreign_mode("sampler", "config-sampler", {});
  return mode;
}

const Mode& utd_mode() {
  static const Mode& mode = foreign_mode("utd", "config-utd", {});
  return mode;
}

const Mode& parser_view_mode() {
  static const Mode& mode = foreign_mode("parser_view", "config-view", {});
  return mode;
}

const Mode& explicit_path_mode() {
  static const Mode& mode = foreign_mode("explicit_path", "cfg-ip-expl-path", {});
  return mode;
}

const Mode& gdoi_mode() {
  static const Mode& mode = foreign_mode("gdoi", "config-gkm-group", {});
  return mode;
}

const Mode& ezvpn_client_mode() {
  static const Mode& mode = foreign_mode("ezvpn_client", "config-crypto-ezvpn", {});
  return mode;
}

const Mode& tls_tunnel_mode() {
  static const Mode& mode = foreign_mode("tls_tunnel", "config-crypto-tls-tunnel", {});
  return mode;
}

const Mode& wui_mode() {
  static const Mode& mode = foreign_mode("wui", "config-crypto-wui", {});
  return mode;
}

const Mode& webvpn_mode() {
  static const Mode& mode = foreign_mode("webvpn", "config-webvpn", {});
  return mode;
}

const Mode& kron_mode() {
  static const Mode& mode = foreign_mode("kron", "config-kron", {});
  return mode;
}

const Mode& gateway_mode() {
  static const Mode& mode = foreign_mode("gateway", "config-gateway", {});
  return mode;
}

const Mode& client_firewall_mode() {
  static const Mode& mode = foreign_mode("client_firewall", "config-isakmp-fw", {});
  return mode;
}

const Mode& browser_proxy_mode() {
  static const Mode& mode = foreign_mode("browser_proxy", "config-browser-proxy", {});
  return mode;
}

const Mode& criteria_policy_mode() {
  static const Mode& mode = foreign_mode("criteria_policy", "config-cc-policy", {});
  return mode;
}

const Mode& identity_mode() {
  static const Mode& mode = foreign_mode("identity", "config-identity-prof", {});
  return mode;
}

const Mode& template_mode() {
  static const Mode& mode = foreign_mode("template", "config-template", {});
  return mode;
}

const Mode& service_instance_mode() {
  static const Mode& mode = foreign_mode("service_instance", "config-if-srv",
                                         {{"bridge-domain", "Configure bridge-domain"},
                                          {"description", "Service instance specific description"},
                                          {"encapsulation", "Configure ethernet frame match criteria"},
                                          {"ethernet", "Configure ether lmi parameters"},
                                          {"ip", "Interface Internet Protocol config commands"},
                                          {"l2protocol", "Configure l2 control protocol processing"},
                                          {"rewrite", "Configure Rewrite criteria"},
                                          {"service-policy", "Attach a policy-map to a Service Instance"},
                                          {"shutdown", "Take the Service Instance out of service"},
                                          {"xconnect", "Xconnect commands"}});
  return mode;
}

const Mode& other_part_mode() {
  static const Mode& mode = foreign_mode("other_part", "config-other", {});
  return mode;
}

const Mode& pvc_mode() {
  static const Mode& mode = foreign_mode("pvc", "config-if-atm-vc",
                                         {{"cbr", "Enter Average Cell Rate in Kbps."},
                                          {"dialer", "set dialer pool this pvc belongs to"},
                                          {"encapsulation", "Select ATM Encapsulation for VC"},
                                          {"oam-pvc", "Send oam cells on this pvc"},
                                          {"pppoe-client", "pppoe client"},
                                          {"protocol", "Map an upper layer protocol to this connection"},
                                          {"service-policy", "Attach a policy-map to a VC"},
                                          {"tx-ring-limit", "Configure PA level transmit ring limit"},
                                          {"ubr", "Configure Unspecified Bit Rate"},
                                          {"vbr-nrt", "Enter Variable Bit Rate (pcr)(scr)(bcs)"},
                                          {"vbr-rt", "Enter Variable Bit Rate (pcr)(average)"}});
  return mode;
}

const Mode& xconnect_mode() {
  static const Mode& mode =
      foreign_mode("xconnect", "config-if-xconn", {{"backup", "Backup of the connection"}, {"mtu", "Size of packets"}});
  return mode;
}

const Mode& frame_relay_dlci_mode() {
  static const Mode& mode = foreign_mode("frame_relay_dlci", "config-fr-dlci",
                                         {{"class", "Define a map class on the DLCI"}, {"ppp", "Use PPP over this DLCI"}});
  return mode;
}

}  // namespace parser
