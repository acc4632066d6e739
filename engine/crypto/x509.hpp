// Certificates in DER, read. Nothing is verified here.
#pragma once

#include <memory>

#include "engine/pki.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

/// Larger ones are refused unread.
inline constexpr std::size_t max_certificate_octets = 16384;

/// One certificate and nothing behind it. Fails with Cause::malformed_certificate.
Result<CertificatePtr> read_certificate(ByteView der);

/// Whether `pkcs8` is the private key of the certificate.
bool is_key_of(const Certificate& certificate, const Secret& pkcs8);

}  // namespace engine::crypto
