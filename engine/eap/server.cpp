#include "engine/eap/server.hpp"

#include "engine/crypto/mschap.hpp"
#include "engine/eap/mschapv2.hpp"

namespace engine::eap {
namespace {

constexpr std::size_t longest_name = 256;

std::string quoted(const std::string& name) { return "'" + name + "'"; }

}  // namespace

Step Server::refuse(Cause cause, std::string why) const {
  return Refused{encode({Code::failure, id_}), {NotifyType::authentication_failed, cause, std::move(why)}};
}

Step Server::begin(Rng& rng) {
  id_ = rng.bytes(1).front();
  if (!settings_->query_identity) return challenge(rng);
  awaits_ = Awaits::identity;
  return Send{encode(request(Type::identity, {}))};
}

Step Server::challenge(Rng& rng) {
  constexpr std::string_view our_name = "sallyport";
  awaits_ = Awaits::response;
  challenge_ = rng.bytes(crypto::mschap_challenge_octets);
  return Send{encode(
      request(Type::mschapv2, mschapv2::encode({mschapv2::OpCode::challenge, id_, challenge_, {}, std::string(our_name)})))};
}

Step Server::take(Rng& rng, ByteView message) {
  if (++messages_ > most_messages) return refuse(Cause::eap_endless, "more than 50 EAP messages");
  auto packet = parse(message);
  if (!packet.ok()) return refuse(packet.failure().cause, packet.failure().why);
  if (packet->code != Code::response)
    return refuse(Cause::eap_unexpected,
                  "an EAP message of code " + std::to_string(static_cast<int>(packet->code)) + " where a response is due");
  if (packet->id != id_)
    return refuse(Cause::eap_unexpected,
                  "an EAP response to request " + std::to_string(packet->id) + ", asked was " + std::to_string(id_));
  if (packet->type == Type::nak) {
    std::string wanted;
    for (const std::uint8_t type : packet->data)
      if (wanted.size() < 100) wanted += (wanted.empty() ? "" : ", ") + std::to_string(type);
    return refuse(Cause::eap_method_refused, "the peer does not take MSCHAPv2 (EAP type 26); it would take " +
                                                 (wanted.empty() ? "nothing" : "type " + wanted));
  }
  const Type due = awaits_ == Awaits::identity ? Type::identity : Type::mschapv2;
  if (packet->type != due)
    return refuse(Cause::eap_unexpected, "an EAP response of type " + std::to_string(static_cast<int>(packet->type)) +
                                             ", due is " + std::to_string(static_cast<int>(due)));
  if (awaits_ == Awaits::identity) {
    if (packet->data.size() > longest_name) return refuse(Cause::eap_malformed, "an EAP identity of absurd length");
    identity_.assign(packet->data.begin(), packet->data.end());
    ++id_;
    return challenge(rng);
  }
  return verify(*packet);
}

Step Server::verify(const Packet& packet) {
  const auto said = mschapv2::parse(packet.data);
  if (!said) return refuse(Cause::eap_malformed, "an MSCHAPv2 message whose lengths cannot be");
  if (awaits_ == Awaits::confirmation) {
    if (said->op != mschapv2::OpCode::success)
      return refuse(Cause::eap_unexpected, "the peer does not confirm MSCHAPv2's Success: our proof does not hold there");
    return Passed{encode({Code::success, id_}), std::move(msk_), user_};
  }
  if (said->op != mschapv2::OpCode::response || said->text.size() > longest_name)
    return refuse(Cause::eap_unexpected,
                  "an MSCHAPv2 message of kind " + std::to_string(static_cast<int>(said->op)) + " where the response is due");
  user_ = said->text;
  const LocalUsers nobody;
  const LocalUsers& users = settings_->users ? *settings_->users : nobody;
  auto known = users.find(user_);
  if (known == users.end()) known = users.find(mschapv2::without_domain(user_));
  if (known == users.end())
    return refuse(Cause::eap_unknown_user,
                  "no 'username " + user_ + " password ...' is configured" +
                      (identity_.empty() || identity_ == user_ ? "" : ", EAP identity " + quoted(identity_)));
  nt_response_ = said->nt_response;
  return Compute{crypto::MschapJob{known->second, mschapv2::without_domain(user_), challenge_, said->challenge}};
}

Step Server::resume(crypto::JobResult result) {
  auto* values = std::get_if<crypto::MschapValues>(&result);
  if (!values) {
    const auto* failure = std::get_if<Failure>(&result);
    return refuse(Cause::internal_error, failure ? failure->why : "MSCHAPv2 came to nothing");
  }
  if (!constant_time_equal(values->nt_response, nt_response_))
    return refuse(Cause::eap_wrong_password,
                  "user " + quoted(user_) + " has another password than 'username " + user_ + "' says");
  msk_ = std::move(values->msk);
  awaits_ = Awaits::confirmation;
  const std::uint8_t chap_id = id_++;
  return Send{encode(request(
      Type::mschapv2,
      mschapv2::encode({mschapv2::OpCode::success, chap_id, {}, {}, mschapv2::success_text(values->authenticator_response)})))};
}

}  // namespace engine::eap
