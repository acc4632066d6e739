#include "engine/crypto/jobs.hpp"

#include <thread>

#include "vectors.hpp"

namespace engine::crypto::test {
namespace {

TEST(PskAuth, KnownAnswers) {
  for (const Record& r : records("psk-auth")) {
    KeyStore keys;
    keys.put({7}, Secret(r["key"]));
    const JobResult result = run(PskAuthJob{&row(TransformType::prf, r["prf"][0]), {7}, r["octets"]}, keys);
    ASSERT_TRUE(std::holds_alternative<PskAuthResult>(result));
    EXPECT_EQ(to_hex(std::get<PskAuthResult>(result).auth), to_hex(r["auth"]));
  }
}

TEST(PskAuth, KeysOfAnyLengthAndContent) {
  const Algorithm& prf = row(TransformType::prf, 5);
  std::map<Bytes, std::size_t> seen;
  for (const std::size_t size : {1u, 63u, 64u, 65u, 128u, 1000u}) {
    KeyStore keys;
    keys.put({1}, Secret(Bytes(size, 0)));
    keys.put({1}, Secret(Bytes(size, 0xff)));
    const JobResult result = run(PskAuthJob{&prf, {1}, {1, 2, 3}}, keys);
    EXPECT_TRUE(seen.emplace(std::get<PskAuthResult>(result).auth, size).second) << size;
  }
}

TEST(PskAuth, AKeyThatIsNotThereIsAFailure) {
  const JobResult result = run(PskAuthJob{&row(TransformType::prf, 5), {8}, {1}}, KeyStore{});
  ASSERT_TRUE(std::holds_alternative<Failure>(result));
  EXPECT_EQ(std::get<Failure>(result).cause, Cause::internal_error);
}

TEST(Jobs, CostIsThatOfTheTable) {
  EXPECT_EQ(cost_of(DhJob{&row(TransformType::key_exchange, 14), DhStep::begin, {}, {}}), CostClass::pool);
  EXPECT_EQ(cost_of(DhJob{&row(TransformType::key_exchange, 31), DhStep::begin, {}, {}}), CostClass::inline_);
  EXPECT_EQ(cost_of(PskAuthJob{&row(TransformType::prf, 5), {}, {}}), CostClass::inline_);
}

TEST(Jobs, RunOnSeveralThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> agreed(4);
  for (int& count : agreed) {
    threads.emplace_back([&count] {
      for (const std::uint16_t id : {14, 19, 20, 21, 24, 28, 31, 32}) {
        const Algorithm* group = find_algorithm(TransformType::key_exchange, id, 0);
        const std::size_t size = private_key_octets(*group);
        JobResult a = run(DhJob{group, DhStep::begin, Secret(Bytes(size, 3)), {}}, KeyStore{});
        auto& [public_value, private_key, shared] = std::get<DhResult>(a);
        JobResult b = run(DhJob{group, DhStep::answer, Secret(Bytes(size, 4)), public_value}, KeyStore{});
        JobResult c = run(DhJob{group, DhStep::complete, std::move(private_key), std::get<DhResult>(b).public_value}, KeyStore{});
        count += std::get<DhResult>(c).shared.equals(std::get<DhResult>(b).shared.expose()) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(agreed, std::vector<int>(4, 8));
}

/// RFC 3602, 4106, 5282, 7634, 4543, 2410, 2451, 4868, 2403, 2404, 2409, 3526, 5114, 5903, 6954, 8031, FIPS 203 and the IANA
/// registry of IKEv2, written down once more.
TEST(Table, NumbersAreThoseOfTheRfcs) {
  using enum TransformType;
  const struct {
    TransformType type;
    std::uint16_t id, key_bits, key_octets, iv, icv, output;
  } expected[] = {
      {encryption, 12, 128, 16, 16, 0, 0},
      {encryption, 12, 192, 24, 16, 0, 0},
      {encryption, 12, 256, 32, 16, 0, 0},
      {encryption, 20, 128, 20, 8, 16, 0},
      {encryption, 20, 192, 28, 8, 16, 0},
      {encryption, 20, 256, 36, 8, 16, 0},
      {encryption, 28, 0, 36, 8, 16, 0},
      {encryption, 30, 128, 20, 0, 16, 0},
      {encryption, 30, 192, 28, 0, 16, 0},
      {encryption, 30, 256, 36, 0, 16, 0},
      {encryption, 31, 0, 36, 0, 16, 0},
      {encryption, 21, 128, 20, 8, 16, 0},
      {encryption, 21, 192, 28, 8, 16, 0},
      {encryption, 21, 256, 36, 8, 16, 0},
      {encryption, 11, 0, 0, 0, 0, 0},
      {encryption, 3, 0, 24, 8, 0, 0},
      {prf, 1, 0, 16, 0, 0, 16},
      {prf, 2, 0, 20, 0, 0, 20},
      {prf, 5, 0, 32, 0, 0, 32},
      {prf, 6, 0, 48, 0, 0, 48},
      {prf, 7, 0, 64, 0, 0, 64},
      {integrity, 1, 0, 16, 0, 12, 0},
      {integrity, 2, 0, 20, 0, 12, 0},
      {integrity, 12, 0, 32, 0, 16, 0},
      {integrity, 13, 0, 48, 0, 24, 0},
      {integrity, 14, 0, 64, 0, 32, 0},
      {key_exchange, 1, 0, 32, 0, 0, 96},
      {key_exchange, 2, 0, 32, 0, 0, 128},
      {key_exchange, 5, 0, 32, 0, 0, 192},
      {key_exchange, 14, 0, 32, 0, 0, 256},
      {key_exchange, 15, 0, 40, 0, 0, 384},
      {key_exchange, 16, 0, 48, 0, 0, 512},
      {key_exchange, 17, 0, 56, 0, 0, 768},
      {key_exchange, 18, 0, 64, 0, 0, 1024},
      {key_exchange, 19, 0, 32, 0, 0, 64},
      {key_exchange, 20, 0, 48, 0, 0, 96},
      {key_exchange, 21, 0, 66, 0, 0, 132},
      {key_exchange, 24, 0, 32, 0, 0, 256},
      {key_exchange, 28, 0, 32, 0, 0, 64},
      {key_exchange, 29, 0, 48, 0, 0, 96},
      {key_exchange, 30, 0, 64, 0, 0, 128},
      {key_exchange, 31, 0, 32, 0, 0, 32},
      {key_exchange, 32, 0, 56, 0, 0, 56},
      {key_exchange, 35, 0, 64, 0, 0, 800},
      {key_exchange, 36, 0, 64, 0, 0, 1184},
      {key_exchange, 37, 0, 64, 0, 0, 1568},
  };
  ASSERT_EQ(algorithms().size(), std::size(expected));
  for (const auto& e : expected) {
    const Algorithm& algorithm = row(e.type, e.id, e.key_bits);
    EXPECT_EQ(algorithm.key_octets, e.key_octets) << algorithm.debug_name;
    EXPECT_EQ(algorithm.iv_octets, e.iv) << algorithm.debug_name;
    EXPECT_EQ(algorithm.icv_octets, e.icv) << algorithm.debug_name;
    EXPECT_EQ(algorithm.output_octets, e.output) << algorithm.debug_name;
  }
}

/// RFC 8247 and the configuration's own warnings: what nobody gets without naming it.
TEST(Table, WeakRowsAreMarked) {
  using enum TransformType;
  std::string weak;
  for (const Algorithm& algorithm : algorithms())
    if (!algorithm.weakness.empty()) weak += (weak.empty() ? "" : " ") + std::string(algorithm.debug_name);
  EXPECT_EQ(weak,
            "AES-GMAC-128 AES-GMAC-192 AES-GMAC-256 NULL 3DES MD5 SHA1 MD596 SHA96 DH_GROUP_768_MODP/Group 1 "
            "DH_GROUP_1024_MODP/Group 2 DH_GROUP_1536_MODP/Group 5 DH_GROUP_2048_256_MODP/Group 24");
}

TEST(Table, KeywordsAreUnique) {
  for (const Algorithm& a : algorithms())
    for (const Algorithm& b : algorithms()) {
      if (&a == &b) continue;
      EXPECT_FALSE(a.type == b.type && a.id == b.id && a.key_bits == b.key_bits) << a.debug_name;
      EXPECT_FALSE(a.type == b.type && !a.ike_keyword.empty() && a.ike_keyword == b.ike_keyword) << a.ike_keyword;
      EXPECT_FALSE(!a.esp_keyword.empty() && a.esp_keyword == b.esp_keyword) << a.esp_keyword;
    }
}

}  // namespace
}  // namespace engine::crypto::test
