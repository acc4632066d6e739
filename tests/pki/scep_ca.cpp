#include "tests/pki/scep_ca.hpp"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>

namespace pki {
namespace {

constexpr const char* arc = "2.16.840.1.113733.1.9.";

EVP_PKEY* key_of(const Holder& holder) { return static_cast<EVP_PKEY*>(holder.key.handle()); }
X509* x509_of(const engine::Bytes& der) {
  const unsigned char* at = der.data();
  return d2i_X509(nullptr, &at, static_cast<long>(der.size()));
}
BIO* bio_of(const engine::Bytes& octets) { return BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())); }
engine::Bytes taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  engine::Bytes out(data, data + size);
  BIO_free(bio);
  return out;
}
engine::Bytes der_of(CMS_ContentInfo* cms) {
  BIO* out = BIO_new(BIO_s_mem());
  i2d_CMS_bio(out, cms);
  return taken(out);
}
CMS_ContentInfo* cms_of(const engine::Bytes& der) {
  const unsigned char* at = der.data();
  return d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size()));
}
engine::Bytes attribute(CMS_SignerInfo* signer, const char* number, int type) {
  ASN1_OBJECT* object = OBJ_txt2obj((std::string(arc) + number).c_str(), 1);
  const auto* value = static_cast<ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(signer, object, -3, type));
  ASN1_OBJECT_free(object);
  return value ? engine::Bytes(ASN1_STRING_get0_data(value), ASN1_STRING_get0_data(value) + ASN1_STRING_length(value))
               : engine::Bytes();
}
std::string text(const engine::Bytes& octets) { return {octets.begin(), octets.end()}; }
void add(CMS_SignerInfo* signer, const char* number, int type, const engine::Bytes& value) {
  CMS_signed_add1_attr_by_txt(signer, (std::string(arc) + number).c_str(), type, value.data(), static_cast<int>(value.size()));
}
engine::Bytes octets(const std::string& value) { return {value.begin(), value.end()}; }

}  // namespace

engine::Bytes ScepCa::operation(const engine::Bytes& message) {
  CMS_ContentInfo* cms = cms_of(message);
  BIO* content = BIO_new(BIO_s_mem());
  if (!cms || CMS_verify(cms, nullptr, nullptr, nullptr, content, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1) {
    BIO_free(content);
    CMS_ContentInfo_free(cms);
    return {};
  }
  CMS_SignerInfo* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
  type = text(attribute(info, "2", V_ASN1_PRINTABLESTRING));
  transaction = text(attribute(info, "7", V_ASN1_PRINTABLESTRING));
  engine::Bytes nonce = attribute(info, "5", V_ASN1_OCTET_STRING);
  STACK_OF(X509)* signers = CMS_get0_signers(cms);
  X509* asking = sk_X509_value(signers, 0);
  unsigned char* der = nullptr;
  const int size = i2d_X509(asking, &der);
  signer.assign(der, der + size);
  OPENSSL_free(der);

  X509* own = x509_of(ca.der);
  CMS_ContentInfo* envelope = cms_of(taken(content));
  BIO* inside = BIO_new(BIO_s_mem());
  if (!envelope || CMS_decrypt(envelope, key_of(ca), own, nullptr, inside, CMS_BINARY) != 1) return {};
  const engine::Bytes opened = taken(inside);
  if (type != "20") request = opened;

  engine::Bytes granted;
  std::string status = mood == Mood::refuses ? "2" : "3";
  if (mood == Mood::grants) {
    status = "0";
    const unsigned char* at = request.data();
    X509_REQ* asked = d2i_X509_REQ(nullptr, &at, static_cast<long>(request.size()));
    if (!asked || X509_REQ_verify(asked, X509_REQ_get0_pubkey(asked)) != 1) return {};
    const int password = X509_REQ_get_attr_by_NID(asked, NID_pkcs9_challengePassword, -1);
    challenge.clear();
    if (password >= 0) {
      const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(X509_REQ_get_attr(asked, password), 0);
      challenge.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value->value.utf8string)),
                       static_cast<std::size_t>(ASN1_STRING_length(value->value.utf8string)));
    }
    static long serial = 5000;
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(made), from);
    ASN1_TIME_set(X509_getm_notAfter(made), until);
    X509_set_subject_name(made, X509_REQ_get_subject_name(asked));
    X509_set_issuer_name(made, X509_get_subject_name(own));
    X509_set_pubkey(made, X509_REQ_get0_pubkey(asked));
    X509_sign(made, key_of(ca), EVP_sha256());
    CMS_ContentInfo* degenerate = CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY);
    CMS_add1_cert(degenerate, made);
    BIO* none = BIO_new(BIO_s_mem());
    CMS_final(degenerate, none, nullptr, CMS_BINARY);
    BIO_free(none);
    const engine::Bytes certificates = der_of(degenerate);
    BIO* all = bio_of(certificates);
    STACK_OF(X509)* to = sk_X509_new_null();
    sk_X509_push(to, asking);
    CMS_ContentInfo* sealed = CMS_encrypt(to, all, EVP_aes_128_cbc(), CMS_BINARY);
    granted = der_of(sealed);
    sk_X509_free(to);
    BIO_free(all);
    CMS_ContentInfo_free(sealed);
    CMS_ContentInfo_free(degenerate);
    X509_free(made);
    X509_REQ_free(asked);
  }

  const Holder& answers = signs ? *signs : ca;
  X509* certificate = x509_of(answers.der);
  const unsigned absent = granted.empty() ? CMS_DETACHED : 0U;
  CMS_ContentInfo* answer = CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY | absent);
  CMS_SignerInfo* signing = CMS_add1_signer(answer, certificate, key_of(answers), EVP_sha256(), CMS_PARTIAL | CMS_BINARY);
  if (other_nonce) nonce.assign(16, 0);
  add(signing, "2", V_ASN1_PRINTABLESTRING, octets("3"));
  add(signing, "3", V_ASN1_PRINTABLESTRING, octets(status));
  if (status == "2") add(signing, "4", V_ASN1_PRINTABLESTRING, octets("2"));
  add(signing, "7", V_ASN1_PRINTABLESTRING, octets(other_transaction ? "another" : transaction));
  add(signing, "6", V_ASN1_OCTET_STRING, nonce);
  BIO* data = granted.empty() ? BIO_new(BIO_s_mem()) : bio_of(granted);
  if (granted.empty()) BIO_set_mem_eof_return(data, 0);
  CMS_final(answer, data, nullptr, CMS_BINARY | absent);
  engine::Bytes out = der_of(answer);
  BIO_free(data);
  CMS_ContentInfo_free(answer);
  CMS_ContentInfo_free(envelope);
  sk_X509_free(signers);
  CMS_ContentInfo_free(cms);
  X509_free(certificate);
  X509_free(own);
  return out;
}

}  // namespace pki
