// The modes that configuration lines open, and the parts of which global configuration is made.
#pragma once

#include "parser/command.hpp"

namespace parser {

const Mode& ikev2_proposal_mode();
const Mode& ikev2_policy_mode();
const Mode& ikev2_keyring_mode();
const Mode& ikev2_keyring_peer_mode();
const Mode& ikev2_profile_mode();
const Mode& ikev2_authorization_policy_mode();
const Mode& ikev2_client_mode();
const Mode& ikev2_name_mangler_mode();
const Mode& ikev2_cluster_mode();
const Mode& skip_client_mode();
const Mode& ipsec_transform_set_mode();
const Mode& ipsec_profile_mode();
const Mode& crypto_map_mode();
const Mode& dynamic_map_mode();
const Mode& crypto_identity_mode();
const Mode& interface_mode();
Commands interface_tunnel();  // its lines about tunnels
const Mode& access_list_mode();
const Mode& ipv6_access_list_mode();
const Mode& standard_access_list_mode();

// IKEv1
const Mode& isakmp_policy_mode();
const Mode& isakmp_profile_mode();
const Mode& isakmp_keyring_mode();
const Mode& isakmp_group_mode();
const Mode& isakmp_peer_mode();

// PKI
const Mode& trustpoint_mode();
const Mode& certificate_map_mode();
const Mode& certificate_chain_mode();
const Mode& pubkey_chain_mode();
const Mode& pubkey_mode();
Commands pki_certificates();  // maps and chains
Commands pki_actions();

// Parts of global configuration, in the order in which parser/modes/global.cpp puts them together.
Commands global_vrfs();    // vrf definition, ip vrf
Commands global_enable();  // enable secret
Commands global_aaa();     // aaa ...
Commands global_pki();     // crypto pki, crypto key
Commands global_names();   // ip domain, ip host
Commands global_object_groups();
Commands global_users();    // username
Commands global_ikev2();    // crypto ikev2: objects, then one-liners
Commands global_isakmp();   // crypto logging, IKEv1
Commands global_ipsec();    // crypto ipsec, crypto maps
Commands global_logging();  // logging
Commands global_lists();    // access lists and object groups
Commands global_tacacs();   // tacacs-server, as far as keys are in it; the rest is another part of IOS
Commands global_radius();   // radius and TACACS+ servers
Commands global_routes();   // pools and routes
/// Rows of other parts of IOS (parser/modes/other.cpp): what stands before users, before the interfaces, behind the routes,
/// and at the end.
Commands other_head();
Commands other_middle();
Commands other_routing();
Commands other_tail();

}  // namespace parser
