#include <gtest/gtest.h>

#include "cli/documents.hpp"
#include "cli/log.hpp"
#include "cli/show_diagnose.hpp"
#include "facts.hpp"
#include "golden.hpp"

using namespace std::chrono_literals;

TEST(ShowIkev2Sa, Plain) { expect_golden("show-crypto-ikev2-sa", cli::show_ikev2_sa(busy_gateway().view, {})); }

TEST(ShowIkev2Sa, Detailed) {
  parser::ShowIkev2Sa options;
  options.detailed = true;
  expect_golden("show-crypto-ikev2-sa-detailed", cli::show_ikev2_sa(busy_gateway().view, options));
}

TEST(ShowIkev2Sa, OfOnePeerHasNoHeadings) {
  parser::ShowIkev2Sa options;
  options.remote = address("198.51.100.77");
  expect_golden("show-crypto-ikev2-sa-remote", cli::show_ikev2_sa(busy_gateway().view, options));
}

TEST(ShowIkev2Sa, SaysHowEachEndAuthenticatesItself) {
  cli::ShowFacts facts = busy_gateway();
  facts.view.ike_sas[0].auth_local = engine::AuthMethod::rsa_sig;
  facts.view.ike_sas[0].auth_remote = engine::AuthMethod::ecdsa_sig;
  EXPECT_NE(cli::show_ikev2_sa(facts.view, {}).find(", Auth sign: RSA, Auth verify: ECDSA"), std::string::npos);
}

TEST(ShowIkev2Sa, NothingPrintsNothing) { EXPECT_EQ(cli::show_ikev2_sa(idle_gateway().view, {}), ""); }

TEST(ShowIpsecSa, Plain) { expect_golden("show-crypto-ipsec-sa", cli::show_ipsec_sa(busy_gateway(), {})); }

TEST(ShowIpsecSa, LineWithoutSa) { expect_golden("show-crypto-ipsec-sa-idle", cli::show_ipsec_sa(idle_gateway(), {})); }

TEST(ShowIpsecSa, Detail) {
  parser::ShowIpsecSa options;
  options.detail = true;
  options.peer = address("203.0.113.20");
  expect_golden("show-crypto-ipsec-sa-detail", cli::show_ipsec_sa(busy_gateway(), options));
}

TEST(ShowIpsecSa, InterfaceNamesTheInitiator) {
  parser::ShowIpsecSa options;
  options.interface = "GigabitEthernet0/1";
  const std::string text = cli::show_ipsec_sa(busy_gateway(), options);
  EXPECT_NE(text.find(", initiator : True\n"), std::string::npos);
  EXPECT_EQ(text.find("GigabitEthernet0/0"), std::string::npos);
}

TEST(ShowIpsecSa, AdditionalKeyExchanges) {
  cli::ShowFacts facts = busy_gateway();
  for (const char* keyword : {"20", "mlkem768"})
    facts.view.ike_sas[0].children[0].additional.push_back(
        engine::find_ike_keyword(engine::TransformType::key_exchange, keyword));
  EXPECT_NE(cli::show_ipsec_sa(facts, {}).find("     PFS (Y/N): Y, DH group: group19\n     Additional Key Exchange: group20\n"
                                               "     PQC Key Exchange: ML-KEM-768\n"),
            std::string::npos);
}

TEST(ShowIpsecSa, NoCryptoAnywhere) { EXPECT_EQ(cli::show_ipsec_sa({}, {}), "\nNo SAs found\n"); }

/// The recorded values of reference routers on a path of 1500.
TEST(ShowIpsecSa, PlaintextMtu) {
  struct Case {
    const char *encryption, *integrity;
    engine::IpsecMode mode;
    bool udp;
    const char* mtu;
  };
  for (const auto& c : {Case{"esp-aes 256", "esp-sha256-hmac", engine::IpsecMode::tunnel, false, "plaintext mtu 1438,"},
                        Case{"esp-aes", "esp-sha-hmac", engine::IpsecMode::tunnel, false, "plaintext mtu 1438,"},
                        Case{"esp-aes 256", "esp-sha256-hmac", engine::IpsecMode::tunnel, true, "plaintext mtu 1422,"},
                        Case{"esp-gcm 256", "", engine::IpsecMode::tunnel, false, "plaintext mtu 1446,"},
                        Case{"esp-gcm 256", "", engine::IpsecMode::tunnel, true, "plaintext mtu 1438,"},
                        Case{"esp-aes 256", "esp-sha256-hmac", engine::IpsecMode::transport, false, "plaintext mtu 1458,"}}) {
    auto facts = busy_gateway();
    auto& sa = facts.view.ike_sas[0].children[0];
    sa.encryption = engine::find_esp_keyword(c.encryption);
    sa.integrity = engine::find_esp_keyword(c.integrity);
    sa.mode = c.mode;
    sa.udp_encapsulated = c.udp;
    EXPECT_NE(cli::show_ipsec_sa(facts, {}).find(c.mtu), std::string::npos) << c.encryption << " " << c.mtu;
  }
}

