// Configuration -> engine::Config: every rule of parser/compile*.cpp, and what stays shared between snapshots.
#include "parser/compile.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "parser/configuration.hpp"
#include "tests/parser/compiled.hpp"

namespace parser {
namespace {

using engine::find_esp_keyword;
using engine::find_ike_keyword;
using engine::IpAddress;
using engine::Prefix;
using engine::TransformType;
using std::chrono::seconds;

bool warned(const Compiled& c, const std::string& about) {
  for (const std::string& warning : c.warnings)
    if (warning.find(about) != std::string::npos) return true;
  return false;
}

std::string key(const Compiled& c, engine::KeyRef ref) {
  const engine::Secret* secret = c.keys->find(ref);
  if (!secret) return "(none)";
  return {reinterpret_cast<const char*>(secret->expose().data()), secret->size()};
}
IpAddress address(const char* text) { return *IpAddress::parse(text); }
Prefix prefix(const char* text, int length) { return Prefix::of(address(text), static_cast<std::uint8_t>(length)); }
engine::Bytes octets(const char* text) { return engine::to_bytes(engine::as_bytes(text)); }

const std::string site = R"(
crypto ikev2 proposal P1
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 policy 10
 proposal P1
crypto ikev2 keyring KEYS
 peer B
  address 203.0.113.20
  pre-shared-key one
 peer C
  address 203.0.113.30
  pre-shared-key two
crypto ikev2 profile PROF
 match identity remote address 203.0.113.20
 authentication remote pre-share
 authentication local pre-share
 keyring local KEYS
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode tunnel
crypto map MAP 10 ipsec-isakmp
 set peer 203.0.113.20
 set transform-set TS
 set ikev2-profile PROF
 match address ACL
crypto map MAP 20 ipsec-isakmp
 set peer 203.0.113.30
 set transform-set TS
 set ikev2-profile PROF
 match address ACL2
interface GigabitEthernet0/0
 crypto map MAP
ip access-list extended ACL
 permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255
ip access-list extended ACL2
 permit ip 192.168.1.0 0.0.0.255 10.9.0.0 0.0.255.255
)";

const engine::CryptoMapEntry& entry(const Compiled& c, std::size_t index = 0) {
  return *c.config->interfaces.at(0).entries.at(index);
}

TEST(Compile, EmptyRouterHasTheBuiltInPolicyOnly) {
  const Compiled c = compile(Configuration{}, nullptr);
  ASSERT_EQ(c.config->policies.size(), 1u);
  const engine::IkePolicy& policy = *c.config->policies[0];
  EXPECT_EQ(policy.name, "default");
  EXPECT_TRUE(policy.match_local.empty());
  ASSERT_EQ(policy.proposals.size(), 1u);
  const engine::IkeProposal& proposal = *policy.proposals[0];
  EXPECT_EQ(proposal.name, "default");
  EXPECT_EQ(proposal.encryption, std::vector{find_ike_keyword(TransformType::encryption, "aes-cbc-256")});
  EXPECT_EQ(proposal.integrity, (std::vector{find_ike_keyword(TransformType::integrity, "sha512"),
                                             find_ike_keyword(TransformType::integrity, "sha384")}));
  EXPECT_TRUE(proposal.prf.empty());
  EXPECT_EQ(proposal.groups,
            (std::vector{find_ike_keyword(TransformType::key_exchange, "19"), find_ike_keyword(TransformType::key_exchange, "14"),
                         find_ike_keyword(TransformType::key_exchange, "21")}));
  EXPECT_TRUE(c.config->profiles.empty());
  EXPECT_TRUE(c.config->interfaces.empty());
  EXPECT_TRUE(c.interfaces.empty());
  EXPECT_TRUE(c.warnings.empty());
}

TEST(Compile, SiteToSite) {
  const Compiled c = compiled(site);
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  ASSERT_EQ(c.config->policies.size(), 1u);
  EXPECT_EQ(c.config->policies[0]->name, "10");
  EXPECT_EQ(c.config->policies[0]->proposals.at(0)->name, "P1");
  EXPECT_TRUE(c.config->policies[0]->proposals[0]->prf.empty());

  ASSERT_EQ(c.config->profiles.size(), 1u);
  const engine::IkeProfile& profile = *c.config->profiles[0];
  EXPECT_EQ(profile.name, "PROF");
  EXPECT_EQ(profile.match_remote, std::vector<engine::IdentityMatch>{Prefix::host(address("203.0.113.20"))});
  EXPECT_EQ(profile.auth_local, engine::AuthMethod::pre_share);
  EXPECT_EQ(profile.auth_remote, engine::AuthMethod::pre_share);
  EXPECT_FALSE(profile.identity_local);
  EXPECT_EQ(profile.lifetime, seconds(86400));
  EXPECT_EQ(profile.dpd_interval, seconds(0));
  ASSERT_TRUE(profile.keyring);
  ASSERT_EQ(profile.keyring->peers.size(), 2u);
  const engine::KeyringPeer& peer = profile.keyring->peers[0];
  EXPECT_EQ(peer.name, "B");
  EXPECT_EQ(peer.addresses, std::vector{Prefix::host(address("203.0.113.20"))});
  EXPECT_EQ(peer.local_key, peer.remote_key);
  EXPECT_EQ(key(c, peer.local_key), "one");
  EXPECT_EQ(key(c, profile.keyring->peers[1].remote_key), "two");

  ASSERT_EQ(c.config->interfaces.size(), 1u);
  EXPECT_EQ(c.config->interfaces[0].name, "GigabitEthernet0/0");
  EXPECT_EQ(c.config->interfaces[0].map, "MAP");
  EXPECT_TRUE(c.config->interfaces[0].local_address_interface.empty());
  ASSERT_EQ(c.config->interfaces[0].entries.size(), 2u);
  const engine::CryptoMapEntry& e = entry(c);
  EXPECT_EQ(e.map, "MAP");
  EXPECT_EQ(e.sequence, 10u);
  EXPECT_EQ(e.peers, std::vector<engine::Peer>{address("203.0.113.20")});
  EXPECT_EQ(e.profile, c.config->profiles[0]);
  ASSERT_EQ(e.transform_sets.size(), 1u);
  EXPECT_EQ(e.transform_sets[0], entry(c, 1).transform_sets[0]);
  EXPECT_EQ(*e.transform_sets[0], (engine::TransformSet{"TS", find_esp_keyword("esp-aes 256"),
                                                        find_esp_keyword("esp-sha256-hmac"), engine::IpsecMode::tunnel, false}));
  EXPECT_EQ(e.pfs_group, nullptr);
  EXPECT_EQ(e.lifetime, seconds(3600));
  EXPECT_EQ(e.lifetime_kilobytes, 4608000u);
  EXPECT_EQ(e.replay_window, 64u);
  EXPECT_EQ(e.acl, "ACL");
  ASSERT_EQ(e.lines.size(), 1u);
  EXPECT_EQ(e.lines[0].action, engine::AclAction::permit);
  EXPECT_EQ(e.lines[0].selectors.local, engine::TrafficSelector::of(prefix("192.168.1.0", 24)));
  EXPECT_EQ(e.lines[0].selectors.remote, engine::TrafficSelector::of(prefix("10.0.0.0", 24)));
  EXPECT_EQ(e.lines[0].text, "permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255");

  ASSERT_EQ(c.interfaces.size(), 1u);
  EXPECT_EQ(c.interfaces[0].name, "GigabitEthernet0/0");
}

// ---- proposals and policies

struct ProposalCase {
  const char* lines;
  const char* missing;  // empty: complete
};
class Proposal : public testing::TestWithParam<ProposalCase> {};
TEST_P(Proposal, Completeness) {
  const Compiled c =
      compiled(std::string("crypto ikev2 proposal P\n") + GetParam().lines + "\ncrypto ikev2 policy 1\n proposal P\n");
  const bool complete = std::string(GetParam().missing).empty();
  EXPECT_EQ(c.config->policies.at(0)->name, complete ? "1" : "default");
  if (complete)
    EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  else
    EXPECT_TRUE(warned(c, std::string("crypto ikev2 policy 1: proposal P is incomplete, it lacks ") + GetParam().missing))
        << all_warnings(c);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, Proposal,
    testing::Values(ProposalCase{" encryption aes-cbc-128\n integrity sha256\n group 14", ""},
                    ProposalCase{" integrity sha1\n group 14", "an encryption algorithm"},
                    ProposalCase{" encryption aes-cbc-128\n group 14", "an integrity algorithm"},
                    ProposalCase{" encryption aes-cbc-128\n prf sha256\n group 14", "an integrity algorithm"},
                    ProposalCase{" encryption aes-cbc-128\n integrity sha256", "a DH group"},
                    ProposalCase{" encryption aes-gcm-128\n prf sha256\n group 19", ""},
                    ProposalCase{" encryption aes-gcm-128\n integrity sha256\n group 19", "a prf algorithm"},
                    ProposalCase{" encryption aes-gcm-128 aes-cbc-256\n integrity sha256\n group 19", ""},
                    ProposalCase{" encryption aes-gcm-128 aes-cbc-256\n prf sha256\n group 19", "an integrity algorithm"}));

TEST(Compile, WeakAlgorithmsAreWarnedOf) {
  const Compiled c = compiled(
      "crypto ikev2 proposal P\n encryption 3des\n integrity md5\n prf sha1\n group 2\ncrypto ikev2 policy 1\n proposal P\n"
      "crypto ipsec transform-set T esp-null esp-md5-hmac\ncrypto ipsec transform-set G esp-gmac 256\n");
  EXPECT_EQ(c.config->policies.at(0)->name, "1");
  for (const char* warning :
       {"crypto ikev2 proposal P: 3DES is weak: its blocks of 64 bits let traffic of some gigabytes be read",
        "crypto ikev2 proposal P: MD596 is weak: its hash is broken", "crypto ikev2 proposal P: SHA1 is weak: its hash is broken",
        "crypto ikev2 proposal P: DH_GROUP_1024_MODP/Group 2 is weak: a group of this size can be broken",
        "crypto ipsec transform-set T: NULL is weak: it encrypts nothing",
        "crypto ipsec transform-set G: AES-GMAC-256 is weak: it encrypts nothing"})
    EXPECT_TRUE(warned(c, warning)) << all_warnings(c);
}

TEST(Compile, ATransformSetThatAuthenticatesNothingIsNotUsed) {
  for (const char* transforms : {"esp-null", "esp-aes 256", "esp-3des"}) {
    const Compiled c = compiled(std::string("crypto ipsec transform-set T ") + transforms +
                                "\ncrypto map M 10 ipsec-isakmp\n set transform-set T\n");
    EXPECT_TRUE(warned(c, "authenticates nothing without one of the esp-...-hmac transforms")) << all_warnings(c);
    EXPECT_TRUE(warned(c, "crypto map M 10: transform set T is not usable")) << all_warnings(c);
  }
}

TEST(Compile, MobikeUnlessDisabled) {
  const std::string profile =
      "crypto ikev2 profile F\n match identity remote any\n authentication local pre-share key a\n"
      " authentication remote pre-share key b\n";
  EXPECT_TRUE(compiled(profile).config->profiles.at(0)->mobike);
  EXPECT_FALSE(compiled(profile + " mobike disable\n").config->profiles.at(0)->mobike);
}

TEST(Compile, PostquantumKeys) {
  const std::string keyring =
      "crypto ikev2 keyring K\n peer P\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key abc\n  ppk manual id gate-1 key hex 00ff "
      "required\n"
      " peer Q\n  address 192.0.2.1\n  pre-shared-key abc\n  ppk manual id gate-2 key plain\n";
  const std::string profile =
      "crypto ikev2 profile F\n match identity remote any\n authentication local pre-share\n authentication remote pre-share\n"
      " keyring local K\n childless\n";
  const Compiled c = compiled(keyring + profile + " keyring ppk K\n");
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  const engine::IkeProfile& compiled_profile = *c.config->profiles.at(0);
  EXPECT_TRUE(compiled_profile.childless);
  ASSERT_TRUE(compiled_profile.ppk_keyring);
  const auto& peers = compiled_profile.ppk_keyring->peers;
  ASSERT_TRUE(peers.at(0).ppk && peers.at(1).ppk);
  EXPECT_EQ(peers[0].ppk->id, "gate-1");
  EXPECT_TRUE(peers[0].ppk->required);
  EXPECT_FALSE(peers[1].ppk->required);
  EXPECT_TRUE(c.keys->find(peers[0].ppk->key)->equals(*engine::from_hex("00ff")));
  EXPECT_TRUE(c.keys->find(peers[1].ppk->key)->equals(engine::as_bytes("plain")));
  const Compiled again = compiled(keyring + profile + " keyring ppk K\n", &c);
  EXPECT_EQ(again.config, c.config);

  const Compiled none = compiled(profile + " keyring ppk NONE\n");
  EXPECT_TRUE(none.config->profiles.empty()) << "a profile whose PPK keyring is missing must not come up without it";
  EXPECT_TRUE(warned(none, "keyring NONE is not defined"));
}

TEST(Compile, AdditionalKeyExchanges) {
  const Compiled c = compiled(
      "crypto ikev2 proposal P\n encryption aes-gcm-256\n prf sha256\n group 19\n additional-key-exchange 2 20 21\n"
      " additional-key-exchange 1 31 optional\ncrypto ikev2 policy 1\n proposal P\n");
  const auto& additional = c.config->policies.at(0)->proposals.at(0)->additional;
  ASSERT_EQ(additional.size(), 2u) << all_warnings(c);
  EXPECT_EQ(additional[0].number, 1);
  EXPECT_TRUE(additional[0].optional);
  EXPECT_EQ(additional[0].groups.at(0)->id, 31);
  EXPECT_EQ(additional[1].number, 2);
  EXPECT_FALSE(additional[1].optional);
  EXPECT_EQ(additional[1].groups.size(), 2u);
}

TEST(Compile, WhatTheCryptoLibraryLacksIsNamedAndNeverSilentlyLeftOut) {
  const std::string proposal = "crypto ikev2 proposal P\n encryption aes-gcm-256\n prf sha256\n group 19\n pqc mlkem768";
  const std::string policy = "\ncrypto ikev2 policy 1\n proposal P\n";
  const bool there = engine::crypto::available(*engine::find_ike_keyword(TransformType::key_exchange, "mlkem768"));
  const Compiled required = compiled(proposal + policy), optional = compiled(proposal + " optional" + policy);
  EXPECT_EQ(required.config->policies.at(0)->name, there ? "1" : "default");
  EXPECT_EQ(optional.config->policies.at(0)->name, "1");
  EXPECT_EQ(optional.config->policies.at(0)->proposals.at(0)->additional.size(), there ? 1u : 0u);
  for (const Compiled* c : {&required, &optional}) EXPECT_EQ(warned(*c, "ML-KEM-768 is not available"), !there);
}

TEST(Compile, EveryEspCipherCanBeNamed) {
  for (const engine::Algorithm& row : engine::algorithms()) {
    if (row.type != engine::TransformType::encryption || row.esp_keyword.empty()) continue;
    const Configuration configuration =
        applied("crypto ipsec transform-set T " + std::string(row.esp_keyword) + (row.aead ? "" : " esp-sha256-hmac") + "\n")
            .configuration;
    const auto* set = configuration.data().root.find<TransformSet>();
    ASSERT_NE(set, nullptr) << row.esp_keyword;
    EXPECT_EQ(set->cipher(), &row);
  }
}

TEST(Compile, ProposalsKeepTheirOrder) {
  const Compiled c = compiled(
      "crypto ikev2 proposal P\n encryption aes-cbc-128 aes-cbc-256\n integrity sha512 sha256\n prf sha384\n group 21 14\n"
      "crypto ikev2 policy 1\n proposal P\n");
  const engine::IkeProposal& p = *c.config->policies.at(0)->proposals.at(0);
  EXPECT_EQ(p.encryption.at(0)->ike_keyword, "aes-cbc-128");
  EXPECT_EQ(p.encryption.at(1)->ike_keyword, "aes-cbc-256");
  EXPECT_EQ(p.integrity.at(0)->ike_keyword, "sha512");
  EXPECT_EQ(p.prf, std::vector{find_ike_keyword(TransformType::prf, "sha384")});
  EXPECT_EQ(p.groups.at(0)->ike_keyword, "21");
}

TEST(Compile, EditedDefaultProposalKeepsWhatIsNotEdited) {
  const Compiled c = compiled("crypto ikev2 proposal default\n encryption aes-cbc-128\n");
  const engine::IkeProposal& p = *c.config->policies.at(0)->proposals.at(0);
  EXPECT_EQ(p.encryption, std::vector{find_ike_keyword(TransformType::encryption, "aes-cbc-128")});
  EXPECT_EQ(p.integrity.size(), 2u);
  EXPECT_EQ(p.groups.size(), 3u);
}

TEST(Compile, PoliciesByLocalAddress) {
  const std::string proposal = "crypto ikev2 proposal P\n encryption aes-cbc-128\n integrity sha1\n group 14\n";
  const Compiled some = compiled(proposal + "crypto ikev2 policy A\n match address local 192.0.2.1\n proposal P\n");
  ASSERT_EQ(some.config->policies.size(), 2u);
  EXPECT_EQ(some.config->policies[0]->match_local, std::vector{address("192.0.2.1")});
  EXPECT_EQ(some.config->policies[1]->name, "default");

  const Compiled every = compiled(proposal +
                                  "crypto ikev2 policy A\n match address local 192.0.2.1\n proposal P\n"
                                  "crypto ikev2 policy B\n match fvrf any\n proposal default\n proposal P\n");
  ASSERT_EQ(every.config->policies.size(), 2u);
  EXPECT_EQ(every.config->policies[1]->name, "B");
  ASSERT_EQ(every.config->policies[1]->proposals.size(), 2u);
  EXPECT_EQ(every.config->policies[1]->proposals[0]->name, "default");
  EXPECT_EQ(every.config->policies[1]->proposals[1], every.config->policies[0]->proposals[0]);
}

TEST(Compile, PolicyWithoutUsableProposalIsNotUsed) {
  const Compiled c = compiled("crypto ikev2 policy 1\n proposal NOWHERE\n");
  EXPECT_EQ(c.config->policies.at(0)->name, "default");
  EXPECT_TRUE(warned(c, "crypto ikev2 policy 1: proposal NOWHERE is not defined"));
  EXPECT_TRUE(warned(c, "crypto ikev2 policy 1: no complete proposal is attached, the policy is not used"));
}

// ---- profiles and keyrings

std::string profile_with(const std::string& lines) {
  return "crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n authentication local "
         "pre-share\n" +
         lines;
}

TEST(Compile, ProfilesThatLackSomethingAreLeftOut) {
  const std::pair<const char*, const char*> cases[] = {
      {"crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share\n",
       "crypto ikev2 profile P: it has no local authentication method, the profile is not used"},
      {"crypto ikev2 profile P\n match identity remote any\n authentication local pre-share\n",
       "crypto ikev2 profile P: it has no remote authentication method, the profile is not used"},
      {"crypto ikev2 profile P\n authentication remote pre-share\n authentication local pre-share\n",
       "crypto ikev2 profile P: it has no match identity or match certificate statement, the profile is not used"},
  };
  for (const auto& [text, warning] : cases) {
    const Compiled c = compiled(text);
    EXPECT_TRUE(c.config->profiles.empty()) << text;
    EXPECT_TRUE(warned(c, warning)) << all_warnings(c);
  }
}

TEST(Compile, ProfileIdentities) {
  const Compiled c = compiled(
      "crypto ikev2 profile P\n match identity remote address 192.0.2.77 255.255.255.0\n match identity remote address "
      "2001:db8::/32\n"
      " match identity remote fqdn gw.example.net\n match identity remote fqdn domain example.org\n"
      " match identity remote email a@example.net\n match identity remote email domain example.com\n"
      " match identity remote key-id group-1\n match identity remote any\n"
      " identity local fqdn me.example.net\n authentication remote pre-share key x\n authentication local pre-share key y\n");
  ASSERT_EQ(c.config->profiles.size(), 1u);
  using engine::Identity;
  using engine::IdType;
  using engine::MatchDomain;
  const auto& rules = c.config->profiles[0]->match_remote;
  const std::vector<engine::IdentityMatch> wanted = {prefix("192.0.2.0", 24),
                                                     prefix("2001:db8::", 32),
                                                     Identity{IdType::fqdn, octets("gw.example.net")},
                                                     MatchDomain{IdType::fqdn, "example.org"},
                                                     Identity{IdType::rfc822_address, octets("a@example.net")},
                                                     MatchDomain{IdType::rfc822_address, "example.com"},
                                                     Identity{IdType::key_id, octets("group-1")},
                                                     engine::MatchAny{}};
  EXPECT_EQ(rules.size(), wanted.size());
  for (const auto& rule : wanted) EXPECT_NE(std::find(rules.begin(), rules.end(), rule), rules.end()) << to_string(rule);
  EXPECT_EQ(c.config->profiles[0]->identity_local, (Identity{IdType::fqdn, octets("me.example.net")}));
  EXPECT_EQ(key(c, c.config->profiles[0]->inline_remote_key), "x");
  EXPECT_EQ(key(c, c.config->profiles[0]->inline_local_key), "y");
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
}

TEST(Compile, LocalIdentities) {
  const std::pair<const char*, engine::Identity> cases[] = {
      {"address 192.0.2.1", engine::Identity::of(address("192.0.2.1"))},
      {"address 2001:db8::1", engine::Identity::of(address("2001:db8::1"))},
      {"email a@example.net", {engine::IdType::rfc822_address, octets("a@example.net")}},
      {"key-id abc", {engine::IdType::key_id, octets("abc")}},
  };
  for (const auto& [text, identity] : cases) {
    const Compiled c = compiled(profile_with(std::string(" identity local ") + text + "\n"));
    EXPECT_EQ(c.config->profiles.at(0)->identity_local, identity) << text;
  }
}

TEST(Compile, FragmentationAndWindow) {
  const Compiled none = compiled("");
  EXPECT_FALSE(none.config->fragmentation.configured);
  EXPECT_EQ(none.config->fragmentation.ipv4, 1280u);
  EXPECT_EQ(none.config->window, 5u);
  const Compiled bare = compiled("crypto ikev2 fragmentation\ncrypto ikev2 window 1\n");
  EXPECT_EQ(bare.config->fragmentation, (engine::Fragmentation{576, 1280, true}));
  EXPECT_EQ(bare.config->window, 1u);
  const Compiled sized = compiled("crypto ikev2 fragmentation mtu 1400\ncrypto ikev2 window 200\n");
  EXPECT_EQ(sized.config->fragmentation, (engine::Fragmentation{1400, 1400, true}));
  EXPECT_EQ(sized.config->window, 200u);
}

TEST(Compile, ProfileTimersAndGlobals) {
  const Compiled plain = compiled(profile_with("") +
                                  "crypto ikev2 dpd 30 5 periodic\ncrypto ikev2 nat keepalive 45\n"
                                  "crypto ikev2 cookie-challenge 7\n");
  const engine::IkeProfile& inherits = *plain.config->profiles.at(0);
  EXPECT_EQ(inherits.dpd_interval, seconds(30));
  EXPECT_EQ(inherits.dpd_retry, seconds(5));
  EXPECT_TRUE(inherits.dpd_periodic);
  EXPECT_EQ(inherits.nat_keepalive, seconds(0));
  EXPECT_EQ(plain.config->nat_keepalive, seconds(45));
  EXPECT_EQ(plain.config->limits.cookie_challenge, 7u);

  const Compiled own =
      compiled(profile_with(" lifetime 1200\n dpd 10 2 on-demand\n nat keepalive 60\n") + "crypto ikev2 dpd 30 5 periodic\n");
  const engine::IkeProfile& profile = *own.config->profiles.at(0);
  EXPECT_EQ(profile.lifetime, seconds(1200));
  EXPECT_EQ(profile.dpd_interval, seconds(10));
  EXPECT_EQ(profile.dpd_retry, seconds(2));
  EXPECT_FALSE(profile.dpd_periodic);
  EXPECT_EQ(profile.nat_keepalive, seconds(60));
  EXPECT_EQ(own.config->nat_keepalive, engine::Config{}.nat_keepalive);
  EXPECT_EQ(own.config->limits.cookie_challenge, engine::Config{}.limits.cookie_challenge);
}

TEST(Compile, ProfileMatchesLocalAddresses) {
  const Compiled c = compiled(profile_with(" match address local 192.0.2.1\n match address local 2001:db8::1\n"));
  EXPECT_EQ(c.config->profiles.at(0)->match_local, (std::vector{address("192.0.2.1"), address("2001:db8::1")}));

  const std::string by_interface = profile_with(" match address local interface GigabitEthernet0/1\n");
  const Compiled unknown = compiled(by_interface);
  EXPECT_TRUE(unknown.config->profiles.empty());
  EXPECT_TRUE(warned(unknown, "match address local interface GigabitEthernet0/1: the configuration gives it no address"));
  const Compiled known = compiled(by_interface + "interface GigabitEthernet0/1\n ip address 192.0.2.9 255.255.255.0\n");
  EXPECT_EQ(known.config->profiles.at(0)->match_local, std::vector{address("192.0.2.9")});
}

TEST(Compile, UnknownVrfTakesNoPart) {
  const Compiled c = compiled(profile_with(" match fvrf RED\n"));
  EXPECT_TRUE(c.config->profiles.empty());
  EXPECT_TRUE(warned(c, "crypto ikev2 profile P: VRF RED does not exist"));
  EXPECT_EQ(compiled(profile_with(" match fvrf any\n")).config->profiles.size(), 1u);
}

TEST(Compile, KeyringPeers) {
  const Compiled c = compiled(
      "crypto ikev2 keyring K\n"
      " peer BOTH\n  address 192.0.2.0 255.255.255.0\n  address 2001:db8::/48\n  pre-shared-key s3cret!\n"
      " peer TWO\n  identity fqdn b.example.net\n  pre-shared-key local mine\n  pre-shared-key remote yours\n"
      " peer HEX\n  identity email domain example.net\n  pre-shared-key hex 00FFa1\n"
      " peer SIX\n  identity key-id x\n  pre-shared-key 6 JWWeHLdcYOGOLS_SCbFGBK_aMgaHYQJQ\n"
      " peer HALF\n  identity address 192.0.2.7\n  pre-shared-key local only\n"
      " peer NOBODY\n  pre-shared-key s3cret!\n" +
      profile_with(" keyring local K\n"));
  const auto& peers = c.config->profiles.at(0)->keyring->peers;
  ASSERT_EQ(peers.size(), 6u);
  EXPECT_EQ(peers[0].addresses, (std::vector{prefix("192.0.2.0", 24), prefix("2001:db8::", 48)}));
  EXPECT_EQ(key(c, peers[0].local_key), "s3cret!");
  EXPECT_EQ(key(c, peers[1].local_key), "mine");
  EXPECT_EQ(key(c, peers[1].remote_key), "yours");
  EXPECT_EQ(peers[1].identity, engine::IdentityMatch(engine::Identity{engine::IdType::fqdn, octets("b.example.net")}));
  EXPECT_EQ(c.keys->find(peers[2].local_key)->expose().size(), 3u);
  EXPECT_EQ(engine::to_hex(c.keys->find(peers[2].local_key)->expose()), "00ffa1");
  EXPECT_EQ(peers[2].identity, engine::IdentityMatch(engine::MatchDomain{engine::IdType::rfc822_address, "example.net"}));
  EXPECT_EQ(peers[3].local_key.value, 0u);
  EXPECT_TRUE(warned(c, "crypto ikev2 keyring K peer SIX: the key is of type 6")) << all_warnings(c);
  EXPECT_EQ(all_warnings(c).find("JWWe"), std::string::npos);
  EXPECT_TRUE(warned(c, "peer HALF: it has no remote pre-shared key"));
  EXPECT_TRUE(warned(c, "peer NOBODY: it has neither an address nor an identity"));
  EXPECT_EQ(peers[5].local_key, peers[0].local_key);
}

TEST(Compile, ProfileWithoutKeysIsNamed) {
  EXPECT_TRUE(warned(compiled(profile_with("")), "crypto ikev2 profile P: it has no keyring"));
  const Compiled c = compiled(profile_with(" keyring local NOWHERE\n"));
  EXPECT_TRUE(warned(c, "crypto ikev2 profile P: keyring NOWHERE is not defined"));
  ASSERT_EQ(c.config->profiles.size(), 1u);
  EXPECT_EQ(c.config->profiles[0]->keyring, nullptr);
}

// ---- crypto maps

TEST(Compile, IncompleteEntriesAreLeftOut) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {" set peer 203.0.113.20\n", "", "crypto map MAP 10: no peer is set"},
      {" set transform-set TS\n", "", "crypto map MAP 10: no transform set is set"},
      {" set transform-set TS\n", " set transform-set NOWHERE\n", "crypto map MAP 10: transform set NOWHERE is not defined"},
      {" set ikev2-profile PROF\n", "", "crypto map MAP 10: no IKEv2 profile is set"},
      {" set ikev2-profile PROF\n", " set ikev2-profile NOWHERE\n", "crypto map MAP 10: IKEv2 profile NOWHERE is not defined"},
      {" match address ACL\n", "", "crypto map MAP 10: no access list is set"},
      {" match address ACL\n", " match address NOWHERE\n", "crypto map MAP 10: access list NOWHERE is not defined"},
      {" authentication local pre-share\n", "", "crypto map MAP 10: IKEv2 profile PROF is not usable"},
      {" permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n", " deny ip any any\n",
       "crypto map MAP 10: access list ACL permits nothing"},
      {" permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n", "", "crypto map MAP 10: access list ACL permits nothing"},
  };
  for (const auto& [line, instead, warning] : cases) {
    std::string text = "no crypto ipsec transform-set default\n" + site;
    text.replace(text.find(line), std::string(line).size(), instead);
    const Compiled c = compiled(text);
    EXPECT_TRUE(warned(c, warning)) << warning << "\n" << all_warnings(c);
    ASSERT_EQ(c.config->interfaces.size(), 1u);
    for (const auto& e : c.config->interfaces[0].entries) EXPECT_NE(e->sequence, 10u) << warning;
  }
}

