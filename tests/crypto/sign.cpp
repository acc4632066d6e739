#include "engine/crypto/sign.hpp"

#include <gtest/gtest.h>

#include <set>

#include "engine/crypto/jobs.hpp"
#include "tests/crypto/vectors.hpp"
#include "tests/pki/maker.hpp"

namespace engine::crypto {
namespace {

const std::pair<const char*, KeyKind> kinds[] = {
    {"rsa 2048", KeyKind::rsa},     {"P-256", KeyKind::ecdsa_p256}, {"P-384", KeyKind::ecdsa_p384},
    {"P-521", KeyKind::ecdsa_p521}, {"ed25519", KeyKind::ed25519},  {"ed448", KeyKind::ed448},
};
const Bytes octets = to_bytes(as_bytes("octets that AUTH covers"));

Bytes public_key(const pki::KeyPair& key) {
  static const pki::Holder root = pki::authority();
  return pki::certify(key, {"CN=gw"}, root).certificate()->public_key;
}

TEST(Signatures, EveryRowSignsAndVerifies) {
  std::set<std::string_view> names;
  for (const SignatureScheme& scheme : signature_schemes()) {
    EXPECT_TRUE(names.insert(scheme.name).second) << scheme.name;
    unsigned able = 0;
    for (const auto& [name, kind] : kinds) {
      const pki::KeyPair key(name);
      const Bytes known = public_key(key);
      const auto made = sign(std::make_shared<const Secret>(key.pkcs8()), scheme, octets);
      ASSERT_EQ(made.ok(), scheme.fits(kind)) << scheme.name << " " << name;
      if (!made.ok()) {
        EXPECT_EQ(made.failure().cause, Cause::no_certificate);
        EXPECT_FALSE(verify(known, scheme, octets, Bytes(64, 1)));
        continue;
      }
      ++able;
      EXPECT_TRUE(verify(known, scheme, octets, *made)) << scheme.name << " " << name;
      EXPECT_FALSE(verify(known, scheme, Bytes{1}, *made)) << scheme.name;
      EXPECT_FALSE(verify(public_key(pki::KeyPair("ed25519")), scheme, octets, *made)) << scheme.name;
      for (const SignatureScheme& other : signature_schemes()) {
        if (other.digest == scheme.digest && other.padding == scheme.padding && other.form == scheme.form) continue;
        EXPECT_FALSE(verify(known, other, octets, *made)) << scheme.name << " as " << other.name;
      }
      for (std::size_t i = 0; i < made->size(); i += 7) {
        Bytes changed = *made;
        changed[i] ^= 1;
        EXPECT_FALSE(verify(known, scheme, octets, changed)) << scheme.name << " octet " << i;
        EXPECT_FALSE(verify(known, scheme, octets, ByteView(*made).first(i))) << scheme.name << " cut at " << i;
      }
      Bytes longer = *made;
      longer.push_back(0);
      EXPECT_FALSE(verify(known, scheme, octets, longer)) << scheme.name;
    }
    EXPECT_GT(able, 0u) << scheme.name;
  }
}

TEST(Signatures, GoThroughAuthAndBack) {
  for (const SignatureScheme& scheme : signature_schemes()) {
    const Bytes data = encode_signature(scheme, Bytes{7, 8, 9});
    const SignatureParts parts = parse_signature(static_cast<std::uint8_t>(scheme.method), data);
    EXPECT_EQ(parts.scheme, &scheme) << scheme.name;
    EXPECT_TRUE(equal(parts.signature, Bytes{7, 8, 9}));
    if (scheme.method != WireMethod::digital_signature) continue;
    for (std::size_t size = 0; size <= data[0]; ++size)
      EXPECT_EQ(parse_signature(14, ByteView(data).first(size)).scheme, nullptr) << scheme.name << " cut at " << size;
    for (std::size_t i = 0; i <= data[0]; ++i) {
      Bytes changed = data;
      changed[i] ^= 0x40;
      EXPECT_NE(parse_signature(14, changed).scheme, &scheme) << scheme.name << " octet " << i;
    }
    if (!scheme.also_accepted.empty()) {
      Bytes other = *from_hex(scheme.also_accepted);
      other.insert(other.begin(), static_cast<std::uint8_t>(other.size()));
      EXPECT_EQ(parse_signature(14, other).scheme, &scheme);
    }
  }
  for (unsigned method = 0; method < 256; ++method) {
    if (method == 1 || (method >= 9 && method <= 11)) continue;
    EXPECT_EQ(parse_signature(static_cast<std::uint8_t>(method), Bytes(8, 0)).scheme, nullptr) << method;
  }
}

TEST(Signatures, WhatWeSignWith) {
  SignatureHashes none, sha512, all = parse_hashes(encode_hashes());
  sha512.add(SignatureHash::sha512);
  const auto name = [](KeyKind key, SignatureHashes hashes, bool pss = false) {
    const SignatureScheme* scheme = scheme_for(key, hashes, pss);
    return scheme ? std::string(scheme->name) : std::string("none");
  };
  EXPECT_EQ(name(KeyKind::rsa, none), "rsa-sha1");
  EXPECT_EQ(name(KeyKind::rsa, none, true), "rsa-sha1");
  EXPECT_EQ(name(KeyKind::rsa, all), "rsa-sha256");
  EXPECT_EQ(name(KeyKind::rsa, all, true), "rsa-pss-sha256");
  EXPECT_EQ(name(KeyKind::rsa, sha512), "rsa-sha512");
  EXPECT_EQ(name(KeyKind::ecdsa_p256, none), "ecdsa-256");
  EXPECT_EQ(name(KeyKind::ecdsa_p256, all), "ecdsa-sha256");
  EXPECT_EQ(name(KeyKind::ecdsa_p256, sha512), "ecdsa-sha512");
  EXPECT_EQ(name(KeyKind::ecdsa_p384, all), "ecdsa-sha384");
  EXPECT_EQ(name(KeyKind::ecdsa_p384, none), "ecdsa-384");
  EXPECT_EQ(name(KeyKind::ecdsa_p521, all), "ecdsa-sha512");
  EXPECT_EQ(name(KeyKind::ed25519, all), "ed25519");
  EXPECT_EQ(name(KeyKind::ed25519, sha512), "none");
  EXPECT_EQ(name(KeyKind::ed448, all), "ed448");
  EXPECT_EQ(name(KeyKind::unknown, all), "none");
}

TEST(Signatures, Announcements) {
  EXPECT_EQ(to_hex(encode_hashes()), "0002000300040005");
  const SignatureHashes odd = parse_hashes(Bytes{0, 1, 0, 0, 1, 0, 0xff, 0xff, 0, 2, 9});
  EXPECT_TRUE(odd.has(SignatureHash::sha1) && odd.has(SignatureHash::sha256));
  EXPECT_FALSE(odd.has(SignatureHash::sha384));
  AuthMethods both = AuthMethod::pre_share;
  EXPECT_EQ(to_hex(encode_announcements(both)), "0202");
  both.add(AuthMethod::rsa_sig);
  EXPECT_TRUE(announces_pss(encode_announcements(both)));
  EXPECT_FALSE(announces_pss(encode_announcements(AuthMethod::ecdsa_sig)));
  const Bytes good = encode_announcements(AuthMethod::rsa_sig);
  EXPECT_FALSE(announces_pss(ByteView(good).first(20)));
  EXPECT_FALSE(announces_pss(Bytes{0, 0, 0}));
}

TEST(Signatures, ThirdPartyVectors) {
  unsigned valid = 0, invalid = 0;
  for (auto& r : test::records("signatures")) {
    const Bytes scheme_name = r["scheme"];
    const std::string name(scheme_name.begin(), scheme_name.end());
    const auto rows = signature_schemes();
    const auto scheme = std::find_if(rows.begin(), rows.end(), [&](const SignatureScheme& row) { return row.name == name; });
    ASSERT_NE(scheme, rows.end()) << name;
    const bool expected = r["valid"][0] == 1;
    EXPECT_EQ(verify(r["key"], *scheme, r["octets"], r["signature"]), expected) << name << " " << to_hex(r["signature"]);
    ++(expected ? valid : invalid);
  }
  EXPECT_GT(valid, 5u);
  EXPECT_GT(invalid, 20u);
}

}  // namespace
}  // namespace engine::crypto
