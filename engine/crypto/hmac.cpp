#include "engine/crypto/hmac.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

namespace engine::crypto {
namespace {

/// A thread's own context of one hash. It is begun afresh right after each result, so that nothing of a keyed message
/// stays in it and the next message finds it ready.
EVP_MD_CTX* context_of(const Hash& hash) {
  struct Entry {
    const EVP_MD* md = nullptr;
    DigestContext context;
  };
  thread_local std::array<Entry, 5> entries;
  for (Entry& entry : entries) {
    if (entry.md == hash.md) return entry.context.get();
    if (entry.md == nullptr) {
      entry.context.reset(EVP_MD_CTX_new());
      require(entry.context != nullptr && EVP_DigestInit_ex2(entry.context.get(), hash.md, nullptr) == 1);
      entry.md = hash.md;
      return entry.context.get();
    }
  }
  std::abort();
}

void update(EVP_MD_CTX* context, ByteView part) { require(EVP_DigestUpdate(context, part.data(), part.size()) == 1); }

void finish(EVP_MD_CTX* context, std::uint8_t* out) {
  require(EVP_DigestFinal_ex(context, out, nullptr) == 1 && EVP_DigestInit_ex2(context, nullptr, nullptr) == 1);
}

}  // namespace

void digest(const Hash& hash, std::span<const ByteView> parts, std::span<std::uint8_t> out) {
  require(out.size() >= hash.output);
  EVP_MD_CTX* context = context_of(hash);
  for (const ByteView part : parts) update(context, part);
  finish(context, out.data());
}

void hmac(const Hash& hash, ByteView key, std::span<const ByteView> parts, std::span<std::uint8_t> out) {
  require(out.size() >= hash.output);
  std::array<std::uint8_t, max_hash_block> pad{};
  std::array<std::uint8_t, max_hash_output> inner;
  const ByteView padded(pad.data(), hash.block);
  if (key.size() > hash.block)
    digest(hash, {&key, 1}, pad);
  else
    std::copy(key.begin(), key.end(), pad.begin());

  EVP_MD_CTX* context = context_of(hash);
  for (std::uint8_t& octet : pad) octet ^= 0x36;
  update(context, padded);
  for (const ByteView part : parts) update(context, part);
  finish(context, inner.data());

  for (std::uint8_t& octet : pad) octet ^= 0x36 ^ 0x5c;
  update(context, padded);
  update(context, {inner.data(), hash.output});
  finish(context, out.data());
  OPENSSL_cleanse(pad.data(), pad.size());
  OPENSSL_cleanse(inner.data(), inner.size());
}

}  // namespace engine::crypto
