#include "engine/crypto/sign.hpp"

#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "engine/crypto/remembered.hpp"
#include "engine/crypto/token.hpp"
#include "engine/crypto/x509_openssl.hpp"

namespace engine::crypto {
namespace {

using EcdsaSignature = Owner<ECDSA_SIG, ECDSA_SIG_free>;

/// Octets of r and of s (RFC 4754, 7).
std::size_t half_octets(KeyKind key) { return key == KeyKind::ecdsa_p256 ? 32 : key == KeyKind::ecdsa_p384 ? 48 : 66; }

using Init = int (*)(EVP_MD_CTX*, EVP_PKEY_CTX**, const char*, OSSL_LIB_CTX*, const char*, EVP_PKEY*, const OSSL_PARAM*);

/// The salt of RSASSA-PSS is as long as the hash, and MGF1 hashes alike (RFC 7427, A.4).
bool begin(EVP_MD_CTX* context, Init init, EVP_PKEY* key, const SignatureScheme& scheme) {
  EVP_PKEY_CTX* inner = nullptr;
  const std::string digest(scheme.digest);
  if (init(context, &inner, digest.empty() ? nullptr : digest.c_str(), nullptr, nullptr, key, nullptr) != 1) return false;
  switch (scheme.padding) {
    case SignaturePadding::none:
      return true;
    case SignaturePadding::pkcs1:
      return EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PADDING) == 1;
    case SignaturePadding::pss:
      return EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  return false;
}

Bytes raw_pair(ByteView der, KeyKind key) {
  const unsigned char* at = der.data();
  const EcdsaSignature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  const std::size_t half = half_octets(key);
  Bytes out(2 * half);
  require(pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.data(), static_cast<int>(half)) > 0 &&
          BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.data() + half, static_cast<int>(half)) > 0);
  return out;
}

/// Empty: not of the right length.
Bytes der_pair(ByteView raw, KeyKind key) {
  const std::size_t half = half_octets(key);
  if (raw.size() != 2 * half) return {};
  EcdsaSignature pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw.data(), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr);
  require(pair && r && s && ECDSA_SIG_set0(pair.get(), r, s) == 1);
  return der_of(pair.get(), i2d_ECDSA_SIG);
}

Key parse_public(ByteView der) {
  const unsigned char* at = der.data();
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  return key && at == der.data() + der.size() ? std::move(key) : nullptr;
}

Result<Bytes> made(EVP_PKEY* key, const SignatureScheme& scheme, ByteView octets) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  Bytes out;
  bool done = context && begin(context.get(), EVP_DigestSignInit_ex, key, scheme) &&
              EVP_DigestSign(context.get(), nullptr, &size, octets.data(), octets.size()) == 1;
  if (done) out.resize(size);
  done = done && EVP_DigestSign(context.get(), out.data(), &size, octets.data(), octets.size()) == 1;
  if (!done)
    return Failure{NotifyType::none, Cause::internal_error, "our private key makes no signature by " + std::string(scheme.name)};
  out.resize(size);
  return scheme.form == SignatureForm::raw_pair ? raw_pair(out, kind_of(key)) : out;
}

}  // namespace

Result<Bytes> sign(const std::shared_ptr<const Secret>& pkcs8, const SignatureScheme& scheme, ByteView octets) {
  thread_local Remembered<Secret, Key> keys;
  const Key& known = keys.of(pkcs8, parse_private);
  // A token may come later.
  const Key late = known || !names_token_key(*pkcs8) ? nullptr : token_key(*pkcs8);
  EVP_PKEY* key = known ? known.get() : late.get();
  if (!key || !scheme.fits(kind_of(key)))
    return Failure{NotifyType::none, Cause::no_certificate,
                   "what stands behind our certificate is no private key for " + std::string(scheme.name)};
  auto out = made(key, scheme, octets);
  forget_errors();
  return out;
}

bool verify(ByteView public_key, const SignatureScheme& scheme, ByteView octets, ByteView signature) {
  return verify(parse_public(public_key).get(), scheme, octets, signature);
}

bool verify(EVP_PKEY* key, const SignatureScheme& scheme, ByteView octets, ByteView signature) {
  const KeyKind kind = kind_of(key);
  bool holds = false;
  if (key && scheme.fits(kind)) {
    const Bytes der = scheme.form == SignatureForm::raw_pair ? der_pair(signature, kind) : to_bytes(signature);
    const DigestContext context(EVP_MD_CTX_new());
    holds = !der.empty() && context && begin(context.get(), EVP_DigestVerifyInit_ex, key, scheme) &&
            EVP_DigestVerify(context.get(), der.data(), der.size(), octets.data(), octets.size()) == 1;
  }
  forget_errors();
  return holds;
}

}  // namespace engine::crypto
