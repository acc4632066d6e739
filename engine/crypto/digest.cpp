#include "engine/crypto/digest.hpp"

#include <array>

#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

std::string md5_text(std::string_view octets) {
  std::array<unsigned char, max_hash_output> digest;
  unsigned length = 0;
  require(EVP_Digest(octets.data(), octets.size(), digest.data(), &length, hash_of(Primitive::hmac_md5).md, nullptr) == 1);
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < length; ++i) {
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 15];
  }
  return out;
}

}  // namespace engine::crypto
