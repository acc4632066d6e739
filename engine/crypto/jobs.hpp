// Crypto that needs a configured key or costs CPU, as values: the engine asks with StartJob{id, Job}, whoever runs jobs
// answers with JobDone{id, JobResult}. Jobs hold their own copies, so a runner may be another thread or process.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "engine/algorithms.hpp"
#include "engine/crypto/mschap.hpp"
#include "engine/crypto/tls.hpp"
#include "engine/ids.hpp"
#include "engine/radius/settings.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"
#include "engine/signatures.hpp"

namespace engine::crypto {

/// Which part of a key exchange is wanted.
enum class DhStep : std::uint8_t {
  begin,     // initiator: a public value
  answer,    // responder: from the initiator's value a public value and the secret
  complete,  // initiator: from the responder's value the secret
};
/// A key exchange. `private_key` is private_key_octets(*group) random octets drawn by the engine, the same ones for `begin`
/// and `complete`. `peer_public` is empty for `begin`. The checks of RFC 6989 apply to it: a bad value fails with
/// Cause::invalid_key_exchange_value.
struct DhJob {
  const Algorithm* group = nullptr;
  DhStep step = DhStep::begin;
  Secret private_key;
  Bytes peer_public;
};
struct DhResult {
  Bytes public_value;  // on the wire: MODP left-padded to the modulus; ECP x||y; X25519, X448 raw; empty after `complete`
  Secret private_key;  // given back for the second half of an initiator's exchange
  Secret shared;       // g^ir: MODP left-padded; ECP x only (RFC 5903); empty after `begin`
};
/// False for what the crypto library that runs does not have: ML-KEM before OpenSSL 3.5. It must not be offered then.
bool available(const Algorithm& row);
/// Octets a private key of `group` is drawn from.
std::size_t private_key_octets(const Algorithm& group);

/// AUTH for shared keys: prf(prf(key, "Key Pad for IKEv2"), octets) (RFC 7296, 2.15). Used to make and to verify.
struct PskAuthJob {
  const Algorithm* prf = nullptr;
  KeyRef key;
  Bytes octets;
};
struct PskAuthResult {
  Bytes auth;
};

/// Mixes a postquantum preshared key into SK_d, SK_pi and SK_pr: each becomes prf+(PPK, itself) (RFC 8784, 3).
struct PpkJob {
  const Algorithm* prf = nullptr;
  KeyRef ppk;
  Secret d, pi, pr;
};
struct PpkResult {
  Secret d, pi, pr;
};

/// A signature with the private key behind `key`. Fails when that is none which the scheme fits.
struct SignJob {
  const SignatureScheme* scheme = nullptr;
  KeyRef key;
  Bytes octets;
};
struct SignResult {
  Bytes signature;
};

/// A peer's signature, and whether its certificate may make it: the path from it to a trustpoint, revocation, what its key is
/// for, and that it speaks for the identity. One predicate at a time, in this order, and the first that does not hold is the
/// failure: its cause and the path so far.
struct VerifyPeerJob {
  std::vector<Bytes> presented;       // DER, as the peer sent them: its own first
  std::vector<Bytes> ocsp_responses;  // DER, as it sent them (RFC 4806)
  std::vector<std::shared_ptr<const Trustpoint>> trustpoints;
  Identity identity;
  const SignatureScheme* scheme = nullptr;
  Bytes octets, signature;
};
struct VerifiedPeer {
  CertificatePtr certificate;
  std::string trustpoint;
  std::vector<std::string> path;  // subjects, the peer's first, down to the anchor
};

/// What both ends of MS-CHAPv2 make of a password and their challenges.
struct MschapJob {
  KeyRef password;
  std::string user;  // without a domain in front
  Bytes authenticator_challenge, peer_challenge;
};

/// radius::Authenticate and radius::Account are no arithmetic: whoever carries out jobs asks a server (kernel/radius_client.hpp).
using Job =
    std::variant<DhJob, PskAuthJob, PpkJob, SignJob, VerifyPeerJob, MschapJob, TlsJob, radius::Authenticate, radius::Account>;
using JobResult = std::variant<Failure, DhResult, PskAuthResult, PpkResult, SignResult, VerifiedPeer, MschapValues, TlsValues,
                               radius::Challenge, radius::Accept, radius::Reject, radius::Accounted>;

/// The secrets behind KeyRefs. parser/compile fills one beside each Config; only run() looks inside. A copy shares them.
class KeyStore {
 public:
  using Row = std::pair<KeyRef, std::shared_ptr<const Secret>>;

  void put(KeyRef ref, Secret secret) { put({ref, std::make_shared<const Secret>(std::move(secret))}); }
  void put(Row row) {
    const auto place = place_of(row.first);
    if (place != rows_.end() && place->first == row.first)
      rows_[static_cast<std::size_t>(place - rows_.begin())] = std::move(row);
    else
      rows_.insert(place, std::move(row));
  }
  const Secret* find(KeyRef ref) const { return shared(ref).get(); }
  /// Null: there is none.
  std::shared_ptr<const Secret> shared(KeyRef ref) const {
    const auto place = place_of(ref);
    return place != rows_.end() && place->first == ref ? place->second : nullptr;
  }
  /// By KeyRef.
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::vector<Row>::const_iterator place_of(KeyRef ref) const {
    return std::lower_bound(rows_.begin(), rows_.end(), ref,
                            [](const Row& row, KeyRef wanted) { return row.first.value < wanted.value; });
  }
  std::vector<Row> rows_;
};

/// From the algorithm table: whether to run it at once or hand it to a pool.
CostClass cost_of(const Job& job);
/// Runs one job to its end on the calling thread. Never throws. `now` is what certificates are held against.
JobResult run(Job job, const KeyStore& keys, WallTime now = 0);

}  // namespace engine::crypto
