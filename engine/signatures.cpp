#include "engine/signatures.hpp"

#include <algorithm>

namespace engine {
namespace {

constexpr std::uint32_t bit(KeyKind kind) { return 1u << static_cast<unsigned>(kind); }
constexpr std::uint32_t rsa = bit(KeyKind::rsa), p256 = bit(KeyKind::ecdsa_p256), p384 = bit(KeyKind::ecdsa_p384),
                        p521 = bit(KeyKind::ecdsa_p521), nist = p256 | p384 | p521, ed25519 = bit(KeyKind::ed25519),
                        ed448 = bit(KeyKind::ed448);

using Hash = SignatureHash;
constexpr WireMethod digital_signature = WireMethod::digital_signature;
constexpr SignatureForm as_made = SignatureForm::as_made, raw_pair = SignatureForm::raw_pair;
constexpr SignaturePadding bare = SignaturePadding::none, pkcs1 = SignaturePadding::pkcs1, pss = SignaturePadding::pss;

// clang-format off
constexpr std::array signature_rows = {
    // RFC 8420, A; RFC 7427, A
    SignatureScheme{"ed25519", digital_signature, ed25519, Hash::identity, "", bare, as_made, CostClass::inline_, "300506032b6570"},
    SignatureScheme{"ed448", digital_signature, ed448, Hash::identity, "", bare, as_made, CostClass::pool, "300506032b6571"},
    SignatureScheme{"ecdsa-sha256", digital_signature, nist, Hash::sha256, "SHA256", bare, as_made, CostClass::inline_,
                    "300a06082a8648ce3d040302"},
    SignatureScheme{"ecdsa-sha384", digital_signature, nist, Hash::sha384, "SHA384", bare, as_made, CostClass::pool,
                    "300a06082a8648ce3d040303"},
    SignatureScheme{"ecdsa-sha512", digital_signature, nist, Hash::sha512, "SHA512", bare, as_made, CostClass::pool,
                    "300a06082a8648ce3d040304"},
    SignatureScheme{"rsa-pss-sha256", digital_signature, rsa, Hash::sha256, "SHA256", pss, as_made, CostClass::pool,
                    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120",
                    "303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201a203020120"},
    SignatureScheme{"rsa-pss-sha384", digital_signature, rsa, Hash::sha384, "SHA384", pss, as_made, CostClass::pool,
                    "304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130",
                    "303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a203020130"},
    SignatureScheme{"rsa-pss-sha512", digital_signature, rsa, Hash::sha512, "SHA512", pss, as_made, CostClass::pool,
                    "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140",
                    "303d06092a864886f70d01010a3030a00d300b0609608648016503040203a11a301806092a864886f70d010108300b0609608648016503040203a203020140"},
    SignatureScheme{"rsa-sha256", digital_signature, rsa, Hash::sha256, "SHA256", pkcs1, as_made, CostClass::pool,
                    "300d06092a864886f70d01010b0500", "300b06092a864886f70d01010b"},
    SignatureScheme{"rsa-sha384", digital_signature, rsa, Hash::sha384, "SHA384", pkcs1, as_made, CostClass::pool,
                    "300d06092a864886f70d01010c0500", "300b06092a864886f70d01010c"},
    SignatureScheme{"rsa-sha512", digital_signature, rsa, Hash::sha512, "SHA512", pkcs1, as_made, CostClass::pool,
                    "300d06092a864886f70d01010d0500", "300b06092a864886f70d01010d"},
    // RFC 4754; RFC 7296, 3.8: without a choice of hash
    SignatureScheme{"ecdsa-256", WireMethod::ecdsa_256, p256, Hash::none, "SHA256", bare, raw_pair, CostClass::inline_, ""},
    SignatureScheme{"ecdsa-384", WireMethod::ecdsa_384, p384, Hash::none, "SHA384", bare, raw_pair, CostClass::pool, ""},
    SignatureScheme{"ecdsa-521", WireMethod::ecdsa_521, p521, Hash::none, "SHA512", bare, raw_pair, CostClass::pool, ""},
    SignatureScheme{"rsa-sha1", WireMethod::rsa, rsa, Hash::none, "SHA1", pkcs1, as_made, CostClass::pool, ""},
};
// clang-format on

/// The hash that is as strong as the key comes first; the others follow in the order of the table.
std::string_view natural_digest(KeyKind key) {
  return key == KeyKind::ecdsa_p384 ? "SHA384" : key == KeyKind::ecdsa_p521 ? "SHA512" : "SHA256";
}

bool same_octets(std::string_view hex, ByteView octets) { return hex == to_hex(octets); }

}  // namespace

std::span<const SignatureScheme> signature_schemes() { return signature_rows; }

const SignatureScheme* scheme_for(KeyKind key, SignatureHashes peer, bool takes_pss) {
  const SignatureScheme* best = nullptr;
  const auto better = [&](const SignatureScheme& row) {
    if (!best || best->method != row.method) return !best;
    return best->digest != natural_digest(key) && row.digest == natural_digest(key) && best->padding == row.padding;
  };
  for (const SignatureScheme& row : signature_rows) {
    if (!row.fits(key) || (row.hash != Hash::none && !peer.has(row.hash))) continue;
    if (row.padding == pss && !takes_pss) continue;
    if (better(row)) best = &row;
  }
  return best;
}

SignatureParts parse_signature(std::uint8_t method, ByteView data) {
  const bool with_identifier = method == static_cast<std::uint8_t>(digital_signature);
  Reader in(data);
  ByteView identifier;
  if (with_identifier) {
    const auto size = in.u8();
    const auto octets = size ? in.bytes(*size) : std::nullopt;
    if (!octets) return {};
    identifier = *octets;
  }
  for (const SignatureScheme& row : signature_rows) {
    if (static_cast<std::uint8_t>(row.method) != method) continue;
    if (!with_identifier || same_octets(row.identifier, identifier) ||
        (!row.also_accepted.empty() && same_octets(row.also_accepted, identifier)))
      return {&row, in.rest()};
  }
  return {};
}

Bytes encode_signature(const SignatureScheme& scheme, ByteView signature) {
  Writer out;
  if (scheme.method == digital_signature) {
    const Bytes identifier = *from_hex(scheme.identifier);
    out.u8(static_cast<std::uint8_t>(identifier.size()));
    out.bytes(identifier);
  }
  out.bytes(signature);
  return out.take();
}

Bytes encode_hashes() {
  Writer out;
  for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512, Hash::identity})
    if (std::any_of(signature_rows.begin(), signature_rows.end(), [&](const SignatureScheme& row) { return row.hash == hash; }))
      out.u16(static_cast<std::uint16_t>(hash));
  return out.take();
}

