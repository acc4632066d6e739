#include "engine/crypto/jobs.hpp"

#include "engine/crypto/dh.hpp"
#include "engine/crypto/prf.hpp"
#include "engine/crypto/sign.hpp"
#include "engine/crypto/verify_peer.hpp"

namespace engine::crypto {
namespace {

/// Octets drawn beyond the group order, so that reducing is even (FIPS 186-5, A.2.1).
constexpr std::size_t ecp_extra_octets = 16;

Failure internal(std::string why) { return {NotifyType::none, Cause::internal_error, std::move(why)}; }

Result<DhValues> dh(const DhJob& job) {
  switch (job.group->primitive) {
    case Primitive::modp:
      return dh_modp(job);
    case Primitive::ecp:
      return dh_ecp(job);
    case Primitive::x25519:
    case Primitive::x448:
      return dh_xdh(job);
    case Primitive::ml_kem:
      return dh_ml_kem(job);
    default:
      return internal("a key exchange with something that is no group");
  }
}

JobResult run_dh(DhJob job) {
  if (job.group == nullptr) return internal("a key exchange without a group");
  if (job.private_key.size() != private_key_octets(*job.group))
    return internal("a private key of " + std::to_string(job.private_key.size()) + " octets");
  auto values = dh(job);
  if (!values) return std::move(values.failure());
  return DhResult{std::move(values->public_value), std::move(job.private_key), std::move(values->shared)};
}

// RFC 7296, 2.15.
JobResult run_psk_auth(const PskAuthJob& job, const KeyStore& keys) {
  const Secret* key = keys.find(job.key);
  if (job.prf == nullptr || key == nullptr) return internal("no secret stands behind the key's name");
  const Secret padded = prf(*job.prf, key->expose(), {as_bytes("Key Pad for IKEv2")});
  return PskAuthResult{to_bytes(prf(*job.prf, padded.expose(), {job.octets}).expose())};
}

JobResult run_ppk(const PpkJob& job, const KeyStore& keys) {
  const Secret* ppk = keys.find(job.ppk);
  if (job.prf == nullptr || ppk == nullptr) return internal("no secret stands behind the PPK's name");
  const auto mixed = [&](const Secret& key) { return prf_plus(*job.prf, ppk->expose(), key.expose(), key.size()); };
  return PpkResult{mixed(job.d), mixed(job.pi), mixed(job.pr)};
}

JobResult run_mschap(const MschapJob& job, const KeyStore& keys) {
  const Secret* password = keys.find(job.password);
  if (!password || job.authenticator_challenge.size() != mschap_challenge_octets ||
      job.peer_challenge.size() != mschap_challenge_octets)
    return internal("no password stands behind the user's name");
  return mschap(password->expose(), job.user, job.authenticator_challenge, job.peer_challenge);
}

JobResult run_sign(const SignJob& job, const KeyStore& keys) {
  const auto key = keys.shared(job.key);
  if (job.scheme == nullptr || key == nullptr) return internal("no private key stands behind the certificate");
  auto signature = sign(key, *job.scheme, job.octets);
  if (!signature.ok()) return std::move(signature.failure());
  return SignResult{std::move(*signature)};
}

}  // namespace

Failure invalid_peer_value(const Algorithm& group, const std::string& why) {
  return {NotifyType::invalid_syntax, Cause::invalid_key_exchange_value,
          "the peer's public value is not valid for " + std::string(group.debug_name) + ": " + why};
}

bool available(const Algorithm& row) { return row.primitive != Primitive::ml_kem || ml_kem_available(row); }

std::size_t private_key_octets(const Algorithm& group) {
  return group.key_octets + (group.primitive == Primitive::ecp ? ecp_extra_octets : 0);
}

CostClass cost_of(const Job& job) {
  struct Visitor {
    CostClass operator()(const DhJob& dh) const { return dh.group->cost; }
    CostClass operator()(const PskAuthJob& auth) const { return auth.prf->cost; }
    CostClass operator()(const PpkJob& ppk) const { return ppk.prf->cost; }
    CostClass operator()(const SignJob& sign) const { return sign.scheme->cost; }
    CostClass operator()(const VerifyPeerJob&) const { return CostClass::pool; }
    CostClass operator()(const MschapJob&) const { return CostClass::inline_; }
    CostClass operator()(const TlsJob&) const { return CostClass::pool; }
    CostClass operator()(const radius::Authenticate&) const { return CostClass::pool; }
    CostClass operator()(const radius::Account&) const { return CostClass::pool; }
  };
  return std::visit(Visitor{}, job);
}

JobResult run(Job job, const KeyStore& keys, WallTime now) {
  if (const auto* sign = std::get_if<SignJob>(&job)) return run_sign(*sign, keys);
  if (const auto* verify = std::get_if<VerifyPeerJob>(&job)) {
    Inquiry nothing_fetched;
    return verify_peer(*verify, nothing_fetched, now);
  }
  if (std::holds_alternative<radius::Authenticate>(job) || std::holds_alternative<radius::Account>(job))
    return Failure{NotifyType::authentication_failed, Cause::radius_silent, "there is nobody here who asks RADIUS servers"};
  if (const auto* chap = std::get_if<MschapJob>(&job)) return run_mschap(*chap, keys);
  if (auto* tls = std::get_if<TlsJob>(&job)) return run_tls(std::move(*tls), keys, now);
  if (auto* dh = std::get_if<DhJob>(&job)) return run_dh(std::move(*dh));
  if (const auto* ppk = std::get_if<PpkJob>(&job)) return run_ppk(*ppk, keys);
  return run_psk_auth(std::get<PskAuthJob>(job), keys);
}

}  // namespace engine::crypto
