#include "engine/crypto/scep.hpp"

#include <openssl/asn1t.h>
#include <openssl/cms.h>

#include <algorithm>

#include "engine/crypto/pki_openssl.hpp"
#include "engine/crypto/prf.hpp"

namespace engine::crypto::scep {
namespace {

using Cms = Owner<CMS_ContentInfo, CMS_ContentInfo_free>;
using Certificate = X509Owner;
using SignedRequest = Owner<X509_REQ, X509_REQ_free>;

void free_all(STACK_OF(X509) * list) { sk_X509_pop_free(list, X509_free); }
using CertificateList = Owner<STACK_OF(X509), free_all>;

// Attributes of a message (3.2.1), below VeriSign's arc.
constexpr const char *message_type = "2.16.840.1.113733.1.9.2", *pki_status = "2.16.840.1.113733.1.9.3",
                     *fail_info = "2.16.840.1.113733.1.9.4", *sender_nonce = "2.16.840.1.113733.1.9.5",
                     *recipient_nonce = "2.16.840.1.113733.1.9.6", *transaction_id = "2.16.840.1.113733.1.9.7";

Memory memory_of(ByteView octets) {
  Memory out(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
  require(out != nullptr);
  return out;
}
Bytes octets_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? Bytes(data, data + size) : Bytes{};
}
Cms parse_cms(ByteView der) {
  const unsigned char* at = der.data();
  return Cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
}
std::vector<Bytes> certificates_in(CMS_ContentInfo* cms) {
  const CertificateList list(CMS_get1_certs(cms));
  std::vector<Bytes> out;
  for (int i = 0; list && i < std::min(sk_X509_num(list.get()), 32); ++i)
    out.push_back(der_of(sk_X509_value(list.get(), i), i2d_X509));
  return out;
}

bool add_text(CMS_SignerInfo* signer, const char* attribute, int type, ByteView value) {
  return CMS_signed_add1_attr_by_txt(signer, attribute, type, value.data(), static_cast<int>(value.size())) == 1;
}
/// Empty: it is not there once, or is of another type.
Bytes attribute_of(const CMS_SignerInfo* signer, const char* name, int type) {
  const Owner<ASN1_OBJECT, ASN1_OBJECT_free> object(OBJ_txt2obj(name, 1));
  const auto* value = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(signer, object.get(), -3, type));
  if (!value) return {};
  return {ASN1_STRING_get0_data(value), ASN1_STRING_get0_data(value) + ASN1_STRING_length(value)};
}
std::string text_attribute(const CMS_SignerInfo* signer, const char* name) {
  const Bytes octets = attribute_of(signer, name, V_ASN1_PRINTABLESTRING);
  return {octets.begin(), octets.end()};
}

Result<Bytes> sealed(ByteView content, const Bytes& recipient, const Capabilities& capabilities) {
  const Certificate to = parse_x509(recipient);
  if (!to) return unusable("the CA's certificate cannot be read");
  STACK_OF(X509)* list = sk_X509_new_null();
  require(list != nullptr);
  sk_X509_push(list, to.get());
  const Memory in = memory_of(content);
  const Cms envelope(CMS_encrypt(list, in.get(), capabilities.aes ? EVP_aes_128_cbc() : EVP_des_ede3_cbc(), CMS_BINARY));
  sk_X509_free(list);
  if (!envelope) return unusable("nothing can be encrypted for the CA's key");
  return der_of(envelope.get(), i2d_CMS_ContentInfo);
}

const char* refusal(const std::string& code) {
  if (code == "0") return "unknown or unsupported algorithm";
  if (code == "1") return "the integrity check failed";
  if (code == "2") return "the transaction is not permitted or supported";
  if (code == "3") return "the signing time is too far from the CA's";
  if (code == "4") return "no certificate fits what was asked for";
  return "no reason given";
}

/// The message itself, of which one of `authorities` is the signer.
Result<Bytes> verified(CMS_ContentInfo* cms, const std::vector<Bytes>& authorities) {
  const CertificateList known(sk_X509_new_null());
  require(known != nullptr);
  for (const Bytes& der : authorities)
    if (Certificate each = parse_x509(der)) sk_X509_push(known.get(), each.release());
  const Memory out(BIO_new(BIO_s_mem()));
  require(out != nullptr);
  // A refusal has no content at all (3.3.2).
  const Memory nothing(BIO_new(BIO_s_mem()));
  require(nothing != nullptr);
  BIO_set_mem_eof_return(nothing.get(), 0);
  ASN1_OCTET_STRING** const content = CMS_get0_content(cms);
  const bool empty = !content || !*content;
  if (CMS_verify(cms, known.get(), nullptr, empty ? nothing.get() : nullptr, out.get(),
                 CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN | CMS_BINARY) != 1)
    return unusable("the answer is not signed by the CA");
  return octets_of(out.get());
}

Result<std::vector<Bytes>> opened(ByteView envelope, const Secret& key, const Bytes& signer) {
  const Key own = parse_private(key);
  const Certificate certificate = parse_x509(signer);
  const Cms cms = parse_cms(envelope);
  const Memory out(BIO_new(BIO_s_mem()));
  if (!own || !certificate || !cms || !out ||
      CMS_decrypt(cms.get(), own.get(), certificate.get(), nullptr, out.get(), CMS_BINARY) != 1)
    return unusable("the answer is not encrypted for our key");
  const Cms inside = parse_cms(octets_of(out.get()));
  if (!inside) return unusable("the answer has no certificates in it");
  return certificates_in(inside.get());
}

}  // namespace

