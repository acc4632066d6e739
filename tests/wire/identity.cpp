// Identities and the rules that match them.
#include "support.hpp"

namespace engine::wire::test {
namespace {

Identity named(IdType type, std::string_view text) { return {type, to_bytes(as_bytes(text))}; }
Identity fqdn(std::string_view text) { return named(IdType::fqdn, text); }
Identity email(std::string_view text) { return named(IdType::rfc822_address, text); }
Identity address(std::string_view text) { return Identity::of(*IpAddress::parse(text)); }
Prefix network(std::string_view text, std::uint8_t length) { return Prefix::of(*IpAddress::parse(text), length); }

TEST(Identity, InWords) {
  EXPECT_EQ(address("203.0.113.20").to_string(), "203.0.113.20");
  EXPECT_EQ(address("2001:db8::1").to_string(), "2001:db8::1");
  EXPECT_EQ(fqdn("gw.example.net").to_string(), "gw.example.net");
  EXPECT_EQ(fqdn(std::string_view("a\0b\n\x1b\xff", 6)).to_string(), "a\\x00b\\x0a\\x1b\\xff");
  EXPECT_EQ((Identity{IdType::ipv4_address, {1, 2}}).to_string(), "\\x01\\x02");
}

TEST(IdentityMatch, DomainsOfNames) {
  const MatchDomain rule{IdType::fqdn, "example.net"};
  for (const char* inside : {"example.net", "x.example.net", "a.b.EXAMPLE.Net"})
    EXPECT_TRUE(matches(rule, fqdn(inside))) << inside;
  for (const char* outside : {"", "net", "badexample.net", "example.net.org", "x.example.ne"})
    EXPECT_FALSE(matches(rule, fqdn(outside))) << outside;
  EXPECT_FALSE(matches(rule, fqdn(std::string_view("x.example.net\0", 14))));
  EXPECT_FALSE(matches(rule, email("user@example.net")));
  EXPECT_FALSE(matches(rule, named(IdType::key_id, "example.net")));
  EXPECT_FALSE(matches(MatchDomain{IdType::fqdn, ""}, fqdn("x.")));
}

TEST(IdentityMatch, DomainsOfMailAddresses) {
  const MatchDomain rule{IdType::rfc822_address, "example.net"};
  EXPECT_TRUE(matches(rule, email("user@example.net")));
  EXPECT_TRUE(matches(rule, email("user@Example.NET")));
  EXPECT_FALSE(matches(rule, email("user@x.example.net")));
  EXPECT_FALSE(matches(rule, email("example.net")));
  EXPECT_FALSE(matches(rule, fqdn("user@example.net")));
}

TEST(IdentityMatch, Networks) {
  EXPECT_TRUE(matches(network("203.0.113.0", 24), address("203.0.113.20")));
  EXPECT_FALSE(matches(network("203.0.113.0", 24), address("203.0.114.20")));
  EXPECT_TRUE(matches(network("2001:db8::", 32), address("2001:db8::1")));
  EXPECT_FALSE(matches(network("0.0.0.0", 0), address("2001:db8::1")));
  EXPECT_FALSE(matches(network("0.0.0.0", 0), fqdn("abcd")));
  EXPECT_FALSE(matches(network("0.0.0.0", 0), Identity{IdType::ipv4_address, {1, 2}}));
}

TEST(IdentityMatch, Exactly) {
  EXPECT_TRUE(matches(MatchAny{}, fqdn("anything")));
  EXPECT_TRUE(matches(fqdn("GW.example.net"), fqdn("gw.example.NET")));
  EXPECT_FALSE(matches(fqdn("gw.example.net"), fqdn("gw2.example.net")));
  EXPECT_FALSE(matches(named(IdType::key_id, "Key"), named(IdType::key_id, "key")));
  EXPECT_FALSE(matches(fqdn("a@example.net"), email("a@example.net")));
  EXPECT_TRUE(matches(address("192.0.2.1"), address("192.0.2.1")));
}

TEST(IdentityMatch, InWords) {
  EXPECT_EQ(to_string(IdentityMatch{MatchAny{}}), "any");
  EXPECT_EQ(to_string(IdentityMatch{network("203.0.113.20", 32)}), "address 203.0.113.20");
  EXPECT_EQ(to_string(IdentityMatch{network("203.0.113.0", 24)}), "address 203.0.113.0/24");
  EXPECT_EQ(to_string(IdentityMatch{fqdn("gw.example.net")}), "fqdn gw.example.net");
  EXPECT_EQ(to_string(IdentityMatch{MatchDomain{IdType::rfc822_address, "example.net"}}), "email domain example.net");
}

}  // namespace
}  // namespace engine::wire::test
