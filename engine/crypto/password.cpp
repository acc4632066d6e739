#include "engine/crypto/password.hpp"

#include "engine/crypto/openssl.hpp"

namespace engine::crypto {

Secret scrypt(ByteView password, ByteView salt, std::size_t octets) {
  constexpr std::uint64_t n = 16384, r = 8, p = 1, most_memory = 64 << 20;
  Bytes out(octets);
  require(EVP_PBE_scrypt(reinterpret_cast<const char*>(password.data()), password.size(), salt.data(), salt.size(), n, r, p,
                         most_memory, out.data(), out.size()) == 1);
  return Secret(std::move(out));
}

}  // namespace engine::crypto
