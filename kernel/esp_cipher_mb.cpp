#include "kernel/esp_cipher_mb.hpp"

#if SALLYPORT_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "kernel/packet_fields.hpp"

namespace kernel {

#if SALLYPORT_IPSEC_MB
namespace {

using engine::Primitive;

constexpr std::size_t block_octets = 16;
constexpr std::size_t most_at_once = 64, longest_tag = 64;

/// The library's state: one a thread, since it is used without a lock. Null: this CPU has no AES instructions.
IMB_MGR* manager() {
  struct Free {
    void operator()(IMB_MGR* p) const { free_mb_mgr(p); }
  };
  static thread_local const std::unique_ptr<IMB_MGR, Free> own = [] {
    std::unique_ptr<IMB_MGR, Free> made(alloc_mb_mgr(0));
    if (made) init_mb_mgr_auto(made.get(), nullptr);
    if (made && !(made->features & IMB_FEATURE_AESNI)) made.reset();
    return made;
  }();
  return own.get();
}

/// Expanded keys, wiped when they go.
template <class Keys>
struct Wiped {
  alignas(64) Keys keys{};
  ~Wiped() {
    std::memset(&keys, 0, sizeof keys);
    asm volatile("" : : "r"(&keys) : "memory");
  }
};

/// AES-GCM (RFC 4106, 8750), one packet a call: a packet alone fills the CPU's lanes.
class MbGcm final : public MbCipher {
 public:
  MbGcm(IMB_MGR* mgr, const engine::SaParameters& sa)
      : bits_(sa.encryption->key_bits),
        esn_(sa.extended_sequence_numbers),
        iv_octets_(sa.encryption->iv_octets),
        icv_octets_(sa.encryption->icv_octets) {
    const engine::ByteView key = sa.key_encryption.expose();
    std::copy_n(key.end() - salt_octets, salt_octets, salt_.keys.begin());
    if (bits_ == 128) IMB_AES128_GCM_PRE(mgr, key.data(), &key_.keys);
    if (bits_ == 192) IMB_AES192_GCM_PRE(mgr, key.data(), &key_.keys);
    if (bits_ == 256) IMB_AES256_GCM_PRE(mgr, key.data(), &key_.keys);
  }
  void seal(std::span<CipherWork> work) override {
    IMB_MGR* const mgr = manager();
    for (CipherWork& one : work) {
      if (iv_octets_ != 0) put_u64(one.packet.data() + esp_header_octets, one.sequence);
      run(mgr, one, true, one.packet.data() + one.packet.size() - icv_octets_);
      one.done = true;
    }
  }
  void open(std::span<CipherWork> work) override {
    IMB_MGR* const mgr = manager();
    for (CipherWork& one : work) {
      std::uint8_t computed[block_octets];
      run(mgr, one, false, computed);
      one.done = engine::constant_time_equal({computed, icv_octets_}, one.packet.last(icv_octets_));
    }
  }

 private:
  void run(IMB_MGR* mgr, const CipherWork& one, bool sealing, std::uint8_t* tag) {
    std::uint8_t nonce[12], aad[12];
    std::copy(salt_.keys.begin(), salt_.keys.end(), nonce);
    // RFC 8750, 4: an IV that is not sent is the sequence number.
    put_u64(nonce + salt_octets, one.sequence);
    if (iv_octets_ != 0) std::copy_n(one.packet.data() + esp_header_octets, iv_octets_, nonce + salt_octets);
    std::copy_n(one.packet.data(), esp_header_octets, aad);
    if (esn_) put_u64(aad + 4, one.sequence);
    std::uint8_t* const text = one.packet.data() + esp_header_octets + iv_octets_;
    const std::size_t length = one.packet.size() - esp_header_octets - iv_octets_ - icv_octets_;
    const auto how = bits_ == 128   ? (sealing ? mgr->gcm128_enc : mgr->gcm128_dec)
                     : bits_ == 192 ? (sealing ? mgr->gcm192_enc : mgr->gcm192_dec)
                                    : (sealing ? mgr->gcm256_enc : mgr->gcm256_dec);
    how(&key_.keys, &context_.keys, text, text, length, nonce, aad, esn_ ? 12 : 8, tag, icv_octets_);
  }

