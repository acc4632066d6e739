#include "engine/crypto/key_pair.hpp"

#include <openssl/rsa.h>

#include "engine/crypto/pki_openssl.hpp"

namespace engine::crypto {

Secret pkcs8_of(EVP_PKEY* key) {
  const Owner<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(EVP_PKEY2PKCS8(key));
  require(info != nullptr);
  return Secret(der_of(info.get(), i2d_PKCS8_PRIV_KEY_INFO));
}

Result<Secret> generate_rsa(unsigned bits) {
  const Key key(EVP_RSA_gen(bits));
  if (!key) return unusable("no RSA key of " + std::to_string(bits) + " bits could be made");
  return pkcs8_of(key.get());
}

Result<Secret> generate_ec(unsigned bits) {
  const char* curve = bits == 256 ? "P-256" : bits == 384 ? "P-384" : bits == 521 ? "P-521" : nullptr;
  const Key key(curve ? EVP_EC_gen(curve) : nullptr);
  if (!key) return unusable("there is no curve of " + std::to_string(bits) + " bits");
  return pkcs8_of(key.get());
}

Result<Bytes> public_half(const Secret& pkcs8) {
  const Key key = parse_private(pkcs8);
  if (!key) return unusable("it is no private key");
  return der_of(key.get(), i2d_PUBKEY);
}

KeyShape shape_of(ByteView public_key) {
  const unsigned char* at = public_key.data();
  const Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key.size())));
  ERR_clear_error();
  if (!key) return {};
  KeyShape shape{KeyFamily::other, static_cast<unsigned>(EVP_PKEY_get_bits(key.get()))};
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA:
      shape.family = KeyFamily::rsa;
      break;
    case EVP_PKEY_EC:
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
      shape.family = KeyFamily::ec;
      break;
    default:
      break;
  }
  return shape;
}

}  // namespace engine::crypto