TEST(ShowIpsecSa, IdentitiesAloneAndSasByAddress) {
  parser::ShowIpsecSa options;
  options.form = parser::IpsecSaForm::identity;
  const std::string whole = cli::show_ipsec_sa(busy_gateway(), {}), identities = cli::show_ipsec_sa(busy_gateway(), options);
  for (const char* absent : {"interface:", "Crypto map tag", "esp sas", "transform:"})
    EXPECT_EQ(identities.find(absent), std::string::npos) << absent;
  EXPECT_EQ(identities.substr(0, identities.find("current outbound")),
            whole.substr(whole.find("\n   protected vrf"), identities.find("current outbound")));
  options.form = parser::IpsecSaForm::address;
  options.peer = address("203.0.113.20");
  const std::string of_peer = cli::show_ipsec_sa(busy_gateway(), options);
  const auto at = of_peer.find("fvrf/address: (none)/203.0.113.20\n   protocol: ESP\n      spi: 0x");
  EXPECT_NE(at, std::string::npos) << of_peer;
  EXPECT_NE(of_peer.find("fvrf/address: (none)/203.0.113.10\n   protocol: ESP\n      spi: 0x"), std::string::npos) << of_peer;
  EXPECT_EQ(of_peer.find("198.51.100.77"), std::string::npos);
}

TEST(ShowIkev2Session, PlainAndDetailed) {
  expect_golden("show-crypto-ikev2-session", cli::show_ikev2_session(busy_gateway().view, {}));
  expect_golden("show-crypto-ikev2-session-detailed", cli::show_ikev2_session(busy_gateway().view, {true}));
  EXPECT_EQ(cli::show_ikev2_session(idle_gateway().view, {}), "");
}

TEST(ShowCryptoSession, All) { expect_golden("show-crypto-session", cli::show_crypto_session(busy_gateway(), {}, {})); }

TEST(ShowCryptoSession, Detail) {
  const auto applied = parser::apply({}, "crypto ikev2 keyring KEYS\n peer BRANCH\n  description the branch in the north\n");
  parser::ShowCryptoSession options;
  options.detail = true;
  expect_golden("show-crypto-session-detail", cli::show_crypto_session(busy_gateway(), applied.configuration, options));
}

TEST(ShowCryptoSession, Brief) {
  parser::ShowCryptoSession options;
  options.brief = true;
  expect_golden("show-crypto-session-brief", cli::show_crypto_session(busy_gateway(), {}, options));
}

TEST(ShowCryptoSession, OfOneLocalAddressOrInterface) {
  parser::ShowCryptoSession options;
  options.local = address("203.0.113.66");
  const std::string text = cli::show_crypto_session(busy_gateway(), {}, options);
  EXPECT_NE(text.find("Peer: 192.0.2.99 port 500"), std::string::npos) << text;
  EXPECT_EQ(text.find("203.0.113.10"), std::string::npos) << text;
  options = {};
  options.interface = "GigabitEthernet0/1";
  EXPECT_EQ(cli::show_crypto_session(busy_gateway(), {}, options).find("GigabitEthernet0/0"), std::string::npos);
}

TEST(ShowCryptoSession, NothingIsATitle) { EXPECT_EQ(cli::show_crypto_session({}, {}, {}), "Crypto session current status\n\n"); }

