#include "kernel/esp.hpp"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "engine/algorithms.hpp"
#include "tests/values.hpp"

namespace kernel {

/// Sets sequence numbers that no test could reach by counting.
struct EspTestAccess {
  static void set_sequence(EspOutbound& sa, std::uint64_t value) { sa.sequence_ = value; }
  static void commit(EspInbound& sa, std::uint64_t value) { sa.window_.commit(value); }
};

namespace {

using engine::Algorithm;
using engine::Bytes;
using engine::ByteView;
using engine::SaParameters;
using engine::TransformType;

using values::hex;

Bytes counting(std::size_t size, std::uint8_t start = 1) {
  Bytes out(size);
  for (auto& octet : out) octet = start++;
  return out;
}

const Algorithm& row(TransformType type, std::uint16_t id, std::uint16_t bits = 0) {
  return *engine::find_algorithm(type, id, bits);
}

SaParameters parameters(const Algorithm& encryption, const Algorithm* integrity, bool esn, std::uint32_t spi = 0x1234567) {
  SaParameters out;
  out.spi = {spi};
  out.encryption = &encryption;
  out.integrity = integrity;
  out.extended_sequence_numbers = esn;
  out.key_encryption = engine::Secret(counting(encryption.key_octets, 3));
  if (integrity) out.key_integrity = engine::Secret(counting(integrity->key_octets, 77));
  return out;
}

SaParameters gcm(bool esn = false) { return parameters(row(TransformType::encryption, 20, 128), nullptr, esn); }
SaParameters cbc(bool esn = false) {
  return parameters(row(TransformType::encryption, 12, 256), &row(TransformType::integrity, 12), esn);
}

Bytes sealed(EspOutbound& sa, ByteView payload, std::uint8_t next_header = 4) {
  Bytes out(sa.sealed_size(payload.size()));
  const auto result = sa.seal(payload, next_header, out);
  EXPECT_EQ(result.verdict, EspVerdict::ok);
  EXPECT_EQ(result.length, out.size());
  return out;
}

constexpr EspCipher::Library libraries[] = {EspCipher::Library::fastest, EspCipher::Library::openssl};

EspOutbound outbound(const SaParameters& sa, EspCipher::Library library = EspCipher::Library::fastest) {
  return std::move(*EspOutbound::create(sa, library));
}
EspInbound inbound(const SaParameters& sa, std::uint32_t window = 64, EspCipher::Library library = EspCipher::Library::fastest) {
  return std::move(*EspInbound::create(sa, window, library));
}
EspVerdict open_copy(EspInbound& sa, Bytes packet) { return sa.open(packet).verdict; }

// ---- Third-party vectors -------------------------------------------------------------------------------------------

struct CbcVector {
  const char *key, *packet, *payload;
  std::uint8_t next_header;
};

// RFC 3602, 4, cases 5 to 8 (ESP without integrity); the HMAC is put behind here.
TEST(EspVectors, AesCbcOfRfc3602) {
  constexpr CbcVector vectors[] = {
      {"90d382b410eeba7ad938c46cec1a82bf",
       "0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523"
       "a"
       "55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6",
       "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333"
       "4"
       "353637",
       1},
      {"90d382b410eeba7ad938c46cec1a82bf",
       "000043210000000869d08df7d203329db093fc4924e5bd80f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75",
       "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777", 1},
      {"0123456789abcdef0123456789abcdef",
       "0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78"
       "ac5"
       "3aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d",
       "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2"
       "021"
       "22232425262728292a2b2c2d2e2f3031323334353637",
       4},
      {"0123456789abcdef0123456789abcdef",
       "000087650000000585d47224b5f3dd5d2101d4ea8dffab2215b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb50f980a08c"
       "984"
       "3fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3d2726d9b5ef6affc6d17a0decbb13892",
       "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300fffffffffffffffffffffffffffffffffffffffffffffffff"
       "fff"
       "ffffffffffff",
       4},
  };
  for (const auto& vector : vectors) {
    Bytes packet = hex(vector.packet);
    SaParameters sa = parameters(row(TransformType::encryption, 12, 128), &row(TransformType::integrity, 12), false);
    sa.key_encryption = engine::Secret(hex(vector.key));
    std::uint8_t mac[32];
    unsigned length = 0;
    const ByteView mac_key = sa.key_integrity.expose();
    HMAC(EVP_sha256(), mac_key.data(), static_cast<int>(mac_key.size()), packet.data(), packet.size(), mac, &length);
    packet.insert(packet.end(), mac, mac + 16);
    for (const auto library : libraries) {
      auto receiver = inbound(sa, 64, library);
      Bytes bytes = packet;
      const auto opened = receiver.open(bytes);
      ASSERT_EQ(opened.verdict, EspVerdict::ok);
      EXPECT_EQ(opened.next_header, vector.next_header);
      EXPECT_EQ(engine::to_hex(opened.payload), vector.payload);
    }
  }
}

struct AeadVector {
  std::uint16_t bits;
  bool esn;
  const char *key_and_salt, *iv, *aad, *plaintext, *ciphertext_and_tag;
};

/// An SA with the vector's key opens the vector's packet.
void expect_opened(const Algorithm& cipher, const AeadVector& vector) {
  const Bytes aad = hex(vector.aad), plain = hex(vector.plaintext);
  engine::Reader reader(aad);
  const std::uint32_t spi = *reader.u32();
  const std::uint64_t sequence = vector.esn ? *reader.u64() : *reader.u32();
  engine::Writer packet;
  packet.u32(spi);
  packet.u32(static_cast<std::uint32_t>(sequence));
  packet.bytes(hex(vector.iv));
  packet.bytes(hex(vector.ciphertext_and_tag));

  SaParameters sa = parameters(cipher, nullptr, vector.esn, spi);
  sa.key_encryption = engine::Secret(hex(vector.key_and_salt));
  const Bytes whole = packet.take();
  for (const auto library : libraries) {
    auto receiver = inbound(sa, 64, library);
    if (vector.esn) EspTestAccess::commit(receiver, sequence - 1);
    Bytes bytes = whole;
    const auto opened = receiver.open(bytes);
    ASSERT_EQ(opened.verdict, EspVerdict::ok) << vector.aad;
    EXPECT_EQ(opened.next_header, plain.back());
    EXPECT_TRUE(engine::equal(opened.payload, ByteView(plain).first(plain.size() - 2 - plain[plain.size() - 2])));
  }
}

// draft-mcgrew-gcm-test-01, 4.
TEST(EspVectors, AesGcm) {
  constexpr AeadVector vectors[] = {
      {128, true, "4c80cdefbb5d10da906ac73c3613a6342e443b68", "4956ed7e3b244cfe", "000043218765432100000000",
       "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f736970045f75647003736970096379626572636974790"
       "2646b"
       "000021000101020201",
       "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb78"
       "6b93b"
       "ce61bc17d768fd9732459018148f6cbe722fd04796562dfdb4"},
      {128, false, "feffe9928665731c6d6a8f9467308308cafebabe", "facedbaddecaf888", "0000a5f80000000a",
       "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d001000001000000000000037369700963796265726369747902646b0000010"
       "00100"
       "01",
       "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95"
       "d918b"
       "d183b70d3aa8bc6ee4c309e9d85a41ad4a"},
      {192, false, "feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe", "facedbaddecaf888", "0000a5f80000000a",
       "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
       "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc7795457b9652037f5318027b5b4cd7a636"},
      {256, false, "abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344", "0102030405060708",
       "4a2cbfe300000002",
       "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b40101040201020201",
       "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf8318"
       "24b4c"
       "4915956c96"},
      {128, false, "7d773d00c144c525ac619d18c84a3f47d9664267", "43457e9182443bc6", "335467aeffffffff", "01020201",
       "437f866bcb3f699fe9b0822bac961c4504bef270"},
      {256, true, "6c6567616c697a656d6172696a75616e61616e64646f69746265666f726569617475726e", "333021696765746d",
       "796b6963ffffffffffffffff",
       "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201",
       "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a864cd3d78ca4ae68a32b42458fb57dbe821dcc63b9d0937ba2945f66936"
       "8661a"
       "329fb4c053"},
  };
  for (const auto& vector : vectors) expect_opened(row(TransformType::encryption, 20, vector.bits), vector);
}

// RFC 7634, appendix A.
TEST(EspVectors, ChaCha20Poly1305) {
  expect_opened(
      row(TransformType::encryption, 28),
      {256, false, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3", "1011121314151617",
       "0102030400000005",
       "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f"
       "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363701020204",
       "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9"
       "befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43"});
}

// RFC 8750 has no vectors. These packets were computed by libgcrypt 1.10, which no code of ours uses and which reproduces the
// vector of RFC 7634 above: its plaintext, key and salt, the nonce being the salt and the sequence number in eight octets.
TEST(EspVectors, ImplicitIv) {
  constexpr const char* plain =
      "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f"
      "101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363701020204";
  constexpr const char* key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3";
  expect_opened(
      row(TransformType::encryption, 31),
      {256, false, key, "", "0102030400000005", plain,
       "40a5013b9982a1c1c09ad9d6bec8c94941c3f1d4aed33e3399442ac42f9a1ffd9e252634d51c4d057b17a35746e1f0a8100d5535e0257cf6"
       "9b0ecfeecfa03d50388df7410ab7e134488998f9805abe8aa5f769f1c185bacf59b4c9abdb85d98ff1b86b4dbf037444"});
  expect_opened(
      row(TransformType::encryption, 30, 256),
      {256, false, key, "", "0102030400000005", plain,
       "e6d0e87dcf46885793a16745f889654a31fe656b973c78b430c2f67ddf7dba5c89dcb20df3c6b9fe5786a5128741268fe62e5a98fcc13872"
       "73bdda414783f859ed31c228a235be61019afdfb8b114a9054c6cd2f3aa0394af4c51995b9d7fa164f140a1b3f156c3f"});
  expect_opened(
      row(TransformType::encryption, 30, 128),
      {128, true, "808182838485868788898a8b8c8d8e8fa0a1a2a3", "", "010203040000000700000101", plain,
       "3aedd76c3fbc83d97bf0746344c38ed9903620d82be735d7d3f427d1b00b24ecf14193da5b8c3c456a890000312be83dd28eb6ea6b1bd1f6"
       "7a04d9bcbc9e5dc2aee5f3f8c056ad77e6c0665876d5a744517903b6d065c835f667ee10d01d9c670715952817bdbb7e"});
}

// The vector for RFC 4543 of the Linux kernel (crypto/testmgr.h): what is authenticated travels as it is.
TEST(EspVectors, AesGmac) {
  constexpr const char* plain =
      "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201";
  const std::string packet = std::string(plain) + "f2a9a836e155106aa8dcd618e4099aaa";
  expect_opened(row(TransformType::encryption, 21, 128), {128, false, "4c80cdefbb5d10da906ac73c3613a63422433c64",
                                                          "0000000000000000", "0000432100000007", plain, packet.c_str()});
}

// ---- Round trips ---------------------------------------------------------------------------------------------------

TEST(EspRoundTrip, EveryAlgorithmEveryLength) {
  int combinations = 0;
  for (const Algorithm& encryption : engine::algorithms()) {
    if (encryption.type != TransformType::encryption) continue;
    for (const Algorithm& integrity : engine::algorithms()) {
      if (integrity.type != TransformType::integrity) continue;
      for (const bool esn : {false, true}) {
        const auto sa = parameters(encryption, encryption.aead ? nullptr : &integrity, esn);
        auto sender = outbound(sa);
        auto receiver = inbound(sa);
        if (esn) {
          EspTestAccess::set_sequence(sender, 0xFFFFFFF0);
          EspTestAccess::commit(receiver, 0xFFFFFFF0);
        }
        for (std::size_t size = 0; size < 70; ++size) {
          const Bytes payload = counting(size, 9);
          Bytes packet = sealed(sender, payload, 41);
          const auto opened = receiver.open(packet);
          ASSERT_EQ(opened.verdict, EspVerdict::ok) << encryption.debug_name << ' ' << integrity.debug_name << ' ' << size;
          EXPECT_EQ(opened.next_header, 41);
          EXPECT_TRUE(engine::equal(opened.payload, payload));
        }
        ++combinations;
      }
      if (encryption.aead) break;
    }
  }
  EXPECT_EQ(combinations, 2 * (5 * 5 + 11));
}

// RFC 8750, 4: the packet is that of the cipher it comes from whose IV is the sequence number, without those 8 octets. That
// cipher is held to its own RFC's vectors above.
TEST(EspRoundTrip, AnImplicitIvIsTheSequenceNumber) {
  struct Pair {
    std::uint16_t implicit, with_iv, key_bits;
  };
  for (const Pair& pair : {Pair{30, 20, 128}, Pair{30, 20, 192}, Pair{30, 20, 256}, Pair{31, 28, 0}}) {
    for (const bool esn : {false, true}) {
      for (const auto library : libraries) {
        const auto sa = parameters(row(TransformType::encryption, pair.implicit, pair.key_bits), nullptr, esn);
        const auto plain = parameters(row(TransformType::encryption, pair.with_iv, pair.key_bits), nullptr, esn);
        auto implicit = outbound(sa, library), with_iv = outbound(plain, library);
        if (esn) {
          EspTestAccess::set_sequence(implicit, 0x1FFFFFFF0);
          EspTestAccess::set_sequence(with_iv, 0x1FFFFFFF0);
        }
        for (std::size_t size = 0; size < 40; ++size) {
          Bytes expected = sealed(with_iv, counting(size, 3), 4);
          expected.erase(expected.begin() + 8, expected.begin() + 16);
          ASSERT_EQ(sealed(implicit, counting(size, 3), 4), expected) << pair.implicit << ' ' << pair.key_bits << ' ' << size;
        }
      }
    }
  }
}

TEST(EspRoundTrip, TheLibrariesAgreeOctetForOctet) {
  for (const Algorithm& encryption : engine::algorithms()) {
    if (encryption.type != TransformType::encryption) continue;
    for (const Algorithm& integrity : engine::algorithms()) {
      if (integrity.type != TransformType::integrity) continue;
      for (const bool esn : {false, true}) {
        const auto sa = parameters(encryption, encryption.aead ? nullptr : &integrity, esn);
        auto fast = outbound(sa), slow = outbound(sa, EspCipher::Library::openssl);
        // A batch of many lengths by the one, packet by packet by the other.
        constexpr std::size_t count = 150;
        std::vector<Bytes> packets(count);
        std::vector<CipherWork> work(count);
        for (std::size_t i = 0; i < count; ++i) {
          packets[i].resize(fast.sealed_size(i * 9));
          const Bytes payload = counting(i * 9, static_cast<std::uint8_t>(i));
          std::copy(payload.begin(), payload.end(), packets[i].begin() + static_cast<std::ptrdiff_t>(fast.payload_offset()));
          ASSERT_EQ(fast.frame(payload.size(), 4, packets[i], work[i]), EspVerdict::ok);
        }
        fast.seal(work);
        std::vector<Bytes> others;
        for (std::size_t i = 0; i < count; ++i) others.push_back(sealed(slow, counting(i * 9, static_cast<std::uint8_t>(i))));
        ASSERT_EQ(packets, others) << encryption.debug_name << ' ' << integrity.debug_name;
        packets[20].back() ^= 1;
        for (const auto library : libraries) {
          auto receiver = inbound(sa, 64, library);
          auto copies = packets;
          std::vector<EspInbound::Opening> openings;
          for (Bytes& packet : copies) openings.push_back({packet});
          receiver.open(openings);
          for (std::size_t i = 0; i < count; ++i)
            ASSERT_EQ(openings[i].opened.verdict, i == 20 ? EspVerdict::bad_integrity : EspVerdict::ok) << i;
        }
      }
      if (encryption.aead) break;
    }
  }
}

TEST(EspRoundTrip, TogetherIsAsOneAfterTheOther) {
  auto sender = outbound(gcm());
  std::vector<Bytes> packets;
  for (int i = 0; i < 100; ++i) packets.push_back(sealed(sender, counting(10)));
  const std::size_t order[] = {0, 0, 90, 5, 26, 27, 27, 90, 99, 0, 35, 36};
  auto together = inbound(gcm()), singly = inbound(gcm());
  std::vector<Bytes> copies;
  for (const std::size_t i : order) copies.push_back(packets[i]);
  std::vector<EspInbound::Opening> openings;
  for (Bytes& copy : copies) openings.push_back({copy});
  together.open(openings);
  std::vector<EspVerdict> verdicts;
  for (std::size_t i = 0; i < std::size(order); ++i) {
    verdicts.push_back(openings[i].opened.verdict);
    EXPECT_EQ(verdicts[i], open_copy(singly, packets[order[i]])) << i;
  }
  EXPECT_EQ(verdicts[1], EspVerdict::replayed);
  EXPECT_EQ(verdicts[3], EspVerdict::below_window);
}

TEST(EspRoundTrip, PayloadLimitIsTheLongestThatFits) {
  for (const bool aead : {true, false}) {
    auto sender = outbound(aead ? gcm() : cbc());
    for (std::size_t limit = 60; limit < 200; ++limit) {
      const std::size_t most = sender.payload_limit(limit);
      EXPECT_LE(sender.sealed_size(most), limit);
      EXPECT_GT(sender.sealed_size(most + 1), limit);
    }
    EXPECT_EQ(sender.payload_limit(10), 0U);
  }
}

TEST(EspRoundTrip, CbcVectorsDifferFromPacketToPacket) {
  auto sender = outbound(cbc());
  const Bytes one = sealed(sender, counting(40)), two = sealed(sender, counting(40));
  EXPECT_NE(engine::to_hex(ByteView(one).subspan(8, 16)), engine::to_hex(ByteView(two).subspan(8, 16)));
  EXPECT_NE(engine::to_hex(ByteView(one).subspan(24)), engine::to_hex(ByteView(two).subspan(24)));
}

// ---- What must be refused ------------------------------------------------------------------------------------------

TEST(EspRefusal, EveryBitOfThePacketIsProtected) {
  for (const auto& sa : {gcm(), cbc(), gcm(true), cbc(true)}) {
    auto sender = outbound(sa);
    const Bytes good = sealed(sender, counting(20));
    auto receiver = inbound(sa);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      Bytes bad = good;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      const EspVerdict verdict = open_copy(receiver, bad);
      EXPECT_TRUE(verdict == EspVerdict::bad_integrity || verdict == EspVerdict::replayed || verdict == EspVerdict::below_window)
          << bit;
    }
    EXPECT_EQ(open_copy(receiver, good), EspVerdict::ok) << "no forgery moved the window";
  }
}

TEST(EspRefusal, LengthsAreCheckedFirst) {
  for (const auto& sa : {gcm(), cbc()}) {
    auto sender = outbound(sa);
    const Bytes good = sealed(sender, counting(30));
    for (std::size_t size = 0; size < good.size(); ++size) {
      auto receiver = inbound(sa);
      EXPECT_NE(open_copy(receiver, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}), EspVerdict::ok);
    }
    auto receiver = inbound(sa);
    EXPECT_EQ(open_copy(receiver, {good.begin(), good.begin() + 20}), EspVerdict::too_short);
    Bytes odd = good;
    odd.push_back(0);
    EXPECT_EQ(open_copy(receiver, odd), EspVerdict::bad_length);
  }
}

