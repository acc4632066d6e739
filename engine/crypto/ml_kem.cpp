#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <array>
#include <string>

#include "engine/crypto/dh.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {
namespace {

constexpr std::size_t shared_octets = 32;
constexpr std::size_t message_octets = 32;  // the randomness of an encapsulation: m of FIPS 203
// The parameters' names in OpenSSL 3.5; older headers have no macros for them.
constexpr char seed[] = "seed", input_key_material[] = "ikme";

OSSL_PARAM parameter(const char* name, ByteView octets) {
  // The library's parameter takes a writable pointer and only reads.
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(octets.data()), octets.size());
}

/// Null where the library has no such algorithm, or the octets are none of its keys.
Key import_key(const Algorithm& row, int selection, const char* name, ByteView octets) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, std::string(row.debug_name).c_str(), nullptr));
  OSSL_PARAM parameters[] = {parameter(name, octets), OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (context && EVP_PKEY_fromdata_init(context.get()) == 1) EVP_PKEY_fromdata(context.get(), &key, selection, parameters);
  ERR_clear_error();
  return Key(key);
}

Result<DhValues> begin(const Algorithm& row, EVP_PKEY* key) {
  DhValues out;
  out.public_value.resize(row.output_octets);
  std::size_t size = 0;
  require(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out.public_value.data(), out.public_value.size(),
                                          &size) == 1 &&
          size == row.output_octets);
  return out;
}

Result<DhValues> encapsulate(const Algorithm& row, const DhJob& job) {
  const Key peer = job.peer_public.size() == row.output_octets
                       ? import_key(row, EVP_PKEY_PUBLIC_KEY, OSSL_PKEY_PARAM_PUB_KEY, job.peer_public)
                       : nullptr;
  if (!peer) return invalid_peer_value(row, "it is no encapsulation key");
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, peer.get(), nullptr));
  OSSL_PARAM parameters[] = {parameter(input_key_material, job.private_key.expose().first(message_octets)),
                             OSSL_PARAM_construct_end()};
  std::size_t size = 0, secret_size = shared_octets;
  require(context && EVP_PKEY_encapsulate_init(context.get(), parameters) == 1 &&
          EVP_PKEY_encapsulate(context.get(), nullptr, &size, nullptr, &secret_size) == 1);
  DhValues out;
  out.public_value.resize(size);
  Bytes shared(secret_size);
  require(EVP_PKEY_encapsulate(context.get(), out.public_value.data(), &size, shared.data(), &secret_size) == 1);
  out.shared = Secret(std::move(shared));
  return out;
}

/// A ciphertext of the right length always gives a secret, if not that of the peer (FIPS 203, 6.3: implicit rejection).
Result<DhValues> decapsulate(const Algorithm& row, EVP_PKEY* key, ByteView ciphertext) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  Bytes shared(shared_octets);
  std::size_t size = shared.size();
  require(context && EVP_PKEY_decapsulate_init(context.get(), nullptr) == 1);
  if (EVP_PKEY_decapsulate(context.get(), shared.data(), &size, ciphertext.data(), ciphertext.size()) != 1) {
    ERR_clear_error();
    return invalid_peer_value(row, "a ciphertext of " + std::to_string(ciphertext.size()) + " octets");
  }
  DhValues out;
  out.shared = Secret(std::move(shared));
  return out;
}

bool has(const Algorithm& row) { return import_key(row, EVP_PKEY_KEYPAIR, seed, std::array<std::uint8_t, 64>{1}) != nullptr; }

}  // namespace

// draft-ietf-ipsecme-ikev2-mlkem: the initiator sends its encapsulation key, the responder a ciphertext.
Result<DhValues> dh_ml_kem(const DhJob& job) {
  const Algorithm& row = *job.group;
  if (!ml_kem_available(row))
    return Failure{NotifyType::invalid_syntax, Cause::internal_error, "the crypto library has no " + std::string(row.debug_name)};
  if (job.step == DhStep::answer) return encapsulate(row, job);
  const Key own = import_key(row, EVP_PKEY_KEYPAIR, seed, job.private_key.expose());
  require(own != nullptr);
  return job.step == DhStep::begin ? begin(row, own.get()) : decapsulate(row, own.get(), job.peer_public);
}

bool ml_kem_available(const Algorithm& row) {
  static const std::array<bool, 3> there{has(*find_algorithm(TransformType::key_exchange, 35, 0)),
                                         has(*find_algorithm(TransformType::key_exchange, 36, 0)),
                                         has(*find_algorithm(TransformType::key_exchange, 37, 0))};
  require(row.id >= 35 && row.id <= 37);
  return there[row.id - 35u];
}

}  // namespace engine::crypto
