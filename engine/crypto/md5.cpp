#include "engine/crypto/md5.hpp"

#include <openssl/hmac.h>

#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

Bytes md5(std::initializer_list<ByteView> parts) {
  DigestContext context(EVP_MD_CTX_new());
  Bytes out(16);
  require(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) == 1);
  for (const ByteView part : parts) require(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  require(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
  return out;
}

Bytes hmac_md5(ByteView key, ByteView octets) {
  Bytes out(16);
  unsigned length = 0;
  require(HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), octets.data(), octets.size(), out.data(), &length) !=
          nullptr);
  return out;
}

}  // namespace engine::crypto