/// Seals a text as it is, with whatever trailer it has.
Bytes sealed_text(const SaParameters& sa, ByteView text, std::uint32_t sequence) {
  auto cipher = std::move(*EspCipher::create(sa, EspCipher::Direction::seal));
  Bytes packet(8 + cipher.iv_octets() + text.size() + cipher.icv_octets());
  for (int i = 0; i < 4; ++i) {
    packet[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sa.spi.value >> (24 - 8 * i));
    packet[static_cast<std::size_t>(i) + 4] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
  }
  std::copy(text.begin(), text.end(), packet.begin() + static_cast<std::ptrdiff_t>(8 + cipher.iv_octets()));
  CipherWork work{packet, sequence};
  cipher.seal({&work, 1});
  EXPECT_TRUE(work.done);
  return packet;
}

TEST(EspRefusal, PaddingAndDummies) {
  const auto sa = gcm();
  auto receiver = inbound(sa);
  EXPECT_EQ(open_copy(receiver, sealed_text(sa, hex("4500010203010204"), 1)), EspVerdict::bad_padding) << "2 octets: 03 01";
  EXPECT_EQ(open_copy(receiver, sealed_text(sa, hex("4500000000000204"), 2)), EspVerdict::bad_padding) << "zeros";
  EXPECT_EQ(open_copy(receiver, sealed_text(sa, hex("4500010203040704"), 3)), EspVerdict::bad_padding) << "longer than the text";
  EXPECT_EQ(open_copy(receiver, sealed_text(sa, hex("010203040506063b"), 4)), EspVerdict::dummy);
  EXPECT_EQ(open_copy(receiver, sealed_text(sa, hex("010203040506063b"), 4)), EspVerdict::replayed);
  Bytes whole = sealed_text(sa, hex("0102030405060604"), 5);
  const auto opened = receiver.open(whole);
  EXPECT_EQ(opened.verdict, EspVerdict::ok);
  EXPECT_TRUE(opened.payload.empty());
}

