#include "engine/crypto/password.hpp"

#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

Secret scrypt(ByteView password, ByteView salt, const ScryptCost& cost, std::size_t octets) {
  constexpr std::uint64_t most_memory = 64 << 20;
  Bytes out(octets);
  require(EVP_PBE_scrypt(reinterpret_cast<const char*>(password.data()), password.size(), salt.data(), salt.size(), cost.n,
                         cost.r, cost.p, most_memory, out.data(), out.size()) == 1);
  return Secret(std::move(out));
}

Secret pbkdf2_sha256(ByteView password, ByteView salt, int iterations, std::size_t octets) {
  Bytes out(octets);
  require(PKCS5_PBKDF2_HMAC(reinterpret_cast<const char*>(password.data()), static_cast<int>(password.size()), salt.data(),
                            static_cast<int>(salt.size()), iterations, EVP_sha256(), static_cast<int>(out.size()),
                            out.data()) == 1);
  return Secret(std::move(out));
}

}  // namespace engine::crypto
