#include <openssl/core_names.h>

#include "engine/crypto/dh.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {
namespace {

struct ModpGroup {
  BigNumber prime, generator, largest;  // largest: the greatest public value, p - 2
  BigNumber order;                      // of the generator; null for the safe primes
  Montgomery montgomery;
};

ModpGroup finished(ModpGroup group) {
  const BigNumberContext context(BN_CTX_new());
  group.montgomery.reset(BN_MONT_CTX_new());
  require(context && group.prime && group.generator && group.montgomery &&
          BN_MONT_CTX_set(group.montgomery.get(), group.prime.get(), context.get()) == 1);
  group.largest.reset(BN_dup(group.prime.get()));
  require(group.largest && BN_sub_word(group.largest.get(), 2) == 1);
  return group;
}

/// Over a safe prime, with generator 2.
ModpGroup safe_group(BIGNUM* (*prime_of)(BIGNUM*)) {
  ModpGroup group;
  group.prime.reset(prime_of(nullptr));
  group.generator.reset(BN_new());
  require(group.generator && BN_set_word(group.generator.get(), 2) == 1);
  return finished(std::move(group));
}

BigNumber parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  return BigNumber(value);
}

/// A group with a subgroup of prime order, under the library's name for it.
ModpGroup named_group(const char* name) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr));
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(name), 0),
                                   OSSL_PARAM_construct_end()};
  EVP_PKEY* raw = nullptr;
  require(context && EVP_PKEY_paramgen_init(context.get()) == 1 && EVP_PKEY_CTX_set_params(context.get(), parameters) == 1 &&
          EVP_PKEY_generate(context.get(), &raw) == 1);
  const Key key(raw);
  ModpGroup group;
  group.prime = parameter(raw, OSSL_PKEY_PARAM_FFC_P);
  group.generator = parameter(raw, OSSL_PKEY_PARAM_FFC_G);
  group.order = parameter(raw, OSSL_PKEY_PARAM_FFC_Q);
  return finished(std::move(group));
}

template <auto prime_of>
const ModpGroup& safe() {
  static const ModpGroup group = safe_group(prime_of);
  return group;
}

const ModpGroup& group_of(const Algorithm& row) {
  switch (row.id) {
    case 1:
      return safe<BN_get_rfc2409_prime_768>();
    case 2:
      return safe<BN_get_rfc2409_prime_1024>();
    case 5:
      return safe<BN_get_rfc3526_prime_1536>();
    case 14:
      return safe<BN_get_rfc3526_prime_2048>();
    case 15:
      return safe<BN_get_rfc3526_prime_3072>();
    case 16:
      return safe<BN_get_rfc3526_prime_4096>();
    case 17:
      return safe<BN_get_rfc3526_prime_6144>();
    case 18:
      return safe<BN_get_rfc3526_prime_8192>();
    default: {
      require(row.id == 24);
      static const ModpGroup group24 = named_group("dh_2048_256");
      return group24;
    }
  }
}

BigNumber power(const ModpGroup& group, const BIGNUM* base, const BIGNUM* exponent, BN_CTX* context) {
  BigNumber result(BN_new());
  require(result &&
          BN_mod_exp_mont_consttime(result.get(), base, exponent, group.prime.get(), context, group.montgomery.get()) == 1);
  return result;
}

/// Left-padded with zeros to the length of p (RFC 7296, 2.14 and 3.4).
Bytes padded(const BigNumber& value, std::size_t octets) {
  Bytes out(octets);
  require(BN_bn2binpad(value.get(), out.data(), static_cast<int>(octets)) == static_cast<int>(octets));
  return out;
}

/// Over a safe prime the range check is the whole check; otherwise the value must lie in the subgroup (RFC 6989, 2.1, 2.2).
Result<BigNumber> checked_value(const Algorithm& row, const ModpGroup& group, ByteView octets, BN_CTX* context) {
  if (octets.size() != row.output_octets) return invalid_peer_value(row, "it has " + std::to_string(octets.size()) + " octets");
  BigNumber value(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  require(value != nullptr);
  if (BN_is_zero(value.get()) || BN_is_one(value.get()) || BN_cmp(value.get(), group.largest.get()) > 0)
    return invalid_peer_value(row, "it is not between 2 and p - 2");
  if (group.order && !BN_is_one(power(group, value.get(), group.order.get(), context).get()))
    return invalid_peer_value(row, "it is outside the subgroup");
  return value;
}

}  // namespace

Result<DhValues> dh_modp(const DhJob& job) {
  const Algorithm& row = *job.group;
  const ModpGroup& group = group_of(row);
  const BigNumberContext context(BN_CTX_new());
  require(context != nullptr);
  BigNumber peer;
  if (job.step != DhStep::begin) {
    TRY(peer, checked_value(row, group, job.peer_public, context.get()));
  }
  const ByteView octets = job.private_key.expose();
  const BigNumber exponent(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
  require(exponent != nullptr);
  BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
  DhValues out;
  if (job.step != DhStep::complete)
    out.public_value = padded(power(group, group.generator.get(), exponent.get(), context.get()), row.output_octets);
  if (peer) out.shared = Secret(padded(power(group, peer.get(), exponent.get(), context.get()), row.output_octets));
  return out;
}

}  // namespace engine::crypto
