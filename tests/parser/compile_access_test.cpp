// Pools, authorization policies, Virtual-Templates, EAP and RADIUS, as the engine is told of them.
#include <gtest/gtest.h>

#include "engine/access.hpp"
#include "engine/eap/settings.hpp"
#include "tests/parser/compiled.hpp"

namespace parser {
namespace {

const std::string hub = R"(hostname HUB
aaa group server radius SERVERS
 server name TWO
 server name ONE
aaa authentication login USERS local
aaa authentication login REMOTE group SERVERS
aaa authorization network AUTHZ local
aaa accounting network SESSIONS start-stop group SERVERS
username alice password 7 0822455D0A16
username bob privilege 15 password 0 builder
username carol secret 5 $1$abcd$0123456789012345678901
crypto ikev2 authorization policy CLIENTS
 pool FOUR
 ipv6 pool SIX
 netmask 255.255.255.0
 dns 10.53.0.10 10.53.0.11
 ipv6 dns 2001:DB8::53
 wins 10.53.0.12
 banner ^CStaff only.^C
 def-domain corp.example
 split-dns corp.example
 split-dns lab.example
 backup-gateway 192.0.2.9
 route set remote ipv4 10.0.0.0 255.0.0.0
 route set access-list SPLIT
crypto ikev2 proposal P
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy P
 proposal P
crypto ikev2 profile CLIENTS
 match identity remote any
 authentication remote eap query-identity timeout 120
 authentication local pre-share key hubs
 aaa authentication eap USERS
 aaa accounting eap SESSIONS
 aaa authorization group eap list AUTHZ CLIENTS
 aaa authorization user eap cached
 virtual-template 8
crypto ipsec transform-set TS esp-gcm 256
 mode transport
crypto ipsec profile IPSEC-P
 set transform-set TS
 set ikev2-profile CLIENTS
interface Loopback8
 ip address 10.99.8.1 255.255.255.255
 ipv6 address 2001:DB8:99:8::1/128
interface Virtual-Template8 type tunnel
 ip unnumbered Loopback8
 ipv6 unnumbered Loopback8
 ip mtu 1400
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec dual-overlay
 tunnel protection ipsec profile IPSEC-P
ip local pool FOUR 10.99.8.10 10.99.8.250
ip local pool FOUR 10.99.9.10
ip access-list standard SPLIT
 10 permit 172.16.0.0 0.15.255.255
 20 permit 192.168.50.7
ipv6 local pool SIX 2001:DB8:99:9::/112 128
radius server ONE
 address ipv4 10.53.0.21 auth-port 1812 acct-port 1813
 timeout 4
 retransmit 2
 key 7 0822455D0A16
radius server TWO
 address ipv6 2001:DB8::22
 key between-us
)";

std::string with(const std::string& more) { return hub + more; }

std::vector<std::string> texts(const std::vector<engine::Prefix>& networks) {
  std::vector<std::string> out;
  for (const auto& each : networks) out.push_back(each.to_string());
  return out;
}

TEST(CompileAccess, PoliciesAndPools) {
  const Compiled compiled = parser::compiled(hub);
  EXPECT_TRUE(compiled.warnings.empty()) << compiled.warnings.front();
  ASSERT_EQ(compiled.config->profiles.size(), 1u);
  const auto& access = compiled.config->profiles.front()->access;
  ASSERT_TRUE(access);
  EXPECT_EQ(access->virtual_template, "Virtual-Template8");
  EXPECT_TRUE(access->user_cached);
  const engine::AuthorizationPolicy& policy = *access->policy;
  ASSERT_TRUE(policy.pool && policy.ipv6_pool);
  EXPECT_EQ(policy.pool->ranges.size(), 2u);
  EXPECT_EQ(policy.pool->ranges[1].last.to_string(), "10.99.9.10");
  EXPECT_EQ(policy.ipv6_pool->ranges[0].first.to_string(), "2001:db8:99:9::1");
  EXPECT_EQ(policy.netmask->to_string(), "255.255.255.0");
  EXPECT_EQ(policy.dns.size(), 3u);
  EXPECT_EQ(policy.banner, "Staff only.");
  EXPECT_EQ(policy.split_dns, (std::vector<std::string>{"corp.example", "lab.example"}));
  EXPECT_EQ(policy.backup_gateways, std::vector<std::string>{"192.0.2.9"});
  EXPECT_EQ(texts(policy.networks), (std::vector<std::string>{"10.0.0.0/8", "172.16.0.0/12", "192.168.50.7/32"}));
  EXPECT_EQ(compiled.config->pools.size(), 2u);
}

TEST(CompileAccess, TemplatesAreInTunnelModeAndHaveDevices) {
  const Compiled compiled = parser::compiled(hub);
  ASSERT_EQ(compiled.config->templates.size(), 1u);
  const engine::VirtualTemplate& made_of = *compiled.config->templates.front();
  EXPECT_EQ(made_of.source_interface, "GigabitEthernet0/0");
  EXPECT_TRUE(made_of.v4_inside && made_of.v6_inside);
  EXPECT_EQ(made_of.entry.transform_sets.front()->mode, engine::IpsecMode::tunnel);
  EXPECT_TRUE(compiled.config->interfaces.empty());
  ASSERT_EQ(compiled.templates.size(), 1u);
  EXPECT_EQ(compiled.templates[0].addresses.size(), 2u);
  EXPECT_EQ(compiled.templates[0].mtu, 1400u);
}

TEST(CompileAccess, UsersHavePasswordsThatCanBeRead) {
  const Compiled compiled = parser::compiled(hub);
  const auto& eap = compiled.config->profiles.front()->eap_server;
  ASSERT_TRUE(eap);
  EXPECT_TRUE(eap->query_identity);
  EXPECT_EQ(eap->timeout, std::chrono::seconds(120));
  ASSERT_TRUE(eap->users);
  ASSERT_EQ(eap->users->size(), 3u);
  EXPECT_EQ(eap->users->at("carol").value, 0u) << "a hash is no password";
  EXPECT_EQ(compiled.keys->find(eap->users->at("bob"))->expose().size(), 7u);
  EXPECT_TRUE(compiled.keys->find(eap->users->at("alice"))->equals(engine::as_bytes("cisco")));
}

TEST(CompileAccess, RadiusGroupsInTheirOrder) {
  const Compiled compiled = parser::compiled(with("crypto ikev2 profile CLIENTS\n aaa authentication eap REMOTE\n"));
  const auto& eap = compiled.config->profiles.front()->eap_server;
  ASSERT_TRUE(eap && eap->radius);
  ASSERT_EQ(eap->radius->servers.size(), 2u);
  EXPECT_EQ(eap->radius->nas_identifier, "HUB");
  EXPECT_EQ(eap->radius->servers[0].name, "TWO");
  EXPECT_EQ(eap->radius->servers[0].authentication_port, 1645);
  EXPECT_EQ(eap->radius->servers[1].accounting_port, 1813);
  EXPECT_EQ(eap->radius->servers[1].retransmit, 2u);
  EXPECT_TRUE(compiled.keys->find(eap->radius->servers[1].secret)->equals(engine::as_bytes("cisco")));
  ASSERT_TRUE(compiled.config->profiles.front()->access->accounting);
  EXPECT_EQ(compiled.config->profiles.front()->access->accounting->name, "SERVERS");
}

TEST(CompileAccess, WhatIsMissingIsSaid) {
  const auto warned = [](const std::string& more, const std::string& words) {
    const Compiled compiled = compile(parser::apply(Configuration{}, with(more)).configuration, nullptr);
    for (const std::string& each : compiled.warnings)
      if (each.find(words) != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(
      warned("no ip local pool FOUR 10.99.8.10 10.99.8.250\nno ip local pool FOUR 10.99.9.10\n", "pool FOUR is not defined"));
  EXPECT_TRUE(warned("crypto ikev2 profile CLIENTS\n aaa authentication eap NOBODY\n", "method list NOBODY"));
  EXPECT_TRUE(warned("no aaa group server radius SERVERS\n", "RADIUS group SERVERS is not defined"));
  EXPECT_TRUE(warned("radius server ONE\n no key\n", "radius server ONE: it has no key"));
  EXPECT_TRUE(
      warned("crypto ikev2 authorization policy CLIENTS\n route set access-list OTHER\n", "access list OTHER is not defined"));
  EXPECT_TRUE(warned("interface Virtual-Template8 type tunnel\n no tunnel protection ipsec profile IPSEC-P\n", "carry nothing"));
}

TEST(CompileAccess, TheSameConfigurationIsTheSameObject) {
  const Configuration configuration = parser::apply(Configuration{}, hub).configuration;
  const Compiled first = compile(configuration, nullptr);
  EXPECT_EQ(compile(configuration, &first).config, first.config);
  const Configuration other = parser::apply(configuration, "username dave password 0 x\n").configuration;
  const Compiled second = compile(other, &first);
  EXPECT_NE(second.config, first.config);
  EXPECT_TRUE(second.config->profiles.at(0)->eap_server->users->contains("dave"));
  const Configuration elsewhere = parser::apply(configuration, "interface GigabitEthernet0/1\n description x\n").configuration;
  EXPECT_EQ(compile(elsewhere, &first).config, first.config);
}

TEST(CompileAccess, PoliciesOfSingleUsersAndHowLongTheyLast) {
  const Compiled compiled = parser::compiled(with(R"(crypto ikev2 name-mangler M
 fqdn hostname
 email domain
 dn organization-unit
 eap suffix delimiter \
crypto ikev2 authorization policy CLIENTS
 session-lifetime 3600
 route set interface
 no route accept any
crypto ikev2 authorization policy spoke17
 route set local ipv4 10.217.0.0 255.255.0.0
crypto ikev2 profile CLIENTS
 aaa authorization user eap list AUTHZ name-mangler M
 no config-exchange set send
)"));
  const engine::RemoteAccess& access = *compiled.config->profiles.front()->access;
  ASSERT_TRUE(access.user.mangler);
  EXPECT_EQ(access.policies.size(), 2u);
  EXPECT_EQ(texts(access.policies.at("spoke17")->peer_networks), std::vector<std::string>{"10.217.0.0/16"});
  EXPECT_EQ(access.policy->session_lifetime, std::chrono::seconds(3600));
  EXPECT_TRUE(access.policy->tell_interface);
  EXPECT_FALSE(access.policy->accept_routes || access.send);
  EXPECT_TRUE(access.accept && access.ask);
  const auto name = [&](engine::IdType type, const std::string& text, const std::string& user = {}) {
    return engine::mangled(*access.user.mangler, {type, engine::to_bytes(engine::as_bytes(text))}, user);
  };
  EXPECT_EQ(name(engine::IdType::fqdn, "spoke17.example.net"), "spoke17");
  EXPECT_EQ(name(engine::IdType::rfc822_address, "bob@corp.example"), "corp.example");
  EXPECT_EQ(name(engine::IdType::key_id, "spoke17"), "");
  EXPECT_EQ(name(engine::IdType::fqdn, "spoke17.example.net", "CORP\\alice"), "alice");
}

TEST(CompileAccess, AFlexvpnClientSaysWhereItsTunnelGoes) {
  const std::string spoke = R"(crypto ikev2 authorization policy MINE
 route set remote ipv4 10.217.20.0 255.255.255.0
aaa authorization network HERE local
crypto ikev2 proposal P
 encryption aes-gcm-256
 prf sha256
 group 19
crypto ikev2 policy P
 proposal P
crypto ikev2 profile HUB
 match identity remote any
 authentication remote pre-share key hubs
 authentication local pre-share key mine
 aaa authorization group psk list HERE MINE
crypto ikev2 client flexvpn FLEX
  peer 2 fqdn hub2.example.net dynamic
  peer 1 192.0.2.3
  peer reactivate
  source 2 GigabitEthernet0/1
  source 1 GigabitEthernet0/0
  client connect Tunnel0
crypto ipsec transform-set TS esp-gcm 256
crypto ipsec profile IPSEC-P
 set transform-set TS
 set ikev2-profile HUB
interface Tunnel0
 ip address negotiated
 tunnel source dynamic
 tunnel mode ipsec ipv4
 tunnel destination dynamic
 tunnel protection ipsec profile IPSEC-P
)";
  const Compiled compiled = parser::compiled(spoke);
  EXPECT_TRUE(compiled.warnings.empty()) << compiled.warnings.front();
  ASSERT_EQ(compiled.config->interfaces.size(), 1u);
  const auto& tunnel = compiled.config->interfaces.front();
  EXPECT_EQ(tunnel.local_address_interface, "GigabitEthernet0/0");
  EXPECT_TRUE(tunnel.tunnel->negotiated);
  const auto& entry = *tunnel.entries.front();
  ASSERT_EQ(entry.peers.size(), 2u);
  EXPECT_EQ(entry.peers[0].address.to_string(), "192.0.2.3");
  EXPECT_EQ(entry.peers[1].name, "hub2.example.net");
  EXPECT_EQ(entry.default_peer, entry.peers[0]);
  ASSERT_TRUE(entry.profile->access);
  EXPECT_FALSE(entry.profile->access->clients());
  EXPECT_EQ(texts(entry.profile->access->policy->networks), std::vector<std::string>{"10.217.20.0/24"});
  std::string without = spoke;
  without.replace(without.find("  client connect Tunnel0\n"), 25, "");
  EXPECT_TRUE(parser::compiled(without).config->interfaces.empty());
}

TEST(CompileAccess, WhoMayOrderSomethingOfSessions) {
  const Compiled compiled = parser::compiled(with(R"(aaa server radius dynamic-author
 client 10.53.0.21 server-key own
 client 10.53.0.22
 client radius.example.net
 server-key everybodys
 port 3799
)"));
  EXPECT_EQ(compiled.radius_orders.port, 3799);
  ASSERT_EQ(compiled.radius_orders.clients.size(), 2u);
  EXPECT_TRUE(compiled.keys->find(compiled.radius_orders.clients.begin()->second)->equals(engine::as_bytes("own")));
  ASSERT_EQ(compiled.warnings.size(), 1u);
  EXPECT_TRUE(parser::compiled(hub).radius_orders.clients.empty());
}

}  // namespace
}  // namespace parser