TEST(ShowIkev2Profile, NamesEveryMethodOfAuthentication) {
  for (const std::string method : {"pre-share", "rsa-sig", "ecdsa-sig", "mldsa-sig", "eap", "anyconnect-eap"}) {
    const auto applied = parser::apply(
        {}, "crypto ikev2 profile P\n authentication remote " + method + (method == "anyconnect-eap" ? " aggregate\n" : "\n"));
    ASSERT_FALSE(applied.refused_any) << method;
    const std::string text = cli::show_crypto_objects({}, applied.configuration, {parser::CryptoObject::ikev2_profile, {}});
    EXPECT_NE(text.find(" Remote authentication method(s): " + method + "\n"), std::string::npos) << text;
  }
}

TEST(ShowCryptoMap, CompleteAndIncomplete) {
  const auto applied = parser::apply({},
                                     "crypto ikev2 profile TO-BRANCH\n"
                                     "crypto ipsec transform-set STRONG esp-aes 256 esp-sha256-hmac\n"
                                     "crypto map VPN 10 ipsec-isakmp\n"
                                     " set peer 203.0.113.20\n"
                                     " set peer 203.0.113.21\n"
                                     " set transform-set STRONG\n"
                                     " set pfs group19\n"
                                     " set ikev2-profile TO-BRANCH\n"
                                     " match address LAN\n"
                                     "crypto map VPN 20 ipsec-isakmp\n"
                                     " set peer 203.0.113.30\n"
                                     "crypto map OTHER 5 ipsec-isakmp\n"
                                     "interface GigabitEthernet0/0\n"
                                     " crypto map VPN\n"
                                     "ip access-list extended LAN\n"
                                     " remark to the branch\n"
                                     " permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n"
                                     " 30 permit tcp host 192.168.1.9 any eq 443\n");
  ASSERT_FALSE(applied.refused_any);
  expect_golden("show-crypto-map", cli::show_crypto_map(applied.configuration, {}));
  EXPECT_EQ(cli::show_crypto_map({}, {}), "No crypto maps found.\n");
  EXPECT_EQ(cli::show_crypto_map(applied.configuration, {}, {"NONE", {}}), "No crypto maps found.\n");
  EXPECT_EQ(cli::show_crypto_map(applied.configuration, {}, {{}, "Vlan9"}), "No crypto maps found.\n");
  const std::string here = cli::show_crypto_map(applied.configuration, {}, {{}, "GigabitEthernet0/0"});
  EXPECT_NE(here.find("\"VPN\" 20"), std::string::npos);
  EXPECT_EQ(here.find("OTHER"), std::string::npos) << here;
  const auto bare = parser::apply({}, "crypto map M 10 ipsec-isakmp\n set pfs\n");
  EXPECT_NE(cli::show_crypto_map(bare.configuration, {}).find("\tPFS (Y/N): Y\n\tDH group:  group14\n"), std::string::npos);
}

/// A line of crypto map VPN whose peer is gw.example.net; `peer` may be unspecified.
engine::View towards_a_name(const engine::IpAddress& peer) {
  engine::View view;
  engine::PolicyLineView line;
  line.interface = "GigabitEthernet0/0";
  line.map = "VPN";
  line.sequence = 10;
  line.peer = peer;
  line.peer_name = "gw.example.net";
  view.lines.push_back(line);
  return view;
}

TEST(ShowPeersByName, NameAndAddress) {
  const auto applied = parser::apply({}, "crypto map VPN 10 ipsec-isakmp\n set peer gw.example.net dynamic\n");
  const auto known = towards_a_name(address("203.0.113.20")), unknown = towards_a_name({});
  const std::string map = cli::show_crypto_map(applied.configuration, known);
  EXPECT_NE(map.find("\tPeer = gw.example.net (dynamic)\n"), std::string::npos) << map;
  EXPECT_NE(map.find("\tCurrent peer: 203.0.113.20\n"), std::string::npos) << map;
  EXPECT_NE(cli::show_crypto_map(applied.configuration, unknown).find("\tCurrent peer: gw.example.net (not resolved)\n"),
            std::string::npos);
  cli::ShowFacts facts;
  facts.view = known;
  EXPECT_NE(cli::show_crypto_session(facts, {}, {}).find("Peer: 203.0.113.20 port 500 \nPeer name: gw.example.net\n"),
            std::string::npos);
  facts.view = unknown;
  EXPECT_NE(
      cli::show_crypto_session(facts, {}, {}).find("Peer: gw.example.net port 500 \nPeer name: gw.example.net (not resolved)\n"),
      std::string::npos);
}