TEST(EspRefusal, ParametersThatCannotBe) {
  auto reserved = gcm();
  reserved.spi = {255};
  EXPECT_FALSE(EspOutbound::create(reserved).ok());
  EXPECT_FALSE(EspInbound::create(reserved, 64).ok());
  auto short_key = gcm();
  short_key.key_encryption = engine::Secret(counting(16));
  EXPECT_FALSE(EspOutbound::create(short_key).ok());
  auto no_integrity = cbc();
  no_integrity.integrity = nullptr;
  EXPECT_FALSE(EspInbound::create(no_integrity, 64).ok());
  auto both = gcm();
  both.integrity = &row(TransformType::integrity, 12);
  EXPECT_FALSE(EspInbound::create(both, 64).ok());
  EXPECT_FALSE(EspInbound::create(gcm(), 1025).ok());
  auto nothing = gcm();
  nothing.encryption = nullptr;
  EXPECT_FALSE(EspOutbound::create(nothing).ok());
}

TEST(EspRefusal, SendingStopsBeforeTheCounterCycles) {
  auto sender = outbound(gcm());
  EspTestAccess::set_sequence(sender, 0xFFFFFFFE);
  Bytes out(100);
  EXPECT_EQ(sender.seal(counting(8), 4, out).verdict, EspVerdict::ok);
  EXPECT_EQ(sender.seal(counting(8), 4, out).verdict, EspVerdict::sequence_exhausted);
  EXPECT_EQ(sender.seal(counting(8), 4, out).verdict, EspVerdict::sequence_exhausted);
  auto small = outbound(gcm());
  Bytes tight(20);
  EXPECT_EQ(small.seal(counting(8), 4, tight).verdict, EspVerdict::no_room);
  EXPECT_EQ(small.sequence(), 0U);
}