TEST(Compile, EntryLimitsOverrideTheGlobals) {
  std::string text = site;
  const std::string set = " set transform-set TS\n";
  text.insert(
      text.find(set),
      " set security-association lifetime seconds 900\n set security-association lifetime kilobytes disable\n set pfs group19\n");
  text +=
      "crypto ipsec security-association lifetime seconds 7200\ncrypto ipsec security-association lifetime kilobytes 10000\n"
      "crypto ipsec security-association replay window-size 1024\n";
  const Compiled c = compiled(text);
  EXPECT_EQ(entry(c).lifetime, seconds(900));
  EXPECT_EQ(entry(c).lifetime_kilobytes, 0u);
  EXPECT_EQ(entry(c).pfs_group, find_ike_keyword(TransformType::key_exchange, "19"));
  EXPECT_EQ(entry(c).replay_window, 1024u);
  EXPECT_EQ(entry(c, 1).lifetime, seconds(7200));
  EXPECT_EQ(entry(c, 1).lifetime_kilobytes, 10000u);
  EXPECT_EQ(entry(c, 1).pfs_group, nullptr);
  EXPECT_EQ(entry(compiled(site + "crypto ipsec security-association replay disable\n")).replay_window, 0u);
}

TEST(Compile, PeersTheDefaultOneAndHostPairs) {
  std::string text = site;
  const std::string set = " set peer 203.0.113.20\n";
  text.replace(text.find(set), set.size(),
               " set peer 203.0.113.20\n set peer 203.0.113.21 default\n set security-association level per-host\n");
  const Compiled c = compiled(text);
  EXPECT_EQ(entry(c).peers, (std::vector<engine::Peer>{address("203.0.113.20"), address("203.0.113.21")}));
  EXPECT_EQ(entry(c).default_peer, engine::Peer(address("203.0.113.21")));
  EXPECT_TRUE(entry(c).per_host);
  EXPECT_FALSE(entry(c, 1).default_peer);
  EXPECT_FALSE(entry(c, 1).per_host);
}

