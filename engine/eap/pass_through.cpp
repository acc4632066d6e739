#include "engine/eap/pass_through.hpp"

namespace engine::eap {
namespace {

constexpr std::size_t longest_user = 253;  // User-Name (RFC 2865, 5.1)

}  // namespace

Step PassThrough::refuse(Failure failure, Bytes message) const {
  failure.notify = NotifyType::authentication_failed;
  return Refused{message.empty() ? encode({Code::failure, id_}) : std::move(message), std::move(failure)};
}

Step PassThrough::ask(Bytes message) {
  return Compute{radius::Authenticate{settings_->radius, user_, std::move(message), state_, local_, peer_}};
}

Step PassThrough::begin(Rng& rng) {
  id_ = rng.bytes(1).front();
  awaits_identity_ = settings_->query_identity;
  if (awaits_identity_) return Send{encode({Code::request, id_, Type::identity, {}})};
  user_.resize(std::min(user_.size(), longest_user));
  return ask(encode({Code::response, id_, Type::identity, to_bytes(as_bytes(user_))}));
}

Step PassThrough::take(Rng&, ByteView message) {
  if (++messages_ > most_messages) return refuse({.cause = Cause::eap_endless, .why = "more than 50 EAP messages"});
  const auto packet = parse(message);
  if (!packet.ok()) return refuse(packet.failure());
  if (packet->code != Code::response || packet->id != id_)
    return refuse(
        {.cause = Cause::eap_unexpected, .why = "an EAP message that is no response to request " + std::to_string(id_)});
  if (awaits_identity_) {
    if (packet->type != Type::identity || packet->data.size() > longest_user)
      return refuse({.cause = Cause::eap_unexpected, .why = "the peer does not say its EAP identity"});
    user_.assign(packet->data.begin(), packet->data.end());
    awaits_identity_ = false;
  }
  return ask(to_bytes(message));
}

Step PassThrough::resume(crypto::JobResult result) {
  if (auto* challenge = std::get_if<radius::Challenge>(&result)) {
    const auto packet = parse(challenge->eap);
    if (!packet.ok() || packet->code != Code::request)
      return refuse({.cause = Cause::radius_bad_answer, .why = "the RADIUS server's Access-Challenge has no EAP request"});
    id_ = packet->id;
    state_ = std::move(challenge->state);
    return Send{std::move(challenge->eap)};
  }
  if (auto* accept = std::get_if<radius::Accept>(&result)) {
    if (accept->msk.empty())
      return refuse(
          {.cause = Cause::eap_without_key, .why = "the RADIUS server accepts user '" + user_ + "' without MS-MPPE keys"});
    const auto packet = parse(accept->eap);
    Bytes success = packet.ok() && packet->code == Code::success ? std::move(accept->eap) : encode({Code::success, id_});
    return Passed{std::move(success), std::move(accept->msk), user_, std::move(accept->grant)};
  }
  if (auto* reject = std::get_if<radius::Reject>(&result)) {
    const auto packet = parse(reject->eap);
    const bool failure = packet.ok() && packet->code == Code::failure;
    return refuse({.cause = Cause::radius_rejected,
                   .why = "the RADIUS server rejects user '" + user_ + "'" + (reject->why.empty() ? "" : ": " + reject->why)},
                  failure ? std::move(reject->eap) : Bytes{});
  }
  auto* failure = std::get_if<Failure>(&result);
  return refuse(failure ? std::move(*failure) : Failure{.cause = Cause::internal_error, .why = "RADIUS came to nothing"});
}

}  // namespace engine::eap
