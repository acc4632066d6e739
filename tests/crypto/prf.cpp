#include "engine/crypto/prf.hpp"

#include "vectors.hpp"

namespace engine::crypto::test {
namespace {

std::uint64_t number(const Bytes& octets) { return *Reader(octets).u64(); }

TEST(Prf, Hmac) {
  for (const Algorithm& algorithm : algorithms()) {
    if (algorithm.type != TransformType::prf) continue;
    for (const Record& r : records("hmac-" + hash_name(algorithm))) {
      const Bytes data = r["data"];
      EXPECT_EQ(to_hex(prf(algorithm, r["key"], {data}).expose()), to_hex(r["mac"])) << algorithm.debug_name;
      const ByteView halves = data;
      const std::size_t half = halves.size() / 2;
      EXPECT_TRUE(prf(algorithm, r["key"], {halves.first(half), {}, halves.subspan(half)}).equals(r["mac"]));
      if (algorithm.id == 5) {
        EXPECT_EQ(to_hex(hmac_sha256(r["key"], {data})), to_hex(r["mac"]));
      }
    }
  }
}

TEST(Hashes, OfTheNistExample) {
  EXPECT_EQ(to_hex(sha1({as_bytes("a"), as_bytes("bc")})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(sha256({as_bytes("ab"), as_bytes("c")})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha1({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Hashes, Md5OfRfc1321AppendixA5) {
  EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5({as_bytes("message"), as_bytes(" digest")})), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Hashes, NatDetectionOfAnotherMake) {
  for (const Record& r : records("nat-detection"))
    EXPECT_EQ(to_hex(sha1({r["spii"], r["spir"], r["address"], r["port"]})), to_hex(r["hash"]));
}

TEST(PrfPlus, EveryLengthIsAPrefix) {
  for (const std::uint16_t id : hmac_prf_ids) {
    const Algorithm& algorithm = row(TransformType::prf, id);
    const Bytes key(10, 1), seed(20, 2);
    const Secret longest = prf_plus(algorithm, key, seed, 255 * algorithm.output_octets);
    for (const std::size_t length : {0, 1, 19, 20, 21, 64, 100, 255 * algorithm.output_octets - 1})
      EXPECT_TRUE(prf_plus(algorithm, key, seed, length).equals(longest.expose().first(length))) << length;
  }
}

struct Kdf {
  explicit Kdf(const Record& record) : r(record) {}
  const Record& r;
  Bytes ni = r["ni"], nr = r["nr"];
  IkeSpi spi_i{number(r["spii"])}, spi_r{number(r["spir"])};
  Secret gir{r["gir"]}, gir_new{r["girnew"]};
};

std::string first_octets(const Bytes& whole, std::size_t count) {
  return to_hex(ByteView(whole).first(std::min(count, whole.size())));
}

TEST(KeySchedule, IkeAndChild) {
  for (const std::uint16_t id : hmac_prf_ids) {
    const Algorithm& algorithm = row(TransformType::prf, id);
    for (const Record& r : records("ikev2-kdf-" + hash_name(algorithm))) {
      SCOPED_TRACE(algorithm.debug_name);
      const Kdf in(r);
      const Algorithm& cbc = row(TransformType::encryption, 12, 128);
      const Algorithm& hmac = row(TransformType::integrity, 2);
      const IkeKeys keys = derive_ike_keys({&cbc, &hmac, &algorithm, nullptr}, in.gir, in.ni, in.nr, in.spi_i, in.spi_r);
      const Bytes all = in_order(keys);
      EXPECT_EQ(all.size(), 3u * algorithm.output_octets + 2 * 20 + 2 * 16);
      EXPECT_EQ(to_hex(all), first_octets(r["dkm"], all.size()));

      const Bytes child = in_order(derive_child_keys(algorithm, keys.d, cbc, &hmac, {}, in.ni, in.nr));
      EXPECT_EQ(to_hex(child), first_octets(r["dkm_child"], 2 * (16 + 20)));
      const Bytes with_pfs = in_order(derive_child_keys(algorithm, keys.d, cbc, &hmac, in.gir_new, in.ni, in.nr));
      EXPECT_EQ(to_hex(with_pfs), first_octets(r["dkm_child_dh"], 2 * (16 + 20)));
    }
  }
}

TEST(KeySchedule, CombinedModeHasNoIntegrityKeysAndItsSaltInTheKey) {
  for (const Record& r : records("ikev2-kdf-sha256")) {
    const Kdf in(r);
    const Algorithm& gcm = row(TransformType::encryption, 20, 256);
    const Algorithm& algorithm = row(TransformType::prf, 5);
    const IkeKeys keys = derive_ike_keys({&gcm, nullptr, &algorithm, nullptr}, in.gir, in.ni, in.nr, in.spi_i, in.spi_r);
    EXPECT_TRUE(keys.ai.empty() && keys.ar.empty());
    EXPECT_EQ(keys.ei.size(), 36u);
    EXPECT_EQ(to_hex(in_order(keys)), first_octets(r["dkm"], 3 * 32 + 2 * 36));
    const ChildKeys child = derive_child_keys(algorithm, keys.d, gcm, nullptr, {}, in.ni, in.nr);
    EXPECT_EQ(to_hex(in_order(child)), first_octets(r["dkm_child"], 2 * 36));
  }
}

TEST(KeySchedule, RekeyTakesItsSeedFromTheOldPrf) {
  const Algorithm& cbc = row(TransformType::encryption, 12, 256);
  const Algorithm& hmac = row(TransformType::integrity, 12);
  const Algorithm& new_prf = row(TransformType::prf, 7);
  for (const std::uint16_t id : hmac_prf_ids) {
    const Algorithm& old_prf = row(TransformType::prf, id);
    for (const Record& r : records("ikev2-kdf-" + hash_name(old_prf))) {
      const Kdf in(r);
      const Bytes dkm = r["dkm"];
      const Secret old_d(ByteView(dkm).first(old_prf.output_octets));
      const IkeKeys keys =
          derive_rekeyed_ike_keys({&cbc, &hmac, &new_prf, nullptr}, old_prf, old_d, in.gir_new, in.ni, in.nr, in.spi_i, in.spi_r);
      Writer seed;
      for (const char* field : {"ni", "nr", "spii", "spir"}) seed.bytes(r[field]);
      const Secret expected = prf_plus(new_prf, r["skeyseed_rekey"], seed.view(), 3 * 64 + 4 * 32);
      EXPECT_EQ(to_hex(in_order(keys)), to_hex(expected.expose())) << old_prf.debug_name;
    }
  }
}

}  // namespace
}  // namespace engine::crypto::test
