#include "engine/crypto/path.hpp"

#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "engine/crypto/prf.hpp"
#include "engine/crypto/remembered.hpp"
#include "engine/crypto/revocation.hpp"
#include "engine/crypto/x509.hpp"
#include "engine/crypto/x509_openssl.hpp"
#include "engine/x500.hpp"

namespace engine::crypto {
namespace {

using Store = Owner<X509_STORE, X509_STORE_free>;
using StoreContext = Owner<X509_STORE_CTX, X509_STORE_CTX_free>;
using Usages = Owner<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

/// Signatures and keys of the path are to be worth 112 bits (SP 800-57): OpenSSL's level 2.
constexpr int security_level = 2;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

Failure refused(Cause cause, std::string why) { return {NotifyType::authentication_failed, cause, std::move(why)}; }

std::string subject_of(const X509* certificate) { return x500_text(der_of(X509_get_subject_name(certificate), i2d_X509_NAME)); }

Cause cause_of(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
      return Cause::unknown_authority;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Cause::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Cause::certificate_not_yet_valid;
    case X509_V_ERR_CERT_REVOKED:
      return Cause::certificate_revoked;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
      return Cause::revocation_unknown;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_INVALID_NON_CA:
      return Cause::certificate_usage;
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return Cause::path_too_long;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return Cause::name_constraints;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return Cause::weak_key;
    default:
      return Cause::certificate_path;
  }
}

/// OpenSSL's callback: what no current list speaks of is noted and let pass; of the anchor it does not count, which is trusted
/// whatever its issuer says. Nothing else is let pass.
int note_unknown(int ok, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  if (ok || cause_of(error) != Cause::revocation_unknown) return ok;
  const int depth = X509_STORE_CTX_get_error_depth(context);
  if (depth + 1 < sk_X509_num(X509_STORE_CTX_get0_chain(context)))
    static_cast<Unknown*>(X509_STORE_CTX_get_app_data(context))->emplace(depth, X509_verify_cert_error_string(error));
  return 1;
}

/// A path of OpenSSL's in words: "cn=gw <- cn=Sub <- cn=Root".
std::vector<std::string> subjects(const STACK_OF(X509) * chain) {
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(std::max(sk_X509_num(chain), 0)));
  for (int i = 0; i < sk_X509_num(chain); ++i) out.push_back(subject_of(sk_X509_value(chain, i)));
  return out;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? std::string() : std::string(between)) + part;
  return out;
}

/// What stands against a key of the path; empty: nothing.
std::string weakness(const EVP_PKEY* key) {
  if (!key) return "a key that is none";
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return kind_of(key) == KeyKind::unknown ? "a key of a kind not taken here" : "";
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < static_cast<int>(min_rsa_bits)) return "an RSA key of " + std::to_string(bits) + " bits";
  BIGNUM *n = nullptr, *e = nullptr;
  EVP_PKEY_get_bn_param(key, "n", &n);
  EVP_PKEY_get_bn_param(key, "e", &e);
  const BigNumber modulus(n), exponent(e);
  if (!modulus || !exponent || !BN_is_odd(modulus.get())) return "an RSA modulus that is even";
  if (!BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) || BN_num_bits(exponent.get()) > 64)
    return "an RSA exponent that is none";
  return {};
}

