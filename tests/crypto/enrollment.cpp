// Key pairs, requests, self-signed certificates, and the containers they travel in.
#include "engine/crypto/enrollment.hpp"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "../pki/maker.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/containers.hpp"
#include "engine/crypto/key_pair.hpp"
#include "engine/crypto/x509.hpp"
#include "engine/x500.hpp"

namespace {

using namespace engine::crypto;
using engine::as_bytes;
using engine::Bytes;
using engine::Secret;

Secret ec_key() { return std::move(*generate_ec(256)); }

SubjectWish wish() {
  return {subject_of("CN=gw.example.net,OU=VPN, O=Example Org").value(),
          "gw.example.net",
          "",
          {"gw.example.net"},
          {*engine::IpAddress::parse("192.0.2.1")}};
}

TEST(Enrollment, ASubjectIsTakenApartWhereCommasAreNotPartOfAValue) {
  using Parts = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(subject_of("cn=a, o=\"b, c\",ou=d\\,e").value(), (Parts{{"cn", "a"}, {"o", "b, c"}, {"ou", "d,e"}}));
  EXPECT_FALSE(subject_of("cn=a,nonsense").ok());
  EXPECT_FALSE(subject_of("cn=").ok());
  EXPECT_FALSE(subject_of("").ok());
}

TEST(Enrollment, ARequestSaysTheSubjectAndIsSignedByItsKey) {
  const Secret key = ec_key();
  const auto der = make_request(wish(), key, "sha384");
  ASSERT_TRUE(der.ok());
  const unsigned char* at = der->data();
  X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der->size()));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)), 1);
  unsigned char* name = nullptr;
  const int size = i2d_X509_NAME(X509_REQ_get_subject_name(request), &name);
  EXPECT_EQ(engine::x500_text({name, static_cast<std::size_t>(size)}),
            "hostname=gw.example.net,cn=gw.example.net,ou=VPN,o=Example Org");
  OPENSSL_free(name);
  X509_REQ_free(request);
}

TEST(Enrollment, ASelfSignedCertificateIsItsOwnAuthority) {
  const Secret key = ec_key();
  const auto der = make_self_signed(wish(), key, "sha256", 1, 1767571200, 2082931200);
  ASSERT_TRUE(der.ok());
  const auto details = details_of(*der);
  ASSERT_TRUE(details);
  EXPECT_EQ(details->serial, "01");
  EXPECT_EQ(details->not_before, 1767571200);
  EXPECT_EQ(details->not_after, 2082931200);
  EXPECT_TRUE(details->authority);
  EXPECT_EQ(details->signature_algorithm, "SHA256 with ECDSA");
  EXPECT_EQ(details->alternative_names, (std::vector<std::string>{"gw.example.net", "192.0.2.1"}));
  EXPECT_EQ(details->subject.front().keyword, "hostname");
  EXPECT_EQ(details->public_key, *public_half(key));
  EXPECT_EQ(details->subject_key, details->authority_key);
  const auto read = read_certificate(*der);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(is_key_of(**read, key));
}

TEST(Enrollment, KeysHaveTheSizeThatWasAskedFor) {
  const auto shape = [](const engine::Result<Secret>& key) { return shape_of(*public_half(*key)); };
  for (const unsigned bits : {256U, 384U, 521U}) EXPECT_EQ(shape(generate_ec(bits)).bits, bits);
  const auto rsa = shape(generate_rsa(1024));
  EXPECT_EQ(rsa.bits, 1024U);
  EXPECT_EQ(rsa.family, KeyFamily::rsa);
  for (const char* edwards : {"ed25519", "ed448"}) EXPECT_EQ(shape(Secret(pki::KeyPair(edwards).pkcs8())).family, KeyFamily::ec);
  EXPECT_FALSE(generate_ec(255).ok());
  EXPECT_FALSE(public_half(Secret(as_bytes("no key"))).ok());
}

TEST(Enrollment, CertificatesArePastedWithAndWithoutBoundaries) {
  const pki::Holder root = pki::authority();
  const std::string text = pem("CERTIFICATE", root.der);
  EXPECT_EQ(certificate_of_text(text).value(), root.der);
  EXPECT_EQ(certificate_of_text(base64_lines(root.der)).value(), root.der);
  EXPECT_EQ(certificate_of_text("some words\n" + text + "more words\n").value(), root.der);
  EXPECT_FALSE(certificate_of_text(text.substr(0, text.size() / 2)).ok());
  EXPECT_FALSE(certificate_of_text("").ok());
  Bytes longer = root.der;
  longer.push_back(0);
  EXPECT_FALSE(certificate_of_text(base64_lines(longer)).ok());
}

TEST(Enrollment, RevocationListsAreTakenInEveryForm) {
  const Bytes der = pki::crl(pki::authority(), {7});
  EXPECT_EQ(crl_of_text(pem("X509 CRL", der)).value(), der);
  EXPECT_EQ(crl_of_text({reinterpret_cast<const char*>(der.data()), der.size()}).value(), der);
  EXPECT_FALSE(crl_of_text(pem("X509 CRL", pki::authority().der)).ok());
}

