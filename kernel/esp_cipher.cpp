#include "kernel/esp_cipher.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "kernel/packet_fields.hpp"

namespace kernel {
namespace {

using engine::Primitive;

engine::Failure cipher_refused(std::string why) {
  return {engine::NotifyType::none, engine::Cause::install_failed, std::move(why)};
}

const EVP_CIPHER* cipher_for(const engine::Algorithm& row) {
  const auto sized = [&](const EVP_CIPHER* small, const EVP_CIPHER* middle, const EVP_CIPHER* large) {
    return row.key_bits == 128 ? small : row.key_bits == 192 ? middle : large;
  };
  switch (row.primitive) {
    case Primitive::aes_cbc:
      return sized(EVP_aes_128_cbc(), EVP_aes_192_cbc(), EVP_aes_256_cbc());
    case Primitive::aes_gcm:
    case Primitive::aes_gmac:
      return sized(EVP_aes_128_gcm(), EVP_aes_192_gcm(), EVP_aes_256_gcm());
    case Primitive::chacha20_poly1305:
      return EVP_chacha20_poly1305();
    case Primitive::triple_des_cbc:
      return EVP_des_ede3_cbc();
    case Primitive::null:
      return EVP_enc_null();
    default:
      return nullptr;
  }
}

}  // namespace

void EspCipher::CipherFree::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

engine::Result<EspCipher> EspCipher::create(const engine::SaParameters& sa, Direction direction, Library library) {
  if (!sa.encryption || !cipher_for(*sa.encryption)) return cipher_refused("no encryption algorithm for ESP");
  if (sa.key_encryption.size() != sa.encryption->key_octets) return cipher_refused("encryption key of the wrong length");

  EspCipher out;
  out.direction_ = direction;
  out.library_ = library;
  out.aead_ = sa.encryption->aead;
  out.encrypts_ = sa.encryption->primitive != Primitive::aes_gmac;
  out.esn_ = sa.extended_sequence_numbers;
  out.iv_octets_ = sa.encryption->iv_octets;
  out.alignment_ = std::max<std::uint8_t>(4, sa.encryption->block_octets);

  if (out.aead_) {
    if (sa.integrity) return cipher_refused("an integrity algorithm beside an AEAD cipher");
    out.icv_octets_ = sa.encryption->icv_octets;
  } else {
    if (!sa.integrity || !PacketMac::knows(*sa.integrity)) return cipher_refused("no integrity algorithm for ESP");
    if (sa.key_integrity.size() != sa.integrity->key_octets) return cipher_refused("integrity key of the wrong length");
    out.icv_octets_ = sa.integrity->icv_octets;
  }
  out.keys_ = std::make_unique<engine::SaParameters>(engine::SaParameters{
      sa.spi, sa.encryption, sa.integrity, out.esn_, sa.key_encryption.duplicate(), sa.key_integrity.duplicate()});
  return out;
}

bool EspCipher::make_contexts() {
  if (library_ == Library::fastest && (many_ = MbCipher::create(*keys_))) {
    keys_.reset();
    return true;
  }
  engine::ByteView key = keys_->key_encryption.expose();
  if (aead_) {
    salt_ = engine::Secret(key.last(salt_octets));
    key = key.first(key.size() - salt_octets);
  } else {
    mac_ = PacketMac(*keys_->integrity, keys_->key_integrity.expose());
    if (!mac_) return false;
  }
  cipher_.reset(EVP_CIPHER_CTX_new());
  if (!cipher_ ||
      EVP_CipherInit_ex(cipher_.get(), cipher_for(*keys_->encryption), nullptr, key.data(), nullptr,
                        direction_ == Direction::seal) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher_.get(), 0) != 1)
    return false;
  keys_.reset();
  return true;
}

