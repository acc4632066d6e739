#include "engine/crypto/verify_peer.hpp"

#include "engine/crypto/path.hpp"
#include "engine/crypto/sign.hpp"

namespace engine::crypto {

JobResult verify_peer(const VerifyPeerJob& job, Inquiry& inquiry, WallTime now) {
  const auto refused = [](Cause cause, std::string why) {
    return Failure{NotifyType::authentication_failed, cause, std::move(why)};
  };
  if (job.presented.empty() || job.scheme == nullptr)
    return Failure{NotifyType::none, Cause::internal_error, "a signature without a certificate"};
  inquiry.sent_along = job.ocsp_responses;
  auto verdict = validate_path(job.presented, job.trustpoints, now, inquiry);
  if (!verdict.ok()) return std::move(verdict.failure());
  const Certificate& peer = *verdict->peer.certificate;
  if (!names(peer, job.identity))
    return refused(Cause::certificate_identity,
                   "the peer calls itself " + job.identity.to_string() + ", its certificate is of " + speaks_for(peer));
  if (!job.scheme->fits(peer.key))
    return refused(Cause::signature_mismatch,
                   "the peer signs by " + std::string(job.scheme->name) + ", and that is no signature of its certificate's key");
  if (!verify(verdict->key.get(), *job.scheme, job.octets, job.signature))
    return refused(Cause::signature_mismatch,
                   "the signature by " + std::string(job.scheme->name) + " is not the one of " + peer.subject_text);
  return std::move(verdict->peer);
}

}  // namespace engine::crypto
