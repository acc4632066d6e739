#include "engine/crypto/openssl.hpp"

#include <cstdlib>

namespace engine::crypto {
namespace {

// Fetched algorithms live as long as the process: a static that freed them would race with a worker that is still at it.
Hash fetch_hash(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  require(md != nullptr);
  return {md, static_cast<std::size_t>(EVP_MD_get_size(md)), static_cast<std::size_t>(EVP_MD_get_block_size(md))};
}

const EVP_CIPHER* fetch_cipher(const char* name) {
  const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  require(cipher != nullptr);
  return cipher;
}

/// Index of a key length in a triple of ciphers.
std::size_t index_of(std::uint16_t key_bits) {
  require(key_bits == 128 || key_bits == 192 || key_bits == 256);
  return (key_bits - 128u) / 64u;
}

}  // namespace

void require(bool condition) {
  if (!condition) std::abort();
}

const Hash& hash_of(Primitive primitive) {
  static const Hash md5 = fetch_hash("MD5");
  static const Hash sha1 = fetch_hash("SHA1");
  static const Hash sha256 = fetch_hash("SHA256");
  static const Hash sha384 = fetch_hash("SHA384");
  static const Hash sha512 = fetch_hash("SHA512");
  switch (primitive) {
    case Primitive::hmac_md5:
      return md5;
    case Primitive::hmac_sha1:
      return sha1;
    case Primitive::hmac_sha256:
      return sha256;
    case Primitive::hmac_sha384:
      return sha384;
    case Primitive::hmac_sha512:
      return sha512;
    default:
      std::abort();
  }
}

const EVP_CIPHER* cipher_of(const Algorithm& row) {
  static const EVP_CIPHER* const cbc[] = {fetch_cipher("AES-128-CBC"), fetch_cipher("AES-192-CBC"), fetch_cipher("AES-256-CBC")};
  static const EVP_CIPHER* const gcm[] = {fetch_cipher("AES-128-GCM"), fetch_cipher("AES-192-GCM"), fetch_cipher("AES-256-GCM")};
  static const EVP_CIPHER* const chacha20_poly1305 = fetch_cipher("ChaCha20-Poly1305");
  static const EVP_CIPHER* const triple_des_cbc = fetch_cipher("DES-EDE3-CBC");
  switch (row.primitive) {
    case Primitive::aes_cbc:
      return cbc[index_of(row.key_bits)];
    case Primitive::aes_gcm:
      return gcm[index_of(row.key_bits)];
    case Primitive::chacha20_poly1305:
      return chacha20_poly1305;
    case Primitive::triple_des_cbc:
      return triple_des_cbc;
    default:
      std::abort();
  }
}

}  // namespace engine::crypto