  Wiped<gcm_key_data> key_;
  Wiped<gcm_context_data> context_;
  Wiped<std::array<std::uint8_t, salt_octets>> salt_;
  unsigned bits_;
  bool esn_;
  std::size_t iv_octets_, icv_octets_;
};

struct Hmac {
  Primitive primitive;
  IMB_HASH_ALG algorithm;
  std::size_t block, icv;
};
constexpr Hmac hmacs[] = {{Primitive::hmac_sha1, IMB_AUTH_HMAC_SHA_1, 64, 12},
                          {Primitive::hmac_sha256, IMB_AUTH_HMAC_SHA_256, 64, 16},
                          {Primitive::hmac_sha384, IMB_AUTH_HMAC_SHA_384, 128, 24},
                          {Primitive::hmac_sha512, IMB_AUTH_HMAC_SHA_512, 128, 32}};

/// AES-CBC with HMAC: both are chains within a packet, so only many packets side by side fill the CPU's lanes.
class MbCbc final : public MbCipher {
 public:
  MbCbc(IMB_MGR* mgr, const engine::SaParameters& sa, const Hmac& hmac)
      : hmac_(hmac), key_octets_(sa.encryption->key_octets), esn_(sa.extended_sequence_numbers) {
    const std::uint8_t* key = sa.key_encryption.expose().data();
    Keys& k = keys_.keys;
    if (key_octets_ == 16) IMB_AES_KEYEXP_128(mgr, key, k.sealing, k.opening);
    if (key_octets_ == 24) IMB_AES_KEYEXP_192(mgr, key, k.sealing, k.opening);
    if (key_octets_ == 32) IMB_AES_KEYEXP_256(mgr, key, k.sealing, k.opening);
    pad(mgr, sa.key_integrity.expose(), 0x36, k.inner);
    pad(mgr, sa.key_integrity.expose(), 0x5C, k.outer);
  }
  void seal(std::span<CipherWork> work) override { run(work, true); }
  void open(std::span<CipherWork> work) override { run(work, false); }

 private:
  struct Keys {
    alignas(16) std::uint8_t sealing[15 * block_octets], opening[15 * block_octets];
    alignas(16) std::uint8_t inner[64], outer[64];
  };

  // RFC 2104: the state after the first block, which is the key XORed with a constant.
  void pad(IMB_MGR* mgr, engine::ByteView key, std::uint8_t with, std::uint8_t* state) {
    Wiped<std::array<std::uint8_t, 128>> block;
    std::copy(key.begin(), key.end(), block.keys.begin());
    for (auto& octet : block.keys) octet ^= with;
    if (hmac_.algorithm == IMB_AUTH_HMAC_SHA_1) IMB_SHA1_ONE_BLOCK(mgr, block.keys.data(), state);
    if (hmac_.algorithm == IMB_AUTH_HMAC_SHA_256) IMB_SHA256_ONE_BLOCK(mgr, block.keys.data(), state);
    if (hmac_.algorithm == IMB_AUTH_HMAC_SHA_384) IMB_SHA384_ONE_BLOCK(mgr, block.keys.data(), state);
    if (hmac_.algorithm == IMB_AUTH_HMAC_SHA_512) IMB_SHA512_ONE_BLOCK(mgr, block.keys.data(), state);
  }

  void run(std::span<CipherWork> work, bool sealing) {
    IMB_MGR* const mgr = manager();
    std::array<std::array<std::uint8_t, longest_tag>, most_at_once> tags, icvs;
    for (; !work.empty(); work = work.subspan(std::min(work.size(), most_at_once))) {
      const auto part = work.first(std::min(work.size(), most_at_once));
      for (std::size_t i = 0; i < part.size(); ++i) {
        prepare(*IMB_GET_NEXT_JOB(mgr), part[i], tags[i].data(), icvs[i].data(), sealing);
        for (IMB_JOB* job = IMB_SUBMIT_JOB(mgr); job; job = IMB_GET_COMPLETED_JOB(mgr)) finish(*job, sealing);
      }
      while (IMB_JOB* job = IMB_FLUSH_JOB(mgr)) finish(*job, sealing);
    }
  }

