// What x509.cpp, path.cpp and signatures.cpp share of libcrypto.
#pragma once

#include <openssl/x509.h>

#include "engine/crypto/openssl.hpp"
#include "engine/pki.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

using X509Owner = Owner<X509, X509_free>;

/// One certificate and nothing behind it; null: it is none.
X509Owner parse_x509(ByteView der);
/// What it says; `parsed` is complete.
CertificatePtr describe(X509* parsed);
/// PKCS#8 or the traditional forms, or the URI of a key in a token (token.hpp); null: it is none.
Key parse_private(const Secret& pkcs8);
KeyKind kind_of(const EVP_PKEY* key);

/// The library keeps its errors in a queue of the thread: what we have judged must not stay there.
void forget_errors();

template <class T, class Encode>
Bytes der_of(const T* value, Encode encode) {
  const int size = value ? encode(value, nullptr) : 0;
  if (size <= 0) return {};
  Bytes out(static_cast<std::size_t>(size));
  unsigned char* at = out.data();
  encode(value, &at);
  return out;
}

}  // namespace engine::crypto
