#include "engine/crypto/x509.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "engine/crypto/token.hpp"
#include "engine/crypto/x509_openssl.hpp"
#include "engine/x500.hpp"

namespace engine::crypto {
namespace {

using Names = Owner<GENERAL_NAMES, GENERAL_NAMES_free>;

Bytes octets_of(const ASN1_STRING* text) {
  const auto* data = ASN1_STRING_get0_data(text);
  return {data, data + ASN1_STRING_length(text)};
}

WallTime time_of(const ASN1_TIME* time) {
  struct tm parts {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  ASN1_TIME* epoch = ASN1_TIME_set(nullptr, 0);
  int days = 0, seconds = 0;
  const bool known = epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
  ASN1_TIME_free(epoch);
  return known ? WallTime{days} * 86400 + seconds : 0;
}

/// What a name without a zero octet in it can be as an identity (RFC 7296, 3.5).
std::optional<Identity> identity_of(const GENERAL_NAME& name) {
  int type = 0;
  const auto* value = GENERAL_NAME_get0_value(&name, &type);
  if (type == GEN_DIRNAME) return Identity{IdType::der_asn1_dn, der_of(static_cast<const X509_NAME*>(value), i2d_X509_NAME)};
  if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_IPADD) return std::nullopt;
  Bytes octets = octets_of(static_cast<const ASN1_STRING*>(value));
  if (type == GEN_IPADD) {
    if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
    return Identity{octets.size() == 4 ? IdType::ipv4_address : IdType::ipv6_address, std::move(octets)};
  }
  if (octets.empty() || std::find(octets.begin(), octets.end(), 0) != octets.end()) return std::nullopt;
  return Identity{type == GEN_DNS ? IdType::fqdn : IdType::rfc822_address, std::move(octets)};
}

std::vector<Identity> alternative_names(const X509* certificate) {
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<Identity> out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
    if (auto identity = identity_of(*sk_GENERAL_NAME_value(names.get(), i))) out.push_back(std::move(*identity));
  return out;
}

Bytes serial_of(const X509* certificate) {
  Bytes out = octets_of(X509_get0_serialNumber(certificate));
  out.erase(out.begin(), std::find_if(out.begin(), out.end(), [](std::uint8_t octet) { return octet != 0; }));
  return out;
}

Bytes sha1(ByteView octets) {
  Bytes out(20);
  unsigned size = 0;
  require(EVP_Digest(octets.data(), octets.size(), out.data(), &size, EVP_sha1(), nullptr) == 1 && size == out.size());
  return out;
}

}  // namespace

void forget_errors() { ERR_clear_error(); }

KeyKind kind_of(const EVP_PKEY* key) {
  if (!key) return KeyKind::unknown;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return KeyKind::rsa;
    case EVP_PKEY_ED25519:
      return KeyKind::ed25519;
    case EVP_PKEY_ED448:
      return KeyKind::ed448;
    case EVP_PKEY_EC:
      break;
    default:
      return KeyKind::unknown;
  }
  char name[64] = {};
  if (EVP_PKEY_get_group_name(key, name, sizeof name, nullptr) != 1) return KeyKind::unknown;
  switch (OBJ_txt2nid(name)) {
    case NID_X9_62_prime256v1:
      return KeyKind::ecdsa_p256;
    case NID_secp384r1:
      return KeyKind::ecdsa_p384;
    case NID_secp521r1:
      return KeyKind::ecdsa_p521;
    default:
      return KeyKind::unknown;
  }
}

X509Owner parse_x509(ByteView der) {
  if (der.size() > max_certificate_octets) return nullptr;
  const unsigned char* at = der.data();
  X509Owner out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  forget_errors();
  return out && at == der.data() + der.size() ? std::move(out) : nullptr;
}

Key parse_private(const Secret& pkcs8) {
  if (names_token_key(pkcs8)) return token_key(pkcs8);
  const ByteView der = pkcs8.expose();
  const unsigned char* at = der.data();
  Key out(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
  forget_errors();
  return out;
}

Result<CertificatePtr> read_certificate(ByteView der) {
  const X509Owner parsed = parse_x509(der);
  if (!parsed)
    return Failure{NotifyType::authentication_failed, Cause::malformed_certificate,
                   "a certificate of " + std::to_string(der.size()) + " octets that is none in DER"};
  return describe(parsed.get());
}

CertificatePtr describe(X509* x) {
  auto out = std::make_shared<Certificate>();
  out->der = der_of(x, i2d_X509);
  out->subject = der_of(X509_get_subject_name(x), i2d_X509_NAME);
  out->issuer = der_of(X509_get_issuer_name(x), i2d_X509_NAME);
  out->subject_text = x500_text(out->subject);
  out->issuer_text = x500_text(out->issuer);
  out->serial = serial_of(x);
  out->not_before = time_of(X509_get0_notBefore(x));
  out->not_after = time_of(X509_get0_notAfter(x));
  const EVP_PKEY* key = X509_get0_pubkey(x);
  out->key = kind_of(key);
  out->key_bits = key ? static_cast<std::uint32_t>(EVP_PKEY_get_bits(key)) : 0;
  out->public_key = der_of(X509_get_X509_PUBKEY(x), i2d_X509_PUBKEY);
  out->key_hash = sha1(out->public_key);
  out->alternative_names = alternative_names(x);
  out->authority = (X509_get_extension_flags(x) & EXFLAG_CA) != 0;
  forget_errors();
  return out;
}

bool is_key_of(const Certificate& certificate, const Secret& pkcs8) {
  const X509Owner parsed = parse_x509(certificate.der);
  const Key key = parse_private(pkcs8);
  const bool fits = parsed && key && X509_check_private_key(parsed.get(), key.get()) == 1;
  forget_errors();
  return fits;
}

}  // namespace engine::crypto
