// The conversations about keys and certificates, word for word.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "../pki/maker.hpp"
#include "cli/expiry_watch.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/containers.hpp"
#include "tests/temporary_folder.hpp"
#include "typist.hpp"

using namespace cli;

namespace {

std::string grouped(const engine::Bytes& digest) { return parser::hex_rows(parser::hex_digits(digest), ""); }

/// Types the lines one by one; what was answered to all of them.
std::string type(Typist& t, const std::string& lines) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    out += t.line(lines.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string serial(const pki::Holder& holder) { return engine::crypto::details_of(holder.der)->serial; }

struct Lab {
  FakeBackend backend;
  Typist t;
  pki::Holder root = pki::authority(), own = pki::end_entity(root, "DNS:gw.example.net", "CN=gw,O=Example");
  explicit Lab(Interaction interaction = Interaction::terminal) : t(backend, interaction) {
    type(t,
         "configure terminal\nhostname gw\nip domain name example.net\ncrypto pki trustpoint TP\nenrollment terminal\n"
         "revocation-check none\nsubject-name CN=gw,O=Example\neckeypair KEY\nip-address none\nexit\n");
  }
  std::string pem(const pki::Holder& holder) const { return engine::crypto::pem("CERTIFICATE", holder.der); }
  void have_key(bool exportable = false) {
    backend.change_pki(
        [&](const parser::PkiStore& store) {
          return store.with(*parser::key_pair_of("KEY", engine::Secret(own.key.pkcs8()), exportable, 1767571200));
        },
        [](const engine::Status&) {});
  }
  void authenticate() { type(t, "crypto pki authenticate TP\n" + pem(root) + "quit\nyes\n"); }
  std::string running() const { return parser::running_config(backend.running()); }
};

}  // namespace

TEST(PkiDialogue, Authenticate) {
  Lab lab;
  const auto details = *engine::crypto::details_of(lab.root.der);
  EXPECT_EQ(lab.t.line("crypto pki authenticate TP"),
            "\nEnter the base 64 encoded CA certificate.\nEnd with a blank line or the word \"quit\" on a line by itself\n\n");
  EXPECT_EQ(lab.t.prompt, "");
  EXPECT_EQ(type(lab.t, lab.pem(lab.root) + "\n"),
            "Certificate has the following attributes:\n       Fingerprint MD5: " + grouped(details.md5) +
                "\n      Fingerprint SHA1: " + grouped(details.sha1) + "\n\n");
  EXPECT_EQ(lab.t.prompt, "% Do you accept this certificate? [yes/no]: ");
  EXPECT_EQ(lab.t.line("perhaps"), "% Please answer 'yes' or 'no'.\n");
  EXPECT_EQ(lab.t.line("yes"), "Trustpoint CA certificate accepted.\n% Certificate successfully imported\n\n");
  EXPECT_EQ(lab.t.prompt, "gw(config)#");
  EXPECT_NE(lab.running().find("crypto pki certificate chain TP\n certificate ca " + serial(lab.root) + "\n  "),
            std::string::npos)
      << lab.running();
  EXPECT_EQ(lab.t.line("crypto pki authenticate TP"),
            "% Please delete your existing CA certificate first.\n% You must use 'no crypto pki trustpoint <trustpoint-name>' to "
            "delete the CA certificate.\n\n");
}

TEST(PkiDialogue, AuthenticateIsRefusedOrFails) {
  Lab lab;
  type(lab.t, "crypto pki authenticate TP\n" + lab.pem(lab.root) + "quit\n");
  EXPECT_EQ(lab.t.line("no"), "% Certificate not accepted.\n\n");
  EXPECT_EQ(type(lab.t, "crypto pki authenticate TP\nnot a certificate\nquit\n").substr(0, 12), "\nEnter the b");
  EXPECT_EQ(lab.t.answer, "% Error in saving certificate: status = FAIL\n\n");
  type(lab.t, "crypto pki authenticate TP\n" + lab.pem(lab.own) + "quit\n");
  EXPECT_EQ(lab.t.answer, "% Error in saving certificate: it is not that of a CA\n\n");
  EXPECT_EQ(lab.t.line("crypto pki authenticate NOBODY"), "% Trustpoint NOBODY does not exist\n\n");
  EXPECT_EQ(lab.running().find("certificate ca"), std::string::npos);
}

TEST(PkiDialogue, AFingerprintOfTheTrustpointDecidesWithoutAQuestion) {
  Lab lab;
  const auto details = *engine::crypto::details_of(lab.root.der);
  type(lab.t, "crypto pki trustpoint TP\nfingerprint " + parser::hex_digits(details.md5) + "\nexit\n");
  type(lab.t, "crypto pki authenticate TP\n" + lab.pem(lab.root) + "quit\n");
  EXPECT_NE(lab.t.answer.find("Certificate validated - fingerprints matched.\nTrustpoint CA certificate accepted.\n"),
            std::string::npos)
      << lab.t.answer;
  Lab other;
  type(other.t, "crypto pki trustpoint TP\nfingerprint 00112233445566778899AABBCCDDEEFF\nexit\n");
  type(other.t, "crypto pki authenticate TP\n" + other.pem(other.root) + "quit\n");
  EXPECT_NE(other.t.answer.find("% Certificate validation failed - fingerprints did not match.\n"), std::string::npos);
  EXPECT_EQ(other.running().find("certificate ca"), std::string::npos);
}

TEST(PkiDialogue, Enroll) {
  Lab lab;
  EXPECT_EQ(lab.t.line("crypto pki enroll TP"),
            "% You must authenticate the Certificate Authority before\nyou can enroll with it.\n\n");
  lab.authenticate();
  EXPECT_EQ(lab.t.line("crypto pki enroll TP"),
            "% Start certificate enrollment .. \n\n% The subject name in the certificate will include: CN=gw,O=Example\n"
            "% The subject name in the certificate will include: gw.example.net\n");
  EXPECT_EQ(lab.t.prompt, "Display Certificate Request to terminal? [yes/no]: ");
  const std::string request = lab.t.line("yes");
  ASSERT_TRUE(request.starts_with("Certificate Request follows:\n\nMI")) << request;
  EXPECT_TRUE(request.ends_with("\n\n---End - This line not part of the certificate request---\n\n"));
  EXPECT_EQ(lab.t.prompt, "Redisplay enrollment request? [yes/no]: ");
  EXPECT_EQ(lab.t.line("yes"), request);
  EXPECT_EQ(lab.t.line("no"), "");
  ASSERT_NE(lab.backend.pki()->key("KEY"), nullptr);
  EXPECT_EQ(lab.backend.pki()->key("KEY")->bits, 256U);
}

TEST(PkiDialogue, ImportOfACertificate) {
  Lab lab;
  lab.authenticate();
  lab.have_key();
  EXPECT_EQ(lab.t.line("crypto pki import TP certificate"),
            "\nEnter the base 64 encoded certificate.\nEnd with a blank line or the word \"quit\" on a line by itself\n\n");
  EXPECT_EQ(type(lab.t, lab.pem(lab.own) + "quit\n"), "% Router Certificate successfully imported\n\n");
  const std::string running = lab.running();
  EXPECT_LT(running.find(" certificate " + serial(lab.own) + "\n"), running.find(" certificate ca " + serial(lab.root) + "\n"));
  EXPECT_EQ(running.find(parser::hex_digits(lab.own.key.pkcs8()).substr(60, 16)), std::string::npos);
  type(lab.t, "crypto pki import TP certificate\n" + lab.pem(pki::end_entity(lab.root, "DNS:other")) + "quit\n");
  EXPECT_EQ(lab.t.answer, "% Failed to parse or verify imported certificate\n% NOTE: it is not for key KEY\n\n");
}

TEST(PkiDialogue, ABlockIsPastedWithItsAnswers) {
  Lab lab(Interaction::batch);
  lab.have_key();
  const std::string answers =
      type(lab.t, "crypto pki authenticate TP\n" + lab.pem(lab.root) + "quit\nyes\ncrypto pki import TP certificate\n" +
                      lab.pem(lab.own) + "quit\nhostname after\n");
  EXPECT_NE(answers.find("% Router Certificate successfully imported\n"), std::string::npos) << answers;
  lab.t.ask(RequestKind::finish);
  EXPECT_EQ(lab.backend.running().hostname(), "after");
  EXPECT_NE(lab.running().find(" certificate ca " + serial(lab.root) + "\n"), std::string::npos);
}

TEST(PkiDialogue, AnInputThatEndsInTheMiddleChangesNothing) {
  Lab lab(Interaction::batch);
  type(lab.t, "crypto pki authenticate TP\n-----BEGIN CERTIFICATE-----\n");
  EXPECT_EQ(lab.t.ask(RequestKind::finish), "% The input ended before the question was answered\n");
  EXPECT_EQ(lab.running().find("certificate ca"), std::string::npos);
  EXPECT_EQ(lab.t.flags & done_question, 0);
}

TEST(PkiDialogue, SelfSigned) {
  Lab lab;
  type(lab.t, "crypto pki trustpoint SELF\nenrollment selfsigned\neckeypair KEY\nsubject-name CN=gw\nexit\n");
  EXPECT_EQ(lab.t.line("crypto pki enroll SELF"),
            "% The subject name in the certificate will include: CN=gw\n"
            "% The subject name in the certificate will include: gw.example.net\n");
  EXPECT_EQ(lab.t.prompt, "% Include an IP address in the subject name? [no]: ");
  lab.t.line("");
  EXPECT_EQ(lab.t.prompt, "Generate Self Signed Router Certificate? [yes/no]: ");
  EXPECT_EQ(lab.t.line("yes"), "\nRouter Self Signed Certificate successfully created\n\n");
  EXPECT_NE(lab.running().find("crypto pki certificate chain SELF\n certificate self-signed 01\n"), std::string::npos);
  EXPECT_NE(lab.t.line("do show crypto pki certificates SELF").find("Router Self-Signed Certificate\n  Status: Available\n"),
            std::string::npos);
}

TEST(PkiDialogue, GenerateAndZeroize) {
  Lab lab;
  EXPECT_EQ(
      lab.t.line("crypto key generate rsa modulus 1024 label SHORT"),
      "The name for the keys will be: SHORT\n\n% The key modulus size is 1024 bits\n% Generating 1024 bit RSA keys, keys will "
      "be non-exportable...\n[OK] (elapsed time was 0 seconds)\n\n");
  lab.t.line("crypto key generate rsa label ASKED exportable");
  EXPECT_EQ(lab.t.prompt, "How many bits in the modulus [2048]: ");
  EXPECT_EQ(lab.t.line("1024"),
            "% Generating 1024 bit RSA keys, keys will be exportable...\n[OK] (elapsed time was 0 seconds)\n\n");
  EXPECT_TRUE(lab.backend.pki()->key("ASKED")->exportable);
  EXPECT_EQ(lab.t.line("crypto key generate ec keysize 384"), "The name for the keys will be: gw.example.net\n");
  EXPECT_EQ(lab.backend.pki()->key("gw.example.net")->bits, 384U);
  EXPECT_EQ(
      lab.t.line("crypto key generate ec label SHORT"),
      "% You already have RSA keys defined named SHORT.\n% They will be replaced.\n\nThe name for the keys will be: SHORT\n");
  EXPECT_EQ(lab.t.line("crypto key zeroize rsa"),
            "% All keys will be removed.\n% All router certs issued using these keys will also be removed.\n");
  EXPECT_EQ(lab.t.prompt, "Do you really want to remove these keys? [yes/no]: ");
  lab.t.line("yes");
  EXPECT_EQ(lab.backend.pki()->key("ASKED"), nullptr);
  EXPECT_NE(lab.backend.pki()->key("SHORT"), nullptr);
  EXPECT_EQ(lab.t.line("crypto key zeroize rsa"), "% No RSA keys found to remove.\n\n");
  lab.t.line("no ip domain name");
  EXPECT_EQ(lab.t.line("crypto key generate rsa"), "% Please define a domain-name first.\n\n");
}

TEST(PkiDialogue, ZeroizeTakesTheCertificatesOfTheKeysWithIt) {
  Lab lab;
  lab.authenticate();
  lab.have_key();
  type(lab.t, "crypto pki import TP certificate\n" + lab.pem(lab.own) + "quit\n");
  type(lab.t, "crypto key zeroize ec KEY\nyes\n");
  EXPECT_EQ(lab.running().find(" certificate " + serial(lab.own) + "\n"), std::string::npos);
  EXPECT_NE(lab.running().find(" certificate ca " + serial(lab.root) + "\n"), std::string::npos);
  EXPECT_TRUE(lab.backend.pki()->keys().empty());
}

TEST(PkiDialogue, Pkcs12ByTheTerminalMakesTheTrustpoint) {
  Lab lab;
  const auto der = engine::crypto::make_pkcs12({engine::Secret(lab.own.key.pkcs8()), lab.own.der, {lab.root.der}}, "x",
                                               engine::Secret(engine::as_bytes("a-password")));
  EXPECT_EQ(lab.t.line("crypto pki import NEW pkcs12 terminal password a-password"),
            "Enter the base 64 encoded pkcs12.\nEnd with a blank line or the word \"quit\" on a line by itself:\n\n");
  EXPECT_EQ(type(lab.t, engine::crypto::base64_lines(*der) + "quit\n"), "CRYPTO_PKI: Imported PKCS12 file successfully.\n\n");
  EXPECT_NE(lab.running().find("crypto pki trustpoint NEW\n enrollment pkcs12\n revocation-check crl\n eckeypair NEW\n"),
            std::string::npos)
      << lab.running();
  EXPECT_NE(lab.running().find("crypto pki certificate chain NEW\n certificate " + serial(lab.own) + "\n"), std::string::npos);
  EXPECT_FALSE(lab.backend.pki()->key("NEW")->exportable);
  type(lab.t, "crypto pki import NEW pkcs12 terminal password wrong\n" + engine::crypto::base64_lines(*der) + "quit\n");
  EXPECT_TRUE(lab.t.answer.starts_with("CRYPTO_PKI: Import PKCS12 operation failed")) << lab.t.answer;
  for (const std::string& entered : lab.backend.last_commands) EXPECT_EQ(entered.find("a-password"), std::string::npos);
}

TEST(PkiDialogue, WhatIsExportedIsImportedElsewhere) {
  const TemporaryFolder folder;
  Lab lab;
  lab.backend.flash_folder = folder.path();
  lab.authenticate();
  lab.have_key(true);
  type(lab.t, "crypto pki import TP certificate\n" + lab.pem(lab.own) + "quit\n");
  EXPECT_EQ(lab.t.line("crypto pki export TP pkcs12 flash:gw.p12 password a-password"),
            "Writing file to flash:gw.p12\nCRYPTO_PKI: Exported PKCS12 file successfully.\n\n");
  EXPECT_NE(
      lab.backend.log().show().find("%PKI-5-EXPORT: User operator exported certificates and the private key of trustpoint TP to "
                                    "flash:gw.p12"),
      std::string::npos)
      << lab.backend.log().show();
  EXPECT_EQ(lab.t.line("crypto pki import COPY pkcs12 flash:gw.p12 password a-password"), "% Importing pkcs12...\n");
  EXPECT_EQ(lab.t.prompt, "Source filename [gw.p12]? ");
  EXPECT_EQ(lab.t.line(""), "Reading file from flash:gw.p12\nCRYPTO_PKI: Imported PKCS12 file successfully.\n\n");
  EXPECT_TRUE(lab.backend.pki()->key("COPY")->private_key->equals(lab.own.key.pkcs8()));

  const std::string pem = lab.t.line("crypto pki export TP pem terminal 3des password a-password");
  const std::string ca = lab.pem(lab.root), own = lab.pem(lab.own);
  ASSERT_TRUE(pem.starts_with("% CA certificate:\n" + ca + "\n% Key name: KEY\n   Usage: General Purpose Key\n")) << pem;
  const std::size_t key = pem.find("-----BEGIN EC PRIVATE KEY-----"), end = pem.find("\n\n% General Purpose Certificate:");
  ASSERT_NE(key, std::string::npos);
  EXPECT_EQ(lab.t.line("crypto pki import THIRD pem exportable terminal password a-password"),
            "% Enter PEM-formatted CA certificate.\n% End with a blank line or \"quit\" on a line by itself.\n");
  EXPECT_EQ(type(lab.t, ca + "\n"),
            "% Enter PEM-formatted encrypted private General Purpose key.\n% End with \"quit\" on a line by itself.\n");
  EXPECT_EQ(type(lab.t, pem.substr(key, end + 1 - key) + "quit\n"),
            "% Enter PEM-formatted General Purpose certificate.\n% End with a blank line or \"quit\" on a line by itself.\n");
  EXPECT_EQ(type(lab.t, own + "\n"), "% PEM files import succeeded.\n\n");
  EXPECT_TRUE(lab.backend.pki()->key("THIRD")->private_key->equals(lab.own.key.pkcs8()));
}

TEST(PkiDialogue, AKeyThatIsNotExportableStays) {
  Lab lab;
  lab.authenticate();
  lab.have_key();
  type(lab.t, "crypto pki import TP certificate\n" + lab.pem(lab.own) + "quit\n");
  EXPECT_EQ(lab.t.line("crypto pki export TP pem terminal 3des password a-password"), "% Key pair is not exportable.\n\n");
  EXPECT_EQ(lab.t.line("crypto pki export TP pkcs12 terminal password a-password"), "% Key pair is not exportable.\n\n");
  EXPECT_TRUE(lab.t.line("crypto pki export TP pem terminal").starts_with("% CA certificate:\n"));
}

TEST(PkiDialogue, ACrlIsTakenFromTheTerminal) {
  Lab lab;
  lab.authenticate();
  const auto der = pki::crl(lab.root, {7});
  type(lab.t, "crypto pki crl request TP\n" + engine::crypto::pem("X509 CRL", der) + "quit\n");
  EXPECT_EQ(lab.t.answer, "% CRL successfully imported\n\n");
  EXPECT_EQ(lab.backend.pki()->crls().at("TP"), der);
}

TEST(PkiExpiry, IsToldThirtySevenAndOneDaysAhead) {
  using enum ExpiryStep;
  constexpr std::int64_t day = 86400;
  EXPECT_EQ(expiry_step(31 * day, 0), far);
  EXPECT_EQ(expiry_step(30 * day, 0), days_30);
  EXPECT_EQ(expiry_step(7 * day, 0), days_7);
  EXPECT_EQ(expiry_step(day, 0), days_1);
  EXPECT_EQ(expiry_step(0, 1), over);
  Lab lab;
  lab.authenticate();
  const std::int64_t end = engine::crypto::details_of(lab.root.der)->not_after;
  ToldExpiries told;
  EXPECT_TRUE(expiry_messages(lab.backend.running(), end - 40 * day, told).empty());
  const auto first = expiry_messages(lab.backend.running(), end - 10 * day, told);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].text,
            "%PKI-4-CERT_EXPIRY_WARNING: CA Certificate belonging to trustpoint TP will expire in 10 Days 0 hours 0 mins 0 secs. "
            "Issuer-name cn=Root,o=Example Subject-name cn=Root,o=Example Serial-number " +
                serial(lab.root) + " Auto-Renewal: Not Enabled");
  EXPECT_TRUE(expiry_messages(lab.backend.running(), end - 9 * day, told).empty());
  EXPECT_TRUE(expiry_messages(lab.backend.running(), end - day, told).at(0).text.starts_with("%PKI-2-CERT_EXPIRY_ALERT: "));
  EXPECT_NE(expiry_messages(lab.backend.running(), end + 1, told).at(0).text.find("TP has expired."), std::string::npos);
}
