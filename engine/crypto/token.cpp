#include "engine/crypto/token.hpp"

#include <openssl/engine.h>
#include <openssl/ui.h>

#include <string>

#include "engine/crypto/x509_openssl.hpp"

namespace engine::crypto {
namespace {

constexpr std::string_view scheme = "pkcs11:";

// Engines are deprecated, and Debian 12 has no provider for PKCS#11.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/// Loaded with the first key that is asked for, for the life of the process: keys refer to it. Null: it is not installed.
ENGINE* token_engine() {
  static ENGINE* const engine = [] {
    ENGINE_load_dynamic();
    ENGINE* loaded = ENGINE_by_id("pkcs11");
    if (!loaded) return loaded;
    // Otherwise it prints what it does not find, PIN and all.
    ENGINE_ctrl_cmd_string(loaded, "QUIET", nullptr, 1);
    if (ENGINE_init(loaded) == 1) return loaded;
    ENGINE_free(loaded);
    return static_cast<ENGINE*>(nullptr);
  }();
  return engine;
}

}  // namespace

bool is_token_uri(std::string_view label) { return label.substr(0, scheme.size()) == scheme; }

bool names_token_key(const Secret& key) {
  const ByteView octets = key.expose();
  return is_token_uri({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

Key token_key(const Secret& uri) {
  ENGINE* engine = token_engine();
  const ByteView octets = uri.expose();
  const std::string text(octets.begin(), octets.end());
  // It never asks the terminal for a PIN.
  Key out(engine ? ENGINE_load_private_key(engine, text.c_str(), const_cast<UI_METHOD*>(UI_null()), nullptr) : nullptr);
  forget_errors();
  return out;
}

#pragma GCC diagnostic pop

}  // namespace engine::crypto