TEST(Compile, PeersByName) {
  std::string text = site;
  const std::string set = " set peer 203.0.113.20\n";
  text.replace(text.find(set), set.size(), " set peer gw.example.net dynamic default\n set peer old.example.net\n");
  text.insert(text.find("  pre-shared-key"), "  hostname gw.example.net\n");
  const Compiled c = compiled(text);
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  EXPECT_EQ(entry(c).peers, (std::vector{engine::Peer({"gw.example.net", engine::Family::v4}, true),
                                         engine::Peer({"old.example.net", engine::Family::v4}, false)}));
  EXPECT_EQ(entry(c).default_peer, entry(c).peers.front());
  EXPECT_EQ(c.config->profiles.at(0)->keyring->peers.at(0).hostname, "gw.example.net");
}

TEST(Compile, BarePfsIsGroup14) {
  std::string text = site;
  text.insert(text.find(" match address ACL\n"), " set pfs\n");
  EXPECT_EQ(entry(compiled(text)).pfs_group, find_ike_keyword(TransformType::key_exchange, "14"));
}

TEST(Compile, AdditionalKeyExchangesBesidePfs) {
  const auto with = [](const std::string& lines) {
    std::string text = site;
    text.insert(text.find(" match address ACL\n"), lines);
    return compiled(text);
  };
  const auto named = [](const char* keyword) { return find_ike_keyword(TransformType::key_exchange, keyword); };
  const bool there = engine::crypto::available(*named("mlkem768"));
  const Compiled c = with(" set pfs group19\n set additional-key-exchange 2 20 21\n set additional-key-exchange 1 31 optional\n");
  EXPECT_EQ(entry(c).pfs_group, named("19"));
  EXPECT_EQ(entry(c).pfs_additional,
            (std::vector<engine::AdditionalKeyExchange>{{1, {named("31")}, true}, {2, {named("20"), named("21")}, false}}));
  const Compiled optional = with(" set pfs pqc mlkem768 optional\n"), required = with(" set pfs group19 pqc mlkem768\n");
  EXPECT_EQ(entry(optional).pfs_group, named("14"));
  EXPECT_EQ(entry(optional).pfs_additional.size(), there ? 1u : 0u);
  EXPECT_EQ(entry(required).sequence, there ? 10u : 20u) << "weaker than what was asked for: the entry is not used";
  EXPECT_EQ(warned(required, "crypto map MAP 10: a key exchange is required that is not available"), !there);
  EXPECT_TRUE(warned(with(" set additional-key-exchange 1 31\n"), "crypto map MAP 10: additional-key-exchange has no effect"));
}

