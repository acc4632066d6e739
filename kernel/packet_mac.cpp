#include "kernel/packet_mac.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>

namespace kernel {
namespace {

using engine::Primitive;

const char* digest_for(const engine::Algorithm& row) {
  switch (row.primitive) {
    case Primitive::hmac_md5:
      return "MD5";
    case Primitive::hmac_sha1:
      return "SHA1";
    case Primitive::hmac_sha256:
      return "SHA256";
    case Primitive::hmac_sha384:
      return "SHA384";
    case Primitive::hmac_sha512:
      return "SHA512";
    default:
      return nullptr;
  }
}

}  // namespace

void PacketMac::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

bool PacketMac::knows(const engine::Algorithm& row) { return digest_for(row) != nullptr; }

PacketMac::PacketMac(const engine::Algorithm& row, engine::ByteView key) {
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  context_.reset(hmac ? EVP_MAC_CTX_new(hmac) : nullptr);
  EVP_MAC_free(hmac);
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest_for(row)), 0),
                                   OSSL_PARAM_construct_end()};
  if (context_ && EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) != 1) context_.reset();
}

bool PacketMac::write(std::initializer_list<engine::ByteView> parts, std::span<std::uint8_t> icv) {
  std::uint8_t whole[64];
  std::size_t length = 0;
  EVP_MAC_CTX* context = context_.get();
  if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1) return false;
  for (const engine::ByteView part : parts)
    if (EVP_MAC_update(context, part.data(), part.size()) != 1) return false;
  if (EVP_MAC_final(context, whole, &length, sizeof whole) != 1 || length < icv.size()) return false;
  std::copy_n(whole, icv.size(), icv.data());
  return true;
}

}  // namespace kernel
