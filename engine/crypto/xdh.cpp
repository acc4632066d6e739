#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <array>

#include "engine/crypto/dh.hpp"
#include "engine/crypto/openssl.hpp"

namespace engine::crypto {
namespace {

constexpr std::size_t max_octets = 56;
constexpr std::array<std::uint8_t, max_octets> any_value{};
constexpr char x25519[] = "X25519", x448[] = "X448";

/// A thread's context of one curve saves the look-up of the algorithm, which takes locks, at every call.
template <const char* name>
EVP_PKEY_CTX* import_context() {
  thread_local const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr));
  thread_local const bool ready = context && EVP_PKEY_fromdata_init(context.get()) == 1;
  require(ready);
  return context.get();
}

/// A key from raw octets; what is empty is left out. A private key without a public value has it computed.
template <const char* name>
Key import_key(ByteView private_key, ByteView public_value) {
  // The library's parameter takes a writable pointer and only reads.
  const auto parameter = [](const char* what, ByteView octets) {
    return OSSL_PARAM_construct_octet_string(what, const_cast<std::uint8_t*>(octets.data()), octets.size());
  };
  OSSL_PARAM parameters[3];
  OSSL_PARAM* end = parameters;
  if (!private_key.empty()) *end++ = parameter(OSSL_PKEY_PARAM_PRIV_KEY, private_key);
  if (!public_value.empty()) *end++ = parameter(OSSL_PKEY_PARAM_PUB_KEY, public_value);
  *end = OSSL_PARAM_construct_end();
  EVP_PKEY* key = nullptr;
  const int what = private_key.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  require(EVP_PKEY_fromdata(import_context<name>(), &key, what, parameters) == 1);
  return Key(key);
}

/// The thread's key of a curve for what peers send, one after the other: each import goes through all algorithms there are.
template <const char* name>
EVP_PKEY* peer_key(ByteView public_value) {
  thread_local const Key key = import_key<name>({}, public_value);
  require(EVP_PKEY_set1_encoded_public_key(key.get(), public_value.data(), public_value.size()) == 1);
  return key.get();
}

/// An empty Secret when the peer's value is of small order: the result would be all zeros.
Secret derive(EVP_PKEY* own, EVP_PKEY* peer, std::size_t octets) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr));
  // Without the peer check of the library: there is none to make for these curves, and it costs time.
  require(context && EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer_ex(context.get(), peer, 0) == 1);
  Bytes shared(octets);
  std::size_t size = shared.size();
  if (EVP_PKEY_derive(context.get(), shared.data(), &size) == 1 && size == shared.size()) return Secret(std::move(shared));
  ERR_clear_error();
  return Secret();
}

template <const char* name>
Result<DhValues> exchange(const DhJob& job) {
  const Algorithm& row = *job.group;
  const std::size_t octets = row.output_octets;
  if (job.step != DhStep::begin && job.peer_public.size() != octets)
    return invalid_peer_value(row, "it has " + std::to_string(job.peer_public.size()) + " octets");
  // An initiator's second half needs no public value: with any other one in its place the library computes none.
  const Key own =
      import_key<name>(job.private_key.expose(), job.step == DhStep::complete ? ByteView(any_value).first(octets) : ByteView());
  DhValues out;
  if (job.step != DhStep::complete) {
    out.public_value.resize(octets);
    std::size_t size = octets;
    require(EVP_PKEY_get_raw_public_key(own.get(), out.public_value.data(), &size) == 1);
  }
  if (job.step != DhStep::begin) {
    out.shared = derive(own.get(), peer_key<name>(job.peer_public), octets);
    if (out.shared.empty()) return invalid_peer_value(row, "it is a point of small order");
  }
  return out;
}

}  // namespace

// RFC 8031, 2: raw little-endian strings; RFC 7748, 6: an all-zero result is an error.
Result<DhValues> dh_xdh(const DhJob& job) {
  return job.group->primitive == Primitive::x25519 ? exchange<x25519>(job) : exchange<x448>(job);
}

}  // namespace engine::crypto
