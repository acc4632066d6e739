#include "tests/pki/maker.hpp"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "tests/pki/rsa_keys.hpp"

namespace pki {
namespace {

[[noreturn]] void bad(const std::string& what) {
  std::fprintf(stderr, "test certificate: %s\n", what.c_str());
  std::abort();
}
template <class T>
T must(T value, const std::string& what) {
  if (!value) bad(what);
  return value;
}

EVP_PKEY* handle(const KeyPair& key) { return static_cast<EVP_PKEY*>(key.handle()); }

EVP_PKEY* draw(const std::string& kind) {
  if (kind == "ed25519" || kind == "ed448") return EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str());
  if (kind.rfind("rsa ", 0) != 0) return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str());
  const char* pem = rsa_key(kind.substr(4));
  if (!pem) return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(std::stoul(kind.substr(4))));
  BIO* in = BIO_new_mem_buf(pem, -1);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  return key;
}

template <class T, class Encode>
engine::Bytes der(T* value, Encode encode) {
  const int size = encode(value, nullptr);
  if (size <= 0) bad("no DER");
  engine::Bytes out(static_cast<std::size_t>(size));
  unsigned char* at = out.data();
  encode(value, &at);
  return out;
}

/// "CN=gw,O=Example", the most specific first, as a Name, whose order is the other way.
X509_NAME* name_of(const std::string& text) {
  X509_NAME* name = X509_NAME_new();
  for (std::size_t end = text.size(); end > 0;) {
    const std::size_t comma = text.rfind(',', end - 1);
    const std::size_t from = comma == std::string::npos ? 0 : comma + 1;
    const std::string part = text.substr(from, end - from);
    const std::size_t equals = part.find('=');
    must(X509_NAME_add_entry_by_txt(name, part.substr(0, equals).c_str(), MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(part.data() + equals + 1),
                                    static_cast<int>(part.size() - equals - 1), -1, 0),
         part);
    end = comma == std::string::npos ? 0 : comma;
  }
  return name;
}

const EVP_MD* digest_of(EVP_PKEY* key, const std::string& name) {
  const bool edwards = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
  return edwards ? nullptr : must(EVP_get_digestbyname(name.c_str()), name);
}

X509* parse(const engine::Bytes& octets) {
  const unsigned char* at = octets.data();
  return must(d2i_X509(nullptr, &at, static_cast<long>(octets.size())), "the issuer");
}

}  // namespace

KeyPair::KeyPair(const std::string& kind)
    : key_(must(draw(kind), kind), [](void* key) { EVP_PKEY_free(static_cast<EVP_PKEY*>(key)); }) {}

KeyPair KeyPair::rsa_public(std::size_t bits, const std::string& exponent, bool odd) {
  BIGNUM *n = BN_new(), *e = nullptr;
  BN_hex2bn(&e, exponent.c_str());
  BN_set_bit(n, static_cast<int>(bits));
  BN_sub_word(n, odd ? 1 : 2);
  OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_BN(build, "n", n);
  OSSL_PARAM_BLD_push_BN(build, "e", e);
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context);
  EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(build);
  BN_free(n);
  BN_free(e);
  return KeyPair(std::shared_ptr<void>(must(key, "an odd RSA key"), [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }));
}

engine::Bytes KeyPair::pkcs8() const {
  PKCS8_PRIV_KEY_INFO* info = must(EVP_PKEY2PKCS8(pki::handle(*this)), "PKCS#8");
  engine::Bytes out = der(info, i2d_PKCS8_PRIV_KEY_INFO);
  PKCS8_PRIV_KEY_INFO_free(info);
  return out;
}

engine::CertificatePtr Holder::certificate() const {
  auto read = engine::crypto::read_certificate(der);
  return read.ok() ? *read : nullptr;
}

namespace {

Holder made(const KeyPair& key, const Wanted& wanted, const Holder* issuer) {
  static long next = 1;
  Holder out{key, {}};
  X509* x = X509_new();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), wanted.serial ? wanted.serial : next++);
  X509_NAME* subject = name_of(wanted.subject);
  X509_set_subject_name(x, subject);
  X509* parent = issuer ? parse(issuer->der) : nullptr;
  X509_set_issuer_name(x, parent ? X509_get_subject_name(parent) : subject);
  ASN1_TIME_set(X509_getm_notBefore(x), wanted.not_before);
  ASN1_TIME_set(X509_getm_notAfter(x), wanted.not_after);
  X509_set_pubkey(x, handle(out.key));
  X509V3_CTX context;
  X509V3_set_ctx(&context, parent ? parent : x, x, nullptr, nullptr, 0);
  for (const auto& [extension, value] : wanted.extensions) {
    X509_EXTENSION* made = must(X509V3_EXT_nconf(nullptr, &context, extension.c_str(), value.c_str()), extension + " " + value);
    X509_add_ext(x, made, -1);
    X509_EXTENSION_free(made);
  }
  EVP_PKEY* signer = handle(issuer ? issuer->key : out.key);
  must(X509_sign(x, signer, digest_of(signer, wanted.digest)), "the signature");
  out.der = der(x, i2d_X509);
  X509_NAME_free(subject);
  X509_free(parent);
  X509_free(x);
  return out;
}

}  // namespace

