#include "engine/eap/client.hpp"

#include "engine/crypto/mschap.hpp"
#include "engine/eap/mschapv2.hpp"

namespace engine::eap {
namespace {

Step refuse_as_peer(Cause cause, std::string why) { return Refused{{}, {NotifyType::none, cause, std::move(why)}}; }

}  // namespace

Step Client::take(Rng& rng, ByteView message) {
  if (++messages_ > most_messages) return refuse_as_peer(Cause::eap_endless, "more than 50 EAP messages");
  const auto packet = parse(message);
  if (!packet.ok()) return refuse_as_peer(packet.failure().cause, packet.failure().why);
  switch (packet->code) {
    case Code::success:
      if (tls_ && tls_->proven()) return Passed{{}, tls_->msk(), settings_->user};
      if (!proven_)
        return refuse_as_peer(Cause::eap_unexpected,
                              "EAP Success before the server has shown " +
                                  std::string(settings_->tls ? "who it is" : "that it knows the password"));
      return Passed{{}, std::move(msk_), settings_->user};
    case Code::failure:
      if (tls_ && tls_->failure()) return Refused{{}, *tls_->failure(), true};
      return Refused{{},
                     {NotifyType::none, Cause::eap_refused,
                      "the server refuses user '" + settings_->user + "'" + (refusal_.empty() ? "" : ": " + refusal_)},
                     true};
    case Code::response:
      return refuse_as_peer(Cause::eap_unexpected, "an EAP response from the server");
    case Code::request:
      break;
  }
  id_ = packet->id;
  switch (packet->type) {
    case Type::identity:
      return answer(Type::identity, to_bytes(as_bytes(name())));
    case Type::notification:
      return answer(Type::notification, {});
    case Type::mschapv2:
      if (!settings_->tls) return take_mschapv2(rng, *packet);
      break;
    case Type::tls:
      if (settings_->tls) return take_tls(*packet);
      break;
    default:
      break;
  }
  return answer(Type::nak, {static_cast<std::uint8_t>(settings_->tls ? Type::tls : Type::mschapv2)});
}

std::string Client::name() const {
  if (expected_) return "anonymous";
  if (!settings_->user.empty() || !settings_->tls) return settings_->user;
  const CertificatePtr& own = settings_->tls->own->certificate;
  return own->alternative_names.empty() ? own->subject_text : own->alternative_names.front().to_string();
}

Step Client::go_on(TlsTalk::Next next) {
  if (auto* data = std::get_if<Bytes>(&next)) return answer(Type::tls, std::move(*data));
  if (auto* job = std::get_if<crypto::Job>(&next)) return Compute{std::move(*job)};
  Failure failure = std::holds_alternative<Failure>(next) ? std::move(std::get<Failure>(next)) : Failure{};
  failure.notify = NotifyType::none;
  return Refused{{}, std::move(failure)};
}

Step Client::take_tls(const Packet& packet) {
  if (!TlsFragments::is_start(packet.data))
    return tls_ ? go_on(tls_->take(packet.data)) : refuse_as_peer(Cause::eap_unexpected, "an EAP-TLS message before its start");
  if (tls_) return refuse_as_peer(Cause::eap_unexpected, "EAP-TLS begins a second time");
  tls_.emplace(settings_->tls, expected_);
  return go_on(tls_->begin());
}

Step Client::take_mschapv2(Rng& rng, const Packet& packet) {
  const auto said = mschapv2::parse(packet.data);
  if (!said) return refuse_as_peer(Cause::eap_malformed, "an MSCHAPv2 message whose lengths cannot be");
  switch (said->op) {
    case mschapv2::OpCode::challenge:
      chap_id_ = said->id;
      proven_ = false;
      peer_challenge_ = rng.bytes(crypto::mschap_challenge_octets);
      return Compute{
          crypto::MschapJob{settings_->password, mschapv2::without_domain(settings_->user), said->challenge, peer_challenge_}};
    case mschapv2::OpCode::success: {
      const auto proof = mschapv2::proof_in(said->text);
      proven_ = proof && !authenticator_response_.empty() && constant_time_equal(*proof, authenticator_response_);
      if (!proven_)
        return refuse_as_peer(Cause::eap_server_unproven,
                              "the server's proof does not hold: it does not know the password of '" + settings_->user + "'");
      return answer(Type::mschapv2, mschapv2::acknowledgement(said->op));
    }
    case mschapv2::OpCode::failure:
      refusal_ = said->text.substr(0, 100);
      return answer(Type::mschapv2, mschapv2::acknowledgement(said->op));
    case mschapv2::OpCode::response:
      break;
  }
  return refuse_as_peer(Cause::eap_unexpected, "an MSCHAPv2 response from the server");
}

Step Client::resume(crypto::JobResult result) {
  if (auto* tls = std::get_if<crypto::TlsValues>(&result)) return go_on(tls_->resume(std::move(*tls)));
  auto* values = std::get_if<crypto::MschapValues>(&result);
  if (!values) {
    const auto* failure = std::get_if<Failure>(&result);
    return refuse_as_peer(Cause::internal_error, failure ? failure->why : "MSCHAPv2 came to nothing");
  }
  authenticator_response_ = std::move(values->authenticator_response);
  msk_ = std::move(values->msk);
  return answer(Type::mschapv2, mschapv2::encode({mschapv2::OpCode::response, chap_id_, peer_challenge_,
                                                  std::move(values->nt_response), settings_->user}));
}

}  // namespace engine::eap