TEST(Compile, TransformSets) {
  std::string text = site;
  const std::string line = "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac\n mode tunnel\n";
  text.replace(text.find(line), line.size(), "crypto ipsec transform-set TS esp-gcm 256\n mode transport\n esn\n");
  EXPECT_EQ(*entry(compiled(text)).transform_sets.at(0),
            (engine::TransformSet{"TS", find_esp_keyword("esp-gcm 256"), nullptr, engine::IpsecMode::transport, true}));
  text.insert(text.find(" set ikev2-profile"), " set transform-set TS T2\n");
  text.insert(0, "crypto ipsec transform-set T2 esp-gcm\n");
  EXPECT_TRUE(warned(compiled(text), "crypto map MAP 10: transform set T2 is used in the mode of the first one, TS"));
}

TEST(Compile, EntriesInSequenceOrderWithSeveralPeersAndLocalAddress) {
  std::string text = site;
  text.insert(text.find("interface Gig"),
              "crypto map MAP 5 ipsec-isakmp\n set peer 203.0.113.41\n set peer 203.0.113.40\n set transform-set TS\n"
              " set ikev2-profile PROF\n match address ACL\ncrypto map MAP local-address Loopback0\n");
  const Compiled c = compiled(text);
  ASSERT_EQ(c.config->interfaces.at(0).entries.size(), 3u);
  EXPECT_EQ(entry(c).sequence, 5u);
  EXPECT_EQ(entry(c).peers, (std::vector<engine::Peer>{address("203.0.113.41"), address("203.0.113.40")}));
  EXPECT_EQ(c.config->interfaces[0].local_address_interface, "Loopback0");
}

