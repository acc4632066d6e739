#include "engine/crypto/x509.hpp"

#include <gtest/gtest.h>

#include "engine/x500.hpp"
#include "tests/pki/maker.hpp"

namespace engine::crypto {
namespace {

Identity named(IdType type, const std::string& text) { return {type, to_bytes(as_bytes(text))}; }

TEST(X509, SaysWhatACertificateHolds) {
  const pki::Holder root = pki::authority("CN=Root CA,O=Example");
  const pki::Holder gateway =
      pki::end_entity(root, "DNS:gw.example.net,email:noc@example.net,IP:203.0.113.10,IP:2001:db8::10,URI:http://example.net/",
                      "CN=gw,OU=Net,O=Example");
  const auto read = read_certificate(gateway.der);
  ASSERT_TRUE(read.ok());
  const Certificate& c = **read;
  EXPECT_EQ(c.subject_text, "cn=gw,ou=Net,o=Example");
  EXPECT_EQ(c.issuer_text, "cn=Root CA,o=Example");
  EXPECT_EQ(c.issuer, root.certificate()->subject);
  EXPECT_EQ(c.not_before, pki::now - 10 * pki::day);
  EXPECT_EQ(c.not_after, pki::now + 365 * pki::day);
  EXPECT_EQ(c.key, KeyKind::ecdsa_p256);
  EXPECT_EQ(c.key_bits, 256u);
  EXPECT_FALSE(c.authority);
  EXPECT_TRUE(root.certificate()->authority);
  EXPECT_EQ(
      c.alternative_names,
      (std::vector<Identity>{named(IdType::fqdn, "gw.example.net"), named(IdType::rfc822_address, "noc@example.net"),
                             Identity::of(*IpAddress::parse("203.0.113.10")), Identity::of(*IpAddress::parse("2001:db8::10"))}));
  EXPECT_TRUE(names(c, named(IdType::fqdn, "GW.example.net")));
  EXPECT_FALSE(names(c, named(IdType::fqdn, "example.net")));
  EXPECT_FALSE(names(c, named(IdType::key_id, "gw.example.net")));
  EXPECT_TRUE(names(c, {IdType::der_asn1_dn, c.subject}));
  EXPECT_FALSE(names(c, {IdType::der_asn1_dn, c.issuer}));
  EXPECT_EQ((Identity{IdType::der_asn1_dn, c.subject}.to_string()), "cn=gw,ou=Net,o=Example");
}

TEST(X509, KnowsTheKindsOfKeys) {
  const std::pair<const char*, KeyKind> kinds[] = {
      {"rsa 2048", KeyKind::rsa},      {"P-256", KeyKind::ecdsa_p256}, {"P-384", KeyKind::ecdsa_p384},
      {"P-521", KeyKind::ecdsa_p521},  {"ed25519", KeyKind::ed25519},  {"ed448", KeyKind::ed448},
      {"secp256k1", KeyKind::unknown},
  };
  const pki::Holder root = pki::authority();
  for (const auto& [name, kind] : kinds) {
    const pki::Holder holder = pki::end_entity(root, "", "CN=gw", name);
    ASSERT_TRUE(holder.certificate());
    EXPECT_EQ(holder.certificate()->key, kind) << name;
    EXPECT_TRUE(is_key_of(*holder.certificate(), Secret(holder.key.pkcs8()))) << name;
    EXPECT_FALSE(is_key_of(*holder.certificate(), Secret(root.key.pkcs8()))) << name;
  }
  EXPECT_FALSE(is_key_of(*root.certificate(), Secret(Bytes{1, 2, 3})));
}

TEST(X509, WhatIsNoCertificateIsRefused) {
  const Bytes good = pki::authority().der;
  EXPECT_TRUE(read_certificate(good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(read_certificate(ByteView(good).first(size)).ok()) << size;
  Bytes longer = good;
  longer.push_back(0);
  const auto refused = read_certificate(longer);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().cause, Cause::malformed_certificate);
  EXPECT_FALSE(read_certificate(Bytes(max_certificate_octets + 1, 0x30)).ok());
}

TEST(X509, NamesWithAZeroOctetSpeakForNobody) {
  // DER of the value: a dNSName "gw.example.net\0.attacker.example".
  const pki::Holder root = pki::authority();
  const pki::Holder odd =
      pki::issue({"CN=odd",
                  {{"subjectAltName",
                    "DER:30:22:82:20:67:77:2e:65:78:61:6d:70:6c:65:2e:6e:65:74:00:2e:61:74:74:61:63:6b:65:72:2e:"
                    "65:78:61:6d:70:6c:65:21"}}},
                 &root);
  ASSERT_TRUE(odd.certificate());
  EXPECT_TRUE(odd.certificate()->alternative_names.empty());
}

TEST(X500, NamesInWords) {
  EXPECT_EQ(x500_text(*from_hex("300d310b3009060355040a0c024142")), "o=AB");
  EXPECT_EQ(x500_text(*from_hex("3000")), "");
  EXPECT_EQ(x500_text(*from_hex("300d310b3009060355040a0c02412c")), "o=A\\x2c");
  EXPECT_EQ(x500_text(*from_hex("300d310b3009060355040a0c020a1b")), "o=\\x0a\\x1b");
  EXPECT_EQ(x500_text(*from_hex("300d310b3009060355040a1e020041")), "o=A");
  EXPECT_EQ(x500_text(*from_hex("300d310b3009060355042a0c0241")), "0\\x0d1\\x0b0\\x09\\x06\\x03U\\x04*\\x0c\\x02A");
  EXPECT_EQ(x500_text(*from_hex("300d310b30090603550463130141")), "0\\x0d1\\x0b0\\x09\\x06\\x03U\\x04c\\x13\\x01A");
}

TEST(CertificateMaps, AllRulesOfAnEntryAndOneEntryOfAMap) {
  using enum CertificateField;
  using enum CertificatePredicate;
  const pki::Holder root = pki::authority("CN=Root,O=Example");
  const pki::Holder holder = pki::end_entity(root, "DNS:gw.example.net", "CN=gw,OU=Vienna,O=Example");
  const CertificatePtr certificate = holder.certificate();
  const Certificate& c = *certificate;
  const auto holds = [&](std::vector<CertificateRule> rules) { return matches({"M", {{10, std::move(rules)}}}, c); };
  EXPECT_TRUE(holds({{subject_name, co, "OU=vienna"}}));
  EXPECT_FALSE(holds({{subject_name, nc, "ou=vienna"}}));
  EXPECT_TRUE(holds({{subject_name, eq, "cn=gw,ou=Vienna,o=Example"}}));
  EXPECT_FALSE(holds({{subject_name, ne, "cn=gw,ou=Vienna,o=Example"}}));
  EXPECT_TRUE(holds({{issuer_name, co, "root"}, {alt_subject_name, eq, "gw.example.net"}}));
  EXPECT_FALSE(holds({{issuer_name, co, "root"}, {alt_subject_name, eq, "other.example.net"}}));
  EXPECT_TRUE(holds({{name, co, "gw.example"}}));
  EXPECT_TRUE(holds({{serial_number, eq, to_hex(c.serial)}}));
  EXPECT_TRUE(holds({{expires_on, ge, "", pki::now}, {valid_start, lt, "", pki::now}}));
  EXPECT_FALSE(holds({{expires_on, lt, "", pki::now}}));
  EXPECT_TRUE(matches({"M", {{10, {{subject_name, co, "graz"}}}, {20, {{subject_name, co, "vienna"}}}}}, c));
  EXPECT_FALSE(matches({"M", {}}, c));
}

}  // namespace
}  // namespace engine::crypto