/// RFC 4945, 5.1.3.2 and 5.1.3.12: what the end's certificate may be used for, if it says so.
std::string misuse(X509* certificate) {
  const std::uint32_t usage = X509_get_key_usage(certificate);
  if (usage != UINT32_MAX && !(usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
    return "its key usage has neither digitalSignature nor nonRepudiation";
  const Usages purposes(static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!purposes) return {};
  for (int i = 0; i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
    char oid[64] = {};
    OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(purposes.get(), i), 1);
    // anyExtendedKeyUsage, ipsecIKE, ikeIntermediate, serverAuth, clientAuth
    for (const std::string_view good :
         {"2.5.29.37.0", "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"})
      if (good == oid) return {};
  }
  return "its extended key usage has nothing that IKE is";
}

struct Presented {
  std::vector<X509Owner> owned;
  Stack rest{sk_X509_new_null()};  // all but the first; the owners are `owned`
};

Result<Presented> parse_all(const std::vector<Bytes>& presented) {
  if (presented.empty() || presented.size() > max_presented)
    return refused(Cause::path_too_long, "the peer sent " + std::to_string(presented.size()) + " certificates");
  Presented out;
  for (const Bytes& der : presented) {
    X509Owner parsed = parse_x509(der);
    if (!parsed)
      return refused(Cause::malformed_certificate,
                     "certificate " + std::to_string(out.owned.size() + 1) + " of the peer is none in DER");
    const EVP_PKEY* key = X509_get0_pubkey(parsed.get());
    if (key && EVP_PKEY_get_bits(key) > static_cast<int>(max_rsa_bits))
      return refused(Cause::weak_key, subject_of(parsed.get()) + " has a key of " + std::to_string(EVP_PKEY_get_bits(key)) +
                                          " bits, and more than " + std::to_string(max_rsa_bits) + " are not looked at");
    if (!out.owned.empty()) sk_X509_push(out.rest.get(), parsed.get());
    out.owned.push_back(std::move(parsed));
  }
  return out;
}

bool asks_lists(const Trustpoint& trustpoint) {
  const auto& methods = trustpoint.revocation;
  return std::any_of(methods.begin(), methods.end(), [](RevocationMethod m) { return m != RevocationMethod::none; });
}
Store store_of(const Trustpoint& trustpoint) {
  Store store(X509_STORE_new());
  require(store != nullptr);
  for (const CertificatePtr& anchor : trustpoint.anchors)
    if (const X509Owner parsed = parse_x509(anchor->der)) X509_STORE_add_cert(store.get(), parsed.get());
  for (const Bytes& der : trustpoint.crls) {
    const unsigned char* at = der.data();
    if (const CrlOwner list{d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()))})
      X509_STORE_add_crl(store.get(), list.get());
  }
  return store;
}

/// Nullopt: the path holds so far.
std::optional<Failure> own_predicates(const STACK_OF(X509) * chain, const std::string& path) {
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (const std::string weak = weakness(X509_get0_pubkey(sk_X509_value(chain, i))); !weak.empty())
      return refused(Cause::weak_key, subject_of(sk_X509_value(chain, i)) + " has " + weak + "; the path is " + path);
  X509* end = sk_X509_value(chain, 0);
  if (const std::string why = misuse(end); !why.empty()) return refused(Cause::certificate_usage, subject_of(end) + ": " + why);
  return std::nullopt;
}

enum class Look : std::uint8_t { path, path_and_lists };

/// `unknown` gets the certificates that no current list speaks of.
void set_rules(X509_STORE_CTX* context, WallTime now, Look look, Unknown& unknown) {
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(rules, static_cast<time_t>(now));
  X509_VERIFY_PARAM_set_depth(rules, static_cast<int>(max_path) - 2);
  X509_VERIFY_PARAM_set_auth_level(rules, security_level);
  unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (look == Look::path_and_lists) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_USE_DELTAS;
  X509_VERIFY_PARAM_set_flags(rules, flags);
  X509_STORE_CTX_set_app_data(context, &unknown);
  X509_STORE_CTX_set_verify_cb(context, note_unknown);
}

Failure failure_of(X509_STORE_CTX* context, const Trustpoint& trustpoint, const std::string& path) {
  const int error = X509_STORE_CTX_get_error(context);
  const X509* at = X509_STORE_CTX_get_current_cert(context);
  return refused(cause_of(error), (at ? subject_of(at) : std::string("the path")) + ": " + X509_verify_cert_error_string(error) +
                                      " (trustpoint " + trustpoint.name + ", path " + path + ")");
}

/// The last certificate of a path that leads nowhere, if another of the same name may lead on (a cross-sign); -1: none.
int dead_end(const STACK_OF(X509) * rest, const STACK_OF(X509) * path) {
  const X509* last = sk_X509_value(path, sk_X509_num(path) - 1);
  for (int i = 0; i < sk_X509_num(rest); ++i)
    if (X509_cmp(sk_X509_value(rest, i), last) == 0) return i;
  return -1;
}

