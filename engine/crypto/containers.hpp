// The forms in which certificates and keys travel between machines: PEM (RFC 7468) and PKCS#12 (RFC 7292).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// A certificate as people paste it: PEM, or the base 64 alone. In DER.
Result<Bytes> certificate_of_text(std::string_view text);
/// A CRL, PEM, base 64 or DER. In DER.
Result<Bytes> crl_of_text(std::string_view text);
/// "-----BEGIN LABEL-----", lines of 64 characters, "-----END LABEL-----".
std::string pem(std::string_view label, ByteView der);
/// The lines between the boundaries alone.
std::string base64_lines(ByteView octets);
/// Base 64 with blanks and lines anywhere; fails at foreign characters.
Result<Bytes> base64_decoded(std::string_view text);

/// A private key in PEM, of any form that OpenSSL reads, encrypted or not. In PKCS#8.
Result<Secret> private_key_of_text(std::string_view pem, const Secret& password);
/// As a router prints it: "RSA PRIVATE KEY" or "EC PRIVATE KEY", encrypted with `cipher` ("des3", "des").
Result<std::string> encrypted_pem(const Secret& pkcs8, const Secret& password, const std::string& cipher);

/// What a PKCS#12 file has.
struct Bundle {
  Secret key;         // PKCS#8; empty: none
  Bytes certificate;  // the key's; empty: none
  std::vector<Bytes> others;
};
Result<Bundle> open_pkcs12(ByteView der, const Secret& password);
/// Encrypted with AES-256 and authenticated with SHA-256.
Result<Bytes> make_pkcs12(const Bundle& bundle, const std::string& name, const Secret& password);

}  // namespace engine::crypto