TEST(Compile, Bindings) {
  const Compiled c = compiled(site +
                              "interface GigabitEthernet0/1\n device eth7\ninterface GigabitEthernet0/2\n crypto map MAP\n"
                              "interface Loopback0\n crypto map NOWHERE\n");
  ASSERT_EQ(c.config->interfaces.size(), 2u);
  EXPECT_EQ(c.config->interfaces[0].entries, c.config->interfaces[1].entries);
  EXPECT_TRUE(warned(c, "interface Loopback0: crypto map NOWHERE is not defined"));
  ASSERT_EQ(c.interfaces.size(), 4u);
  for (const InterfaceBinding& binding : c.interfaces)
    EXPECT_EQ(binding.device, binding.name == "GigabitEthernet0/1" ? "eth7" : "");
}

TEST(Compile, Ipv6Map) {
  const Compiled c = compiled(
      "crypto ikev2 profile P\n match identity remote any\n authentication remote pre-share key k\n authentication local "
      "pre-share key k\n"
      "crypto ipsec transform-set TS esp-gcm\n"
      "crypto map ipv6 SIX 10 ipsec-isakmp\n set peer 2001:db8::2\n set transform-set TS\n set ikev2-profile P\n match address "
      "SIX-ACL\n"
      "interface GigabitEthernet0/0\n ipv6 crypto map SIX\n"
      "ipv6 access-list SIX-ACL\n permit tcp 2001:db8:1::/64 host 2001:db8:2::9 eq 443\n deny ipv6 any any\n");
  EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
  ASSERT_EQ(c.config->interfaces.size(), 1u);
  const auto& lines = entry(c).lines;
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(entry(c).peers, std::vector<engine::Peer>{address("2001:db8::2")});
  EXPECT_EQ(lines[0].selectors.local, engine::TrafficSelector::of(prefix("2001:db8:1::", 64), 6));
  EXPECT_EQ(lines[0].selectors.remote, engine::TrafficSelector::of(Prefix::host(address("2001:db8:2::9")), 6, {443, 443}));
  EXPECT_EQ(lines[1].action, engine::AclAction::deny);
  EXPECT_EQ(lines[1].selectors.local, engine::TrafficSelector::of(Prefix::any(engine::Family::v6)));
}

