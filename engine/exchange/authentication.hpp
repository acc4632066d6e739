// Who each end is and how it shows it: shared keys and signatures, either way round (RFC 7296, 2.15, 3.6 to 3.8; RFC 4754;
// RFC 7427; RFC 8420; RFC 9593). IKE_AUTH says when.
//
//   IKE_SA_INIT, both ways:   N(SIGNATURE_HASH_ALGORITHMS)
//   IKE_SA_INIT answer:       CERTREQ, [N(SUPPORTED_AUTH_METHODS)]
//   IKE_AUTH request:         IDi, [CERT+,] [CERTREQ,] [N(SUPPORTED_AUTH_METHODS),] AUTH
//   IKE_AUTH answer:          IDr, [CERT+,] AUTH
#pragma once

#include "engine/crypto/jobs.hpp"
#include "engine/policy_book.hpp"
#include "engine/wire/message.hpp"

namespace engine {
struct Abilities;
struct IkeSa;
struct Turn;
}  // namespace engine

namespace engine::exchange::authentication {

/// What this end authenticates itself with.
struct Credential {
  std::shared_ptr<const Trustpoint> trustpoint{};  // null: a shared key
  const SignatureScheme* scheme = nullptr;
  KeyRef key{};
};

/// Of a profile's, what the peer can verify; one that a CA has certified which the peer names, before others. `authorities`
/// are what its CERTREQ said. Fails when there is none.
Result<Credential> own_credential(const IkeProfile& profile, const KeyChoice& keys, const Abilities& peer,
                                  const wire::Payloads& request);
/// Whether own_credential() can succeed with some peer; else the reason.
Status can_authenticate(const IkeProfile& profile);
/// What this end calls itself: as configured, else with signatures the subject of its certificate, else its address.
Identity own_identity(const IkeProfile& profile, const Credential& credential, const IpAddress& local);

/// AUTH is what becomes of this job...
crypto::Job prove(const Credential& credential, const Algorithm& prf, Bytes octets);
/// ...which is done: the data of the AUTH payload, and the payload.
Bytes proof_of(const Credential& credential, crypto::JobResult result);
wire::AuthPayload auth_payload(const Credential& credential, Bytes proof);
/// Our certificate and what leads from it to its CA.
/// With what OCSP says of our own, where `requests` ask for that.
void append_certificates(const Turn& turn, wire::Payloads& out, const Credential& credential, const wire::Payloads& requests);

/// Whether the responder, which calls itself so, is one that the profile is for: by its name, or by the certificate it sent.
/// Whether that is its own is another question.
Status check_identity(const IkeProfile& profile, const Identity& identity, const wire::Payloads& payloads);
/// How a peer authenticates itself, and that the profile takes it so. `keyring` in the failure's words is the operator's.
Status check_method(const IkeProfile& profile, const KeyChoice& keys, const wire::AuthPayload& auth,
                    const wire::Payloads& payloads);
/// The peer's own certificate as it sent it, unverified; null: it sent none that can be read.
CertificatePtr presented(const wire::Payloads& payloads);
/// The peer is what its AUTH says if verdict_of() what becomes of this job is good. check_method() has passed. `proof` is the
/// data of its AUTH, or what stands for them (RFC 8784, 3).
crypto::Job examine(const IkeProfile& profile, const KeyChoice& keys, const Identity& peer, const wire::Payloads& payloads,
                    ByteView proof, const Algorithm& prf, Bytes octets);
/// The certificate by which the peer is what it says, null with a shared key; a failure tells the operator what did not hold.
Result<CertificatePtr> verdict_of(const IkeProfile& profile, const KeyChoice& keys, const Identity& peer, ByteView proof,
                                  const crypto::JobResult& result);
/// By what the payload's method authenticates.
AuthMethod method_of(const wire::AuthPayload& auth);

/// For our IKE_SA_INIT and IKE_AUTH: what we verify by, and whose certificates we take.
void announce_in_init(const Turn& turn, const IkeSa& sa, wire::Payloads& out);
void announce_in_request(const IkeProfile& profile, wire::Payloads& out);
/// SUPPORTED_AUTH_METHODS for an answer to somebody who has not shown who he is: nullopt where it would make the answer longer
/// than its request.
std::optional<wire::Payload> announcement_within(const Turn& turn, const IkeSa& sa, std::size_t request_octets,
                                                 std::size_t answer_octets);
/// From the peer's IKE_SA_INIT or IKE_AUTH.
void learn(Abilities& peer, const wire::Payloads& payloads);

}  // namespace engine::exchange::authentication
