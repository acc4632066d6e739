// Pseudo-random functions, hashes and the key schedules of RFC 7296, 2.13 to 2.18.
#pragma once

#include <initializer_list>
#include <vector>

#include "engine/algorithms.hpp"
#include "engine/ids.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// prf(key, parts[0] | parts[1] | ...). `prf.type` is TransformType::prf.
Secret prf(const Algorithm& prf, ByteView key, std::initializer_list<ByteView> parts);
/// prf+(key, seed), the first `length` octets (RFC 7296, 2.13). `length <= 255 * output`.
Secret prf_plus(const Algorithm& prf, ByteView key, ByteView seed, std::size_t length);
/// SHA-1 over the parts, for NAT_DETECTION (RFC 7296, 2.23) and MS-CHAPv2 (RFC 2759).
Bytes sha1(std::initializer_list<ByteView> parts);
/// SHA-256 over the parts.
Bytes sha256(std::initializer_list<ByteView> parts);
/// HMAC-SHA-256, for cookies.
Bytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);
/// MD5 and HMAC-MD5 over the parts: RADIUS is built on them (RFC 2865, 3; RFC 3579, 3.2), and copies of a file are compared by
/// MD5, against accidents.
Bytes md5(std::initializer_list<ByteView> parts);
Bytes hmac_md5(ByteView key, std::initializer_list<ByteView> parts);

/// The algorithms of an IKE SA. `integrity` is null when encryption is AEAD.
struct IkeSuite {
  const Algorithm* encryption = nullptr;
  const Algorithm* integrity = nullptr;
  const Algorithm* prf = nullptr;
  const Algorithm* group = nullptr;
  std::vector<const Algorithm*> additional{};  // further key exchanges in their order (RFC 9370); those left out are not here
};
/// SK_* of RFC 7296, 2.14.
struct IkeKeys {
  Secret d, ai, ar, ei, er, pi, pr;
};
/// First keys: SKEYSEED = prf(Ni | Nr, g^ir).
IkeKeys derive_ike_keys(const IkeSuite& suite, const Secret& shared, ByteView nonce_i, ByteView nonce_r, IkeSpi spi_i,
                        IkeSpi spi_r);
/// Keys of a rekeyed IKE SA: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr | additional) with the old PRF (RFC 7296, 2.18).
/// `additional`: the secrets of IKE_FOLLOWUP_KE one behind the other (RFC 9370, 2.2.4).
IkeKeys derive_rekeyed_ike_keys(const IkeSuite& suite, const Algorithm& old_prf, const Secret& old_sk_d, const Secret& shared,
                                ByteView nonce_i, ByteView nonce_r, IkeSpi spi_i, IkeSpi spi_r, const Secret& additional = {});

/// Keys of a Child SA pair, in the order of KEYMAT (RFC 7296, 2.17): initiator to responder first, encryption before
/// integrity. `shared` is empty without PFS. `i` and `r` are the roles in the exchange that makes the Child SA.
struct ChildKeys {
  Secret encryption_i, integrity_i, encryption_r, integrity_r;
};
ChildKeys derive_child_keys(const Algorithm& prf, const Secret& sk_d, const Algorithm& encryption, const Algorithm* integrity,
                            const Secret& shared, ByteView nonce_i, ByteView nonce_r, const Secret& additional = {});

}  // namespace engine::crypto
