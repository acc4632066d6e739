// The other parts of IOS: a pasted router keeps them, prints them back, and says that they have no effect here. A row is one
// command by its first words, with a help for each of them but those that all parts share.
#include "parser/modes/other.hpp"

#include <sstream>

#include "parser/modes/common.hpp"
#include "parser/modes/texts.hpp"
#include "parser/secrets.hpp"

namespace parser {
namespace {

struct Row {
  const char* words;
  const char* helps;  // of the words that have no shared help, between bars
  std::string_view note;
  const Mode& (*opens)() = nullptr;
  bool (*effective)(const Kept&) = nullptr;
};

/// What parser/operators reads.
bool moves_exec_command(const Kept& line) { return line.text.starts_with("privilege exec "); }

constexpr Row head_rows[] = {
    {"service tcp-keepalives-in", "Generate keepalives on idle incoming network connections", no_effect::host_system},
    {"service tcp-keepalives-out", "Generate keepalives on idle outgoing network connections", no_effect::host_system},
    {"service sequence-numbers", "Stamp logger messages with a sequence number", no_effect::host_system},
    {"service config", "TFTP load config files", no_effect::host_system},
    {"service dhcp", "Enable DHCP server and relay agent", no_effect::host_system},
    {"service pad", "Enable PAD commands", no_effect::host_system},
    {"service udp-small-servers", "Enable small UDP servers (e.g., ECHO)", no_effect::host_system},
    {"service tcp-small-servers", "Enable small TCP servers (e.g., ECHO)", no_effect::host_system},
    {"service compress-config", "Compress the configuration file", no_effect::host_system},
    {"service internal", "Enable/Disable Internal commands", no_effect::host_system},
    {"service call-home", "Enable call-home service", no_effect::host_system},
    {"service unsupported-transceiver", "Enable unsupported transceivers", no_effect::host_system},
    {"service linenumber", "enable line number banner for each exec", no_effect::host_system},
    {"service nagle", "Enable Nagle's congestion control algorithm", no_effect::host_system},
    {"service private-config-encryption", "Encrypt the private configuration file", no_effect::host_system},
    {"service finger", "Allow responses to finger requests", no_effect::host_system},
    {"service disable-ip-fast-frag", "Disable IP particle-based fast fragmentation", no_effect::host_system},
    {"service password-recovery", "Disable password recovery", no_effect::host_system},
    {"service slave-log", "Enable log capability of slave IPs", no_effect::host_system},
    {"service counters", "Control aging of interface counters", no_effect::host_system},
    {"sdm", "Switch database management", no_effect::host_system},
    {"upgrade", "Commands for firmware", no_effect::host_system},
    {"network-clock", "Configure network clock", no_effect::host_clock},
    {"transport-map", "Configure transport map", no_effect::host_users, transport_map_mode},
    {"system", "Set system parameters", no_effect::host_system},
    {"switch", "Set the switch parameters", no_effect::host_system},
    {"stack-mac", "MAC address of the stack", no_effect::host_system},
    {"power", "Configure power supplies", no_effect::host_system},
    {"environment", "Environmental monitoring", no_effect::host_system},
    {"facility-alarm", "Configure facility alarms", no_effect::host_system},
    {"eventlog", "Configure the event log", no_effect::host_system},
    {"security", "Infra Security CLIs", no_effect::host_users},
    {"chat-script", "Define a modem chat script", no_effect::other_ios},
    {"modemcap", "Modem Capabilities database", no_effect::other_ios},
    {"sampler", "Define a sampler", no_effect::other_ios, sampler_mode},
    {"utd", "Unified Threat Defense", no_effect::host_filter, utd_mode},
    {"guestshell", "Guest shell", no_effect::other_ios},
    {"platform", "platform specific configuration", no_effect::host_system},
    {"boot", "Modify system boot parameters", no_effect::host_system},
    {"boot-start-marker", "Begin of the boot parameters", no_effect::host_system},
    {"boot-end-marker", "End of the boot parameters", no_effect::host_system},
    {"clock", "Configure time-of-day clock", no_effect::host_clock},
    {"memory-size", "Adjust memory size by percentage", no_effect::host_system},
    {"memory", "Configure memory management", no_effect::host_system},
    {"file", "Adjust file system", no_effect::host_system},
    {"dot11", "IEEE 802.11 config commands", no_effect::other_ios},
    {"mmi", "System management", no_effect::other_ios},
    {"login block-for", "Enable secure login checking|Set quiet-mode active time period", no_effect::host_users},
    {"login delay", "Enable secure login checking|Set delay between successive fail login", no_effect::host_users},
    {"login on-failure", "Enable secure login checking|Set options for failed login attempt", no_effect::host_users},
    {"login on-success", "Enable secure login checking|Set options for successful login attempt", no_effect::host_users},
    {"login quiet-mode", "Enable secure login checking|Set quiet-mode options", no_effect::host_users},
    {"subscriber", "Configure subscriber policies", no_effect::other_ios},
    {"multilink", "PPP multilink global configuration", no_effect::other_ios},
    {"license", "Configure license features", no_effect::other_ios},
    {"diagnostic", "Configure diagnostic information", no_effect::host_system},
    {"spanning-tree", "Spanning Tree Subsystem", no_effect::host_link},
    {"call-home", "Enter call-home configuration mode", no_effect::other_ios, call_home_mode},
    {"alias", "Create command alias", no_effect::other_ios},
    {"privilege", "Command privilege parameters", no_effect::level_15_configures, nullptr, moves_exec_command},
    {"exception", "Exception handling", no_effect::host_system},
    {"process", "Configure process", no_effect::host_system},
    {"scheduler", "Scheduler parameters", no_effect::host_system},
    {"prompt", "Set system's prompt", no_effect::other_ios},
    {"parser view", "Configure parser|View Commands", no_effect::host_users, parser_view_mode},
    {"parser config", "Configure parser|config keyword", no_effect::other_ios},
    {"parser cache", "Configure parser|Enable parser cache", no_effect::other_ios},
    {"parser command", "Configure parser|Configure command serialization", no_effect::other_ios},
    {"buffers", "Adjust system buffer pool parameters", no_effect::host_system},
    {"transceiver", "Select from transceiver configuration commands", no_effect::host_system, transceiver_mode},
    {"hw-module", "Control of individual components in the system", no_effect::host_system},
    {"flow", "Global Flow configuration subcommands", no_effect::other_ios, flow_mode},
    {"avc", "Application Visibility and Control", no_effect::other_ios},
    {"macro auto", "Macro configuration|Macros of events", no_effect::other_ios},
    {"macro global", "Macro configuration|Macro for global configuration", no_effect::other_ios},
    {"voice", "Global voice configuration commands", no_effect::other_ios, voice_mode},
    {"voice-card", "Configure a specific voice-card", no_effect::other_ios, voice_card_mode},
    {"dspfarm", "Digital signal processor farm", no_effect::other_ios, other_part_mode},
    {"card", "Configure a card", no_effect::host_system},
    {"errdisable", "Error disable", no_effect::host_link},
    {"vtp", "Configure global VTP state", no_effect::host_link},
    {"software", "Configure software", no_effect::host_system},
    {"netconf-yang", "Configure NETCONF YANG", no_effect::other_ios},
    {"restconf", "Configure RESTCONF", no_effect::other_ios},
    {"netconf", "Configure NETCONF", no_effect::other_ios},
    {"telemetry", "Telemetry configuration", no_effect::other_ios, other_part_mode},
    {"coap", "CoAP global configuration commands", no_effect::other_ios},
    {"pae", "802.1x PAE", no_effect::other_ios},
    {"authentication mac-move", "Auth Manager Global Configuration Commands|MAC moves", no_effect::host_users},
    {"access-session", "Access Session Global Configuration Commands", no_effect::host_users},
    {"identity profile", "Identity Configuration Commands|Configure Identity profile", no_effect::host_users, identity_mode},
    {"identity policy", "Identity Configuration Commands|Configure Identity policy", no_effect::host_users, identity_mode},
    {"service-template", "Configure CPL service template", no_effect::host_users, template_mode},
    {"template", "Select a template to configure", no_effect::other_ios, template_mode},
    {"device-sensor", "IOS sensor commands", no_effect::other_ios},
    {"device-tracking", "Configure device tracking", no_effect::host_system, template_mode},
    {"mls", "mls global commands", no_effect::host_qos},
    {"bfd", "BFD configuration commands", no_effect::host_routing},
    {"bfd-template", "BFD template configuration", no_effect::host_routing, template_mode},
    {"ethernet", "Ethernet configuration", no_effect::host_link},
    {"frame-relay", "global frame relay configuration commands", no_effect::other_ios},
    {"wireless", "Configure wireless parameters", no_effect::other_ios, template_mode},
    {"ip nhrp", "NHRP global configuration", no_effect::nhrp},
    {"ipv6 inspect", "Context-based Access Control Engine", no_effect::host_filter},
    {"dot1x", "Configure IEEE 802.1X", no_effect::other_ios},
    {"tcp", "TCP", no_effect::host_system},
    {"ip cef", "Cisco Express Forwarding", no_effect::host_system},
    {"ip source-route", "Process packets with source routing header options", no_effect::host_system},
    {"ip gratuitous-arps", "Generate gratuitous ARPs", no_effect::host_system},
    {"ip arp", "IP ARP global configuration", no_effect::host_system},
    {"ip multicast-routing", "Enable IP multicast forwarding", no_effect::host_routing},
    {"ip multicast", "Global IP Multicast Commands", no_effect::host_routing},
    {"ip inspect", "Context-based Access Control Engine", no_effect::host_filter},
    {"ip ips", "Intrusion Prevention System", no_effect::host_filter},
    {"ip nbar", "Network Based Application Recognition", no_effect::host_qos},
    {"ip bootp", "Config BOOTP services", no_effect::host_system},
    {"ip finger", "finger server", no_effect::host_system},
    {"ip identd", "Ident server", no_effect::host_system},
    {"ip subnet-zero", "Allow 'subnet zero' subnets", no_effect::host_system},
    {"ip tcp mss", "Global TCP parameters|TCP initial maximum segment size", no_effect::host_system},
    {"ip tcp path-mtu-discovery", "Global TCP parameters|Enable path-MTU discovery on new TCP connections",
     no_effect::host_system},
    {"ip tcp selective-ack", "Global TCP parameters|Enable TCP selective-ACK", no_effect::host_system},
    {"ip tcp synwait-time", "Global TCP parameters|Set time to wait on new TCP connections", no_effect::host_system},
    {"ip tcp timestamp", "Global TCP parameters|Enable TCP timestamp option", no_effect::host_system},
    {"ip tcp window-size", "Global TCP parameters|TCP window size", no_effect::host_system},
    {"ip rtcp", "RTCP parameters", no_effect::other_ios},
    {"ip rsvp", "Configure static RSVP information", no_effect::host_qos},
    {"ip device", "IP device tracking", no_effect::host_system},
    {"ip admission", "Network Admission Control", no_effect::host_users},
    {"ip auth-proxy", "Authentication Proxy", no_effect::host_users},
    {"ip address-pool", "Specify default IP address pooling mechanism", no_effect::config_mode},
    {"ip reflexive-list", "Reflexive access list", no_effect::host_filter},
    {"ip flow-cache", "Configure netflow cache parameters", no_effect::other_ios},
    {"ip flow-top-talkers", "Configure top talkers", no_effect::other_ios, other_part_mode},
    {"ip explicit-path", "Configure explicit-path", no_effect::host_routing, explicit_path_mode},
    {"ipv6 general-prefix", "Configure a general IPv6 prefix", no_effect::host_address},
    {"ipv6 nat", "NAT-PT Configuration commands", no_effect::host_nat},
    {"nat64", "NAT64 configuration commands", no_effect::host_nat},
    {"ip classless", "Follow classless routing forwarding rules", no_effect::host_system},
    {"ip rcmd", "Rcmd commands", no_effect::host_system},
    {"ip routing", "Enable IP routing", no_effect::host_routes},
    {"ip icmp", "Configure ICMP", no_effect::host_system},
    {"ip igmp profile", "IGMP global configuration|Profile of groups", no_effect::host_routing, other_part_mode},
    {"ip igmp snooping", "IGMP global configuration|Snooping", no_effect::host_routing},
    {"ip igmp limit", "IGMP global configuration|Limit of groups", no_effect::host_routing},
    {"ip igmp ssm-map", "IGMP global configuration|Sources of groups", no_effect::host_routing},
    {"ip flow-export", "Specify host/port to send flow statistics", no_effect::other_ios},
    {"ip options", "Propagate ip options", no_effect::host_system},
    {"ip verify", "Verify", no_effect::host_system},
    {"ip wccp", "Web-Cache Coordination Protocol", no_effect::other_ios},
    {"ipv6 cef", "Cisco Express Forwarding for IPv6", no_effect::host_system},
    {"ipv6 multicast-routing", "Enable IPv6 multicast", no_effect::host_routing},
    {"ipv6 nd", "Configure IPv6 ND", no_effect::host_system},
    {"ipv6 host", "Configure static hostnames", no_effect::host_names},
    {"ipv6 dhcp", "Configure IPv6 DHCP", no_effect::other_ios, ipv6_dhcp_mode},
    {"ipv6 source-route", "Process packets with source routing header options", no_effect::host_system},
    {"ip dhcp-server", "Specify address of DHCP server to use", no_effect::other_ios},
    {"ip dhcp excluded-address", "Configure DHCP server and relay parameters|Prevent DHCP from assigning certain addresses",
     no_effect::other_ios},
    {"ip dhcp pool", "Configure DHCP server and relay parameters|Configure DHCP address pools", no_effect::other_ios, dhcp_mode},
    {"ip dhcp snooping", "Configure DHCP server and relay parameters|DHCP snooping", no_effect::other_ios},
    {"ip dhcp relay", "Configure DHCP server and relay parameters|DHCP relay agent parameters", no_effect::other_ios},
    {"ip dhcp use", "Configure DHCP server and relay parameters|Configure use of certain parameters", no_effect::other_ios},
    {"parameter-map", "parameter map", no_effect::host_filter, parameter_map_mode},
    {"key chain", "Key management|Key-chain management", no_effect::host_routing, key_chain_mode},
};

constexpr Row middle_rows[] = {
    {"isdn", "ISDN configuration commands", no_effect::other_ios},
    {"network-clock-select", "Select of the network clock", no_effect::host_clock},
    {"config-register", "Define the configuration register", no_effect::host_system},
    {"warm-reboot", "Configure warm reboot", no_effect::host_system},
    {"tftp-server", "Provide TFTP service for netload requests", no_effect::host_system},
    {"async-bootp", "Modify system bootp parameters", no_effect::host_system},
    {"auto qos", "Configure Automation|Configure AutoQoS", no_effect::host_qos},
    {"cts", "Cisco Trusted Security commands", no_effect::other_ios},
    {"l2 vfi", "Layer 2|Virtual forwarding instance", no_effect::other_ios, other_part_mode},
    {"vrrp", "VRRP global configuration commands", no_effect::other_ios},
    {"glbp", "Gateway Load Balancing Protocol global commands", no_effect::other_ios},
    {"domain", "Domain of performance routing", no_effect::other_ios, other_part_mode},
    {"pfr", "Performance Routing", no_effect::other_ios, other_part_mode},
    {"performance monitor", "Global performance configuration commands|Performance monitor", no_effect::other_ios,
     other_part_mode},
    {"flow-sampler-map", "Define a flow sampler map", no_effect::other_ios, other_part_mode},
    {"ip ddns", "Configure dynamic DNS", no_effect::host_names, other_part_mode},
    {"ip dns server", "Configure DNS server for a zone|Enable DNS server", no_effect::host_names},
    {"ip dns view", "Configure DNS server for a zone|Configure a DNS view", no_effect::host_names, other_part_mode},
    {"ip dns view-list", "Configure DNS server for a zone|Configure a list of DNS views", no_effect::host_names, other_part_mode},
    {"ip domain timeout", "IP DNS Resolver|Time to wait for an answer", no_effect::host_names},
    {"ip domain retry", "IP DNS Resolver|How often a question is asked", no_effect::host_names},
    {"ip domain round-robin", "IP DNS Resolver|Addresses of a name in turn", no_effect::host_names},
    {"ip msdp", "MSDP global commands", no_effect::host_routing},
    {"ip port-map", "Port to application mapping (PAM) configuration commands", no_effect::host_filter},
    {"ip urlfilter", "N2H2/Websense URL filter commands", no_effect::host_filter},
    {"ip policy-list", "Configure a policy list", no_effect::host_routing, other_part_mode},
    {"redundancy", "Enter redundancy mode", no_effect::other_ios, redundancy_mode},
    {"controller", "Configure a specific controller", no_effect::host_link, controller_mode},
    {"vlan", "VLAN commands", no_effect::host_link, vlan_mode},
    {"lldp", "Global LLDP configuration subcommands", no_effect::host_link},
    {"cdp", "Global CDP configuration subcommands", no_effect::host_link},
    {"track", "Object tracking configuration commands", no_effect::other_ios, track_mode},
    {"ip ssh", "Configure ssh options", no_effect::host_users},
    {"ip scp", "Scp commands", no_effect::host_users},
    {"ip ftp", "FTP configuration commands", no_effect::host_system},
    {"ip tftp", "tftp configuration commands", no_effect::host_system},
    {"ip telnet", "Specify telnet options", no_effect::host_users},
    {"class-map", "Configure CPL Class Map", no_effect::host_qos, class_map_mode},
    {"policy-map", "Configure Policy Map", no_effect::host_qos, policy_map_mode},
    {"zone", "FW with zoning", no_effect::host_filter, zone_mode},
    {"zone-pair", "Zone pair command", no_effect::host_filter, zone_pair_mode},
    {"crypto vpn", "Configure crypto vpn commands", no_effect::other_ios},
    {"crypto ssl", "Configure Crypto SSL commands", no_effect::other_ios, crypto_ssl_mode},
    {"crypto autovpn", "Auto VPN", no_effect::other_ios, autovpn_mode},
    {"crypto gdoi", "Group Domain of Interpretation", no_effect::gdoi, gdoi_mode},
    {"crypto gkm", "Group Key Management", no_effect::gdoi, gdoi_mode},
    {"crypto ipsec client", "Configure IPSEC policy|Set IPSec client parameters", no_effect::ezvpn, ezvpn_client_mode},
    {"crypto tls-tunnel", "TLS tunnel", no_effect::other_ios, tls_tunnel_mode},
    {"crypto wui", "Web user interface of certificates", no_effect::other_ios, wui_mode},
    {"crypto provisioning", "Secure device provisioning", no_effect::other_ios, wui_mode},
    {"webvpn", "WebVPN", no_effect::other_ios, webvpn_mode},
    {"crypto pki server", "Public Key components|Enable IOS Certificate server", no_effect::other_ios, pki_server_mode},
    {"crypto pki trustpool", "Public Key components|Define CA trustpool", no_effect::other_ios, trustpool_mode},
    {"crypto pki profile", "Public Key components|Define a certificate profile", no_effect::scep, pki_profile_mode},
};

constexpr Row routing_rows[] = {
    {"router", "Enable a routing process", no_effect::host_routing, router_mode},
    {"ip forward-protocol", "Controls forwarding of physical and directed IP broadcasts", no_effect::host_system},
    {"ip http", "HTTP server configuration", no_effect::host_users},
    {"ip nat", "NAT configuration commands", no_effect::host_nat},
    {"ip default-gateway", "Specify default gateway (if not routing IP)", no_effect::host_routes},
    {"ip default-network", "Flags networks as candidates for default routes", no_effect::host_routes},
    {"ip prefix-list", "Build a prefix list", no_effect::host_routing},
    {"ip as-path", "BGP autonomous system path filter", no_effect::host_routing},
    {"ip community-list", "Add a community list entry", no_effect::host_routing},
    {"ip extcommunity-list", "Add a extended community list entry", no_effect::host_routing},
    {"ip pim", "PIM global commands", no_effect::host_routing},
    {"ip bgp-community", "format for BGP community", no_effect::host_routing},
    {"ip radius", "RADIUS configuration commands", no_effect::aaa},
    {"ip tacacs", "TACACS configuration commands", no_effect::aaa},
    {"ip mroute", "Configure static multicast routes", no_effect::host_routing},
    {"ipv6 router", "Enable an IPV6 routing process", no_effect::host_routing, ipv6_router_mode},
    {"ipv6 prefix-list", "Build a prefix list", no_effect::host_routing},
};

constexpr Row tail_rows[] = {
    {"ip sla schedule", "IP Service Level Agreement|IP SLAs Entry Scheduling", no_effect::other_ios},
    {"ip sla responder", "IP Service Level Agreement|Enable IP SLAs Responder", no_effect::other_ios},
    {"ip sla enable", "IP Service Level Agreement|Enable Event Notifications", no_effect::other_ios},
    {"ip sla logging", "IP Service Level Agreement|Enable Syslog", no_effect::other_ios},
    {"ip sla group", "IP Service Level Agreement|Group configuration or group scheduling", no_effect::other_ios},
    {"route-map", "Create route-map or enter route-map command mode", no_effect::host_routing, route_map_mode},
    {"snmp-server", "Modify SNMP engine parameters", no_effect::host_system},
    {"snmp", "Modify non engine SNMP parameters", no_effect::host_system},
    {"tacacs-server administration", "Modify TACACS query parameters|Administrative messages of the server", no_effect::aaa},
    {"tacacs-server cache", "Modify TACACS query parameters|Cache of authorizations", no_effect::aaa},
    {"tacacs-server directed-request", "Modify TACACS query parameters|Take a server that the user names", no_effect::aaa},
    {"tacacs-server dns-alias-lookup", "Modify TACACS query parameters|Look up aliases of servers", no_effect::aaa},
    {"tacacs-server domain-stripping", "Modify TACACS query parameters|Strip the domain from the user name", no_effect::aaa},
    {"tacacs-server packet", "Modify TACACS query parameters|Largest packet", no_effect::aaa},
    {"tacacs-server retransmit", "Modify TACACS query parameters|How often", no_effect::aaa},
    {"tacacs-server timeout", "Modify TACACS query parameters|Time to wait", no_effect::aaa},
    {"time-range", "Define time range entries", no_effect::host_filter, time_range_mode},
    {"control-plane", "Configure control plane services", no_effect::other_ios, control_plane_mode},
    {"kron occurrence", "Kron interval|Occurrence of policies", no_effect::other_ios, kron_mode},
    {"kron policy-list", "Kron interval|Policy list", no_effect::other_ios, kron_mode},
    {"gateway", "Gateway", no_effect::other_ios, gateway_mode},
    {"ccm-manager", "Call Manager Application configuration commands", no_effect::other_ios},
    {"xconnect", "Xconnect commands", no_effect::other_ios},
    {"mac-address-table", "Configure the MAC address table", no_effect::host_link},
    {"port-channel", "Configure EtherChannel", no_effect::host_link},
    {"lacp", "LACP configuration", no_effect::host_link},
    {"rmon", "Remote Monitoring", no_effect::other_ios},
    {"mgcp", "Enable Media Gateway Control Protocol", no_effect::other_ios},
    {"gatekeeper", "Configure a gatekeeper", no_effect::other_ios, gatekeeper_mode},
    {"dial-peer", "Dial Map (Peer) configuration commands", no_effect::other_ios, dial_peer_mode},
    {"dialer watch-list", "Dialer commands|Watch list", no_effect::other_ios},
    {"ephone-dn", "Define a phone's extension", no_effect::other_ios, other_part_mode},
    {"ephone", "Define a phone", no_effect::other_ios, other_part_mode},
    {"dialer-list", "Create a dialer list entry", no_effect::other_ios},
    {"telephony-service", "Configure telephony-service", no_effect::other_ios, telephony_mode},
    {"voice-port", "Voice Port Configuration", no_effect::other_ios, voice_port_mode},
    {"sip-ua", "SIP User Agent", no_effect::other_ios, sip_ua_mode},
    {"arp", "Set a static ARP entry", no_effect::host_system},
    {"monitor", "Monitoring different system events", no_effect::other_ios, monitor_mode},
    {"mpls", "Configure MPLS parameters", no_effect::other_ios},
    {"l2tp-class", "l2tp-class configuration commands", no_effect::other_ios, l2tp_class_mode},
    {"pseudowire-class", "Pseudowire-class configuration commands", no_effect::other_ios, pseudowire_class_mode},
    {"vpdn", "Virtual Private Dialup Network", no_effect::other_ios},
    {"vpdn-group", "VPDN group configuration", no_effect::other_ios, vpdn_group_mode},
    {"bba-group", "Configure BBA Group", no_effect::other_ios, bba_group_mode},
    {"bridge", "Bridge Group.", no_effect::other_ios},
    {"bridge-domain", "Bridge-domain commands", no_effect::other_ios, bridge_domain_mode},
    {"l2vpn", "Layer2 VPN commands", no_effect::other_ios, l2vpn_mode},
    {"mac", "Global MAC configuration subcommands", no_effect::other_ios},
    {"udld", "Configure global UDLD setting", no_effect::other_ios},
    {"nls", "NLS", no_effect::other_ios},
    {"wsma", "Configure Web Services Management Agents", no_effect::other_ios, wsma_mode},
    {"iox", "Configure IOx", no_effect::other_ios},
    {"app-hosting", "Application hosting", no_effect::other_ios, app_hosting_mode},
    {"line", "Configure a terminal line", no_effect::host_users, line_mode},
    {"ntp", "Configure NTP", no_effect::host_clock},
    {"sntp", "Configure SNTP", no_effect::host_clock},
    {"event manager applet",
     "Event related configuration commands|Event manager configuration commands|Register an event manager applet",
     no_effect::other_ios, applet_mode},
    {"event manager environment",
     "Event related configuration commands|Event manager configuration commands|Set an event manager global environment variable",
     no_effect::other_ios},
    {"event manager detector", "Event related configuration commands|Event manager configuration commands|Configure a detector",
     no_effect::other_ios},
    {"event manager session", "Event related configuration commands|Event manager configuration commands|Session parameters",
     no_effect::other_ios},
    {"event manager directory", "Event related configuration commands|Event manager configuration commands|Directory of policies",
     no_effect::other_ios},
    {"event manager policy",
     "Event related configuration commands|Event manager configuration commands|Register an event manager policy",
     no_effect::other_ios},
};

std::vector<Keyword> keywords_of(const Row& row) {
  std::vector<Keyword> out;
  std::string_view words = row.words, helps = row.helps;
  for (bool first = true; !words.empty(); first = false) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const Keyword shared[] = {ip_word(), ipv6_word(), crypto(), service()};
    const auto* known = std::find_if(std::begin(shared), std::end(shared), [&](const Keyword& k) { return k.text == word; });
    if (first && known != std::end(shared) && !words.empty()) {
      out.push_back(*known);
      continue;
    }
    const std::string_view help = helps.substr(0, helps.find('|'));
    helps.remove_prefix(std::min(helps.size(), help.size() + 1));
    out.push_back(kw(word, help));
  }
  return out;
}

std::string settle_master_key(ConfigKey& line) {
  return line.key.empty() || line.key.size() >= shortest_master_key
             ? ""
             : "% Invalid key: the master key must have at least 8 characters";
}

template <std::size_t N>
Commands commands_of(const Row (&rows)[N]) {
  Commands out;
  for (const Row& row : rows) {
    const auto expression = Words(keywords_of(row)) >> -arg(rest_of_line("The rest of the line"));
    if (row.opens)
      out.push_back(kept_block(expression, {.note = row.note, .opens = row.opens}));
    else
      out.push_back(
          kept_many(expression, {.note = row.note, .effective = row.effective, .negation = Negation::kept_where_absent}));
  }
  return out;
}

}  // namespace

