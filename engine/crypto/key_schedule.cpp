#include "engine/crypto/prf.hpp"

namespace engine::crypto {
namespace {

Bytes joined(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Writer out;
  out.reserve(size);
  for (const ByteView part : parts) out.bytes(part);
  return out.take();
}

std::size_t key_octets(const Algorithm* algorithm) { return algorithm == nullptr ? 0 : algorithm->key_octets; }

/// Cuts one key after another from the front of key material.
class Cutter {
 public:
  explicit Cutter(const Secret& material) : rest_(material.expose()) {}
  Secret next(std::size_t octets) {
    Secret out(rest_.first(octets));
    rest_ = rest_.subspan(octets);
    return out;
  }

 private:
  ByteView rest_;
};

/// {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr) (RFC 7296, 2.14).
IkeKeys expand(const IkeSuite& suite, const Secret& skeyseed, ByteView nonce_i, ByteView nonce_r, IkeSpi spi_i, IkeSpi spi_r) {
  Writer spis;
  spis.u64(spi_i.value);
  spis.u64(spi_r.value);
  const std::size_t d = suite.prf->key_octets, a = key_octets(suite.integrity), e = suite.encryption->key_octets;
  const Secret material = prf_plus(*suite.prf, skeyseed.expose(), joined({nonce_i, nonce_r, spis.view()}), 3 * d + 2 * a + 2 * e);
  Cutter cut(material);
  // Braces evaluate from left to right, which is the order of the key material.
  return IkeKeys{cut.next(d), cut.next(a), cut.next(a), cut.next(e), cut.next(e), cut.next(d), cut.next(d)};
}

}  // namespace

IkeKeys derive_ike_keys(const IkeSuite& suite, const Secret& shared, ByteView nonce_i, ByteView nonce_r, IkeSpi spi_i,
                        IkeSpi spi_r) {
  const Secret skeyseed = prf(*suite.prf, joined({nonce_i, nonce_r}), {shared.expose()});
  return expand(suite, skeyseed, nonce_i, nonce_r, spi_i, spi_r);
}

IkeKeys derive_rekeyed_ike_keys(const IkeSuite& suite, const Algorithm& old_prf, const Secret& old_sk_d, const Secret& shared,
                                ByteView nonce_i, ByteView nonce_r, IkeSpi spi_i, IkeSpi spi_r, const Secret& additional) {
  const Secret skeyseed = prf(old_prf, old_sk_d.expose(), {shared.expose(), nonce_i, nonce_r, additional.expose()});
  return expand(suite, skeyseed, nonce_i, nonce_r, spi_i, spi_r);
}

ChildKeys derive_child_keys(const Algorithm& prf, const Secret& sk_d, const Algorithm& encryption, const Algorithm* integrity,
                            const Secret& shared, ByteView nonce_i, ByteView nonce_r, const Secret& additional) {
  const std::size_t e = encryption.key_octets, a = key_octets(integrity);
  const Secret seed(joined({shared.expose(), nonce_i, nonce_r, additional.expose()}));
  const Secret material = prf_plus(prf, sk_d.expose(), seed.expose(), 2 * (e + a));
  Cutter cut(material);
  return ChildKeys{cut.next(e), cut.next(a), cut.next(e), cut.next(a)};
}

}  // namespace engine::crypto
