// What the files of this folder share of libcrypto: owners, and algorithms fetched once.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <memory>

#include "engine/algorithms.hpp"

namespace engine::crypto {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
template <class T, auto release>
using Owner = std::unique_ptr<T, Release<release>>;

using BigNumber = Owner<BIGNUM, BN_clear_free>;
using BigNumberContext = Owner<BN_CTX, BN_CTX_free>;
using Montgomery = Owner<BN_MONT_CTX, BN_MONT_CTX_free>;
using Curve = Owner<EC_GROUP, EC_GROUP_free>;
using Point = Owner<EC_POINT, EC_POINT_clear_free>;
using Key = Owner<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Owner<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

/// For calls that fail only without memory or through a wrong argument of ours. Nothing from the network decides them.
void require(bool condition);

/// A hash fetched once for the life of the process.
struct Hash {
  const EVP_MD* md = nullptr;
  std::size_t output = 0;  // octets
  std::size_t block = 0;   // octets HMAC pads the key to
};
inline constexpr std::size_t max_hash_output = 64;
inline constexpr std::size_t max_hash_block = 128;
/// The hash of an HMAC primitive.
const Hash& hash_of(Primitive primitive);

/// The cipher of an encryption row that IKE can use, fetched once.
const EVP_CIPHER* cipher_of(const Algorithm& row);

}  // namespace engine::crypto
