// Private keys that stay in a PKCS#11 token and are named by a URI (RFC 7512) where others are PKCS#8:
// "pkcs11:token=lab;object=gw;pin-source=file:/etc/sallyport/pin". OpenSSL's engine of libp11 speaks to the token.
#pragma once

#include <string_view>

#include "engine/crypto/openssl.hpp"
#include "engine/secret.hpp"

namespace engine::crypto {

bool is_token_uri(std::string_view label);
/// What stands for a private key names one in a token.
bool names_token_key(const Secret& key);
/// Null: the engine, the token or the key is not there, or the PIN is not its. May take as long as the token.
Key token_key(const Secret& uri);

}  // namespace engine::crypto