Holder issue(const Wanted& wanted, const Holder* issuer, const std::string& key) { return made(KeyPair(key), wanted, issuer); }
Holder certify(const KeyPair& key, const Wanted& wanted, const Holder& issuer) { return made(key, wanted, &issuer); }

Holder authority(const std::string& subject, const Holder* issuer, const std::string& key) {
  return issue({subject, {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,keyCertSign,cRLSign"}}}, issuer, key);
}

Holder end_entity(const Holder& issuer, const std::string& names, const std::string& subject, const std::string& key) {
  Wanted wanted{subject, {{"keyUsage", "critical,digitalSignature"}}};
  if (!names.empty()) wanted.extensions["subjectAltName"] = names;
  return issue(wanted, &issuer, key);
}

namespace {

void number(X509_CRL* list, int nid, long value) {
  ASN1_INTEGER* integer = ASN1_INTEGER_new();
  ASN1_INTEGER_set(integer, value);
  must(X509_CRL_add1_ext_i2d(list, nid, integer, nid == NID_delta_crl ? 1 : 0, 0), "the list's number");
  ASN1_INTEGER_free(integer);
}

engine::Bytes list_of(const Holder& issuer, const std::vector<long>& serials, engine::WallTime this_update,
                      engine::WallTime next_update, const std::function<void(X509_CRL*)>& add) {
  X509* parent = parse(issuer.der);
  X509_CRL* list = X509_CRL_new();
  X509_CRL_set_version(list, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(parent));
  ASN1_TIME* time = ASN1_TIME_set(nullptr, this_update);
  X509_CRL_set1_lastUpdate(list, time);
  for (const long serial : serials) {
    X509_REVOKED* entry = X509_REVOKED_new();
    ASN1_INTEGER* number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, time);
    X509_CRL_add0_revoked(list, entry);
    ASN1_INTEGER_free(number);
  }
  ASN1_TIME_set(time, next_update);
  X509_CRL_set1_nextUpdate(list, time);
  add(list);
  X509_CRL_sort(list);
  must(X509_CRL_sign(list, handle(issuer.key), digest_of(handle(issuer.key), "SHA256")), "the list's signature");
  engine::Bytes out = der(list, i2d_X509_CRL);
  ASN1_TIME_free(time);
  X509_CRL_free(list);
  X509_free(parent);
  return out;
}

}  // namespace

engine::Bytes crl(const Holder& issuer, const std::vector<long>& serials, engine::WallTime this_update,
                  engine::WallTime next_update) {
  return list_of(issuer, serials, this_update, next_update, [](X509_CRL*) {});
}

engine::Bytes crl(const Holder& issuer, const std::vector<long>& serials, const Numbered& numbered,
                  engine::WallTime next_update) {
  return list_of(issuer, serials, now - day, next_update, [&](X509_CRL* list) {
    number(list, NID_crl_number, numbered.number);
    if (numbered.base > 0) number(list, NID_delta_crl, numbered.base);
    if (numbered.freshest.empty()) return;
    X509_EXTENSION* extension =
        must(X509V3_EXT_conf_nid(nullptr, nullptr, NID_freshest_crl, ("URI:" + numbered.freshest).c_str()), "freshest CRL");
    X509_CRL_add_ext(list, extension, -1);
    X509_EXTENSION_free(extension);
  });
}

engine::Bytes ocsp_response(const Holder& about, const Holder& issuer, const Holder& signer, const OcspSaid& said) {
  X509 *subject = parse(about.der), *parent = parse(issuer.der), *responder = parse(signer.der);
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id = OCSP_cert_to_id(nullptr, subject, parent);
  ASN1_TIME* from = ASN1_TIME_adj(nullptr, said.this_update, 0, 0);
  ASN1_TIME* until = said.next_update ? ASN1_TIME_adj(nullptr, said.next_update, 0, 0) : nullptr;
  must(OCSP_basic_add1_status(basic, id, static_cast<int>(said.status), OCSP_REVOKED_STATUS_NOSTATUS, from, from, until),
       "a status");
  engine::Bytes nonce = said.nonce;
  if (!nonce.empty()) OCSP_basic_add1_nonce(basic, nonce.data(), static_cast<int>(nonce.size()));
  must(OCSP_basic_sign(basic, responder, handle(signer.key), EVP_sha256(), nullptr, 0), "the response's signature");
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  engine::Bytes out = der(response, i2d_OCSP_RESPONSE);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  ASN1_TIME_free(from);
  ASN1_TIME_free(until);
  for (X509* each : {subject, parent, responder}) X509_free(each);
  return out;
}

long serial_of(const Holder& holder) {
  X509* x = parse(holder.der);
  const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(x));
  X509_free(x);
  return serial;
}

}  // namespace pki
