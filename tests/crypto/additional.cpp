// RFC 9370, 9242 and 8784 against what tests/crypto/recompute.py makes of their formulas.
#include "engine/auth.hpp"
#include "engine/crypto/jobs.hpp"
#include "engine/exchange/ike_followup_ke.hpp"
#include "vectors.hpp"

namespace engine::crypto::test {
namespace {

class Counter : public Rng {
 public:
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), ++next_); }

 private:
  std::uint8_t next_ = 0;
};

IkeKeys some_keys() {
  const auto key = [](std::uint8_t fill) { return Secret(Bytes(32, fill)); };
  return {key(1), key(2), key(3), key(4), key(5), key(6), key(7)};
}

TEST(Ppk, KnownAnswers) {
  for (const Record& r : records("ppk")) {
    KeyStore keys;
    keys.put({3}, Secret(r["ppk"]));
    const JobResult result =
        run(PpkJob{&row(TransformType::prf, r["prf"][0]), {3}, Secret(r["d"]), Secret(r["pi"]), Secret(r["pr"])}, keys);
    const auto& mixed = std::get<PpkResult>(result);
    EXPECT_EQ(to_hex(mixed.d.expose()), to_hex(r["mixed_d"]));
    EXPECT_EQ(to_hex(mixed.pi.expose()), to_hex(r["mixed_pi"]));
    EXPECT_EQ(to_hex(mixed.pr.expose()), to_hex(r["mixed_pr"]));
  }
}

TEST(Ppk, AKeyThatIsNotThereIsAFailure) {
  const JobResult result = run(PpkJob{&row(TransformType::prf, 5), {3}, {}, {}, {}}, KeyStore{});
  ASSERT_TRUE(std::holds_alternative<Failure>(result));
}

TEST(AdditionalKeyExchanges, EachMakesItsKeysFromThoseBeforeIt) {
  for (const Record& r : records("additional-ke")) {
    const Algorithm& prf = row(TransformType::prf, r["prf"][0]);
    const IkeSuite suite{&row(TransformType::encryption, 12, 256), &row(TransformType::integrity, 12), &prf, nullptr};
    const Bytes ni = r["ni"], nr = r["nr"], spis = r["spis"];
    Reader reader(spis);
    const IkeSpi spi_i{*reader.u64()}, spi_r{*reader.u64()};
    IkeKeys keys = derive_ike_keys(suite, Secret(r["shared_0"]), ni, nr, spi_i, spi_r);
    EXPECT_EQ(to_hex(in_order(keys)), to_hex(r["material_0"])) << prf.debug_name;
    for (const char* n : {"1", "2"}) {
      keys = derive_rekeyed_ike_keys(suite, prf, keys.d, Secret(r[std::string("shared_") + n]), ni, nr, spi_i, spi_r);
      EXPECT_EQ(to_hex(in_order(keys)), to_hex(r[std::string("material_") + n])) << prf.debug_name;
    }
  }
}

TEST(AdditionalKeyExchanges, ThoseOfARekeyStandBehindTheNonces) {
  for (const Record& r : records("followup-ke")) {
    const Algorithm& prf = row(TransformType::prf, r["prf"][0]);
    const Algorithm &cbc = row(TransformType::encryption, 12, 256), &hmac = row(TransformType::integrity, 12);
    const Bytes ni = r["ni"], nr = r["nr"], spis = r["spis"];
    Reader reader(spis);
    const IkeSpi spi_i{*reader.u64()}, spi_r{*reader.u64()};
    exchange::KeyExchanges keys;
    for (const char* shared : {"shared_0", "shared_1", "shared_2"}) keys.add(Secret(r[shared]));
    EXPECT_EQ(keys.done, 2u);
    const Secret d(r["d"]);
    const IkeKeys ike =
        derive_rekeyed_ike_keys({&cbc, &hmac, &prf, nullptr}, prf, d, keys.first, ni, nr, spi_i, spi_r, keys.more);
    EXPECT_EQ(to_hex(in_order(ike)), to_hex(r["ike"])) << prf.debug_name;
    const ChildKeys child = derive_child_keys(prf, d, cbc, &hmac, keys.first, ni, nr, keys.more);
    EXPECT_EQ(to_hex(in_order(child)), to_hex(r["child"])) << prf.debug_name;
  }
}

TEST(IntAuth, CoversTheMessageAsIfItStoodThereInClear) {
  for (const char* cipher : {"aes-cbc-256", "aes-gcm-128", "chacha20-poly1305"}) {
    const Algorithm& encryption = *find_ike_keyword(TransformType::encryption, cipher);
    const Algorithm& prf = row(TransformType::prf, 5);
    const IkeSuite suite{&encryption, encryption.aead ? nullptr : &row(TransformType::integrity, 14), &prf, nullptr};
    Counter rng;
    Bytes int_auth;
    for (const Record& r : records("int-auth")) {
      const auto keys = [&] {
        IkeKeys out = some_keys();
        out.ei = Secret(Bytes(encryption.key_octets, 9));
        out.ai = Secret(Bytes(64, 9));
        return out;
      };
      Channel sender(suite, keys(), Role::initiator), receiver(suite, keys(), Role::responder);
      sender.keep_intermediate(true);
      receiver.keep_intermediate(true);
      const Bytes spis = r["spis"];
      Reader reader(spis);
      wire::Header header;
      header.spi_i = IkeSpi{*reader.u64()};
      header.spi_r = IkeSpi{*reader.u64()};
      header.exchange = wire::ExchangeType::ike_intermediate;
      header.initiator = true;
      header.message_id = MessageId{r["message"][0]};
      const Bytes datagram = sender.seal(header, {wire::KePayload{31, r["value"]}}, rng);
      EXPECT_EQ(to_hex(sender.kept_sealed()), to_hex(r["form"])) << cipher;
      const auto message = wire::parse(datagram);
      ASSERT_TRUE(message.ok());
      bool authentic = false;
      ASSERT_TRUE(receiver.open(datagram, *message, authentic).ok());
      EXPECT_EQ(to_hex(receiver.kept_opened()), to_hex(r["form"])) << cipher;
      IntermediateAuth::add(int_auth, prf, Secret(r["sk_p"]), receiver.kept_opened());
      EXPECT_EQ(to_hex(int_auth), to_hex(r["int_auth"])) << cipher;
    }
  }
}

TEST(IntAuth, StandsBehindTheSignedOctetsWithTheMessageId) {
  const Algorithm& prf = row(TransformType::prf, 5);
  const Bytes message(40, 1), nonce(32, 2), i(32, 3), r(32, 4);
  const Secret sk_p(Bytes(32, 5));
  const wire::IdPayload id{wire::PayloadType::id_i, Identity::of(IpAddress::v4(1)), {}};
  const Bytes plain = signed_octets(message, nonce, prf, sk_p, id, {}, MessageId{1});
  EXPECT_EQ(plain.size(), 40u + 32 + 32);
  Writer expected;
  expected.bytes(plain);
  expected.bytes(i);
  expected.bytes(r);
  expected.u32(3);
  EXPECT_EQ(to_hex(signed_octets(message, nonce, prf, sk_p, id, {i, r}, MessageId{3})), to_hex(expected.view()));
}

}  // namespace
}  // namespace engine::crypto::test
