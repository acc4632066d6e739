#include "kernel/algorithm_modules.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace kernel {
namespace {

struct Module {
  std::string_view xfrm_name, modules;
};

// The generic ones, which every machine can have (Linux, crypto/Kconfig).
constexpr Module modules[] = {{"cbc(aes)", "cbc, aes_generic"},
                              {"cbc(des3_ede)", "cbc, des_generic"},
                              {"ecb(cipher_null)", "crypto_null"},
                              {"hmac(md5)", "hmac, md5"},
                              {"hmac(sha1)", "hmac, sha1_generic"},
                              {"hmac(sha256)", "hmac, sha256_generic"},
                              {"hmac(sha384)", "hmac, sha512_generic"},
                              {"hmac(sha512)", "hmac, sha512_generic"},
                              {"rfc4106(gcm(aes))", "gcm, ghash_generic, aes_generic, seqiv"},
                              {"rfc4543(gcm(aes))", "gcm, ghash_generic, aes_generic, seqiv"},
                              {"rfc7539esp(chacha20,poly1305)", "chacha20poly1305, chacha_generic, poly1305_generic"}};

std::string with_modules(std::string_view name) {
  const auto found = std::ranges::find(modules, name, &Module::xfrm_name);
  return std::string(name) + (found == std::end(modules) ? "" : " (modules " + std::string(found->modules) + ")");
}

}  // namespace

std::string missing_modules(const engine::Algorithm* encryption, const engine::Algorithm* integrity, bool v4, int error) {
  const bool ah = engine::is_ah(encryption);
  if (error == EPROTONOSUPPORT) return std::string("; the module is ") + (ah ? "ah" : "esp") + (v4 ? "4" : "6");
  if (error != ENOSYS || !encryption) return {};
  std::string out = "; the kernel lacks ";
  if (!ah) out += with_modules(encryption->xfrm_name);
  if (encryption->aead || !integrity) return out;
  return out + (ah ? "" : " or ") + with_modules(integrity->xfrm_name);
}

}  // namespace kernel