Commands other_head() {
  return joined(table(once<ServicePasswordEncryption>(service() >> kw("password-encryption", "Encrypt system passwords"),
                                                      {.keeps_no = [](const ServicePasswordEncryption&) { return true; }}),
                      once<PasswordEncryption>(kw("password", "Configure encryption password (key)") >>
                                               kw("encryption", "Encrypt system passwords") >>
                                               kw("aes", "Enables stronger (AES) password encryption")),
                      command<ConfigKey>(Merge::accepted,
                                         kw("key", "Key management") >> kw("config-key", "Set a private configuration key") >>
                                             kw("password-encrypt", "Set a password-encryption master key") >>
                                             tail(-f<&ConfigKey::key>(key_word("The config-key, minimum 8 characters"))),
                                         {.settle = settle_master_key})),
                commands_of(head_rows));
}

Commands other_middle() { return commands_of(middle_rows); }

Commands other_routing() { return commands_of(routing_rows); }

Commands other_tail() {
  constexpr std::string_view why = no_effect::other_ios;
  const auto banner = [] { return kw("banner", "Define a login banner"); };
  return joined(
      table(kept_block(ip_word() >> kw("sla", "IP Service Level Agreement") >> arg(number(1, 2147483647, "Entry Number")),
                       {.note = why, .opens = sla_mode}),
            kept_block(kw("archive", "Archive the configuration"), {.note = no_effect::archive, .opens = archive_mode}),
            kept_many(kw("menu", "Define a user-interface menu") >> name_arg("Name of the menu") >>
                          (kw("text", "Set text of menu item") | kw("command", "Set command for menu item") |
                           kw("options", "Set options for item") | kw("prompt", "Set the prompt of the menu") |
                           kw("default", "Specify the default item") | kw("clear-screen", "Clear the screen first") |
                           kw("line-mode", "Require Enter after typing selection") |
                           kw("single-space", "Single-space menu entries on display") |
                           kw("status-line", "Display user status at top of screen")) >>
                          -arg(rest_of_line("Parameters")),
                      {.note = no_effect::host_users}),
            kept_many(kw("menu", "Define a user-interface menu") >> selector(word("Name of the menu")) >>
                          kw("title", "Set the title of the menu") >> tail(banner_text()),
                      banner_rules(no_effect::host_users)),
            kept_many(kw("macro", "Macro configuration") >> kw("name", "Define a macro") >> selector(word("Name of the macro")),
                      macro_rules(why)),
            kept(banner() >> kw("exec", "Set EXEC process creation banner") >> tail(banner_text()), banner_rules(why)),
            kept(banner() >> kw("incoming", "Set incoming terminal line banner") >> tail(banner_text()), banner_rules(why)),
            kept(banner() >> kw("login", "Set login banner") >> tail(banner_text()), banner_rules(why)),
            kept(banner() >> kw("motd", "Set Message of the Day banner") >> tail(banner_text()), banner_rules(why)),
            kept(banner() >> kw("prompt-timeout", "Set Message for login authentication timeout") >> tail(banner_text()),
                 banner_rules(why)),
            kept(banner() >> kw("slip-ppp", "Set Message for SLIP/PPP") >> tail(banner_text()), banner_rules(why))),
      commands_of(tail_rows));
}

}  // namespace parser