std::string diagnose(const engine::View& view, const parser::ShowDiagnose& options) {
  return cli::show_diagnose(cli::explained(view, {}, {}, options), view, options);
}

TEST(ShowDiagnose, SaysWhatIsWantedAndWhen) {
  engine::View view;
  view.attempts = {{"GigabitEthernet0/0", "VPN", 10, {}, {}, 3, true, 0s, "gw.example.net", true},
                   {"GigabitEthernet0/0", "VPN", 20, {}, address("203.0.113.20"), 1, false, 1500ms, "gw.example.net"},
                   {"GigabitEthernet0/0", "VPN", 30, {}, address("203.0.113.30"), 2, false, 4s, {}, false, true}};
  const std::string text = diagnose(view, {});
  EXPECT_NE(text.find("Wanted: crypto map VPN 10 to gw.example.net, 3 attempts in vain, its name is being resolved\n"
                      "Wanted: crypto map VPN 20 to gw.example.net (203.0.113.20), 1 attempts in vain, the next in 2 s\n"
                      "To be authenticated anew: crypto map VPN 30 to 203.0.113.30, 2 attempts in vain, the next in 4 s\n"),
            std::string::npos)
      << text;
}

TEST(ShowCryptoObjects, AsConfigured) {
  const auto applied = parser::apply({},
                                     "crypto ikev2 proposal STRONG\n"
                                     " encryption aes-gcm-256\n"
                                     " prf sha384\n"
                                     " group 20 19\n"
                                     "crypto ikev2 proposal OLDER\n"
                                     " encryption aes-cbc-128 aes-cbc-256\n"
                                     " integrity sha1\n"
                                     " group 14\n"
                                     "crypto ikev2 policy BRANCHES\n"
                                     " match address local 203.0.113.10\n"
                                     " proposal STRONG\n"
                                     " proposal OLDER\n"
                                     "crypto ikev2 keyring KEYS\n"
                                     " peer BRANCH\n"
                                     "crypto ikev2 profile TO-BRANCH\n"
                                     " match identity remote address 203.0.113.20\n"
                                     " match identity remote fqdn branch.example.net\n"
                                     " identity local fqdn gw.example.net\n"
                                     " authentication local pre-share\n"
                                     " authentication remote pre-share\n"
                                     " keyring local KEYS\n"
                                     " dpd 30 5 periodic\n"
                                     "crypto ipsec transform-set GCM esp-gcm 256\n"
                                     "crypto ipsec transform-set HOSTS esp-aes 256 esp-sha256-hmac\n"
                                     " mode transport require\n"
                                     "crypto ipsec profile TUNNELS\n"
                                     " set transform-set GCM HOSTS\n"
                                     " set pfs group19\n"
                                     " set ikev2-profile TO-BRANCH\n"
                                     " set security-association lifetime kilobytes disable\n"
                                     " responder-only\n"
                                     "crypto ipsec profile DEFAULTS\n"
                                     " set transform-set GCM\n");
  ASSERT_FALSE(applied.refused_any);
  const auto show = [&](parser::CryptoObject kind) {
    return cli::show_crypto_objects(busy_gateway().view, applied.configuration, {kind, {}});
  };
  expect_golden("show-crypto-ikev2-proposal", show(parser::CryptoObject::ikev2_proposal));
  expect_golden("show-crypto-ikev2-policy", show(parser::CryptoObject::ikev2_policy));
  expect_golden("show-crypto-ikev2-profile", show(parser::CryptoObject::ikev2_profile));
  expect_golden("show-crypto-ipsec-transform-set", show(parser::CryptoObject::transform_set));
  expect_golden("show-crypto-ipsec-profile", show(parser::CryptoObject::ipsec_profile));
  EXPECT_EQ(show(parser::CryptoObject::security_association), "Security association lifetime: 4608000 kilobytes/3600 seconds\n");
  EXPECT_EQ(
      cli::show_crypto_objects({}, applied.configuration, {parser::CryptoObject::ikev2_policy, "default"}),
      " IKEv2 policy : default\n      Match fvrf : any\n      Match address local : any \n      Proposal    : default \n\n");
  const auto without = parser::apply({}, "no crypto ikev2 proposal default\n");
  EXPECT_EQ(cli::show_crypto_objects({}, without.configuration, {parser::CryptoObject::ikev2_proposal, {}}), "");
}

