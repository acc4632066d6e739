// From the CERT payloads of a message to the verdict on who sent them: what is presented, the path, names and signature. The
// first octet says which signature is claimed, the rest is a chain of payloads as it stands inside SK.
#include <cstdlib>

#include "engine/crypto/jobs.hpp"
#include "engine/exchange/authentication.hpp"
#include "engine/x500.hpp"
#include "tests/pki/maker.hpp"

namespace {

using namespace engine;

struct Lab {
  pki::Holder root = pki::authority("CN=Root,O=Example", nullptr, "rsa 2048");  // the same each time: the corpus is of it
  std::shared_ptr<Trustpoint> trustpoint = std::make_shared<Trustpoint>();
  IkeProfile profile;
  Lab() {
    trustpoint->name = "TP";
    trustpoint->anchors = {root.certificate()};
    trustpoint->revocation = {RevocationMethod::crl, RevocationMethod::none};
    trustpoint->crls = {pki::crl(root, {9999})};
    profile.auth_local = AuthMethod::pre_share;
    profile.auth_remote.add(AuthMethod::rsa_sig);
    profile.auth_remote.add(AuthMethod::ecdsa_sig);
    profile.verify = {trustpoint};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Lab lab;
  if (size < 1) return 0;
  auto payloads = wire::parse_payloads(wire::PayloadType::cert, ByteView(data + 1, size - 1));
  if (!payloads.ok()) return 0;
  const auto rows = signature_schemes();
  const SignatureScheme& scheme = rows[data[0] % rows.size()];
  std::erase_if(*payloads, [](const wire::Payload& p) { return wire::type_of(p) == wire::PayloadType::auth; });
  payloads->push_back(wire::AuthPayload{static_cast<std::uint8_t>(scheme.method), encode_signature(scheme, Bytes(64, 7))});
  const auto& auth = std::get<wire::AuthPayload>(payloads->back());
  Identity peer{IdType::fqdn, {'g', 'w'}};
  if (const CertificatePtr own = exchange::authentication::presented(*payloads)) {
    peer = own->alternative_names.empty() ? Identity{IdType::der_asn1_dn, own->subject} : own->alternative_names.front();
    if (!names(*own, peer)) std::abort();
    if (!crypto::read_certificate(own->der).ok()) std::abort();
  }
  if (!exchange::authentication::check_method(lab.profile, {}, auth, *payloads).ok()) return 0;
  const Algorithm* prf = find_ike_keyword(TransformType::prf, "sha256");
  auto job = exchange::authentication::examine(lab.profile, {}, peer, *payloads, auth.data, *prf, Bytes(100, 1));
  const auto result = crypto::run(std::move(job), {}, pki::now);
  // Nobody has signed these octets: whoever is believed has forged a signature.
  if (!std::holds_alternative<Failure>(result)) std::abort();
  return 0;
}
