// What the files that make keys, requests and their containers share of libcrypto.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string>

#include "engine/crypto/x509_openssl.hpp"
#include "engine/result.hpp"

namespace engine::crypto {

using Memory = Owner<BIO, BIO_free_all>;

/// Reads what somebody hands in: the queue of errors is empty behind it.
inline Failure unusable(std::string why) {
  forget_errors();
  return {NotifyType::none, Cause::internal_error, std::move(why)};
}

/// PKCS#8 in DER.
Secret pkcs8_of(EVP_PKEY* key);

}  // namespace engine::crypto