TEST(ShowAccessLists, EachKindInItsLayout) {
  const auto applied = parser::apply({},
                                     "ip access-list standard MGMT\n"
                                     " permit host 203.0.113.9\n"
                                     " permit 192.0.2.0 0.0.0.127\n"
                                     " deny any log\n"
                                     "ip access-list extended VPN\n"
                                     " remark to the branch\n"
                                     " permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127\n"
                                     " 30 permit udp host 203.0.113.1 eq isakmp any eq isakmp\n"
                                     " deny ip any any\n"
                                     "ipv6 access-list SIX\n"
                                     " permit ipv6 2001:db8:a::/64 2001:db8:b::/64\n");
  ASSERT_FALSE(applied.refused_any);
  expect_golden("show-access-lists", cli::show_access_lists(applied.configuration, {}, {}));
  using F = parser::AccessListFamily;
  EXPECT_EQ(cli::show_access_lists(applied.configuration, {}, {F::ipv6, {}}),
            "IPv6 access list SIX\n    permit ipv6 2001:DB8:A::/64 2001:DB8:B::/64 sequence 10\n");
  EXPECT_EQ(cli::show_access_lists(applied.configuration, {}, {F::ipv4, "SIX"}), "");
}

TEST(ShowAccessLists, CountWhatTheDataPlaneSentByEachLine) {
  const auto applied = parser::apply({},
                                     "ip access-list extended VPN\n"
                                     " permit ip 192.0.2.0 0.0.0.127   192.0.2.128 0.0.0.127\n"
                                     " 20 deny ip any any\n"
                                     "ip access-list extended OTHER\n"
                                     " permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127\n");
  ASSERT_FALSE(applied.refused_any);
  cli::ShowFacts facts = idle_gateway();
  facts.view.lines.resize(1);
  facts.view.lines.push_back(facts.view.lines[0]);
  facts.view.lines[1].id = {77};
  facts.traffic[facts.view.lines[0].id] = {0, 0, 40, 12};
  auto entry = std::make_shared<engine::CryptoMapEntry>();
  entry->map = facts.view.lines[0].map;
  entry->sequence = facts.view.lines[0].sequence;
  entry->acl = "VPN";
  entry->lines.resize(2);
  entry->lines[0].text = "permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127";
  entry->lines[1].text = "deny   ip any any";
  engine::ProtectedInterface interface;
  interface.name = facts.view.lines[0].interface;
  interface.entries = {entry};
  auto config = std::make_shared<engine::Config>();
  config->interfaces = {interface};
  facts.config = config;
  EXPECT_EQ(cli::show_access_lists(applied.configuration, cli::access_list_hits(facts), {}),
            "Extended IP access list VPN\n"
            "    10 permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127 (12 matches)\n"
            "    20 deny ip any any\n"
            "Extended IP access list OTHER\n"
            "    10 permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127\n");
  const auto document = [&](const std::string& list) {
    return cli::JsonWriter::document(cli::access_lists(applied.configuration, cli::access_list_hits(facts), {{}, list}));
  };
  EXPECT_NE(
      document("VPN").find("\"matches\":[{\"list\":\"VPN\",\"line\":\"permit ip 192.0.2.0 0.0.0.127 192.0.2.128 0.0.0.127\","
                           "\"packets\":12}]"),
      std::string::npos)
      << document("VPN");
  EXPECT_NE(document("OTHER").find("\"matches\":[]"), std::string::npos);
  entry->lines.resize(1);
  EXPECT_TRUE(cli::access_list_hits(facts).empty()) << "lines of another configuration";
}

TEST(ShowInterfaces, Descriptions) {
  const auto applied = parser::apply({}, "interface GigabitEthernet0/0\n description WAN\n");
  const cli::InterfaceRow wan{"GigabitEthernet0/0", "eth0", "", "unset", "up", true},
      off{"Tunnel0", "", "", "unset", "administratively down", false};
  EXPECT_EQ(cli::show_interface_description(wan, applied.configuration),
            "Gi0/0                          up             up       WAN\n");
  EXPECT_EQ(cli::show_interface_description(off, applied.configuration),
            "Tu0                            admin down     down     \n");
}