TEST(Enrollment, KeysTravelEncryptedAndOpenWithTheirPasswordAlone) {
  const Secret key = ec_key(), password(as_bytes("a password")), wrong(as_bytes("another"));
  const auto text = encrypted_pem(key, password, "DES-EDE3-CBC");
  ASSERT_TRUE(text.ok());
  EXPECT_NE(text->find("Proc-Type: 4,ENCRYPTED"), std::string::npos);
  EXPECT_TRUE(private_key_of_text(*text, password).value().equals(key.expose()));
  EXPECT_FALSE(private_key_of_text(*text, wrong).ok());
  EXPECT_FALSE(private_key_of_text("no key", password).ok());
}

/// Made by `openssl pkcs12 -export -legacy`: RC2-40 and 3DES, as routers write it.
constexpr std::string_view old_pkcs12 =
    "MIIDcgIBAzCCAzgGCSqGSIb3DQEHAaCCAykEggMlMIIDITCCAhcGCSqGSIb3DQEHBqCCAggwggIEAgEAMIIB/QYJKoZIhvcNAQcBMBwGCiqGSI"
    "b3DQEMAQYwDgQIicOtTEZx+9ACAggAgIIB0FE39ykBJxrCf58J+Ls2PmD6ajU4KBrDzpb4iYBbtt95Pj58DC/QrqizTJx2izVnmAkP7IH5pGhk"
    "RsNS9V/A/8+WLM/7TZmJXn5HZ0ULlp1Ogle0mOhnziVfRYvnCLE/q49irE38sa+V6tTgVFiXZs6AS//P3PcktZcxGmn3pn323nDH08PCBj32qV"
    "WKt7vl3lQ9ONHga9sxhm31cb4Ph0vG0kkSeFJz6PpaLYH27b5wXMbJ22wYkKOTVfUFn22j4SUIMAUx8dDicuArO8XiN1suiLSbAInZOzp9WivF"
    "cNhsaMGVb1CAQaXhDLic2SvciPZ9JpyYrAdzDUP3rIeYBtgdxnQ2GVI1fLg7FETqKNdCbvvpEMCiruepUiwuFCJ4Pfb+KZHtqCvuTXw/cUbcDn"
    "G/44fabzXDfZ4u/o6CGumXfEfezpz9R51AMSyTWLwSBIrG0giCG5VSdn58vUPyCK7U7DZAx4z9Phya/NPKXGouT98C4DrhczwWaI7G1+RtFR4c"
    "kSpvPIUJNDt2N8vHpRI6CrOY8YGEnLA9hGWrXIrO5mz8kARqooVlGxKY3ksonG4Y9rIzhjdUbpqD51Crxl5aAhOx7y+5edsYMLOyEZrFMIIBAg"
    "YJKoZIhvcNAQcBoIH0BIHxMIHuMIHrBgsqhkiG9w0BDAoBAqCBtDCBsTAcBgoqhkiG9w0BDAEDMA4ECP7ggv/Qj6LvAgIIAASBkJ/80TXkUu/m"
    "z2SWFqc3OfSZMbcVWTdBRHUuc9xnHS3FskhwgiIfvH5Zch8JiOHPA4isJJGfbC8z1GlVlE3rSGXEzn0PBxOPx8P7Wx33pCfBkDqE1kcoTpD/aS"
    "LjunwNI2lsLb87vezgyQw1pqlHcgf96qk2L1FBtEYQjPX3utSv4QWEnVrLunFfa+PlMw5e1zElMCMGCSqGSIb3DQEJFTEWBBQHGmAlW6M6RQhN"
    "CDq7SLiWy9d4ODAxMCEwCQYFKw4DAhoFAAQUCBjjhv96UA0vdtjlDkhhfwneqnwECDs+Ubi1G4teAgIIAA==";

TEST(Enrollment, Pkcs12OfARouterIsOpened) {
  const auto file = base64_decoded(old_pkcs12);
  ASSERT_TRUE(file.ok());
  const auto bundle = open_pkcs12(*file, Secret(as_bytes("P12Pass")));
  ASSERT_TRUE(bundle.ok()) << bundle.failure().why;
  EXPECT_EQ(*public_half(bundle->key), details_of(bundle->certificate)->public_key);
  EXPECT_FALSE(open_pkcs12(*file, Secret(as_bytes("p12pass"))).ok());
}

TEST(Enrollment, Pkcs12HasKeyCertificateAndTheOthers) {
  const pki::Holder root = pki::authority(), gateway = pki::end_entity(root, "DNS:gw.example.net");
  const Secret password(as_bytes("a password"));
  const auto der = make_pkcs12({Secret(gateway.key.pkcs8()), gateway.der, {root.der}}, "VPN-TP", password);
  ASSERT_TRUE(der.ok());
  const auto opened = open_pkcs12(*der, password);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened->key.equals(gateway.key.pkcs8()));
  EXPECT_EQ(opened->certificate, gateway.der);
  EXPECT_EQ(opened->others, std::vector<Bytes>{root.der});
  EXPECT_FALSE(open_pkcs12(*der, Secret(as_bytes("another"))).ok());
  EXPECT_FALSE(open_pkcs12(root.der, password).ok());
}

}  // namespace