Capabilities parse_capabilities(std::string_view text) {
  Capabilities out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const bool standard = word == "SCEPStandard";
    out.post = out.post || standard || word == "POSTPKIOperation";
    out.sha256 = out.sha256 || standard || word == "SHA-256";
    out.aes = out.aes || standard || word == "AES";
    out.renewal = out.renewal || word == "Renewal";
    at = end + 1;
  }
  return out;
}

Result<std::vector<Bytes>> parse_authorities(ByteView body) {
  if (parse_x509(body)) return std::vector<Bytes>{to_bytes(body)};
  const Cms cms = parse_cms(body);
  std::vector<Bytes> out = cms ? certificates_in(cms.get()) : std::vector<Bytes>{};
  if (out.empty()) return unusable("what came is no certificate of a CA");
  forget_errors();
  return out;
}

std::vector<Bytes> trusted_authorities(const std::vector<Bytes>& offered, const Bytes& ca) {
  const Certificate root = parse_x509(ca);
  std::vector<Bytes> out{ca};
  for (const Bytes& der : offered) {
    const Certificate each = parse_x509(der);
    if (!root || !each || equal(der, ca)) continue;
    if (X509_check_issued(root.get(), each.get()) == X509_V_OK && X509_verify(each.get(), X509_get0_pubkey(root.get())) == 1)
      out.push_back(der);
  }
  forget_errors();
  return out;
}

const Bytes* recipient_of(const std::vector<Bytes>& authorities, const Bytes& ca) {
  const auto may = [&](const Bytes& der) {
    const Certificate each = parse_x509(der);
    return !equal(der, ca) && each && X509_check_ca(each.get()) == 0 &&
           (X509_get_key_usage(each.get()) & (X509v3_KU_KEY_ENCIPHERMENT | X509v3_KU_KEY_AGREEMENT)) != 0;
  };
  const auto hit = std::find_if(authorities.begin(), authorities.end(), may);
  if (hit != authorities.end()) return &*hit;
  const auto own = std::find(authorities.begin(), authorities.end(), ca);
  return own == authorities.end() ? nullptr : &*own;
}

Result<Bytes> poll_content(const Bytes& ca, const Bytes& request) {
  const Certificate issuer = parse_x509(ca);
  const unsigned char* at = request.data();
  const SignedRequest asked(d2i_X509_REQ(nullptr, &at, static_cast<long>(request.size())));
  if (!issuer || !asked) return unusable("there is no request");
  Bytes names = der_of(X509_get_subject_name(issuer.get()), i2d_X509_NAME);
  const Bytes subject = der_of(X509_REQ_get_subject_name(asked.get()), i2d_X509_NAME);
  names.insert(names.end(), subject.begin(), subject.end());
  Bytes out(16);
  unsigned char* end = out.data();
  ASN1_put_object(&end, 1, static_cast<int>(names.size()), V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  out.resize(static_cast<std::size_t>(end - out.data()));
  out.insert(out.end(), names.begin(), names.end());
  return out;
}

std::string transaction_of(ByteView public_key) {
  Bytes digest = sha256({public_key});
  digest.resize(16);
  return to_hex(digest);
}

Result<Bytes> make_message(const Message& message, const Secret& key, const Bytes& signer, const Bytes& recipient,
                           const Capabilities& capabilities) {
  const auto envelope = sealed(message.content, recipient, capabilities);
  if (!envelope.ok()) return envelope;
  const Key own = parse_private(key);
  const Certificate certificate = parse_x509(signer);
  if (!own || !certificate) return unusable("there is no key to sign with");
  constexpr unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
  require(cms != nullptr);
  CMS_SignerInfo* info =
      CMS_add1_signer(cms.get(), certificate.get(), own.get(), capabilities.sha256 ? EVP_sha256() : EVP_sha1(), flags);
  const std::string type = std::to_string(static_cast<unsigned>(message.type));
  const bool named = info && add_text(info, message_type, V_ASN1_PRINTABLESTRING, as_bytes(type)) &&
                     add_text(info, transaction_id, V_ASN1_PRINTABLESTRING, as_bytes(message.transaction)) &&
                     add_text(info, sender_nonce, V_ASN1_OCTET_STRING, message.nonce);
  const Memory in = memory_of(*envelope);
  if (!named || CMS_final(cms.get(), in.get(), nullptr, CMS_BINARY) != 1) return unusable("the message could not be signed");
  return der_of(cms.get(), i2d_CMS_ContentInfo);
}

Result<Answer> read_answer(ByteView der, const Message& sent, const Secret& key, const Bytes& signer,
                           const std::vector<Bytes>& authorities) {
  const Cms cms = parse_cms(der);
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return unusable("the answer is no message of SCEP");
  const auto content = verified(cms.get(), authorities);
  if (!content.ok()) return content.failure();
  const STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) return unusable("the answer has more than one signer");
  const CMS_SignerInfo* info = sk_CMS_SignerInfo_value(signers, 0);
  if (text_attribute(info, message_type) != "3") return unusable("the answer is of another kind");
  if (text_attribute(info, transaction_id) != sent.transaction) return unusable("the answer is to another request");
  if (!equal(attribute_of(info, recipient_nonce, V_ASN1_OCTET_STRING), sent.nonce))
    return unusable("the answer is to an earlier message");
  const std::string status = text_attribute(info, pki_status);
  forget_errors();
  if (status == "3") return Answer{Status::pending, {}, {}};
  if (status != "0") return Answer{Status::refused, refusal(text_attribute(info, fail_info)), {}};
  auto certificates = opened(*content, key, signer);
  if (!certificates.ok()) return std::move(certificates.failure());
  return Answer{Status::granted, {}, std::move(*certificates)};
}

}  // namespace engine::crypto::scep