/// A path that held, and how long it does.
struct Held {
  Bytes digest;  // of all that was presented
  WallTime from = 0, until = 0;
  ValidPath path;
  ValidPath again() const {
    EVP_PKEY_up_ref(path.key.get());
    return {path.peer, Key(path.key.get())};
  }
};

/// What a thread keeps of a trustpoint: its CAs and lists parsed, since a list may have a hundred thousand entries, and paths
/// that held. Those of trustpoints that ask for lists are looked at anew each time.
struct Known {
  Store store;
  std::vector<Held> held{};

  const Held* find(ByteView digest, WallTime now) const {
    const auto fits = [&](const Held& each) { return each.from <= now && now <= each.until && equal(each.digest, digest); };
    const auto hit = std::find_if(held.begin(), held.end(), fits);
    return hit == held.end() ? nullptr : &*hit;
  }
  void keep(Held path) {
    if (held.size() == max_remembered) held.erase(held.begin());
    held.push_back(std::move(path));
  }
};
Known& known_of(const std::shared_ptr<const Trustpoint>& trustpoint) {
  thread_local Remembered<Trustpoint, Known> trustpoints;
  return trustpoints.of(trustpoint, [](const Trustpoint& each) { return Known{store_of(each)}; });
}

Bytes digest_of(const std::vector<Bytes>& presented) {
  Bytes digests;
  for (const Bytes& der : presented) {
    const Bytes one = sha256({der});
    digests.insert(digests.end(), one.begin(), one.end());
  }
  return sha256({digests});
}

/// When all of it is valid.
std::pair<WallTime, WallTime> validity_of(const STACK_OF(X509) * chain) {
  std::pair<WallTime, WallTime> out{0, std::numeric_limits<WallTime>::max()};
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const CertificatePtr each = describe(sk_X509_value(chain, i));
    out = {std::max(out.first, each->not_before), std::min(out.second, each->not_after)};
  }
  return out;
}

/// One question to OpenSSL about a path from the peer's certificate to the trustpoint.
class Attempt {
 public:
  Attempt(const Presented& presented, STACK_OF(X509) * rest, const Trustpoint& trustpoint, X509_STORE* store)
      : presented_(presented), rest_(rest), trustpoint_(trustpoint), store_(store) {}

  bool holds(Look look, WallTime now, const Inquiry& inquiry) {
    unknown.clear();
    lists_.reset(sk_X509_CRL_new_null());
    context_.reset(X509_STORE_CTX_new());
    require(context_ && lists_ && X509_STORE_CTX_init(context_.get(), store_, presented_.owned.front().get(), rest_) == 1);
    set_rules(context_.get(), now, look, unknown);
    if (look == Look::path_and_lists) {
      add_all(presented_.owned, inquiry);
      add_all(anchors(), inquiry);
      X509_STORE_CTX_set0_crls(context_.get(), lists_.get());
    }
    return X509_verify_cert(context_.get()) == 1;
  }
  const STACK_OF(X509) * path() const { return X509_STORE_CTX_get0_chain(context_.get()); }
  Failure failure() const { return failure_of(context_.get(), trustpoint_, joined(subjects(path()), " <- ")); }

  Unknown unknown;

 private:
  void add_all(const std::vector<X509Owner>& certificates, const Inquiry& inquiry) {
    const Stack stack(sk_X509_new_null());
    for (const X509Owner& each : certificates) sk_X509_push(stack.get(), each.get());
    add_lists(lists_.get(), stack.get(), trustpoint_, inquiry);
  }
  std::vector<X509Owner> anchors() const {
    std::vector<X509Owner> out;
    for (const CertificatePtr& each : trustpoint_.anchors)
      if (X509Owner parsed = parse_x509(each->der)) out.push_back(std::move(parsed));
    return out;
  }

  const Presented& presented_;
  STACK_OF(X509) * rest_;
  const Trustpoint& trustpoint_;
  X509_STORE* store_;
  Lists lists_;
  StoreContext context_;
};