TEST(ShowInterfaces, EthernetAndTunnel) {
  const auto applied = parser::apply({},
                                     "interface GigabitEthernet0/0\n"
                                     " description to the provider\n"
                                     "interface Tunnel0\n"
                                     " tunnel source GigabitEthernet0/0\n"
                                     " tunnel mode ipsec ipv4\n"
                                     " tunnel destination 198.51.100.77\n"
                                     " tunnel protection ipsec profile TUNNELS\n");
  ASSERT_FALSE(applied.refused_any);
  const cli::InterfaceRow wan{"GigabitEthernet0/0", "eth0", "203.0.113.1", "manual", "up", true, 27, 1500};
  const cli::InterfaceRow tunnel{"Tunnel0", "Tunnel0", "172.16.0.1", "manual", "up", false, 30, 1438};
  const kernel::DeviceCounters counters{"02:00:5e:00:53:01", 1187, 142440, 4, 1, 2, 3, 5, 1204, 168560, 6, 7};
  expect_golden("show-interfaces", cli::show_interface(wan, counters, applied.configuration) +
                                       cli::show_interface(tunnel, {}, applied.configuration));
}

TEST(ShowVersion, OneAnswer) {
  expect_golden("show-version", cli::show_version({"R1", "6.1.0", "x86_64", 2028465, 3,
                                                   std::chrono::hours(24 * 9 + 3) + std::chrono::minutes(4)}));
  EXPECT_NE(cli::show_version({"R1", "", "", 0, 1, 1s}).find("R1 uptime is 0 minutes\n"), std::string::npos);
}

TEST(ShowIpsecSa, OfIpv6PeersAndOfOneMap) {
  parser::ShowIpsecSa options;
  options.ipv6 = options.detail = true;
  expect_golden("show-crypto-ipsec-sa-ipv6-detailed", cli::show_ipsec_sa(busy_gateway(), options));
  options = {};
  options.map = "SIX";
  EXPECT_EQ(cli::show_ipsec_sa(busy_gateway(), options).find("tag: VPN"), std::string::npos);
  EXPECT_EQ(cli::show_ipsec_sa_count(busy_gateway().view),
            "IPsec SA total: 6, active: 6, rekeying: 0, unused: 0, invalid: 0\n\n");
}

engine::View failed_negotiations() {
  engine::View view;
  engine::Diagnosis refused;
  refused.ago = 12s;
  refused.local = {address("203.0.113.10"), 500};
  refused.remote = {address("203.0.113.20"), 500};
  refused.cause = engine::Cause::peer_refused_proposal;
  refused.what = "IKE_SA_INIT was answered with NO_PROPOSAL_CHOSEN";
  refused.evidence = {"offered: AES-CBC-256, SHA256, DH_GROUP_2048_MODP/Group 14"};
  refused.probable = {"the peer's proposal has other algorithms", "the peer has no policy for this address"};
  refused.count = 3;
  engine::Diagnosis forged = refused;
  forged.ago = 26h;
  forged.role = engine::Role::responder;
  forged.cause = engine::Cause::identity_mismatch;
  forged.what = "identity \"\x1b[2Jgw\n\" is not expected";
  forged.evidence.clear();
  forged.probable.clear();
  forged.count = 1;
  view.diagnoses = {refused, forged};
  view.half_open = 2;
  view.dropped[static_cast<std::size_t>(engine::Cause::malformed_header)] = 7;
  view.dropped[static_cast<std::size_t>(engine::Cause::integrity_failed)] = 5;
  return view;
}

TEST(ShowDiagnose, PlainWords) {
  expect_golden("show-crypto-ikev2-diagnose", diagnose(failed_negotiations(), {}));
  EXPECT_EQ(diagnose({}, {}), "No failed negotiation is recorded.\n\nNegotiations half open: 0\nDatagrams dropped: 0\n");
}

TEST(ShowDiagnose, CiscosLayout) {
  expect_golden("show-crypto-ikev2-diagnose-error", cli::show_diagnose_error(failed_negotiations()));
}