  // The IV as EspCipher makes it: the sequence number as a first block under a zero IV, in one chain with the text. With
  // ESN the high half is authenticated where the ICV will stand (RFC 4303, 2.2.1), so a received ICV is put aside.
  void prepare(IMB_JOB& job, CipherWork& one, std::uint8_t* tag, std::uint8_t* icv, bool sealing) {
    static constexpr std::uint8_t zero[block_octets] = {};
    std::uint8_t* const packet = one.packet.data();
    const std::size_t authenticated = one.packet.size() - hmac_.icv;
    const std::size_t start = sealing ? esp_header_octets : esp_header_octets + block_octets;
    if (sealing) {
      std::fill_n(packet + esp_header_octets, block_octets, std::uint8_t{0});
      put_u64(packet + esp_header_octets, one.sequence);
    } else {
      std::copy_n(packet + authenticated, hmac_.icv, icv);
    }
    if (esn_) put_u32(packet + authenticated, static_cast<std::uint32_t>(one.sequence >> 32));
    one.done = false;
    job = {};
    job.cipher_mode = IMB_CIPHER_CBC;
    job.cipher_direction = sealing ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    job.chain_order = sealing ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job.enc_keys = keys_.keys.sealing;
    job.dec_keys = keys_.keys.opening;
    job.key_len_in_bytes = key_octets_;
    job.iv = sealing ? zero : packet + esp_header_octets;
    job.iv_len_in_bytes = block_octets;
    job.src = packet;
    job.dst = packet + start;
    job.cipher_start_src_offset_in_bytes = start;
    job.msg_len_to_cipher_in_bytes = authenticated - start;
    job.hash_alg = hmac_.algorithm;
    job.hash_start_src_offset_in_bytes = 0;
    job.msg_len_to_hash_in_bytes = authenticated + (esn_ ? 4 : 0);
    job.auth_tag_output = tag;
    job.auth_tag_output_len_in_bytes = hmac_.icv;
    job.u.HMAC._hashed_auth_key_xor_ipad = keys_.keys.inner;
    job.u.HMAC._hashed_auth_key_xor_opad = keys_.keys.outer;
    job.user_data = &one;
    job.user_data2 = icv;
  }

  void finish(const IMB_JOB& job, bool sealing) {
    auto& one = *static_cast<CipherWork*>(job.user_data);
    if (job.status != IMB_STATUS_COMPLETED) return;
    if (sealing) std::copy_n(job.auth_tag_output, hmac_.icv, one.packet.data() + one.packet.size() - hmac_.icv);
    one.done = sealing || engine::constant_time_equal({job.auth_tag_output, hmac_.icv},
                                                      {static_cast<const std::uint8_t*>(job.user_data2), hmac_.icv});
  }

  Wiped<Keys> keys_;
  Hmac hmac_;
  std::size_t key_octets_;
  bool esn_;
};

}  // namespace

std::unique_ptr<MbCipher> MbCipher::create(const engine::SaParameters& sa) {
  IMB_MGR* const mgr = manager();
  if (!mgr || !sa.encryption) return nullptr;
  if (sa.encryption->primitive == Primitive::aes_gcm) return std::make_unique<MbGcm>(mgr, sa);
  if (sa.encryption->primitive != Primitive::aes_cbc || !sa.integrity) return nullptr;
  for (const Hmac& hmac : hmacs)
    if (hmac.primitive == sa.integrity->primitive && hmac.icv == sa.integrity->icv_octets)
      return std::make_unique<MbCbc>(mgr, sa, hmac);
  return nullptr;
}

#else

std::unique_ptr<MbCipher> MbCipher::create(const engine::SaParameters&) { return nullptr; }

#endif

}  // namespace kernel
