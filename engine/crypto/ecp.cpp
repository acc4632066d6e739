#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <array>

#include "engine/crypto/dh.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {
namespace {

constexpr std::uint8_t uncompressed = 4;  // SEC 1, 2.3.3
constexpr std::size_t max_point_octets = 1 + 132;

struct EcpGroup {
  Curve curve;
  BigNumber order_less_one;
};

EcpGroup make_group(int nid) {
  EcpGroup group;
  group.curve.reset(EC_GROUP_new_by_curve_name(nid));
  require(group.curve != nullptr);
  group.order_less_one.reset(BN_dup(EC_GROUP_get0_order(group.curve.get())));
  require(group.order_less_one && BN_sub_word(group.order_less_one.get(), 1) == 1);
  return group;
}

template <int nid>
const EcpGroup& named() {
  static const EcpGroup group = make_group(nid);
  return group;
}

const EcpGroup& group_of(const Algorithm& row) {
  switch (row.id) {
    case 19:
      return named<NID_X9_62_prime256v1>();
    case 20:
      return named<NID_secp384r1>();
    case 21:
      return named<NID_secp521r1>();
    case 28:
      return named<NID_brainpoolP256r1>();
    case 29:
      return named<NID_brainpoolP384r1>();
    default:
      require(row.id == 30);
      return named<NID_brainpoolP512r1>();
  }
}

/// An even choice from 1 to n - 1 out of 128 bits more than n has (FIPS 186-5, A.2.1).
BigNumber scalar_of(const EcpGroup& group, const Secret& private_key, BN_CTX* context) {
  const ByteView octets = private_key.expose();
  const BigNumber wide(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  BigNumber scalar(BN_new());
  require(wide && scalar);
  BN_set_flags(wide.get(), BN_FLG_CONSTTIME);
  require(BN_mod(scalar.get(), wide.get(), group.order_less_one.get(), context) == 1 && BN_add_word(scalar.get(), 1) == 1);
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

/// Null unless the octets are x | y of a point on the curve with both below p. Infinity has no such form (RFC 6989, 2.3).
Point decode(const EcpGroup& group, ByteView value, BN_CTX* context) {
  std::array<std::uint8_t, max_point_octets> octets{uncompressed};
  std::copy(value.begin(), value.end(), octets.begin() + 1);
  Point point(EC_POINT_new(group.curve.get()));
  require(point != nullptr);
  if (EC_POINT_oct2point(group.curve.get(), point.get(), octets.data(), value.size() + 1, context) == 1) return point;
  ERR_clear_error();
  return nullptr;
}

/// x | y.
Bytes encode(const EcpGroup& group, const EC_POINT* point, std::size_t octets, BN_CTX* context) {
  std::array<std::uint8_t, max_point_octets> out;
  require(EC_POINT_point2oct(group.curve.get(), point, POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), context) ==
          octets + 1);
  return Bytes(out.begin() + 1, out.begin() + 1 + static_cast<std::ptrdiff_t>(octets));
}

}  // namespace

// RFC 5903, 7, and RFC 6954, 2.3: the value on the wire is x | y, the shared secret is x alone.
Result<DhValues> dh_ecp(const DhJob& job) {
  const Algorithm& row = *job.group;
  const EcpGroup& group = group_of(row);
  const EC_GROUP* curve = group.curve.get();
  const BigNumberContext owned(BN_CTX_new());
  BN_CTX* const context = owned.get();
  require(context != nullptr);
  Point peer;
  if (job.step != DhStep::begin) {
    const ByteView value = job.peer_public;
    if (value.size() != row.output_octets) return invalid_peer_value(row, "it has " + std::to_string(value.size()) + " octets");
    peer = decode(group, value, context);
    if (!peer) return invalid_peer_value(row, "it is no point of the curve");
  }
  const BigNumber scalar = scalar_of(group, job.private_key, context);
  const Point product(EC_POINT_new(curve));
  DhValues out;
  if (job.step != DhStep::complete) {
    require(product && EC_POINT_mul(curve, product.get(), scalar.get(), nullptr, nullptr, context) == 1);
    out.public_value = encode(group, product.get(), row.output_octets, context);
  }
  if (peer) {
    const BigNumber x(BN_new());
    Bytes shared(row.output_octets / 2u);
    // The curves have prime order, so no point times a scalar from 1 to n - 1 is infinity.
    require(product && x && EC_POINT_mul(curve, product.get(), nullptr, peer.get(), scalar.get(), context) == 1 &&
            EC_POINT_get_affine_coordinates(curve, product.get(), x.get(), nullptr, context) == 1 &&
            BN_bn2binpad(x.get(), shared.data(), static_cast<int>(shared.size())) == static_cast<int>(shared.size()));
    out.shared = Secret(std::move(shared));
  }
  return out;
}

}  // namespace engine::crypto