// RFC 4106, 4 and 5, and RFC 7634, 2: nonce = salt | IV; AAD = SPI | sequence number, 8 octets of it with ESN. RFC 4543, 3.2
// and 3.3: with GMAC the IV and the text, which stays as it is, follow as AAD. RFC 8750, 4: an IV that is not sent is the
// sequence number, in 8 octets.
bool EspCipher::combined(std::span<std::uint8_t> packet, std::uint64_t sequence) {
  std::uint8_t nonce[12], aad[12];
  std::copy_n(salt_.expose().data(), salt_octets, nonce);
  if (iv_octets_ == 0)
    put_u64(nonce + salt_octets, sequence);
  else
    std::copy_n(packet.data() + esp_header_octets, iv_octets_, nonce + salt_octets);
  std::copy_n(packet.data(), esp_header_octets, aad);
  if (esn_) put_u64(aad + 4, sequence);

  EVP_CIPHER_CTX* context = cipher_.get();
  const bool sealing = direction_ == Direction::seal;
  const std::size_t start = esp_header_octets + (encrypts_ ? iv_octets_ : 0);
  const auto text = packet.subspan(start, packet.size() - start - icv_octets_);
  std::uint8_t* icv = packet.data() + packet.size() - icv_octets_;
  std::uint8_t none[1];
  const int icv_size = static_cast<int>(icv_octets_);
  int length = 0;
  if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, nonce, -1) != 1) return false;
  if (!sealing && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, icv_size, icv) != 1) return false;
  if (EVP_CipherUpdate(context, nullptr, &length, aad, esn_ ? 12 : 8) != 1) return false;
  if (EVP_CipherUpdate(context, encrypts_ ? text.data() : nullptr, &length, text.data(), static_cast<int>(text.size())) != 1)
    return false;
  if (EVP_CipherFinal_ex(context, none, &length) != 1) return false;
  return !sealing || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, icv_size, icv) == 1;
}

// RFC 4303, 2.2.1: with ESN the high half is authenticated behind the packet, without being sent.
bool EspCipher::mac(engine::ByteView authenticated, std::uint64_t sequence, std::span<std::uint8_t> icv) {
  std::uint8_t high[4];
  put_u32(high, static_cast<std::uint32_t>(sequence >> 32));
  return mac_.write({authenticated, engine::ByteView(high).first(esn_ ? 4 : 0)}, icv);
}

void EspCipher::seal(std::span<CipherWork> work) {
  if (!ready()) return;
  if (many_) return many_->seal(work);
  for (CipherWork& one : work) one.done = seal(one.packet, one.sequence);
}

void EspCipher::open(std::span<CipherWork> work) {
  if (!ready()) return;
  if (many_) return many_->open(work);
  for (CipherWork& one : work) one.done = open(one.packet, one.sequence);
}

bool EspCipher::seal(std::span<std::uint8_t> packet, std::uint64_t sequence) {
  std::uint8_t* iv = packet.data() + esp_header_octets;
  if (aead_) {
    if (iv_octets_ != 0) put_u64(iv, sequence);
    return combined(packet, sequence);
  }
  // The IV is the never repeating sequence number encrypted under the same key (NIST SP 800-38A, appendix C): encrypting
  // it as a first block under a zero IV makes it, and chains the text to it, in one pass.
  static constexpr std::uint8_t zero[16] = {};
  if (iv_octets_ != 0) {
    std::fill_n(iv, iv_octets_, std::uint8_t{0});
    put_u64(iv, sequence);
  }
  const std::size_t authenticated = packet.size() - icv_octets_;
  int length = 0;
  if (EVP_CipherInit_ex(cipher_.get(), nullptr, nullptr, nullptr, zero, -1) != 1) return false;
  if (EVP_CipherUpdate(cipher_.get(), iv, &length, iv, static_cast<int>(authenticated - esp_header_octets)) != 1) return false;
  return mac(packet.first(authenticated), sequence, packet.last(icv_octets_));
}

bool EspCipher::open(std::span<std::uint8_t> packet, std::uint64_t sequence) {
  if (aead_) return combined(packet, sequence);
  std::uint8_t computed[64];
  const std::size_t authenticated = packet.size() - icv_octets_;
  if (!mac(packet.first(authenticated), sequence, {computed, icv_octets_})) return false;
  if (!engine::constant_time_equal({computed, icv_octets_}, packet.last(icv_octets_))) return false;
  const std::uint8_t* iv = packet.data() + esp_header_octets;
  const auto text = packet.subspan(esp_header_octets + iv_octets_, authenticated - esp_header_octets - iv_octets_);
  int length = 0;
  if (EVP_CipherInit_ex(cipher_.get(), nullptr, nullptr, nullptr, iv, -1) != 1) return false;
  return EVP_CipherUpdate(cipher_.get(), text.data(), &length, text.data(), static_cast<int>(text.size())) == 1;
}

}  // namespace kernel