TEST(ShowIpInterfaceBrief, Table) {
  const std::vector<cli::InterfaceRow> rows = {{"GigabitEthernet0/0", "wan", "203.0.113.10", "manual", "up", true},
                                               {"GigabitEthernet0/1", "", "", "unset", "down", false}};
  expect_golden("show-ip-interface-brief", cli::show_ip_interface_brief(rows, cli::DeviceMapping::hidden));
  expect_golden("show-ip-interface-brief-devices", cli::show_ip_interface_brief(rows, cli::DeviceMapping::listed));
}

TEST(ShowClock, MarkAndFields) {
  EXPECT_EQ(cli::clock_text({1767601815123, cli::ClockState::unsynchronised}), "*08:30:15.123 UTC Mon Jan 5 2026");
  EXPECT_EQ(cli::clock_text({1767601815123, cli::ClockState::authoritative}), "08:30:15.123 UTC Mon Jan 5 2026");
  EXPECT_EQ(cli::log_stamp({1767601815007, cli::ClockState::unsynchronised}), "*Jan  5 08:30:15.007");
}

TEST(ShowDebugging, OnAndOff) {
  expect_golden("show-debugging", cli::show_debugging({true, false, true, true}));
  expect_golden("show-debugging-none", cli::show_debugging({}));
}

TEST(ShowLogging, BufferIsBounded) {
  cli::Log log;
  cli::WallTime now{1767601815123, cli::ClockState::unsynchronised};
  log.add(now, {5, "%SYS-5-CONFIG_I: Configured from console by console"});
  log.add(now, {7, "IKEv2:Found Policy 'default'"});
  expect_golden("show-logging", log.show());
  for (int i = 0; i < 20000; ++i) {
    now.unix_milliseconds += 10;
    log.add(now, {7, "IKEv2:one of very many lines"});
  }
  EXPECT_LT(log.show().size(), log.settings().buffer_octets + 2000);
}

TEST(ShowDiagnose, TellsTheNextAttempt) {
  engine::View view;
  const auto local = *engine::IpAddress::parse("203.0.113.10"), peer = *engine::IpAddress::parse("203.0.113.20");
  view.attempts = {{"GigabitEthernet0/0", "VPN", 10, local, peer, 3, false, 13500ms},
                   {"GigabitEthernet0/0", "VPN", 20, local, local, 0, true, 0s}};
  const std::string all = diagnose(view, {});
  EXPECT_NE(all.find("Wanted: crypto map VPN 10 to 203.0.113.20, 3 attempts in vain, the next in 14 s\n"
                     "Wanted: crypto map VPN 20 to 203.0.113.10, 0 attempts in vain, one under way\n"),
            std::string::npos)
      << all;
  EXPECT_EQ(diagnose(view, {false, peer}).find("VPN 20"), std::string::npos);
}

TEST(ShowImpact, OneAlignedLineAnSaWithTheReason) {
  const auto peer = *engine::IpAddress::parse("203.0.113.20");
  const std::vector<engine::SaImpact> impact{
      {engine::IkeSaId{1}, std::nullopt, {}, peer, "203.0.113.20", engine::Disturbance::none, ""},
      {engine::IkeSaId{1},
       engine::ChildSaId{4},
       {},
       peer,
       "10.0.0.0/24 <-> 10.1.0.0/24",
       engine::Disturbance::rekey,
       "set transform-set of crypto map VPN 10"}};
  parser::LineReport refused;
  refused.number = 3;
  refused.verdict = parser::Verdict::refused;
  refused.answer = "% Incomplete command.";
  EXPECT_EQ(cli::show_impact(impact, {refused}),
            "line 3 is not accepted: % Incomplete command.\n"
            "            Peer            Impact         What: why\n"
            "IKE SA      203.0.113.20    left alone     203.0.113.20\n"
            "  Child SA  203.0.113.20    rekeyed now    10.0.0.0/24 <-> 10.1.0.0/24: set transform-set of crypto map VPN 10\n"
            "2 SAs: 1 left alone, 0 passed by, 0 next rekey, 1 rekeyed now, 0 authenticated, 0 torn down\n");
}

TEST(Uptime, Forms) {
  EXPECT_EQ(cli::ios_uptime(1451s), "00:24:11");
  EXPECT_EQ(cli::ios_uptime(26h), "1d02h");
  EXPECT_EQ(cli::ios_uptime(24h * 36), "5w1d");
  EXPECT_EQ(cli::ios_uptime(-5s), "00:00:00");
}
