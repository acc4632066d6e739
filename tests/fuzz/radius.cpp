// The attributes of a RADIUS answer: the first octet is its code, the rest stands behind a Message-Authenticator, and all of it
// is signed as the server would; unsigned, nothing of it may be believed.
#include <cstdlib>

#include "engine/crypto/prf.hpp"
#include "engine/radius/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace engine;
  if (size < 1 || size > radius::max_octets) return 0;
  static const Bytes secret = to_bytes(as_bytes("between us"));
  radius::Authenticate question;
  question.group = std::make_shared<const RadiusGroup>();
  question.user = "alice";
  const radius::Request request = radius::encode(question, 7, radius::Authenticator{1, 2, 3}, secret);
  Writer out;
  out.u8(data[0]);
  out.u8(7);
  out.u16(0);
  out.bytes(request.authenticator);
  out.u8(80);
  out.u8(18);
  out.zeros(16);
  out.bytes({data + 1, size - 1});
  out.patch_u16(2, static_cast<std::uint16_t>(out.size()));
  Bytes octets = out.take();
  if (radius::parse(octets, request, secret).ok()) std::abort();
  const Bytes signature = crypto::hmac_md5(secret, {octets});
  std::copy(signature.begin(), signature.end(), octets.begin() + 22);
  const Bytes digest = crypto::md5({octets, secret});
  std::copy(digest.begin(), digest.end(), octets.begin() + 4);
  const auto answer = radius::parse(octets, request, secret);
  if (const auto* accept = answer.ok() ? std::get_if<radius::Accept>(&*answer) : nullptr)
    if (!accept->msk.empty() && accept->msk.size() != 64) std::abort();
  return 0;
}