/// The methods of `revocation-check` in their order, until nothing of the path is unknown, or something is to be fetched first.
/// The path holds so far; nullopt: it holds.
std::optional<Failure> judge_revocation(Attempt& attempt, const Trustpoint& trustpoint, WallTime now, Inquiry& inquiry) {
  const auto& methods = trustpoint.revocation;
  if (methods.front() == RevocationMethod::ocsp)
    for (int i = 0; i + 1 < sk_X509_num(attempt.path()); ++i) attempt.unknown.emplace(i, "its status is not known");
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (methods[i] == RevocationMethod::none) return std::nullopt;
    if (methods[i] == RevocationMethod::ocsp) {
      if (auto revoked = ask_ocsp(attempt.path(), attempt.unknown, trustpoint, now, inquiry)) return revoked;
    } else {
      const Unknown before = attempt.unknown;
      if (i > 0 && !attempt.holds(Look::path_and_lists, now, inquiry)) return attempt.failure();
      if (i > 0) std::erase_if(attempt.unknown, [&](const auto& each) { return before.count(each.first) == 0; });
      want_lists(attempt.path(), attempt.unknown, trustpoint, now, inquiry);
    }
    if (attempt.unknown.empty()) return std::nullopt;
    if (!inquiry.wanted.empty()) break;
  }
  const auto& [place, why] = *attempt.unknown.begin();
  return refused(Cause::revocation_unknown, subject_of(sk_X509_value(attempt.path(), place)) + ": " + why + " (trustpoint " +
                                                trustpoint.name + ", path " + joined(subjects(attempt.path()), " <- ") + ")");
}

Result<ValidPath> validate(const Presented& presented, const Trustpoint& trustpoint, Known& known, WallTime now, ByteView digest,
                           Inquiry& inquiry) {
  const Stack rest(sk_X509_dup(presented.rest.get()));
  const bool lists_first = trustpoint.revocation.front() == RevocationMethod::crl;
  while (true) {
    Attempt attempt(presented, rest.get(), trustpoint, known.store.get());
    if (attempt.holds(lists_first ? Look::path_and_lists : Look::path, now, inquiry)) {
      const std::vector<std::string> path = subjects(attempt.path());
      if (auto failure = own_predicates(attempt.path(), joined(path, " <- "))) return std::move(*failure);
      X509* end = presented.owned.front().get();
      Held held{to_bytes(digest), 0, 0, {{describe(end), trustpoint.name, path}, Key(X509_get_pubkey(end))}};
      std::tie(held.from, held.until) = validity_of(attempt.path());
      if (asks_lists(trustpoint))
        if (auto failure = judge_revocation(attempt, trustpoint, now, inquiry)) return std::move(*failure);
      ValidPath out = held.again();
      if (!asks_lists(trustpoint)) known.keep(std::move(held));
      return out;
    }
    Failure failure = attempt.failure();
    const int end = failure.cause == Cause::unknown_authority ? dead_end(rest.get(), attempt.path()) : -1;
    if (end < 0) return failure;
    sk_X509_delete(rest.get(), end);
  }
}

}  // namespace

std::string speaks_for(const Certificate& certificate) {
  std::string out = certificate.subject_text;
  for (const Identity& name : certificate.alternative_names) out += ", " + name.to_string();
  return out;
}

Result<ValidPath> validate_path(const std::vector<Bytes>& presented,
                                const std::vector<std::shared_ptr<const Trustpoint>>& trustpoints, WallTime now,
                                Inquiry& inquiry) {
  const Bytes digest = digest_of(presented);
  for (const auto& trustpoint : trustpoints)
    if (const Held* held = known_of(trustpoint).find(digest, now)) return held->again();
  auto parsed = parse_all(presented);
  std::optional<Failure> closest;
  if (!parsed.ok()) closest = std::move(parsed.failure());
  for (const auto& trustpoint : trustpoints) {
    if (!parsed.ok() || trustpoint->anchors.empty()) continue;
    auto verdict = validate(*parsed, *trustpoint, known_of(trustpoint), now, digest, inquiry);
    if (verdict.ok()) {
      forget_errors();
      return verdict;
    }
    if (!closest || (closest->cause == Cause::unknown_authority && verdict.failure().cause != Cause::unknown_authority))
      closest = std::move(verdict.failure());
  }
  forget_errors();
  if (closest) return std::move(*closest);
  return refused(Cause::unknown_authority, "no trustpoint has a CA certificate");
}

}  // namespace engine::crypto
