#include "engine/crypto/cipher.hpp"

#include "vectors.hpp"

namespace engine::crypto::test {
namespace {

/// One pair of algorithms with keys of its own.
struct Keyed {
  Keyed(const Algorithm& e, const Algorithm* i)
      : encryption(e),
        integrity(i),
        key_encryption(pattern(e.key_octets, 1)),
        key_integrity(pattern(i == nullptr ? 0 : i->key_octets, 100)) {}
  static Bytes pattern(std::size_t size, int first) {
    Bytes out(size);
    for (std::size_t n = 0; n < size; ++n) out[n] = static_cast<std::uint8_t>(first + 7 * n);
    return out;
  }
  CipherKeys keys() const { return {&encryption, integrity, &key_encryption, &key_integrity}; }
  Bytes iv() const { return pattern(encryption.iv_octets, 50); }

  const Algorithm& encryption;
  const Algorithm* integrity;
  Secret key_encryption, key_integrity;
};

/// Every pair that an IKE SA can have: all of them can be instantiated.
std::vector<Keyed> every_pair() {
  std::vector<Keyed> out;
  for (const Algorithm& e : algorithms()) {
    if (e.type != TransformType::encryption || e.ike_keyword.empty()) continue;
    if (e.aead) out.emplace_back(e, nullptr);
    for (const Algorithm& i : algorithms())
      if (!e.aead && i.type == TransformType::integrity) out.emplace_back(e, &i);
  }
  return out;
}

TEST(Cipher, AesCbcOfSp80038a) {
  const Algorithm& hmac = row(TransformType::integrity, 12);
  const Secret key_integrity(Bytes(32, 7));
  for (const Record& r : records("aes-cbc")) {
    const Secret key(r["key"]);
    const CipherKeys keys{&row(TransformType::encryption, 12, static_cast<std::uint16_t>(key.size() * 8)), &hmac, &key,
                          &key_integrity};
    const Bytes sealed = seal(keys, {}, r["iv"], r["plaintext"]);
    const std::size_t size = r["plaintext"].size();
    ASSERT_EQ(sealed.size(), 16 + size + 16);
    EXPECT_EQ(to_hex(ByteView(sealed).first(16)), to_hex(r["iv"]));
    EXPECT_EQ(to_hex(ByteView(sealed).subspan(16, size)), to_hex(r["ciphertext"]));
    const auto opened = open(keys, {}, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(to_hex(*opened), to_hex(r["plaintext"]));
  }
}

TEST(Cipher, TripleDesCbcOfNist) {
  const Algorithm& hmac = row(TransformType::integrity, 12);
  const Secret key_integrity(Bytes(32, 7));
  for (const Record& r : records("3des-cbc")) {
    const Secret key(r["key"]);
    const CipherKeys keys{&row(TransformType::encryption, 3), &hmac, &key, &key_integrity};
    const Bytes sealed = seal(keys, {}, r["iv"], r["plaintext"]);
    const std::size_t size = r["plaintext"].size();
    ASSERT_EQ(sealed.size(), 8 + size + 16);
    EXPECT_EQ(to_hex(ByteView(sealed).subspan(8, size)), to_hex(r["ciphertext"]));
    EXPECT_EQ(to_hex(*open(keys, {}, sealed)), to_hex(r["plaintext"]));
  }
}

/// The nonce of a record is salt and IV.
void expect_aead(const Algorithm& cipher, const Record& r) {
  const Bytes nonce = r["nonce"];
  Writer key_and_salt;
  key_and_salt.bytes(r["key"]);
  key_and_salt.bytes(ByteView(nonce).first(4));
  const Secret key(key_and_salt.take());
  const CipherKeys keys{&cipher, nullptr, &key, nullptr};
  Writer expected;
  expected.bytes(ByteView(nonce).subspan(4));
  expected.bytes(r["ciphertext"]);
  expected.bytes(r["tag"]);
  EXPECT_EQ(to_hex(seal(keys, r["associated"], ByteView(nonce).subspan(4), r["plaintext"])), to_hex(expected.view()));
  const auto opened = open(keys, r["associated"], expected.view());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(to_hex(*opened), to_hex(r["plaintext"]));
}

TEST(Cipher, AesGcmOfItsSpecification) {
  for (const Record& r : records("aes-gcm"))
    expect_aead(row(TransformType::encryption, 20, static_cast<std::uint16_t>(r["key"].size() * 8)), r);
}

TEST(Cipher, ChaCha20Poly1305OfRfc7634) {
  for (const Record& r : records("chacha20-poly1305")) expect_aead(row(TransformType::encryption, 28), r);
}

TEST(Cipher, OpensWhatItSealedAndNothingElse) {
  for (const Keyed& pair : every_pair()) {
    const CipherKeys keys = pair.keys();
    SCOPED_TRACE(std::string(pair.encryption.debug_name) + " " +
                 std::string(pair.integrity == nullptr ? "" : pair.integrity->debug_name));
    const Bytes associated = Keyed::pattern(32, 3), plaintext = Keyed::pattern(48, 9);
    const Bytes sealed = seal(keys, associated, pair.iv(), plaintext);
    ASSERT_EQ(sealed.size(), plaintext.size() + overhead(keys));
    const auto opened = open(keys, associated, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, plaintext);

    for (std::size_t at = 0; at < sealed.size(); ++at) {
      Bytes damaged = sealed;
      damaged[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
      const auto result = open(keys, associated, damaged);
      ASSERT_FALSE(result.ok()) << at;
      EXPECT_EQ(result.failure().cause, Cause::integrity_failed);
      EXPECT_EQ(result.failure().notify, NotifyType::none);
    }
    for (std::size_t at = 0; at < associated.size(); ++at) {
      Bytes damaged = associated;
      damaged[at] ^= 0x80;
      ASSERT_FALSE(open(keys, damaged, sealed).ok()) << at;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
      ASSERT_FALSE(open(keys, associated, ByteView(sealed).first(size)).ok()) << size;
    Bytes longer = sealed;
    longer.push_back(0);
    EXPECT_FALSE(open(keys, associated, longer).ok());
    EXPECT_FALSE(open(keys, {}, sealed).ok());
  }
}

TEST(Cipher, OtherKeysDoNotOpen) {
  for (const Keyed& pair : every_pair()) {
    const Bytes sealed = seal(pair.keys(), {}, pair.iv(), Bytes(16));
    const Secret other(Bytes(pair.encryption.aead ? pair.key_encryption.size() : pair.key_integrity.size(), 0xee));
    CipherKeys keys = pair.keys();
    (pair.encryption.aead ? keys.key_encryption : keys.key_integrity) = &other;
    EXPECT_FALSE(open(keys, {}, sealed).ok()) << pair.encryption.debug_name;
  }
}

TEST(Cipher, NothingButIvAndIcvDoesNotFit) {
  for (const Keyed& pair : every_pair()) {
    const Bytes sealed = seal(pair.keys(), {}, pair.iv(), {});
    EXPECT_FALSE(open(pair.keys(), {}, sealed).ok()) << pair.encryption.debug_name;
  }
}

}  // namespace
}  // namespace engine::crypto::test
