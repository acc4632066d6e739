// Trustpoints: lines to the engine's values, keys to the database and back.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "../pki/maker.hpp"
#include "../sim/seeded_rng.hpp"
#include "engine/pki.hpp"
#include "parser/check/check.hpp"
#include "parser/compile.hpp"
#include "parser/configuration.hpp"
#include "parser/database.hpp"
#include "parser/pki_names.hpp"
#include "parser/pki_store.hpp"
#include "tests/temporary_folder.hpp"

namespace parser {
namespace {

std::string chain(const std::string& trustpoint, const std::vector<std::pair<std::string, engine::Bytes>>& certificates) {
  std::string out = "crypto pki certificate chain " + trustpoint + "\n";
  for (const auto& [head, der] : certificates)
    out += " certificate " + head + "\n" + hex_rows(hex_digits(der), "  ") + "\n  \tquit\n";
  return out;
}

/// A gateway that proves itself by a certificate, and whatever else is said.
struct Gateway {
  pki::Holder root = pki::authority(), own;
  PkiStore store;
  std::string trustpoint, rest;
  explicit Gateway(const std::string& key = "rsa 2048", const std::string& method = "rsa-sig")
      : own(pki::end_entity(root, "DNS:gw.example.net", "CN=gw,OU=VPN,O=Example", key)) {
    store = store.with(*key_pair_of("KEY", engine::Secret(own.key.pkcs8()), false, 0));
    trustpoint = std::string("crypto pki trustpoint TP\n enrollment terminal\n revocation-check none\n ") +
                 (key.starts_with("rsa") ? "rsakeypair KEY\n" : "eckeypair KEY\n");
    rest = "crypto ikev2 profile P\n match identity remote any\n identity local dn\n authentication remote " + method +
           "\n authentication local " + method + "\n pki trustpoint TP\n" +
           "crypto ipsec transform-set TS esp-gcm 256\ncrypto ipsec profile IPS\n set transform-set TS\n set ikev2-profile P\n";
  }
  std::string text() const { return trustpoint + chain("TP", {{"02", own.der}, {"ca 01", root.der}}) + rest; }
  Compiled compiled(const std::string& lines) const {
    return compile(parser::apply(Configuration{}, lines).configuration, nullptr, nullptr, &store);
  }
  Compiled compiled() const { return compiled(text()); }
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

bool warned(const Compiled& compiled, const std::string& text) {
  for (const std::string& warning : compiled.warnings)
    if (warning.find(text) != std::string::npos) return true;
  ADD_FAILURE() << "no warning has \"" << text << "\":";
  for (const std::string& warning : compiled.warnings) ADD_FAILURE() << warning;
  return false;
}

TEST(Pki, ATrustpointBecomesTheEngines) {
  const Gateway gateway;
  const Compiled compiled = gateway.compiled();
  EXPECT_TRUE(compiled.warnings.empty()) << compiled.warnings.front();
  ASSERT_EQ(compiled.config->profiles.size(), 1U);
  const engine::IkeProfile& profile = *compiled.config->profiles[0];
  EXPECT_EQ(profile.auth_local, engine::AuthMethod::rsa_sig);
  EXPECT_TRUE(profile.auth_remote.has(engine::AuthMethod::rsa_sig));
  EXPECT_TRUE(profile.identity_local_dn);
  ASSERT_EQ(profile.sign.size(), 1U);
  ASSERT_EQ(profile.verify.size(), 1U);
  const engine::Trustpoint& trustpoint = *profile.sign[0];
  EXPECT_EQ(trustpoint.name, "TP");
  EXPECT_EQ(trustpoint.certificate->der, gateway.own.der);
  ASSERT_EQ(trustpoint.anchors.size(), 1U);
  EXPECT_EQ(trustpoint.anchors[0]->der, gateway.root.der);
  EXPECT_TRUE(trustpoint.chain.empty());
  EXPECT_EQ(trustpoint.revocation, std::vector{engine::RevocationMethod::none});
  ASSERT_NE(compiled.keys->find(trustpoint.key), nullptr);
  EXPECT_TRUE(compiled.keys->find(trustpoint.key)->equals(gateway.own.key.pkcs8()));
}

TEST(Pki, WhatDidNotChangeStaysTheSamePart) {
  const Gateway gateway("P-256", "ecdsa-sig");
  const auto first = parser::apply(Configuration{}, gateway.text()).configuration;
  const Compiled before = compile(first, nullptr, nullptr, &gateway.store);
  const Compiled after = compile(parser::apply(first, "hostname other\n").configuration, &before, nullptr, &gateway.store);
  EXPECT_EQ(before.config, after.config);
  const Compiled again = compile(first, &before, nullptr, &gateway.store);
  EXPECT_EQ(before.config, again.config);
}

TEST(Pki, AnIntermediateIsSentAndTheRootIsTheAnchor) {
  const pki::Holder root = pki::authority(), middle = pki::authority("CN=Middle,O=Example", &root),
                    own = pki::end_entity(middle, "DNS:gw.example.net");
  Gateway gateway("P-256", "ecdsa-sig");
  gateway.store = gateway.store.with(*key_pair_of("KEY", engine::Secret(own.key.pkcs8()), false, 0));
  const Compiled compiled = gateway.compiled(
      gateway.trustpoint + chain("TP", {{"02", own.der}, {"ca 01", root.der}, {"ca 03", middle.der}}) + gateway.rest);
  ASSERT_EQ(compiled.config->profiles.size(), 1U);
  const engine::Trustpoint& trustpoint = *compiled.config->profiles[0]->sign.at(0);
  ASSERT_EQ(trustpoint.chain.size(), 1U);
  EXPECT_EQ(trustpoint.chain[0]->der, middle.der);
  ASSERT_EQ(trustpoint.anchors.size(), 1U);
  EXPECT_EQ(trustpoint.anchors[0]->der, root.der);
}

TEST(Pki, WhatIsMissingIsSaidAndTheProfileIsNotUsed) {
  const Gateway gateway;
  const auto fails = [&](const std::string& text, const std::string& why) {
    const Compiled compiled = gateway.compiled(text);
    EXPECT_TRUE(compiled.config->profiles.empty()) << why;
    return warned(compiled, why);
  };
  EXPECT_TRUE(fails(replaced(gateway.text(), "rsakeypair KEY", "rsakeypair VPN-KEY"),
                    "crypto pki trustpoint TP: it has a certificate, but key VPN-KEY is not available"));
  EXPECT_TRUE(fails(replaced(gateway.text(), "\n pki trustpoint TP\n", "\n pki trustpoint OTHER\n"),
                    "crypto ikev2 profile P: trustpoint OTHER is not defined"));
  EXPECT_TRUE(fails(gateway.trustpoint + gateway.rest, "trustpoint TP has no certificate that can be used"));
  EXPECT_TRUE(fails(replaced(gateway.text(), "local rsa-sig", "local ecdsa-sig"),
                    "no trustpoint has a certificate and its key for ecdsa-sig"));
  EXPECT_TRUE(fails(gateway.trustpoint + chain("TP", {{"02", gateway.own.der}}) + gateway.rest,
                    "no trustpoint has a CA certificate to check peers by"));
  EXPECT_TRUE(fails(replaced(gateway.text(), "match identity remote any", "match certificate MAP"),
                    "certificate map MAP is not defined"));
  Gateway other;
  other.store = other.store.with(*key_pair_of("KEY", engine::Secret(pki::KeyPair("rsa 3072").pkcs8()), false, 0));
  EXPECT_TRUE(other.compiled().config->profiles.empty());
  EXPECT_TRUE(warned(other.compiled(), "key KEY is not that of its certificate"));
}

TEST(Pki, WithoutANameAllTrustpointsServe) {
  const Gateway gateway("P-256", "ecdsa-sig");
  const pki::Holder partner = pki::authority("CN=Partner");
  const Compiled compiled = gateway.compiled(replaced(gateway.text(), "\n pki trustpoint TP\n", "\n") +
                                             "crypto pki trustpoint PARTNER\n enrollment terminal\n revocation-check none\n" +
                                             chain("PARTNER", {{"ca 01", partner.der}}));
  ASSERT_EQ(compiled.config->profiles.size(), 1U);
  EXPECT_EQ(compiled.config->profiles[0]->sign.size(), 1U);
  EXPECT_EQ(compiled.config->profiles[0]->verify.size(), 2U);
}

TEST(Pki, SignAndVerifyAreSplit) {
  const Gateway gateway("P-256", "ecdsa-sig");
  const auto with = [&](const std::string& line) {
    return gateway.compiled(replaced(gateway.text(), "\n pki trustpoint TP\n", "\n" + line));
  };
  const Compiled split = with(" pki trustpoint TP sign\n pki trustpoint OTHER verify\n");
  EXPECT_TRUE(split.config->profiles.empty());
  EXPECT_TRUE(warned(split, "no trustpoint has a CA certificate to check peers by"));
  EXPECT_TRUE(with(" pki trustpoint TP verify\n").config->profiles.empty());
}

TEST(Pki, WithoutALineACrlIsNeeded) {
  Gateway gateway("P-256", "ecdsa-sig");
  const std::string text = replaced(gateway.text(), " revocation-check none\n", "");
  const Compiled without = gateway.compiled(text);
  EXPECT_EQ(without.config->profiles.at(0)->verify.at(0)->revocation, std::vector{engine::RevocationMethod::crl});
  EXPECT_TRUE(without.warnings.empty()) << "it is fetched";
  gateway.store = gateway.store.with_crl("TP", pki::crl(gateway.root, {}));
  const Compiled with = gateway.compiled(text);
  EXPECT_EQ(with.config->profiles.at(0)->verify.at(0)->crls.size(), 1U);
  EXPECT_TRUE(with.warnings.empty());
}

TEST(Pki, ALineThatNarrowsWhoIsTakenIsNotPassedOver) {
  const Gateway gateway("P-256", "ecdsa-sig");
  const Compiled compiled =
      gateway.compiled(replaced(gateway.text(), " revocation-check none\n", " revocation-check none\n match certificate MAP\n"));
  EXPECT_TRUE(compiled.config->profiles.empty());
  EXPECT_TRUE(warned(compiled, "\"match certificate MAP\" belongs into the IKEv2 profile here"));
}

engine::CertificateMap map_of(const std::string& lines) {
  const Gateway gateway("P-256", "ecdsa-sig");
  const Compiled compiled =
      gateway.compiled(replaced(gateway.text(), "match identity remote any", "match certificate MAP") + lines);
  return compiled.config->profiles.empty() ? engine::CertificateMap{} : *compiled.config->profiles[0]->match_certificate.at(0);
}

TEST(Pki, CertificateMapsMatchWhatTheyMatchOnARouter) {
  const Gateway gateway;
  const engine::CertificatePtr held = gateway.own.certificate();
  const engine::Certificate& certificate = *held;
  const auto matches = [&](const std::string& rules) {
    return engine::matches(map_of("crypto pki certificate map MAP 10\n" + rules), certificate);
  };
  EXPECT_TRUE(matches(" subject-name co ou = vpn\n"));
  EXPECT_TRUE(matches(" subject-name co OU=VPN, o = example\n"));
  EXPECT_TRUE(matches(" subject-name co vpn\n issuer-name co o = example\n"));
  EXPECT_FALSE(matches(" subject-name co vpn\n issuer-name co o = other\n"));
  EXPECT_FALSE(matches(" subject-name nc ou = vpn\n"));
  EXPECT_TRUE(matches(" alt-subject-name co example.net\n"));
  EXPECT_TRUE(matches(" expires-on ge Jan 1 2027\n"));
  EXPECT_FALSE(matches(" expires-on ge Jan 1 2099 10:00:00\n"));
  EXPECT_FALSE(matches(" expires-on ge some day\n"));
  EXPECT_TRUE(engine::matches(map_of("crypto pki certificate map MAP 10\n subject-name co nobody\n"
                                     "crypto pki certificate map MAP 20\n subject-name co vpn\n"),
                              certificate));
}

TEST(Pki, ChainsAreReadInEverySpacingAndPrintedAsARouterDoes) {
  const pki::Holder root = pki::authority();
  std::string digits = hex_digits(root.der), loose;
  for (std::size_t i = 0; i < digits.size(); ++i)
    loose += (i % 10 == 0 ? "\n" : i % 4 == 0 ? "   " : "") + std::string(1, static_cast<char>(std::tolower(digits[i])));
  const auto applied = parser::apply(Configuration{}, "crypto ca certificate chain TP\n certificate ca 01" + loose + "\nQUIT\n");
  EXPECT_FALSE(applied.refused_any);
  const std::string printed = running_config(applied.configuration);
  const std::string first = " certificate ca 01\n  " + digits.substr(0, 8) + " " + digits.substr(8, 8) + " ";
  EXPECT_NE(printed.find("crypto pki certificate chain TP\n" + first), std::string::npos) << printed;
  EXPECT_NE(printed.find("\n  \tquit\n"), std::string::npos);
  EXPECT_EQ(parser::apply(Configuration{}, printed).configuration, applied.configuration);
}

TEST(Pki, CheckFindsWhatIsWrongWithCertificates) {
  const auto found = [](const std::string& text, std::int64_t now) {
    std::string out;
    for (const Finding& finding : check({{"a.cfg", text}}, now).findings)
      if (finding.check == "certificate")
        out += finding.places.at(0).file + ":" + std::to_string(finding.places[0].line) + " " + finding.text + "\n";
    return out;
  };
  const Gateway gateway("rsa 1024");
  EXPECT_EQ(found(gateway.text(), 0), "a.cfg:6 certificate 02 of trustpoint TP: its RSA key of 1024 bits is weak\n");
  const std::string root = "crypto pki trustpoint TP\n" + chain("TP", {{"ca 01", gateway.root.der}});
  EXPECT_EQ(found(root, pki::now), "");
  EXPECT_EQ(found(root, pki::now + 36500 * pki::day), "a.cfg:3 CA certificate 01 of trustpoint TP has expired\n");
  EXPECT_EQ(found(root, 1), "a.cfg:3 CA certificate 01 of trustpoint TP is not valid yet\n");
  EXPECT_EQ(found("crypto pki certificate chain TP\n certificate 07\n  3003\n  quit\n", 1),
            "a.cfg:2 certificate 07 of trustpoint TP cannot be read\n");
}

TEST(Pki, DatesAreReadAsTheyAreWritten) {
  EXPECT_EQ(seconds_of_date("Jan 1 1970"), 0);
  EXPECT_EQ(seconds_of_date("12:00:01 UTC Jan 2 1970"), 129601);
  EXPECT_EQ(seconds_of_date("2 Jan 1970 12:00:01"), 129601);
  EXPECT_EQ(seconds_of_date("Feb 29 2028"), 1835395200);
  EXPECT_FALSE(seconds_of_date("Feb 30 2028"));
  EXPECT_FALSE(seconds_of_date("25:00:00 Jan 1 2028"));
  EXPECT_FALSE(seconds_of_date(""));
}

TEST(Pki, PrivateKeysAreSealedWhereThereIsAMasterKey) {
  sim::SeededRng random(7);
  const pki::KeyPair key("P-256");
  const PkiStore store =
      PkiStore{}.with(*key_pair_of("KEY", engine::Secret(key.pkcs8()), true, 1767571200)).with_crl("TP", {1, 2});
  const MasterKeys none, master = none.changed_to("a master key");
  const StoredPki clear = store.stored(none, random), sealed = store.stored(master, random);
  EXPECT_EQ(clear.keys.at(0).private_key, "0 " + engine::to_hex(key.pkcs8()));
  EXPECT_TRUE(sealed.keys.at(0).private_key.starts_with("6 "));
  EXPECT_EQ(sealed.keys.at(0).private_key.find(engine::to_hex(key.pkcs8()).substr(60, 40)), std::string::npos);
  const auto opened = PkiStore::from_stored(sealed, master).key("KEY");
  ASSERT_TRUE(opened && opened->private_key);
  EXPECT_TRUE(opened->private_key->equals(key.pkcs8()));
  EXPECT_TRUE(opened->exportable);
  EXPECT_EQ(opened->generated, 1767571200);
  // Without its master key it stays what it was, and is the same again when that is back.
  const PkiStore closed = PkiStore::from_stored(sealed, none);
  EXPECT_EQ(closed.key("KEY")->private_key, nullptr);
  EXPECT_NE(PkiStore::from_stored(closed.stored(none, random), master).key("KEY")->private_key, nullptr);
  EXPECT_EQ(closed.crls().at("TP"), (engine::Bytes{1, 2}));
}

TEST(Pki, TheDatabaseKeepsKeysBesideTheConfiguration) {
  const TemporaryFolder folder;
  const std::string path = folder.path("config.db");
  sim::SeededRng random(7);
  const StoredPki rows =
      PkiStore{}.with(*key_pair_of("KEY", engine::Secret(pki::KeyPair("P-256").pkcs8()), false, 5)).stored({}, random);
  {
    Database db(path, "boot");
    db.load();
    ASSERT_TRUE(db.commit_running(parser::apply(Configuration{}, "hostname gw\n").configuration, {}, {nullptr, &rows}).ok());
    ASSERT_TRUE(db.commit_running(parser::apply(Configuration{}, "hostname gv\n").configuration, {}).ok());
  }
  Database db(path, "another boot");
  EXPECT_EQ(db.load().hostname(), "Router");
  const StoredPki read = db.pki();
  ASSERT_EQ(read.keys.size(), 1U);
  EXPECT_EQ(read.keys[0].label, "KEY");
  EXPECT_EQ(read.keys[0].private_key, rows.keys[0].private_key);
}

}  // namespace
}  // namespace parser
