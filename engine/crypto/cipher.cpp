#include "engine/crypto/cipher.hpp"

#include <algorithm>
#include <array>

#include "engine/crypto/hmac.hpp"

namespace engine::crypto {
namespace {

constexpr std::size_t salt_octets = 4;  // RFC 5282, 7.1; RFC 4106, 8.1; RFC 7634, 2

/// Lends out the thread's context and resets it, which wipes the key schedule.
class LentContext {
 public:
  LentContext() : context_(own()) {}
  ~LentContext() { EVP_CIPHER_CTX_reset(context_); }
  LentContext(const LentContext&) = delete;
  LentContext& operator=(const LentContext&) = delete;
  EVP_CIPHER_CTX* get() const { return context_; }

 private:
  static EVP_CIPHER_CTX* own() {
    thread_local const CipherContext context(EVP_CIPHER_CTX_new());
    require(context != nullptr);
    return context.get();
  }
  EVP_CIPHER_CTX* context_;
};

const EVP_CIPHER* checked_cipher(const CipherKeys& keys) {
  require(keys.key_encryption->size() == keys.encryption->key_octets);
  return cipher_of(*keys.encryption);
}

/// Salt and explicit IV.
std::array<std::uint8_t, 12> aead_nonce(const CipherKeys& keys, ByteView iv) {
  const ByteView salt = keys.key_encryption->expose().last(salt_octets);
  std::array<std::uint8_t, 12> nonce;
  std::copy(iv.begin(), iv.end(), std::copy(salt.begin(), salt.end(), nonce.begin()));
  return nonce;
}

std::size_t icv_octets(const CipherKeys& keys) {
  return keys.encryption->aead ? keys.encryption->icv_octets : keys.integrity->icv_octets;
}

/// The truncated MAC over associated data, IV and ciphertext.
void authenticate(const CipherKeys& keys, ByteView associated, ByteView iv_and_ciphertext, std::span<std::uint8_t> icv) {
  std::array<std::uint8_t, max_hash_output> mac;
  const ByteView parts[] = {associated, iv_and_ciphertext};
  hmac(hash_of(keys.integrity->primitive), keys.key_integrity->expose(), parts, mac);
  std::copy_n(mac.begin(), icv.size(), icv.begin());
}

int length_of(ByteView octets) { return static_cast<int>(octets.size()); }

/// A failure without detail: what did not verify must not tell why.
Failure not_verified() { return {NotifyType::none, Cause::integrity_failed, "the integrity checksum does not hold"}; }
Failure does_not_fit(std::size_t octets) {
  return {NotifyType::none, Cause::integrity_failed,
          "an encrypted payload of " + std::to_string(octets) + " octets does not fit its cipher"};
}

Bytes open_cbc(const CipherKeys& keys, ByteView iv, ByteView ciphertext) {
  const LentContext context;
  Bytes plaintext(ciphertext.size());
  int written = 0;
  require(EVP_DecryptInit_ex2(context.get(), checked_cipher(keys), keys.key_encryption->expose().data(), iv.data(), nullptr) ==
              1 &&
          EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
          EVP_DecryptUpdate(context.get(), plaintext.data(), &written, ciphertext.data(), length_of(ciphertext)) == 1);
  return plaintext;
}

Result<Bytes> open_aead(const CipherKeys& keys, ByteView associated, ByteView iv, ByteView ciphertext, ByteView icv) {
  const LentContext context;
  const auto nonce = aead_nonce(keys, iv);
  std::array<std::uint8_t, 16> tag;
  std::copy(icv.begin(), icv.end(), tag.begin());
  Bytes plaintext(ciphertext.size());
  int written = 0;
  require(EVP_DecryptInit_ex2(context.get(), checked_cipher(keys), keys.key_encryption->expose().data(), nonce.data(), nullptr) ==
              1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, length_of(icv), tag.data()) == 1 &&
          EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(), length_of(associated)) == 1 &&
          EVP_DecryptUpdate(context.get(), plaintext.data(), &written, ciphertext.data(), length_of(ciphertext)) == 1);
  std::uint8_t none[1];
  if (EVP_DecryptFinal_ex(context.get(), none, &written) != 1) return not_verified();
  return plaintext;
}

}  // namespace

std::size_t overhead(const CipherKeys& keys) { return keys.encryption->iv_octets + icv_octets(keys); }

Bytes seal(const CipherKeys& keys, ByteView associated, ByteView iv, ByteView plaintext) {
  require(iv.size() == keys.encryption->iv_octets && plaintext.size() % keys.encryption->block_octets == 0);
  Bytes out(overhead(keys) + plaintext.size());
  std::copy(iv.begin(), iv.end(), out.begin());
  std::uint8_t* const ciphertext = out.data() + iv.size();
  const std::span<std::uint8_t> icv = std::span(out).last(icv_octets(keys));
  const std::uint8_t* const key = keys.key_encryption->expose().data();
  const LentContext context;
  int written = 0;
  if (keys.encryption->aead) {
    const auto nonce = aead_nonce(keys, iv);
    std::uint8_t none[1];
    require(EVP_EncryptInit_ex2(context.get(), checked_cipher(keys), key, nonce.data(), nullptr) == 1 &&
            EVP_EncryptUpdate(context.get(), nullptr, &written, associated.data(), length_of(associated)) == 1 &&
            EVP_EncryptUpdate(context.get(), ciphertext, &written, plaintext.data(), length_of(plaintext)) == 1 &&
            EVP_EncryptFinal_ex(context.get(), none, &written) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, length_of(icv), icv.data()) == 1);
  } else {
    require(EVP_EncryptInit_ex2(context.get(), checked_cipher(keys), key, iv.data(), nullptr) == 1 &&
            EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
            EVP_EncryptUpdate(context.get(), ciphertext, &written, plaintext.data(), length_of(plaintext)) == 1);
    authenticate(keys, associated, ByteView(out).first(out.size() - icv.size()), icv);
  }
  return out;
}

Result<Bytes> open(const CipherKeys& keys, ByteView associated, ByteView sealed) {
  const Algorithm& encryption = *keys.encryption;
  if (sealed.size() <= overhead(keys)) return does_not_fit(sealed.size());
  const ByteView iv = sealed.first(encryption.iv_octets);
  const ByteView icv = sealed.last(icv_octets(keys));
  const ByteView ciphertext = sealed.subspan(iv.size(), sealed.size() - overhead(keys));
  if (encryption.aead) return open_aead(keys, associated, iv, ciphertext, icv);
  if (ciphertext.size() % encryption.block_octets != 0) return does_not_fit(sealed.size());
  std::array<std::uint8_t, max_hash_output> expected;
  const std::span<std::uint8_t> expected_icv(expected.data(), icv.size());
  authenticate(keys, associated, sealed.first(sealed.size() - icv.size()), expected_icv);
  if (!constant_time_equal(expected_icv, icv)) return not_verified();
  return open_cbc(keys, iv, ciphertext);
}

}  // namespace engine::crypto
