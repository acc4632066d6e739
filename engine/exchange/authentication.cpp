#include "engine/exchange/authentication.hpp"

#include <algorithm>

#include "engine/crypto/x509.hpp"
#include "engine/evidence.hpp"
#include "engine/turn.hpp"

namespace engine::exchange::authentication {
namespace {

/// CERTREQ names so many CAs at most: in IKE_SA_INIT it goes to whoever asks.
constexpr std::size_t max_authorities = 10;
constexpr std::size_t hash_octets = 20;

constexpr std::uint8_t shared_key_method = static_cast<std::uint8_t>(WireMethod::shared_key);

Failure refused(Cause cause, std::string why) { return {NotifyType::authentication_failed, cause, std::move(why)}; }

bool has(const std::vector<Bytes>& hashes, const Bytes& hash) {
  return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

/// The CAs that the peer's CERTREQ names.
std::vector<Bytes> authorities_of(const wire::Payloads& payloads) {
  std::vector<Bytes> out;
  for (const wire::Payload& payload : payloads) {
    const auto* request = std::get_if<wire::CertPayload>(&payload);
    if (!request || request->which != wire::PayloadType::certreq || request->encoding != wire::x509_signature) continue;
    Reader in(request->data);
    while (const auto hash = in.bytes(hash_octets)) out.push_back(to_bytes(*hash));
  }
  return out;
}

/// Whether one of the CAs has certified the trustpoint's own, at first or second hand.
bool leads_to(const Trustpoint& trustpoint, const std::vector<Bytes>& authorities) {
  const auto named = [&](const CertificatePtr& ca) { return has(authorities, ca->key_hash); };
  return std::any_of(trustpoint.anchors.begin(), trustpoint.anchors.end(), named) ||
         std::any_of(trustpoint.chain.begin(), trustpoint.chain.end(), named);
}

bool can_sign(const IkeProfile& profile, const Trustpoint& trustpoint) {
  return trustpoint.certificate && trustpoint.key.value && method_of(trustpoint.certificate->key) == profile.auth_local;
}

/// CERTREQ for the CAs of these profiles; nothing where none verifies a signature.
template <class Profiles>
std::optional<wire::CertPayload> request_for(const Profiles& profiles) {
  std::vector<Bytes> hashes;
  bool any = false;
  for (const auto& profile : profiles) {
    if (!profile->auth_remote.signatures()) continue;
    any = true;
    for (const auto& trustpoint : profile->verify)
      for (const CertificatePtr& anchor : trustpoint->anchors)
        if (hashes.size() < max_authorities && !has(hashes, anchor->key_hash)) hashes.push_back(anchor->key_hash);
  }
  if (!any) return std::nullopt;
  Writer out;
  for (const Bytes& hash : hashes) out.bytes(hash);
  return wire::CertPayload{wire::PayloadType::certreq, wire::x509_signature, out.take()};
}

bool asks_ocsp(const IkeProfile& profile) {
  return std::any_of(profile.verify.begin(), profile.verify.end(), [](const auto& trustpoint) {
    const auto& methods = trustpoint->revocation;
    return std::find(methods.begin(), methods.end(), RevocationMethod::ocsp) != methods.end();
  });
}

/// CERTREQ for certificates, and for OCSP responses about them from whichever responder (RFC 4806, 3.1).
template <class Profiles>
void append_requests(const Profiles& profiles, wire::Payloads& out) {
  auto request = request_for(profiles);
  if (!request) return;
  out.push_back(std::move(*request));
  if (std::any_of(profiles.begin(), profiles.end(), [](const auto& profile) { return asks_ocsp(*profile); }))
    out.push_back(wire::CertPayload{wire::PayloadType::certreq, wire::ocsp_content, {}});
}

/// The profiles that an initiator at this address of ours may turn out to be of.
std::vector<std::shared_ptr<const IkeProfile>> profiles_at(const Turn& turn, const IkeSa& sa) {
  std::vector<std::shared_ptr<const IkeProfile>> out;
  for (const auto& profile : turn.core.book.config().profiles)
    if ((profile->auth_remote.signatures() || profile->auth_local != AuthMethod::pre_share) &&
        names_nothing_or(profile->match_local, sa.path.local.ip))
      out.push_back(profile);
  return out;
}

/// As an initiator, of the entry that wants the SA.
const IkeProfile* profile_of(const Turn& turn, const IkeSa& sa) {
  for (const PolicyLineId id : sa.wanted)
    if (const BookLine* line = turn.core.book.find(id)) return line->entry->profile.get();
  return nullptr;
}

std::string in_words(const AuthMethods& methods) {
  std::string out;
  const auto add = [&](AuthMethod method, const char* word) {
    if (methods.has(method)) out += (out.empty() ? "" : " or ") + std::string(word);
  };
  add(AuthMethod::pre_share, "a pre-shared key");
  add(AuthMethod::rsa_sig, "an RSA signature");
  add(AuthMethod::ecdsa_sig, "an ECDSA or EdDSA signature");
  add(AuthMethod::eap, "EAP");
  return out.empty() ? "nothing" : out;
}

}  // namespace

// ---- Ours ----

Result<Credential> own_credential(const IkeProfile& profile, const KeyChoice& keys, const Abilities& peer,
                                  const wire::Payloads& request) {
  if (profile.auth_local == AuthMethod::pre_share) return Credential{nullptr, nullptr, keys.local};
  if (profile.auth_local == AuthMethod::eap) return Credential{};
  const std::vector<Bytes> authorities = authorities_of(request);
  std::optional<Credential> best;
  bool wanted = false, certified = false;
  for (const auto& trustpoint : profile.sign) {
    if (!can_sign(profile, *trustpoint)) continue;
    certified = true;
    const SignatureScheme* scheme = scheme_for(trustpoint->certificate->key, peer.hashes, peer.pss);
    const bool named = leads_to(*trustpoint, authorities);
    if (!scheme || (best && (wanted || !named))) continue;
    best = Credential{trustpoint, scheme, trustpoint->key};
    wanted = named;
  }
  if (best) return *best;
  CHECK_OK(can_authenticate(profile));
  return refused(Cause::no_certificate, "profile " + profile.name + " has " +
                                            (certified ? "a certificate, and the peer verifies no signature of its kind of key"
                                                       : "no certificate of the kind of key that it authenticates by"));
}

Status can_authenticate(const IkeProfile& profile) {
  if (profile.auth_local == AuthMethod::pre_share || profile.auth_local == AuthMethod::eap) return Done{};
  for (const auto& trustpoint : profile.sign)
    if (can_sign(profile, *trustpoint)) return Done{};
  return refused(Cause::no_certificate, "profile " + profile.name + " authenticates by " + in_words(profile.auth_local) +
                                            ", and none of its trustpoints has a certificate of ours with such a key");
}

Identity own_identity(const IkeProfile& profile, const Credential& credential, const IpAddress& local) {
  if (profile.identity_local) return *profile.identity_local;
  const auto certified = [](const auto& trustpoint) { return trustpoint->certificate != nullptr; };
  const auto any = std::find_if(profile.sign.begin(), profile.sign.end(), certified);
  if (!credential.trustpoint && (!profile.identity_local_dn || any == profile.sign.end())) return Identity::of(local);
  const Certificate& own = credential.trustpoint ? *credential.trustpoint->certificate : *(*any)->certificate;
  if (own.subject_text.empty() && !own.alternative_names.empty()) return own.alternative_names.front();
  return {IdType::der_asn1_dn, own.subject};
}

crypto::Job prove(const Credential& credential, const Algorithm& prf, Bytes octets) {
  if (!credential.scheme) return crypto::PskAuthJob{&prf, credential.key, std::move(octets)};
  return crypto::SignJob{credential.scheme, credential.key, std::move(octets)};
}

Bytes proof_of(const Credential& credential, crypto::JobResult result) {
  if (!credential.scheme) return std::move(std::get<crypto::PskAuthResult>(result).auth);
  return encode_signature(*credential.scheme, std::get<crypto::SignResult>(result).signature);
}

wire::AuthPayload auth_payload(const Credential& credential, Bytes proof) {
  return {credential.scheme ? static_cast<std::uint8_t>(credential.scheme->method) : shared_key_method, std::move(proof)};
}

void append_certificates(const Turn& turn, wire::Payloads& out, const Credential& credential, const wire::Payloads& requests) {
  if (!credential.trustpoint) return;
  const auto append = [&](const CertificatePtr& certificate) {
    out.push_back(wire::CertPayload{wire::PayloadType::cert, wire::x509_signature, certificate->der});
  };
  append(credential.trustpoint->certificate);
  for (const CertificatePtr& each : credential.trustpoint->chain) append(each);
  const auto status = turn.core.own_status.find(credential.trustpoint->name);
  const auto wanted = [](const wire::Payload& payload) {
    const auto* request = std::get_if<wire::CertPayload>(&payload);
    return request && request->which == wire::PayloadType::certreq && request->encoding == wire::ocsp_content;
  };
  if (status != turn.core.own_status.end() && std::any_of(requests.begin(), requests.end(), wanted))
    out.push_back(wire::CertPayload{wire::PayloadType::cert, wire::ocsp_content, status->second});
}

// ---- The peer's ----

namespace {

/// Of the CERT payloads of an encoding.
std::vector<Bytes> contents_of(const wire::Payloads& payloads, std::uint8_t encoding) {
  std::vector<Bytes> out;
  for (const wire::Payload& payload : payloads)
    if (const auto* cert = std::get_if<wire::CertPayload>(&payload);
        cert && cert->which == wire::PayloadType::cert && cert->encoding == encoding)
      out.push_back(cert->data);
  return out;
}
std::vector<Bytes> certificates_of(const wire::Payloads& payloads) { return contents_of(payloads, wire::x509_signature); }

/// What is there instead: hash-and-URL would be fetched from an address that somebody unknown gives.
std::string other_certificates(const wire::Payloads& payloads) {
  for (const wire::Payload& payload : payloads)
    if (const auto* cert = std::get_if<wire::CertPayload>(&payload);
        cert && cert->which == wire::PayloadType::cert && cert->encoding != wire::ocsp_content)
      return " (one of encoding " + std::to_string(cert->encoding) + ", of which only 4 is taken)";
  return {};
}

}  // namespace

AuthMethod method_of(const wire::AuthPayload& auth) {
  if (auth.method == shared_key_method) return AuthMethod::pre_share;
  const SignatureParts parts = parse_signature(auth.method, auth.data);
  if (!parts.scheme) return AuthMethod::none;
  return parts.scheme->fits(KeyKind::rsa) ? AuthMethod::rsa_sig : AuthMethod::ecdsa_sig;
}

Status check_identity(const IkeProfile& profile, const Identity& identity, const wire::Payloads& payloads) {
  std::string wanted;
  const bool expected = std::any_of(profile.match_remote.begin(), profile.match_remote.end(), [&](const IdentityMatch& rule) {
    wanted += (wanted.empty() ? "" : ", ") + to_string(rule);
    return matches(rule, identity);
  });
  if (expected || (!profile.match_certificate.empty() && matches_certificate(profile, presented(payloads).get()))) return Done{};
  return Failure{NotifyType::authentication_failed,
                 Cause::identity_mismatch,
                 "the peer calls itself " + identity.to_string() + ", profile " + profile.name + " wants " + wanted,
                 {},
                 std::make_shared<const Evidence>(Evidence{{}, {}, profile.name, {}, identity})};
}

Status check_method(const IkeProfile& profile, const KeyChoice& keys, const wire::AuthPayload& auth,
                    const wire::Payloads& payloads) {
  const AuthMethod method = method_of(auth);
  if (!profile.auth_remote.has(method))
    return Failure{NotifyType::authentication_failed,
                   Cause::method_mismatch,
                   "the peer authenticates by method " + std::to_string(auth.method) +
                       (method == AuthMethod::none ? " in a form that is not known here" : ", " + in_words(method)) +
                       ", profile " + profile.name + " wants " + in_words(profile.auth_remote),
                   {},
                   std::make_shared<const Evidence>(Evidence{{}, {}, profile.name, {}, {}, method})};
  if (method == AuthMethod::pre_share) {
    if (keys.remote.value) return Done{};
    return refused(Cause::no_matching_key, "profile " + profile.name + " has no key for a peer that authenticates by one");
  }
  if (certificates_of(payloads).empty())
    return refused(Cause::no_certificate, "the peer signs and sent no certificate" + other_certificates(payloads));
  return Done{};
}

CertificatePtr presented(const wire::Payloads& payloads) {
  const std::vector<Bytes> sent = certificates_of(payloads);
  if (sent.empty()) return nullptr;
  auto read = crypto::read_certificate(sent.front());
  return read.ok() ? *read : nullptr;
}

crypto::Job examine(const IkeProfile& profile, const KeyChoice& keys, const Identity& peer, const wire::Payloads& payloads,
                    ByteView proof, const Algorithm& prf, Bytes octets) {
  const std::uint8_t method = wire::find<wire::AuthPayload>(payloads)->method;
  if (method == shared_key_method) return crypto::PskAuthJob{&prf, keys.remote, std::move(octets)};
  const SignatureParts parts = parse_signature(method, proof);
  return crypto::VerifyPeerJob{
      certificates_of(payloads), contents_of(payloads, wire::ocsp_content), profile.verify, peer, parts.scheme, std::move(octets),
      to_bytes(parts.signature)};
}

Result<CertificatePtr> verdict_of(const IkeProfile& profile, const KeyChoice& keys, const Identity& peer, ByteView proof,
                                  const crypto::JobResult& result) {
  if (const auto* verified = std::get_if<crypto::VerifiedPeer>(&result)) return verified->certificate;
  if (const auto* failure = std::get_if<Failure>(&result)) return *failure;
  if (constant_time_equal(proof, std::get<crypto::PskAuthResult>(result).auth)) return CertificatePtr();
  return refused(Cause::authentication_failed,
                 "the peer " + peer.to_string() +
                     " authenticated itself with another pre-shared key than that of keyring peer '" + keys.keyring_peer +
                     "' (profile " + profile.name + ")");
}

// ---- Announcements ----

void announce_in_init(const Turn& turn, const IkeSa& sa, wire::Payloads& out) {
  if (sa.role == Role::initiator) {
    const IkeProfile* profile = profile_of(turn, sa);
    if (profile && (profile->auth_remote.signatures() || profile->auth_local != AuthMethod::pre_share))
      out.push_back(wire::notify(NotifyType::signature_hash_algorithms, encode_hashes()));
    return;
  }
  const auto profiles = profiles_at(turn, sa);
  if (profiles.empty()) return;
  append_requests(profiles, out);
  if (sa.abilities.hashes.any()) out.push_back(wire::notify(NotifyType::signature_hash_algorithms, encode_hashes()));
}

void announce_in_request(const IkeProfile& profile, wire::Payloads& out) {
  if (!profile.auth_remote.signatures()) return;
  append_requests(std::array{&profile}, out);
  out.push_back(wire::notify(NotifyType::supported_auth_methods, encode_announcements(profile.auth_remote)));
}

std::optional<wire::Payload> announcement_within(const Turn& turn, const IkeSa& sa, std::size_t request_octets,
                                                 std::size_t answer_octets) {
  constexpr std::size_t notify_octets = 8;
  AuthMethods methods;
  for (const auto& profile : profiles_at(turn, sa))
    for (const AuthMethod method : {AuthMethod::pre_share, AuthMethod::rsa_sig, AuthMethod::ecdsa_sig})
      if (profile->auth_remote.has(method)) methods.add(method);
  if (!methods.signatures()) return std::nullopt;
  Bytes data = encode_announcements(methods);
  if (answer_octets + notify_octets + data.size() > request_octets) return std::nullopt;
  return wire::notify(NotifyType::supported_auth_methods, std::move(data));
}

void learn(Abilities& peer, const wire::Payloads& payloads) {
  if (const auto* hashes = wire::find_notify(payloads, NotifyType::signature_hash_algorithms))
    peer.hashes = parse_hashes(hashes->data);
  if (const auto* methods = wire::find_notify(payloads, NotifyType::supported_auth_methods))
    peer.pss = announces_pss(methods->data);
}

}  // namespace engine::exchange::authentication
