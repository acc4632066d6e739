// Why a line that is understood has no effect here: the one table of reasons. When an effect arrives, its reason goes.
#pragma once

#include <string_view>

namespace parser::no_effect {

inline constexpr std::string_view host_address =
    "addresses of all but Tunnel interfaces are the host's; only \"match address local interface\" reads this one";
inline constexpr std::string_view host_state = "the state of all but Tunnel interfaces is the host's";
inline constexpr std::string_view host_mtu = "the MTU of all but Tunnel interfaces is the host's";
inline constexpr std::string_view host_ipv6 = "IPv6 on all but Tunnel interfaces is the host's";
inline constexpr std::string_view host_link = "the link is the host's";
inline constexpr std::string_view host_routes = "routes are the host's, except static ones into a Tunnel interface";
inline constexpr std::string_view host_routing = "routing protocols are the host's";
inline constexpr std::string_view host_names = "names are resolved by the host";
inline constexpr std::string_view host_clock = "clock and NTP are the host's";
inline constexpr std::string_view level_15_configures =
    "configuration is for level 15 alone; 'privilege exec' is what moves commands";
inline constexpr std::string_view host_users = "who may log in is the host's";
inline constexpr std::string_view host_filter = "packet filters are the host's: what this line would keep out comes in";
inline constexpr std::string_view host_nat = "address translation is the host's";
inline constexpr std::string_view host_qos = "queueing is the host's";
inline constexpr std::string_view host_system = "it is a matter of the host";
inline constexpr std::string_view other_ios = "this part of IOS does not exist here";
inline constexpr std::string_view http_url = "certificates travel within IKE, not by URL";
inline constexpr std::string_view crypto_identity = "whom an entry is for is said by its IKEv2 profile";
inline constexpr std::string_view mldsa = "ML-DSA does not exist";
inline constexpr std::string_view scep = "SCEP goes to what \"enrollment url\" says, with what the trustpoint says";
inline constexpr std::string_view serial_number = "the gateway has no serial number";
inline constexpr std::string_view public_keys = "peers are known by certificates, not by bare public keys";
inline constexpr std::string_view pki_action = "it does not exist for keys here";
inline constexpr std::string_view pki_typed = "it is carried out where it is typed, and is no configuration";
inline constexpr std::string_view eap = "this kind of EAP does not exist";
inline constexpr std::string_view aaa = "AAA is not consulted";
inline constexpr std::string_view config_mode = "this part of remote access does not exist";
inline constexpr std::string_view flexvpn = "this part of the FlexVPN client does not exist";
inline constexpr std::string_view cluster = "load balancing does not exist";
inline constexpr std::string_view ppk = "post-quantum preshared keys are not used";
inline constexpr std::string_view pqc = "post-quantum key exchange does not exist";
inline constexpr std::string_view gre =
    "GRE and other tunnels without IPsec do not exist: use \"tunnel mode ipsec ipv4\" or \"ipv6\"";
inline constexpr std::string_view virtual_access = "of Virtual-Templates only those of \"type tunnel\" are copied";
inline constexpr std::string_view vrf = "VRFs do not exist";
inline constexpr std::string_view cipher = "DES and SEAL do not exist";
inline constexpr std::string_view manual_keys = "keys of SAs are never typed in: IKEv2 makes them";
inline constexpr std::string_view gdoi = "GDOI does not exist";
inline constexpr std::string_view dynamic_map = "dynamic crypto maps do not exist";
inline constexpr std::string_view reverse_route = "routes are not injected";
inline constexpr std::string_view route_tag = "routes of Linux have no tag";
inline constexpr std::string_view isakmp = "IKEv1 is not spoken (RFC 9395)";
inline constexpr std::string_view ezvpn = "Easy VPN is a matter of IKEv1, which is not spoken (RFC 9395)";
inline constexpr std::string_view nhrp = "NHRP does not exist";
inline constexpr std::string_view object_groups = "object groups do not select traffic";
inline constexpr std::string_view standard_list = "standard access lists select no traffic here";
inline constexpr std::string_view acl_option = "what it narrows cannot be told from a packet's addresses and ports";
inline constexpr std::string_view ike_knob = "the engine does not take it from the configuration";
inline constexpr std::string_view ipsec_knob = "the data plane does not take it from the configuration";
inline constexpr std::string_view logging = "messages go to the log in one way";
inline constexpr std::string_view logging_host = "messages go to addresses, by UDP, without VRF";
inline constexpr std::string_view archive = "every revision is kept anyway";
inline constexpr std::string_view exec_line = "a command of EXEC mode, no configuration";
inline constexpr std::string_view captured = "output of a terminal, no configuration";

}  // namespace parser::no_effect