SignatureHashes parse_hashes(ByteView data) {
  SignatureHashes out;
  Reader in(data);
  while (const auto hash = in.u16())
    if (*hash >= static_cast<std::uint16_t>(Hash::sha1) && *hash <= static_cast<std::uint16_t>(Hash::identity))
      out.add(static_cast<Hash>(*hash));
  return out;
}

// RFC 9593, 3.2: length, method, and for signatures a link to a CA (0: any), then the AlgorithmIdentifier of method 14.
Bytes encode_announcements(AuthMethods methods) {
  Writer out;
  if (methods.has(AuthMethod::pre_share)) {
    out.u8(2);
    out.u8(static_cast<std::uint8_t>(WireMethod::shared_key));
  }
  for (const SignatureScheme& row : signature_rows) {
    if (!methods.has(row.fits(KeyKind::rsa) ? AuthMethod::rsa_sig : AuthMethod::ecdsa_sig)) continue;
    const Bytes identifier = *from_hex(row.identifier);
    out.u8(static_cast<std::uint8_t>(3 + identifier.size()));
    out.u8(static_cast<std::uint8_t>(row.method));
    out.u8(0);
    out.bytes(identifier);
  }
  return out.take();
}

bool announces_pss(ByteView data) {
  Reader in(data);
  while (const auto size = in.u8()) {
    const auto rest = *size > 0 ? in.bytes(*size - 1u) : std::nullopt;
    if (!rest) return false;
    if (rest->size() < 2) continue;
    for (const SignatureScheme& row : signature_rows)
      if (row.padding == pss && (*rest)[0] == static_cast<std::uint8_t>(row.method) &&
          (same_octets(row.identifier, rest->subspan(2)) || same_octets(row.also_accepted, rest->subspan(2))))
        return true;
  }
  return false;
}

}  // namespace engine