// ---- Replay window -------------------------------------------------------------------------------------------------

TEST(ReplayWindow, EdgesOfEverySize) {
  for (const std::uint32_t size : {1U, 32U, 63U, 64U, 65U, 128U, 256U, 512U, 1024U}) {
    ReplayWindow window(size, false);
    EXPECT_FALSE(window.acceptable(0)) << "never sent";
    window.commit(5000);
    EXPECT_FALSE(window.acceptable(5000));
    EXPECT_TRUE(window.acceptable(5001));
    if (size > 1) {
      EXPECT_TRUE(window.acceptable(5000 - size + 1)) << size;
      window.commit(5000 - size + 1);
    }
    EXPECT_FALSE(window.acceptable(5000 - size + 1)) << size;
    EXPECT_FALSE(window.acceptable(5000 - size)) << size;
    EXPECT_EQ(window.top(), 5000U);
  }
}

TEST(ReplayWindow, AgreesWithASetOfSeenNumbers) {
  std::uint64_t state = 42;
  const auto random = [&] { return (state = state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33; };
  for (const std::uint32_t size : {32U, 64U, 1024U}) {
    ReplayWindow window(size, false);
    std::vector<bool> seen(400000);
    std::uint64_t top = 0;
    for (int i = 0; i < 20000; ++i) {
      const std::uint64_t jump = random() % 50 == 0 ? random() % 3000 : random() % 8;
      const std::uint64_t back = random() % (size + 40);
      const std::uint64_t sequence = random() % 2 ? top + jump : top > back ? top - back : 1;
      if (sequence >= seen.size()) break;
      const bool expected = sequence != 0 && (sequence > top || (top - sequence < size && !seen[sequence]));
      ASSERT_EQ(window.acceptable(sequence), expected) << sequence << " top " << top << " size " << size;
      if (!expected) continue;
      window.commit(sequence);
      seen[sequence] = true;
      top = std::max(top, sequence);
    }
  }
}

TEST(ReplayWindow, OffTakesAnything) {
  ReplayWindow window(0, false);
  window.commit(7);
  EXPECT_TRUE(window.acceptable(7));
  EXPECT_TRUE(window.acceptable(0));
}

TEST(ReplayWindow, ExtendedNumbersAreInferredOverTheWrap) {
  ReplayWindow window(64, true);
  EXPECT_EQ(window.infer(1), 1U);
  EXPECT_EQ(window.infer(0xFFFFFFFF), std::nullopt) << "before the first";
  window.commit(0xFFFFFFF0);
  EXPECT_EQ(window.infer(0xFFFFFFF5), 0xFFFFFFF5U);
  EXPECT_EQ(window.infer(3), 0x100000003U);
  window.commit(0x100000003);
  EXPECT_EQ(window.infer(0xFFFFFFF5), 0xFFFFFFF5U) << "late, from before the wrap";
  EXPECT_TRUE(window.acceptable(0xFFFFFFF5));
  EXPECT_FALSE(window.acceptable(0xFFFFFFF0));
  EXPECT_EQ(window.infer(0x80000000), 0x180000000U);
  EXPECT_TRUE(window.acceptable(0x100000000)) << "low half zero is a number as any other";
}

TEST(ReplayWindow, WrapOnTheWire) {
  for (const auto& sa : {gcm(true), cbc(true)}) {
    auto sender = outbound(sa);
    auto receiver = inbound(sa);
    EspTestAccess::set_sequence(sender, 0xFFFFFFFC);
    EspTestAccess::commit(receiver, 0xFFFFFFFC);
    std::vector<Bytes> packets;
    for (int i = 0; i < 8; ++i) packets.push_back(sealed(sender, counting(12)));
    for (const int i : {4, 0, 7, 3, 1, 2, 6, 5})
      EXPECT_EQ(open_copy(receiver, packets[static_cast<std::size_t>(i)]), EspVerdict::ok) << i;
    for (const Bytes& packet : packets) EXPECT_EQ(open_copy(receiver, packet), EspVerdict::replayed);
  }
}

}  // namespace
}  // namespace kernel