TEST(Compile, FamiliesMayBeMixed) {
  std::string text = site;
  text.replace(text.find("match address ACL\n"), 17, "match address SIX");
  const Compiled c = compiled(text + "ipv6 access-list SIX\n permit ipv6 2001:db8:1::/64 2001:db8:2::/64\n");
  EXPECT_EQ(entry(c).lines.at(0).selectors.local, engine::TrafficSelector::of(prefix("2001:db8:1::", 64)));
}

// ---- access lists

struct AclCase {
  const char* line;
  std::vector<std::string> selectors;  // action, local <-> remote
};
class Acl : public testing::TestWithParam<AclCase> {};
TEST_P(Acl, Lines) {
  std::string text = site;
  const std::string line = " permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n";
  // The last line keeps the list permitting something.
  text.replace(text.find(line), line.size(), std::string(" ") + GetParam().line + "\n permit 99 host 192.0.2.1 host 192.0.2.2\n");
  const Compiled c = compiled(text);
  ASSERT_EQ(c.config->interfaces.at(0).entries.size(), 2u) << all_warnings(c);
  std::vector<std::string> got;
  for (const engine::SelectorLine& each : entry(c).lines)
    got.push_back((each.action == engine::AclAction::permit ? "permit " : "deny ") + each.selectors.to_string());
  got.pop_back();
  EXPECT_EQ(got, GetParam().selectors);
  if (GetParam().selectors.empty() && std::string(GetParam().line).find("remark") == std::string::npos)
    EXPECT_TRUE(warned(c, "access list ACL: ")) << GetParam().line;
  else
    EXPECT_TRUE(c.warnings.empty()) << all_warnings(c);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, Acl,
    testing::Values(AclCase{"permit ip any any", {"permit 0.0.0.0/0 <-> 0.0.0.0/0"}},
                    AclCase{"deny ip host 192.0.2.1 any", {"deny 192.0.2.1/32 <-> 0.0.0.0/0"}},
                    AclCase{"permit ip 10.1.2.3 0.0.255.255 host 192.0.2.1", {"permit 10.1.0.0/16 <-> 192.0.2.1/32"}},
                    AclCase{"permit ip 10.1.2.3 0.0.0.0 any", {"permit 10.1.2.3/32 <-> 0.0.0.0/0"}},
                    AclCase{"permit ip 10.1.2.3 255.255.255.255 any", {"permit 0.0.0.0/0 <-> 0.0.0.0/0"}},
                    AclCase{"permit ip 10.1.0.3 0.0.255.0 any", {}},
                    AclCase{"permit gre host 192.0.2.1 host 192.0.2.2", {"permit 192.0.2.1/32[47] <-> 192.0.2.2/32[47]"}},
                    AclCase{"permit tcp any eq 22 any", {"permit 0.0.0.0/0[6/22] <-> 0.0.0.0/0[6]"}},
                    AclCase{"permit udp any eq 1701 any eq 1701", {"permit 0.0.0.0/0[17/1701] <-> 0.0.0.0/0[17/1701]"}},
                    AclCase{"permit tcp any any eq 80 443",
                            {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/80]", "permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/443]"}},
                    AclCase{"permit tcp any any range 1000 2000", {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/1000-2000]"}},
                    AclCase{"permit tcp any any gt 1023", {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/1024-65535]"}},
                    AclCase{"permit tcp any any lt 1024", {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/0-1023]"}},
                    AclCase{"permit tcp any any gt 65535", {}}, AclCase{"permit tcp any any lt 0", {}},
                    AclCase{"permit tcp any any neq 80",
                            {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/0-79]", "permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/81-65535]"}},
                    AclCase{"permit tcp any any neq 0", {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/1-65535]"}},
                    AclCase{"permit tcp any any neq 65535", {"permit 0.0.0.0/0[6] <-> 0.0.0.0/0[6/0-65534]"}},
                    AclCase{"permit icmp any any", {"permit 0.0.0.0/0[1] <-> 0.0.0.0/0[1]"}},
                    AclCase{"permit icmp any any echo", {"permit 0.0.0.0/0[1/2048-2303] <-> 0.0.0.0/0[1/2048-2303]"}},
                    AclCase{"deny icmp any any 3 4", {"deny 0.0.0.0/0[1/772] <-> 0.0.0.0/0[1/772]"}},
                    AclCase{"permit icmp any any port-unreachable", {"permit 0.0.0.0/0[1/771] <-> 0.0.0.0/0[1/771]"}},
                    AclCase{"permit icmp any any echo log", {"permit 0.0.0.0/0[1/2048-2303] <-> 0.0.0.0/0[1/2048-2303]"}},
                    AclCase{"permit icmp any any echo dscp ef", {}}, AclCase{"remark nothing to select", {}}));

TEST(Compile, AclTextHasNoNumber) {
  std::string text = site;
  const std::string line = " permit ip 192.168.1.0 0.0.0.255 10.0.0.0 0.0.0.255\n";
  text.replace(text.find(line), line.size(), " 15 permit ip any host 192.0.2.1\n");
  EXPECT_EQ(entry(compiled(text)).lines.at(0).text, "permit ip any host 192.0.2.1");
}

// ---- sharing

TEST(Compile, TheSameConfigurationIsTheSameObject) {
  const Compiled first = compiled(site);
  const Compiled second = compiled(site, &first);
  EXPECT_EQ(second.config, first.config);
  EXPECT_EQ(second.keys, first.keys);
  EXPECT_EQ(second.last_key, first.last_key);
}

TEST(Compile, OneChangeCostsOnePart) {
  const Compiled before = compiled(site);
  std::string text = site;
  text.replace(text.find(" permit ip 192.168.1.0 0.0.0.255 10.9"), 37, " permit ip 192.168.1.0 0.0.0.255 10.8");
  const Compiled after = compiled(text, &before);
  EXPECT_NE(after.config, before.config);
  EXPECT_EQ(after.config->policies, before.config->policies);
  EXPECT_EQ(after.config->profiles, before.config->profiles);
  EXPECT_EQ(after.config->interfaces[0].entries[0], before.config->interfaces[0].entries[0]);
  EXPECT_NE(after.config->interfaces[0].entries[1], before.config->interfaces[0].entries[1]);
  EXPECT_EQ(entry(after, 1).transform_sets, entry(before, 1).transform_sets);
  EXPECT_EQ(after.keys, before.keys);
}

TEST(Compile, AChangedPartIsNewInWhatRefersToIt) {
  const Compiled before = compiled(site);
  std::string text = site;
  text.replace(text.find("group 14"), 8, "group 19");
  const Compiled after = compiled(text, &before);
  EXPECT_NE(after.config->policies[0], before.config->policies[0]);
  EXPECT_EQ(after.config->profiles, before.config->profiles);
  EXPECT_EQ(after.config->interfaces[0].entries, before.config->interfaces[0].entries);
}

TEST(Compile, KeysKeepTheirNamesAndNamesAreNotReused) {
  const Compiled first = compiled(site);
  const auto& peers = first.config->profiles[0]->keyring->peers;
  std::string text = site;
  text.replace(text.find("pre-shared-key two"), 18, "pre-shared-key 333");
  const Compiled second = compiled(text, &first);
  const auto& changed = second.config->profiles[0]->keyring->peers;
  EXPECT_NE(second.config->profiles[0]->keyring, first.config->profiles[0]->keyring);
  EXPECT_EQ(changed[0], peers[0]);
  EXPECT_NE(changed[1].local_key, peers[1].local_key);
  EXPECT_GT(changed[1].local_key.value, first.last_key);
  EXPECT_EQ(key(second, changed[0].local_key), "one");
  EXPECT_EQ(key(second, changed[1].local_key), "333");
  EXPECT_EQ(second.keys->find(peers[1].local_key), nullptr);

  const Compiled empty = compile(Configuration{}, &second);
  const Compiled again = compiled(site, &empty);
  EXPECT_GT(again.config->profiles[0]->keyring->peers[0].local_key.value, second.last_key);
}

// ---- whole files

TEST(Compile, SampleConfigurations) {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"/samples/two-sites", "/../shared/seed"})
    if (std::error_code none; std::filesystem::is_directory(std::string(SOURCE_DIR) + folder, none))
      for (const auto& file : std::filesystem::directory_iterator(std::string(SOURCE_DIR) + folder))
        if (file.path().extension() == ".cfg") files.push_back(file.path());
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    const Compiled c = compiled(text.str());
    EXPECT_TRUE(c.warnings.empty()) << file << "\n" << all_warnings(c);
    ASSERT_FALSE(c.config->interfaces.empty()) << file;
    EXPECT_FALSE(c.config->interfaces[0].entries.empty()) << file;
    EXPECT_FALSE(entry(c).lines.empty()) << file;
  }
}

/// Parts are compared by what they say; the addresses of what they refer to differ between two compilations.
std::string described(const Compiled& compiled) {
  std::string out;
  const auto key = [&](engine::KeyRef ref) {
    const engine::Secret* secret = compiled.keys->find(ref);
    return secret ? engine::to_hex(secret->expose()) : std::string("none");
  };
  for (const auto& profile : compiled.config->profiles) {
    out += "profile " + profile->name + " " + std::to_string(profile->lifetime.count()) + " " +
           std::to_string(profile->dpd_interval.count()) + " " + key(profile->inline_local_key);
    for (const auto& rule : profile->match_remote) out += " " + engine::to_string(rule);
    if (profile->keyring)
      for (const auto& peer : profile->keyring->peers)
        out += " " + peer.name + "=" + key(peer.local_key) + "/" + key(peer.remote_key);
    out += "\n";
  }
  for (const auto& interface : compiled.config->interfaces)
    for (const auto& entry : interface.entries) {
      out += interface.name.text() + " " + entry->map + " " + std::to_string(entry->sequence) + " " + entry->profile->name + " " +
             std::to_string(entry->lifetime.count()) + (entry->pfs_group ? " pfs" : "");
      for (const auto& peer : entry->peers) out += " " + peer.name + peer.address.to_string();
      for (const auto& line : entry->lines) out += " [" + line.text + "]";
      out += "\n";
    }
  for (const std::string& warning : compiled.warnings) out += warning + "\n";
  return out;
}

TEST(Compile, WhatIsReusedIsWhatWouldBeMadeAnew) {
  std::string text =
      "crypto ikev2 proposal P\n encryption aes-cbc-256\n integrity sha256\n group 19\n"
      "crypto ikev2 policy POL\n proposal P\ncrypto ipsec transform-set TS esp-gcm\n"
      "interface GigabitEthernet0/0\n ip address 10.0.0.1 255.0.0.0\n crypto map M\n";
  for (int i = 1; i <= 6; ++i) {
    const std::string n = std::to_string(i), ring = "K" + std::to_string(i % 2);
    text += "crypto ikev2 keyring " + ring + "\n peer P" + n + "\n  address 10.1.0." + n + "\n  pre-shared-key key" + n +
            "\ncrypto ikev2 profile PR" + n + "\n match identity remote address 10.1.0." + n +
            "\n authentication remote pre-share\n authentication local pre-share\n keyring local " + ring +
            "\nip access-list extended A" + n + "\n permit ip 172.16.0.0 0.0.255.255 host 10.2.0." + n + "\ncrypto map M " + n +
            "0 ipsec-isakmp\n set peer 10.1.0." + n + "\n set transform-set TS\n set ikev2-profile PR" + n +
            "\n match address A" + n + "\n";
  }
  const char* changes[] = {
      "crypto map M 30 ipsec-isakmp\n set pfs group19\n",
      "ip access-list extended A2\n permit tcp any host 10.2.0.9\n",
      "crypto ikev2 keyring K1\n peer P3\n  pre-shared-key other\n",
      "crypto ikev2 keyring K0\n no peer P2\n",
      "crypto ikev2 keyring K0\n peer P9\n  address 10.1.0.9\n  pre-shared-key key1\n",
      "crypto ikev2 profile PR4\n lifetime 3600\n",
      "crypto ikev2 profile PR5\n no keyring\n",
      "crypto ikev2 profile PR5\n keyring local K9\n",
      "crypto ikev2 keyring K9\n peer X\n  address 10.1.0.5\n  pre-shared-key x\n",
      "no ip access-list extended A6\n",
      "ip access-list extended A6\n deny ip any any\n",
      "ipv6 access-list A6\n permit ipv6 any any\n",
      "no crypto map M 10\n",
      "crypto map M 5 ipsec-isakmp\n set peer 10.1.0.1\n set transform-set TS\n set ikev2-profile PR1\n match address A1\n",
      "crypto ikev2 dpd 20 3 periodic\n",
      "hostname NEW\nlogging buffered 10000\nntp server 192.0.2.1\nip route 10.9.0.0 255.255.0.0 10.0.0.9\n",
      "no ntp server 192.0.2.1\nno logging buffered\n",
      "crypto ipsec security-association lifetime seconds 7200\n",
      "crypto ikev2 profile PR1\n match address local interface GigabitEthernet0/0\n",
      "interface GigabitEthernet0/0\n ip address 10.0.0.2 255.0.0.0\n",
      "crypto ipsec transform-set TS esp-gcm 256\n",
      "hostname NOTHING-TO-DO-WITH-IT\n",
  };
  Configuration configuration = applied(text).configuration;
  Compiled now = compile(configuration, nullptr);
  for (const char* change : changes) {
    configuration = parser::apply(configuration, change).configuration;
    now = compile(configuration, &now);
    EXPECT_EQ(described(now), described(compile(configuration, nullptr))) << change;
  }
}

TEST(Compile, OneChangeAmongManyCostsOnePart) {
  const std::string site =
      "crypto ikev2 keyring K\n peer A\n  address 10.1.0.1\n  pre-shared-key k\ncrypto ikev2 profile PR\n"
      " match identity remote any\n authentication remote pre-share\n authentication local pre-share\n keyring local K\n"
      "crypto ipsec transform-set TS esp-gcm\nip access-list extended A\n permit ip any host 10.2.0.1\n"
      "ip access-list extended B\n permit ip any host 10.2.0.2\n"
      "crypto map M 10 ipsec-isakmp\n set peer 10.1.0.1\n set transform-set TS\n set ikev2-profile PR\n match address A\n"
      "crypto map M 20 ipsec-isakmp\n set peer 10.1.0.1\n set transform-set TS\n set ikev2-profile PR\n match address B\n"
      "interface GigabitEthernet0/0\n crypto map M\n";
  const Configuration before = applied(site).configuration;
  const Compiled first = compile(before, nullptr);
  const Compiled second =
      compile(parser::apply(before, "ip access-list extended B\n permit ip any host 10.2.0.3\n").configuration, &first);
  const auto &a = first.config->interfaces[0].entries, &b = second.config->interfaces[0].entries;
  EXPECT_EQ(a[0], b[0]);
  EXPECT_NE(a[1], b[1]);
  EXPECT_EQ(first.config->profiles[0], second.config->profiles[0]);
  EXPECT_EQ(first.keys, second.keys);
}

TEST(Compile, OfTwoLimitsTheTighterHolds) {
  const Compiled c = compiled(
      "crypto ikev2 limit max-sa 500\ncrypto ikev2 limit max-in-negotation-sa 60\n"
      "crypto ikev2 limit max-in-negotiation-sa 30 incoming\ncrypto call admission limit ike sa 400\n"
      "crypto call admission limit ipsec sa 900\ncrypto call admission limit all in-negotiation-sa 50\n");
  const engine::AdmissionLimits wanted{.cookie_challenge = 100, .incoming = 30, .outgoing = 50, .ike_sas = 400, .child_sas = 900};
  EXPECT_EQ(c.config->limits, wanted);
  EXPECT_EQ(compiled("crypto ikev2 limit max-sa 5\nno crypto ikev2 limit max-sa\n").config->limits, engine::AdmissionLimits{});
}

}  // namespace
}  // namespace parser
